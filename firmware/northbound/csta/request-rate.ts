/** How many requests an application may make: so many a second, and as many at once. */

import type { Clock } from "../../base/world.js";

export class RequestRate {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #perSecond: number;
  #left: number;
  #atMs: number;

  constructor(clock: Pick<Clock, "monotonicMs">, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#left = perSecond;
    this.#atMs = clock.monotonicMs();
  }

  /** False: this one is too many. */
  take(): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#left = Math.min(this.#perSecond,
      this.#left + (nowMs - this.#atMs) * this.#perSecond / 1_000);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
