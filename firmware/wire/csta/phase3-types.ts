/**
 * Types that services and events of phase III share (ECMA-285, 4th edition): device-identifiers,
 * call-connection-identifiers, connection-states, device-feature-types, extension-types,
 * error-definition, status-reporting.
 */

import { eventCauses, type EventCause } from "../../model/causes.js";
import { forwardingTypes, type ForwardingType } from "../../model/services.js";
import type { AgentState, ConnectionState } from "../../model/states.js";
import {
  anyElement, application, bits, choice, decode, encode, enumerated, explicit,
  explicitApplication, generalizedTime, ia5Text, implicit, integer, mapped, nullOr, nullType,
  numbered, octets, optional, Refused, required, sequence, sequenceOf, type Asn1Type,
} from "./asn1.js";
import {
  eventGroups, systemStatuses, type ConnectionListItem, type CstaConnection,
  type CstaDevice, type CstaEventName, type CstaExtensions, type CstaParty,
  type RequestedAgentState, type SystemStatus,
} from "./message.js";

interface DeviceForms {
  readonly dialingNumber: string;
  readonly deviceNumber: number;
  readonly implicitPublic: string;
  readonly explicitPublic: object;
  readonly implicitPrivate: string;
  readonly explicitPrivate: object;
  readonly other: string;
}

/** Kinds of `explicitPublic` and `explicitPrivate`, by their tags. */
const publicKinds =
  ["unknown", "international", "national", "networkspecific", "subscriber", "abbreviated"];
const privateKinds = ["unknown", "level3Regional", "level2Regional", "level1Regional",
  "pTNSpecific", "localNumber", "abbreviated"];

function kindOfNumber(kinds: readonly string[]): Asn1Type<object> {
  return choice<Record<string, string>>(
    Object.fromEntries(kinds.map((kind, tag) => [kind, implicit(tag, ia5Text)])));
}

const deviceForm = choice<DeviceForms>({
  dialingNumber: implicit(0, ia5Text), deviceNumber: implicit(1, integer),
  implicitPublic: implicit(2, ia5Text), explicitPublic: explicit(3, kindOfNumber(publicKinds)),
  implicitPrivate: implicit(4, ia5Text), explicitPrivate: explicit(5, kindOfNumber(privateKinds)),
  other: implicit(6, octets),
});

interface WireDevice {
  readonly form: Partial<DeviceForms>;
  readonly privateName?: string;
}

const decimal = /^-?\d+$/;

export const deviceID: Asn1Type<CstaDevice> = mapped(
  sequence<WireDevice>(
    required("form", deviceForm as Asn1Type<Partial<DeviceForms>>),
    // [0] privateNumber is passed over.
    optional("privateName", explicit(1, ia5Text))),
  ({ kind, text, privateName }) => {
    if (kind === "dynamic") return new Refused("a dynamic identifier outside a connection");
    const [plan = kind, of] = kind.split(":");
    const number = kind === "deviceNumber" ? decimal.test(text) ? Number(text) : NaN : text;
    return { form: { [plan]: of === undefined ? number : { [of]: number } },
      ...privateName === undefined ? {} : { privateName } };
  },
  ({ form, privateName }) => {
    const [plan = "", number] = Object.entries(form)[0] ?? [];
    const [of, digits] = typeof number === "object" ? Object.entries(number)[0] ?? [] : [];
    return { kind: (of === undefined ? plan : `${plan}:${of}`) as CstaDevice["kind"],
      text: String(of === undefined ? number : digits),
      ...privateName === undefined ? {} : { privateName } };
  });

type Absence = Exclude<CstaParty, CstaDevice>;

/** A choice of a device or one of these reasons for having none. */
function party(
  absences: Partial<Record<Absence, Asn1Type<null>>>,
): Asn1Type<CstaParty> {
  return mapped(
    choice<Record<string, unknown>>({ device: deviceID, ...absences } as unknown as
      Record<string, Asn1Type<NonNullable<unknown>>>),
    (value: CstaParty): Record<string, unknown> => typeof value === "object"
      ? { device: value }
      : { [absences[value] === undefined ? "notKnown" : value]: null },
    (wire) => wire["device"] as CstaDevice | undefined ?? Object.keys(wire)[0] as Absence);
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

const localDevice: Asn1Type<CstaDevice> = mapped(
  choice<{ staticID: CstaDevice; dynamicID: string }>({
    staticID: deviceID, dynamicID: implicit(3, octets) }) as
      Asn1Type<{ staticID?: CstaDevice; dynamicID?: string }>,
  (device) => device.kind === "dynamic" ? { dynamicID: device.text } : { staticID: device },
  ({ staticID, dynamicID = "" }) => staticID ?? { kind: "dynamic", text: dynamicID });

const callID = implicit(0, octets);
const connectionDevice = explicit(1, localDevice);

export const connectionID: Asn1Type<CstaConnection> = explicitApplication(11, mapped(
  choice<{ callID: string; deviceID: CstaDevice; both: CstaConnection }>({
    callID, deviceID: connectionDevice,
    both: sequence<CstaConnection>(
      required("callID", callID), required("deviceID", connectionDevice)),
  }) as Asn1Type<{ callID?: string; deviceID?: CstaDevice; both?: CstaConnection }>,
  (value) => value.callID !== undefined && value.deviceID !== undefined ? { both: value }
    : value.callID !== undefined ? { callID: value.callID }
      : value.deviceID !== undefined ? { deviceID: value.deviceID }
        : new Refused("a connection of nothing"),
  ({ both, ...one }) => both ?? one));

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
  ({ time, privateData }: CstaExtensions) => ({
    ...time === undefined ? {} : { security: { time } },
    ...privateData === undefined ? {} : { privateData },
  }),
  ({ security: found, privateData }) => ({
    ...found ?? {}, ...privateData === undefined ? {} : { privateData } })));

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

export const callState: Asn1Type<readonly ConnectionState[]> = mapped(
  choice<{ compound: readonly ConnectionState[]; simple: number; unknown: null }>({
    compound: implicit(0, sequenceOf(localConnectionState)), simple: implicit(1, integer),
    unknown: implicit(2, nullType) } as never) as
      Asn1Type<{ compound?: readonly ConnectionState[]; simple?: number }>,
  (compound) => ({ compound }),
  ({ compound, simple }) => compound ?? (simple === undefined ? [] : statesOfSimple(simple)));

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
