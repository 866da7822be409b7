import assert from "node:assert/strict";
import { afterSilence } from "./silence.js";
import { SimulatedWorld } from "./world-simulated.js";
import type { Clock } from "./world.js";

describe("silence", () => {
  it("lasts as long as asked, from the end of what waits, and ends by cancelling", async () => {
    const world = new SimulatedWorld(1);
    let waits = false;
    let ran = 0;
    const silence = (): { cancel(): void } => afterSilence(world.clock,
      { waiting: () => waits }, 1_000, "test", () => { ran += 1; });
    silence();
    await world.advance(999);
    assert.equal(ran, 0);
    await world.advance(1);
    assert.equal(ran, 1);
    waits = true;
    const held = silence();
    await world.advance(60_000);
    assert.equal(ran, 1);
    waits = false;
    await world.advance(1_000);
    assert.equal(ran, 2);
    held.cancel();
    for (const afterMs of [0, 600, 1_000]) {
      waits = afterMs === 1_000;
      const going = silence();
      await world.advance(afterMs);
      going.cancel();
    }
    await world.advance(60_000);
    assert.equal(ran, 2);
    assert.deepEqual(world.timersPending, []);
  });

  it("gives a process that stood still the time to be handed what came meanwhile", () => {
    // As Node has it: what is overdue runs first, then what has been received is handed over.
    const overdue: (() => void)[] = [];
    let ran = 0;
    const clock: Clock = { monotonicMs: () => 0, wall: () => new Date(0),
      after: (_ms, _name, run) => {
        overdue.push(run);
        return { cancel: () => { overdue.length = 0; } };
      } };
    const timer = afterSilence(clock, {}, 1_000, "test", () => { ran += 1; });
    for (const run of overdue.splice(0)) run();
    timer.cancel();
    for (const run of overdue.splice(0)) run();
    assert.equal(ran, 0);
  });
});
