/**
 * Stars out the echo of a secret. A PBX that echoes sends back what was typed, in order, within a
 * moment, in any chunking and perhaps with other bytes between.
 */

export const echoMs = 5_000;
const echoBytesMax = 4_096;
const star = 0x2a;

export class EchoMask {
  #expected: Uint8Array = new Uint8Array(0);
  #untilMs = 0;

  /** `nowMs` is monotonic. */
  typed(secret: Uint8Array, nowMs: number): void {
    const before = nowMs < this.#untilMs ? this.#expected : new Uint8Array(0);
    this.#expected = Buffer.concat([before, secret]).subarray(-echoBytesMax);
    this.#untilMs = nowMs + echoMs;
  }

  /** The same bytes, or a copy with stars for what the PBX echoes. */
  received(bytes: Uint8Array, nowMs: number): Uint8Array {
    if (this.#expected.length === 0) return bytes;
    if (nowMs >= this.#untilMs) {
      this.#expected = new Uint8Array(0);
      return bytes;
    }
    const masked = Uint8Array.from(bytes);
    for (let at = 0; at < masked.length; at += 1) {
      if (masked[at] !== this.#expected[0]) continue;
      masked[at] = star;
      this.#expected = this.#expected.subarray(1);
      if (this.#expected.length === 0) break;
    }
    return masked;
  }
}
