/** Arguments and results of services in ECMA-323, children in the order of its schema. */

import { rejectCauses } from "../../model/routeing.js";
import { lampModes, type ForwardingType } from "../../model/services.js";
import { appearanceTypes, currencyMultipliers, deviceCategories, reasonsForTerm,
  systemStatuses, type AgentStateEntry, type CallDetail, type ChargingInfo, type CstaDevice,
  type CstaDeviceCategory, type CstaServiceName, type CstaServices,
  type SnapshotCallEntry, type SnapshotDeviceEntry, type TerminalLogin, type TerminalMedia }
  from "./message.js";
import { agentStates, containers, forwardings, serviceElements } from "./xml-spelling.js";
import { boolean, connection, connectionList, connectionState, device, errorCode,
  escapeData, eventsWithin, extensions, filter, identified, integer, listOf, localCallState,
  nested, octets, oneOf, optional, required, sequence, servicesWithin, spelled, stamp, subject,
  text, type Field, type Fields, type Sequence, type XmlType } from "./xml-types.js";

type Argument<S extends CstaServiceName> = CstaServices[S][0];
type Result<S extends CstaServiceName> = CstaServices[S][1];
export type ServicePair<S extends CstaServiceName = CstaServiceName> =
  readonly [argument: Sequence<Argument<S>>, result: Sequence<Result<S>>];

const shared = { extensions: optional(extensions) };
const callData = { correlatorData: optional(octets), userData: optional(octets), ...shared };
const empty = shared;

function service<S extends CstaServiceName>(
  argument: Fields<Argument<S>>, result: Fields<Result<S>>,
): ServicePair<S> {
  return [sequence<Argument<S>>(argument), sequence<Result<S>>(result)];
}

function within<T>(container: string, field: Field<T>): Field<T> {
  return { ...field, within: container };
}

const ofParent = <T>(field: Field<T>): Field<T> => ({ ...field, isParent: true });

type MonitorObject = Argument<"MonitorStart">["monitorObject"];
const monitorObjectParts = sequence<{ deviceObject?: CstaDevice;
  callObject?: { callID?: string; deviceID?: CstaDevice } }>({
  deviceObject: optional(device), callObject: optional(connection),
});
const monitorObject: XmlType<MonitorObject> = {
  write: (name, value, style) => nested(monitorObjectParts).write(name, value, style),
  read(element) {
    const parts = monitorObjectParts.read(element);
    if (typeof parts === "string") return undefined;
    const { deviceObject, callObject } = parts;
    return deviceObject !== undefined ? { deviceObject }
      : callObject === undefined ? undefined : { callObject };
  },
};

const held = { heldCall: required(connection), activeCall: required(connection), ...shared };
const snapshot = containers.snapshotData;
const systemStatus = oneOf(...systemStatuses);
const forwardingType = spelled<ForwardingType>(forwardings);
const deviceCategory = oneOf<CstaDeviceCategory>(...deviceCategories);

const deviceEntries = listOf(containers.snapshotDeviceItem,
  nested(sequence<SnapshotDeviceEntry>({ connectionIdentifier: required(connection),
    endpointDevice: optional(subject), localCallState: required(localCallState, []) })));
const callEntries = listOf(containers.snapshotCallItem,
  nested(sequence<SnapshotCallEntry>({ deviceOnCall: required(subject, "notKnown"),
    callIdentifier: optional(connection), localConnectionInfo: optional(connectionState) })));
const segment = { serviceCrossRefID: required(text), segmentID: optional(integer),
  lastSegment: required(boolean, true) };

