/**
 * Services of phases I and II (ECMA-180, ECMA-218): operation, argument and result, with the
 * fields in the order of the wire. Several services of phase III are one operation here; what is
 * in it tells which.
 */

import {
  always, application, boolean, enumerated, explicit, ia5Text, implicit, integer, mapped,
  nullOr, octets, octetText, optional, required, sequence, sequenceOf, choice, type Asn1Type,
} from "./asn1.js";
import type {
  CstaArgument, CstaConnection, CstaDevice, CstaEventName, CstaExtensions, CstaResult,
  SnapshotCallEntry, SnapshotDeviceEntry,
} from "./message.js";
import type { ServiceRows } from "./phase-tables.js";
import { universalFailure } from "./phase1-2-errors.js";
import {
  agentParameter, agentState, argumentOf, calledDevice, calledNumber, callingDevice,
  connectionDetails, connectionID, connectionList, deviceID, done, extensions, extensionsField,
  forward, forwardings, monitorFilter, named, privateField, resultOf, subjectDevice,
  type AgentLog,
} from "./phase1-2-types.js";
import {
  callState, localConnectionState, monitorCrossRefID, routeingCrossRefID, systemStatus,
} from "./phase3-types.js";

const deviceField = required("device", deviceID);
const monitorField = required("monitorCrossRefID", monitorCrossRefID);
const crossRefField = required("crossRefIdentifier", routeingCrossRefID);
const filterField = optional("actualMonitorFilter", monitorFilter);
const connectionsField = optional("connections", connectionList);

/** Without the state of its device first: the entry as MD110 sends it, read only. */
interface SnapshotEntry {
  readonly endpointDevice?: SnapshotDeviceEntry["endpointDevice"];
  readonly connectionIdentifier?: CstaConnection;
  readonly states?: SnapshotDeviceEntry["localCallState"];
  readonly state?: SnapshotDeviceEntry["localCallState"][number];
}

const snapshotEntry: Asn1Type<SnapshotDeviceEntry> = mapped(
  sequence<SnapshotEntry>(
    optional("endpointDevice", subjectDevice), optional("connectionIdentifier", connectionID),
    optional("states", callState), optional("state", localConnectionState)),
  ({ connectionIdentifier, localCallState }: SnapshotDeviceEntry): SnapshotEntry =>
    ({ connectionIdentifier, states: localCallState }),
  ({ endpointDevice, connectionIdentifier = {}, states, state }) => ({ connectionIdentifier,
    localCallState: states ?? (state === undefined ? [] : [state]),
    ...endpointDevice === undefined ? {} : { endpointDevice } }));

const monitoring = {
  MonitorStart: {
    operation: 71,
    argument: sequence<CstaArgument<"MonitorStart">>(
      required("monitorObject", choice<{ deviceObject: CstaDevice; callObject: CstaConnection }>({
        deviceObject: deviceID, callObject: connectionID })),
      optional("requestedMonitorFilter", monitorFilter),
      optional("monitorType", enumerated({ call: 0, device: 1 })), extensionsField),
    result: sequence<CstaResult<"MonitorStart">>(monitorField, filterField, privateField),
  },
  ChangeMonitorFilter: {
    operation: 72,
    argument: sequence<CstaArgument<"ChangeMonitorFilter">>(
      monitorField, required("requestedMonitorFilter", monitorFilter), extensionsField),
    result: nullOr<CstaResult<"ChangeMonitorFilter">>("actualMonitorFilter",
      implicit(0, monitorFilter) as Asn1Type<readonly CstaEventName[] & CstaExtensions>),
  },
  MonitorStop: {
    operation: 73, argument: argumentOf(named("monitorCrossRefID", monitorCrossRefID)),
    result: done,
  },
  SnapshotDevice: {
    operation: 74, argument: argumentOf(named("snapshotObject", deviceID)),
    result: resultOf(named("snapshotData", application(22, sequenceOf(snapshotEntry)))) as
      Asn1Type<CstaResult<"SnapshotDevice">>,
  },
  SnapshotCall: {
    operation: 75, argument: argumentOf(named("snapshotObject", connectionID)),
    result: resultOf(named("snapshotData", application(23, sequenceOf(
      sequence<SnapshotCallEntry>(
        required("deviceOnCall", subjectDevice), optional("callIdentifier", connectionID),
        optional("localConnectionInfo", localConnectionState)))))) as
      Asn1Type<CstaResult<"SnapshotCall">>,
  },
  SystemStatus: {
    operation: 52, argument: argumentOf(named("systemStatus", systemStatus)), result: done,
  },
  Escape: { operation: 51, argument: named("extensions", extensions), result: done },
} as const satisfies ServiceRows;

