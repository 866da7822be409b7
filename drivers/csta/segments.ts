/**
 * Answers that a PBX gives in messages of their own: the answer names a cross reference, and the
 * parts that follow, or come before it, bear the same.
 */

import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { Cancellable, Clock } from "../../firmware/base/world.js";
import { timers } from "./timers.js";

/** Answers whose parts are being collected; the oldest is given up beyond. */
export const collectionsMax = 256;
/** Entries of one answer; a longer one is given up. */
export const entriesMax = 20_000;

interface Part<T> {
  readonly serviceCrossRefID: string;
  readonly lastSegment: boolean;
  readonly snapshotData: readonly T[];
}

interface Collection<T> {
  readonly entries: T[];
  complete: boolean;
  timer: Cancellable | undefined;
  settle: ((result: Result<readonly T[]>) => void) | undefined;
}

export class Segments<T> {
  readonly #clock: Clock;
  readonly #collections = new Map<string, Collection<T>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#collections.size;
  }

  part({ serviceCrossRefID, lastSegment, snapshotData }: Part<T>): void {
    const collection = this.#of(serviceCrossRefID);
    if (collection.complete) return;
    if (collection.entries.length + snapshotData.length > entriesMax) {
      this.#end(serviceCrossRefID, fail("queue-full",
        `The PBX tells of more than ${entriesMax} connections at once.`));
      return;
    }
    collection.entries.push(...snapshotData);
    collection.complete = lastSegment;
    if (lastSegment && collection.settle !== undefined) {
      this.#end(serviceCrossRefID, ok(collection.entries));
    } else this.#wait(serviceCrossRefID, collection);
  }

  /** All parts in their order. Fault: `deadline-passed`, `queue-full`, `link-down`. */
  collect(serviceCrossRefID: string): Promise<Result<readonly T[]>> {
    return new Promise((settle) => {
      const collection = this.#of(serviceCrossRefID);
      collection.settle = settle;
      if (collection.complete) this.#end(serviceCrossRefID, ok(collection.entries));
      else this.#wait(serviceCrossRefID, collection);
    });
  }

  close(): void {
    for (const id of [...this.#collections.keys()]) {
      this.#end(id, fail("link-down", "The line was lost before the last part."));
    }
  }

  #of(id: string): Collection<T> {
    const known = this.#collections.get(id);
    if (known !== undefined) return known;
    const [oldest] = this.#collections.keys();
    if (this.#collections.size >= collectionsMax && oldest !== undefined) {
      this.#end(oldest, fail("queue-full", "Too many answers come in parts."));
    }
    const made: Collection<T> =
      { entries: [], complete: false, timer: undefined, settle: undefined };
    this.#collections.set(id, made);
    return made;
  }

  #wait(id: string, collection: Collection<T>): void {
    collection.timer?.cancel();
    collection.timer = this.#clock.after(timers.segment.ms, "csta.segment", () => {
      this.#end(id, fail("deadline-passed", "The PBX did not send the rest of its answer."));
    });
  }

  #end(id: string, result: Result<readonly T[]>): void {
    const collection = this.#collections.get(id);
    if (collection === undefined) return;
    this.#collections.delete(id);
    collection.timer?.cancel();
    collection.settle?.(result);
  }
}
