/**
 * Panasonic DBS (78 columns) and ESI, which prints the same columns or a line of eight quoted
 * places; from the column tables in the makers' documentation. A DBS prints `>` for `*` and `<`
 * for `#`. The three formats of the DBS 576 are others and are missing.
 *
 * Assumed: T tells a transferred call of either direction.
 * Assumed: ESI's quoted places give their date as MMDDYYYY everywhere.
 */

import type { CsvField, Fields, Layout } from "../layout.js";
import { clockOf, dateOf, present, spanMs, timeOf } from "./fields.js";
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
  const { local, durationMs, pbxTime } = timesOf(found, settings, layout);
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

export const panasonicDbs: Format = {
  name: "panasonic-dbs",
  title: "Panasonic DBS, ESI",
  layouts,
  skips: [ruleLine],
  begins: /[IOTSsND] (?=\d\d\/\d\d \d\d:)|"(?=[IOT]","\d{8}")/g,
  encoding: "latin1",
  dateOrder,
  read,
};
