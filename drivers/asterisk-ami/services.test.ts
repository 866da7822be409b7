import assert from "node:assert/strict";
import { fail } from "../../firmware/base/result.js";
import { agentId, callId, deviceId } from "../../firmware/model/identifiers.js";
import { connectionOf, readyBench, type SessionBench } from "./session-bench.js";

/** An incoming call over the trunk, answered by 1001. */
async function answered(options: Readonly<Record<string, unknown>> = {}): Promise<SessionBench> {
  const bench = await readyBench(options);
  bench.peer.call({ from: "5550199", trunk: "trunk-a", to: "1001" });
  await bench.world.advance(3_000);
  return bench;
}

const code = (result: { ok: true } | ReturnType<typeof fail>): string =>
  result.ok ? "ok" : result.fault.code;

describe("AMI services: making and clearing", () => {
  it("makes a call and names its connection when the device is prompted", async () => {
    const bench = await readyBench();
    const made = await bench.request({ service: "makeCall", callingDevice: deviceId("1001"),
      calledNumber: "1002" }, 1_000);
    assert(made.ok);
    assert.equal(made.value.connection?.device, "1001");
    await bench.world.advance(8_000);
    assert.equal(connectionOf(bench.events, "1002").call, made.value.connection.call);
    assert.deepEqual(bench.take(), ["serviceInitiated 1001 makeCall", "originated 1001 makeCall",
      "delivered 1002 newCall", "established 1002 newCall"]);
  });

  it("says why a call could not be made", async () => {
    const bench = await readyBench({}, { extensions: [
      { number: "1001", behaviour: "busy" }, { number: "1002" }] });
    const busy = await bench.request({ service: "makeCall", callingDevice: deviceId("1001"),
      calledNumber: "1002" });
    assert.match(JSON.stringify(busy), /service-refused.*busy/);
    const unknown = await bench.request({ service: "makeCall", callingDevice: deviceId("999"),
      calledNumber: "1002" });
    assert.match(JSON.stringify(unknown), /could not be called/);
    const injected = await bench.request({ service: "makeCall", callingDevice: deviceId("1001"),
      calledNumber: "1002\r\nAction: Command" });
    assert.equal(code(injected), "destination-invalid");
    assert.equal(bench.peer.channels.length, 0);
  });

  it("clears one connection and whole calls, and waits for the proof", async () => {
    const bench = await answered();
    const one = connectionOf(bench.events, "1001");
    assert.equal(code(await bench.request({ service: "clearConnection", connection: one })), "ok");
    assert.deepEqual(bench.take().slice(-3), ["connectionCleared 1001 normalClearing",
      "connectionCleared trunk-a normalClearing", "callCleared normalClearing"]);
    const again = await answered();
    assert.equal(code(await again.request({ service: "clearCall",
      connection: connectionOf(again.events, "1001") })), "ok");
    assert.equal(again.take().at(-1), "callCleared normalClearing");
    assert.equal(code(await again.request({ service: "clearConnection",
      connection: { call: callId("nope"), device: deviceId("1001") } })), "connection-unknown");
  });

  it("does not report success when the PBX only promised", async () => {
    const bench = await answered();
    bench.peer.miss("Hangup", 2);
    const cleared = await bench.request({ service: "clearConnection",
      connection: connectionOf(bench.events, "1001") }, 2_000);
    assert.equal(code(cleared), "deadline-passed");
  });
});

