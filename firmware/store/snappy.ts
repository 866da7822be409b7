/** Decompression of Snappy's raw format (format_description.txt), as LevelDB's blocks use it. */

import { fail, ok, type Result } from "../base/result.js";

const outputMax = 64 * 1024 * 1024;

/** A little-endian base-128 number; undefined when it does not end within `bytes`. */
export function readVarint(
  bytes: Uint8Array, at: number,
): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  let scale = 1;
  for (let next = at; next < bytes.length && next < at + 8; next += 1) {
    const byte = bytes[next] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, next: next + 1 };
    scale *= 128;
  }
  return undefined;
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let index = at + count - 1; index >= at; index -= 1) {
    value = value * 256 + (bytes[index] ?? 0);
  }
  return value;
}

interface Element {
  readonly length: number;
  /** Distance back for a copy; 0 for a literal, which begins at `next`. */
  readonly distance: number;
  readonly next: number;
}

function element(bytes: Uint8Array, at: number): Element {
  const tag = bytes[at] ?? 0;
  const high = tag >>> 2;
  switch (tag & 3) {
    case 0: {
      if (high < 60) return { length: high + 1, distance: 0, next: at + 1 };
      const count = high - 59;
      return { length: littleEndian(bytes, at + 1, count) + 1, distance: 0, next: at + 1 + count };
    }
    case 1:
      return { length: (high & 7) + 4, distance: (high >>> 3) * 256 + (bytes[at + 1] ?? 0),
        next: at + 2 };
    case 2:
      return { length: high + 1, distance: littleEndian(bytes, at + 1, 2), next: at + 3 };
    default:
      return { length: high + 1, distance: littleEndian(bytes, at + 1, 4), next: at + 5 };
  }
}

export function unsnappy(bytes: Uint8Array): Result<Uint8Array> {
  const broken = fail("store-damaged", "a compressed block cannot be expanded");
  const size = readVarint(bytes, 0);
  if (size === undefined || size.value > outputMax) return broken;
  const output = new Uint8Array(size.value);
  let at = size.next;
  let end = 0;
  while (at < bytes.length) {
    const { length, distance, next } = element(bytes, at);
    if (end + length > output.length) return broken;
    if (distance === 0) {
      if ((bytes[at] ?? 0) % 4 !== 0 || next + length > bytes.length) return broken;
      output.set(bytes.subarray(next, next + length), end);
      at = next + length;
    } else {
      if (distance > end) return broken;
      // A copy may overlap what it writes, so it goes byte by byte.
      for (let index = 0; index < length; index += 1) {
        output[end + index] = output[end + index - distance] ?? 0;
      }
      at = next;
    }
    end += length;
  }
  return end === output.length ? ok(output) : broken;
}
