import assert from "node:assert/strict";
import { readBer, readBerAll, berInteger, type BerElement } from "../ber.js";
import type {
  CstaArgument, CstaConnection, CstaDevice, CstaError, CstaEvent, CstaResult, CstaServiceName,
} from "./message.js";
import { eventReportOperation } from "./phase.js";
import { phase3 } from "./phase3.js";

const bytes = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const hex = (octets: Uint8Array | undefined): string | undefined =>
  octets === undefined ? undefined : Buffer.from(octets).toString("hex");

const device = (text: string): CstaDevice => ({ kind: "dialingNumber", text });
const connection = (callID: string, at: string): CstaConnection =>
  ({ callID, deviceID: device(at) });

function partsOf(element: BerElement | string): readonly BerElement[] {
  assert.ok(typeof element !== "string");
  const parts = readBerAll(element.contents);
  assert.ok(typeof parts !== "string");
  return parts;
}

/** Operation and argument of an invocation, or of a result (X.229). */
function operationIn(pdu: string): { operation: number; element: Uint8Array } {
  const whole = readBer(bytes(pdu));
  const [, second, ...rest] = partsOf(whole);
  assert.ok(second !== undefined && typeof whole !== "string");
  const [operation, ...tail] = whole.tag === 1 ? [second, ...rest] : partsOf(second);
  const number = berInteger(operation?.contents ?? Buffer.of());
  assert.ok(number !== undefined, pdu);
  const length = tail.reduce((sum, each) => sum + each.octets, 0);
  const element = bytes(pdu).subarray(bytes(pdu).length - length);
  return { operation: number, element };
}

function argumentIs<S extends CstaServiceName>(
  pdu: string, service: S, argument: CstaArgument<S>,
): void {
  const { operation, element } = operationIn(pdu);
  const written = phase3.encodeArgument(service, argument);
  assert.deepEqual([written?.operation, hex(written?.element)], [operation, hex(element)], pdu);
  assert.deepEqual(phase3.decodeArgument(operation, element), { service, argument });
}

function resultIs<S extends CstaServiceName>(
  pdu: string, service: S, result: CstaResult<S>,
): void {
  const { operation, element } = operationIn(pdu);
  const written = phase3.encodeResult(service, result);
  assert.deepEqual([written?.operation, hex(written?.element)], [operation, hex(element)], pdu);
  assert.deepEqual(phase3.decodeResult(operation, element), { service, result });
}

function eventIs(pdu: string, monitorCrossRefID: string, event: CstaEvent): void {
  const { operation, element } = operationIn(pdu);
  assert.equal(operation, eventReportOperation);
  assert.equal(hex(phase3.encodeEvent(monitorCrossRefID, event)), hex(element), pdu);
  assert.deepEqual(phase3.decodeEvent(element), { monitorCrossRefID, event });
}

const at100 = connection("b164", "100");
const at101 = connection("b164", "101");
const device100 = "30 05 80 03 31 30 30";
const call100 = `6B 0F 30 0D 80 02 B1 64 A1 07 ${device100}`;
const call101 = "6B 0F 30 0D 80 02 B1 64 A1 07 30 05 80 03 31 30 31";
const time = { time: "20240131101500" };
const timeOctets = "7E 12 A0 10 18 0E 32 30 32 34 30 31 33 31 31 30 31 35 30 30";

