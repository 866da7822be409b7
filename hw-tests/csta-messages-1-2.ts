/** Arbitrary messages of CSTA phases I and II, in the form that their BER has. */

import fc from "fast-check";
import type { EventCause } from "../firmware/model/causes.js";
import type { ConnectionState } from "../firmware/model/states.js";
import type {
  ConnectionListItem, CstaConnection, CstaDevice, CstaEvent, CstaMessage, CstaParty,
} from "../firmware/wire/csta/message.js";

const digits = fc.string({ unit: fc.constantFrom(..."0123456789*#"), minLength: 1, maxLength: 20 });
const octets = fc.uint8Array({ minLength: 1, maxLength: 8 })
  .map((bytes) => Buffer.from(bytes).toString("hex"));
const numbers = digits.map((text): CstaDevice => ({ kind: "dialingNumber", text }));
const devices = fc.oneof(numbers, fc.nat(0xffff_ffff).map((each): CstaDevice =>
  ({ kind: "deviceNumber", text: String(each) })));
const parties: fc.Arbitrary<CstaParty> = fc.oneof(devices, digits.map((each): CstaDevice =>
  ({ kind: "explicitPublic:national", text: each })), octets.map((each): CstaDevice =>
  ({ kind: "other", text: each })), fc.constantFrom("notKnown" as const, "notRequired" as const));
const connections: fc.Arbitrary<CstaConnection> = fc.record({ callID: octets,
  deviceID: fc.oneof(devices, octets.map((each): CstaDevice => ({ kind: "dynamic", text: each }))),
}, { requiredKeys: [], noNullPrototype: true });
const lists: fc.Arbitrary<readonly ConnectionListItem[]> =
  fc.array(connections.map((newConnection) => ({ newConnection })), { maxLength: 4 });
const privateData = octets.map((each) => ({ privateData: [`7d${Buffer.of(6 + each.length / 2)
  .toString("hex")}06022a0304${Buffer.of(each.length / 2).toString("hex")}${each}`] }));

/** All that must be there, and some of what may. */
function record(
  must: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  may: Readonly<Record<string, fc.Arbitrary<unknown>>> = {},
): fc.Arbitrary<object> {
  return fc.record({ ...must, ...may, extensions: privateData },
    { requiredKeys: Object.keys(must) as never[], noNullPrototype: true });
}

const tail = {
  localConnectionInfo: fc.constantFrom<ConnectionState>("null", "initiated", "alerting",
    "connected", "hold", "queued", "fail"),
  cause: fc.constantFrom<EventCause>("newCall", "transfer", "trunksBusy", "activeParticipation"),
};
const sides = { callingDevice: parties, calledDevice: parties, lastRedirectionDevice: parties };
const agent = { agentDevice: parties };
const agentID = { agentID: digits };
const flag = fc.boolean();

export const events: Readonly<Record<string, fc.Arbitrary<object>>> = {
  callCleared: record({ clearedCall: connections }, tail),
  conferenced: record({ primaryOldCall: connections, conferencingDevice: parties,
    addedParty: parties }, { secondaryOldCall: connections, conferenceConnections: lists,
    ...tail }),
  connectionCleared: record({ droppedConnection: connections, releasingDevice: parties }, tail),
  delivered: record({ connection: connections, alertingDevice: parties, ...sides }, tail),
  diverted: record({ connection: connections, divertingDevice: parties,
    newDestination: parties }, tail),
  established: record({ establishedConnection: connections, answeringDevice: parties, ...sides },
    tail),
  failed: record({ failedConnection: connections, failingDevice: parties, calledDevice: parties },
    tail),
  held: record({ heldConnection: connections, holdingDevice: parties }, tail),
  networkReached: record({ outboundConnection: connections, networkInterfaceUsed: parties,
    calledDevice: parties }, tail),
  originated: record({ originatedConnection: connections, callingDevice: parties,
    calledDevice: parties }, tail),
  queued: record({ queuedConnection: connections, queue: parties, ...sides },
    { numberQueued: fc.nat(500), ...tail }),
  retrieved: record({ retrievedConnection: connections, retrievingDevice: parties }, tail),
  serviceInitiated: record({ initiatedConnection: connections }, tail),
  transferred: record({ primaryOldCall: connections, transferringDevice: parties,
    transferredToDevice: parties }, { secondaryOldCall: connections,
    transferredConnections: lists, ...tail }),
  callInformation: record({ connection: connections, device: parties }, { accountInfo: digits }),
  doNotDisturb: record({ device: parties, doNotDisturbOn: flag }),
  forwarding: record({ device: parties, forwardStatus: flag,
    forwardingType: fc.constantFrom("immediate", "busy", "noAnswer") }, { forwardTo: numbers }),
  messageWaiting: record({ device: parties, messageWaitingOn: flag }),
  agentLoggedOn: record(agent, { ...agentID, acdGroup: devices }),
  agentLoggedOff: record(agent, { ...agentID, acdGroup: devices }),
  agentNotReady: record(agent, agentID),
  agentReady: record(agent, agentID),
  agentWorkingAfterCall: record(agent, agentID),
  backInService: record({ device: devices }, { cause: tail.cause }),
  outOfService: record({ device: devices }, { cause: tail.cause }),
};

