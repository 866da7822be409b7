/** Consultation calls that the PBX keeps on one channel, and what may become of them. */

import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { CallEvent } from "../../firmware/model/events.js";
import { sameConnection, type ConnectionId } from "../../firmware/model/identifiers.js";
import type { ServiceRequest, ServiceResponse } from "../../firmware/model/services.js";
import type { AmiMessage } from "../../firmware/wire/ami.js";
import type { Connection } from "./picture.js";
import {
  act, cleared, destination, find, isEvent, otherParty, transferred, wrongState,
  type Answer, type Request,
} from "./services.js";
import type { Conversation } from "./session.js";

export async function consultationCall(
  conversation: Conversation, request: Request<"consultationCall">, deadlineMs: number,
): Answer {
  const number = destination(request.consultedDevice);
  if (!number.ok) return number;
  const found = find(conversation, request.existingCall);
  if (!found.ok) return found;
  const connection = found.value;
  if (connection.kind !== "leg" || connection.state !== "connected") {
    return wrongState(connection, "connected");
  }
  const { options } = conversation.context;
  const { leg } = connection;
  const made = await act<ServiceResponse>(conversation, deadlineMs, "Atxfer", [
    ["Channel", leg.channel], ["Context", options.transferContext ?? options.dialContext],
    ["Exten", number.value],
  ], (subject) => isEvent(subject, "originated") && subject.cause === "consultation"
    && leg.connection !== undefined && leg.heldConnection?.call === connection.call
    && sameConnection(subject.connection,
      { call: leg.connection.call.id, device: leg.connection.device })
    ? ok({ service: request.service, connection: subject.connection }) : undefined);
  return made.ok || made.fault.code !== "deadline-passed" ? made
    : fail("deadline-passed", `${made.fault.message} Atxfer presses the feature code: set atxfer `
      + "in features.conf and t or T in Dial.");
}

/** The two calls of one channel that consults. */
function consulting(
  conversation: Conversation, heldCall: ConnectionId, activeCall: ConnectionId,
): Result<Connection> {
  const held = find(conversation, heldCall);
  if (!held.ok) return held;
  const active = find(conversation, activeCall);
  if (!active.ok) return active;
  if (active.value.leg !== held.value.leg || held.value.leg.heldConnection !== held.value) {
    return fail("service-not-supported", "The phone made the second call by itself: the manager "
      + "interface can only transfer it, or do more with what consultationCall began.");
  }
  return active;
}

export async function transferCall(
  conversation: Conversation, request: Request<"transferCall">, deadlineMs: number,
): Answer {
  const active = find(conversation, request.activeCall);
  const held = find(conversation, request.heldCall);
  if (!active.ok) return active;
  if (!held.ok) return held;
  const proof = transferred(request.heldCall, request.service);
  if (active.value.leg !== held.value.leg) {
    return await joinFarEnds(conversation, held.value, active.value, deadlineMs, proof);
  }
  if (held.value.leg.heldConnection !== held.value) return wrongState(held.value, "hold");
  return await act(conversation, deadlineMs, "Hangup",
    [["Channel", active.value.leg.channel], ["Cause", "16"]], proof);
}

/** Both parties and nobody else, who must be talking: only then is the far end the one meant. */
function farEndOf(connection: Connection): Connection | undefined {
  const other = otherParty(connection);
  return other !== undefined && other.state === "connected"
    && (other.leg.answered || !other.leg.dialled)
    && connection.call.connections.size === 2 ? other : undefined;
}

/**
 * The phone made the second call by itself: its two far ends are put into one bridge, and the
 * phone's two channels end. Observed: ast22-37-transfer-by-bridge-action.
 */
async function joinFarEnds(
  conversation: Conversation, held: Connection, active: Connection, deadlineMs: number,
  proof: ReturnType<typeof transferred>,
): Answer {
  if (held.device !== active.device) {
    return fail("argument-invalid", "The held and the active call are not of one device.");
  }
  if (held.state !== "hold") return wrongState(held, "hold");
  if (active.state !== "connected") return wrongState(active, "connected");
  const first = farEndOf(held);
  const second = farEndOf(active);
  if (first === undefined || second === undefined) {
    return fail("service-refused", "Both calls must have exactly one other party, who answered.");
  }
  for (const { leg } of [held, active]) leg.joining = { held, active };
  const moved = await act(conversation, deadlineMs, "Bridge", [["Channel1", first.leg.channel],
    ["Channel2", second.leg.channel], ["Tone", "no"]], proof);
  if (!moved.ok) for (const { leg } of [held, active]) leg.joining = undefined;
  return moved;
}

