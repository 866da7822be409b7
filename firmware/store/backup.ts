/**
 * A backup is one stream: magic, header, one frame for each pair, trailer. Frames carry a
 * CRC-32, the trailer the count and the SHA-256 of all bytes before it, so that a file cut short
 * or changed anywhere is refused as a whole.
 */

import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { fail, messageOf, ok, type Result } from "../base/result.js";
import { pages, type Database } from "./database.js";
import { hex, readText, sameBytes, splitDiskKey, textKey, viewOf } from "./keys.js";
import { storeFormat } from "./meta.js";
import type { Damage } from "./store.js";
import { unseal } from "./value-envelope.js";

const magic = textKey("JACKFIELD-BACKUP-1\n");
/** Key length u32, value length u32, CRC-32 u32. */
const frameHeadBytes = 12;
const headerMark = 0xffff_fffe;
const trailerMark = 0xffff_ffff;
const hashBytes = 32;
const trailerBytes = frameHeadBytes + 8 + hashBytes;
const chunkBytes = 256 * 1024;
export const frameBytesMax = 64 * 1024 * 1024;

export interface BackupSummary {
  /** Of the store that was backed up. */
  readonly format: number;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly headPosition: bigint;
  readonly values: number;
  readonly bytes: number;
}

interface Header {
  readonly format: number;
  readonly takenAt: string;
  readonly headPosition: bigint;
}

function frame(keyLength: number, key: Uint8Array, value: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(frameHeadBytes + key.length + value.length);
  bytes.writeUInt32BE(keyLength, 0);
  bytes.writeUInt32BE(value.length, 4);
  bytes.writeUInt32BE(crc32(value, crc32(key)), 8);
  bytes.set(key, frameHeadBytes);
  bytes.set(value, frameHeadBytes + key.length);
  return bytes;
}

const nothing = new Uint8Array(0);

/**
 * `takenAt` is ISO 8601. Throws when LevelDB cannot read on: the stream then has no trailer and
 * nobody accepts it.
 */
export async function* backupStream(
  database: Database, takenAt: string, headPosition: bigint, onDamage: (damage: Damage) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash("sha256");
  let parts: Uint8Array[] = [];
  let size = 0;
  let count = 0;
  const add = (bytes: Uint8Array): void => {
    hash.update(bytes);
    parts.push(bytes);
    size += bytes.length;
  };
  const header = JSON.stringify({ format: storeFormat, takenAt,
    headPosition: headPosition.toString() });
  add(magic);
  add(frame(headerMark, nothing, textKey(header)));
  for await (const page of pages(database, {})) {
    for (const [key, sealed] of page) {
      const opened = unseal(key, sealed);
      if (opened.ok) {
        add(frame(key.length, key, sealed));
        count += 1;
      } else {
        const found = splitDiskKey(key);
        onDamage({ space: found?.space ?? "", keyHex: hex(found?.key ?? key),
          problem: opened.fault.message });
      }
    }
    if (size < chunkBytes) continue;
    yield Buffer.concat(parts);
    parts = [];
    size = 0;
  }
  const trailer = Buffer.allocUnsafe(8 + hashBytes);
  trailer.writeBigUInt64BE(BigInt(count), 0);
  trailer.set(hash.digest(), 8);
  parts.push(frame(trailerMark, nothing, trailer));
  yield Buffer.concat(parts);
}

/** Bytes from a stream, asked for by count. */
class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Uint8Array = nothing;
  #at = 0;
  taken = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Undefined when the stream ends before that. */
  async take(count: number): Promise<Uint8Array | undefined> {
    while (this.#held.length - this.#at < count) {
      const next = await this.#source.next();
      if (next.done === true) return undefined;
      const rest = this.#held.subarray(this.#at);
      this.#held = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
      this.#at = 0;
    }
    const found = this.#held.subarray(this.#at, this.#at + count);
    this.#at += count;
    this.taken += count;
    return found;
  }
}

function parseHeader(value: Uint8Array): Result<Header> {
  const broken = fail("store-damaged", "the backup's header is unreadable");
  try {
    const found: unknown = JSON.parse(readText(value));
    if (typeof found !== "object" || found === null) return broken;
    const { format, takenAt, headPosition } = { format: undefined, takenAt: undefined,
      headPosition: undefined, ...found };
    if (typeof format !== "number" || typeof takenAt !== "string"
      || typeof headPosition !== "string" || !/^\d+$/.test(headPosition)) return broken;
    if (format > storeFormat) {
      return fail("precondition", `the backup was made by a newer version (format ${format}, this `
        + `program knows ${storeFormat}): install that version`);
    }
    return ok({ format, takenAt, headPosition: BigInt(headPosition) });
  } catch {
    return broken;
  }
}

const cutShort = fail("store-damaged",
  "the backup ends too early: it was not copied completely; use another one");

/** Reads a whole backup; `onPair` gets every pair before the trailer has proven the file. */
export async function readBackup(
  stream: AsyncIterable<Uint8Array>,
  onPair: (key: Uint8Array, sealed: Uint8Array) => Promise<void> | void,
): Promise<Result<BackupSummary>> {
  try {
    return await readFrames(new ByteReader(stream), onPair);
  } catch (error) {
    return fail("store-unavailable", `the backup cannot be read: ${messageOf(error)}`,
      { cause: error });
  }
}

async function readFrames(
  reader: ByteReader, onPair: (key: Uint8Array, sealed: Uint8Array) => Promise<void> | void,
): Promise<Result<BackupSummary>> {
  const hash = createHash("sha256");
  const start = await reader.take(magic.length);
  if (start === undefined || !sameBytes(start, magic)) {
    return fail("store-damaged", "this is not a backup of a gateway");
  }
  hash.update(start);
  let header: Header | undefined;
  let values = 0;
  for (;;) {
    const head = await reader.take(frameHeadBytes);
    if (head === undefined) return cutShort;
    const mark = viewOf(head).getUint32(0);
    const valueLength = viewOf(head).getUint32(4);
    const keyLength = mark >= headerMark ? 0 : mark;
    const damaged = fail("store-damaged",
      `the backup is damaged at byte ${reader.taken}: use another one`);
    if (keyLength + valueLength > frameBytesMax) return damaged;
    const body = await reader.take(keyLength + valueLength);
    if (body === undefined) return cutShort;
    const key = body.subarray(0, keyLength);
    const value = body.subarray(keyLength);
    if (viewOf(head).getUint32(8) !== crc32(value, crc32(key))) return damaged;
    if (mark === trailerMark) {
      if (header === undefined || valueLength !== trailerBytes - frameHeadBytes
        || viewOf(value).getBigUint64(0) !== BigInt(values)
        || !sameBytes(value.subarray(8), hash.digest())) return damaged;
      if (await reader.take(1) !== undefined) return damaged;
      return ok({ ...header, values, bytes: reader.taken });
    }
    hash.update(head);
    hash.update(body);
    if (mark === headerMark) {
      const parsed = parseHeader(value);
      if (!parsed.ok) return parsed;
      header = parsed.value;
      continue;
    }
    if (!unseal(key, value).ok) return damaged;
    values += 1;
    await onPair(key, value);
  }
}

/** Whether a backup is whole and undamaged, without restoring it. */
export function verifyBackup(stream: AsyncIterable<Uint8Array>): Promise<Result<BackupSummary>> {
  return readBackup(stream, () => undefined);
}
