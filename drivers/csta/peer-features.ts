/** What the simulated switching function does with two calls, and with a device itself. */

import type { EventCause } from "../../firmware/model/causes.js";
import type { ForwardingType } from "../../firmware/model/services.js";
import type { AgentState } from "../../firmware/model/states.js";
import type { ConnectionListItem, RequestedAgentState }
  from "../../firmware/wire/csta/message.js";
import type { PeerCall, PeerPbx } from "./peer-pbx.js";

/** The call that two calls become, and what is told of it. */
interface Joined {
  readonly call: PeerCall;
  readonly list: readonly ConnectionListItem[];
}

/** Puts everybody but `without` into one call; `first` and `second` are over. */
function join(
  pbx: PeerPbx, first: PeerCall, second: PeerCall, without: string | undefined,
): Joined {
  const policy = pbx.plan.joinedCall ?? "second";
  const made = pbx.newCall(first.calling, first.called);
  const id = policy === "first" ? first.id : policy === "second" ? second.id : made.id;
  const list: ConnectionListItem[] = [];
  for (const old of [first, second]) {
    for (const [device, { state }] of old.connections) {
      const oldConnection = pbx.connection(old, device);
      const isKnown = made.connections.has(device);
      if (device === without || isKnown) continue;
      made.connections.set(device, { state: state === "hold" ? "connected" : state });
      list.push({ oldConnection, endpoint: pbx.device(device) });
    }
  }
  made.trunk = first.trunk ?? second.trunk;
  made.callingName = first.callingName;
  pbx.end(first);
  pbx.end(second);
  pbx.calls.delete(made.id);
  made.id = id;
  pbx.calls.set(id, made);
  return { call: made, list: list.map((item) => ({ ...item, newConnection:
    pbx.connection(made, numberOf(pbx, item)) })) };
}

function numberOf(pbx: PeerPbx, { endpoint }: ConnectionListItem): string {
  return endpoint === undefined || typeof endpoint === "string" ? "" : pbx.numberOf(endpoint);
}

/** The device of `second` that is not `device`: the one consulted. */
function otherOf(call: PeerCall, device: string): string | undefined {
  return [...call.connections.keys()].find((each) => each !== device);
}

export function transfer(
  pbx: PeerPbx, held: PeerCall, active: PeerCall, device: string,
): PeerCall {
  const primaryOldCall = pbx.connection(held, device);
  const secondaryOldCall = pbx.connection(active, device);
  const to = otherOf(active, device);
  const { call, list } = join(pbx, held, active, device);
  pbx.tell({ type: "transferred", primaryOldCall, secondaryOldCall,
    transferringDevice: pbx.device(device), transferredToDevice: pbx.party(to),
    transferredConnections: list, cause: "transfer" }, call, [device]);
  // Who still rings may answer the transferred call.
  if (to !== undefined && call.connections.get(to)?.state === "alerting") {
    pbx.after(call, 1_000, () => { pbx.answer(call, to); });
  }
  return call;
}

export function conference(
  pbx: PeerPbx, held: PeerCall, active: PeerCall, device: string,
): PeerCall {
  const primaryOldCall = pbx.connection(held, device);
  const secondaryOldCall = pbx.connection(active, device);
  const added = otherOf(active, device);
  const { call, list } = join(pbx, held, active, undefined);
  pbx.tell({ type: "conferenced", primaryOldCall, secondaryOldCall,
    conferencingDevice: pbx.device(device), addedParty: pbx.party(added),
    conferenceConnections: list, cause: "conference" }, call);
  return call;
}

export function singleStepTransfer(
  pbx: PeerPbx, call: PeerCall, device: string, to: string,
): PeerCall {
  const primaryOldCall = pbx.connection(call, device);
  call.connections.delete(device);
  call.lastRedirection = device;
  call.connections.set(to, { state: "alerting" });
  const list = [...call.connections.keys()].map((each) => ({
    newConnection: pbx.connection(call, each), endpoint: pbx.device(each),
    ...(each === to ? {} : { oldConnection: pbx.connection(call, each) }) }));
  pbx.tell({ type: "transferred", primaryOldCall, transferringDevice: pbx.device(device),
    transferredToDevice: pbx.party(to), transferredConnections: list,
    cause: "singleStepTransfer" }, call, [device]);
  pbx.route(call, to, {}, "singleStepTransfer");
  return call;
}

export function singleStepConference(
  pbx: PeerPbx, call: PeerCall, device: string, to: string,
): PeerCall {
  const primaryOldCall = pbx.connection(call, device);
  call.connections.set(to, { state: "connected" });
  const list = [...call.connections.keys()].map((each) => ({
    newConnection: pbx.connection(call, each), endpoint: pbx.device(each),
    ...(each === to ? {} : { oldConnection: pbx.connection(call, each) }) }));
  pbx.tell({ type: "conferenced", primaryOldCall, conferencingDevice: pbx.device(device),
    addedParty: pbx.party(to), conferenceConnections: list,
    cause: "singleStepConference" }, call);
  return call;
}

