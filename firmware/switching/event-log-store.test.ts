import assert from "node:assert/strict";
import { MemoryLevel } from "memory-level";
import { fail, type Result } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { callId, deviceId, linkId } from "../model/identifiers.js";
import { openStore } from "../store/leveldb-store.js";
import type { Database } from "../store/database.js";
import { diskKey, u64Key } from "../store/keys.js";
import type { Store } from "../store/store.js";
import { crashJump } from "./event-log.js";
import { events } from "./event-log-keyspaces.js";
import { StoredEventLog, type EventLogBounds, type EventRetention, gatherMs }
  from "./event-log-store.js";
import type { NumberedEvent } from "./switch.js";

const world = new SimulatedWorld();

function must<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  return result.value;
}

function numbered(number: bigint, atMs = world.clock.wall().getTime()): NumberedEvent {
  const device = deviceId("2001");
  return {
    number, atMs, direction: "incoming", healed: false, parties: [device],
    numbers: [{ raw: "0612345678", e164: "+33612345678", kind: "external" }],
    event: {
      type: "delivered", link: linkId("pbx"), cause: "newCall", receivedAtMs: 12.5,
      connection: { call: callId("c1"), device }, alertingDevice: { device, name: "Zoé" },
    },
  };
}

function memory(): Database {
  return new MemoryLevel<Uint8Array, Uint8Array>(
    { keyEncoding: "view", valueEncoding: "view", storeEncoding: "view" });
}

