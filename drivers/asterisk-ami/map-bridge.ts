/** Bridges: who talks to whom, consultation by feature code, joins and conferences. */

import { deviceId } from "../../firmware/model/identifiers.js";
import type { AmiMessage } from "../../firmware/wire/ami.js";
import type { Bridge, PendingJoin } from "./bridges.js";
import { channelView, known } from "./channel.js";
import { answer, begin, retrieve } from "./map-call.js";
import type { Mapping } from "./map.js";
import { conference, join, transfer } from "./map-transfer.js";
import { idOf, type Call, type Leg } from "./picture.js";

export function bridgeEnter(mapping: Mapping, message: AmiMessage): void {
  const view = channelView(message);
  const id = known(message.get("BridgeUniqueid"));
  const leg = view === undefined ? undefined : mapping.picture.leg(view);
  if (view === undefined || leg === undefined || id === undefined) return;
  mapping.settleOriginated(leg, undefined);
  const bridge = mapping.bridges.enter(id, leg);
  bridge.parking ||= message.get("BridgeType") === "parking";
  bridge.conference ||= known(message.get("BridgeCreator")) === "ConfBridge";
  if (bridge.parking) return;
  if (leg.role === "local") mapping.pairLocal(leg);
  else if (leg.heldConnection !== undefined) backFromConsultation(mapping, leg, bridge);
  else if (leg.connection === undefined && leg.call.calling === undefined) {
    begin(mapping, leg, view.exten);
  } else if (leg.dialled || leg.connection === undefined) {
    // A leg whose transfer took its connection away is only passing through.
    if (leg.connection !== undefined || !leg.answered) answer(mapping, leg);
  }
  consult(mapping, bridge);
  meet(mapping, bridge, leg);
}

export function bridgeLeave(mapping: Mapping, message: AmiMessage): void {
  const id = message.get("Uniqueid");
  const leg = id === undefined ? undefined : mapping.picture.legs.get(id);
  if (leg !== undefined && leg.bridge === message.get("BridgeUniqueid")) mapping.bridges.leave(leg);
}

export function bridgeDestroy(mapping: Mapping, message: AmiMessage): void {
  const id = message.get("BridgeUniqueid");
  if (id !== undefined) mapping.bridges.destroy(id);
}

/** The call in which a leg takes part now. */
export function callAt(leg: Leg): Call {
  return leg.connection?.call ?? leg.call;
}

/**
 * Consultation by feature code or Atxfer. One leg of the device changes from the first party's
 * bridge to a new one with a Local pair, which rings the consulted device. Observed:
 * ast16-32-attended-transfer-by-ami-atxfer. The new call is named after the pair's first half.
 */
export function consult(mapping: Mapping, bridge: Bridge): void {
  const { picture } = mapping;
  const wire = [...bridge.legs].find((leg) => leg.role === "local" && leg.pair !== undefined);
  const leg = [...bridge.legs].find((each) => each.role !== "local"
    && each.heldConnection === undefined && each.connection !== undefined);
  if (wire === undefined || leg?.connection === undefined || wire.call !== leg.call) return;
  const { connection } = leg;
  if (connection.state !== "hold" && connection.state !== "connected") return;
  const waits = [...leg.call.legs].some((each) => each !== leg && each.role !== "local"
    && each.bridge !== undefined && each.bridge === leg.leftBridge && each.bridge !== bridge.id);
  if (!waits) return;
  if (connection.state === "connected" && picture.move(connection, "hold")) {
    picture.emit({ type: "held", connection: idOf(connection),
      holdingDevice: picture.party(connection) }, "consultation");
  }
  startConsultation(mapping, leg, wire);
}

/**
 * The pair dials before its bridge is complete, on some runs: then the one leg on hold in its call
 * is the one that consults. A pair that a channel has dialled is a queue's or a group's.
 */
export function consultBeforeBridge(mapping: Mapping, wire: Leg): void {
  if (wire.dialled || wire.originating) return;
  const held = [...wire.call.connections.values()].filter((each) => each.kind === "leg"
    && each.state === "hold" && each.leg.heldConnection === undefined);
  const [connection] = held;
  if (connection !== undefined && held.length === 1) {
    startConsultation(mapping, connection.leg, wire);
  }
}

