/**
 * Service requests as actions. A response of the PBX only promises; each request here resolves
 * when the event has proven it.
 */

import { fail, inEachLanguage, ok, type Result } from "../../firmware/base/result.js";
import type { CallEvent } from "../../firmware/model/events.js";
import {
  callId, deviceId, sameConnection, type ConnectionId,
} from "../../firmware/model/identifiers.js";
import type { ServiceRequest, ServiceResponse } from "../../firmware/model/services.js";
import { AmiMessage, type AmiField } from "../../firmware/wire/ami.js";
import { setAgentState } from "./agent-service.js";
import {
  alternateCall, cancelConsultation, conferenceCall, consultationCall, reconnectCall, transferCall,
} from "./consultation-service.js";
import type { Connection } from "./picture.js";
import { forbidden, mayUse } from "./probe.js";
import type { Conversation } from "./session.js";
import { timers } from "./timers.js";

export type Answer = Promise<Result<ServiceResponse>>;
export type Request<S extends ServiceRequest["service"]> = Extract<ServiceRequest, { service: S }>;

/** What may be dialled: digits, the tones' letters, a plus, and names of SIP users. */
const dialable = /^[0-9A-Za-z*#+_.-]{1,80}$/;

export function perform(
  conversation: Conversation, request: ServiceRequest, deadlineMs: number,
): Answer {
  const reason = forbidden(conversation, request.service);
  if (reason !== undefined) {
    return Promise.resolve(fail("service-not-supported",
      inEachLanguage((words, language) =>
        `${request.service}${language === "en" ? ": " : " : "}${words(reason)}.`)));
  }
  switch (request.service) {
    case "makeCall": return makeCall(conversation, request, deadlineMs);
    case "clearConnection": return clearConnection(conversation, request, deadlineMs);
    case "clearCall": return clearCall(conversation, request, deadlineMs);
    case "deflectCall": return deflectCall(conversation, request, deadlineMs);
    case "singleStepTransferCall": return singleStepTransfer(conversation, request, deadlineMs);
    case "consultationCall": return consultationCall(conversation, request, deadlineMs);
    case "transferCall": return transferCall(conversation, request, deadlineMs);
    case "conferenceCall": return conferenceCall(conversation, request, deadlineMs);
    case "alternateCall": return alternateCall(conversation, request, deadlineMs);
    case "reconnectCall": return reconnectCall(conversation, request, deadlineMs);
    case "generateDigits": return generateDigits(conversation, request, deadlineMs);
    case "parkCall": return parkCall(conversation, request, deadlineMs);
    case "setAgentState": return setAgentState(conversation, request, deadlineMs);
    case "answerCall":
      return notifyPhone(conversation, request.service, request.connection, "alerting", deadlineMs);
    case "holdCall":
      return notifyPhone(conversation, request.service, request.connection, "connected",
        deadlineMs);
    case "retrieveCall":
      return notifyPhone(conversation, request.service, request.connection, "hold", deadlineMs);
    default:
      return Promise.resolve(fail("service-not-supported",
        `${request.service}: the manager interface has no action for it.`));
  }
}

export function find(conversation: Conversation, id: ConnectionId): Result<Connection> {
  const connection = conversation.mapper.picture.calls.get(id.call)?.connections.get(id.device);
  return connection === undefined || connection.state === "null"
    ? fail("connection-unknown", `Device ${id.device} has no such call.`) : ok(connection);
}

export function wrongState(connection: Connection, wanted: string): Result<never> {
  return fail("wrong-connection-state",
    `The connection of ${connection.device} is ${connection.state}, not ${wanted}.`);
}

/** Sends the action and waits until `proves` recognises its effect. */
export async function act<T>(
  conversation: Conversation, deadlineMs: number, action: string, fields: readonly AmiField[],
  proves: (subject: CallEvent | AmiMessage) => Result<T> | undefined,
): Promise<Result<T>> {
  if (!mayUse(conversation, action)) {
    return fail("service-not-supported", `The PBX does not offer ${action} to this manager user.`);
  }
  const { proof, cancel } = conversation.watchers.until(action, deadlineMs, proves);
  const reply = await conversation.send(action, fields, deadlineMs);
  if (!reply.ok) cancel(reply);
  return await proof;
}

type EventOf<T extends CallEvent["type"]> = Extract<CallEvent, { type: T }>;

export function isEvent<T extends CallEvent["type"]>(
  subject: CallEvent | AmiMessage, type: T,
): subject is EventOf<T> {
  return !(subject instanceof AmiMessage) && subject.type === type;
}

export function destination(number: string): Result<string> {
  return dialable.test(number) ? ok(number)
    : fail("destination-invalid", `"${number.slice(0, 80)}" cannot be dialled.`);
}

/** OriginateResponse's Reason (Asterisk's control frame numbers). */
const originateReasons: Readonly<Record<string, string>> = {
  0: "the device could not be called", 1: "the device did not answer",
  3: "the device did not answer", 5: "the device is busy", 8: "the network is congested",
};

async function makeCall(
  conversation: Conversation, request: Request<"makeCall">, deadlineMs: number,
): Answer {
  const { context, mapper, technologies } = conversation;
  const number = destination(request.calledNumber);
  if (!number.ok) return number;
  const device = request.callingDevice;
  if (!dialable.test(device)) return fail("device-unknown", "The calling device has no channel.");
  const technology = technologies.get(device);
  const channel = technology === undefined
    ? context.options.deviceChannel.replaceAll("{device}", device) : `${technology}/${device}`;
  const id = `jf-${Buffer.from(context.world.random.bytes(12)).toString("hex")}`;
  const actionId = conversation.nextActionId();
  const connection: ConnectionId = { call: callId(id), device: deviceId(device) };
  mapper.expected.set(id, { calledNumber: number.value });
  const made = await act<ServiceResponse>(conversation, deadlineMs, "Originate", [
    ["Channel", channel], ["Context", context.options.dialContext], ["Exten", number.value],
    ["Priority", "1"], ["CallerID", `<${device}>`], ["Timeout", String(timers.ring.ms)],
    ["ChannelId", id], ["OtherChannelId", `${id}-2`], ["Async", "true"],
    ...request.accountCode === undefined ? [] : [["Account", request.accountCode] as const],
  ], (subject) => {
    if (isEvent(subject, "serviceInitiated") || isEvent(subject, "originated")) {
      return subject.connection.call === connection.call
        ? ok({ service: request.service, connection: subject.connection }) : undefined;
    }
    if (subject instanceof AmiMessage && subject.name === "OriginateResponse"
      && subject.get("ActionID") === actionId && subject.get("Response") !== "Success") {
      const reason = subject.get("Reason") ?? "";
      return fail("service-refused", `makeCall from ${device}: `
        + `${originateReasons[reason] ?? "refused"} (reason ${reason}).`);
    }
    return undefined;
  });
  if (!made.ok) mapper.expected.delete(id);
  return made;
}

async function clearConnection(
  conversation: Conversation, request: Request<"clearConnection">, deadlineMs: number,
): Answer {
  const found = find(conversation, request.connection);
  if (!found.ok) return found;
  const { leg, kind } = found.value;
  if (kind !== "leg") return wrongState(found.value, "that of a device with a channel");
  if (leg.heldConnection !== undefined) {
    // One channel carries both calls: hanging it up would transfer.
    return leg.heldConnection === found.value ? wrongState(found.value, "the active one")
      : await cancelConsultation(conversation, found.value, request.service, deadlineMs);
  }
  return await act(conversation, deadlineMs, "Hangup",
    [["Channel", leg.channel], ["Cause", "16"]], cleared(request.connection, request.service));
}

export function cleared(connection: ConnectionId, service: ServiceRequest["service"]) {
  return (subject: CallEvent | AmiMessage): Result<ServiceResponse> | undefined =>
    (isEvent(subject, "connectionCleared") || isEvent(subject, "diverted"))
      && sameConnection(subject.connection, connection) ? ok({ service }) : undefined;
}

async function clearCall(
  conversation: Conversation, request: Request<"clearCall">, deadlineMs: number,
): Answer {
  const found = find(conversation, request.connection);
  if (!found.ok) return found;
  const { call } = found.value;
  const { proof, cancel } = conversation.watchers.until<ServiceResponse>("clearCall", deadlineMs,
    (subject) => isEvent(subject, "callCleared") && subject.call === call.id
      ? ok({ service: request.service }) : undefined);
  const legs = [...call.legs].filter((leg) => leg.role !== "local");
  const replies = await Promise.all(legs.map((leg) => conversation.send("Hangup",
    [["Channel", leg.channel], ["Cause", "16"]], deadlineMs)));
  // A leg that had just ended is refused ("No such channel"): only when all are is it a failure.
  const refused = replies.find((reply) => !reply.ok);
  if (refused !== undefined && !refused.ok && replies.every((reply) => !reply.ok)) cancel(refused);
  return await proof;
}

/** The leg of the call that called, or that remains when `without` goes. */
export function otherParty(connection: Connection): Connection | undefined {
  const others = [...connection.call.connections.values()]
    .filter((each) => each !== connection && each.kind === "leg" && each.leg !== connection.leg);
  return others.find((each) => !each.leg.dialled) ?? others[0];
}

async function deflectCall(
  conversation: Conversation, request: Request<"deflectCall">, deadlineMs: number,
): Answer {
  const number = destination(request.newDestination);
  if (!number.ok) return number;
  const found = find(conversation, request.callToBeDiverted);
  if (!found.ok) return found;
  const connection = found.value;
  if (connection.state !== "alerting" && connection.state !== "queued") {
    return wrongState(connection, "alerting or queued");
  }
  const caller = connection.kind === "leg" ? otherParty(connection)?.leg : connection.leg;
  if (caller === undefined) return fail("service-refused", "Nobody is left to be diverted.");
  if (connection.kind === "leg") connection.leg.deflectedTo = number.value;
  const diverted = await redirect(conversation, caller.channel, number.value,
    conversation.context.options.dialContext, deadlineMs,
    cleared(request.callToBeDiverted, request.service));
  if (!diverted.ok) connection.leg.deflectedTo = undefined;
  return diverted;
}

function redirect<T>(
  conversation: Conversation, channel: string, exten: string, context: string,
  deadlineMs: number, proves: (subject: CallEvent | AmiMessage) => Result<T> | undefined,
): Promise<Result<T>> {
  return act(conversation, deadlineMs, "Redirect", [["Channel", channel], ["Context", context],
    ["Exten", exten], ["Priority", "1"]], proves);
}

async function singleStepTransfer(
  conversation: Conversation, request: Request<"singleStepTransferCall">, deadlineMs: number,
): Answer {
  const number = destination(request.transferredTo);
  if (!number.ok) return number;
  const found = find(conversation, request.activeCall);
  if (!found.ok) return found;
  const connection = found.value;
  if (connection.kind !== "leg" || (connection.state !== "connected"
    && connection.state !== "hold")) return wrongState(connection, "connected");
  const { options } = conversation.context;
  const context = options.transferContext ?? options.dialContext;
  if (!mayUse(conversation, "BlindTransfer")) {
    const other = otherParty(connection);
    if (other === undefined) return fail("service-refused", "Nobody is left to be transferred.");
    return await redirect(conversation, other.leg.channel, number.value, context, deadlineMs,
      cleared(request.activeCall, request.service));
  }
  return await act(conversation, deadlineMs, "BlindTransfer", [
    ["Channel", connection.leg.channel], ["Context", context], ["Exten", number.value],
  ], transferred(request.activeCall, request.service));
}

export function transferred(connection: ConnectionId, service: ServiceRequest["service"]) {
  return (subject: CallEvent | AmiMessage): Result<ServiceResponse> | undefined => {
    if (!isEvent(subject, "transferred")
      || (!sameConnection(subject.primaryOldCall, connection)
        && (subject.secondaryOldCall === undefined
          || !sameConnection(subject.secondaryOldCall, connection)))) return undefined;
    const next = subject.connections[0]?.newConnection;
    return ok({ service, ...(next === undefined ? {} : { connection: next }) });
  };
}

const digitsMax = 64;
/** Long enough for any receiver (ITU-T Q.24 asks for 40 ms). */
const digitMs = 120;

/** Plays the digits to the others in the call, as if the device had pressed the keys. */
async function generateDigits(
  conversation: Conversation, request: Request<"generateDigits">, deadlineMs: number,
): Answer {
  if (!/^[0-9A-Da-d*#]+$/.test(request.digits) || request.digits.length > digitsMax) {
    return fail("argument-invalid", `digits must be 1 to ${digitsMax} of 0-9, A-D, * and #.`);
  }
  const found = find(conversation, request.connection);
  if (!found.ok) return found;
  if (found.value.state !== "connected") return wrongState(found.value, "connected");
  const others = [...found.value.call.connections.values()].filter((each) =>
    each.kind === "leg" && each !== found.value && each.state === "connected");
  if (others.length === 0) return fail("service-refused", "Nobody is there to hear the digits.");
  for (const digit of request.digits) {
    for (const { leg } of others) {
      const reply = await conversation.send("PlayDTMF", [["Channel", leg.channel],
        ["Digit", digit], ["Duration", String(digitMs)]], deadlineMs);
      if (!reply.ok) return reply;
    }
  }
  return ok({ service: request.service });
}

/** Parks the other party and frees the device, as a phone's park key does. */
async function parkCall(
  conversation: Conversation, request: Request<"parkCall">, deadlineMs: number,
): Answer {
  if (request.parkTo !== undefined) {
    return fail("argument-invalid", "The PBX chooses the parking space: leave parkTo out.");
  }
  const found = find(conversation, request.parking);
  if (!found.ok) return found;
  const connection = found.value;
  if (connection.kind !== "leg" || connection.state !== "connected") {
    return wrongState(connection, "connected");
  }
  const other = otherParty(connection);
  if (other === undefined) return fail("service-refused", "Nobody is left to be parked.");
  const { parkingLot } = conversation.context.options;
  const { leg, call } = connection;
  const parked = await act<ServiceResponse>(conversation, deadlineMs, "Park", [
    ["Channel", other.leg.channel], ["TimeoutChannel", leg.channel],
    ...(parkingLot === undefined ? [] : [["Parkinglot", parkingLot] as const]),
  ], (subject) => isEvent(subject, "queued") && subject.cause === "park"
    && subject.connection.call === call.id
    ? ok({ service: request.service, connection: subject.connection }) : undefined);
  if (!parked.ok) return parked;
  const freed = await conversation.send("Hangup", [["Channel", leg.channel], ["Cause", "16"]],
    deadlineMs);
  return freed.ok || freed.fault.code === "service-refused" ? parked : freed;
}

const phoneEvents = {
  answerCall: { event: "talk", shows: "established" },
  holdCall: { event: "hold", shows: "held" },
  retrieveCall: { event: "talk", shows: "retrieved" },
} as const;

async function notifyPhone(
  conversation: Conversation, service: keyof typeof phoneEvents, id: ConnectionId,
  wanted: "alerting" | "connected" | "hold", deadlineMs: number,
): Answer {
  const found = find(conversation, id);
  if (!found.ok) return found;
  if (found.value.state !== wanted) return wrongState(found.value, wanted);
  const { channel } = found.value.leg;
  if (!channel.startsWith("PJSIP/")) {
    return fail("service-not-supported", `${service}: only PJSIP phones obey NOTIFY.`);
  }
  const { event, shows } = phoneEvents[service];
  return await act(conversation, deadlineMs, "PJSIPNotify",
    [["Channel", channel], ["Variable", `Event=${event}`]],
    (subject) => isEvent(subject, shows) && sameConnection(subject.connection, id)
      ? ok({ service }) : undefined);
}