/** A call that rings at one device is taken by another. */
export function pickup(pbx: PeerPbx, call: PeerCall, from: string, by: string): void {
  const connection = pbx.connection(call, from);
  call.connections.delete(from);
  pbx.tell({ type: "diverted", connection, divertingDevice: pbx.device(from),
    newDestination: pbx.party(by), ...pbx.roles(call), cause: "callPickup" }, call, [from]);
  call.lastRedirection = from;
  call.connections.set(by, { state: "connected" });
  pbx.tell({ type: "established", establishedConnection: pbx.connection(call, by),
    answeringDevice: pbx.device(by), ...pbx.roles(call), cause: "callPickup" }, call);
}

/** The parked party waits in a queue at the parking device. */
export function park(pbx: PeerPbx, call: PeerCall, device: string, to: string): void {
  const connection = pbx.connection(call, device);
  call.connections.delete(device);
  pbx.tell({ type: "diverted", connection, divertingDevice: pbx.device(device),
    newDestination: pbx.party(to), ...pbx.roles(call), cause: "park" }, call, [device]);
  call.connections.set(to, { state: "queued" });
  pbx.tell({ type: "queued", queuedConnection: pbx.connection(call, to), queue: pbx.party(to),
    ...pbx.roles(call), cause: "park" }, call);
}

const agentEvents = {
  loggedOn: "agentLoggedOn", loggedOff: "agentLoggedOff", notReady: "agentNotReady",
  ready: "agentReady", workingAfterCall: "agentWorkingAfterCall",
} as const;
const agentStates: Readonly<Record<RequestedAgentState, AgentState>> = {
  loggedOn: "notReady", loggedOff: "null", notReady: "notReady", ready: "ready",
  workingAfterCall: "workingAfterCall",
};

export function setAgent(
  pbx: PeerPbx, device: string, requested: RequestedAgentState | "busy", agentID: string,
): void {
  pbx.agents.set(device, { agentID,
    state: requested === "busy" ? "busy" : agentStates[requested] });
  pbx.tellDevice({ type: requested === "busy" ? "agentBusy" : agentEvents[requested],
    agentDevice: pbx.device(device), agentID }, device);
}

export function setDoNotDisturb(pbx: PeerPbx, device: string, on: boolean): void {
  if (on) pbx.dnd.add(device);
  else pbx.dnd.delete(device);
  pbx.tellDevice({ type: "doNotDisturb", device: pbx.device(device), doNotDisturbOn: on }, device);
}

/** `to` undefined: off. */
export function setForwarding(
  pbx: PeerPbx, device: string, to: string | undefined,
  forwardingType: ForwardingType = "immediate",
): void {
  const own = pbx.forwarding.get(device) ?? new Map<ForwardingType, string>();
  pbx.forwarding.set(device, own);
  if (to === undefined) own.delete(forwardingType);
  else own.set(forwardingType, to);
  pbx.tellDevice({ type: "forwarding", device: pbx.device(device), forwardingType,
    forwardStatus: to !== undefined,
    ...(to === undefined ? {} : { forwardTo: pbx.device(to) }) }, device);
}

/** Every telephone has four line keys, each with its lamp. */
export const buttons = ["1", "2", "3", "4"] as const;

export function setDisplay(pbx: PeerPbx, device: string, text: string): void {
  pbx.displays.set(device, text);
  pbx.tellDevice({ type: "displayUpdated", device: pbx.device(device), logicalRows: 1,
    logicalColumns: text.length, contentsOfDisplay: text }, device);
}

/** The lamp of a key goes on, and off again. */
export function pressButton(pbx: PeerPbx, device: string, button: string): void {
  const lit = pbx.lit.get(device) ?? new Set<string>();
  pbx.lit.set(device, lit);
  if (!lit.delete(button)) lit.add(button);
  pbx.tellDevice({ type: "buttonPress", device: pbx.device(device), button,
    buttonLabel: `Line ${button}` }, device);
  pbx.tellDevice({ type: "lampMode", device: pbx.device(device), lamp: button,
    lampMode: lit.has(button) ? "steady" : "off" }, device);
}

export function setMessageWaiting(pbx: PeerPbx, device: string, on: boolean): void {
  if (on) pbx.messageWaiting.add(device);
  else pbx.messageWaiting.delete(device);
  pbx.tellDevice({ type: "messageWaiting", device: pbx.device(device), messageWaitingOn: on },
    device);
}

export function setService(pbx: PeerPbx, device: string, inService: boolean): void {
  pbx.tellDevice({ type: inService ? "backInService" : "outOfService",
    device: pbx.device(device) }, device);
}

export function alternate(
  pbx: PeerPbx, held: PeerCall, active: PeerCall, device: string,
  cause: EventCause = "alternate",
): void {
  pbx.hold(active, device, cause);
  pbx.retrieve(held, device, cause);
}
