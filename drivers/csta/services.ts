/** Services of the model → services of CSTA. Both are ECMA-269; a row each. */

import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { ConnectionId, DeviceId } from "../../firmware/model/identifiers.js";
import { callCodes, type CallCodes, type CallTags, type DeviceQuery, type ServiceName,
  type ServiceRequest, type ServiceResponse }
  from "../../firmware/model/services.js";
import type { CstaArgument, CstaConnection, CstaDevice, CstaResult, CstaServiceName }
  from "../../firmware/wire/csta/message.js";
import type { Calls } from "./calls.js";
import type { Invocations } from "./invocations.js";
import type { DeviceNames } from "./names.js";

/** What a service of the model is called in CSTA. */
export const cstaNames: Readonly<Partial<Record<ServiceName, CstaServiceName>>> = {
  makeCall: "MakeCall", answerCall: "AnswerCall", clearConnection: "ClearConnection",
  clearCall: "ClearCall", holdCall: "HoldCall", retrieveCall: "RetrieveCall",
  alternateCall: "AlternateCall", reconnectCall: "ReconnectCall",
  consultationCall: "ConsultationCall", transferCall: "TransferCall",
  conferenceCall: "ConferenceCall", singleStepTransferCall: "SingleStepTransferCall",
  singleStepConference: "SingleStepConferenceCall", deflectCall: "DeflectCall",
  directedPickupCall: "DirectedPickupCall", parkCall: "ParkCall",
  generateDigits: "GenerateDigits", setAgentState: "SetAgentState",
  setMessageWaitingIndicator: "SetMessageWaitingIndicator",
  setDoNotDisturb: "SetDoNotDisturb", setForwarding: "SetForwarding",
  setDisplay: "SetDisplay", pressButton: "ButtonPress",
  getDoNotDisturb: "GetDoNotDisturb", getForwarding: "GetForwarding",
  getMessageWaitingIndicator: "GetMessageWaitingIndicator", getDisplay: "GetDisplay",
  getButtonInformation: "GetButtonInformation", getLampMode: "GetLampMode",
  acceptCall: "AcceptCall", groupPickupCall: "GroupPickupCall", callBack: "CallBack",
  associateData: "AssociateData",
};

export interface ServiceContext {
  readonly names: DeviceNames;
  readonly calls: Calls;
  readonly invocations: Invocations;
  /** By its own identifier, where a telephone has one beside that for calls. */
  terminal(device: DeviceId): CstaDevice | undefined;
  /** The phase has codes that go with a new call. */
  readonly takesCodes: boolean;
}

type MakesCall = Extract<ServiceRequest, { readonly service: "makeCall" | "consultationCall"
  | "transferCall" | "conferenceCall" | "singleStepTransferCall" | "singleStepConference"
  | "directedPickupCall" | "groupPickupCall" }>;

const dialled = (text: string): CstaDevice => ({ kind: "dialingNumber", text });

function tagsOf({ correlatorData, userData }: CallTags): CallTags {
  return { ...(correlatorData === undefined ? {} : { correlatorData }),
    ...(userData === undefined ? {} : { userData }) };
}

function codesOf({ accountCode, authCode }: CallCodes): CallCodes {
  return { ...(accountCode === undefined ? {} : { accountCode }),
    ...(authCode === undefined ? {} : { authCode }) };
}

