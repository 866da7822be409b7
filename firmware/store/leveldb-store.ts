/** The Store on LevelDB: envelopes around values, a hash chain of commits, grouped writes. */

import type { Health } from "../base/component.js";
import { attempt, done, fail, messageOf, ok, type Result } from "../base/result.js";
import type { World } from "../base/world.js";
import { backupStream } from "./backup.js";
import { examineChain, trimOperations } from "./chain.js";
import { inspectLogs } from "./data-files.js";
import {
  bytesFree, bytesOf, bytesOnDisk, isFull, isInterrupted, openFolder, pageMax, pages, reopenBytes,
  writeSynced, type Database, type Operation,
} from "./database.js";
import { GroupWriter } from "./group-writer.js";
import {
  batchBytes, decodeEntry, follows, genesis, headRecordEvery, journalKey, journalSpace, nextEntry,
  type Head,
} from "./journal.js";
import { diskKey, hex, isSpaceName, splitDiskKey } from "./keys.js";
import { checkFormat, headKey, metaSpace, putFormat, putHead } from "./meta.js";
import { migrateSpace, type Migration, type SpaceVersion } from "./migrations.js";
import { diskBounds, restBehind, type DiskBounds } from "./range.js";
import { scrubDatabase } from "./scrub.js";
import type {
  Damage, Entry, Keyspace, Mutation, Range, ScrubReport, Store, StoreSize,
} from "./store.js";
import { seal, unseal } from "./value-envelope.js";

export interface StoreOptions {
  /** The data folder; made when it does not exist. Either this or `database`. */
  readonly folder?: string;
  /** An open-able database, for simulation: `new MemoryLevel()`. */
  readonly database?: Database;
  readonly world: World;
  /** Written into each entry; a standby refuses entries of an older epoch. */
  readonly epoch: number;
  /** Keyspaces whose version is above 1 must be named here, with their migrations. */
  readonly spaces?: readonly SpaceVersion[];
  readonly migrations?: readonly Migration[];
  readonly bounds?: Partial<StoreBounds>;
  /** Told of each synced write that succeeded, how long it took. */
  readonly onWritten?: (ms: number) => void;
}

export interface StoreBounds {
  /** Writes that may wait for the one under way. */
  readonly commitQueueMax: number;
  /** Writes, and bytes, that share one flush. */
  readonly groupMax: number;
  readonly groupBytesMax: number;
  /** Bytes of one batch. */
  readonly batchBytesMax: number;
  /** Entries kept for a standby to catch up. */
  readonly journalKeepMax: number;
  /** Entries verified at each start. */
  readonly tailMax: number;
  /** Writing stops with `store-full` while less is free: LevelDB needs room to compact. */
  readonly reserveBytes: number;
}

export const storeBounds: StoreBounds = {
  commitQueueMax: 10_000, groupMax: 256, groupBytesMax: 4 * 1024 * 1024,
  batchBytesMax: 16 * 1024 * 1024, journalKeepMax: 10_000, tailMax: 1_000,
  reserveBytes: 32 * 1024 * 1024,
};

type Write =
  | { readonly kind: "commit" | "append"; readonly batch: readonly Mutation[] }
  | { readonly kind: "apply"; readonly entry: Entry };

