/**
 * Karel MS38, MS48, MS128: two lines a record, from the tables of positions in the maker's
 * documentation. The first is `#`, the count and the kind of call, the second the call.
 *
 * Assumed: the count goes to 9999 and begins again.
 * Assumed: the extension that ended the call is another than began it: it was transferred.
 * Assumed: the number of an incoming call, where printed, is the caller's. The three letters of
 * call information are not explained and travel as private data.
 */

import type { BlockLayout, Fields } from "../layout.js";
import { clockOf, dateOf, others, present, spanMs, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format, type FormatSettings } from "./format.js";

const dateOrder = "dmy";
const party = /^(\d{1,4}|OPE|D\d\d)$/;
const time = /^\d\d:\d\d:\d\d$/;

const layout: BlockLayout = {
  kind: "block", name: "smdr", linesMax: 2, ends: ["call"],
  first: { kind: "tokens", name: "head", fields: [
    { name: "count", pattern: /^#\d{4}$/ },
    { name: "kind", pattern: /^(LDIS|INTL|IC)$/, optional: true },
    { name: "pool", pattern: /^C$/, optional: true },
  ] },
  more: [{ kind: "columns", name: "call", fields: [
    { name: "date", from: 1, to: 8, pattern: /^\d\d\/\d\d\/\d\d$/ },
    { name: "start", from: 10, to: 17, pattern: time },
    { name: "end", from: 19, to: 26, pattern: time },
    { name: "duration", from: 28, to: 32, pattern: /^\d\d:\d\d$/ },
    { name: "first", from: 34, to: 37, pattern: party },
    { name: "last", from: 39, to: 42, pattern: /^(\d{1,4}|OPE)?$/ },
    { name: "information", from: 44, to: 46, pattern: /^[\w*#+-]{0,3}$/ },
    { name: "line", from: 48, to: 49, pattern: /^\d{1,2}$/ },
    { name: "pulses", from: 51, to: 54, pattern: /^\d{0,4}$/ },
    { name: "cost", from: 56, to: 62, pattern: /^[\d.,]*$/ },
    { name: "number", from: 64, to: 95, pattern: /^[\d*#+]*$/ },
  ] }],
};

const placed = new Set(["count", "date", "start", "duration", "first", "line", "cost", "number"]);

function read(found: Fields, settings: FormatSettings): CallLine | string {
  const { date: day = "", start = "", first, last, number, kind } = found;
  const date = dateOf(day, settings.dateOrder ?? dateOrder);
  const local = date === undefined ? undefined : clockOf(date, timeOf(start));
  if (local === undefined) return "no such date or time in the configured order";
  const incoming = kind === "IC";
  const durationMs = spanMs(found["duration"]) ?? 0;
  return {
    phase: "completed", local, pbxTime: `${day} ${start}`, clock: "start",
    direction: incoming ? "incoming" : "outgoing", durationMs, answered: durationMs > 0,
    ...present({ device: first, trunk: found["line"], cost: found["cost"],
      callingNumber: incoming ? number : undefined, calledNumber: incoming ? undefined : number,
      transferred: last !== undefined && last !== first ? true : undefined }),
    sequence: { number: Number((found["count"] ?? "").slice(1)), modulus: 10_000 },
    privateFields: others(found, placed),
  };
}

export const karelMs: Format = {
  name: "karel-ms",
  title: "Karel MS",
  layouts: [layout],
  skips: [ruleLine],
  begins: /#\d{4}/g,
  encoding: "latin1",
  dateOrder,
  read,
};