const two = { heldCall: connections, activeCall: connections };
const filter = fc.subarray(["callCleared", "delivered", "transferred", "callInformation",
  "messageWaiting", "agentLoggedOn", "agentWorkingAfterCall", "outOfService", "privateEvent"]);
const crossRef = { crossRefIdentifier: octets };
const forwardings = fc.array(fc.record({ forwardStatus: flag,
  forwardingType: fc.constantFrom("immediate", "busy", "noAnswer"), forwardDN: numbers },
{ requiredKeys: ["forwardStatus", "forwardingType"], noNullPrototype: true }), { maxLength: 3 });
const nothing = record({});

/** Argument and result of each service; the result where there is one of its own. */
export const services:
Readonly<Record<string, readonly [fc.Arbitrary<object>, fc.Arbitrary<object>?]>> = {
  MonitorStart: [record({ monitorObject: fc.oneof(devices.map((deviceObject) =>
    ({ deviceObject })), connections.map((callObject) => ({ callObject }))) },
  { requestedMonitorFilter: filter, monitorType: fc.constantFrom("call", "device") }),
  record({ monitorCrossRefID: octets }, { actualMonitorFilter: filter })],
  ChangeMonitorFilter: [record({ monitorCrossRefID: octets, requestedMonitorFilter: filter }),
    filter.map((actualMonitorFilter) => ({ actualMonitorFilter }))],
  MonitorStop: [record({ monitorCrossRefID: octets }), nothing],
  SnapshotDevice: [record({ snapshotObject: devices }), record({ snapshotData: fc.array(
    fc.record({ connectionIdentifier: connections,
      localCallState: fc.array(tail.localConnectionInfo, { maxLength: 3 }) },
    { noNullPrototype: true }), { maxLength: 3 }) })],
  SnapshotCall: [record({ snapshotObject: connections }), record({ snapshotData: fc.array(
    fc.record({ deviceOnCall: parties, callIdentifier: connections,
      localConnectionInfo: tail.localConnectionInfo },
    { requiredKeys: ["deviceOnCall"], noNullPrototype: true }), { maxLength: 3 }) })],
  SystemStatus: [record({ systemStatus: fc.constantFrom("initializing", "overloadRelieved") }),
    nothing],
  Escape: [privateData.map((extensions) => ({ extensions })), nothing],
  AlternateCall: [record(two), nothing],
  ReconnectCall: [record(two), nothing],
  AnswerCall: [record({ callToBeAnswered: connections }), nothing],
  ClearCall: [record({ callToBeCleared: connections }), nothing],
  ClearConnection: [record({ connectionToBeCleared: connections }), nothing],
  RetrieveCall: [record({ callToBeRetrieved: connections }), nothing],
  HoldCall: [record({ callToBeHeld: connections, connectionReservation: flag }), nothing],
  CallBack: [record({ callbackConnection: connections })],
  ConferenceCall: [record(two), record({ conferenceCall: connections }, { connections: lists })],
  TransferCall: [record(two), record({ transferredCall: connections }, { connections: lists })],
  ConsultationCall: [record({ existingCall: connections, consultedDevice: devices }),
    record({ initiatedCall: connections })],
  DeflectCall: [record({ callToBeDiverted: connections, newDestination: devices })],
  DirectedPickupCall: [record({ callToBePickedUp: connections, requestingDevice: devices })],
  GroupPickupCall: [record({ newDestination: devices })],
  MakeCall: [record({ callingDevice: devices, calledDirectoryNumber: devices },
    { accountCode: digits, authCode: digits, correlatorData: octets }),
  record({ callingDevice: connections })],
  GetDoNotDisturb: [record({ device: devices }), record({ doNotDisturbOn: flag })],
  GetForwarding: [record({ device: devices }), record({ forwardingList: forwardings })],
  GetAgentState: [record({ device: devices }), record({ agentStateList: fc.oneof(
    fc.constant([{ loggedOnState: false }]), fc.constantFrom("notReady", "ready",
      "workingAfterCall").map((agentState) =>
      [{ loggedOnState: true, agentInfo: [{ agentState }] }])) })],
  SetMessageWaitingIndicator: [record({ device: devices, messageWaitingOn: flag })],
  SetDoNotDisturb: [record({ device: devices, doNotDisturbOn: flag })],
  SetForwarding: [record({ device: devices, activateForward: flag,
    forwardingType: fc.constantFrom("immediate", "busy", "noAnswer") }, { forwardDN: numbers })],
  GetMessageWaitingIndicator: [record({ device: devices }), record({ messageWaitingOn: flag })],
  SetAgentState: [fc.oneof(
    record({ device: devices, requestedAgentState: fc.constantFrom("loggedOn", "loggedOff") },
      { agentID: digits, password: digits, group: devices }),
    record({ device: devices,
      requestedAgentState: fc.constantFrom("notReady", "ready", "workingAfterCall") }))],
  RouteRequest: [record({ ...crossRef, currentRoute: parties },
    { callingDevice: parties, routedCall: connections })],
  ReRoute: [record(crossRef)],
  RouteSelect: [record({ ...crossRef, routeSelected: devices },
    { remainRetries: fc.nat(9), routeUsedReq: flag })],
  RouteUsed: [record({ ...crossRef, routeUsed: parties }, { callingDevice: parties })],
  RouteEnd: [record(crossRef, { errorValue: fc.constantFrom({ category: "operation",
    value: "invalidDestination" }, { category: "unspecified", value: "generic" }) })],
  AssociateData: [record({ existingCall: connections },
    { accountCode: digits, correlatorData: octets }), nothing],
  ParkCall: [record({ parking: connections, parkTo: devices }, { correlatorData: octets }),
    nothing],
  GenerateDigits: [record({ connectionToSendDigits: connections, charactersToSend: digits }),
    nothing],
  SingleStepConferenceCall: [record({ activeCall: connections, deviceToJoin: devices },
    { participationType: fc.constantFrom("silent", "active", "none") }),
  record({ conferencedCall: connections })],
  SingleStepTransferCall: [record({ activeCall: connections, transferredTo: devices },
    { correlatorData: octets }), record({ transferredCall: connections },
    { connections: lists })],
};

export const messages: fc.Arbitrary<CstaMessage> = fc.oneof(
  ...Object.entries(events).map(([type, fields]) => fc.tuple(fields, octets).map(
    ([event, monitorCrossRefID]) => ({ kind: "event", invokeID: 7, monitorCrossRefID,
      event: { type, ...event } as CstaEvent }) as CstaMessage)),
  ...Object.entries(services).flatMap(([service, [argument, result]]) => [
    argument.map((each) => ({ kind: "invoke", invokeID: 8, service, argument: each }) as
      CstaMessage),
    ...result === undefined ? [] : [result.map((each) => ({ kind: "result", invokeID: 9, service,
      result: each }) as CstaMessage)]]));
