/** What an operator sets for one Asterisk, and the reason of each default. */

import * as z from "zod";
import { formWords as words } from "../../firmware/base/form-words.js";
import { fail, ok, type Result } from "../../firmware/base/result.js";

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}

const pattern = z.string().max(200).refine(isPattern, "not a regular expression");
const name = z.string().min(1).max(80);
const context = z.string().regex(/^[\w.@-]{1,79}$/, "not a dialplan context");

export const optionsShape = z.strictObject({
  user: name.meta(words("User", "The manager user, as in manager.conf.",
    "Utilisateur", "L'utilisateur du Manager, comme dans manager.conf.")),
  secret: z.string().regex(/^(env|file|store):.+/, "must be env:NAME, file:/path or store:name")
    .meta(words("Secret", "Where the user's secret is: env:NAME, file:/path or store:name.",
      "Secret", "Où est le secret de l'utilisateur : env:NOM, file:/chemin ou store:nom.")),
  auth: z.enum(["md5", "plain"]).default("md5").meta(words("Sign-in",
    "md5 never shows the secret on the wire; plain is for old or odd proxies.",
    "Connexion",
    "md5 ne montre jamais le secret sur le fil ; plain est pour des proxys anciens.")),
  allowPlainPassword: z.boolean().default(false).meta(words("Allow a plain password",
    "Allow auth plain without TLS: anybody on the wire can then read the secret.",
    "Permettre le mot de passe en clair",
    "Permet plain sans TLS : quiconque sur le fil peut alors lire le secret.")),
  trunks: z.array(pattern).max(100).default([]).meta(words("Trunks",
    "Endpoints that are trunks, as regular expressions on the whole endpoint name.",
    "Faisceaux",
    "Les points qui sont des faisceaux : expressions rationnelles sur le nom entier.")),
  trunkContexts: z.array(pattern).max(100)
    .default(["from-trunk.*", "from-pstn.*", "from-did.*", "from-dahdi.*", "from-sip-external"])
    .meta(words("Contexts of trunks",
      "Contexts in which calls of trunks begin; the defaults are FreePBX's.",
      "Contextes des faisceaux",
      "Où commencent les appels des faisceaux ; par défaut, ceux de FreePBX.")),
  dialContext: context.default("from-internal").meta(words("Context of dialling",
    "Where a number is dialled for makeCall and deflectCall; FreePBX's phone context.",
    "Contexte de numérotation",
    "Où un numéro est composé pour makeCall et deflectCall ; celui des postes de FreePBX.")),
  transferContext: context.optional().meta(words("Context of transfers",
    "Where a number is dialled for transfers; absent: the dial context.",
    "Contexte de transfert",
    "Où un numéro est composé pour un transfert ; à défaut, celui de numérotation.")),
  deviceChannel: z.string().regex(/\{device\}/, "must contain {device}").max(200)
    .default("PJSIP/{device}").meta(words("Channel of a device",
      "How to ring a device whose technology has not been seen yet.",
      "Canal d'un poste",
      "Comment faire sonner un poste dont la technologie n'a pas encore été vue.")),
  acdDevices: z.boolean().default(true).meta(words("Queues as devices",
    "Show queues as ACD devices.", "Files comme postes", "Montre les files comme postes ACD.")),
  answerByNotify: z.boolean().default(false).meta(words("Answer by NOTIFY",
    "The phones obey NOTIFY talk and hold: answer, hold and retrieve by PJSIPNotify.",
    "Répondre par NOTIFY",
    "Les postes obéissent à NOTIFY talk et hold : répondre, garder, reprendre.")),
  attendedTransfer: z.boolean().default(true).meta(words("Consultation",
    "The feature code atxfer is set and Dial has t or T: allow consultationCall.",
    "Double appel", "Le code atxfer existe et Dial a t ou T : permet consultationCall.")),
  conferenceCode: z.string().regex(/^[0-9A-D*#]{1,11}$/, "not a feature code").default("*3")
    .meta(words("Code of the conference",
      "The feature code atxferthreeway, for conferenceCall; *3 is Asterisk's default.",
      "Code de conférence",
      "Le code atxferthreeway, pour conferenceCall ; *3 est celui d'Asterisk.")),
  alternateCode: z.string().regex(/^[0-9A-D*#]{1,11}$/, "not a feature code").default("*4")
    .meta(words("Code of alternating",
      "The feature code atxferswap, for alternateCall; *4 is Asterisk's default.",
      "Code de va-et-vient",
      "Le code atxferswap, pour alternateCall ; *4 est celui d'Asterisk.")),
  parkingLot: context.optional().meta(words("Parking lot",
    "The parking lot for parkCall; absent: the default.",
    "Parcage", "Le parc d'appels pour parkCall ; à défaut, celui d'Asterisk.")),
  queueInterface: z.string().regex(/\{device\}/, "must contain {device}").max(200)
    .default("Local/{device}@from-queue/n").meta(words("Agent in a queue",
      "How a device is added to a queue when an agent logs on; FreePBX's form.",
      "Agent dans une file",
      "Comment un poste entre dans une file quand un agent s'y connecte ; forme de FreePBX.")),
});

export type AmiOptions = z.output<typeof optionsShape>;

export const options = {
  parse(value: unknown): Result<AmiOptions> {
    const parsed = optionsShape.safeParse(value);
    if (parsed.success) return ok(parsed.data);
    const fields = parsed.error.issues.map((issue) => ({
      path: issue.path.map((part) => typeof part === "number" ? `[${part}]` : String(part))
        .join(".").replaceAll(".[", "["),
      message: issue.message,
    }));
    return fail("config-invalid", `The options of the AMI link have ${fields.length} error(s).`,
      { fields });
  },
  jsonSchema: z.toJSONSchema(optionsShape, { io: "input" }) as Readonly<Record<string, unknown>>,
};
