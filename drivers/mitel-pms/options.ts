/** What an installer must tell about a PBX that speaks Mitel's hotel protocol. */

import * as z from "zod";
import { formWords as words } from "../../firmware/base/form-words.js";
import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { OptionsSchema } from "../../firmware/link/driver.js";
import { roomConditions } from "../../firmware/model/hotel.js";
import { usualConditions } from "./text.js";

const schema = z.strictObject({
  conditions: z.record(z.string().regex(/^[0-9]$/, "must be a digit"), z.enum(roomConditions))
    .default(usualConditions).meta(words("Maid codes",
      "What each digit means that housekeeping dials after the code for room status",
      "Codes des gouvernantes",
      "Le sens de chaque chiffre composé après le code d'état de chambre")),
});

export type MitelPmsOptions = z.infer<typeof schema>;

export const mitelPmsOptions: OptionsSchema<MitelPmsOptions> = {
  parse(value): Result<MitelPmsOptions> {
    const parsed = schema.safeParse(value);
    if (parsed.success) return ok(parsed.data);
    return fail("config-invalid", "The options of the mitel-pms driver are not valid.", {
      fields: parsed.error.issues.map((issue) => ({ path: issue.path.map(String).join("."),
        message: issue.message })) });
  },
  jsonSchema: z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
};
