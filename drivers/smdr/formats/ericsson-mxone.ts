/**
 * Ericsson MD110 and MX-ONE (Aastra, Mitel): call information logging. What is printed is
 * programmed in the PBX, in a file or on V.24:
 *
 * - `headed`: MX-ONE's files, comma-separated; a line of a file's head names the places. Known
 *   from a public reader of such files are the names condition code, duration, dialed number and
 *   start time local, the writing of durations (days before hours) and the condition codes.
 * - `printed`: a line of MD110 in the usual order of its fields, parted by blanks.
 *
 * Assumed: the five low bits of a condition code tell the kind of call, what is above them how it
 * got to who answered: 64 by diversion, 96 by group hunting, 160 by pick-up.
 * Assumed: places of other names are known by their words (calling, connected, account, trunk,
 * queue or ring time, sequence); what is not known is kept under its name.
 * Assumed: a line of MD110 has date, time, duration, up to three letters of condition, access code,
 * dialled and calling number, and may have account code, trunks as route-member with I or O before
 * them, and a sequence number of four digits.
 * Assumed: its time is that of the end, that of a file the start's.
 * Assumed: a switch prints the year always or never.
 */

import type { CsvField, Fields, HeadedLayout, TokenLayout } from "../layout.js";
import { clockOf, dateOf, others, present, spanMs, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format, type FormatSettings } from "./format.js";

