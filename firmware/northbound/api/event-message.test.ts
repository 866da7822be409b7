import assert from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { eventNames, type CallEvent } from "../../model/events.js";
import { callId, deviceId, linkId } from "../../model/identifiers.js";
import type { NumberedEvent } from "../../switching/switch.js";
import { WatchEventsResponseSchema } from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { AgentState, ConnectionState, Direction, EventSchema, EventType, NumberKind }
  from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { partyFields } from "../../switching/number-forms.js";
import { encodeMessage } from "./encoding.js";
import { eventTypes } from "./enums.js";
import { eventInit, preparedCount, preparedMax, watchedEvent } from "./event-message.js";

const connection = { call: callId("c1"), device: deviceId("100") };
const party = { device: deviceId("100"), name: "Anne" };
const other = { device: deviceId("+33123456789") };
const roles = { callingDevice: other, calledDevice: party, lastRedirectionDevice: party,
  networkInterface: deviceId("T1") };
const list = [{ newConnection: connection, oldConnection: { call: callId("c0"),
  device: deviceId("100") }, endpoint: other }, { newConnection: connection }];

type Body = CallEvent extends infer E ? E extends CallEvent
  ? Omit<E, "link" | "cause" | "receivedAtMs"> : never : never;

/** One event of each type, with all its fields. */
const bodies: readonly Body[] = [
  { type: "serviceInitiated", connection, initiatingDevice: party },
  { type: "originated", connection, ...roles },
  { type: "offered", connection, offeredDevice: party, ...roles },
  { type: "delivered", connection, alertingDevice: party, ...roles },
  { type: "established", connection, answeringDevice: party, ...roles },
  { type: "held", connection, holdingDevice: party },
  { type: "retrieved", connection, retrievingDevice: party },
  { type: "diverted", connection, divertingDevice: party, newDestination: other, ...roles },
  { type: "failed", connection, failingDevice: party, ...roles },
  { type: "queued", connection, queue: party, numberQueued: 3, callsInFront: 2, ...roles },
  { type: "networkReached", connection, networkInterfaceUsed: deviceId("T9"), ...roles },
  { type: "transferred", primaryOldCall: connection, secondaryOldCall: connection,
    transferringDevice: party, transferredToDevice: other, connections: list },
  { type: "conferenced", primaryOldCall: connection, conferencingDevice: party,
    addedParty: other, connections: list },
  { type: "connectionCleared", connection, releasingDevice: party },
  { type: "callCleared", call: callId("c1") },
  { type: "digitsDialed", connection, dialingDevice: party, digits: "12" },
  { type: "bridged", connection, bridgedAppearance: party },
  { type: "networkCapabilitiesChanged", connection },
  { type: "callInformation", connection, accountCode: "4711", ...roles },
  { type: "charging", connection, chargedDevice: party, amount: "1.20 EUR" },
  { type: "digitsGenerated", connection, digits: "5" },
  { type: "telephonyTonesGenerated", connection, tone: "beep" },
  { type: "serviceCompletionFailure", connection, otherDevice: other },
  { type: "agentLoggedOn", agentDevice: party },
  { type: "agentLoggedOff", agentDevice: party },
  { type: "agentNotReady", agentDevice: party, acdGroup: deviceId("sales"), reason: "lunch" },
  { type: "agentReady", agentDevice: party },
  { type: "agentBusy", agentDevice: party },
  { type: "agentWorkingAfterCall", agentDevice: party },
  { type: "backInService", device: deviceId("100") },
  { type: "outOfService", device: deviceId("100") },
  { type: "doNotDisturb", device: deviceId("100"), on: true },
  { type: "forwarding", device: deviceId("100"), on: true, forwardTo: deviceId("200") },
  { type: "messageWaiting", device: deviceId("100"), on: true },
  { type: "displayUpdated", device: deviceId("100"), text: "Anna" },
  { type: "buttonPress", device: deviceId("100"), button: "7", label: "Line 7" },
  { type: "lampMode", device: deviceId("100"), lamp: "7", lampMode: "wink", button: "7" },
];

function entry(body: Body, number = 7n): NumberedEvent {
  const event = { link: linkId("pbx-1"), cause: "newCall", receivedAtMs: 10, ...body } as CallEvent;
  return { number, atMs: 1_700_000_000_123.5, event, direction: "incoming", healed: false,
    parties: [deviceId("100")], numbers: [{ raw: "+33123456789", e164: "+33123456789",
      kind: "external", display: "01 23 45 67 89" }] };
}

