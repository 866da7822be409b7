/** From an event of the model to an event report in the words of ECMA-269. Pure. */

import type { ConnectionId, DeviceId, LinkId, Party } from "../../model/identifiers.js";
import type { ConnectionListEntry, PartyRoles } from "../../model/events.js";
import type { NumberedEvent } from "../../switching/switch.js";
import type { ConnectionListItem, CstaConnection, CstaDevice, CstaEvent, CstaEventName, CstaParty }
  from "../../wire/csta/message.js";

/** How calls and devices are named towards applications. */
export interface Naming {
  callName(link: LinkId, call: ConnectionId["call"]): string;
  deviceName(link: LinkId, device: DeviceId): string;
}

/** Events of the model that applications are told of; the others have no message yet. */
export const reportedEvents: readonly CstaEventName[] = [
  "serviceInitiated", "originated", "offered", "delivered", "established", "held", "retrieved",
  "diverted", "failed", "queued", "networkReached", "transferred", "conferenced",
  "connectionCleared", "callCleared", "digitsDialed", "callInformation", "digitsGenerated",
  "agentLoggedOn", "agentLoggedOff", "agentNotReady", "agentReady", "agentBusy",
  "agentWorkingAfterCall", "backInService", "outOfService", "doNotDisturb", "forwarding",
  "messageWaiting", "displayUpdated", "buttonPress", "lampMode",
];

/** Names things of one link. */
export class LinkNaming {
  readonly #naming: Naming;
  readonly #link: LinkId;

  constructor(naming: Naming, link: LinkId) {
    this.#naming = naming;
    this.#link = link;
  }

  device(device: DeviceId, name?: string): CstaDevice {
    return { kind: "dialingNumber", text: this.#naming.deviceName(this.#link, device),
      ...(name === undefined ? {} : { privateName: name }) };
  }

  party(party: Party | undefined): CstaParty {
    return party === undefined ? "notKnown" : this.device(party.device, party.name);
  }

