/**
 * CSTA messages in the words of ECMA-269, whatever their encoding. Fields have the names that
 * ECMA-285 and ECMA-323 share, so that an encoding is a table of them. Opaque octets (call
 * identifiers, cross references, correlator data) are text: lower-case hexadecimal where the
 * encoding is BER, as they stand where it is XML. Both ends give back what they got. Account and
 * authorisation codes, agents, their passwords and buttons are plain text in every encoding.
 */

import type { EventCause } from "../../model/causes.js";
import type { RejectCause } from "../../model/routeing.js";
import type { ForwardingType, LampMode } from "../../model/services.js";
import type { AgentState, ConnectionState } from "../../model/states.js";
import type { CstaErrorCategory } from "../../base/faults.js";
import type { Decoder } from "../../base/codec.js";

/** How a device is named (ECMA-269 §12.3; `typeOfNumber` of ECMA-323). */
export type DeviceNumberKind =
  | "dialingNumber" | "deviceNumber" | "implicitPublic" | "implicitPrivate" | "other"
  | `explicitPublic:${"unknown" | "international" | "national" | "networkspecific" | "subscriber"
    | "abbreviated"}`
  | `explicitPrivate:${"unknown" | "level3Regional" | "level2Regional" | "level1Regional"
    | "pTNSpecific" | "localNumber" | "abbreviated"}`
  /** Only within a connection: octets that mean something to the switching function alone. */
  | "dynamic";

export interface CstaDevice {
  readonly kind: DeviceNumberKind;
  /** The number; of `deviceNumber` in decimal; of `other` and `dynamic` opaque. */
  readonly text: string;
  readonly privateName?: string;
}

/** ConnectionID: a call, a device, or both (ECMA-269 §12.2.8). */
export interface CstaConnection {
  readonly callID?: string;
  readonly deviceID?: CstaDevice;
}

/** A device in a role, or why it is not named. */
export type CstaParty = CstaDevice | "notKnown" | "restricted" | "notRequired" | "notSpecified";

export interface ConnectionListItem {
  readonly newConnection?: CstaConnection;
  readonly oldConnection?: CstaConnection;
  readonly endpoint?: CstaParty;
  readonly associatedNID?: CstaParty;
}

/** CSTACommonArguments. */
export interface CstaExtensions {
  /** The switching function's own time, `YYYYMMDDHHMMSS` with or without `Z`. */
  readonly time?: string;
  /** Whole elements: hexadecimal of BER, text of XML. */
  readonly privateData?: readonly string[];
}

export const systemStatuses = [
  "initializing", "enabled", "normal", "messagesLost", "disabled", "overloadImminent",
  "overloadReached", "overloadRelieved", "partiallyDisabled",
] as const;
export type SystemStatus = typeof systemStatuses[number];

export type RequestedAgentState =
  "loggedOn" | "loggedOff" | "notReady" | "ready" | "workingAfterCall";

export const deviceCategories = [
  "acd", "groupACD", "groupHunt", "groupPick", "groupOther", "networkInterface", "park",
  "routeingDevice", "station", "voiceUnit", "other", "conference",
] as const;
export type CstaDeviceCategory = typeof deviceCategories[number];

export const appearanceTypes = ["selectedStandard", "basicStandard", "basicBridged",
  "exclusiveBridged", "independentSharedBridged", "interdependentSharedBridged"] as const;

