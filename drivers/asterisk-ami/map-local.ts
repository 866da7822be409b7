/** Local channels (two halves of one wire) and renames (one channel takes another's place). */

import type { AmiMessage } from "../../firmware/wire/ami.js";
import { channelView, endpointOf, known } from "./channel.js";
import type { Mapping } from "./map.js";
import type { Leg } from "./picture.js";

export function localBridge(mapping: Mapping, message: AmiMessage): void {
  const one = channelView(message, "LocalOne");
  const two = channelView(message, "LocalTwo");
  const first = one === undefined ? undefined : mapping.picture.leg(one);
  const second = two === undefined ? undefined : mapping.picture.leg(two);
  if (first === undefined || second === undefined) return;
  first.pair = second.id;
  second.pair = first.id;
}

const masquerading = "<MASQ>";
const zombie = "<ZOMBIE>";

/**
 * A masquerade is three renames: X to X<MASQ>, the newcomer to X, X<MASQ> to the newcomer's old
 * name with <ZOMBIE>. The newcomer's leg then stands for X's device.
 * Assumed: the order of the three, from Asterisk's own description; no recording has one.
 */
export function rename(mapping: Mapping, message: AmiMessage): void {
  const id = message.get("Uniqueid");
  const name = known(message.get("Newname"));
  const leg = id === undefined ? undefined : mapping.picture.legs.get(id);
  if (leg === undefined || name === undefined) return;
  if (name.endsWith(masquerading)) {
    mapping.masquerade(name.slice(0, -masquerading.length), leg);
    leg.channel = name;
    return;
  }
  if (name.endsWith(zombie)) {
    leg.channel = name;
    return;
  }
  const replaced = mapping.masqueraded(name);
  leg.channel = name;
  mapping.picture.changeEndpoint(leg, endpointOf(name).endpoint);
  const role = mapping.picture.endpoints.role(name);
  leg.role = role === "internal" ? leg.role : role;
  if (replaced !== undefined && replaced !== leg) takeOver(mapping, leg, replaced);
}

/** `leg` now stands where `replaced` stood: the device's connection goes with it. */
function takeOver(mapping: Mapping, leg: Leg, replaced: Leg): void {
  const { picture } = mapping;
  const { connection } = replaced;
  if (connection === undefined) return;
  if (leg.connection !== undefined) picture.clear(leg.connection, "normalClearing");
  connection.leg = leg;
  leg.connection = connection;
  replaced.connection = undefined;
  leg.answered = replaced.answered;
  leg.dialled = replaced.dialled;
  picture.moveSilently(leg, connection.call);
}
