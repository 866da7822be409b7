/**
 * Services of phase III (ECMA-285, the module of each): operation, argument and result, with the
 * fields in the order of the wire. Fields that the messages do not have are left out and skipped.
 */

import { rejectCauses, type RejectCause } from "../../model/routeing.js";
import {
  application, boolean, choice, enumerated, explicit, ia5Text, implicit, integer, mapped, octets,
  octetText, optional, required, sequence, sequenceOf, type Asn1Type,
} from "./asn1.js";
import type {
  AgentStateEntry, CstaArgument, CstaConnection, CstaDevice, CstaDeviceCategory, CstaResult,
  SnapshotCallEntry, SnapshotDeviceEntry,
} from "./message.js";
import { recordServices } from "./phase3-records.js";
import { capabilities, capabilityServices, deviceListItem } from "./phase3-capabilities.js";
import { universalFailure } from "./phase3-errors.js";
import {
  agentState, bareExtensions, calledDevice, callingDevice, callState, connectionID,
  connectionList, deviceID, emptyOrExtensions, extensionsField, forwardingType,
  lampMode,
  localConnectionState, monitorCrossRefID, monitorFilter, onlyExtensions, requestedAgentState,
  routeingCrossRefID, subjectDevice, systemStatus, userData,
} from "./phase3-types.js";
import type { ServiceRows } from "./phase-tables.js";

const correlatorField = optional("correlatorData", octets);
const userDataField = optional("userData", userData);
const accountField = optional("accountCode", implicit(0, octetText));
const authorisationField = optional("authCode", implicit(1, octetText));
const connectionsField = optional("connections", implicit(0, connectionList));
const registrationField = optional("routeRegisterReqID", implicit(0, octets));
const crossRefField = required("crossRefIdentifier", routeingCrossRefID);
const deviceField = required("device", deviceID);
const heldField = required("heldCall", connectionID);
const activeField = required("activeCall", connectionID);
const monitorField = required("monitorCrossRefID", monitorCrossRefID);
const actualFilterField = optional("actualMonitorFilter", implicit(0, monitorFilter));

const deviceEntries = application(22, sequenceOf(sequence<SnapshotDeviceEntry>(
  required("connectionIdentifier", connectionID),
  optional("endpointDevice", implicit(3, subjectDevice)),
  required("localCallState", callState))));
const callEntries = application(23, sequenceOf(sequence<SnapshotCallEntry>(
  required("deviceOnCall", subjectDevice), optional("callIdentifier", connectionID),
  optional("localConnectionInfo", localConnectionState))));
const segmentFields = [required("serviceCrossRefID", octets), optional("segmentID", integer),
  required("lastSegment", boolean)] as const;

const monitoring = {
  MonitorStart: {
    operation: 71,
    argument: sequence<CstaArgument<"MonitorStart">>(
      required("monitorObject", choice<{ deviceObject: CstaDevice; callObject: CstaConnection }>({
        deviceObject: deviceID, callObject: connectionID })),
      optional("requestedMonitorFilter", implicit(0, monitorFilter)),
      optional("monitorType", enumerated({ call: 0, device: 1 })), extensionsField),
    result: sequence<CstaResult<"MonitorStart">>(
      monitorField, actualFilterField, optional("monitorExistingCalls", boolean),
      extensionsField),
  },
  ChangeMonitorFilter: {
    operation: 72,
    argument: sequence<CstaArgument<"ChangeMonitorFilter">>(
      monitorField, required("requestedMonitorFilter", monitorFilter), extensionsField),
    result: sequence<CstaResult<"ChangeMonitorFilter">>(
      optional("actualMonitorFilter", monitorFilter), extensionsField),
  },
  MonitorStop: {
    operation: 73,
    argument: sequence<CstaArgument<"MonitorStop">>(monitorField, extensionsField),
    result: emptyOrExtensions,
  },
  SnapshotDevice: {
    operation: 74,
    argument: sequence<CstaArgument<"SnapshotDevice">>(
      required("snapshotObject", deviceID), extensionsField),
    result: sequence<CstaResult<"SnapshotDevice">>(
      optional("serviceCrossRefID", octets), optional("snapshotData", deviceEntries),
      extensionsField),
  },
  SnapshotCall: {
    operation: 75,
    argument: sequence<CstaArgument<"SnapshotCall">>(
      required("snapshotObject", connectionID), extensionsField),
    result: sequence<CstaResult<"SnapshotCall">>(
      optional("serviceCrossRefID", implicit(0, octets)),
      optional("snapshotData", callEntries),
      optional("callingDevice", callingDevice), optional("calledDevice", calledDevice),
      extensionsField),
  },
  SnapshotCallData: {
    operation: 76,
    argument: sequence<CstaArgument<"SnapshotCallData">>(
      ...segmentFields, required("snapshotData", callEntries), extensionsField),
    result: emptyOrExtensions,
  },
  SnapshotDeviceData: {
    operation: 77,
    argument: sequence<CstaArgument<"SnapshotDeviceData">>(
      ...segmentFields, required("snapshotData", deviceEntries), extensionsField),
    result: emptyOrExtensions,
  },
} satisfies ServiceRows;

