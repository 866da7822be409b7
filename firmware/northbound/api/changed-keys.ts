/**
 * Names of things that changed, for one reader: a name that waits already is not queued twice, so
 * the queue is bounded by the number of things, and a slow reader sees the newest state of each.
 */

/** More things than this do not exist on one gateway; beyond it the oldest name is forgotten. */
export const changedKeysMax = 10_000;

export class ChangedKeys implements AsyncIterable<string> {
  readonly #keys = new Set<string>();
  #waiting: (() => void) | undefined;
  #closed = false;

  get length(): number {
    return this.#keys.size;
  }

  add(key: string): void {
    if (this.#closed) return;
    if (this.#keys.size >= changedKeysMax && !this.#keys.has(key)) {
      const [oldest] = this.#keys;
      if (oldest !== undefined) this.#keys.delete(oldest);
    }
    this.#keys.add(key);
    this.#waiting?.();
  }

  close(): void {
    this.#closed = true;
    this.#waiting?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      const [key] = this.#keys;
      if (key !== undefined) {
        this.#keys.delete(key);
        yield key;
      } else if (this.#closed) {
        return;
      } else {
        await new Promise<void>((resolve) => { this.#waiting = resolve; });
        this.#waiting = undefined;
      }
    }
  }
}
