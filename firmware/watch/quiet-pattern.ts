/**
 * How long a link is silent in each hour of the week, learned from the weeks before. Pure.
 */

export const hoursOfWeek = 168;
/** Weeks remembered: long enough for habits, short enough for changes. */
export const weeksMax = 8;
/** Fewer weeks are no habit. */
export const weeksMin = 3;
const factor = 1.5;
const extraMs = 10 * 60_000;
/** An hour that may be silent for longer is not watched: nights, week-ends. */
const watchedMsMax = 6 * 3_600_000;

export class QuietPattern {
  /** By hour of the week, the longest silences of the last weeks, newest last. */
  readonly #silencesMs: number[][];

  constructor(silencesMs: readonly (readonly number[])[] = []) {
    this.#silencesMs = Array.from({ length: hoursOfWeek }, (_, hour) =>
      [...silencesMs[hour] ?? []].slice(-weeksMax));
  }

  get silencesMs(): readonly (readonly number[])[] {
    return this.#silencesMs;
  }

  observe(hour: number, silenceMs: number): void {
    const silences = this.#silencesMs[hour] ?? [];
    silences.push(Math.round(silenceMs));
    if (silences.length > weeksMax) silences.shift();
  }

  /** A longer silence is unusual in this hour; undefined: not known, or silence is usual. */
  limitMs(hour: number): number | undefined {
    const silences = this.#silencesMs[hour] ?? [];
    if (silences.length < weeksMin) return undefined;
    const limitMs = Math.max(...silences) * factor + extraMs;
    return limitMs <= watchedMsMax ? limitMs : undefined;
  }
}
