/** The clock of bytes that are read again: it stands at the time they came and moves with them. */

import type { Cancellable, Clock } from "../base/world.js";

/** Whoever asks the PBX again and again is heard so often between two segments. */
export const timersMax = 100;

interface Timer {
  dueMs: number;
  readonly run: () => void;
}

export class PastClock implements Clock {
  readonly #timers = new Set<Timer>();
  #nowMs: number;

  /** `startMs`: milliseconds since 1970 UTC, as all times here, also the monotonic one. */
  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wall(): Date {
    return new Date(this.#nowMs);
  }

  after(delayMs: number, _name: string, run: () => void): Cancellable {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), run };
    this.#timers.add(timer);
    return { cancel: () => { this.#timers.delete(timer); } };
  }

  /** Runs what falls due until then, in order. */
  moveTo(ms: number): void {
    for (let count = 0; count < timersMax; count += 1) {
      let next: Timer | undefined;
      for (const timer of this.#timers) {
        if (timer.dueMs <= ms && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
      }
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.run();
    }
    this.#nowMs = Math.max(this.#nowMs, ms);
  }

  /** Until then nobody was there: what is waited for is waited for as long as before. */
  skipTo(ms: number): void {
    const lostMs = Math.max(0, ms - this.#nowMs);
    for (const timer of this.#timers) timer.dueMs += lostMs;
    this.#nowMs += lostMs;
  }
}