const makingAndAnswering = {
  MakeCall: {
    operation: 10,
    argument: sequence<CstaArgument<"MakeCall">>(
      required("callingDevice", deviceID), required("calledDirectoryNumber", deviceID),
      accountField, authorisationField,
      optional("autoOriginate", implicit(3, enumerated({ prompt: 0, doNotPrompt: 1 }))),
      optional("correlatorData", implicit(2, octets)), userDataField, extensionsField),
    result: sequence<CstaResult<"MakeCall">>(
      required("callingDevice", connectionID), extensionsField),
  },
  AnswerCall: {
    operation: 2,
    argument: sequence<CstaArgument<"AnswerCall">>(
      required("callToBeAnswered", connectionID), correlatorField, userDataField,
      extensionsField),
    result: emptyOrExtensions,
  },
  AcceptCall: {
    operation: 214,
    argument: sequence<CstaArgument<"AcceptCall">>(
      required("callToBeAccepted", connectionID), correlatorField, userDataField,
      extensionsField),
    result: emptyOrExtensions,
  },
  ClearConnection: {
    operation: 5,
    argument: sequence<CstaArgument<"ClearConnection">>(
      required("connectionToBeCleared", connectionID), correlatorField, userDataField,
      extensionsField),
    result: emptyOrExtensions,
  },
  ClearCall: {
    operation: 4,
    argument: sequence<CstaArgument<"ClearCall">>(
      required("callToBeCleared", connectionID), userDataField, extensionsField),
    result: emptyOrExtensions,
  },
  GenerateDigits: {
    operation: 232,
    argument: sequence<CstaArgument<"GenerateDigits">>(
      required("connectionToSendDigits", connectionID),
      optional("digitMode", enumerated({ rotaryPulse: 0, dtmf: 1 })),
      required("charactersToSend", ia5Text), extensionsField),
    result: emptyOrExtensions,
  },
  AssociateData: {
    operation: 230,
    argument: sequence<CstaArgument<"AssociateData">>(
      required("existingCall", connectionID), accountField, authorisationField,
      optional("correlatorData", implicit(2, octets)), extensionsField),
    result: emptyOrExtensions,
  },
} satisfies ServiceRows;

const twoCalls = {
  HoldCall: {
    operation: 9,
    argument: sequence<CstaArgument<"HoldCall">>(
      required("callToBeHeld", connectionID), optional("connectionReservation", boolean),
      extensionsField),
    result: emptyOrExtensions,
  },
  RetrieveCall: {
    operation: 14,
    argument: sequence<CstaArgument<"RetrieveCall">>(
      required("callToBeRetrieved", connectionID), extensionsField),
    result: emptyOrExtensions,
  },
  AlternateCall: {
    operation: 1,
    argument: sequence<CstaArgument<"AlternateCall">>(heldField, activeField, extensionsField),
    result: emptyOrExtensions,
  },
  ReconnectCall: {
    operation: 13,
    argument: sequence<CstaArgument<"ReconnectCall">>(activeField, heldField, extensionsField),
    result: emptyOrExtensions,
  },
  ConsultationCall: {
    operation: 7,
    argument: sequence<CstaArgument<"ConsultationCall">>(
      required("existingCall", implicit(0, connectionID)),
      required("consultedDevice", explicit(1, deviceID)),
      optional("accountCode", implicit(3, octetText)), optional("authCode", implicit(4, octetText)),
      optional("correlatorData", implicit(5, octets)),
      optional("userData", implicit(6, userData)), extensionsField),
    result: sequence<CstaResult<"ConsultationCall">>(
      required("initiatedCall", connectionID), extensionsField),
  },
  TransferCall: {
    operation: 16,
    argument: sequence<CstaArgument<"TransferCall">>(heldField, activeField, extensionsField),
    result: sequence<CstaResult<"TransferCall">>(
      required("transferredCall", connectionID), connectionsField, extensionsField),
  },
  ConferenceCall: {
    operation: 6,
    argument: sequence<CstaArgument<"ConferenceCall">>(heldField, activeField, extensionsField),
    result: sequence<CstaResult<"ConferenceCall">>(
      required("conferenceCall", connectionID), connectionsField, extensionsField),
  },
  SingleStepTransferCall: {
    operation: 50,
    argument: sequence<CstaArgument<"SingleStepTransferCall">>(
      activeField, required("transferredTo", deviceID),
      optional("correlatorData", implicit(2, octets)), userDataField, extensionsField),
    result: sequence<CstaResult<"SingleStepTransferCall">>(
      required("transferredCall", connectionID), connectionsField, extensionsField),
  },
  SingleStepConferenceCall: {
    operation: 20,
    argument: sequence<CstaArgument<"SingleStepConferenceCall">>(
      activeField, required("deviceToJoin", deviceID),
      optional("participationType", enumerated({ silent: 0, active: 1, none: 2 })),
      extensionsField),
    result: sequence<CstaResult<"SingleStepConferenceCall">>(
      required("conferencedCall", connectionID), extensionsField),
  },
} satisfies ServiceRows;

