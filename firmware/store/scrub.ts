/**
 * Reads everything there is: every value's envelope, the whole chain, the values that the
 * journal says must be there, and (on disk) the checksums of LevelDB's logs. Its tables must be
 * known to be whole before: `data-files.ts` sees to that.
 */

import { crc32 } from "node:zlib";
import { inspectLogs } from "./data-files.js";
import { pages, type Database, type Snapshot } from "./database.js";
import { ChainWalk } from "./chain.js";
import { genesis, journalSpace } from "./journal.js";
import { diskKey, hex, spaceRange, splitDiskKey } from "./keys.js";
import { messageOf } from "../base/result.js";
import { anchorKey, readHead, readMigratedAt } from "./meta.js";
import type { Damage, Entry, ScrubReport } from "./store.js";
import { unseal } from "./value-envelope.js";

/** Damages listed; more than that and a backup is the only help anyway. */
const damagesMax = 1_000;
/** Keys of which the journal's last word is remembered for comparison. */
const expectedMax = 200_000;
const progressEvery = 1_000;

type Found = Omit<ScrubReport, "durationMs">;

const keyText = (key: Uint8Array): string =>
  Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");

/** A broken table block ends an iteration: that is damage. Anything else is thrown. */
export function isCorruption(error: unknown): boolean {
  return /corrupt/i.test(messageOf(error));
}

/** Throws what LevelDB throws when it cannot go on for another reason than damage. */
export async function scrubDatabase(
  database: Database, folder: string | undefined, onProgress?: (checked: number) => void,
): Promise<Found> {
  const damages: Damage[] = [];
  const report = (damage: Damage): void => {
    if (damages.length < damagesMax) damages.push(damage);
  };
  if (folder !== undefined) for (const damage of await inspectLogs(folder)) report(damage);
  const snapshot = database.snapshot();
  try {
    const { walk, expected } = await walkJournal(database, snapshot, report);
    const valuesChecked = await walkValues(database, snapshot, expected, report, onProgress);
    for (const [text, value] of expected) {
      const parts = splitDiskKey(Buffer.from(text, "latin1"));
      if (value === undefined || parts === undefined) continue;
      report({ space: parts.space, keyHex: hex(parts.key),
        problem: "the journal says it was stored, but it is not there" });
    }
    return { valuesChecked, entriesChecked: walk.entriesChecked, damages };
  } finally {
    await snapshot.close();
  }
}

/** CRC-32 of the value the journal says last; undefined when it says removed. */
type Expected = Map<string, number | undefined>;

async function walkJournal(
  database: Database, snapshot: Snapshot, report: (damage: Damage) => void,
): Promise<{ readonly walk: ChainWalk; readonly expected: Expected }> {
  const anchor = await readHead(database, anchorKey, snapshot);
  const migratedAt = await readMigratedAt(database);
  const expected: Expected = new Map();
  const before = anchor.ok ? anchor.value ?? genesis : undefined;
  const walk = new ChainWalk(before, report);
  const bounds = { ...spaceRange(journalSpace), snapshot };
  await untilBroken(report, async () => {
    for await (const page of pages(database, bounds)) {
      for (const [key, sealed] of page) {
        const entry = walk.step(key, sealed);
        if (entry !== undefined && entry.position > migratedAt) expect(expected, entry);
      }
    }
  }, () => { expected.clear(); });
  return { walk, expected };
}

function expect(expected: Expected, { batch }: Entry): void {
  for (const mutation of batch) {
    const text = keyText(diskKey(mutation.space, mutation.key));
    if (!expected.has(text) && expected.size >= expectedMax) continue;
    expected.set(text, mutation.value === undefined ? undefined : crc32(mutation.value));
  }
}

/** What lies behind a broken block is not known, so nothing may be called missing. */
async function untilBroken(
  report: (damage: Damage) => void, walk: () => Promise<void>, broken: () => void,
): Promise<void> {
  try {
    await walk();
  } catch (error) {
    if (!isCorruption(error)) throw error;
    report({ space: "files", keyHex: "", problem: messageOf(error) });
    broken();
  }
}

async function walkValues(
  database: Database, snapshot: Snapshot, expected: Expected,
  report: (damage: Damage) => void, onProgress?: (checked: number) => void,
): Promise<number> {
  let checked = 0;
  let told = 0;
  await untilBroken(report, async () => {
    for await (const page of pages(database, { snapshot })) {
      for (const [key, sealed] of page) {
        checked += 1;
        const parts = splitDiskKey(key);
        if (parts?.space === journalSpace) continue;
        const problem = parts === undefined ? "the key has no keyspace"
          : problemOf(key, sealed, expected);
        if (problem !== undefined) {
          report({ space: parts?.space ?? "", keyHex: hex(parts?.key ?? key), problem });
        }
      }
      if (checked - told < progressEvery) continue;
      told = checked;
      onProgress?.(checked);
    }
  }, () => { expected.clear(); });
  onProgress?.(checked);
  return checked;
}

function problemOf(
  key: Uint8Array, sealed: Uint8Array, expected: Expected,
): string | undefined {
  const text = keyText(key);
  const known = expected.has(text);
  const journaled = expected.get(text);
  expected.delete(text);
  const opened = unseal(key, sealed);
  if (!opened.ok) return opened.fault.message;
  if (!known) return undefined;
  if (journaled === undefined) return "the journal says it was removed, but it is there";
  return journaled === crc32(opened.value.payload) ? undefined
    : "the journal says it has another value";
}
