import assert from "node:assert/strict";
import { inLanguage } from "../../firmware/base/result.js";
import { doubtMs } from "./doubts.js";
import { createAmiPeer } from "./peer.js";
import { connectionOf, readyBench, sessionBench } from "./session-bench.js";
import { timers } from "./timers.js";

describe("AMI session: login", () => {
  it("logs in by MD5, says who the PBX is, and is ready", async () => {
    const bench = await readyBench();
    assert.equal(bench.identities[0]?.product, "Asterisk");
    assert.equal(bench.identities[0].version, "16.28.0");
    assert.equal(bench.identities[0].incarnation, "2026-11-23 08:00:00");
    bench.session.close();
    assert.deepEqual(bench.world.timersPending, []);
  });

  it("never sends the secret with auth plain over plain TCP, unless told so", async () => {
    const refused = sessionBench({ auth: "plain" });
    await refused.world.advance(10);
    assert.equal(refused.conditions[0]?.type, "lost");
    assert.match(JSON.stringify(refused.conditions), /allowPlainPassword/);
    const overTls = sessionBench({ auth: "plain" }, {}, { kind: "tls" });
    await overTls.world.advance(10);
    assert.deepEqual(overTls.conditions, [{ type: "ready" }]);
    const allowed = sessionBench({ auth: "plain", allowPlainPassword: true });
    await allowed.world.advance(10);
    assert.deepEqual(allowed.conditions, [{ type: "ready" }]);
  });

  it("is lost with a clear reason when the secret is wrong or cannot be found", async () => {
    const wrong = sessionBench({}, { users: { cti: "other" } });
    await wrong.world.advance(10);
    assert.equal(wrong.conditions.length, 1);
    assert.match(JSON.stringify(wrong.conditions[0]), /refused the manager user .*cti/);
    const missing = sessionBench({ secret: "env:NOPE" });
    await missing.world.advance(10);
    assert.match(JSON.stringify(missing.conditions[0]), /No secret env:NOPE/);
  });

  it("waits for FullyBooted, and says so when it never comes", async () => {
    const bench = sessionBench({}, { bootMs: 5_000 });
    await bench.world.advance(4_000);
    assert.deepEqual(bench.conditions, []);
    await bench.world.advance(2_000);
    assert.deepEqual(bench.conditions, [{ type: "ready" }]);
    const never = sessionBench({}, { bootMs: 9_999_999 });
    await never.world.advance(timers.booted.ms + 10);
    assert.deepEqual(never.conditions.map((each) => each.type), ["ready", "impaired"]);
    never.peer.event("FullyBooted", []);
    await never.world.advance(10);
    assert.deepEqual(never.conditions.map((each) => each.type), ["ready", "impaired", "ready"]);
    assert.deepEqual(never.resyncs, ["the PBX has finished starting"]);
  });

  it("is lost when the other end says nothing at all", async () => {
    const bench = sessionBench({}, {}, { accept: false });
    await bench.world.advance(timers.banner.ms + 1);
    assert.match(JSON.stringify(bench.conditions), /no greeting/);
    assert.deepEqual(bench.world.timersPending, []);
    const refused = await bench.session.snapshot(1_000);
    assert(!refused.ok && refused.fault.code === "link-down");
  });
});

