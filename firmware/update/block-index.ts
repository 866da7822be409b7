/**
 * What a bundle is made of, block by block, so that a unit fetches only what it does not have.
 * File: one line of JSON, then the blocks' digests one behind the other. The first `headBytes` of
 * the bundle belong to no block: behind them the blocks of its root stand as on the unit's slot.
 */

import { createHash } from "node:crypto";
import { fail, ok, type Result } from "../base/result.js";

export const blockBytes = 4_096;
/** Of SHA-256, shortened: the signature over the whole decides, this only finds what is alike. */
const digestBytes = 16;
const headerBytesMax = 1_024;
/** So many blocks that we have are fetched all the same, where that saves a request. */
const gapBlocksMax = 8;

export interface BlockIndex {
  readonly sizeBytes: number;
  readonly headBytes: number;
  /** Of each block, the last of which may be shorter. */
  readonly digests: readonly string[];
}

/** A stretch of the bundle. `fromBlock`: of the root that runs; undefined: of the mirror. */
export interface Stretch {
  readonly offset: number;
  readonly bytes: number;
  readonly fromBlock: number | undefined;
}

export function blockDigest(block: Uint8Array): string {
  return createHash("sha256").update(block).digest("hex").slice(0, digestBytes * 2);
}

export function writeBlockIndex(bundle: Uint8Array, headBytes: number): Buffer {
  const digests: Buffer[] = [];
  for (let at = headBytes; at < bundle.length; at += blockBytes) {
    digests.push(Buffer.from(blockDigest(bundle.subarray(at, at + blockBytes)), "hex"));
  }
  const header = { version: 1, sizeBytes: bundle.length, headBytes, blockBytes };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...digests]);
}

/** Faults: `update-refused` where it is none. */
export function readBlockIndex(file: Uint8Array, bundleBytesMax: number): Result<BlockIndex> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const none = fail("update-refused", { en: "the mirror's block index is none",
    fr: "l'index de blocs du miroir n'en est pas un" });
  const end = bytes.subarray(0, headerBytesMax).indexOf("\n");
  if (end < 0) return none;
  let header: Readonly<Record<string, unknown>>;
  try {
    header = JSON.parse(bytes.toString("utf8", 0, end)) as typeof header;
  } catch {
    return none;
  }
  const { version, sizeBytes, headBytes } = header;
  const body = bytes.subarray(end + 1);
  if (version !== 1 || header["blockBytes"] !== blockBytes
    || !isCount(sizeBytes, bundleBytesMax) || !isCount(headBytes, sizeBytes)
    || body.length !== Math.ceil((sizeBytes - headBytes) / blockBytes) * digestBytes) return none;
  const digests = Array.from({ length: body.length / digestBytes }, (_, n) =>
    body.toString("hex", n * digestBytes, (n + 1) * digestBytes));
  return ok({ sizeBytes, headBytes, digests });
}

function isCount(value: unknown, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

/**
 * The bundle in stretches, in order and without a gap. `have` gives the number of a block of the
 * root that runs; a stretch of ours goes on while its blocks follow one another there as well.
 */
export function stretchesOf(
  index: BlockIndex, have: ReadonlyMap<string, number>,
): readonly Stretch[] {
  const { sizeBytes, headBytes, digests } = index;
  const stretches: Stretch[] = [];
  const add = (offset: number, bytes: number, fromBlock: number | undefined): void => {
    const last = stretches.at(-1);
    const follows = last !== undefined && (last.fromBlock === undefined
      ? fromBlock === undefined : fromBlock === last.fromBlock + last.bytes / blockBytes);
    if (follows) stretches.splice(-1, 1, { ...last, bytes: last.bytes + bytes });
    else if (bytes > 0) stretches.push({ offset, bytes, fromBlock });
  };
  add(0, headBytes, undefined);
  digests.forEach((digest, n) => {
    const offset = headBytes + n * blockBytes;
    const bytes = Math.min(blockBytes, sizeBytes - offset);
    add(offset, bytes, bytes === blockBytes ? have.get(digest) : undefined);
  });
  return withoutSmallGaps(stretches);
}

function withoutSmallGaps(stretches: readonly Stretch[]): readonly Stretch[] {
  const joined: Stretch[] = [];
  stretches.forEach((stretch, n) => {
    const last = joined.at(-1);
    const small = stretch.fromBlock !== undefined && stretch.bytes <= gapBlocksMax * blockBytes
      && n < stretches.length - 1;
    const fetched = stretch.fromBlock === undefined || small;
    if (last !== undefined && last.fromBlock === undefined && fetched) {
      joined.splice(-1, 1, { ...last, bytes: last.bytes + stretch.bytes });
    } else joined.push(fetched ? { ...stretch, fromBlock: undefined } : stretch);
  });
  return joined;
}
