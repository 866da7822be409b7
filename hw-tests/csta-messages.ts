/** Arbitrary CSTA messages of every service and event, for the encodings' tests. */

import fc from "fast-check";
import { eventCauses, type EventCause } from "../firmware/model/causes.js";
import { appearanceTypes, currencyMultipliers, deviceCategories, eventGroups, reasonsForTerm,
  systemStatuses, type CstaConnection, type CstaDevice, type CstaError, type CstaEvent,
  type CstaEventName, type CstaExtensions, type CstaMessage, type CstaParty, type CstaServiceName,
  type CstaServices, type DeviceNumberKind } from "../firmware/wire/csta/message.js";
import { forwardingTypes, lampModes } from "../firmware/model/services.js";
import { rejectCauses } from "../firmware/model/routeing.js";
import type { ConnectionState } from "../firmware/model/states.js";

type Arbitraries = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Fields that are always there, and others that may be. */
export function record(needed: Arbitraries, others: Arbitraries = {}): fc.Arbitrary<object> {
  return fc.record({ ...needed, ...others },
    { requiredKeys: Object.keys(needed), noNullPrototype: true });
}

/** Any characters that XML has. */
const text = fc.string({ unit: "binary", maxLength: 12 })
  .map((any) => any.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "?"));
const number = fc.oneof(fc.stringMatching(/^[0-9*#+]{1,12}$/),
  text.map((any) => `d${any}`.trim()));
const kinds: readonly DeviceNumberKind[] = ["dialingNumber", "deviceNumber", "implicitPublic",
  "implicitPrivate", "other", "explicitPublic:international", "explicitPrivate:localNumber",
  "dynamic"];
const device = fc.oneof(
  record({ kind: fc.constantFrom(...kinds), text: number }),
  record({ kind: fc.constant("dialingNumber"), text: fc.stringMatching(/^[0-9]{1,5}$/),
    privateName: fc.stringMatching(/^[A-Zé&<>]{1,8}$/) })) as fc.Arbitrary<CstaDevice>;
const connection = record({}, { callID: text, deviceID: device }) as fc.Arbitrary<CstaConnection>;
const party: fc.Arbitrary<CstaParty> = fc.oneof(device, fc.constantFrom("notKnown", "restricted"));
const redirection: fc.Arbitrary<CstaParty> = fc.oneof(party,
  fc.constantFrom("notRequired", "notSpecified"));
const state = fc.constantFrom<ConnectionState>("null", "initiated", "alerting", "connected",
  "hold", "queued", "fail");
const cause = fc.constantFrom(...Object.keys(eventCauses) as EventCause[]);
const elementItem = fc.oneof(
  text.map((value) => `<v:ping xmlns:v="urn:example:vendor">x${
    value.replace(/[&<>"\t\n\r]/g, "")}</v:ping>`),
  fc.constantFrom("<bare/>", "<a b=\"&lt;\">text<c/>more</a>"));
const octetItem = fc.stringMatching(/^([0-9a-f]{2}){1,6}$/);
const privateData = fc.tuple(fc.array(elementItem, { maxLength: 2 }),
  fc.array(octetItem, { maxLength: 2 })).map(([elements, octets]) => [...elements, ...octets])
  .filter(({ length }) => length > 0);
const extensions = record({}, {
  time: fc.constantFrom("20240131101500", "20240131101500Z"), privateData })
  .filter((fields) => Object.keys(fields).length > 0) as fc.Arbitrary<CstaExtensions>;
const list = (item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.array(item, { maxLength: 3 });
const connections = list(record({}, { newConnection: connection, oldConnection: connection,
  endpoint: party, associatedNID: party }));
const allEvents: readonly CstaEventName[] = Object.values(eventGroups).flat();
const filter = fc.subarray([...allEvents]);
const boolean = fc.boolean();
const integer = fc.integer();
export const errors = fc.oneof(
  record({ category: fc.constant("operation"),
    value: fc.constantFrom("generic", "invalidDeviceID", "serviceNotSupported") }),
  record({ category: fc.constant("stateIncompatibility"),
    value: fc.constantFrom("generic", "invalidConnectionState") }),
  record({ category: fc.constant("unspecified"), value: fc.constant("generic") })) as
  fc.Arbitrary<CstaError>;

const shared = { extensions };
const callData = { correlatorData: text, userData: text, ...shared };
const codes = { accountCode: text, authCode: text };
const none = record({}, shared);
const held = record({ heldCall: connection, activeCall: connection }, shared);
const forwarding = { forwardingType: fc.constantFrom(...forwardingTypes), forwardDN: device };
const systemStatus = fc.constantFrom(...systemStatuses);
const category = fc.constantFrom(...deviceCategories);
const route = { crossRefIdentifier: text };
const registration = { routeRegisterReqID: text, ...shared };
/** Of services that there are, one of each group, and that there are not. */
const serviceNames = fc.uniqueArray(fc.oneof(fc.stringMatching(/^[A-Z][a-z]{3,8}$/),
  fc.constantFrom("MakeCall", "AssociateData", "GetCSTAFeatures", "MonitorStart", "SetDisplay",
    "GetAgentState", "RouteRegister", "Escape", "SystemStatus", "SendStoredCallDetailRecords")),
{ maxLength: 6 });
const address = record({ address: text, port: integer });
const snapshot = { serviceCrossRefID: text, ...shared };
const lampMode = fc.constantFrom(...lampModes);
const stamp = fc.constantFrom("20240131101500", "20240131101500Z");
const callDetail = record({ recordCreationTime: stamp }, { recordNumber: integer,
  callingDevice: party, calledDevice: party, associatedCallingDevice: party,
  associatedCalledDevice: party, recordedCall: connection, connectionStart: stamp,
  connectionEnd: stamp, connectionDuration: integer, accountInfo: text,
  chargingInfo: fc.oneof(
    record({ chargingUnits: integer, typeOfChargingInfo: fc.constantFrom("subTotal", "total") }),
    record({ typeOfChargingInfo: fc.constantFrom("subTotal", "total"), currency: record({
      currencyType: text, currencyAmount: integer,
      currencyMultiplier: fc.constantFrom(...currencyMultipliers) }) })),
  reasonForTerm: fc.constantFrom(...reasonsForTerm) });
const segment = { serviceCrossRefID: text, lastSegment: boolean };
const segmented = { segmentID: integer, ...shared };
const deviceEntries = list(record(
  { connectionIdentifier: connection, localCallState: list(state) }, { endpointDevice: party }));
const callEntries = list(record({ deviceOnCall: party },
  { callIdentifier: connection, localConnectionInfo: state }));
const agentState = fc.constantFrom("null", "notReady", "ready", "busy", "workingAfterCall");

/** [argument, result] of each. */
export const services: { readonly [S in CstaServiceName]?:
  readonly [fc.Arbitrary<object>, fc.Arbitrary<object>] } = {
    MonitorStart: [record({ monitorObject: fc.oneof(record({ deviceObject: device }),
      record({ callObject: connection })) }, { requestedMonitorFilter: filter,
      monitorType: fc.constantFrom("call", "device"), ...shared }),
    record({ monitorCrossRefID: text }, { actualMonitorFilter: filter,
      monitorExistingCalls: boolean, ...shared })],
    ChangeMonitorFilter: [record({ monitorCrossRefID: text, requestedMonitorFilter: filter },
      shared), record({}, { actualMonitorFilter: filter, ...shared })],
    MonitorStop: [record({ monitorCrossRefID: text }, shared), none],
    MakeCall: [record({ callingDevice: device, calledDirectoryNumber: device },
      { ...codes, autoOriginate: fc.constantFrom("prompt", "doNotPrompt"), ...callData }),
    record({ callingDevice: connection }, shared)],
    AnswerCall: [record({ callToBeAnswered: connection }, callData), none],
    AcceptCall: [record({ callToBeAccepted: connection }, callData), none],
    ClearConnection: [record({ connectionToBeCleared: connection }, callData), none],
    ClearCall: [record({ callToBeCleared: connection }, callData), none],
    HoldCall: [record({ callToBeHeld: connection },
      { connectionReservation: boolean, ...shared }), none],
    RetrieveCall: [record({ callToBeRetrieved: connection }, shared), none],
    AlternateCall: [held, none],
    ReconnectCall: [held, none],
    ConsultationCall: [record({ existingCall: connection, consultedDevice: device },
      { ...codes, ...callData }),
      record({ initiatedCall: connection }, shared)],
    TransferCall: [held, record({ transferredCall: connection }, { connections, ...shared })],
    ConferenceCall: [held, record({ conferenceCall: connection }, { connections, ...shared })],
    SingleStepTransferCall: [record({ activeCall: connection, transferredTo: device }, callData),
      record({ transferredCall: connection }, { connections, ...shared })],
    SingleStepConferenceCall: [record({ activeCall: connection, deviceToJoin: device },
      { participationType: fc.constantFrom("silent", "active", "none"), ...shared }),
    record({ conferencedCall: connection }, shared)],
    DeflectCall: [record({ callToBeDiverted: connection, newDestination: device }, callData), none],
    DirectedPickupCall: [record({ callToBePickedUp: connection, requestingDevice: device },
      callData), record({}, { pickedCall: connection, ...shared })],
    GroupPickupCall: [record({ newDestination: device }, { pickGroup: device, ...callData }),
      record({}, { pickedCall: connection, ...shared })],
    ParkCall: [record({ parking: connection, parkTo: device }, callData), none],
    CallBack: [record({ callbackConnection: connection }, shared),
      record({}, { targetDevice: device, ...shared })],
    GenerateDigits: [record({ connectionToSendDigits: connection, charactersToSend: text },
      { digitMode: fc.constantFrom("rotaryPulse", "dtmf"), ...shared }), none],
    AssociateData: [record({ existingCall: connection }, { ...codes, ...callData }), none],
    SnapshotDeviceData: [record({ ...segment, snapshotData: deviceEntries }, segmented), none],
    SnapshotCallData: [record({ ...segment, snapshotData: callEntries }, segmented), none],
    SnapshotDevice: [record({ snapshotObject: device }, shared), record({}, { ...snapshot,
      snapshotData: deviceEntries })],
    SnapshotCall: [record({ snapshotObject: connection }, shared), record({}, { ...snapshot,
      callingDevice: party, calledDevice: party,
      snapshotData: callEntries })],
    SetAgentState: [record({ device, requestedAgentState: fc.constantFrom("loggedOn", "loggedOff",
      "notReady", "ready", "workingAfterCall") },
    { agentID: text, password: text, group: device, ...shared }), none],
    GetAgentState: [record({ device }, { acdGroup: device, ...shared }), record({ agentStateList:
      list(record({ loggedOnState: boolean }, { agentID: text,
        agentInfo: list(record({ agentState }, { acdGroup: device })) })) }, shared)],
    SetDoNotDisturb: [record({ device, doNotDisturbOn: boolean }, shared), none],
    GetDoNotDisturb: [record({ device }, shared), record({ doNotDisturbOn: boolean }, shared)],
    SetForwarding: [record({ device, activateForward: boolean }, { ...forwarding, ...shared }),
      none],
    GetForwarding: [record({ device }, shared), record({ forwardingList:
      list(record({ forwardStatus: boolean }, forwarding)) }, shared)],
    SetMessageWaitingIndicator: [record({ device, messageWaitingOn: boolean }, shared), none],
    SetDisplay: [record({ device, contentsOfDisplay: text }, shared), none],
    GetDisplay: [record({ device }, shared), record({ displayList: list(record({
      displayID: text, logicalRows: integer, logicalColumns: integer, contentsOfDisplay: text })) },
    shared)],
    GetMessageWaitingIndicator: [record({ device }, shared),
      record({ messageWaitingOn: boolean }, shared)],
    GetButtonInformation: [record({ device }, { button: text, ...shared }),
      record({ buttonList: list(record({ button: text }, { buttonLabel: text,
        buttonFunction: text, buttonAssociatedNumber: device })) }, shared)],
    GetLampMode: [record({ device }, { lamp: text, ...shared }),
      record({ lampModeList: list(record({ lamp: text, lampMode }, { button: text })) }, shared)],
    ButtonPress: [record({ device, button: text }, shared), none],
    SystemStatus: [record({ systemStatus }, shared), none],
    RequestSystemStatus: [none, record({ systemStatus }, shared)],
    GetSwitchingFunctionDevices: [record({},
      { requestedDeviceID: device, requestedDeviceCategory: category, ...shared }),
    record({ serviceCrossRefID: text }, shared)],
    SwitchingFunctionDevices: [record({ ...segment, deviceList:
      list(record({ deviceID: device }, { deviceCategory: category, named: text })) },
    segmented), none],
    GetSwitchingFunctionCapabilities: [none, record(
      { services: serviceNames, events: filter },
      { switchingSubDomainName: text, manufacturerName: text, ...shared })],
    GetLogicalDeviceInformation: [record({ device }, shared), record({},
      { deviceCategory: category, hasPhysicalElement: boolean, appearanceAddressable: boolean,
        appearanceType: fc.constantFrom(...appearanceTypes), services: serviceNames,
        events: filter, ...shared })],
    GetPhysicalDeviceInformation: [record({ device }, shared), record({},
      { deviceCategory: category, hasLogicalElement: boolean, deviceModelName: text,
        maxDisplays: integer, maxButtons: integer, maxLamps: integer, services: serviceNames,
        events: filter, ...shared })],
    GetCSTAFeatures: [none, record({ services: serviceNames, events: filter }, shared)],
    RouteRegister: [record({}, { routeingDevice: device, ...shared }),
      record({ routeRegisterReqID: text }, shared)],
    RouteRegisterCancel: [record({ routeRegisterReqID: text }, shared), none],
    RouteRegisterAbort: [record({ routeRegisterReqID: text }, shared), none],
    RouteRequest: [record({ ...route, currentRoute: party }, { callingDevice: party,
      routeingDevice: party, routedCall: connection, replyTimeout: integer, ...registration }),
    none],
    ReRoute: [record(route, { replyTimeout: integer, ...registration }), none],
    RouteSelect: [record({ ...route, routeSelected: device },
      { alternateRoutes: list(device), remainRetries: integer, routeUsedReq: boolean,
        ...registration }), none],
    RouteUsed: [record({ ...route, routeUsed: party }, { callingDevice: party, ...registration }),
      none],
    RouteEnd: [record(route, { errorValue: errors, ...registration }), none],
    RouteReject: [record(route, { rejectCause: fc.constantFrom(...rejectCauses),
      ...registration }), none],
    Escape: [record({ extensions }), none],
    StartCallDetailRecordsTransmission: [record({ transferMode: fc.constantFrom(
      "transferAtEndOfCall", "transferOnRequest", "transferOnThresholdReached") }, shared),
    record({}, { cdrCrossRefID: text, ...shared })],
    StopCallDetailRecordsTransmission: [record({ cdrCrossRefID: text }, shared), none],
    SendStoredCallDetailRecords: [record({ cdrCrossRefID: text }, shared), none],
    CallDetailRecordsNotification: [record({ cdrCrossRefID: text },
      { cdrReason: fc.constantFrom("timeout", "thresholdReached", "other"), ...shared }), none],
    CallDetailRecordsReport: [record({ cdrInfo: list(callDetail) },
      { cdrCrossRefID: text, lastStoredCDRReportSent: boolean, ...shared }), none],
    GetDeviceId: [record({ extension: text },
      { switchIPInterface: text, switchName: text, ...shared }), record({ device }, shared)],
    GetThirdPartyDeviceId: [record({ extension: text }, { switchName: text, ...shared }),
      record({ device }, shared)],
    ReleaseDeviceId: [record({ device }, shared), none],
    RegisterTerminal: [record({ device, loginInfo: record({}, { forceLogin: boolean,
      sharedControl: boolean, password: text,
      mediaMode: fc.constantFrom("SERVER", "CLIENT", "NONE"),
      dependencyMode: fc.constantFrom("MAIN", "DEPENDENT", "INDEPENDENT") }) },
    { localMediaInfo: record({}, { rtpAddress: address, rtcpAddress: address, codecs: text,
      packetSize: integer, encryptionList: text }), ...shared }),
    record({}, { device, signalingEncryption: text, code: integer, reason: text, ...shared })],
    UnregisterTerminal: [record({ device }, shared),
      record({}, { device, code: integer, reason: text, ...shared })],
  } satisfies { readonly [S in keyof CstaServices]:
    readonly [fc.Arbitrary<object>, fc.Arbitrary<object>] };

const tail = { localConnectionInfo: state, correlatorData: text, userData: text, cause,
  extensions };
const parties = { callingDevice: party, calledDevice: party, lastRedirectionDevice: redirection };
const roles = { ...parties, networkCallingDevice: party, networkCalledDevice: party,
  associatedCallingDevice: party, associatedCalledDevice: party, ...tail };
const agent = record({ agentDevice: party }, { agentID: text, acdGroup: device, ...tail });
const service = record({ device: party }, tail);

/** Of each event that has a table, its fields without the type. */
export const events: Readonly<Record<Exclude<CstaEvent["type"], "other">, fc.Arbitrary<object>>> = {
  serviceInitiated: record({ initiatedConnection: connection },
    { initiatingDevice: party, calledDevice: party, ...tail }),
  originated: record({ originatedConnection: connection, callingDevice: party,
    calledDevice: party }, { associatedCalledDevice: party, ...tail }),
  offered: record({ offeredConnection: connection, offeredDevice: party }, roles),
  delivered: record({ connection, alertingDevice: party }, roles),
  established: record({ establishedConnection: connection, answeringDevice: party }, roles),
  held: record({ heldConnection: connection, holdingDevice: party }, tail),
  retrieved: record({ retrievedConnection: connection, retrievingDevice: party }, tail),
  diverted: record({ connection, divertingDevice: party, newDestination: party }, roles),
  failed: record({ failedConnection: connection, failingDevice: party }, roles),
  queued: record({ queuedConnection: connection, queue: party },
    { numberQueued: integer, callsInFront: integer, ...roles }),
  networkReached: record({ outboundConnection: connection, networkInterfaceUsed: party }, roles),
  transferred: record({ primaryOldCall: connection, transferringDevice: party,
    transferredToDevice: party },
  { secondaryOldCall: connection, transferredConnections: connections, ...tail }),
  conferenced: record({ primaryOldCall: connection, conferencingDevice: party,
    addedParty: party },
  { secondaryOldCall: connection, conferenceConnections: connections, ...tail }),
  connectionCleared: record({ droppedConnection: connection, releasingDevice: party }, tail),
  callCleared: record({ clearedCall: connection }, tail),
  digitsDialed: record({ dialingConnection: connection, dialingDevice: party,
    dialingSequence: text }, tail),
  callInformation: record({ connection, device: party },
    { callingDevice: party, accountInfo: text, ...tail }),
  digitsGenerated: record({ connection, digitGeneratedList: text }, tail),
  agentLoggedOn: agent, agentLoggedOff: agent, agentNotReady: agent, agentReady: agent,
  agentBusy: agent, agentWorkingAfterCall: agent,
  doNotDisturb: record({ device: party, doNotDisturbOn: boolean }, tail),
  forwarding: record({ device: party, forwardStatus: boolean },
    { forwardingType: forwarding.forwardingType, forwardTo: device, ...tail }),
  messageWaiting: record({ device: party, messageWaitingOn: boolean }, tail),
  displayUpdated: record({ device: party, logicalRows: integer, logicalColumns: integer,
    contentsOfDisplay: text }, { displayID: text, ...tail }),
  buttonPress: record({ device: party, button: text }, { buttonLabel: text, ...tail }),
  lampMode: record({ device: party, lamp: text, lampMode }, { lampLabel: text, ...tail }),
  backInService: service, outOfService: service,
};

const invokeID = fc.integer({ min: 0, max: 9998 });

/** Every message with a service or an event. */
export const messages: fc.Arbitrary<CstaMessage> = fc.oneof(
  ...Object.entries(services).flatMap(([name, [argument, result]]) => [
    record({ kind: fc.constant("invoke"), invokeID, service: fc.constant(name), argument }),
    record({ kind: fc.constant("result"), invokeID, service: fc.constant(name), result })]),
  ...Object.entries(events).map(([name, fields]) => record({ kind: fc.constant("event"),
    monitorCrossRefID: text, event: fields.map((rest) => ({ type: name, ...rest })) })),
  record({ kind: fc.constant("error"), invokeID, error: errors }),
) as fc.Arbitrary<CstaMessage>;

const word = fc.stringMatching(/^[A-Za-z0-9<&]{1,8}$/);
const seconds = fc.nat(100_000);
const kind = (name: CstaMessage["kind"]): fc.Arbitrary<unknown> => fc.constant(name);
/** Every message of an application session (ECMA-354). */
export const sessions = fc.oneof(
  record({ kind: kind("associate"), invokeID, versions: fc.array(word) }, { user: word,
    password: word, applicationID: word, duration: seconds, sessionID: word,
    cleanupDelay: seconds }),
  record({ kind: kind("associated"), invokeID },
    { sessionID: word, version: word, duration: seconds }),
  record({ kind: kind("association-refused"), invokeID, reason: fc.constantFrom(
    "authentication-failed", "authentication-required", "version-not-supported",
    "resources-busy", "context-not-supported", "other") }),
  record({ kind: kind("keep-session"), invokeID, sessionID: word }, { duration: seconds }),
  record({ kind: kind("session-kept"), invokeID, duration: seconds }),
  record({ kind: kind("release"), invokeID }, { sessionID: word }),
  record({ kind: kind("released"), invokeID }),
  record({ kind: kind("abort"), sessionID: word,
    reason: fc.constantFrom("sessionTimerExpired", "the PBX is gone") })) as
  fc.Arbitrary<CstaMessage>;