const moving = {
  DeflectCall: {
    operation: 218,
    argument: sequence<CstaArgument<"DeflectCall">>(
      required("callToBeDiverted", connectionID), required("newDestination", deviceID),
      correlatorField, userDataField, extensionsField),
    result: emptyOrExtensions,
  },
  DirectedPickupCall: {
    operation: 220,
    argument: sequence<CstaArgument<"DirectedPickupCall">>(
      required("callToBePickedUp", connectionID), required("requestingDevice", deviceID),
      correlatorField, userDataField, extensionsField),
    result: sequence<CstaResult<"DirectedPickupCall">>(
      optional("pickedCall", connectionID), extensionsField),
  },
  GroupPickupCall: {
    operation: 221,
    argument: sequence<CstaArgument<"GroupPickupCall">>(
      required("newDestination", deviceID), optional("pickGroup", deviceID), correlatorField,
      userDataField, extensionsField),
    result: sequence<CstaResult<"GroupPickupCall">>(
      optional("pickedCall", connectionID), extensionsField),
  },
  ParkCall: {
    operation: 18,
    argument: sequence<CstaArgument<"ParkCall">>(
      required("parking", connectionID), required("parkTo", deviceID), correlatorField,
      extensionsField),
    result: onlyExtensions,
  },
  CallBack: {
    operation: 215,
    argument: sequence<CstaArgument<"CallBack">>(
      required("callbackConnection", connectionID), extensionsField),
    result: sequence<CstaResult<"CallBack">>(
      optional("targetDevice", deviceID), extensionsField),
  },
} satisfies ServiceRows;

const agentEntry = sequence<AgentStateEntry>(
  optional("agentID", octetText), required("loggedOnState", boolean),
  optional("agentInfo", sequenceOf(
    sequence<NonNullable<AgentStateEntry["agentInfo"]>[number]>(
      optional("acdGroup", deviceID), required("agentState", agentState)))));

