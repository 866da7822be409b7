/** Call records on their way to the book: written in order, kept while the store cannot. */

import { faults, type FaultCode } from "../base/faults.js";
import type { Cancellable, World } from "../base/world.js";
import type { CallRecord } from "../model/records.js";
import type { Alarms } from "../supervisor/alarms.js";
import type { RecordBook } from "./records.js";

/** Records that may wait in memory while the store is full or gone: 50 MB at most. */
export const pendingRecordsMax = 20_000;
/** Records written side by side, so that one synced write can carry many. */
export const writingMax = 64;
/** From one writing to the next: a flush costs the same for one record as for many. */
export const gatherMs = 20;
const retryMs = 1_000;
const retryMsMax = 60_000;

export interface PendingCounters {
  recordsWritten: number;
  recordsDropped: number;
  recordsRetried: number;
}

interface Waiting {
  readonly record: CallRecord;
  readonly how: "add" | "replace";
  readonly number: number;
}

export class PendingRecords {
  readonly #world: World;
  readonly #book: RecordBook;
  readonly #alarms: Alarms;
  readonly #waiting: Waiting[] = [];
  readonly counters: PendingCounters = { recordsWritten: 0, recordsDropped: 0, recordsRetried: 0 };
  #writing = 0;
  #delayMs = retryMs;
  #retry: Cancellable | undefined;
  #gathering: Cancellable | undefined;
  #pumpedAtMs = -Infinity;
  #troubled = false;
  #idle: (() => void)[] = [];
  #number = 0;
  /** Numbers of those neither written nor given up, in their order. */
  readonly #unsettled = new Set<number>();
  #settled: { readonly through: number; readonly resolve: () => void }[] = [];

  constructor(world: World, book: RecordBook, alarms: Alarms) {
    this.#world = world;
    this.#book = book;
    this.#alarms = alarms;
  }

  get length(): number {
    return this.#waiting.length + this.#writing;
  }

  /** A new record, or one that may take the place of another. */
  add(record: CallRecord, how: Waiting["how"]): void {
    if (this.#waiting.length >= pendingRecordsMax) {
      const dropped = this.#waiting.shift();
      this.counters.recordsDropped += 1;
      if (dropped !== undefined) this.#settle(dropped);
    }
    this.#number += 1;
    this.#unsettled.add(this.#number);
    this.#waiting.push({ record, how, number: this.#number });
    this.#gather();
  }

  /** Resolves when every record added so far is written, or given up for good. */
  settled(): Promise<void> {
    if (this.#unsettled.size === 0) return Promise.resolve();
    return new Promise((resolve) => { this.#settled.push({ through: this.#number, resolve }); });
  }

  /** Resolves when nothing waits any more; may never resolve while the store is gone. */
  flushed(): Promise<void> {
    if (this.length === 0) return Promise.resolve();
    this.#pump();
    return new Promise((resolve) => { this.#idle.push(resolve); });
  }

  /** Goes on with what waits. */
  start(): void {
    this.#pump();
  }

  stop(): void {
    this.#gathering?.cancel();
    this.#gathering = undefined;
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  #gather(): void {
    if (this.#waiting.length === 0 || this.#gathering !== undefined) return;
    const { clock } = this.#world;
    const restMs = this.#pumpedAtMs + gatherMs - clock.monotonicMs();
    if (restMs <= 0 || this.#waiting.length >= writingMax) {
      this.#pump();
      return;
    }
    this.#gathering = clock.after(restMs, "records.gather", () => {
      this.#gathering = undefined;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#retry !== undefined) return;
    this.#pumpedAtMs = this.#world.clock.monotonicMs();
    const startMax = this.#troubled ? 1 : writingMax;
    while (this.#writing < startMax) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#writing += 1;
      void this.#write(next);
    }
  }

  async #write(waiting: Waiting): Promise<void> {
    const { record, how } = waiting;
    const written = await this.#book[how](record);
    this.#writing -= 1;
    if (written.ok) {
      this.counters.recordsWritten += 1;
      this.#settle(waiting);
      this.#recovered();
      this.#gather();
    } else if (faults[written.fault.code].retry) {
      this.#waiting.unshift(waiting);
      this.counters.recordsRetried += 1;
      this.#trouble(written.fault.code, written.fault.message);
    } else {
      this.counters.recordsDropped += 1;
      this.#settle(waiting);
      this.#world.log.event("records.refused",
        { record: record.id, fault: written.fault.code, message: written.fault.message }, "error");
      this.#gather();
    }
    if (this.length === 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  #settle({ number }: Waiting): void {
    this.#unsettled.delete(number);
    const [oldest = Infinity] = this.#unsettled;
    while (this.#settled[0] !== undefined && this.#settled[0].through < oldest) {
      this.#settled.shift()?.resolve();
    }
  }

  #trouble(code: FaultCode, message: string): void {
    this.#troubled = true;
    const alarm = code === "store-full" ? "store-full" : "store-unavailable";
    this.#alarms.raise(alarm, "records",
      `${String(this.length)} records wait in memory, ${String(this.counters.recordsDropped)} `
      + `lost: ${message}`);
    if (this.#retry !== undefined) return;
    this.#retry = this.#world.clock.after(this.#delayMs, "records.retry", () => {
      this.#retry = undefined;
      this.#pump();
    });
    this.#delayMs = Math.min(retryMsMax, this.#delayMs * 2);
  }

  #recovered(): void {
    this.#delayMs = retryMs;
    if (!this.#troubled) return;
    this.#troubled = false;
    this.#alarms.clear("store-full", "records");
    this.#alarms.clear("store-unavailable", "records");
    this.#world.log.event("records.recovered", { waiting: this.length });
  }
}