/** Free space is asked for again after so much time. */
const roomCheckMs = 1_000;
/** Entries between two trims of the journal. */
const trimEvery = 256n;
const spacesMax = 1_024;
const damagesMax = 1_000;

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
  readonly #damageHandlers: ((damage: Damage) => void)[] = [];
  readonly #failureHandlers: ((full: boolean, message: string) => void)[] = [];
  readonly #recoveryHandlers: (() => void)[] = [];
  #writer: GroupWriter<Write, bigint>;
  #database: Database | undefined;
  #reviving: Promise<Result<void>> | undefined;
  #head: Head = genesis;
  #trimmedTo = 0n;
  #health: Health = { status: "failed", reason: "not started" };
  #failing: { readonly full: boolean; readonly torn: boolean } | undefined;
  /** Places already told to the log; up to `damagesMax`. */
  readonly #damages = new Set<string>();
  #roomCheckedMs: number | undefined;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#world = options.world;
    this.#bounds = { ...storeBounds, ...options.bounds };
    for (const space of options.spaces ?? []) this.#versions.set(space.name, space.version);
    this.#writer = this.#newWriter();
  }

  get health(): Health {
    return this.#health;
  }

  async start(): Promise<Result<void>> {
    if (this.#database !== undefined) return done;
    const opened = await this.#open();
    if (!opened.ok) {
      this.#health = { status: "failed", reason: opened.fault.message };
      this.#world.log.event("store.refused", { reason: opened.fault.message }, "error");
      return opened;
    }
    this.#writer = this.#newWriter();
    this.#updateHealth();
    this.#world.log.event("store.opened",
      { position: this.#head.position, epoch: this.#options.epoch });
    return done;
  }

  async stop(deadlineMs: number): Promise<void> {
    const database = this.#database;
    if (database === undefined) return;
    const closed = this.#writer.close();
    await this.#within(deadlineMs, closed);
    this.#writer.abandon();
    this.#database = undefined;
    if (this.#failing === undefined && this.#head.position > 0n) {
      await this.#within(deadlineMs, writeSynced(database, [putHead(headKey, this.#head)])
        .catch(() => undefined));
    }
    this.#health = { status: "failed", reason: "stopped" };
    await this.#within(deadlineMs, database.close().catch(() => undefined));
    this.#world.log.event("store.closed", { position: this.#head.position });
  }

  async get<K, V>(space: Keyspace<K, V>, key: K): Promise<Result<V | undefined>> {
    const database = await this.#readable();
    if (!database.ok) return database;
    const rawKey = space.encodeKey(key);
    const diskKeyBytes = diskKey(space.name, rawKey);
    const found = await bytesOf(database.value, diskKeyBytes);
    if (!found.ok) {
      if (found.fault.code === "store-damaged") {
        this.#damaged({ space: space.name, keyHex: hex(rawKey), problem: found.fault.message });
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
  async* journalFrom(position: bigint): AsyncGenerator<Entry, void, undefined> {
    const space = { name: journalSpace, encodeKey: journalKey };
    let before: Head | undefined;
    const bounds = diskBounds(space, { gte: position });
    for await (const [key, sealed] of this.#pairs(bounds, Number.POSITIVE_INFINITY)) {
      const opened = unseal(key, sealed);
      const entry = opened.ok ? decodeEntry(opened.value.payload) : opened;
      const fits = !entry.ok || before === undefined ? entry : follows(before, entry.value);
      if (!entry.ok || !fits.ok) {
        this.#damaged({ space: journalSpace, keyHex: hex(key.subarray(journalSpace.length + 1)),
          problem: fits.ok ? "unreadable" : fits.fault.message });
        return;
      }
      before = entry.value;
      yield entry.value;
    }
  }

  async* backup(): AsyncGenerator<Uint8Array, void, undefined> {
    const database = await this.#readable();
    if (!database.ok) throw new Error(database.fault.message);
    const takenAt = this.#world.clock.wall().toISOString();
    yield* backupStream(database.value, takenAt, this.#head.position,
      (damage) => { this.#damaged(damage); });
  }

  async scrub(onProgress?: (checked: number) => void): Promise<Result<ScrubReport>> {
    const database = await this.#readable();
    if (!database.ok) return database;
    const startedMs = this.#world.clock.monotonicMs();
    const found = await attempt("store-damaged", "the check could not read the whole store",
      () => scrubDatabase(database.value, this.#options.folder, onProgress));
    if (!found.ok) return found;
    // The whole store has been seen: what is not among these is no longer there.
    this.#damages.clear();
    this.#updateHealth();
    for (const damage of found.value.damages) this.#damaged(damage);
    return ok({ ...found.value, durationMs: this.#world.clock.monotonicMs() - startedMs });
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
    this.#damageHandlers.push(handler);
  }

  onWriteFailure(handler: (full: boolean, message: string) => void): void {
    this.#failureHandlers.push(handler);
  }

  onWriteRecovered(handler: () => void): void {
    this.#recoveryHandlers.push(handler);
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

  /** Opens, checks the chain, migrates. Used at the start and after a failed write. */
  async #open(): Promise<Result<void>> {
    const { folder, database: given, epoch } = this.#options;
    let database: Database;
    if (folder !== undefined) {
      for (const damage of await inspectLogs(folder)) this.#damaged(damage);
      const opened = await openFolder(folder);
      if (!opened.ok) return opened;
      database = opened.value;
    } else if (given !== undefined) {
      await given.open();
      database = given;
    } else {
      return fail("argument-invalid", "a store needs a folder or a database");
    }
    const prepared = await this.#prepare(database, epoch);
    if (!prepared.ok) {
      await database.close().catch(() => undefined);
      return prepared;
    }
    this.#database = database;
    return done;
  }

  async #prepare(database: Database, epoch: number): Promise<Result<void>> {
    const format = await checkFormat(database);
    if (!format.ok) return format;
    const report = (damage: Damage): void => { this.#damaged(damage); };
    const examined = await attempt("store-damaged", "the journal cannot be read",
      () => examineChain(database, this.#bounds.tailMax, report));
    if (!examined.ok) return examined;
    const chain = examined.value;
    if (!chain.ok) return chain;
    if (chain.value.head.epoch > epoch) {
      return fail("precondition", `the journal has epoch ${chain.value.head.epoch}, newer than `
        + `${epoch}: another unit has taken over`);
    }
    this.#head = chain.value.head;
    this.#trimmedTo = chain.value.anchor.position;
    const migrated = await attempt("store-unavailable", "the migration could not be written",
      () => this.#migrate(database, report));
    if (!migrated.ok) return migrated;
    if (!migrated.value.ok) return migrated.value;
    if (format.value !== undefined) return done;
    return attempt("store-unavailable", "the new store could not be written",
      () => writeSynced(database, [putFormat()]));
  }

  async #migrate(database: Database, report: (damage: Damage) => void): Promise<Result<void>> {
    for (const space of this.#options.spaces ?? []) {
      const migrated = await migrateSpace(
        database, this.#options.migrations ?? [], space, this.#head.position, report);
      if (!migrated.ok) return migrated;
      if (migrated.value > 0) {
        this.#world.log.event("store.migrated",
          { space: space.name, version: space.version, values: migrated.value });
      }
    }
    return done;
  }

  async #readable(): Promise<Result<Database>> {
    await this.#reviving;
    if (this.#database !== undefined) return ok(this.#database);
    return fail("store-unavailable", "the store is not open");
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
        this.#damaged({ space: parts?.space ?? "", keyHex: hex(last ?? bounds.gte),
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
    this.#damaged({ space: space.name, keyHex: hex(rawKey), problem });
    return fail("store-damaged", `${space.name}/${hex(rawKey)}: ${problem}`);
  }

  #damaged(damage: Damage): void {
    const place = `${damage.space}/${damage.keyHex}/${damage.problem}`;
    if (!this.#damages.has(place) && this.#damages.size < damagesMax) {
      this.#damages.add(place);
      this.#world.log.event("store.damage", { ...damage }, "error");
    }
    this.#updateHealth();
    for (const handler of this.#damageHandlers) handler(damage);
  }

  #updateHealth(): void {
    this.#health = this.#failing !== undefined
      ? { status: "degraded", reason: this.#failing.full ? "no space left" : "writing fails" }
      : this.#damages.size > 0
        ? { status: "degraded", reason: `${this.#damages.size} damaged values were found` }
        : { status: "ok" };
  }

  #submit(write: Extract<Write, { kind: "commit" | "append" }>): Promise<Result<bigint>> {
    if (this.#database === undefined) {
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
    const ready = await this.#writable();
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
    const trim = await this.#trim(ready.value, head, operations);
    const startedMs = this.#world.clock.monotonicMs();
    try {
      await writeSynced(ready.value, operations);
    } catch (error) {
      const failed = this.#writeFailed(isFull(error), true, messageOf(error));
      return group.map(() => failed);
    }
    this.#head = head;
    this.#trimmedTo = trim;
    this.#writeSucceeded();
    this.#options.onWritten?.(this.#world.clock.monotonicMs() - startedMs);
    return results;
  }

  /** Adds the removal of entries that are no longer kept; gives where the chain then begins. */
  async #trim(database: Database, head: Head, operations: Operation[]): Promise<bigint> {
    const over = head.position - BigInt(this.#bounds.journalKeepMax) - this.#trimmedTo;
    if (over < trimEvery) return this.#trimmedTo;
    // An entry of the group under way cannot be read back yet, so the cut stays below the head.
    const newest = this.#head.position - this.#trimmedTo;
    const count = [over, trimEvery * 4n, newest].reduce((a, b) => (a < b ? a : b));
    const to = this.#trimmedTo + count;
    const trimmed = await trimOperations(database, this.#trimmedTo, to);
    if (!trimmed.ok) {
      this.#damaged({ space: journalSpace, keyHex: hex(journalKey(to)),
        problem: trimmed.fault.message });
      return this.#trimmedTo;
    }
    operations.push(...trimmed.value);
    return to;
  }

  /** The database, when there is room and the last write has not left it half-written. */
  async #writable(): Promise<Result<Database>> {
    const room = await this.#room();
    if (!room.ok) return room;
    if (this.#failing?.torn === true) {
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
    if (this.#failing !== undefined) this.#failing = { ...this.#failing, torn: false };
    this.#world.log.event("store.reopened", { position: this.#head.position });
    return done;
  }

  async #room(): Promise<Result<void>> {
    const { folder } = this.#options;
    if (folder === undefined) return done;
    const nowMs = this.#world.clock.monotonicMs();
    const fresh = this.#roomCheckedMs !== undefined && nowMs - this.#roomCheckedMs < roomCheckMs;
    if (fresh && this.#failing === undefined) return done;
    this.#roomCheckedMs = nowMs;
    const free = await attempt("store-unavailable", `measuring ${folder}`,
      () => bytesFree(folder));
    if (!free.ok) return free;
    const torn = this.#failing?.torn ?? false;
    // Opening again writes the log into a table: without room for that, reading would end too.
    const needed = torn ? Math.max(this.#bounds.reserveBytes, await reopenBytes(folder))
      : this.#bounds.reserveBytes;
    if (free.value >= needed) return done;
    return this.#writeFailed(true, torn, `${free.value} bytes free, ${needed} are needed`);
  }

  #writeFailed(full: boolean, torn: boolean, why: string): Result<never> {
    const message = full
      ? `the disk of the data folder is full (${why}): nothing is stored until space is freed`
      : `the data folder cannot be written (${why})`;
    const first = this.#failing === undefined || this.#failing.full !== full;
    this.#failing = { full, torn };
    this.#updateHealth();
    if (first) {
      this.#world.log.event("store.write-failed", { full, reason: why }, "error");
      for (const handler of this.#failureHandlers) handler(full, message);
    }
    return fail(full ? "store-full" : "store-unavailable", message);
  }

  #writeSucceeded(): void {
    if (this.#failing === undefined) return;
    this.#failing = undefined;
    this.#updateHealth();
    this.#world.log.event("store.write-recovered", { position: this.#head.position });
    for (const handler of this.#recoveryHandlers) handler();
  }
}
