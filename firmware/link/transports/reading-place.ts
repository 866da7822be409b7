/**
 * How far a file has been read: known again by its content before that place, so that it may be
 * renamed or copied, and another one under its name is noticed.
 */

import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";

export interface ReadingPlace {
  /** Without its folder. */
  readonly name: string;
  /** Device and inode number: `2049.131`. */
  readonly node: string;
  readonly offset: number;
  /** Of the bytes before the offset, `windowBytes` at most; hexadecimal. */
  readonly sum: string;
}

/** So much of what stands before a place is compared. */
export const windowBytes = 4_096;
const written = /^1 (\d{1,15}) ([0-9a-f]{32}) (\d{1,20}\.\d{1,20}) ([^/]+)$/s;

export function placeText({ name, node, offset, sum }: ReadingPlace): string {
  return `1 ${offset} ${sum} ${node} ${name}`;
}

/** Undefined where the text is none that this firmware wrote. */
export function placeOf(text: string | undefined): ReadingPlace | undefined {
  const [, offset, sum, node, name] = written.exec(text ?? "") ?? [];
  return offset === undefined || sum === undefined || node === undefined || name === undefined
    ? undefined : { name, node, offset: Number(offset), sum };
}

export async function sumBefore(handle: FileHandle, offset: number): Promise<string> {
  const bytes = Math.min(offset, windowBytes);
  const window = await readFully(handle, offset - bytes, bytes);
  return createHash("sha256").update(window).digest("hex").slice(0, 32);
}

/** Whether this file has been read up to the place, under whatever name. */
export async function hasPlace(handle: FileHandle, place: ReadingPlace): Promise<boolean> {
  const { size } = await handle.stat();
  return size >= place.offset && await sumBefore(handle, place.offset) === place.sum;
}

/** Less only where the file ends before. */
export async function readFully(
  handle: FileHandle, offset: number, length: number,
): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