/** Groups of events and the events in each, by their context tags in ECMA-285's EventInfo. */
export const eventGroups = {
  callControl: ["bridged", "callCleared", "conferenced", "connectionCleared", "delivered",
    "digitsDialed", "diverted", "established", "failed", "held", "networkCapabilitiesChanged",
    "networkReached", "offered", "originated", "queued", "retrieved", "serviceInitiated",
    "transferred"],
  callAssociated: ["callInformation", "charging", "digitsGenerated", "telephonyTonesGenerated",
    "serviceCompletionFailure"],
  mediaAttachment: ["mediaAttached", "mediaDetached"],
  physicalDevice: ["buttonInformation", "buttonPress", "displayUpdated", "hookswitch", "lampMode",
    "messageWaiting", "microphoneGain", "microphoneMute", "ringerStatus", "speakerMute",
    "speakerVolume"],
  logicalDevice: ["agentBusy", "agentLoggedOn", "agentLoggedOff", "agentNotReady", "agentReady",
    "agentWorkingAfterCall", "autoAnswer", "autoWorkMode", "callBack", "callBackMessage",
    "callerIDStatus", "doNotDisturb", "forwarding", "routeingMode", "presenceState"],
  maintenance: ["backInService", "deviceCapabilityChanged", "outOfService",
    "partiallyInService"],
  vendor: ["privateEvent"],
} as const;
export type EventGroup = keyof typeof eventGroups;
export type CstaEventName = typeof eventGroups[EventGroup][number];

/** What every event may carry beside its own fields. */
interface EventTail {
  readonly localConnectionInfo?: ConnectionState;
  readonly correlatorData?: string;
  readonly userData?: string;
  /** Absent where the encoding or the event has none. */
  readonly cause?: EventCause;
  readonly extensions?: CstaExtensions;
}

interface Roles {
  readonly callingDevice?: CstaParty;
  readonly calledDevice?: CstaParty;
  readonly lastRedirectionDevice?: CstaParty;
  readonly networkCallingDevice?: CstaParty;
  readonly networkCalledDevice?: CstaParty;
  readonly associatedCallingDevice?: CstaParty;
  readonly associatedCalledDevice?: CstaParty;
}

interface AgentFields {
  readonly agentDevice: CstaParty;
  readonly agentID?: string;
  readonly acdGroup?: CstaDevice;
}

/** Events as ECMA-285 (phase III) and ECMA-323 have them; `type` as in `eventGroups`. */
export type CstaEvent = EventTail & (
  | { readonly type: "serviceInitiated"; readonly initiatedConnection: CstaConnection;
      readonly initiatingDevice?: CstaParty; readonly calledDevice?: CstaParty }
  | { readonly type: "originated"; readonly originatedConnection: CstaConnection;
      readonly callingDevice: CstaParty; readonly calledDevice: CstaParty;
      readonly associatedCalledDevice?: CstaParty }
  | { readonly type: "offered"; readonly offeredConnection: CstaConnection;
      readonly offeredDevice: CstaParty } & Roles
  | { readonly type: "delivered"; readonly connection: CstaConnection;
      readonly alertingDevice: CstaParty } & Roles
  | { readonly type: "established"; readonly establishedConnection: CstaConnection;
      readonly answeringDevice: CstaParty } & Roles
  | { readonly type: "held"; readonly heldConnection: CstaConnection;
      readonly holdingDevice: CstaParty }
  | { readonly type: "retrieved"; readonly retrievedConnection: CstaConnection;
      readonly retrievingDevice: CstaParty }
  | { readonly type: "diverted"; readonly connection: CstaConnection;
      readonly divertingDevice: CstaParty; readonly newDestination: CstaParty } & Roles
  | { readonly type: "failed"; readonly failedConnection: CstaConnection;
      readonly failingDevice: CstaParty } & Roles
  | { readonly type: "queued"; readonly queuedConnection: CstaConnection;
      readonly queue: CstaParty; readonly numberQueued?: number;
      readonly callsInFront?: number } & Roles
  | { readonly type: "networkReached"; readonly outboundConnection: CstaConnection;
      readonly networkInterfaceUsed: CstaParty } & Roles
  | { readonly type: "transferred"; readonly primaryOldCall: CstaConnection;
      readonly secondaryOldCall?: CstaConnection; readonly transferringDevice: CstaParty;
      readonly transferredToDevice: CstaParty;
      readonly transferredConnections?: readonly ConnectionListItem[] }
  | { readonly type: "conferenced"; readonly primaryOldCall: CstaConnection;
      readonly secondaryOldCall?: CstaConnection; readonly conferencingDevice: CstaParty;
      readonly addedParty: CstaParty;
      readonly conferenceConnections?: readonly ConnectionListItem[] }
  | { readonly type: "connectionCleared"; readonly droppedConnection: CstaConnection;
      readonly releasingDevice: CstaParty }
  | { readonly type: "callCleared"; readonly clearedCall: CstaConnection }
  | { readonly type: "digitsDialed"; readonly dialingConnection: CstaConnection;
      readonly dialingDevice: CstaParty; readonly dialingSequence: string }
  | { readonly type: "callInformation"; readonly connection: CstaConnection;
      readonly device: CstaParty; readonly callingDevice?: CstaParty;
      readonly accountInfo?: string }
  | { readonly type: "digitsGenerated"; readonly connection: CstaConnection;
      readonly digitGeneratedList: string }
  | ({ readonly type: "agentLoggedOn" | "agentLoggedOff" | "agentNotReady" | "agentReady"
      | "agentBusy" | "agentWorkingAfterCall" } & AgentFields)
  | { readonly type: "doNotDisturb"; readonly device: CstaParty;
      readonly doNotDisturbOn: boolean }
  | { readonly type: "forwarding"; readonly device: CstaParty;
      readonly forwardingType?: ForwardingType; readonly forwardStatus: boolean;
      readonly forwardTo?: CstaDevice }
  | { readonly type: "messageWaiting"; readonly device: CstaParty;
      readonly messageWaitingOn: boolean }
  | { readonly type: "displayUpdated"; readonly device: CstaParty; readonly displayID?: string;
      readonly logicalRows: number; readonly logicalColumns: number;
      readonly contentsOfDisplay: string }
  | { readonly type: "buttonPress"; readonly device: CstaParty; readonly button: string;
      readonly buttonLabel?: string }
  | { readonly type: "lampMode"; readonly device: CstaParty; readonly lamp: string;
      readonly lampLabel?: string; readonly lampMode: LampMode }
  | { readonly type: "backInService" | "outOfService"; readonly device: CstaParty }
  /** One that has a name but no table here: its element as it came (`privateData` of it). */
  | { readonly type: "other"; readonly name: string; readonly element: string });

