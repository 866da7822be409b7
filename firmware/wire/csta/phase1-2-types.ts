/**
 * Types that services and events of phases I and II share (ECMA-180, ECMA-218), as two public
 * transcriptions have them. What has the same octets in phase III is taken from there.
 */

import type { ForwardingType } from "../../model/services.js";
import type { AgentState } from "../../model/states.js";
import {
  anyElement, application, bits, boolean, choice, enumerated, explicit, explicitApplication,
  headsOf, ia5Text, implicit, mapped, nullOr, nullType, numbered, octets, octetText, optional,
  Refused, required, sequence, sequenceOf, takes, type Asn1Type,
} from "./asn1.js";
import { deviceNumber, ownNumber } from "./device-number.js";
import type {
  ConnectionListItem, CstaConnection, CstaDevice, CstaEventName, CstaExtensions, CstaParty,
  RequestedAgentState,
} from "./message.js";

/** `type` as the only member, called `name`, of an object. */
export function named<K extends string, V>(
  name: K, type: Asn1Type<V>,
): Asn1Type<Readonly<Record<K, V>>> {
  return mapped(type, (value: Readonly<Record<K, V>>) => value[name] === undefined
    ? new Refused(`${name} is missing`) : value[name],
  (value) => ({ [name]: value }) as Record<K, V>);
}

/** A choice whose alternatives are members that may be absent: one of them is there. */
function oneOf<T extends object>(
  alternatives: { readonly [K in keyof T & string]: Asn1Type<T[K]> },
): Asn1Type<Partial<T>> {
  return choice<T>(alternatives as Parameters<typeof choice<T>>[0]) as unknown as
    Asn1Type<Partial<T>>;
}

/** DeviceID: it has no number of a plan, so that one of those becomes a dialling number. */
export const deviceID: Asn1Type<CstaDevice> = mapped(ownNumber,
  (device: CstaDevice): CstaDevice | Refused => {
    const { kind, text } = device;
    if (kind === "other" || kind === "dynamic") return new Refused("not a number");
    return kind === "deviceNumber" ? device : { kind: "dialingNumber", text };
  }, (device) => device);

const absences = ["notKnown", "notRequired"] as const;

function role(tag: number): Asn1Type<CstaParty> {
  return explicitApplication(tag, mapped(
    oneOf<{ device: CstaDevice; notKnown: null; notRequired: null }>({ device: deviceNumber,
      notKnown: implicit(7, nullType), notRequired: implicit(8, nullType) }),
    (party: CstaParty) => typeof party === "object" ? { device: party }
      : party === "notRequired" ? { notRequired: null } : { notKnown: null },
    ({ device, ...absent }) => device
      ?? absences.find((absence) => absence in absent) ?? "notKnown"));
}

export const callingDevice = role(1);
export const calledDevice = role(2);
export const subjectDevice = role(3);
export const redirectionDevice = role(4);

/** A called device where a service needs one that is known. */
export const calledNumber: Asn1Type<CstaDevice> = mapped(calledDevice,
  (device: CstaDevice) => device,
  (party) => typeof party === "object" ? party : new Refused("no called device"));

/** A number, or octets that mean something to the switching function only. */
const connectionDevice: Asn1Type<CstaDevice> = mapped(
  oneOf<{ number: string; dynamicID: string; staticID: CstaDevice }>({
    number: implicit(0, ia5Text), dynamicID: implicit(1, octets),
    staticID: explicit(0, deviceID) }),
  (device: CstaDevice) => {
    const { kind, text } = device;
    if (kind === "dynamic") return { dynamicID: text };
    return kind === "deviceNumber" || kind === "other" ? { staticID: device } : { number: text };
  },
  ({ number = "", dynamicID, staticID }) => staticID ?? (dynamicID === undefined
    ? { kind: "dialingNumber", text: number } : { kind: "dynamic", text: dynamicID }));

export const connectionID: Asn1Type<CstaConnection> = application(11, sequence<CstaConnection>(
  optional("callID", implicit(2, octets)), optional("deviceID", connectionDevice)));

/** The connections that a call has now; who they were before is not told. */
export const connectionList: Asn1Type<readonly ConnectionListItem[]> = application(12, mapped(
  sequenceOf(connectionID),
  (items: readonly ConnectionListItem[]) => items.flatMap(({ newConnection }) =>
    newConnection === undefined ? [] : [newConnection]),
  (connections) => connections.map((newConnection) => ({ newConnection }))));

interface Details {
  readonly heldCall: CstaConnection;
  readonly activeCall: CstaConnection;
}

