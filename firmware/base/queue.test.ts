import assert from "node:assert/strict";
import { BoundedQueue } from "./queue.js";

describe("BoundedQueue", () => {
  it("refuses at its bound and delivers in order what it took", async () => {
    const queue = new BoundedQueue<number>(3);
    assert.deepEqual([1, 2, 3, 4].map((n) => queue.push(n)), [true, true, true, false]);
    queue.close();
    const got: number[] = [];
    for await (const item of queue) got.push(item);
    assert.deepEqual(got, [1, 2, 3]);
    assert.equal(queue.push(5), false);
  });

  it("wakes a waiting reader and survives thousands of items in order", async () => {
    const queue = new BoundedQueue<number>(10_000);
    const got: number[] = [];
    const reading = (async () => { for await (const item of queue) got.push(item); })();
    for (let n = 0; n < 5_000; n += 1) queue.push(n);
    queue.close();
    await reading;
    assert.deepEqual(got, Array.from({ length: 5_000 }, (_, n) => n));
  });
});