export interface SnapshotDeviceEntry {
  readonly connectionIdentifier: CstaConnection;
  readonly endpointDevice?: CstaParty;
  /** The device's own state first, then the far ends'. */
  readonly localCallState: readonly ConnectionState[];
}

export interface SnapshotCallEntry {
  readonly deviceOnCall: CstaParty;
  readonly callIdentifier?: CstaConnection;
  readonly localConnectionInfo?: ConnectionState;
}

export interface AgentStateEntry {
  readonly agentID?: string;
  readonly loggedOnState: boolean;
  readonly agentInfo?: readonly { readonly acdGroup?: CstaDevice;
    readonly agentState: AgentState }[];
}

/** One call detail record (ECMA-269 §27, CDRInfo), as far as it is read. */
export interface CallDetail {
  readonly recordNumber?: number;
  /** This and the other times: the switching function's, `YYYYMMDDHHMMSS` with or without `Z`. */
  readonly recordCreationTime: string;
  readonly callingDevice?: CstaParty;
  readonly calledDevice?: CstaParty;
  readonly associatedCallingDevice?: CstaParty;
  readonly associatedCalledDevice?: CstaParty;
  readonly recordedCall?: CstaConnection;
  readonly connectionStart?: string;
  readonly connectionEnd?: string;
  /** Seconds. */
  readonly connectionDuration?: number;
  readonly chargingInfo?: ChargingInfo;
  readonly reasonForTerm?: ReasonForTerm;
  readonly accountInfo?: string;
}

export const reasonsForTerm = ["normalClearing", "unsuccessfulCallAttempt",
  "abnormalTermination", "callTransferred", "other"] as const;
export type ReasonForTerm = typeof reasonsForTerm[number];
export const currencyMultipliers = ["oneThousandth", "oneHundredth", "oneTenth", "one", "ten",
  "hundred", "thousand"] as const;

export interface ChargingInfo {
  /** One of the two. */
  readonly chargingUnits?: number;
  readonly currency?: { readonly currencyType: string; readonly currencyAmount: number;
    readonly currencyMultiplier: typeof currencyMultipliers[number] };
  readonly typeOfChargingInfo: "subTotal" | "total";
}

