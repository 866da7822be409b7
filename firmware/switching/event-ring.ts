/** The newest events in memory: bridges what the event log has not yet made durable. */

import type { NumberedEvent } from "./switch.js";

/** Durable events that stay: a reader that comes from the disk finds the rest of its way here. */
export const durableKeptMax = 64;

export class EventRing {
  readonly #entries: (NumberedEvent | undefined)[];
  readonly #firstEver: bigint;
  #count = 0;
  /** Entries before this one are no longer here. */
  #begin = 0;

  /** `first` is the number the next event will get; numbers then rise by one. */
  constructor(first: bigint, eventsMax: number) {
    this.#firstEver = first;
    this.#entries = new Array<NumberedEvent | undefined>(eventsMax);
  }

  get firstEver(): bigint {
    return this.#firstEver;
  }

  /** The number of the newest event, or of the one before the first. */
  get last(): bigint {
    return this.#firstEver + BigInt(this.#count) - 1n;
  }

  /** The oldest number still here. */
  get oldest(): bigint {
    return this.#firstEver + BigInt(this.#begin);
  }

  push(entry: NumberedEvent): void {
    this.#entries[this.#count % this.#entries.length] = entry;
    this.#count += 1;
    this.#begin = Math.max(this.#begin, this.#count - this.#entries.length);
  }

  /** Lets go of what the disk has, so that the collector finds it young. */
  release(durable: bigint): void {
    const end = Math.min(this.#count - durableKeptMax, Number(durable - this.#firstEver) + 1);
    for (; this.#begin < end; this.#begin += 1) {
      this.#entries[this.#begin % this.#entries.length] = undefined;
    }
  }

  /** Whether everything after `number` is here. */
  covers(number: bigint): boolean {
    return number >= this.oldest - 1n;
  }

  /** Up to `limit` events after `number`, which must be covered. */
  after(number: bigint, limit: number): readonly NumberedEvent[] {
    const page: NumberedEvent[] = [];
    let index = Number(number - this.#firstEver) + 1;
    while (index < this.#count && page.length < limit) {
      const entry = this.#entries[index % this.#entries.length];
      if (entry !== undefined) page.push(entry);
      index += 1;
    }
    return page;
  }
}
