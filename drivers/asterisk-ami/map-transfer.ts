/** Transfers, joins, conferences and pickup: where connections change their call. */

import type { EventCause } from "../../firmware/model/causes.js";
import type { ConnectionListEntry } from "../../firmware/model/events.js";
import { deviceId, type ConnectionId, type Party } from "../../firmware/model/identifiers.js";
import type { AmiMessage } from "../../firmware/wire/ami.js";
import type { Bridge } from "./bridges.js";
import { channelView, known } from "./channel.js";
import { callAt } from "./map-bridge.js";
import { answer } from "./map-call.js";
import type { Mapping } from "./map.js";
import { idOf, type Call, type Connection, type Leg, type Picture } from "./picture.js";

interface Moved {
  readonly connection: Connection;
  readonly old: ConnectionId;
}

function listOf(mapping: Mapping, moved: readonly Moved[]): ConnectionListEntry[] {
  return moved.map(({ connection, old }) => ({
    newConnection: idOf(connection), oldConnection: old,
    endpoint: connection.kind === "leg" ? mapping.picture.person(connection.leg)
      : { device: connection.device },
  }));
}

/** By REFER or by the BlindTransfer action (ECMA-269 Single Step Transfer Call). */
export function blindTransfer(mapping: Mapping, message: AmiMessage): void {
  if (message.get("Result") !== "Success") return;
  const { picture } = mapping;
  const view = channelView(message, "Transferer");
  const transferer = view === undefined ? undefined : picture.leg(view);
  const extension = known(message.get("Extension"));
  const primary = transferer?.heldConnection ?? transferer?.connection;
  if (transferer === undefined || primary === undefined || extension === undefined) return;
  mapping.dropRetrieval(transferer);
  const { call } = primary;
  const transferring = picture.party(primary);
  const primaryOldCall = idOf(primary);
  const destination: Party = { device: deviceId(extension) };
  picture.drop(primary);
  transferer.answered = true;
  const stay = [...call.connections.values()]
    .map((connection) => ({ connection, old: idOf(connection) }));
  const transferee = channelView(message, "Transferee");
  const other = transferee === undefined ? undefined : picture.legs.get(transferee.uniqueid);
  if (call.calling?.device === transferring.device && other !== undefined) {
    call.calling = picture.person(other);
  }
  call.called = destination;
  call.lastRedirection = transferring;
  call.cause = "singleStepTransfer";
  picture.emit({ type: "transferred", primaryOldCall, transferringDevice: transferring,
    transferredToDevice: destination, connections: listOf(mapping, stay) }, "singleStepTransfer");
}

export function attendedTransfer(mapping: Mapping, message: AmiMessage): void {
  if (message.get("Result") !== "Success") return;
  const { picture } = mapping;
  const one = legNamed(picture, message, "OrigTransferer");
  const two = legNamed(picture, message, "SecondTransferer");
  const primary = one?.heldConnection ?? one?.connection;
  const secondary = two?.connection === primary ? undefined : two?.connection;
  if (one === undefined || primary === undefined) return;
  mapping.bridges.take((pending) => pending.first === primary.call
    || pending.second === primary.call);
  if (message.get("DestType") === "Threeway") {
    const id = known(message.get("DestBridgeUniqueid")) ?? one.bridge;
    // The conferencing device is there, whether or not its BridgeEnter was heard.
    const bridge = id === undefined ? undefined : mapping.bridges.enter(id, one);
    const consulted = farEnd(legNamed(picture, message, "TransferTarget"), secondary);
    if (secondary !== undefined && bridge !== undefined) {
      conference(mapping, bridge, consulted ?? one);
    }
    return;
  }
  // Observed: ast22-31: the phone may send its REFER in the consultation call, so that the PBX
  // names the calls the other way round. The primary old call is the one that was held first.
  const swapped = secondary !== undefined && secondary.call.order < primary.call.order;
  const leg = legNamed(picture, message, swapped && one !== two ? "Transferee"
    : "TransferTarget");
  if (swapped) transfer(mapping, secondary, primary, leg);
  else transfer(mapping, primary, secondary, leg);
}

function legNamed(picture: Picture, message: AmiMessage, prefix: string): Leg | undefined {
  const view = channelView(message, prefix);
  return view === undefined ? undefined : picture.legs.get(view.uniqueid);
}

/** Joins both calls of a device and takes the device itself out (ECMA-269 Transfer Call). */
export function transfer(
  mapping: Mapping, primary: Connection, secondary: Connection | undefined,
  target: Leg | undefined,
): void {
  const { picture } = mapping;
  const transferring = picture.party(primary);
  const primaryOldCall = idOf(primary);
  const secondaryOldCall = secondary === undefined ? undefined : idOf(secondary);
  const far = farEnd(target, secondary);
  const firstCall = primary.call;
  const secondCall = secondary?.call ?? firstCall;
  for (const connection of [primary, secondary]) {
    if (connection === undefined) continue;
    mapping.dropRetrieval(connection.leg);
    connection.leg.answered = true;
    picture.drop(connection);
  }
  const [into, from] = firstCall.order <= secondCall.order
    ? [firstCall, secondCall] : [secondCall, firstCall];
  const stay = [...into.connections.values()]
    .map((connection) => ({ connection, old: idOf(connection) }));
  const moved = into === from ? [] : picture.absorb(into, from);
  const rings = far?.connection?.state === "alerting" || far?.connection === undefined;
  into.cause = rings ? "transfer" : "newCall";
  into.lastRedirection = rings ? transferring : undefined;
  const transferredTo = far === undefined
    ? secondCall.called ?? transferring : picture.person(far);
  picture.emit({ type: "transferred", primaryOldCall,
    ...(secondaryOldCall === undefined ? {} : { secondaryOldCall }),
    transferringDevice: transferring, transferredToDevice: transferredTo,
    connections: listOf(mapping, [...stay, ...moved]) }, "transfer");
  picture.endIfEmpty(into, "transfer");
}

