/**
 * Event reports of phase III (ECMA-285, event-report-definitions and the modules of the events):
 * groups and events by their tags, the fields of each in the order of the wire. Fields that the
 * messages do not have are left out and skipped.
 */

import { readBer } from "../ber.js";
import {
  always, anyElement, boolean, contextHead, ia5Text, implicit, integer, mapped, octets, octetText,
  optional, Refused, required, sequence, type Asn1Type,
} from "./asn1.js";
import type { BackwardBuffer, BerReader } from "./ber-octets.js";
import {
  eventGroups, type CstaEvent, type CstaEventName, type EventGroup,
} from "./message.js";
import {
  associatedCalledDevice, associatedCallingDevice, calledDevice, callingDevice, connectionID,
  connectionList, deviceID, eventCause, extensions, extensionsField, forwardingType, lampMode,
  lastRedirectionDevice, localConnectionState, monitorCrossRefID, networkCalledDevice,
  networkCallingDevice, subjectDevice, userData,
} from "./phase3-types.js";

type Of<T extends CstaEvent["type"]> = Omit<Extract<CstaEvent, { readonly type: T }>, "type">;
type AgentEvent = Omit<Extract<CstaEvent, { readonly agentID?: string }>, "type">;

const localInfo = optional("localConnectionInfo", localConnectionState);
const userDataField = optional("userData", userData);
const causeField = always("cause", eventCause, "normal");
const optionalCause = optional("cause", eventCause);
const calling = always("callingDevice", callingDevice, "notKnown");
const called = always("calledDevice", calledDevice, "notKnown");
const lastRedirection = always("lastRedirectionDevice", lastRedirectionDevice, "notKnown");
const networkCalling = optional("networkCallingDevice", networkCallingDevice);
const networkCalled = optional("networkCalledDevice", networkCalledDevice);
const associatedCalling = optional("associatedCallingDevice", associatedCallingDevice);
const associatedCalled = optional("associatedCalledDevice", associatedCalledDevice);
const correlator = (tag: number): ReturnType<typeof optional<"correlatorData", string>> =>
  optional("correlatorData", implicit(tag, octets));

/** AgentLoggedOn and AgentLoggedOff tag the agent, the others do not. */
const agentLog = sequence<AgentEvent>(
  required("agentDevice", subjectDevice), optional("agentID", implicit(2, octetText)),
  optional("acdGroup", deviceID), optionalCause, extensionsField);
const agentReadiness = sequence<AgentEvent>(
  required("agentDevice", subjectDevice), optional("agentID", octetText),
  optional("acdGroup", deviceID), optionalCause, extensionsField);
/** [2] is the pending state. */
const agentActivity = sequence<AgentEvent>(
  required("agentDevice", subjectDevice), optional("agentID", octetText),
  optional("acdGroup", deviceID), optional("cause", implicit(3, eventCause)), extensionsField);
const service = sequence<Of<"backInService" | "outOfService">>(
  required("device", subjectDevice), optionalCause, extensionsField);

