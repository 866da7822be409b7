/**
 * What a switching function says of itself (ECMA-285, capability-exchange,
 * get-switching-function-capabilities, switching-function-devices).
 */

import {
  always, bits, enumerated, ia5Text, implicit, integer, mapped, numbered, optional, required,
  sequence, type Asn1Type,
} from "./asn1.js";
import {
  eventGroups, type CstaArgument, type CstaDevice, type CstaDeviceCategory, type CstaEventName,
  type CstaExtensions, type CstaResult, type CstaServiceName,
} from "./message.js";
import { deviceID, extensionsField } from "./phase3-types.js";

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
  ({ deviceID: device, category = "station", named, attributes }) => ({
    deviceID: device,
    deviceCategory: category === "group" ? attributes?.[0] ?? "groupOther" : category,
    ...named === undefined ? {} : { named },
  }));

/** Members of the lists of services, by their tags; a member that is there is supported. */
type Members = Readonly<Record<string, number>>;

const snapshots = ["SnapshotCall", "SnapshotDevice"] satisfies CstaServiceName[];

/** Lists of services by their tags in ServEvtsList. */
const serviceLists: readonly { readonly tag: number; readonly members: Members }[] = [
  { tag: 0, members: { GetSwitchingFunctionDevices: 2, SwitchingFunctionDevices: 3,
    GetSwitchingFunctionCapabilities: 4, GetCSTAFeatures: 5 } },
  { tag: 1, members: { RequestSystemStatus: 4, SystemStatus: 5 } },
  { tag: 2, members: { ChangeMonitorFilter: 0, MonitorStart: 1, MonitorStop: 2 } },
  // All four have to be there, if any.
  { tag: 3, members: { SnapshotCall: 0, SnapshotDevice: 1, SnapshotCallData: 2,
    SnapshotDeviceData: 3 } },
  { tag: 4, members: { AcceptCall: 0, AlternateCall: 1, AnswerCall: 2, CallBack: 3, ClearCall: 6,
    ClearConnection: 7, ConferenceCall: 8, ConsultationCall: 9, DeflectCall: 10,
    DirectedPickupCall: 12, GroupPickupCall: 13, HoldCall: 14, MakeCall: 17, ParkCall: 19,
    ReconnectCall: 20, RetrieveCall: 21, SingleStepConferenceCall: 22,
    SingleStepTransferCall: 23, TransferCall: 24 } },
  { tag: 6, members: { AssociateData: 0, GenerateDigits: 2 } },
  { tag: 10, members: { RouteRegister: 0, RouteRegisterCancel: 1, RouteRegisterAbort: 2,
    ReRoute: 3, RouteEnd: 4, RouteReject: 5, RouteRequest: 6, RouteSelect: 7, RouteUsed: 8 } },
  { tag: 11, members: { ButtonPress: 0, GetButtonInformation: 2, GetDisplay: 3, GetLampMode: 6,
    GetMessageWaitingIndicator: 7, SetDisplay: 14, SetMessageWaitingIndicator: 17 } },
  { tag: 13, members: { GetAgentState: 4, GetDoNotDisturb: 8, GetForwarding: 9,
    SetAgentState: 12, SetDoNotDisturb: 16, SetForwarding: 17 } },
  { tag: 20, members: { CallDetailRecordsNotification: 0, CallDetailRecordsReport: 1,
    SendStoredCallDetailRecords: 2, StartCallDetailRecordsTransmission: 3,
    StopCallDetailRecordsTransmission: 4 } },
  { tag: 21, members: { Escape: 3 } },
];

/** Lists of events by their tags; the events by the tags that they have in a report, but one. */
const eventLists: readonly { readonly tag: number; readonly members: Members }[] = [
  { tag: 5, members: numbered(eventGroups.callControl) },
  { tag: 7, members: numbered(eventGroups.callAssociated) },
  { tag: 9, members: numbered(eventGroups.mediaAttachment) },
  { tag: 12, members: numbered(eventGroups.physicalDevice) },
  { tag: 14, members: { ...numbered(eventGroups.logicalDevice),
    agentLoggedOff: 1, agentLoggedOn: 2 } },
  { tag: 15, members: numbered(eventGroups.maintenance) },
  { tag: 22, members: numbered(eventGroups.vendor) },
];

type Present = Readonly<Record<string, readonly []>>;
type Lists = Readonly<Record<string, Present>>;

/** Which options of a service are supported is not told. */
const options = bits<never>({}) as Asn1Type<readonly []>;
const allLists = [...serviceLists, ...eventLists].sort((a, b) => a.tag - b.tag);

const supportedLists = sequence<Lists>(...allLists.map(({ tag, members }) =>
  optional(String(tag), implicit(tag, sequence<Present>(
    ...Object.entries(members).sort(([, a], [, b]) => a - b).map(([name, member]) =>
      optional(name, implicit(member, options))))))));

function listsOf(supported: ReadonlySet<string>): Lists {
  return Object.fromEntries(allLists.flatMap(({ tag, members }) => {
    const whole = snapshots.some((name) => name in members && supported.has(name));
    const present = Object.keys(members).filter((name) => whole || supported.has(name));
    return present.length === 0 ? []
      : [[tag, Object.fromEntries(present.map((name) => [name, []]))] as const];
  })) as unknown as Lists;
}

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
    always("profiles", options, []), always("deviceIDFormat", options, []),
    always("swDomainFeatures", options, []), always("swAppearanceAddressability", options, []),
    always("swAppearanceTypes", options, []),
    always("ignoreUnsupportedParameters",
      enumerated({ ignoreParameters: 0, rejectMessage: 1 }), "ignoreParameters"),
    always("connectionView", enumerated({ fixed: 0, local: 1 }), "fixed"),
    always("maxLengthParameters",
      sequence<Lengths>(...lengths.map((name) => required(name, integer))), lengthsMax),
    optional("lists", implicit(22, supportedLists)), extensionsField),
  ({ services = [], events = [], ...rest }: CstaResult<"GetSwitchingFunctionCapabilities">) => ({
    ...rest, lists: listsOf(new Set([...services, ...events])),
  }),
  ({ switchingSubDomainName, manufacturerName, lists, extensions }) => ({
    ...switchingSubDomainName === undefined || switchingSubDomainName === ""
      ? {} : { switchingSubDomainName },
    ...manufacturerName === undefined || manufacturerName === "" ? {} : { manufacturerName },
    ...lists === undefined ? {} : supportedIn(lists),
    ...extensions === undefined ? {} : { extensions },
  }));

function supportedIn(
  lists: Lists,
): { readonly services: readonly string[]; readonly events: readonly CstaEventName[] } {
  const namesIn = (tables: typeof serviceLists): readonly string[] =>
    tables.flatMap(({ tag }) => Object.keys(lists[tag] ?? {}));
  return {
    services: namesIn(serviceLists),
    events: namesIn(eventLists) as CstaEventName[],
  };
}
