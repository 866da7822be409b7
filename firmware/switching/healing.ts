/**
 * Brings the picture of a link to what its PBX says is going on, by events: whatever a snapshot
 * changes, watchers see as numbered events marked healed. Nothing is ever ended by a timeout.
 */

import type { EventCause } from "../model/causes.js";
import type { AgentEventType, CallEvent, EventHeader } from "../model/events.js";
import type { ConnectionId, Party } from "../model/identifiers.js";
import type { LinkSnapshot, SnapshotAgent, SnapshotCall, SnapshotConnection }
  from "../model/snapshot.js";
import { mayMove, type AgentState, type ConnectionState } from "../model/states.js";
import type { CallEntry, LinkPicture } from "./picture.js";

export interface HealingCounts {
  cleared: number;
  corrected: number;
  learnt: number;
}

export interface Healer {
  readonly picture: LinkPicture;
  /** Applies, numbers and fans out one event as healed. */
  heal(event: CallEvent): void;
  /** Puts a mark on a call before the event that ends or begins it. */
  mark(call: CallEntry, mark: "healed" | "started-before-monitoring"): void;
  header(cause: EventCause): EventHeader;
}

export function reconcileLink(
  healer: Healer, snapshot: LinkSnapshot, askedAt: bigint | undefined,
): HealingCounts {
  const counts: HealingCounts = { cleared: 0, corrected: 0, learnt: 0 };
  for (const device of snapshot.devices) learnDevice(healer, device);
  const said = new Map(snapshot.calls.map((call) => [call.call, call]));
  const newer = (call: CallEntry): boolean => askedAt !== undefined && call.touched > askedAt;
  // What is there comes before what is gone: a call that changes its parties does not end.
  for (const call of snapshot.calls) {
    if (!healer.picture.calls.has(call.call)) healer.picture.dropAlias(call.call);
    const known = healer.picture.calls.get(call.call);
    if (known !== undefined && newer(known)) continue;
    bringTo(healer, call, known, counts);
  }
  for (const call of [...healer.picture.calls.values()]) {
    if (!newer(call)) clearMissing(healer, call, said.get(call.call), counts);
  }
  for (const agent of snapshot.agents) correctAgent(healer, agent);
  for (const call of healer.picture.calls.values()) {
    if (said.has(call.call)) call.stale = false;
  }
  return counts;
}

function clearMissing(
  healer: Healer, call: CallEntry, now: SnapshotCall | undefined, counts: HealingCounts,
): void {
  const still = new Set(now?.connections.map((connection) => connection.device.device));
  const missing = [...call.connections.keys()].filter((device) => !still.has(device));
  if (now === undefined) healer.mark(call, "healed");
  if (now === undefined && call.connections.size === 0) {
    counts.cleared += 1;
    healer.heal({ ...healer.header("normalClearing"), type: "callCleared", call: call.call });
    return;
  }
  for (const device of missing) {
    counts.cleared += 1;
    healer.mark(call, "healed");
    healer.heal({
      ...healer.header("normalClearing"), type: "connectionCleared",
      connection: { call: call.call, device }, releasingDevice: { device },
    });
  }
}

function bringTo(
  healer: Healer, said: SnapshotCall, before: CallEntry | undefined, counts: HealingCounts,
): void {
  if (before === undefined) counts.learnt += 1;
  for (const connection of said.connections) {
    const call = healer.picture.find(said.call);
    const known = call?.connections.get(connection.device.device);
    if (known?.state === connection.state) continue;
    if (before !== undefined) counts.corrected += 1;
    const from = known?.state ?? "null";
    if (connection.state === "hold" && !mayMove(from, "hold")) {
      healer.heal(entering(healer, said, connection, "connected"));
    }
    healer.heal(entering(healer, said, connection, connection.state));
    const after = healer.picture.find(said.call);
    if (after !== undefined && before === undefined) {
      healer.mark(after, "started-before-monitoring");
    }
  }
}

/** The event by which a connection enters `state`. */
function entering(
  healer: Healer, call: SnapshotCall, { device }: SnapshotConnection, state: ConnectionState,
): CallEvent {
  const connection: ConnectionId = { call: call.call, device: device.device };
  const roles = {
    ...(call.callingDevice === undefined ? {} : { callingDevice: call.callingDevice }),
    ...(call.calledDevice === undefined ? {} : { calledDevice: call.calledDevice }),
    ...(call.networkInterface === undefined ? {} : { networkInterface: call.networkInterface }),
  };
  const header = healer.header("normal");
  switch (state) {
    case "initiated":
      return { ...header, type: "serviceInitiated", connection, initiatingDevice: device };
    case "alerting":
      return { ...header, type: "delivered", connection, alertingDevice: device, ...roles };
    case "connected": return connected(healer, call, connection, device, roles);
    case "hold": return { ...header, type: "held", connection, holdingDevice: device };
    case "queued": return { ...header, type: "queued", connection, queue: device, ...roles };
    case "fail": return { ...header, type: "failed", connection, failingDevice: device, ...roles };
    case "null":
      return { ...header, type: "connectionCleared", connection, releasingDevice: device };
  }
}

function connected(
  healer: Healer, call: SnapshotCall, connection: ConnectionId, device: Party,
  roles: { readonly callingDevice?: Party; readonly calledDevice?: Party },
): CallEvent {
  const header = healer.header("normal");
  const before = healer.picture.find(call.call)?.connections.get(device.device)?.state;
  if (before === "hold") {
    return { ...header, type: "retrieved", connection, retrievingDevice: device };
  }
  if (call.callingDevice?.device === device.device) {
    return { ...header, type: "originated", connection, ...roles, callingDevice: device };
  }
  return { ...header, type: "established", connection, answeringDevice: device, ...roles };
}

function learnDevice(healer: Healer, said: LinkSnapshot["devices"][number]): void {
  const entry = healer.picture.device(said.device, false, said.category);
  entry.external = false;
  entry.category = said.category;
  entry.name = said.name ?? entry.name;
  entry.notMonitored = said.notMonitored;
  if (said.inService === undefined || said.inService === entry.inService) return;
  if (entry.inService === undefined) {
    entry.inService = said.inService;
    return;
  }
  healer.heal({ ...healer.header("normal"),
    type: said.inService ? "backInService" : "outOfService", device: said.device });
}

const agentEvents: Readonly<Record<AgentState, AgentEventType>> = {
  null: "agentLoggedOff", notReady: "agentNotReady", ready: "agentReady", busy: "agentBusy",
  workingAfterCall: "agentWorkingAfterCall",
};

function correctAgent(healer: Healer, said: SnapshotAgent): void {
  const known = healer.picture.devices.get(said.device);
  if (known?.agentState === said.state
    && (said.state !== "notReady" || known.agentReason === said.reason)) return;
  healer.heal({
    ...healer.header("normal"), type: agentEvents[said.state],
    agentDevice: { device: said.device },
    ...(said.agent === undefined ? {} : { agent: said.agent }),
    ...(said.acdGroup === undefined ? {} : { acdGroup: said.acdGroup }),
    ...(said.reason === undefined ? {} : { reason: said.reason }),
  });
}
