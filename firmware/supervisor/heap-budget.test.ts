import assert from "node:assert/strict";
import { growthPercent, roomMax, roomMin } from "./heap-budget.js";

/** Bytes at which a heap is collected that looks so. */
function limit(...looks: readonly number[]): number {
  return Math.min(...looks) * (1 + growthPercent(looks) / 100);
}

describe("heap-budget", () => {
  it("gives the least room to a heap at rest, and to one that was only collected", () => {
    for (const looks of [[30e6], [30e6, 30e6], [37e6, 30e6, 30.1e6]]) {
      assert(Math.abs(limit(...looks) - 30e6 - roomMin) < 0.3e6, String(looks));
    }
  });

  it("gives four seconds' worth of what grows in it, up to a bound", () => {
    assert(Math.abs(limit(36e6, 28e6, 31e6, 34e6, 29e6) - 28e6 - 12e6) < 0.3e6);
    assert(Math.abs(limit(30e6, 60e6, 90e6) - 30e6 - roomMax) < 0.3e6);
  });

  it("gives nothing for a spurt of a second", () => {
    assert(Math.abs(limit(30e6, 60e6, 61e6) - 30e6 - roomMin) < 0.3e6);
  });

  it("lets a very small heap grow by no more than its own size and a half", () => {
    assert.equal(limit(1e6), 2.5e6);
    assert.equal(growthPercent([100e6]), 15);
  });
});