describe("CSTA phase III: recorded and generated octets", () => {
  it("monitors", () => {
    const monitorObject = { deviceObject: device("100") };
    argumentIs(`A1 0F 02 01 01 02 01 47 30 07 ${device100}`, "MonitorStart", { monitorObject });
    argumentIs(`A1 35 02 01 01 02 01 47 30 2D ${device100} A0 24 80 04 06 00 00 00 86 02 03 00
      87 02 06 00 88 03 05 00 00 89 03 02 00 00 83 02 05 00 85 02 01 00 84 02 07 00`
      .replaceAll(/\s+/g, " "), "MonitorStart", { monitorObject, requestedMonitorFilter: [] });
    resultIs("A2 0E 02 01 01 30 09 02 01 47 30 04 55 02 00 05", "MonitorStart",
      { monitorCrossRefID: "0005" });
    argumentIs("A1 0C 02 01 02 02 01 49 30 04 55 02 00 05", "MonitorStop",
      { monitorCrossRefID: "0005" });
    resultIs("A2 0A 02 01 02 30 05 02 01 49 05 00", "MonitorStop", {});
  });

  it("a monitor of a Panasonic device number with an empty filter", () => {
    const { operation, element } =
      operationIn("A1 12 02 01 01 02 01 47 30 0A 30 06 81 04 01 11 00 65 A0 00");
    const monitorObject = { deviceObject: { kind: "deviceNumber" as const, text: "17891429" } };
    assert.deepEqual(phase3.decodeArgument(operation, element), { service: "MonitorStart",
      argument: { monitorObject, requestedMonitorFilter: [] } });
    assert.equal(hex(phase3.encodeArgument("MonitorStart", { monitorObject })?.element),
      "30083006810401110065");
  });

  it("making, answering and clearing", () => {
    const call = { callingDevice: device("100"), calledDirectoryNumber: device("101") };
    argumentIs(`A1 16 02 01 03 02 01 0A 30 0E ${device100} 30 05 80 03 31 30 31`, "MakeCall",
      call);
    argumentIs(`A1 19 02 01 03 02 01 0A 30 11 ${device100} 30 05 80 03 31 30 31 83 01 01`,
      "MakeCall", { ...call, autoOriginate: "doNotPrompt" });
    resultIs(`A2 1B 02 01 03 30 16 02 01 0A 30 11 ${call100}`, "MakeCall",
      { callingDevice: at100 });
    argumentIs(`A1 19 02 01 04 02 01 02 30 11 ${call101}`, "AnswerCall",
      { callToBeAnswered: at101 });
    resultIs("A2 0A 02 01 04 30 05 02 01 02 05 00", "AnswerCall", {});
    argumentIs(`A1 19 02 01 05 02 01 05 30 11 ${call100}`, "ClearConnection",
      { connectionToBeCleared: at100 });
  });

  it("two calls", () => {
    argumentIs(`A1 19 02 01 06 02 01 09 30 11 ${call100}`, "HoldCall", { callToBeHeld: at100 });
    argumentIs(`A1 19 02 01 07 02 01 0E 30 11 ${call100}`, "RetrieveCall",
      { callToBeRetrieved: at100 });
    argumentIs(`A1 22 02 01 08 02 01 07 30 1A A0 0F 30 0D 80 02 B1 64 A1 07 ${device100}
      A1 07 30 05 80 03 31 30 32`.replaceAll(/\s+/g, " "), "ConsultationCall",
    { existingCall: at100, consultedDevice: device("102") });
    argumentIs(`A1 2A 02 01 09 02 01 10 30 22 ${call100}
      6B 0F 30 0D 80 02 B1 69 A1 07 ${device100}`.replaceAll(/\s+/g, " "), "TransferCall",
    { heldCall: at100, activeCall: connection("b169", "100") });
    argumentIs(`A1 21 02 01 0A 02 02 00 DA 30 18 ${call101} 30 05 80 03 31 30 33`,
      "DeflectCall", { callToBeDiverted: at101, newDestination: device("103") });
    argumentIs(`A1 20 02 01 0B 02 01 32 30 18 ${call100} 30 05 80 03 31 30 33`,
      "SingleStepTransferCall", { activeCall: at100, transferredTo: device("103") });
  });

  it("snapshots and features", () => {
    argumentIs(`A1 0F 02 01 0C 02 01 4A 30 07 ${device100}`, "SnapshotDevice",
      { snapshotObject: device("100") });
    resultIs(`A2 27 02 01 0C 30 22 02 01 4A 30 1D 76 1B 30 19 ${call100}
      A0 06 4E 01 03 4E 01 02`.replaceAll(/\s+/g, " "), "SnapshotDevice",
    { snapshotData: [{ connectionIdentifier: at100, localCallState: ["connected", "alerting"] }] });
    argumentIs(`A1 2C 02 01 01 02 01 4D 30 24 04 02 00 07 02 01 01 01 01 FF 76 18 30 16 ${call100}
      A0 03 4E 01 03`.replaceAll(/\s+/g, " "), "SnapshotDeviceData", { serviceCrossRefID: "0007",
      segmentID: 1, lastSegment: true, snapshotData: [
        { connectionIdentifier: at100, localCallState: ["connected"] }] });
    argumentIs(`A1 30 02 01 02 02 01 4C 30 28 04 02 00 08 01 01 00 77 1F 30 1D 63 07 ${device100}
      ${call100} 4E 01 03`.replaceAll(/\s+/g, " "), "SnapshotCallData",
    { serviceCrossRefID: "0008", lastSegment: false, snapshotData: [
      { deviceOnCall: device("100"), callIdentifier: at100, localConnectionInfo: "connected" }] });
    argumentIs("A1 0C 02 01 05 02 02 01 6B 30 03 0A 01 00", "StartCallDetailRecordsTransmission",
      { transferMode: "transferAtEndOfCall" });
    argumentIs(`A1 27 02 01 06 02 02 01 69 30 1E 04 01 0C 02 01 01 30 16 30 14
      18 0E 32 30 32 34 30 31 33 31 31 30 31 35 30 30 87 02 01 2C`.replaceAll(/\s+/g, " "),
    "CallDetailRecordsReport", { cdrCrossRefID: "0c",
      cdrInfo: [{ recordCreationTime: "20240131101500", connectionDuration: 300 }] });
    argumentIs(`A1 12 02 01 03 02 02 01 04 30 09 ${device100} 04 00`, "ButtonPress",
      { device: device("100"), button: "" });
    resultIs("A2 17 02 01 04 30 12 02 02 01 0A 30 0C 30 0A 30 08 04 01 37 02 01 04 82 00",
      "GetLampMode", { lampModeList: [{ lamp: "7", lampMode: "wink", button: "" }] });
    argumentIs(`A1 22 02 01 0D 02 02 00 E8 30 19 ${call100} 0A 01 01 16 03 31 32 23`,
      "GenerateDigits",
      { connectionToSendDigits: at100, digitMode: "dtmf", charactersToSend: "12#" });
    argumentIs(`A1 19 02 01 0E 02 02 01 38 30 10 ${device100} 0A 01 03 82 04 34 37 31 31`,
      "SetAgentState",
      { device: device("100"), requestedAgentState: "ready", agentID: "4711" });
    argumentIs(`A1 1D 02 01 0F 02 02 01 3D 30 14 ${device100} 0A 01 00 01 01 FF
      30 05 80 03 31 30 34`.replaceAll(/\s+/g, " "), "SetForwarding",
    { device: device("100"), forwardingType: "immediate", activateForward: true,
      forwardDN: device("104") });
  });

  it("system status and the escape of a recorded Panasonic", () => {
    argumentIs("A1 0C 02 01 01 02 02 00 D3 30 03 0A 01 02", "SystemStatus",
      { systemStatus: "normal" });
    argumentIs("A1 0C 02 01 01 02 02 00 D3 30 03 0A 01 01", "SystemStatus",
      { systemStatus: "enabled" });
    resultIs("A2 0B 02 01 01 30 06 02 02 00 D3 05 00", "SystemStatus", {});
    for (const category of ["05", "02"]) {
      argumentIs(`A1 16 02 02 02 06 02 01 33 30 0D A4 0B A0 09 A4 07 A1 05 A0 03 0A 01
        ${category}`.replaceAll(/\s+/g, " "), "Escape",
      { extensions: { privateData: [`a40ba009a407a105a0030a01${category}`] } });
    }
  });

  it("events", () => {
    eventIs(`A1 39 02 01 14 02 01 15 30 31 55 02 00 05 A0 2B AD 29 ${call100} 63 07 ${device100}
      62 07 30 05 80 03 31 30 31 4E 01 03 0A 01 16`.replaceAll(/\s+/g, " "), "0005",
    { type: "originated", originatedConnection: at100, callingDevice: device("100"),
      calledDevice: device("101"), localConnectionInfo: "connected", cause: "newCall" });
    const fields = `${call101} 63 07 30 05 80 03 31 30 31 61 07 ${device100}
      62 07 30 05 80 03 31 30 31 64 02 87 00 4E 01 03 0A 01 16 ${timeOctets}`;
    const roles = { callingDevice: device("100"), calledDevice: device("101"),
      lastRedirectionDevice: "notKnown", localConnectionInfo: "connected", cause: "newCall",
      extensions: time } as const;
    eventIs(`A1 5A 02 01 15 02 01 15 30 52 55 02 00 05 A0 4C A4 4A ${fields}`
      .replaceAll(/\s+/g, " "), "0005",
    { type: "delivered", connection: at101, alertingDevice: device("101"), ...roles });
    eventIs(`A1 5A 02 01 16 02 01 15 30 52 55 02 00 05 A0 4C A7 4A ${fields}`
      .replaceAll(/\s+/g, " "), "0005", { type: "established", establishedConnection: at101,
      answeringDevice: device("101"), ...roles });
    eventIs(`A1 44 02 01 17 02 01 15 30 3C 55 02 00 05 A0 36 A3 34 ${call101}
      63 07 30 05 80 03 31 30 31 4E 01 00 0A 01 30 ${timeOctets}`.replaceAll(/\s+/g, " "), "0005",
    { type: "connectionCleared", droppedConnection: at101, releasingDevice: device("101"),
      localConnectionInfo: "null", cause: "normalClearing", extensions: time });
  });

  it("errors", () => {
    const written = phase3.encodeError({ category: "operation", value: "invalidCalledDeviceID" });
    assert.equal(hex(written), "a0030a0106");
    for (const [octets, error] of [
      ["A0 03 0A 01 06", { category: "operation", value: "invalidCalledDeviceID" }],
      ["A0 04 0A 02 00 C3", { category: "operation", value: "invalidDestinationDeviceObject" }],
      ["A3 03 0A 01 63", { category: "systemResourceAvailability", value: "99" }],
      ["A7 02 05 00", { category: "unspecified", value: "generic" }],
    ] as const satisfies readonly (readonly [string, CstaError])[]) {
      assert.deepEqual(phase3.decodeError(bytes(octets)), error);
      assert.equal(hex(phase3.encodeError(error)), hex(bytes(octets)));
    }
    assert.deepEqual(phase3.decodeError(bytes("30 00")),
      { category: "unspecified", value: "generic" });
    assert.equal(hex(phase3.encodeError({ category: "security", value: "of a later edition" })),
      "a1030a0100");
  });
});

