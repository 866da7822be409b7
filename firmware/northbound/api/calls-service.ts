/** CallsService: the picture of the moment, and every service of the call model. */

import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { done, fail, ok, type Result } from "../../base/result.js";
import { agentId, callId, deviceId, linkId, type ConnectionId }
  from "../../model/identifiers.js";
import type { CallCodes, CallTags, DeviceQuery, ServiceRequest, ServiceResponse }
  from "../../model/services.js";
import { CallsService } from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import type { ConnectionId as ConnectionIdMessage }
  from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { snapshotMessage } from "./call-message.js";
import { forwardingTypes, lampModes, requestedAgentStates, wordOf } from "./enums.js";
import { watchEvents } from "./event-watch.js";
import { Fields, textLengthMax } from "./fields.js";
import type { GatewayView } from "./gateway-view.js";
import type { CallContext, ServiceHandlers } from "./handler.js";
import type { ServerMetrics } from "./metrics.js";
import type { RequestIds } from "./request-ids.js";

/** More digits than any menu asks for at once. */
const digitsMax = 64;
const requestIdLengthMax = 128;
/** Codes and data of a call (ECMA-269 §12.2, ECMA-285). */
const codeLengthMax = 32;
const userDataMax = 256;
const correlatorMax = 32;
/** SetDisplay takes no more (ECMA-285). */
const displayLengthMax = 240;
const nobody = { name: "", roles: [] };

/** A connection must be there with both its parts. */
function connectionOf(
  fields: Fields, path: string, message: ConnectionIdMessage | undefined,
): ConnectionId {
  if (message === undefined) {
    fields.wrong(path, "is required");
    return { call: callId(""), device: deviceId("") };
  }
  fields.required(`${path}.call`, message.call);
  fields.required(`${path}.device`, message.device);
  return { call: callId(message.call), device: deviceId(message.device) };
}

function text(fields: Fields, path: string, value: string): string {
  fields.required(path, value);
  return value;
}

function codesOf(
  fields: Fields, { accountCode, authCode }: { readonly accountCode: string;
    readonly authCode: string },
): CallCodes {
  fields.optional("account_code", accountCode, codeLengthMax);
  fields.optional("auth_code", authCode, codeLengthMax);
  return { ...(accountCode === "" ? {} : { accountCode }),
    ...(authCode === "" ? {} : { authCode }) };
}

function tagsOf(
  fields: Fields, { userData, correlatorData }: { readonly userData: Uint8Array;
    readonly correlatorData: Uint8Array },
): CallTags {
  if (userData.length > userDataMax) fields.wrong("user_data", `at most ${userDataMax} octets`);
  if (correlatorData.length > correlatorMax) {
    fields.wrong("correlator_data", `at most ${correlatorMax} octets`);
  }
  const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");
  return { ...(userData.length === 0 ? {} : { userData: hex(userData) }),
    ...(correlatorData.length === 0 ? {} : { correlatorData: hex(correlatorData) }) };
}

type Action = { readonly link: string; readonly requestId: string };

/** Checks, does once, and answers. */
class Actions {
  readonly #gateway: GatewayView;
  readonly #requestIds: RequestIds;

  constructor(gateway: GatewayView, requestIds: RequestIds) {
    this.#gateway = gateway;
    this.#requestIds = requestIds;
  }

  async act<D extends DescMessage>(
    method: { readonly input: D }, request: MessageShape<D> & Action, context: CallContext,
    read: (fields: Fields) => ServiceRequest,
  ): Promise<Result<ServiceResponse>> {
    const fields = new Fields();
    fields.required("link", request.link);
    fields.optional("request_id", request.requestId, requestIdLengthMax);
    const service = read(fields);
    const checked = this.#checked(fields, request.link);
    if (!checked.ok) return checked;
    return this.#requestIds.once(context.identity?.name ?? "", request.requestId, method.input,
      request, () => this.#request(request.link, service, context));
  }

  /** How a device is set; nothing changes, however often it is asked. */
  async ask(
    service: DeviceQuery["service"], { link, device }: { readonly link: string;
      readonly device: string }, context: CallContext,
  ): Promise<Result<ServiceResponse>> {
    const fields = new Fields();
    fields.required("link", link);
    const request: DeviceQuery = { service, device: deviceId(text(fields, "device", device)) };
    const checked = this.#checked(fields, link);
    return checked.ok ? this.#request(link, request, context) : checked;
  }

