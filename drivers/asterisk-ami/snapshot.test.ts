import assert from "node:assert/strict";
import type { LinkSnapshot } from "../../firmware/model/snapshot.js";
import {
  connectionOf, readyBench, sessionBench, shown, type SessionBench,
} from "./session-bench.js";

async function snapshotOf(bench: SessionBench): Promise<LinkSnapshot> {
  const taken = await bench.run(bench.session.snapshot(5_000), 20);
  assert(taken.ok, JSON.stringify(taken));
  return taken.value;
}

const picture = (snapshot: LinkSnapshot) => snapshot.calls.map((call) =>
  call.connections.map((each) => `${each.device.device} ${each.state}`).toSorted().join(", "));

describe("AMI snapshot", () => {
  it("lists devices with their category, queues and agents", async () => {
    const bench = await readyBench();
    const snapshot = await snapshotOf(bench);
    assert.deepEqual(snapshot.calls, []);
    assert.deepEqual(snapshot.devices.map((each) => `${each.device} ${each.category}`),
      ["1001 station", "1002 station", "1003 station", "1004 station",
        "trunk-a networkInterface", "600 acd"]);
    assert.deepEqual(snapshot.agents.map((each) => `${each.device} ${each.state} ${each.acdGroup}`),
      ["1002 ready 600"]);
  });

  it("names calls as the events do, in every state", async () => {
    const bench = await readyBench();
    bench.peer.call({ from: "5550199", trunk: "trunk-a", to: "1001" });
    bench.peer.call({ from: "1003", to: "1004", behaviour: "noAnswer" });
    await bench.world.advance(3_000);
    const held = bench.peer.channels.find((each) => each.name.includes("1001"));
    assert(held !== undefined);
    bench.peer.hold(held, true);
    await bench.world.advance(10);
    const before = bench.events.length;
    const snapshot = await snapshotOf(bench);
    assert.deepEqual(picture(snapshot),
      ["1001 hold, trunk-a connected", "1003 connected, 1004 alerting"]);
    assert.deepEqual(snapshot.calls.map((each) => each.call),
      [connectionOf(bench.events, "1001").call, connectionOf(bench.events, "1004").call]);
    assert.equal(bench.events.length, before);
  });

  it("gives calls the names they had before a reconnect, and their events continue", async () => {
    const first = await readyBench();
    const channel = first.peer.call({ from: "5550199", trunk: "trunk-a", to: "1001" });
    first.peer.call({ from: "1003", to: "1004", behaviour: "noAnswer", ringMs: 15_000 });
    await first.world.advance(3_000);
    first.session.close();
    const bench = sessionBench({}, {}, { peer: first.peer, world: first.world });
    await bench.world.advance(10);
    const snapshot = await snapshotOf(bench);
    assert.deepEqual(picture(snapshot).toSorted(),
      ["1001 connected, trunk-a connected", "1003 connected, 1004 alerting"]);
    assert.deepEqual(snapshot.calls.map((each) => each.call).toSorted(),
      [connectionOf(first.events, "1001").call, connectionOf(first.events, "1004").call]
        .toSorted());
    assert.deepEqual(bench.take(), []);
    bench.peer.hangup(channel);
    await bench.world.advance(20_000);
    assert.deepEqual(bench.take().toSorted(), [
      "callCleared callNotAnswered", "callCleared normalClearing",
      "connectionCleared 1001 normalClearing", "connectionCleared 1003 normalClearing",
      "connectionCleared 1004 callNotAnswered", "connectionCleared trunk-a normalClearing",
    ]);
  });

  it("shows a hold again when the device that is held proves it", async () => {
    const first = await readyBench();
    first.peer.call({ from: "5550199", trunk: "trunk-a", to: "1001" });
    first.peer.call({ from: "1003", to: "1004" });
    await first.world.advance(3_000);
    for (const name of ["PJSIP/1001", "PJSIP/1004"]) {
      const holding = first.peer.channels.find((each) => each.name.startsWith(name));
      assert(holding !== undefined);
      first.peer.hold(holding, true);
    }
    // Of two calls of the trunk one is held: that is no proof of which.
    first.peer.call({ from: "5550200", trunk: "trunk-a", to: "1002" });
    await first.world.advance(3_000);
    first.session.close();
    const bench = sessionBench({}, {}, { peer: first.peer, world: first.world });
    await bench.world.advance(10);
    assert.deepEqual(picture(await snapshotOf(bench)).toSorted(), [
      "1001 connected, trunk-a connected", "1002 connected, trunk-a connected",
      "1003 connected, 1004 hold"]);
    const again = first.peer.channels.find((each) => each.name.startsWith("PJSIP/1004"));
    assert(again !== undefined);
    first.peer.hold(again, false);
    await bench.world.advance(10);
    assert.deepEqual(bench.take(), ["retrieved 1004 normal"]);
  });

  it("finds consultations, queued and parked calls again", async () => {
    const first = await readyBench({}, { queues: [{ name: "600" }] });
    first.peer.call({ from: "5550199", trunk: "trunk-a", to: "1001" });
    await first.world.advance(3_000);
    const active = connectionOf(first.events, "1001");
    const made = await first.request({ service: "consultationCall", existingCall: active,
      consultedDevice: "1003" }, 4_000);
    assert(made.ok);
    first.peer.call({ from: "5550777", trunk: "trunk-a", to: "600" });
    await first.world.advance(100);
    first.session.close();
    const bench = sessionBench({}, {}, { peer: first.peer, world: first.world });
    await bench.world.advance(10);
    const snapshot = await snapshotOf(bench);
    assert.deepEqual(picture(snapshot).toSorted(), ["1001 connected, 1003 connected",
      "1001 hold, trunk-a connected", "600 queued, trunk-a connected"]);
    assert(snapshot.calls.some((each) => each.call === made.value.connection?.call));
    const done = await bench.request({ service: "transferCall", heldCall: active,
      activeCall: made.value.connection ?? assert.fail("no connection") }, 2_000);
    assert(done.ok, JSON.stringify(done));
  });

  it("forgets what ended unheard, and holds back what happens meanwhile", async () => {
    const bench = await readyBench();
    const lost = bench.peer.call({ from: "1001", to: "1002" });
    const ending = bench.peer.call({ from: "1003", to: "1004" });
    await bench.world.advance(3_000);
    bench.take();
    bench.peer.miss("Hangup", 2);
    bench.peer.hangup(lost);
    await bench.world.advance(10);
    const taking = bench.session.snapshot(5_000);
    bench.peer.hangup(ending);
    await bench.world.settle();
    const taken = await bench.run(taking, 0);
    assert(taken.ok);
    assert.deepEqual(picture(taken.value), ["1003 connected, 1004 connected"]);
    await bench.world.advance(10);
    assert.deepEqual(bench.events.map(shown), ["connectionCleared 1003 normalClearing",
      "connectionCleared 1004 normalClearing", "callCleared normalClearing"]);
  });

  it("fails, rather than guess, when the user may not list channels", async () => {
    const bench = await readyBench({}, { denied: ["CoreShowChannels"] });
    const taken = await bench.run(bench.session.snapshot(1_000), 100);
    assert(!taken.ok && taken.fault.code === "permission-denied");
    bench.peer.call({ from: "1001", to: "1002", behaviour: "busy" });
    await bench.world.advance(100);
    assert.equal(bench.take()[0], "serviceInitiated 1001 newCall");
  });
});
