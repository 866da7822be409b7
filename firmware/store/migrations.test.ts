import assert from "node:assert/strict";
import { MemoryLevel } from "memory-level";
import { fail, ok, type Result } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { diskKey, readText, textKey } from "./keys.js";
import { openStore } from "./leveldb-store.js";
import type { Migration } from "./migrations.js";
import { put, type Damage, type Keyspace, type Store } from "./store.js";

const world = new SimulatedWorld();

function must<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  return result.value;
}

function space(version: number): Keyspace<string, string> {
  return { name: "names", version, replicated: true, encodeKey: textKey, decodeKey: readText,
    encode: textKey, decode: (bytes) => ok(readText(bytes)) };
}

/** Stored examples of each version, and what the newest program must make of them. */
const stored = [["ada", "Lovelace"], ["bad", "?"], ["eve", ""], ["joe", "Bloggs"]] as const;
const steps: readonly Migration[] = [
  { space: "names", from: 1, step: (key, value) => {
    const text = readText(value);
    if (text === "?") return fail("store-damaged", "a name of one question mark");
    return ok(text === "" ? undefined : { key, value: textKey(JSON.stringify({ name: text })) });
  } },
  { space: "names", from: 2, step: (key, value) =>
    ok({ key: textKey(readText(key).toUpperCase()), value }) },
];

function memory(): MemoryLevel<Uint8Array, Uint8Array> {
  return new MemoryLevel({ keyEncoding: "view", valueEncoding: "view", storeEncoding: "view" });
}

async function opened(
  database: MemoryLevel<Uint8Array, Uint8Array>, version: number, migrations = steps,
  damages: Damage[] = [],
): Promise<Store> {
  const store = openStore({ database, world, epoch: 1, migrations, spaces: [space(version)] });
  store.onDamage((damage) => damages.push(damage));
  must(await store.start());
  return store;
}

async function filled(): Promise<MemoryLevel<Uint8Array, Uint8Array>> {
  const database = memory();
  const store = await opened(database, 1);
  must(await store.commit(stored.map(([key, value]) => put(space(1), key, value))));
  await store.stop(1_000);
  return database;
}

async function content(store: Store, version: number): Promise<(readonly [string, string])[]> {
  const found: (readonly [string, string])[] = [];
  for await (const pair of store.range(space(version), {})) found.push(pair);
  return found;
}

const migrated = [["ADA", '{"name":"Lovelace"}'], ["JOE", '{"name":"Bloggs"}']];

describe("migrations", () => {
  it("take stored values through every step, once", async () => {
    const database = await filled();
    const damages: Damage[] = [];
    const store = await opened(database, 3, steps, damages);
    assert.deepEqual(await content(store, 3), migrated);
    assert.deepEqual(damages.map(({ keyHex }) => keyHex).slice(0, 1),
      [Buffer.from("bad").toString("hex")], "what cannot be read is reported, not dropped");
    must(await store.commit([put(space(3), "NEW", "{}")]));
    await store.stop(1_000);
    const again = await opened(database, 3, []);
    assert.equal((await content(again, 3)).length, 3);
    const report = must(await again.scrub());
    assert.deepEqual(report.damages, [], "older entries do not contradict migrated values");
    await again.stop(1_000);
  });

  it("go on where they were interrupted", async () => {
    const database = await filled();
    const half = await opened(database, 3);
    await half.stop(1_000);
    await database.open();
    // As if the power had failed before the version was noted.
    await database.del(diskKey("meta", textKey("space/names")));
    const store = await opened(database, 3);
    assert.deepEqual(await content(store, 3), migrated);
    await store.stop(1_000);
  });

  it("refuse a missing step and a newer version, and leave everything as it was", async () => {
    const database = await filled();
    for (const [version, migrations, pattern] of [
      [4, steps, /no step to 4/], [0, steps, /newer version/],
    ] as const) {
      const store = openStore(
        { database, world, epoch: 1, migrations, spaces: [space(version)] });
      const refused = await store.start();
      assert.equal(refused.ok ? "" : refused.fault.code, "precondition");
      assert.match(refused.ok ? "" : refused.fault.message, pattern);
    }
    const store = await opened(database, 1);
    assert.deepEqual(await content(store, 1), stored);
    await store.stop(1_000);
  });
});
