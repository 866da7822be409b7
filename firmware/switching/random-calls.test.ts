import assert from "node:assert/strict";
import fc from "fast-check";
import { gatherMs } from "./pending-records.js";
import { callId, deviceId } from "../model/identifiers.js";
import { benchLink, on, party, switchBench, type EventBody, type SwitchBench }
  from "./switch-bench.js";

const devices = ["201", "202", "203", "trunk-1", "+33612345678", "__proto__", "constructor"];
const names = ["C1", "C2", "C3", "C4", "toString"];

const device = fc.constantFrom(...devices);
const call = fc.constantFrom(...names);
const connection = fc.tuple(call, device).map(([c, d]) => on(c, d));

const single = fc.tuple(connection, device, fc.nat(13)).map(([at, other, what]): EventBody => {
  const own = { device: at.device };
  const roles = { callingDevice: party(other), calledDevice: own };
  const all: readonly EventBody[] = [
    { type: "serviceInitiated", connection: at, initiatingDevice: own },
    { type: "originated", connection: at, ...roles, callingDevice: own },
    { type: "offered", connection: at, offeredDevice: own, ...roles },
    { type: "delivered", connection: at, alertingDevice: own, ...roles },
    { type: "established", connection: at, answeringDevice: own, ...roles },
    { type: "held", connection: at, holdingDevice: own },
    { type: "retrieved", connection: at, retrievingDevice: own },
    { type: "diverted", connection: at, divertingDevice: own, newDestination: party(other) },
    { type: "failed", connection: at, failingDevice: own },
    { type: "queued", connection: at, queue: own },
    { type: "connectionCleared", connection: at, releasingDevice: own },
    { type: "callCleared", call: at.call },
    { type: "callInformation", connection: at, accountCode: "7" },
    { type: "agentReady", agentDevice: own },
  ];
  return all[what] ?? { type: "callCleared", call: at.call };
});

const join = fc.record({
  conference: fc.boolean(), first: connection, second: fc.option(connection, { nil: undefined }),
  rows: fc.array(fc.tuple(connection, fc.option(connection, { nil: undefined })),
    { maxLength: 4 }),
}).map(({ conference, first, second, rows }): EventBody => {
  const base = {
    primaryOldCall: first, ...(second === undefined ? {} : { secondaryOldCall: second }),
    connections: rows.map(([now, before]) => ({ newConnection: now,
      ...(before === undefined ? {} : { oldConnection: before }) })),
  };
  const one = { device: first.device };
  return conference
    ? { type: "conferenced", ...base, conferencingDevice: one, addedParty: party("203") }
    : { type: "transferred", ...base, transferringDevice: one, transferredToDevice: party("203") };
});

const stream = fc.array(fc.oneof({ weight: 12, arbitrary: single }, { weight: 1, arbitrary: join }),
  { maxLength: 80 });

/** What must hold whatever a PBX said. */
function checkInvariants(b: SwitchBench): void {
  const perDevice = new Map<string, number>();
  for (const view of b.sw.calls()) {
    const seen = view.connections.map((c) => c.device);
    assert.equal(new Set(seen).size, seen.length);
    for (const c of view.connections) {
      assert.notEqual(c.state, "null");
      perDevice.set(c.device, (perDevice.get(c.device) ?? 0) + 1);
    }
    assert.equal(b.sw.call(benchLink, view.call)?.call, view.call);
  }
  for (const view of b.sw.devices()) {
    assert.equal(view.calls, perDevice.get(view.device) ?? 0, view.device);
  }
  for (const [name, count] of perDevice) {
    assert.equal(b.sw.calls({ device: deviceId(name) }).length, count);
  }
}

describe("Switch: whatever a PBX says", () => {
  it("keeps its tables consistent, numbers without holes, and ends every call once", async () => {
    await fc.assert(fc.asyncProperty(stream, async (bodies) => {
      const b = switchBench({ snapshot: "none" });
      for (const body of bodies) {
        const before = b.sw.lastNumber;
        b.say(body);
        assert(b.sw.lastNumber - before >= 1n && b.sw.lastNumber - before <= 2n);
        checkInvariants(b);
      }
      b.sw.reconcile(benchLink, { calls: [], agents: [], devices: [] }, "end");
      assert.deepEqual(b.sw.calls(), []);
      assert(b.sw.devices().every((view) => view.calls === 0));
      await b.world.advance(gatherMs);
      b.log.settle();
      const numbers = b.log.stored.map((entry) => entry.number);
      assert.deepEqual(numbers, numbers.map((_, n) => BigInt(n) + 1n));
      const illegal = b.world.logged.filter((line) => line.name === "switch.illegal-event").length;
      assert.equal(illegal, b.sw.counters.illegal);
      assert.equal(b.sw.gauges.recordsPending, 0);
    }), { numRuns: 300 });
  });

  it("comes to any snapshot by events alone, and stays there", () => {
    const state = fc.constantFrom("initiated", "alerting", "connected", "hold", "queued", "fail");
    const snapshot = fc.uniqueArray(fc.tuple(call,
      fc.uniqueArray(fc.tuple(device, state),
        { minLength: 1, maxLength: 4, selector: ([name]) => name })),
    { maxLength: 4, selector: ([name]) => name });
    fc.assert(fc.property(stream, snapshot, (bodies, said) => {
      const b = switchBench({ snapshot: "none" });
      for (const body of bodies) b.say(body);
      const picture = { agents: [], devices: [], calls: said.map(([name, legs]) => ({
        call: callId(name),
        connections: legs.map(([who, at]) => ({ device: party(who), state: at })) })) };
      b.sw.reconcile(benchLink, picture as Parameters<typeof b.sw.reconcile>[1], "login");
      checkInvariants(b);
      const now = new Map(b.sw.calls().map((view) => [view.call as string,
        new Map(view.connections.map((c) => [c.device as string, c.state as string]))]));
      assert.deepEqual(now, new Map(said.map(([name, legs]) => [name, new Map(legs)])));
      const number = b.sw.lastNumber;
      b.sw.reconcile(benchLink, picture as Parameters<typeof b.sw.reconcile>[1], "again");
      assert.equal(b.sw.lastNumber, number);
    }), { numRuns: 300 });
  });
});
