/**
 * CSTA events → events of the model. Both are ECMA-269: most of it is names. What differs: the
 * same event told to several device monitors is one here, connections have the model's devices,
 * and lists that a phase does not have are made up from what was told before.
 */

import type { CallEvent, EventHeader, PartyRoles } from "../../firmware/model/events.js";
import { agentId, callId, type ConnectionId, type DeviceId, type LinkId }
  from "../../firmware/model/identifiers.js";
import type { CstaConnection, CstaEvent, CstaExtensions, CstaParty }
  from "../../firmware/wire/csta/message.js";
import type { Calls } from "./calls.js";
import { mapJoin } from "./map-join.js";
import type { DeviceNames } from "./names.js";

/** What a report says beside its event. */
export interface Reported {
  /** Cross reference of the monitor. */
  readonly monitor: string;
  /** The device that it monitors, where we know it. */
  readonly device: DeviceId | undefined;
  readonly atMs: number;
}

export interface Mapped {
  readonly event: CallEvent | undefined;
  /** Why there is none. */
  readonly dropped?: "duplicate" | "incomplete" | "not-modelled";
  /** The model cannot be sure of what the PBX means. */
  readonly doubt?: string;
}

/** What mapping needs of the session. */
export interface MapContext {
  readonly link: LinkId;
  readonly driver: string;
  readonly names: DeviceNames;
  readonly calls: Calls;
}

type Of<T extends CstaEvent["type"]> = Extract<CstaEvent, { readonly type: T }>;

/** Events with which a call may begin at a monitor. */
const beginnings: ReadonlySet<CstaEvent["type"]> = new Set<CstaEvent["type"]>(
  ["serviceInitiated", "originated", "offered", "delivered", "queued"]);
const endings: ReadonlySet<CallEvent["type"]> = new Set<CallEvent["type"]>(
  ["connectionCleared", "diverted"]);

export function mapEvent(context: MapContext, event: CstaEvent, reported: Reported): Mapped {
  const connection = connectionOf(event);
  const call = connection?.callID;
  if (call !== undefined && beginnings.has(event.type)) context.calls.begins(call);
  const made = makeEvent(context, event, reported);
  if (made === undefined) {
    return { event: undefined, dropped: event.type === "other" ? "not-modelled" : "incomplete" };
  }
  const { event: told, doubt } = made;
  const about = aboutOf(told);
  if (about !== undefined
    && context.calls.isTold(about.call, about.kind, reported.monitor, reported.atMs)) {
    return { event: undefined, dropped: "duplicate" };
  }
  follow(context.calls, told);
  return doubt === undefined ? { event: told } : { event: told, doubt };
}

/** The connection of which an event speaks first. */
export function connectionOf(event: CstaEvent): CstaConnection | undefined {
  switch (event.type) {
    case "serviceInitiated": return event.initiatedConnection;
    case "originated": return event.originatedConnection;
    case "offered": return event.offeredConnection;
    case "delivered": case "diverted": case "callInformation": case "digitsGenerated":
      return event.connection;
    case "established": return event.establishedConnection;
    case "held": return event.heldConnection;
    case "retrieved": return event.retrievedConnection;
    case "failed": return event.failedConnection;
    case "queued": return event.queuedConnection;
    case "networkReached": return event.outboundConnection;
    case "transferred": case "conferenced": return event.primaryOldCall;
    case "connectionCleared": return event.droppedConnection;
    case "callCleared": return event.clearedCall;
    case "digitsDialed": return event.dialingConnection;
    default: return undefined;
  }
}

/** Under what the reports of several monitors about one thing are compared. */
function aboutOf(event: CallEvent): { readonly call: string; readonly kind: string } | undefined {
  if ("connection" in event) {
    const detail = event.type === "digitsDialed" || event.type === "digitsGenerated"
      ? event.digits : event.type === "callInformation" ? event.accountCode ?? "" : "";
    return { call: event.connection.call,
      kind: `${event.type} ${event.connection.device} ${detail}` };
  }
  if (event.type === "transferred" || event.type === "conferenced") {
    return { call: event.primaryOldCall.call,
      kind: `${event.type} ${event.secondaryOldCall?.call ?? ""}` };
  }
  return event.type === "callCleared" ? { call: event.call, kind: event.type } : undefined;
}

