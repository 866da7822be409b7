/** The option `layout`: columns, tokens, places or labelled lines in an administrator's words. */

import * as z from "zod";
import { formWords as words } from "../../firmware/base/form-words.js";
import { lineBytesMax } from "./codec.js";
import { contents, type Content } from "./formats/contents.js";

const fieldsMax = 40;
const skipsMax = 20;
const meaningsMax = 40;
/** With more, a line of tokens can be read in too many ways to mean one thing. */
const optionalTokensMax = 6;

const directionWords = ["incoming", "outgoing", "internal", "tandem", "unknown"] as const;
const answeredWords = ["answered", "unanswered"] as const;
const nameWords =
  "must begin with a letter and hold letters, digits, - and _ only, 32 at most";
const separatorWords = "must be one to three marks, such as ; or |";
const labelWords = "must hold something else than blanks, : = and . at its ends";
const skipWords = "must not be blank";
const either = (names: readonly string[]): string => `expected one of ${names.join(", ")}`;
const orOf = (names: readonly string[]): string => `attendu l'un de ${names.join(", ")}`;

const column = z.int().min(1).max(lineBytesMax);

const field = z.strictObject({
  name: z.string().regex(/^[A-Za-z][\w-]{0,31}$/,
    nameWords)
    .meta(words("Name", "A name of one's own for the field; each once",
      "Nom", "Un nom libre pour le champ ; chacun une seule fois")),
  is: z.enum(contents, { error: ({ input }) => input === undefined
    ? `is missing; ${either(contents)}`
    : `unknown content ${JSON.stringify(input)}; ${either(contents)}` }).meta(words("Content",
    "What stands there. duration: h:m:s or m:s; ringTime: seconds or m:s; number: the other "
    + "party, by direction; text: kept with the record; blank: nothing may stand there",
    "Contenu", "Ce qui s'y trouve. duration : h:m:s ou m:s ; ringTime : secondes ou m:s ; "
    + "number : le correspondant, selon le sens ; text : gardé avec le ticket ; blank : rien ne "
    + "doit s'y trouver")),
  from: column.optional().meta(words("From column", "Of columns: the first, counted from 1",
    "De la colonne", "Pour columns : la première, comptée à partir de 1")),
  to: column.optional().meta(words("To column", "Of columns: the last",
    "À la colonne", "Pour columns : la dernière")),
  label: z.string().max(40).regex(/^[^\s:=.](?:.*[^\s:=.])?$/, labelWords).optional()
    .meta(words("Label", "Of labels: with what the field's line begins; what follows it, and a "
      + "colon or points, is the field", "Étiquette", "Pour labels : ce par quoi commence la ligne "
      + "du champ ; ce qui suit, deux-points ou points à part, est le champ")),
  optional: z.boolean().default(false).meta(words("Optional", "May be left out or blank",
    "Facultatif", "Peut manquer ou être vide")),
  means: z.record(z.string().max(40), z.enum([...directionWords, ...answeredWords],
    either([...directionWords, ...answeredWords]))).optional().meta(words("Meanings",
    "Of direction and answered: each text that is printed, and what it means; "
    + "\"\" is a field left blank", "Significations",
    "Pour direction et answered : chaque texte imprimé et son sens ; \"\" est un champ vide")),
});