  #checked(fields: Fields, link: string): Result<void> {
    const checked = fields.result();
    if (!checked.ok) return checked;
    return this.#gateway.link(link) === undefined
      ? fail("link-unknown", `There is no link ${link}.`) : done;
  }

  #request(
    link: string, service: ServiceRequest, context: CallContext,
  ): Promise<Result<ServiceResponse>> {
    return this.#gateway.switch.request(linkId(link), service, context.identity ?? nobody,
      context.deadlineMs);
  }
}

const nothing = (answer: Result<ServiceResponse>): Result<object> => answer.ok ? ok({}) : answer;

const connection = (answer: Result<ServiceResponse>): Result<{ connection?: ConnectionId }> =>
  !answer.ok ? answer
    : ok(answer.value.connection === undefined ? {} : { connection: answer.value.connection });

export function callsHandlers(
  gateway: GatewayView, requestIds: RequestIds, metrics: ServerMetrics,
): ServiceHandlers<typeof CallsService> {
  const actions = new Actions(gateway, requestIds);
  return {
    snapshotCalls: (request) => {
      const fields = new Fields();
      fields.optional("link", request.link);
      fields.optional("device", request.device);
      const checked = fields.result();
      if (!checked.ok) return Promise.resolve(checked);
      if (request.link !== "" && gateway.link(request.link) === undefined) {
        return Promise.resolve(fail("link-unknown", `There is no link ${request.link}.`));
      }
      return Promise.resolve(ok(snapshotMessage(gateway.switch, {
        ...(request.link === "" ? {} : { link: linkId(request.link) }),
        ...(request.device === "" ? {} : { device: deviceId(request.device) }) })));
    },
    watchEvents: (request, context) => watchEvents(gateway, metrics, request, context),
    ...callControl(actions),
    ...callTransfer(actions),
    ...callAssociated(actions),
    ...callCompletion(actions),
    ...deviceSwitches(actions),
    ...deviceQueries(actions),
  };
}

type Handlers = ServiceHandlers<typeof CallsService>;
const { method } = CallsService;

function callControl(actions: Actions): Pick<Handlers, "makeCall" | "answerCall"
  | "clearConnection" | "clearCall" | "holdCall" | "retrieveCall" | "alternateCall"
  | "reconnectCall"> {
  return {
    makeCall: async (request, context) => connection(await actions.act(method.makeCall, request,
      context, (fields) => ({ service: "makeCall",
        callingDevice: deviceId(text(fields, "device", request.device)),
        calledNumber: text(fields, "number", request.number),
        autoOriginate: request.doNotPrompt ? "doNotPrompt" : "prompt",
        ...codesOf(fields, request), ...tagsOf(fields, request) }))),
    answerCall: async (request, context) => nothing(await actions.act(method.answerCall, request,
      context, (fields) => ({ service: "answerCall",
        connection: connectionOf(fields, "connection", request.connection) }))),
    clearConnection: async (request, context) => nothing(await actions.act(
      method.clearConnection, request, context, (fields) => ({ service: "clearConnection",
        connection: connectionOf(fields, "connection", request.connection) }))),
    clearCall: async (request, context) => nothing(await actions.act(method.clearCall, request,
      context, (fields) => ({ service: "clearCall",
        connection: connectionOf(fields, "connection", request.connection) }))),
    holdCall: async (request, context) => nothing(await actions.act(method.holdCall, request,
      context, (fields) => ({ service: "holdCall",
        connection: connectionOf(fields, "connection", request.connection) }))),
    retrieveCall: async (request, context) => nothing(await actions.act(method.retrieveCall,
      request, context, (fields) => ({ service: "retrieveCall",
        connection: connectionOf(fields, "connection", request.connection) }))),
    alternateCall: async (request, context) => nothing(await actions.act(method.alternateCall,
      request, context, (fields) => ({ service: "alternateCall",
        heldCall: connectionOf(fields, "held_call", request.heldCall),
        activeCall: connectionOf(fields, "active_call", request.activeCall) }))),
    reconnectCall: async (request, context) => nothing(await actions.act(method.reconnectCall,
      request, context, (fields) => ({ service: "reconnectCall",
        activeCall: connectionOf(fields, "active_call", request.activeCall),
        heldCall: connectionOf(fields, "held_call", request.heldCall) }))),
  };
}

