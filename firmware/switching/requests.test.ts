import assert from "node:assert/strict";
import { deviceId, linkId } from "../model/identifiers.js";
import type { ServiceRequest } from "../model/services.js";
import { answers, benchLink, calls, on, party, rings, switchBench, type SwitchBench }
  from "./switch-bench.js";

const actor = { name: "ada", roles: ["operator"] };
const caller = "+33612345678";

async function asked(b: SwitchBench, request: ServiceRequest): Promise<string> {
  const response = await b.sw.request(benchLink, request, actor, 1_000);
  return response.ok ? "ok" : response.fault.code;
}

describe("Requests", () => {
  it("sends the dial string, not what a person typed", async () => {
    const b = switchBench();
    assert.equal(await asked(b, { service: "makeCall", callingDevice: deviceId("201"),
      calledNumber: caller }), "ok");
    assert.deepEqual(b.peer.requests, [{ service: "makeCall", callingDevice: "201",
      calledNumber: "00033612345678" }]);
    assert.equal(await asked(b, { service: "makeCall", callingDevice: deviceId("201"),
      calledNumber: "call me" }), "destination-invalid");
    assert.equal(b.peer.requests.length, 1);
  });

  it("checks capability, proof, link and state, in this order", async () => {
    const b = switchBench();
    rings(b, "C1", "201", caller);
    const answer: ServiceRequest = { service: "answerCall", connection: on("C1", "201") };
    const unknown = await b.sw.request(linkId("pbx-9"), answer, actor, 1_000);
    assert(!unknown.ok);
    assert.equal(unknown.fault.code, "link-unknown");
    assert.equal(await asked(b, answer), "ok");
    answers(b, "C1", "201");
    assert.equal(await asked(b, answer), "wrong-connection-state");
    b.peer.state = { name: "down", attempt: 1, reason: "cut", retryInMs: 1 };
    assert.equal(await asked(b, answer), "link-down");
    b.peer.proofs = [{ subject: "answerCall", proven: "no", evidence: "class call missing" }];
    assert.equal(await asked(b, answer), "service-not-supported");
    b.peer.proofs = [];
    b.peer.declared = { ...b.peer.declared, services: {} };
    assert.equal(await asked(b, answer), "service-not-supported");
    assert.equal(b.sw.counters.requestsRefused, 5);
    assert.equal(b.sw.gauges.requestsInFlight, 0);
  });

  it("knows in which states ECMA-269 lets a service be asked for", async () => {
    const b = switchBench();
    calls(b, "C1", "201", "202");
    b.say({ type: "held", connection: on("C1", "201"), holdingDevice: party("201") });
    calls(b, "C2", "201", "203");
    rings(b, "C3", "204", caller);
    const held = on("C1", "201");
    const active = on("C2", "201");
    const ringing = on("C3", "204");
    const rows: readonly (readonly [ServiceRequest, string])[] = [
      [{ service: "holdCall", connection: active }, "ok"],
      [{ service: "holdCall", connection: held }, "wrong-connection-state"],
      [{ service: "retrieveCall", connection: held }, "ok"],
      [{ service: "retrieveCall", connection: active }, "wrong-connection-state"],
      [{ service: "transferCall", heldCall: held, activeCall: active }, "ok"],
      [{ service: "transferCall", heldCall: active, activeCall: held }, "wrong-connection-state"],
      [{ service: "transferCall", heldCall: held, activeCall: ringing }, "wrong-connection-state"],
      [{ service: "conferenceCall", heldCall: held, activeCall: held }, "wrong-connection-state"],
      [{ service: "alternateCall", heldCall: held, activeCall: active }, "ok"],
      [{ service: "deflectCall", callToBeDiverted: ringing, newDestination: "205" }, "ok"],
      [{ service: "deflectCall", callToBeDiverted: active, newDestination: "205" },
        "wrong-connection-state"],
      [{ service: "clearConnection", connection: held }, "ok"],
      [{ service: "clearConnection", connection: on("C1", "299") }, "connection-unknown"],
      [{ service: "clearConnection", connection: on("C9", "201") }, "connection-unknown"],
      [{ service: "consultationCall", existingCall: active, consultedDevice: "204" }, "ok"],
      [{ service: "generateDigits", connection: ringing, digits: "1" }, "wrong-connection-state"],
      [{ service: "directedPickupCall", callToBePickedUp: ringing,
        requestingDevice: deviceId("201") }, "ok"],
      [{ service: "setAgentState", device: deviceId("201"), requestedState: "ready" }, "ok"],
    ];
    for (const [request, expected] of rows) {
      assert.equal(await asked(b, request), expected, JSON.stringify(request));
    }
  });

  it("speaks of a transferred call by its present name", async () => {
    const b = switchBench();
    calls(b, "C1", "201", "202");
    b.say({ type: "transferred", primaryOldCall: on("C1", "201"),
      transferringDevice: party("201"), transferredToDevice: party("203"), connections: [
        { newConnection: on("C5", "202"), oldConnection: on("C1", "202") }] });
    assert.equal(await asked(b, { service: "clearConnection", connection: on("C1", "202") }), "ok");
    assert.deepEqual(b.peer.requests,
      [{ service: "clearConnection", connection: on("C5", "202") }]);
  });
});
