/** What an installer must tell about a printer port. */

import * as z from "zod";
import { formWords as words } from "../../firmware/base/form-words.js";
import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { OptionsSchema } from "../../firmware/link/driver.js";
import { customLayout, layoutProblems, shapeWords } from "./custom-layout.js";
import { avayaCm } from "./formats/avaya-cm.js";
import { avayaCmCustomized, itemsCharsMax, itemsOf, itemsProblems }
  from "./formats/avaya-cm-customized.js";
import { customFormat, customName } from "./formats/custom.js";
import { formatNames, formatOf } from "./formats/index.js";
import type { Format, FormatSettings } from "./formats/format.js";
import { framingNames } from "./framings/index.js";
import { OpenParts } from "./call-parts.js";
import type { FramingMemory } from "./framings/memory.js";
import { necDefaults } from "./framings/nec.js";
import { Sequence } from "./sequence.js";
import { isTimeZone } from "../../firmware/base/local-time.js";

const secretReference = z.string().regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|store:[a-z0-9-]+)$/,
  "must be a reference: env:NAME, file:/path or store:name");

const schema = z.strictObject({
  format: z.enum([customName, ...formatNames]).meta(words("Format",
    "The record format that the PBX prints; custom: as `layout` says", "Format",
    "Le format de ticket qu'imprime le PBX ; custom : selon `layout`")),
  framing: z.enum(framingNames).default("lines").meta(words("Framing",
    "What the PBX wraps around its records; lines: nothing", "Trames",
    "Ce dont le PBX entoure ses tickets ; lines : rien")),
  nec: z.strictObject({
    parity: z.boolean().default(necDefaults.parity).meta(words("Parity octet",
      "An octet of parity stands behind each block", "Octet de parité",
      "Un octet de parité suit chaque bloc")),
    address: z.string().regex(/^[\x20-\x7e]{2}$/, "must be two characters: station and unit")
      .default(necDefaults.address).meta(words("Address",
        "Of a polled port: station and unit address (SA, UA)", "Adresse",
        "D'un port interrogé : adresses de station et d'unité (SA, UA)")),
    device: z.string().regex(/^\d\d$/, "must be two digits").default(necDefaults.device)
      .meta(words("Device number", "Over TCP: the number of this terminal",
        "Numéro d'appareil", "Par TCP : le numéro de ce terminal")),
    pollSeconds: z.int().min(1).max(300).default(necDefaults.pollSeconds).meta(words(
      "Poll interval", "Seconds between polls while the PBX has nothing",
      "Intervalle", "Secondes entre deux interrogations quand le PBX n'a rien")),
  }).optional().meta(words("NEC",
    "Of a framing of NEC's: how the PBX's port is set", "NEC",
    "Pour une trame NEC : comment le port du PBX est réglé")),
  syslog: z.strictObject({
    apps: z.array(z.string().min(1)).min(1).max(64).optional().meta(words("Programs",
      "APP-NAME or tag of the messages that hold records; if absent all", "Programmes",
      "APP-NAME ou tag des messages qui portent des tickets ; à défaut tous")),
    hosts: z.array(z.string().min(1)).min(1).max(64).optional().meta(words("Host names",
      "Host names, as the messages say them, whose messages count; if absent all",
      "Noms d'hôtes",
      "Noms d'hôtes, tels que les messages les disent, qui comptent ; à défaut tous")),
  }).optional().meta(words("Syslog", "Of framing syslog: which messages count",
    "Syslog", "Pour les trames syslog : quels messages comptent")),
  snmp: z.strictObject({
    community: secretReference.meta(words("Community",
      "Where the community name is: env:NAME, file:/path or store:name", "Communauté",
      "Où est le nom de communauté : env:NOM, file:/chemin ou store:nom")),
    variable: z.string().regex(/^[0-2](\.\d{1,10}){1,127}$/,
      "must be an object identifier: 1.3.6.1.4.1.9.9").optional().meta(words("Variable",
      "Object identifier of what holds the record, or its beginning; if absent any text",
      "Variable",
      "Identifiant d'objet de ce qui porte le ticket, ou son début ; à défaut tout texte")),
  }).optional().meta(words("SNMP", "Of framing snmp-trap: whom to trust and what to read",
    "SNMP", "Pour les trames snmp-trap : qui croire et que lire")),
  radius: z.strictObject({
    secret: secretReference.meta(words("Shared secret",
      "Where the secret shared with the sender is: env:NAME, file:/path or store:name",
      "Secret partagé",
      "Où est le secret partagé avec l'émetteur : env:NOM, file:/chemin ou store:nom")),
  }).optional().meta(words("RADIUS", "Of framing radius: whom to trust",
    "RADIUS", "Pour les trames radius : qui croire")),
  layout: customLayout.optional().meta(words("Layout",
    "Of format custom: what stands where on a line",
    "Disposition", "Pour le format custom : ce qui se trouve où dans une ligne")),
  items: z.string().max(itemsCharsMax).optional().meta(words("Items",
    "Of avaya-cm with customized records: the data items and lengths as page 2 of the switch's "
    + "`display system-parameters cdr` shows them", "Éléments",
    "Pour avaya-cm en format customized : les éléments et leurs longueurs, tels que la page 2 de "
    + "`display system-parameters cdr` du commutateur les montre")),
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
    secret: secretReference.meta(words("Secret",
      "Where the password is: env:NAME, file:/path or store:name",
      "Secret", "Où est le mot de passe : env:NOM, file:/chemin ou store:nom")),
  }).optional().meta(words("Login",
    "Panasonic over the network (port 2300): name and password",
    "Connexion", "Panasonic par le réseau (port 2300) : nom et mot de passe")),
});