/** ConnectionDetails: written with both; a peer may name one, the other is then empty. */
export const connectionDetails: Asn1Type<Details> = mapped(
  oneOf<{ heldCall: CstaConnection; activeCall: CstaConnection; bothCalls: Details }>({
    heldCall: implicit(0, connectionID), activeCall: implicit(1, connectionID),
    bothCalls: implicit(2, sequence<Details>(
      required("heldCall", connectionID), required("activeCall", connectionID))) }),
  (bothCalls: Details) => ({ bothCalls }),
  ({ heldCall = {}, activeCall = {}, bothCalls }) => bothCalls ?? { heldCall, activeCall });

const privateTag = 29;
/** CSTAPrivateData, as it stands: its manufacturer's identifier and one element. */
const privatePiece: Asn1Type<string> = { ...anyElement, heads: [0x60 | privateTag] };

/** CSTACommonArguments; security data is passed over. */
const commonArguments: Asn1Type<readonly string[]> = application(30, mapped(
  sequence<{ privateData?: readonly string[] }>(
    optional("privateData", implicit(1, sequenceOf(privatePiece)))),
  (privateData: readonly string[]) => ({ privateData }),
  ({ privateData = [] }) => privateData));

interface Extended { readonly extensions?: CstaExtensions }

const extensionForms =
  oneOf<{ common: readonly string[]; piece: string }>({ common: commonArguments,
    piece: privatePiece });

function fromForms(
  { common, piece = "" }: { readonly common?: readonly string[]; readonly piece?: string },
): CstaExtensions {
  return { privateData: common ?? [piece] };
}

/** What arguments have at their end; either form is read everywhere. */
export const extensions: Asn1Type<CstaExtensions> = mapped(extensionForms,
  ({ privateData = [] }: CstaExtensions) => ({ common: privateData }), fromForms);
/** What results and events have at their end: one piece of private data. */
const privateTail: Asn1Type<CstaExtensions> = mapped(extensionForms,
  ({ privateData: [piece = ""] = [] }: CstaExtensions) => ({ piece }), fromForms);

export const extensionsField = optional("extensions", extensions);
export const privateField = optional("extensions", privateTail);

const privateHead = (0x60 | privateTag).toString(16);

/** Without extensions that these phases cannot write: the time, and private data of others. */
export function withoutForeign<T extends Extended>(value: T): T {
  if (value.extensions === undefined) return value;
  const { extensions: { privateData = [] }, ...rest } = value;
  const pieces = privateData.filter((piece) => piece.startsWith(privateHead));
  const kept = pieces.length === 0 ? {} : { extensions: { privateData: pieces } };
  return { ...rest, ...kept } as unknown as T;
}

/** `type`, or a SEQUENCE of it and what follows it where there is anything to follow. */
function followed<T extends object>(
  type: Asn1Type<T>, tail: Asn1Type<CstaExtensions>,
): Asn1Type<T & Extended> {
  const whole = sequence<{ value: T; extensions?: CstaExtensions }>(
    required("value", type as Asn1Type<NonNullable<T>>), optional("extensions", tail));
  return {
    head: undefined, heads: headsOf([type, whole]),
    write: (into, { extensions: found, ...value }) => found === undefined
      ? type.write(into, value as unknown as T)
      : whole.write(into, { value: value as unknown as T, extensions: found }),
    read: (from) => {
      if (takes(type, from.head)) return type.read(from);
      const read = whole.read(from);
      if (read instanceof Refused) return read;
      const { value, ...rest } = read;
      return { ...value, ...rest };
    },
  };
}

export const argumentOf = <T extends object>(type: Asn1Type<T>): Asn1Type<T & Extended> =>
  followed(type, extensions);
export const resultOf = <T extends object>(type: Asn1Type<T>): Asn1Type<T & Extended> =>
  followed(type, privateTail);
/** A result that says nothing but that it was done. */
export const done: Asn1Type<Extended> = nullOr<Extended>("extensions", privateTail);

export interface Forward {
  readonly forwardingType?: ForwardingType;
  readonly forwardStatus: boolean;
  readonly forwardDN?: CstaDevice;
}

const forwardNumbers = { immediateOn: 0, immediateOff: 1, busyOn: 2, busyOff: 3, noAnswerOn: 4,
  noAnswerOff: 5 } as const;
type ForwardNumber = keyof typeof forwardNumbers;

/** ForwardParameter: kind and status in one number. */
export const forward: Asn1Type<Forward> = mapped(
  sequence<{ type: ForwardNumber; number?: string }>(
    required("type", enumerated<ForwardNumber>(forwardNumbers)), optional("number", ia5Text)),
  ({ forwardingType = "immediate", forwardStatus, forwardDN }: Forward) => {
    const type = `${forwardingType}${forwardStatus ? "On" : "Off"}`;
    if (!Object.hasOwn(forwardNumbers, type)) return new Refused(`no number for ${type}`);
    return { type: type as ForwardNumber,
      ...forwardDN === undefined ? {} : { number: forwardDN.text } };
  },
  ({ type, number }) => {
    const forwardStatus = type.endsWith("On");
    return { forwardStatus,
      forwardingType: type.slice(0, forwardStatus ? -2 : -3) as ForwardingType,
      ...number === undefined || number === "" ? {}
        : { forwardDN: { kind: "dialingNumber", text: number } } };
  });

