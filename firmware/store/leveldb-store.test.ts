import assert from "node:assert/strict";
import { MemoryLevel } from "memory-level";
import { ok, type Result } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { readBackup, verifyBackup } from "./backup.js";
import type { Database } from "./database.js";
import { diskKey, readText, readU64, textKey, u64Key } from "./keys.js";
import { openStore } from "./leveldb-store.js";
import type { StoreOptions } from "./store-options.js";
import { put, remove, type Damage, type Entry, type Keyspace, type Store } from "./store.js";

const words: Keyspace<string, string> = {
  name: "words", version: 1, replicated: true,
  encodeKey: textKey, decodeKey: readText,
  encode: textKey, decode: (bytes) => ok(readText(bytes)),
};
const numbers: Keyspace<bigint, string> = {
  ...words, name: "numbers", encodeKey: u64Key, decodeKey: (bytes) => readU64(bytes),
};

function memory(): MemoryLevel<Uint8Array, Uint8Array> {
  return new MemoryLevel({ keyEncoding: "view", valueEncoding: "view", storeEncoding: "view" });
}

interface Opened {
  readonly store: Store;
  readonly database: Database;
  readonly world: SimulatedWorld;
  readonly damages: Damage[];
}

async function opened(more: Partial<StoreOptions> = {}): Promise<Opened> {
  const world = new SimulatedWorld();
  const database = more.database ?? memory();
  const store = openStore({ world, epoch: 1, ...more, database });
  const damages: Damage[] = [];
  store.onDamage((damage) => damages.push(damage));
  must(await store.start());
  return { store, database, world, damages };
}

function must<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  return result.value;
}

