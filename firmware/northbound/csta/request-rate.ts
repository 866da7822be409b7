/** How much an application may ask: so much a second, and as much at once. */

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
  take(cost: number): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#left = Math.min(this.#perSecond,
      this.#left + (nowMs - this.#atMs) * this.#perSecond / 1_000);
    this.#atMs = nowMs;
    if (this.#left < cost) return false;
    this.#left -= cost;
    return true;
  }
}
