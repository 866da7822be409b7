import assert from "node:assert/strict";
import { ok, type Result } from "../base/result.js";
import { GroupWriter } from "./group-writer.js";

const bounds = { queueMax: 5, groupMax: 3, groupBytesMax: 100 };

function codes(results: readonly Result<unknown>[]): readonly string[] {
  return results.map((result) => result.ok ? "ok" : result.fault.code);
}

describe("GroupWriter", () => {
  it("groups by count and by bytes, keeps the order, refuses at queueMax", async () => {
    const groups: number[][] = [];
    const writer = new GroupWriter<number, number>(bounds, (items) => {
      groups.push([...items]);
      return Promise.resolve(items.map((item) => ok(item * 10)));
    });
    const results = await Promise.all([1, 2, 3, 4, 5, 6].map((item) => writer.submit(item, 10)));
    assert.deepEqual(codes(results), ["ok", "ok", "ok", "ok", "ok", "queue-full"]);
    assert.deepEqual(results.map((result) => result.ok ? result.value : 0),
      [10, 20, 30, 40, 50, 0]);
    assert.deepEqual(groups, [[1, 2, 3], [4, 5]]);
    groups.length = 0;
    await Promise.all([[1, 60], [2, 60], [3, 500], [4, 1]].map(
      ([item = 0, bytes = 0]) => writer.submit(item, bytes)));
    assert.deepEqual(groups, [[1], [2], [3], [4]], "one too large still goes, alone");
  });

  it("collects what arrives while a write is under way", async () => {
    const groups: string[][] = [];
    const held = Promise.withResolvers<undefined>();
    const writer = new GroupWriter<string, string>(bounds, async (items) => {
      groups.push([...items]);
      if (groups.length === 1) await held.promise;
      return items.map((item) => ok(item));
    });
    const first = writer.submit("a", 1);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    const later = ["b", "c"].map((item) => writer.submit(item, 1));
    held.resolve(undefined);
    assert.deepEqual(codes(await Promise.all([first, ...later])), ["ok", "ok", "ok"]);
    assert.deepEqual(groups, [["a"], ["b", "c"]]);
  });

  it("finishes what it took when it closes, and takes nothing more", async () => {
    const writer = new GroupWriter<number, number>(bounds,
      (items) => Promise.resolve(items.map((item) => ok(item))));
    const taken = writer.submit(1, 1);
    await writer.close();
    assert.deepEqual(codes([await taken, await writer.submit(2, 1)]), ["ok", "stopping"]);
  });

  it("refuses what waits when it is abandoned", async () => {
    const never = Promise.withResolvers<readonly Result<number>[]>();
    const writer = new GroupWriter<number, number>(bounds, () => never.promise);
    void writer.submit(1, 1);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    const waiting = writer.submit(2, 1);
    writer.abandon();
    assert.deepEqual(codes([await waiting]), ["stopping"]);
  });
});