/** A positive answer promises; what becomes of it the events tell. */
export async function perform(
  context: ServiceContext, request: ServiceRequest, deadlineMs: number,
): Promise<Result<ServiceResponse>> {
  const { names, calls, invocations } = context;
  const at = (connection: ConnectionId): CstaConnection => calls.native(connection);
  const plain = async <S extends CstaServiceName>(
    service: S, argument: CstaArgument<S>,
  ): Promise<Result<ServiceResponse>> => {
    const answer = await invocations.invoke(service, argument, deadlineMs);
    return answer.ok ? ok({ service: request.service }) : answer;
  };
  switch (request.service) {
    case "answerCall":
      return plain("AnswerCall", { callToBeAnswered: at(request.connection) });
    case "acceptCall": return plain("AcceptCall", { callToBeAccepted: at(request.connection) });
    case "callBack": return plain("CallBack", { callbackConnection: at(request.connection) });
    case "associateData": return plain("AssociateData",
      { existingCall: at(request.connection), ...tagsOf(request), ...codesOf(request) });
    case "clearConnection":
      return plain("ClearConnection", { connectionToBeCleared: at(request.connection) });
    case "clearCall": return plain("ClearCall", { callToBeCleared: at(request.connection) });
    case "holdCall": return plain("HoldCall", { callToBeHeld: at(request.connection) });
    case "retrieveCall":
      return plain("RetrieveCall", { callToBeRetrieved: at(request.connection) });
    case "alternateCall": return plain("AlternateCall",
      { heldCall: at(request.heldCall), activeCall: at(request.activeCall) });
    case "reconnectCall": return plain("ReconnectCall",
      { activeCall: at(request.activeCall), heldCall: at(request.heldCall) });
    case "deflectCall": return plain("DeflectCall", {
      callToBeDiverted: at(request.callToBeDiverted),
      newDestination: dialled(request.newDestination), ...tagsOf(request) });
    case "parkCall": return plain("ParkCall", { parking: at(request.parking),
      parkTo: request.parkTo === undefined ? names.toNative(request.parking.device)
        : dialled(request.parkTo) });
    case "generateDigits": return plain("GenerateDigits", {
      connectionToSendDigits: at(request.connection), digitMode: "dtmf",
      charactersToSend: request.digits });
    case "setAgentState": return plain("SetAgentState", {
      device: names.toNative(request.device), requestedAgentState: request.requestedState,
      ...(request.agent === undefined ? {} : { agentID: request.agent }),
      ...(request.acdGroup === undefined ? {} : { group: names.toNative(request.acdGroup) }) });
    case "setMessageWaitingIndicator": return plain("SetMessageWaitingIndicator",
      { device: names.toNative(request.device), messageWaitingOn: request.on });
    case "setDoNotDisturb": return plain("SetDoNotDisturb",
      { device: names.toNative(request.device), doNotDisturbOn: request.on });
    case "setForwarding": return plain("SetForwarding", {
      device: names.toNative(request.device), forwardingType: request.forwardingType,
      activateForward: request.on,
      ...(request.forwardTo === undefined ? {} : { forwardDN: dialled(request.forwardTo) }) });
    case "setDisplay": return plain("SetDisplay",
      { device: context.terminal(request.device) ?? names.toNative(request.device),
        contentsOfDisplay: request.text });
    case "pressButton": return plain("ButtonPress",
      { device: context.terminal(request.device) ?? names.toNative(request.device),
        button: request.button });
    case "getDoNotDisturb": case "getForwarding": case "getMessageWaitingIndicator":
    case "getDisplay": case "getButtonInformation": case "getLampMode":
      return query(context, request, deadlineMs);
    case "sendPage": return fail("service-not-supported", "CSTA has no pages.");
    default: return makeCall(context, request, deadlineMs);
  }
}

/** How the device is set. */
async function query(
  { names, invocations, terminal }: ServiceContext, { service, device }: DeviceQuery,
  deadlineMs: number,
): Promise<Result<ServiceResponse>> {
  const isPhysical = service === "getDisplay" || service === "getButtonInformation"
    || service === "getLampMode";
  const native = (isPhysical ? terminal(device) : undefined) ?? names.toNative(device);
  const ask = async <S extends CstaServiceName>(
    name: S, read: (result: CstaResult<S>) => Omit<ServiceResponse, "service">,
  ): Promise<Result<ServiceResponse>> => {
    const answer = await invocations.invoke(name, { device: native } as CstaArgument<S>,
      deadlineMs);
    return answer.ok ? ok({ service, ...read(answer.value) }) : answer;
  };
  switch (service) {
    case "getDoNotDisturb":
      return ask("GetDoNotDisturb", ({ doNotDisturbOn }) => ({ on: doNotDisturbOn }));
    case "getMessageWaitingIndicator": return ask("GetMessageWaitingIndicator",
      ({ messageWaitingOn }) => ({ on: messageWaitingOn }));
    case "getForwarding": return ask("GetForwarding", ({ forwardingList }) => ({ forwardings:
      forwardingList.map(({ forwardingType, forwardStatus, forwardDN }) => ({ on: forwardStatus,
        ...(forwardingType === undefined ? {} : { forwardingType }),
        ...(forwardDN === undefined ? {} : { forwardTo: names.toModel(forwardDN) }) })) }));
    case "getDisplay": return ask("GetDisplay", ({ displayList }) =>
      ({ displays: displayList.map(({ contentsOfDisplay }) => contentsOfDisplay) }));
    case "getButtonInformation": return ask("GetButtonInformation", ({ buttonList }) => ({ buttons:
      buttonList.map(({ button, buttonLabel, buttonFunction, buttonAssociatedNumber }) => ({ button,
        ...(buttonLabel === undefined ? {} : { label: buttonLabel }),
        ...(buttonFunction === undefined ? {} : { function: buttonFunction }),
        ...(buttonAssociatedNumber === undefined ? {}
          : { associatedNumber: names.toModel(buttonAssociatedNumber) }) })) }));
    case "getLampMode": return ask("GetLampMode", ({ lampModeList }) => ({ lamps: lampModeList }));
  }
}