function follow(calls: Calls, event: CallEvent): void {
  if (event.type === "callCleared") {
    calls.ends(event.call);
  } else if (event.type === "transferred" || event.type === "conferenced") {
    for (const old of [event.primaryOldCall, event.secondaryOldCall]) {
      if (old !== undefined) calls.ends(old.call);
    }
    for (const { newConnection } of event.connections) calls.enters(newConnection);
  } else if ("connection" in event) {
    if (endings.has(event.type)) calls.leaves(event.connection);
    else if (event.type !== "callInformation") calls.enters(event.connection);
    if (event.type === "serviceInitiated") calls.forgetRoles(event.connection.call);
    if (event.type === "originated" || event.type === "offered" || event.type === "delivered"
      || event.type === "established" || event.type === "queued") {
      calls.remember(event.connection.call, event);
    }
  }
}

function makeEvent(
  context: MapContext, event: CstaEvent, reported: Reported,
): { readonly event: CallEvent; readonly doubt?: string } | undefined {
  const header = headerOf(context, event, reported.atMs);
  if (event.type === "transferred" || event.type === "conferenced") {
    return mapJoin(context, event, header);
  }
  const made = mapCall(context, event, header, reported) ?? mapDevice(context, event, header);
  return made && { event: made };
}

function mapCall(
  context: MapContext, event: CstaEvent, header: EventHeader, { device }: Reported,
): CallEvent | undefined {
  const { calls, names } = context;
  const at = (native: CstaConnection, subject: CstaParty | undefined): ConnectionId | undefined =>
    calls.resolve(native, subject);
  switch (event.type) {
    case "serviceInitiated": {
      const subject = event.initiatingDevice
        ?? (device === undefined ? undefined : names.toNative(device));
      const connection = at(event.initiatedConnection, subject);
      return connection && { ...header, type: "serviceInitiated", connection,
        initiatingDevice: context.names.partyAt(event.initiatingDevice, connection.device) };
    }
    case "originated": return originated(context, event, header);
    case "offered": case "delivered": case "established": case "failed": case "queued":
      return withRoles(context, event, header);
    case "diverted": return diverted(context, event, header);
    case "networkReached": return networkReached(context, event, header);
    case "held": {
      const connection = at(event.heldConnection, event.holdingDevice);
      return connection && { ...header, type: "held", connection,
        holdingDevice: context.names.partyAt(event.holdingDevice, connection.device) };
    }
    case "retrieved": {
      const connection = at(event.retrievedConnection, event.retrievingDevice);
      return connection && { ...header, type: "retrieved", connection,
        retrievingDevice: context.names.partyAt(event.retrievingDevice, connection.device) };
    }
    case "connectionCleared": {
      const connection = at(event.droppedConnection, event.releasingDevice);
      return connection && { ...header, type: "connectionCleared", connection,
        releasingDevice: context.names.partyAt(event.releasingDevice, connection.device) };
    }
    case "callCleared": {
      const call = event.clearedCall.callID;
      return call === undefined ? undefined
        : { ...header, type: "callCleared", call: callId(call) };
    }
    case "digitsDialed": {
      const connection = at(event.dialingConnection, event.dialingDevice);
      return connection && { ...header, type: "digitsDialed", connection,
        dialingDevice: context.names.partyAt(event.dialingDevice, connection.device),
        digits: event.dialingSequence };
    }
    case "digitsGenerated": {
      const connection = at(event.connection, undefined);
      return connection && { ...header, type: "digitsGenerated", connection,
        digits: event.digitGeneratedList };
    }
    case "callInformation": {
      const connection = at(event.connection, event.device);
      const callingDevice = names.party(event.callingDevice);
      return connection && { ...header, type: "callInformation", connection,
        ...(callingDevice === undefined ? {} : { callingDevice }),
        ...(event.accountInfo === undefined ? {} : { accountCode: event.accountInfo }) };
    }
    default: return undefined;
  }
}

