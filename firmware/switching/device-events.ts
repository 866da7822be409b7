/** What agent and device events do to the picture of a device. */

import { agentStateAfter, type AgentEventType, type CallEvent } from "../model/events.js";
import type { DeviceId } from "../model/identifiers.js";
import type { Forwarding } from "../model/services.js";
import type { LinkPicture } from "./picture.js";

export type DeviceOrAgentEvent = Extract<CallEvent,
  { readonly type: AgentEventType | "backInService" | "outOfService" | "doNotDisturb"
    | "forwarding" | "messageWaiting" | "displayUpdated" | "buttonPress" | "lampMode" }>;

export function isDeviceOrAgentEvent(event: CallEvent): event is DeviceOrAgentEvent {
  return "agentDevice" in event || "device" in event;
}

function forwardingOf(
  { on, forwardTo, forwardingType }: Extract<CallEvent, { readonly type: "forwarding" }>,
): Forwarding {
  return { on, ...(forwardTo === undefined ? {} : { forwardTo }),
    ...(forwardingType === undefined ? {} : { forwardingType }) };
}

/** Applies the event and says which device it is about. */
export function applyToDevice(picture: LinkPicture, event: DeviceOrAgentEvent): DeviceId {
  if ("agentDevice" in event) {
    const entry = picture.device(event.agentDevice.device, false, "station");
    entry.external = false;
    entry.name = event.agentDevice.name ?? entry.name;
    entry.agentState = agentStateAfter[event.type];
    entry.agent = event.type === "agentLoggedOff" ? undefined : event.agent ?? entry.agent;
    entry.agentReason = event.type === "agentNotReady" ? event.reason : undefined;
    return event.agentDevice.device;
  }
  const entry = picture.device(event.device, false, "station");
  if (event.type === "backInService") entry.inService = true;
  if (event.type === "outOfService") entry.inService = false;
  if (event.type === "doNotDisturb") entry.doNotDisturb = event.on;
  if (event.type === "messageWaiting") entry.messageWaiting = event.on;
  if (event.type === "forwarding") {
    const others = (entry.forwardings ?? []).filter(({ forwardingType }) =>
      forwardingType !== event.forwardingType);
    entry.forwardings = [...others, forwardingOf(event)];
  }
  return event.device;
}