const deviceFeatures = {
  SetAgentState: {
    operation: 312,
    argument: sequence<CstaArgument<"SetAgentState">>(
      deviceField, required("requestedAgentState", requestedAgentState),
      optional("agentID", implicit(2, octetText)), optional("password", implicit(3, octetText)),
      optional("group", deviceID), extensionsField),
    result: onlyExtensions,
  },
  GetAgentState: {
    operation: 304,
    argument: sequence<CstaArgument<"GetAgentState">>(
      deviceField, optional("acdGroup", deviceID), extensionsField),
    result: sequence<CstaResult<"GetAgentState">>(
      required("agentStateList", sequenceOf(agentEntry)), extensionsField),
  },
  SetDoNotDisturb: {
    operation: 316,
    argument: sequence<CstaArgument<"SetDoNotDisturb">>(
      deviceField, required("doNotDisturbOn", boolean), extensionsField),
    result: emptyOrExtensions,
  },
  GetDoNotDisturb: {
    operation: 308,
    argument: sequence<CstaArgument<"GetDoNotDisturb">>(deviceField, extensionsField),
    result: sequence<CstaResult<"GetDoNotDisturb">>(
      required("doNotDisturbOn", boolean), extensionsField),
  },
  SetForwarding: {
    operation: 317,
    argument: sequence<CstaArgument<"SetForwarding">>(
      deviceField, optional("forwardingType", forwardingType),
      required("activateForward", boolean), optional("forwardDN", deviceID), extensionsField),
    result: emptyOrExtensions,
  },
  GetForwarding: {
    operation: 309,
    argument: sequence<CstaArgument<"GetForwarding">>(deviceField, extensionsField),
    result: sequence<CstaResult<"GetForwarding">>(
      required("forwardingList", sequenceOf(
        sequence<CstaResult<"GetForwarding">["forwardingList"][number]>(
          optional("forwardingType", forwardingType), required("forwardStatus", boolean),
          optional("forwardDN", deviceID)))), extensionsField),
  },
  SetMessageWaitingIndicator: {
    operation: 277,
    argument: sequence<CstaArgument<"SetMessageWaitingIndicator">>(
      deviceField, required("messageWaitingOn", boolean), extensionsField),
    result: emptyOrExtensions,
  },
  SetDisplay: {
    operation: 274,
    argument: sequence<CstaArgument<"SetDisplay">>(
      deviceField, required("contentsOfDisplay", ia5Text), extensionsField),
    result: emptyOrExtensions,
  },
  GetDisplay: {
    operation: 263,
    argument: sequence<CstaArgument<"GetDisplay">>(deviceField, extensionsField),
    result: sequence<CstaResult<"GetDisplay">>(
      required("displayList", sequenceOf(
        sequence<CstaResult<"GetDisplay">["displayList"][number]>(
          required("displayID", octetText), required("logicalRows", integer),
          required("logicalColumns", integer), required("contentsOfDisplay", ia5Text)))),
      extensionsField),
  },
  GetMessageWaitingIndicator: {
    operation: 267,
    argument: sequence<CstaArgument<"GetMessageWaitingIndicator">>(deviceField, extensionsField),
    result: sequence<CstaResult<"GetMessageWaitingIndicator">>(
      required("messageWaitingOn", boolean), extensionsField),
  },
  GetButtonInformation: {
    operation: 262,
    argument: sequence<CstaArgument<"GetButtonInformation">>(
      deviceField, optional("button", octetText), extensionsField),
    result: sequence<CstaResult<"GetButtonInformation">>(
      required("buttonList", sequenceOf(
        sequence<CstaResult<"GetButtonInformation">["buttonList"][number]>(
          required("button", octetText), optional("buttonLabel", implicit(0, ia5Text)),
          optional("buttonFunction", implicit(2, ia5Text)),
          optional("buttonAssociatedNumber", implicit(3, deviceID))))), extensionsField),
  },
  GetLampMode: {
    operation: 266,
    argument: sequence<CstaArgument<"GetLampMode">>(
      deviceField, optional("lamp", octetText), extensionsField),
    result: sequence<CstaResult<"GetLampMode">>(
      required("lampModeList", sequenceOf(
        sequence<CstaResult<"GetLampMode">["lampModeList"][number]>(
          required("lamp", octetText), required("lampMode", lampMode),
          optional("button", implicit(2, octetText))))), extensionsField),
  },
  ButtonPress: {
    operation: 260,
    argument: sequence<CstaArgument<"ButtonPress">>(
      deviceField, required("button", octetText), extensionsField),
    result: emptyOrExtensions,
  },
} satisfies ServiceRows;

const requestedCategory = enumerated<CstaDeviceCategory>({
  acd: 0, groupACD: 1, groupHunt: 2, groupPick: 3, groupOther: 4, networkInterface: 5, park: 6,
  routeingDevice: 7, station: 8, voiceUnit: 9, other: 10, conference: 11,
}, "other");

const system = {
  SystemStatus: {
    operation: 211,
    argument: sequence<CstaArgument<"SystemStatus">>(
      required("systemStatus", systemStatus), extensionsField),
    result: emptyOrExtensions,
  },
  RequestSystemStatus: {
    operation: 210,
    argument: onlyExtensions,
    result: sequence<CstaResult<"RequestSystemStatus">>(
      required("systemStatus", systemStatus), extensionsField),
  },
  GetSwitchingFunctionDevices: {
    operation: 204,
    argument: sequence<CstaArgument<"GetSwitchingFunctionDevices">>(
      optional("requestedDeviceID", deviceID),
      optional("requestedDeviceCategory", requestedCategory), extensionsField),
    result: sequence<CstaResult<"GetSwitchingFunctionDevices">>(
      required("serviceCrossRefID", octets), extensionsField),
  },
  SwitchingFunctionDevices: {
    operation: 205,
    argument: sequence<CstaArgument<"SwitchingFunctionDevices">>(
      ...segmentFields, required("deviceList", sequenceOf(deviceListItem)), extensionsField),
    result: emptyOrExtensions,
  },
  GetSwitchingFunctionCapabilities: {
    operation: 203, argument: emptyOrExtensions, result: capabilities,
  },
} satisfies ServiceRows;