function codeOf(result: Result<unknown>): string {
  return result.ok ? "ok" : result.fault.code;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function flip(database: Database, key: Uint8Array, at: number): Promise<void> {
  const value = await database.get(key);
  assert.ok(value);
  const changed = Uint8Array.from(value);
  changed[at] = (changed[at] ?? 0) ^ 0x10;
  await database.put(key, changed);
}

async function* of(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
}

describe("LeveldbStore", () => {
  it("gives back what was committed, in key order, within its keyspace only", async () => {
    const { store } = await opened();
    const position = must(await store.commit([
      put(words, "b", "two"), put(words, "a", "one"), put(numbers, 256n, "x"), put(words, "c", "3"),
    ]));
    assert.equal(position, 1n);
    must(await store.commit([remove(words, "c"), put(numbers, 255n, "w")]));
    assert.equal(must(await store.get(words, "a")), "one");
    assert.equal(must(await store.get(words, "c")), undefined);
    assert.deepEqual(await all(store.range(words, {})), [["a", "one"], ["b", "two"]]);
    assert.deepEqual(await all(store.range(numbers, { reverse: true })),
      [[256n, "x"], [255n, "w"]]);
    assert.deepEqual(await all(store.range(words, { gt: "a" })), [["b", "two"]]);
    assert.deepEqual(await all(store.range(words, { lte: "a" })), [["a", "one"]]);
    assert.deepEqual(await all(store.range(words, { limit: 1 })), [["a", "one"]]);
    assert.deepEqual(await all(store.range(words, { gte: "b", lt: "b" })), []);
    await store.stop(1_000);
  });

  it("writes what arrives meanwhile as one group, and refuses at commitQueueMax", async () => {
    const database = memory();
    const sizes: number[] = [];
    const batch = database.batch.bind(database);
    database.batch = ((operations: never[], options: object) => {
      sizes.push(operations.length);
      return batch(operations, options);
    }) as unknown as typeof database.batch;
    const { store } = await opened({ database, bounds: { commitQueueMax: 5, groupMax: 100 } });
    sizes.length = 0;
    const results = await Promise.all(["a", "b", "c", "d", "e", "f", "g"].map((key) =>
      store.commit([put(words, key, key)])));
    assert.deepEqual(results.map(codeOf),
      ["ok", "ok", "ok", "ok", "ok", "queue-full", "queue-full"]);
    assert.deepEqual(results.map((result) => result.ok ? result.value : 0n),
      [1n, 2n, 3n, 4n, 5n, 0n, 0n]);
    assert.deepEqual(sizes, [10], "five values and five entries in one write");
    await store.stop(1_000);
  });

  it("refuses a batch above batchBytesMax, a reserved keyspace, both ways of writing", async () => {
    const { store } = await opened({ bounds: { batchBytesMax: 100 } });
    assert.equal(codeOf(await store.commit([put(words, "k", "x".repeat(200))])),
      "argument-invalid");
    assert.equal(codeOf(await store.commit([put({ ...words, name: "meta" }, "head", "")])),
      "argument-invalid");
    must(await store.append([put(words, "k", "v")]));
    assert.equal(codeOf(await store.commit([put(words, "k", "v")])), "precondition");
    await store.stop(1_000);
    assert.equal(codeOf(await store.append([put(words, "k", "v")])), "store-unavailable");
  });

  it("never serves a flipped bit, wherever it is, and reports it", async () => {
    const { store, database, damages, world } = await opened();
    must(await store.commit([put(words, "a", "one"), put(words, "b", "two")]));
    const key = diskKey("words", textKey("a"));
    const sealed = await database.get(key);
    assert.ok(sealed);
    for (let at = 0; at < sealed.length; at += 1) {
      await flip(database, key, at);
      assert.equal(codeOf(await store.get(words, "a")), "store-damaged", `byte ${at}`);
      assert.deepEqual(await all(store.range(words, {})), [["b", "two"]]);
      await flip(database, key, at);
    }
    assert.equal(damages.length, sealed.length * 2);
    assert.deepEqual(damages[0]?.keyHex, "61");
    assert.equal(store.health.status, "degraded");
    assert.equal(world.logged.filter(({ name }) => name === "store.damage").length, 1,
      "the log is told of each place once");
    assert.equal(must(await store.get(words, "a")), "one");
    let whole = 0;
    store.onWhole(() => { whole += 1; });
    must(await store.scrub());
    assert.equal(whole, 1);
    assert.equal(store.health.status, "ok", "a scrub has seen that all is well again");
    await store.stop(1_000);
  });

  it("finds a value that was swapped to another key", async () => {
    const { store, database } = await opened();
    must(await store.commit([put(words, "a", "one"), put(words, "b", "two")]));
    const value = await database.get(diskKey("words", textKey("b")));
    assert.ok(value);
    await database.put(diskKey("words", textKey("a")), value);
    assert.equal(codeOf(await store.get(words, "a")), "store-damaged");
    await store.stop(1_000);
  });

  it("continues the chain after a restart and lets a standby follow it", async () => {
    const first = await opened();
    must(await first.store.commit([put(words, "a", "one")]));
    must(await first.store.commit([put(words, "b", "two"), remove(words, "a")]));
    await first.store.stop(1_000);
    const again = await opened({ database: first.database, epoch: 2 });
    assert.equal(must(await again.store.commit([put(words, "c", "three")])), 3n);
    const entries = await all(again.store.journalFrom(1n));
    assert.deepEqual(entries.map((entry) => [entry.position, entry.epoch]),
      [[1n, 1], [2n, 1], [3n, 2]]);

    const standby = await opened({ epoch: 2 });
    for (const entry of entries) must(await standby.store.applyEntry(entry));
    assert.deepEqual(await all(standby.store.range(words, {})), [["b", "two"], ["c", "three"]]);
    const [, second, third] = entries as [Entry, Entry, Entry];
    assert.equal(codeOf(await standby.store.applyEntry(second)), "precondition", "a repetition");
    const next = { ...third, position: 4n };
    assert.equal(codeOf(await standby.store.applyEntry(next)), "store-damaged", "a wrong hash");
    assert.equal(codeOf(await standby.store.applyEntry({ ...next, epoch: 1 })), "precondition");
    await again.store.stop(1_000);
    await standby.store.stop(1_000);
  });

  it("refuses to open with an epoch older than the journal's", async () => {
    const first = await opened({ epoch: 7 });
    must(await first.store.commit([put(words, "a", "one")]));
    await first.store.stop(1_000);
    const store = openStore({ world: first.world, database: first.database, epoch: 6 });
    assert.equal(codeOf(await store.start()), "precondition");
  });

  it("keeps journalKeepMax entries and still proves the chain", async () => {
    const { store, database, damages } = await opened({ bounds: { journalKeepMax: 100 } });
    for (let round = 0; round < 100; round += 1) {
      await Promise.all(Array.from({ length: 10 }, (_, n) =>
        store.commit([put(words, `k${n}`, `${round}`)]).then(must)));
    }
    const kept = await all(store.journalFrom(0n));
    assert.ok(kept.length >= 100 && kept.length < 100 + 256 + 20, `${kept.length} kept`);
    const report = must(await store.scrub());
    assert.deepEqual(report.damages, []);
    assert.equal(report.entriesChecked, kept.length);
    await store.stop(1_000);
    const again = await opened({ database });
    assert.deepEqual(again.damages, []);
    assert.deepEqual(damages, []);
    assert.equal(must(await again.store.commit([put(words, "k", "v")])), 1_001n);
    await again.store.stop(1_000);
  });

  it("scrub finds damage, a lost value, a changed entry and a broken chain", async () => {
    const { store, database } = await opened();
    for (const key of ["a", "b", "c", "d"]) must(await store.commit([put(words, key, key)]));
    assert.deepEqual(must(await store.scrub()).damages, []);
    await flip(database, diskKey("words", textKey("a")), 6);
    await database.del(diskKey("words", textKey("b")));
    await database.del(diskKey("journal", u64Key(2n)));
    const progress: number[] = [];
    const report = must(await store.scrub((checked) => progress.push(checked)));
    assert.deepEqual(report.damages.map((damage) => damage.space).sort(), ["journal", "words"]);
    assert.equal(progress.at(-1), report.valuesChecked);
    await flip(database, diskKey("journal", u64Key(3n)), 60);
    const lost = must(await store.scrub());
    assert.equal(lost.damages.filter((damage) => damage.space === "journal").length, 2);
    await database.del(diskKey("words", textKey("d")));
    assert.ok(must(await store.scrub()).damages.some(({ problem }) => /not there/.test(problem)));
    await store.stop(1_000);
  });

  it("starts with a damaged head record, tells of entries lost from the end", async () => {
    const first = await opened();
    must(await first.store.commit([put(words, "a", "one")]));
    must(await first.store.commit([put(words, "b", "two")]));
    await first.store.stop(1_000);
    await first.database.open();
    await flip(first.database, diskKey("meta", textKey("head")), 9);
    const again = await opened({ database: first.database });
    assert.equal(again.damages[0]?.space, "meta");
    assert.equal(must(await again.store.commit([put(words, "c", "three")])), 3n);
    await again.store.stop(1_000);
    await first.database.open();
    await first.database.del(diskKey("journal", u64Key(3n)));
    const shorter = await opened({ database: first.database });
    assert.match(shorter.damages[0]?.problem ?? "", /entries were lost/);
    assert.equal(must(await shorter.store.size()).headPosition, 3n);
    await shorter.store.stop(1_000);
  });

  it("refuses to start when a journal of other content stands where the head was", async () => {
    const [one, other] = [await opened(), await opened()];
    must(await one.store.commit([put(words, "a", "one")]));
    must(await other.store.commit([put(words, "a", "another")]));
    await one.store.stop(1_000);
    await other.store.stop(1_000);
    const key = diskKey("journal", u64Key(1n));
    await one.database.open();
    await other.database.open();
    const foreign = await other.database.get(key);
    assert.ok(foreign);
    await one.database.put(key, foreign);
    const refused = await openStore(
      { world: one.world, database: one.database, epoch: 1 }).start();
    assert.equal(codeOf(refused), "store-damaged");
    assert.match(refused.ok ? "" : refused.fault.message, /restore a backup/);
  });

  it("refuses a store of a newer format and of a newer keyspace", async () => {
    const first = await opened({ spaces: [{ name: "words", version: 2 }] });
    must(await first.store.commit([put(words, "a", "one")]));
    await first.store.stop(1_000);
    const older = openStore({ world: first.world, database: first.database, epoch: 1,
      spaces: [{ name: "words", version: 1 }] });
    const refused = await older.start();
    assert.match(refused.ok ? "" : refused.fault.message, /newer version .*backup/);
  });

  it("reports a failed write once, keeps reading, and tells of the recovery", async () => {
    const database = memory();
    const batch = database.batch.bind(database);
    let broken: string | undefined;
    database.batch = ((operations: never[], options: object) =>
      broken === undefined ? batch(operations, options)
        : Promise.reject(new Error(broken))) as unknown as typeof database.batch;
    const { store } = await opened({ database });
    must(await store.commit([put(words, "a", "one")]));
    const told: string[] = [];
    store.onWriteFailure((full) => told.push(full ? "full" : "failed"));
    store.onWriteRecovered(() => told.push("recovered"));
    broken = "IO error: /data/000003.log: No space left on device";
    assert.equal(codeOf(await store.commit([put(words, "b", "two")])), "store-full");
    assert.equal(codeOf(await store.append([put(numbers, 1n, "n")])), "store-full");
    assert.equal(must(await store.get(words, "a")), "one");
    assert.equal(store.health.status, "degraded");
    broken = undefined;
    assert.equal(must(await store.commit([put(words, "b", "two")])), 2n);
    assert.deepEqual(told, ["full", "recovered"]);
    assert.equal(store.health.status, "ok");
    assert.deepEqual(must(await store.scrub()).damages, []);
    await store.stop(1_000);
  });

  it("ends a reader, without crying damage, when it stops", async () => {
    const { store, damages } = await opened();
    for (let n = 0; n < 10; n += 1) {
      must(await store.commit(Array.from({ length: 100 }, (_, m) => put(words, `${n}-${m}`, "v"))));
    }
    let read = 0;
    for await (const [key] of store.range(words, {})) {
      assert.ok(key.length > 0);
      read += 1;
      if (read === 5) await store.stop(1_000);
    }
    assert.ok(read < 1_000);
    assert.deepEqual(damages, []);
  });

  it("makes a backup that is whole, and refuses every cut and every flipped byte", async () => {
    const { store } = await opened();
    for (let n = 0; n < 50; n += 1) must(await store.commit([put(words, `k${n}`, `v${n}`)]));
    const bytes = Buffer.concat(await all(store.backup()));
    const pairs: number[] = [];
    const summary = must(await readBackup(of(bytes), (key) => { pairs.push(key.length); }));
    assert.equal(summary.headPosition, 50n);
    assert.equal(summary.values, pairs.length);
    assert.equal(summary.bytes, bytes.length);
    for (let cut = 0; cut < bytes.length; cut += 97) {
      assert.equal((await verifyBackup(of(bytes.subarray(0, cut)))).ok, false, `cut at ${cut}`);
    }
    for (let at = 0; at < bytes.length; at += 101) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal((await verifyBackup(of(changed))).ok, false, `flipped at ${at}`);
    }
    assert.equal((await verifyBackup(of(Buffer.concat([bytes, Buffer.from("x")])))).ok, false);
    await store.stop(1_000);
  });
});