describe("AMI services: moving calls", () => {
  it("diverts to the new destination with the right cause", async () => {
    const bench = await readyBench();
    bench.peer.call({ from: "5550199", trunk: "trunk-a", to: "1001", behaviour: "noAnswer" });
    await bench.world.advance(500);
    const alerting = connectionOf(bench.events, "1001");
    bench.take();
    const result = await bench.request({ service: "deflectCall", callToBeDiverted: alerting,
      newDestination: "1003" });
    assert.equal(code(result), "ok");
    assert.deepEqual(bench.take(), ["diverted 1001 redirected", "delivered 1003 redirected",
      "established 1003 redirected"]);
    assert.equal(code(await bench.request({ service: "deflectCall", callToBeDiverted: alerting,
      newDestination: "1003" })), "connection-unknown");
  });

  it("transfers in a single step, by BlindTransfer or else by Redirect", async () => {
    const bench = await answered();
    const active = connectionOf(bench.events, "1001");
    bench.take();
    const result = await bench.request({ service: "singleStepTransferCall", activeCall: active,
      transferredTo: "1003" });
    assert.equal(code(result), "ok");
    assert.deepEqual(bench.events.map((event) => "connection" in event
      ? event.connection.call : active.call), Array(3).fill(active.call));
    assert.deepEqual(bench.take(), ["transferred singleStepTransfer",
      "delivered 1003 singleStepTransfer", "established 1003 singleStepTransfer"]);

    const poor = await readyBench({}, { denied: ["BlindTransfer"] });
    await poor.run(poor.session.probe(1_000), 100);
    poor.peer.call({ from: "5550199", trunk: "trunk-a", to: "1001" });
    await poor.world.advance(3_000);
    const there = connectionOf(poor.events, "1001");
    poor.take();
    assert.equal(code(await poor.request({ service: "singleStepTransferCall", activeCall: there,
      transferredTo: "1003" })), "ok");
    assert.deepEqual(poor.take(), ["connectionCleared 1001 normalClearing",
      "delivered 1003 redirected", "established 1003 redirected"]);
  });

  it("consults, reconnects, consults again and transfers", async () => {
    const bench = await answered();
    const first = connectionOf(bench.events, "1001");
    bench.take();
    const consult = { service: "consultationCall", existingCall: first,
      consultedDevice: "1003" } as const;
    const made = await bench.request(consult, 3_000);
    assert(made.ok && made.value.connection !== undefined);
    assert.notEqual(made.value.connection.call, first.call);
    assert.deepEqual(bench.take(), ["held 1001 normal", "serviceInitiated 1001 consultation",
      "originated 1001 consultation", "delivered 1003 consultation",
      "established 1003 consultation"]);
    const back = await bench.request({ service: "reconnectCall", heldCall: first,
      activeCall: made.value.connection }, 3_000);
    assert.equal(code(back), "ok");
    assert.deepEqual(bench.take(), ["connectionCleared 1001 normalClearing",
      "retrieved 1001 normal", "connectionCleared 1003 normalClearing",
      "callCleared normalClearing"]);
    const second = await bench.request(consult, 3_000);
    assert(second.ok && second.value.connection !== undefined);
    bench.take();
    const done = await bench.request({ service: "transferCall", heldCall: first,
      activeCall: second.value.connection }, 3_000);
    assert(done.ok && done.value.connection?.call === first.call);
    assert.deepEqual(bench.take(), ["transferred transfer"]);
    const rest = bench.peer.channels.find((each) => each.name.includes("trunk-a"));
    assert(rest !== undefined);
    bench.peer.hangup(rest);
    await bench.world.advance(100);
    assert.equal(bench.take().at(-1), "callCleared normalClearing");
    assert.equal(bench.peer.channels.length, 0);
  });
  it("makes a conference of a consultation, which its maker may leave", async () => {
    const bench = await answered();
    const heldCall = connectionOf(bench.events, "1001");
    const made = await bench.request({ service: "consultationCall", existingCall: heldCall,
      consultedDevice: "1003" }, 500);
    assert(made.ok && made.value.connection !== undefined);
    const request = { service: "conferenceCall", heldCall, activeCall: made.value.connection,
    } as const;
    assert.equal(code(await bench.request(request, 1_000)), "wrong-connection-state");
    await bench.world.advance(3_000);
    bench.take();
    const conferenced = await bench.request(request, 1_000);
    assert(conferenced.ok);
    assert.deepEqual(conferenced.value.connection, heldCall);
    assert.deepEqual(bench.take(), ["digitsGenerated 1001 normal", "digitsGenerated 1001 normal",
      "conferenced conference"]);
    const own = bench.peer.channels.find((each) => each.name.includes("1001"));
    assert(own !== undefined);
    bench.peer.hangup(own);
    await bench.world.advance(1_000);
    assert.deepEqual(bench.take(), ["connectionCleared 1001 normalClearing"]);
  });

  it("names the option when the conference's code means nothing to the PBX", async () => {
    const bench = await answered({ conferenceCode: "*9" });
    const heldCall = connectionOf(bench.events, "1001");
    const made = await bench.request({ service: "consultationCall", existingCall: heldCall,
      consultedDevice: "1003" }, 3_000);
    assert(made.ok && made.value.connection !== undefined);
    const refused = await bench.request({ service: "conferenceCall", heldCall,
      activeCall: made.value.connection }, 1_000);
    assert.match(JSON.stringify(refused), /deadline-passed.*atxferthreeway.*conferenceCode/);
  });

  it("alternates between the two calls of a consultation, then transfers", async () => {
    const bench = await answered();
    const first = connectionOf(bench.events, "1001");
    const made = await bench.request({ service: "consultationCall", existingCall: first,
      consultedDevice: "1003" }, 3_000);
    assert(made.ok && made.value.connection !== undefined);
    const second = made.value.connection;
    bench.take();
    const swap = { service: "alternateCall", heldCall: first, activeCall: second } as const;
    assert.equal(code(await bench.request(swap, 1_000)), "ok");
    assert.deepEqual(bench.take().slice(-2), ["held 1001 normal", "retrieved 1001 normal"]);
    const refused = await bench.request({ service: "reconnectCall", heldCall: second,
      activeCall: first }, 1_000);
    assert.match(JSON.stringify(refused), /service-refused.*alternate to it first/);
    const done = await bench.request({ service: "transferCall", heldCall: second,
      activeCall: first }, 1_000);
    assert.equal(code(done), "ok");
    assert.deepEqual(bench.take(), ["transferred transfer"]);
  });

  it("ends a consultation whose other party leaves while the first one is talked to", async () => {
    const bench = await answered();
    const first = connectionOf(bench.events, "1001");
    const made = await bench.request({ service: "consultationCall", existingCall: first,
      consultedDevice: "1003" }, 3_000);
    assert(made.ok && made.value.connection !== undefined);
    await bench.request({ service: "alternateCall", heldCall: first,
      activeCall: made.value.connection }, 1_000);
    bench.take();
    const far = bench.peer.channels.find((each) => each.name.includes("PJSIP/1003"));
    assert(far !== undefined);
    bench.peer.hangup(far);
    await bench.world.advance(1_000);
    assert.deepEqual(bench.take(), ["connectionCleared 1003 normalClearing",
      "connectionCleared 1001 normalClearing", "callCleared normalClearing"]);
  });

  it("transfers a consultation that the phone began, and refuses what only it can do", async () => {
    const bench = await answered();
    const heldCall = connectionOf(bench.events, "1001");
    const own = bench.peer.channels.find((each) => each.name.includes("PJSIP/1001"));
    assert(own !== undefined);
    bench.peer.call({ from: "1001", to: "1003" });
    await bench.world.advance(3_000);
    const activeCall = connectionOf(bench.events, "1001");
    assert.notEqual(heldCall.call, activeCall.call);
    const request = { service: "transferCall", heldCall, activeCall } as const;
    assert.equal(code(await bench.request(request)), "wrong-connection-state");
    bench.peer.hold(own, true);
    await bench.world.advance(100);
    for (const service of ["conferenceCall", "alternateCall", "reconnectCall"] as const) {
      assert.equal(code(await bench.request({ service, heldCall, activeCall })),
        "service-not-supported");
    }
    bench.take();
    const moved = await bench.request(request, 1_000);
    assert(moved.ok);
    assert.equal(moved.value.connection?.call, heldCall.call);
    assert.deepEqual(bench.take(), ["transferred transfer"]);
    await bench.world.advance(1_000);
    assert.deepEqual(bench.take(), []);
    assert.equal(bench.peer.channels.length, 2);
  });

  it("parks the other party, frees the device, until somebody takes the call", async () => {
    const bench = await answered();
    const parking = connectionOf(bench.events, "1001");
    bench.take();
    const parked = await bench.request({ service: "parkCall", parking }, 2_000);
    assert(parked.ok && parked.value.connection?.device === "701");
    assert.deepEqual(bench.take(), ["queued 701 park", "connectionCleared 1001 normalClearing"]);
    bench.peer.call({ from: "1002", to: "701" });
    await bench.world.advance(500);
    assert.deepEqual(bench.take(), ["serviceInitiated 1002 newCall", "originated 1002 newCall",
      "callInformation 1002 normal", "diverted 701 park",
      "connectionCleared 1002 park", "callCleared park",
      "established 1002 park"]);
  });
});

