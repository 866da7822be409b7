/** What an installer must tell about an ESPA 4.4.4 line. */

import * as z from "zod";
import { formWords as words } from "../../firmware/base/form-words.js";
import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { OptionsSchema } from "../../firmware/link/driver.js";
import { pagingCodePages } from "../../firmware/wire/paging-text.js";

const address = z.string().regex(/^[0-9A-Za-z]$/, "must be one digit or letter");

const schema = z.strictObject({
  role: z.enum(["control-station", "station"]).meta(words("Role",
    "control-station polls the line, as a PBX or nurse-call panel does; a station is polled, as "
    + "the paging system is. We are what the other end is not.", "Rôle",
    "control-station interroge la ligne, comme un PBX ou un appel infirmier ; station est "
    + "interrogée, comme le système d'appel. Nous sommes ce que l'autre n'est pas.")),
  address: address.optional().meta(words("Our address",
    "1 for the control station and 2 for the station if absent, as the standard recommends",
    "Notre adresse",
    "À défaut 1 pour la control-station et 2 pour la station, comme la norme le recommande")),
  peerAddress: address.optional().meta(words("The other's address",
    "2 for the station and 1 for the control station if absent", "Adresse de l'autre",
    "À défaut 2 pour la station et 1 pour la control-station")),
  codePage: z.enum(pagingCodePages).default("ascii").meta(words("Alphabet",
    "How texts stand on the line: ascii drops accents, which every display shows; german and "
    + "french are the national alphabets of seven bits", "Alphabet",
    "Comment les textes sont sur la ligne : ascii ôte les accents, lisible partout ; german et "
    + "french sont les alphabets nationaux à sept bits")),
  pollSeconds: z.number().min(0).max(60).default(2).meta(words("Seconds between polls",
    "As control station: how often the other is asked whether it has something to say; 0 never",
    "Secondes entre interrogations",
    "Comme control-station : à quelle cadence demander à l'autre s'il a à dire ; 0 jamais")),
  textCharsMax: z.int().min(1).max(512).default(128).meta(words("Longest text",
    "Longer texts are cut; 128 characters is what the standard has room for", "Texte le plus long",
    "Un texte plus long est coupé ; la norme prévoit 128 caractères")),
  answerStatus: z.boolean().default(false).meta(words("Answer with the call's status",
    "A page that came in is answered with a status block (queued); most panels want none",
    "Répondre par l'état de l'appel",
    "Un appel reçu est suivi d'un bloc d'état (en file) ; la plupart n'en veulent pas")),
});

type Given = z.infer<typeof schema>;
export interface EspaOptions extends Given {
  readonly address: string;
  readonly peerAddress: string;
}

export const espaOptions: OptionsSchema<EspaOptions> = {
  parse(value): Result<EspaOptions> {
    const refuse = (fields: readonly { path: string; message: string }[]): Result<EspaOptions> =>
      fail("config-invalid", "The options of the espa driver are not valid.", { fields });
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      return refuse(parsed.error.issues.map((issue) => ({
        path: issue.path.map(String).join("."), message: issue.message })));
    }
    const controls = parsed.data.role === "control-station";
    const options = { ...parsed.data, address: parsed.data.address ?? (controls ? "1" : "2"),
      peerAddress: parsed.data.peerAddress ?? (controls ? "2" : "1") };
    return options.address !== options.peerAddress ? ok(options)
      : refuse([{ path: "peerAddress", message: "must differ from our own address" }]);
  },
  jsonSchema: z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
};
