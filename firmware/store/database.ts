/** The one place that opens LevelDB and translates what it throws. */

import type { AbstractLevel } from "abstract-level";
import { readdir, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { Level } from "level";
import { makeFolder } from "../base/folder.js";
import { fail, messageOf, ok, type Fault, type Result } from "../base/result.js";

/** LevelDB on disk, or the memory database of a simulation; keys and values are bytes. */
export type Database = AbstractLevel<string | Buffer | Uint8Array, Uint8Array, Uint8Array>;

export type Snapshot = ReturnType<Database["snapshot"]>;

export type Operation =
  | { readonly type: "put"; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: "del"; readonly key: Uint8Array };

/** LevelDB maps the tables that it reads or compacts into our memory; this size is its least. */
const maxFileSize = 1_048_576;
/**
 * Tables that stay mapped, and ten: its least. By default 990, all of which reading a backlog maps.
 * To find a value in one that is not mapped takes some 0.2 ms longer.
 */
const maxOpenFiles = 74;
/** What is written lies twice in memory while it becomes a table, by default twice 4 MB. */
const writeBufferSize = 1_048_576;
/** Of blocks that were read, 8 MB by default: the kernel keeps them as well. */
const cacheSize = 1_048_576;
const bytesEncoding = { keyEncoding: "view", valueEncoding: "view" } as const;
/** LevelDB answers when the log is on the disk, not when the kernel has it. */
const synced = { ...bytesEncoding, sync: true } as const;
/** Pairs that an iterator fetches at once: nothing else runs while one page is worked on. */
export const pageMax = 128;
const reading = { ...bytesEncoding, highWaterMarkBytes: 256 * 1024 } as const;

export interface Bounds {
  readonly gte?: Uint8Array;
  readonly gt?: Uint8Array;
  readonly lte?: Uint8Array;
  readonly lt?: Uint8Array;
  readonly reverse?: boolean;
  readonly snapshot?: Snapshot;
}

export type Page = readonly (readonly [Uint8Array, Uint8Array])[];

export function writeSynced(database: Database, operations: Operation[]): Promise<void> {
  return database.batch<Uint8Array, Uint8Array>(operations, synced);
}

/** Key-value pairs in pages, from one consistent view. Throws what LevelDB throws. */
export async function* pages(
  database: Database, bounds: Bounds, pageSize = pageMax,
): AsyncGenerator<Page, void, undefined> {
  const iterator = database.iterator<Uint8Array, Uint8Array>({ ...bounds, ...reading });
  try {
    for (;;) {
      const page = await iterator.nextv(pageSize);
      if (page.length === 0) return;
      yield page;
    }
  } finally {
    await iterator.close();
  }
}

/** A text of LevelDB's or the system's error code, looked for along the chain of causes. */
export function errorCode(error: unknown): string | undefined {
  let found: string | undefined;
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = "code" in at && typeof at.code === "string" ? at.code : undefined;
    found = code ?? found;
  }
  return found;
}

function deepestMessage(error: unknown): string {
  let message = messageOf(error);
  for (let at = error; at instanceof Error; at = at.cause) message = at.message;
  return message;
}

/** LevelDB hands the system's text through (`IO error: path: No space left on device`). */
export function isFull(error: unknown): boolean {
  return errorCode(error) === "ENOSPC" || errorCode(error) === "EDQUOT"
    || /No space left on device|Disk quota exceeded/.test(deepestMessage(error));
}

function refused(folder: string, error: unknown): Fault {
  const text = deepestMessage(error);
  const code = errorCode(error);
  const because = (message: string): Fault =>
    ({ code: "store-unavailable", message, cause: error });
  if (code === "LEVEL_LOCKED") {
    return because(`another program, probably a second gateway, uses the data folder ${folder}: `
      + "stop it or choose another folder");
  }
  if (code === "EACCES" || code === "EPERM" || /Permission denied/.test(text)) {
    return because(`no permission for the data folder ${folder}: give it to the user that runs `
      + "the gateway (chown), with the rights rwx for its owner");
  }
  if (code === "EROFS" || /Read-only file system/.test(text)) {
    return because(`the data folder ${folder} is on a read-only file system: remount it for `
      + "writing or choose another folder");
  }
  if (isFull(error)) {
    return { code: "store-full", cause: error,
      message: `no space left to open the data folder ${folder}: free some and start again` };
  }
  if (code === "LEVEL_CORRUPTION" || /Corruption|MANIFEST|CURRENT|missing files/.test(text)) {
    return { code: "store-damaged", cause: error,
      message: `the data folder ${folder} is damaged (${text}): move it away and restore a `
        + "backup" };
  }
  return because(`the data folder ${folder} cannot be opened (${text})`);
}

