/**
 * What each event does to the picture of its call. The PBX is right about its own calls: a move
 * that ECMA-269 does not know is reported as illegal and followed all the same, as long as it
 * names a call that may exist.
 */

import type { NumberResolver } from "./switch.js";
import type { EventCause } from "../model/causes.js";
import type { CallEvent } from "../model/events.js";
import type { CallId, ConnectionId, DeviceId, Party } from "../model/identifiers.js";
import { mayMove, type ConnectionState } from "../model/states.js";
import { CallHistory } from "./call-history.js";
import { directionOf, isExternal } from "./direction.js";
import { callsMax, partiesOf, type CallEntry, type LinkPicture } from "./picture.js";

export interface ApplyContext {
  readonly picture: LinkPicture;
  readonly numbers: NumberResolver;
  /** Milliseconds since 1970 UTC at which the event arrived. */
  readonly atMs: number;
  /** The PBX's own snapshot says so: a call that seemed over is not. */
  readonly healed: boolean;
}

export interface Outcome {
  /** The event with its calls under the names they have now. */
  readonly event: CallEvent;
  readonly call: CallEntry | undefined;
  readonly parties: readonly DeviceId[];
  readonly illegal?: string;
  /** Set when the model cannot follow: only the PBX's own snapshot can tell. */
  readonly resync?: string;
  /** The call is over. */
  readonly ended?: boolean;
  /** A call that had to leave to keep the bound. */
  readonly evicted?: CallEntry;
}

/** Causes that say no more than that a connection ended. */
const plainCauses: ReadonlySet<string> = new Set(["normal", "normalClearing"]);

type ConnectionEvent = Extract<CallEvent, { readonly connection: ConnectionId }>;

/** The state a connection enters by an event (ECMA-269 §6.1.5; clause 17 per event). */
const stateAfter: Partial<Record<ConnectionEvent["type"], ConnectionState>> = {
  serviceInitiated: "initiated", originated: "connected", offered: "alerting",
  delivered: "alerting", established: "connected", held: "hold", retrieved: "connected",
  diverted: "null", failed: "fail", queued: "queued", networkReached: "connected",
  connectionCleared: "null", bridged: "connected",
};

/** Events with which a call may begin; the others of an ended call come too late. */
const beginnings: ReadonlySet<string> = new Set([
  "serviceInitiated", "originated", "offered", "delivered", "queued", "networkReached",
]);

/** Events that show a call from its beginning: nothing of it was missed. */
const firsts: ReadonlySet<string> = new Set([
  "serviceInitiated", "originated", "offered", "delivered", "queued",
]);

export function newCall(
  context: ApplyContext, call: CallId, startedAtMs: number,
): { readonly entry: CallEntry; readonly evicted: CallEntry | undefined } {
  const { picture } = context;
  const evicted = picture.calls.size >= callsMax ? oldestCall(picture) : undefined;
  const entry: CallEntry = {
    link: picture.link, call, connections: new Map(),
    history: new CallHistory(startedAtMs), marks: new Set(), aliases: new Map(),
    calling: undefined, called: undefined, networkInterface: undefined, direction: "unknown",
    stale: false, touched: 0n, parties: undefined, lastCause: "normal",
  };
  picture.add(entry);
  return { entry, evicted };
}

/** The oldest stale call, or simply the oldest. */
function oldestCall(picture: LinkPicture): CallEntry | undefined {
  let first: CallEntry | undefined;
  for (const call of picture.calls.values()) {
    first ??= call;
    if (call.stale) return call;
  }
  return first;
}

/** Applies an event about one connection. */
export function applyToConnection(context: ApplyContext, event: ConnectionEvent): Outcome {
  const { picture } = context;
  const to = stateAfter[event.type];
  const found = picture.find(event.connection.call);
  if (found === undefined) return applyToUnknownCall(context, event, to);
  const alias = found.call === event.connection.call ? undefined : event.connection.call;
  if (alias !== undefined && event.type === "connectionCleared"
    && clearsOldConnection(picture, found, alias, event.connection.device)) {
    return { event, call: found, parties: partiesOf(found) };
  }
  const named: ConnectionEvent = alias === undefined ? event
    : { ...event, connection: { call: found.call, device: event.connection.device } };
  return change(context, named, found, to, undefined);
}

/**
 * A transferred call's old connections end with the transfer. A PBX that clears them one by one
 * afterwards speaks of the old connection, not of the one that took its place.
 */
function clearsOldConnection(
  picture: LinkPicture, call: CallEntry, alias: CallId, device: DeviceId,
): boolean {
  const left = call.aliases.get(alias);
  if (left?.delete(device) !== true) return false;
  if (left.size === 0) picture.dropAlias(alias);
  return true;
}

