/** What an operator sets for one PBX that speaks CSTA, and the reason of each default. */

import * as z from "zod";
import { formWords as words } from "../../firmware/base/form-words.js";
import { isTimeZone } from "../../firmware/base/local-time.js";
import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { OptionsSchema } from "../../firmware/link/driver.js";
import { phase12Dialects, phase3Dialects, xmlDialects } from "./dialects.js";

const secretPattern = /^(env|file|store):.+/;
/** `201`, or `200-299`. */
const deviceText = z.string().min(1).max(64);
const listMax = 10_000;

const common = {
  user: z.string().min(1).max(80).optional().meta(words("User",
    "The name with which the PBX expects CTI to sign in; absent: without a name.",
    "Utilisateur", "Le nom attendu par le PBX pour la connexion CTI ; absent : sans nom.")),
  secret: z.string().regex(secretPattern, "must be env:NAME, file:/path or store:name")
    .optional().meta(words("Secret",
      "Where the user's password is: env:NAME, file:/path or store:name.",
      "Secret", "Où est le mot de passe : env:NOM, file:/chemin ou store:nom.")),
  devices: z.array(deviceText).max(listMax).default([]).meta(words("Devices",
    "What to monitor: numbers and ranges such as 200-299. Empty: whatever the PBX lists.",
    "Postes", "À surveiller : numéros et plages comme 200-299. Vide : tout ce que le PBX liste.")),
  trunks: z.array(deviceText).max(listMax).default([]).meta(words("Trunks",
    "Numbers of the outside lines, so that they are not taken for parties.",
    "Lignes réseau", "Numéros des lignes externes : ce ne sont pas des correspondants.")),
  agents: z.array(deviceText).max(listMax).default([]).meta(words("Agents' devices",
    "Devices whose agent state is asked for at the start; others are learnt by events.",
    "Postes d'agents", "Postes dont l'état d'agent est demandé au début ; d'autres l'annoncent.")),
  monitorLicences: z.int().min(1).max(listMax).optional().meta(words("Monitor licences",
    "How many devices this link may monitor; absent: as many as the PBX's licence gives.",
    "Licences de surveillance",
    "Combien de postes ce lien peut surveiller ; absent : autant que le PBX en donne.")),
};

function keysOf<T extends object>(table: T): [keyof T & string, ...(keyof T & string)[]] {
  return Object.keys(table) as [keyof T & string, ...(keyof T & string)[]];
}

const pbxWords = words("PBX", "Decides framing, greeting, sign-in and how devices are listed.",
  "PBX", "Décide des trames, de l'accueil, de la connexion et de la liste des postes.");
const framing = z.enum(["none", "len16", "hipath3", "tpkt"]).optional().meta(words("Framing",
  "How frames are cut; absent: as this PBX does it.",
  "Trames", "Comment les trames sont découpées ; absent : comme ce PBX le fait."));
const association = z.boolean().optional().meta(words("Association",
  "Whether an ACSE association comes first; absent: as this PBX does it.",
  "Association", "Si une association ACSE vient d'abord ; absent : comme ce PBX le fait."));

const physicalDevices = z.boolean().default(false).meta(words("Displays and buttons",
  "Tell what telephones show and which buttons are pressed: many events, for applications only.",
  "Afficheurs et touches",
  "Annoncer ce que les postes affichent et leurs touches : beaucoup d'événements."));

const recorded = {
  callRecords: z.boolean().default(false).meta(words("Call records",
    "Ask the PBX for its own records (CDR): costs, accounts. Not where another port prints them.",
    "Tickets",
    "Demander au PBX ses tickets (CDR) : coûts, codes. Pas si un autre port les donne.")),
  timeZone: z.string().refine(isTimeZone, "must be an IANA time zone: Europe/Paris")
    .default("Europe/Paris").meta(words("Time zone", "The time zone of the PBX's clock.",
      "Fuseau horaire", "Le fuseau de l'horloge du PBX.")),
};

export const phase3Shape = z.strictObject({
  pbx: z.enum(keysOf(phase3Dialects)).meta(pbxWords), framing, association, ...common,
  physicalDevices, ...recorded,
});
export const phase12Shape = z.strictObject({
  pbx: z.enum(keysOf(phase12Dialects)).meta(pbxWords),
  phase: z.enum(["1", "2"]).optional().meta(words("Phase",
    "1 is ECMA-180, 2 is ECMA-218; absent: 1 for MD110, 2 for the others.",
    "Phase", "1 : ECMA-180, 2 : ECMA-218 ; absent : 1 pour MD110, 2 pour les autres.")),
  framing, association, ...common,
});
export const xmlShape = z.strictObject({
  pbx: z.enum(keysOf(xmlDialects)).meta(pbxWords),
  applicationId: z.string().min(1).max(80).default("jackfield").meta(words("Application",
    "The name of this application in the PBX's list.",
    "Application", "Le nom de cette application dans la liste du PBX.")),
  switchName: z.string().min(1).max(80).optional().meta(words("Switch connection",
    "avaya-dmcc only: the switch connection's name in AES, such as CM1.",
    "Connexion au commutateur", "avaya-dmcc : le nom de la connexion dans AES, comme CM1.")),
  terminals: z.array(deviceText).max(listMax).default([]).meta(words("Terminals",
    "avaya-dmcc only: devices whose display and buttons are wanted; we register beside them.",
    "Terminaux",
    "avaya-dmcc : postes dont l'afficheur et les touches sont voulus ; on s'enregistre à côté.")),
  terminalSecret: z.string().regex(secretPattern, "must be env:NAME, file:/path or store:name")
    .optional().meta(words("Terminals' password",
      "Where the stations' security code is: env:NAME, file:/path or store:name.",
      "Code des terminaux",
      "Où est le code de sécurité des postes : env:NOM, file:/chemin ou store:nom.")),
  ...common, physicalDevices, ...recorded,
}).refine((options) => options.pbx !== "avaya-dmcc" || options.switchName !== undefined,
  { path: ["switchName"], message: "avaya-dmcc needs it" });

export type Phase3Options = z.output<typeof phase3Shape>;
export type Phase12Options = z.output<typeof phase12Shape>;
export type XmlOptions = z.output<typeof xmlShape>;

function schemaOf<T>(shape: z.ZodType<T>): OptionsSchema<T> {
  return {
    parse(value): Result<T> {
      const parsed = shape.safeParse(value);
      if (parsed.success) return ok(parsed.data);
      const fields = parsed.error.issues.map((issue) => ({
        path: issue.path.map((part) => typeof part === "number" ? `[${part}]` : String(part))
          .join(".").replaceAll(".[", "["),
        message: issue.message,
      }));
      return fail("config-invalid", `The options of the CSTA link have ${fields.length} error(s).`,
        { fields });
    },
    jsonSchema: z.toJSONSchema(shape, { io: "input" }) as Readonly<Record<string, unknown>>,
  };
}

export const phase3Options = schemaOf(phase3Shape);
export const phase12Options = schemaOf(phase12Shape);
export const xmlOptions = schemaOf(xmlShape);
