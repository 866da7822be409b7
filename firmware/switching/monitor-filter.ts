/** Whether an event passes a monitor's filter; the same for live and for stored events. */

import type { DeviceId, LinkId } from "../model/identifiers.js";
import type { MonitorFilter, NumberedEvent } from "./switch.js";

export interface CompiledFilter {
  /** Undefined: events of all devices. */
  readonly devices: ReadonlyMap<DeviceId, "any" | ReadonlySet<LinkId>> | undefined;
  passes(entry: NumberedEvent): boolean;
  /** Whether something about a whole link concerns this monitor. */
  concerns(link: LinkId): boolean;
}

export function compileFilter(filter: MonitorFilter): CompiledFilter {
  const links = filter.links === undefined || filter.links.length === 0
    ? undefined : new Set(filter.links);
  const types = filter.types === undefined || filter.types.length === 0
    ? undefined : new Set<string>(filter.types);
  const devices = deviceTable(filter);
  const deviceLinks = linksOfDevices(filter);
  return {
    devices,
    passes(entry) {
      const { event } = entry;
      if (links !== undefined && !links.has(event.link)) return false;
      if (types !== undefined && !types.has(event.type)) return false;
      if (devices === undefined) return true;
      return entry.parties.some((device) => {
        const on = devices.get(device);
        return on === "any" || on?.has(event.link) === true;
      });
    },
    concerns: (link) => (links === undefined || links.has(link))
      && (deviceLinks === undefined || deviceLinks.has(link)),
  };
}

function deviceTable(filter: MonitorFilter): CompiledFilter["devices"] {
  if (filter.devices === undefined || filter.devices.length === 0) return undefined;
  const table = new Map<DeviceId, "any" | Set<LinkId>>();
  for (const { link, device } of filter.devices) {
    const known = table.get(device);
    if (link === undefined || known === "any") table.set(device, "any");
    else if (known === undefined) table.set(device, new Set([link]));
    else known.add(link);
  }
  return table;
}

/** The links on which the filter's devices are, when every one of them names its link. */
function linksOfDevices(filter: MonitorFilter): ReadonlySet<LinkId> | undefined {
  if (filter.devices === undefined || filter.devices.length === 0) return undefined;
  const links = new Set<LinkId>();
  for (const { link } of filter.devices) {
    if (link === undefined) return undefined;
    links.add(link);
  }
  return links;
}
