/**
 * Siemens/Unify HiPath 3000, Hicom 150, OpenScape Business: compressed and long lines; HiPath 5000
 * GetAccount. From the column tables in the maker's service manuals.
 * Assumed: codes 5 and 6 are printed for the parts of a call that was passed on.
 * Assumed: a page header begins with the word for the date and has no digits.
 * Assumed: the MSN of an incoming call is the number that was called.
 */

import type { ColumnField, ColumnLayout, Fields } from "../layout.js";
import { clockOf, dateOf, others, present, spanMs, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format, type FormatSettings } from "./format.js";

const dateOrder = "dmy";
const date = /^\d\d\.\d\d\.\d\d$/;
const time = /^\d\d:\d\d:\d\d$/;
const span = /^\d\d:[0-5]\d:[0-5]\d$/;
const maybeSpan = /^(\d\d:[0-5]\d:[0-5]\d)?$/;
const ring = /^(\d\d:[0-5]\d)?$/;
const digits = /^\d*$/;
/** The last four may be shown as `?`. */
const number = /^[\d*#+?]*$/;
const charge = /^(\d+([.,]\d+)?)?$/;
const account = /^[\d*#]*$/;
/** A digit for the kind of call, 50 more for DISA. */
const info = /^5?\d$/;

function field(name: string, from: number, to: number, pattern: RegExp): ColumnField {
  return { name, from, to, pattern };
}

const compressed: ColumnLayout = { kind: "columns", name: "compressed", fields: [
  field("date", 1, 8, date), field("time", 9, 16, time), field("trunk", 17, 19, digits),
  field("station", 20, 25, digits), field("ring", 26, 30, ring),
  field("duration", 31, 38, maybeSpan), field("number", 39, 63, number),
  field("pulses", 64, 74, charge), field("info", 75, 76, info),
  field("account", 77, 87, account), field("msn", 88, 98, digits),
  field("seizureCode", 99, 103, account), field("route", 104, 105, digits),
  field("nodalService", 106, 107, digits), field("band", 108, 108, digits),
  field("carrier", 109, 112, digits),
] };

const long: ColumnLayout = { kind: "columns", name: "long", fields: [
  field("date", 1, 8, date), field("time", 10, 17, time), field("trunk", 19, 21, digits),
  field("station", 23, 28, digits), field("ring", 30, 34, ring),
  field("duration", 36, 43, maybeSpan), field("number", 45, 64, number),
  field("amount", 66, 76, charge), field("info", 78, 79, info),
] };

const getAccount: ColumnLayout = { kind: "columns", name: "get-account", fields: [
  field("date", 1, 8, date), field("time", 9, 16, time), field("trunk", 17, 19, digits),
  field("node", 20, 22, digits), field("station", 23, 28, digits),
  field("seconds", 29, 33, /^\d{1,5}$/), field("duration", 34, 41, span),
  field("number", 42, 66, number), field("pulses", 67, 77, charge),
  field("info", 78, 78, /^[12]$/), field("account", 79, 89, account),
  field("msn", 90, 100, digits), field("trunkGroup", 101, 105, digits),
  field("route", 106, 109, digits),
] };

const placed = new Set(["date", "time", "trunk", "station", "ring", "duration", "number", "amount",
  "account", "seconds"]);
const incoming = new Set([0, 1, 3, 5, 7]);

function read(fields: Fields, settings: FormatSettings): CallLine | string {
  const day = dateOf(fields["date"], settings.dateOrder ?? dateOrder);
  const local = clockOf(day, timeOf(fields["time"]));
  if (local === undefined) return "no such date or time in the configured order";
  const { station, trunk, amount } = fields;
  if (station === undefined && trunk === undefined) return "no device";
  const kind = Number(fields["info"]) % 50;
  const ringing = kind === 0;
  const durationMs = spanMs(fields["duration"]) ?? 0;
  if (ringing && durationMs > 0) return "a call that rings has no duration";
  const isIncoming = incoming.has(kind);
  return {
    phase: ringing ? "ringing" : "completed", local, clock: ringing ? "start" : "end",
    pbxTime: `${fields["date"] ?? ""} ${fields["time"] ?? ""}`,
    direction: isIncoming ? "incoming" : "outgoing", durationMs, answered: durationMs > 0,
    ...present({ device: station, trunk, ringMs: spanMs(fields["ring"]), cost: amount,
      callingNumber: isIncoming ? fields["number"] : undefined,
      calledNumber: isIncoming ? fields["msn"] : fields["number"],
      transferred: kind === 5 || kind === 6 ? true : undefined,
      accountCode: fields["account"] }),
    privateFields: others(fields, placed),
  };
}

export const siemensHipath: Format = {
  name: "siemens-hipath",
  title: "Siemens HiPath/OpenScape Business",
  layouts: [compressed, long, getAccount],
  skips: [ruleLine, /^\s*(Dat|Fecha|P[aä]iv|Pvm)[^\d]*$/i],
  begins: /\d\d\.\d\d\.\d\d ?\d\d:\d\d:\d\d/g,
  encoding: "latin1",
  dateOrder,
  read,
};
