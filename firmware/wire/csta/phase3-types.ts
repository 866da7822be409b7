/**
 * Types that services and events of phase III share (ECMA-285, 4th edition): device-identifiers,
 * call-connection-identifiers, connection-states, device-feature-types, extension-types,
 * error-definition, status-reporting.
 */

import { eventCauses, type EventCause } from "../../model/causes.js";
import { forwardingTypes, lampModes, type ForwardingType, type LampMode }
  from "../../model/services.js";
import type { AgentState, ConnectionState } from "../../model/states.js";
import {
  anyElement, application, bits, contextHead, decode, encode, enumerated, explicit,
  explicitApplication, generalizedTime, headsOf, ia5Text, implicit, integer, mapped, nullOr,
  nullType, numbered, octets, optional, Refused, required, sequence, sequenceHead, sequenceOf,
  takes, type Asn1Type,
} from "./asn1.js";
import type { BerReader } from "./ber-octets.js";
import { deviceNumber } from "./device-number.js";
import {
  eventGroups, systemStatuses, type ConnectionListItem, type CstaConnection,
  type CstaDevice, type CstaEventName, type CstaExtensions, type CstaParty,
  type RequestedAgentState, type SystemStatus,
} from "./message.js";

const privateName = explicit(1, ia5Text);
const dialingNumber = contextHead(0, false);
/** [0] privateNumber is passed over. */
const namedDevice = sequence<{ readonly form: CstaDevice; readonly privateName?: string }>(
  required("form", deviceNumber), optional("privateName", privateName));

export const deviceID: Asn1Type<CstaDevice> = {
  head: sequenceHead, heads: [sequenceHead],
  write: (into, device, head = sequenceHead) => {
    const before = into.length;
    if (device.privateName !== undefined) privateName.write(into, device.privateName);
    const refused = deviceNumber.write(into, device);
    if (refused === undefined) into.putHead(head, before);
    return refused;
  },
  read: (from) => {
    const { start, end } = from;
    // Nearly every one is a number and nothing else.
    if (from.enterFirst() === undefined && from.next === end) {
      if (from.head === dialingNumber) return { kind: "dialingNumber", text: from.latin1() };
      if (takes(deviceNumber, from.head)) return deviceNumber.read(from);
    }
    from.backTo(start, end);
    const found = namedDevice.read(from);
    if (found instanceof Refused || found.privateName === undefined) {
      return found instanceof Refused ? found : found.form;
    }
    return { ...found.form, privateName: found.privateName };
  },
};

type Absence = Exclude<CstaParty, CstaDevice>;

/** A choice of a device or one of these reasons for having none. */
function party(
  absences: Partial<Record<Absence, Asn1Type<null>>> & { readonly notKnown: Asn1Type<null> },
): Asn1Type<CstaParty> {
  const byHead: (Absence | undefined)[] = [];
  for (const [name, { head = 0 }] of Object.entries(absences)) byHead[head] = name as Absence;
  return {
    head: undefined, heads: headsOf([deviceID, ...Object.values(absences)]),
    write: (into, value) => typeof value === "object" ? deviceID.write(into, value)
      : (absences[value] ?? absences.notKnown).write(into, null),
    read: (from) => from.head === sequenceHead ? deviceID.read(from)
      : byHead[from.head] ?? new Refused("neither a device nor a reason for none"),
  };
}

function role(tag: number): Asn1Type<CstaParty> {
  return explicitApplication(tag, party({
    notKnown: implicit(7, nullType), restricted: implicit(8, nullType),
  }));
}

export const callingDevice = role(1);
export const calledDevice = role(2);
export const subjectDevice = role(3);
export const lastRedirectionDevice = explicitApplication(4, party({
  notKnown: implicit(7, nullType), notRequired: implicit(8, nullType),
  notSpecified: implicit(9, nullType), restricted: implicit(10, nullType),
}));
export const associatedCallingDevice = role(5);
export const associatedCalledDevice = role(6);
export const networkCallingDevice = role(7);
export const networkCalledDevice = role(8);

const dynamicID = implicit(3, octets);
const localDevice: Asn1Type<CstaDevice> = {
  head: undefined, heads: headsOf([deviceID, dynamicID]),
  write: (into, device) => device.kind === "dynamic" ? dynamicID.write(into, device.text)
    : deviceID.write(into, device),
  read: (from) => from.head === sequenceHead ? deviceID.read(from)
    : { kind: "dynamic", text: from.hex() },
};

