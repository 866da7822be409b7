/**
 * One watcher's stream. While it catches up it pulls, page by page, at its own pace, from the
 * event log and then from memory; when nothing is left it is live and events are pushed into its
 * bounded queue. The change from one to the other happens between two events, so that none is
 * missed and none comes twice.
 */

import { sleep, type World } from "../base/world.js";
import type { Alarms } from "../supervisor/alarms.js";
import type { EventLog } from "./event-log.js";
import type { EventRing } from "./event-ring.js";
import type { CompiledFilter } from "./monitor-filter.js";
import type { MonitorCounters } from "./monitors.js";
import type { Monitor, Numbered, NumberedEvent } from "./switch.js";

/** Events read at once while catching up. */
export const pageMax = 256;
/** Items handed over at once: what a reader holds outside its bounded queue. */
export const batchMax = 64;
/** An event may wait this long for the disk before a reader is told that it is lost. */
export const durableWaitMs = 20;
export const durableWaitsMax = 250;
const slowAlarmEveryMs = 60_000;

type Gap = Extract<Numbered, { readonly kind: "gap" }>;
type Resync = Extract<Numbered, { readonly kind: "resync" }>;

export interface Replay {
  /** The reader has everything up to this number. */
  readonly cursor: bigint;
  readonly gap?: Gap;
}

export interface MonitorOptions {
  readonly name: string;
  readonly filter: CompiledFilter;
  readonly queueMax: number;
  readonly startNumber: bigint;
  readonly world: World;
  readonly alarms: Alarms;
  readonly counters: MonitorCounters;
  readonly source: { readonly log: EventLog; readonly ring: EventRing };
  resyncsAfter(number: bigint): readonly Resync[];
  goLive(monitor: WatcherMonitor): void;
  stopped(monitor: WatcherMonitor): void;
}

export class WatcherMonitor implements Monitor {
  readonly #options: MonitorOptions;
  readonly #queue: Numbered[] = [];
  #head = 0;
  #waiting: (() => void)[] = [];
  #offered = 0n;
  #live = false;
  #stopped = false;
  #cursor = 0n;
  #resumedAt = 0n;
  #reading: Promise<void> | undefined;
  #waits = 0;
  #alarmedAtMs: number | undefined;

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  get startNumber(): bigint {
    return this.#options.startNumber;
  }

  get filter(): CompiledFilter {
    return this.#options.filter;
  }

  get live(): boolean {
    return this.#live;
  }

  get queueLength(): number {
    return this.#queue.length - this.#head;
  }

  beginLive(): void {
    this.#live = true;
    this.#options.goLive(this);
  }

  beginAt(replay: Replay): void {
    this.#cursor = replay.cursor;
    this.#resumedAt = replay.cursor;
    if (replay.gap !== undefined) this.#queue.push(replay.gap);
  }

