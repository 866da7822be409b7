import assert from "node:assert/strict";
import { Keys, typedBytesMost, type Typed } from "./keys.js";

/** Calls that end when the test lets them. */
function bench(): { readonly keys: Keys; readonly sent: string[]; next(): Promise<void> } {
  const sent: string[] = [];
  const waiting: (() => void)[] = [];
  const keys = new Keys(({ data, secret }: Typed) => {
    sent.push(`${secret ? "secret " : ""}${new TextDecoder().decode(data)}`);
    return new Promise((resolve) => { waiting.push(resolve); });
  });
  return { keys, sent, next: async () => {
    waiting.shift()?.();
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  } };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("keys", () => {
  it("go out in order, those that wait together", async () => {
    const { keys, sent, next } = bench();
    for (const key of "hello") keys.push(bytes(key));
    assert.deepEqual(sent, ["h"]);
    await next();
    assert.deepEqual(sent, ["h", "ello"]);
    await next();
    keys.push(bytes("!"));
    assert.deepEqual(sent, ["h", "ello", "!"]);
  });

  it("never mix with a hidden line", async () => {
    const { keys, sent, next } = bench();
    keys.push(bytes("a"));
    keys.push(bytes("b"));
    keys.push(bytes("pin\r"), true);
    keys.push(bytes("c"));
    keys.push(bytes("d"));
    for (let call = 0; call < 4; call += 1) await next();
    assert.deepEqual(sent, ["a", "b", "secret pin\r", "cd"]);
  });

  it("are cut where one call would be too long", async () => {
    const { keys, sent, next } = bench();
    keys.push(bytes("x".repeat(typedBytesMost + 1)));
    await next();
    assert.deepEqual(sent.map((text) => text.length), [typedBytesMost, 1]);
  });
});
