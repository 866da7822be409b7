/**
 * The checksums inside LevelDB's own files. LevelDB compares them at almost no time by itself:
 * a log record that fails is dropped without a word, a table block that fails hides its keys.
 */

import { copyFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { maskedCrc32c } from "./crc32c.js";
import { errorCode } from "./database.js";
import { viewOf } from "./keys.js";
import { readVarint, unsnappy } from "./snappy.js";
import type { Damage } from "./store.js";

/** LevelDB log_format.md: blocks of 32 KiB; header checksum u32, length u16, type u8. */
const logBlockBytes = 32_768;
const logHeaderBytes = 7;
/** LevelDB table_format.md: two block handles, padding, magic. */
const footerBytes = 48;
const tableMagic = 0xdb47_7524_8b80_fb57n;
/** Compression type u8, checksum u32. */
const blockTrailerBytes = 5;
const problemsMax = 100;
const damagedCopiesMax = 4;

function allZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** What is wrong with a log (or MANIFEST) file. Half a record at its end is a write cut short. */
export function logProblems(bytes: Uint8Array): readonly string[] {
  const problems: string[] = [];
  const view = viewOf(bytes);
  let at = 0;
  while (at + logHeaderBytes <= bytes.length && problems.length < problemsMax) {
    const left = logBlockBytes - (at % logBlockBytes);
    if (left < logHeaderBytes) {
      at += left;
      continue;
    }
    const length = view.getUint16(at + 4, true);
    const end = at + logHeaderBytes + length;
    if (length + logHeaderBytes > left) {
      problems.push(`the record at ${at} has an impossible length`);
      at += left;
      continue;
    }
    if (end > bytes.length || allZero(bytes.subarray(at))) break;
    if (view.getUint32(at, true) !== maskedCrc32c(bytes.subarray(at + 6, end))) {
      problems.push(`the record at ${at} has a wrong checksum`);
      // Its length cannot be trusted either; LevelDB too goes on at the next block.
      at += left;
      continue;
    }
    at = end;
  }
  return problems;
}

interface Handle {
  readonly offset: number;
  readonly size: number;
  readonly next: number;
}

function handle(bytes: Uint8Array, at: number): Handle | undefined {
  const offset = readVarint(bytes, at);
  const size = offset === undefined ? undefined : readVarint(bytes, offset.next);
  if (offset === undefined || size === undefined) return undefined;
  return { offset: offset.value, size: size.value, next: size.next };
}

function blockProblem(bytes: Uint8Array, { offset, size }: Handle): string | undefined {
  const end = offset + size + blockTrailerBytes;
  if (end > bytes.length - footerBytes) return `the block at ${offset} lies outside the file`;
  const expected = viewOf(bytes).getUint32(offset + size + 1, true);
  if (expected === maskedCrc32c(bytes.subarray(offset, offset + size + 1))) return undefined;
  return `the block at ${offset} has a wrong checksum`;
}

/** The handles in an index block, or undefined when it makes no sense. */
function indexHandles(block: Uint8Array): readonly Handle[] | undefined {
  if (block.length < 4) return undefined;
  const restarts = viewOf(block).getUint32(block.length - 4, true);
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

/** What is wrong with a table file. */
export function tableProblems(bytes: Uint8Array): readonly string[] {
  if (bytes.length < footerBytes) return ["the file is too short to be a table"];
  if (viewOf(bytes).getBigUint64(bytes.length - 8, true) !== tableMagic) {
    return ["the file does not end like a table"];
  }
  const footer = bytes.subarray(bytes.length - footerBytes);
  const metaindex = handle(footer, 0);
  const index = metaindex === undefined ? undefined : handle(footer, metaindex.next);
  if (metaindex === undefined || index === undefined) return ["the footer is unreadable"];
  const found: string[] = [];
  // The metaindex names the filter block: a broken filter hides keys just as well.
  for (const [name, directory] of [["metaindex", metaindex], ["index", index]] as const) {
    const broken = blockProblem(bytes, directory);
    const handles = broken === undefined ? handlesIn(bytes, directory) : [];
    if (broken !== undefined) found.push(`${name}: ${broken}`);
    if (handles === undefined) found.push(`the ${name} is unreadable`);
    for (const one of handles ?? []) found.push(...[blockProblem(bytes, one) ?? []].flat());
  }
  return found.slice(0, problemsMax);
}

/** The handles in a block that lists blocks, expanded first when it is compressed. */
function handlesIn(bytes: Uint8Array, { offset, size }: Handle): readonly Handle[] | undefined {
  const raw = bytes.subarray(offset, offset + size);
  if (bytes[offset + size] === 0) return indexHandles(raw);
  const expanded = unsnappy(raw);
  return expanded.ok ? indexHandles(expanded.value) : undefined;
}

async function check(
  folder: string, name: string, problems: (bytes: Uint8Array) => readonly string[],
): Promise<readonly Damage[]> {
  try {
    const bytes = await readFile(join(folder, name));
    return problems(bytes).map((problem) =>
      ({ space: "files", keyHex: "", problem: `${name}: ${problem}` }));
  } catch (error) {
    // A compaction removes files that are no longer needed.
    if (errorCode(error) === "ENOENT") return [];
    return [{ space: "files", keyHex: "", problem: `${name}: unreadable (${errorCode(error)})` }];
  }
}

/** Checks every table, log and manifest of the folder. */
export async function inspectFiles(folder: string): Promise<readonly Damage[]> {
  const damages: Damage[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (/^\d+\.(ldb|sst)$/.test(name)) damages.push(...await check(folder, name, tableProblems));
    if (/^(\d+\.log|MANIFEST-\d+)$/.test(name)) {
      damages.push(...await check(folder, name, logProblems));
    }
  }
  return damages;
}

/**
 * Before LevelDB opens the folder: it would drop damaged log records and delete the file. A
 * damaged log is kept as a copy (`*.log.damaged`, a few at most) for those who can read it.
 */
export async function inspectLogs(folder: string): Promise<readonly Damage[]> {
  // A folder that cannot be read is explained by the one who opens it.
  const names = await readdir(folder).catch((): string[] => []);
  let copies = names.filter((name) => name.endsWith(".damaged")).length;
  const damages: Damage[] = [];
  for (const name of names.filter((found) => /^\d+\.log$/.test(found)).sort()) {
    const found = await check(folder, name, logProblems);
    damages.push(...found);
    const copy = `${name}.damaged`;
    if (found.length === 0 || copies >= damagedCopiesMax || names.includes(copy)) continue;
    copies += 1;
    await copyFile(join(folder, name), join(folder, copy)).catch(() => undefined);
  }
  return damages;
}
