/** Channels and dials: how a call begins, alerts, is answered, is held, fails and ends. */

import type { EventCause } from "../../firmware/model/causes.js";
import { deviceId, type Party } from "../../firmware/model/identifiers.js";
import type { AmiMessage } from "../../firmware/wire/ami.js";
import { causeOfQ850, dialResults, failures } from "./causes.js";
import { channelView, known, type ChannelView } from "./channel.js";
import { consultBeforeBridge } from "./map-bridge.js";
import type { Mapping } from "./map.js";
import { completeTransfer } from "./map-transfer.js";
import { idOf, type Call, type Connection, type Leg } from "./picture.js";

/** ChannelState values (Asterisk's channel states; the same numbers in all versions). */
const ring = 4;
const ringing = 5;
const up = 6;

export function newChannel(mapping: Mapping, message: AmiMessage): void {
  const view = channelView(message);
  if (view === undefined) return;
  const isNew = !mapping.picture.legs.has(view.uniqueid);
  const leg = mapping.picture.leg(view);
  if (leg === undefined || !isNew) return;
  leg.call.startedAtMs ??= mapping.occurredAtMs;
  if (leg.role === "local") mapping.pairLocal(leg);
  else if (view.state === ring) {
    if (holdsAnotherCall(mapping, leg)) leg.call.cause = "consultation";
    begin(mapping, leg, view.exten);
  } else if (view.state >= 1 && view.state <= 3) {
    offHook(mapping, leg, holdsAnotherCall(mapping, leg) ? "consultation" : "newCall");
  }
}

/** Observed: ast16-31: a phone consults by a call of its own, having held the first. */
function holdsAnotherCall(mapping: Mapping, leg: Leg): boolean {
  return leg.role === "station" && [...mapping.picture.legsOf(leg.endpoint)].some((each) =>
    each !== leg && each.connection?.state === "hold");
}

/** A device goes off hook, or is rung because somebody asked for a call on its behalf. */
function offHook(mapping: Mapping, leg: Leg, cause: EventCause): void {
  if (leg.connection !== undefined) return;
  const { picture } = mapping;
  const connection = leg.connection = picture.connect(leg);
  if (!picture.move(connection, "initiated")) return;
  picture.emit({ type: "serviceInitiated", connection: idOf(connection),
    initiatingDevice: picture.party(connection) }, cause);
}

/** The caller's side is complete: who calls, and what was dialled. */
export function begin(mapping: Mapping, leg: Leg, exten: string | undefined): void {
  const { picture } = mapping;
  const { call } = leg;
  const cause: EventCause = leg.originating ? "makeCall" : call.cause;
  if (leg.role === "station") offHook(mapping, leg, cause);
  const connection = leg.connection ??= picture.connect(leg);
  if (connection.state === "connected" || !picture.move(connection, "connected")) return;
  const calling = picture.person(leg);
  call.calling ??= calling;
  if (exten !== undefined) call.called ??= { device: deviceId(exten) };
  if (leg.role === "trunk") call.networkInterface ??= deviceId(leg.endpoint);
  picture.emit({ type: "originated", connection: idOf(connection), ...picture.roles(call),
    callingDevice: calling, privateData: mapping.privateData(leg) }, cause);
}

export function newState(mapping: Mapping, message: AmiMessage): void {
  const view = channelView(message);
  if (view === undefined) return;
  const isNew = !mapping.picture.legs.has(view.uniqueid);
  const leg = mapping.picture.leg(view);
  if (leg === undefined || leg.role === "local") return;
  // The dial that made this leg was missed, but only a called device rings.
  if (isNew && view.state === ringing) leg.dialled = true;
  follow(mapping, leg, view);
}

/** Brings a leg's connection to where its channel state says it is. */
export function follow(mapping: Mapping, leg: Leg, view: ChannelView): void {
  switch (view.state) {
    case ring:
      if (!leg.dialled) begin(mapping, leg, view.exten);
      break;
    case ringing:
      if (leg.originating) offHook(mapping, leg, "makeCall");
      else if (leg.dialled) alert(mapping, leg);
      break;
    case up:
      if (leg.originating) answerOriginating(mapping, leg);
      else if (leg.dialled) answer(mapping, leg);
      else if (leg.connection === undefined) appear(mapping, leg, view);
      else answeredByPbx(mapping, leg);
      break;
    default:
  }
}

/** A leg that is up and whose beginning was missed. */
function appear(mapping: Mapping, leg: Leg, view: ChannelView): void {
  if (leg.call.calling === undefined) begin(mapping, leg, view.exten);
  else answer(mapping, leg);
}

