/**
 * Avaya Definity and Communication Manager: the CDR formats printer, teleseer, 59-character,
 * expanded, unformatted, int-direct, int-isdn, LSU, LSU-expand, and ISDN or enhanced forms of them,
 * from the position tables in the maker's administrator guides. A line prints the time of day
 * only; a line of its own gives the date, at midnight and when the link comes up. The customized
 * record is in `avaya-cm-customized.ts`.
 *
 * Teleseer with and without ISDN layouts cannot be told apart: without a chosen pattern the former
 * is assumed. Int-isdn, 59-character, ISDN printer, all LSU and the enhanced forms are read only
 * where they are chosen: others, cut or damaged, look like them. LSU prints no time; its lines are
 * not sought behind noise, nothing marks their start.
 * Four digits left of a damaged line can look like a date; nothing in the format tells.
 * Condition code 4 (still going on after ten hours) stays a record of its own. A duration of 9999
 * says that the switch's clock was set during the call: how long it lasted, nobody knows.
 *
 * Assumed: the feature flag is always printed (printer, teleseer, LSU).
 * Assumed: 59-character has teleseer's places up to the circuits, three earlier.
 * Assumed: G is printed at the moment of the answer, and the incoming call's own record follows.
 * Assumed: all but the condition codes E, F, H and I were answered.
 * Assumed: behind the account code, expanded has the places of unformatted, one blank between each,
 * and is 130 columns wide.
 * Assumed: the enhanced forms of expanded and unformatted print the time in queue before the FRL,
 * an IXC of four digits, and bandwidth and charge behind the TSC flag.
 * Assumed: ISDN and enhanced LSU print the IXC where LSU has the access code dialled.
 * Assumed: ISDN printer has the places of printer, the IXC in that of the access code dialled, and
 * the INS in columns 66 to 69.
 * Assumed: more than four digits in the calling number's place of an incoming call are the
 * caller, up to four the access code of the trunk group.
 * Assumed: circuits are told as printed: printer, teleseer and 59-character turn 123 into 231 where
 * the switch is not set to show them otherwise.
 */

import type { BlockLayout, ColumnField, ColumnLayout, Fields, Layout } from "../layout.js";
import { clockOf, dateOf, others, present, timeOf } from "./fields.js";
import {
  ruleLine, type CallLine, type Format, type FormatSettings, type Meaning, type PbxTime,
} from "./format.js";