/** Long enough to be a key, and all digits stay within featuredigittimeout (1 s by default). */
const keyMs = 120;

interface Key {
  readonly code: string;
  /** Its name in features.conf, and the option that repeats it here. */
  readonly feature: string;
  readonly option: string;
}

/** The device presses a key that means something to Asterisk while it consults. */
async function press(
  conversation: Conversation, request: Request<"conferenceCall" | "alternateCall">, key: Key,
  deadlineMs: number,
  proves: (subject: CallEvent | AmiMessage) => Result<ServiceResponse> | undefined,
): Answer {
  const active = consulting(conversation, request.heldCall, request.activeCall);
  if (!active.ok) return active;
  // While the consulted device rings, the keys mean nothing.
  const far = otherParty(active.value);
  if (far?.state !== "connected") return wrongState(far ?? active.value, "connected");
  const { proof, cancel } = conversation.watchers.until(request.service, deadlineMs, proves);
  for (const digit of key.code) {
    const reply = await conversation.send("PlayDTMF", [["Channel", active.value.leg.channel],
      ["Digit", digit], ["Duration", String(keyMs)], ["Receive", "true"]], deadlineMs);
    if (reply.ok) continue;
    cancel(reply);
    break;
  }
  const made = await proof;
  return made.ok || made.fault.code !== "deadline-passed" ? made
    : fail("deadline-passed", `${made.fault.message} ${key.code} must be ${key.feature} in `
      + `features.conf, or set the option ${key.option} to what it is there.`);
}

/** Observed: ast22-35-conference-by-feature-code, ast16-35-conference-by-feature-code. */
export function conferenceCall(
  conversation: Conversation, request: Request<"conferenceCall">, deadlineMs: number,
): Answer {
  const key = { code: conversation.context.options.conferenceCode, feature: "atxferthreeway",
    option: "conferenceCode" };
  return press(conversation, request, key, deadlineMs, (subject) => {
    if (!isEvent(subject, "conferenced")
      || !sameConnection(subject.primaryOldCall, request.heldCall)) return undefined;
    const own = subject.connections.find(({ oldConnection }) => oldConnection !== undefined
      && sameConnection(oldConnection, request.heldCall));
    return ok({ service: request.service,
      ...(own === undefined ? {} : { connection: own.newConnection }) });
  });
}

/** Observed: ast22-36-alternate-by-feature-code, ast16-36-alternate-by-feature-code. */
export function alternateCall(
  conversation: Conversation, request: Request<"alternateCall">, deadlineMs: number,
): Answer {
  const key = { code: conversation.context.options.alternateCode, feature: "atxferswap",
    option: "alternateCode" };
  return press(conversation, request, key, deadlineMs, (subject) =>
    isEvent(subject, "retrieved") && sameConnection(subject.connection, request.heldCall)
      ? ok({ service: request.service, connection: subject.connection }) : undefined);
}

export async function reconnectCall(
  conversation: Conversation, request: Request<"reconnectCall">, deadlineMs: number,
): Answer {
  const active = consulting(conversation, request.heldCall, request.activeCall);
  if (!active.ok) return active;
  return await cancelConsultation(conversation, active.value, request.service, deadlineMs);
}

export function cancelConsultation(
  conversation: Conversation, active: Connection, service: ServiceRequest["service"],
  deadlineMs: number,
): Answer {
  const held = active.leg.heldConnection;
  if (held !== undefined && held.call.order > active.call.order) {
    return Promise.resolve(fail("service-refused",
      "The PBX can only end the consultation: alternate to it first."));
  }
  const connection = { call: active.call.id, device: active.device };
  return act(conversation, deadlineMs, "CancelAtxfer", [["Channel", active.leg.channel]],
    cleared(connection, service));
}
