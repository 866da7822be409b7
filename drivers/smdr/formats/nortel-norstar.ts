/**
 * Nortel Norstar and BCM: the standard report, a header and a line for each event of the call,
 * with or without the caller's number and name; and the real-time lines, one for each change, which
 * begin with `*`. From the descriptions in the maker's guides. SL-1 reports: `nortel-meridian`.
 *
 * A call transferred has a report for each station; the line joins them. Real-time lines end a call
 * without a record: the report of type All prints both, and the standard report is the record.
 *
 * Assumed: the header of an unanswered call shows the time at which it stopped ringing.
 * Assumed: an outgoing call was answered if it lasted.
 * Assumed: real-time lines name no station while a call rings, and its line stands for them.
 */

import type { BlockLayout, Fields, LineLayout, TokenLayout } from "../layout.js";
import type { LocalTime } from "../../../firmware/base/local-time.js";
import { clockOf, dateOf, others, present, spanMs, timeOf } from "./fields.js";
import type { CallLine, Format, FormatSettings, Meaning } from "./format.js";

const dateOrder = "mdy";
const clock = /^\d\d:\d\d:\d\d$/;
const callerNumber = /^(\/?\d{1,11}x?|UNKNOWN|PRIVATE)$/;

function whole(name: string, pattern: RegExp): TokenLayout {
  return { kind: "tokens", name, fields: [{ name, pattern, rest: true }] };
}

function labelled(name: string, words: readonly string[], pattern: RegExp): TokenLayout {
  return { kind: "tokens", name, fields: [
    ...words.map((word, index) =>
      ({ name: `${name}Label${String(index)}`, pattern: new RegExp(`^${word}$`) })),
    { name, pattern, rest: true }] };
}

function event(name: string, pattern: RegExp): TokenLayout {
  return { kind: "tokens", name, fields: [
    { name: `${name}At`, pattern: clock }, { name, pattern, rest: true }] };
}

const more: readonly LineLayout[] = [
  event("begins", /^(OUTGOING CALL|INCOMING CALL RINGING \d+:\d\d|FROM TRANSFER)$/),
  event("unanswered", /^(NO ANSWER RINGING \d+:\d\d|BUSY)$/),
  event("account", /^ACCOUNT CODE \d{1,12}$/),
  event("transferred", /^TRANSFERRED$/),
  event("event", new RegExp(`^(${["HOLD", "UNHOLD", "CONFERENCE (STN|LINE)\\d? *= *\\d+",
    "CONFERENCE END", "INVALID PASSWORD", "RESTRICTION PASSWORD \\d\\d"].join("|")})$`)),
  labelled("digits", ["DIGITS", "DIALED"], /^[\d#*!]{1,33}$/),
  labelled("caller", ["CALLING", "NUMBER"], callerNumber),
  labelled("name", ["NAME"], /^(?!.*REPORTS LOST$).{1,15}$/),
  labelled("bearer", ["BC", "="], /^[A-Z0-9. -]{1,20}$/),
  labelled("dnis", ["DNIS"], /^\d{1,10}$/),
  whole("physicalLine", /^LINE *= *\d{4}$/),
  whole("distance", /^(UNKNOWN|LOCAL|LONG DISTANCE)$/),
  whole("bareCaller", /^\/?\d{1,11}x?$/),
  whole("restart", /^RECORD RESTART$/),
  whole("bareName", /^(?!.*REPORTS LOST$)[A-Za-z][A-Za-z .,'-]{0,14}$/),
  event("released", /^CALL RELEASED$/),
];

const report: BlockLayout = {
  kind: "block", name: "standard",
  first: { kind: "tokens", name: "header", fields: [
    { name: "rule", pattern: /^-{8}$/ },
    { name: "date", pattern: /^\d\d\/\d\d\/\d\d$/ }, { name: "time", pattern: clock },
    { name: "where", optional: true, rest: true,
      pattern: /^(LINE *= *\d{4}( +(STN|LINE) *= *\d{2,7})?|EXT *= *\d{1,5})$/ }] },
  more, ends: ["released", "restart"], linesMax: 64,
};

const moment = [{ name: "date", pattern: /^\*\d{6}$/ }, { name: "time", pattern: /^\d{6}$/ }];
const line = { name: "line", pattern: /^\d{4}$/ };
const number = { name: "caller", pattern: callerNumber };

const layouts: readonly (BlockLayout | TokenLayout)[] = [
  report,
  { kind: "tokens", name: "ringing", fields: [...moment, line, number,
    { name: "said", rest: true, pattern: /^\S.{0,14}\s+[A-Z]\s+[GD]$/ }] },
  { kind: "tokens", name: "change", fields: [...moment, line,
    { name: "station", pattern: /^\d{2,7}$/, optional: true }, number,
    { name: "said", rest: true, pattern: /^\S.{0,14}\s+[A-Z]\s+[ANTR]$/ }] },
  { kind: "tokens", name: "room", fields: [...moment, { name: "room", pattern: /^\d{1,5}$/ },
    { name: "kind", pattern: /^H$/ }, { name: "state", pattern: /^[VBMF]$/ }] },
  whole("lost", /^REPORTS LOST$/),
];

/** Fields with a place of their own in a call record; the rest travels as private data. */
const placed = new Set(["rule", "date", "time", "where", "begins", "beginsAt", "unanswered",
  "unansweredAt", "account", "accountAt", "digits", "caller", "bareCaller", "bareName", "released",
  "releasedAt", "transferred", "transferredAt", "dnis", "line", "station", "said"]);

function privateOf(fields: Fields): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(others(fields, placed))
    .filter(([name]) => !/Label\d$/.test(name)));
}

function callerOf(text: string | undefined): string | undefined {
  return text === undefined || !/\d/.test(text) ? undefined : text.replace(/[/x]/g, "");
}

function earlier(local: Required<LocalTime>, ms: number): LocalTime {
  const { year, month, day, hour, minute, second } = local;
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second) - ms);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(),
    hour: at.getUTCHours(), minute: at.getUTCMinutes(), second: at.getUTCSeconds() };
}

