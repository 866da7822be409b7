import assert from "node:assert/strict";
import fc from "fast-check";
import { acseVariants } from "./acse.js";
import { cstaBerCodec } from "./ber-codec.js";
import type { CstaCodec, CstaConnection, CstaDevice, CstaMessage } from "./message.js";
import { phase1, phase2 } from "./phase1-2.js";
import { events, messages, services } from "../../../hw-tests/csta-messages-1-2.js";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? "none")
  .toString("hex");

function codec(phase = phase2): CstaCodec {
  return cstaBerCodec({ phase, framing: { name: "none" }, acse: "none" });
}

function decoded(bytes: Uint8Array, by = codec()): unknown {
  return [...by.decoder().push(bytes)].map((each) =>
    each.kind === "message" ? each.message : each);
}

const number = (digits: string): CstaDevice => ({ kind: "dialingNumber", text: digits });
const at = (digits: string, callID = "1234"): CstaConnection =>
  ({ callID, deviceID: number(digits) });

/** Of the reference: generated from the tables of a client in production, and read by another. */
const vectors: readonly (readonly [string, CstaMessage])[] = [
  ["A1 0D 02 01 01 02 01 47 30 05 80 03 35 35 35", { kind: "invoke", invokeID: 1,
    service: "MonitorStart", argument: { monitorObject: { deviceObject: number("555") } } }],
  ["A1 14 02 01 02 02 01 0A 30 0C 80 03 35 35 35 62 05 80 03 35 35 36", { kind: "invoke",
    invokeID: 2, service: "MakeCall",
    argument: { callingDevice: number("555"), calledDirectoryNumber: number("556") } }],
  ["A1 09 02 01 01 02 01 34 0A 01 02", { kind: "invoke", invokeID: 1, service: "SystemStatus",
    argument: { systemStatus: "normal" } }],
  ["A2 0A 02 01 01 30 05 02 01 34 05 00", { kind: "result", invokeID: 1,
    service: "SystemStatus", result: {} }],
  ["A1 3B 02 01 03 02 01 15 30 33 55 02 00 05 80 01 04 30 2A 6B 09 82 02 12 34 80 03 35 35 36"
    + "63 05 80 03 35 35 36 61 05 80 03 35 35 35 62 05 80 03 35 35 36 64 02 87 00 4E 01 02"
    + "0A 01 16", { kind: "event", invokeID: 3, monitorCrossRefID: "0005", event: {
    type: "delivered", connection: at("556"), alertingDevice: number("556"),
    callingDevice: number("555"), calledDevice: number("556"),
    lastRedirectionDevice: "notKnown", localConnectionInfo: "alerting", cause: "newCall" } }],
  ["A3 09 02 01 02 02 01 01 81 01 06", { kind: "error", invokeID: 2,
    error: { category: "operation", value: "invalidCalledDeviceID" } }],
];

