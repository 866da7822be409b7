/** What a PBX or a line should not do, to each driver: the association lives on, or anew. */

import assert from "node:assert/strict";
import { randomFrom } from "../../hw-tests/csta-mutations.js";
import { deviceId } from "../../firmware/model/identifiers.js";
import type { Driver } from "../../firmware/link/driver.js";
import type { CstaCodec, CstaMessage } from "../../firmware/wire/csta/message.js";
import { Bench } from "../csta-bench.js";
import { phase12Dialects, phase3Dialects } from "./dialects.js";
import { csta12, csta3, cstaXml, phase12Codec, phase3Codec, xmlCodec } from "./driver.js";
import type { CstaPeerPlan } from "./peer.js";

const devices = { devices: ["1001-1012"] };
const drivers: Readonly<Record<string, readonly [Driver, Partial<CstaPeerPlan>, object,
  () => CstaCodec]>> = {
  "csta3": [csta3, {}, {}, () => phase3Codec("generic", phase3Dialects.generic)],
  "csta12, phase I": [csta12, { discovery: "none" }, { phase: "1", ...devices },
    () => phase12Codec("1", phase12Dialects.generic)],
  "csta12, phase II": [csta12, { discovery: "none" }, { phase: "2", ...devices },
    () => phase12Codec("2", phase12Dialects.generic)],
  "csta-xml": [cstaXml, { association: "session" }, {}, () => xmlCodec("generic")],
};

/** Answers to questions that were never put. */
const strangers: readonly CstaMessage[] = [
  { kind: "result", invokeID: 7_777, service: "MakeCall", result: { callingDevice:
    { callID: "ffff", deviceID: { kind: "dialingNumber", text: "1003" } } } },
  { kind: "result", invokeID: 7_776, service: "MonitorStart",
    result: { monitorCrossRefID: "7777" } },
  { kind: "result", invokeID: 7_775, service: "HoldCall", result: {} },
  { kind: "error", invokeID: 7_774, error: { category: "operation", value: "generic" } },
  { kind: "reject", invokeID: 7_773, problem: "unrecognizedOperation" },
  { kind: "reject", problem: "mistypedArgument" },
];

for (const [name, [driver, plan, options, codec]] of Object.entries(drivers)) {
  describe(`CSTA, what should not be: ${name}`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = await new Bench({ codec, ...plan }, options, driver).start();
      assert.equal(bench.state, "up");
    });
    afterEach(async () => { await bench.end(); });

    async function callAfterwards(): Promise<void> {
      const { pbx } = bench.peer;
      const before = bench.events.length;
      const call = pbx.call({ from: "1009", to: "1010", ringMs: 100 });
      await bench.world.advance(2_000);
      assert.ok(bench.types().slice(before).includes("established 1010"));
      bench.assertSamePicture();
      pbx.clearCall(call);
      await bench.world.advance(500);
      bench.assertSamePicture();
    }

    it("answers that nobody asked for change nothing, and take no answer's place", async () => {
      bench.peer.pbx.call({ from: "1001", to: "1002", ringMs: 200 });
      await bench.world.advance(1_000);
      bench.peer.delay(300);
      const asked = bench.link.request({ service: "makeCall", callingDevice: deviceId("1003"),
        calledNumber: "1004" }, 5_000);
      await bench.world.advance(50);
      for (const message of strangers) {
        const bytes = codec().encode(message);
        if (bytes !== undefined) bench.peer.garbage(bytes);
      }
      await bench.world.advance(1_000);
      const answer = await asked;
      assert.ok(answer.ok, answer.ok ? "" : answer.fault.message);
      assert.ok(!JSON.stringify(answer.value).includes("ffff"), JSON.stringify(answer.value));
      bench.peer.delay(0);
      await bench.world.advance(5_000);
      assert.deepEqual([bench.state, bench.opens], ["up", 1]);
      bench.assertSamePicture();
      await callAfterwards();
    });

    it("an answer that never comes ends one request, and one that comes late none", async () => {
      bench.peer.delay(3_000);
      const request = { service: "makeCall", callingDevice: deviceId("1003"),
        calledNumber: "1004" } as const;
      const asked = bench.link.request(request, 1_000);
      await bench.world.advance(1_100);
      const answer = await asked;
      assert.ok(!answer.ok && answer.fault.code === "deadline-passed",
        answer.ok ? "answered" : answer.fault.code);
      await bench.world.advance(4_000);
      bench.peer.delay(0);
      await bench.world.advance(100);
      assert.deepEqual([bench.state, bench.opens], ["up", 1]);
      await callAfterwards();
    });

    it("damaged messages in mid-call: the call is known again when they are over", async () => {
      const random = randomFrom(354);
      const { pbx } = bench.peer;
      bench.mangle = (bytes) => {
        if (random(3) > 0) return [bytes];
        const damaged = Buffer.from(bytes);
        for (let left = 1 + random(4); left > 0; left -= 1) {
          damaged[random(damaged.length)] = random(256);
        }
        return random(2) === 0 ? [damaged] : [bytes, damaged.subarray(0, random(damaged.length))];
      };
      for (let round = 0; round < 20; round += 1) {
        const from = String(1001 + round % 5);
        pbx.call({ from, to: String(1006 + round % 5), ringMs: 50, talkMs: 3_000 });
        await bench.world.advance(700);
      }
      bench.mangle = (bytes) => [bytes];
      assert.ok(bench.link.status.counters.garbageBytes > 0);
      pbx.call({ from: "1011", to: "1012", ringMs: 50 });
      // What came damaged is put right by the next look at all, or by a new association.
      for (let waited = 0; waited < 30 && bench.state !== "up"; waited += 1) {
        await bench.world.advance(10_000);
      }
      assert.equal(bench.state, "up");
      const looked = bench.link.snapshot(10_000);
      await bench.world.advance(5_000);
      assert.ok((await looked).ok);
      await bench.world.advance(1_000);
      bench.assertSamePicture();
      await callAfterwards();
    });

    it("a restart in mid-call: its calls are gone, the next ones are seen", async () => {
      bench.peer.pbx.call({ from: "1001", to: "1002", ringMs: 200 });
      await bench.world.advance(1_000);
      assert.equal(bench.switch.calls().length, 1);
      bench.peer.restart();
      await bench.world.advance(60_000);
      assert.equal(bench.state, "up");
      assert.deepEqual(bench.switch.calls(), []);
      assert.equal(bench.peer.monitored, 12);
      await callAfterwards();
    });
  });
}