function callTransfer(actions: Actions): Pick<Handlers, "consultationCall" | "transferCall"
  | "conferenceCall" | "singleStepTransferCall" | "singleStepConference" | "deflectCall"
  | "directedPickupCall" | "parkCall"> {
  return {
    consultationCall: async (request, context) => connection(await actions.act(
      method.consultationCall, request, context, (fields) => ({ service: "consultationCall",
        existingCall: connectionOf(fields, "existing_call", request.existingCall),
        consultedDevice: text(fields, "number", request.number),
        ...codesOf(fields, request),
        ...tagsOf(fields, { ...request, correlatorData: new Uint8Array(0) }) }))),
    transferCall: async (request, context) => connection(await actions.act(method.transferCall,
      request, context, (fields) => ({ service: "transferCall",
        heldCall: connectionOf(fields, "held_call", request.heldCall),
        activeCall: connectionOf(fields, "active_call", request.activeCall) }))),
    conferenceCall: async (request, context) => connection(await actions.act(
      method.conferenceCall, request, context, (fields) => ({ service: "conferenceCall",
        heldCall: connectionOf(fields, "held_call", request.heldCall),
        activeCall: connectionOf(fields, "active_call", request.activeCall) }))),
    singleStepTransferCall: async (request, context) => connection(await actions.act(
      method.singleStepTransferCall, request, context, (fields) => ({
        service: "singleStepTransferCall",
        activeCall: connectionOf(fields, "active_call", request.activeCall),
        transferredTo: text(fields, "number", request.number) }))),
    singleStepConference: async (request, context) => connection(await actions.act(
      method.singleStepConference, request, context, (fields) => ({
        service: "singleStepConference",
        activeCall: connectionOf(fields, "active_call", request.activeCall),
        deviceToBeJoined: text(fields, "number", request.number) }))),
    deflectCall: async (request, context) => nothing(await actions.act(method.deflectCall,
      request, context, (fields) => ({ service: "deflectCall",
        callToBeDiverted: connectionOf(fields, "connection", request.connection),
        newDestination: text(fields, "number", request.number) }))),
    directedPickupCall: async (request, context) => connection(await actions.act(
      method.directedPickupCall, request, context, (fields) => ({
        service: "directedPickupCall",
        callToBePickedUp: connectionOf(fields, "connection", request.connection),
        requestingDevice: deviceId(text(fields, "device", request.device)) }))),
    parkCall: async (request, context) => nothing(await actions.act(method.parkCall, request,
      context, (fields) => {
        fields.optional("park_to", request.parkTo);
        return { service: "parkCall",
          parking: connectionOf(fields, "connection", request.connection),
          ...(request.parkTo === "" ? {} : { parkTo: request.parkTo }) };
      })),
  };
}

