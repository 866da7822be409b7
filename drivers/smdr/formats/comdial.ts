/**
 * Comdial, Vertical DXP: the SMDR format of 80 columns, from the column table in the maker's
 * documentation. The SMDA format is missing.
 *
 * Assumed: duration and ring are minutes and tenths.
 * Assumed: a ring time says that the call came in; else digits must have been dialled.
 */

import type { ColumnLayout, Fields } from "../layout.js";
import { clockOf, dateOf, present, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format, type FormatSettings } from "./format.js";

const dateOrder = "mdy";

const layout: ColumnLayout = { kind: "columns", name: "smdr", fields: [
  { name: "station", from: 1, to: 4, pattern: /^\d{0,4}$/ },
  { name: "line", from: 6, to: 8, pattern: /^\d{1,3}$/ },
  { name: "date", from: 13, to: 20, pattern: /^\d{1,2}\/\d\d\/\d\d$/ },
  { name: "time", from: 22, to: 26, pattern: /^\d{1,2}:\d\d$/ },
  { name: "duration", from: 29, to: 33, pattern: /^(\d{1,3}\.\d|NOANS)$/ },
  { name: "ring", from: 36, to: 39, pattern: /^(\d{1,2}\.\d)?$/ },
  { name: "digits", from: 43, to: 58, pattern: /^[\d*#]*$/ },
  { name: "cost", from: 65, to: 71, pattern: /^(\$ *\d{1,3}\.\d\d)?$/ },
] };

/** `12.3` minutes. */
function minutesMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Math.round(Number(text) * 10) * 6_000;
}

function read(found: Fields, settings: FormatSettings): CallLine | string {
  const { date: day = "", time = "", duration, ring, digits } = found;
  const date = dateOf(day, settings.dateOrder ?? dateOrder);
  const local = date === undefined ? undefined : clockOf(date, timeOf(time));
  if (local === undefined) return "no such date or time in the configured order";
  const unanswered = duration === "NOANS";
  const incoming = ring !== undefined || unanswered;
  if (!incoming && digits === undefined) return "neither ring nor digits";
  const durationMs = unanswered ? 0 : minutesMs(duration) ?? 0;
  return {
    phase: "completed", local, pbxTime: `${day} ${time}`, clock: "start",
    direction: incoming ? "incoming" : "outgoing", durationMs,
    answered: !unanswered && durationMs > 0,
    ...present({ device: found["station"], trunk: found["line"], ringMs: minutesMs(ring),
      calledNumber: incoming ? undefined : digits, cost: found["cost"] }),
    privateFields: present({ digits: incoming ? digits : undefined }),
  };
}

export const comdial: Format = {
  name: "comdial",
  title: "Comdial DXP",
  layouts: [layout],
  skips: [ruleLine],
  begins: /[\d ]{4} [\d ]{3}    (?=[ \d]\d\/\d\d\/)/g,
  encoding: "latin1",
  dateOrder,
  read,
};
