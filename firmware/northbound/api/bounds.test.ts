import assert from "node:assert/strict";
import fc from "fast-check";
import { changedKeysMax, ChangedKeys } from "./changed-keys.js";
import { Chunker } from "./chunks.js";
import { Fields, textLengthMax } from "./fields.js";
import { languageOf } from "./language.js";
import { duration, timestamp } from "./time-message.js";
import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";

async function gather<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("changed keys", () => {
  it("says each name once until it was read, and forgets the oldest beyond its bound", async () => {
    const keys = new ChangedKeys();
    for (const key of ["a", "b", "a"]) keys.add(key);
    assert.equal(keys.length, 2);
    for (let n = 0; n < changedKeysMax - 1; n += 1) keys.add(`k${n}`);
    assert.equal(keys.length, changedKeysMax);
    keys.close();
    const got = await gather(keys);
    assert.deepEqual([got[0], got.length], ["b", changedKeysMax]);
    keys.add("late");
    assert.equal(keys.length, 0);
  });

  it("wakes a reader that waits", async () => {
    const keys = new ChangedKeys();
    const reading = gather(keys);
    await Promise.resolve();
    keys.add("a");
    await Promise.resolve();
    keys.close();
    assert.deepEqual(await reading, ["a"]);
  });
});

describe("chunks", () => {
  it("keep all bytes in order, each chunk full but the last", () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (parts) => {
      const chunker = new Chunker(16);
      const chunks = parts.flatMap((part) => [...chunker.push(part)]);
      assert.ok(chunks.every((chunk) => chunk.length === 16));
      const rest = chunker.end();
      assert.ok(rest === undefined || rest.length < 16 && rest.length > 0);
      assert.deepEqual(Buffer.concat([...chunks, rest ?? new Uint8Array()]),
        Buffer.concat(parts));
    }));
  });
});

describe("fields", () => {
  it("takes texts up to the bound, and counts within theirs", () => {
    const fields = new Fields();
    fields.required("a", "x".repeat(textLengthMax));
    assert.deepEqual([fields.count("n", 0, 10, 20), fields.count("n", 20, 10, 20)], [10, 20]);
    assert.ok(fields.result().ok);
    fields.required("b", "x".repeat(textLengthMax + 1));
    fields.count("n", 21, 10, 20);
    const result = fields.result();
    assert.deepEqual(result.ok ? [] : result.fault.fields, [
      { path: "b", message: `expected at most ${textLengthMax} characters, found ${
        textLengthMax + 1}` }, { path: "n", message: "expected at most 20, found 21" }]);
  });
});

describe("language", () => {
  it("follows the weights of Accept-Language", () => {
    assert.equal(languageOf("fr-FR,fr;q=0.9,en;q=0.8"), "fr");
    assert.equal(languageOf("de, en;q=0.3, fr;q=0.7"), "fr");
    assert.equal(languageOf("fr;q=0, en-GB"), "en");
    assert.equal(languageOf("de, *"), undefined);
    assert.equal(languageOf(undefined), undefined);
  });
});

describe("times", () => {
  it("have an encoding whatever the fraction, before and after 1970", () => {
    fc.assert(fc.property(fc.double({ min: -1e12, max: 4e12, noNaN: true }), (ms) => {
      const message = timestamp(ms);
      assert.ok(Number.isInteger(message.nanos) && message.nanos >= 0 && message.nanos < 1e9);
      assert.ok(Math.abs(timestampMs(message) - ms) < 1);
      const length = duration(ms);
      assert.ok(Number.isInteger(length.nanos) && length.nanos >= 0 && length.nanos < 1e9);
      assert.ok(Math.abs(durationMs(length) - Math.max(0, ms)) < 1);
    }));
  });
});