function originated(
  context: MapContext, event: Of<"originated">, header: EventHeader,
): CallEvent | undefined {
  const connection = context.calls.resolve(event.originatedConnection, event.callingDevice);
  if (connection === undefined) return undefined;
  return { ...header, type: "originated", connection, ...rolesOf(context, event, connection),
    callingDevice: context.names.partyAt(event.callingDevice, connection.device) };
}

function withRoles(
  context: MapContext, event: Of<"offered" | "delivered" | "established" | "failed" | "queued">,
  header: EventHeader,
): CallEvent | undefined {
  const [native, subject] = event.type === "offered"
    ? [event.offeredConnection, event.offeredDevice]
    : event.type === "delivered" ? [event.connection, event.alertingDevice]
    : event.type === "established" ? [event.establishedConnection, event.answeringDevice]
    : event.type === "failed" ? [event.failedConnection, event.failingDevice]
    : [event.queuedConnection, event.queue];
  const connection = context.calls.resolve(native, subject);
  if (connection === undefined) return undefined;
  const all = { ...header, connection, ...rolesOf(context, event, connection) };
  const party = context.names.partyAt(subject, connection.device);
  switch (event.type) {
    case "offered": return { ...all, type: "offered", offeredDevice: party };
    case "delivered": return { ...all, type: "delivered", alertingDevice: party };
    case "established": return { ...all, type: "established", answeringDevice: party };
    case "failed": return { ...all, type: "failed", failingDevice: party };
    case "queued": return { ...all, type: "queued", queue: party,
      ...(event.numberQueued === undefined ? {} : { numberQueued: event.numberQueued }),
      ...(event.callsInFront === undefined ? {} : { callsInFront: event.callsInFront }) };
  }
}

function diverted(
  context: MapContext, event: Of<"diverted">, header: EventHeader,
): CallEvent | undefined {
  const connection = context.calls.resolve(event.connection, event.divertingDevice);
  if (connection === undefined) return undefined;
  const newDestination = context.names.party(event.newDestination);
  return { ...header, type: "diverted", connection, ...rolesOf(context, event, connection),
    divertingDevice: context.names.partyAt(event.divertingDevice, connection.device),
    ...(newDestination === undefined ? {} : { newDestination }) };
}

function networkReached(
  context: MapContext, event: Of<"networkReached">, header: EventHeader,
): CallEvent | undefined {
  const { networkInterfaceUsed } = event;
  const connection = context.calls.resolve(event.outboundConnection, networkInterfaceUsed);
  if (connection === undefined) return undefined;
  const roles = rolesOf(context, event, connection);
  return { ...header, type: "networkReached", connection, ...roles,
    networkInterfaceUsed: context.names.party(networkInterfaceUsed)?.device
      ?? connection.device };
}

function mapDevice(
  { names }: MapContext, event: CstaEvent, header: EventHeader,
): CallEvent | undefined {
  switch (event.type) {
    case "agentLoggedOn": case "agentLoggedOff": case "agentNotReady": case "agentReady":
    case "agentBusy": case "agentWorkingAfterCall": {
      const agentDevice = names.party(event.agentDevice);
      return agentDevice && { ...header, type: event.type, agentDevice,
        ...(event.agentID === undefined ? {} : { agent: agentId(event.agentID) }),
        ...(event.acdGroup === undefined ? {} : { acdGroup: names.toModel(event.acdGroup) }) };
    }
    case "doNotDisturb": {
      const device = names.party(event.device)?.device;
      return device && { ...header, type: "doNotDisturb", device, on: event.doNotDisturbOn };
    }
    case "forwarding": {
      const device = names.party(event.device)?.device;
      const to = event.forwardTo;
      return device && { ...header, type: "forwarding", device, on: event.forwardStatus,
        ...(event.forwardingType === undefined ? {} : { forwardingType: event.forwardingType }),
        ...(to === undefined ? {} : { forwardTo: names.toModel(to) }) };
    }
    case "messageWaiting": {
      const device = names.party(event.device)?.device;
      return device && { ...header, type: "messageWaiting", device, on: event.messageWaitingOn };
    }
    case "displayUpdated": {
      const device = names.party(event.device)?.device;
      return device && { ...header, type: "displayUpdated", device,
        text: event.contentsOfDisplay };
    }
    case "buttonPress": {
      const device = names.party(event.device)?.device;
      return device && { ...header, type: "buttonPress", device, button: event.button,
        ...(event.buttonLabel === undefined ? {} : { label: event.buttonLabel }) };
    }
    case "lampMode": {
      const device = names.party(event.device)?.device;
      return device && { ...header, type: "lampMode", device, lamp: event.lamp,
        lampMode: event.lampMode };
    }
    case "backInService": case "outOfService": {
      const device = names.party(event.device)?.device;
      return device && { ...header, type: event.type, device };
    }
    default: return undefined;
  }
}

