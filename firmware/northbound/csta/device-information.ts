/**
 * What one device has of its own, its logical and its physical element (ECMA-269 §13.1). No more
 * is said than its link's sheet and probe say, and of devices that are no telephones, nothing.
 */

import type { DeviceView } from "../../switching/switch.js";
import { eventGroups, type CstaEventName, type CstaResult } from "../../wire/csta/message.js";
import { physicalGroups, servicesIn, type ServiceGroup }
  from "../../wire/csta/service-groups.js";
import type { Features } from "./features.js";

type Category = DeviceView["category"];

/** Groups of services that are the device's own. */
const groupsOf: Readonly<Partial<Record<Category, readonly ServiceGroup[]>>> = {
  station: ["callControl", "callAssociated", "logicalDevice"], routeingDevice: ["routeing"],
};

const physicalEvents: ReadonlySet<string> = new Set(eventGroups.physicalDevice);
/** A monitor of any device is told of its calls, and whether it is in service. */
const callEvents: ReadonlySet<string> = new Set([...eventGroups.callControl,
  ...eventGroups.callAssociated, ...eventGroups.maintenance]);

/** Assumed: a device has one appearance, and a station a body. */
export function logicalInformation(
  category: Category, { services, events }: Features,
): CstaResult<"GetLogicalDeviceInformation"> {
  const own = servicesIn(groupsOf[category] ?? []);
  const isOwn = (name: CstaEventName): boolean => category === "station"
    ? !physicalEvents.has(name) && name !== "privateEvent" : callEvents.has(name);
  return { deviceCategory: category, hasPhysicalElement: category === "station",
    appearanceAddressable: false, appearanceType: "selectedStandard",
    services: services.filter((name) => own.has(name)), events: events.filter(isOwn) };
}

/** Undefined: it has no body. Of displays, buttons and lamps there are as many as the PBX tells. */
export function physicalInformation(
  category: Category, { services, events }: Features,
): CstaResult<"GetPhysicalDeviceInformation"> | undefined {
  if (category !== "station") return undefined;
  const own = servicesIn(physicalGroups);
  return { deviceCategory: category, hasLogicalElement: true,
    services: services.filter((name) => own.has(name)),
    events: events.filter((name) => physicalEvents.has(name)) };
}
