/** The journal's chain as it lies on disk: where it begins, where it ends, whether it holds. */

import { fail, messageOf, ok, type Result } from "../base/result.js";
import { bytesOf, pages, type Database, type Operation } from "./database.js";
import {
  decodeEntry, follows, genesis, headRecordEvery, journalKey, journalSpace, type Head,
} from "./journal.js";
import { diskKey, hex, sameBytes, spaceRange } from "./keys.js";
import { anchorKey, headKey, metaSpace, putHead, readHead } from "./meta.js";
import type { Damage, Entry } from "./store.js";
import { unseal } from "./value-envelope.js";

export interface Chain {
  /** The newest entry. */
  readonly head: Head;
  /** The newest entry that was trimmed: the first kept one follows it. */
  readonly anchor: Head;
}

export function readEntry(key: Uint8Array, sealed: Uint8Array): Result<Entry> {
  const opened = unseal(key, sealed);
  return opened.ok ? decodeEntry(opened.value.payload) : opened;
}

function journalDamage(key: Uint8Array, problem: string): Damage {
  return { space: journalSpace, keyHex: hex(key.subarray(journalSpace.length + 1)), problem };
}

/**
 * Walks entries in ascending order and reports each that is unreadable or does not follow.
 * After a break the walk goes on from the next readable entry.
 */
export class ChainWalk {
  #before: Head | undefined;
  readonly #report: (damage: Damage) => void;
  entriesChecked = 0;

  constructor(before: Head | undefined, report: (damage: Damage) => void) {
    this.#before = before;
    this.#report = report;
  }

  /** The newest readable entry. */
  get newest(): Head | undefined {
    return this.#before;
  }

  step(key: Uint8Array, sealed: Uint8Array): Entry | undefined {
    this.entriesChecked += 1;
    const entry = readEntry(key, sealed);
    if (!entry.ok) {
      this.#report(journalDamage(key, entry.fault.message));
      return undefined;
    }
    const fits = this.#before === undefined ? ok(undefined) : follows(this.#before, entry.value);
    if (!fits.ok) this.#report(journalDamage(key, fits.fault.message));
    const { position, epoch, hash } = entry.value;
    this.#before = { position, epoch, hash };
    return entry.value;
  }
}

function metaDamage(key: Uint8Array, problem: string): Damage {
  return { space: metaSpace, keyHex: hex(key.subarray(metaSpace.length + 1)), problem };
}

async function readOrReport(
  database: Database, key: Uint8Array, report: (damage: Damage) => void,
): Promise<Head | undefined> {
  const found = await readHead(database, key);
  if (found.ok) return found.value;
  report(metaDamage(key, found.fault.message));
  return undefined;
}

/** The head from two witnesses: the newest entry, and the head record that trails behind it. */
function agree(
  recorded: Head | undefined, newest: Head, same: Head | undefined,
  report: (damage: Damage) => void,
): Result<Head> {
  if (recorded === undefined) {
    if (newest.position >= headRecordEvery) {
      report(metaDamage(headKey, "the head record is missing"));
    }
    return ok(newest);
  }
  if (recorded.position > newest.position) {
    report(metaDamage(headKey, `the head record says entry ${recorded.position}, `
      + `the journal ends at ${newest.position}: entries were lost`));
    return ok(recorded);
  }
  if (same !== undefined && !sameBytes(recorded.hash, same.hash)) {
    return fail("store-damaged", `the journal's entry ${same.position} contradicts the head `
      + "record: move the data folder away and restore a backup");
  }
  return ok(newest);
}

/** Verifies the last `tailMax` entries and says where the chain stands. */
export async function examineChain(
  database: Database, tailMax: number, report: (damage: Damage) => void,
): Promise<Result<Chain>> {
  const recorded = await readOrReport(database, headKey, report);
  const anchor = await readOrReport(database, anchorKey, report) ?? genesis;
  const tail: (readonly [Uint8Array, Uint8Array])[] = [];
  const bounds = { ...spaceRange(journalSpace), reverse: true };
  let cut = false;
  try {
    collect: for await (const page of pages(database, bounds)) {
      for (const pair of page) {
        if (tail.length > tailMax) break collect;
        tail.push(pair);
      }
    }
  } catch (error) {
    if (!/corrupt/i.test(messageOf(error))) throw error;
    // A table block is broken. The rest can be served, so the store opens and says so.
    cut = true;
    report({ space: journalSpace, keyHex: "", problem: messageOf(error) });
  }
  const whole = !cut && tail.length <= tailMax;
  const walk = new ChainWalk(whole ? anchor : undefined, report);
  let same: Head | undefined;
  for (const [key, sealed] of tail.reverse()) {
    const entry = walk.step(key, sealed);
    if (entry !== undefined && entry.position === recorded?.position) same = entry;
  }
  const newest = walk.newest;
  if (newest === undefined) {
    if (cut && recorded !== undefined) return ok({ head: recorded, anchor });
    return fail("store-damaged", "no entry of the journal's end can be read: "
      + "move the data folder away and restore a backup");
  }
  const head = agree(recorded, newest, same, report);
  return head.ok ? ok({ head: head.value, anchor }) : head;
}

/** Removes the entries behind `from` up to `to`, which becomes the anchor. */
export async function trimOperations(
  database: Database, from: bigint, to: bigint,
): Promise<Result<readonly Operation[]>> {
  const key = diskKey(journalSpace, journalKey(to));
  const found = await bytesOf(database, key);
  if (!found.ok) return found;
  if (found.value === undefined) return fail("store-damaged", `entry ${to} is missing`);
  const entry = readEntry(key, found.value);
  if (!entry.ok) return entry;
  const { position, epoch, hash } = entry.value;
  const operations: Operation[] = [putHead(anchorKey, { position, epoch, hash })];
  for (let at = from + 1n; at <= to; at += 1n) {
    operations.push({ type: "del", key: diskKey(journalSpace, journalKey(at)) });
  }
  return ok(operations);
}