/** What we asked for by the Bridge action has begun. */
export function completeTransfer(
  mapping: Mapping, { held, active }: NonNullable<Leg["joining"]>,
): void {
  for (const { leg } of [held, active]) leg.joining = undefined;
  const isWhole = [held, active].every((each) => each.leg.connection === each
    && each.state !== "null");
  if (!isWhole || held.call === active.call) return;
  mapping.bridges.take((pending) => pending.first === held.call || pending.second === held.call);
  transfer(mapping, held, active, undefined);
}

/** The person at the far end of a leg that may be half of a Local pair. */
function farEnd(target: Leg | undefined, secondary: Connection | undefined): Leg | undefined {
  if (target !== undefined && target.role !== "local") return target;
  const call = target === undefined ? secondary?.call : callAt(target);
  for (const connection of call?.connections.values() ?? []) {
    if (connection !== secondary && connection.kind === "leg"
      && connection.leg.heldConnection === undefined) return connection.leg;
  }
  return undefined;
}

/** More than two devices in one bridge (ECMA-269 Conference Call). */
export function conference(mapping: Mapping, bridge: Bridge, joiner: Leg): void {
  const { picture } = mapping;
  const calls = new Set([...bridge.legs].filter((leg) => leg.connection !== undefined)
    .map(callAt));
  for (const leg of bridge.legs) {
    if (leg.heldConnection !== undefined) calls.add(leg.heldConnection.call);
  }
  const [into, ...others] = [...calls].toSorted((a, b) => a.order - b.order);
  if (into === undefined) return;
  const added = picture.person(joiner);
  const doubled = [...bridge.legs].find((leg) => leg.heldConnection !== undefined);
  const conferencing = doubled ?? [...into.connections.values()]
    .find((each) => each.kind === "leg" && each.leg !== joiner)?.leg ?? joiner;
  const host = conferencing.heldConnection ?? conferencing.connection;
  if (host === undefined) return;
  const primaryOldCall = idOf(host);
  const party = picture.party(host);
  const secondary = conferencing.heldConnection === undefined ? joiner.connection
    : conferencing.connection;
  const secondaryOldCall = secondary === undefined || secondary.call === host.call
    ? undefined : idOf(secondary);
  if (conferencing.heldConnection !== undefined) {
    const { connection, heldConnection } = conferencing;
    if (connection !== undefined) picture.drop(connection);
    conferencing.connection = heldConnection;
    conferencing.heldConnection = undefined;
    heldConnection.state = "connected";
  }
  const stay = [...into.connections.values()]
    .map((connection) => ({ connection, old: idOf(connection) }));
  const moved = others.flatMap((call) => picture.absorb(into, call));
  for (const connection of into.connections.values()) connection.conferenced = true;
  picture.emit({ type: "conferenced", primaryOldCall,
    ...(secondaryOldCall === undefined ? {} : { secondaryOldCall }),
    conferencingDevice: party, addedParty: added,
    connections: listOf(mapping, [...stay, ...moved]) }, "conference");
}

/** Two calls are one from now on, and nobody transferred: the newer one's parties come over. */
export function join(mapping: Mapping, first: Call, second: Call, cause: EventCause): void {
  const { picture } = mapping;
  const [into, from] = first.order < second.order ? [first, second] : [second, first];
  const legs = [...from.legs];
  for (const connection of [...from.connections.values()]) {
    const { leg, kind } = connection;
    picture.clear(connection, cause);
    if (kind !== "leg" || !picture.legs.has(leg.id)) continue;
    picture.moveSilently(leg, into, cause);
    into.cause = cause;
    leg.answered = false;
    leg.dialled = true;
    answer(mapping, leg);
  }
  for (const leg of legs) if (picture.legs.has(leg.id)) picture.moveSilently(leg, into, cause);
}

/**
 * A device takes the call that rings at another (ECMA-269 Directed Pickup Call).
 * Assumed: the fields of the Pickup event, from Asterisk's documentation; no recording has one.
 */
export function pickup(mapping: Mapping, message: AmiMessage): void {
  const { picture } = mapping;
  const view = channelView(message);
  const targetView = channelView(message, "Target");
  const picker = view === undefined ? undefined : picture.leg(view);
  const target = targetView === undefined ? undefined : picture.legs.get(targetView.uniqueid);
  if (picker === undefined || target?.connection === undefined) return;
  const { call } = target;
  picture.divert(target.connection, picture.person(picker), "callPickup");
  if (picker.connection !== undefined) picture.clear(picker.connection, "callPickup");
  picture.moveSilently(picker, call);
  call.cause = "callPickup";
  picker.dialled = true;
  picker.answered = false;
  answer(mapping, picker);
}
