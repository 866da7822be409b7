/**
 * Services that the switching function does for an application: each CSTA service, the service of
 * the model that it becomes, and what its result says. One row each.
 */

import { agentId, type ConnectionId } from "../../model/identifiers.js";
import { forwardingTypes, type CallCodes, type CallTags, type ServiceName, type ServiceRequest }
  from "../../model/services.js";
import type { CstaArgument, CstaConnection, CstaResult, CstaServiceName }
  from "../../wire/csta/message.js";
import type { LinkNaming } from "./event-report.js";
import type { Reading } from "./reading.js";

export interface ServiceRow<S extends CstaServiceName = CstaServiceName> {
  readonly becomes: ServiceName;
  read(argument: CstaArgument<S>, reading: Reading): ServiceRequest;
  /** `made`: the connection that the PBX names, or the nearest that is known. */
  result(made: CstaConnection): CstaResult<S>;
}

type Rows = { readonly [S in CstaServiceName]?: ServiceRow<S> };

const nothing = (): Record<string, never> => ({});

/** As long as a click on the page may wait for a PBX. */
export const requestDeadlineMs = 30_000;

/** More digits than any menu asks for at once. */
export const digitsMax = 64;

/** SetDisplay takes no more (ECMA-285); buttons have short names. */
const displayMax = 240;
const buttonMax = 64;

/** CorrelatorData has 32 octets at most, UserData 256 (ECMA-269 §12.2, ECMA-285). */
const correlator = /^(?:[0-9a-f]{2}){1,32}$/i;
const user = /^(?:[0-9a-f]{2}){1,256}$/i;
/** Codes have 32 octets at most. */
const codeMax = 32;

/** Text that is no octets stays here: the call is the same without it. */
function tagsOf({ correlatorData = "", userData = "" }: CallTags): CallTags {
  return { ...(correlator.test(correlatorData) ? { correlatorData } : {}),
    ...(user.test(userData) ? { userData } : {}) };
}

/** Whether the PBX takes them its link knows. */
function codesOf(said: CallCodes, at: Reading): CallCodes {
  const { accountCode, authCode } = said;
  for (const code of [accountCode, authCode]) {
    if (code !== undefined && (code === "" || code.length > codeMax)) {
      at.wrong(code === accountCode ? "invalidAccountCode" : "invalidAuthCode");
    }
  }
  return { ...(accountCode === undefined ? {} : { accountCode }),
    ...(authCode === undefined ? {} : { authCode }) };
}