interface Shared {
  readonly extensions?: CstaExtensions;
}

interface CallData extends Shared {
  readonly correlatorData?: string;
  readonly userData?: string;
}

interface Codes {
  readonly accountCode?: string;
  readonly authCode?: string;
}

interface Empty extends Shared {}

/** Part of a list that is too long for one message (ECMA-269 §13, §16). */
interface Segment extends Shared {
  readonly serviceCrossRefID: string;
  readonly segmentID?: number;
  readonly lastSegment: boolean;
}

/** What one device offers, of the groups of services that are its own; absent: that is not told. */
interface OfferedAtDevice extends Shared {
  readonly services?: readonly string[];
  readonly events?: readonly CstaEventName[];
}

/** Avaya DMCC: how a terminal is registered. */
export interface TerminalLogin {
  readonly forceLogin?: boolean;
  readonly sharedControl?: boolean;
  readonly password?: string;
  readonly mediaMode?: "SERVER" | "CLIENT" | "NONE";
  readonly dependencyMode?: "MAIN" | "DEPENDENT" | "INDEPENDENT";
}

interface MediaAddress {
  readonly address: string;
  readonly port: number;
}

/** Avaya DMCC: where the terminal's media go. */
export interface TerminalMedia {
  readonly rtpAddress?: MediaAddress;
  readonly rtcpAddress?: MediaAddress;
  readonly codecs?: string;
  /** Milliseconds. */
  readonly packetSize?: number;
  readonly encryptionList?: string;
}

