/** What was received already: the newest so many, so that a repeated one is not counted twice. */

export class Repeats {
  readonly #max: number;
  readonly #seen = new Set<string>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Whether `key` is among the newest; it is from now on. */
  seen(key: string): boolean {
    const known = this.#seen.delete(key);
    this.#seen.add(key);
    if (this.#seen.size > this.#max) {
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest);
        break;
      }
    }
    return known;
  }
}
