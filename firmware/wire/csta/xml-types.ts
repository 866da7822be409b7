/** Types of values in ECMA-323: each writes an element and reads it back. */

import { eventCauses, type EventCause } from "../../model/causes.js";
import type { ConnectionState } from "../../model/states.js";
import { eventGroups, type ConnectionListItem, type CstaConnection, type CstaDevice,
  type CstaError, type CstaEventName, type CstaExtensions, type CstaParty,
  type DeviceNumberKind, type EventGroup } from "./message.js";
import { childOf, childrenOf, descendantOf, descendantsOf, elementText, escapeXml, namespaceOf,
  parseXml, textOf, writeElement, type XmlElement } from "./xml-element.js";
import { containers, filterGroups, filterNames, simpleCallStates } from "./xml-spelling.js";

/** What differs from one application of ECMA-323 to another. */
export interface XmlStyle {
  /** Avaya DMCC: device identifiers say their media class. */
  readonly isAvaya: boolean;
}

export interface XmlType<T> {
  write(name: string, value: T, style: XmlStyle): string;
  /** Undefined: it cannot be read. */
  read(element: XmlElement): T | undefined;
}

export interface Field<T> {
  readonly type: XmlType<T>;
  readonly isOptional: boolean;
  /** For a required one that is missing. */
  readonly missing?: T;
  /** A container around it and its neighbours of the same container. */
  readonly within?: string;
  /** It has no element of its own: its type writes and reads the parent's content. */
  readonly isParent?: boolean;
}

type RequiredKeys<T> =
  { [K in keyof T]-?: Partial<Pick<T, K>> extends Pick<T, K> ? never : K }[keyof T];
/** One field each, in the order of the schema. */
export type Fields<T> = { readonly [K in RequiredKeys<T>]: Field<T[K]> }
  & { readonly [K in Exclude<keyof T, RequiredKeys<T>>]?: Field<Exclude<T[K], undefined>> };

export interface Sequence<T> {
  write(value: T, style: XmlStyle): string;
  /** A string names the field that is missing or cannot be read. */
  read(element: XmlElement): T | string;
}

export function required<T>(type: XmlType<T>, missing?: T): Field<T> {
  return { type, isOptional: false, ...missing === undefined ? {} : { missing } };
}

export function optional<T>(type: XmlType<T>): Field<T> {
  return { type, isOptional: true };
}

/** Children in any order, others skipped; written in the order of `fields`. */
export function sequence<T extends object>(fields: Fields<T>): Sequence<T> {
  const rows = Object.entries(fields) as [string, Field<unknown>][];
  return {
    write(value, style) {
      const values = value as Readonly<Record<string, unknown>>;
      let text = "";
      let container: string | undefined;
      let contained = "";
      const close = (): void => {
        if (container !== undefined && contained !== "") text += writeElement(container, contained);
        container = undefined;
        contained = "";
      };
      for (const [name, { type, within }] of rows) {
        const field = values[name];
        if (field === undefined) continue;
        if (within !== container) close();
        container = within;
        if (within === undefined) text += type.write(name, field, style);
        else contained += type.write(name, field, style);
      }
      close();
      return text;
    },
    read(element) {
      const found: Record<string, unknown> = {};
      for (const [name, field] of rows) {
        const child = field.isParent === true ? element
          : childOf(element, name)
            ?? (field.within === undefined ? undefined : descendantOf(element, name));
        const value = (child === undefined ? undefined : field.type.read(child)) ?? field.missing;
        if (value !== undefined) found[name] = value;
        else if (!field.isOptional) return name;
      }
      return found as T;
    },
  };
}

export function nested<T extends object>(parts: Sequence<T>): XmlType<T> {
  return {
    write: (name, value, style) => writeElement(name, parts.write(value, style)),
    read(element) {
      const value = parts.read(element);
      return typeof value === "string" ? undefined : value;
    },
  };
}

/** Elements `item` within; whatever they are called when reading, and at whatever depth. */
export function listOf<T>(item: string, type: XmlType<T>): XmlType<readonly T[]> {
  return {
    write: (name, values, style) =>
      writeElement(name, values.map((value) => type.write(item, value, style)).join("")),
    read(element) {
      const named = descendantsOf(element, item);
      return (named.length > 0 ? named : childrenOf(element)).map((child) => type.read(child))
        .filter((value) => value !== undefined);
    },
  };
}