const monitoring = {
  MonitorStart: service<"MonitorStart">({ monitorObject: required(monitorObject),
    requestedMonitorFilter: optional(filter), monitorType: optional(oneOf("call", "device")),
    ...shared },
  { monitorCrossRefID: required(text), actualMonitorFilter: optional(filter),
    monitorExistingCalls: optional(boolean), ...shared }),
  ChangeMonitorFilter: service<"ChangeMonitorFilter">({ monitorCrossRefID: required(text),
    requestedMonitorFilter: required(filter), ...shared },
  { actualMonitorFilter: optional(filter), ...shared }),
  MonitorStop: service<"MonitorStop">({ monitorCrossRefID: required(text), ...shared }, empty),
  SnapshotDevice: service<"SnapshotDevice">({ snapshotObject: required(device), ...shared }, {
    snapshotData: within(snapshot, optional(deviceEntries)),
    serviceCrossRefID: within(snapshot, optional(text)), ...shared }),
  SnapshotCall: service<"SnapshotCall">({ snapshotObject: required(connection), ...shared }, {
    snapshotData: within(snapshot, optional(callEntries)),
    serviceCrossRefID: within(snapshot, optional(text)),
    callingDevice: optional(subject), calledDevice: optional(subject), ...shared }),
  SnapshotDeviceData: service<"SnapshotDeviceData">(
    { ...segment, snapshotData: required(deviceEntries, []), ...shared }, empty),
  SnapshotCallData: service<"SnapshotCallData">(
    { ...segment, snapshotData: required(callEntries, []), ...shared }, empty),
};

const callControl = {
  MakeCall: service<"MakeCall">({ callingDevice: required(device),
    calledDirectoryNumber: required(device), accountCode: optional(text),
    authCode: optional(text), autoOriginate: optional(oneOf("prompt", "doNotPrompt")),
    ...callData },
  { callingDevice: required(connection), ...shared }),
  AnswerCall: service<"AnswerCall">({ callToBeAnswered: required(connection), ...callData },
    empty),
  AcceptCall: service<"AcceptCall">({ callToBeAccepted: required(connection), ...callData },
    empty),
  ClearConnection: service<"ClearConnection">(
    { connectionToBeCleared: required(connection), ...callData }, empty),
  ClearCall: service<"ClearCall">({ callToBeCleared: required(connection), ...callData }, empty),
  HoldCall: service<"HoldCall">({ callToBeHeld: required(connection),
    connectionReservation: optional(boolean), ...shared }, empty),
  RetrieveCall: service<"RetrieveCall">({ callToBeRetrieved: required(connection), ...shared },
    empty),
  AlternateCall: service<"AlternateCall">(held, empty),
  ReconnectCall: service<"ReconnectCall">({ activeCall: required(connection),
    heldCall: required(connection), ...shared }, empty),
  ConsultationCall: service<"ConsultationCall">({ existingCall: required(connection),
    consultedDevice: required(device), accountCode: optional(text), authCode: optional(text),
    ...callData },
  { initiatedCall: required(connection), ...shared }),
  TransferCall: service<"TransferCall">(held,
    { transferredCall: required(connection), connections: optional(connectionList), ...shared }),
  ConferenceCall: service<"ConferenceCall">(held,
    { conferenceCall: required(connection), connections: optional(connectionList), ...shared }),
  SingleStepTransferCall: service<"SingleStepTransferCall">(
    { activeCall: required(connection), transferredTo: required(device), ...callData },
    { transferredCall: required(connection), connections: optional(connectionList), ...shared }),
  SingleStepConferenceCall: service<"SingleStepConferenceCall">(
    { activeCall: required(connection), deviceToJoin: required(device),
      participationType: optional(oneOf("silent", "active", "none")), ...shared },
    { conferencedCall: required(connection), ...shared }),
  DeflectCall: service<"DeflectCall">({ callToBeDiverted: required(connection),
    newDestination: required(device), ...callData }, empty),
  DirectedPickupCall: service<"DirectedPickupCall">({ callToBePickedUp: required(connection),
    requestingDevice: required(device), ...callData },
  { pickedCall: optional(connection), ...shared }),
  GroupPickupCall: service<"GroupPickupCall">({ newDestination: required(device),
    pickGroup: optional(device), ...callData }, { pickedCall: optional(connection), ...shared }),
  ParkCall: service<"ParkCall">({ parking: required(connection), parkTo: required(device),
    ...callData }, empty),
  CallBack: service<"CallBack">({ callbackConnection: required(connection), ...shared },
    { targetDevice: optional(device), ...shared }),
  GenerateDigits: service<"GenerateDigits">({ connectionToSendDigits: required(connection),
    digitMode: optional(oneOf("rotaryPulse", "dtmf")), charactersToSend: required(text),
    ...shared }, empty),
  AssociateData: service<"AssociateData">({ existingCall: required(connection),
    accountCode: optional(text), authCode: optional(text), ...callData }, empty),
};

