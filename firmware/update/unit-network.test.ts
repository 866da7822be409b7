import assert from "node:assert/strict";
import { SimulatedWorld } from "../base/world-simulated.js";
import { SimulatedAppliance } from "./appliance-simulated.js";
import { noSettings } from "./network-settings.js";
import { answerMsMax, lookEveryMs, UnitNetwork } from "./unit-network.js";

const wished = { ...noSettings, hostName: "lyon" };

function rig() {
  const world = new SimulatedWorld();
  const unit = new SimulatedAppliance();
  const seen = { changes: 0 };
  const network = new UnitNetwork({ world, board: unit,
    addressesChanged: () => { seen.changes += 1; } });
  return { world, unit, network, seen };
}

describe("the unit's network", () => {
  it("has the servers told when its addresses change, and only then", async () => {
    const { world, unit, network, seen } = rig();
    await network.start();
    await world.advance(3 * lookEveryMs);
    assert.equal(seen.changes, 0);
    unit.addresses = ["192.0.2.8"];
    await world.advance(3 * lookEveryMs);
    assert.equal(seen.changes, 1);
    await network.stop();
    assert.deepEqual(world.timersPending, []);
  });

  it("says after a while that the unit has not answered, and asks again meanwhile", async () => {
    const { world, unit, network } = rig();
    unit.carriesOut = false;
    const asked = network.set(wished);
    await world.advance(answerMsMax + 1_000);
    const result = await asked;
    assert.equal(result.ok ? "" : result.fault.code, "deadline-passed");
    assert.ok(unit.asked.filter((each) => each === "network set").length > 1);
  });

  it("has one wish carried out after another", async () => {
    const { world, unit, network } = rig();
    const both = Promise.all([network.set(wished), network.set({ ...wished, hostName: "nice" })]);
    await world.advance(1_000);
    assert.ok((await both).every(({ ok }) => ok));
    assert.equal(unit.settings.hostName, "nice");
    assert.equal(unit.networkState.probation?.before.hostName, "");
  });
});