/** The caller's own leg goes up with nobody there: an announcement, a queue, voice mail. */
function answeredByPbx(mapping: Mapping, leg: Leg): void {
  const { picture } = mapping;
  const { call, connection } = leg;
  if (connection?.state !== "connected" || call.reached || leg.answered) return;
  leg.answered = true;
  picture.emit({ type: "callInformation", connection: idOf(connection), ...picture.roles(call),
    privateData: { driver: "asterisk-ami", fields: { answeredBy: "pbx" } } }, "normal");
}

function answerOriginating(mapping: Mapping, leg: Leg): void {
  offHook(mapping, leg, "makeCall");
  const wanted = mapping.expected.get(leg.id)?.calledNumber;
  mapping.awaitDestination(leg);
  if (wanted !== undefined) mapping.settleOriginated(leg, wanted);
}

export function alert(mapping: Mapping, leg: Leg): void {
  const { picture } = mapping;
  const { call } = leg;
  const connection = leg.connection ??= picture.connect(leg);
  if (connection.state !== "null" && connection.state !== "queued"
    && !(connection.state === "connected" && leg.role === "trunk" && !leg.answered)) return;
  mapping.leaveQueue(call, picture.person(leg));
  if (!picture.move(connection, "alerting")) return;
  call.reached = true;
  picture.emit({ type: "delivered", connection: idOf(connection),
    alertingDevice: picture.party(connection), ...picture.roles(call),
    privateData: mapping.privateData(leg) }, signalled(leg, call.cause));
}

export function answer(mapping: Mapping, leg: Leg): void {
  const { picture } = mapping;
  const { call } = leg;
  const connection = leg.connection ??= picture.connect(leg);
  const already = connection.state === "connected"
    && (leg.role !== "trunk" || leg.answered || !leg.dialled);
  if (already || connection.state === "hold") return;
  mapping.leaveQueue(call, picture.person(leg));
  if (!picture.move(connection, "connected")) return;
  leg.answered = true;
  call.reached = true;
  picture.emit({ type: "established", connection: idOf(connection),
    answeringDevice: picture.party(connection), ...picture.roles(call),
    privateData: mapping.privateData(leg) }, signalled(leg, call.cause));
  if (call.cause !== "consultation") {
    call.cause = "newCall";
    call.lastRedirection = undefined;
  }
}

/** What a trunk reports comes from the network (ECMA-269 Delivered, Established). */
function signalled(leg: Leg, cause: EventCause): EventCause {
  return leg.role === "trunk" && cause === "newCall" ? "networkSignal" : cause;
}

export function dialBegin(mapping: Mapping, message: AmiMessage): void {
  const { picture } = mapping;
  const from = channelView(message);
  const to = channelView(message, "Dest");
  const caller = from === undefined ? undefined : picture.leg(from);
  if (caller !== undefined && from !== undefined) mapping.settleOriginated(caller, from.exten);
  const target = to === undefined ? undefined : picture.leg(to);
  if (target === undefined || to === undefined) return;
  if (caller === undefined) {
    // Observed: ast16-40-originate-click-to-dial: an Originate dials without a calling channel.
    target.originating = mapping.isOriginate(target);
    if (target.role === "local" || target.originating) return;
  } else {
    const origin = mapping.pairOf(caller);
    if (caller.role === "local") target.dialledBy = caller.id;
    if (origin?.originating === true && caller.role === "local") target.originating = true;
    if (origin !== undefined) consultBeforeBridge(mapping, origin);
    if (target.connection === undefined) picture.moveSilently(target, caller.call);
    if (from !== undefined && caller.role !== "local" && caller.connection === undefined
      && !caller.dialled) begin(mapping, caller, from.exten);
    if (caller.role !== "local") redirected(mapping, caller, from?.exten);
  }
  target.dialled = true;
  if (target.role === "trunk" && !target.originating) reachNetwork(mapping, target, message);
  // A half of a Local pair may ring before its dial is told, and is nobody all the same.
  if (target.role !== "local" && (target.state === ringing || target.state === up)) {
    follow(mapping, target, to);
  }
}

/** A caller that had talked to somebody who is gone, and now rings another: redirected. */
function redirected(mapping: Mapping, caller: Leg, exten: string | undefined): void {
  const { call } = caller;
  if (call.cause !== "newCall" || call.lastRedirection === undefined) return;
  if ([...call.connections.values()].some((each) => each.leg !== caller)) return;
  call.cause = "redirected";
  if (exten !== undefined && mapping.picture.legs.has(caller.id)) {
    call.called = { device: deviceId(exten) };
  }
}

