/** Agents log on to, leave and pause at queues. */

import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { ServiceRequest, ServiceResponse } from "../../firmware/model/services.js";
import { AmiMessage, type AmiField } from "../../firmware/wire/ami.js";
import { act } from "./services.js";
import type { Conversation } from "./session.js";

type Request = Extract<ServiceRequest, { service: "setAgentState" }>;

export async function setAgentState(
  conversation: Conversation, request: Request, deadlineMs: number,
): Promise<Result<ServiceResponse>> {
  const { requestedState } = request;
  if (requestedState === "workingAfterCall") {
    return fail("service-not-supported",
      "A queue's wrap-up time is set in queues.conf; it cannot be asked for.");
  }
  if (requestedState === "loggedOn") return await logOn(conversation, request, deadlineMs);
  const memberships = conversation.mapper.members.interfaceOf(request.device, request.acdGroup);
  if (memberships.length === 0) {
    return fail("device-unknown", `Device ${request.device} is not logged on`
      + `${request.acdGroup === undefined ? "" : ` at ${request.acdGroup}`}.`);
  }
  for (const [queue, face] of memberships) {
    const result = requestedState === "loggedOff"
      ? await change(conversation, "QueueRemove", "QueueMemberRemoved", queue, face, [],
        deadlineMs)
      : await change(conversation, "QueuePause", "QueueMemberPause", queue, face, [
        ["Paused", requestedState === "notReady" ? "true" : "false"],
        ...(request.reason === undefined ? [] : [["Reason", request.reason] as const]),
      ], deadlineMs);
    if (!result.ok) return result;
  }
  return ok({ service: request.service });
}

async function logOn(
  conversation: Conversation, request: Request, deadlineMs: number,
): Promise<Result<ServiceResponse>> {
  const { acdGroup, device, agent } = request;
  if (acdGroup === undefined) {
    return fail("argument-invalid", "acdGroup: name the queue to log on to.");
  }
  if (conversation.mapper.members.interfaceOf(device, acdGroup).length > 0) {
    return ok({ service: request.service });
  }
  const face = conversation.context.options.queueInterface.replaceAll("{device}", device);
  const technology = conversation.technologies.get(device) ?? "PJSIP";
  const added = await change(conversation, "QueueAdd", "QueueMemberAdded", acdGroup, face, [
    ["StateInterface", `${technology}/${device}`], ["MemberName", agent ?? device],
  ], deadlineMs);
  return added.ok ? ok({ service: request.service }) : added;
}

/** The event's name was QueueMemberPaused before Asterisk 13. */
function change(
  conversation: Conversation, action: string, proof: string, queue: string, face: string,
  more: readonly AmiField[], deadlineMs: number,
): Promise<Result<undefined>> {
  return act(conversation, deadlineMs, action, [["Queue", queue], ["Interface", face], ...more],
    (subject) => subject instanceof AmiMessage && subject.name.startsWith(proof)
      && subject.get("Queue") === queue && subject.get("Interface") === face
      ? ok(undefined) : undefined);
}