export const customLayout = z.strictObject({
  kind: z.enum(["columns", "tokens", "csv", "labels"]).meta(words("Kind",
    "columns: each field in its columns; tokens: blanks part the fields; csv: a separator does; "
    + "labels: a record of several lines, each a label and its field",
    "Genre", "columns : chaque champ dans ses colonnes ; tokens : des blancs séparent les "
    + "champs ; csv : un séparateur ; labels : un ticket de plusieurs lignes, chacune une "
    + "étiquette et son champ")),
  separator: z.string().regex(/^[^\w"\s]{1,3}$|^\t$/, separatorWords)
    .optional().meta(words("Separator", "Of csv: what parts the places; a comma where not given",
      "Séparateur", "Pour csv : ce qui sépare les champs ; une virgule par défaut")),
  clock: z.enum(["start", "end"]).meta(words("Clock",
    "Whether the time printed is that of the call's start or of its end",
    "Horloge", "L'heure imprimée est celle du début ou de la fin de l'appel")),
  dateOrder: z.enum(["dmy", "mdy", "ymd"]).optional().meta(words("Date order",
    "The order of day, month and year; needed where a date is printed",
    "Ordre de la date", "L'ordre du jour, du mois et de l'année ; exigé avec une date")),
  skip: z.array(z.string().regex(/\S/, skipWords).max(80))
    .max(skipsMax).default([]).meta(words("Skip",
    "Lines that begin so, blanks aside, are no records: headings, page numbers",
    "Ignorer", "Les lignes qui commencent ainsi, blancs à part, ne sont pas des tickets")),
  fields: z.array(field).min(1).max(fieldsMax).meta(words("Fields",
    "The fields in the order of printing", "Champs", "Les champs dans l'ordre d'impression")),
});

export type CustomLayout = z.infer<typeof customLayout>;
export type CustomField = CustomLayout["fields"][number];

export interface LayoutProblem {
  readonly path: readonly (string | number)[];
  readonly message: Words;
}

interface Words {
  readonly en: string;
  readonly fr: string;
}

/** French for what this file says of a wrong shape. */
export const shapeWords: ReadonlyMap<string, string> = new Map([
  [nameWords, "doit commencer par une lettre et n'avoir que lettres, chiffres, - et _, 32 au plus"],
  [labelWords, "ne doit avoir ni blanc, ni :, ni =, ni . à ses bouts"],
  [separatorWords, "doit être d'un à trois signes, tels que ; ou |"],
  [skipWords, "ne doit pas être vide"]]);

/** What the shape alone does not say, all of it; paths within the layout. */
export function layoutProblems(layout: CustomLayout): readonly LayoutProblem[] {
  const found: LayoutProblem[] = [];
  const wrong: Wrong = (en, fr, ...path) => {
    found.push({ path, message: { en, fr } });
  };
  if (layout.separator !== undefined && layout.kind !== "csv") {
    wrong(`goes with kind: csv only; this layout is ${layout.kind}`,
      `ne va qu'avec kind: csv ; ce format est ${layout.kind}`, "separator");
  }
  checkWhole(layout, wrong);
  checkUnique(layout.fields, wrong);
  layout.fields.forEach((each, index) => {
    checkMeans(each, index, wrong);
    checkPlace(layout, each, index, wrong);
  });
  if (layout.kind === "columns") checkOverlap(layout.fields, wrong);
  checkLabels(layout, wrong);
  return found;
}

type Wrong = (en: string, fr: string, ...path: (string | number)[]) => void;

function checkWhole({ fields, dateOrder, kind }: CustomLayout, wrong: Wrong): void {
  const has = (...kinds: Content[]): boolean => fields.some(({ is }) => kinds.includes(is));
  if (!has("time", "dateTime")) {
    wrong("no field is: time or dateTime; a call needs its time",
      "aucun champ n'est time ni dateTime ; un appel doit avoir son heure", "fields");
  }
  if (!has("duration", "seconds", "minutes")) {
    wrong("no field is: duration, seconds or minutes; a call needs its length",
      "aucun champ n'est duration, seconds ni minutes ; un appel doit avoir sa durée", "fields");
  }
  if (has("number") && !has("direction")) {
    wrong("number is the calling or the called one by the direction, and no field is: direction; "
      + "add one, or say callingNumber or calledNumber",
    "number est l'appelant ou l'appelé selon le sens, et aucun champ n'est direction ; ajoutez-en "
      + "un, ou dites callingNumber ou calledNumber", "fields");
  }
  if (has("date", "dateTime") && dateOrder === undefined) {
    wrong("is missing: a date is printed; expected dmy, mdy or ymd",
      "manque : une date est imprimée ; attendu dmy, mdy ou ymd", "dateOrder");
  }
  const optional = fields.filter((each) => each.optional).length;
  if (kind === "tokens" && optional > optionalTokensMax) {
    wrong(`${optional} fields are optional; of tokens ${optionalTokensMax} at most, or nobody can `
      + "tell which are there", `${optional} champs sont facultatifs ; avec tokens, `
      + `${optionalTokensMax} au plus, sinon on ne sait lesquels sont là`, "fields");
  }
}

/** What a content tells of a call; two fields that tell the same would contradict each other. */
function tells(is: Content): readonly string[] {
  switch (is) {
    case "text": case "blank": return [];
    case "dateTime": return ["date", "time"];
    case "duration": case "seconds": case "minutes": return ["length"];
    case "number": return ["callingNumber", "calledNumber"];
    default: return [is];
  }
}

function checkUnique(fields: readonly CustomField[], wrong: Wrong): void {
  fields.forEach(({ name, is }, index) => {
    const before = fields.slice(0, index);
    const same = before.findIndex((each) => each.name === name);
    if (same >= 0) {
      wrong(`fields[${same}] is called ${name} already`,
        `fields[${same}] s'appelle déjà ${name}`, "fields", index, "name");
    }
    if (name === "more") {
      wrong("this name is taken; expected another", "ce nom est pris ; il en faut un autre",
        "fields", index, "name");
    }
    const rival = before.findIndex((each) =>
      tells(each.is).some((told) => tells(is).includes(told)));
    if (rival >= 0) {
      wrong(`fields[${rival}] is ${before[rival]?.is ?? ""} already, which says the same as ${is}; `
        + "use text for one of them", `fields[${rival}] est déjà ${before[rival]?.is ?? ""}, qui `
        + `dit la même chose que ${is} ; prenez text pour l'un des deux`, "fields", index, "is");
    }
  });
}

function checkMeans({ is, means, optional }: CustomField, index: number, wrong: Wrong): void {
  const at = ["fields", index, "means"] as const;
  const known: readonly string[] | undefined = is === "direction" ? directionWords
    : is === "answered" ? answeredWords : undefined;
  if (known === undefined) {
    if (means !== undefined) {
      wrong(`goes with direction and answered only, not with ${is}`,
        `ne va qu'avec direction et answered, pas avec ${is}`, ...at);
    }
    if (optional && (is === "time" || is === "dateTime")) {
      wrong("must not be optional: a call needs its time",
        "ne peut être facultatif : un appel doit avoir son heure", "fields", index, "optional");
    }
    return;
  }
  const texts = Object.entries(means ?? {});
  if (texts.filter(([text]) => text !== "").length === 0) {
    wrong(`is missing: what does each text mean? For example { I: ${known[0] ?? ""} }; `
      + either(known), "manque : que veut dire chaque texte ? Par exemple "
      + `{ I: ${known[0] ?? ""} } ; ${orOf(known)}`, ...at);
  }
  if (texts.length > meaningsMax) {
    wrong(`expected ${meaningsMax} at most`, `${meaningsMax} au plus`, ...at);
  }
  for (const [text, meaning] of texts) {
    if (!known.includes(meaning)) {
      wrong(`found ${meaning} for ${is}; ${either(known)}`,
        `trouvé ${meaning} pour ${is} ; ${orOf(known)}`, ...at, text);
    }
    if (text !== text.trim()) {
      wrong("blanks at the ends of a text are not read",
        "les blancs aux bouts d'un texte ne sont pas lus", ...at, text);
    }
  }
}

function checkPlace(
  { kind }: CustomLayout, { is, from, to }: CustomField, index: number, wrong: Wrong,
): void {
  if (kind === "columns") {
    if (from === undefined) {
      wrong("is missing: the first column", "manque : la première colonne",
        "fields", index, "from");
    }
    if (to === undefined) {
      wrong("is missing: the last column", "manque : la dernière colonne", "fields", index, "to");
    }
    if (from !== undefined && to !== undefined && to < from) {
      wrong(`found ${to}; expected ${from} (from) or more`,
        `trouvé ${to} ; attendu ${from} (from) ou plus`, "fields", index, "to");
    }
    return;
  }
  for (const [key, value] of [["from", from], ["to", to]] as const) {
    if (value !== undefined) {
      wrong("goes with kind: columns only", "ne va qu'avec kind: columns", "fields", index, key);
    }
  }
  if (is === "blank" && (kind === "tokens" || kind === "labels")) {
    wrong(`goes with columns and csv only, not with ${kind}; remove the field`,
      `ne va qu'avec columns et csv, pas avec ${kind} ; ôtez le champ`, "fields", index, "is");
  }
}

/** A record begins with the first label, which no other line of it may look like. */
function checkLabels({ kind, fields }: CustomLayout, wrong: Wrong): void {
  fields.forEach(({ label, optional, name }, index) => {
    const at = ["fields", index, "label"] as const;
    if (kind !== "labels") {
      if (label !== undefined) {
        wrong("goes with kind: labels only", "ne va qu'avec kind: labels", ...at);
      }
      return;
    }
    if (label === undefined) {
      wrong("is missing: with what the line begins", "manque : ce par quoi commence la ligne",
        ...at);
      return;
    }
    const same = fields.slice(0, index).find((each) => each.label === label);
    if (same !== undefined) {
      wrong(`is that of ${same.name} already`, `est déjà celle de ${same.name}`, ...at);
    } else if (index > 0 && fields[0]?.label?.startsWith(label) === true) {
      wrong(`is the beginning of that of ${fields[0].name}, which begins the record`,
        `est le début de celle de ${fields[0].name}, qui commence le ticket`, ...at);
    }
    if (index === 0 && optional) {
      wrong(`must not be optional: a record begins with ${name}`,
        `ne peut être facultatif : un ticket commence par ${name}`, "fields", index, "optional");
    }
  });
}

function checkOverlap(fields: readonly CustomField[], wrong: Wrong): void {
  fields.forEach(({ from, to, name }, index) => {
    if (from === undefined || to === undefined || to < from) return;
    const other = fields.findIndex((each, at) => at < index && each.from !== undefined
      && each.to !== undefined && each.from <= to && from <= each.to);
    const its = fields[other];
    if (its === undefined) return;
    wrong(`columns ${from} to ${to} of ${name} overlap columns ${its.from ?? 0} to ${its.to ?? 0} `
      + `of ${its.name} (fields[${other}])`, `les colonnes ${from} à ${to} de ${name} recouvrent `
      + `les colonnes ${its.from ?? 0} à ${its.to ?? 0} de ${its.name} (fields[${other}])`,
    "fields", index, "from");
  });
}