function clockOfLine(fields: Fields, settings: FormatSettings): Required<LocalTime> | string {
  const date = dateOf(fields["date"]?.replace("*", ""), settings.dateOrder ?? dateOrder);
  const local = clockOf(date, timeOf(fields["time"]));
  return local?.year === undefined || local.month === undefined || local.day === undefined
    ? "no such date or time in the configured order"
    : { ...local, year: local.year, month: local.month, day: local.day };
}

function directionOf(begins: string | undefined, lines: number): CallLine["direction"] {
  if (lines > 1) return "tandem";
  if (begins === "OUTGOING CALL") return "outgoing";
  return begins === "FROM TRANSFER" ? "unknown" : "incoming";
}

function readReport(fields: Fields, local: Required<LocalTime>): Meaning | string {
  const { where = "", begins, unanswered, transferred } = fields;
  if (fields["restart"] !== undefined) {
    return { phase: "notice", notice: "restarted", text: fields["restart"] };
  }
  if (begins === undefined && unanswered === undefined) return "a header without a call";
  const end = fields["releasedAt"] ?? fields["transferredAt"];
  if (end === undefined && unanswered === undefined) return "a call without an end";
  const lines = [...where.matchAll(/LINE *= *(\d+)/g)].map(([, text]) => text);
  const [trunk] = lines;
  const ringMs = spanMs(/RINGING (\S+)$/.exec(unanswered ?? begins ?? "")?.[1]);
  const durationMs = unanswered === undefined ? spanMs(end) ?? 0 : 0;
  const direction = directionOf(begins, lines.length);
  const caller = callerOf(fields["caller"] ?? fields["bareCaller"]);
  const device = /STN *= *(\d+)/.exec(where)?.[1];
  const [dialled] = fields["digits"]?.split(/[!\n]/) ?? [];
  const outward = direction === "outgoing" || direction === "tandem";
  return {
    phase: "completed", clock: "start", local: earlier(local, ringMs ?? 0),
    pbxTime: `${fields["date"] ?? ""} ${fields["time"] ?? ""}`, direction, durationMs,
    answered: unanswered === undefined && (!outward || durationMs > 0),
    ...present({ device, trunk, ringMs,
      callingNumber: direction === "outgoing" ? device : caller,
      calledNumber: outward ? dialled : fields["dnis"],
      accountCode: fields["account"]?.replace(/^\D+/, "").split("\n")[0],
      transferred: transferred === undefined && begins !== "FROM TRANSFER" ? undefined : true,
      reference: transferred === undefined && begins !== "FROM TRANSFER" ? undefined : trunk,
      continued: transferred === undefined ? undefined : true }),
    privateFields: { ...present({ name: fields["bareName"] }), ...privateOf(fields) },
  };
}

function readChange(fields: Fields, local: LocalTime): CallLine {
  const { line: trunk = "", station, said = "" } = fields;
  const [, name = "", type = "", state = ""] = /^(.*?)\s+(\S)\s+(\S)$/.exec(said) ?? [];
  const rings = state === "G" || state === "D";
  const unanswered = state === "N";
  return {
    phase: rings ? "ringing" : state === "A" || state === "T" ? "answered" : "released",
    clock: state === "R" || unanswered ? "end" : "start", local,
    pbxTime: `${fields["date"]?.slice(1) ?? ""} ${fields["time"] ?? ""}`, direction: "incoming",
    trunk, durationMs: 0, answered: !rings && !unanswered,
    // A call that nobody answered is over on all stations.
    ...present({ device: rings ? trunk : unanswered ? undefined : station,
      callingNumber: callerOf(fields["caller"]),
      calledNumber: state === "D" && /^\d+$/.test(name) ? name : undefined,
      transferred: state === "T" ? true : undefined }),
    privateFields: { ...privateOf(fields), callType: type,
      ...(unanswered ? present({ station }) : {}), ...(state === "D" ? {} : { name }) },
  };
}

function read(fields: Fields, settings: FormatSettings, layout: string): Meaning | string {
  if (layout === "lost") {
    return { phase: "notice", notice: "records-lost", text: "REPORTS LOST" };
  }
  const local = clockOfLine(fields, settings);
  if (typeof local === "string") return local;
  if (layout === "standard") return readReport(fields, local);
  if (layout !== "room") return readChange(fields, local);
  return { phase: "notice", notice: "information",
    text: `room ${fields["room"] ?? ""} ${fields["state"] ?? ""}` };
}

export const nortelNorstar: Format = {
  name: "nortel-norstar",
  title: "Nortel Norstar/BCM",
  layouts,
  always: ["lost"],
  skips: [/^\s*\*MMDDYY\s/i],
  begins: /-{8} \d\d\/\d\d\/\d\d |\*\d{6} \d{6} /g,
  marks: /REPORTS LOST\s*$/,
  tells: /\d:\d\d|\*\d{6} \d{6}/,
  encoding: "latin1",
  dateOrder,
  read,
};