const dateOrder = "ymd";
const number = /^[\d*#+?]{0,32}$/;
const any = /^[^\u0000-\u001f]*$/;

/** By words of a heading's name: the field and what it may hold. The first that fits counts. */
const places: readonly (readonly [words: RegExp, name: string, pattern: RegExp])[] = [
  [/^condition code$/, "condition", /^\d{1,3}$/],
  [/^duration$/, "duration", /^\dd\d\d:[0-5]\d:[0-5]\d$/],
  [/^(start time local|start)$/, "start",
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d( \([A-Z]{1,5}\))?$/],
  [/^diall?ed( number)?$/, "dialled", number],
  [/^calling( number)?$/, "calling", number],
  [/^(connected|answering)( number)?$/, "connected", number],
  [/^account( code)?$/, "account", number],
  [/^(incoming trunk|trunk in)$/, "trunkIn", /^[\w/-]{0,16}$/],
  [/^(outgoing trunk|trunk out)$/, "trunkOut", /^[\w/-]{0,16}$/],
  [/^(queue time|ring time|ring)$/, "ring", /^(\dd)?\d\d:[0-5]\d:[0-5]\d$|^\d{0,5}$/],
  [/^sequence( number)?$/, "sequence", /^\d{0,9}$/],
];

function placeOf(title: string): CsvField {
  const small = title.toLowerCase().replace(/([a-z])([A-Z])/g, "$1 $2");
  const known = places.find(([words, name]) => words.test(small) || name === title);
  if (known !== undefined) return { name: known[1], pattern: known[2] };
  const name = /^[a-z][A-Za-z0-9]*$/.test(title) ? title
    : small.replace(/[^a-z0-9]+(\w?)/g, (_, letter: string) => letter.toUpperCase());
  return { name: name.slice(0, 40) || "unnamed", pattern: any };
}

const headed: HeadedLayout = { kind: "headed", name: "headed", heading: "# ", place: placeOf,
  needed: ["condition", "duration", "start", "dialled"] };

const printed: TokenLayout = { kind: "tokens", name: "printed", fields: [
  { name: "date", pattern: /^((19|20)\d\d|\d\d)-\d\d(-\d\d)?$/ },
  { name: "time", pattern: /^\d\d:\d\d(:\d\d)?$/ },
  { name: "duration", pattern: /^\d{1,2}:[0-5]\d:[0-5]\d$/ },
  { name: "letters", pattern: /^[A-Z]{1,3}$/, optional: true },
  { name: "access", pattern: /^[\d*#]{1,5}$/ },
  { name: "dialled", pattern: /^[\d*#]{2,24}$/ },
  { name: "calling", pattern: /^\d{2,24}$/ },
  { name: "account", pattern: /^\d{1,15}$/, optional: true },
  { name: "trunkIn", pattern: /^I\d{1,3}-\d{1,3}$/, optional: true },
  { name: "trunkOut", pattern: /^O\d{1,3}-\d{1,3}$/, optional: true },
  { name: "sequence", pattern: /^\d{4}$/ },
] };

const placed = new Set(["date", "time", "start", "duration", "dialled", "calling", "account",
  "trunkIn", "trunkOut", "ring", "sequence"]);

/** Days, hours, minutes, seconds. */
function lengthMs(text: string): number {
  const [, days = "0", rest = ""] = /^(?:(\d)d)?(.*)$/.exec(text) ?? [];
  return Number(days) * 86_400_000 + (spanMs(rest) ?? 0);
}

const kinds: Readonly<Record<number, readonly [CallLine["direction"], answered: boolean]>> = {
  7: ["incoming", true], 8: ["internal", true], 10: ["outgoing", true], 23: ["incoming", false],
  25: ["internal", false], 28: ["outgoing", false], 29: ["unknown", false], 30: ["unknown", false],
};
const kindBits = 31;
const diverted = 64;

function directionOf({ trunkIn, trunkOut }: Fields): CallLine["direction"] {
  if (trunkIn === undefined) return trunkOut === undefined ? "internal" : "outgoing";
  return trunkOut === undefined ? "incoming" : "tandem";
}

function parties(fields: Fields, direction: CallLine["direction"]): Partial<CallLine> {
  const { calling, dialled, connected, trunkIn, trunkOut } = fields;
  return present({ callingNumber: calling, calledNumber: dialled,
    device: direction === "incoming" ? connected ?? dialled
      : direction === "tandem" ? undefined : calling,
    trunk: (direction === "outgoing" ? trunkOut : trunkIn ?? trunkOut)?.replace(/^[IO]/, "") });
}

function read(fields: Fields, settings: FormatSettings, layout: string): CallLine | string {
  const { start, condition, duration = "", ring, sequence } = fields;
  if (fields["more"] !== undefined) return "more places than the layout has";
  const [day = "", time = ""] = start?.split(" ") ?? [fields["date"], fields["time"]];
  const date = dateOf(day, settings.dateOrder ?? dateOrder);
  const local = date === undefined ? undefined : clockOf(date, timeOf(time));
  if (local === undefined) return "no such date or time in the configured order";
  const code = Number(condition ?? "0");
  const kind = condition === undefined ? undefined : kinds[code & kindBits];
  if (condition !== undefined && kind === undefined) return "no such condition code";
  const direction = kind?.[0] ?? directionOf(fields);
  const durationMs = lengthMs(duration);
  return {
    phase: "completed", local, pbxTime: start ?? `${day} ${time}`,
    clock: layout === headed.name ? "start" : "end", direction, durationMs,
    answered: (kind?.[1] ?? true) && durationMs > 0,
    ...parties(fields, direction),
    ...present({ accountCode: fields["account"],
      ringMs: ring === undefined ? undefined
        : /^\d+$/.test(ring) ? Number(ring) * 1_000 : lengthMs(ring),
      transferred: (code & ~kindBits) === diverted ? true : undefined,
      sequence: sequence === undefined || layout === headed.name ? undefined
        : { number: Number(sequence), modulus: 10_000 } }),
    privateFields: others(fields, placed),
  };
}

export const ericssonMxone: Format = {
  name: "ericsson-mxone",
  title: "Ericsson MD110/MX-ONE",
  layouts: [headed, printed],
  skips: [ruleLine, /^#/],
  begins: /# (?=[A-Za-z ]+,)|(?:(?:19|20)\d\d-\d\d-\d\d|\d\d-\d\d(?:-\d\d)?) \d\d:\d\d/g,
  steady: { printed: "printed" },
  fixedColumns: true,
  encoding: "latin1",
  dateOrder,
  read,
};
