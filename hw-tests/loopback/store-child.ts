/**
 * A process of its own for the store tests. `write FOLDER` commits and appends under load and
 * prints what was acknowledged, until it is killed; `open FOLDER` prints why it cannot open.
 */

import { writeSync } from "node:fs";
import { ok } from "../../firmware/base/result.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { readText, textKey } from "../../firmware/store/keys.js";
import { openStore } from "../../firmware/store/leveldb-store.js";
import { put, type Keyspace } from "../../firmware/store/store.js";

export const words: Keyspace<string, string> = {
  name: "words", version: 1, replicated: true,
  encodeKey: textKey, decodeKey: readText, encode: textKey, decode: (bytes) => ok(readText(bytes)),
};
export const lines: Keyspace<string, string> = { ...words, name: "lines" };

const writers = 32;

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

const [, , action, folder] = process.argv;
if (action === "write" && folder !== undefined) await write(folder);
if (action === "open" && folder !== undefined) await open(folder);
