/**
 * Transferred and Conferenced (ECMA-269 §12.2.9): the list says which connection continues under
 * which name. The surviving call may keep the first call's name, the second's, or take a new one.
 */

import type { CallEvent, ConnectionListEntry } from "../model/events.js";
import type { CallId, DeviceId } from "../model/identifiers.js";
import { newCall, type ApplyContext, type Outcome } from "./call-events.js";
import { directionOf, isExternal } from "./direction.js";
import { partiesOf, type CallEntry, type ConnectionEntry } from "./picture.js";

type JoinEvent = Extract<CallEvent, { readonly type: "transferred" | "conferenced" }>;

export function applyJoin(context: ApplyContext, event: JoinEvent): Outcome {
  const { picture, numbers } = context;
  const first = picture.find(event.primaryOldCall.call);
  const secondId = event.secondaryOldCall?.call;
  const second = secondId === undefined ? undefined : picture.find(secondId);
  const olds = [...new Set([first, second])].filter((call) => call !== undefined);
  const parties = new Set(olds.flatMap((call) => [...partiesOf(call)]));
  const illegal = first === undefined || (secondId !== undefined && second === undefined)
    ? `${event.type} of an unknown call` : undefined;

  const survivorId = event.connections[0]?.newConnection.call ?? event.primaryOldCall.call;
  const known = picture.find(survivorId);
  const made = known === undefined ? newCall(context, survivorId, context.atMs) : undefined;
  const survivor = known ?? made?.entry;
  if (survivor === undefined) return { event, call: undefined, parties: [...parties] };
  if (olds.length === 0) survivor.marks.add("started-before-monitoring");
  survivor.stale = false;
  inherit(survivor, first ?? second);

  const endedConnections = new Map<CallEntry, DeviceId[]>();
  for (const old of olds) {
    endedConnections.set(old, [...old.connections.keys()]);
    if (old !== survivor) survivor.history.merge(old.history);
  }
  moveConnections(context, event, survivor, olds);
  for (const old of olds) {
    if (old === survivor) continue;
    picture.remove(old, true);
    picture.moveAliases(old, survivor);
    picture.alias(old.call, survivor, endedConnections.get(old) ?? []);
  }
  for (const device of partiesOf(survivor)) parties.add(device);
  survivor.lastCause = event.cause;
  if (survivor.direction === "unknown") {
    survivor.direction = directionOf(survivor, picture, numbers);
  }
  return { event, call: survivor, parties: [...parties],
    ...(illegal === undefined ? {} : { illegal }),
    ...(made?.evicted === undefined ? {} : { evicted: made.evicted }) };
}

/** Who called whom stays what it was in the first call, under whatever name it lives on. */
function inherit(heir: CallEntry, from: CallEntry | undefined): void {
  if (from === undefined || from === heir) return;
  heir.calling = from.calling ?? heir.calling;
  heir.called = from.called ?? heir.called;
  heir.networkInterface = from.networkInterface ?? heir.networkInterface;
  heir.direction = from.direction === "unknown" ? heir.direction : from.direction;
  for (const mark of from.marks) heir.marks.add(mark);
}

interface Arrival {
  readonly device: DeviceId;
  readonly state: ConnectionEntry["state"];
  readonly external: boolean;
  readonly name: string | undefined;
}

function moveConnections(
  context: ApplyContext, event: JoinEvent, survivor: CallEntry, olds: readonly CallEntry[],
): void {
  const { picture, atMs } = context;
  const arrivals = new Map<DeviceId, Arrival>();
  const leaving = new Set<DeviceId>();
  for (const entry of event.connections) {
    const arrival = arrivalOf(context, event, entry, olds);
    arrivals.set(arrival.device, arrival);
    if (entry.oldConnection !== undefined) leaving.add(entry.oldConnection.device);
  }
  const joiners = joiningDevices(event);
  for (const old of olds) {
    for (const connection of [...old.connections.values()]) {
      picture.disconnect(old, connection.device);
      if (arrivals.has(connection.device)) continue;
      const isJoiner = joiners.has(connection.device);
      if (leaving.has(connection.device) || (isJoiner && event.type === "transferred")) {
        survivor.history.enter(connection.device, "null", event.cause, atMs);
        continue;
      }
      arrivals.set(connection.device,
        isJoiner ? { ...connection, state: "connected" } : { ...connection });
    }
  }
  for (const arrival of arrivals.values()) {
    picture.connect(survivor, arrival.device, arrival.state, arrival.external, arrival.name);
    survivor.history.enter(arrival.device, arrival.state, event.cause, atMs, arrival.name);
  }
}

function joiningDevices(event: JoinEvent): ReadonlySet<DeviceId> {
  const devices = new Set([event.type === "transferred"
    ? event.transferringDevice.device : event.conferencingDevice.device]);
  devices.add(event.primaryOldCall.device);
  if (event.secondaryOldCall !== undefined) devices.add(event.secondaryOldCall.device);
  return devices;
}

/** A party keeps the state it had: one that still rings goes on ringing. */
function arrivalOf(
  context: ApplyContext, event: JoinEvent, entry: ConnectionListEntry,
  olds: readonly CallEntry[],
): Arrival {
  const { device } = entry.newConnection;
  const oldDevice = entry.oldConnection?.device ?? device;
  const oldCall: CallId | undefined = entry.oldConnection?.call;
  const from = oldCall === undefined ? olds.find((call) => call.connections.has(oldDevice))
    : context.picture.find(oldCall);
  const before = from?.connections.get(oldDevice)
    ?? olds.find((call) => call.connections.has(oldDevice))?.connections.get(oldDevice);
  const joins = joiningDevices(event).has(device);
  return {
    device, state: joins ? "connected" : before?.state ?? "connected",
    external: before?.external ?? isExternal(context.picture, context.numbers, device),
    name: entry.endpoint?.name ?? before?.name,
  };
}