/** Written by hand from the tables: operations that phase III has split. */
const divided: readonly (readonly [string, CstaMessage])[] = [
  ["A1 1A 02 01 01 02 01 08 A0 12 6B 09 82 02 12 34 80 03 35 35 36 62 05 80 03 35 35 37",
    { kind: "invoke", invokeID: 1, service: "DeflectCall",
      argument: { callToBeDiverted: at("556"), newDestination: number("557") } }],
  ["A1 18 02 01 01 02 01 08 A1 10 6B 09 82 02 12 34 80 03 35 35 36 80 03 35 35 37",
    { kind: "invoke", invokeID: 1, service: "DirectedPickupCall",
      argument: { callToBePickedUp: at("556"), requestingDevice: number("557") } }],
  ["A1 0D 02 01 01 02 01 08 A2 05 80 03 35 35 37", { kind: "invoke", invokeID: 1,
    service: "GroupPickupCall", argument: { newDestination: number("557") } }],
  ["A1 11 02 01 01 02 01 03 A1 09 82 02 12 34 80 03 35 35 36", { kind: "invoke", invokeID: 1,
    service: "CallBack", argument: { callbackConnection: at("556") } }],
  ["A1 10 02 01 01 02 01 0C 30 08 80 03 35 35 35 0A 01 01", { kind: "invoke", invokeID: 1,
    service: "GetDoNotDisturb", argument: { device: number("555") } }],
  ["A1 10 02 01 01 02 01 0C 30 08 80 03 35 35 35 0A 01 02", { kind: "invoke", invokeID: 1,
    service: "GetForwarding", argument: { device: number("555") } }],
  ["A1 10 02 01 01 02 01 0C 30 08 80 03 35 35 35 0A 01 05", { kind: "invoke", invokeID: 1,
    service: "GetAgentState", argument: { device: number("555") } }],
  ["A2 0B 02 01 01 30 06 02 01 0C 81 01 FF", { kind: "result", invokeID: 1,
    service: "GetDoNotDisturb", result: { doNotDisturbOn: true } }],
  ["A2 14 02 01 01 30 0F 02 01 0C A2 0A 30 08 0A 01 02 16 03 35 35 37", { kind: "result",
    invokeID: 1, service: "GetForwarding", result: { forwardingList: [{ forwardingType: "busy",
      forwardStatus: true, forwardDN: number("557") }] } }],
  ["A2 0B 02 01 01 30 06 02 01 0C 85 01 02", { kind: "result", invokeID: 1,
    service: "GetAgentState", result: { agentStateList: [{ loggedOnState: true,
      agentInfo: [{ agentState: "ready" }] }] } }],
  ["A1 10 02 01 01 02 01 0F 30 08 80 03 35 35 35 80 01 FF", { kind: "invoke", invokeID: 1,
    service: "SetMessageWaitingIndicator",
    argument: { device: number("555"), messageWaitingOn: true } }],
  ["A1 10 02 01 01 02 01 0F 30 08 80 03 35 35 35 81 01 00", { kind: "invoke", invokeID: 1,
    service: "SetDoNotDisturb", argument: { device: number("555"), doNotDisturbOn: false } }],
  ["A1 17 02 01 01 02 01 0F 30 0F 80 03 35 35 35 A2 08 0A 01 04 16 03 35 35 37",
    { kind: "invoke", invokeID: 1, service: "SetForwarding", argument: { device: number("555"),
      forwardingType: "noAnswer", activateForward: true, forwardDN: number("557") } }],
  ["A1 11 02 01 01 02 01 0F 30 09 80 03 35 35 35 A3 02 83 00", { kind: "invoke", invokeID: 1,
    service: "SetAgentState",
    argument: { device: number("555"), requestedAgentState: "ready" } }],
  ["A1 23 02 01 01 02 01 10 A2 1B 6B 09 82 02 12 34 80 03 35 35 36 6B 0E 82 02 12 35 81 08"
    + "01 02 03 04 05 06 07 08", { kind: "invoke", invokeID: 1, service: "TransferCall",
    argument: { heldCall: at("556"), activeCall: { callID: "1235",
      deviceID: { kind: "dynamic", text: "0102030405060708" } } } }],
];