const agentState = spelled(agentStates);
const forwarding = nested(sequence<Result<"GetForwarding">["forwardingList"][number]>({
  forwardingType: optional(forwardingType), forwardStatus: required(boolean),
  forwardDN: optional(device) }));

const devices = {
  SetAgentState: service<"SetAgentState">({ device: required(device),
    requestedAgentState: required(oneOf("loggedOn", "loggedOff", "notReady", "ready",
      "workingAfterCall")),
    agentID: optional(text), password: optional(text), group: optional(device), ...shared },
  empty),
  GetAgentState: service<"GetAgentState">(
    { device: required(device), acdGroup: optional(device), ...shared },
    { agentStateList: required(listOf(containers.agentStateItem,
      nested(sequence<AgentStateEntry>({ agentID: optional(text),
        loggedOnState: required(boolean, false),
        agentInfo: optional(listOf(containers.agentInfoItem,
          nested(sequence({ acdGroup: optional(device), agentState: required(agentState) })))),
      }))), []),
    ...shared }),
  SetDoNotDisturb: service<"SetDoNotDisturb">(
    { device: required(device), doNotDisturbOn: required(boolean), ...shared }, empty),
  GetDoNotDisturb: service<"GetDoNotDisturb">({ device: required(device), ...shared },
    { doNotDisturbOn: required(boolean), ...shared }),
  SetForwarding: service<"SetForwarding">({ device: required(device),
    forwardingType: optional(forwardingType), activateForward: required(boolean),
    forwardDN: optional(device), ...shared }, empty),
  GetForwarding: service<"GetForwarding">({ device: required(device), ...shared },
    { forwardingList: required(listOf(containers.forwardingItem, forwarding), []), ...shared }),
  SetMessageWaitingIndicator: service<"SetMessageWaitingIndicator">(
    { device: required(device), messageWaitingOn: required(boolean), ...shared }, empty),
  SetDisplay: service<"SetDisplay">(
    { device: required(device), contentsOfDisplay: required(text), ...shared }, empty),
  GetDisplay: service<"GetDisplay">({ device: required(device), ...shared },
    { displayList: required(listOf(containers.displayItem,
      nested(sequence<Result<"GetDisplay">["displayList"][number]>({
        displayID: required(text, ""), logicalRows: required(integer, 1),
        logicalColumns: required(integer, 0), contentsOfDisplay: required(text, "") }))), []),
    ...shared }),
  GetMessageWaitingIndicator: service<"GetMessageWaitingIndicator">(
    { device: required(device), ...shared }, { messageWaitingOn: required(boolean), ...shared }),
  GetButtonInformation: service<"GetButtonInformation">(
    { device: required(device), button: optional(text), ...shared },
    { buttonList: required(listOf(containers.buttonItem,
      nested(sequence<Result<"GetButtonInformation">["buttonList"][number]>({
        button: required(text), buttonLabel: optional(text), buttonFunction: optional(text),
        buttonAssociatedNumber: optional(device) }))), []), ...shared }),
  GetLampMode: service<"GetLampMode">(
    { device: required(device), lamp: optional(text), ...shared },
    { lampModeList: required(listOf(containers.lampItem,
      nested(sequence<Result<"GetLampMode">["lampModeList"][number]>({
        lamp: required(text), lampMode: required(oneOf(...lampModes), "unknown"),
        button: optional(text) }))), []), ...shared }),
  ButtonPress: service<"ButtonPress">(
    { device: required(device), button: required(text), ...shared }, empty),
};

const callDetail = nested(sequence<CallDetail>({
  recordNumber: optional(integer), recordCreationTime: required(stamp, ""),
  callingDevice: optional(subject), calledDevice: optional(subject),
  associatedCallingDevice: optional(subject), associatedCalledDevice: optional(subject),
  recordedCall: optional(connection), connectionStart: optional(stamp),
  connectionEnd: optional(stamp), connectionDuration: optional(integer),
  chargingInfo: optional(nested(sequence<ChargingInfo>({ chargingUnits: optional(integer),
    currency: optional(nested(sequence<NonNullable<ChargingInfo["currency"]>>({
      currencyType: required(text, ""), currencyAmount: required(integer, 0),
      currencyMultiplier: required(oneOf(...currencyMultipliers), "one") }))),
    typeOfChargingInfo: required(oneOf("subTotal", "total"), "total") }))),
  reasonForTerm: optional(oneOf(...reasonsForTerm)), accountInfo: optional(text) }));