/** The call leaves the switching sub-domain (ECMA-269 Network Reached). */
function reachNetwork(mapping: Mapping, target: Leg, message: AmiMessage): void {
  const { picture } = mapping;
  const { call } = target;
  const connection = target.connection ??= picture.connect(target);
  if (connection.state !== "null" || !picture.move(connection, "connected")) return;
  call.networkInterface ??= deviceId(target.endpoint);
  const dialled = known(message.get("DialString"))?.replace(/@.*$/, "").replace(/^.*\//, "");
  if (dialled !== undefined) call.called ??= { device: deviceId(dialled) };
  picture.emit({ type: "networkReached", connection: idOf(connection), ...picture.roles(call),
    networkInterfaceUsed: deviceId(target.endpoint), privateData: mapping.privateData(target),
  }, call.cause);
}

export function dialState(mapping: Mapping, message: AmiMessage): void {
  const to = channelView(message, "Dest");
  const target = to === undefined ? undefined : mapping.picture.leg(to);
  if (target === undefined || target.role === "local") return;
  const status = message.get("DialStatus");
  if (status !== "RINGING" && status !== "PROGRESS") return;
  if (target.originating) {
    if (status === "RINGING") offHook(mapping, target, "makeCall");
    return;
  }
  target.dialled = true;
  if (status === "RINGING" && target.state !== up) alert(mapping, target);
}

/** May come twice for one attempt. Observed: ast16-53-queue-ring-no-answer-then-abandon. */
export function dialEnd(mapping: Mapping, message: AmiMessage): void {
  const { picture } = mapping;
  const to = channelView(message, "Dest");
  const target = to === undefined ? undefined : picture.legs.get(to.uniqueid);
  if (target === undefined) return;
  const forward = known(message.get("Forward"));
  const { connection } = target;
  if (forward !== undefined && connection !== undefined) {
    const party: Party = { device: deviceId(forward.replace(/@.*$/, "").replace(/^.*\//, "")) };
    target.call.cause = "callForward";
    picture.divert(connection, party, "callForward");
    return;
  }
  const result = dialResults[message.get("DialStatus") ?? ""];
  if (result === undefined) return;
  target.endCause ??= result.cause;
  if (result.fails && target.role !== "local") failAt(mapping, target, result.cause);
}

function failAt(mapping: Mapping, leg: Leg, cause: EventCause): void {
  const { picture } = mapping;
  const connection = leg.connection ??= picture.connect(leg);
  fail(mapping, connection, picture.party(connection), cause);
}

function fail(
  mapping: Mapping, connection: Connection, failing: Party, cause: EventCause,
): void {
  const { picture } = mapping;
  if (connection.state === "fail" || connection.state === "hold") return;
  if (!picture.move(connection, "fail")) return;
  connection.call.reached = true;
  picture.emit({ type: "failed", connection: idOf(connection), failingDevice: failing,
    ...picture.roles(connection.call) }, cause);
}

export function hangup(mapping: Mapping, message: AmiMessage): void {
  const id = message.get("Uniqueid");
  const leg = id === undefined ? undefined : mapping.picture.legs.get(id);
  if (leg === undefined) return;
  const { picture } = mapping;
  mapping.settleOriginated(leg, undefined);
  mapping.settleJoin(leg.call);
  const said = causeOfQ850(message.get("Cause"));
  const cause = ending(leg, said);
  const { call, connection } = leg;
  if (leg.originating && !leg.answered && connection?.state !== "connected"
    && failures.has(cause)) failAt(mapping, leg, cause);
  else if (isFailedAttempt(leg) && connection !== undefined && said !== undefined
    && failures.has(said)) {
    fail(mapping, connection, call.called ?? picture.party(connection), said);
  }
  if (leg.joining !== undefined && farEndMoved(leg)) completeTransfer(mapping, leg.joining);
  if (connection !== undefined && leg.deflectedTo !== undefined) {
    call.cause = "redirected";
    const destination = { device: deviceId(leg.deflectedTo) };
    picture.divert(connection, destination, "redirected");
    call.called = destination;
  }
  // Observed: ast22-33: a Redirect while ringing cancels the dial, and the caller dials again.
  const wasTaken = leg.dialled && connection !== undefined
    && (leg.answered || (leg.endCause === "callCancelled" && isAlone(leg)));
  const gone = connection === undefined ? undefined : picture.party(connection);
  mapping.forgetLeg(leg);
  picture.removeLeg(leg, cause);
  endDeserted(mapping, call, cause);
  if (wasTaken && call.lastRedirection === undefined) call.lastRedirection = gone;
  mapping.backInQueue(call, leg, cause);
}

/** A consultation that its device had left for the first party ends with the last other leg. */
function endDeserted(mapping: Mapping, call: Call, cause: EventCause): void {
  if (call.legs.size > 0) return;
  for (const connection of [...call.connections.values()]) {
    if (connection.leg.heldConnection === connection) mapping.picture.clear(connection, cause);
  }
}

/**
 * Observed: ast16-37-transfer-by-bridge-action: the held leg ends when the Bridge action took its
 * far end, before the other far end has been moved.
 */
function farEndMoved(leg: Leg): boolean {
  return [...leg.call.legs].some((each) => each !== leg && each.bridge !== undefined
    && each.leftBridge !== undefined && each.leftBridge === leg.leftBridge);
}

/** Only the caller is there beside this leg. */
function isAlone(leg: Leg): boolean {
  return [...leg.call.connections.values()].filter((each) => each.leg !== leg).length < 2;
}

/** The caller's leg ends though nobody was ever reached: the PBX could not place the call. */
function isFailedAttempt(leg: Leg): boolean {
  return !leg.dialled && !leg.call.reached && leg.connection?.state === "connected";
}

function ending(leg: Leg, said: EventCause | undefined): EventCause {
  if (leg.answered) return said ?? "normalClearing";
  if (said !== undefined && said !== "normalClearing") return said;
  return leg.endCause ?? said ?? "normalClearing";
}

export function hold(mapping: Mapping, message: AmiMessage): void {
  const id = message.get("Uniqueid");
  const leg = id === undefined ? undefined : mapping.picture.legs.get(id);
  const connection = leg?.connection;
  if (connection?.state !== "connected") return;
  if (!mapping.picture.move(connection, "hold")) return;
  mapping.picture.emit({ type: "held", connection: idOf(connection),
    holdingDevice: mapping.picture.party(connection) }, "normal");
}

/** A blind transfer unholds a leg that was never held: no event then. */
export function unhold(mapping: Mapping, message: AmiMessage): void {
  const id = message.get("Uniqueid");
  const leg = id === undefined ? undefined : mapping.picture.legs.get(id);
  const connection = leg?.heldConnection ?? leg?.connection;
  if (leg === undefined || connection?.state !== "hold" || leg.heldConnection !== undefined) return;
  // Observed: ast16-31: both legs are unheld just before the attended transfer by REFER.
  if (hasAnotherCall(mapping, leg)) mapping.awaitTransfer(leg);
  else retrieve(mapping, connection);
}

function hasAnotherCall(mapping: Mapping, leg: Leg): boolean {
  return [...mapping.picture.legsOf(leg.endpoint)].some((each) =>
    each !== leg && each.connection !== undefined);
}

export function retrieve(mapping: Mapping, connection: Connection): void {
  if (connection.state !== "hold" || !mapping.picture.move(connection, "connected")) return;
  mapping.picture.emit({ type: "retrieved", connection: idOf(connection),
    retrievingDevice: mapping.picture.party(connection) }, "normal");
}

export function newCallerid(mapping: Mapping, message: AmiMessage): void {
  const view = channelView(message);
  if (view !== undefined && mapping.picture.legs.has(view.uniqueid)) mapping.picture.leg(view);
}

export function originateResponse(mapping: Mapping, message: AmiMessage): void {
  const id = message.get("Uniqueid");
  const leg = id === undefined ? undefined : mapping.picture.legs.get(id);
  if (leg !== undefined) mapping.settleOriginated(leg, known(message.get("Exten")));
}

/** DTMFEnd, as pressed at the device (Direction Received). */
export function digit(mapping: Mapping, message: AmiMessage): void {
  if (message.get("Direction") !== "Received") return;
  const id = message.get("Uniqueid");
  const connection = id === undefined ? undefined : mapping.picture.legs.get(id)?.connection;
  const digits = known(message.get("Digit"));
  if (connection === undefined || digits === undefined || connection.state === "null") return;
  mapping.picture.emit({ type: "digitsGenerated", connection: idOf(connection), digits }, "normal");
}

/** MixMonitorStart/Stop and their like: facts without a word in the model. */
export function recording(mapping: Mapping, message: AmiMessage): void {
  const id = message.get("Uniqueid");
  const leg = id === undefined ? undefined : mapping.picture.legs.get(id);
  const connection = leg?.connection;
  if (leg === undefined || connection === undefined || connection.state === "null") return;
  const state = message.name.endsWith("Start") ? "started"
    : message.name.endsWith("Stop") ? "stopped" : "muted";
  mapping.picture.emit({ type: "callInformation", connection: idOf(connection),
    ...mapping.picture.roles(leg.call),
    privateData: { driver: "asterisk-ami", fields: { recording: state } } }, "normal");
}
