/** The Store on LevelDB: envelopes around values, a hash chain of commits, grouped writes. */

import type { Health } from "../base/component.js";
import { attempt, done, fail, messageOf, ok, type Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import { backupStream } from "./backup.js";
import { trimOperations } from "./chain.js";
import { inspectTables } from "./data-files.js";
import {
  bytesFree, bytesOnDisk, isFull, reopenBytes, writeSynced, type Database, type Operation,
} from "./database.js";
import { GroupWriter } from "./group-writer.js";
import {
  batchBytes, follows, genesis, headRecordEvery, journalKey, journalSpace, nextEntry,
  type Head,
} from "./journal.js";
import { diskKey, hex, isSpaceName } from "./keys.js";
import { headKey, metaSpace, putHead } from "./meta.js";
import { openDatabase } from "./opening.js";
import { scrubDatabase } from "./scrub.js";
import type {
  Damage, Entry, Keyspace, Mutation, Range, ScrubReport, Store, StoreSize,
} from "./store.js";
import { StoreHealth } from "./store-health.js";
import { StoreReader } from "./store-reader.js";
import { storeBounds, type StoreBounds, type StoreOptions } from "./store-options.js";
import { seal } from "./value-envelope.js";

type Write =
  | { readonly kind: "commit" | "append"; readonly batch: readonly Mutation[] }
  | { readonly kind: "apply"; readonly entry: Entry };

/** Free space is asked for again after so much time. */
const roomCheckMs = 1_000;
/** From one check of the table files to the next. */
export const checkEveryMs = 24 * 3_600_000;
/** Entries between two trims of the journal. */
const trimEvery = 256n;
const spacesMax = 1_024;
const mendedMax = 1_000;

export function openStore(options: StoreOptions): Store {
  return new LeveldbStore(options);
}

class LeveldbStore implements Store {
  readonly name = "store";
  readonly #options: StoreOptions;
  readonly #bounds: StoreBounds;
  readonly #world: World;
  readonly #versions = new Map<string, number>();
  /** A keyspace is either journaled or not: scrub compares data with the journal. */
  readonly #ways = new Map<string, "commit" | "append">();
  readonly #tells: StoreHealth;
  readonly #reader: StoreReader;
  #writer: GroupWriter<Write, bigint>;
  #database: Database | undefined;
  #reviving: Promise<Result<void>> | undefined;
  #head: Head = genesis;
  #trimmedTo = 0n;
  /** The next write opens the database again before it. */
  #reopenFirst = false;
  /** What the last openings have mended, until a scrub has told it; up to `mendedMax`. */
  #mended: readonly Damage[] = [];
  #roomCheckedMs: number | undefined;
  #check: Cancellable | undefined;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#world = options.world;
    this.#tells = new StoreHealth(options.world.log);
    this.#reader = new StoreReader(() => this.#readable(), this.#tells);
    this.#bounds = { ...storeBounds, ...options.bounds };
    for (const space of options.spaces ?? []) this.#versions.set(space.name, space.version);
    this.#writer = this.#newWriter();
  }

  get health(): Health {
    return this.#tells.health;
  }

  async start(): Promise<Result<void>> {
    if (this.#database !== undefined) return done;
    const opened = await this.#open();
    if (!opened.ok) {
      this.#world.log.event("store.refused", { reason: opened.fault.message }, "error");
      return opened;
    }
    this.#writer = this.#newWriter();
    this.#checkLater();
    this.#world.log.event("store.opened",
      { position: this.#head.position, epoch: this.#options.epoch });
    return done;
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#check?.cancel();
    await this.#within(deadlineMs, this.#writer.close());
    this.#writer.abandon();
    // Only now: the last write may have opened it again.
    const database = this.#database;
    if (database === undefined) return;
    this.#database = undefined;
    if (!this.#tells.failing && this.#head.position > 0n) {
      await this.#within(deadlineMs, writeSynced(database, [putHead(headKey, this.#head)])
        .catch(() => undefined));
    }
    this.#tells.closed("stopped");
    await this.#within(deadlineMs, database.close().catch(() => undefined));
    this.#world.log.event("store.closed", { position: this.#head.position });
  }

  get<K, V>(space: Keyspace<K, V>, key: K): Promise<Result<V | undefined>> {
    return this.#reader.get(space, key);
  }

  range<K, V>(space: Keyspace<K, V>, range: Range<K>): AsyncIterable<readonly [K, V]> {
    return this.#reader.range(space, range);
  }

  commit(batch: readonly Mutation[]): Promise<Result<bigint>> {
    return this.#submit({ kind: "commit", batch });
  }

  async append(batch: readonly Mutation[]): Promise<Result<void>> {
    const written = await this.#submit({ kind: "append", batch });
    return written.ok ? done : written;
  }

  async applyEntry(entry: Entry): Promise<Result<void>> {
    const written = await this.#writer.submit({ kind: "apply", entry }, batchBytes(entry.batch));
    return written.ok ? done : written;
  }

  /** Ends, after reporting it, at the first entry that does not fit its predecessor. */
  journalFrom(position: bigint): AsyncIterable<Entry> {
    return this.#reader.journalFrom(position);
  }

  async* backup(): AsyncGenerator<Uint8Array, void, undefined> {
    const database = await this.#readable();
    if (!database.ok) throw new Error(database.fault.message);
    const takenAt = this.#world.clock.wall().toISOString();
    yield* backupStream(database.value, takenAt, this.#head.position,
      (damage) => { this.#tells.damaged(damage); });
  }

  async scrub(onProgress?: (checked: number) => void): Promise<Result<ScrubReport>> {
    const startedMs = this.#world.clock.monotonicMs();
    const safe = await this.#mendTables();
    if (!safe.ok) return safe;
    const database = await this.#readable();
    if (!database.ok) return database;
    const found = await attempt("store-damaged", "the check could not read the whole store",
      () => scrubDatabase(database.value, this.#options.folder, onProgress));
    if (!found.ok) return found;
    const damages = [...this.#mended, ...found.value.damages];
    this.#mended = [];
    this.#tells.scrubbed(damages);
    return ok({ ...found.value, damages, durationMs: this.#world.clock.monotonicMs() - startedMs });
  }

  /** A table block that broke since the folder was opened must not be read: open it again. */
  async #mendTables(): Promise<Result<void>> {
    const { folder } = this.#options;
    if (folder === undefined || this.#database === undefined) return done;
    const found = await attempt("store-unavailable", `reading ${folder}`,
      () => inspectTables(folder));
    if (!found.ok || found.value.length === 0) return found.ok ? done : found;
    this.#reopenFirst = true;
    const mended = await this.append([]);
    if (!mended.ok) for (const damage of found.value) this.#tells.damaged(damage);
    return mended;
  }

  /** LevelDB does not verify what it reads: a broken block must be found before it is read. */
  #checkLater(): void {
    if (this.#options.folder === undefined) return;
    this.#check = this.#world.clock.after(checkEveryMs, "store.check", () => {
      void this.#mendTables().then(() => {
        if (this.#database !== undefined) this.#checkLater();
      });
    });
  }

  async size(): Promise<Result<StoreSize>> {
    const folder = this.#options.folder;
    const headPosition = this.#head.position;
    if (folder === undefined) return ok({ bytesOnDisk: 0, bytesFree: 0, headPosition });
    return attempt("store-unavailable", `measuring ${folder}`, async () => ({
      bytesOnDisk: await bytesOnDisk(folder), bytesFree: await bytesFree(folder), headPosition,
    }));
  }

  onDamage(handler: (damage: Damage) => void): void {
    this.#tells.onDamage(handler);
  }

  onWriteFailure(handler: (full: boolean, message: string) => void): void {
    this.#tells.onWriteFailure(handler);
  }

  onWriteRecovered(handler: () => void): void {
    this.#tells.onWriteRecovered(handler);
  }

  onWhole(handler: () => void): void {
    this.#tells.onWhole(handler);
  }

  #newWriter(): GroupWriter<Write, bigint> {
    const { commitQueueMax, groupMax, groupBytesMax } = this.#bounds;
    return new GroupWriter({ queueMax: commitQueueMax, groupMax, groupBytesMax },
      (group) => this.#writeGroup(group));
  }

  async #within(deadlineMs: number, work: Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const timer = this.#world.clock.after(deadlineMs, "store.stop",
      () => { resolve(undefined); });
    await Promise.race([work, promise]);
    timer.cancel();
  }

  /** Used at the start, after a failed write, and when a table file broke meanwhile. */
  async #open(): Promise<Result<void>> {
    const opened = await openDatabase(this.#options, this.#bounds.tailMax,
      (damage) => { this.#tells.damaged(damage); });
    if (!opened.ok) {
      this.#tells.closed(opened.fault.message);
      return opened;
    }
    const { database, head, trimmedTo, mended } = opened.value;
    this.#database = database;
    this.#head = head;
    this.#trimmedTo = trimmedTo;
    this.#mended = [...this.#mended, ...mended].slice(0, mendedMax);
    this.#reopenFirst = false;
    this.#tells.opened();
    return done;
  }

  async #readable(): Promise<Result<Database>> {
    await this.#reviving;
    if (this.#database !== undefined) return ok(this.#database);
    return fail("store-unavailable", "the store is not open");
  }

  #submit(write: Extract<Write, { kind: "commit" | "append" }>): Promise<Result<bigint>> {
    if (this.#database === undefined && !this.#reopenFirst) {
      return Promise.resolve(fail("store-unavailable", "the store is not open"));
    }
    const bytes = batchBytes(write.batch);
    if (bytes > this.#bounds.batchBytesMax) {
      return Promise.resolve(fail("argument-invalid",
        `a batch of ${bytes} bytes; at most ${this.#bounds.batchBytesMax} are allowed`));
    }
    for (const { space } of write.batch) {
      const way = this.#ways.get(space);
      if (way === write.kind) continue;
      if (way !== undefined) {
        return Promise.resolve(fail("precondition",
          `the keyspace ${space} is written by ${way}, not by ${write.kind}`));
      }
      if (!isSpaceName(space) || space === journalSpace || space === metaSpace
        || this.#ways.size >= spacesMax) {
        return Promise.resolve(fail("argument-invalid", `no keyspace may be called ${space}`));
      }
      this.#ways.set(space, write.kind);
    }
    return this.#writer.submit(write, bytes);
  }

  #operations(batch: readonly Mutation[], into: Operation[]): void {
    for (const { space, key, value } of batch) {
      const keyBytes = diskKey(space, key);
      into.push(value === undefined ? { type: "del", key: keyBytes } : { type: "put",
        key: keyBytes, value: seal(keyBytes, this.#versions.get(space) ?? 1, value) });
    }
  }

  async #writeGroup(group: readonly Write[]): Promise<readonly Result<bigint>[]> {
    const ready = this.#atHand() ?? await this.#writable();
    if (!ready.ok) return group.map(() => ready);
    const operations: Operation[] = [];
    const results: Result<bigint>[] = [];
    let head = this.#head;
    for (const write of group) {
      if (write.kind === "apply") {
        const fits = follows(head, write.entry);
        if (!fits.ok) {
          results.push(fits);
          continue;
        }
      }
      const batch = write.kind === "apply" ? write.entry.batch : write.batch;
      if (write.kind !== "append") {
        const epoch = write.kind === "apply" ? write.entry.epoch : this.#options.epoch;
        const next = nextEntry(head, epoch, batch);
        const key = diskKey(journalSpace, journalKey(next.head.position));
        operations.push({ type: "put", key, value: seal(key, 1, next.bytes) });
        head = next.head;
      }
      this.#operations(batch, operations);
      results.push(ok(head.position));
    }
    const record = head.position / headRecordEvery > this.#head.position / headRecordEvery;
    if (record) operations.push(putHead(headKey, head));
    if (operations.length === 0) return results;
    const over = head.position - BigInt(this.#bounds.journalKeepMax) - this.#trimmedTo;
    const trim = over < trimEvery ? this.#trimmedTo
      : await this.#trim(ready.value, over, operations);
    const startedMs = this.#world.clock.monotonicMs();
    try {
      await writeSynced(ready.value, operations);
    } catch (error) {
      this.#reopenFirst = true;
      const failed = this.#tells.writeFailed(isFull(error), messageOf(error));
      return group.map(() => failed);
    }
    this.#head = head;
    this.#trimmedTo = trim;
    this.#tells.writeSucceeded(this.#head.position);
    this.#options.onWritten?.(this.#world.clock.monotonicMs() - startedMs);
    return results;
  }

  /** Adds the removal of entries that are no longer kept; gives where the chain then begins. */
  async #trim(database: Database, over: bigint, operations: Operation[]): Promise<bigint> {
    // An entry of the group under way cannot be read back yet, so the cut stays below the head.
    const newest = this.#head.position - this.#trimmedTo;
    const count = [over, trimEvery * 4n, newest].reduce((a, b) => (a < b ? a : b));
    const to = this.#trimmedTo + count;
    const trimmed = await trimOperations(database, this.#trimmedTo, to);
    if (!trimmed.ok) {
      this.#tells.damaged({ space: journalSpace, keyHex: hex(journalKey(to)),
        problem: trimmed.fault.message });
      return this.#trimmedTo;
    }
    operations.push(...trimmed.value);
    return to;
  }

  /** The database, when nothing has to be looked at first: this way is taken by nearly all. */
  #atHand(): Result<Database> | undefined {
    return this.#database !== undefined && !this.#reopenFirst && this.#isRoomKnown()
      ? ok(this.#database) : undefined;
  }

  /** The database, when there is room and the last write has not left it half-written. */
  async #writable(): Promise<Result<Database>> {
    const room = await this.#room();
    if (!room.ok) return room;
    if (this.#reopenFirst) {
      this.#reviving = this.#revive();
      const revived = await this.#reviving;
      this.#reviving = undefined;
      if (!revived.ok) return revived;
    }
    if (this.#database !== undefined) return ok(this.#database);
    return fail("store-unavailable", "the store is not open");
  }

  /**
   * After a failed write LevelDB's log may end in half a record, behind which later records
   * would be lost at the next start: only opening again gives it a new log.
   */
  async #revive(): Promise<Result<void>> {
    await this.#database?.close().catch(() => undefined);
    this.#database = undefined;
    const opened = await this.#open();
    if (!opened.ok) return opened;
    this.#world.log.event("store.reopened", { position: this.#head.position });
    return done;
  }

  #isRoomKnown(): boolean {
    return this.#roomCheckedMs !== undefined && !this.#tells.failing
      && this.#world.clock.monotonicMs() - this.#roomCheckedMs < roomCheckMs;
  }

  async #room(): Promise<Result<void>> {
    const { folder } = this.#options;
    if (folder === undefined) return done;
    if (!this.#reopenFirst && this.#isRoomKnown()) return done;
    this.#roomCheckedMs = this.#world.clock.monotonicMs();
    const free = await attempt("store-unavailable", `measuring ${folder}`,
      () => bytesFree(folder));
    if (!free.ok) return free;
    // Opening again writes the log into a table: without room for that, reading would end too.
    const { reserveBytes } = this.#bounds;
    const needed = this.#reopenFirst ? Math.max(reserveBytes, await reopenBytes(folder))
      : reserveBytes;
    if (free.value >= needed) return done;
    return this.#tells.writeFailed(true, `${free.value} bytes free, ${needed} are needed`);
  }


}
