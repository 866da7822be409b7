/** What an installer must tell about a printer port. */

import { z } from "zod";
import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { OptionsSchema } from "../../firmware/link/driver.js";
import { isTimeZone } from "./local-time.js";

const schema = z.strictObject({
  format: z.enum(["panasonic-kx", "avaya-ip-office"])
    .describe("The record format that the PBX prints"),
  timeZone: z.string().refine(isTimeZone, "must be an IANA time zone: Europe/Paris")
    .default("Europe/Paris").describe("The time zone of the PBX's clock"),
  pattern: z.enum(["auto", "A", "B", "C"]).default("auto")
    .describe("Panasonic: the SMDR pattern; auto takes whichever fits"),
  dateOrder: z.enum(["dmy", "mdy", "ymd", "dm", "md"]).default("dmy")
    .describe("Panasonic: the order of day, month and year"),
  login: z.strictObject({
    user: z.string().min(1).default("SMDR"),
    secret: z.string().regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|store:[a-z0-9-]+)$/,
      "must be a reference: env:NAME, file:/path or store:name"),
  }).optional().describe("Panasonic over the network (port 2300): name and password"),
});

export type SmdrOptions = z.infer<typeof schema>;

export const smdrOptions: OptionsSchema<SmdrOptions> = {
  parse(value): Result<SmdrOptions> {
    const parsed = schema.safeParse(value);
    if (parsed.success) return ok(parsed.data);
    const fields = parsed.error.issues.map((issue) => ({
      path: issue.path.map(String).join("."), message: issue.message,
    }));
    return fail("config-invalid", "The options of the smdr driver are not valid.", { fields });
  },
  jsonSchema: z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
};
