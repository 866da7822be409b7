/**
 * Siemens/Unify HiPath 4000, OpenScape 4000: call data in a format that the administrator writes
 * (AMO FTBL: a mask in which `#` begins a place and each `@` makes it one column wider). Known is
 * the mask that a maker of call accounting tells its customers to type:
 *
 *     ## #@/#@/#@ #@:#@ #@:#@:#@ ####@ #@@@@@@@@@@@@@@ #@@@@@@@@@@@@@@@@@@@@@ #@@@@@@@@@@...
 *
 * Any other mask is a layout of one's own (`../CUSTOM-LAYOUT.md` shows how).
 *
 * Assumed: in this mask the date is day, month, year and, with the time, that of the end; the
 * place of 15 columns is the station, that of 22 the other party, what stands behind is a remark.
 * Assumed: of the first two digits and the five before the station only the PBX's administrator
 * knows the meaning; they are kept as they are, and the direction is not told.
 */

import type { ColumnField, ColumnLayout, Fields } from "../layout.js";
import { clockOf, dateOf, others, present, spanMs, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format, type FormatSettings } from "./format.js";

const dateOrder = "dmy";

function place(name: string, from: number, to: number, pattern: RegExp): ColumnField {
  return { name, from, to, pattern };
}

const standard: ColumnLayout = { kind: "columns", name: "standard", fields: [
  place("kind", 1, 1, /^\d$/), place("service", 2, 2, /^\d?$/),
  place("date", 4, 11, /^\d\d\/\d\d\/\d\d$/), place("time", 13, 17, /^\d\d:\d\d$/),
  place("duration", 19, 26, /^\d\d:[0-5]\d:[0-5]\d$/), place("line", 28, 32, /^[\d ]*$/),
  place("station", 34, 48, /^[\d*#+]+$/), place("number", 50, 71, /^[\d*#+?]*$/),
  place("remark", 73, 104, /^[^\u0000-\u001f]*$/),
] };

const placed = new Set(["date", "time", "duration", "station", "number"]);

function read(fields: Fields, settings: FormatSettings): CallLine | string {
  const { date: day = "", time = "", station, number } = fields;
  const date = dateOf(day, settings.dateOrder ?? dateOrder);
  const local = date === undefined ? undefined : clockOf(date, timeOf(time));
  if (local === undefined) return "no such date or time in the configured order";
  const durationMs = spanMs(fields["duration"]) ?? 0;
  return {
    phase: "completed", local, clock: "end", pbxTime: `${day} ${time}`, direction: "unknown",
    durationMs, answered: durationMs > 0,
    ...present({ device: station, calledNumber: number }),
    privateFields: others(fields, placed),
  };
}

export const siemensHipath4000: Format = {
  name: "siemens-hipath4000",
  title: "Siemens HiPath 4000",
  layouts: [standard],
  skips: [ruleLine],
  begins: /\d[\d ] (?=\d\d\/\d\d\/\d\d \d\d:\d\d \d\d:)/g,
  encoding: "latin1",
  dateOrder,
  read,
};
