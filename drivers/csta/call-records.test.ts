import assert from "node:assert/strict";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import { deviceId, linkId } from "../../firmware/model/identifiers.js";
import type { CallRecord } from "../../firmware/model/records.js";
import type { CallDetail, CstaDevice } from "../../firmware/wire/csta/message.js";
import { actor, Bench, id } from "../csta-bench.js";
import { completedCall } from "./call-records.js";
import { cstaXml, xmlCodec } from "./driver.js";
import { DeviceNames } from "./names.js";

const dn = (text: string): CstaDevice => ({ kind: "dialingNumber", text });

describe("CSTA call records", () => {
  const plan = { names: new DeviceNames(), link: linkId("pbx"), timeZone: "Europe/Paris",
    isOwn: (device: string) => /^1\d{3}$/.test(device),
    nowMs: () => new SimulatedWorld().clock.wall().getTime() };
  const of = (detail: Partial<CallDetail>) =>
    completedCall({ recordCreationTime: "20261123091500", ...detail }, plan);

  it("tell which way a call ran, by its trunks or by whose numbers they are", () => {
    const run = (calling: string, called: string, more: Partial<CallDetail> = {}) => {
      const call = of({ callingDevice: dn(calling), calledDevice: dn(called), ...more });
      return [call?.direction, call?.device, call?.trunk];
    };
    assert.deepEqual(run("1001", "1002"), ["internal", "1001", undefined]);
    assert.deepEqual(run("1001", "0145678901"), ["outgoing", "1001", undefined]);
    assert.deepEqual(run("0145678901", "1001"), ["incoming", "1001", undefined]);
    assert.deepEqual(run("5", "1001", { associatedCallingDevice: dn("8001") }),
      ["incoming", "1001", "8001"]);
    assert.deepEqual(run("1001", "9", { associatedCalledDevice: dn("8002") }),
      ["outgoing", "1001", "8002"]);
    assert.deepEqual(run("5", "6", { associatedCallingDevice: dn("8001"),
      associatedCalledDevice: dn("8002") }), ["tandem", undefined, "8001"]);
    assert.deepEqual(run("5", "6"), ["unknown", undefined, undefined]);
  });

  it("have their times from start, end or duration, in the PBX's zone", () => {
    const at = (detail: Partial<CallDetail>) => {
      const call = of(detail);
      return [call === undefined ? undefined : new Date(call.startedAtMs).toISOString(),
        call?.durationMs, call?.answered];
    };
    const nine = "2026-11-23T08:00:00.000Z";
    assert.deepEqual(at({ connectionStart: "20261123090000", connectionEnd: "20261123090130" }),
      [nine, 90_000, true]);
    assert.deepEqual(at({ connectionStart: "20261123080000Z", connectionDuration: 60 }),
      [nine, 60_000, true]);
    assert.deepEqual(at({ connectionEnd: "20261123090100", connectionDuration: 60 }),
      [nine, 60_000, true]);
    assert.deepEqual(at({ recordCreationTime: "20261123090000" }), [nine, 0, false]);
    assert.deepEqual(at({ connectionStart: "20261123090000", connectionDuration: 5,
      reasonForTerm: "unsuccessfulCallAttempt" }), [nine, 5_000, false]);
    assert.equal(of({ recordCreationTime: "yesterday" }), undefined);
    assert.equal(of({ recordCreationTime: "20261332250000" }), undefined);
  });

  it("have cost, account and reference as the PBX says them", () => {
    const cost = (chargingInfo: CallDetail["chargingInfo"]) => of({ ...(chargingInfo === undefined
      ? {} : { chargingInfo }) })?.cost;
    const currency = { currencyType: "EUR", currencyAmount: 42, currencyMultiplier:
      "oneHundredth" as const };
    assert.deepEqual([cost({ typeOfChargingInfo: "total", currency }),
      cost({ typeOfChargingInfo: "total", currency: { ...currency, currencyType: "",
        currencyMultiplier: "ten" } }), cost({ typeOfChargingInfo: "subTotal", chargingUnits: 7 }),
      cost(undefined)], ["0.42 EUR", "420", "7 units", undefined]);
    const call = of({ accountInfo: "4711", recordedCall: { callID: "b164" },
      reasonForTerm: "callTransferred" });
    assert.deepEqual([call?.accountCode, call?.pbxReference, call?.transferred],
      ["4711", "b164", true]);
  });

  for (const [name, make] of Object.entries({
    "phase III": (more: object) => new Bench(more, { callRecords: true }),
    "XML": (more: object) => new Bench({ association: "session",
      codec: () => xmlCodec("generic"), ...more }, { callRecords: true }, cstaXml),
  })) {
    for (const storesRecords of [false, true]) {
      it(`${name}: complete the records made of events${storesRecords ? ", when fetched" : ""}`,
        async () => {
          const bench = await make({ storesRecords }).start();
          const asked = bench.switch.request(id, { service: "makeCall",
            callingDevice: deviceId("1001"), calledNumber: "0145678901", accountCode: "4711" },
          actor, 5_000);
          await bench.world.advance(33_000);
          assert.ok((await asked).ok);
          const [live] = bench.peer.pbx.calls.values();
          assert.ok(live !== undefined);
          bench.peer.pbx.clearCall(live);
          bench.peer.pbx.call({ from: "0140506070", to: "1002", trunk: "8001", ringMs: 500,
            talkMs: 10_000 });
          await bench.world.advance(60_000);
          const records: readonly CallRecord[] = [...bench.records.records.values()];
          assert.deepEqual(records.map(({ source, direction, cost, accountCode, durationMs }) =>
            [source, direction, cost, accountCode, durationMs]), [
            ["pbx", "outgoing", "0.31 EUR", "4711", 31_000],
            ["pbx", "incoming", undefined, undefined, 10_000]]);
          await bench.end();
        });
    }
  }

  it("that do not come are told, and are not asked for where nobody wants them", async () => {
    let bench = new Bench({}, { callRecords: true });
    bench.peer.unsupported.add("StartCallDetailRecordsTransmission");
    await bench.start();
    const reason = JSON.stringify(bench.link.status.state);
    assert.match(reason, /gives no call records/);
    await bench.end();
    bench = await new Bench({}, { callRecords: true }).start();
    assert.equal(bench.state, "up");
    bench.peer.stopRecords();
    await bench.world.advance(1_000);
    assert.match(JSON.stringify(bench.link.status.state), /stopped giving call records/);
    await bench.end();
    bench = await new Bench().start();
    assert.ok(!bench.peer.heard.includes("StartCallDetailRecordsTransmission"));
    await bench.end();
  });
});
