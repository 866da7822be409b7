/** What is asked of the PBX for the sake of its resources: filters, sessions that are kept. */

import assert from "node:assert/strict";
import { deviceId } from "../../firmware/model/identifiers.js";
import { actor, Bench, id } from "../csta-bench.js";
import { cstaXml, xmlCodec } from "./driver.js";
import { cleanupSeconds } from "./kept-sessions.js";

const xml = { association: "session" as const, codec: () => xmlCodec("generic") };
const count = (bench: Bench, name: string): number =>
  bench.peer.heard.filter((each) => each === name).length;

describe("CSTA monitors and sessions", () => {
  let bench: Bench;
  afterEach(async () => { await bench.end(); });

  const hookswitch = { type: "other", name: "hookswitch", element: "a3020500" } as const;

  it("asks not to be told what nobody has a use for", async () => {
    bench = await new Bench().start();
    let frames = 0;
    bench.mangle = (bytes) => {
      frames += 1;
      return [bytes];
    };
    bench.peer.say(hookswitch, "1001");
    await bench.world.advance(1_000);
    assert.equal(frames, 0);
    bench.peer.say({ type: "doNotDisturb", device: { kind: "dialingNumber", text: "1001" },
      doNotDisturbOn: true }, "1001");
    await bench.world.advance(1_000);
    assert.deepEqual(bench.types(), ["doNotDisturb"]);
  });

  it("does without a filter where the PBX takes none", async () => {
    bench = new Bench();
    bench.peer.unsupported.add("requestedMonitorFilter");
    await bench.start();
    assert.equal(bench.state, "up");
    assert.equal(bench.peer.monitored, 12);
    assert.ok(count(bench, "MonitorStart") < 24);
  });

  it("goes on with its session after a short break, and learns what happened", async () => {
    bench = await new Bench({ ...xml, keepSeconds: 60 }, {}, cstaXml).start();
    bench.peer.pbx.call({ from: "1001", to: "1002", ringMs: 200 });
    await bench.world.advance(2_000);
    bench.line?.cut("cable pulled");
    bench.peer.pbx.call({ from: "1003", to: "1004", ringMs: 10, talkMs: 10 });
    await bench.world.advance(20_000);
    assert.equal(bench.state, "up");
    assert.equal(count(bench, "MonitorStart"), 12);
    assert.equal(count(bench, "ChangeMonitorFilter"), 1);
    // The whole of a call that came and went meanwhile, by the PBX's own events.
    assert.deepEqual(bench.types().slice(-6), ["serviceInitiated 1003", "originated 1003",
      "delivered 1004", "established 1004", "connectionCleared 1003", "connectionCleared 1004"]);
    bench.assertSamePicture();
    bench.peer.pbx.call({ from: "1005", to: "1006", ringMs: 10 });
    await bench.world.advance(2_000);
    bench.assertSamePicture();
  });

  it("starts monitors anew where the PBX has given the session or its monitors up", async () => {
    bench = await new Bench({ ...xml, keepSeconds: 0.01 }, {}, cstaXml).start();
    bench.line?.cut("cable pulled");
    await bench.world.advance(20_000);
    assert.equal(bench.state, "up");
    assert.equal(count(bench, "MonitorStart"), 24);
    assert.equal(bench.peer.monitored, 12);
    bench.line?.cut("cable pulled");
    bench.peer.forgetMonitors();
    await bench.world.advance(20_000);
    assert.equal(count(bench, "MonitorStart"), 36);
    assert.equal(bench.peer.monitored, 12);
  });

  it("does not ask for a session that is too old, and goes on when the link is restarted",
    async () => {
      bench = await new Bench({ ...xml, keepSeconds: 3_600 }, {}, cstaXml).start();
      bench.reachable = false;
      bench.line?.cut("cable pulled");
      await bench.world.advance(cleanupSeconds * 1_000 + 1_000);
      bench.reachable = true;
      await bench.world.advance(60_000);
      assert.equal(bench.state, "up");
      assert.equal(count(bench, "MonitorStart"), 24);
      bench.link.restart();
      await bench.world.advance(20_000);
      assert.equal(bench.state, "up");
      assert.equal(count(bench, "MonitorStart"), 24);
    });

  it("says which services and events this very PBX has", async () => {
    bench = new Bench();
    for (const name of ["GetForwarding", "messageWaiting"]) bench.peer.unsupported.add(name);
    await bench.start();
    const probing = bench.link.probe(10_000);
    await bench.world.advance(2_000);
    const proofs = await probing;
    assert.ok(proofs.ok);
    const proven = new Map(proofs.value.map((each) => [each.subject, each.proven]));
    assert.deepEqual(["getForwarding", "getDoNotDisturb", "messageWaiting", "forwarding"].map(
      (subject) => proven.get(subject as "forwarding")), ["no", "yes", "no", "yes"]);
    const asked = bench.switch.request(id, { service: "getForwarding",
      device: deviceId("1001") }, actor, 1_000);
    await bench.world.advance(1_000);
    const answer = await asked;
    assert.equal(!answer.ok && answer.fault.code, "service-not-supported");
  });
});
