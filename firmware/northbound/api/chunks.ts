/** Bytes in pieces of a size that streams carry well. */

export const chunkBytes = 65_536;

/** Collects small pieces and cuts large ones; every chunk but the last is `size` long. */
export class Chunker {
  readonly #size: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(size = chunkBytes) {
    this.#size = size;
  }

  /** The chunks that are now full. */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length < this.#size) return [];
    const whole = Buffer.concat(this.#parts);
    const full: Uint8Array[] = [];
    let at = 0;
    while (whole.length - at >= this.#size) {
      full.push(whole.subarray(at, at + this.#size));
      at += this.#size;
    }
    this.#parts = at < whole.length ? [whole.subarray(at)] : [];
    this.#length = whole.length - at;
    return full;
  }

  /** What is left; undefined when nothing is. */
  end(): Uint8Array | undefined {
    const rest = this.#length === 0 ? undefined : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    return rest;
  }
}
