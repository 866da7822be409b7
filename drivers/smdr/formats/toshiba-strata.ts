/**
 * Toshiba Strata: CTX and CIX of release 1.03 and later, older CTX, DK (138 columns) and DK8/DK16
 * (76), from the column tables in the maker's documentation. CTX records may go on in a second
 * line that begins with `&`. DK lines print only the time, their date stands in a line of its own.
 *
 * Assumed: a call that CTX tells in parts keeps its record number until its record E.
 * Assumed: an outgoing call of a DK without its answer mark was answered if it lasted: most lines
 * cannot tell.
 * Assumed: the order in the date line of a DK is that of the setting, day first where none is set.
 */

import type { BlockLayout, ColumnField, Fields, Layout } from "../layout.js";
import { clockOf, dateOf, others, present, spanMs, timeOf } from "./fields.js";
import {
  ruleLine, type CallLine, type Format, type FormatSettings, type Meaning,
} from "./format.js";

const number = /^[\d*#]*$/;
const digits = /^\d*$/;

/** Release, width of originator and terminator, and what a trunk looks like. */
function ctx(name: string, width: number, trunk: string): BlockLayout {
  const party = new RegExp(`^((DN|CF)\\d{1,${String(width - 2)}}|${trunk})?$`);
  const second = 14 + width + 1;
  const stamp = second + width + 1;
  return {
    kind: "block", name, linesMax: 2, ends: ["continuation"],
    first: { kind: "columns", name: "call", fields: [
      { name: "type", from: 1, to: 1, pattern: /^[NSXEBITACM]$/ },
      { name: "record", from: 3, to: 5, pattern: /^\d{3}$/ },
      { name: "node", from: 7, to: 12, pattern: /^\d{0,6}$/ },
      { name: "originator", from: 14, to: 13 + width, pattern: party },
      { name: "terminator", from: second, to: second + width - 1, pattern: party },
      { name: "stamp", from: stamp, to: stamp + 13, pattern: /^\d\d\/\d\d \d\d:\d\d:\d\d$/ },
      { name: "duration", from: stamp + 15, to: stamp + 24,
        pattern: /^(\d\d:\d\d:\d\d\.\d)?$/ },
      { name: "digits", from: stamp + 26, to: stamp + 57, pattern: number },
    ] },
    more: [{ kind: "columns", name: "continuation", fields: [
      { name: "mark", from: 2, to: 2, pattern: /^&$/ },
      { name: "callerId", from: 3, to: 19, pattern: /^C?[\d*#+]*$/ },
      { name: "disa", from: 21, to: 24, pattern: /^(DISA)?$/ },
      { name: "ani", from: 26, to: 38, pattern: number },
      { name: "dnis", from: 40, to: 46, pattern: number },
      { name: "responsible", from: 48, to: 54, pattern: /^(DN\d{1,5})?$/ },
      { name: "responsibleNode", from: 56, to: 62, pattern: digits },
    ] }],
  };
}

const station = /^(\d{1,4}|ABAN|MSS|DISA|MODM)$/;

/** A DK8 or DK16 prints its trunks in two columns, so that all that follows stands one before. */
function dk(name: string, moved: number, more: readonly ColumnField[]): Layout {
  const at = (from: number, to: number): { readonly from: number; readonly to: number } =>
    ({ from: from - moved, to: to - moved });
  return { kind: "columns", name, fields: [
    { name: "line", from: 1, to: 3 - moved, pattern: moved === 0 ? /^\d{3}$/ : /^\d\d$/ },
    { name: "cut", ...at(4, 4), pattern: /^\*?$/ },
    { name: "station", ...at(5, 8), pattern: station },
    { name: "time", ...at(10, 14), pattern: /^\d\d:\d\d$/ },
    { name: "duration", ...at(16, 23), pattern: /^\d\d:\d\d;\d\d$/ },
    { name: "ring", ...at(25, 29), pattern: /^(\d\d;\d\d)?$/ },
    { name: "transferredTo", ...at(31, 34), pattern: /^\d{0,4}$/ },
    { name: "digits", ...at(36, 61), pattern: number },
    { name: "account", ...at(63, 77), pattern: digits },
    ...more,
  ] };
}

const layouts: readonly Layout[] = [
  ctx("ctx-1.03", 9, "[TA]\\d{8}"),
  ctx("ctx-1.02", 7, "[TA]\\d{6}"),
  dk("dk", 0, [
    { name: "answered", from: 79, to: 79, pattern: /^\*?$/ },
    { name: "cli", from: 81, to: 96, pattern: number },
    { name: "calledSubaddress", from: 98, to: 117, pattern: number },
    { name: "callingSubaddress", from: 119, to: 138, pattern: number },
  ]),
  dk("dk16", 1, []),
  { kind: "tokens", name: "dk-date", fields: [
    { name: "date", pattern: /^\d\d\/\d\d\/\d\d$/ }] },
];

const ctxPlaced = new Set(["record", "node", "originator", "terminator", "stamp", "duration",
  "digits", "mark", "callerId", "ani", "dnis"]);

type Parties = Pick<CallLine,
  "direction" | "device" | "trunk" | "callingNumber" | "calledNumber">;

function ctxParties(found: Fields): Parties {
  const { originator = "", terminator = "" } = found;
  const isTrunk = (party: string): boolean => /^[TA]/.test(party);
  const from = isTrunk(originator);
  const to = isTrunk(terminator);
  const direction = from ? to ? "tandem" : "incoming" : to ? "outgoing"
    : terminator === "" ? "unknown" : "internal";
  const numberOf = (party: string): string | undefined => /^DN(\d+)$/.exec(party)?.[1];
  const caller = found["callerId"]?.replace(/^C/, "") ?? found["ani"];
  return { direction, ...present({
    device: from ? numberOf(terminator) : numberOf(originator),
    trunk: from ? originator : to ? terminator : undefined,
    callingNumber: from ? caller : numberOf(originator),
    calledNumber: from && !to ? found["dnis"] ?? numberOf(terminator)
      : found["digits"] ?? numberOf(terminator),
  }) };
}

function readCtx(found: Fields): Meaning | string {
  const { type = "", stamp = "", record = "", node = "" } = found;
  const [day, time] = stamp.split(" ");
  const date = dateOf(day, "mdy");
  const local = date === undefined ? undefined : clockOf(date, timeOf(time));
  if (local === undefined) return "no such date or time";
  const text = [type, record, found["originator"], found["terminator"], stamp, found["digits"]]
    .filter((part) => part !== undefined).join(" ");
  if (type === "I") return { phase: "notice", notice: "restarted", text };
  // T: the clock was set; A, C, M: an account code was keyed in while a call goes on.
  if (/^[TACM]$/.test(type)) return { phase: "notice", notice: "information", text };
  const duration = found["duration"];
  if (duration === undefined) return "no duration";
  if (found["originator"] === undefined) return "nobody began the call";
  const durationMs = spanMs(duration.slice(0, 8)) ?? 0;
  const abandoned = type === "B";
  const parts = /^[SXE]$/.test(type);
  return {
    phase: "completed", local, pbxTime: stamp, clock: type === "S" ? "start" : "end",
    ...ctxParties(found), durationMs: abandoned ? 0 : durationMs,
    answered: !abandoned && durationMs > 0,
    ...present({ transferred: type === "X" ? true : undefined,
      ringMs: abandoned ? durationMs : undefined,
      reference: parts ? `${node}-${record}` : undefined,
      continued: parts && type !== "E" ? true : undefined }),
    privateFields: others(found, ctxPlaced),
  };
}

const dkPlaced = new Set(["line", "station", "time", "duration", "ring", "transferredTo", "digits",
  "account", "answered", "cli"]);

function readDk(found: Fields): CallLine | string {
  const local = clockOf(undefined, timeOf(found["time"]));
  if (local === undefined) return "no such time";
  const outgoing = found["digits"] !== undefined;
  const abandoned = found["station"] === "ABAN";
  const durationMs = spanMs(found["duration"]) ?? 0;
  return {
    phase: "completed", local, pbxTime: found["time"] ?? "", clock: "end",
    direction: outgoing ? "outgoing" : "incoming", durationMs: abandoned ? 0 : durationMs,
    answered: !abandoned && (found["answered"] === "*" || durationMs > 0),
    ...present({ device: abandoned ? undefined : found["station"], trunk: found["line"],
      callingNumber: found["cli"], calledNumber: found["digits"],
      ringMs: spanMs(found["ring"]) ?? (abandoned ? durationMs : undefined),
      transferred: found["transferredTo"] === undefined ? undefined : true,
      accountCode: found["account"] }),
    privateFields: { ...others(found, dkPlaced),
      ...present({ transferredTo: found["transferredTo"], answerMark: found["answered"] }) },
  };
}

function read(found: Fields, settings: FormatSettings, layout: string): Meaning | string {
  if (layout.startsWith("ctx")) return readCtx(found);
  if (layout !== "dk-date") return readDk(found);
  const date = dateOf(found["date"], settings.dateOrder ?? "dmy");
  const local = date === undefined ? undefined
    : clockOf(date, { hour: 0, minute: 0, second: 0 });
  if (date === undefined || local === undefined) return "no such date in the configured order";
  return { phase: "date", ...date };
}

export const toshibaStrata: Format = {
  name: "toshiba-strata",
  title: "Toshiba Strata CTX/CIX/DK",
  layouts,
  skips: [ruleLine],
  begins: /[NSXEBITACM] (?=\d{3} [\d ]{6} [DCTA ])|\d{2,3}[* ](?=[\dA-Z ]{4} \d\d:\d\d )/g,
  marks: /\d\d\/\d\d\/\d\d\s*$/,
  steady: { "dk": "dk", "dk16": "dk" },
  fixedColumns: true,
  encoding: "latin1",
  dateOrder: "mdy",
  read,
};
