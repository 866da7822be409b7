/**
 * The journal's entries as bytes. Each entry's hash covers the hash before it, so that an entry
 * changed, lost or added anywhere is found, and a standby can prove that it holds the same.
 */

import { hash } from "node:crypto";
import { fail, ok, type Result } from "../base/result.js";
import { copyOf, hex, readU64, sameBytes, u64Key, viewOf } from "./keys.js";
import type { Entry, Mutation } from "./store.js";

export const journalSpace = "journal";
export const hashBytes = 32;
export const genesisHash: Uint8Array = new Uint8Array(hashBytes);

/**
 * The head is also recorded by itself, once in so many entries and at each clean stop: a second
 * witness against entries lost from the journal's end.
 */
export const headRecordEvery = 64n;

/** position u64, epoch u32, count u32. */
const entryHeadBytes = 16;
/** Name length u8, key length u32, value length u32. */
const mutationHeadBytes = 9;
const removedMark = 0xffff_ffff;

/** Where the chain stands: the newest entry, or what lies before the first. */
export interface Head {
  readonly position: bigint;
  readonly epoch: number;
  readonly hash: Uint8Array;
}

export const genesis: Head = { position: 0n, epoch: 0, hash: genesisHash };

/** Bytes that `batch` takes in an entry; a bound on its size is checked against this. */
export function batchBytes(batch: readonly Mutation[]): number {
  let total = entryHeadBytes;
  for (const mutation of batch) {
    total += mutationHeadBytes + mutation.space.length + mutation.key.length
      + (mutation.value?.length ?? 0);
  }
  return total;
}

function encodeBody(position: bigint, epoch: number, batch: readonly Mutation[]): Buffer {
  const bytes = Buffer.allocUnsafe(hashBytes + batchBytes(batch));
  const view = viewOf(bytes);
  view.setBigUint64(hashBytes, position);
  view.setUint32(hashBytes + 8, epoch);
  view.setUint32(hashBytes + 12, batch.length);
  let at = hashBytes + entryHeadBytes;
  for (const { space, key, value } of batch) {
    view.setUint8(at, space.length);
    view.setUint32(at + 1, key.length);
    view.setUint32(at + 5, value === undefined ? removedMark : value.length);
    at += mutationHeadBytes;
    at += bytes.write(space, at, "latin1");
    bytes.set(key, at);
    at += key.length;
    if (value === undefined) continue;
    bytes.set(value, at);
    at += value.length;
  }
  return bytes;
}

/** The entry that follows `head`, and its bytes: hash, then body. */
export function nextEntry(
  head: Head, epoch: number, batch: readonly Mutation[],
): { readonly head: Head; readonly bytes: Uint8Array } {
  const position = head.position + 1n;
  const bytes = encodeBody(position, epoch, batch);
  bytes.set(head.hash, 0);
  const entryHash = hash("sha256", bytes, "buffer");
  bytes.set(entryHash, 0);
  return { head: { position, epoch, hash: entryHash }, bytes };
}

/** Whether `entry` follows `head` in position, epoch and hash. */
export function follows(head: Head, entry: Entry): Result<void> {
  if (entry.position !== head.position + 1n) {
    return fail("precondition",
      `entry ${entry.position} does not follow ${head.position}: entries between are missing`);
  }
  if (entry.epoch < head.epoch) {
    return fail("precondition",
      `entry ${entry.position} has epoch ${entry.epoch}, older than ${head.epoch}`);
  }
  const expected = nextEntry(head, entry.epoch, entry.batch).head.hash;
  if (!sameBytes(expected, entry.hash)) {
    return fail("store-damaged",
      `entry ${entry.position} has hash ${hex(entry.hash).slice(0, 16)}, its content another`);
  }
  return ok(undefined);
}

export function journalKey(position: bigint): Uint8Array {
  return u64Key(position);
}

/** Fails with `store-damaged`. Does not check the hash: `follows` does. */
export function decodeEntry(bytes: Uint8Array): Result<Entry> {
  const short = fail("store-damaged", "the journal entry ends too early");
  if (bytes.length < hashBytes + entryHeadBytes) return short;
  const view = viewOf(bytes);
  const position = readU64(bytes, hashBytes);
  const epoch = view.getUint32(hashBytes + 8);
  const count = view.getUint32(hashBytes + 12);
  const batch: Mutation[] = [];
  let at = hashBytes + entryHeadBytes;
  for (let index = 0; index < count; index += 1) {
    if (at + mutationHeadBytes > bytes.length) return short;
    const nameLength = view.getUint8(at);
    const keyLength = view.getUint32(at + 1);
    const valueLength = view.getUint32(at + 5);
    at += mutationHeadBytes;
    const removed = valueLength === removedMark;
    const end = at + nameLength + keyLength + (removed ? 0 : valueLength);
    if (end > bytes.length) return short;
    const space = Buffer.from(bytes.subarray(at, at + nameLength)).toString("latin1");
    at += nameLength;
    const key = copyOf(bytes, at, at + keyLength);
    at += keyLength;
    batch.push({ space, key, value: removed ? undefined : copyOf(bytes, at, end) });
    at = end;
  }
  if (at !== bytes.length) return fail("store-damaged", "the journal entry is longer than it says");
  return ok({ position, epoch, batch, hash: copyOf(bytes, 0, hashBytes) });
}

/** position u64, epoch u32, hash: the form of the head and of the anchor in the meta keyspace. */
export function encodeHead(head: Head): Uint8Array {
  const bytes = Buffer.allocUnsafe(12 + hashBytes);
  bytes.writeBigUInt64BE(head.position, 0);
  bytes.writeUInt32BE(head.epoch, 8);
  bytes.set(head.hash, 12);
  return bytes;
}

export function decodeHead(bytes: Uint8Array): Result<Head> {
  if (bytes.length !== 12 + hashBytes) {
    return fail("store-damaged", `a head of ${bytes.length} bytes`);
  }
  return ok({
    position: readU64(bytes), epoch: viewOf(bytes).getUint32(8), hash: copyOf(bytes, 12),
  });
}
