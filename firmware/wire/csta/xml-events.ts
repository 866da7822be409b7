/** Events in ECMA-323: fields in the order of ECMA-285 §3.2, which it shares. */

import { lampModes, type ForwardingType, type LampMode } from "../../model/services.js";
import { eventGroups, type CstaEvent, type CstaEventName, type CstaParty } from "./message.js";
import { forwardings } from "./xml-spelling.js";
import { boolean, cause, connection, connectionList, connectionState, device, extensions, integer,
  octets, oneOf, optional, redirection, required, sequence, spelled, subject, text, type Field,
  type Fields, type Sequence } from "./xml-types.js";

type TypeOf<E> = E extends { readonly type: infer N } ? N : never;
type Named = Exclude<TypeOf<CstaEvent>, "other">;
/** The event of a name, and without its name. */
type EventOf<N extends Named, E = CstaEvent> =
  E extends { readonly type: infer M } ? N extends M ? Omit<E, "type"> : never : never;

function event<N extends Named>(fields: Fields<EventOf<N>>): Sequence<EventOf<N>> {
  return sequence<EventOf<N>>(fields);
}

/** Devices that a switching function should name and some leave out. */
const party: Field<CstaParty> = required<CstaParty>(subject, "notKnown");
const call = required(connection);

const local = { localConnectionInfo: optional(connectionState), correlatorData: optional(octets) };
const tail = { ...local, userData: optional(octets), cause: optional(cause) };
const last = { extensions: optional(extensions) };
const end = { ...tail, ...last };
const parties = { callingDevice: optional(subject), calledDevice: optional(subject),
  lastRedirectionDevice: optional(redirection) };
const network = { networkCallingDevice: optional(subject), networkCalledDevice: optional(subject),
  associatedCallingDevice: optional(subject), associatedCalledDevice: optional(subject) };
const roles = { ...tail, ...network, ...last };
const agent = { agentDevice: party, agentID: optional(text), acdGroup: optional(device), ...end };
const service = { device: party, ...end };

const table: { readonly [N in Named]: Sequence<EventOf<N>> } = {
  serviceInitiated: event<"serviceInitiated">({ initiatedConnection: call,
    initiatingDevice: optional(subject), calledDevice: optional(subject), ...end }),
  originated: event<"originated">({ originatedConnection: call, callingDevice: party,
    calledDevice: party, ...tail, associatedCalledDevice: optional(subject), ...last }),
  offered: event<"offered">({ offeredConnection: call, offeredDevice: party, ...parties,
    ...roles }),
  delivered: event<"delivered">({ connection: call, alertingDevice: party, ...parties,
    ...roles }),
  established: event<"established">({ establishedConnection: call, answeringDevice: party,
    ...parties, ...roles }),
  held: event<"held">({ heldConnection: call, holdingDevice: party, ...end }),
  retrieved: event<"retrieved">({ retrievedConnection: call, retrievingDevice: party, ...end }),
  diverted: event<"diverted">({ connection: call, divertingDevice: party,
    newDestination: party, ...parties, ...roles }),
  failed: event<"failed">({ failedConnection: call, failingDevice: party, ...parties,
    ...roles }),
  queued: event<"queued">({ queuedConnection: call, queue: party, ...parties,
    numberQueued: optional(integer), callsInFront: optional(integer), ...roles }),
  networkReached: event<"networkReached">({ outboundConnection: call,
    networkInterfaceUsed: party, ...parties, ...roles }),
  transferred: event<"transferred">({ primaryOldCall: call,
    secondaryOldCall: optional(connection), transferringDevice: party,
    transferredToDevice: party, transferredConnections: optional(connectionList), ...end }),
  conferenced: event<"conferenced">({ primaryOldCall: call,
    secondaryOldCall: optional(connection), conferencingDevice: party, addedParty: party,
    conferenceConnections: optional(connectionList), ...end }),
  connectionCleared: event<"connectionCleared">({ droppedConnection: call,
    releasingDevice: party, ...end }),
  callCleared: event<"callCleared">({ clearedCall: call, ...end }),
  digitsDialed: event<"digitsDialed">({ dialingConnection: call, dialingDevice: party,
    dialingSequence: required(text), ...end }),
  callInformation: event<"callInformation">({ connection: call, device: party,
    callingDevice: optional(subject), accountInfo: optional(text), ...end }),
  digitsGenerated: event<"digitsGenerated">({ connection: call,
    digitGeneratedList: required(text), ...end }),
  agentLoggedOn: event<"agentLoggedOn">(agent),
  agentLoggedOff: event<"agentLoggedOff">(agent),
  agentNotReady: event<"agentNotReady">(agent),
  agentReady: event<"agentReady">(agent),
  agentBusy: event<"agentBusy">(agent),
  agentWorkingAfterCall: event<"agentWorkingAfterCall">(agent),
  doNotDisturb: event<"doNotDisturb">({ device: party, doNotDisturbOn: required(boolean),
    ...end }),
  forwarding: event<"forwarding">({ device: party,
    forwardingType: optional(spelled<ForwardingType>(forwardings)),
    forwardStatus: required(boolean), forwardTo: optional(device), ...end }),
  messageWaiting: event<"messageWaiting">({ device: party, messageWaitingOn: required(boolean),
    ...end }),
  displayUpdated: event<"displayUpdated">({ device: party, displayID: optional(text),
    logicalRows: required(integer, 1), logicalColumns: required(integer, 0),
    contentsOfDisplay: required(text, ""), ...end }),
  buttonPress: event<"buttonPress">({ device: party, button: required(text),
    buttonLabel: optional(text), ...end }),
  lampMode: event<"lampMode">({ device: party, lamp: required(text), lampLabel: optional(text),
    lampMode: required(oneOf<LampMode>(...lampModes), "unknown"), ...end }),
  backInService: event<"backInService">(service),
  outOfService: event<"outOfService">(service),
};

/** By their `type`. */
export const xmlEvents: ReadonlyMap<string, Sequence<object>> =
  new Map(Object.entries(table) as unknown as [string, Sequence<object>][]);

const eventNames: ReadonlySet<string> = new Set(Object.values(eventGroups).flat());

export const xmlEventNames: ReadonlySet<CstaEventName> =
  new Set([...xmlEvents.keys()].filter((name): name is CstaEventName => eventNames.has(name)));

const ending = "Event";

export function eventElement(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1) + ending;
}

/** Undefined: no event's element. */
export function eventOfElement(element: string): string | undefined {
  return element.endsWith(ending) && element.length > ending.length
    ? element.charAt(0).toLowerCase() + element.slice(1, -ending.length) : undefined;
}