/** Arguments and results of each service: [argument, result]. Names as in ECMA-323. */
export interface CstaServices {
  MonitorStart: [{ readonly monitorObject: { readonly deviceObject: CstaDevice }
    | { readonly callObject: CstaConnection };
  /** The events that are NOT wanted. */
  readonly requestedMonitorFilter?: readonly CstaEventName[];
  readonly monitorType?: "call" | "device" } & Shared,
  { readonly monitorCrossRefID: string; readonly actualMonitorFilter?: readonly CstaEventName[];
    readonly monitorExistingCalls?: boolean } & Shared];
  ChangeMonitorFilter: [{ readonly monitorCrossRefID: string;
    readonly requestedMonitorFilter: readonly CstaEventName[] } & Shared,
  { readonly actualMonitorFilter?: readonly CstaEventName[] } & Shared];
  MonitorStop: [{ readonly monitorCrossRefID: string } & Shared, Empty];
  MakeCall: [{ readonly callingDevice: CstaDevice; readonly calledDirectoryNumber: CstaDevice;
    readonly autoOriginate?: "prompt" | "doNotPrompt" } & Codes & CallData,
  { readonly callingDevice: CstaConnection } & Shared];
  AnswerCall: [{ readonly callToBeAnswered: CstaConnection } & CallData, Empty];
  AcceptCall: [{ readonly callToBeAccepted: CstaConnection } & CallData, Empty];
  ClearConnection: [{ readonly connectionToBeCleared: CstaConnection } & CallData, Empty];
  ClearCall: [{ readonly callToBeCleared: CstaConnection } & CallData, Empty];
  HoldCall: [{ readonly callToBeHeld: CstaConnection;
    readonly connectionReservation?: boolean } & Shared, Empty];
  RetrieveCall: [{ readonly callToBeRetrieved: CstaConnection } & Shared, Empty];
  AlternateCall: [{ readonly heldCall: CstaConnection; readonly activeCall: CstaConnection }
  & Shared, Empty];
  ReconnectCall: [{ readonly activeCall: CstaConnection; readonly heldCall: CstaConnection }
  & Shared, Empty];
  ConsultationCall: [{ readonly existingCall: CstaConnection;
    readonly consultedDevice: CstaDevice } & Codes & CallData,
  { readonly initiatedCall: CstaConnection } & Shared];
  TransferCall: [{ readonly heldCall: CstaConnection; readonly activeCall: CstaConnection }
  & Shared, { readonly transferredCall: CstaConnection;
    readonly connections?: readonly ConnectionListItem[] } & Shared];
  ConferenceCall: [{ readonly heldCall: CstaConnection; readonly activeCall: CstaConnection }
  & Shared, { readonly conferenceCall: CstaConnection;
    readonly connections?: readonly ConnectionListItem[] } & Shared];
  SingleStepTransferCall: [{ readonly activeCall: CstaConnection;
    readonly transferredTo: CstaDevice } & CallData,
  { readonly transferredCall: CstaConnection;
    readonly connections?: readonly ConnectionListItem[] } & Shared];
  SingleStepConferenceCall: [{ readonly activeCall: CstaConnection;
    readonly deviceToJoin: CstaDevice; readonly participationType?: "silent" | "active" | "none" }
  & Shared, { readonly conferencedCall: CstaConnection } & Shared];
  DeflectCall: [{ readonly callToBeDiverted: CstaConnection;
    readonly newDestination: CstaDevice } & CallData, Empty];
  DirectedPickupCall: [{ readonly callToBePickedUp: CstaConnection;
    readonly requestingDevice: CstaDevice } & CallData,
  { readonly pickedCall?: CstaConnection } & Shared];
  GroupPickupCall: [{ readonly newDestination: CstaDevice;
    readonly pickGroup?: CstaDevice } & CallData,
  { readonly pickedCall?: CstaConnection } & Shared];
  ParkCall: [{ readonly parking: CstaConnection; readonly parkTo: CstaDevice } & CallData, Empty];
  CallBack: [{ readonly callbackConnection: CstaConnection } & Shared,
  { readonly targetDevice?: CstaDevice } & Shared];
  GenerateDigits: [{ readonly connectionToSendDigits: CstaConnection;
    readonly digitMode?: "rotaryPulse" | "dtmf"; readonly charactersToSend: string } & Shared,
  Empty];
  AssociateData: [{ readonly existingCall: CstaConnection } & Codes & CallData, Empty];
  SnapshotDevice: [{ readonly snapshotObject: CstaDevice } & Shared,
  /** `serviceCrossRefID`: the data follows in messages of its own. */
  { readonly snapshotData?: readonly SnapshotDeviceEntry[];
    readonly serviceCrossRefID?: string } & Shared];
  SnapshotCall: [{ readonly snapshotObject: CstaConnection } & Shared,
  { readonly snapshotData?: readonly SnapshotCallEntry[]; readonly serviceCrossRefID?: string;
    readonly callingDevice?: CstaParty; readonly calledDevice?: CstaParty } & Shared];
  /** What follows a SnapshotDevice or SnapshotCall, from the switching function; unanswered. */
  SnapshotDeviceData: [{ readonly snapshotData: readonly SnapshotDeviceEntry[] } & Segment, Empty];
  SnapshotCallData: [{ readonly snapshotData: readonly SnapshotCallEntry[] } & Segment, Empty];
  SetAgentState: [{ readonly device: CstaDevice;
    readonly requestedAgentState: RequestedAgentState; readonly agentID?: string;
    readonly password?: string; readonly group?: CstaDevice } & Shared, Empty];
  GetAgentState: [{ readonly device: CstaDevice; readonly acdGroup?: CstaDevice } & Shared,
  { readonly agentStateList: readonly AgentStateEntry[] } & Shared];
  SetDoNotDisturb: [{ readonly device: CstaDevice; readonly doNotDisturbOn: boolean } & Shared,
  Empty];
  GetDoNotDisturb: [{ readonly device: CstaDevice } & Shared,
  { readonly doNotDisturbOn: boolean } & Shared];
  SetForwarding: [{ readonly device: CstaDevice; readonly forwardingType?: ForwardingType;
    readonly activateForward: boolean; readonly forwardDN?: CstaDevice } & Shared, Empty];
  GetForwarding: [{ readonly device: CstaDevice } & Shared,
  { readonly forwardingList: readonly { readonly forwardingType?: ForwardingType;
    readonly forwardStatus: boolean; readonly forwardDN?: CstaDevice }[] } & Shared];
  SetMessageWaitingIndicator: [{ readonly device: CstaDevice;
    readonly messageWaitingOn: boolean } & Shared, Empty];
  SetDisplay: [{ readonly device: CstaDevice; readonly contentsOfDisplay: string } & Shared,
  Empty];
  GetDisplay: [{ readonly device: CstaDevice } & Shared,
  { readonly displayList: readonly { readonly displayID: string; readonly logicalRows: number;
    readonly logicalColumns: number; readonly contentsOfDisplay: string }[] } & Shared];
  GetMessageWaitingIndicator: [{ readonly device: CstaDevice } & Shared,
  { readonly messageWaitingOn: boolean } & Shared];
  GetButtonInformation: [{ readonly device: CstaDevice; readonly button?: string } & Shared,
  { readonly buttonList: readonly { readonly button: string; readonly buttonLabel?: string;
    readonly buttonFunction?: string; readonly buttonAssociatedNumber?: CstaDevice }[] } & Shared];
  GetLampMode: [{ readonly device: CstaDevice; readonly lamp?: string } & Shared,
  { readonly lampModeList: readonly { readonly lamp: string; readonly lampMode: LampMode;
    readonly button?: string }[] } & Shared];
  ButtonPress: [{ readonly device: CstaDevice; readonly button: string } & Shared, Empty];
  SystemStatus: [{ readonly systemStatus: SystemStatus } & Shared, Empty];
  RequestSystemStatus: [Empty, { readonly systemStatus: SystemStatus } & Shared];
  GetSwitchingFunctionDevices: [{ readonly requestedDeviceID?: CstaDevice;
    readonly requestedDeviceCategory?: CstaDeviceCategory } & Shared,
  { readonly serviceCrossRefID: string } & Shared];
  /** The list that follows, from the switching function; unanswered. */
  SwitchingFunctionDevices: [{ readonly deviceList: readonly { readonly deviceID: CstaDevice;
    readonly deviceCategory?: CstaDeviceCategory; readonly named?: string }[] } & Segment, Empty];
  GetSwitchingFunctionCapabilities: [Empty,
  { readonly switchingSubDomainName?: string; readonly manufacturerName?: string;
    /** Services (names of this interface) and events that are offered. */
    readonly services?: readonly string[]; readonly events?: readonly CstaEventName[] } & Shared];
  GetLogicalDeviceInformation: [{ readonly device: CstaDevice } & Shared,
  { readonly deviceCategory?: CstaDeviceCategory; readonly hasPhysicalElement?: boolean;
    readonly appearanceAddressable?: boolean;
    readonly appearanceType?: typeof appearanceTypes[number] } & OfferedAtDevice];
  GetPhysicalDeviceInformation: [{ readonly device: CstaDevice } & Shared,
  { readonly deviceCategory?: CstaDeviceCategory; readonly hasLogicalElement?: boolean;
    readonly deviceModelName?: string; readonly maxDisplays?: number;
    readonly maxButtons?: number; readonly maxLamps?: number } & OfferedAtDevice];
  GetCSTAFeatures: [Empty, { readonly services: readonly string[];
    readonly events: readonly CstaEventName[] } & Shared];
  RouteRegister: [{ readonly routeingDevice?: CstaDevice } & Shared,
  { readonly routeRegisterReqID: string } & Shared];
  RouteRegisterCancel: [{ readonly routeRegisterReqID: string } & Shared, Empty];
  RouteRegisterAbort: [{ readonly routeRegisterReqID: string } & Shared, Empty];
  RouteRequest: [{ readonly crossRefIdentifier: string; readonly routeRegisterReqID?: string;
    readonly currentRoute: CstaParty; readonly callingDevice?: CstaParty;
    readonly routeingDevice?: CstaParty; readonly routedCall?: CstaConnection;
    /** Milliseconds. */ readonly replyTimeout?: number } & Shared, Empty];
  ReRoute: [{ readonly crossRefIdentifier: string; readonly routeRegisterReqID?: string;
    /** Milliseconds. */ readonly replyTimeout?: number } & Shared, Empty];
  RouteSelect: [{ readonly crossRefIdentifier: string; readonly routeRegisterReqID?: string;
    readonly routeSelected: CstaDevice;
    /** Tried one after the other where the first cannot be had. */
    readonly alternateRoutes?: readonly CstaDevice[]; readonly remainRetries?: number;
    readonly routeUsedReq?: boolean } & Shared, Empty];
  RouteUsed: [{ readonly crossRefIdentifier: string; readonly routeRegisterReqID?: string;
    readonly routeUsed: CstaParty; readonly callingDevice?: CstaParty } & Shared, Empty];
  RouteEnd: [{ readonly crossRefIdentifier: string; readonly routeRegisterReqID?: string;
    readonly errorValue?: CstaError } & Shared, Empty];
  RouteReject: [{ readonly crossRefIdentifier: string; readonly routeRegisterReqID?: string;
    readonly rejectCause?: RejectCause } & Shared, Empty];
  /** Everything private travels in `extensions.privateData`. */
  Escape: [{ readonly extensions: CstaExtensions }, Empty];
  /** Avaya DMCC: the identifier of a device by its switch and extension. */
  GetDeviceId: [{ readonly switchIPInterface?: string; readonly switchName?: string;
    readonly extension: string } & Shared, { readonly device: CstaDevice } & Shared];
  /** Avaya DMCC: the same, for monitoring and call control without its media. */
  GetThirdPartyDeviceId: [{ readonly switchName?: string; readonly extension: string } & Shared,
  { readonly device: CstaDevice } & Shared];
  /** Avaya DMCC. */
  ReleaseDeviceId: [{ readonly device: CstaDevice } & Shared, Empty];
  /** Avaya DMCC: the application becomes the device's terminal. */
  RegisterTerminal: [{ readonly device: CstaDevice; readonly loginInfo: TerminalLogin;
    readonly localMediaInfo?: TerminalMedia } & Shared,
  { readonly device?: CstaDevice; readonly signalingEncryption?: string;
    /** 1: registered. */ readonly code?: number; readonly reason?: string } & Shared];
  /** Avaya DMCC. */
  UnregisterTerminal: [{ readonly device: CstaDevice } & Shared,
  { readonly device?: CstaDevice; readonly code?: number; readonly reason?: string } & Shared];
  StartCallDetailRecordsTransmission: [{ readonly transferMode?: "transferAtEndOfCall"
    | "transferOnRequest" | "transferOnThresholdReached" } & Shared,
  { readonly cdrCrossRefID?: string } & Shared];
  /** From either side. */
  StopCallDetailRecordsTransmission: [{ readonly cdrCrossRefID: string } & Shared, Empty];
  SendStoredCallDetailRecords: [{ readonly cdrCrossRefID: string } & Shared, Empty];
  /** From the switching function: it has records stored. */
  CallDetailRecordsNotification: [{ readonly cdrCrossRefID: string;
    readonly cdrReason?: "timeout" | "thresholdReached" | "other" } & Shared, Empty];
  CallDetailRecordsReport: [{ readonly cdrCrossRefID?: string;
    readonly cdrInfo: readonly CallDetail[]; readonly lastStoredCDRReportSent?: boolean }
  & Shared, Empty];
}

