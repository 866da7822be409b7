/**
 * A process of its own for the store tests. `write FOLDER` commits and appends under load and
 * prints what was acknowledged, until it is killed; `open FOLDER` prints why it cannot open;
 * `rot FOLDER SEED` flips bits in table files again and again and prints how many were served.
 */

import assert from "node:assert/strict";
import { closeSync, openSync, readdirSync, readSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ok } from "../../firmware/base/result.js";
import type { Random } from "../../firmware/base/world.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import { readText, textKey } from "../../firmware/store/keys.js";
import { openStore } from "../../firmware/store/leveldb-store.js";
import { put, type Keyspace, type Store } from "../../firmware/store/store.js";

export const words: Keyspace<string, string> = {
  name: "words", version: 1, replicated: true,
  encodeKey: textKey, decodeKey: readText, encode: textKey, decode: (bytes) => ok(readText(bytes)),
};
export const lines: Keyspace<string, string> = { ...words, name: "lines" };

const writers = 32;
const rotRounds = 12;

export function valueOf(key: string): string {
  return `${key}:`.repeat(20);
}

async function write(folder: string): Promise<void> {
  const store = openStore({ folder, epoch: 1, world: nodeWorld(() => undefined, "error"),
    bounds: { journalKeepMax: 500 } });
  const started = await store.start();
  if (!started.ok) throw new Error(started.fault.message);
  let number = 0;
  await Promise.all(Array.from({ length: writers }, async (_, writer) => {
    for (;;) {
      number += 1;
      const key = `${process.pid}-${number}`;
      const result = writer % 2 === 0 ? await store.commit([put(words, key, valueOf(key))])
        : await store.append([put(lines, key, valueOf(key))]);
      if (!result.ok) throw new Error(result.fault.message);
      const space = writer % 2 === 0 ? "words" : "lines";
      writeSync(1, `${space} ${key} ${result.value ?? 0n}\n`);
    }
  }));
}

async function open(folder: string): Promise<void> {
  const store = openStore({ folder, epoch: 1, world: nodeWorld(() => undefined, "error") });
  const started = await store.start();
  writeSync(1, started.ok ? "opened" : `${started.fault.code}: ${started.fault.message}`);
  await store.stop(1_000);
}

/** In place, as a disk does it: LevelDB may have the file mapped. */
function flipBits(path: string, bits: readonly number[]): void {
  const file = openSync(path, "r+");
  const byte = new Uint8Array(1);
  for (const bit of bits) {
    readSync(file, byte, 0, 1, bit >> 3);
    byte[0] = (byte[0] ?? 0) ^ (1 << (bit & 7));
    writeSync(file, byte, 0, 1, bit >> 3);
  }
  closeSync(file);
}

/** The footer's end has bits that mean nothing. */
const footerBytes = 48;

/** Several bits in up to three tables; false when there is no table. */
function rotTables(folder: string, random: Random): boolean {
  const tables = readdirSync(folder).filter((name) => name.endsWith(".ldb"));
  for (let count = 1 + random.integer(3); count > 0 && tables.length > 0; count -= 1) {
    const name = tables.splice(random.integer(tables.length), 1)[0] ?? "";
    const path = join(folder, name);
    const bits = (statSync(path).size - footerBytes) * 8;
    flipBits(path, [...new Set(Array.from({ length: 1 + random.integer(6) },
      () => random.integer(bits)))]);
  }
  return readdirSync(folder).some((name) => name.endsWith(".ldb"));
}

async function rot(folder: string, seed: number): Promise<void> {
  const world = new SimulatedWorld(seed);
  const expected = new Set<string>();
  const made = (): Store => openStore({ folder, world, epoch: 1, bounds: { reserveBytes: 0 } });
  let store = made();
  assert.ok((await store.start()).ok);
  for (let round = 0; round < rotRounds; round += 1) {
    await Promise.all(Array.from({ length: 400 }, async (_, n) => {
      const key = `${round}-${n}`;
      expected.add(key);
      const batch = [put(n % 2 === 0 ? words : lines, key, valueOf(key))];
      assert.ok((await (n % 2 === 0 ? store.commit(batch) : store.append(batch))).ok);
    }));
    // Half of the bits flip while the store is open, half while it is closed.
    const open = world.random.integer(2) === 0;
    if (!open) await store.stop(5_000);
    const rotten = rotTables(folder, world.random);
    if (!open) {
      store = made();
      assert.ok((await store.start()).ok);
    }
    const scrubbed = await store.scrub();
    assert.ok(scrubbed.ok, scrubbed.ok ? "" : scrubbed.fault.message);
    assert.equal(scrubbed.value.damages.length > 0, rotten, `round ${round}`);
    for (const space of [words, lines]) {
      for await (const [key, value] of store.range(space, { reverse: round % 2 === 0 })) {
        assert.ok(expected.has(key));
        assert.equal(value, valueOf(key));
      }
    }
  }
  let served = 0;
  for (const key of expected) {
    const number = Number(key.split("-")[1]);
    const found = await store.get(number % 2 === 0 ? words : lines, key);
    if (found.ok && found.value !== undefined) served += 1;
  }
  writeSync(1, `${served} of ${expected.size}`);
  await store.stop(5_000);
}

const [, , action, folder, seed] = process.argv;
if (action === "write" && folder !== undefined) await write(folder);
if (action === "open" && folder !== undefined) await open(folder);
if (action === "rot" && folder !== undefined) await rot(folder, Number(seed));
