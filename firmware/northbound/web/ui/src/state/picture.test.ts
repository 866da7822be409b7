import assert from "node:assert/strict";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { SnapshotCallsResponseSchema } from
  "../../../../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { ConnectionState, Direction, type Event, EventSchema, EventType, NumberKind } from
  "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { applyEvent, callKey, callsOf, callState, emptyPicture, fromSnapshot, type Picture,
  searchCalls } from "./picture.js";

function event(number: number, init: MessageInitShape<typeof EventSchema>): Event {
  return create(EventSchema, { number: BigInt(number), link: "pbx", ...init });
}

function delivered(number: number, call = "c1", device = "101"): Event {
  return event(number, {
    type: EventType.DELIVERED, connection: { call, device }, state: ConnectionState.ALERTING,
    direction: Direction.INCOMING, at: { seconds: 100n },
    subject: { raw: device, name: "Claire", kind: NumberKind.INTERNAL },
    calling: { raw: "0142685300", display: "01 42 68 53 00" }, called: { raw: device },
  });
}

const empty: Picture = { ...emptyPicture, number: 10n };

function run(picture: Picture, ...events: readonly Event[]): Picture {
  return events.reduce((before, one) => applyEvent(before, one).picture, picture);
}

describe("page picture of the calls", () => {
  it("begins with a snapshot and its number", () => {
    const picture = fromSnapshot(create(SnapshotCallsResponseSchema, { eventNumber: 7n,
      calls: [{ link: "pbx", call: "c1", connections: [] }] }));
    assert.equal(picture.number, 7n);
    assert.ok(picture.calls.has(callKey("pbx", "c1")));
  });

  it("asks for a snapshot when it has none", () => {
    assert.equal(applyEvent(emptyPicture, delivered(1)).stale, true);
  });

  it("shows a new call at once and asks for the rest of it", () => {
    const step = applyEvent(empty, delivered(11));
    const [call] = callsOf(step.picture);
    assert.equal(step.stale, true);
    assert.equal(call?.direction, Direction.INCOMING);
    assert.equal(call?.calling?.display, "01 42 68 53 00");
    assert.equal(call?.connections[0]?.state, ConnectionState.ALERTING);
    assert.equal(call?.connections[0]?.external, false);
  });

  it("ignores an event that it contains already", () => {
    const once = run(empty, delivered(11));
    const again = applyEvent(once, event(11, { type: EventType.CALL_CLEARED,
      connection: { call: "c1", device: "101" } }));
    assert.equal(again.picture, once);
    assert.equal(again.stale, false);
  });

  it("changes the state of a known connection and keeps who it is", () => {
    const step = applyEvent(run(empty, delivered(11)), event(12, { type: EventType.ESTABLISHED,
      connection: { call: "c1", device: "101" }, state: ConnectionState.CONNECTED }));
    const [connection] = callsOf(step.picture)[0]?.connections ?? [];
    assert.equal(step.stale, false);
    assert.equal(connection?.state, ConnectionState.CONNECTED);
    assert.equal(connection?.party?.name, "Claire");
    assert.equal(callsOf(step.picture)[0]?.startedAt?.seconds, 100n);
  });

  it("adds a second connection and takes a cleared one away", () => {
    const two = run(empty, delivered(11), delivered(12, "c1", "102"));
    assert.equal(callsOf(two)[0]?.connections.length, 2);
    const one = run(two, event(13, { type: EventType.CONNECTION_CLEARED,
      connection: { call: "c1", device: "101" }, state: ConnectionState.NULL }));
    assert.deepEqual(callsOf(one)[0]?.connections.map((row) => row.id?.device), ["102"]);
  });

  it("ends a call with its last connection, or when it is cleared", () => {
    const last = run(empty, delivered(11), event(12, { type: EventType.CONNECTION_CLEARED,
      connection: { call: "c1", device: "101" }, state: ConnectionState.NULL }));
    assert.equal(last.calls.size, 0);
    const cleared = run(empty, delivered(11), delivered(12, "c1", "102"),
      event(13, { type: EventType.CALL_CLEARED, connection: { call: "c1", device: "" } }));
    assert.equal(cleared.calls.size, 0);
  });

  it("does not guess what a transfer made of the calls", () => {
    const before = run(empty, delivered(11));
    const step = applyEvent(before, event(12, { type: EventType.TRANSFERRED,
      connection: { call: "c1", device: "101" } }));
    assert.equal(step.stale, true);
    assert.equal(step.picture.calls, before.calls);
    assert.equal(step.picture.number, 12n);
  });

  it("counts events of devices without touching calls", () => {
    const before = run(empty, delivered(11));
    const step = applyEvent(before, event(12, { type: EventType.AGENT_READY }));
    assert.equal(step.picture.number, 12n);
    assert.equal(step.picture.calls, before.calls);
  });

  it("keeps calls of the same name on two links apart", () => {
    const picture = run(empty, delivered(11), event(12, { ...delivered(12), link: "other" }));
    assert.equal(picture.calls.size, 2);
  });

  it("finds calls by device, number and name", () => {
    const calls = callsOf(run(empty, delivered(11), delivered(12, "c2", "205")));
    assert.equal(searchCalls(calls, "205").length, 1);
    assert.equal(searchCalls(calls, "42 68").length, 2);
    assert.equal(searchCalls(calls, "CLAIRE").length, 2);
    assert.equal(searchCalls(calls, "nobody").length, 0);
    assert.equal(searchCalls(calls, "  ").length, 2);
  });

  it("names a call by what still waits", () => {
    const call = callsOf(run(empty, delivered(11), event(12, { type: EventType.ESTABLISHED,
      connection: { call: "c1", device: "9" }, state: ConnectionState.CONNECTED })))[0];
    assert.ok(call !== undefined);
    assert.equal(callState(call), ConnectionState.ALERTING);
  });
});
