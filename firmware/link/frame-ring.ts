/**
 * The newest frames of a link, for the flight recorder: bounded in number and in bytes. The bytes
 * lie in one buffer that goes round, so that recording leaves nothing for the collector.
 */

import type { Frame } from "./link.js";

export const framesMax = 2_000;
export const frameBytesMax = 262_144;
/** More secrets than a session has any use for. */
const secretsMax = 8;
const star = 0x2a;

interface Place {
  atMs: number;
  direction: Frame["direction"];
  start: number;
  length: number;
}

export class FrameRing {
  readonly #places: Place[] = [];
  readonly #watchers = new Set<(frame: Frame) => void>();
  readonly #secrets: Buffer[] = [];
  #ring: Buffer | undefined;
  /** Frames and bytes ever added, and those that are no longer here. */
  #added = 0;
  #dropped = 0;
  #end = 0;
  #begin = 0;

  /** From now on the bytes of `secret` are starred out in every frame. */
  hide(secret: string): void {
    const bytes = Buffer.from(secret);
    if (bytes.length === 0 || this.#secrets.some((known) => known.equals(bytes))) return;
    this.#secrets.push(bytes);
    if (this.#secrets.length > secretsMax) this.#secrets.shift();
  }

  add(atMs: number, direction: Frame["direction"], given: Uint8Array): void {
    const bytes = this.#starred(given.subarray(0, frameBytesMax));
    const start = this.#end;
    this.#write(bytes);
    const place = this.#places[this.#added % framesMax];
    if (place === undefined) {
      this.#places.push({ atMs, direction, start, length: bytes.length });
    } else {
      Object.assign(place, { atMs, direction, start, length: bytes.length });
    }
    this.#added += 1;
    this.#dropped = Math.max(this.#dropped, this.#added - framesMax);
    this.#begin = Math.max(this.#begin, this.#end - frameBytesMax);
    while (this.#dropped < this.#added && this.#place(this.#dropped).start < this.#begin) {
      this.#dropped += 1;
    }
    if (this.#watchers.size === 0) return;
    const frame = { atMs, direction, bytes: Uint8Array.from(bytes) };
    for (const watcher of this.#watchers) watcher(frame);
  }

  frames(): readonly Frame[] {
    return Array.from({ length: this.#added - this.#dropped }, (_, index) => {
      const { atMs, direction, start, length } = this.#place(this.#dropped + index);
      return { atMs, direction, bytes: this.#read(start, length) };
    });
  }

  watch(handler: (frame: Frame) => void): () => void {
    this.#watchers.add(handler);
    return () => { this.#watchers.delete(handler); };
  }

  #place(index: number): Place {
    return this.#places[index % framesMax] ?? { atMs: 0, direction: "in", start: 0, length: 0 };
  }

  #write(bytes: Uint8Array): void {
    this.#ring ??= Buffer.alloc(frameBytesMax);
    const at = this.#end % frameBytesMax;
    const first = Math.min(bytes.length, frameBytesMax - at);
    this.#ring.set(first === bytes.length ? bytes : bytes.subarray(0, first), at);
    if (first < bytes.length) this.#ring.set(bytes.subarray(first), 0);
    this.#end += bytes.length;
  }

  #read(start: number, length: number): Uint8Array {
    const at = start % frameBytesMax;
    const ring = this.#ring ?? Buffer.alloc(0);
    const bytes = new Uint8Array(length);
    bytes.set(ring.subarray(at, at + length));
    if (at + length > frameBytesMax) {
      bytes.set(ring.subarray(0, at + length - frameBytesMax), frameBytesMax - at);
    }
    return bytes;
  }

  /** The same bytes, or a copy with stars where a secret stands. */
  #starred(bytes: Uint8Array): Uint8Array {
    const seen = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (!this.#secrets.some((secret) => seen.includes(secret))) return bytes;
    const copy = Buffer.from(seen);
    for (const secret of this.#secrets) {
      for (let at = copy.indexOf(secret); at >= 0; at = copy.indexOf(secret, at)) {
        copy.fill(star, at, at + secret.length);
        if (secret.every((byte) => byte === star)) break;
      }
    }
    return copy;
  }
}