/** A result that names a call, where MD110 may name none. */
function callResult<K extends string>(
  name: K,
): Asn1Type<Readonly<Record<K, CstaConnection>> & { readonly extensions?: CstaExtensions }> {
  type Result = Readonly<Record<K, CstaConnection>> & { readonly extensions?: CstaExtensions };
  return mapped(
    sequence<Record<string, unknown>>(optional(name, connectionID) as never,
      connectionsField as never, privateField as never),
    (value: Result): Record<string, unknown> => value,
    (value) => ({ [name]: {}, ...value }) as unknown as Result);
}

const calls = {
  AlternateCall: { operation: 1, argument: argumentOf(connectionDetails), result: done },
  AnswerCall: {
    operation: 2, argument: argumentOf(named("callToBeAnswered", connectionID)), result: done,
  },
  CallBack: {
    operation: 3, argument: argumentOf(named("callbackConnection", implicit(1, connectionID))),
    result: done,
  },
  ClearCall: {
    operation: 4, argument: argumentOf(named("callToBeCleared", connectionID)), result: done,
  },
  ClearConnection: {
    operation: 5, argument: argumentOf(named("connectionToBeCleared", connectionID)),
    result: done,
  },
  ConferenceCall: {
    operation: 6, argument: argumentOf(connectionDetails), result: callResult("conferenceCall"),
  },
  ConsultationCall: {
    operation: 7,
    argument: sequence<CstaArgument<"ConsultationCall">>(
      required("existingCall", connectionID), required("consultedDevice", calledNumber),
      extensionsField),
    result: resultOf(named("initiatedCall", connectionID)),
  },
  DeflectCall: {
    operation: 8,
    argument: argumentOf(implicit(0, sequence<CstaArgument<"DeflectCall">>(
      required("callToBeDiverted", connectionID), required("newDestination", calledNumber)))),
    result: done,
  },
  DirectedPickupCall: {
    operation: 8,
    argument: argumentOf(implicit(1, sequence<CstaArgument<"DirectedPickupCall">>(
      required("callToBePickedUp", connectionID), required("requestingDevice", deviceID)))),
    result: done,
  },
  GroupPickupCall: {
    operation: 8, argument: argumentOf(named("newDestination", explicit(2, deviceID))),
    result: done,
  },
  HoldCall: {
    operation: 9,
    argument: sequence<CstaArgument<"HoldCall">>(
      required("callToBeHeld", connectionID), always("connectionReservation", boolean, false),
      extensionsField),
    result: done,
  },
  MakeCall: {
    operation: 10,
    argument: sequence<CstaArgument<"MakeCall">>(
      required("callingDevice", deviceID), required("calledDirectoryNumber", calledNumber),
      extensionsField),
    result: resultOf(named("callingDevice", connectionID)),
  },
  ReconnectCall: { operation: 13, argument: argumentOf(connectionDetails), result: done },
  RetrieveCall: {
    operation: 14, argument: argumentOf(named("callToBeRetrieved", connectionID)), result: done,
  },
  TransferCall: {
    operation: 16, argument: argumentOf(connectionDetails),
    result: callResult("transferredCall"),
  },
} as const satisfies ServiceRows;

interface Query {
  readonly device: CstaDevice;
  readonly extensions?: CstaExtensions;
}

/** QueryDevice, for one of its features. */
function query(feature: number): Asn1Type<Query> {
  return mapped(
    sequence<Query & { feature: "this" }>(
      deviceField, required("feature", enumerated({ this: feature })), extensionsField),
    ({ device, extensions: found }: Query) => ({ device, feature: "this" as const,
      ...found === undefined ? {} : { extensions: found } }),
    ({ feature: _, ...rest }) => rest);
}

type AgentRequest = CstaArgument<"SetAgentState">;
type ForwardRequest = CstaArgument<"SetForwarding">;

const setAgentState: Asn1Type<AgentRequest> = mapped(
  sequence<{ device: CstaDevice; extensions?: CstaExtensions;
    agent: AgentLog & { state: AgentRequest["requestedAgentState"] } }>(
    deviceField, required("agent", explicit(3, agentParameter)), extensionsField),
  ({ device, extensions: found, requestedAgentState: state, ...log }: AgentRequest) => ({ device,
    agent: { ...log, state }, ...found === undefined ? {} : { extensions: found } }),
  ({ agent: { state, ...log }, ...rest }) => ({ ...rest, ...log, requestedAgentState: state }));

const setForwarding: Asn1Type<ForwardRequest> = mapped(
  sequence<{ device: CstaDevice; extensions?: CstaExtensions;
    forward: { forwardStatus: boolean; forwardDN?: CstaDevice } }>(
    deviceField, required("forward", implicit(2, forward)), extensionsField),
  ({ device, extensions: found, activateForward, ...rest }: ForwardRequest) => ({ device,
    forward: { ...rest, forwardStatus: activateForward },
    ...found === undefined ? {} : { extensions: found } }),
  ({ forward: { forwardStatus, ...found }, ...rest }) =>
    ({ ...rest, ...found, activateForward: forwardStatus }));

