/** What an installer must tell about a front desk that speaks FIAS. */

import * as z from "zod";
import { formWords as words } from "../../firmware/base/form-words.js";
import { isTimeZone } from "../../firmware/base/local-time.js";
import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { OptionsSchema } from "../../firmware/link/driver.js";

const schema = z.strictObject({
  check: z.enum(["auto", "lrc", "none"]).default("auto").meta(words("Check",
    "lrc: ENQ, ACK and a check octet, as on serial lines; none: bare texts, as over TCP; auto: as "
    + "the connection is", "Contrôle",
    "lrc : ENQ, ACK et un octet de contrôle, comme sur une ligne série ; none : textes nus, comme "
    + "en TCP ; auto : selon le raccordement")),
  encoding: z.enum(["latin1", "utf8"]).default("latin1").meta(words("Letters",
    "How letters with accents are written", "Lettres", "L'écriture des lettres accentuées")),
  interfaceId: z.string().regex(/^[A-Z]{2}$/, "must be two letters: PB").default("PB")
    .meta(words("Interface", "What the front desk calls this interface; PB is a telephone system",
      "Interface", "Le nom de l'interface pour l'hôtel ; PB est un standard téléphonique")),
  salesOutlet: z.string().regex(/^[0-9A-Za-z]{1,8}$/, "must be 1 to 8 letters or digits")
    .optional().meta(words("Sales outlet", "Where call charges are booked, if the front desk asks",
      "Point de vente", "Où imputer les communications, si l'hôtel le demande")),
  timeZone: z.string().refine(isTimeZone, "must be an IANA time zone: Europe/Paris")
    .default("Europe/Paris").meta(words("Time zone", "The time zone of the hotel's clock",
      "Fuseau horaire", "Le fuseau de l'horloge de l'hôtel")),
});

export type FiasOptions = z.infer<typeof schema>;

export const fiasOptions: OptionsSchema<FiasOptions> = {
  parse(value): Result<FiasOptions> {
    const parsed = schema.safeParse(value);
    if (parsed.success) return ok(parsed.data);
    return fail("config-invalid", "The options of the fias driver are not valid.", {
      fields: parsed.error.issues.map((issue) => ({ path: issue.path.map(String).join("."),
        message: issue.message })) });
  },
  jsonSchema: z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
};
