/** From a backup to a data folder: everything is verified before the folder gets its name. */

import { open, readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fail, messageOf, ok, type Result } from "../base/result.js";
import { frameBytesMax, readBackup, type BackupSummary } from "./backup.js";
import { examineChain } from "./chain.js";
import { errorCode, isFull, openFolder, writeSynced, type Operation } from "./database.js";
import { copyOf } from "./keys.js";

const batchBytesMax = Math.min(4 * 1024 * 1024, frameBytesMax);
const tailMax = 1_000;

async function isVacant(folder: string): Promise<Result<void>> {
  try {
    const names = await readdir(folder);
    if (names.length === 0) return ok(undefined);
    return fail("precondition",
      `the folder ${folder} is not empty: move it away first, nothing in it is overwritten`);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return ok(undefined);
    return fail("store-unavailable", `the folder ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, "r");
  await opened.sync();
  await opened.close();
}

/** Writes the stream into `folder`, which must not be in use, and checks what was written. */
async function fill(
  folder: string, stream: AsyncIterable<Uint8Array>,
): Promise<Result<BackupSummary>> {
  const opened = await openFolder(folder);
  if (!opened.ok) return opened;
  const database = opened.value;
  let operations: Operation[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    await writeSynced(database, operations);
    operations = [];
    bytes = 0;
  };
  try {
    const read = await readBackup(stream, async (key, sealed) => {
      // The reader hands out views into its buffer, which the next chunk replaces.
      operations.push({ type: "put", key: copyOf(key), value: copyOf(sealed) });
      bytes += key.length + sealed.length;
      if (bytes >= batchBytesMax) await flush();
    });
    if (!read.ok) return read;
    await flush();
    const problems: string[] = [];
    const chain = await examineChain(database, tailMax, ({ problem }) => problems.push(problem));
    if (!chain.ok) return chain;
    if (chain.value.head.position < read.value.headPosition) {
      return fail("store-damaged", `the backup ends at entry ${chain.value.head.position}, `
        + `its header says ${read.value.headPosition}`);
    }
    return problems.length === 0 ? read
      : fail("store-damaged", `the backup's journal is damaged: ${problems.join("; ")}`);
  } finally {
    await database.close();
  }
}

/**
 * Offline. Faults: `precondition` when the folder is not empty, `store-damaged` when the backup
 * is cut short or damaged, `store-full`; the folder is then as it was before.
 */
export async function restore(
  folder: string, stream: AsyncIterable<Uint8Array>,
): Promise<Result<BackupSummary>> {
  const vacant = await isVacant(folder);
  if (!vacant.ok) return vacant;
  const target = resolve(folder);
  const making = `${target}.restoring`;
  try {
    await rm(making, { recursive: true, force: true });
    const filled = await fill(making, stream);
    if (!filled.ok) {
      await rm(making, { recursive: true, force: true });
      return filled;
    }
    await syncFolder(making);
    await rmdir(target).catch((error: unknown) => {
      if (errorCode(error) !== "ENOENT") throw error;
    });
    await rename(making, target);
    await syncFolder(dirname(target));
    return filled;
  } catch (error) {
    await rm(making, { recursive: true, force: true }).catch(() => undefined);
    return fail(isFull(error) ? "store-full" : "store-unavailable",
      `restoring into ${folder}: ${messageOf(error)}`, { cause: error });
  }
}
