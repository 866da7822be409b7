/** Call detail records towards applications, without sockets. */

import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { cstaCodecs } from "../../csta-codecs.js";
import type { CallEvent } from "../../model/events.js";
import { callId, deviceId, linkId } from "../../model/identifiers.js";
import type { CallRecord } from "../../model/records.js";
import type { CallDetail, CstaArgument, CstaDevice } from "../../wire/csta/message.js";
import { recordSettleMs, recordsPerReport, recordsThreshold, recordsWaitingMax, reportAnswerMs }
  from "./app-records.js";
import { simulatedServer, SimulatedApplication, type SimulatedServer }
  from "./application-simulated.js";

const dn = (text: string): CstaDevice => ({ kind: "dialingNumber", text });
const pbx = linkId("pbx-1");
const versions = { "asn1-phase3": "3",
  "xml": "http://www.ecma-international.org/standards/ecma-323/csta/ed4" } as const;
type Protocol = keyof typeof versions;
type Mode = CstaArgument<"StartCallDetailRecordsTransmission">["transferMode"];
const startedAtMs = Date.UTC(2026, 10, 23, 9, 0, 0);

let serial = 0;
const record = (more: Partial<CallRecord> = {}): CallRecord => {
  serial += 1;
  return { id: `r${serial}`, link: pbx, call: callId(`c${serial}`), source: "events",
    direction: "outgoing", calling: { raw: "101" }, called: { raw: "0145678901" },
    networkInterface: deviceId("8001"), startedAtMs, answeredAtMs: startedAtMs + 5_000,
    endedAtMs: startedAtMs + 35_000, durationMs: 30_000, endCause: "normalClearing",
    legs: [{ device: deviceId("101"), states: [] }], marks: [], ...more };
};