export const text: XmlType<string> = {
  write: (name, value) => writeElement(name, escapeXml(value)),
  read: textOf,
};

const booleans = new Map([["true", true], ["1", true], ["false", false], ["0", false]]);

export const boolean: XmlType<boolean> = {
  write: (name, value) => writeElement(name, String(value)),
  read: (element) => booleans.get(textOf(element).trim()),
};

export const integer: XmlType<number> = {
  write: (name, value) => writeElement(name, String(value)),
  read(element) {
    const digits = textOf(element).trim();
    return /^-?\d{1,15}$/.test(digits) ? Number(digits) : undefined;
  },
};

/** Values with their spellings: the first is written, all are read, in whatever case. */
export function spelled<T extends string>(
  spellings: Readonly<Record<T, readonly string[]>>,
): XmlType<T> {
  const read = new Map<string, T>();
  for (const [value, words] of Object.entries(spellings) as [T, readonly string[]][]) {
    for (const word of words) read.set(word.toLowerCase(), value);
  }
  return {
    write: (name, value) => writeElement(name, spellings[value][0] ?? value),
    read: (element) => read.get(textOf(element).trim().toLowerCase()),
  };
}

export function oneOf<T extends string>(...values: readonly T[]): XmlType<T> {
  return spelled(Object.fromEntries(values.map((value) => [value, [value]])) as
    unknown as Record<T, readonly string[]>);
}

export const connectionState = oneOf<ConnectionState>(
  "null", "initiated", "alerting", "connected", "hold", "queued", "fail");
export const cause = oneOf(...Object.keys(eventCauses) as EventCause[]);

const numberKinds: ReadonlySet<string> = new Set<DeviceNumberKind>([
  "dialingNumber", "deviceNumber", "implicitPublic", "implicitPrivate", "other",
  "explicitPublic:unknown", "explicitPublic:international", "explicitPublic:national",
  "explicitPublic:networkspecific", "explicitPublic:subscriber", "explicitPublic:abbreviated",
  "explicitPrivate:unknown", "explicitPrivate:level3Regional", "explicitPrivate:level2Regional",
  "explicitPrivate:level1Regional", "explicitPrivate:pTNSpecific", "explicitPrivate:localNumber",
  "explicitPrivate:abbreviated"]);
/** `typeOfNumber` of a device that only the switching function understands. */
const dynamicKind = "dynamicID";

function numberKind(written: string | undefined): DeviceNumberKind {
  if (written === undefined || written === "" || written === "deviceID") return "dialingNumber";
  if (written === dynamicKind) return "dynamic";
  return numberKinds.has(written) ? written as DeviceNumberKind : "other";
}

/** The switching function's form of a number: `N<number>name;attributes` (ECMA-269 §12.3). */
const representation = /^N<([^<>]*)>([^;]*)/;

export const device: XmlType<CstaDevice> = {
  write(name, { kind, text: number, privateName }, { isAvaya }) {
    const type = kind === "dialingNumber" ? "" : kind === "dynamic" ? dynamicKind : kind;
    const attributes = (type === "" ? "" : ` typeOfNumber="${type}"`)
      + (isAvaya && kind === "other" ? " mediaClass=\"notKnown\"" : "");
    const shown = privateName === undefined || kind !== "dialingNumber" ? number
      : `N<${number}>${privateName.replaceAll(";", ",")}`;
    return shown === "" ? `<${name}${attributes}/>`
      : `<${name}${attributes}>${escapeXml(shown)}</${name}>`;
  },
  read(element) {
    const inner = childOf(element, "deviceIdentifier", "deviceID", "numberDialed");
    if (inner !== undefined) return device.read(inner);
    const kind = numberKind(element.attributes["typeOfNumber"]);
    const written = textOf(element).trim();
    const [, number, privateName] = kind === "dialingNumber" ? representation.exec(written) ?? []
      : [];
    if (number === undefined) return { kind, text: written };
    return { kind, text: number,
      ...privateName === undefined || privateName === "" ? {} : { privateName } };
  },
};

export const connection: XmlType<CstaConnection> = nested(sequence<CstaConnection>({
  callID: optional(text), deviceID: optional(device),
}));

const unnamed = ["notKnown", "restricted", "notRequired", "notSpecified"] as const;

