/**
 * Group commit: while one synced write is under way, what arrives is collected and written
 * together next. One disk flush then serves many commits, and order is the order of arrival.
 */

import { fail, type Result } from "../base/result.js";

interface Waiting<Item, Value> {
  readonly item: Item;
  readonly bytes: number;
  readonly settle: (result: Result<Value>) => void;
}

export interface GroupBounds {
  /** Requests that may wait, beside those being written. */
  readonly queueMax: number;
  /** Requests and bytes that go into one write. */
  readonly groupMax: number;
  readonly groupBytesMax: number;
}

/** Writes all of `items` or none, and gives one result for each, in order. Never rejects. */
export type WriteGroup<Item, Value> = (items: readonly Item[]) => Promise<readonly Result<Value>[]>;

export class GroupWriter<Item, Value> {
  readonly #bounds: GroupBounds;
  readonly #write: WriteGroup<Item, Value>;
  #waiting: Waiting<Item, Value>[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(bounds: GroupBounds, write: WriteGroup<Item, Value>) {
    this.#bounds = bounds;
    this.#write = write;
  }

  get queueLength(): number {
    return this.#waiting.length;
  }

  /** Fails with `queue-full` at once, or resolves with what the write gave. */
  submit(item: Item, bytes: number): Promise<Result<Value>> {
    if (this.#closed) return Promise.resolve(fail("stopping", "the store is stopping"));
    if (this.#waiting.length >= this.#bounds.queueMax) {
      return Promise.resolve(fail("queue-full",
        `${this.#bounds.queueMax} writes already wait for the disk`));
    }
    return new Promise((settle) => {
      this.#waiting.push({ item, bytes, settle });
      this.#running ??= this.#run();
    });
  }

  /** Takes nothing more; resolves when everything taken is written or refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  /** Refuses what still waits. */
  abandon(): void {
    for (const { settle } of this.#waiting.splice(0)) {
      settle(fail("stopping", "the store stopped before this was written"));
    }
  }

  async #run(): Promise<void> {
    // What else is asked for in the same turn belongs to the same group.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#take();
      const results = await this.#write(group.map((waiting) => waiting.item));
      group.forEach((waiting, index) => {
        waiting.settle(results[index] ?? fail("internal", "the write gave no result"));
      });
    }
    this.#running = undefined;
  }

  #take(): readonly Waiting<Item, Value>[] {
    let count = 0;
    let bytes = 0;
    for (const waiting of this.#waiting) {
      if (count >= this.#bounds.groupMax) break;
      if (count > 0 && bytes + waiting.bytes > this.#bounds.groupBytesMax) break;
      count += 1;
      bytes += waiting.bytes;
    }
    return this.#waiting.splice(0, count);
  }
}
