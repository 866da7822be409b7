/**
 * The customized record of Avaya Communication Manager: its items and their lengths are those that
 * the administrator set, and the option `items` takes them as the switch shows them (page 2 of
 * `display system-parameters cdr`), numbered or not:
 *
 *     1: date - 6   2: space - 1   3: time - 4   4: space - 1   5: sec-dur - 5 ...
 *
 * Item names and lengths are those of the maker's feature description.
 *
 * Assumed: `return`, `line-feed` and `null` stand at the end of the list only.
 */

import { columns, dateMark, dateRecord, read, type Row } from "./avaya-cm.js";
import { ruleLine, type Format } from "./format.js";

export const itemsCharsMax = 4_000;
/** Of the switch's form. */
const itemsMax = 48;

export interface Item {
  /** As the switch writes it. */
  readonly name: string;
  readonly length: number;
}

const digits = /^\d*$/;
const number = /^[\d*#+]*$/;
const any = /^[^\u0000-\u001f]*$/;

/** What a place may hold, and the name by which the standard records know it. */
const known: Readonly<Record<string, readonly [field: string, pattern: RegExp]>> = {
  "acct-code": ["account", number], "attd-console": ["attendant", digits],
  "auth-code": ["authorization", digits], "bandwidth": ["bandwidth", digits],
  "bcc": ["bearer", /^\w?$/], "calling-num": ["calling", number],
  "clg-num/in-tac": ["calling", number], "code-dial": ["accessDialled", number],
  "code-used": ["accessUsed", number], "cond-code": ["condition", /^[0-9A-NT]$/],
  "date": ["stamp", /^\d{6}$/], "dialed-num": ["dialled", number],
  "duration": ["duration", /^\d{4}$/], "feat-flag": ["featureFlag", /^\d?$/],
  "frl": ["frl", /^\w?$/], "in-crt-id": ["inCircuit", digits],
  "in-trk-code": ["incomingAccess", number], "ins": ["ins", digits],
  "ixc-code": ["ixc", number], "ma-uui": ["maUui", digits], "node-num": ["node", digits],
  "out-crt-id": ["outCircuit", digits], "ppm": ["pulses", digits],
  "sec-dur": ["seconds", /^\d{1,5}$/], "time": ["time", /^\d{4}$/],
  "ucid": ["reference", digits], "vdn": ["vdn", digits],
};
const ends = new Set(["return", "line-feed", "null"]);

const numberedItem = new RegExp("(?:(\\d{1,2}) ?: {0,3})?([a-z]+(?:[-/_][a-z]+){0,5})"
  + "[ \\t]{0,24}-?[ \\t]{0,4}(\\d{1,2})\\b", "g");

/** The items of a text in the order of their numbers, of the text where they have none. */
export function itemsOf(text: string): readonly Item[] {
  return [...text.slice(0, itemsCharsMax).matchAll(numberedItem)]
    .map(([, place, name = "", length], index) =>
      ({ name, length: Number(length), place: Number(place ?? index) }))
    .sort((a, b) => a.place - b.place).map(({ name, length }) => ({ name, length }));
}

/** Why these items make no record; all of it. */
export function itemsProblems(items: readonly Item[]): readonly string[] {
  const found: string[] = [];
  const has = (...names: string[]): boolean => items.some(({ name }) => names.includes(name));
  if (items.length === 0) return ["holds no item; expected such as: date - 6, space - 1, time - 4"];
  if (items.length > itemsMax) {
    found.push(`has ${items.length} items; expected ${itemsMax} at most`);
  }
  if (!has("time")) found.push("has no item time");
  if (!has("duration", "sec-dur")) found.push("has no item duration or sec-dur");
  const fields = items.map(fieldName);
  fields.forEach((field, index) => {
    const before = fields.indexOf(field);
    if (field !== undefined && before < index) {
      found.push(`has ${items[index]?.name ?? ""} behind ${items[before]?.name ?? ""}, which `
        + "says the same");
    }
  });
  const end = items.findIndex(({ name }) => ends.has(name));
  if (end >= 0 && items.slice(end).some(({ name }) => !ends.has(name))) {
    found.push(`has an item behind ${items[end]?.name ?? ""}, which ends the record`);
  }
  return found;
}

function fieldName({ name }: Item): string | undefined {
  if (name === "space" || ends.has(name)) return undefined;
  return known[name]?.[0]
    ?? name.replace(/[-/_](\w)/g, (_, letter: string) => letter.toUpperCase());
}

function rowsOf(items: readonly Item[]): readonly Row[] {
  let from = 1;
  return items.flatMap((item): Row[] => {
    const field = fieldName(item);
    const to = from + item.length - 1;
    const row: Row[] = field === undefined ? []
      : [[field, from, to, known[item.name]?.[1] ?? any]];
    if (!ends.has(item.name)) from = to + 1;
    return row;
  });
}

export function avayaCmCustomized(items: readonly Item[]): Format {
  const [first] = items;
  const dated = items.some(({ name }) => name === "date");
  const sure = first !== undefined && ["date", "time"].includes(first.name);
  return {
    name: "avaya-cm",
    title: "Avaya Communication Manager, customized",
    // Four digits left of a record that bears its date look like a date record.
    layouts: [columns("customized", rowsOf(items)), ...dated ? [] : [dateRecord]],
    always: ["date"],
    skips: [ruleLine],
    ...(dated ? {} : { marks: dateMark }),
    begins: sure ? new RegExp(`(?<!\\d)\\d{${first.length}}`, "g") : /(?!)/g,
    encoding: "latin1",
    dateOrder: "mdy",
    read,
  };
}
