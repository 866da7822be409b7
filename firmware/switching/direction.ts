/** Which way a call runs, from who calls, who is called, and where they are. */

import type { DeviceId, LinkId } from "../model/identifiers.js";
import type { Direction } from "../model/records.js";
import type { CallEntry, LinkPicture } from "./picture.js";
import type { NumberResolver } from "./switch.js";

/**
 * A device is inside the switching sub-domain when the PBX listed it as anything but a network
 * interface, or when the link's number rules take it for an internal number.
 */
export function isExternal(
  picture: LinkPicture, numbers: NumberResolver, device: DeviceId,
): boolean {
  const known = picture.devices.get(device);
  if (known !== undefined) return known.external || known.category === "networkInterface";
  return !isInternalNumber(numbers, picture.link, device);
}

function isInternalNumber(numbers: NumberResolver, link: LinkId, device: DeviceId): boolean {
  return numbers.isInternal(link, device);
}

/**
 * Incoming: from outside to a device of ours. Outgoing: from a device of ours to outside.
 * Tandem: in and out again with no device of ours. It stays what it was first known to be: a
 * transfer changes the parties, not the way the call came.
 */
export function directionOf(
  call: CallEntry, picture: LinkPicture, numbers: NumberResolver,
): Direction {
  if (call.direction !== "unknown") return call.direction;
  const { calling, called } = call;
  const callingOut = calling === undefined ? undefined
    : isExternal(picture, numbers, calling.device);
  const calledOut = called === undefined ? undefined : isExternal(picture, numbers, called.device);
  let inside = 0;
  let outside = 0;
  for (const connection of call.connections.values()) {
    if (connection.external) outside += 1; else inside += 1;
  }
  if (callingOut === true) {
    if (inside > 0 || calledOut === false) return "incoming";
    return outside >= 2 ? "tandem" : "unknown";
  }
  if (callingOut === false) {
    if (calledOut === false) return "internal";
    if (calledOut === true || call.networkInterface !== undefined) return "outgoing";
    return inside >= 2 ? "internal" : "unknown";
  }
  if (call.networkInterface !== undefined && inside > 0) return "incoming";
  return "unknown";
}
