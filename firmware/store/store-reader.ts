/** Reading: each value is verified, damage told and skipped, a reopened database followed. */

import { fail, messageOf, ok, type Result } from "../base/result.js";
import { bytesOf, isInterrupted, pageMax, pages, type Database } from "./database.js";
import { decodeEntry, follows, journalKey, journalSpace, type Head } from "./journal.js";
import { diskKey, hex, splitDiskKey } from "./keys.js";
import { diskBounds, restBehind, type DiskBounds } from "./range.js";
import type { Entry, Keyspace, Range } from "./store.js";
import type { StoreHealth } from "./store-health.js";
import { unseal } from "./value-envelope.js";

export class StoreReader {
  /** The database of this moment; waits while it is opened again. */
  readonly #readable: () => Promise<Result<Database>>;
  readonly #tells: StoreHealth;

  constructor(readable: () => Promise<Result<Database>>, tells: StoreHealth) {
    this.#readable = readable;
    this.#tells = tells;
  }

  async get<K, V>(space: Keyspace<K, V>, key: K): Promise<Result<V | undefined>> {
    const database = await this.#readable();
    if (!database.ok) return database;
    const rawKey = space.encodeKey(key);
    const diskKeyBytes = diskKey(space.name, rawKey);
    const found = await bytesOf(database.value, diskKeyBytes);
    if (!found.ok) {
      if (found.fault.code === "store-damaged") {
        const problem = found.fault.message;
        this.#tells.damaged({ space: space.name, keyHex: hex(rawKey), problem });
      }
      return found;
    }
    if (found.value === undefined) return ok(undefined);
    return this.#opened(space, rawKey, diskKeyBytes, found.value);
  }

  async* range<K, V>(
    space: Keyspace<K, V>, range: Range<K>,
  ): AsyncGenerator<readonly [K, V], void, undefined> {
    let left = range.limit ?? Number.POSITIVE_INFINITY;
    if (left <= 0) return;
    for await (const [key, sealed] of this.#pairs(diskBounds(space, range), left)) {
      const rawKey = key.subarray(space.name.length + 1);
      const opened = this.#opened(space, rawKey, key, sealed);
      if (!opened.ok) continue;
      yield [space.decodeKey(rawKey), opened.value];
      left -= 1;
      if (left <= 0) return;
    }
  }

  async* journalFrom(position: bigint): AsyncGenerator<Entry, void, undefined> {
    const space = { name: journalSpace, encodeKey: journalKey };
    let before: Head | undefined;
    const bounds = diskBounds(space, { gte: position });
    for await (const [key, sealed] of this.#pairs(bounds, Number.POSITIVE_INFINITY)) {
      const opened = unseal(key, sealed);
      const entry = opened.ok ? decodeEntry(opened.value.payload) : opened;
      const fits = !entry.ok || before === undefined ? entry : follows(before, entry.value);
      if (!entry.ok || !fits.ok) {
        this.#tells.damaged({ space: journalSpace,
          keyHex: hex(key.subarray(journalSpace.length + 1)),
          problem: fits.ok ? "unreadable" : fits.fault.message });
        return;
      }
      before = entry.value;
      yield entry.value;
    }
  }

  /** Raw pairs; goes on behind the last one when the database was opened again meanwhile. */
  async* #pairs(
    bounds: DiskBounds, expected: number,
  ): AsyncGenerator<readonly [Uint8Array, Uint8Array], void, undefined> {
    let last: Uint8Array | undefined;
    for (;;) {
      const database = await this.#readable();
      if (!database.ok) return;
      const rest = last === undefined ? bounds : restBehind(bounds, last);
      try {
        for await (const page of pages(database.value, rest, Math.min(expected, pageMax))) {
          for (const pair of page) {
            last = pair[0];
            yield pair;
          }
        }
        return;
      } catch (error) {
        if (isInterrupted(error)) {
          if ((await this.#readable()).ok) continue;
          return;
        }
        const parts = splitDiskKey(bounds.gte);
        this.#tells.damaged({ space: parts?.space ?? "", keyHex: hex(last ?? bounds.gte),
          problem: `reading ends behind this key: ${messageOf(error)}` });
        return;
      }
    }
  }

  #opened<K, V>(
    space: Keyspace<K, V>, rawKey: Uint8Array, key: Uint8Array, sealed: Uint8Array,
  ): Result<V> {
    const opened = unseal(key, sealed);
    const value = !opened.ok ? opened : opened.value.spaceVersion === space.version
      ? space.decode(opened.value.payload)
      : fail("store-damaged",
        `version ${opened.value.spaceVersion} of a keyspace that has ${space.version}`);
    if (value.ok) return value;
    const problem = value.fault.message;
    this.#tells.damaged({ space: space.name, keyHex: hex(rawKey), problem });
    return fail("store-damaged", `${space.name}/${hex(rawKey)}: ${problem}`);
  }
}