const callID = implicit(0, octets);
const connectionDevice = explicit(1, localDevice);
const bothParts = sequence<CstaConnection>(
  required("callID", callID), required("deviceID", connectionDevice));

/** The device that the connection's own element has around it. */
function readConnectionDevice(from: BerReader): CstaDevice | Refused {
  const wrong = from.enterFirst();
  if (wrong !== undefined) return new Refused(wrong);
  return from.head === sequenceHead ? deviceID.read(from)
    : from.head === dynamicID.head ? localDevice.read(from) : new Refused("no device");
}

function readBoth(from: BerReader): CstaConnection | Refused {
  const { start, end } = from;
  // Nearly every one is these two and nothing else.
  if (from.enterFirst() === undefined && from.head === callID.head) {
    const call = from.hex();
    if (from.enter(from.next, end) === undefined && from.head === connectionDevice.head
      && from.next === end) {
      const device = readConnectionDevice(from);
      return device instanceof Refused ? device : { callID: call, deviceID: device };
    }
  }
  from.backTo(start, end);
  return bothParts.read(from);
}

export const connectionID: Asn1Type<CstaConnection> = explicitApplication(11, {
  head: undefined, heads: headsOf([callID, connectionDevice, bothParts]),
  write: (into, value) => {
    if (value.callID !== undefined) {
      return value.deviceID === undefined ? callID.write(into, value.callID)
        : bothParts.write(into, value);
    }
    return value.deviceID === undefined ? new Refused("a connection of nothing")
      : connectionDevice.write(into, value.deviceID);
  },
  read: (from) => {
    if (from.head === sequenceHead) return readBoth(from);
    if (from.head === callID.head) return { callID: from.hex() };
    const device = connectionDevice.read(from);
    return device instanceof Refused ? device : { deviceID: device };
  },
});

/** Its parties have no application tags. */
export const connectionList: Asn1Type<readonly ConnectionListItem[]> = sequenceOf(
  sequence<ConnectionListItem>(
    optional("newConnection", explicit(0, connectionID)),
    optional("oldConnection", explicit(1, connectionID)),
    optional("endpoint", explicit(2, party({
      notKnown: nullType, restricted: explicit(1, nullType) }))),
    optional("associatedNID", explicit(3, party({ notKnown: nullType })))));

export const connectionStates: readonly ConnectionState[] =
  ["null", "initiated", "alerting", "connected", "hold", "queued", "fail"];
export const localConnectionState =
  application(14, enumerated<ConnectionState>(numbered(connectionStates)));

/** An unknown number is `normal`. */
export const eventCause = enumerated<EventCause>(eventCauses, "normal");

export const systemStatus = enumerated<SystemStatus>(numbered(systemStatuses));
export const forwardingType = enumerated<ForwardingType>(numbered(forwardingTypes));
/** An INTEGER with names for some of its numbers. */
export const lampMode: Asn1Type<LampMode> = mapped(integer,
  (mode: LampMode) => lampModes.indexOf(mode), (number) => lampModes[number] ?? "unknown");
export const agentState = enumerated<AgentState>(
  numbered(["notReady", "null", "ready", "busy", "workingAfterCall"]));
export const requestedAgentState = enumerated<RequestedAgentState>(
  numbered(["loggedOn", "loggedOff", "notReady", "ready", "workingAfterCall"]));

export const monitorCrossRefID = application(21, octets);
export const routeingCrossRefID = application(24, octets);
export const userData = explicitApplication(29, octets);

interface Security {
  readonly time?: string;
}

const security = sequence<Security>(optional("time", generalizedTime));

/** CSTACommonArguments. */
export const extensions: Asn1Type<CstaExtensions> = application(30, mapped(
  sequence<{ security?: Security; privateData?: readonly string[] }>(
    optional("security", implicit(0, security)),
    optional("privateData", implicit(1, sequenceOf(anyElement)))),
  (value: CstaExtensions) => ({
    ...value.time === undefined ? {} : { security: value as Security },
    ...value.privateData === undefined ? {} : { privateData: value.privateData },
  }),
  ({ security: found = {}, privateData }) =>
    privateData === undefined ? found : { ...found, privateData }));

