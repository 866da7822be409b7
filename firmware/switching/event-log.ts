/** The numbered events on disk, bounded by count and age: what lets a client resume. */

import type { Component } from "../base/component.js";
import type { Result } from "../base/result.js";
import type { NumberedEvent } from "./switch.js";

export interface EventLog extends Component {
  /**
   * The first number that may be given to a new event. After a clean stop the last number plus
   * one; after any other stop a jump of `crashJump`, so that no number is ever used twice.
   */
  readonly firstNumber: bigint;
  /** The oldest number that can still be read; undefined when the log is empty. */
  readonly oldest: bigint | undefined;
  /** The newest number known to be durable. */
  readonly durable: bigint;
  /** Takes an event to be written soon. Never waits; refuses (and counts) when `queueMax` wait. */
  append(entry: NumberedEvent): void;
  /**
   * Whether a reader that has `number` can get exactly the rest, from disk and memory:
   * `expired` when older events are gone, `lost` when `number` was given out before a crash and
   * never stored.
   */
  position(number: bigint): "kept" | "expired" | "lost";
  /** Events after `number`, in order, from disk. Ends at the newest durable one. */
  readAfter(number: bigint, limit: number): Promise<Result<readonly NumberedEvent[]>>;
}

export const crashJump = 1_000_000n;