/** Forwardings of a device: a list, or a single one without a list around it (MD110). */
export const forwardings: Asn1Type<readonly Forward[]> = {
  ...implicit(2, sequenceOf(forward)),
  read: (from) => {
    const { start, end } = from;
    const list = sequenceOf(forward).read(from);
    if (list instanceof Refused || list.length > 0 || start === end) return list;
    from.backTo(start, end);
    const single = forward.read(from);
    return single instanceof Refused ? single : [single];
  },
};

const agentStates = { null: 0, notReady: 1, ready: 2, workNotReady: 3, workReady: 4 } as const;

/** What these phases have no word for: work after a call is one of two, being busy is none. */
export const agentState: Asn1Type<AgentState> = mapped(
  enumerated<keyof typeof agentStates>(agentStates),
  (state: AgentState) => state === "workingAfterCall" ? "workNotReady" as const
    : state === "busy" ? "ready" as const : state,
  (state) => state === "workNotReady" || state === "workReady" ? "workingAfterCall" : state);

export interface AgentLog {
  readonly agentID?: string;
  readonly password?: string;
  readonly group?: CstaDevice;
}

const agentLog = sequence<AgentLog>(optional("agentID", implicit(10, octetText)),
  optional("password", implicit(11, octetText)), optional("group", deviceID));

export const agentIDField = optional("agentID", implicit(10, octetText));

/** AgentParameter: the state that is asked for, and who asks where one logs on or off. */
export const agentParameter: Asn1Type<AgentLog & { readonly state: RequestedAgentState }> = mapped(
  oneOf<{ loggedOn: AgentLog; loggedOff: AgentLog; notReady: null; ready: null;
    workNotReady: null; workReady: null }>({
    loggedOn: implicit(0, agentLog), loggedOff: implicit(1, agentLog),
    notReady: implicit(2, nullType), ready: implicit(3, nullType),
    workNotReady: implicit(4, nullType), workReady: implicit(5, nullType) }),
  ({ state, ...log }: AgentLog & { readonly state: RequestedAgentState }) =>
    state === "loggedOn" || state === "loggedOff" ? { [state]: log }
      : { [state === "workingAfterCall" ? "workNotReady" : state]: null },
  (wire) => {
    const [name = "", log] = Object.entries(wire)[0] ?? [];
    return { ...log ?? {},
      state: (name.startsWith("work") ? "workingAfterCall" : name) as RequestedAgentState };
  });

/** Events by the bits of each group; two of them stand for work after a call. */
const filterGroups: readonly (readonly CstaEventName[])[] = [
  ["callCleared", "conferenced", "connectionCleared", "delivered", "diverted", "established",
    "failed", "held", "networkReached", "originated", "queued", "retrieved", "serviceInitiated",
    "transferred"],
  ["callInformation", "doNotDisturb", "forwarding", "messageWaiting"],
  ["agentLoggedOn", "agentLoggedOff", "agentNotReady", "agentReady", "agentWorkingAfterCall"],
  ["backInService", "outOfService"],
];
/** Bits of a group that are written: one more than it has names where two share one. */
const filterWidths = [14, 4, 6, 2];
const agentFilterTag = 2;
const workReadyBit = 5;
const privateFilterTag = 4;

const filterFields = filterGroups.map((names, tag) => optional(String(tag),
  implicit(tag, bits<string>({ ...numbered<string>(names),
    ...tag === agentFilterTag ? { workReady: workReadyBit } : {} }, filterWidths[tag]))));

/** The events that are not wanted; those that these phases do not have are left out. */
export const monitorFilter: Asn1Type<readonly CstaEventName[]> = mapped(
  sequence<Record<string, readonly string[] | boolean>>(
    ...filterFields as never[],
    optional(String(privateFilterTag), implicit(privateFilterTag, boolean)) as never),
  (unwanted: readonly CstaEventName[]) => ({
    ...Object.fromEntries(filterGroups.map((names, tag) => [String(tag),
      names.filter((name) => unwanted.includes(name))
        .flatMap((name) => name === "agentWorkingAfterCall" ? [name, "workReady"] : [name])])),
    [String(privateFilterTag)]: unwanted.includes("privateEvent"),
  }),
  (parts) => {
    const known = filterGroups.flatMap((names, tag) => {
      const set = parts[String(tag)];
      return Array.isArray(set) ? names.filter((name) => set.includes(name)) : [];
    });
    return parts[String(privateFilterTag)] === true ? [...known, "privateEvent"] : known;
  });
