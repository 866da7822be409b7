/** How numbered events lie in the store: JSON under the number, so that a person can read them. */

import { fail, messageOf, ok, type Result } from "../base/result.js";
import { eventCauses } from "../model/causes.js";
import { eventNames, type CallEvent } from "../model/events.js";
import type { DeviceId } from "../model/identifiers.js";
import type { Direction, NumberForms } from "../model/records.js";
import { readText, readU64, textKey, u64Key } from "../store/keys.js";
import type { Keyspace } from "../store/store.js";
import type { NumberedEvent } from "./switch.js";

/** A stretch of numbers that are not stored, both ends exclusive. */
export interface Gap {
  readonly after: bigint;
  readonly before: bigint;
  /** Events were lost for certain; else numbers were skipped after a stop that was not clean. */
  readonly known: boolean;
}

export interface LogState {
  /** The newest number given out when this was written. */
  readonly last: bigint;
  readonly clean: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses JSON and hands an object to `read`; whatever is wrong is `store-damaged`. */
export function decodeObject<V>(
  bytes: Uint8Array, what: string, read: (fields: Fields) => V | undefined,
): Result<V> {
  try {
    const parsed: unknown = JSON.parse(readText(bytes));
    const value = isFields(parsed) ? read(parsed) : undefined;
    return value === undefined ? fail("store-damaged", `${what} has a wrong shape`) : ok(value);
  } catch (error) {
    return fail("store-damaged", `${what} is not JSON: ${messageOf(error)}`);
  }
}

export function readBigint(value: unknown): bigint | undefined {
  return typeof value === "string" && /^\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

export const directions: readonly Direction[] =
  ["incoming", "outgoing", "internal", "tandem", "unknown"];
const names: ReadonlySet<unknown> = new Set(eventNames);

function isEvent(value: unknown): value is CallEvent {
  return isFields(value) && names.has(value["type"]) && typeof value["link"] === "string"
    && typeof value["cause"] === "string" && value["cause"] in eventCauses
    && typeof value["receivedAtMs"] === "number";
}

export function isDirection(value: unknown): value is Direction {
  return directions.some((direction) => direction === value);
}

export function isNumberForms(value: unknown): value is NumberForms {
  return isFields(value) && typeof value["raw"] === "string";
}

function isNumbers(value: unknown): value is readonly NumberForms[] {
  return Array.isArray(value) && value.every(isNumberForms);
}

function isDevices(value: unknown): value is readonly DeviceId[] {
  return Array.isArray(value) && value.every((device) => typeof device === "string");
}

function readEvent(fields: Fields): NumberedEvent | undefined {
  const { number: text, atMs, event, numbers, direction, healed, parties } = fields as {
    readonly [name in keyof NumberedEvent]?: unknown };
  const number = readBigint(text);
  if (number === undefined || typeof atMs !== "number" || !isEvent(event) || !isNumbers(numbers)
    || !isDirection(direction) || typeof healed !== "boolean" || !isDevices(parties)) {
    return undefined;
  }
  return { number, atMs, event, numbers, direction, healed, parties };
}

const numbered = { encodeKey: u64Key, decodeKey: (bytes: Uint8Array) => readU64(bytes) } as const;
const own = { version: 1, replicated: false } as const;

export const events: Keyspace<bigint, NumberedEvent> = {
  ...numbered, ...own, name: "events",
  encode: (entry) => textKey(JSON.stringify({ ...entry, number: entry.number.toString() })),
  decode: (bytes) => decodeObject(bytes, "the event", readEvent),
};

/** Keyed by `before`. */
export const gaps: Keyspace<bigint, Gap> = {
  ...numbered, ...own, name: "event-gaps",
  encode: ({ after, before, known }) =>
    textKey(JSON.stringify({ after: after.toString(), before: before.toString(), known })),
  decode: (bytes) => decodeObject(bytes, "the gap", (fields) => {
    const after = readBigint(fields["after"]);
    const before = readBigint(fields["before"]);
    const known = fields["known"];
    return after === undefined || before === undefined || typeof known !== "boolean"
      ? undefined : { after, before, known };
  }),
};

export const logState: Keyspace<string, LogState> = {
  ...own, name: "event-log", encodeKey: textKey, decodeKey: readText,
  encode: ({ last, clean }) => textKey(JSON.stringify({ last: last.toString(), clean })),
  decode: (bytes) => decodeObject(bytes, "the event log's state", (fields) => {
    const last = readBigint(fields["last"]);
    const clean = fields["clean"];
    return last === undefined || typeof clean !== "boolean" ? undefined : { last, clean };
  }),
};
