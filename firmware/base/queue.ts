/** A bounded queue between one producer that never waits and one consumer that may be slow. */

export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #queueMax: number;
  #waiting: ((result: IteratorResult<T, undefined>) => void) | undefined;
  #head = 0;
  #closed = false;

  constructor(queueMax: number) {
    this.#queueMax = queueMax;
  }

  get queueLength(): number {
    return this.#items.length - this.#head;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** False when the queue is full or closed: the item was not taken. */
  push(item: T): boolean {
    if (this.#closed) return false;
    if (this.#waiting !== undefined) {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting({ value: item, done: false });
      return true;
    }
    if (this.queueLength >= this.#queueMax) return false;
    this.#items.push(item);
    return true;
  }

  /** Drops all waiting items and says how many there were. */
  clear(): number {
    const dropped = this.queueLength;
    this.#items.length = 0;
    this.#head = 0;
    return dropped;
  }

  /** No more items; what is queued is still delivered. */
  close(): void {
    this.#closed = true;
    this.#waiting?.({ value: undefined, done: true });
    this.#waiting = undefined;
  }

  #take(): T | undefined {
    if (this.#head >= this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    return item;
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: () => {
        if (this.queueLength > 0) {
          return Promise.resolve({ value: this.#take() as T, done: false });
        }
        if (this.#closed) return Promise.resolve({ value: undefined, done: true });
        return new Promise((resolve) => { this.#waiting = resolve; });
      },
      return: () => {
        this.clear();
        this.close();
        return Promise.resolve({ value: undefined, done: true });
      },
    };
  }
}
