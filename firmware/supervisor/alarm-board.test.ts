import assert from "node:assert/strict";
import { inLanguage } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { createAlarms, historyMax, standingMax } from "./alarm-board.js";
import type { AlarmView } from "./alarms.js";

describe("Alarms", () => {
  it("counts one alarm up, masks numbers, and keeps what has gone", async () => {
    const world = new SimulatedWorld();
    const alarms = createAlarms(world);
    const seen: AlarmView[] = [];
    const stop = alarms.watch((alarm) => seen.push(alarm));
    alarms.raise("link-down", "pbx-1", "refused");
    await world.advance(1_000);
    alarms.raise("link-down", "pbx-1", "caller +33612345678 lost");
    assert.equal(alarms.acknowledge("link-down/pbx-1", "ada")?.acknowledgedBy, "ada");
    const [standing] = alarms.list(false);
    assert.equal(standing?.count, 2);
    assert(!inLanguage(standing.detail, "fr").includes("12345"));
    alarms.clear("link-down", "pbx-1");
    alarms.clear("link-down", "pbx-1");
    assert.deepEqual(alarms.list(false), []);
    const [gone] = alarms.list(true);
    assert.equal((gone?.clearedAtMs ?? 0) - (gone?.raisedAtMs ?? 0), 1_000);
    assert.equal(seen.length, 4);
    stop();
    alarms.raise("link-down", "pbx-2", "x");
    assert.equal(seen.length, 4);
  });

  it("lists the worst first and stays within its bounds", () => {
    const alarms = createAlarms(new SimulatedWorld());
    alarms.raise("store-full", "store", "x");
    for (let n = 0; n < standingMax + historyMax + 10; n += 1) {
      alarms.raise("watcher-slow", `w${String(n)}`, "x");
    }
    const standing = alarms.list(false);
    assert.equal(standing.length, standingMax);
    assert.equal(standing[0]?.code, "store-full");
    assert.equal(alarms.list(true).length, standingMax + historyMax);
  });

  it("does not know an alarm that never was", () => {
    assert.equal(createAlarms(new SimulatedWorld()).acknowledge("x", "y"), undefined);
  });
});