/** The last field of nearly every argument, result and event. */
export const extensionsField = optional("extensions", extensions);

/** An argument or result of extensions or nothing. */
export const emptyOrExtensions = nullOr<{ readonly extensions?: CstaExtensions }>(
  "extensions", extensions);

/** An argument or result that is a SEQUENCE of nothing but extensions. */
export const onlyExtensions = sequence<{ readonly extensions?: CstaExtensions }>(extensionsField);

/** `escapeRegisterID`, of which nobody makes use here. */
const registerTag = "a0";
const sequenceTag = "30";

/**
 * Extensions without their frame, as Escape has them: security data and one piece of private
 * data, which is the last element whatever it looks like.
 */
export const bareExtensions: Asn1Type<CstaExtensions> = mapped(
  sequenceOf(anyElement),
  ({ time, privateData = [] }: CstaExtensions) => {
    if (privateData.length !== 1) return new Refused("not one piece of private data");
    if (time === undefined) return privateData;
    const written = encode(security, { time });
    if (typeof written === "string") return new Refused(written);
    return [Buffer.from(written).toString("hex"), ...privateData];
  },
  (elements) => {
    const left = [...elements];
    if (left.length > 1 && left[0]?.startsWith(registerTag) === true) left.shift();
    const first = left.length > 1 && left[0]?.startsWith(sequenceTag) === true
      ? decode(security, Buffer.from(left.shift() ?? "", "hex")) : undefined;
    return { ...typeof first === "object" ? first.value : {}, privateData: left };
  });

/** Far end in the first digit, own state in the second (SimpleCallState, written in base 16). */
function statesOfSimple(number: number): readonly ConnectionState[] {
  return [number & 0xf, number >> 4].flatMap((digit, index) =>
    index > 0 && digit === 0 ? [] : connectionStates[digit] ?? []);
}

const compoundState = implicit(0, sequenceOf(localConnectionState));
const simpleState = implicit(1, mapped(integer, () => 0, statesOfSimple));
const unknownState = implicit(2, mapped(nullType, () => null, () => []));

/** Written as compound. */
export const callState: Asn1Type<readonly ConnectionState[]> = {
  head: undefined, heads: headsOf([compoundState, simpleState, unknownState]),
  write: compoundState.write,
  read: (from) => from.head === compoundState.head ? compoundState.read(from)
    : from.head === simpleState.head ? simpleState.read(from) : [],
};

/**
 * Bits of the monitor filter, group by group in the order of the wire. They are not the numbers
 * of the events in a report. As many bits are written as recorded clients write.
 */
const filterGroups: readonly { readonly tag: number; readonly width: number;
  readonly events: readonly CstaEventName[] }[] = [
  { tag: 0, width: 18, events: ["callCleared", "conferenced", "connectionCleared", "delivered",
    "diverted", "established", "failed", "held", "networkReached", "originated", "queued",
    "retrieved", "serviceInitiated", "transferred", "digitsDialed", "bridged",
    "networkCapabilitiesChanged", "offered"] },
  { tag: 6, width: 5, events: eventGroups.callAssociated },
  { tag: 7, width: 2, events: eventGroups.mediaAttachment },
  { tag: 8, width: 11, events: eventGroups.physicalDevice },
  { tag: 9, width: 14, events: eventGroups.logicalDevice },
  { tag: 3, width: 3, events: ["backInService", "outOfService", "deviceCapabilityChanged",
    "partiallyInService"] },
  { tag: 5, width: 7, events: [] },
  { tag: 4, width: 1, events: eventGroups.vendor },
];

type FilterParts = Readonly<Record<string, readonly CstaEventName[]>>;

/** The events that are not wanted; empty: every event is wanted. */
export const monitorFilter: Asn1Type<readonly CstaEventName[]> = mapped(
  sequence<FilterParts>(...filterGroups.map(({ tag, width, events }) =>
    optional(String(tag), implicit(tag, bits<CstaEventName>(numbered(events), width))))),
  (unwanted: readonly CstaEventName[]) => Object.fromEntries(filterGroups.map(({ tag, events }) =>
    [tag, events.filter((event) => unwanted.includes(event))])),
  (parts) => filterGroups.flatMap(({ tag }) => parts[tag] ?? []));