const agentStateList: Asn1Type<Pick<CstaResult<"GetAgentState">, "agentStateList">> = mapped(
  implicit(5, agentState),
  ({ agentStateList: [first] }: Pick<CstaResult<"GetAgentState">, "agentStateList">) =>
    first?.loggedOnState === true ? first.agentInfo?.[0]?.agentState ?? "ready" : "null",
  (state) => ({ agentStateList: [state === "null" ? { loggedOnState: false }
    : { loggedOnState: true, agentInfo: [{ agentState: state }] }] }));

const features = {
  GetMessageWaitingIndicator: {
    operation: 12, argument: query(0),
    result: resultOf(named("messageWaitingOn", implicit(0, boolean))),
  },
  GetDoNotDisturb: {
    operation: 12, argument: query(1),
    result: resultOf(named("doNotDisturbOn", implicit(1, boolean))),
  },
  GetForwarding: {
    operation: 12, argument: query(2), result: resultOf(named("forwardingList", forwardings)),
  },
  GetAgentState: { operation: 12, argument: query(5), result: resultOf(agentStateList) },
  SetMessageWaitingIndicator: {
    operation: 15,
    argument: sequence<CstaArgument<"SetMessageWaitingIndicator">>(
      deviceField, required("messageWaitingOn", implicit(0, boolean)), extensionsField),
    result: done,
  },
  SetDoNotDisturb: {
    operation: 15,
    argument: sequence<CstaArgument<"SetDoNotDisturb">>(
      deviceField, required("doNotDisturbOn", implicit(1, boolean)), extensionsField),
    result: done,
  },
  SetForwarding: { operation: 15, argument: setForwarding, result: done },
  SetAgentState: { operation: 15, argument: setAgentState, result: done },
} as const satisfies ServiceRows;

const routing = {
  RouteRequest: {
    operation: 31,
    argument: sequence<CstaArgument<"RouteRequest">>(
      crossRefField, required("currentRoute", calledDevice),
      optional("callingDevice", callingDevice), optional("routedCall", connectionID),
      extensionsField),
    result: done,
  },
  ReRoute: {
    operation: 32,
    argument: sequence<CstaArgument<"ReRoute">>(crossRefField, extensionsField), result: done,
  },
  RouteSelect: {
    operation: 33,
    argument: sequence<CstaArgument<"RouteSelect">>(
      crossRefField, required("routeSelected", calledNumber),
      optional("remainRetries", implicit(2, integer)), optional("routeUsedReq", boolean),
      extensionsField),
    result: done,
  },
  RouteUsed: {
    operation: 34,
    argument: sequence<CstaArgument<"RouteUsed">>(
      crossRefField, required("routeUsed", calledDevice),
      optional("callingDevice", callingDevice), extensionsField),
    result: done,
  },
  RouteEnd: {
    operation: 35,
    argument: sequence<CstaArgument<"RouteEnd">>(
      crossRefField, optional("errorValue", universalFailure), extensionsField),
    result: done,
  },
} as const satisfies ServiceRows;

export const phase1Services =
  { ...monitoring, ...calls, ...features, ...routing } as const satisfies ServiceRows;

const accountField = optional("accountCode", implicit(0, octetText));
const authorisationField = optional("authCode", implicit(1, octetText));

/** What phase II added. */
export const phase2Services = {
  ...phase1Services,
  MakeCall: {
    operation: 10,
    argument: sequence<CstaArgument<"MakeCall">>(
      required("callingDevice", deviceID), required("calledDirectoryNumber", calledNumber),
      accountField, authorisationField, optional("correlatorData", implicit(2, octets)),
      extensionsField),
    result: phase1Services.MakeCall.result,
  },
  AssociateData: {
    operation: 17,
    argument: sequence<CstaArgument<"AssociateData">>(
      required("existingCall", connectionID), accountField,
      optional("correlatorData", implicit(1, octets)), extensionsField),
    result: done,
  },
  ParkCall: {
    operation: 18,
    argument: sequence<CstaArgument<"ParkCall">>(
      required("parking", connectionID), required("parkTo", deviceID),
      optional("correlatorData", octets), extensionsField),
    result: done,
  },
  GenerateDigits: {
    operation: 19,
    argument: sequence<CstaArgument<"GenerateDigits">>(
      required("connectionToSendDigits", connectionID), required("charactersToSend", ia5Text),
      extensionsField),
    result: done,
  },
  SingleStepConferenceCall: {
    operation: 20,
    argument: sequence<CstaArgument<"SingleStepConferenceCall">>(
      required("activeCall", connectionID), required("deviceToJoin", deviceID),
      optional("participationType", enumerated({ silent: 0, active: 1, none: 2 })),
      extensionsField),
    result: callResult("conferencedCall"),
  },
  SingleStepTransferCall: {
    operation: 50,
    argument: sequence<CstaArgument<"SingleStepTransferCall">>(
      required("activeCall", connectionID), required("transferredTo", deviceID),
      optional("correlatorData", octets), extensionsField),
    result: callResult("transferredCall"),
  },
} as const satisfies ServiceRows;
