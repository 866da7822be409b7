/** How far the PBX's clock is from ours, learnt from lines that are printed as calls end. */

/** Above this much, the records' times mislead people. */
export const driftMsMax = 120_000;
/** Lines closer together than this may be a buffer being emptied; they say nothing of the clock. */
export const burstMs = 2_000;
/** So many lines in a row must agree. */
const samplesMax = 3;

export class ClockDrift {
  readonly #samples: number[] = [];
  #lastMs: number | undefined;

  /** Takes a line's time and its arrival; gives the difference, positive when the PBX is ahead. */
  add(printedMs: number, arrivedMs: number): number {
    const driftMs = printedMs - arrivedMs;
    if (this.#lastMs === undefined || arrivedMs - this.#lastMs >= burstMs) {
      this.#samples.push(driftMs);
      if (this.#samples.length > samplesMax) this.#samples.shift();
    }
    this.#lastMs = arrivedMs;
    return driftMs;
  }

  /** The difference, when the latest lines agree that it is too large. */
  get excessMs(): number | undefined {
    if (this.#samples.length < samplesMax) return undefined;
    // A late line makes the clock look behind; the most punctual of the three is right.
    const driftMs = Math.max(...this.#samples);
    const ahead = Math.min(...this.#samples) > driftMsMax;
    return ahead || driftMs < -driftMsMax ? driftMs : undefined;
  }
}
