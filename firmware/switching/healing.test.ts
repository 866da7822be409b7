import assert from "node:assert/strict";
import { callId, deviceId } from "../model/identifiers.js";
import type { LinkSnapshot, SnapshotCall } from "../model/snapshot.js";
import type { ConnectionState } from "../model/states.js";
import { gatherMs } from "./pending-records.js";
import type { Numbered } from "./switch.js";
import { answers, benchLink, calls, clears, party, rings, switchBench } from "./switch-bench.js";

const caller = "+33612345678";
const nothing: LinkSnapshot = { calls: [], agents: [], devices: [] };

function said(
  call: string, connections: Readonly<Record<string, Exclude<ConnectionState, "null">>>,
): SnapshotCall {
  return { call: callId(call), callingDevice: party(caller),
    connections: Object.entries(connections).map(([device, state]) =>
      ({ device: party(device), state })) };
}

function watch(b: ReturnType<typeof switchBench>): Numbered[] {
  const items: Numbered[] = [];
  const monitor = b.sw.monitorStart({}, 1_000);
  assert(monitor.ok);
  void (async () => { for await (const batch of monitor.value) items.push(...batch); })();
  return items;
}

describe("Healing by snapshot", () => {
  it("clears what the PBX no longer has, marks the record, raises the alarm, tells resync",
    async () => {
      const b = switchBench();
      rings(b, "C1", "201", caller);
      answers(b, "C1", "201");
      calls(b, "C2", "203", "204");
      const items = watch(b);
      b.sw.reconcile(benchLink,
        { ...nothing, calls: [said("C2", { 203: "connected", 204: "connected" })] }, "login");
      await b.world.advance(gatherMs);
      assert.deepEqual(items.map((item) => item.kind === "event"
        ? [item.entry.event.type, item.entry.healed] : item.kind),
      [["connectionCleared", true], ["callCleared", true], "resync"]);
      assert.deepEqual([...b.records.records.values()].map((r) => [r.call, r.marks]),
        [["C1", ["healed"]]]);
      assert.equal(b.alarms.list()[0]?.id, "calls-healed/pbx-1");
      assert.deepEqual(b.sw.calls().map((view) => view.call), ["C2"]);
    });

  it("corrects states by events and learns calls it did not know", async () => {
    const b = switchBench();
    rings(b, "C1", "201", caller);
    const items = watch(b);
    b.sw.reconcile(benchLink, { ...nothing, calls: [
      said("C1", { 201: "connected" }), said("C7", { 202: "hold", 205: "alerting" }),
    ] }, "login");
    await b.world.advance(gatherMs);
    assert.deepEqual(items.flatMap((item) => item.kind === "event"
      ? [item.entry.event.type] : []), ["established", "established", "held", "delivered"]);
    assert.deepEqual(b.states("C1"), { 201: "connected" });
    assert.deepEqual(b.states("C7"), { 202: "hold", 205: "alerting" });
    assert.equal(b.sw.counters.illegal, 0);
    clears(b, "C7", "202");
    clears(b, "C7", "205");
    await b.world.advance(gatherMs);
    assert.deepEqual([...b.records.records.values()].map((r) => r.marks),
      [["started-before-monitoring"]]);
  });

  it("leaves alone what changed after the snapshot was asked for", () => {
    const b = switchBench();
    const askedAt = b.sw.lastNumber;
    rings(b, "C1", "201", caller);
    b.sw.reconcile(benchLink, nothing, "requested", askedAt);
    assert.deepEqual(b.states("C1"), { 201: "alerting" });
    b.sw.reconcile(benchLink, nothing, "requested", b.sw.lastNumber);
    assert.deepEqual(b.sw.calls(), []);
  });

  it("does nothing the second time", () => {
    const b = switchBench();
    const snapshot: LinkSnapshot = {
      calls: [said("C1", { 201: "hold", 202: "queued", 203: "fail", 204: "initiated" })],
      agents: [{ device: deviceId("201"), state: "notReady", reason: "lunch" }],
      devices: [{ device: deviceId("201"), category: "station", inService: true, name: "Ada" }],
    };
    b.sw.reconcile(benchLink, snapshot, "login");
    assert.equal(b.sw.counters.illegal, 0);
    const number = b.sw.lastNumber;
    assert(number > 0n);
    b.sw.reconcile(benchLink, snapshot, "login");
    assert.equal(b.sw.lastNumber, number);
    const device = b.sw.devices().find((view) => view.device === "201");
    assert.equal(device?.agentState, "notReady");
    assert.equal(device?.agentReason, "lunch");
    assert.equal(device?.name, "Ada");
  });

  it("shows why a device is not monitored", () => {
    const b = switchBench();
    const notMonitored = { reason: "no licence", advice: "Buy one." };
    b.sw.reconcile(benchLink, { ...nothing,
      devices: [{ device: deviceId("299"), category: "station", notMonitored }] }, "login");
    assert.deepEqual(b.sw.devices(benchLink)[0]?.notMonitored, notMonitored);
  });
});

describe("A link that goes down", () => {
  it("makes its calls stale, not over, however long it takes", async () => {
    const b = switchBench();
    rings(b, "C1", "201", caller);
    answers(b, "C1", "201");
    b.sw.markStale(benchLink);
    await b.world.advance(7 * 86_400_000);
    assert.deepEqual(b.sw.calls().map((view) => view.stale), [true]);
    assert.equal(b.records.records.size, 0);
    b.sw.reconcile(benchLink, { ...nothing, calls: [said("C1", { 201: "connected" })] }, "login");
    assert.deepEqual(b.sw.calls().map((view) => view.stale), [false]);
    clears(b, "C1", "201");
    await b.world.advance(gatherMs);
    assert.deepEqual([...b.records.records.values()][0]?.marks, ["gap"]);
  });

  it("ends its calls when the PBX itself restarted", async () => {
    const b = switchBench();
    calls(b, "C1", "201", "202");
    b.say({ type: "diverted", connection: { call: callId("C1"), device: deviceId("202") },
      divertingDevice: party("202") });
    rings(b, "C2", "203", caller);
    b.say({ type: "diverted", connection: { call: callId("C2"), device: deviceId("203") },
      divertingDevice: party("203") });
    b.sw.forget(benchLink, "pbx-restart");
    assert.deepEqual(b.sw.calls(), []);
    await b.world.advance(gatherMs);
    assert.deepEqual([...b.records.records.values()].map((r) => [r.call, r.marks, r.endCause]), [
      ["C1", ["pbx-restart"], "switchingFunctionTerminated"],
      ["C2", ["pbx-restart"], "switchingFunctionTerminated"]]);
  });
});