/** Services that make a connection: the PBX names it in its answer. */
async function makeCall(
  context: ServiceContext, request: MakesCall, deadlineMs: number,
): Promise<Result<ServiceResponse>> {
  const { names, calls } = context;
  const at = (connection: ConnectionId): CstaConnection => calls.native(connection);
  const ask = async <S extends CstaServiceName>(
    service: S, argument: CstaArgument<S>,
    connection: (result: CstaResult<S>) => CstaConnection | undefined, at?: DeviceId,
  ): Promise<Result<ServiceResponse>> => {
    const answer = await context.invocations.invoke(service, argument, deadlineMs);
    if (!answer.ok) return answer;
    const native = connection(answer.value);
    const made = native && calls.resolve(native, at && names.toNative(at));
    return ok({ service: request.service, ...(made === undefined ? {} : { connection: made }) });
  };
  if ((request.service === "makeCall" || request.service === "consultationCall")
    && !context.takesCodes && callCodes.some((code) => request[code] !== undefined)) {
    return fail("call-code-not-supported", {
      en: "Phase I of CSTA has no account and no authorisation code.",
      fr: "La phase I de CSTA n'a ni code d'affaire ni code d'autorisation." });
  }
  switch (request.service) {
    case "makeCall": return ask("MakeCall", {
      callingDevice: names.toNative(request.callingDevice),
      calledDirectoryNumber: dialled(request.calledNumber),
      ...(request.autoOriginate === undefined ? {} : { autoOriginate: request.autoOriginate }),
      ...tagsOf(request), ...codesOf(request),
    }, (result) => result.callingDevice, request.callingDevice);
    case "consultationCall": return ask("ConsultationCall",
      { existingCall: at(request.existingCall), consultedDevice: dialled(request.consultedDevice),
        ...tagsOf(request), ...codesOf(request) },
      (result) => result.initiatedCall, request.existingCall.device);
    case "transferCall": return ask("TransferCall",
      { heldCall: at(request.heldCall), activeCall: at(request.activeCall) },
      (result) => result.transferredCall);
    case "conferenceCall": return ask("ConferenceCall",
      { heldCall: at(request.heldCall), activeCall: at(request.activeCall) },
      (result) => result.conferenceCall, request.heldCall.device);
    case "singleStepTransferCall": return ask("SingleStepTransferCall",
      { activeCall: at(request.activeCall), transferredTo: dialled(request.transferredTo),
        ...tagsOf(request) },
      (result) => result.transferredCall);
    case "singleStepConference": return ask("SingleStepConferenceCall",
      { activeCall: at(request.activeCall), deviceToJoin: dialled(request.deviceToBeJoined),
        participationType: "active" },
      (result) => result.conferencedCall);
    case "groupPickupCall": return ask("GroupPickupCall",
      { newDestination: names.toNative(request.requestingDevice) },
      (result) => result.pickedCall, request.requestingDevice);
    case "directedPickupCall": return ask("DirectedPickupCall", {
      callToBePickedUp: at(request.callToBePickedUp),
      requestingDevice: names.toNative(request.requestingDevice),
    }, (result) => result.pickedCall, request.requestingDevice);
  }
}