describe("event message", () => {
  it("has an example of every type", () => {
    assert.deepEqual(bodies.map(({ type }) => type), [...eventNames]);
  });

  it("knows where the parties of every event stand, for their numbers", () => {
    for (const body of bodies) {
      const { event } = entry(body);
      const parties = Object.entries(event).filter(([, value]) => typeof value === "object"
        && "device" in value && !("call" in value)).map(([name]) => name);
      const texts = Object.keys(event).filter((name) => ["device", "forwardTo"].includes(name));
      const known: readonly string[] = partyFields[event.type];
      assert.deepEqual([...parties, ...texts].filter((name) => !known.includes(name)), [],
        event.type);
    }
  });

  it("encodes by hand exactly what the descriptor says, for any latency", () => {
    fc.assert(fc.property(fc.constantFrom(...bodies), fc.bigInt({ min: 1n, max: 2n ** 63n }),
      fc.double({ min: 0, max: 4e9, noNaN: true }), (body, number, latencyMs) => {
        const response = watchedEvent(entry(body, number), latencyMs);
        const byHand = encodeMessage(WatchEventsResponseSchema, response);
        const whole = create(WatchEventsResponseSchema, response);
        assert.deepEqual(fromBinary(WatchEventsResponseSchema, byHand),
          fromBinary(WatchEventsResponseSchema, toBinary(WatchEventsResponseSchema, whole)));
        assert.equal(byHand.length, toBinary(WatchEventsResponseSchema, whole).length);
      }), { numRuns: 500 });
  });

  it("shows type, state, parties and numbers in all forms", () => {
    const message = create(EventSchema, eventInit(entry({ type: "delivered", connection,
      alertingDevice: party, ...roles })));
    assert.equal(message.type, EventType.DELIVERED);
    assert.equal(message.state, ConnectionState.ALERTING);
    assert.equal(message.direction, Direction.INCOMING);
    assert.deepEqual([message.calling?.raw, message.calling?.e164, message.calling?.display,
      message.calling?.kind, message.calling?.name],
    ["+33123456789", "+33123456789", "01 23 45 67 89", NumberKind.EXTERNAL, ""]);
    assert.deepEqual([message.subject?.raw, message.subject?.name], ["100", "Anne"]);
    assert.equal(message.networkInterface, "T1");
    assert.equal(message.latency, undefined);
  });

  it("carries what is particular to a type", () => {
    const of = (type: CallEvent["type"]) => {
      const body = bodies.find((one) => one.type === type);
      assert.ok(body !== undefined);
      const message = create(EventSchema, eventInit(entry(body)));
      assert.equal(message.type, eventTypes[type]);
      return message;
    };
    assert.equal(of("charging").charge, "1.20 EUR");
    assert.equal(of("callInformation").accountCode, "4711");
    assert.equal(of("telephonyTonesGenerated").tone, "beep");
    assert.deepEqual([of("queued").numberQueued, of("queued").callsInFront], [3, 2]);
    assert.deepEqual([of("agentNotReady").agentState, of("agentNotReady").acdGroup,
      of("agentNotReady").reason], [AgentState.NOT_READY, "sales", "lunch"]);
    assert.equal(of("networkReached").networkInterface, "T9");
    assert.equal(of("transferred").connections[0]?.endpoint?.raw, "+33123456789");
    assert.equal(of("transferred").otherParty?.raw, "+33123456789");
    assert.deepEqual([of("forwarding").on, of("forwarding").otherParty?.raw], [true, "200"]);
    assert.equal(of("agentReady").connection, undefined);
    assert.equal(of("callCleared").connection?.call, "c1");
  });

  it("makes what is common once, and only the latency anew", () => {
    const one = entry({ type: "held", connection, holdingDevice: party });
    const [first, second] = [watchedEvent(one, 1.5), watchedEvent(one, 2_500)].map((response) =>
      create(WatchEventsResponseSchema, response).item);
    assert(first?.case === "event" && second?.case === "event");
    assert.deepEqual({ ...first.value, latency: undefined },
      { ...second.value, latency: undefined });
    const decoded = fromBinary(WatchEventsResponseSchema,
      encodeMessage(WatchEventsResponseSchema, watchedEvent(one, 2_500))).item;
    assert(decoded.case === "event");
    const { latency } = decoded.value;
    assert.ok(latency !== undefined);
    assert.equal(durationMs(latency), 2_500);
  });

  it("keeps no more messages than its bound, and makes those anew that it dropped", () => {
    const first = entry({ type: "held", connection, holdingDevice: party }, 1n);
    const bytes = () => encodeMessage(WatchEventsResponseSchema, watchedEvent(first, 1));
    const before = bytes();
    for (let number = 2n; number <= BigInt(preparedMax) + 1n; number += 1n) {
      watchedEvent(entry({ type: "held", connection, holdingDevice: party }, number), 1);
      assert(preparedCount() <= preparedMax);
    }
    assert.equal(preparedCount(), preparedMax);
    assert.deepEqual(bytes(), before);
  });
});
