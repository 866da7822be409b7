import assert from "node:assert/strict";
import { answers, benchLink, calls, clears, on, party, rings, switchBench, type SwitchBench }
  from "./switch-bench.js";
import { callId, deviceId } from "../model/identifiers.js";

const caller = "+33612345678";

/** An outside caller speaks with 201, who holds the call and consults 203. */
async function consultation(answered: boolean): Promise<SwitchBench> {
  const b = switchBench();
  b.say({ type: "networkReached", connection: on("C1", caller),
    networkInterfaceUsed: deviceId("trunk-1"), callingDevice: party(caller) });
  rings(b, "C1", "201", caller);
  answers(b, "C1", "201");
  await b.world.advance(1_000);
  b.say({ type: "held", connection: on("C1", "201"), holdingDevice: party("201"),
    cause: "consultation" });
  b.say({ type: "originated", connection: on("C2", "201"), callingDevice: party("201"),
    calledDevice: party("203"), cause: "consultation" });
  rings(b, "C2", "203", "201");
  if (answered) answers(b, "C2", "203");
  return b;
}

function transfer(b: SwitchBench, survivor: string): void {
  b.say({ type: "transferred", cause: "transfer", primaryOldCall: on("C1", "201"),
    secondaryOldCall: on("C2", "201"), transferringDevice: party("201"),
    transferredToDevice: party("203"), connections: [
      { newConnection: on(survivor, caller), oldConnection: on("C1", caller) },
      { newConnection: on(survivor, "203"), oldConnection: on("C2", "203") },
    ] });
}

describe("Transferred: exactly one call lives on", () => {
  for (const [variant, survivor] of [["the first name kept", "C1"], ["the second name kept", "C2"],
    ["a new name", "C3"]] as const) {
    it(`${variant}, with states, caller and direction of the first call`, async () => {
      const b = await consultation(true);
      transfer(b, survivor);
      assert.deepEqual(b.sw.calls().map((view) => view.call), [survivor]);
      assert.deepEqual(b.states(survivor), { [caller]: "connected", 203: "connected" });
      const view = b.sw.call(benchLink, callId(survivor));
      assert.equal(view?.calling?.raw, caller);
      assert.equal(view?.direction, "incoming");
      assert.equal(b.sw.devices().find((device) => device.device === "201")?.calls, 0);
      assert.deepEqual(b.states("C1"), b.states(survivor));
      clears(b, survivor, "203");
      clears(b, survivor, caller);
      assert.deepEqual(b.sw.calls(), []);
      await b.world.settle();
      const records = [...b.records.records.values()];
      assert.equal(records.length, 1);
      assert.deepEqual(records[0]?.legs.map((leg) => leg.device).sort(), [caller, "201", "203"]);
      assert.equal(records[0]?.answeredBy, "201");
      assert.equal(b.sw.counters.illegal, 0);
    });
  }

  it("the same name on both sides of a single-step transfer", async () => {
    const b = await consultation(true);
    clears(b, "C2", "203");
    clears(b, "C2", "201");
    b.say({ type: "retrieved", connection: on("C1", "201"), retrievingDevice: party("201") });
    b.say({ type: "transferred", cause: "singleStepTransfer", primaryOldCall: on("C1", "201"),
      transferringDevice: party("201"), transferredToDevice: party("205"), connections: [
        { newConnection: on("C1", caller), oldConnection: on("C1", caller) }] });
    assert.deepEqual(b.states("C1"), { [caller]: "connected" });
    rings(b, "C1", "205", caller);
    answers(b, "C1", "205");
    assert.deepEqual(b.states("C1"), { [caller]: "connected", 205: "connected" });
  });

  it("keeps the new party ringing, and follows events under the old name", async () => {
    const b = await consultation(false);
    transfer(b, "C1");
    assert.deepEqual(b.states("C1"), { [caller]: "connected", 203: "alerting" });
    b.say({ type: "established", connection: on("C2", "203"), answeringDevice: party("203") });
    assert.deepEqual(b.states("C1"), { [caller]: "connected", 203: "connected" });
    assert.equal(b.sw.calls().length, 1);
  });

  it("takes clearings of old connections for what they are", async () => {
    const b = await consultation(true);
    transfer(b, "C3");
    for (const [call, device] of [["C1", "201"], ["C1", caller], ["C2", "201"], ["C2", "203"]]) {
      clears(b, call ?? "", device ?? "");
    }
    assert.deepEqual(b.states("C3"), { [caller]: "connected", 203: "connected" });
    clears(b, "C3", caller);
    clears(b, "C3", "203");
    assert.deepEqual(b.sw.calls(), []);
  });

  it("learns a transfer of calls it never saw", () => {
    const b = switchBench();
    transfer(b, "C3");
    assert.deepEqual(b.states("C3"), { [caller]: "connected", 203: "connected" });
    assert.equal(b.sw.counters.illegal, 1);
  });

  it("tells watchers of every device concerned", async () => {
    const b = await consultation(true);
    const seen: string[] = [];
    for (const device of ["201", "203", caller, "999"]) {
      const monitor = b.sw.monitorStart({ devices: [{ device: deviceId(device) }] }, 10);
      assert(monitor.ok);
      void (async () => {
        for await (const batch of monitor.value) {
          for (const item of batch) if (item.kind === "event") seen.push(device);
        }
      })();
    }
    transfer(b, "C3");
    await b.world.settle();
    assert.deepEqual(seen.sort(), [caller, "201", "203"]);
    await b.sw.stop(100);
  });
});

describe("Conferenced", () => {
  it("brings all three into one call, the held one connected again", async () => {
    const b = await consultation(true);
    b.say({ type: "conferenced", cause: "conference", primaryOldCall: on("C1", "201"),
      secondaryOldCall: on("C2", "201"), conferencingDevice: party("201"),
      addedParty: party("203"), connections: [
        { newConnection: on("C1", "201"), oldConnection: on("C1", "201") },
        { newConnection: on("C1", caller), oldConnection: on("C1", caller) },
        { newConnection: on("C1", "203"), oldConnection: on("C2", "203") }] });
    assert.deepEqual(b.states("C1"),
      { 201: "connected", [caller]: "connected", 203: "connected" });
    assert.equal(b.sw.calls().length, 1);
    clears(b, "C1", "201");
    assert.deepEqual(b.states("C1"), { [caller]: "connected", 203: "connected" });
  });
});

describe("Diverted", () => {
  it("keeps the call alive on its way, with one record at the end", async () => {
    const b = switchBench();
    rings(b, "C1", "201", caller);
    b.say({ type: "diverted", connection: on("C1", "201"), divertingDevice: party("201"),
      newDestination: party("202"), cause: "callForwardNoAnswer" });
    assert.deepEqual(b.states("C1"), {});
    assert.equal(b.sw.calls().length, 1);
    clears(b, "C1", "201");
    assert.equal(b.sw.calls().length, 1, "the diverted connection clears, the call goes on");
    rings(b, "C1", "202", caller);
    answers(b, "C1", "202");
    clears(b, "C1", "202");
    await b.world.settle();
    const [record, ...others] = [...b.records.records.values()];
    assert.equal(others.length, 0);
    assert.equal(record?.answeredBy, "202");
    assert.deepEqual(record?.legs.map((leg) => leg.device), ["201", "202"]);
  });

  it("says internal and outgoing calls apart", () => {
    const b = switchBench();
    calls(b, "C1", "201", "202");
    calls(b, "C2", "203", caller);
    assert.deepEqual(b.sw.calls().map((view) => view.direction), ["internal", "outgoing"]);
  });
});
