/** The call records on the Store: written with their indexes in one commit, read in pages. */

import type { Health } from "../base/component.js";
import { done, fail, ok, type Result } from "../base/result.js";
import type { World } from "../base/world.js";
import type { LinkId } from "../model/identifiers.js";
import type { CallRecord } from "../model/records.js";
import { put, remove, type Keyspace, type Mutation, type Store } from "../store/store.js";
import {
  arrivals, byDevice, byLink, byNumber, devicesOf, idFrom, isRecordId, numberMax,
  numbersOf, numberTerms, records, term, type IndexKey,
} from "./record-keyspaces.js";
import { Pruning } from "./pruning.js";
import type { HourCount, RecordBook, RecordQuery, RecordWatcher } from "./records.js";

export interface RecordRetention {
  readonly ageMsMax: number;
}

export interface RecordBookOptions {
  readonly store: Store;
  readonly world: World;
  /** Read at each pruning. */
  readonly retention: () => RecordRetention;
  /** A record of the link is durable and stands among the arrivals. */
  readonly arrived?: (link: LinkId) => void;
  readonly bounds?: Partial<RecordBookBounds>;
}

export interface RecordBookBounds {
  readonly pageMax: number;
  /** Records looked at for one page; the page then ends early and says where to go on. */
  readonly scanMax: number;
  /** Numbers that may end in the digits typed; with more of them, more digits are asked for. */
  readonly termsMax: number;
}

export const recordBookBounds: RecordBookBounds =
  { pageMax: 1_000, scanMax: 50_000, termsMax: 2_000 };

const pruneEveryMs = 3_600_000;
const pruneMax = 200;
const hourMs = 3_600_000;
/** A year of hours; a longer chart needs days. */
const hoursMax = 24 * 366;

/** Ids between `low` (inclusive) and `high` (exclusive). */
interface Span {
  readonly low: string;
  readonly high: string;
}

type Page = { readonly records: readonly CallRecord[]; readonly next: string | undefined };

/** Above every id: ids are of hexadecimal digits first. */
const highest = "g";
/** Below every digit: with it, a key lies behind what it extends and before all else. */
const behind = "\u0001";
/** Ids read ahead of each number. */
const aheadMax = 64;

export class StoredRecordBook implements RecordBook {
  readonly name = "record-book";
  readonly #store: Store;
  readonly #world: World;
  readonly #retention: () => RecordRetention;
  readonly #bounds: RecordBookBounds;
  readonly #pruning: Pruning;
  readonly #arrived: (link: LinkId) => void;
  /** The number of each link's last arrival. */
  readonly #last = new Map<LinkId, bigint>();
  readonly #watchers = new Set<RecordWatcher>();
  #health: Health = { status: "failed", reason: "not started" };