/** What was appended has been gathered and written. */
async function settled(): Promise<void> {
  await world.advance(gatherMs);
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Opened { readonly log: StoredEventLog; readonly store: Store }

async function opened(
  database: Database, bounds: Partial<EventLogBounds> = {},
  retention: EventRetention = { ageMsMax: 1e12, countMax: 1e9 },
): Promise<Opened> {
  const store = openStore({ database, world, epoch: 1 });
  must(await store.start());
  const log = new StoredEventLog({ store, world, retention: () => retention, bounds });
  must(await log.start());
  return { log, store };
}

async function closed({ log, store }: Opened): Promise<void> {
  await log.stop(1_000);
  await store.stop(1_000);
}

async function numbersAfter(log: StoredEventLog, number: bigint): Promise<bigint[]> {
  return must(await log.readAfter(number, 10_000)).map((entry) => entry.number);
}

describe("StoredEventLog", () => {
  it("gives back exactly what was appended, and goes on after a clean stop", async () => {
    const database = memory();
    const first = await opened(database);
    assert.equal(first.log.firstNumber, 1n);
    assert.equal(first.log.oldest, undefined);
    const entries = [1n, 2n, 3n].map((number) => numbered(number));
    for (const entry of entries) first.log.append(entry);
    await settled();
    assert.equal(first.log.durable, 3n);
    assert.deepEqual(must(await first.log.readAfter(0n, 10)), entries);
    assert.deepEqual(await numbersAfter(first.log, 2n), [3n]);
    first.log.append(numbered(4n));
    await closed(first);
    const again = await opened(database);
    assert.equal(again.log.firstNumber, 5n);
    assert.equal(again.log.oldest, 1n);
    assert.deepEqual(["kept", "kept", "kept", "lost"],
      [0n, 3n, 4n, 5n].map((number) => again.log.position(number)));
    await closed(again);
  });

  it("jumps after a stop that was not clean, and knows the skipped numbers", async () => {
    const database = memory();
    const first = await opened(database);
    for (const number of [1n, 2n, 3n]) first.log.append(numbered(number));
    await settled();
    await first.store.stop(1_000);
    const second = await opened(database);
    const jumped = 3n + crashJump;
    assert.equal(second.log.firstNumber, jumped);
    assert.deepEqual([2n, 3n, 4n, jumped - 2n, jumped - 1n, jumped].map(
      (number) => second.log.position(number)), ["kept", "kept", "lost", "lost", "kept", "lost"]);
    await second.store.stop(1_000);
    const third = await opened(database);
    assert.equal(third.log.firstNumber, jumped - 1n + crashJump);
    third.log.append(numbered(third.log.firstNumber));
    await settled();
    assert.deepEqual(await numbersAfter(third.log, 2n), [3n, third.log.firstNumber]);
    assert.equal(third.log.position(jumped - 1n), "kept");
    await closed(third);
    await closed(first);
    await closed(second);
  });

  it("refuses at queueMax, remembers the gap over a restart, and recovers", async () => {
    const database = memory();
    const found = await opened(database, { queueMax: 4, batchMax: 100 });
    const { log, store } = found;
    const write = store.append.bind(store);
    store.append = () => Promise.resolve(fail("store-full", "full"));
    for (let number = 1n; number <= 7n; number += 1n) log.append(numbered(number));
    await settled();
    assert.equal(log.refusals, 3);
    assert.equal(log.queueLength, 4);
    assert.equal(log.health.status, "degraded");
    assert.deepEqual([5n, 6n, 7n].map((number) => log.position(number)), ["lost", "lost", "kept"]);
    store.append = write;
    await world.advance(1_000);
    await settled();
    assert.equal(log.durable, 4n);
    log.append(numbered(8n));
    await settled();
    assert.equal(log.health.status, "ok");
    assert.deepEqual(await numbersAfter(log, 0n), [1n, 2n, 3n, 4n, 8n]);
    assert.deepEqual([1n, 4n, 6n, 7n].map((number) => log.position(number)),
      ["lost", "lost", "lost", "kept"]);
    await closed(found);
    const again = await opened(database);
    assert.deepEqual([4n, 7n].map((number) => again.log.position(number)), ["lost", "kept"]);
    assert.equal(again.log.firstNumber, 9n);
    await closed(again);
  });

  it("prunes by count and by age, and says expired", async () => {
    const retention = { ageMsMax: 1e12, countMax: 10 };
    const found = await opened(memory(), {}, retention);
    const { log } = found;
    for (let number = 1n; number <= 30n; number += 1n) log.append(numbered(number));
    await settled();
    assert.equal(must(await log.prune()), 20);
    assert.equal(log.oldest, 21n);
    assert.deepEqual([19n, 20n].map((number) => log.position(number)), ["expired", "kept"]);
    assert.equal((await log.readAfter(3n, 10)).ok, false);
    retention.ageMsMax = 60_000;
    await world.advance(30_000);
    log.append(numbered(31n));
    log.append(numbered(32n));
    await settled();
    await world.advance(45_000);
    await settled();
    assert.equal(log.oldest, 31n, "the plan runs each minute");
    await world.advance(3_600_000);
    await settled();
    assert.equal(log.oldest, 32n, "the newest stays, so that no number is used twice");
    await closed(found);
  });

  it("merges gaps above gapsMax and never calls a lost number kept", async () => {
    const database = memory();
    let last = 0n;
    for (let round = 0; round < 6; round += 1) {
      const { log, store } = await opened(database, { gapsMax: 3 });
      last = log.firstNumber;
      log.append(numbered(last));
      await settled();
      await store.stop(1_000);
      await log.stop(1_000);
    }
    const found = await opened(database, { gapsMax: 3 });
    assert.equal(found.log.position(0n), "lost");
    assert.equal(found.log.position(last), "kept");
    assert.deepEqual(await numbersAfter(found.log, last - 1n), [last]);
    await closed(found);
  });

  it("does not serve a damaged event, and says so", async () => {
    const database = memory();
    const found = await opened(database);
    for (let number = 1n; number <= 5n; number += 1n) found.log.append(numbered(number));
    await settled();
    const key = diskKey(events.name, u64Key(3n));
    const value = await database.get(key);
    assert.ok(value);
    const changed = Uint8Array.from(value);
    changed[40] = (changed[40] ?? 0) ^ 1;
    await database.put(key, changed);
    const read = await found.log.readAfter(0n, 10);
    assert.equal(read.ok ? "" : read.fault.code, "store-damaged");
    assert.equal(found.log.position(1n), "lost");
    assert.deepEqual(await numbersAfter(found.log, 3n), [4n, 5n]);
    await closed(found);
  });
});
