import assert from "node:assert/strict";
import { callId, deviceId } from "../model/identifiers.js";
import type { Monitor, Numbered } from "./switch.js";
import { benchLink as link, on, party, switchBench as bench, type SwitchBench }
  from "./switch-bench.js";

const caller = "+33612345678";

function incoming(b: SwitchBench, call = "C1", device = "201"): void {
  b.say({ type: "delivered", connection: on(call, device), alertingDevice: party(device),
    callingDevice: { device: deviceId(caller), name: "Ada" }, calledDevice: party(device) });
  b.say({ type: "established", connection: on(call, device), answeringDevice: party(device) });
}

async function taken(monitor: Monitor, count: number): Promise<Numbered[]> {
  const items: Numbered[] = [];
  if (count === 0) return items;
  for await (const batch of monitor) {
    items.push(...batch);
    if (items.length >= count) break;
  }
  return items;
}

describe("Switch: a call from ring to record", () => {
  it("numbers its events, with forms and direction, and ends with callCleared", async () => {
    const b = bench();
    const monitor = b.sw.monitorStart({}, 100);
    assert(monitor.ok);
    incoming(b);
    await b.world.advance(60_000);
    b.say({ type: "connectionCleared", connection: on("C1", "201"),
      releasingDevice: party("201"), cause: "normalClearing" });
    const items = await taken(monitor.value, 4);
    assert.deepEqual(items.map((item) => item.kind === "event"
      ? [item.entry.number, item.entry.event.type, item.entry.direction] : item.kind), [
      [1n, "delivered", "incoming"], [2n, "established", "incoming"],
      [3n, "connectionCleared", "incoming"], [4n, "callCleared", "incoming"]]);
    const first = items[0];
    assert(first?.kind === "event");
    assert.equal(first.entry.numbers.find(({ raw }) => raw === caller)?.e164, caller);
    assert.deepEqual(first.entry.parties, ["201"]);
    assert.deepEqual(b.sw.calls(), []);
    await b.world.settle();
    const [record] = [...b.records.records.values()];
    assert.equal(record?.direction, "incoming");
    assert.equal(record?.answeredBy, "201");
    assert.equal(record?.durationMs, 60_000);
    assert.equal(record?.calling?.name, "Ada");
    assert.deepEqual(record?.marks, []);
    assert.deepEqual(record?.legs[0]?.states.map((s) => s.state),
      ["alerting", "connected", "null"]);
  });

  it("does not say callCleared a second time for a PBX that says it", () => {
    const b = bench({ events: ["callCleared"] });
    incoming(b);
    b.say({ type: "connectionCleared", connection: on("C1", "201"),
      releasingDevice: party("201") });
    assert.equal(b.sw.lastNumber, 3n);
    b.say({ type: "callCleared", call: callId("C1") });
    assert.equal(b.sw.lastNumber, 4n);
    assert.equal(b.sw.counters.illegal, 0);
  });

  it("shows hold, and a device's calls through its index", () => {
    const b = bench();
    incoming(b);
    incoming(b, "C2", "202");
    b.say({ type: "held", connection: on("C1", "201"), holdingDevice: party("201") });
    assert.deepEqual(b.states("C1"), { 201: "hold" });
    assert.deepEqual(b.sw.calls({ device: deviceId("201") }).map((c) => c.call), ["C1"]);
    assert.equal(b.sw.devices(link).find((d) => d.device === "202")?.calls, 1);
  });
});

describe("Switch: what a PBX should not say", () => {
  it("counts and follows an illegal move", () => {
    const b = bench();
    incoming(b);
    b.say({ type: "delivered", connection: on("C1", "201"), alertingDevice: party("201") });
    assert.equal(b.sw.counters.illegal, 1);
    assert.deepEqual(b.states("C1"), { 201: "alerting" });
    assert(b.world.logged.some((line) => line.name === "switch.illegal-event"));
  });

  it("asks once for a snapshot when an ended call lives on", async () => {
    const b = bench();
    incoming(b);
    b.say({ type: "connectionCleared", connection: on("C1", "201"),
      releasingDevice: party("201") });
    for (let n = 0; n < 50; n += 1) {
      b.say({ type: "held", connection: on("C1", "201"), holdingDevice: party("201") });
    }
    assert.deepEqual(b.sw.calls(), []);
    await b.world.advance(1_000);
    assert.equal(b.peer.snapshots, 1);
    await b.world.advance(60_000);
    assert.equal(b.peer.snapshots, 1);
  });

  it("learns a call that began before it looked, and says so in the record", async () => {
    const b = bench();
    b.say({ type: "held", connection: on("C9", "201"), holdingDevice: party("201") });
    b.say({ type: "connectionCleared", connection: on("C9", "201"),
      releasingDevice: party("201") });
    await b.world.settle();
    const [record] = [...b.records.records.values()];
    assert.deepEqual(record?.marks, ["started-before-monitoring"]);
  });
});