const dateOrder = "mdy";
const four = /^\d{4}$/;
const code = /^[\d#*]{0,4}$/;
const dialled = /^[\d#*]{0,18}$/;
const digits = /^\d*$/;
const one = /^[\dA-Z]?$/;
const condition = /^[0-9A-NT]$/;
const digit = /^\d$/;
const some = /^\d+$/;

export type Row = readonly [
  name: string, from: number, to: number, pattern: RegExp, stands?: "right"];

export function columns(name: string, rows: readonly Row[]): ColumnLayout {
  return { kind: "columns", name, fields: rows.map(([field, from, to, pattern, stands],
  ): ColumnField => ({ name: field, from, to, pattern,
    ...(stands === undefined ? {} : { right: true }) })) };
}

const printer: readonly Row[] = [
  ["time", 1, 4, four], ["duration", 6, 9, four], ["condition", 11, 11, condition],
  ["accessDialled", 13, 15, code], ["accessUsed", 17, 19, code], ["dialled", 21, 35, dialled],
  ["calling", 37, 41, digits], ["account", 43, 57, dialled], ["authorization", 59, 65, digits],
  ["frl", 70, 70, one], ["ixc", 72, 72, one], ["inCircuit", 74, 76, digits],
  ["outCircuit", 78, 80, digits], ["featureFlag", 82, 82, digit],
];

const teleseerHead: readonly Row[] =
  [["time", 4, 7, four], ["duration", 8, 11, four], ["condition", 12, 12, condition]];
const teleseerMiddle: readonly Row[] = [
  ["accessUsed", 16, 18, code], ["dialled", 19, 33, dialled], ["calling", 34, 38, digits],
  ["account", 39, 53, dialled],
];
const teleseerTail: readonly Row[] = [
  ["inCircuit", 56, 58, digits], ["outCircuit", 59, 61, digits], ["featureFlag", 62, 62, digit],
  ["authorization", 63, 69, digits, "right"],
];

/** Numbers stand to the right: a line cut within them is seen to be cut. */
const intDirect: readonly Row[] = [
  ["date", 1, 6, /^\d{6}$/], ["time", 8, 11, four], ["duration", 13, 16, four],
  ["condition", 18, 18, condition], ["accessDialled", 20, 22, code],
  ["accessUsed", 23, 25, code], ["dialled", 27, 44, dialled],
  ["calling", 46, 50, some, "right"], ["account", 52, 66, dialled, "right"],
  ["pulses", 68, 72, digits, "right"], ["inCircuit", 74, 75, digits],
  ["outCircuit", 77, 78, digits],
];

/** Whole from its calling number on, which stands to the right. */
const fiftyNine: readonly Row[] = [
  ["time", 1, 4, four], ["duration", 5, 8, four], ["condition", 9, 9, condition],
  ["accessDialled", 10, 12, code], ["accessUsed", 13, 15, code], ["dialled", 16, 30, dialled],
  ["calling", 31, 35, some, "right"], ["account", 36, 50, dialled],
  ["frl", 51, 51, one], ["ixc", 52, 52, one], ["inCircuit", 53, 55, digits],
  ["outCircuit", 56, 58, digits],
];

/** The digits of the calling number and of the circuits do not stand together. */
function lsu(access: string, behind: readonly Row[], last: string): readonly Row[] {
  return [
    ["duration", 1, 4, four], ["condition", 5, 5, condition], [access, 6, 8, code],
    ["accessUsed", 9, 11, code], ["dialled", 12, 26, dialled], ["callingRest", 27, 30, digits],
    ["account", 31, 35, dialled], ["authorization", 36, 42, digits], ...behind,
    ["callingFirst", 46, 46, digits], ["inCircuitLow", 47, 48, digits],
    ["featureFlag", 49, 49, digit], ["outCircuitLow", 50, 51, digits],
    ["outCircuitHigh", 52, 52, digits], ["inCircuitHigh", 53, 53, digits], [last, 54, 54, one],
  ];
}

const headOfTen: readonly Row[] = printer.slice(0, 3);
/** Head of all records whose access codes have four digits. */
const wideHead: readonly Row[] = [
  ...headOfTen, ["accessDialled", 13, 16, code], ["accessUsed", 18, 21, code],
  ["dialled", 23, 37, dialled],
];
const wideMiddle: readonly Row[] = [
  ["calling", 39, 48, dialled], ["account", 50, 64, dialled], ["authorization", 66, 72, digits],
];

/** What stands behind the authorization code of the longest records, by name and width. */
const longTail: readonly (readonly [
  name: string, width: number, pattern: RegExp, stands?: "right"])[] = [
  ["frl", 1, one], ["inCircuit", 3, digits], ["outCircuit", 3, digits],
  ["featureFlag", 1, digit], ["attendant", 2, digits], ["incomingAccess", 4, code, "right"],
  ["node", 2, digits], ["ins", 3, digits], ["ixc", 3, code], ["bearer", 1, one],
  ["maUui", 1, one], ["resourceFlag", 1, one],
];

function tail(from: number, blanks: number, wide: readonly string[] = []): readonly Row[] {
  let next = from;
  return longTail.map(([name, plain, pattern, ...stands]): Row => {
    const width = plain + (wide.includes(name) ? 1 : 0);
    next += width + blanks;
    return [name, next - width - blanks, next - blanks - 1, pattern, ...stands];
  });
}

const any = /^[^\u0000-\u001f]*$/;

const expanded: readonly Row[] = [...wideHead, ...wideMiddle];
const unformatted: readonly Row[] = [
  ["time", 1, 4, four], ["duration", 5, 8, four], ["condition", 9, 9, condition],
  ["accessDialled", 10, 13, code], ["accessUsed", 14, 17, code], ["dialled", 18, 32, dialled],
  ["calling", 33, 42, dialled], ["account", 43, 57, dialled], ["authorization", 58, 64, digits],
];

const intIsdn: BlockLayout = {
  kind: "block", name: "int-isdn", first: columns("first", [...wideHead, ...wideMiddle]),
  more: [columns("second", [...tail(2, 1, ["ixc"]), ["pulses", 46, 50, digits]])],
  ends: ["second"], linesMax: 2,
};

/** The calling number's first digit and the circuits' digits do not stand together. */
const lsuExpand: readonly Row[] = [
  ...headOfTen, ["accessDialled", 13, 15, code], ["accessUsed", 16, 18, code],
  ["dialled", 20, 34, dialled], ["callingRest", 36, 39, digits], ["account", 41, 45, dialled],
  ["authorization", 47, 53, digits], ["frl", 58, 58, one], ["callingFirst", 60, 60, digits],
  ["inCircuitLow", 62, 63, digits], ["featureFlag", 65, 65, digit],
  ["outCircuitLow", 67, 68, digits], ["outCircuitHigh", 70, 70, digits],
  ["inCircuitHigh", 72, 72, digits], ["ixc", 73, 73, one],
];

/** Column 72, of the IXC in printer, is left open for whatever stands there. */
const isdnPrinter: readonly Row[] = [
  ...headOfTen, ["ixc", 13, 15, code], ...printer.slice(4, 9), ["ins", 66, 69, digits],
  ["frl", 70, 70, one], ["frlOrIxc", 72, 72, one], ...printer.slice(11),
];

const enhancedPrinter: readonly Row[] = [
  ...headOfTen, ["ixc", 13, 16, code], ["accessUsed", 18, 21, code], ["dialled", 23, 37, dialled],
  ["calling", 39, 43, digits], ["account", 45, 59, dialled], ["authorization", 61, 67, digits],
  ["ins", 69, 71, digits], ["frl", 73, 73, one], ["inCircuit", 75, 77, digits],
  ["outCircuit", 79, 81, digits], ["featureFlag", 83, 83, digit],
];

/** A date, where it follows another record without a line end. */
export const dateMark = /\d\d ?\d\d\s*$/;
export const dateRecord = columns("date", [["monthDay", 1, 5, /^\d\d ?\d\d$/]]);

const layouts: readonly Layout[] = [
  columns("printer", printer),
  columns("isdn-printer", isdnPrinter),
  columns("enhanced-printer", enhancedPrinter),
  columns("expanded", [...expanded, ...tail(77, 1), ["packets", 114, 117, digits],
    ["tscFlag", 119, 119, one], ["reserved", 121, 130, any]]),
  columns("enhanced-expanded", [...expanded, ["inQueue", 74, 75, digits], ...tail(77, 1, ["ixc"]),
    ["packets", 115, 118, digits], ["tscFlag", 120, 120, one], ["bandwidth", 122, 123, digits],
    ["charge", 125, 135, digits], ["reserved", 136, 146, any]]),
  columns("unformatted", [...unformatted, ...tail(67, 0), ["packets", 92, 95, digits],
    ["tscFlag", 96, 96, one], ["reserved", 97, 100, any]]),
  columns("enhanced-unformatted", [...unformatted, ["inQueue", 65, 66, digits],
    ...tail(67, 0, ["ixc"]), ["packets", 93, 96, digits], ["tscFlag", 97, 97, one],
    ["bandwidth", 98, 99, digits], ["charge", 100, 110, digits], ["reserved", 111, 114, any]]),
  intIsdn,
  columns("lsu-expand", lsuExpand),
  columns("teleseer", [...teleseerHead, ["accessDialled", 13, 15, code], ...teleseerMiddle,
    ["frl", 54, 54, one], ["ixc", 55, 55, one], ...teleseerTail]),
  columns("isdn-teleseer", [...teleseerHead, ["ixc", 13, 15, code], ...teleseerMiddle,
    ["insUnits", 54, 54, digits], ["frl", 55, 55, one], ...teleseerTail,
    ["insHigh", 70, 71, digits]]),
  columns("59-character", fiftyNine),
  columns("int-direct", intDirect),
  columns("lsu", lsu("accessDialled",
    [["accountMore", 43, 44, digits], ["frl", 45, 45, one]], "ixc")),
  columns("isdn-lsu", lsu("ixc",
    [["insOrAccount", 43, 44, digits], ["insOrFrl", 45, 45, one]], "frl")),
  columns("enhanced-lsu", lsu("ixc", [["insOrAccount", 43, 45, digits]], "frl")),
  dateRecord,
];

/** Fields with a place of their own in a call record; the rest travels as private data. */
const placed = new Set(["date", "stamp", "time", "duration", "seconds", "dialled", "calling",
  "callingFirst", "callingRest", "account", "pulses", "charge", "inCircuit", "outCircuit",
  "inCircuitLow", "inCircuitHigh", "outCircuitLow", "outCircuitHigh", "reference"]);

const outgoingCodes = new Set(["7", "8", "A", "B", "E", "F", "K", "M"]);
const incomingCodes = new Set(["9", "G", "H", "I", "J"]);
const unansweredCodes = new Set(["E", "F", "H", "I"]);

function directionOf(
  condition: string, inCircuit: string | undefined, outCircuit: string | undefined,
): CallLine["direction"] {
  if (condition === "0") return "internal";
  if (inCircuit !== undefined && outCircuit !== undefined) return "tandem";
  if (outgoingCodes.has(condition)) return "outgoing";
  if (incomingCodes.has(condition)) return "incoming";
  if (inCircuit !== undefined) return "incoming";
  return outCircuit === undefined ? "unknown" : "outgoing";
}

/** What 59-character prints for the condition codes of the others. */
const fiftyNineCodes: Readonly<Record<string, string>> =
  { A: "1", D: "4", E: "6", G: "7", H: "8", I: "9", L: "C", N: "E" };

/** The clock was set during the call. */
const clockSet = "9999";

/** Seconds, or hours, minutes (two digits) and tenths of minutes. */
function durationOf({ seconds, duration: text = "" }: Fields): number | undefined {
  if (seconds !== undefined) return Number(seconds) * 1_000;
  if (text === clockSet) return 0;
  const minutes = Number(text.slice(1, 3));
  if (minutes > 59) return undefined;
  return ((Number(text.slice(0, 1)) * 60 + minutes) * 60 + Number(text.slice(3)) * 6) * 1_000;
}

/** A customized record's date, its stamp, has the order that the switch is set to. */
function timeOfLine(fields: Fields, settings: FormatSettings): PbxTime | string {
  const { time, date: day, stamp } = fields;
  if (time === undefined) return { atArrival: true };
  const date = stamp !== undefined ? dateOf(stamp, settings.dateOrder ?? dateOrder)
    : dateOf(day, "dmy");
  if (date === undefined && (stamp ?? day) !== undefined) return "no such date";
  return clockOf(date, timeOf(time)) ?? "no such date or time";
}

function together(...parts: readonly (string | undefined)[]): string | undefined {
  const text = parts.filter((part) => part !== undefined).join("");
  return text === "" ? undefined : text;
}

const accessDigitsMax = 4;

/** Who called whom; in the calling number's place of an incoming call is caller or trunk. */
function parties(
  fields: Fields, direction: CallLine["direction"], circuits: readonly (string | undefined)[],
): Partial<CallLine> {
  const [inCircuit, outCircuit] = circuits;
  const { incomingAccess } = fields;
  const calling = fields["calling"] ?? together(fields["callingFirst"], fields["callingRest"]);
  const called = fields["dialled"];
  const named = (group: string | undefined, circuit: string | undefined): string | undefined =>
    group === undefined ? circuit : [group, circuit].filter((part) => part !== undefined).join("-");
  const caller = calling !== undefined && calling.length > accessDigitsMax
    && calling !== incomingAccess ? calling : undefined;
  const trunk = named(incomingAccess ?? (caller === undefined ? calling : undefined), inCircuit);
  switch (direction) {
    case "incoming":
      return present({ device: called, callingNumber: caller, calledNumber: called, trunk });
    case "tandem":
      return present({ callingNumber: caller, calledNumber: called, trunk });
    case "outgoing":
      return present({ device: calling, callingNumber: calling, calledNumber: called,
        trunk: named(fields["accessUsed"] ?? fields["accessDialled"], outCircuit) });
    default:
      return present({ device: calling, callingNumber: calling, calledNumber: called });
  }
}

function dateLine(text: string, settings: FormatSettings): Meaning | string {
  const date = dateOf(text.replace(" ", ""), settings.dateOrder ?? dateOrder);
  const local = clockOf(date, { hour: 0, minute: 0, second: 0 });
  if (date === undefined || local === undefined) return "no such date in the configured order";
  return { phase: "date", month: date.month, day: date.day };
}

export function read(fields: Fields, settings: FormatSettings, layout: string): Meaning | string {
  const { monthDay, condition: printed = "" } = fields;
  const condition = layout === "59-character" ? fiftyNineCodes[printed] ?? printed : printed;
  if (monthDay !== undefined) return dateLine(monthDay, settings);
  if (layout === intIsdn.name && fields["featureFlag"] === undefined) {
    return "its second line is missing";
  }
  const local = timeOfLine(fields, settings);
  if (typeof local === "string") return local;
  const printedMs = durationOf(fields);
  if (printedMs === undefined) return "no such duration";
  const pbxTime = [fields["date"] ?? fields["stamp"], fields["time"]]
    .filter((part) => part !== undefined).join(" ");
  if (condition === "6") {
    return { phase: "notice", notice: "records-lost",
      text: `calls not recorded until ${pbxTime}, for ${String(printedMs / 1_000)} s` };
  }
  // Int-direct fills these with zeros.
  const circuits = [
    fields["inCircuit"] ?? together(fields["inCircuitHigh"], fields["inCircuitLow"]),
    fields["outCircuit"] ?? together(fields["outCircuitHigh"], fields["outCircuitLow"])]
    .map((circuit) => circuit === "00" ? undefined : circuit);
  const direction = directionOf(condition, circuits[0], circuits[1]);
  const rings = condition === "G" || condition === "H";
  const isUnknown = fields["duration"] === clockSet;
  return {
    phase: condition === "G" ? "answered" : "completed",
    local, pbxTime, clock: "end", direction,
    ...parties(fields, direction, circuits),
    durationMs: rings ? 0 : printedMs, answered: !unansweredCodes.has(condition),
    ...present({ ringMs: rings && !isUnknown ? printedMs : undefined,
      transferred: condition === "T" ? true : undefined, accountCode: fields["account"],
      reference: fields["reference"],
      cost: fields["charge"] ?? (fields["pulses"] === undefined ? undefined
        : `${fields["pulses"]} units`) }),
    privateFields: { ...others(fields, placed), ...(isUnknown ? { duration: clockSet } : {}) },
  };
}

/** Time and duration, together or apart, and the condition code. */
const [clock, length] = ["[0-2]\\d[0-5]\\d", "(?:\\d[0-5]\\d\\d|9999)"];
const begins = new RegExp(
  `(?:(?: {3})?${clock}${length}|(?:\\d{6} )?${clock} ${length} )[0-9A-NT]`, "g");

export const avayaCm: Format = {
  name: "avaya-cm",
  title: "Avaya Definity/Communication Manager",
  layouts,
  always: ["date"],
  onlyChosen: ["int-isdn", "isdn-printer", "enhanced-printer", "enhanced-expanded",
    "enhanced-unformatted", "59-character", "lsu", "isdn-lsu", "enhanced-lsu"],
  skips: [ruleLine],
  begins,
  marks: dateMark,
  tells: /\d{4} ?[0-9A-NT]/,
  encoding: "latin1",
  dateOrder,
  read,
};
