/**
 * LevelDB's table file (table_format.md): what is wrong with one, and how it is made harmless.
 * LevelDB takes the bytes of a block as they are: a flipped bit there can hide keys, turn them
 * into others, or end the process.
 */

import { ok } from "../base/result.js";
import { maskedCrc32c } from "../base/crc32c.js";
import { viewOf } from "./keys.js";
import { readVarint, unsnappy } from "./snappy.js";

/** Two block handles, padding, magic. */
const footerBytes = 48;
const tableMagic = 0xdb47_7524_8b80_fb57n;
/** Compression type u8, checksum u32. */
const blockTrailerBytes = 5;
/** The smallest block: no entries, and the number of restart points, which is zero. */
const emptyBlockBytes = 4;
const tableBytesMin = 2 * (emptyBlockBytes + blockTrailerBytes) + footerBytes;

/** Where a block lies; `size` without its trailer. */
interface Handle {
  readonly offset: number;
  readonly size: number;
}

interface Fault {
  readonly problem: string;
  /** The block that must not be read; undefined: no part of the table can be found. */
  readonly block: Handle | undefined;
}

function handle(bytes: Uint8Array, at: number): (Handle & { readonly next: number }) | undefined {
  const offset = readVarint(bytes, at);
  const size = offset === undefined ? undefined : readVarint(bytes, offset.next);
  if (offset === undefined || size === undefined) return undefined;
  return { offset: offset.value, size: size.value, next: size.next };
}

function endOf({ offset, size }: Handle): number {
  return offset + size + blockTrailerBytes;
}

function blockProblem(bytes: Uint8Array, block: Handle): string | undefined {
  const { offset, size } = block;
  if (endOf(block) > bytes.length - footerBytes) {
    return `the block at ${offset} lies outside the file`;
  }
  const expected = viewOf(bytes).getUint32(offset + size + 1, true);
  if (expected === maskedCrc32c(bytes.subarray(offset, offset + size + 1))) return undefined;
  return `the block at ${offset} has a wrong checksum`;
}

/** The handles in an expanded block that lists blocks, or undefined when it makes no sense. */
function listedHandles(block: Uint8Array): readonly Handle[] | undefined {
  if (block.length < emptyBlockBytes) return undefined;
  const restarts = viewOf(block).getUint32(block.length - 4, true);
  if (restarts === 0) return [];
  const end = block.length - 4 - 4 * restarts;
  const handles: Handle[] = [];
  let at = 0;
  while (at < end) {
    const shared = readVarint(block, at);
    const own = shared === undefined ? undefined : readVarint(block, shared.next);
    const size = own === undefined ? undefined : readVarint(block, own.next);
    if (own === undefined || size === undefined) return undefined;
    const found = handle(block, size.next + own.value);
    if (found === undefined) return undefined;
    handles.push(found);
    at = size.next + own.value + size.value;
  }
  return at === end ? handles : undefined;
}

/** The handles in a block that lists blocks, or why they cannot be known. */
function handlesIn(
  bytes: Uint8Array, name: string, block: Handle,
): readonly Handle[] | string {
  const broken = blockProblem(bytes, block);
  if (broken !== undefined) return `${name}: ${broken}`;
  const raw = bytes.subarray(block.offset, block.offset + block.size);
  const expanded = bytes[block.offset + block.size] === 0 ? ok(raw) : unsnappy(raw);
  return (expanded.ok ? listedHandles(expanded.value) : undefined) ?? `the ${name} is unreadable`;
}

function tableFaults(bytes: Uint8Array): readonly Fault[] {
  const whole = (problem: string): readonly Fault[] => [{ problem, block: undefined }];
  if (bytes.length < footerBytes) return whole("the file is too short to be a table");
  if (viewOf(bytes).getBigUint64(bytes.length - 8, true) !== tableMagic) {
    return whole("the file does not end like a table");
  }
  const footer = bytes.subarray(bytes.length - footerBytes);
  const metaindex = handle(footer, 0);
  const index = metaindex === undefined ? undefined : handle(footer, metaindex.next);
  // The footer has no checksum, but LevelDB writes both blocks right before it.
  if (metaindex === undefined || index === undefined || endOf(metaindex) !== index.offset
    || endOf(index) !== bytes.length - footerBytes) return whole("the footer is unreadable");
  const handles = handlesIn(bytes, "index", index);
  if (typeof handles === "string") return whole(handles);
  const faults: Fault[] = [];
  for (const block of handles) {
    const problem = blockProblem(bytes, block);
    if (problem !== undefined) faults.push({ problem, block });
  }
  // The metaindex names the filter block, which only saves time: without the one, no other.
  const filters = handlesIn(bytes, "metaindex", metaindex);
  const problems = typeof filters === "string" ? [filters]
    : filters.flatMap((block) => blockProblem(bytes, block) ?? []);
  for (const problem of problems) faults.push({ problem, block: metaindex });
  return faults;
}

/** What is wrong with a table file. */
export function tableProblems(bytes: Uint8Array): readonly string[] {
  return tableFaults(bytes).map(({ problem }) => problem);
}

/** No entries and no restart points: LevelDB reads such a block as an empty one. */
function emptyBlock(bytes: Uint8Array, { offset, size }: Handle): void {
  bytes.fill(0, offset, offset + size + 1);
  viewOf(bytes).setUint32(offset + size + 1,
    maskedCrc32c(bytes.subarray(offset, offset + size + 1)), true);
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [value % 0x80 + 0x80, ...varint(Math.floor(value / 0x80))];
}

/** Nothing but an empty metaindex and an empty index, where LevelDB puts them. */
function emptyTable(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const footer = length - footerBytes;
  const size = emptyBlockBytes;
  const index = { offset: footer - blockTrailerBytes - size, size };
  const metaindex = { offset: index.offset - blockTrailerBytes - size, size };
  const handles = [metaindex, index];
  for (const block of handles) emptyBlock(bytes, block);
  bytes.set(handles.flatMap((block) => [...varint(block.offset), ...varint(size)]), footer);
  viewOf(bytes).setBigUint64(length - 8, tableMagic, true);
  return bytes;
}

/**
 * The same table with its broken blocks emptied, of the same length, which LevelDB has noted
 * elsewhere; all empty when its parts cannot be found. Undefined when it is too short for that.
 */
export function mendedTable(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < tableBytesMin) return undefined;
  const mended = Uint8Array.from(bytes);
  for (const { block } of tableFaults(bytes)) {
    if (block === undefined || endOf(block) > bytes.length - footerBytes) {
      return emptyTable(bytes.length);
    }
    emptyBlock(mended, block);
  }
  return mended;
}
