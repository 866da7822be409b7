/** What an installer must tell about a printer port. */

import * as z from "zod";
import { formWords as words } from "../../firmware/base/form-words.js";
import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { OptionsSchema } from "../../firmware/link/driver.js";
import { isTimeZone } from "./local-time.js";

const schema = z.strictObject({
  format: z.enum(["panasonic-kx", "avaya-ip-office"]).meta(words("Format",
    "The record format that the PBX prints", "Format", "Le format de ticket qu'imprime le PBX")),
  timeZone: z.string().refine(isTimeZone, "must be an IANA time zone: Europe/Paris")
    .default("Europe/Paris").meta(words("Time zone", "The time zone of the PBX's clock",
      "Fuseau horaire", "Le fuseau de l'horloge du PBX")),
  pattern: z.enum(["auto", "A", "B", "C"]).default("auto").meta(words("Pattern",
    "Panasonic: the SMDR pattern; auto takes whichever fits",
    "Modèle", "Panasonic : le modèle SMDR ; auto prend celui qui convient")),
  dateOrder: z.enum(["dmy", "mdy", "ymd", "dm", "md"]).default("dmy").meta(words("Date order",
    "Panasonic: the order of day, month and year",
    "Ordre de la date", "Panasonic : l'ordre du jour, du mois et de l'année")),
  login: z.strictObject({
    user: z.string().min(1).default("SMDR").meta(words("User",
      "The name that the PBX asks for", "Utilisateur", "Le nom que le PBX demande")),
    secret: z.string().regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|store:[a-z0-9-]+)$/,
      "must be a reference: env:NAME, file:/path or store:name").meta(words("Secret",
      "Where the password is: env:NAME, file:/path or store:name",
      "Secret", "Où est le mot de passe : env:NOM, file:/chemin ou store:nom")),
  }).optional().meta(words("Login",
    "Panasonic over the network (port 2300): name and password",
    "Connexion", "Panasonic par le réseau (port 2300) : nom et mot de passe")),
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