const system = {
  SystemStatus: service<"SystemStatus">({ systemStatus: required(systemStatus), ...shared },
    empty),
  RequestSystemStatus: service<"RequestSystemStatus">(empty,
    { systemStatus: required(systemStatus), ...shared }),
  GetSwitchingFunctionDevices: service<"GetSwitchingFunctionDevices">(
    { requestedDeviceID: optional(device), requestedDeviceCategory: optional(deviceCategory),
      ...shared },
    { serviceCrossRefID: required(text), ...shared }),
  SwitchingFunctionDevices: service<"SwitchingFunctionDevices">(
    { ...segment,
      deviceList: required(listOf(containers.deviceItem,
        nested(sequence<Argument<"SwitchingFunctionDevices">["deviceList"][number]>({
          deviceID: required(device), deviceCategory: optional(deviceCategory),
          named: optional(text) }))), []),
      ...shared }, empty),
  GetSwitchingFunctionCapabilities: service<"GetSwitchingFunctionCapabilities">(empty,
    { switchingSubDomainName: optional(text), manufacturerName: optional(text),
      services: ofParent(optional(servicesWithin(containers.services))),
      events: ofParent(optional(eventsWithin(containers.events))),
      ...shared }),
  GetLogicalDeviceInformation: service<"GetLogicalDeviceInformation">(
    { device: required(device), ...shared },
    { deviceCategory: optional(deviceCategory), hasPhysicalElement: optional(boolean),
      appearanceAddressable: optional(boolean), appearanceType: optional(oneOf(...appearanceTypes)),
      services: ofParent(optional(servicesWithin("logDevServList"))),
      events: ofParent(optional(eventsWithin("logDevEvtsList"))), ...shared }),
  GetPhysicalDeviceInformation: service<"GetPhysicalDeviceInformation">(
    { device: required(device), ...shared },
    { deviceCategory: optional(deviceCategory), hasLogicalElement: optional(boolean),
      deviceModelName: optional(text), maxDisplays: optional(integer),
      maxButtons: optional(integer), maxLamps: optional(integer),
      services: ofParent(optional(servicesWithin("physDevServList"))),
      events: ofParent(optional(eventsWithin("physDevEvtsList"))), ...shared }),
  GetCSTAFeatures: service<"GetCSTAFeatures">(empty,
    { services: ofParent(required(servicesWithin(containers.services), [])),
      events: ofParent(required(eventsWithin(containers.events), [])),
      ...shared }),
  Escape: service<"Escape">({ extensions: ofParent(required(escapeData)) }, empty),
  StartCallDetailRecordsTransmission: service<"StartCallDetailRecordsTransmission">(
    { transferMode: required(oneOf("transferAtEndOfCall", "transferOnRequest",
      "transferOnThresholdReached"), "transferAtEndOfCall"), ...shared },
    { cdrCrossRefID: optional(text), ...shared }),
  StopCallDetailRecordsTransmission: service<"StopCallDetailRecordsTransmission">(
    { cdrCrossRefID: required(text), ...shared }, empty),
  SendStoredCallDetailRecords: service<"SendStoredCallDetailRecords">(
    { cdrCrossRefID: required(text), ...shared }, empty),
  CallDetailRecordsNotification: service<"CallDetailRecordsNotification">(
    { cdrCrossRefID: required(text),
      cdrReason: optional(oneOf("timeout", "thresholdReached", "other")), ...shared }, empty),
  CallDetailRecordsReport: service<"CallDetailRecordsReport">(
    { cdrCrossRefID: optional(text), cdrInfo: required(listOf(containers.record, callDetail), []),
      lastStoredCDRReportSent: optional(boolean), ...shared }, empty),
};

const route = { crossRefIdentifier: required(text), routeRegisterReqID: optional(text) };