describe("CSTA server: call detail records", () => {
  let world: SimulatedWorld;
  let server: SimulatedServer;
  let protocol: Protocol = "asn1-phase3";

  const start = async (of: Protocol = "asn1-phase3", settings: object = {}): Promise<void> => {
    world = new SimulatedWorld();
    protocol = of;
    server = await simulatedServer(world, cstaCodecs({ protocol: of, framing: "len16" }),
      { protocol: of, ...settings });
    server.gateway.switch.reconcile(pbx, { calls: [], agents: [], devices: ["101", "102"]
      .map((name) => ({ device: deviceId(name), category: "station" as const })) }, "test");
    await world.settle();
  };
  const application = async (user = "operator"): Promise<SimulatedApplication> => {
    const made = new SimulatedApplication(world, server);
    assert.equal((await made.signIn(user, undefined, { versions: [versions[protocol]] })).kind,
      "associated");
    return made;
  };
  const begin = async (app: SimulatedApplication, transferMode?: Mode): Promise<string> => {
    const started = await app.ask("StartCallDetailRecordsTransmission",
      transferMode === undefined ? {} : { transferMode });
    assert.ok(typeof started === "object", JSON.stringify(started));
    return String(started["cdrCrossRefID"]);
  };
  type Report = { readonly invokeID: number } & CstaArgument<"CallDetailRecordsReport">;
  const reports = (app: SimulatedApplication): readonly Report[] =>
    app.heard.flatMap((message) => message.kind === "invoke"
      && message.service === "CallDetailRecordsReport"
      ? [{ invokeID: message.invokeID, ...message.argument }] : []);
  const details = (app: SimulatedApplication): readonly CallDetail[] =>
    reports(app).flatMap(({ cdrInfo }) => cdrInfo);
  const answer = async (app: SimulatedApplication): Promise<void> => {
    const { invokeID = 0 } = reports(app).at(-1) ?? {};
    await app.send({ kind: "result", invokeID, service: "CallDetailRecordsReport", result: {} });
  };
  const written = async (...records: readonly CallRecord[]): Promise<void> => {
    for (const each of records) await server.gateway.records.add(each);
    await world.advance(recordSettleMs);
  };

  afterEach(async () => {
    server.sessions.stop();
    await server.gateway.stop();
  });

  for (const of of Object.keys(versions) as Protocol[]) {
    it(`tells of each call when it is over, with what the PBX printed of it: ${of}`, async () => {
      await start(of);
      const app = await application();
      const cdrCrossRefID = await begin(app);
      const made = record({ accountCode: "4711" });
      await server.gateway.records.add(made);
      await world.advance(recordSettleMs - 1_000);
      await server.gateway.records.replace({ ...made, cost: "0.31 EUR" });
      await world.advance(1_000);
      // Told once: what completes it later changes nothing here.
      await server.gateway.records.replace({ ...made, cost: "0.32 EUR" });
      await world.advance(recordSettleMs);
      const [report, ...others] = reports(app);
      assert.deepEqual(others, []);
      assert.deepEqual([report?.cdrCrossRefID, report?.lastStoredCDRReportSent],
        [cdrCrossRefID, true]);
      assert.deepEqual(report?.cdrInfo, [{ recordCreationTime: "20261123090035Z",
        callingDevice: dn("101"), calledDevice: dn("0145678901"),
        associatedCalledDevice: dn("8001"), connectionStart: "20261123090005Z",
        connectionEnd: "20261123090035Z", connectionDuration: 30,
        chargingInfo: { currency: { currencyType: "EUR", currencyAmount: 31,
          currencyMultiplier: "oneHundredth" }, typeOfChargingInfo: "total" },
        reasonForTerm: "normalClearing", accountInfo: "4711" }]);
      assert.deepEqual(await app.ask("StopCallDetailRecordsTransmission", { cdrCrossRefID }), {});
      await written(record());
      assert.equal(reports(app).length, 1);
      assert.equal(await app.ask("StopCallDetailRecordsTransmission", { cdrCrossRefID }),
        "operation/invalidCrossRefID");
      assert.deepEqual(server.gateway.audit.entries.slice(1).map(({ action }) => action),
        ["StartCallDetailRecordsTransmission", "StopCallDetailRecordsTransmission"]);
    });
  }

  it("names the call as the events did, and what became of it", async () => {
    await start();
    const app = await application();
    await begin(app);
    await app.ask("MonitorStart", { monitorObject: { deviceObject: dn("101") } });
    server.gateway.switch.apply({ type: "originated", link: pbx, cause: "newCall",
      receivedAtMs: 0, connection: { call: callId("live"), device: deviceId("101") },
      callingDevice: { device: deviceId("101") },
      calledDevice: { device: deviceId("102") } } as CallEvent);
    await world.settle();
    const { answeredAtMs: _, networkInterface: __, ...unanswered } = record();
    for (const each of [record({ call: callId("live"), endCause: "transfer", cost: "7 units" }),
      { ...unanswered, durationMs: 0, cost: "free" }, record({ marks: ["gap"], cost: "3" })]) {
      await written(each);
      await answer(app);
    }
    const [event] = app.reports;
    assert.ok(event?.type === "originated");
    assert.deepEqual(details(app).map(({ recordedCall, reasonForTerm, chargingInfo }) =>
      [recordedCall?.callID, reasonForTerm, chargingInfo?.chargingUnits
        ?? chargingInfo?.currency?.currencyAmount]),
    [[event.originatedConnection.callID, "callTransferred", 7],
      [undefined, "unsuccessfulCallAttempt", undefined], [undefined, "abnormalTermination", 3]]);
  });

  it("keeps them until they are asked for, or tells when there are many", async () => {
    await start();
    const app = await application();
    const cdrCrossRefID = await begin(app, "transferOnThresholdReached");
    const notices = (): number => app.heard.filter((message) => message.kind === "invoke"
      && message.service === "CallDetailRecordsNotification").length;
    await written(...Array.from({ length: recordsThreshold - 1 }, () => record()));
    assert.deepEqual([notices(), reports(app).length], [0, 0]);
    await written(record());
    assert.deepEqual([notices(), reports(app).length], [1, 0]);
    assert.deepEqual(await app.ask("SendStoredCallDetailRecords", { cdrCrossRefID }), {});
    for (let sent = 0; sent < 10; sent += 1) {
      await world.advance(1);
      await answer(app);
    }
    assert.equal(details(app).length, recordsThreshold);
    assert.equal(new Set(reports(app).map(({ invokeID }) => invokeID)).size,
      Math.ceil(recordsThreshold / recordsPerReport));
    assert.deepEqual(reports(app).map(({ lastStoredCDRReportSent }) => lastStoredCDRReportSent),
      [false, false, false, true]);
    // Another mode takes the place of the one before.
    await begin(app, "transferOnRequest");
    assert.equal(await app.ask("SendStoredCallDetailRecords", { cdrCrossRefID }),
      "operation/invalidCrossRefID");
  });

  it("shows an application only calls of its own devices", async () => {
    await start("asn1-phase3", { applications: [{ user: "operator", devices: ["101"] },
      { user: "viewer" }] });
    const [limited, other] = [await application(), await application("viewer")];
    await begin(limited);
    await begin(other);
    await written(record(), record({ calling: { raw: "102" },
      legs: [{ device: deviceId("102"), states: [] }] }),
    record({ link: linkId("elsewhere"), answeredBy: deviceId("101"), legs: [] }));
    for (const app of [limited, other]) {
      await answer(app);
      await answer(app);
    }
    assert.deepEqual(details(limited).map(({ callingDevice }) => callingDevice),
      [dn("101"), dn("101")]);
    assert.equal(details(other).length, 3);
  });

  it("sends what was not answered again after a break, and what came meanwhile", async () => {
    await start("asn1-phase3", { sessionKeepSeconds: 60 });
    const app = await application();
    await begin(app);
    await written(record({ calling: { raw: "1" } }));
    assert.equal(details(app).length, 1);
    app.cut();
    await written(record({ calling: { raw: "2" } }));
    const back = await application();
    await answer(back);
    assert.deepEqual(details(back).map(({ callingDevice }) => callingDevice), [dn("1"), dn("2")]);
    // The association's answer comes before everything else.
    assert.equal(back.heard[0]?.kind, "associated");
  });

  it("goes on where an application answers no report, and says when some are lost", async () => {
    await start();
    const app = await application();
    await begin(app);
    await written(record());
    await written(record());
    assert.equal(details(app).length, 1);
    await world.advance(reportAnswerMs);
    assert.equal(details(app).length, 2);
    await world.advance(reportAnswerMs);
    const cdrCrossRefID = await begin(app, "transferOnRequest");
    assert.ok(!app.statuses.includes("messagesLost"));
    for (let batch = 0; batch < 3; batch += 1) {
      await written(...Array.from({ length: recordsWaitingMax / 2 }, () => record()));
    }
    assert.ok(app.statuses.includes("messagesLost"));
    assert.ok(typeof await app.ask("SendStoredCallDetailRecords", { cdrCrossRefID }) === "object");
  });
});