function callAssociated(
  actions: Actions,
): Pick<Handlers, "generateDigits" | "setAgentState"> {
  return {
    generateDigits: async (request, context) => nothing(await actions.act(method.generateDigits,
      request, context, (fields) => {
        fields.required("digits", request.digits, digitsMax);
        if (/[^0-9*#A-D]/.test(request.digits)) {
          fields.wrong("digits", "expected 0 to 9, *, #, A to D");
        }
        return { service: "generateDigits", digits: request.digits,
          connection: connectionOf(fields, "connection", request.connection) };
      })),
    setAgentState: async (request, context) => nothing(await actions.act(method.setAgentState,
      request, context, (fields) => {
        const requestedState = wordOf(requestedAgentStates, request.state);
        if (requestedState === undefined) fields.wrong("state", "is required");
        fields.optional("agent", request.agent);
        fields.optional("acd_group", request.acdGroup);
        fields.optional("reason", request.reason, textLengthMax);
        return { service: "setAgentState", device: deviceId(text(fields, "device", request.device)),
          requestedState: requestedState ?? "notReady",
          ...(request.agent === "" ? {} : { agent: agentId(request.agent) }),
          ...(request.acdGroup === "" ? {} : { acdGroup: deviceId(request.acdGroup) }),
          ...(request.reason === "" ? {} : { reason: request.reason }) };
      })),
  };
}

function callCompletion(
  actions: Actions,
): Pick<Handlers, "acceptCall" | "groupPickupCall" | "callBack" | "associateData"> {
  return {
    acceptCall: async (request, context) => nothing(await actions.act(method.acceptCall, request,
      context, (fields) => ({ service: "acceptCall",
        connection: connectionOf(fields, "connection", request.connection) }))),
    groupPickupCall: async (request, context) => connection(await actions.act(
      method.groupPickupCall, request, context, (fields) => ({ service: "groupPickupCall",
        requestingDevice: deviceId(text(fields, "device", request.device)) }))),
    callBack: async (request, context) => nothing(await actions.act(method.callBack, request,
      context, (fields) => ({ service: "callBack",
        connection: connectionOf(fields, "connection", request.connection) }))),
    associateData: async (request, context) => nothing(await actions.act(method.associateData,
      request, context, (fields) => ({ service: "associateData",
        accountCode: text(fields, "account_code", request.accountCode),
        connection: connectionOf(fields, "connection", request.connection) }))),
  };
}

function deviceSwitches(
  actions: Actions,
): Pick<Handlers, "setMessageWaitingIndicator" | "setDoNotDisturb" | "setForwarding"
  | "setDisplay" | "buttonPress"> {
  return {
    setMessageWaitingIndicator: async (request, context) => nothing(await actions.act(
      method.setMessageWaitingIndicator, request, context, (fields) => ({
        service: "setMessageWaitingIndicator", on: request.on,
        device: deviceId(text(fields, "device", request.device)) }))),
    setDoNotDisturb: async (request, context) => nothing(await actions.act(
      method.setDoNotDisturb, request, context, (fields) => ({ service: "setDoNotDisturb",
        on: request.on, device: deviceId(text(fields, "device", request.device)) }))),
    setDisplay: async (request, context) => nothing(await actions.act(method.setDisplay, request,
      context, (fields) => {
        fields.optional("text", request.text, displayLengthMax);
        return { service: "setDisplay", text: request.text,
          device: deviceId(text(fields, "device", request.device)) };
      })),
    buttonPress: async (request, context) => nothing(await actions.act(method.buttonPress, request,
      context, (fields) => ({ service: "pressButton",
        button: text(fields, "button", request.button),
        device: deviceId(text(fields, "device", request.device)) }))),
    setForwarding: async (request, context) => nothing(await actions.act(method.setForwarding,
      request, context, (fields) => {
        const forwardingType = wordOf(forwardingTypes, request.type);
        if (forwardingType === undefined) fields.wrong("type", "is required");
        fields.optional("number", request.number);
        return { service: "setForwarding", on: request.on,
          device: deviceId(text(fields, "device", request.device)),
          forwardingType: forwardingType ?? "immediate",
          ...(request.number === "" ? {} : { forwardTo: request.number }) };
      })),
  };
}

function deviceQueries(actions: Actions): Pick<Handlers, "getForwarding" | "getDoNotDisturb"
  | "getMessageWaitingIndicator" | "getDisplay" | "getButtonInformation" | "getLampMode"> {
  return {
    getForwarding: async (request, context) => answered(
      await actions.ask("getForwarding", request, context), ({ forwardings = [] }) => ({
        forwardings: forwardings.map(({ forwardingType, on, forwardTo = "" }) => ({ on,
          number: forwardTo,
          type: forwardingType === undefined ? 0 : forwardingTypes[forwardingType] })) })),
    getDoNotDisturb: async (request, context) => answered(
      await actions.ask("getDoNotDisturb", request, context), ({ on = false }) => ({ on })),
    getMessageWaitingIndicator: async (request, context) => answered(
      await actions.ask("getMessageWaitingIndicator", request, context),
      ({ on = false }) => ({ on })),
    getDisplay: async (request, context) => answered(
      await actions.ask("getDisplay", request, context),
      ({ displays = [] }) => ({ texts: [...displays] })),
    getButtonInformation: async (request, context) => answered(
      await actions.ask("getButtonInformation", request, context), ({ buttons = [] }) => ({
        buttons: buttons.map(({ button, label = "", function: does = "", associatedNumber = "" }) =>
          ({ button, label, function: does, number: associatedNumber })) })),
    getLampMode: async (request, context) => answered(
      await actions.ask("getLampMode", request, context), ({ lamps = [] }) => ({
        lamps: lamps.map(({ lamp, lampMode, button = "" }) =>
          ({ lamp, mode: lampModes[lampMode], button })) })),
  };
}

function answered<M>(
  answer: Result<ServiceResponse>, message: (response: ServiceResponse) => M,
): Result<M> {
  return answer.ok ? ok(message(answer.value)) : answer;
}
