/** The picture of now, as snapshots and lists have it (ECMA-269 §16, §13). */

import type { DeviceId, LinkId } from "../../model/identifiers.js";
import type { CallView, DeviceView } from "../../switching/switch.js";
import type { CstaDevice, CstaDeviceCategory, SnapshotCallEntry, SnapshotDeviceEntry }
  from "../../wire/csta/message.js";
import type { Following } from "./answer.js";
import { LinkNaming, type Naming } from "./event-report.js";

/** Devices in one message of a list: well below the 65,535 octets that a frame may have. */
export const devicesPerSegment = 200;

/** Connections in one message of a snapshot, which are longer. */
export const entriesPerSegment = 50;

export function snapshotDevice(
  link: LinkId, device: DeviceId, calls: readonly CallView[], naming: Naming,
): readonly SnapshotDeviceEntry[] {
  const of = new LinkNaming(naming, link);
  return calls.flatMap((call): SnapshotDeviceEntry[] => {
    const own = call.connections.find((connection) => connection.device === device);
    if (own === undefined) return [];
    const others = call.connections.filter((connection) => connection !== own);
    const [other] = others;
    return [{ connectionIdentifier: of.connection({ call: call.call, device }),
      ...(other === undefined || others.length > 1 ? {}
        : { endpointDevice: of.device(other.device, other.name) }),
      localCallState: [own.state, ...others.map(({ state }) => state)] }];
  });
}

export function snapshotCall(call: CallView, naming: Naming): readonly SnapshotCallEntry[] {
  const of = new LinkNaming(naming, call.link);
  return call.connections.map(({ device, name, state }) => ({
    deviceOnCall: of.device(device, name), localConnectionInfo: state,
    callIdentifier: of.connection({ call: call.call, device }) }));
}

/** `items` in parts of `size`, with what every part says of itself; at least one part. */
function segmentsOf<T>(
  serviceCrossRefID: string, items: readonly T[], size: number,
): readonly { readonly segment: { serviceCrossRefID: string; segmentID: number;
  lastSegment: boolean }; readonly items: readonly T[] }[] {
  const count = Math.max(1, Math.ceil(items.length / size));
  return Array.from({ length: count }, (_, index) => ({
    segment: { serviceCrossRefID, segmentID: index + 1, lastSegment: index + 1 === count },
    items: items.slice(index * size, (index + 1) * size) }));
}

/** A snapshot that is too long for one message, as what follows its answer. */
export function snapshotSegments(
  serviceCrossRefID: string, of: { readonly service: "SnapshotDeviceData";
    readonly data: readonly SnapshotDeviceEntry[] } | { readonly service: "SnapshotCallData";
    readonly data: readonly SnapshotCallEntry[] },
): readonly Following[] {
  return of.service === "SnapshotDeviceData"
    ? segmentsOf(serviceCrossRefID, of.data, entriesPerSegment).map(({ segment, items }) =>
      ({ service: of.service, argument: { ...segment, snapshotData: items } }))
    : segmentsOf(serviceCrossRefID, of.data, entriesPerSegment).map(({ segment, items }) =>
      ({ service: of.service, argument: { ...segment, snapshotData: items } }));
}

/** The list in segments; an empty one is told too. */
export function deviceList(
  serviceCrossRefID: string, devices: readonly DeviceView[], naming: Naming,
): readonly Following[] {
  const rows = devices.map(({ link, device, category, name }): {
    deviceID: CstaDevice; deviceCategory: CstaDeviceCategory; named?: string;
  } => ({ deviceID: new LinkNaming(naming, link).device(device), deviceCategory: category,
    ...(name === undefined ? {} : { named: name }) }));
  return segmentsOf(serviceCrossRefID, rows, devicesPerSegment).map(({ segment, items }) =>
    ({ service: "SwitchingFunctionDevices", argument: { ...segment, deviceList: items } }));
}