export type CstaServiceName = keyof CstaServices;
export type CstaArgument<S extends CstaServiceName = CstaServiceName> = CstaServices[S][0];
export type CstaResult<S extends CstaServiceName = CstaServiceName> = CstaServices[S][1];

/** Invoked from either side and never answered (ECMA-285: ALWAYS RESPONDS FALSE). */
export const unansweredServices: ReadonlySet<CstaServiceName> = new Set<CstaServiceName>([
  "RouteRegisterAbort", "RouteRequest", "ReRoute", "RouteSelect", "RouteUsed", "RouteEnd",
  "RouteReject", "SwitchingFunctionDevices", "SnapshotDeviceData", "SnapshotCallData",
]);

/** UniversalFailure: a category and one of its values by name, such as `invalidDeviceID`. */
export interface CstaError {
  readonly category: CstaErrorCategory;
  readonly value: string;
}

export type RejectProblem =
  | "unrecognizedAPDU" | "mistypedAPDU" | "badlyStructuredAPDU" | "duplicateInvocation"
  | "unrecognizedOperation" | "mistypedArgument" | "resourceLimitation" | "initiatorReleasing"
  | "unrecognizedInvocation" | "resultResponseUnexpected" | "mistypedResult"
  | "errorResponseUnexpected" | "other";