/** Instead of a count, a router may say that it has no list or does not count. */
const remainRetries: Asn1Type<number | undefined> = mapped(
  choice<{ noList: boolean; noCount: boolean; count: number }>({
    noList: implicit(0, boolean), noCount: implicit(1, boolean), count: implicit(2, integer),
  }) as Asn1Type<{ count?: number }>,
  (count) => count === undefined ? {} : { count }, ({ count }) => count);

const rejectCause = enumerated<RejectCause>(Object.fromEntries(rejectCauses.map(
  (cause, index) => [cause, index + 1])) as Record<RejectCause, number>, "unknownOverflow");

const routeing = {
  RouteRegister: {
    operation: 248,
    argument: sequence<CstaArgument<"RouteRegister">>(
      optional("routeingDevice", deviceID), extensionsField),
    result: sequence<CstaResult<"RouteRegister">>(
      required("routeRegisterReqID", octets), extensionsField),
  },
  RouteRegisterCancel: {
    operation: 250,
    argument: sequence<CstaArgument<"RouteRegisterCancel">>(
      required("routeRegisterReqID", octets), extensionsField),
    result: emptyOrExtensions,
  },
  RouteRegisterAbort: {
    operation: 249,
    argument: sequence<CstaArgument<"RouteRegisterAbort">>(
      required("routeRegisterReqID", octets), extensionsField),
    result: emptyOrExtensions,
  },
  RouteRequest: {
    operation: 31,
    argument: sequence<CstaArgument<"RouteRequest">>(
      crossRefField, registrationField, required("currentRoute", calledDevice),
      optional("callingDevice", callingDevice), optional("routeingDevice", subjectDevice),
      optional("routedCall", connectionID), optional("replyTimeout", implicit(3, integer)),
      extensionsField),
    result: emptyOrExtensions,
  },
  ReRoute: {
    operation: 32,
    argument: sequence<CstaArgument<"ReRoute">>(
      crossRefField, registrationField, optional("replyTimeout", implicit(1, integer)),
      extensionsField),
    result: emptyOrExtensions,
  },
  RouteSelect: {
    operation: 33,
    argument: sequence<CstaArgument<"RouteSelect">>(
      crossRefField, registrationField, required("routeSelected", explicit(1, deviceID)),
      optional("alternateRoutes", implicit(2, sequenceOf(deviceID))),
      optional("remainRetries", explicit(3, remainRetries) as Asn1Type<number>),
      optional("routeUsedReq", implicit(4, boolean)), extensionsField),
    result: emptyOrExtensions,
  },
  RouteUsed: {
    operation: 34,
    argument: sequence<CstaArgument<"RouteUsed">>(
      crossRefField, registrationField, required("routeUsed", calledDevice),
      optional("callingDevice", callingDevice), extensionsField),
    result: emptyOrExtensions,
  },
  RouteEnd: {
    operation: 35,
    argument: sequence<CstaArgument<"RouteEnd">>(
      crossRefField, registrationField, optional("errorValue", explicit(1, universalFailure)),
      extensionsField),
    result: emptyOrExtensions,
  },
  RouteReject: {
    operation: 36,
    argument: sequence<CstaArgument<"RouteReject">>(
      crossRefField, registrationField, optional("rejectCause", implicit(1, rejectCause)),
      extensionsField),
    result: emptyOrExtensions,
  },
} satisfies ServiceRows;

const vendor = {
  Escape: {
    operation: 51,
    argument: mapped(bareExtensions,
      ({ extensions }: CstaArgument<"Escape">) => extensions, (extensions) => ({ extensions })),
    result: emptyOrExtensions,
  },
} satisfies ServiceRows;

export const services: ServiceRows = {
  ...monitoring, ...makingAndAnswering, ...twoCalls, ...moving, ...deviceFeatures, ...system,
  ...capabilityServices, ...routeing, ...vendor, ...recordServices,
};
