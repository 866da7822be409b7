/** The picture of now, as snapshots and lists have it (ECMA-269 §16, §13). */

import type { DeviceId, LinkId } from "../../model/identifiers.js";
import type { CallView, DeviceView } from "../../switching/switch.js";
import type { CstaDevice, CstaDeviceCategory, SnapshotCallEntry, SnapshotDeviceEntry }
  from "../../wire/csta/message.js";
import type { Following } from "./answer.js";
import { LinkNaming, type Naming } from "./event-report.js";

/** Devices in one message of a list: well below the 65,535 octets that a frame may have. */
export const devicesPerSegment = 200;

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

/** The list in segments; an empty one is told too. */
export function deviceList(
  serviceCrossRefID: string, devices: readonly DeviceView[], naming: Naming,
): readonly Following[] {
  const rows = devices.map(({ link, device, category, name }): {
    deviceID: CstaDevice; deviceCategory: CstaDeviceCategory; named?: string;
  } => ({ deviceID: new LinkNaming(naming, link).device(device), deviceCategory: category,
    ...(name === undefined ? {} : { named: name }) }));
  const segments: Following[] = [];
  do {
    const deviceList = rows.splice(0, devicesPerSegment);
    segments.push({ service: "SwitchingFunctionDevices", argument: { serviceCrossRefID,
      segmentID: segments.length + 1, lastSegment: rows.length === 0, deviceList } });
  } while (rows.length > 0);
  return segments;
}
