/** Call records for other programs: CSV (RFC 4180) and JSON lines, as streams of bytes. */

import type { CallRecord } from "../model/records.js";

/** Text gathered before it is handed on. */
const chunkLength = 64 * 1024;
const endOfLine = "\r\n";

type Column = readonly [title: string, value: (record: CallRecord) => string | number | undefined];

const dayMs = 86_400_000;
const digits = (value: number, count: number): string => String(value).padStart(count, "0");

/**
 * ISO 8601, UTC, with milliseconds. The calendar day comes from the day number by counting years
 * from March, in eras of 400 years, so that the leap day is a year's last.
 */
export function isoTime(ms: number): string {
  const days = Math.floor(ms / dayMs) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1_460)
    + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra
    - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  const left = Math.floor(ms) - Math.floor(ms / dayMs) * dayMs;
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`
    + `T${digits(Math.floor(left / 3_600_000), 2)}:${digits(Math.floor(left / 60_000) % 60, 2)}`
    + `:${digits(Math.floor(left / 1_000) % 60, 2)}.${digits(left % 1_000, 3)}Z`;
}

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : isoTime(ms);
const seconds = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : (ms / 1000).toFixed(3);

const columns: readonly Column[] = [
  ["id", (record) => record.id],
  ["link", (record) => record.link],
  ["call", (record) => record.call],
  ["source", (record) => record.source],
  ["direction", (record) => record.direction],
  ["started", (record) => iso(record.startedAtMs)],
  ["answered", (record) => iso(record.answeredAtMs)],
  ["ended", (record) => iso(record.endedAtMs)],
  ["duration_seconds", (record) => seconds(record.durationMs)],
  ["ring_seconds", (record) => seconds(record.ringMs)],
  ["calling", (record) => record.calling?.raw],
  ["calling_e164", (record) => record.calling?.e164],
  ["calling_name", (record) => record.calling?.name],
  ["called", (record) => record.called?.raw],
  ["called_e164", (record) => record.called?.e164],
  ["called_name", (record) => record.called?.name],
  ["answered_by", (record) => record.answeredBy],
  ["network_interface", (record) => record.networkInterface],
  ["devices", (record) => record.legs.map((leg) => leg.device).join(" ")],
  ["end_cause", (record) => record.endCause],
  ["marks", (record) => record.marks.join(" ")],
  ["account_code", (record) => record.accountCode],
  ["cost", (record) => record.cost],
  ["pbx_time", (record) => record.pbxTime],
  ["pbx_reference", (record) => record.pbxReference],
  ["pbx_clock_offset_seconds", ({ pbxClockOffsetMs }) =>
    pbxClockOffsetMs === undefined ? undefined : Math.round(pbxClockOffsetMs / 1_000)],
  ["correlator_data", (record) => record.correlatorData],
  ["user_data", (record) => record.userData],
];

/**
 * One cell. A text that a spreadsheet would take for a formula gets an apostrophe before it,
 * except a plain number with its international prefix.
 */
export function csvCell(value: string | number | undefined): string {
  if (value === undefined) return "";
  const text = String(value);
  const formula = /^[=+\-@\t\r]/.test(text) && !/^\+\d+$/.test(text);
  const safe = formula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csvHead = columns.map(([title]) => title).join(",") + endOfLine;

export function csvLine(record: CallRecord): string {
  return columns.map(([, value]) => csvCell(value(record))).join(",") + endOfLine;
}

export function jsonLine(record: CallRecord): string {
  return `${JSON.stringify(record)}\n`;
}

async function* chunks(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, undefined> {
  let text = "";
  for await (const line of lines) {
    text += line;
    if (text.length < chunkLength) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (text.length > 0) yield Buffer.from(text);
}

async function* csvLines(
  records: AsyncIterable<CallRecord>,
): AsyncGenerator<string, void, undefined> {
  yield csvHead;
  for await (const record of records) yield csvLine(record);
}

async function* jsonLines(
  records: AsyncIterable<CallRecord>,
): AsyncGenerator<string, void, undefined> {
  for await (const record of records) yield jsonLine(record);
}

/** UTF-8, one header line, CRLF. */
export function recordsToCsv(records: AsyncIterable<CallRecord>): AsyncIterable<Uint8Array> {
  return chunks(csvLines(records));
}

/** One JSON object a line. */
export function recordsToJson(records: AsyncIterable<CallRecord>): AsyncIterable<Uint8Array> {
  return chunks(jsonLines(records));
}
