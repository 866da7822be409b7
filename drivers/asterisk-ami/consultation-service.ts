/** Consultation calls that the PBX keeps on one channel, and what may become of them. */

import { fail, ok, type Result } from "../../firmware/base/result.js";
import { sameConnection, type ConnectionId } from "../../firmware/model/identifiers.js";
import type { ServiceRequest, ServiceResponse } from "../../firmware/model/services.js";
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
      + "interface can finish only a consultation that was begun by consultationCall.");
  }
  return active;
}

export async function transferCall(
  conversation: Conversation, request: Request<"transferCall">, deadlineMs: number,
): Answer {
  const active = consulting(conversation, request.heldCall, request.activeCall);
  if (!active.ok) return active;
  return await act(conversation, deadlineMs, "Hangup",
    [["Channel", active.value.leg.channel], ["Cause", "16"]],
    transferred(request.heldCall, request.service));
}

/** Long enough to be a key, and all digits stay within featuredigittimeout (1 s by default). */
const keyMs = 120;

/**
 * The device presses the key by which Asterisk brings both calls together (atxferthreeway).
 * Observed: ast22-35-conference-by-feature-code, ast16-35-conference-by-feature-code.
 */
export async function conferenceCall(
  conversation: Conversation, request: Request<"conferenceCall">, deadlineMs: number,
): Answer {
  const active = consulting(conversation, request.heldCall, request.activeCall);
  if (!active.ok) return active;
  // While the consulted device rings, the key means nothing to Asterisk.
  const far = otherParty(active.value);
  if (far?.state !== "connected") return wrongState(far ?? active.value, "connected");
  const { conferenceCode } = conversation.context.options;
  const { proof, cancel } = conversation.watchers.until<ServiceResponse>("conferenceCall",
    deadlineMs, (subject) => {
      if (!isEvent(subject, "conferenced")
        || !sameConnection(subject.primaryOldCall, request.heldCall)) return undefined;
      const own = subject.connections.find(({ oldConnection }) => oldConnection !== undefined
        && sameConnection(oldConnection, request.heldCall));
      return ok({ service: request.service,
        ...(own === undefined ? {} : { connection: own.newConnection }) });
    });
  for (const digit of conferenceCode) {
    const reply = await conversation.send("PlayDTMF", [["Channel", active.value.leg.channel],
      ["Digit", digit], ["Duration", String(keyMs)], ["Receive", "true"]], deadlineMs);
    if (reply.ok) continue;
    cancel(reply);
    break;
  }
  const made = await proof;
  return made.ok || made.fault.code !== "deadline-passed" ? made
    : fail("deadline-passed", `${made.fault.message} ${conferenceCode} must be atxferthreeway of `
      + "features.conf, or set the option conferenceCode to what it is there.");
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
  const connection = { call: active.call.id, device: active.device };
  return act(conversation, deadlineMs, "CancelAtxfer", [["Channel", active.leg.channel]],
    cleared(connection, service));
}
