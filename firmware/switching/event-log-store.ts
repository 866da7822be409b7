/** The event log on the Store: batches what arrives, knows what it never stored, prunes. */

import type { Health } from "../base/component.js";
import { done, fail, ok, type Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import { put, remove, type Mutation, type Store } from "../store/store.js";
import { crashJump, type EventLog } from "./event-log.js";
import { events, gaps, logState, type Gap } from "./event-log-keyspaces.js";
import { Pruning } from "./pruning.js";
import type { NumberedEvent } from "./switch.js";

export interface EventRetention {
  readonly ageMsMax: number;
  readonly countMax: number;
}

export interface EventLogOptions {
  readonly store: Store;
  readonly world: World;
  /** Read at each pruning, so that a new configuration counts at once. */
  readonly retention: () => EventRetention;
  readonly bounds?: Partial<EventLogBounds>;
}

export interface EventLogBounds {
  /** Events that wait to be written; more are refused and become a gap. */
  readonly queueMax: number;
  /** Events written at once: more would hold up the live ones while they are encoded. */
  readonly batchMax: number;
  /** Stretches of numbers never stored that are remembered; older ones are merged. */
  readonly gapsMax: number;
}

export const eventLogBounds: EventLogBounds = { queueMax: 50_000, batchMax: 200, gapsMax: 256 };

/** Events wait so long for others: a flush costs the same for one as for many. */
export const gatherMs = 20;
const retryMs = 1_000;
const pruneEveryMs = 60_000;
/** Events removed in one batch. */
const pruneMax = 500;
const readMax = 10_000;
/** A jump in the numbers up to this is taken for damage, above it for skipped numbers. */
const skippedMax = 100n;

export class StoredEventLog implements EventLog {
  readonly name = "event-log";
  readonly #store: Store;
  readonly #world: World;
  readonly #retention: () => EventRetention;
  readonly #bounds: EventLogBounds;
  #queue: NumberedEvent[] = [];
  #writing: Promise<void> | undefined;
  #gathering: Cancellable | undefined;
  #retry: Cancellable | undefined;
  readonly #pruning: Pruning;
  #running = false;
  #first = 1n;
  #oldest: bigint | undefined;
  #durable = 0n;
  #newest = 0n;
  #gaps: Gap[] = [];
  /** Written with the next events. */
  readonly #gapsUnwritten: Mutation[] = [];
  /** The first of the numbers being refused. */
  #refusing: bigint | undefined;
  #refusals = 0;
  #health: Health = { status: "failed", reason: "not started" };

  constructor(options: EventLogOptions) {
    this.#store = options.store;
    this.#world = options.world;
    this.#retention = options.retention;
    this.#bounds = { ...eventLogBounds, ...options.bounds };
    this.#pruning = new Pruning({ world: options.world, name: "event-log", everyMs: pruneEveryMs,
      prune: () => this.prune() });
  }

  get health(): Health { return this.#health; }
  get firstNumber(): bigint { return this.#first; }
  get oldest(): bigint | undefined { return this.#oldest; }
  get durable(): bigint { return this.#durable; }
  /** Events refused since the start because `queueMax` waited. */
  get refusals(): number { return this.#refusals; }
  get queueLength(): number { return this.#queue.length; }

  async start(): Promise<Result<void>> {
    if (this.#running) return done;
    const loaded = await this.#load();
    if (!loaded.ok) {
      this.#health = { status: "failed", reason: loaded.fault.message };
      return loaded;
    }
    this.#running = true;
    this.#health = { status: "ok" };
    this.#world.log.event("event-log.started",
      { first: this.#first, oldest: this.#oldest, gaps: this.#gaps.length });
    this.#pruning.start();
    return done;
  }

  async stop(deadlineMs: number): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#pruning.stop();
    this.#retry?.cancel();
    this.#gathering?.cancel();
    const finish = async (): Promise<void> => {
      await this.#writing;
      while (this.#queue.length > 0 && await this.#writeOnce());
      if (this.#queue.length > 0) return;
      this.#closeRefusal(this.#newest + 1n);
      await this.#store.append([...this.#gapsUnwritten.splice(0),
        put(logState, "state", { last: this.#newest, clean: true })]);
    };
    const late = Promise.withResolvers<undefined>();
    const timer = this.#world.clock.after(deadlineMs, "event-log.stop",
      () => { late.resolve(undefined); });
    await Promise.race([finish(), late.promise]);
    timer.cancel();
    this.#health = { status: "failed", reason: "stopped" };
  }

  append(entry: NumberedEvent): void {
    this.#newest = entry.number;
    const { queueMax } = this.#bounds;
    // Once it refuses it goes on until half is free: one long gap is better than many short ones.
    const room = this.#refusing === undefined ? queueMax : queueMax / 2;
    if (!this.#running || this.#queue.length >= room) {
      this.#refuse(entry.number);
      return;
    }
    this.#closeRefusal(entry.number);
    this.#queue.push(entry);
    if (this.#retry === undefined && this.#writing === undefined) this.#gather();
  }

  #gather(): void {
    this.#gathering ??= this.#world.clock.after(gatherMs, "event-log.gather", () => {
      this.#gathering = undefined;
      if (this.#running) this.#writing ??= this.#write();
    });
  }

  position(number: bigint): "kept" | "expired" | "lost" {
    if (number > this.#newest) return "lost";
    if (this.#refusing !== undefined && number < this.#newest) return "lost";
    for (const { after, before, known } of this.#gaps) {
      if ((known || number > after) && number < before - 1n) return "lost";
    }
    const oldest = this.#oldest ?? this.#queue[0]?.number ?? this.#first;
    if (number >= oldest - 1n) return "kept";
    // At the near end of skipped numbers nothing that was ever stored lies between.
    return this.#gaps.some(({ after, before }) => before === oldest && number === after)
      ? "kept" : "expired";
  }

  async readAfter(number: bigint, limit: number): Promise<Result<readonly NumberedEvent[]>> {
    const found: NumberedEvent[] = [];
    const range = { gt: number, lte: this.#durable, limit: Math.min(limit, readMax) };
    let expected = number + 1n;
    for await (const [, entry] of this.#store.range(events, range)) {
      if (entry.number !== expected && !this.#gaps.some((gap) => gap.before === entry.number)) {
        return this.#missing(expected, entry.number);
      }
      expected = entry.number + 1n;
      found.push(entry);
    }
    return ok(found);
  }

  /** Numbers that should be there and are not: pruned meanwhile, or damaged and never served. */
  #missing(from: bigint, before: bigint): Result<never> {
    if (this.#oldest !== undefined && from < this.#oldest) {
      return fail("not-found", `the events before ${this.#oldest} have expired`);
    }
    this.#gaps.push({ after: from - 1n, before, known: true });
    this.#gaps.sort((a, b) => (a.before < b.before ? -1 : 1));
    return fail("store-damaged", `the events ${from} to ${before - 1n} are damaged`);
  }

  #refuse(number: bigint): void {
    this.#refusals += 1;
    if (this.#refusing !== undefined) return;
    this.#refusing = number;
    this.#world.log.event("event-log.refusing", { number, waiting: this.#queue.length }, "warn");
  }

  /** The refused stretch ends before `number`: it is remembered as a gap. */
  #closeRefusal(number: bigint): void {
    if (this.#refusing === undefined) return;
    this.#gapsUnwritten.push(
      ...this.#addGap({ after: this.#refusing - 1n, before: number, known: true }));
    this.#world.log.event("event-log.gap", { from: this.#refusing, before: number }, "warn");
    this.#refusing = undefined;
  }

  async #load(): Promise<Result<void>> {
    const state = await this.#store.get(logState, "state");
    // A damaged state is no reason to stand still: any jump that is large enough is right.
    const known = state.ok ? state.value : undefined;
    this.#oldest = undefined;
    let newest = 0n;
    for await (const [number] of this.#store.range(events, { limit: 1 })) this.#oldest = number;
    for await (const [number] of this.#store.range(events, { limit: 1, reverse: true })) {
      newest = number;
    }
    this.#gaps = [];
    for await (const [, gap] of this.#store.range(gaps, {})) this.#gaps.push(gap);
    const last = known === undefined || known.last < newest ? newest : known.last;
    const fresh = state.ok && known === undefined && this.#oldest === undefined;
    const clean = fresh || (known?.clean === true && known.last >= newest);
    this.#first = clean ? last + 1n : last + crashJump;
    this.#newest = this.#first - 1n;
    this.#durable = this.#newest;
    const batch: Mutation[] = [put(logState, "state", { last: this.#newest, clean: false })];
    if (!clean) batch.push(...this.#addGap({ after: last, before: this.#first, known: false }));
    return this.#store.append(batch);
  }

  #addGap(gap: Gap): readonly Mutation[] {
    this.#gaps.push(gap);
    const mutations: Mutation[] = [put(gaps, gap.before, gap)];
    while (this.#gaps.length > this.#bounds.gapsMax) {
      const [first, second] = this.#gaps.splice(0, 2);
      if (first === undefined || second === undefined) break;
      // Two gaps become one that covers both; whatever lies before its end counts as lost.
      const merged = { after: first.after, before: second.before, known: true };
      this.#gaps.unshift(merged);
      mutations.push(remove(gaps, first.before), put(gaps, merged.before, merged));
    }
    return mutations;
  }

  async #write(): Promise<void> {
    let written: boolean;
    do written = await this.#writeOnce();
    while (written && this.#running && this.#queue.length >= this.#bounds.batchMax);
    this.#writing = undefined;
    if (!this.#running) return;
    if (written) {
      if (this.#queue.length > 0) this.#gather();
      return;
    }
    this.#retry = this.#world.clock.after(retryMs, "event-log.retry", () => {
      this.#retry = undefined;
      this.#gather();
    });
  }

  /** Writes one batch; false when it failed and everything still waits. */
  async #writeOnce(): Promise<boolean> {
    const batch = this.#queue.slice(0, this.#bounds.batchMax);
    const gapMutations = this.#gapsUnwritten.splice(0);
    const written = await this.#store.append(
      [...gapMutations, ...batch.map((entry) => put(events, entry.number, entry))]);
    if (!written.ok) {
      this.#gapsUnwritten.unshift(...gapMutations);
      this.#health = { status: "degraded", reason: written.fault.message };
      return false;
    }
    this.#queue.splice(0, batch.length);
    this.#durable = batch.at(-1)?.number ?? this.#durable;
    this.#oldest ??= batch[0]?.number;
    this.#health = { status: "ok" };
    return true;
  }

  /** Removes what is too old or too much; the newest event always stays. Gives the count. */
  async prune(): Promise<Result<number>> {
    let total = 0;
    for (;;) {
      const found = await this.#expired();
      if (found === undefined) break;
      const { numbers, next } = found;
      const passed = this.#gaps.filter((gap) => gap.before < next);
      const removed = await this.#store.append([
        ...numbers.map((number) => remove(events, number)),
        ...passed.map((gap) => remove(gaps, gap.before)),
      ]);
      if (!removed.ok) return removed;
      this.#oldest = next;
      this.#gaps = this.#gaps.filter((gap) => gap.before >= next);
      total += numbers.length;
      if (!this.#running) break;
    }
    if (total > 0) {
      this.#world.log.event("event-log.pruned", { events: total, oldest: this.#oldest }, "debug");
    }
    return ok(total);
  }

  /** Stored events, counted without reading them. */
  #stored(oldest: bigint): bigint {
    let count = this.#durable - oldest + 1n;
    for (const { after, before } of this.#gaps) if (after >= oldest) count -= before - after - 1n;
    return count;
  }

  /** The next numbers to remove, and the number that then is the oldest. */
  async #expired(): Promise<{ readonly numbers: readonly bigint[]; readonly next: bigint }
    | undefined> {
    const oldest = this.#oldest;
    if (oldest === undefined) return undefined;
    const { ageMsMax, countMax } = this.#retention();
    const sinceMs = this.#world.clock.wall().getTime() - ageMsMax;
    let excess = this.#stored(oldest) - BigInt(countMax);
    const numbers: bigint[] = [];
    let before = oldest - 1n;
    const range = { gte: oldest, lte: this.#durable, limit: pruneMax };
    for await (const [number, { atMs }] of this.#store.range(events, range)) {
      if ((atMs >= sinceMs && excess <= 0n) || number === this.#durable) {
        return numbers.length === 0 ? undefined : { numbers, next: number };
      }
      // Damaged events are not listed, yet they go with their neighbours.
      if (number - before <= skippedMax) for (let at = before + 1n; at < number; at += 1n) {
        numbers.push(at);
      }
      numbers.push(number);
      before = number;
      excess -= 1n;
    }
    return numbers.length === 0 ? undefined : { numbers, next: before + 1n };
  }
}
