import assert from "node:assert/strict";
import { HealthGate, patienceMs, steadyMs, type Signs } from "./health-gate.js";

const well: Signs = { linksUp: ["a", "b"], apiAnswers: true, storeOpen: true, restarts: 0,
  said: { a: 5 } };

describe("the health gate", () => {
  it("passes when everything was well for a while, not before", () => {
    const gate = new HealthGate({ links: ["a", "b"], steady: [] }, 0);
    assert.equal(gate.look(well, 0).name, "waiting");
    assert.equal(gate.look(well, steadyMs - 1).name, "waiting");
    assert.equal(gate.look(well, steadyMs).name, "passed");
  });

  it("says what it waits for, each by itself", () => {
    const gate = new HealthGate({ links: ["a", "c"], steady: [] }, 0);
    assert.deepEqual(gate.look({ linksUp: ["a"], said: {}, apiAnswers: false, storeOpen: false,
      restarts: 1 }, 1), { name: "waiting", reasons: ["link c is not up", "the API does not answer",
      "the store is not open", "a component had to be restarted"] });
  });

  it("begins anew after an interruption, a restart of a component among them", () => {
    const gate = new HealthGate({ links: ["a"], steady: [] }, 0);
    gate.look(well, 0);
    assert.equal(gate.look({ ...well, linksUp: [] }, steadyMs - 1).name, "waiting");
    assert.equal(gate.look(well, steadyMs).name, "waiting");
    assert.equal(gate.look({ ...well, restarts: 1 }, steadyMs * 2 - 1).name, "waiting");
    assert.equal(gate.look({ ...well, restarts: 1 }, steadyMs * 2).name, "waiting");
    assert.equal(gate.look({ ...well, restarts: 1 }, steadyMs * 3).name, "passed");
  });

  it("loses patience, with the reasons", () => {
    const gate = new HealthGate({ links: ["c"], steady: [] }, 0);
    assert.equal(gate.look(well, patienceMs - 1).name, "waiting");
    assert.deepEqual(gate.look(well, patienceMs),
      { name: "refused", reasons: ["link c is not up"] });
  });

  it("does not take a link that was down before for a fault", () => {
    const gate = new HealthGate({ links: [], steady: [] }, 0);
    gate.look({ ...well, linksUp: [] }, 0);
    assert.equal(gate.look({ ...well, linksUp: [] }, steadyMs).name, "passed");
  });

  it("waits for a call or record of who spoke all the time, and gives up where none comes", () => {
    const before = { links: ["a", "b"], steady: ["a", "b"] };
    const gate = new HealthGate(before, 0);
    const silent = ["link b has told no call and no record yet"];
    assert.deepEqual(gate.look(well, steadyMs * 2), { name: "waiting", reasons: silent });
    const spoken = { ...well, said: { a: 5, b: 1 } };
    assert.equal(gate.look(spoken, steadyMs * 3).name, "waiting");
    assert.equal(gate.look(spoken, steadyMs * 4).name, "passed");
    assert.deepEqual(new HealthGate(before, 0).look(well, patienceMs),
      { name: "refused", reasons: silent });
  });
});