  /** A live event that concerns a device of the filter, perhaps offered once per device. */
  offer(entry: NumberedEvent): void {
    if (entry.number === this.#offered) return;
    if (!this.#options.filter.passes(entry)) return;
    this.#offered = entry.number;
    if (this.queueLength >= this.#options.queueMax) this.#overflow(entry.number);
    this.#queue.push({ kind: "event", entry });
    this.#wake();
  }

  tell(item: Resync): void {
    if (this.queueLength >= this.#options.queueMax) this.#overflow(item.number + 1n);
    this.#queue.push(item);
    this.#wake();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#options.stopped(this);
    if (this.#alarmedAtMs !== undefined) {
      this.#options.alarms.clear("watcher-slow", this.#options.name);
    }
    this.#wake();
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly Numbered[], undefined> {
    return {
      next: () => this.#next(),
      return: () => {
        this.stop();
        this.#queue.length = 0;
        this.#head = 0;
        return Promise.resolve({ value: undefined, done: true });
      },
    };
  }

  async #next(): Promise<IteratorResult<readonly Numbered[], undefined>> {
    for (;;) {
      if (this.queueLength > 0) return { value: this.#take(), done: false };
      if (this.#stopped) return { value: undefined, done: true };
      if (this.#live) await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
      else await this.#catchUp();
    }
  }

  #take(): readonly Numbered[] {
    const batch = this.#queue.slice(this.#head, this.#head + batchMax);
    this.#head += batch.length;
    if (this.#head === this.#queue.length || this.#head > 8 * batchMax) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    this.#calm();
    return batch;
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The queue's content becomes one gap; what follows the gap is delivered again. */
  #overflow(nextNumber: bigint): void {
    let lost = 0n;
    for (let index = this.#head; index < this.#queue.length; index += 1) {
      const item = this.#queue[index];
      if (item?.kind === "event") lost += 1n;
      if (item?.kind === "gap") lost += item.lost;
    }
    this.#queue.length = 0;
    this.#head = 0;
    this.#queue.push({ kind: "gap", lost, nextNumber, reason: "slow-reader" });
    const { counters, world, alarms, name } = this.#options;
    counters.gaps += 1;
    counters.eventsLost += Number(lost);
    const nowMs = world.clock.monotonicMs();
    if (this.#alarmedAtMs !== undefined && nowMs - this.#alarmedAtMs < slowAlarmEveryMs) return;
    this.#alarmedAtMs = nowMs;
    alarms.raise("watcher-slow", name, `${String(lost)} events before ${String(nextNumber)}`);
  }

  /** The alarm goes when the watcher has read on for a while without a new gap. */
  #calm(): void {
    if (this.#alarmedAtMs === undefined || this.queueLength > 0) return;
    const { world, alarms, name } = this.#options;
    if (world.clock.monotonicMs() - this.#alarmedAtMs < slowAlarmEveryMs) return;
    this.#alarmedAtMs = undefined;
    alarms.clear("watcher-slow", name);
  }

  /** Two readers of one monitor share one read. */
  async #catchUp(): Promise<void> {
    this.#reading ??= this.#readPage();
    await this.#reading;
    this.#reading = undefined;
  }

  async #readPage(): Promise<void> {
    const { ring, log } = this.#options.source;
    if (this.#cursor >= ring.last) {
      this.#goLive();
      return;
    }
    if (ring.covers(this.#cursor)) {
      this.#deliver(ring.after(this.#cursor, pageMax));
      return;
    }
    const page = await log.readAfter(this.#cursor, pageMax);
    if (this.#stopped) return;
    if (!page.ok) {
      this.#options.world.log.event("monitor.replay-failed",
        { monitor: this.#options.name, fault: page.fault.code }, "error");
      this.#skipTo(ring.last);
      return;
    }
    if (page.value.length > 0) {
      this.#waits = 0;
      this.#deliver(page.value);
      return;
    }
    await this.#nothingOnDisk();
  }

  /** The disk has no more, yet memory begins later: wait for the disk, or tell of the hole. */
  async #nothingOnDisk(): Promise<void> {
    const { ring, log } = this.#options.source;
    const hole = ring.oldest - 1n;
    if (ring.oldest === ring.firstEver) {
      this.#cursor = hole;
      return;
    }
    if (log.durable < hole && this.#waits < durableWaitsMax) {
      this.#waits += 1;
      await sleep(this.#options.world.clock, durableWaitMs, "monitor.durable");
      return;
    }
    this.#waits = 0;
    this.#skipTo(hole);
  }

  #skipTo(number: bigint): void {
    if (number <= this.#cursor) return;
    this.#queue.push({ kind: "gap", lost: number - this.#cursor, nextNumber: number + 1n,
      reason: "expired" });
    this.#options.counters.gaps += 1;
    this.#cursor = number;
  }

  #deliver(page: readonly NumberedEvent[]): void {
    const { firstEver } = this.#options.source.ring;
    for (const entry of page) {
      if (entry.number <= this.#cursor) continue;
      // Within one run numbers rise by one: a hole is an event that the log had to refuse.
      const expected = this.#cursor >= firstEver ? this.#cursor + 1n : firstEver;
      if (entry.number > expected) this.#skipTo(entry.number - 1n);
      this.#cursor = entry.number;
      if (!this.#options.filter.passes(entry)) continue;
      this.#options.counters.replayed += 1;
      this.#queue.push({ kind: "event", entry });
    }
  }

  #goLive(): void {
    for (const item of this.#options.resyncsAfter(this.#resumedAt)) {
      if (this.filter.concerns(item.link)) this.#queue.push(item);
    }
    this.#queue.push({ kind: "live", number: this.#cursor });
    this.#live = true;
    this.#options.goLive(this);
  }
}
