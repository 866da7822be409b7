/**
 * The audit log's hash chain, pure. `hash` = SHA-256 of the previous entry's hash in hexadecimal,
 * a line feed, and the entry's canonical JSON without its hash. Canonical: no white space, the
 * keys in the order of `canonicalEntry`, keys within `details` sorted by UTF-16 code unit at
 * every depth, strings escaped as ECMA-262 JSON.stringify does, `at` in UTC with milliseconds.
 */

import { createHash } from "node:crypto";

export type Json = null | boolean | number | string | readonly Json[]
  | { readonly [key: string]: Json };

/** An entry before it has its place in the chain. */
export interface AuditDraft {
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly actor: string;
  readonly source: string;
  readonly action: string;
  readonly subject: string;
  /** "ok" or the fault's code. */
  readonly outcome: string;
  readonly details: { readonly [key: string]: Json };
}

export interface AuditEntry extends AuditDraft {
  /** From 1, rising by one. */
  readonly number: number;
  /** Lower-case hexadecimal. */
  readonly hash: string;
}

/** What stands before the first entry. */
export const genesisHash = "0".repeat(64);

export function canonical(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonical).join(",")}]`;
  return `{${Object.keys(value).sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(",")}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function canonicalEntry(number: number, draft: AuditDraft): string {
  const { at, actor, source, action, subject, outcome } = draft;
  return `${JSON.stringify({ number, at, actor, source, action, subject, outcome }).slice(0, -1)},`
    + `"details":${canonical(draft.details)}}`;
}

export function chainHash(previousHash: string, number: number, draft: AuditDraft): string {
  return createHash("sha256").update(`${previousHash}\n${canonicalEntry(number, draft)}`, "utf8")
    .digest("hex");
}

/** The one way to write an entry as a line: canonical, with the hash as its last key. */
export function entryLine(entry: AuditEntry): string {
  return `${canonicalEntry(entry.number, entry).slice(0, -1)},"hash":"${entry.hash}"}`;
}

/** The first line of an export: what came before it, and where it must end. */
export interface ExportHeader {
  /** Hash of the entry before the first that follows. */
  readonly anchor: string;
  /** That entry's number; 0 at the beginning of the log. */
  readonly after: number;
  /** The newest entry when the export began; cutting the end off shows against it. */
  readonly head: { readonly number: number; readonly hash: string };
}

export function headerLine({ anchor, after, head }: ExportHeader): string {
  return JSON.stringify({ anchor, after, head: { number: head.number, hash: head.hash } });
}