function applyToUnknownCall(
  context: ApplyContext, event: ConnectionEvent, to: ConnectionState | undefined,
): Outcome {
  const { picture, atMs } = context;
  const { call, device } = event.connection;
  const late = !context.healed && picture.hasEnded(call) && !beginnings.has(event.type);
  if (to === undefined || to === "null") {
    const known = picture.hasEnded(call);
    return { event, call: undefined, parties: [device],
      ...(known ? {} : { illegal: `${event.type} of an unknown call` }) };
  }
  if (late) {
    return { event, call: undefined, parties: [device], illegal: `${event.type} after the end`,
      resync: "an ended call lives on" };
  }
  const { entry, evicted } = newCall(context, call, atMs);
  if (!firsts.has(event.type)) entry.marks.add("started-before-monitoring");
  return change(context, event, entry, to, evicted);
}

function change(
  context: ApplyContext, event: ConnectionEvent, call: CallEntry,
  to: ConnectionState | undefined, evicted: CallEntry | undefined,
): Outcome {
  const { picture, numbers, atMs } = context;
  const { device } = event.connection;
  call.stale = false;
  learnRoles(call, event);
  const before = call.connections.get(device);
  const from = before?.state ?? "null";
  let illegal: string | undefined;
  let parties = partiesOf(call);
  let ended = false;
  if (to !== undefined) {
    if (!mayMove(from, to, before?.external)) illegal = `${event.type}: ${from} to ${to}`;
    const name = nameOf(event, device);
    if (to === "null") {
      if (before === undefined && !parties.includes(device)) parties = [...parties, device];
      picture.disconnect(call, device);
      // The order in which a PBX clears the last connections is chance: what says more counts.
      if (plainCauses.has(call.lastCause) || call.connections.size > 1) {
        call.lastCause = event.cause;
      }
      // A diverted call goes on at its new destination, though nothing shows it there yet.
      ended = call.connections.size === 0 && event.type !== "diverted"
        && (before !== undefined || !call.history.hasLeft(device));
      if (before !== undefined) call.history.enter(device, to, event.cause, atMs, name);
    } else {
      call.lastCause = "normal";
      const external = before?.external ?? (event.type === "networkReached"
        || isExternal(picture, numbers, device));
      picture.connect(call, device, to, external, name);
      call.history.enter(device, to, event.cause, atMs, name);
      parties = partiesOf(call);
    }
  } else if (!parties.includes(device)) {
    parties = [...parties, device];
  }
  if (event.type === "established" && call.calling?.device !== device) {
    call.history.answered(device, atMs);
  }
  if (call.direction === "unknown") call.direction = directionOf(call, picture, numbers);
  return { event, call, parties, ended, ...(illegal === undefined ? {} : { illegal }),
    ...(evicted === undefined ? {} : { evicted }) };
}

function nameOf(event: ConnectionEvent, device: DeviceId): string | undefined {
  switch (event.type) {
    case "serviceInitiated": return event.initiatingDevice.name;
    case "originated": return event.callingDevice.name;
    case "offered": return event.offeredDevice.name;
    case "delivered": return event.alertingDevice.name;
    case "established": return event.answeringDevice.name;
    case "failed": return event.failingDevice.name;
    case "queued": return event.queue.name;
    case "connectionCleared":
      return event.releasingDevice.device === device ? event.releasingDevice.name : undefined;
    default: return undefined;
  }
}

/** Who calls whom: the first word counts, a name is added whenever it comes. */
function learnRoles(call: CallEntry, event: ConnectionEvent): void {
  const { correlatorData, userData } = event.privateData?.fields ?? {};
  call.history.attached = { ...call.history.attached,
    ...(correlatorData === undefined ? {} : { correlatorData }),
    ...(userData === undefined ? {} : { userData }) };
  if ("callingDevice" in event) call.calling = better(call.calling, event.callingDevice);
  if ("calledDevice" in event) call.called = better(call.called, event.calledDevice);
  if ("networkInterface" in event) call.networkInterface ??= event.networkInterface;
  if (event.type === "networkReached") call.networkInterface ??= event.networkInterfaceUsed;
  if (event.type === "serviceInitiated") call.calling ??= event.initiatingDevice;
  if (event.type === "callInformation") {
    if (event.callingDevice !== undefined) call.calling = event.callingDevice;
    if (event.accountCode !== undefined) call.history.accountCode = event.accountCode;
  }
}

function better(known: Party | undefined, said: Party | undefined): Party | undefined {
  if (known === undefined || said === undefined) return known ?? said;
  return known.device === said.device && known.name === undefined && said.name !== undefined
    ? said : known;
}

/** Ends all connections of a call at once (ECMA-269 Call Cleared). */
export function applyCallCleared(
  context: ApplyContext, event: Extract<CallEvent, { readonly type: "callCleared" }>,
): Outcome {
  const call = context.picture.find(event.call);
  if (call === undefined) {
    const known = context.picture.hasEnded(event.call);
    return { event, call: undefined, parties: [],
      ...(known ? {} : { illegal: "callCleared of an unknown call" }) };
  }
  const parties = partiesOf(call);
  clearAll(context, call, event.cause);
  return { event: { ...event, call: call.call }, call, parties, ended: true };
}

export function clearAll(context: ApplyContext, call: CallEntry, cause: EventCause): void {
  for (const device of [...call.connections.keys()]) {
    context.picture.disconnect(call, device);
    call.history.enter(device, "null", cause, context.atMs);
  }
  call.lastCause = cause;
}
