/**
 * What a field of a layout of one's own may hold. The patterns take nothing else: a line that does
 * not belong to the layout must stay garbage.
 */

import { timeOf, type ClockTime } from "./fields.js";

/** Separators as printed: `9:15`, `09h15`, `09.15.02`, `0915`, with AM/PM or A/P behind it. */
const time = "(?:(?:[01]?\\d|2[0-3])[:.hH][0-5]\\d(?:[:.mM][0-5]\\d)?"
  + "|(?:[01]\\d|2[0-3])[0-5]\\d(?:[0-5]\\d)?)(?: ?[AaPp][Mm]?)?";
const dayOrYear = "(?:\\d{1,2}|(?:19|20)\\d\\d)";
const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
  "dec"];
const month = `[-/. ]?(?:${monthNames.join("|")})[-/. ]?`;
const mark = "(?:[-/.] ?| )";
const date = `(?:${dayOrYear}${mark}${dayOrYear}(?:${mark}${dayOrYear})?`
  + `|${dayOrYear}${month}(?:${dayOrYear})?|${month}${dayOrYear}(?:${mark}${dayOrYear})?`
  + "|\\d{4}|\\d{6}|\\d{8})";
const span = "(?:(?:\\d{1,3}[:.'hH] ?)?[0-5 ]?\\d[:.'mM] ?[0-5]\\d|\\d{1,3}[:.'mM] ?[0-5]\\d)"
  + "(?:[\"sS]|'')?|\\d\\d[0-5]\\d[0-5]\\d";

/** Of each content, what its text looks like; letters of either case. */
const sources = {
  date,
  time,
  dateTime: `${date}(?: *[T,_-] *| +)${time}|\\d{10}|\\d{12}|\\d{14}`,
  duration: span,
  seconds: "\\d{1,6}",
  minutes: "\\d{1,4}(?:[.,]\\d{1,2})?",
  ringTime: `\\d{1,4}|${span}`,
  device: "[A-Z]{0,4}[-.]?\\d{1,8}",
  trunk: "[A-Z]{0,6}[-./]?\\d{1,6}(?:[-./:]\\d{1,4}){0,3}",
  callingNumber: "",
  calledNumber: "",
  number: "",
  direction: "",
  answered: "",
  accountCode: "[A-Z0-9*#]{1,24}",
  cost: "(?:[A-Z]{3}|[$£¤\\x80])? ?\\d{1,7}(?:[.,]\\d{1,4})? ?(?:[A-Z]{3}|[$£¤\\x80])?",
  reference: "[\\w.:/-]{1,40}",
  sequence: "\\d{1,9}",
  text: "[^\\x00-\\x1f\\x7f]{1,200}",
  blank: "",
} as const satisfies Readonly<Record<string, string>>;

/** The last digits may be hidden. */
const number = "\\+?[\\d*#](?:[-.]?[\\d*#]){0,31}X{0,8}|X{2,16}";

export type Content = keyof typeof sources;

export const contents = Object.keys(sources) as [Content, ...Content[]];

function escaped(text: string): string {
  return text.replace(/[^\w]/g, "\\$&");
}

/** What `is` looks like; `direction` and `answered`: as one of `texts`. */
export function sourceOf(is: Content, texts: readonly string[]): string {
  switch (is) {
    case "callingNumber": case "calledNumber": case "number": return number;
    case "direction": case "answered":
      return texts.filter((text) => text !== "").map(escaped).join("|");
    default: return sources[is];
  }
}

export function patternOf(source: string, optional: boolean, flags = "i"): RegExp {
  return new RegExp(optional ? `^(?:${source})?$` : `^(?:${source})$`, flags);
}

/** As `fields.ts` reads it: names of months as numbers, eight digits apart. */
export function plainDate(text: string, order: string): string {
  const numbered = text.replace(/[a-z]+/gi, (name) =>
    String(monthNames.indexOf(name.toLowerCase()) + 1).padStart(2, "0"));
  return !/^\d{8}$/.test(numbered) ? numbered
    : numbered.replace(order === "ymd" ? /^(\d{4})(\d\d)/ : /^(\d\d)(\d\d)/, "$1-$2-");
}

export function plainTime(text: string | undefined): ClockTime | undefined {
  return timeOf(text?.replace(/[.hm](?=\d)/gi, ":"));
}

/** Date and time of a text that has both. */
export function apart(text: string): readonly [date: string, time: string] {
  const run = /^(\d{6}|\d{8})(\d{4}|\d{6})$/.exec(text);
  // Of twelve digits six are the date: `8 + 4` would print no seconds and a whole year.
  if (run !== null) {
    const digits = text.length === 14 ? 8 : 6;
    return [text.slice(0, digits), text.slice(digits)];
  }
  const found = new RegExp(`(?: *[T,_-] *| +)(${time})$`, "i").exec(text);
  return found === null ? [text, ""] : [text.slice(0, found.index), found[1] ?? ""];
}

/** Milliseconds of hours, minutes and seconds, the hours left out or not. */
export function durationMsOf(text: string): number {
  const parts = /^\d{6}$/.test(text) ? [text.slice(0, 2), text.slice(2, 4), text.slice(4)]
    : text.split(/\D+/).filter((each) => each !== "");
  return parts.reduce((sum, each) => sum * 60 + Number(each), 0) * 1_000;
}
