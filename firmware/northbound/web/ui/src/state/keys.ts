/** Keys on their way to the gateway: one call after the other, so that they stay in order. */

export interface Typed {
  readonly data: Uint8Array;
  readonly secret: boolean;
}

/** The gateway's bound of one call. */
export const typedBytesMost = 4_096;

export class Keys {
  readonly #send: (typed: Typed) => Promise<void>;
  #waiting: Typed[] = [];
  #busy = false;

  constructor(send: (typed: Typed) => Promise<void>) {
    this.#send = send;
  }

  push(data: Uint8Array, secret = false): void {
    for (let at = 0; at < data.length; at += typedBytesMost) {
      this.#add({ data: data.slice(at, at + typedBytesMost), secret });
    }
    if (!this.#busy) void this.#run();
  }

  /** Keys that wait travel together; a hidden line travels alone. */
  #add(typed: Typed): void {
    const last = this.#waiting.at(-1);
    if (last === undefined || last.secret || typed.secret
      || last.data.length + typed.data.length > typedBytesMost) {
      this.#waiting.push(typed);
      return;
    }
    const data = new Uint8Array(last.data.length + typed.data.length);
    data.set(last.data);
    data.set(typed.data, last.data.length);
    this.#waiting[this.#waiting.length - 1] = { data, secret: false };
  }

  async #run(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#send(next);
    }
    this.#busy = false;
  }
}
