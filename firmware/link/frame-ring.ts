/** The newest frames of a link, for the flight recorder: bounded in number and in bytes. */

import type { Frame } from "./link.js";

export const framesMax = 2_000;
export const frameBytesMax = 262_144;

export class FrameRing {
  readonly #frames: Frame[] = [];
  readonly #watchers = new Set<(frame: Frame) => void>();
  readonly #secrets: Buffer[] = [];
  #bytes = 0;

  /** From now on the bytes of `secret` are starred out in every frame. */
  hide(secret: string): void {
    const bytes = Buffer.from(secret);
    if (bytes.length === 0 || this.#secrets.some((known) => known.equals(bytes))) return;
    this.#secrets.push(bytes);
    if (this.#secrets.length > secretsMax) this.#secrets.shift();
  }

  add(atMs: number, direction: Frame["direction"], bytes: Uint8Array): void {
    const frame = { atMs, direction, bytes: this.#copy(bytes) };
    this.#frames.push(frame);
    this.#bytes += frame.bytes.length;
    while (this.#frames.length > framesMax || this.#bytes > frameBytesMax) {
      const oldest = this.#frames.shift();
      if (oldest === undefined) break;
      this.#bytes -= oldest.bytes.length;
    }
    for (const watcher of this.#watchers) watcher(frame);
  }

  frames(): readonly Frame[] {
    return [...this.#frames];
  }

  watch(handler: (frame: Frame) => void): () => void {
    this.#watchers.add(handler);
    return () => { this.#watchers.delete(handler); };
  }

  /** A copy, so that a slice of a large read buffer does not keep the whole buffer alive. */
  #copy(bytes: Uint8Array): Uint8Array {
    const copy = Buffer.allocUnsafeSlow(Math.min(bytes.length, frameBytesMax));
    copy.set(bytes.length > copy.length ? bytes.subarray(0, copy.length) : bytes);
    for (const secret of this.#secrets) {
      for (let at = copy.indexOf(secret); at >= 0; at = copy.indexOf(secret, at)) {
        copy.fill("*", at, at + secret.length);
        if (secret.every((byte) => byte === star)) break;
      }
    }
    return copy;
  }
}

/** More secrets than a session has any use for. */
const secretsMax = 8;
const star = 0x2a;
