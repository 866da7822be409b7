/** What an installer must tell about a printer port. */

import * as z from "zod";
import { formWords as words } from "../../firmware/base/form-words.js";
import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { OptionsSchema } from "../../firmware/link/driver.js";
import { formatNames, formatOf, formats } from "./formats/index.js";
import type { Format, FormatSettings } from "./formats/format.js";
import { isTimeZone } from "../../firmware/base/local-time.js";

const schema = z.strictObject({
  format: z.enum(formatNames as [string, ...string[]]).meta(words("Format",
    "The record format that the PBX prints", "Format", "Le format de ticket qu'imprime le PBX")),
  timeZone: z.string().refine(isTimeZone, "must be an IANA time zone: Europe/Paris")
    .default("Europe/Paris").meta(words("Time zone", "The time zone of the PBX's clock",
      "Fuseau horaire", "Le fuseau de l'horloge du PBX")),
  pattern: z.string().default("auto").meta(words("Pattern",
    "The layout within the format, such as A, B, C of Panasonic; auto takes whichever fits",
    "Modèle", "La variante du format, comme A, B, C de Panasonic ; auto prend celle qui convient")),
  dateOrder: z.enum(["auto", "dmy", "mdy", "ymd"]).default("auto").meta(words("Date order",
    "The order of day, month and year; auto is what the make prints by default",
    "Ordre de la date",
    "L'ordre du jour, du mois et de l'année ; auto : celui du constructeur")),
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

const checked = schema.superRefine(({ format, pattern }, context) => {
  const names = formats.get(format)?.layouts.map(({ name }) => name) ?? [];
  if (pattern === "auto" || names.includes(pattern)) return;
  context.addIssue({ code: "custom", path: ["pattern"],
    message: `${format} has the patterns auto, ${names.join(", ")}` });
});

export type SmdrOptions = z.infer<typeof schema>;

export const smdrOptions: OptionsSchema<SmdrOptions> = {
  parse(value): Result<SmdrOptions> {
    const parsed = checked.safeParse(value);
    if (parsed.success) return ok(parsed.data);
    const fields = parsed.error.issues.map((issue) => ({
      path: issue.path.map(String).join("."), message: issue.message,
    }));
    return fail("config-invalid", "The options of the smdr driver are not valid.", { fields });
  },
  jsonSchema: z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
};

export function formatFor(options: SmdrOptions): Format {
  return formatOf(options.format);
}

export function settingsFor({ pattern, dateOrder }: SmdrOptions): FormatSettings {
  return { ...(pattern === "auto" ? {} : { pattern }),
    ...(dateOrder === "auto" ? {} : { dateOrder }) };
}
