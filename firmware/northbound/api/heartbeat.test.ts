import assert from "node:assert/strict";
import { BoundedQueue } from "../../base/queue.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { silence, withHeartbeat } from "./heartbeat.js";

describe("heartbeat", () => {
  it("speaks after every silence and passes everything else on in order", async () => {
    const world = new SimulatedWorld();
    const queue = new BoundedQueue<number>(10);
    const got: (number | typeof silence)[] = [];
    const reading = (async () => {
      for await (const item of withHeartbeat(queue, world.clock, 15_000)) got.push(item);
    })();
    queue.push(1);
    await world.advance(14_999);
    queue.push(2);
    await world.advance(14_999);
    assert.deepEqual(got, [1, 2]);
    await world.advance(1);
    assert.deepEqual(got, [1, 2, silence]);
    await world.advance(30_000);
    assert.deepEqual(got, [1, 2, silence, silence, silence]);
    queue.push(3);
    queue.close();
    await reading;
    assert.equal(got.at(-1), 3);
    assert.deepEqual(world.timersPending, []);
  });

  it("releases its source when its reader stops, and passes failures on", async () => {
    const world = new SimulatedWorld();
    let returned = false;
    const source = { [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ value: 1, done: false as const }),
      return: () => { returned = true; return Promise.resolve({ value: 1, done: true as const }); },
    }) };
    for await (const item of withHeartbeat(source, world.clock, 15_000)) {
      assert.equal(item, 1);
      break;
    }
    assert.equal(returned, true);
    assert.deepEqual(world.timersPending, []);
    const failing = async function *() { yield 1; throw new Error("broken"); };
    await assert.rejects(async () => {
      for await (const item of withHeartbeat(failing(), world.clock, 15_000)) assert.equal(item, 1);
    }, /broken/);
  });
});