describe("AMI services: digits, agents, phones", () => {
  it("plays digits to the other party", async () => {
    const bench = await answered();
    const connection = connectionOf(bench.events, "1001");
    assert.equal(code(await bench.request({ service: "generateDigits", connection,
      digits: "12#" })), "ok");
    assert.equal(code(await bench.request({ service: "generateDigits", connection,
      digits: "1\r\n" })), "argument-invalid");
  });

  it("logs agents on and off, pauses them with a reason", async () => {
    const bench = await readyBench();
    await bench.run(bench.session.snapshot(1_000), 100);
    const agent = (requestedState: "loggedOn" | "loggedOff" | "ready" | "notReady") =>
      bench.request({ service: "setAgentState", device: deviceId("1003"), requestedState,
        acdGroup: deviceId("600"), agent: agentId("Anne"), reason: "Lunch" });
    assert.equal(code(await agent("ready")), "device-unknown");
    assert.equal(code(await agent("loggedOn")), "ok");
    assert.equal(code(await agent("notReady")), "ok");
    const paused = bench.events.at(-1);
    assert(paused?.type === "agentNotReady");
    assert.equal(paused.reason, "Lunch");
    assert.equal(paused.agent, "Anne");
    assert.equal(code(await agent("ready")), "ok");
    assert.equal(code(await agent("loggedOff")), "ok");
    assert.deepEqual(bench.take(), ["agentLoggedOn 1003 normal", "agentReady 1003 normal",
      "agentNotReady 1003 normal", "agentReady 1003 normal", "agentLoggedOff 1003 normal"]);
    assert.equal(code(await bench.request({ service: "setAgentState", device: deviceId("1003"),
      requestedState: "workingAfterCall" })), "service-not-supported");
  });

  it("answers, holds and retrieves only where phones are known to obey", async () => {
    const plain = await answered();
    assert.equal(code(await plain.request({ service: "holdCall",
      connection: connectionOf(plain.events, "1001") })), "service-not-supported");
    const bench = await readyBench({ answerByNotify: true });
    bench.peer.call({ from: "1002", to: "1001", behaviour: "noAnswer" });
    await bench.world.advance(500);
    const connection = connectionOf(bench.events, "1001");
    bench.take();
    for (const service of ["answerCall", "holdCall", "retrieveCall"] as const) {
      assert.equal(code(await bench.request({ service, connection }, 1_000)), "ok");
    }
    assert.deepEqual(bench.take(), ["established 1001 newCall", "held 1001 normal",
      "retrieved 1001 normal"]);
    assert.equal(code(await bench.request({ service: "answerCall", connection })),
      "wrong-connection-state");
  });

  it("says permission-denied when the PBX does", async () => {
    const bench = await readyBench({}, { denied: ["Hangup"] });
    bench.peer.call({ from: "1002", to: "1001" });
    await bench.world.advance(3_000);
    const connection = connectionOf(bench.events, "1001");
    assert.equal(code(await bench.request({ service: "clearConnection", connection })),
      "permission-denied");
    await bench.run(bench.session.probe(1_000), 100);
    assert.equal(code(await bench.request({ service: "clearConnection", connection })),
      "service-not-supported");
  });
});
