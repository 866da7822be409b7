/** Call records as files: RFC 4180 with one header line, or one JSON object a line. */

import type { CallRecord, NumberForms } from "../../model/records.js";

type Named = (NumberForms & { readonly name?: string }) | undefined;
type Column = readonly [name: string, value: (record: CallRecord) => string];

const time = (ms: number | undefined): string =>
  ms === undefined ? "" : new Date(ms).toISOString();
const seconds = (ms: number | undefined): string =>
  ms === undefined ? "" : (ms / 1_000).toFixed(3);
const number = (forms: Named): string => forms?.e164 ?? forms?.raw ?? "";

/** In this order; new columns go to the end, so that old readers keep working. */
const columns: readonly Column[] = [
  ["id", (record) => record.id],
  ["link", (record) => record.link],
  ["call", (record) => record.call],
  ["source", (record) => record.source],
  ["direction", (record) => record.direction],
  ["started_at", (record) => time(record.startedAtMs)],
  ["answered_at", (record) => time(record.answeredAtMs)],
  ["ended_at", (record) => time(record.endedAtMs)],
  ["duration_seconds", (record) => seconds(record.durationMs)],
  ["ring_seconds", (record) => seconds(record.ringMs)],
  ["calling", (record) => number(record.calling)],
  ["calling_raw", (record) => record.calling?.raw ?? ""],
  ["calling_name", (record) => record.calling?.name ?? ""],
  ["called", (record) => number(record.called)],
  ["called_raw", (record) => record.called?.raw ?? ""],
  ["called_name", (record) => record.called?.name ?? ""],
  ["answered_by", (record) => record.answeredBy ?? ""],
  ["network_interface", (record) => record.networkInterface ?? ""],
  ["end_cause", (record) => record.endCause],
  ["devices", (record) => record.legs.map((leg) => leg.device).join(" ")],
  ["marks", (record) => record.marks.join(" ")],
  ["account_code", (record) => record.accountCode ?? ""],
  ["cost", (record) => record.cost ?? ""],
  ["pbx_time", (record) => record.pbxTime ?? ""],
  ["pbx_reference", (record) => record.pbxReference ?? ""],
];

/**
 * One field of RFC 4180. A text that a spreadsheet would run as a formula gets an apostrophe;
 * telephone numbers (`+33…`, `*69`) are not formulas and stay as they are.
 */
function csvField(value: string): string {
  const formula = /^[=@\t\r]/.test(value) || (/^[+-]/.test(value) && /[^0-9+\-.() ]/.test(value));
  const safe = formula ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll("\"", "\"\"")}"` : safe;
}

export const csvHeader = `${columns.map(([name]) => name).join(",")}\r\n`;

export function csvLine(record: CallRecord): string {
  return `${columns.map(([, value]) => csvField(value(record))).join(",")}\r\n`;
}

/** Times as RFC 3339, durations in milliseconds, otherwise the record as it is kept. */
export function jsonLine(record: CallRecord): string {
  const { startedAtMs, answeredAtMs, endedAtMs, legs, ...rest } = record;
  return `${JSON.stringify({
    ...rest, startedAt: time(startedAtMs),
    ...(answeredAtMs === undefined ? {} : { answeredAt: time(answeredAtMs) }),
    endedAt: time(endedAtMs),
    legs: legs.map((leg) => ({ ...leg, states: leg.states.map(({ atMs, ...entered }) =>
      ({ ...entered, at: time(atMs) })) })),
  })}\n`;
}