describe("CSTA phases I and II", () => {
  it("every service and event has a message here", () => {
    assert.deepEqual(new Set(Object.keys(services)), phase2.services);
    assert.deepEqual(new Set(Object.keys(events)), phase2.events);
    assert.deepEqual([...phase2.services].filter((each) => !phase1.services.has(each)),
      ["AssociateData", "ParkCall", "GenerateDigits", "SingleStepConferenceCall",
        "SingleStepTransferCall"]);
  });

  it("writes and reads every octet of the reference", () => {
    for (const [octets, message] of [...vectors, ...divided]) {
      for (const phase of [phase1, phase2]) {
        assert.equal(text(codec(phase).encode(message)), text(hex(octets)), octets);
        assert.deepEqual(decoded(hex(octets), codec(phase)), [message], octets);
      }
    }
  });

  it("an association of the old form around it, and the framing of Alcatel", () => {
    const client = cstaBerCodec({ phase: phase2, acse: acseVariants.phase2,
      framing: { name: "len16", handshake: true } });
    const server = cstaBerCodec({ phase: phase2, acse: acseVariants.phase2,
      framing: { name: "len16", handshake: true } });
    const conversation: readonly (readonly [CstaCodec, CstaCodec, CstaMessage])[] = [
      [client, server, { kind: "handshake", step: "begin" }],
      [server, client, { kind: "handshake", step: "answer" }],
      [client, server, { kind: "associate", versions: ["0", "1"] }],
      [server, client, { kind: "associated", version: "1" }],
      [server, client, { kind: "invoke", invokeID: 1, service: "SystemStatus",
        argument: { systemStatus: "normal" } }],
      [client, server, { kind: "result", invokeID: 1, service: "SystemStatus", result: {} }],
      [client, server, { kind: "release" }], [server, client, { kind: "released" }],
      [client, server, { kind: "handshake", step: "end" }],
    ];
    const decoders = new Map([client, server].map((each) => [each, each.decoder()]));
    for (const [from, to, message] of conversation) {
      const bytes = from.encode(message);
      assert.ok(bytes !== undefined, message.kind);
      const found = [...bytes].flatMap((octet) =>
        [...decoders.get(to)?.push(Uint8Array.of(octet)) ?? []]);
      if (message.kind !== "associated") {
        assert.deepEqual(found, [{ kind: "message", message }]);
        continue;
      }
      const [read] = found;
      assert.ok(read?.kind === "message" && read.message.kind === "associated");
      const { functions, ...rest } = read.message;
      assert.deepEqual(rest, message);
      assert.ok(functions?.has.includes("MakeCall") && functions.lacks.includes("autoAnswer"));
    }
  });

  it("which of the services that are one operation was answered, is remembered", () => {
    const application = codec();
    for (const [index, [, message]] of divided.entries()) {
      if (message.kind !== "invoke" || message.argument === undefined) continue;
      const invokeID = index + 1;
      application.encode({ ...message, invokeID });
      if (!["DeflectCall", "DirectedPickupCall", "GroupPickupCall", "SetForwarding",
        "SetAgentState", "SetDoNotDisturb"].includes(message.service)) continue;
      assert.deepEqual(decoded(Buffer.concat([hex("A2 05 02 01"), Buffer.of(invokeID),
        hex("05 00")]), application), [{ kind: "result", invokeID, service: message.service,
        result: {} }]);
    }
  });

  it("what peers leave out or write otherwise", () => {
    // MD110: one forwarding without a list; states without their list; a call that is not named.
    const application = codec();
    assert.deepEqual(decoded(hex("A2 12 02 01 01 30 0D 02 01 0C A2 08 0A 01 00 16 03 35 35 37")),
      [{ kind: "result", invokeID: 1, service: "GetForwarding", result: { forwardingList: [{
        forwardingType: "immediate", forwardStatus: true, forwardDN: number("557") }] } }]);
    assert.deepEqual(decoded(hex("A2 20 02 01 01 30 1B 02 01 4A 76 16 30 14 63 02 87 00"
      + "6B 08 82 02 12 34 80 02 35 35 4E 01 03 7F 01 00")), [{ kind: "result", invokeID: 1,
      service: "SnapshotDevice", result: { snapshotData: [{ endpointDevice: "notKnown",
        connectionIdentifier: at("55"), localCallState: ["connected"] }] } }]);
    assert.deepEqual(decoded(hex("A2 0A 02 01 01 30 05 02 01 10 30 00")), [{ kind: "result",
      invokeID: 1, service: "TransferCall", result: { transferredCall: {} } }]);
    // Arguments within a sequence with extensions; a static device within its own tag.
    assert.deepEqual(decoded(hex("A1 1F 02 01 01 02 01 02 30 17 6B 0B 82 02 12 34 A0 05 80 03 35"
      + "35 36 7E 08 A1 06 7D 04 06 02 2A 03")), [{ kind: "invoke", invokeID: 1,
      service: "AnswerCall", argument: { callToBeAnswered: at("556"),
        extensions: { privateData: ["7d0406022a03"] } } }]);
    // Features that no service stands for: camp on, last number dialled.
    for (const octets of ["A1 11 02 01 01 02 01 03 A0 09 82 02 12 34 80 03 35 35 36",
      "A1 10 02 01 01 02 01 0C 30 08 80 03 35 35 35 0A 01 03"]) {
      assert.deepEqual((decoded(hex(octets)) as CstaMessage[]).map(({ kind }) => kind),
        ["unknown-invoke"], octets);
    }
    assert.deepEqual(decoded(hex("A1 08 02 01 01 02 01 09 05 00"), application), [{
      kind: "unknown-invoke", invokeID: 1, operation: "9",
      mistyped: "unexpected element universal 5" }]);
    assert.deepEqual(decoded(hex("A1 09 02 01 01 02 02 00 D3 05 00")), [{
      kind: "unknown-invoke", invokeID: 1, operation: "211" }]);
  });

  it("events without a table keep their element; private ones their form", () => {
    for (const octets of [
      "A1 14 02 01 03 02 01 15 30 0C 55 02 00 05 80 02 01 91 30 02 05 00",
      "A1 14 02 01 03 02 01 15 30 0C 55 02 00 05 81 02 2A 03 30 02 05 00"]) {
      const [message] = decoded(hex(octets)) as CstaMessage[];
      assert.ok(message?.kind === "event" && message.event.type === "other");
      assert.equal(message.event.element, "30020500");
      assert.equal(text(codec().encode(message)), text(hex(octets)));
    }
  });

  it("gives back what it was given", () => {
    const by = codec();
    const decoder = by.decoder();
    fc.assert(fc.property(messages, (message) => {
      const bytes = by.encode(message);
      assert.ok(bytes !== undefined);
      assert.deepEqual([...decoder.push(bytes)], [{ kind: "message", message }]);
    }), { numRuns: 3_000 });
  });

  it("survives anything, and what is nearly right", () => {
    const good = [...vectors, ...divided].map(([octets]) => hex(octets));
    fc.assert(fc.property(fc.constantFrom(...good),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), (pdu, changes) => {
        const bytes = Buffer.from(pdu);
        for (const [place, octet] of changes) bytes[place % bytes.length] = octet;
        decoded(bytes);
      }), { numRuns: 3_000 });
    for (const phase of [phase1, phase2]) {
      fc.assert(fc.property(fc.nat(80), fc.uint8Array({ maxLength: 60 }), (operation, bytes) => {
        phase.decodeArgument(operation, bytes);
        phase.decodeResult(operation, bytes);
        phase.decodeEvent(bytes);
        phase.decodeError(bytes);
      }));
    }
  });

  it("writes nothing that the phase has no word for", () => {
    const device = number("555");
    const encoded = (message: CstaMessage): Uint8Array | undefined => codec().encode(message);
    assert.equal(encoded({ kind: "invoke", invokeID: 1, service: "SetForwarding",
      argument: { device, forwardingType: "busyInt", activateForward: true } }), undefined);
    assert.equal(encoded({ kind: "invoke", invokeID: 1, service: "SetDisplay",
      argument: { device, contentsOfDisplay: "x" } }), undefined);
    assert.equal(encoded({ kind: "event", invokeID: 1, monitorCrossRefID: "00",
      event: { type: "offered", offeredConnection: at("1"), offeredDevice: "notKnown" } }),
    undefined);
    assert.equal(codec(phase1).encode({ kind: "invoke", invokeID: 1, service: "ParkCall",
      argument: { parking: at("1"), parkTo: device } }), undefined);
    // A cause of phase III is left out, and so are its time and its private data.
    assert.deepEqual(decoded(encoded({ kind: "event", invokeID: 1, monitorCrossRefID: "00",
      event: { type: "held", heldConnection: at("1"), holdingDevice: device, cause: "consultation",
        extensions: { time: "20240131101500", privateData: ["0500"] } } }) ?? hex("")),
    [{ kind: "event", invokeID: 1, monitorCrossRefID: "00",
      event: { type: "held", heldConnection: at("1"), holdingDevice: device } }]);
    for (const [error, wanted] of [
      [{ category: "operation", value: "serviceNotSupported" },
        { category: "operation", value: "requestIncompatibleWithObject" }],
      [{ category: "operation", value: "invalidAuthCode" },
        { category: "operation", value: "generic" }],
      [{ category: "operation", value: "77" }, { category: "operation", value: "77" }],
      [{ category: "privateData", value: "cSTAPrivateDataInfoError" },
        { category: "unspecified", value: "generic" }],
      [{ category: "systemResourceAvailability", value: "networkBusy" },
        { category: "systemResourceAvailability", value: "networkBusy" }],
    ] as const) {
      assert.deepEqual(phase2.decodeError(phase2.encodeError(error)), wanted);
    }
  });
});
