/**
 * What a switching function says of itself and of its devices (ECMA-285, capability-exchange,
 * get-csta-features-service, get-logical-device-information, get-physical-device-information,
 * get-switching-function-capabilities, switching-function-devices).
 */

import {
  always, bits, boolean, enumerated, ia5Text, implicit, integer, mapped, numbered, optional,
  required, sequence, type Asn1Type,
} from "./asn1.js";
import {
  appearanceTypes, type CstaArgument, type CstaDevice, type CstaDeviceCategory,
  type CstaExtensions, type CstaResult,
} from "./message.js";
import {
  listOf, listsOf, noBits, offeredEvents, offeredServices, offers, type Lists, type ListTags,
  type Present,
} from "./phase3-offers.js";
import { deviceID, extensionsField, onlyExtensions } from "./phase3-types.js";
import type { ServiceRows } from "./phase-tables.js";

type DeviceItem = CstaArgument<"SwitchingFunctionDevices">["deviceList"][number];

type ListCategory = "acd" | "group" | "networkInterface" | "park" | "routeingDevice" | "station"
  | "voiceUnit" | "other" | "conference";
/** The categories of a list are others than those of its request: groups are told by attributes. */
const listCategory = enumerated<ListCategory>({
  acd: 0, group: 1, networkInterface: 2, park: 3, routeingDevice: 4, station: 5, voiceUnit: 6,
  other: 7, conference: 14,
}, "other");
const groupAttribute = bits({ groupACD: 2, groupHunt: 3, groupPick: 4 });
type GroupAttribute = "groupACD" | "groupHunt" | "groupPick";
/** Of a device that is asked about, these are other bits than in a list. */
const ownGroupAttribute = bits<GroupAttribute>({ groupACD: 0, groupHunt: 1, groupPick: 2 });

const deviceTypes = ["acd", "acdGroup", "button", "buttonGroup", "conferenceBridge", "line",
  "lineGroup", "operator", "operatorGroup", "parkingDevice", "station", "stationGroup", "trunk",
  "trunkGroup", "other", "otherGroup"];

interface WireItem {
  readonly deviceID: CstaDevice;
  readonly category?: ListCategory;
  readonly named?: string;
  readonly attributes?: readonly GroupAttribute[];
}

/** Category and attributes on the wire. */
function wireCategory(
  category: CstaDeviceCategory | undefined,
): { readonly category?: ListCategory; readonly attributes?: readonly GroupAttribute[] } {
  switch (category) {
    case undefined: return {};
    case "groupACD": case "groupHunt": case "groupPick":
      return { category: "group", attributes: [category] };
    case "groupOther": return { category: "group" };
    default: return { category };
  }
}

function categoryOf({ category = "station", attributes }: Pick<WireItem, "category"
| "attributes">): CstaDeviceCategory {
  return category === "group" ? attributes?.[0] ?? "groupOther" : category;
}

/** One device of a list; without a category it is a station. */
export const deviceListItem: Asn1Type<DeviceItem> = mapped(
  sequence<WireItem>(
    required("deviceID", deviceID), optional("category", implicit(0, listCategory)),
    optional("named", implicit(1, enumerated(numbered(deviceTypes)))),
    optional("attributes", groupAttribute)),
  ({ deviceID: device, deviceCategory, named }: DeviceItem) => ({
    deviceID: device, ...wireCategory(deviceCategory),
    ...named !== undefined && deviceTypes.includes(named) ? { named } : {},
  }),
  ({ deviceID: device, named, ...rest }) => ({
    deviceID: device, deviceCategory: categoryOf(rest),
    ...named === undefined ? {} : { named },
  }));

/** Of Get Switching Function Capabilities: ServEvtsList. */
const allTags: ListTags = { capabilityExchange: 0, system: 1, monitoring: 2, snapshot: 3,
  callControl: 4, callControlEvents: 5, callAssociated: 6, callAssociatedEvents: 7, mediaEvents: 9,
  routeing: 10, physicalDevice: 11, physicalDeviceEvents: 12, logicalDevice: 13,
  logicalDeviceEvents: 14, maintenanceEvents: 15, records: 20, vendor: 21, vendorEvents: 22 };

const lengths = ["accountInfo", "authCode", "agentID", "agentPassword", "callIDInConnectionID",
  "correlatorData", "privateData", "deviceIdentifiers", "userData", "buttonLabel", "lampLabel",
  "charactersToSend"] as const;
