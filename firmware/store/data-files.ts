/**
 * The checksums inside LevelDB's own files. LevelDB compares them at almost no time by itself:
 * a log record that fails is dropped without a word, a table block that fails hides its keys.
 */

import { copyFile, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { maskedCrc32c } from "../base/crc32c.js";
import { errorCode, isLocked } from "./database.js";
import { viewOf } from "./keys.js";
import type { Damage } from "./store.js";
import { mendedTable, tableProblems } from "./table-file.js";

/** LevelDB log_format.md: blocks of 32 KiB; header checksum u32, length u16, type u8. */
const logBlockBytes = 32_768;
const logHeaderBytes = 7;
const problemsMax = 100;
const damagedCopiesMax = 4;
const damagedEnding = ".damaged";
const tableName = /^\d+\.(ldb|sst)$/;
const logName = /^\d+\.log$/;

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

async function check(
  folder: string, name: string, problems: (bytes: Uint8Array) => readonly string[],
): Promise<readonly Damage[]> {
  try {
    const bytes = await readFile(join(folder, name));
    return problems(bytes).slice(0, problemsMax).map((problem) =>
      ({ space: "files", keyHex: "", problem: `${name}: ${problem}` }));
  } catch (error) {
    // A compaction removes files that are no longer needed.
    if (errorCode(error) === "ENOENT") return [];
    return [{ space: "files", keyHex: "", problem: `${name}: unreadable (${errorCode(error)})` }];
  }
}

async function inspect(
  folder: string, kind: RegExp, problems: (bytes: Uint8Array) => readonly string[],
): Promise<readonly Damage[]> {
  const damages: Damage[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (kind.test(name)) damages.push(...await check(folder, name, problems));
  }
  return damages;
}

/** Checks every log and manifest of the folder. */
export function inspectLogs(folder: string): Promise<readonly Damage[]> {
  return inspect(folder, /^(\d+\.log|MANIFEST-\d+)$/, logProblems);
}

/** Checks every table; one that LevelDB is just writing looks broken. */
export function inspectTables(folder: string): Promise<readonly Damage[]> {
  return inspect(folder, tableName, tableProblems);
}

/** What is wrong with a file. */
interface Found {
  readonly damages: readonly Damage[];
  /** When it was last written, mending included: LevelDB never changes a table. */
  writtenNs: bigint | undefined;
}

/**
 * Before LevelDB opens the folder: it would drop damaged log records and delete the file, and
 * a broken table block could end the process. What is damaged is kept under another name
 * (`*.damaged`, a few at most) for those who can read it; tables get their broken blocks emptied.
 * Gives the damages by file name.
 */
export async function mendFiles(folder: string): Promise<ReadonlyMap<string, Found>> {
  const damages = new Map<string, Found>();
  // A folder that cannot be read is explained by the one who opens it.
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of [...names].sort()) {
    if (!tableName.test(name) && !logName.test(name)) continue;
    const found = await check(folder, name, tableName.test(name) ? tableProblems : logProblems);
    if (found.length > 0) damages.set(name, { damages: found, writtenNs: undefined });
  }
  // The tables of another gateway's store may be half-written, and are its own business.
  if (damages.size === 0 || await isLocked(folder)) return damages;
  let copies = names.filter((name) => name.endsWith(damagedEnding)).length;
  for (const [name, found] of damages) {
    const file = join(folder, name);
    if (copies < damagedCopiesMax && !names.includes(name + damagedEnding)) {
      copies += 1;
      await copyFile(file, file + damagedEnding).catch(() => undefined);
    }
    if (tableName.test(name)) await mend(file);
    found.writtenNs = await writtenNs(file);
  }
  return damages;
}

async function writtenNs(file: string): Promise<bigint | undefined> {
  return (await stat(file, { bigint: true }).catch(() => undefined))?.mtimeNs;
}

/**
 * Once LevelDB has opened the folder: it has removed a table whose writing was cut short and
 * which never counted, or written another one under its name, so that is no damage. Gives the
 * others'.
 */
export async function realDamages(
  folder: string, found: ReadonlyMap<string, Found>,
): Promise<readonly Damage[]> {
  const damages: Damage[] = [];
  for (const [name, file] of found) {
    const same = await writtenNs(join(folder, name)) === file.writtenNs;
    if (logName.test(name) || same) damages.push(...file.damages);
    else await rm(join(folder, name + damagedEnding), { force: true });
  }
  return damages;
}

/** In one step: a power cut leaves the damaged table or the mended one. */
async function mend(file: string): Promise<void> {
  const mended = mendedTable(await readFile(file));
  if (mended === undefined) return;
  const part = `${file}.mended`;
  await writeFile(part, mended, { mode: 0o600, flush: true });
  await rename(part, file);
}