const callEvents = {
  serviceInitiated: sequence<Of<"serviceInitiated">>(
    required("initiatedConnection", connectionID),
    always("initiatingDevice", subjectDevice, "notKnown"),
    optional("calledDevice", calledDevice), localInfo, correlator(0), causeField,
    extensionsField),
  originated: sequence<Of<"originated">>(
    required("originatedConnection", connectionID), required("callingDevice", subjectDevice),
    required("calledDevice", calledDevice), localInfo, correlator(2), causeField,
    associatedCalled, extensionsField),
  offered: sequence<Of<"offered">>(
    required("offeredConnection", connectionID), required("offeredDevice", subjectDevice),
    calling, called, lastRedirection, localInfo, optional("correlatorData", octets),
    userDataField, causeField, networkCalling, networkCalled, associatedCalling,
    associatedCalled, extensionsField),
  delivered: sequence<Of<"delivered">>(
    required("connection", connectionID), required("alertingDevice", subjectDevice),
    calling, called, lastRedirection, localInfo, correlator(0), userDataField, causeField,
    networkCalling, networkCalled, associatedCalling, associatedCalled, extensionsField),
  established: sequence<Of<"established">>(
    required("establishedConnection", connectionID), required("answeringDevice", subjectDevice),
    calling, called, lastRedirection, localInfo, correlator(1), userDataField, causeField,
    networkCalling, networkCalled, associatedCalling, associatedCalled, extensionsField),
  held: sequence<Of<"held">>(
    required("heldConnection", connectionID), required("holdingDevice", subjectDevice),
    localInfo, correlator(0), causeField, extensionsField),
  retrieved: sequence<Of<"retrieved">>(
    required("retrievedConnection", connectionID), required("retrievingDevice", subjectDevice),
    localInfo, correlator(0), causeField, extensionsField),
  diverted: sequence<Of<"diverted">>(
    required("connection", connectionID), required("divertingDevice", subjectDevice),
    required("newDestination", subjectDevice), optional("callingDevice", callingDevice),
    optional("calledDevice", calledDevice), lastRedirection, localInfo, correlator(0),
    userDataField, causeField, networkCalling, networkCalled, associatedCalling,
    associatedCalled, extensionsField),
  failed: sequence<Of<"failed">>(
    required("failedConnection", connectionID), required("failingDevice", subjectDevice),
    calling, called, lastRedirection, localInfo, correlator(0), userDataField, causeField,
    networkCalling, networkCalled, associatedCalling, associatedCalled, extensionsField),
  queued: sequence<Of<"queued">>(
    required("queuedConnection", connectionID), required("queue", subjectDevice),
    calling, called, lastRedirection, optional("numberQueued", implicit(0, integer)),
    optional("callsInFront", implicit(1, integer)), localInfo, correlator(2), userDataField,
    causeField, networkCalling, networkCalled, associatedCalling, associatedCalled,
    extensionsField),
  networkReached: sequence<Of<"networkReached">>(
    required("outboundConnection", connectionID),
    required("networkInterfaceUsed", subjectDevice), calling, called, lastRedirection,
    localInfo, correlator(0), userDataField, causeField, networkCalling, networkCalled,
    associatedCalling, extensionsField),
  transferred: sequence<Of<"transferred">>(
    required("primaryOldCall", connectionID),
    optional("secondaryOldCall", implicit(0, connectionID)),
    required("transferringDevice", subjectDevice),
    required("transferredToDevice", subjectDevice),
    always("transferredConnections", implicit(1, connectionList), []), localInfo,
    correlator(2), userDataField, causeField, extensionsField),
  // The only event that tags its extensions.
  conferenced: sequence<Of<"conferenced">>(
    required("primaryOldCall", connectionID), optional("secondaryOldCall", connectionID),
    required("conferencingDevice", subjectDevice), required("addedParty", subjectDevice),
    always("conferenceConnections", connectionList, []), localInfo, correlator(1),
    userDataField, causeField, optional("extensions", implicit(5, extensions))),
  connectionCleared: sequence<Of<"connectionCleared">>(
    required("droppedConnection", connectionID), required("releasingDevice", subjectDevice),
    localInfo, correlator(0), userDataField, causeField, extensionsField),
  callCleared: sequence<Of<"callCleared">>(
    required("clearedCall", connectionID), correlator(1), userDataField, causeField,
    extensionsField),
  digitsDialed: sequence<Of<"digitsDialed">>(
    required("dialingConnection", connectionID), required("dialingDevice", subjectDevice),
    required("dialingSequence", mapped(deviceID,
      (text: string) => ({ kind: "dialingNumber" as const, text }), ({ text }) => text)),
    localInfo, correlator(0), causeField, extensionsField),
};

const otherEvents = {
  callInformation: sequence<Of<"callInformation">>(
    required("connection", connectionID), required("device", subjectDevice),
    optional("callingDevice", callingDevice), optional("accountInfo", implicit(0, octetText)),
    correlator(2), userDataField, extensionsField),
  digitsGenerated: sequence<Of<"digitsGenerated">>(
    required("connection", connectionID), required("digitGeneratedList", ia5Text),
    extensionsField),
  agentBusy: agentActivity,
  agentLoggedOn: agentLog,
  agentLoggedOff: agentLog,
  agentNotReady: agentReadiness,
  agentReady: agentReadiness,
  agentWorkingAfterCall: agentActivity,
  doNotDisturb: sequence<Of<"doNotDisturb">>(
    required("device", subjectDevice), required("doNotDisturbOn", boolean), extensionsField),
  forwarding: sequence<Of<"forwarding">>(
    required("device", subjectDevice), optional("forwardingType", forwardingType),
    required("forwardStatus", boolean), optional("forwardTo", deviceID), extensionsField),
  messageWaiting: sequence<Of<"messageWaiting">>(
    required("device", subjectDevice), required("messageWaitingOn", boolean), extensionsField),
  displayUpdated: sequence<Of<"displayUpdated">>(
    required("device", subjectDevice), optional("displayID", octetText),
    required("logicalRows", integer), required("logicalColumns", integer),
    required("contentsOfDisplay", ia5Text), extensionsField),
  buttonPress: sequence<Of<"buttonPress">>(
    required("device", subjectDevice), required("button", octetText),
    optional("buttonLabel", ia5Text), extensionsField),
  lampMode: sequence<Of<"lampMode">>(
    required("device", subjectDevice), required("lamp", octetText),
    optional("lampLabel", octetText), required("lampMode", lampMode), extensionsField),
  backInService: service,
  outOfService: service,
};