/** Settings of one framing. */
const settings = [
  { name: "syslog", of: "syslog", needed: false },
  { name: "snmp", of: "snmp-trap", needed: true },
  { name: "radius", of: "radius", needed: true },
] as const;

const checked = schema.superRefine((options, context) => {
  const { format, framing, layout, pattern } = options;
  const wrong = (message: string, ...path: (string | number)[]): void => {
    context.addIssue({ code: "custom", path, message });
  };
  if (format === customName && layout === undefined) {
    wrong("is missing: format custom needs to be told what stands where", "layout");
    return;
  }
  if (format !== customName && layout !== undefined) {
    wrong(`goes with format: custom only; the format is ${format}`, "layout");
  }
  if (options.nec !== undefined && !framing.startsWith("nec-")) {
    wrong(`goes with a framing of NEC's only; the framing is ${framing}`, "nec");
  }
  for (const { name, of, needed } of settings) {
    if (options[name] !== undefined && framing !== of) {
      wrong(`goes with framing: ${of} only; the framing is ${framing}`, name);
    } else if (options[name] === undefined && framing === of && needed) {
      wrong(`is missing: framing ${of} must know whom to trust`, name);
    }
  }
  if (framing === "radius" && format !== "radius") {
    wrong(`found ${format}; framing radius prints lines of the format radius`, "format");
  }
  if (options.login !== undefined && framing !== "lines") {
    wrong(`goes with framing: lines only; the framing is ${framing}`, "login");
  }
  if (options.items !== undefined && format !== avayaCm.name) {
    wrong(`goes with format: ${avayaCm.name} only; the format is ${format}`, "items");
    return;
  }
  if (options.items !== undefined) {
    const problems = itemsProblems(itemsOf(options.items));
    for (const message of problems) wrong(message, "items");
    if (problems.length > 0) return;
  }
  for (const { path, message: { en, fr } } of layout === undefined ? [] : layoutProblems(layout)) {
    context.addIssue({ code: "custom", path: ["layout", ...path], message: en,
      params: { french: fr } });
  }
  const names = formatFor(options).layouts.map(({ name }) => name);
  if (pattern === "auto" || names.includes(pattern)) return;
  wrong(`${format} has the patterns auto, ${names.join(", ")}`, "pattern");
});

export type SmdrOptions = z.infer<typeof schema>;

export const smdrOptions: OptionsSchema<SmdrOptions> = {
  parse(value): Result<SmdrOptions> {
    const parsed = checked.safeParse(value);
    if (parsed.success) return ok(parsed.data);
    const fields = parsed.error.issues.map((issue) => ({
      path: pathText(issue.path), message: issue.message, ...frenchOf(issue) }));
    return fail("config-invalid", { en: "The options of the smdr driver are not valid.",
      fr: "Les options du pilote smdr ne sont pas valides." }, { fields });
  },
  jsonSchema: z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
};

/** Zod's own words, of what has not even the right shape, are English. */
function frenchOf(issue: z.core.$ZodIssue): { readonly french?: string } {
  const french: unknown = issue.code === "custom" ? issue.params?.["french"]
    : shapeWords.get(issue.message);
  return typeof french === "string" ? { french } : {};
}

/** `layout.fields[0].means.I`; what is no plain word stands in quotes. */
function pathText(path: readonly PropertyKey[]): string {
  return path.map((part, index) => typeof part === "number" ? `[${part}]`
    : !/^[\w-]+$/.test(String(part)) ? `["${String(part)}"]`
      : `${index === 0 ? "" : "."}${String(part)}`).join("");
}

export function formatFor({ format, layout, items }: SmdrOptions): Format {
  if (items !== undefined && format === avayaCm.name) return avayaCmCustomized(itemsOf(items));
  return layout !== undefined && format === customName ? customFormat(layout) : formatOf(format);
}

export function settingsFor({ pattern, dateOrder }: SmdrOptions): FormatSettings {
  return { ...(pattern === "auto" ? {} : { pattern }),
    ...(dateOrder === "auto" ? {} : { dateOrder }) };
}

/** What outlives the openings of a link's channel; reading kept bytes again brings it back. */
export interface LinkMemory extends FramingMemory {
  readonly parts: OpenParts;
  readonly sequence: Sequence;
}

/** By the options of a link, which are the same object at each of its openings. */
const memories = new WeakMap<SmdrOptions, LinkMemory>();

export function memoryOf(options: SmdrOptions): LinkMemory {
  const memory = memories.get(options) ?? { parts: new OpenParts(), sequence: new Sequence() };
  memories.set(options, memory);
  return memory;
}