describe("CSTA phase III: what peers do", () => {
  const eventOf = (fields: string): ReturnType<typeof phase3.decodeEvent> =>
    phase3.decodeEvent(bytes(fields));

  it("a transfer as a HiPath reports it", () => {
    const parts = (...each: string[]): string => each.join(" ");
    const at = (tag: string, call: string, number: string): string =>
      `${tag} 0F 30 0D 80 02 ${call} A1 07 30 05 80 03 ${number}`;
    const party = (tag: string, number: string): string => `${tag} 07 30 05 80 03 ${number}`;
    const first = parts("A0 11", at("6B", "B1 64", "39 39 39"), "A1 11",
      at("6B", "B1 64", "39 39 39"), party("A2", "39 39 39"), party("A3", "38 38 38"));
    const second = parts("A0 11", at("6B", "B1 64", "31 30 32"), "A1 11",
      at("6B", "B1 69", "31 30 32"), party("A2", "31 30 32"));
    const framed = (tag: string, text: string): string =>
      `${tag} 81 ${bytes(text).length.toString(16).padStart(2, "0")} ${text}`;
    const element = framed("30", parts("55 02 00 05", framed("A0", framed("B1", parts(
      call100, at("A0", "B1 69", "31 30 30"), party("63", "31 30 30"), party("63", "31 30 32"),
      framed("A1", parts(framed("30", first), framed("30", second))), "4E 01 00 0A 01 20",
      "A7 06 30 02 30 00 30 00", timeOctets)))));
    assert.deepEqual(eventOf(element), { monitorCrossRefID: "0005", event: {
      type: "transferred", primaryOldCall: at100, secondaryOldCall: connection("b169", "100"),
      transferringDevice: device("100"), transferredToDevice: device("102"),
      transferredConnections: [
        { newConnection: connection("b164", "999"), oldConnection: connection("b164", "999"),
          endpoint: device("999"), associatedNID: device("888") },
        { newConnection: connection("b164", "102"), oldConnection: connection("b169", "102"),
          endpoint: device("102") }],
      localConnectionInfo: "null", cause: "transfer", extensions: time } });
  });

  it("other connections: of a device number, dynamic, of a call alone", () => {
    const held = (of: string): string => {
      const fields = `${of} 63 02 88 00 0A 01 4E`;
      const length = bytes(fields).length;
      return Buffer.concat([bytes("30 00 55 02 00 05 A0 00 A9 00"), bytes(fields)])
        .toString("hex").replace("3000", `30${(length + 8).toString(16).padStart(2, "0")}`)
        .replace("a000a900", `a0${(length + 2).toString(16).padStart(2, "0")}a9`
          + length.toString(16).padStart(2, "0"));
    };
    for (const [octets, heldConnection] of [
      ["6B 0E 30 0C 80 02 B1 64 A1 06 30 04 81 02 01 00",
        { callID: "b164", deviceID: { kind: "deviceNumber", text: "256" } }],
      ["6B 0C 30 0A 80 02 B1 64 A1 04 83 02 01 02",
        { callID: "b164", deviceID: { kind: "dynamic", text: "0102" } }],
      ["6B 04 80 02 B1 64", { callID: "b164" }],
      ["6B 09 A1 07 30 05 80 03 31 30 30", { deviceID: device("100") }],
    ] as const satisfies readonly (readonly [string, CstaConnection])[]) {
      const event: CstaEvent =
        { type: "held", heldConnection, holdingDevice: "restricted", cause: "normal" };
      assert.deepEqual(eventOf(held(octets)), { monitorCrossRefID: "0005", event });
      assert.equal(hex(phase3.encodeEvent("0005", event)), held(octets));
    }
  });

  it("call states of one number, and states that are not known", () => {
    const snapshot = (state: string): unknown => {
      const entry = Buffer.concat([bytes(call100), bytes(state)]);
      const list = Buffer.concat([Buffer.of(0x30, entry.length), entry]);
      return phase3.decodeResult(74,
        Buffer.concat([Buffer.of(0x30, list.length + 2, 0x76, list.length), list]));
    };
    for (const [state, localCallState] of [
      ["81 01 23", ["connected", "alerting"]], ["81 01 32", ["alerting", "connected"]],
      ["81 01 34", ["hold", "connected"]], ["81 01 03", ["connected"]],
      ["81 01 60", ["null", "fail"]], ["82 00", []],
    ] as const) {
      assert.deepEqual(snapshot(state), { service: "SnapshotDevice", result: { snapshotData: [
        { connectionIdentifier: at100, localCallState }] } });
    }
  });

  it("causes and types without a name, and fields of later editions", () => {
    const failed = eventOf(`30 2C 55 02 00 05 A0 26 A8 24 ${call100} 63 02 87 00 61 02 87 00
      62 02 87 00 0A 02 01 00 9E 01 00`.replaceAll(/\s+/g, " "));
    assert.deepEqual(failed, { monitorCrossRefID: "0005", event: { type: "failed",
      failedConnection: at100, failingDevice: "notKnown", callingDevice: "notKnown",
      calledDevice: "notKnown", cause: "normal" } });
    assert.deepEqual(eventOf("30 12 55 02 00 05 A4 0C AC 0A 63 02 87 00 0A 01 63 01 01 00"),
      { monitorCrossRefID: "0005",
        event: { type: "forwarding", device: "notKnown", forwardStatus: false } });
  });

  it("events without a table keep their element", () => {
    for (const [octets, name, element] of [
      ["30 0A 55 02 00 05 A3 04 A3 02 04 00", "hookswitch", "a3020400"],
      ["30 0A 55 02 00 05 A7 04 A0 02 04 00", "privateEvent", "a0020400"],
      ["30 0A 55 02 00 05 A6 04 A3 02 04 00", "6.3", "a3020400"],
    ] as const) {
      const event: CstaEvent = { type: "other", name, element };
      assert.deepEqual(eventOf(octets), { monitorCrossRefID: "0005", event });
      assert.equal(hex(phase3.encodeEvent("0005", event)), hex(bytes(octets)));
    }
    for (const event of [
      { type: "other", name: "hookswitch", element: "a4020400" },
      { type: "other", name: "hookswitch", element: "<hookswitch/>" },
      { type: "other", name: "of another kind", element: "a4020400" },
    ] as const) assert.equal(phase3.encodeEvent("0005", event), undefined);
  });

  it("results of nothing, in all their forms", () => {
    for (const octets of ["", "05 00", "30 00", "7E 00"]) {
      const found = phase3.decodeResult(2, bytes(octets));
      assert.deepEqual(found, { service: "AnswerCall",
        result: octets === "7E 00" ? { extensions: {} } : {} });
      assert.deepEqual(phase3.decodeResult(220, bytes(octets === "7E 00" ? "30 00" : octets)),
        { service: "DirectedPickupCall", result: {} });
    }
    assert.equal(typeof phase3.decodeResult(10, bytes("05 00")), "string");
    assert.deepEqual(phase3.decodeArgument(210, bytes("")),
      { service: "RequestSystemStatus", argument: {} });
  });

  it("operations without a table", () => {
    assert.deepEqual(phase3.decodeArgument(217, bytes("30 00")), { unknown: 217 });
    assert.deepEqual(phase3.decodeResult(217, bytes("30 00")), { unknown: 217 });
    assert.equal(phase3.encodeArgument("GetDeviceId", { extension: "101" }), undefined);
    assert.ok(!phase3.services.has("GetDeviceId"));
  });

  it("escapes with a time and a register, whatever the private data looks like", () => {
    for (const [octets, extensions] of [
      ["30 02 30 00", { privateData: ["3000"] }],
      ["30 04 A0 02 04 00", { privateData: ["a0020400"] }],
      ["30 14 30 10 18 0E 32 30 32 34 30 31 33 31 31 30 31 35 30 30 30 00",
        { ...time, privateData: ["3000"] }],
      ["30 08 A0 03 04 01 07 04 01 55", { privateData: ["040155"] }],
    ] as const) {
      assert.deepEqual(phase3.decodeArgument(51, bytes(octets)),
        { service: "Escape", argument: { extensions } });
    }
    assert.equal(phase3.encodeArgument("Escape", { extensions: {} }), undefined);
  });
});