const routeing = {
  RouteRegister: service<"RouteRegister">({ routeingDevice: optional(device), ...shared },
    { routeRegisterReqID: required(text), ...shared }),
  RouteRegisterCancel: service<"RouteRegisterCancel">(
    { routeRegisterReqID: required(text), ...shared }, empty),
  RouteRegisterAbort: service<"RouteRegisterAbort">(
    { routeRegisterReqID: required(text), ...shared }, empty),
  RouteRequest: service<"RouteRequest">({ ...route, currentRoute: required(subject, "notKnown"),
    callingDevice: optional(subject), routeingDevice: optional(subject),
    routedCall: optional(connection), replyTimeout: optional(integer), ...shared }, empty),
  ReRoute: service<"ReRoute">({ ...route, replyTimeout: optional(integer), ...shared }, empty),
  RouteSelect: service<"RouteSelect">({ ...route, routeSelected: required(device),
    alternateRoutes: optional(listOf(containers.route, device)),
    remainRetries: optional(integer), routeUsedReq: optional(boolean), ...shared }, empty),
  RouteUsed: service<"RouteUsed">({ ...route, routeUsed: required(subject, "notKnown"),
    callingDevice: optional(subject), ...shared }, empty),
  RouteEnd: service<"RouteEnd">({ ...route, errorValue: optional(errorCode), ...shared }, empty),
  RouteReject: service<"RouteReject">({ ...route, rejectCause: optional(oneOf(...rejectCauses)),
    ...shared }, empty),
};

const mediaAddress = nested(sequence<NonNullable<TerminalMedia["rtpAddress"]>>(
  { address: required(text), port: required(integer) }));
const registered = { device: optional(identified), signalingEncryption: optional(text),
  code: optional(integer), reason: optional(text), ...shared };

/** Avaya DMCC's own, in its own namespace. */
export const avayaServices = {
  GetDeviceId: service<"GetDeviceId">({ switchIPInterface: optional(text),
    switchName: optional(text), extension: required(text), ...shared },
  { device: required(device), ...shared }),
  GetThirdPartyDeviceId: service<"GetThirdPartyDeviceId">({ switchName: optional(text),
    extension: required(text), ...shared }, { device: required(device), ...shared }),
  ReleaseDeviceId: service<"ReleaseDeviceId">({ device: required(device), ...shared }, empty),
  RegisterTerminal: service<"RegisterTerminal">({ device: required(device),
    loginInfo: required(nested(sequence<TerminalLogin>({ forceLogin: optional(boolean),
      sharedControl: optional(boolean), password: optional(text),
      mediaMode: optional(oneOf("SERVER", "CLIENT", "NONE")),
      dependencyMode: optional(oneOf("MAIN", "DEPENDENT", "INDEPENDENT")) })), {}),
    localMediaInfo: optional(nested(sequence<TerminalMedia>({ rtpAddress: optional(mediaAddress),
      rtcpAddress: optional(mediaAddress), codecs: optional(text),
      packetSize: optional(integer), encryptionList: optional(text) }))), ...shared },
  registered),
  UnregisterTerminal: service<"UnregisterTerminal">({ device: required(device), ...shared },
    { device: optional(identified), code: optional(integer), reason: optional(text),
      ...shared }),
};

type ServiceTable = { readonly [S in CstaServiceName]?: ServicePair<S> };
const table: ServiceTable =
  { ...monitoring, ...callControl, ...devices, ...system, ...routeing, ...avayaServices };

/** By the names of `CstaServices`. */
export const xmlServices: ReadonlyMap<CstaServiceName, ServicePair> =
  new Map(Object.entries(table) as unknown as [CstaServiceName, ServicePair][]);

export const avayaServiceNames: ReadonlySet<CstaServiceName> =
  new Set(Object.keys(avayaServices) as CstaServiceName[]);

/** The element of a service's argument. */
export function serviceElement(name: CstaServiceName): string {
  return serviceElements[name]?.[0] ?? name;
}

const byElement: ReadonlyMap<string, CstaServiceName> = new Map([...xmlServices.keys()]
  .flatMap((name) => (serviceElements[name] ?? [name]).map((element) => [element, name])));

export function serviceOfElement(element: string): CstaServiceName | undefined {
  return byElement.get(element);
}