/** `reasons`: why it may be unnamed in this role; any other is written as not known. */
function party(identifier: string, reasons: readonly string[]): XmlType<CstaParty> {
  return {
    write: (name, value, style) => writeElement(name, typeof value === "string"
      ? writeElement(reasons.includes(value) ? value : "notKnown", "")
      : device.write(identifier, value, style)),
    read(element) {
      const why = unnamed.find((reason) => childOf(element, reason) !== undefined);
      if (why !== undefined) return why;
      const named = device.read(element);
      return named?.text === "" ? "notKnown" : named;
    },
  };
}

/** A device in a role: subject, calling, called. */
export const subject = party("deviceIdentifier", ["notKnown", "restricted"]);
export const redirection = party("numberDialed", unnamed);
const endpoint = party("deviceID", ["notKnown", "restricted"]);
/** A device that stands in a role's form but is always named. */
export const identified: XmlType<CstaDevice> = {
  write: (name, value, style) =>
    writeElement(name, device.write("deviceIdentifier", value, style)),
  read: device.read,
};

export const connectionList = listOf(containers.connectionListItem,
  nested(sequence<ConnectionListItem>({
    newConnection: optional(connection), oldConnection: optional(connection),
    endpoint: optional(endpoint), associatedNID: optional(endpoint),
  })));

/** Correlator and user data: octets in a `string`. */
export const octets: XmlType<string> = {
  write: (name, value) => writeElement(name, text.write("string", value, { isAvaya: false })),
  read: (element) => textOf(childOf(element, "string") ?? element),
};

export const allEvents: readonly CstaEventName[] = Object.values(eventGroups).flat();

/** Events by name, each in its group; true is set. */
export const filter: XmlType<readonly CstaEventName[]> = {
  write(name, value) {
    const groups = Object.entries(eventGroups) as [EventGroup, readonly CstaEventName[]][];
    return writeElement(name, groups.map(([group, events]) => {
      const set = events.filter((event) => value.includes(event));
      return set.length === 0 ? ""
        : writeElement(filterGroups[group],
          set.map((event) => writeElement(event, "true")).join(""));
    }).join(""));
  },
  read(element) {
    const set = new Set<string>();
    const collect = (at: XmlElement): void => {
      if (boolean.read(at) === true) set.add(filterNames.get(at.name) ?? at.name);
      childrenOf(at).forEach(collect);
    };
    collect(element);
    return allEvents.filter((event) => set.has(event));
  },
};

/** States of the device itself and the far ends; a simple call state is read as such a list. */
export const localCallState: XmlType<readonly ConnectionState[]> = {
  write: (name, states, style) => writeElement(name, writeElement("compoundCallState",
    states.map((state) => connectionState.write("localConnectionState", state, style)).join(""))),
  read(element) {
    const states = descendantsOf(element, "localConnectionState")
      .map((state) => connectionState.read(state)).filter((state) => state !== undefined);
    if (states.length > 0) return states;
    const simple = descendantOf(element, "simpleCallDetailedState", "simpleCallState") ?? element;
    const word = textOf(simple).trim().toLowerCase().replace(/^call/, "");
    return Object.entries(simpleCallStates)
      .find(([name]) => name.toLowerCase() === `call${word}`)?.[1] ?? [];
  },
};

const errorCategories = ["operation", "security", "stateIncompatibility",
  "systemResourceAvailability", "subscribedResourceAvailability", "performanceManagement",
  "privateData", "unspecified"] as const;

export const errorCode: XmlType<CstaError> = {
  write: (name, { category, value }) => writeElement(name, writeElement(category,
    category === "unspecified" && value === "generic" ? "" : escapeXml(value))),
  read(element) {
    const found = descendantOf(element, ...errorCategories);
    const category = errorCategories.find((known) => known === found?.name);
    if (found === undefined || category === undefined) {
      return { category: "unspecified", value: "generic" };
    }
    return { category, value: textOf(found).trim() || "generic" };
  },
};

const generalizedTime = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(Z?)$/;
const dateTime = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z?)/;

