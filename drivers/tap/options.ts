/** What an installer must tell about a TAP paging terminal. */

import * as z from "zod";
import { formWords as words } from "../../firmware/base/form-words.js";
import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { OptionsSchema } from "../../firmware/link/driver.js";
import { pagingCodePages } from "../../firmware/wire/paging-text.js";

const schema = z.strictObject({
  dial: z.string().regex(/^[0-9*#,+A-D]{1,32}$/, "must be what a modem dials: 0,0123456789")
    .optional().meta(words("Number to dial",
      "A Hayes modem on the port dials it for each session; absent: the terminal is on the cable",
      "Numéro à composer",
      "Un modem Hayes sur le port le compose à chaque session ; absent : terminal sur le câble")),
  modemSetup: z.string().regex(/^AT[\x20-\x7e]{0,60}$/, "must be a command: AT&M5").optional()
    .meta(words("Setting of the modem",
      "Sent after ATZ and ATE0, such as a command that demands error correction",
      "Réglage du modem",
      "Envoyé après ATZ et ATE0, par exemple pour exiger la correction d'erreurs")),
  // Checked with the other secrets, where a wrong one is not repeated in the message.
  secret: z.string().optional().meta(words("Password",
    "Reference of the terminal's password; most terminals want none", "Mot de passe",
    "Référence du mot de passe du terminal ; la plupart n'en veulent pas")),
  codePage: z.enum(pagingCodePages).exclude(["latin1", "utf8"]).default("ascii")
    .meta(words("Alphabet", "Seven bits: ascii drops accents, german and french are national "
      + "alphabets", "Alphabet", "À sept bits : ascii ôte les accents, german et french sont des "
      + "alphabets nationaux")),
  longTexts: z.enum(["split", "cut"]).default("split").meta(words("Long texts",
    "split: over several blocks, as the protocol has it; cut: for terminals that take only one",
    "Textes longs",
    "split : sur plusieurs blocs, selon le protocole ; cut : pour les terminaux d'un seul bloc")),
});

export type TapOptions = z.infer<typeof schema>;

export const tapOptions: OptionsSchema<TapOptions> = {
  parse(value): Result<TapOptions> {
    const parsed = schema.safeParse(value);
    if (parsed.success) return ok(parsed.data);
    return fail("config-invalid", "The options of the tap driver are not valid.", {
      fields: parsed.error.issues.map((issue) => ({
        path: issue.path.map(String).join("."), message: issue.message })) });
  },
  jsonSchema: z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
};
