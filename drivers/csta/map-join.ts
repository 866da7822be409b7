/**
 * Transferred and Conferenced: which connection goes on under which name. Phase III and XML tell
 * it by a list of old and new connections, phase I and II by a list of new ones, or not at all.
 */

import type { CallEvent, ConnectionListEntry, EventHeader } from "../../firmware/model/events.js";
import type { CallId, ConnectionId } from "../../firmware/model/identifiers.js";
import type { ConnectionListItem, CstaConnection, CstaEvent }
  from "../../firmware/wire/csta/message.js";
import type { MapContext } from "./map.js";

type Join = Extract<CstaEvent, { readonly type: "transferred" | "conferenced" }>;

/** Undefined: the event names no call. */
export function mapJoin(
  context: MapContext, event: Join, header: EventHeader,
): { readonly event: CallEvent; readonly doubt?: string } | undefined {
  const { calls } = context;
  const joining = event.type === "transferred" ? event.transferringDevice
    : event.conferencingDevice;
  const third = event.type === "transferred" ? event.transferredToDevice : event.addedParty;
  const list = event.type === "transferred" ? event.transferredConnections
    : event.conferenceConnections;
  const primaryOldCall = calls.resolve(event.primaryOldCall, joining);
  if (primaryOldCall === undefined) return undefined;
  const secondaryOldCall = event.secondaryOldCall === undefined ? undefined
    : calls.resolve(event.secondaryOldCall, joining);
  const told = (list ?? []).map((item) => entryOf(context, item, [primaryOldCall,
    secondaryOldCall])).filter((entry) => entry !== undefined);
  const connections = told.length > 0 ? told
    : supposed(context, event, primaryOldCall, secondaryOldCall);
  const common = { ...header, primaryOldCall, connections,
    ...(secondaryOldCall === undefined ? {} : { secondaryOldCall }) };
  const joiner = context.names.partyAt(joining, primaryOldCall.device);
  const party = context.names.party(third) ?? connections.at(-1)?.endpoint ?? joiner;
  return {
    event: event.type === "transferred"
      ? { ...common, type: "transferred", transferringDevice: joiner, transferredToDevice: party }
      : { ...common, type: "conferenced", conferencingDevice: joiner, addedParty: party },
    ...(told.length > 0 ? {} : { doubt: `${event.type} without a list of connections` }),
  };
}

function entryOf(
  context: MapContext, item: ConnectionListItem,
  olds: readonly (ConnectionId | undefined)[],
): ConnectionListEntry | undefined {
  const { calls, names } = context;
  // Who has no new connection has left the call.
  if (item.newConnection === undefined) return undefined;
  const oldConnection = item.oldConnection === undefined ? undefined
    : calls.resolve(item.oldConnection, item.endpoint);
  const newConnection = calls.resolve(withoutDynamic(item.newConnection, oldConnection, context),
    item.endpoint) ?? sameDevice(item.newConnection, oldConnection ?? olds[0]);
  if (newConnection === undefined) return undefined;
  const endpoint = names.party(item.endpoint);
  return { newConnection, ...(oldConnection === undefined ? {} : { oldConnection }),
    ...(endpoint === undefined ? {} : { endpoint }) };
}

/** A new dynamic identifier names nobody: its device is that of the old connection. */
function withoutDynamic(
  native: CstaConnection, old: ConnectionId | undefined, { calls, names }: MapContext,
): CstaConnection {
  if (old !== undefined && native.deviceID?.kind === "dynamic") {
    calls.resolve(native, names.toNative(old.device));
  }
  return native;
}

function sameDevice(
  native: CstaConnection, old: ConnectionId | undefined,
): ConnectionId | undefined {
  return old === undefined || native.callID === undefined ? undefined
    : { call: native.callID as CallId, device: old.device };
}

/**
 * Assumed: without a list the call goes on under the name of the second call, or of the only one,
 * with everybody but a transferring device.
 */
function supposed(
  { calls, names }: MapContext, event: Join, first: ConnectionId,
  second: ConnectionId | undefined,
): ConnectionListEntry[] {
  const { call } = second ?? first;
  const olds = [first, ...(second === undefined ? [] : [second])];
  const entries: ConnectionListEntry[] = [];
  for (const old of olds.flatMap((each) => calls.alive(each.call))) {
    if (olds.some((each) => each.device === old.device) && event.type === "transferred") continue;
    if (entries.some((entry) => entry.newConnection.device === old.device)) continue;
    entries.push({ newConnection: { call, device: old.device }, oldConnection: old });
  }
  if (second === undefined && event.type === "transferred") {
    const to = names.party(event.transferredToDevice)?.device;
    if (to !== undefined && !entries.some((entry) => entry.newConnection.device === to)) {
      entries.push({ newConnection: { call, device: to } });
    }
  }
  return entries;
}
