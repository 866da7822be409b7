/**
 * NEC SV8100, SV9100, SL1000, SL1100, IPK II: with and without the date, from the character tables
 * in the maker's manuals. A line NEXT behind a record gives the caller's name. The page's date is
 * not that of every line below it, so it is skipped.
 * Assumed: BFL (buffer full) and ALB (all lines busy) print the time behind the class, if anything.
 */

import type { BlockLayout, ColumnField, Fields, TokenLayout } from "../layout.js";
import { clockOf, dateOf, others, present, spanMs, timeOf } from "./fields.js";
import {
  ruleLine, type CallLine, type Format, type FormatSettings, type NoticeLine,
} from "./format.js";

const dateOrder = "mdy";
const time = /^\d\d:\d\d$/;
const date = /^\d\d\/\d\d$/;
const callClass = /^(POT[APW]?|PIN|PTRS|IVIN|IVOTP?|ITRS|ICM|SDTA|ID(IN|OT)|SAD|WAD|BRD)$/;
const outgoing = /^(POT|IVOT|IDOT|SAD|WAD|BRD)/;
/** No name and no account code ends with a full buffer. */
const noMark = "(?!.*BFL(?: \\d\\d:\\d\\d.*)?$)";
const name = new RegExp(`^${noMark}[\\w&.' -]*$`);

const before: readonly ColumnField[] = [
  { name: "class", from: 1, to: 5, pattern: callClass },
  { name: "time", from: 6, to: 10, pattern: time },
];
const behind: readonly ColumnField[] = [
  { name: "duration", from: 23, to: 30, pattern: /^(\d\d:[0-5]\d:[0-5]\d)?$/ },
  { name: "station", from: 32, to: 41, pattern: name },
  { name: "number", from: 43, to: 62, pattern: /^([\d*#+X]*|[A-Z][A-Z .-]*)$/ },
  { name: "account", from: 64, to: 79,
    pattern: new RegExp(`^${noMark}[\\w*#&.,' -]*$`) },
];

const next: TokenLayout = { kind: "tokens", name: "next", fields: [
  { name: "next", pattern: /^NEXT$/ },
  { name: "callerName", rest: true,
    pattern: new RegExp(`^${noMark}[^\\u0000-\\u001f]{1,40}$`) },
] };

function block(layout: string, line: readonly ColumnField[]): BlockLayout {
  return { kind: "block", name: layout, more: [next], ends: ["next"], linesMax: 2,
    first: { kind: "columns", name: "record", fields: [...before, ...line, ...behind] } };
}

const notice: TokenLayout = { kind: "tokens", name: "notice", fields: [
  { name: "class", pattern: /^BFL$/ },
  { name: "time", pattern: time, optional: true },
  { name: "date", pattern: date, optional: true },
] };

const busy: TokenLayout = { kind: "tokens", name: "busy", fields: [
  { name: "class", pattern: /^ALB$/ },
  { name: "time", pattern: time },
  { name: "date", pattern: date, optional: true },
  { name: "group", pattern: /^\d{1,4}$/ },
] };

const placed = new Set(["time", "date", "line", "duration", "station", "account", "next"]);

function noticeOf(fields: Fields): NoticeLine {
  const full = fields["class"] === "BFL";
  return { phase: "notice", notice: full ? "buffer-full" : "information",
    text: full ? "the PBX's record buffer is full"
      : `all lines of group ${fields["group"] ?? ""} busy` };
}

function numbers(
  direction: CallLine["direction"], number: string | undefined,
): Pick<CallLine, "callingNumber" | "calledNumber"> {
  if (direction === "unknown") return {};
  return present(direction === "incoming" ? { callingNumber: number } : { calledNumber: number });
}

function read(
  fields: Fields, settings: FormatSettings, layout: string,
): CallLine | NoticeLine | string {
  if (layout === "notice" || layout === "busy") return noticeOf(fields);
  const { class: kind = "", line, station, account, number, ...rest } = fields;
  const day = dateOf(fields["date"], settings.dateOrder ?? dateOrder);
  const local = clockOf(day, timeOf(fields["time"]));
  if (local === undefined) return "no such date or time in the configured order";
  const durationMs = spanMs(fields["duration"]);
  const barred = kind === "BRD";
  const missed = account === "NO ANSWER";
  if (durationMs === undefined && !missed && !barred) return "no duration";
  if (barred && !/\d/.test(number ?? "")) return "no barred number";
  const transferred = kind === "PTRS" || kind === "ITRS";
  const direction = transferred ? "unknown" : outgoing.test(kind) ? "outgoing"
    : kind === "ICM" || kind === "SDTA" ? "internal" : "incoming";
  return {
    phase: "completed", local, clock: "start",
    pbxTime: [fields["date"], fields["time"]].join(" ").trim(),
    direction, ...numbers(direction, number),
    durationMs: durationMs ?? 0, answered: !missed && !barred && (durationMs ?? 0) > 0,
    ...present({ device: station, trunk: line, transferred: transferred ? true : undefined,
      accountCode: missed ? undefined : account }),
    privateFields: { class: kind, ...others(rest, placed),
      ...present({ number: direction === "unknown" ? number : undefined }) },
  };
}

export const necSv8100: Format = {
  name: "nec-sv8100",
  title: "NEC SV8100/SV9100/SL1100",
  layouts: [
    block("dated", [
      { name: "date", from: 12, to: 16, pattern: date },
      { name: "line", from: 18, to: 21, pattern: /^\d*$/ },
    ]),
    block("undated", [{ name: "line", from: 12, to: 21, pattern: name }]),
    notice, busy,
  ],
  skips: [ruleLine, /^\s*CLASS\s+TIME\b/, /^\s*\d\d\/\d\d\/\d{4} PAGE \d+\s*$/,
    /^\s*(TOTAL NO\.|NO\. OF |FOR (DAY|WEEK|MONTH)|OUTGOING CALL)/],
  begins: /(POT|PIN|PTRS|IV|ITRS|ICM|SDTA|ID|SAD|WAD|BRD|ALB)[A-Z]{0,3} {0,2}\d\d:\d\d/g,
  marks: /BFL(?: +\d\d:\d\d(?: +\d\d\/\d\d)?)?\s*$/,
  encoding: "latin1",
  dateOrder,
  read,
};
