/** What an installer must tell about a caller-identification box. */

import * as z from "zod";
import { formWords as words } from "../../firmware/base/form-words.js";
import { isTimeZone } from "../../firmware/base/local-time.js";
import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { OptionsSchema } from "../../firmware/link/driver.js";

const schema = z.strictObject({
  box: z.enum(["modem", "whozz", "mdmf"]).meta(words("Box",
    "What is plugged in: a Hayes modem, a Whozz Calling? box, or a box that passes on the "
    + "network's octets (mdmf)", "Boîtier",
    "Ce qui est branché : un modem Hayes, un boîtier Whozz Calling?, ou un boîtier qui transmet "
    + "les octets du réseau (mdmf)")),
  device: z.string().regex(/^[0-9A-Za-z+*#.-]{1,32}$/, "must be an extension number: 101")
    .meta(words("Device", "The extension that the analogue line rings", "Poste",
      "Le poste que la ligne analogique fait sonner")),
  timeZone: z.string().refine(isTimeZone, "must be an IANA time zone: Europe/Paris")
    .default("Europe/Paris").meta(words("Time zone",
      "The time zone of the network's or box's clock", "Fuseau horaire",
      "Le fuseau de l'horloge du réseau ou du boîtier")),
});

export type CallerIdOptions = z.infer<typeof schema>;

export const callerIdOptions: OptionsSchema<CallerIdOptions> = {
  parse(value): Result<CallerIdOptions> {
    const parsed = schema.safeParse(value);
    if (parsed.success) return ok(parsed.data);
    const fields = parsed.error.issues.map((issue) => ({
      path: issue.path.map(String).join("."), message: issue.message,
    }));
    return fail("config-invalid", "The options of the caller-id driver are not valid.",
      { fields });
  },
  jsonSchema: z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
};