type Lengths = Readonly<Record<typeof lengths[number], number>>;
/** The greatest that the standard has; of labels, which nothing reads here, none. */
const lengthsMax: Lengths = {
  accountInfo: 32, authCode: 32, agentID: 32, agentPassword: 32, callIDInConnectionID: 8,
  correlatorData: 32, privateData: 1000, deviceIdentifiers: 64, userData: 256, buttonLabel: 0,
  lampLabel: 0, charactersToSend: 64,
};

interface WireCapabilities {
  readonly switchingSubDomainName?: string;
  readonly manufacturerName?: string;
  readonly profiles?: readonly [];
  readonly deviceIDFormat?: readonly [];
  readonly swDomainFeatures?: readonly [];
  readonly swAppearanceAddressability?: readonly [];
  readonly swAppearanceTypes?: readonly [];
  readonly ignoreUnsupportedParameters?: "ignoreParameters" | "rejectMessage";
  readonly connectionView?: "fixed" | "local";
  readonly maxLengthParameters?: Lengths;
  readonly lists?: Lists;
  readonly extensions?: CstaExtensions;
}

/** Mandatory fields without a member in the messages claim nothing, and are not read. */
export const capabilities: Asn1Type<CstaResult<"GetSwitchingFunctionCapabilities">> = mapped(
  sequence<WireCapabilities>(
    always("switchingSubDomainName", ia5Text, ""), always("manufacturerName", ia5Text, ""),
    always("profiles", noBits, []), always("deviceIDFormat", noBits, []),
    always("swDomainFeatures", noBits, []), always("swAppearanceAddressability", noBits, []),
    always("swAppearanceTypes", noBits, []),
    always("ignoreUnsupportedParameters",
      enumerated({ ignoreParameters: 0, rejectMessage: 1 }), "ignoreParameters"),
    always("connectionView", enumerated({ fixed: 0, local: 1 }), "fixed"),
    always("maxLengthParameters",
      sequence<Lengths>(...lengths.map((name) => required(name, integer))), lengthsMax),
    optional("lists", implicit(22, offers(allTags, "implicit"))), extensionsField),
  ({ services = [], events = [], ...rest }: CstaResult<"GetSwitchingFunctionCapabilities">) => ({
    ...rest, lists: listsOf(allTags, [...services, ...events]),
  }),
  ({ switchingSubDomainName, manufacturerName, lists, extensions }) => ({
    ...switchingSubDomainName === undefined || switchingSubDomainName === ""
      ? {} : { switchingSubDomainName },
    ...manufacturerName === undefined || manufacturerName === "" ? {} : { manufacturerName },
    ...lists === undefined ? {}
      : { services: offeredServices(lists), events: offeredEvents(lists) },
    ...extensions === undefined ? {} : { extensions },
  }));

/** Of Get CSTA Features: both sequences are of explicit tags. */
const featureServices: ListTags = { capabilityExchange: 0, system: 1, monitoring: 2, snapshot: 3,
  callControl: 4, callAssociated: 5, routeing: 7, physicalDevice: 8, logicalDevice: 9,
  records: 13, vendor: 14 };
const featureEvents: ListTags = { callControlEvents: 0, callAssociatedEvents: 1, mediaEvents: 2,
  physicalDeviceEvents: 3, logicalDeviceEvents: 4, maintenanceEvents: 5, vendorEvents: 7 };

interface WireFeatures {
  readonly services: Lists;
  readonly events?: Lists;
  readonly extensions?: CstaExtensions;
}

const features: Asn1Type<CstaResult<"GetCSTAFeatures">> = mapped(
  sequence<WireFeatures>(required("services", offers(featureServices, "explicit")),
    optional("events", offers(featureEvents, "explicit")), extensionsField),
  ({ services, events, ...rest }: CstaResult<"GetCSTAFeatures">) => ({ ...rest,
    services: listsOf(featureServices, services), events: listsOf(featureEvents, events) }),
  ({ services, events = {}, ...rest }) => ({ ...rest, services: offeredServices(services),
    events: offeredEvents(events) }));

const logicalServices: ListTags = { callControl: 0, callAssociated: 1, logicalDevice: 2 };
const logicalEvents: ListTags =
  { callControlEvents: 0, callAssociatedEvents: 1, logicalDeviceEvents: 2, mediaEvents: 3 };
const routeing: ListTags = { routeing: 0 };
const maintenance: ListTags = { maintenanceEvents: 0 };

type Logical = CstaResult<"GetLogicalDeviceInformation">;

