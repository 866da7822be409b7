/**
 * Aastra, Ascom Ascotel IntelliGate 2025 to 2065 and A150: formats PC1 to PC5 and Protocol, the
 * one for printers, from the offsets in the maker's documentation. Every record of a PC format
 * begins with a tab.
 *
 * Assumed: PC3 is PC2 with the time to answer and the sequence number before the serial number, as
 * PC4 has them; the maker says only that it has these two.
 * Assumed: the serial number counts to 9999 and begins again.
 * Assumed: a third digit 3 or 4 of the sort code (the second in PC1 to PC4) of an incoming call
 * says that it was transferred.
 */

import type { ColumnField, ColumnLayout, Fields } from "../layout.js";
import { clockOf, dateOf, others, present, spanMs, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format } from "./format.js";

const digits = /^\d*$/;
const number = /^[\d*#+]*$/;

/** Name, offset from 0, length. */
type Place = readonly [string, number, number];

const patterns: Readonly<Record<string, RegExp>> = {
  user: digits, costCentre: digits, sort: /^\d{2,3}$/, date: /^\d{6}$/, time: /^\d\d:\d\d$/,
  duration: /^\d\dH\d\dM\d\d$/i, charges: /^(\d{1,7}[.,]\d\d)?$/, pulses: /^\d{5}$/,
  trunk: /^\d{5}$/, answerSeconds: /^(\d{3})?$/, sequence: /^(\d{3})?$/, serial: /^\d{4}$/,
};

function layout(name: string, places: readonly Place[]): ColumnLayout {
  const fields = places.map(([field, offset, length]): ColumnField =>
    ({ name: field, from: offset + 1, to: offset + length, pattern: patterns[field] ?? number }));
  return { kind: "columns", name, fields };
}

const layouts: readonly ColumnLayout[] = [
  layout("PC1", [["user", 1, 5], ["sort", 7, 2], ["date", 10, 6], ["time", 17, 5],
    ["duration", 23, 8], ["trunk", 32, 5], ["pulses", 38, 5], ["dialled", 44, 20],
    ["serial", 65, 4]]),
  layout("PC2", [["user", 1, 5], ["costCentre", 7, 9], ["sort", 17, 2], ["date", 20, 6],
    ["time", 27, 5], ["duration", 33, 8], ["trunk", 42, 5], ["ddi", 48, 11], ["pulses", 60, 5],
    ["dialled", 66, 20], ["serial", 87, 4]]),
  layout("PC3", [["user", 1, 5], ["costCentre", 7, 9], ["sort", 17, 2], ["date", 20, 6],
    ["time", 27, 5], ["duration", 33, 8], ["trunk", 42, 5], ["ddi", 48, 11], ["pulses", 60, 5],
    ["dialled", 66, 20], ["answerSeconds", 87, 3], ["sequence", 91, 3], ["serial", 95, 4]]),
  layout("PC4", [["user", 1, 5], ["costCentre", 7, 9], ["sort", 17, 2], ["date", 20, 6],
    ["time", 27, 5], ["duration", 33, 8], ["trunk", 42, 5], ["ddi", 48, 11], ["pulses", 60, 5],
    ["sent", 66, 40], ["dialled", 107, 20], ["answerSeconds", 128, 3], ["sequence", 132, 3],
    ["serial", 136, 4]]),
  layout("PC5", [["user", 1, 12], ["costCentre", 14, 9], ["sort", 24, 3], ["date", 28, 6],
    ["time", 35, 5], ["duration", 41, 8], ["charges", 50, 10], ["pulses", 61, 5],
    ["trunk", 67, 5], ["caller", 73, 20], ["networkCaller", 94, 20], ["sent", 115, 40],
    ["dialled", 156, 40], ["answerSeconds", 197, 3], ["sequence", 201, 3], ["serial", 205, 4]]),
  { kind: "columns", name: "protocol", fields: [
    { name: "user", from: 3, to: 7, pattern: digits },
    { name: "sort", from: 9, to: 11, pattern: /^\d{2,3}$/ },
    { name: "day", from: 13, to: 18, pattern: /^\d{6}$/ },
    { name: "time", from: 20, to: 24, pattern: /^\d\d:\d\d$/ },
    { name: "duration", from: 26, to: 33, pattern: /^\d\dH\d\dM\d\d$/i },
    { name: "trunk", from: 35, to: 39, pattern: /^[\d./]{1,5}$/ },
    { name: "charges", from: 41, to: 50, pattern: /^(\d{1,7}[.,]\d\d)?$/ },
    { name: "dialled", from: 52, to: 71, pattern: /^[\d*#+.]*$/ },
    { name: "serial", from: 73, to: 76, pattern: /^\d{4}$/ },
  ] },
];

/** Fields with a place of their own in a call record; the rest travels as private data. */
const placed = new Set(["user", "date", "day", "time", "duration", "charges", "trunk", "dialled",
  "caller", "answerSeconds", "serial", "costCentre"]);

/** First digit: 0, 1, 6, 7, 8, 9 outgoing, 2, 3, 4 incoming. */
function sortOf(sort: string): Pick<CallLine, "direction" | "transferred"> & {
  readonly unanswered: boolean;
} {
  const first = sort.slice(0, 1);
  const last = sort.slice(-1);
  const incoming = /[234]/.test(first);
  const direction = incoming ? "incoming" : first === "5" ? "unknown" : "outgoing";
  const transferred = incoming ? /[34]/.test(last) : /[068]/.test(first);
  return { direction, unanswered: incoming && last === "2", ...present({
    transferred: transferred ? true : undefined }) };
}

function numbersOf(
  found: Fields, layout: string, incoming: boolean,
): Pick<CallLine, "callingNumber" | "calledNumber"> {
  const { dialled, sent, ddi, caller, networkCaller } = found;
  if (!incoming) return present({ calledNumber: dialled ?? sent });
  if (layout === "PC5") {
    return present({ callingNumber: caller ?? networkCaller, calledNumber: dialled });
  }
  return present({ callingNumber: dialled, calledNumber: ddi });
}

function read(found: Fields, _settings: unknown, layout: string): CallLine | string {
  const { sort = "", date: year, time = "", pulses, answerSeconds } = found;
  const day = year ?? found["day"] ?? "";
  const date = dateOf(day, year === undefined ? "dmy" : "ymd");
  const local = date === undefined ? undefined : clockOf(date, timeOf(time));
  if (local === undefined) return "no such date or time";
  const { unanswered, ...kind } = sortOf(sort);
  const durationMs = spanMs(found["duration"]) ?? 0;
  return {
    phase: "completed", local, pbxTime: `${day} ${time}`, clock: "start", ...kind,
    durationMs, answered: !unanswered && durationMs > 0,
    ...numbersOf(found, layout, kind.direction === "incoming"),
    ...present({ device: found["user"], trunk: found["trunk"], cost: found["charges"],
      accountCode: found["costCentre"],
      ringMs: answerSeconds === undefined ? undefined : Number(answerSeconds) * 1_000 }),
    sequence: { number: Number(found["serial"]), modulus: 10_000 },
    privateFields: { ...others(found, placed), ...present({ pulses }) },
  };
}

export const aastraAscotel: Format = {
  name: "aastra-ascotel",
  title: "Aastra/Ascotel IntelliGate",
  layouts,
  skips: [ruleLine, /^\s*(NO|CC)\b[^\d]*$/],
  begins: /\t(?=[\d ]{6})|  [\d ]{5} (?=[\d ]{3} \d{6} \d\d:)/g,
  encoding: "latin1",
  dateOrder: "ymd",
  read,
};