  constructor(options: RecordBookOptions) {
    this.#store = options.store;
    this.#world = options.world;
    this.#retention = options.retention;
    this.#bounds = { ...recordBookBounds, ...options.bounds };
    this.#arrived = options.arrived ?? (() => undefined);
    this.#pruning = new Pruning({ world: options.world, name: "records", everyMs: pruneEveryMs,
      prune: () => this.prune() });
  }

  get health(): Health { return this.#health; }

  start(): Promise<Result<void>> {
    this.#health = { status: "ok" };
    this.#pruning.start();
    return Promise.resolve(done);
  }

  stop(): Promise<void> {
    this.#pruning.stop();
    this.#health = { status: "failed", reason: "stopped" };
    return Promise.resolve();
  }

  watch(watcher: RecordWatcher): () => void {
    this.#watchers.add(watcher);
    return () => { this.#watchers.delete(watcher); };
  }

  add(record: CallRecord): Promise<Result<void>> {
    return this.#write(record, undefined);
  }

  async replace(record: CallRecord): Promise<Result<void>> {
    const before = await this.#store.get(records, record.id);
    return this.#write(record, before.ok ? before.value : undefined);
  }

  async #write(record: CallRecord, before: CallRecord | undefined): Promise<Result<void>> {
    if (!isRecordId(record.id)) {
      return fail("argument-invalid", `${record.id} is not the id of a call record`);
    }
    const { id, link } = record;
    if (!this.#last.has(link)) await this.#loadLast(link);
    // The store writes in the order of asking: a later number is never durable before this one.
    const number = (this.#last.get(link) ?? 0n) + 1n;
    this.#last.set(link, number);
    const atMs = this.#world.clock.wall().getTime();
    const written = await this.#store.commit([
      ...before === undefined ? [] : removals(before), put(records, id, record),
      ...indexKeys(record).map(([space, key]) => put(space, key, undefined)),
      put(arrivals, { link, number }, { record: id, atMs }),
    ]);
    if (written.ok) {
      this.#arrived(link);
      for (const watcher of this.#watchers) watcher(record, before !== undefined);
    }
    this.#health = written.ok ? { status: "ok" }
      : { status: "degraded", reason: written.fault.message };
    return written.ok ? done : written;
  }

  async #loadLast(link: LinkId): Promise<void> {
    const range = { lte: { link, number: numberMax }, gte: { link, number: 0n }, reverse: true,
      limit: 1 };
    for await (const [{ number }] of this.#store.range(arrivals, range)) {
      // Another write of the same link may have asked too.
      if (!this.#last.has(link)) this.#last.set(link, number);
    }
    if (!this.#last.has(link)) this.#last.set(link, 0n);
  }

  get(id: string): Promise<Result<CallRecord | undefined>> {
    return this.#store.get(records, id);
  }

  async list(query: RecordQuery, limit: number, before?: string): Promise<Result<Page>> {
    const span = spanOf(query);
    const high = before !== undefined && before < span.high ? before : span.high;
    const checked = await this.#check(query);
    if (!checked.ok) return checked;
    const pageMax = Math.max(1, Math.min(limit, this.#bounds.pageMax));
    const found: CallRecord[] = [];
    let scanned = 0;
    let last: string | undefined;
    for await (const record of this.#scan(query, { low: span.low, high }, true)) {
      if (found.length >= pageMax || scanned >= this.#bounds.scanMax) {
        return ok({ records: found, next: last });
      }
      scanned += 1;
      last = record.id;
      if (matches(query, record)) found.push(record);
    }
    return ok({ records: found, next: undefined });
  }

  async* all(query: RecordQuery): AsyncGenerator<CallRecord, void, undefined> {
    for await (const record of this.#scan(query, spanOf(query), false)) {
      if (matches(query, record)) yield record;
    }
  }

  async countByHour(query: RecordQuery): Promise<Result<readonly HourCount[]>> {
    const checked = await this.#check(query);
    if (!checked.ok) return checked;
    const hours = new Map<number, { -readonly [name in keyof HourCount]: HourCount[name] }>();
    for await (const record of this.all(query)) {
      const at = Math.floor(record.startedAtMs / hourMs) * hourMs;
      let hour = hours.get(at);
      if (hour === undefined) {
        if (hours.size >= hoursMax) {
          return fail("argument-invalid", `the time asked for has more than ${hoursMax} hours`);
        }
        hour = { hourMs: at, incoming: 0, outgoing: 0, internal: 0, missed: 0 };
        hours.set(at, hour);
      }
      if (isMissed(record)) hour.missed += 1;
      if (record.direction === "incoming") hour.incoming += 1;
      if (record.direction === "outgoing") hour.outgoing += 1;
      if (record.direction === "internal") hour.internal += 1;
    }
    return ok([...hours.values()].sort((a, b) => a.hourMs - b.hourMs));
  }

  /** Removes what is older than the retention. Gives the count. */
  async prune(): Promise<Result<number>> {
    const sinceMs = this.#world.clock.wall().getTime() - this.#retention().ageMsMax;
    let total = 0;
    for (;;) {
      const batch: Mutation[] = [];
      let count = 0;
      const range = { lt: idFrom(sinceMs), limit: pruneMax };
      for await (const [, record] of this.#store.range(records, range)) {
        batch.push(...removals(record));
        count += 1;
      }
      if (count === 0) break;
      const removed = await this.#store.commit(batch);
      if (!removed.ok) return removed;
      total += count;
    }
    if (total > 0) this.#world.log.event("records.pruned", { records: total });
    const forgotten = await this.#pruneArrivals(sinceMs);
    return forgotten.ok ? ok(total) : forgotten;
  }

  /** The newest arrival of each link stays: it says where the numbers are. */
  async #pruneArrivals(sinceMs: number): Promise<Result<void>> {
    for (let after: LinkId | undefined; ;) {
      const start = after === undefined ? {} : { gt: { link: after, number: numberMax } };
      let link: LinkId | undefined;
      const next = this.#store.range(arrivals, { ...start, limit: 1 });
      for await (const [key] of next) link = key.link;
      if (link === undefined) return done;
      after = link;
      if (!this.#last.has(link)) await this.#loadLast(link);
      const upTo = { link, number: this.#last.get(link) ?? 0n };
      for (let full = true; full;) {
        const batch: Mutation[] = [];
        const range = { gte: { link, number: 0n }, lt: upTo, limit: pruneMax };
        for await (const [key, { atMs }] of this.#store.range(arrivals, range)) {
          if (atMs >= sinceMs) break;
          batch.push(remove(arrivals, key));
        }
        const removed = batch.length === 0 ? done : await this.#store.commit(batch);
        if (!removed.ok) return removed;
        full = batch.length === pruneMax;
      }
    }
  }

  async #check(query: RecordQuery): Promise<Result<void>> {
    if (query.number === undefined) return done;
    const few = numberTerms(query.number).length === 0;
    if (!few && await this.#termsOf(query.number) !== undefined) return done;
    const message = few ? "four digits at least"
      : `more than ${this.#bounds.termsMax} numbers end like this: type more digits`;
    return fail("argument-invalid", `the number to look for: ${message}`,
      { fields: [{ path: "number", message }] });
  }

  /** Records of the narrowest index that the query allows, in order of their ids. */
  async* #scan(
    query: RecordQuery, span: Span, reverse: boolean,
  ): AsyncGenerator<CallRecord, void, undefined> {
    if (query.number !== undefined) {
      const terms = await this.#termsOf(query.number) ?? [];
      for await (const id of this.#idsOf(terms, span, reverse)) yield* this.#load(id);
      return;
    }
    const [space, wanted] = query.device !== undefined ? [byDevice, term(query.device)] as const
      : query.link !== undefined ? [byLink, term(query.link)] as const : [undefined, ""] as const;
    if (space === undefined) {
      const range = { gte: span.low, lt: span.high, reverse };
      for await (const [, record] of this.#store.range(records, range)) yield record;
      return;
    }
    const range = { gte: { term: wanted, id: span.low }, lt: { term: wanted, id: span.high },
      reverse };
    for await (const [{ id }] of this.#store.range(space, range)) yield* this.#load(id);
  }

  async* #load(id: string): AsyncGenerator<CallRecord, void, undefined> {
    // A damaged record is reported by the store and left out; a pruned one is simply gone.
    const found = await this.#store.get(records, id);
    if (found.ok && found.value !== undefined) yield found.value;
  }

  /** The distinct terms that begin with what was typed; undefined when there are too many. */
  async #termsOf(number: string): Promise<readonly string[] | undefined> {
    const found: string[] = [];
    for (const prefix of numberTerms(number)) {
      let from = prefix;
      for (;;) {
        // A term that begins with the prefix lies below the prefix with a character above digits.
        const range = { gte: { term: from, id: "" }, lt: { term: `${prefix}:`, id: "" }, limit: 1 };
        let next: string | undefined;
        for await (const [key] of this.#store.range(byNumber, range)) next = key.term;
        if (next === undefined) break;
        if (found.length >= this.#bounds.termsMax) return undefined;
        found.push(next);
        from = `${next}${behind}`;
      }
    }
    return found;
  }

  /**
   * Ids within the span that stand under any of the terms, each once, in order. Of each term some
   * ids are read ahead; what lies beyond the nearest end of those waits for the next round.
   */
  async* #idsOf(
    terms: readonly string[], span: Span, reverse: boolean,
  ): AsyncGenerator<string, void, undefined> {
    let { low, high } = span;
    for (;;) {
      const ids = new Set<string>();
      let edge: string | undefined;
      for (const one of terms) {
        const range = { gte: { term: one, id: low }, lt: { term: one, id: high }, reverse,
          limit: aheadMax };
        let count = 0;
        let last = "";
        for await (const [{ id }] of this.#store.range(byNumber, range)) {
          ids.add(id);
          last = id;
          count += 1;
        }
        if (count < aheadMax) continue;
        if (edge === undefined || (reverse ? last > edge : last < edge)) edge = last;
      }
      const sorted = [...ids].sort();
      for (const id of reverse ? sorted.reverse() : sorted) {
        if (edge !== undefined && (reverse ? id < edge : id > edge)) break;
        yield id;
      }
      if (edge === undefined) return;
      if (reverse) high = edge;
      else low = `${edge}${behind}`;
    }
  }
}

type IndexSpace = Keyspace<IndexKey, undefined>;

function indexKeys(record: CallRecord): readonly (readonly [IndexSpace, IndexKey])[] {
  const { id } = record;
  return [
    [byLink, { term: term(record.link), id }],
    ...devicesOf(record).map((device) => [byDevice, { term: device, id }] as const),
    ...numbersOf(record).map((digits) => [byNumber, { term: digits, id }] as const),
  ];
}

function removals(record: CallRecord): readonly Mutation[] {
  return [remove(records, record.id),
    ...indexKeys(record).map(([space, key]) => remove(space, key))];
}

function spanOf({ fromMs, untilMs }: RecordQuery): Span {
  return {
    low: fromMs === undefined ? "" : idFrom(fromMs),
    high: untilMs === undefined ? highest : idFrom(untilMs),
  };
}

/** An incoming call that nobody answered. */
export function isMissed(record: CallRecord): boolean {
  return record.direction === "incoming" && record.answeredAtMs === undefined;
}

/** What the index does not already guarantee. */
function matches(query: RecordQuery, record: CallRecord): boolean {
  return (query.link === undefined || record.link === query.link)
    && (query.direction === undefined || record.direction === query.direction)
    && (query.missedOnly !== true || isMissed(record))
    && (query.device === undefined || devicesOf(record).includes(term(query.device)))
    && (query.fromMs === undefined || record.startedAtMs >= query.fromMs)
    && (query.untilMs === undefined || record.startedAtMs < query.untilMs);
}