/**
 * The power went during the very first start, before any data: LevelDB may have pointed CURRENT to
 * a first manifest that was not flushed, and would then refuse the folder for ever.
 */
async function wasBeingMade(folder: string, names: readonly string[]): Promise<boolean> {
  if (names.some((name) => /\.(ldb|sst)$|^MANIFEST-(?!00000[12]$)/.test(name))) return false;
  for (const name of names.filter((each) => each.endsWith(".log"))) {
    if ((await stat(join(folder, name))).size > 0) return false;
  }
  return true;
}

/**
 * LevelDB would take a folder that lost its CURRENT file for a new one and delete the tables in
 * it, so that is looked for first.
 */
async function inspect(folder: string): Promise<Result<void>> {
  try {
    const found = await stat(folder).catch(() => undefined);
    if (found !== undefined && !found.isDirectory()) {
      return fail("store-unavailable",
        `${folder} is not a directory: name a folder for the data`);
    }
    await makeFolder(folder);
    const names = await readdir(folder);
    if (await wasBeingMade(folder, names) && !await isLocked(folder)) {
      for (const name of names.filter((each) => /^(CURRENT|MANIFEST-\d+)$/.test(each))) {
        await rm(join(folder, name));
      }
      return ok(undefined);
    }
    const data = names.some((name) => /\.(ldb|sst|log)$|^MANIFEST-/.test(name));
    if (data && !names.includes("CURRENT")) {
      return fail("store-damaged", `the data folder ${folder} has lost its CURRENT file: `
        + "move it away and restore a backup");
    }
    return ok(undefined);
  } catch (error) {
    if (errorCode(error) === "ENOTDIR" || errorCode(error) === "EEXIST") {
      return fail("store-unavailable",
        `${folder} is not a directory, nor can it become one: name a folder for the data`,
        { cause: error });
    }
    return { ok: false, fault: refused(folder, error) };
  }
}

/** Faults: `store-unavailable`, `store-damaged`, `store-full`; the message says what to do. */
export async function openFolder(folder: string): Promise<Result<Database>> {
  const inspected = await inspect(folder);
  if (!inspected.ok) return inspected;
  const database = new Level<Uint8Array, Uint8Array>(folder,
    { ...bytesEncoding, maxFileSize, maxOpenFiles, writeBufferSize, cacheSize });
  try {
    await database.open();
    return ok(database);
  } catch (error) {
    await database.close().catch(() => undefined);
    return { ok: false, fault: refused(folder, error) };
  }
}

/** Whether a program has the folder open; found out without touching what is in it. */
export async function isLocked(folder: string): Promise<boolean> {
  const probe = new Level<Uint8Array, Uint8Array>(folder, { ...bytesEncoding,
    createIfMissing: false, errorIfExists: true });
  try {
    await probe.open();
    return false;
  } catch (error) {
    return errorCode(error) === "LEVEL_LOCKED";
  } finally {
    await probe.close().catch(() => undefined);
  }
}

export async function bytesOnDisk(folder: string): Promise<number> {
  let total = 0;
  for (const name of await readdir(folder)) {
    // A compaction may remove a file between listing and looking.
    const found = await stat(join(folder, name)).catch(() => undefined);
    total += found?.size ?? 0;
  }
  return total;
}

/** For a new log, manifest and CURRENT. */
const reopenBytesMin = 1024 * 1024;

/** Room that LevelDB needs to open the folder again. */
export async function reopenBytes(folder: string): Promise<number> {
  let total = reopenBytesMin;
  for (const name of await readdir(folder).catch((): string[] => [])) {
    if (!/^(\d+\.log|MANIFEST-\d+)$/.test(name)) continue;
    const found = await stat(join(folder, name)).catch(() => undefined);
    total += found?.size ?? 0;
  }
  return total;
}

export async function bytesFree(folder: string): Promise<number> {
  const found = await statfs(folder);
  return found.bavail * found.bsize;
}

/** One raw value; `store-unavailable` or `store-damaged` when LevelDB cannot read it. */
export async function bytesOf(
  database: Database, key: Uint8Array, snapshot?: Snapshot,
): Promise<Result<Uint8Array | undefined>> {
  try {
    return ok(await database.get<Uint8Array, Uint8Array>(key, { ...bytesEncoding, snapshot }));
  } catch (error) {
    const code = errorCode(error);
    const damaged = code === "LEVEL_CORRUPTION" || code === "LEVEL_IO_ERROR";
    return fail(damaged ? "store-damaged" : "store-unavailable",
      `reading failed: ${deepestMessage(error)}`, { cause: error });
  }
}

/** The iterator was closed under its reader because the database was opened again. */
export function isInterrupted(error: unknown): boolean {
  const code = errorCode(error);
  return code === "LEVEL_ITERATOR_NOT_OPEN" || code === "LEVEL_DATABASE_NOT_OPEN";
}
