/**
 * Events of the call model (ECMA-269 clauses 17 to 25). A driver emits them, the switching
 * function applies them, applications receive them. Not known is `undefined` or absent, never "".
 */

import type { EventCause } from "./causes.js";
import type { AgentId, ConnectionId, DeviceId, LinkId, Party } from "./identifiers.js";
import type { ForwardingType, Lamp } from "./services.js";
import type { AgentState } from "./states.js";

/** What a PBX said that the model has no word for, tagged with the driver's name. */
export interface PrivateData {
  readonly driver: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface EventHeader {
  readonly link: LinkId;
  readonly cause: EventCause;
  /** Monotonic milliseconds at which the last byte of the cause of this event arrived. */
  readonly receivedAtMs: number;
  /** The PBX's own time of the event, milliseconds since 1970 UTC, where it says one. */
  readonly occurredAtMs?: number;
  readonly privateData?: PrivateData;
}

/** Roles that most call events carry (ECMA-269 §12.3). */
export interface PartyRoles {
  readonly callingDevice?: Party;
  readonly calledDevice?: Party;
  readonly lastRedirectionDevice?: Party;
  /** The trunk over which the call entered or leaves (associated calling/called device). */
  readonly networkInterface?: DeviceId;
}

/** One row of the connection list of Transferred and Conferenced (ECMA-269 §12.2.9). */
export interface ConnectionListEntry {
  readonly newConnection: ConnectionId;
  readonly oldConnection?: ConnectionId;
  readonly endpoint?: Party;
}

type CallControl =
  | { readonly type: "serviceInitiated"; readonly connection: ConnectionId;
      readonly initiatingDevice: Party }
  | ({ readonly type: "originated"; readonly connection: ConnectionId;
      readonly callingDevice: Party } & PartyRoles)
  | ({ readonly type: "offered"; readonly connection: ConnectionId;
      readonly offeredDevice: Party } & PartyRoles)
  | ({ readonly type: "delivered"; readonly connection: ConnectionId;
      readonly alertingDevice: Party } & PartyRoles)
  | ({ readonly type: "established"; readonly connection: ConnectionId;
      readonly answeringDevice: Party } & PartyRoles)
  | { readonly type: "held"; readonly connection: ConnectionId; readonly holdingDevice: Party }
  | { readonly type: "retrieved"; readonly connection: ConnectionId;
      readonly retrievingDevice: Party }
  | ({ readonly type: "diverted"; readonly connection: ConnectionId;
      readonly divertingDevice: Party; readonly newDestination?: Party } & PartyRoles)
  | ({ readonly type: "failed"; readonly connection: ConnectionId;
      readonly failingDevice: Party } & PartyRoles)
  | ({ readonly type: "queued"; readonly connection: ConnectionId; readonly queue: Party;
      /** Calls in the queue, this one included. */ readonly numberQueued?: number;
      readonly callsInFront?: number } & PartyRoles)
  | ({ readonly type: "networkReached"; readonly connection: ConnectionId;
      readonly networkInterfaceUsed: DeviceId } & PartyRoles)
  | { readonly type: "transferred"; readonly primaryOldCall: ConnectionId;
      readonly secondaryOldCall?: ConnectionId; readonly transferringDevice: Party;
      readonly transferredToDevice: Party;
      readonly connections: readonly ConnectionListEntry[] }
  | { readonly type: "conferenced"; readonly primaryOldCall: ConnectionId;
      readonly secondaryOldCall?: ConnectionId; readonly conferencingDevice: Party;
      readonly addedParty: Party; readonly connections: readonly ConnectionListEntry[] }
  | { readonly type: "connectionCleared"; readonly connection: ConnectionId;
      readonly releasingDevice: Party }
  | { readonly type: "callCleared"; readonly call: ConnectionId["call"] }
  | { readonly type: "digitsDialed"; readonly connection: ConnectionId;
      readonly dialingDevice: Party; readonly digits: string }
  | { readonly type: "bridged"; readonly connection: ConnectionId;
      readonly bridgedAppearance: Party }
  | { readonly type: "networkCapabilitiesChanged"; readonly connection: ConnectionId };

type CallAssociated =
  /** New facts about a known connection: caller name, account code (ECMA-269 §18.2.1). */
  | ({ readonly type: "callInformation"; readonly connection: ConnectionId;
      readonly accountCode?: string } & PartyRoles)
  | { readonly type: "charging"; readonly connection: ConnectionId;
      readonly chargedDevice: Party; readonly amount: string }
  | { readonly type: "digitsGenerated"; readonly connection: ConnectionId;
      readonly digits: string }
  | { readonly type: "telephonyTonesGenerated"; readonly connection: ConnectionId;
      readonly tone: string }
  | { readonly type: "serviceCompletionFailure"; readonly connection: ConnectionId;
      readonly otherDevice?: Party };

/** ECMA-269 §22, agent events, folded into one shape: the type is the state entered. */
export type AgentEventType =
  "agentLoggedOn" | "agentLoggedOff" | "agentNotReady" | "agentReady" | "agentBusy"
  | "agentWorkingAfterCall";

interface AgentEvent {
  readonly type: AgentEventType;
  readonly agentDevice: Party;
  readonly agent?: AgentId;
  /** The ACD group (queue) to which the state applies; absent: all of them. */
  readonly acdGroup?: DeviceId;
  /** The pause reason as typed by the agent or supervisor. */
  readonly reason?: string;
}

type DeviceEvent =
  | { readonly type: "backInService"; readonly device: DeviceId }
  | { readonly type: "outOfService"; readonly device: DeviceId }
  | { readonly type: "doNotDisturb"; readonly device: DeviceId; readonly on: boolean }
  | { readonly type: "forwarding"; readonly device: DeviceId; readonly on: boolean;
      readonly forwardTo?: DeviceId; readonly forwardingType?: ForwardingType }
  /** The message lamp of the device was lit or put out. */
  | { readonly type: "messageWaiting"; readonly device: DeviceId; readonly on: boolean }
  | { readonly type: "displayUpdated"; readonly device: DeviceId;
      /** All of it, as the PBX's rows follow one another. */ readonly text: string }
  /** Somebody, or an application, pressed a button; `button` as the PBX names it. */
  | { readonly type: "buttonPress"; readonly device: DeviceId; readonly button: string;
      readonly label?: string }
  | { readonly type: "lampMode"; readonly device: DeviceId } & Lamp;

export type CallEvent = EventHeader & (CallControl | CallAssociated | AgentEvent | DeviceEvent);
export type EventName = CallEvent["type"];

/** Every event name, in the order in which the API numbers them. */
export const eventNames = [
  "serviceInitiated", "originated", "offered", "delivered", "established", "held", "retrieved",
  "diverted", "failed", "queued", "networkReached", "transferred", "conferenced",
  "connectionCleared", "callCleared", "digitsDialed", "bridged", "networkCapabilitiesChanged",
  "callInformation", "charging", "digitsGenerated", "telephonyTonesGenerated",
  "serviceCompletionFailure", "agentLoggedOn", "agentLoggedOff", "agentNotReady", "agentReady",
  "agentBusy", "agentWorkingAfterCall", "backInService", "outOfService", "doNotDisturb",
  "forwarding", "messageWaiting", "displayUpdated", "buttonPress", "lampMode",
] as const satisfies readonly EventName[];

/** The state of an agent after each agent event. Logged on says nothing yet: not ready. */
export const agentStateAfter: Readonly<Record<AgentEventType, AgentState>> = {
  agentLoggedOn: "notReady", agentLoggedOff: "null", agentNotReady: "notReady",
  agentReady: "ready", agentBusy: "busy", agentWorkingAfterCall: "workingAfterCall",
};
