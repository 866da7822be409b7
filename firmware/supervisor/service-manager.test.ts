import assert from "node:assert/strict";
import { SimulatedWorld } from "../base/world-simulated.js";
import { addressOf, tellServiceManager } from "./service-manager.js";

describe("service manager", () => {
  it("is told nothing where none listens", async () => {
    const world = new SimulatedWorld(1);
    assert.deepEqual(await tellServiceManager({ WATCHDOG_USEC: "1000000" }, world),
      { ok: true, value: undefined });
  });

  it("has its socket's address by path, ended by a zero, or by an abstract name", () => {
    assert.deepEqual([...addressOf("/run/a")], [1, 0, ...Buffer.from("/run/a"), 0]);
    assert.deepEqual([...addressOf("@abc")], [1, 0, 0, ...Buffer.from("abc")]);
    assert.throws(() => addressOf(`/${"x".repeat(107)}`), /too long/);
  });
});
