import assert from "node:assert/strict";
import { inLanguage } from "../../firmware/base/result.js";
import { auditedLegsMax } from "./audit.js";
import { doubtMs } from "./doubts.js";
import { readyBench, type SessionBench } from "./session-bench.js";
import { timers } from "./timers.js";

const healedWithinMs = timers.audit.ms + doubtMs;

/** Two calls on one trunk; of the first the trunk's Hangup is missed. Answers that leg's id. */
async function missedTrunk(bench: SessionBench): Promise<string> {
  const ending = bench.peer.call({ from: "5550199", trunk: "trunk-a", to: "1001" });
  bench.peer.call({ from: "5550200", trunk: "trunk-a", to: "1002" });
  await bench.world.advance(10_000);
  bench.take();
  bench.peer.miss("Hangup", 1);
  bench.peer.hangup(ending);
  await bench.world.advance(100);
  assert.deepEqual(bench.take(), ["connectionCleared 1001 normalClearing"]);
  return ending.uniqueid;
}

describe("AMI audit", () => {
  it("asks for a snapshot when a trunk's end was missed, which heals it", async () => {
    const bench = await readyBench();
    await missedTrunk(bench);
    await bench.world.advance(doubtMs * 2);
    assert.deepEqual(bench.resyncs, []);
    await bench.world.advance(healedWithinMs);
    assert.deepEqual(bench.resyncs,
      ["the PBX has ended 1 channels and has 0 more without a word"]);
    const taken = await bench.run(bench.session.snapshot(1_000), 10);
    assert(taken.ok);
    assert.deepEqual(taken.value.calls.map((call) =>
      call.connections.map(({ device }) => device.device).toSorted()), [["1002", "trunk-a"]]);
    await bench.world.advance(healedWithinMs * 3);
    assert.equal(bench.resyncs.length, 1);
  });

  it("believes the second list, not the first: an event may be on its way", async () => {
    const bench = await readyBench();
    const uniqueid = await missedTrunk(bench);
    await bench.world.advance(timers.audit.ms - 10_100);
    bench.peer.event("Hangup", [["Uniqueid", uniqueid], ["Cause", "16"]]);
    await bench.world.advance(healedWithinMs * 2);
    assert.deepEqual(bench.resyncs, []);
    assert.deepEqual(bench.take(), ["connectionCleared trunk-a normalClearing",
      "callCleared normalClearing"]);
  });

  it("finds a call that began unheard", async () => {
    const bench = await readyBench();
    bench.peer.call({ from: "1001", to: "1002" });
    await bench.world.advance(5_000);
    bench.peer.hang(true);
    bench.peer.call({ from: "1003", to: "1004" });
    await bench.world.advance(5_000);
    bench.peer.hang(false);
    await bench.world.advance(healedWithinMs);
    assert.deepEqual(bench.resyncs,
      ["the PBX has ended 0 channels and has 2 more without a word"]);
  });

  it("finds that the PBX tells this user nothing of calls, and says what to do", async () => {
    const bench = await readyBench();
    await bench.world.advance(5_000);
    bench.peer.hang(true);
    bench.peer.call({ from: "1003", to: "1004" });
    await bench.world.advance(5_000);
    bench.peer.hang(false);
    await bench.world.advance(healedWithinMs);
    assert.equal(bench.resyncs.length, 1);
    const taken = await bench.run(bench.session.snapshot(1_000), 10);
    assert(taken.ok);
    const texts = taken.value.devices.map(({ notMonitored }) =>
      inLanguage(notMonitored?.advice ?? "", "fr"));
    assert.equal(texts.length, 6);
    assert(texts.every((text) => text.startsWith("Ajoutez call à la ligne read")), texts[0]);
  });

  it("says nothing in an hour of traffic, and leaves no timer behind", async () => {
    const bench = await readyBench();
    bench.peer.startTraffic(30);
    await bench.world.advance(3_600_000);
    assert(bench.events.length > 1_000);
    bench.peer.stopTraffic();
    await bench.world.advance(200_000);
    assert.deepEqual(bench.resyncs, []);
    bench.session.close();
    bench.peer.stop();
    assert.deepEqual(bench.world.timersPending, []);
  });

  it("looks half as often where there are more channels", async () => {
    const bench = await readyBench();
    for (let calls = 0; calls <= auditedLegsMax / 2; calls += 1) {
      bench.peer.call({ from: "5550300", trunk: "trunk-a", to: "1003" });
    }
    await bench.world.advance(timers.audit.ms);
    await missedTrunk(bench);
    await bench.world.advance(healedWithinMs);
    assert.deepEqual(bench.resyncs, []);
    await bench.world.advance(healedWithinMs);
    assert.equal(bench.resyncs.length, 1);
  });
});
