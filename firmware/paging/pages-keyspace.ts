/** Pages on disk, by number. */

import type { Text } from "../base/result.js";
import { linkId } from "../model/identifiers.js";
import type { Page, PageCallType, PagePriority, PageStatus } from "../model/pages.js";
import { readU64, textKey, u64Key } from "../store/keys.js";
import type { Keyspace } from "../store/store.js";
import { decodeObject } from "../switching/event-log-keyspaces.js";
import type { PageDelivery, PageRecord, PageSource } from "./page-record.js";

type Fields = Readonly<Record<string, unknown>>;

const priorities: readonly PagePriority[] = ["alarm", "high", "normal"];
const callTypes: readonly PageCallType[] = ["reset", "speech", "standard"];
const statuses: readonly PageStatus[] =
  ["accepted", "busy", "queued", "paged", "absent", "mailbox"];
const states: readonly PageDelivery["state"][] = ["waiting", "delivered", "failed"];

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function oneOf<T extends string>(all: readonly T[], value: unknown): T | undefined {
  return all.find((each) => each === value);
}

function readPage(value: unknown): Page | undefined {
  const { pager, text, priority, beep, callType, transmissions } = fieldsOf(value);
  if (typeof pager !== "string" || typeof text !== "string") return undefined;
  const urgency = oneOf(priorities, priority);
  const type = oneOf(callTypes, callType);
  return { pager, text, ...(urgency && { priority: urgency }), ...(type && { callType: type }),
    ...(typeof beep === "number" && { beep }),
    ...(typeof transmissions === "number" && { transmissions }) };
}

function readSource(value: unknown): PageSource | undefined {
  const { kind, link, name, alarm } = fieldsOf(value);
  if (kind === "link" && typeof link === "string") return { kind, link: linkId(link) };
  if (kind === "user" && typeof name === "string") return { kind, name };
  if (kind === "alarm" && typeof alarm === "string") return { kind, alarm };
  return undefined;
}

function readText(value: unknown): Text | undefined {
  const { en, fr } = fieldsOf(value);
  if (typeof value === "string") return value;
  return typeof en === "string" && typeof fr === "string" ? { en, fr } : undefined;
}

function readDelivery(value: unknown): PageDelivery | undefined {
  const { link, pager, state, attempts, changedAtMs, status, reason } = fieldsOf(value);
  const entered = oneOf(states, state);
  if (typeof link !== "string" || typeof pager !== "string" || entered === undefined
    || typeof attempts !== "number" || typeof changedAtMs !== "number") return undefined;
  const said = oneOf(statuses, status);
  const why = readText(reason);
  return { link: linkId(link), pager, state: entered, attempts, changedAtMs,
    ...(said && { status: said }), ...(why !== undefined && { reason: why }) };
}

function readRecord(fields: Fields): Omit<PageRecord, "number"> | undefined {
  const page = readPage(fields["page"]);
  const source = readSource(fields["source"]);
  const { atMs, deliveries } = fields as { readonly atMs?: unknown; readonly deliveries?: unknown };
  if (page === undefined || source === undefined || typeof atMs !== "number"
    || !Array.isArray(deliveries)) return undefined;
  const read = deliveries.map(readDelivery);
  return read.includes(undefined) ? undefined
    : { page, source, atMs, deliveries: read.filter((each) => each !== undefined) };
}

export const pages: Keyspace<bigint, Omit<PageRecord, "number">> = {
  name: "pages", version: 1, replicated: true,
  encodeKey: u64Key, decodeKey: (bytes) => readU64(bytes),
  encode: ({ page, source, atMs, deliveries }) =>
    textKey(JSON.stringify({ page, source, atMs, deliveries })),
  decode: (bytes) => decodeObject(bytes, "a page", readRecord),
};