function startConsultation(mapping: Mapping, leg: Leg, wire: Leg): void {
  const { picture } = mapping;
  const call = picture.newCall(wire.id);
  call.cause = "consultation";
  call.startedAtMs = mapping.occurredAtMs;
  const other = mapping.pairOf(wire);
  picture.moveSilently(wire, call);
  if (other !== undefined) picture.moveSilently(other, call);
  // Observed: ast16-36: the consulted device may be dialled before the consulting one has moved.
  for (const each of [...leg.call.legs]) {
    if (each.dialled && each.connection === undefined && each.bridge === undefined
      && each.role !== "local" && each !== leg) picture.moveSilently(each, call);
  }
  leg.heldConnection = leg.connection;
  const connection = leg.connection = picture.connect(leg, "leg", leg.endpoint, call);
  call.calling = picture.person(leg);
  call.called = { device: deviceId(wire.endpoint) };
  if (picture.move(connection, "initiated")) {
    picture.emit({ type: "serviceInitiated", connection: idOf(connection),
      initiatingDevice: picture.party(connection) }, "consultation");
  }
  if (picture.move(connection, "connected")) {
    picture.emit({ type: "originated", connection: idOf(connection), ...picture.roles(call),
      callingDevice: call.calling, privateData: mapping.privateData(leg) }, "consultation");
  }
}

/** Back at the first party: the consultation is over (ECMA-269 Reconnect Call). */
function backFromConsultation(mapping: Mapping, leg: Leg, bridge: Bridge): void {
  const held = leg.heldConnection;
  const consulting = leg.connection;
  if (held === undefined || consulting === undefined) return;
  const others = [...bridge.legs].filter((each) => each !== leg);
  // Observed: ast22-35: for a conference the wire comes along; AttendedTransfer will tell.
  if (others.some((each) => each.role === "local" && callAt(each) === consulting.call)) return;
  if (!others.some((each) => callAt(each) === held.call)) return;
  // Observed: ast22-36: the key atxferswap holds the one call before it goes back to the other.
  if (consulting.state === "hold") {
    leg.heldConnection = consulting;
    leg.connection = held;
    retrieve(mapping, held);
    return;
  }
  mapping.picture.clear(consulting, "normalClearing");
  leg.heldConnection = undefined;
  leg.connection = held;
  retrieve(mapping, held);
}

/** Two calls in one bridge become one; three devices in one bridge are a conference. */
function meet(mapping: Mapping, bridge: Bridge, leg: Leg): void {
  const call = callAt(leg);
  for (const other of bridge.legs) {
    const second = callAt(other);
    if (second === call) continue;
    const pending = { first: call, second, bridge, joiner: leg,
      dueMs: mapping.explanationDueMs };
    if (bridge.conference || !mapping.bridges.await(pending)) settle(mapping, pending);
    return;
  }
  const here = [...bridge.legs].filter((each) => each.connection !== undefined);
  if (here.length > 2 && leg.connection?.conferenced === false) conference(mapping, bridge, leg);
}

export function settleJoins(mapping: Mapping, which: (join: PendingJoin) => boolean): void {
  for (const pending of mapping.bridges.take(which)) settle(mapping, pending);
}

/** Nothing explained the meeting: infer it from who takes part. */
function settle(mapping: Mapping, pending: PendingJoin): void {
  const { first, second, bridge, joiner } = pending;
  const { picture } = mapping;
  if (first === second || picture.calls.get(first.id) !== first
    || picture.calls.get(second.id) !== second) return;
  if (bridge.conference) {
    conference(mapping, bridge, joiner);
    return;
  }
  for (const connection of first.connections.values()) {
    const twin = [...second.connections.values()].find((each) => each.kind === "leg"
      && each.leg.endpoint === connection.leg.endpoint);
    if (twin === undefined || connection.kind !== "leg") continue;
    const [older, newer] = first.order < second.order ? [connection, twin] : [twin, connection];
    transfer(mapping, older, newer, undefined);
    return;
  }
  join(mapping, first, second, "joinCall");
}
