import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { CapabilitiesSchema, Proven } from
  "../../../../../../proto/gen/cti/gateway/v1/links_pb.js";
import { type Call, CallSchema, type Connection, ConnectionState } from
  "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { controlNames, controlsFor, heldElsewhere, offers } from "./controls.js";

const everything = create(CapabilitiesSchema, {
  rows: controlNames.map((subject) => ({ subject, kind: "service", how: "native" })),
});

function call(name: string, ...parts: readonly (readonly [string, ConnectionState])[]): Call {
  return create(CallSchema, { link: "pbx", call: name, connections: parts.map(
    ([device, state]) => ({ id: { call: name, device }, state })) });
}

function first(from: Call): Connection {
  const [connection] = from.connections;
  assert.ok(connection !== undefined);
  return connection;
}

function names(from: Call, calls: readonly Call[] = [from], mine?: string): readonly string[] {
  return controlsFor(first(from), from, calls, everything, mine);
}

describe("page controls of a connection", () => {
  it("of an alerting one: answer, deflect, hang up", () => {
    assert.deepEqual(names(call("c", ["101", ConnectionState.ALERTING])),
      ["answerCall", "deflectCall", "clearConnection"]);
  });

  it("pick up only for another device of mine", () => {
    const ringing = call("c", ["101", ConnectionState.ALERTING]);
    assert.ok(names(ringing, [ringing], "102").includes("directedPickupCall"));
    assert.ok(!names(ringing, [ringing], "101").includes("directedPickupCall"));
  });

  it("of a connected one: hold, transfer, but nothing that needs a second call", () => {
    const found = names(call("c", ["101", ConnectionState.CONNECTED]));
    assert.ok(found.includes("holdCall") && found.includes("singleStepTransferCall"));
    assert.ok(!found.includes("transferCall") && !found.includes("retrieveCall"));
    assert.ok(!found.includes("clearCall"));
  });

  it("join when the device has another call on hold", () => {
    const active = call("c2", ["101", ConnectionState.CONNECTED]);
    const held = call("c1", ["101", ConnectionState.HOLD]);
    const found = names(active, [active, held]);
    assert.ok(found.includes("transferCall") && found.includes("conferenceCall"));
    assert.equal(heldElsewhere([active, held], "pbx", first(active))?.id?.call, "c1");
    assert.equal(heldElsewhere([active, held], "other", first(active)), undefined);
  });

  it("of an outside party: only hang up", () => {
    const outside = call("c", ["trunk", ConnectionState.CONNECTED]);
    first(outside).external = true;
    assert.deepEqual(names(outside), ["clearConnection"]);
  });

  it("of a call that is only remembered: none", () => {
    const stale = call("c", ["101", ConnectionState.CONNECTED]);
    stale.stale = true;
    assert.deepEqual(names(stale), []);
  });

  it("end a call for all when more than two speak", () => {
    const state = ConnectionState.CONNECTED;
    assert.ok(names(call("c", ["1", state], ["2", state], ["3", state])).includes("clearCall"));
  });

  it("offer nothing that the link lacks or a probe refuted", () => {
    const some = create(CapabilitiesSchema, { rows: [
      { subject: "holdCall", kind: "service", proven: Proven.NO },
      { subject: "delivered", kind: "event", proven: Proven.YES },
      { subject: "answerCall", kind: "service", proven: Proven.NOT_TRIED },
    ] });
    assert.equal(offers(some, "holdCall"), false);
    assert.equal(offers(some, "delivered"), false);
    assert.equal(offers(some, "answerCall"), true);
    assert.equal(offers(undefined, "answerCall"), false);
  });
});