/** An association (ACSE, X.227) or application session (ECMA-354) being asked for. */
export interface AssociationRequest {
  /** Absent: the protocol or the application gives none. */
  readonly user?: string;
  readonly password?: string;
  readonly applicationID?: string;
  /** BER: bits of cSTAVersion by number; XML: namespaces. What the other end can speak. */
  readonly versions: readonly string[];
  /** Seconds; ECMA-354 only. */
  readonly duration?: number;
  /** The session to go on with (Avaya's login information; our own `applicationSpecificInfo`). */
  readonly sessionID?: string;
  readonly cleanupDelay?: number;
}

export type AssociationRefusal =
  | "authentication-failed" | "authentication-required" | "version-not-supported"
  | "resources-busy" | "context-not-supported" | "other";

export type CstaMessage =
  | { [S in CstaServiceName]: { readonly kind: "invoke"; readonly invokeID: number;
    readonly service: S; readonly argument: CstaArgument<S> } }[CstaServiceName]
  | { readonly kind: "event"; readonly invokeID?: number; readonly monitorCrossRefID: string;
      readonly event: CstaEvent }
  /** `service` names the table of `result`; a decoder that cannot know it leaves both out. */
  | { readonly kind: "result"; readonly invokeID: number; readonly service?: CstaServiceName;
      readonly result: CstaResult }
  | { readonly kind: "error"; readonly invokeID: number; readonly error: CstaError }
  | { readonly kind: "reject"; readonly invokeID?: number; readonly problem: RejectProblem }
  /**
   * A service known by code or name only: to be refused as not supported. With `mistyped`, why
   * its argument cannot be read: to be rejected so.
   */
  | { readonly kind: "unknown-invoke"; readonly invokeID: number; readonly operation: string;
      readonly mistyped?: string }
  | ({ readonly kind: "associate"; readonly invokeID?: number } & AssociationRequest)
  | { readonly kind: "associated"; readonly invokeID?: number; readonly sessionID?: string;
      readonly version?: string; readonly duration?: number;
      /** What the switching function says of itself. */ readonly product?: string;
      /** Read in phases I and II: what it says it offers, and what not; of the rest nothing. */
      readonly functions?: { readonly has: readonly string[];
        readonly lacks: readonly string[] } }
  | { readonly kind: "association-refused"; readonly invokeID?: number;
      readonly reason: AssociationRefusal }
  | { readonly kind: "keep-session"; readonly invokeID: number; readonly sessionID: string;
      readonly duration?: number }
  | { readonly kind: "session-kept"; readonly invokeID: number; readonly duration: number }
  | { readonly kind: "release"; readonly invokeID?: number; readonly sessionID?: string }
  | { readonly kind: "released"; readonly invokeID?: number }
  /** At once, without an answer (ABRT; ApplicationSessionTerminated). */
  | { readonly kind: "abort"; readonly reason?: string; readonly sessionID?: string }
  /** A frame of nothing that some peers send to show life. */
  | { readonly kind: "keep-alive" }
  /** Before and after all frames, where the framing has it: `B`, its answer `P`, `EXIT`. */
  | { readonly kind: "handshake"; readonly step: "begin" | "answer" | "end" };

/** One encoding of these messages, with its framing, for one end of one connection. */
export interface CstaCodec {
  /** A whole frame. Undefined: this encoding has no such message, or not with these fields. */
  encode(message: CstaMessage): Uint8Array | undefined;
  decoder(): Decoder<CstaMessage>;
  /**
   * Services that `encode` knows in this encoding, as invocations. An application is told of no
   * others.
   */
  readonly services: ReadonlySet<CstaServiceName>;
  readonly events: ReadonlySet<CstaEventName>;
}
