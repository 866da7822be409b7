/**
 * Events as the API shows them. Each event is turned into bytes once, however many watchers it
 * goes to: only the latency differs from watcher to watcher, and it is appended.
 */

import { DurationSchema } from "@bufbuild/protobuf/wkt";
import { agentStateAfter, type CallEvent, type ConnectionListEntry, type EventName,
  type PartyRoles } from "../../model/events.js";
import type { Party } from "../../model/identifiers.js";
import type { AgentState as ModelAgentState, ConnectionState as ModelConnectionState }
  from "../../model/states.js";
import type { NumberedEvent } from "../../switching/switch.js";
import { EventSchema, type ConnectionIdSchema, type ConnectionListEntrySchema,
  type NumberFormsSchema } from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import type { WatchEventsResponseSchema } from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { agentStates, connectionStates, directions, eventTypes, forwardingTypes,
  lampModes } from "./enums.js";
import { numberMessage } from "./number-message.js";
import { encoded, type PlainInit } from "./encoding.js";
import { encodePlain } from "./plain-writer.js";
import { timeParts } from "./time-message.js";

type EventInit = PlainInit<typeof EventSchema>;
type ConnectionIdInit = PlainInit<typeof ConnectionIdSchema>;
type NumberFormsInit = PlainInit<typeof NumberFormsSchema>;

/** The state of the event's connection afterwards; absent where the event says nothing of it. */
const stateAfter: Readonly<Partial<Record<EventName, ModelConnectionState>>> = {
  serviceInitiated: "initiated", originated: "connected", offered: "alerting",
  delivered: "alerting", established: "connected", held: "hold", retrieved: "connected",
  diverted: "null", failed: "fail", queued: "queued", networkReached: "connected",
  transferred: "null", conferenced: "connected", connectionCleared: "null", callCleared: "null",
  digitsDialed: "initiated",
};

type Forms = (party: Party | undefined) => NumberFormsInit | undefined;

function formsOf(entry: NumberedEvent): Forms {
  return (party) => party === undefined ? undefined
    : numberMessage(entry.numbers.find((forms) => forms.raw === party.device)
      ?? { raw: party.device }, party.name);
}

function roleFields(roles: PartyRoles, forms: Forms): EventInit {
  return {
    calling: forms(roles.callingDevice), called: forms(roles.calledDevice),
    lastRedirection: forms(roles.lastRedirectionDevice),
    networkInterface: roles.networkInterface ?? "",
  };
}

function about(connection: ConnectionIdInit, subject: NumberFormsInit | undefined): EventInit {
  return { connection, subject };
}

function listEntry(
  row: ConnectionListEntry, forms: Forms,
): PlainInit<typeof ConnectionListEntrySchema> {
  return {
    newConnection: row.newConnection, oldConnection: row.oldConnection,
    endpoint: forms(row.endpoint),
  };
}

/** What is particular to each type of event. */
function typeFields(event: CallEvent, forms: Forms): EventInit {
  switch (event.type) {
    case "serviceInitiated": return about(event.connection, forms(event.initiatingDevice));
    case "originated":
      return { ...roleFields(event, forms),
        ...about(event.connection, forms(event.callingDevice)) };
    case "offered":
      return { ...roleFields(event, forms),
        ...about(event.connection, forms(event.offeredDevice)) };
    case "delivered":
      return { ...roleFields(event, forms),
        ...about(event.connection, forms(event.alertingDevice)) };
    case "established":
      return { ...roleFields(event, forms),
        ...about(event.connection, forms(event.answeringDevice)) };
    case "held": return about(event.connection, forms(event.holdingDevice));
    case "retrieved": return about(event.connection, forms(event.retrievingDevice));
    case "diverted":
      return { ...roleFields(event, forms),
        ...about(event.connection, forms(event.divertingDevice)),
        otherParty: forms(event.newDestination) };
    case "failed":
      return { ...roleFields(event, forms),
        ...about(event.connection, forms(event.failingDevice)) };
    case "queued":
      return { ...roleFields(event, forms), ...about(event.connection, forms(event.queue)),
        numberQueued: event.numberQueued ?? 0,
        ...(event.callsInFront === undefined ? {} : { callsInFront: event.callsInFront }) };
    case "networkReached":
      return { ...roleFields(event, forms), ...about(event.connection, undefined),
        networkInterface: event.networkInterfaceUsed };
    case "transferred":
      return { ...about(event.primaryOldCall, forms(event.transferringDevice)),
        secondaryOldCall: event.secondaryOldCall, otherParty: forms(event.transferredToDevice),
        connections: event.connections.map((row) => listEntry(row, forms)) };
    case "conferenced":
      return { ...about(event.primaryOldCall, forms(event.conferencingDevice)),
        secondaryOldCall: event.secondaryOldCall, otherParty: forms(event.addedParty),
        connections: event.connections.map((row) => listEntry(row, forms)) };
    case "connectionCleared": return about(event.connection, forms(event.releasingDevice));
    case "callCleared": return { connection: { call: event.call } };
    case "digitsDialed":
      return { ...about(event.connection, forms(event.dialingDevice)), digits: event.digits };
    case "bridged": return about(event.connection, forms(event.bridgedAppearance));
    case "networkCapabilitiesChanged": return about(event.connection, undefined);
    case "callInformation":
      return { ...roleFields(event, forms), ...about(event.connection, undefined),
        accountCode: event.accountCode ?? "" };
    case "charging":
      return { ...about(event.connection, forms(event.chargedDevice)), charge: event.amount };
    case "digitsGenerated": return { ...about(event.connection, undefined), digits: event.digits };
    case "telephonyTonesGenerated":
      return { ...about(event.connection, undefined), tone: event.tone };
    case "serviceCompletionFailure":
      return { ...about(event.connection, undefined), otherParty: forms(event.otherDevice) };
    case "agentLoggedOn": case "agentLoggedOff": case "agentNotReady": case "agentReady":
    case "agentBusy": case "agentWorkingAfterCall": {
      const entered: ModelAgentState = agentStateAfter[event.type];
      return { subject: forms(event.agentDevice), agentState: agentStates[entered],
        agent: event.agent ?? "", acdGroup: event.acdGroup ?? "", reason: event.reason ?? "" };
    }
    default: return deviceFields(event, forms);
  }
}

