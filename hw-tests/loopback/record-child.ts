/**
 * A process that gives numbers to events and keeps call records and raw bytes, printing what it
 * gave out and what was acknowledged, until it is killed (`load`) or has done its part (`feed`).
 */

import { writeSync } from "node:fs";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { callId, deviceId, linkId } from "../../firmware/model/identifiers.js";
import type { CallRecord } from "../../firmware/model/records.js";
import { openStore } from "../../firmware/store/leveldb-store.js";
import type { Store } from "../../firmware/store/store.js";
import { StoredEventLog } from "../../firmware/switching/event-log-store.js";
import { StoredRawKeeper } from "../../firmware/switching/raw-keeper.js";
import { StoredRecordBook } from "../../firmware/switching/record-book.js";
import type { NumberedEvent } from "../../firmware/switching/switch.js";

export const link = linkId("pbx");
const world = nodeWorld(() => undefined, "error");
const forever = { ageMsMax: 1e12, countMax: 1e9 };

export interface Durables {
  readonly store: Store;
  readonly log: StoredEventLog;
  readonly book: StoredRecordBook;
  readonly keeper: StoredRawKeeper;
  stop(): Promise<void>;
}

/** Throws with the message when the folder cannot be opened. */
export async function openDurables(folder: string): Promise<Durables> {
  const store = openStore({ folder, world, epoch: 1 });
  const options = { store, world, retention: () => forever };
  const log = new StoredEventLog(options);
  const book = new StoredRecordBook(options);
  const keeper = new StoredRawKeeper(options);
  for (const component of [store, log, book, keeper]) {
    const started = await component.start();
    if (!started.ok) throw new Error(started.fault.message);
  }
  return { store, log, book, keeper, stop: async () => {
    await keeper.stop();
    await book.stop();
    await log.stop(5_000);
    await store.stop(5_000);
  } };
}

export function eventOf(number: bigint): NumberedEvent {
  const device = deviceId("2001");
  return { number, atMs: Number(number), direction: "incoming", healed: false, numbers: [],
    parties: [device],
    event: { type: "established", link, cause: "newCall", receivedAtMs: 1,
      connection: { call: callId(`c${number}`), device }, answeringDevice: { device } } };
}

export function recordOf(number: bigint): CallRecord {
  const startedAtMs = 1_780_000_000_000 + Number(number);
  const call = callId(`c${number}`);
  return { id: `${startedAtMs.toString(16)}-${link}-${call}`, link, call, source: "events",
    direction: "incoming", startedAtMs, endedAtMs: startedAtMs + 1, durationMs: 1,
    endCause: "normalClearing", legs: [], marks: [], calling: { raw: `0612${number}` } };
}

async function load(folder: string): Promise<void> {
  const { log, book, keeper } = await openDurables(folder);
  let number = log.firstNumber;
  for (;;) {
    const batch = Array.from({ length: 20 }, (_, n) => number + BigInt(n));
    // Told before it is used: the reader must know of every number that may have been given out.
    writeSync(1, `given ${batch.at(-1) ?? number}\n`);
    for (const one of batch) log.append(eventOf(one));
    number += 20n;
    await Promise.all(batch.map(async (one) => {
      const added = await book.add(recordOf(one));
      if (added.ok) writeSync(1, `record ${one}\n`);
      const kept = await keeper.keep(link, Buffer.from(`line ${one}`));
      if (kept.ok) writeSync(1, `raw ${kept.value} line ${one}\n`);
    }));
    writeSync(1, `durable ${log.durable}\n`);
  }
}

const bigBytes = 1_000_000;
const smallBytes = 2_000;

/** The bytes of a segment that `feed` keeps: begins with its number, and no two are alike. */
export function fedSegment(number: number): Buffer {
  const bytes = Buffer.alloc(number % 10 === 0 ? bigBytes : smallBytes, `line ${number} `);
  bytes.writeUInt32BE(number, 0);
  return bytes;
}

/**
 * Keeps so many segments, a few at once, prints each that is durable, and ends: between them
 * enough bytes that LevelDB changes its log and writes tables, twice, with a start between.
 */
async function feed(folder: string): Promise<void> {
  let number = 0;
  for (let start = 0; start < 2; start += 1) {
    const { keeper, stop } = await openDurables(folder);
    const end = number + 50;
    await Promise.all([0, 1, 2].map(async () => {
      while (number < end) {
        const mine = number;
        number += 1;
        const kept = await keeper.keep(link, fedSegment(mine));
        if (!kept.ok) throw new Error(kept.fault.message);
        writeSync(1, `kept ${kept.value} ${mine}\n`);
      }
    }));
    await stop();
  }
}

const [, , action, folder] = process.argv;
if (action === "load" && folder !== undefined) await load(folder);
if (action === "feed" && folder !== undefined) await feed(folder);