type RoleFields = Pick<Of<"delivered">, "callingDevice" | "calledDevice"
  | "lastRedirectionDevice" | "associatedCallingDevice" | "associatedCalledDevice">;

function rolesOf(
  { names, calls }: MapContext, event: RoleFields, { call }: ConnectionId,
): PartyRoles {
  // Phases I and II tell who calls whom when a call begins, not again when it fails or leaves.
  const before = calls.roles(call);
  const callingDevice = event.callingDevice === undefined ? before.callingDevice
    : names.party(event.callingDevice);
  const calledDevice = event.calledDevice === undefined ? before.calledDevice
    : names.party(event.calledDevice);
  const lastRedirectionDevice = names.party(event.lastRedirectionDevice);
  const networkInterface = (names.party(event.associatedCallingDevice)
    ?? names.party(event.associatedCalledDevice))?.device;
  return {
    ...(callingDevice === undefined ? {} : { callingDevice }),
    ...(calledDevice === undefined ? {} : { calledDevice }),
    ...(lastRedirectionDevice === undefined ? {} : { lastRedirectionDevice }),
    ...(networkInterface === undefined ? {} : { networkInterface }),
  };
}

function headerOf(context: MapContext, event: CstaEvent, atMs: number): EventHeader {
  const occurredAtMs = utcOf(event.extensions);
  const fields = privateFields(context.names, event);
  return {
    link: context.link, cause: event.cause ?? "normal", receivedAtMs: atMs,
    ...(occurredAtMs === undefined ? {} : { occurredAtMs }),
    ...(fields === undefined ? {} : { privateData: { driver: context.driver, fields } }),
  };
}

const generalizedTime = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/;

/** Undefined where the PBX tells its local time: what zone that is it does not say. */
function utcOf(extensions: CstaExtensions | undefined): number | undefined {
  const parts = generalizedTime.exec(extensions?.time ?? "");
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

/** What the model has no word for. */
function privateFields(
  names: DeviceNames, event: CstaEvent,
): Readonly<Record<string, string>> | undefined {
  const fields: Record<string, string> = {};
  const { correlatorData, userData, extensions } = event;
  if (correlatorData !== undefined) fields["correlatorData"] = correlatorData;
  if (userData !== undefined) fields["userData"] = userData;
  if (extensions?.time?.endsWith("Z") === false) fields["localTime"] = extensions.time;
  for (const [index, element] of (extensions?.privateData ?? []).entries()) {
    fields[index === 0 ? "privateData" : `privateData${index + 1}`] = element;
  }
  if ("networkCallingDevice" in event) {
    const device = names.party(event.networkCallingDevice)?.device;
    if (device !== undefined) fields["networkCallingDevice"] = device;
  }
  if ("networkCalledDevice" in event) {
    const device = names.party(event.networkCalledDevice)?.device;
    if (device !== undefined) fields["networkCalledDevice"] = device;
  }
  return Object.keys(fields).length === 0 ? undefined : fields;
}
