/**
 * Lists of services and of events as the results of capability exchange carry them (ECMA-285,
 * capability-exchange): a member that is there is supported. Which of its options are is not told.
 */

import { bits, explicit, implicit, numbered, optional, sequence, type Asn1Type } from "./asn1.js";
import { eventGroups, type CstaEventName, type CstaServiceName } from "./message.js";
import type { serviceGroups, ServiceGroup } from "./service-groups.js";

/** Members by their tags, in the order of the wire. */
type Members = Readonly<Record<string, number>>;
type Tags = { readonly [G in ServiceGroup]: Readonly<Record<typeof serviceGroups[G][number],
  number>> };

const ofGroups: Tags = {
  callControl: { AcceptCall: 0, AlternateCall: 1, AnswerCall: 2, CallBack: 3, ClearCall: 6,
    ClearConnection: 7, ConferenceCall: 8, ConsultationCall: 9, DeflectCall: 10,
    DirectedPickupCall: 12, GroupPickupCall: 13, HoldCall: 14, MakeCall: 17, ParkCall: 19,
    ReconnectCall: 20, RetrieveCall: 21, SingleStepConferenceCall: 22,
    SingleStepTransferCall: 23, TransferCall: 24 },
  callAssociated: { AssociateData: 0, GenerateDigits: 2 },
  routeing: { RouteRegister: 0, RouteRegisterCancel: 1, RouteRegisterAbort: 2, ReRoute: 3,
    RouteEnd: 4, RouteReject: 5, RouteRequest: 6, RouteSelect: 7, RouteUsed: 8 },
  physicalDevice: { ButtonPress: 0, GetButtonInformation: 2, GetDisplay: 3, GetLampMode: 6,
    GetMessageWaitingIndicator: 7, SetDisplay: 14, SetMessageWaitingIndicator: 17 },
  logicalDevice: { GetAgentState: 4, GetDoNotDisturb: 8, GetForwarding: 9, SetAgentState: 12,
    SetDoNotDisturb: 16, SetForwarding: 17 },
  records: { CallDetailRecordsNotification: 0, CallDetailRecordsReport: 1,
    SendStoredCallDetailRecords: 2, StartCallDetailRecordsTransmission: 3,
    StopCallDetailRecordsTransmission: 4 },
};

const snapshots = ["SnapshotCall", "SnapshotDevice"] satisfies CstaServiceName[];

const lists = {
  ...ofGroups,
  // Get CSTA Features came with a later edition: its tag is the last, its place the first.
  capabilityExchange: { GetCSTAFeatures: 5, GetLogicalDeviceInformation: 0,
    GetPhysicalDeviceInformation: 1, GetSwitchingFunctionCapabilities: 4,
    GetSwitchingFunctionDevices: 2, SwitchingFunctionDevices: 3 },
  system: { RequestSystemStatus: 4, SystemStatus: 5 },
  monitoring: { ChangeMonitorFilter: 0, MonitorStart: 1, MonitorStop: 2 },
  // All four have to be there, if any.
  snapshot: { SnapshotCall: 0, SnapshotDevice: 1, SnapshotCallData: 2, SnapshotDeviceData: 3 },
  vendor: { Escape: 3 },
  callControlEvents: numbered(eventGroups.callControl),
  callAssociatedEvents: numbered(eventGroups.callAssociated),
  mediaEvents: numbered(eventGroups.mediaAttachment),
  physicalDeviceEvents: numbered(eventGroups.physicalDevice),
  // By the tags that they have in a report, but two.
  logicalDeviceEvents: Object.fromEntries(Object.entries({ ...numbered(eventGroups.logicalDevice),
    agentLoggedOff: 1, agentLoggedOn: 2 }).sort(([, a], [, b]) => a - b)),
  maintenanceEvents: numbered(eventGroups.maintenance),
  vendorEvents: numbered(eventGroups.vendor),
} satisfies Readonly<Record<string, Members>>;

export type ListName = keyof typeof lists;
/** Lists with their tags, in the order of the wire. */
export type ListTags = { readonly [N in ListName]?: number };

export type Present = Readonly<Record<string, readonly []>>;
/** By the names of the lists. */
export type Lists = Readonly<Record<string, Present>>;

/** Named bits of which none is set: they claim nothing. */
export const noBits = bits<never>({}) as Asn1Type<readonly []>;

const members: Readonly<Record<ListName, Members>> = lists;

/** One list by itself. */
export function listOf(name: ListName): Asn1Type<Present> {
  return sequence<Present>(...Object.entries(members[name]).map(([member, tag]) =>
    optional(member, implicit(tag, noBits))));
}

/** A SEQUENCE of such lists. */
export function offers(tags: ListTags, tagging: "implicit" | "explicit"): Asn1Type<Lists> {
  const tagged = tagging === "implicit" ? implicit : explicit;
  return sequence<Lists>(...(Object.entries(tags) as [ListName, number][]).map(([name, tag]) =>
    optional(name, tagged(tag, listOf(name)))));
}

/** Of those lists what is supported; a list of nothing is left out. */
export function listsOf(tags: ListTags, supported: Iterable<string>): Lists {
  const names = new Set(supported);
  return Object.fromEntries((Object.keys(tags) as ListName[]).flatMap((name) => {
    const whole = name === "snapshot" && snapshots.some((each) => names.has(each));
    const present = Object.keys(members[name]).filter((each) => whole || names.has(each));
    return present.length === 0 ? []
      : [[name, Object.fromEntries(present.map((each) => [each, []]))] as const];
  }));
}

const eventNames: ReadonlySet<string> = new Set(Object.values(eventGroups).flat());

export function offeredServices(found: Lists): readonly string[] {
  return namesIn(found).filter((name) => !eventNames.has(name));
}

export function offeredEvents(found: Lists): readonly CstaEventName[] {
  return namesIn(found).filter((name) => eventNames.has(name)) as CstaEventName[];
}

function namesIn(found: Lists): readonly string[] {
  return Object.values(found).flatMap((list) => Object.keys(list));
}
