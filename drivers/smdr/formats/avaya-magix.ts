/**
 * Avaya Partner ACS and Merlin Legend/Magix: type, date, time, number, duration, line, station,
 * account, talk, from the field lists in the makers' manuals. Their columns differ by release and
 * by the option of 15 or 24 digits, hence tokens. Partner has two digits of line and station,
 * Merlin three or four of line. Type C stands for a call, I for an incoming one (Merlin: whose
 * number is known), D for data.
 *
 * The mark behind a number tells that it was too long (?) or that the far end hung up first.
 *
 * Assumed: a call without a station, or with station 00, or with no talk time was not answered.
 */

import type { Fields, TokenField, TokenLayout } from "../layout.js";
import { clockOf, dateOf, others, present, spanMs, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format, type FormatSettings } from "./format.js";

const dateOrder = "mdy";
const clock = /^\d\d:\d\d:\d\d$/;

const head: readonly TokenField[] = [
  { name: "type", pattern: /^[CDI]$/ },
  { name: "date", pattern: /^\d\d\/\d\d\/\d\d$/ },
  { name: "time", pattern: /^\d\d:\d\d$/ },
  // F and a code: a speed dial number that is not to be shown.
  { name: "number", pattern: /^(IN|F\d{1,4}|[\d#*]{1,24})[\]?*]?$/ },
];
const tail: readonly TokenField[] = [
  { name: "account", pattern: /^[\d#*]{1,16}$/, optional: true },
  { name: "talk", pattern: clock, optional: true },
];

const layouts: readonly TokenLayout[] = [
  { kind: "tokens", name: "partner", fields: [...head,
    { name: "duration", pattern: clock }, { name: "line", pattern: /^\d\d$/ },
    { name: "station", pattern: /^\d\d$/ }, ...tail] },
  { kind: "tokens", name: "magix", fields: [...head,
    { name: "mark", pattern: /^[?\]*]$/, optional: true },
    { name: "duration", pattern: clock }, { name: "line", pattern: /^\d{3,4}$/ },
    // Blank: the caller hung up while waiting for a group.
    { name: "station", pattern: /^\d{2,4}$/, optional: true }, ...tail] },
];

/** Fields with a place of their own in a call record; the rest travels as private data. */
const placed = new Set(["date", "time", "number", "mark", "duration", "line", "station",
  "account"]);

function read(fields: Fields, settings: FormatSettings): CallLine | string {
  const { type, date: printed = "", time = "", number = "", station, talk } = fields;
  const date = dateOf(printed, settings.dateOrder ?? dateOrder);
  const local = date === undefined ? undefined : clockOf(date, timeOf(time));
  if (local === undefined) return "no such date or time in the configured order";
  const [, digits = "", mark = fields["mark"]] = /^(.*?)([\]?*])?$/.exec(number) ?? [];
  const incoming = type === "I" || digits === "IN";
  if (!incoming && station === undefined) return "an outgoing call without a station";
  const answered = !incoming
    || (station !== undefined && station !== "00" && (talk === undefined || spanMs(talk) !== 0));
  const known = digits === "IN" ? undefined : digits;
  return {
    phase: "completed", local, pbxTime: `${printed} ${time}`, clock: "start",
    direction: incoming ? "incoming" : "outgoing",
    durationMs: spanMs(fields["duration"]) ?? 0, answered,
    ...present({ device: station === "00" ? undefined : station, trunk: fields["line"],
      callingNumber: incoming ? known : station, calledNumber: incoming ? undefined : known,
      accountCode: fields["account"] }),
    privateFields: { ...others(fields, placed), ...present({ numberMark: mark }) },
  };
}

export const avayaMagix: Format = {
  name: "avaya-magix",
  title: "Avaya Partner/Merlin Legend/Magix",
  layouts,
  skips: [ruleLine, /^\s*(CALL\s+TYPE\s+)?DATE\s+TIME\s+(CALLED\s+)?NUMBER\b/i],
  begins: /[CDI] +\d\d\/\d\d\/\d\d +\d\d:\d\d/g,
  encoding: "latin1",
  dateOrder,
  read,
};
