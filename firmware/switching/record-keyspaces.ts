/**
 * Call records in the store: the record under its id, and three indexes that hold nothing but
 * the id. Ids begin with the start in hexadecimal, so every index is in order of time.
 */

import { ok } from "../base/result.js";
import { eventCauses } from "../model/causes.js";
import { linkId, type LinkId } from "../model/identifiers.js";
import type { CallRecord, Leg, NumberForms } from "../model/records.js";
import { readText, readU64, textKey, u64Key } from "../store/keys.js";
import type { Keyspace } from "../store/store.js";
import { decodeObject, isDirection, isNumberForms } from "./event-log-keyspaces.js";

type Fields = Readonly<Record<string, unknown>>;

const marks: ReadonlySet<unknown> =
  new Set(["healed", "gap", "started-before-monitoring", "pbx-restart"]);

function isLeg(value: unknown): value is Leg {
  if (typeof value !== "object" || value === null) return false;
  const { device, states } = { device: undefined, states: undefined, ...value };
  return typeof device === "string" && Array.isArray(states);
}

function isRecord(fields: unknown): fields is CallRecord {
  const { id, link, call, source, direction, startedAtMs, endedAtMs, durationMs, endCause, legs,
    marks: found, calling, called } = fields as { readonly [name in keyof CallRecord]?: unknown };
  return typeof id === "string" && typeof link === "string" && typeof call === "string"
    && (source === "events" || source === "pbx") && isDirection(direction)
    && typeof startedAtMs === "number" && typeof endedAtMs === "number"
    && typeof durationMs === "number" && typeof endCause === "string" && endCause in eventCauses
    && Array.isArray(legs) && legs.every(isLeg)
    && Array.isArray(found) && found.every((mark) => marks.has(mark))
    && (calling === undefined || isNumberForms(calling))
    && (called === undefined || isNumberForms(called));
}

const readRecord = (fields: Fields): CallRecord | undefined =>
  isRecord(fields) ? fields : undefined;

export const records: Keyspace<string, CallRecord> = {
  name: "records", version: 1, replicated: true, encodeKey: textKey, decodeKey: readText,
  encode: (record) => textKey(JSON.stringify(record)),
  decode: (bytes) => decodeObject(bytes, "the call record", readRecord),
};

/** What is indexed, and the id of the record it stands in. */
export interface IndexKey {
  readonly term: string;
  readonly id: string;
}

const nothing = new Uint8Array(0);
const separator = "\u0000";

function index(name: string): Keyspace<IndexKey, undefined> {
  return {
    name, version: 1, replicated: true,
    encodeKey: ({ term, id }) => textKey(`${term}${separator}${id}`),
    decodeKey: (bytes) => {
      const text = readText(bytes);
      const at = text.indexOf(separator);
      return { term: text.slice(0, at), id: text.slice(at + 1) };
    },
    encode: () => nothing,
    decode: () => ok(undefined),
  };
}

export const byDevice = index("record-devices");
export const byLink = index("record-links");
/** Terms are the number's digits backwards, so that its last digits are a prefix. */
export const byNumber = index("record-numbers");

/** Records in the order in which they became durable, for each link, from 1. */
export interface ArrivalKey {
  readonly link: LinkId;
  readonly number: bigint;
}

export interface Arrival {
  readonly record: string;
  /** Milliseconds since 1970 UTC. */
  readonly atMs: number;
}

export const arrivals: Keyspace<ArrivalKey, Arrival> = {
  name: "record-arrivals", version: 1, replicated: true,
  encodeKey: ({ link, number }) =>
    Buffer.concat([textKey(`${link}${separator}`), u64Key(number)]),
  decodeKey: (bytes) => ({
    link: linkId(readText(bytes.subarray(0, -9))), number: readU64(bytes, bytes.length - 8),
  }),
  encode: (arrival) => textKey(JSON.stringify(arrival)),
  decode: (bytes) => decodeObject(bytes, "the arrival of a record", (fields) => {
    const { record, atMs } = fields as { readonly record?: unknown; readonly atMs?: unknown };
    return typeof record === "string" && typeof atMs === "number" ? { record, atMs } : undefined;
  }),
};

export const numberMax = 0xffff_ffff_ffff_ffffn;

/** A zero byte would end a term too early. */
export function term(text: string): string {
  return text.replaceAll(separator, "");
}

const digitsMin = 4;
/** Terms of one record; a conference of hundreds is found by its first parties. */
const termsMax = 64;

/** The digits of a number as an index term; undefined when they are too few to look for. */
export function numberTerm(text: string): string | undefined {
  const digits = text.replace(/\D/g, "");
  return digits.length < digitsMin ? undefined : [...digits].reverse().join("");
}

/**
 * What a typed number may look like in a record: as typed, without an international or a trunk
 * prefix. `0033 1...`, `+33 1...` and `01...` then all meet the number's last digits.
 */
export function numberTerms(typed: string): readonly string[] {
  const digits = typed.replace(/\D/g, "");
  const shorter = !typed.trim().startsWith("+") && digits.length >= 8
    ? digits.replace(/^(00|0)/, "") : digits;
  const found = numberTerm(shorter);
  return found === undefined ? [] : [found];
}

export function devicesOf(record: CallRecord): readonly string[] {
  const found = new Set<string>();
  for (const leg of record.legs) found.add(term(leg.device));
  if (record.answeredBy !== undefined) found.add(term(record.answeredBy));
  return [...found].slice(0, termsMax);
}

function formsOf(record: CallRecord): readonly NumberForms[] {
  return [record.calling, record.called, ...record.legs.map((leg) => leg.number)]
    .filter((forms) => forms !== undefined);
}

export function numbersOf(record: CallRecord): readonly string[] {
  const found = new Set<string>();
  for (const { raw, e164 } of formsOf(record)) {
    for (const text of [raw, e164]) {
      const reversed = text === undefined ? undefined : numberTerm(text);
      if (reversed !== undefined) found.add(reversed);
    }
  }
  return [...found].slice(0, termsMax);
}

const hexDigits = 11;

/** The smallest id of a record that started at `startedAtMs` or later. */
export function idFrom(startedAtMs: number): string {
  return Math.max(0, Math.floor(startedAtMs)).toString(16).padStart(hexDigits, "0");
}

/** Eleven hexadecimal digits last from 1970 to 2527. */
export function isRecordId(id: string): boolean {
  return /^[0-9a-f]{11}-/.test(id) && !id.includes(separator);
}