const simple: Rows = {
  MakeCall: { becomes: "makeCall",
    read: (said, at) => ({ service: "makeCall",
      callingDevice: at.device(said.callingDevice, "invalidCallingDeviceID"),
      calledNumber: at.number(said.calledDirectoryNumber, "invalidCalledDeviceID"),
      autoOriginate: said.autoOriginate ?? "prompt", ...tagsOf(said), ...codesOf(said, at) }),
    result: (made) => ({ callingDevice: made }) },
  AnswerCall: { becomes: "answerCall",
    read: (said, at) => ({ service: "answerCall",
      connection: at.connection(said.callToBeAnswered) }), result: nothing },
  ClearConnection: { becomes: "clearConnection",
    read: (said, at) => ({ service: "clearConnection",
      connection: at.connection(said.connectionToBeCleared) }), result: nothing },
  AcceptCall: { becomes: "acceptCall",
    read: (said, at) => ({ service: "acceptCall",
      connection: at.connection(said.callToBeAccepted) }), result: nothing },
  CallBack: { becomes: "callBack",
    read: (said, at) => ({ service: "callBack",
      connection: at.connection(said.callbackConnection) }), result: nothing },
  AssociateData: { becomes: "associateData",
    read: (said, at) => {
      const tags = tagsOf(said);
      const codes = codesOf(said, at);
      if (said.correlatorData !== undefined && tags.correlatorData === undefined) {
        at.wrong("invalidParameterValue");
      }
      if (Object.keys({ ...tags, ...codes }).length === 0) at.wrong("parameterNotSupported");
      return { service: "associateData", connection: at.connection(said.existingCall), ...tags,
        ...codes };
    }, result: nothing },
  ClearCall: { becomes: "clearCall",
    read: (said, at) => ({ service: "clearCall",
      connection: at.connection(said.callToBeCleared, "any") }), result: nothing },
  HoldCall: { becomes: "holdCall",
    read: (said, at) => ({ service: "holdCall", connection: at.connection(said.callToBeHeld) }),
    result: nothing },
  RetrieveCall: { becomes: "retrieveCall",
    read: (said, at) => ({ service: "retrieveCall",
      connection: at.connection(said.callToBeRetrieved) }), result: nothing },
  GenerateDigits: { becomes: "generateDigits",
    read: (said, at) => {
      const digits = said.charactersToSend.toUpperCase();
      if (!/^[0-9A-D*#]+$/.test(digits) || digits.length > digitsMax
        || said.digitMode === "rotaryPulse") at.wrong("invalidParameterValue");
      return { service: "generateDigits", digits,
        connection: at.connection(said.connectionToSendDigits) };
    }, result: nothing },
};

const joining: Rows = {
  AlternateCall: { becomes: "alternateCall",
    read: (said, at) => ({ service: "alternateCall", heldCall: at.connection(said.heldCall),
      activeCall: at.connection(said.activeCall) }), result: nothing },
  ReconnectCall: { becomes: "reconnectCall",
    read: (said, at) => ({ service: "reconnectCall", heldCall: at.connection(said.heldCall),
      activeCall: at.connection(said.activeCall) }), result: nothing },
  ConsultationCall: { becomes: "consultationCall",
    read: (said, at) => ({ service: "consultationCall",
      existingCall: at.connection(said.existingCall),
      consultedDevice: at.number(said.consultedDevice), ...tagsOf(said),
      ...codesOf(said, at) }),
    result: (made) => ({ initiatedCall: made }) },
  TransferCall: { becomes: "transferCall",
    read: (said, at) => ({ service: "transferCall", heldCall: at.connection(said.heldCall),
      activeCall: at.connection(said.activeCall) }),
    result: (made) => ({ transferredCall: made }) },
  ConferenceCall: { becomes: "conferenceCall",
    read: (said, at) => ({ service: "conferenceCall", heldCall: at.connection(said.heldCall),
      activeCall: at.connection(said.activeCall) }),
    result: (made) => ({ conferenceCall: made }) },
  SingleStepTransferCall: { becomes: "singleStepTransferCall",
    read: (said, at) => ({ service: "singleStepTransferCall",
      activeCall: at.connection(said.activeCall),
      transferredTo: at.number(said.transferredTo), ...tagsOf(said) }),
    result: (made) => ({ transferredCall: made }) },
  SingleStepConferenceCall: { becomes: "singleStepConference",
    read: (said, at) => {
      if (said.participationType !== undefined && said.participationType !== "active") {
        at.wrong("parameterNotSupported");
      }
      return { service: "singleStepConference", activeCall: at.connection(said.activeCall),
        deviceToBeJoined: at.number(said.deviceToJoin) };
    },
    result: (made) => ({ conferencedCall: made }) },
  DeflectCall: { becomes: "deflectCall",
    read: (said, at) => ({ service: "deflectCall",
      callToBeDiverted: at.connection(said.callToBeDiverted),
      newDestination: at.number(said.newDestination), ...tagsOf(said) }), result: nothing },
  DirectedPickupCall: { becomes: "directedPickupCall",
    read: (said, at) => ({ service: "directedPickupCall",
      callToBePickedUp: at.connection(said.callToBePickedUp),
      requestingDevice: at.device(said.requestingDevice) }),
    result: (made) => ({ pickedCall: made }) },
  GroupPickupCall: { becomes: "groupPickupCall",
    read: (said, at) => ({ service: "groupPickupCall",
      requestingDevice: at.device(said.newDestination) }),
    result: (made) => ({ pickedCall: made }) },
  ParkCall: { becomes: "parkCall",
    read: (said, at) => {
      const parking = at.connection(said.parking);
      const parkTo = said.parkTo.text === "" ? undefined : at.number(said.parkTo);
      // At the device itself: where the PBX parks calls when nobody names a place.
      return { service: "parkCall", parking,
        ...(parkTo === undefined || parkTo === parking.device ? {} : { parkTo }) };
    },
    result: nothing },
};

const ofDevices: Rows = {
  SetAgentState: { becomes: "setAgentState",
    read: (said, at) => ({ service: "setAgentState", device: at.device(said.device),
      requestedState: said.requestedAgentState,
      ...(said.agentID === undefined ? {} : { agent: agentId(said.agentID) }),
      ...(said.group === undefined ? {} : { acdGroup: at.device(said.group) }) }),
    result: nothing },
  SetForwarding: { becomes: "setForwarding",
    read: (said, at) => {
      const { forwardingType = "immediate" } = said;
      const type = forwardingTypes.find((each) => each === forwardingType);
      if (type === undefined) at.wrong("invalidParameterValue");
      return { service: "setForwarding", device: at.device(said.device), on: said.activateForward,
        forwardingType: type ?? "immediate",
        ...(said.forwardDN === undefined ? {} : { forwardTo: at.number(said.forwardDN) }) };
    }, result: nothing },
  SetDoNotDisturb: { becomes: "setDoNotDisturb",
    read: (said, at) => ({ service: "setDoNotDisturb", device: at.device(said.device),
      on: said.doNotDisturbOn }), result: nothing },
  SetDisplay: { becomes: "setDisplay",
    read: (said, at) => {
      if (said.contentsOfDisplay.length > displayMax) at.wrong("invalidParameterValue");
      return { service: "setDisplay", device: at.device(said.device),
        text: said.contentsOfDisplay };
    }, result: nothing },
  ButtonPress: { becomes: "pressButton",
    read: (said, at) => {
      if (said.button === "" || said.button.length > buttonMax) at.wrong("invalidParameterValue");
      return { service: "pressButton", device: at.device(said.device), button: said.button };
    }, result: nothing },
  SetMessageWaitingIndicator: { becomes: "setMessageWaitingIndicator",
    read: (said, at) => ({ service: "setMessageWaitingIndicator",
      device: at.device(said.device), on: said.messageWaitingOn }), result: nothing },
};

const rows: Rows = { ...simple, ...joining, ...ofDevices };

/** Undefined: the model has no such service. */
export function serviceRow(service: CstaServiceName): ServiceRow | undefined {
  return rows[service] as ServiceRow | undefined;
}

/** What each service of the table needs of a PBX. */
export const controlServices: ReadonlyMap<CstaServiceName, ServiceName> = new Map(
  (Object.keys(rows) as CstaServiceName[]).flatMap((name) => {
    const row = rows[name];
    return row === undefined ? [] : [[name, row.becomes] as const];
  }));

/**
 * The PBX's answer need not name a connection; then the result names what the request was about:
 * of a call that is yet to begin, only the device.
 */
export function madeConnection(
  request: ServiceRequest, connection: ConnectionId | undefined, of: LinkNaming,
): CstaConnection {
  if (connection !== undefined) return of.connection(connection);
  switch (request.service) {
    case "makeCall": return { deviceID: of.device(request.callingDevice) };
    case "consultationCall": return { deviceID: of.device(request.existingCall.device) };
    case "groupPickupCall": return { deviceID: of.device(request.requestingDevice) };
    case "directedPickupCall":
      return of.connection({ call: request.callToBePickedUp.call,
        device: request.requestingDevice });
    case "transferCall": case "conferenceCall": case "singleStepTransferCall":
    case "singleStepConference": return of.connection(request.activeCall);
    default: return {};
  }
}