/** As every row is used: nothing but an event of its own name comes to it. */
const rows: Readonly<Partial<Record<string, Asn1Type<object>>>> =
  { ...callEvents, ...otherEvents } as Record<string, Asn1Type<object>>;

export const eventNames: ReadonlySet<CstaEventName> =
  new Set(Object.keys(rows) as CstaEventName[]);

/** 6 is the voice unit's. */
const groupTags: Readonly<Record<EventGroup, number>> = {
  callControl: 0, callAssociated: 1, mediaAttachment: 2, physicalDevice: 3, logicalDevice: 4,
  maintenance: 5, vendor: 7,
};

interface Place {
  readonly group: number;
  readonly tag: number;
}

const places = new Map<string, Place>();
const namesByPlace = new Map<string, string>();
for (const [group, names] of Object.entries(eventGroups) as [EventGroup, readonly string[]][]) {
  for (const [tag, name] of names.entries()) {
    places.set(name, { group: groupTags[group], tag });
    namesByPlace.set(`${groupTags[group]}.${tag}`, name);
  }
}

/** Tables of events by group and tag. */
const table: { readonly name: string; readonly row: Asn1Type<object> }[][] = [];
for (const [name, { group, tag }] of places) {
  const row = rows[name];
  if (row !== undefined) (table[group] ??= [])[tag] = { name, row };
}
/** The tag in an identifier octet; all of them set: a tag beyond. */
const tagBits = 0x1f;

/** An event without a name is called by its tags, such as `6.3`. */
function placeOf(name: string): Place | undefined {
  const place = places.get(name);
  if (place !== undefined) return place;
  const tags = /^(\d{1,2})\.(\d{1,2})$/.exec(name);
  return tags === null ? undefined : { group: Number(tags[1]), tag: Number(tags[2]) };
}

function writeEvent(
  into: BackwardBuffer, event: CstaEvent, head: number,
): Refused | undefined {
  if (event.type !== "other") {
    return rows[event.type]?.write(into, event, head) ?? undefined;
  }
  const element = readBer(Buffer.from(event.element, "hex"));
  if (typeof element === "string" || contextHead(element.tag, true) !== head
    || element.class !== "context") {
    return new Refused(`not an element of ${event.name}`);
  }
  return anyElement.write(into, event.element);
}

function readEvent(from: BerReader): CstaEvent | Refused {
  const group = from.head & tagBits;
  const wrong = from.enterFirst();
  if (wrong !== undefined) return new Refused(wrong);
  const known = table[group]?.[from.head & tagBits];
  if (known === undefined) return readOther(from, group);
  const fields = known.row.read(from);
  if (fields instanceof Refused) return fields;
  (fields as { type: string }).type = known.name;
  return fields as CstaEvent;
}

/** One without a table here. */
function readOther(from: BerReader, group: number): CstaEvent {
  const element = from.whole();
  const read = readBer(Buffer.from(element, "hex"));
  const place = `${group}.${typeof read === "string" ? 0 : read.tag}`;
  return { type: "other", name: namesByPlace.get(place) ?? place, element };
}

/** EventSpecificInfo: a group and in it an event. */
const eventSpecificInfo: Asn1Type<CstaEvent> = {
  head: undefined, heads: Array.from({ length: tagBits }, (_, tag) => contextHead(tag, true)),
  write: (into, event) => {
    const place = placeOf(event.type === "other" ? event.name : event.type);
    if (place === undefined) return new Refused("an event without a place");
    const before = into.length;
    const refused = writeEvent(into, event, contextHead(place.tag, true));
    if (refused === undefined) into.putHead(contextHead(place.group, true), before);
    return refused;
  },
  read: readEvent,
};

export const eventReport = sequence<{ monitorCrossRefID: string; event: CstaEvent }>(
  required("monitorCrossRefID", monitorCrossRefID), required("event", eventSpecificInfo));