function deviceFields(
  event: Extract<CallEvent, { readonly device: unknown }>, forms: Forms,
): EventInit {
  switch (event.type) {
    case "backInService": case "outOfService": return { subject: forms({ device: event.device }) };
    case "doNotDisturb": case "messageWaiting":
      return { subject: forms({ device: event.device }), on: event.on };
    case "displayUpdated":
      return { subject: forms({ device: event.device }), text: event.text };
    case "buttonPress":
      return { subject: forms({ device: event.device }), button: event.button,
        label: event.label ?? "" };
    case "lampMode":
      return { subject: forms({ device: event.device }), lamp: event.lamp,
        lampMode: lampModes[event.lampMode], button: event.button ?? "" };
    case "forwarding":
      return { subject: forms({ device: event.device }), on: event.on,
        ...(event.forwardingType === undefined ? {}
          : { forwardingType: forwardingTypes[event.forwardingType] }),
        otherParty: event.forwardTo === undefined ? undefined
          : forms({ device: event.forwardTo }) };
  }
}

/** What the event's message is made from, without a latency, which depends on the stream. */
export function eventInit(entry: NumberedEvent): EventInit {
  const { event } = entry;
  const state = stateAfter[event.type];
  return {
    number: entry.number, at: timeParts(entry.atMs),
    occurredAt: event.occurredAtMs === undefined ? undefined : timeParts(event.occurredAtMs),
    link: event.link, type: eventTypes[event.type], cause: event.cause,
    ...(state === undefined ? {} : { state: connectionStates[state] }),
    direction: directions[entry.direction], healed: entry.healed,
    ...(event.privateData === undefined ? {} : { privateData: event.privateData.fields }),
    ...typeFields(event, formsOf(entry)),
  };
}

/**
 * Bytes kept for other watchers of the same event, who read it in the same turn or soon after. A
 * WeakMap would keep them as long as the Switch keeps its event; more of them would grow old and
 * burden every collection.
 */
export const preparedMax = 16;
const prepared = new Map<NumberedEvent, Uint8Array>();

function bytesOf(entry: NumberedEvent): Uint8Array {
  const known = prepared.get(entry);
  if (known !== undefined) return known;
  if (prepared.size >= preparedMax) {
    for (const oldest of prepared.keys()) {
      prepared.delete(oldest);
      break;
    }
  }
  const bytes = encodePlain(EventSchema, eventInit(entry));
  prepared.set(entry, bytes);
  return bytes;
}

/** For the test of the bound. */
export function preparedCount(): number {
  return prepared.size;
}

/** Field 1 and field 26, length-delimited (protobuf encoding guide). */
const tagEvent = (1 << 3) | 2;
const tagLatency = (26 << 3) | 2;
const lengthBytesMax = 5;

function writeVarint(bytes: Uint8Array, from: number, value: number): number {
  let at = from;
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7, at += 1) bytes[at] = (rest & 0x7f) | 0x80;
  bytes[at] = rest;
  return at + 1;
}

/** `WatchEventsResponse{event}` from the event's bytes, with its latency appended. */
function compose(event: Uint8Array, latencyMs: number | undefined): Uint8Array {
  const latency = latencyMs === undefined ? undefined
    : encodePlain(DurationSchema, timeParts(latencyMs));
  const more = latency === undefined ? 0 : 2 + 1 + latency.length;
  const whole = Buffer.allocUnsafe(1 + lengthBytesMax + event.length + more);
  whole[0] = tagEvent;
  let at = writeVarint(whole, 1, event.length + more);
  whole.set(event, at);
  at += event.length;
  if (latency !== undefined) {
    at = writeVarint(whole, at, tagLatency);
    whole[at] = latency.length;
    whole.set(latency, at + 1);
    at += 1 + latency.length;
  }
  return whole.subarray(0, at);
}

/**
 * What is sent to one watcher. `latencyMs` undefined: a stored event, whose way took as long as
 * its reader was away.
 */
export function watchedEvent(
  entry: NumberedEvent, latencyMs: number | undefined,
): PlainInit<typeof WatchEventsResponseSchema> & { readonly [encoded]: () => Uint8Array } {
  const spentMs = latencyMs === undefined ? undefined : Math.max(0, latencyMs);
  return {
    get item() {
      return { case: "event" as const, value: { ...eventInit(entry),
        ...(spentMs === undefined ? {} : { latency: timeParts(spentMs) }) } };
    },
    [encoded]: () => compose(bytesOf(entry), spentMs),
  };
}