interface WireLogical extends Pick<WireItem, "category" | "attributes"> {
  readonly hasPhysicalElement?: boolean;
  readonly acdModels?: readonly [];
  readonly appearanceAddressable?: boolean;
  readonly appearanceType?: NonNullable<Logical["appearanceType"]>;
  readonly routeing?: Present;
  readonly services?: Lists;
  readonly events?: Lists;
  readonly maintenance?: Present;
  readonly extensions?: CstaExtensions;
}

const logical: Asn1Type<Logical> = mapped(
  sequence<WireLogical>(
    optional("category", implicit(0, listCategory)),
    optional("attributes", implicit(1, ownGroupAttribute)),
    always("hasPhysicalElement", boolean, false), always("acdModels", noBits, []),
    always("appearanceAddressable", boolean, false),
    always("appearanceType", enumerated(numbered(appearanceTypes)), "selectedStandard"),
    optional("routeing", implicit(26, listOf("routeing"))),
    optional("services", implicit(27, offers(logicalServices, "implicit"))),
    optional("events", implicit(28, offers(logicalEvents, "implicit"))),
    optional("maintenance", implicit(29, listOf("maintenanceEvents"))), extensionsField),
  ({ deviceCategory, services, events, ...rest }: Logical): WireLogical => ({
    ...rest, ...wireCategory(deviceCategory),
    ...services === undefined ? {} : { services: listsOf(logicalServices, services),
      ...member("routeing", listsOf(routeing, services)["routeing"]) },
    ...events === undefined ? {} : { events: listsOf(logicalEvents, events),
      ...member("maintenance", listsOf(maintenance, events)["maintenanceEvents"]) },
  }),
  ({ category, attributes, acdModels: _, services, events, routeing: routes,
    maintenance: service, ...rest }) => ({
    ...rest, deviceCategory: categoryOf({ ...member("category", category),
      ...member("attributes", attributes) }),
    ...services === undefined && routes === undefined ? {}
      : { services: offeredServices({ ...services, ...member("routeing", routes) }) },
    ...events === undefined && service === undefined ? {}
      : { events: offeredEvents({ ...events, ...member("maintenance", service) }) },
  }));

function member<K extends string, V>(
  name: K, value: V | undefined,
): { readonly [N in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in K]?: V };
}

type Physical = CstaResult<"GetPhysicalDeviceInformation">;

interface WirePhysical extends Pick<WireItem, "category" | "attributes"> {
  readonly hasLogicalElement?: boolean;
  readonly deviceModelName?: string;
  readonly maxDisplays?: number;
  readonly maxButtons?: number;
  readonly maxLamps?: number;
  readonly services?: Present;
  readonly events?: Present;
  readonly extensions?: CstaExtensions;
}

const physical: Asn1Type<Physical> = mapped(
  sequence<WirePhysical>(
    optional("category", implicit(0, listCategory)),
    optional("attributes", implicit(1, ownGroupAttribute)),
    always("hasLogicalElement", boolean, false),
    optional("deviceModelName", implicit(4, ia5Text)),
    optional("maxDisplays", implicit(9, integer)), optional("maxButtons", implicit(10, integer)),
    optional("maxLamps", implicit(11, integer)),
    optional("services", implicit(13, listOf("physicalDevice"))),
    optional("events", implicit(14, listOf("physicalDeviceEvents"))), extensionsField),
  ({ deviceCategory, services, events, ...rest }: Physical): WirePhysical => ({
    ...rest, ...wireCategory(deviceCategory),
    ...services === undefined ? {}
      : { services: listsOf({ physicalDevice: 0 }, services)["physicalDevice"] ?? {} },
    ...events === undefined ? {}
      : { events: listsOf({ physicalDeviceEvents: 0 }, events)["physicalDeviceEvents"] ?? {} },
  }),
  ({ category, attributes, services, events, ...rest }) => ({
    ...rest, deviceCategory: categoryOf({ ...member("category", category),
      ...member("attributes", attributes) }),
    ...services === undefined ? {} : { services: Object.keys(services) },
    ...events === undefined ? {} : { events: offeredEvents({ events }) },
  }));

const aboutDevice = sequence<CstaArgument<"GetLogicalDeviceInformation">>(
  required("device", deviceID), extensionsField);

export const capabilityServices = {
  GetCSTAFeatures: { operation: 370, argument: onlyExtensions, result: features },
  GetLogicalDeviceInformation: {
    operation: 201, argument: aboutDevice, result: logical,
  },
  GetPhysicalDeviceInformation: {
    operation: 202, argument: aboutDevice, result: physical,
  },
} satisfies ServiceRows;
