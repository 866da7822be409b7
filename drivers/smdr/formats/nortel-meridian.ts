/**
 * Nortel Meridian 1 and CS1000 (and the SL-1 report of BCM): type letter, record number, customer,
 * originator, terminator, date, time, duration, flags, digits, from the field lists in the maker's
 * manuals. Columns differ by release, hence tokens. The new format adds a line with the caller's
 * number behind `&`; BCM prints that number padded with x and without `&`.
 *
 * A call that is transferred has records S (start), X (transfer), E (end); all name its trunk,
 * which joins them. A and C (authorization, account) belong to the next record of their trunk.
 * Where no trunk is named, and for all other types, a record is only logged.
 *
 * Assumed: the time is that of the end, in S records that of the start.
 * Assumed: Q, R and F are printed when an ACD agent is connected, and N or E follows at the end.
 */

import type { BlockLayout, Fields, TokenField, TokenLayout } from "../layout.js";
import { clockOf, dateOf, others, present, spanMs, timeOf } from "./fields.js";
import {
  ruleLine, type CallLine, type Format, type FormatSettings, type Meaning,
} from "./format.js";

const dateOrder = "mdy";
const modulus = 1_000;
/** T trunk (route, member), A attendant, DN or digits a set, CF conference. */
const party = /^(T\d{3}(\d{3})?|A\d{3,5}|DN\d{2,7}|CF\d{3,5}|\d{2,7})$/;
/** Of a trunk printed as route and member apart. */
const member = /^\d{3}$/;

const stamp: readonly TokenField[] = [
  { name: "date", pattern: /^\d\d\/\d\d$/ },
  { name: "time", pattern: /^\d\d:\d\d(:\d\d)?$/ },
];
const numbers: readonly TokenField[] = [
  { name: "record", pattern: /^\d{3}$/ }, { name: "customer", pattern: /^\d\d$/ },
];

