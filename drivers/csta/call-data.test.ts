/** What goes with a call: codes that decide who pays, data for who gets it. */

import assert from "node:assert/strict";
import { deviceId } from "../../firmware/model/identifiers.js";
import type { ServiceRequest } from "../../firmware/model/services.js";
import { actor, Bench, id } from "../csta-bench.js";
import { phase12Dialects } from "./dialects.js";
import { csta12, cstaXml, phase12Codec, xmlCodec } from "./driver.js";

const plan = { authCode: "2468" };
const phase12 = (phase: "1" | "2"): Bench => new Bench({ ...plan, discovery: "none",
  codec: () => phase12Codec(phase, phase12Dialects.generic) },
{ phase, devices: ["1001-1004"] }, csta12);
const encodings: Readonly<Record<string, () => Bench>> = {
  "phase III": () => new Bench(plan), "phase II": () => phase12("2"),
  "XML": () => new Bench({ ...plan, association: "session", codec: () => xmlCodec("generic") }, {},
    cstaXml),
};

describe("CSTA call data", () => {
  let bench: Bench;
  afterEach(async () => { await bench.end(); });

  const ask = async (request: ServiceRequest, ms = 1_000): Promise<string> => {
    const asked = bench.switch.request(id, request, actor, 5_000);
    await bench.world.advance(ms);
    const answer = await asked;
    return answer.ok ? "ok" : answer.fault.code;
  };
  const call = { service: "makeCall", callingDevice: deviceId("1001"), calledNumber: "1002" } as
    const;

  for (const [name, make] of Object.entries(encodings)) {
    it(`${name}: codes reach the PBX, data those who get the call`, async () => {
      bench = await make().start();
      assert.equal(await ask(call), "service-refused");
      assert.equal(await ask({ ...call, authCode: "2468", accountCode: "4711", userData: "c0ffee",
        correlatorData: "0a0b" }, 4_000), "ok");
      const delivered = bench.events.find(({ type }) => type === "delivered");
      // Phase II has user data in no event.
      if (name !== "phase II") {
        assert.equal(delivered?.privateData?.fields["userData"], "c0ffee");
      }
      const told = bench.events.find((event) => event.type === "callInformation");
      assert.ok(told?.type === "callInformation" && told.accountCode === "4711");
      // Whoever sees events sees no authorisation code.
      assert.ok(!JSON.stringify(bench.events).includes("2468"));
      const [live] = bench.peer.pbx.calls.values();
      assert.ok(live !== undefined);
      bench.peer.pbx.clearCall(live);
      await bench.world.advance(1_000);
      const [record] = bench.records.records.values();
      assert.equal(record?.accountCode, "4711");
      assert.deepEqual([record?.correlatorData, record?.userData],
        name === "phase II" ? [undefined, undefined] : ["0a0b", "c0ffee"]);
    });
  }

  for (const [name, make] of Object.entries(encodings)) {
    it(`${name}: what is associated with a running call stands in its record`, async () => {
      bench = await make().start();
      assert.equal(await ask({ ...call, authCode: "2468" }, 4_000), "ok");
      const [live] = bench.peer.pbx.calls.values();
      assert.ok(live !== undefined);
      assert.equal(await ask({ service: "associateData", connection: bench.connection("1001"),
        accountCode: "4712", correlatorData: "0c" }), "ok");
      bench.peer.pbx.clearCall(live);
      await bench.world.advance(1_000);
      const [record] = bench.records.records.values();
      assert.deepEqual([record?.accountCode, record?.correlatorData],
        ["4712", name === "phase II" ? undefined : "0c"]);
    });
  }

  it("phase I has no codes, and makes no call without the one that was asked for", async () => {
    bench = await phase12("1").start();
    assert.equal(await ask({ ...call, accountCode: "4711" }), "call-code-not-supported");
    assert.equal(bench.peer.pbx.calls.size, 0);
    bench.peer.pbx.call({ from: "1001", to: "1002", ringMs: 100 });
    await bench.world.advance(2_000);
    assert.equal(await ask({ service: "consultationCall", existingCall: bench.connection("1001"),
      consultedDevice: "1003", accountCode: "4711" }), "call-code-not-supported");
  });

  it("a consultation has its codes, a transfer its data", async () => {
    bench = await new Bench().start();
    bench.peer.pbx.call({ from: "1001", to: "1002", ringMs: 100 });
    await bench.world.advance(2_000);
    assert.equal(await ask({ service: "consultationCall", existingCall: bench.connection("1001"),
      consultedDevice: "1003", accountCode: "4711", authCode: "1", userData: "01" }), "ok");
    assert.deepEqual(bench.peer.asked.ConsultationCall, { existingCall: { callID: "b164",
      deviceID: { kind: "dialingNumber", text: "1001" } },
    consultedDevice: { kind: "dialingNumber", text: "1003" }, accountCode: "4711", authCode: "1",
    userData: "01" });
  });
});
