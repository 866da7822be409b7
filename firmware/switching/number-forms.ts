/** The forms of the numbers that stand in an event, as the link's rules give them. */

import type { CallEvent, EventName } from "../model/events.js";
import type { NumberForms } from "../model/records.js";
import type { NumberResolver } from "./switch.js";

const roles = ["callingDevice", "calledDevice", "lastRedirectionDevice"] as const;

/** Where the parties of each type of event stand, besides the connection list. */
export const partyFields = {
  serviceInitiated: ["initiatingDevice"], originated: roles, offered: ["offeredDevice", ...roles],
  delivered: ["alertingDevice", ...roles], established: ["answeringDevice", ...roles],
  held: ["holdingDevice"], retrieved: ["retrievingDevice"],
  diverted: ["divertingDevice", "newDestination", ...roles], failed: ["failingDevice", ...roles],
  queued: ["queue", ...roles], networkReached: roles,
  transferred: ["transferringDevice", "transferredToDevice"],
  conferenced: ["conferencingDevice", "addedParty"], connectionCleared: ["releasingDevice"],
  callCleared: [], digitsDialed: ["dialingDevice"], bridged: ["bridgedAppearance"],
  networkCapabilitiesChanged: [], callInformation: roles, charging: ["chargedDevice"],
  digitsGenerated: [], telephonyTonesGenerated: [], serviceCompletionFailure: ["otherDevice"],
  agentLoggedOn: ["agentDevice"], agentLoggedOff: ["agentDevice"], agentNotReady: ["agentDevice"],
  agentReady: ["agentDevice"], agentBusy: ["agentDevice"], agentWorkingAfterCall: ["agentDevice"],
  backInService: ["device"], outOfService: ["device"], doNotDisturb: ["device"],
  messageWaiting: ["device"], displayUpdated: ["device"], buttonPress: ["device"],
  lampMode: ["device"],
  forwarding: ["device", "forwardTo"],
} as const satisfies Readonly<Record<EventName, readonly string[]>>;

/** The forms of every party of `event`, each once. */
export function formsIn(event: CallEvent, numbers: NumberResolver): readonly NumberForms[] {
  const found: NumberForms[] = [];
  const add = (text: string): void => {
    for (const known of found) if (known.raw === text) return;
    found.push(numbers.resolve(event.link, text));
  };
  for (const field of partyFields[event.type]) {
    const party: unknown = Reflect.get(event, field);
    if (typeof party === "string") add(party);
    else if (isParty(party)) add(party.device);
  }
  if ("connections" in event) {
    for (const { endpoint } of event.connections) if (endpoint !== undefined) add(endpoint.device);
  }
  return found;
}

function isParty(value: unknown): value is { readonly device: string } {
  return typeof value === "object" && value !== null && "device" in value;
}
