/**
 * RADIUS accounting requests (RFC 2866), as the framing `radius` prints them: a line with a place
 * for each attribute, empty where it was not sent. With Cisco's voice gateways each leg of a call
 * is a record of its own; `h323-conf-id` is the same in both.
 *
 * Assumed: of a gateway that tells h323-call-origin, answer is a call that came to the gateway
 * (incoming) and originate one that it placed (outgoing); without it, nobody knows.
 * Assumed: names of zones other than UTC and GMT are those of the link's own zone.
 * Assumed: a call of which connection and end are the same moment was not answered.
 */

import type { CsvField, Fields } from "../layout.js";
import type { LocalTime } from "../../../firmware/base/local-time.js";
import { clockOf, others, present, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format, type NoticeLine, type PbxTime } from "./format.js";

const any = /^[^\u0000-\u001f]*$/;
const integer = /^\d{0,10}$/;
const begin = "radius";
/** In the last place: a line cut short is no record. */
const end = "end";

/** Places in their order; a pattern where it is not any text. */
const names: readonly (readonly [string, RegExp?])[] = [
  ["source", /^radius$/], ["Acct-Status-Type", /^[A-Za-z0-9-]+$/], ["Acct-Session-Id"],
  ["NAS-IP-Address"], ["NAS-Identifier"], ["NAS-Port", integer], ["NAS-Port-Id"], ["User-Name"],
  ["Calling-Station-Id"], ["Called-Station-Id"], ["Acct-Session-Time", integer],
  ["Acct-Delay-Time", integer], ["Event-Timestamp", integer], ["Acct-Terminate-Cause"],
  ["h323-setup-time"], ["h323-connect-time"], ["h323-disconnect-time"], ["h323-disconnect-cause"],
  ["h323-call-origin"], ["h323-call-type"], ["h323-conf-id"], ["h323-gw-id"],
  ["h323-remote-address"], ["h323-voice-quality"], [end, /^end$/],
];

const fields: readonly CsvField[] = names.map(([name, pattern = any]) => ({ name, pattern }));
const placed = new Set(["source", end, "Acct-Status-Type", "Acct-Session-Id", "Calling-Station-Id",
  "Called-Station-Id", "Acct-Session-Time"]);

/** One line, with the line end. What has no place is left out; no value can end the line. */
export function printedRadius(values: ReadonlyMap<string, string>): string {
  const places = names.slice(1, -1).map(([name]) => {
    const text = (values.get(name) ?? "").replace(/[\u0000-\u001f\u007f]/g, " ");
    return /[",]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text;
  });
  return `${[begin, ...places, end].join(",")}\r\n`;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** `*16:02:48.681 UTC Sun Nov 29 2026`; the mark before it says that the clock is not in step. */
const stamp =
  /^[*.]?(\d\d:\d\d:\d\d)(?:\.\d{1,6})? (\S{1,8}) [A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4})$/;

interface Moment {
  readonly local: LocalTime;
  readonly zone: string;
  /** As if the clock were UTC: for differences between moments of one record. */
  readonly ms: number;
}

function momentOf(text: string | undefined): Moment | undefined {
  const [, time, zone = "", month = "", day, year] = stamp.exec(text ?? "") ?? [];
  const place = months.indexOf(month);
  if (place < 0) return undefined;
  const date = { year: Number(year), month: place + 1, day: Number(day) };
  const clock = timeOf(time);
  const local = clockOf(date, clock);
  if (local === undefined || clock === undefined) return undefined;
  return { local, zone, ms: Date.UTC(date.year, place, date.day, clock.hour, clock.minute,
    clock.second) };
}

const between = (from: Moment | undefined, to: Moment | undefined): number | undefined =>
  from === undefined || to === undefined || to.ms < from.ms ? undefined : to.ms - from.ms;

/** When the call began: as the gateway says, else when it ended without how long it lasted. */
function startOf(found: Fields, sessionMs: number): Pick<CallLine, "local" | "pbxTime" | "clock"> {
  const setup = momentOf(found["h323-setup-time"]);
  if (setup !== undefined) {
    const local: PbxTime = /^(UTC|GMT)$/.test(setup.zone) ? { utcMs: setup.ms } : setup.local;
    return { local, pbxTime: found["h323-setup-time"] ?? "", clock: "start" };
  }
  const stamped = found["Event-Timestamp"];
  if (stamped !== undefined && stamped !== "") {
    return { local: { utcMs: Number(stamped) * 1_000 - sessionMs }, pbxTime: stamped,
      clock: "start" };
  }
  return { local: { atArrival: true }, pbxTime: "", clock: "end" };
}

function read(found: Fields): CallLine | NoticeLine | string {
  const status = found["Acct-Status-Type"] ?? "";
  if (status === "Accounting-On" || status === "Accounting-Off") {
    return { phase: "notice", notice: "restarted", text: `${status} ${nasOf(found)}` };
  }
  if (status !== "Stop") {
    return { phase: "notice", notice: "information",
      text: `${status} ${found["Acct-Session-Id"] ?? ""}` };
  }
  const connect = momentOf(found["h323-connect-time"]);
  const spoken = between(connect, momentOf(found["h323-disconnect-time"]));
  const seconds = found["Acct-Session-Time"];
  const durationMs = spoken ?? (seconds === undefined ? 0 : Number(seconds) * 1_000);
  const origin = found["h323-call-origin"]?.toLowerCase();
  const direction = origin === "answer" ? "incoming" : origin === "originate" ? "outgoing"
    : "unknown";
  const [calling, called] = [found["Calling-Station-Id"], found["Called-Station-Id"]];
  return {
    phase: "completed", ...startOf(found, durationMs), direction, durationMs,
    answered: durationMs > 0,
    ...present({ callingNumber: calling, calledNumber: called,
      device: direction === "incoming" ? called : direction === "outgoing" ? calling : undefined,
      ringMs: between(momentOf(found["h323-setup-time"]), connect),
      reference: found["Acct-Session-Id"] }),
    privateFields: others(found, placed),
  };
}

function nasOf(found: Fields): string {
  return found["NAS-Identifier"] ?? found["NAS-IP-Address"] ?? "";
}

export const radius: Format = {
  name: begin,
  title: "RADIUS accounting",
  layouts: [{ kind: "csv", name: "accounting", fields, fieldsMin: fields.length }],
  skips: [ruleLine],
  // Every text may be as long as an attribute.
  lineBytesMax: 8_192,
  begins: /radius,(?=[A-Za-z0-9-]+,)/g,
  encoding: "utf8",
  dateOrder: "ymd",
  read,
};