describe("AMI session: the line", () => {
  it("pings after silence and is lost when no answer comes", async () => {
    const bench = await readyBench();
    await bench.world.advance(timers.keepalive.ms * 10);
    assert.deepEqual(bench.conditions, [{ type: "ready" }]);
    bench.peer.hang(true);
    await bench.world.advance(timers.keepalive.ms + timers.pong.ms + 10);
    assert.match(JSON.stringify(bench.conditions[1]), /no answer to Ping/);
    assert.deepEqual(bench.world.timersPending, []);
  });

  it("reports garbage and a 10 MB line, and goes on", async () => {
    const bench = await readyBench();
    bench.peer.garbage(Buffer.from("\0\x01\x02 nothing we know\r\n\r\n"));
    bench.peer.longLine(10_000_000);
    await bench.world.advance(10);
    const bytes = bench.garbage.reduce((sum, each) => sum + each.bytes, 0);
    assert(bytes > 10_000_000);
    bench.peer.call({ from: "1001", to: "1002", talkMs: 1_000 });
    await bench.world.advance(5_000);
    assert.deepEqual(bench.take(), ["serviceInitiated 1001 newCall", "originated 1001 newCall",
      "delivered 1002 newCall", "established 1002 newCall",
      "connectionCleared 1001 normalClearing", "connectionCleared 1002 normalClearing",
      "callCleared normalClearing"]);
    assert.deepEqual(bench.conditions, [{ type: "ready" }]);
  });

  it("is lost when the PBX closes, restarts in mid-call or announces its shutdown", async () => {
    const world = (await readyBench()).world;
    assert(world.clock.monotonicMs() > 0);
    const bench = await readyBench();
    bench.peer.call({ from: "1001", to: "1002" });
    await bench.world.advance(5_000);
    const asked = bench.session.request({ service: "generateDigits", digits: "1",
      connection: connectionOf(bench.events, "1001") }, 5_000);
    bench.peer.restart();
    await bench.world.advance(10);
    const answered = await asked;
    assert(!answered.ok || answered.value.service === "generateDigits");
    assert.equal(bench.conditions[1]?.type, "lost");
    const again = sessionBench({}, {}, { peer: bench.peer, world: bench.world });
    await bench.world.advance(10);
    assert.notEqual(again.identities[0]?.incarnation, bench.identities[0]?.incarnation);

    const leaving = await readyBench();
    leaving.peer.event("Shutdown", [["Shutdown", "Cleanly"], ["Restart", "True"]]);
    await leaving.world.advance(10);
    assert.match(JSON.stringify(leaving.conditions[1]), /shutting down \(restart: True\)/);
  });

  it("asks for a snapshot when the end of a call was missed", async () => {
    const bench = await readyBench();
    const channel = bench.peer.call({ from: "1001", to: "1002" });
    await bench.world.advance(5_000);
    bench.peer.miss("Hangup", 1);
    bench.peer.hangup(channel);
    await bench.world.advance(doubtMs - 100);
    assert.deepEqual(bench.resyncs, []);
    await bench.world.advance(200);
    assert.deepEqual(bench.resyncs, ["the PBX calls 1001 idle, but its call has not ended"]);
    const taken = await bench.run(bench.session.snapshot(1_000), 10);
    assert(taken.ok);
    assert.deepEqual(taken.value.calls, []);
  });

  it("answers every request when the line goes", async () => {
    const bench = await readyBench();
    bench.peer.hang(true);
    const requests = Array.from({ length: 100 }, () => bench.session.probe(60_000));
    bench.peer.drop();
    const results = await bench.run(Promise.all(requests), 100);
    assert(results.every((result) => !result.ok));
    const codes = new Set(results.map((result) => result.ok ? "" : result.fault.code));
    assert.deepEqual([...codes].toSorted(), ["link-down", "queue-full"]);
    assert.deepEqual(bench.world.timersPending, []);
  });
});

describe("AMI session: probe", () => {
  it("proves what ListCommands names, and says what is missing", async () => {
    const bench = await readyBench({}, { denied: ["Originate", "BlindTransfer"] });
    const proofs = await bench.run(bench.session.probe(5_000), 100);
    assert(proofs.ok);
    const of = (subject: string) => proofs.value.find((proof) => proof.subject === subject);
    assert.equal(of("makeCall")?.proven, "no");
    assert.match(inLanguage(of("makeCall")?.evidence ?? "", "en"), /does not name Originate/);
    assert.match(inLanguage(of("singleStepTransferCall")?.evidence ?? "", "fr"), /cite Redirect/);
    assert.equal(of("clearConnection")?.proven, "yes");
    assert.equal(of("answerCall")?.proven, "no");
    assert.equal(of("snapshot")?.proven, "yes");
  });
});

describe("AMI peer", () => {
  it("makes the same office traffic from the same seed, and stops without a trace", async () => {
    const runs: string[][] = [];
    for (let n = 0; n < 2; n += 1) {
      const bench = await readyBench();
      bench.peer.startTraffic(30);
      await bench.world.advance(300_000);
      bench.peer.stopTraffic();
      await bench.world.advance(200_000);
      assert.equal(bench.peer.channels.length, 0);
      runs.push(bench.take());
      bench.session.close();
      bench.peer.stop();
      assert.deepEqual(bench.world.timersPending, []);
    }
    assert((runs[0]?.length ?? 0) > 200);
    assert.deepEqual(runs[0], runs[1]);
  });

  it("refuses more sessions than its bound", () => {
    const { world } = sessionBench({}, {}, { accept: false });
    const peer = createAmiPeer({ world, users: {}, extensions: [] });
    let closed = 0;
    for (let n = 0; n < 70; n += 1) {
      peer.accept({ send: () => undefined, onReceive: () => undefined,
        onClosed: () => undefined, close: () => { closed += 1; } });
    }
    assert.equal(closed, 6);
  });
});