function xmlTime(time: string | undefined): string | undefined {
  const parts = generalizedTime.exec(time ?? "");
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, zone] = parts;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`;
}

function asnTime(text: string): string | undefined {
  return dateTime.exec(text.trim())?.slice(1).join("");
}

/** `YYYYMMDDHHMMSS` with or without `Z`, as a dateTime; as it stands where it is neither. */
export const stamp: XmlType<string> = {
  write: (name, time) => writeElement(name, escapeXml(xmlTime(time) ?? time)),
  read: (element) => asnTime(textOf(element)) ?? textOf(element),
};

function writeTime(time: string | undefined): string {
  const shown = xmlTime(time);
  return shown === undefined ? "" : writeElement("security", writeElement("timestamp", shown));
}

function readTime(element: XmlElement): string | undefined {
  const found = descendantOf(element, "timestamp", "timeStamp");
  return found === undefined ? undefined : asnTime(textOf(found));
}

/** An item that is no element (octets of another encoding) travels as `string`. */
function writePrivateData(items: readonly string[]): string {
  const parsed = items.map((item) => parseXml(item));
  const elements = parsed.filter((item): item is XmlElement => typeof item !== "string")
    .map(elementText).join("");
  const strings = items.filter((_, index) => typeof parsed[index] === "string");
  return (elements === "" ? ""
    : writeElement("privateData", writeElement("private", elements)))
    + strings.map((item) => writeElement("privateData",
      writeElement("string", escapeXml(item)))).join("");
}

function readPrivateData(element: XmlElement): readonly string[] {
  return descendantsOf(element, "privateData").flatMap((data) => childrenOf(data))
    .flatMap((form) => form.name === "string" ? [textOf(form)]
      : form.name === "private" ? childrenOf(form).map(elementText) : [elementText(form)]);
}

function extensionsOf(element: XmlElement | undefined, data: readonly string[]):
CstaExtensions | undefined {
  const time = element === undefined ? undefined : readTime(element);
  if (time === undefined && data.length === 0) return undefined;
  return { ...time === undefined ? {} : { time },
    ...data.length === 0 ? {} : { privateData: data } };
}

/** CSTACommonArguments. */
export const extensions: XmlType<CstaExtensions> = {
  write(name, { time, privateData = [] }) {
    const content = writeTime(time) + writePrivateData(privateData);
    return content === "" ? "" : writeElement(name, content);
  },
  read: (element) => extensionsOf(element, readPrivateData(element)),
};

/** Of Escape: private data without a container, the rest in it. */
export const escapeData: XmlType<CstaExtensions> = {
  write: (name, { time, privateData = [] }) => {
    const stamp = writeTime(time);
    return writePrivateData(privateData) + (stamp === "" ? "" : writeElement(name, stamp));
  },
  read: (element) =>
    extensionsOf(childOf(element, "extensions"), readPrivateData(element)) ?? {},
};

const containerName = /(services|servlist|events|evtslist|list)$/i;
const kinds = { services: /serv/i, events: /ev(en)?ts/i } as const;
type Kind = keyof typeof kinds;

/** Names within containers of services or of events, in whatever nesting; those not `false`. */
function offered(element: XmlElement, kind: Kind): readonly string[] {
  return childrenOf(element).flatMap((child) => {
    if (containerName.test(child.name)) return offered(child, kind);
    const container = child.parent?.name ?? "";
    const isOfKind = containerName.test(container) && kinds[kind].test(container);
    return isOfKind && boolean.read(child) !== false ? [child.name] : [];
  });
}

function isTold(element: XmlElement, kind: Kind): boolean {
  return childrenOf(element).some((child) => containerName.test(child.name)
    && (kinds[kind].test(child.name) || isTold(child, kind)));
}

/** Services by their names in a container; undefined where there is none of them. */
export function servicesWithin(container: string): XmlType<readonly string[]> {
  return {
    write: (_, services) => writeElement(container, services.map((service) =>
      writeElement(service.charAt(0).toLowerCase() + service.slice(1), "true")).join("")),
    read: (element) => !isTold(element, "services") ? undefined
      : offered(element, "services").map((name) => name.charAt(0).toUpperCase() + name.slice(1)),
  };
}

/** Events by their names, alike. */
export function eventsWithin(container: string): XmlType<readonly CstaEventName[]> {
  return {
    write: (_, events) => writeElement(container,
      events.map((event) => writeElement(event, "true")).join("")),
    read(element) {
      if (!isTold(element, "events")) return undefined;
      const names = new Set(offered(element, "events"));
      return allEvents.filter((event) => names.has(event));
    },
  };
}

/** The namespace of ECMA-323, of whatever edition, that the element is in. */
export function cstaNamespace(element: XmlElement): string | undefined {
  const uri = namespaceOf(element);
  return uri !== undefined && /\/ecma-323\/csta/.test(uri) ? uri : undefined;
}