const first: readonly TokenField[] = [
  { name: "type", pattern: /^[A-HL-SXY]$/ }, ...numbers,
  { name: "originator", pattern: party },
  { name: "originatorMember", pattern: member, optional: true },
  { name: "terminator", pattern: party },
  { name: "terminatorMember", pattern: member, optional: true },
  { name: "auxiliary", pattern: party, optional: true },
  ...stamp,
  { name: "duration", pattern: /^\d\d:\d\d:\d\d(\.\d)?$/, optional: true },
  { name: "flags", pattern: /^[A-Z]{1,2}$/, optional: true },
  { name: "digits", pattern: /^[\d#*]{1,32}$/, optional: true },
  // BCM, advice of charge: pulses and amount.
  { name: "charge", pattern: /^\d{5} +\d{6}$/, optional: true, rest: true },
];

const oneLine: TokenLayout = { kind: "tokens", name: "one-line", fields: first };
const twoLines: BlockLayout = {
  kind: "block", name: "two-lines", first: oneLine,
  more: [
    { kind: "tokens", name: "second", fields: [
      { name: "mark", pattern: /^&$/ },
      { name: "caller", pattern: /^(\d{5,16}x*|\d+x+)$/i, optional: true },
      { name: "more", pattern: /^[\dA-Za-z#*.:/ -]*$/, optional: true, rest: true }] },
    { kind: "tokens", name: "caller", fields: [{ name: "caller", pattern: /^\d{1,15}x+$/i }] },
  ],
  ends: ["second", "caller"],
  linesMax: 2,
};
const times: TokenLayout = { kind: "tokens", name: "time", fields: [
  { name: "type", pattern: /^[IT]$/ },
  ...numbers.map((field): TokenField => ({ ...field, optional: true })), ...stamp] };

/** Fields with a place of their own in a call record; the rest travels as private data. */
const placed = new Set(["record", "originator", "originatorMember", "terminator",
  "terminatorMember", "date", "time", "duration", "digits", "charge", "mark", "caller"]);

/** Originator and terminator, and a third where a release prints one. */
function partiesOf(fields: Fields): readonly string[] {
  const found: string[] = [];
  for (const name of ["originator", "originatorMember", "terminator", "terminatorMember",
    "auxiliary"]) {
    const text = fields[name];
    const before = found.at(-1);
    if (text === undefined) continue;
    if (before !== undefined && /^T\d{3}$/.test(before) && member.test(text)) {
      found[found.length - 1] = before + text;
    } else {
      found.push(text.replace(/^DN/, ""));
    }
  }
  return found;
}

function isTrunk(text: string): boolean {
  return text.startsWith("T");
}

function parties(
  [from = "", to = ""]: readonly string[], digits: string | undefined, caller: string | undefined,
): Pick<CallLine, "direction"> & Partial<CallLine> {
  if (isTrunk(from)) {
    if (isTrunk(to)) {
      return { direction: "tandem", trunk: from,
        ...present({ calledNumber: digits, callingNumber: caller }) };
    }
    return { direction: "incoming", trunk: from, device: to,
      ...present({ callingNumber: caller, calledNumber: digits }) };
  }
  if (isTrunk(to)) {
    return { direction: "outgoing", trunk: to, device: from, callingNumber: from,
      ...present({ calledNumber: digits }) };
  }
  return { direction: "internal", device: from, callingNumber: from, calledNumber: to };
}

function costOf(charge: string | undefined): string | undefined {
  const [pulses = 0, amount = 0] = charge?.split(/ +/).map(Number) ?? [];
  if (amount > 0) return String(amount);
  return pulses > 0 ? `${String(pulses)} units` : undefined;
}

/** What the letter makes of the record; undefined: it is only logged. */
function byType(
  type: string, trunk: string | undefined, printedMs: number | undefined, digits?: string,
): Partial<CallLine> | undefined {
  const durationMs = printedMs ?? 0;
  const joined = trunk === undefined ? {} : { reference: trunk };
  switch (type) {
    case "N": case "L":
      return { ...joined, durationMs, answered: durationMs > 0 };
    case "S": case "X":
      return { ...joined, durationMs, answered: true, ...(trunk === undefined ? {}
        : { continued: true }), ...(type === "X" ? { transferred: true } : {}) };
    case "E":
      return { ...joined, durationMs, answered: true, transferred: true };
    case "B":
      return { ...joined, durationMs: 0, answered: false, ringMs: durationMs };
    case "Q": case "R": case "F":
      return { phase: "answered", durationMs: 0, answered: true };
    case "A": case "C":
      return trunk === undefined ? undefined : { ...joined, continued: true, durationMs: 0,
        answered: false, ...present({ accountCode: digits }) };
    default:
      return undefined;
  }
}

/** BCM leaves the duration out of all but these. */
const timed = new Set(["N", "L", "B", "X"]);

function read(fields: Fields, settings: FormatSettings, layout: string): Meaning | string {
  const { type = "", date: printed = "", time = "", digits, duration, record } = fields;
  const date = dateOf(printed, settings.dateOrder ?? dateOrder);
  const local = date === undefined ? undefined : clockOf(date, timeOf(time));
  if (local === undefined) return "no such date or time in the configured order";
  const pbxTime = `${printed} ${time}`;
  const counted = record === undefined ? {} : { sequence: { number: Number(record), modulus } };
  const text = Object.values(fields).join(" ");
  if (layout === times.name) {
    return { phase: "notice", notice: type === "I" ? "restarted" : "information", text,
      ...counted };
  }
  if (timed.has(type) && duration === undefined) return "no duration";
  const caller = fields["caller"]?.replace(/x+$/i, "");
  const code = type === "A" || type === "C";
  const found = parties(partiesOf(fields), code ? undefined : digits, caller);
  const printedMs = spanMs(duration?.replace(/\.\d$/, ""));
  const told = byType(type, found.trunk, printedMs, digits);
  if (told === undefined) return { phase: "notice", notice: "information", text, ...counted };
  return {
    phase: "completed", local, pbxTime, clock: type === "S" ? "start" : "end",
    durationMs: 0, answered: false, ...found, ...told, ...counted,
    ...present({ cost: costOf(fields["charge"]) }),
    privateFields: others(fields, placed),
  };
}

export const nortelMeridian: Format = {
  name: "nortel-meridian",
  title: "Nortel Meridian 1/CS1000",
  // A record of one line waits for the next line, or for silence, unless this pattern is chosen.
  layouts: [twoLines, oneLine, times],
  always: [times.name],
  skips: [ruleLine],
  begins: /[A-HL-SXY] +\d{3} +\d\d +[TADC\d]|[IT] +\d{3} +\d\d +\d\d\//g,
  encoding: "latin1",
  dateOrder,
  read,
};
