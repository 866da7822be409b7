/**
 * Panasonic DBS (78 columns), the three formats of DBS 576 and ICX, and ESI, which prints the
 * columns of DBS or a line of eight quoted places; from the column tables in the makers'
 * documentation. A DBS prints `>` for `*` and `<` for `#`; a DBS 576 hides a number by `*`.
 *
 * Assumed: the number of an incoming call in format 1 of the DBS 576 is the caller's, in the other
 * two, which have a place for the caller, the one that was called.
 * Assumed: a DBS 576 leaves the duration of a call blank that was not answered.
 * Assumed: T tells a transferred call of either direction.
 * Assumed: ESI's quoted places give their date as MMDDYYYY everywhere.
 */

import type { ColumnField, CsvField, Fields, Layout } from "../layout.js";
import { clockOf, dateOf, others, present, spanMs, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format, type FormatSettings } from "./format.js";

const dateOrder = "mdy";
const types = /^[IOTSsND]$/;
const party = /^([\d*#<>+ -]*|Private|Out of Area)$/i;

const quoted: readonly CsvField[] = [
  { name: "type", pattern: /^[IOT]$/ },
  { name: "date", pattern: /^\d{8}$/ },
  { name: "time", pattern: /^\d{6}$/ },
  { name: "duration", pattern: /^\d{6}$/ },
  { name: "extension", pattern: /^\d{2,4}$/ },
  { name: "number", pattern: party },
  { name: "name", pattern: /^[^\u0000-\u001f"]*$/ },
  { name: "line", pattern: /^\d{1,3}$/ },
];

function place(name: string, from: number, to: number, pattern: RegExp): ColumnField {
  return { name, from, to, pattern };
}

const dialled = /^I?[\d*#]*$/;
const code = /^[\dA-Z]*$/;
const callerName = /^[^\u0000-\u001f\d][^\u0000-\u001f]*$/;

/** The first columns of a DBS 576, which has extensions and lines of four. */
const head576: readonly ColumnField[] = [
  place("type", 1, 1, /^[IDhNStAOFHLTW]$/), place("date", 3, 7, /^\d\d\/\d\d$/),
  place("time", 9, 16, /^\d\d:\d\d:\d\d$/), place("duration", 18, 25, /^(\d\d:\d\d:\d\d)?$/),
  place("extension", 27, 30, /^C?\d{1,4}$/), place("line", 32, 35, /^\*?\d{3}$/),
  place("number", 37, 60, dialled), place("account", 62, 71, code),
];
const ring576 = (from: number): ColumnField => place("ring", from, from + 4, /^(\d\d:\d\d)?$/);

function layout576(name: string, ...more: readonly ColumnField[]): Layout {
  return { kind: "columns", name, fields: [...head576, ...more] };
}

const layouts: readonly Layout[] = [
  { kind: "columns", name: "dbs", fields: [
    { name: "type", from: 1, to: 1, pattern: types },
    { name: "date", from: 3, to: 7, pattern: /^\d\d\/\d\d$/ },
    { name: "time", from: 9, to: 16, pattern: /^\d\d:\d\d:\d\d$/ },
    { name: "duration", from: 18, to: 25, pattern: /^\d\d:\d\d[:.]\d\d$/ },
    { name: "extension", from: 27, to: 29, pattern: /^\d{1,3}$/ },
    { name: "number", from: 31, to: 58, pattern: party },
    { name: "account", from: 60, to: 69, pattern: /^\d*$/ },
    { name: "verified", from: 71, to: 75, pattern: /^([VW]\d{4})?$/ },
    { name: "line", from: 77, to: 78, pattern: /^\d\d$/ },
  ] },
  layout576("dbs-576-1", place("verified", 73, 77, code)),
  layout576("dbs-576-2", place("verified", 73, 76, code), place("caller", 78, 93, /^[\d*#]*$/),
    place("charge", 95, 102, /^[\d.]*$/), ring576(104)),
  layout576("dbs-576-2-name", place("verified", 73, 76, code),
    place("caller", 78, 89, /^[\d*#]*$/), place("name", 91, 102, callerName),
    ring576(104)),
  layout576("dbs-576-3", place("verified", 73, 76, code), place("caller", 78, 93, /^[\d*#]*$/),
    place("channel", 95, 96, /^(\d\d)?$/), ring576(98)),
  { kind: "csv", name: "esi-csv", fields: quoted, fieldsMin: 8 },
];

function directionOf(type: string): CallLine["direction"] {
  return type === "T" ? "unknown" : type === "O" || type === "s" ? "outgoing" : "incoming";
}

function colons(text: string | undefined): string {
  return text?.replace(/(\d\d)(?=\d)/g, "$1:") ?? "";
}

interface Times {
  readonly local: CallLine["local"] | undefined;
  readonly durationMs: number;
  readonly pbxTime: string;
}

function timesOf(found: Fields, settings: FormatSettings, layout: string): Times {
  const { date: day = "", time = "", duration } = found;
  const esi = layout === "esi-csv";
  const date = esi
    ? dateOf(day.replace(/^(\d\d)(\d\d)(\d{4})$/, "$1/$2/$3"), "mdy")
    : dateOf(day, settings.dateOrder ?? dateOrder);
  return { local: date === undefined ? undefined : clockOf(date, timeOf(time)),
    durationMs: spanMs(esi ? colons(duration) : duration) ?? 0, pbxTime: `${day} ${time}` };
}

function read(found: Fields, settings: FormatSettings, layout: string): CallLine | string {
  const times = timesOf(found, settings, layout);
  if (layout.startsWith("dbs-576")) return read576(found, times, layout);
  const { local, durationMs, pbxTime } = times;
  if (local === undefined) return "no such date or time in the configured order";
  const { type = "", number: text, name, verified } = found;
  const direction = directionOf(type);
  const number = text === undefined || /^[PO]/i.test(text) ? undefined
    : text.replaceAll(">", "*").replaceAll("<", "#");
  return {
    phase: "completed", local, pbxTime, clock: "start", direction, durationMs,
    answered: durationMs > 0,
    ...present({ device: found["extension"], trunk: found["line"],
      callingNumber: direction === "incoming" ? number : undefined,
      calledNumber: direction === "outgoing" ? number : undefined,
      transferred: type === "T" ? true : undefined, accountCode: found["account"] }),
    privateFields: { type, ...present({ name, verified,
      number: number === undefined || direction === "unknown" ? text : undefined }) },
  };
}

const outgoing576 = new Set(["O", "F", "H", "L", "T", "W"]);
const placed576 = new Set(["date", "time", "duration", "extension", "line", "account", "ring",
  "caller", "charge", "number"]);

function read576(found: Fields, times: Times, layout: string): CallLine | string {
  const { local, durationMs, pbxTime } = times;
  if (local === undefined) return "no such date or time in the configured order";
  const { type = "", number = "", charge, ring } = found;
  // Without either, nobody can tell the formats apart, and the first one says as much.
  if (layout !== "dbs-576-1" && (ring ?? charge) === undefined) return "no ring time";
  const isOutgoing = outgoing576.has(type);
  const shown = number.replace(/^I/, "");
  const other = shown === "" || /^\*+$/.test(shown) ? undefined : shown;
  const called = isOutgoing || layout !== "dbs-576-1" ? other : undefined;
  return {
    phase: "completed", local, pbxTime, clock: "start",
    direction: isOutgoing ? "outgoing" : "incoming", durationMs,
    answered: type !== "A" && durationMs > 0,
    ...present({ device: found["extension"], trunk: found["line"],
      callingNumber: isOutgoing ? undefined
        : found["caller"] ?? (called === undefined ? other : undefined),
      calledNumber: called, ringMs: spanMs(ring),
      transferred: type.toUpperCase() === "T" ? true : undefined,
      accountCode: found["account"],
      cost: charge === undefined || Number(charge) === 0 ? undefined : charge }),
    privateFields: { ...others(found, placed576), ...(other === undefined && number !== ""
      ? { number } : {}) },
  };
}

export const panasonicDbs: Format = {
  name: "panasonic-dbs",
  title: "Panasonic DBS/ICX, ESI",
  layouts,
  skips: [ruleLine],
  begins: /[IOTSsNDhtAFHLW] (?=\d\d\/\d\d \d\d:)|"(?=[IOT]","\d{8}")/g,
  tells: /\d:\d\d|","\d{6}"/,
  encoding: "latin1",
  dateOrder,
  read,
};
