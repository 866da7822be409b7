import assert from "node:assert/strict";
import { HealthGate, patienceMs, steadyMs, type Signs } from "./health-gate.js";

const well: Signs = { linksUp: ["a", "b"], apiAnswers: true, storeOpen: true, restarts: 0 };

describe("the health gate", () => {
  it("passes when everything was well for a while, not before", () => {
    const gate = new HealthGate(["a", "b"], 0);
    assert.equal(gate.look(well, 0).name, "waiting");
    assert.equal(gate.look(well, steadyMs - 1).name, "waiting");
    assert.equal(gate.look(well, steadyMs).name, "passed");
  });

  it("says what it waits for, each by itself", () => {
    const gate = new HealthGate(["a", "c"], 0);
    assert.deepEqual(gate.look({ linksUp: ["a"], apiAnswers: false, storeOpen: false, restarts: 1 },
      1), { name: "waiting", reasons: ["link c is not up", "the API does not answer",
      "the store is not open", "a component had to be restarted"] });
  });

  it("begins anew after an interruption, a restart of a component among them", () => {
    const gate = new HealthGate(["a"], 0);
    gate.look(well, 0);
    assert.equal(gate.look({ ...well, linksUp: [] }, steadyMs - 1).name, "waiting");
    assert.equal(gate.look(well, steadyMs).name, "waiting");
    assert.equal(gate.look({ ...well, restarts: 1 }, steadyMs * 2 - 1).name, "waiting");
    assert.equal(gate.look({ ...well, restarts: 1 }, steadyMs * 2).name, "waiting");
    assert.equal(gate.look({ ...well, restarts: 1 }, steadyMs * 3).name, "passed");
  });

  it("loses patience, with the reasons", () => {
    const gate = new HealthGate(["c"], 0);
    assert.equal(gate.look(well, patienceMs - 1).name, "waiting");
    assert.deepEqual(gate.look(well, patienceMs),
      { name: "refused", reasons: ["link c is not up"] });
  });

  it("does not take a link that was down before for a fault", () => {
    const gate = new HealthGate([], 0);
    gate.look({ ...well, linksUp: [] }, 0);
    assert.equal(gate.look({ ...well, linksUp: [] }, steadyMs).name, "passed");
  });
});