  connection({ call, device }: ConnectionId): CstaConnection {
    return { callID: this.#naming.callName(this.#link, call), deviceID: this.device(device) };
  }

  call(call: ConnectionId["call"]): CstaConnection {
    return { callID: this.#naming.callName(this.#link, call) };
  }

  list(entries: readonly ConnectionListEntry[]): readonly ConnectionListItem[] {
    return entries.map(({ newConnection, oldConnection, endpoint }) => ({
      newConnection: this.connection(newConnection),
      ...(oldConnection === undefined ? {} : { oldConnection: this.connection(oldConnection) }),
      endpoint: this.party(endpoint ?? { device: newConnection.device }) }));
  }
}

/** Undefined: applications are not told. */
export function eventReport(
  { event, direction }: NumberedEvent, naming: Naming,
): CstaEvent | undefined {
  const of = new LinkNaming(naming, event.link);
  const roles = (from: PartyRoles) => rolesOf(of, from, direction);
  const { cause } = event;
  switch (event.type) {
    case "serviceInitiated":
      return { type: event.type, initiatedConnection: of.connection(event.connection),
        initiatingDevice: of.party(event.initiatingDevice), cause };
    case "originated":
      return { type: event.type, originatedConnection: of.connection(event.connection),
        callingDevice: of.party(event.callingDevice), calledDevice: of.party(event.calledDevice),
        cause };
    case "offered":
      return { type: event.type, offeredConnection: of.connection(event.connection),
        offeredDevice: of.party(event.offeredDevice), ...roles(event), cause };
    case "delivered":
      return { type: event.type, connection: of.connection(event.connection),
        alertingDevice: of.party(event.alertingDevice), ...roles(event), cause };
    case "established":
      return { type: event.type, establishedConnection: of.connection(event.connection),
        answeringDevice: of.party(event.answeringDevice), ...roles(event), cause };
    case "held":
      return { type: event.type, heldConnection: of.connection(event.connection),
        holdingDevice: of.party(event.holdingDevice), cause };
    case "retrieved":
      return { type: event.type, retrievedConnection: of.connection(event.connection),
        retrievingDevice: of.party(event.retrievingDevice), cause };
    case "diverted":
      return { type: event.type, connection: of.connection(event.connection),
        divertingDevice: of.party(event.divertingDevice),
        newDestination: of.party(event.newDestination), ...roles(event), cause };
    case "failed":
      return { type: event.type, failedConnection: of.connection(event.connection),
        failingDevice: of.party(event.failingDevice), ...roles(event), cause };
    case "queued":
      return { type: event.type, queuedConnection: of.connection(event.connection),
        queue: of.party(event.queue), ...roles(event), cause,
        ...(event.numberQueued === undefined ? {} : { numberQueued: event.numberQueued }),
        ...(event.callsInFront === undefined ? {} : { callsInFront: event.callsInFront }) };
    case "networkReached":
      return { type: event.type, outboundConnection: of.connection(event.connection),
        networkInterfaceUsed: of.device(event.networkInterfaceUsed), ...roles(event), cause };
    case "transferred": case "conferenced": return joinReport(of, event);
    case "connectionCleared":
      return { type: event.type, droppedConnection: of.connection(event.connection),
        releasingDevice: of.party(event.releasingDevice), cause };
    case "callCleared": return { type: event.type, clearedCall: of.call(event.call), cause };
    default: return otherReport(of, event);
  }
}

type ModelEvent = NumberedEvent["event"];
type Joined = Extract<ModelEvent, { readonly type: "transferred" | "conferenced" }>;

function joinReport(of: LinkNaming, event: Joined): CstaEvent {
  const both = { primaryOldCall: of.connection(event.primaryOldCall), cause: event.cause,
    ...(event.secondaryOldCall === undefined ? {}
      : { secondaryOldCall: of.connection(event.secondaryOldCall) }) };
  return event.type === "transferred"
    ? { type: event.type, ...both, transferringDevice: of.party(event.transferringDevice),
      transferredToDevice: of.party(event.transferredToDevice),
      transferredConnections: of.list(event.connections) }
    : { type: event.type, ...both, conferencingDevice: of.party(event.conferencingDevice),
      addedParty: of.party(event.addedParty),
      conferenceConnections: of.list(event.connections) };
}

function otherReport(of: LinkNaming, event: ModelEvent): CstaEvent | undefined {
  const { cause } = event;
  switch (event.type) {
    case "digitsDialed":
      return { type: event.type, dialingConnection: of.connection(event.connection),
        dialingDevice: of.party(event.dialingDevice), dialingSequence: event.digits, cause };
    case "callInformation":
      return { type: event.type, connection: of.connection(event.connection),
        device: of.device(event.connection.device),
        ...(event.callingDevice === undefined ? {}
          : { callingDevice: of.party(event.callingDevice) }),
        ...(event.accountCode === undefined ? {} : { accountInfo: event.accountCode }) };
    case "digitsGenerated":
      return { type: event.type, connection: of.connection(event.connection),
        digitGeneratedList: event.digits };
    case "agentLoggedOn": case "agentLoggedOff": case "agentNotReady": case "agentReady":
    case "agentBusy": case "agentWorkingAfterCall":
      return { type: event.type, agentDevice: of.party(event.agentDevice),
        ...(event.agent === undefined ? {} : { agentID: event.agent }),
        ...(event.acdGroup === undefined ? {} : { acdGroup: of.device(event.acdGroup) }) };
    case "backInService": case "outOfService":
      return { type: event.type, device: of.device(event.device), cause };
    case "doNotDisturb":
      return { type: event.type, device: of.device(event.device), doNotDisturbOn: event.on };
    case "forwarding":
      return { type: event.type, device: of.device(event.device), forwardStatus: event.on,
        ...(event.forwardingType === undefined ? {} : { forwardingType: event.forwardingType }),
        ...(event.forwardTo === undefined ? {} : { forwardTo: of.device(event.forwardTo) }) };
    case "messageWaiting":
      return { type: event.type, device: of.device(event.device), messageWaitingOn: event.on };
    case "displayUpdated":
      return { type: event.type, device: of.device(event.device), logicalRows: 1,
        logicalColumns: event.text.length, contentsOfDisplay: event.text };
    case "buttonPress":
      return { type: event.type, device: of.device(event.device), button: event.button,
        ...(event.label === undefined ? {} : { buttonLabel: event.label }) };
    case "lampMode":
      return { type: event.type, device: of.device(event.device), lamp: event.lamp,
        lampMode: event.lampMode };
    default: return undefined;
  }
}

/** The trunk stands beside the party that is outside (ECMA-269 §12.3, associated devices). */
function rolesOf(of: LinkNaming, from: PartyRoles, direction: NumberedEvent["direction"]) {
  const trunk = from.networkInterface === undefined ? undefined
    : of.device(from.networkInterface);
  return {
    callingDevice: of.party(from.callingDevice), calledDevice: of.party(from.calledDevice),
    // No redirection that the model knows of: there is nothing to tell.
    lastRedirectionDevice: from.lastRedirectionDevice === undefined ? "notRequired" as const
      : of.party(from.lastRedirectionDevice),
    ...(trunk === undefined || direction === "outgoing" ? {} : { associatedCallingDevice: trunk }),
    ...(trunk === undefined || direction !== "outgoing" ? {} : { associatedCalledDevice: trunk }),
  };
}
