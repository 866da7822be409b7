/**
 * The legs (channels) and calls of one Asterisk, and the events that tell of their changes. A leg
 * is keyed by Uniqueid: a channel's name and its Linkedid may change in mid-life. Every method
 * that emits checks the connection's state first, so that a lost message never makes an illegal
 * move.
 */

import type { EventCause } from "../../firmware/model/causes.js";
import type { CallEvent, PartyRoles } from "../../firmware/model/events.js";
import {
  callId, deviceId, type CallId, type ConnectionId, type DeviceId, type Party,
} from "../../firmware/model/identifiers.js";
import { mayMove, type ConnectionState } from "../../firmware/model/states.js";
import { ownText } from "../../firmware/wire/ami.js";
import { endpointOf, type ChannelView, type Endpoints, type Role } from "./channel.js";

export interface Connection {
  call: Call;
  device: DeviceId;
  state: ConnectionState;
  /** The leg that is the device's end; for a queue or a parking space, the leg that waits. */
  leg: Leg;
  readonly kind: "leg" | "queue" | "park" | "conference";
  /** A `conferenced` event has told of it: when its leg changes channels it is no news. */
  conferenced: boolean;
}

export interface Leg {
  readonly id: string;
  channel: string;
  endpoint: string;
  role: Role;
  linkedid: string;
  state: number;
  number: string | undefined;
  name: string | undefined;
  call: Call;
  /** The connection that follows this leg now. */
  connection: Connection | undefined;
  /** The first call's connection while this one leg also talks in a consultation call. */
  heldConnection: Connection | undefined;
  bridge: string | undefined;
  /** The bridge it was in before. */
  leftBridge: string | undefined;
  /** The other half of a Local pair. */
  pair: string | undefined;
  /** Rung by the PBX: a called party. */
  dialled: boolean;
  /** The half of a Local pair that rings it: a queue's or a group's way to its member. */
  dialledBy: string | undefined;
  /** Rung by an Originate, before the destination is dialled. */
  originating: boolean;
  endCause: EventCause | undefined;
  /** What the next end of this leg's connection is: set when we asked for a deflection. */
  deflectedTo: string | undefined;
  answered: boolean;
  /** We asked the PBX to join the far ends of these two calls of the device. */
  joining: { readonly held: Connection; readonly active: Connection } | undefined;
}

export interface Call {
  readonly id: CallId;
  /** Position in the order of creation: the older call survives a join. */
  readonly order: number;
  readonly linkedids: Set<string>;
  readonly legs: Set<Leg>;
  readonly connections: Map<DeviceId, Connection>;
  calling: Party | undefined;
  called: Party | undefined;
  lastRedirection: Party | undefined;
  networkInterface: DeviceId | undefined;
  /** Why the call goes on to the next device. */
  cause: EventCause;
  announced: boolean;
  /** Why its last connections ended, where one of them says more than that it ended. */
  endCause: EventCause | undefined;
  /** Somebody other than the caller alerted, answered or failed. */
  reached: boolean;
  startedAtMs: number | undefined;
}

type EventBody = CallEvent extends infer E ? E extends CallEvent
  ? Omit<E, "link" | "receivedAtMs" | "occurredAtMs" | "cause"> : never : never;

export interface PictureBounds {
  readonly legsMax: number;
}

/** Twice Asterisk's largest usual load; above it new legs are counted and not followed. */
export const legsMax = 20_000;

const noLegs: ReadonlySet<Leg> = new Set();

export class Picture {
  readonly legs = new Map<string, Leg>();
  readonly calls = new Map<CallId, Call>();
  readonly endpoints: Endpoints;
  readonly #byLinkedid = new Map<string, Call>();
  readonly #byEndpoint = new Map<string, Set<Leg>>();
  readonly #emit: (body: EventBody, cause: EventCause) => void;
  readonly #bounds: PictureBounds;
  #order = 0;
  /** Legs not followed because `legsMax` was reached. */
  refused = 0;

  constructor(
    endpoints: Endpoints, bounds: PictureBounds,
    emit: (body: EventBody, cause: EventCause) => void,
  ) {
    this.endpoints = endpoints;
    this.#bounds = bounds;
    this.#emit = emit;
  }

  emit(body: EventBody, cause: EventCause): void {
    if ("connection" in body) {
      const call = this.calls.get(body.connection.call);
      if (call !== undefined && body.type !== "connectionCleared") call.endCause = undefined;
      else if (call !== undefined && call.connections.size < 2 && cause !== "normalClearing") {
        call.endCause ??= cause;
      }
    }
    this.#emit(body, cause);
  }

  /** The leg of a channel view, made if it is new; undefined for the PBX's own machinery. */
  leg(view: ChannelView): Leg | undefined {
    const found = this.legs.get(view.uniqueid);
    if (found !== undefined) {
      if (found.linkedid !== view.linkedid) found.linkedid = ownText(view.linkedid);
      if (view.state >= 0) found.state = view.state;
      if (view.number !== undefined && view.number !== found.number) {
        found.number = ownText(view.number);
      }
      if (view.name !== undefined && view.name !== found.name) found.name = ownText(view.name);
      return found;
    }
    const channel = ownText(view.channel);
    const { endpoint } = endpointOf(channel);
    this.endpoints.learn(endpoint, view.context);
    const role = this.endpoints.role(view.channel);
    if (role === "internal") return undefined;
    if (this.legs.size >= this.#bounds.legsMax) {
      this.refused += 1;
      return undefined;
    }
    const linkedid = ownText(view.linkedid);
    const call = this.callOf(linkedid);
    const leg: Leg = {
      id: ownText(view.uniqueid), channel, endpoint, role, linkedid, state: view.state,
      number: view.number === undefined ? undefined : ownText(view.number),
      name: view.name === undefined ? undefined : ownText(view.name), call, connection: undefined,
      heldConnection: undefined, bridge: undefined, leftBridge: undefined,
      pair: undefined, dialled: false, dialledBy: undefined, originating: false,
      endCause: undefined, deflectedTo: undefined, answered: false, joining: undefined,
    };
    this.legs.set(leg.id, leg);
    this.#index(leg);
    call.legs.add(leg);
    return leg;
  }

  /** The legs of one device. */
  legsOf(endpoint: string): ReadonlySet<Leg> {
    return this.#byEndpoint.get(endpoint) ?? noLegs;
  }

  /** A masquerade made the leg another device's. */
  changeEndpoint(leg: Leg, endpoint: string): void {
    this.#unindex(leg);
    leg.endpoint = endpoint;
    this.#index(leg);
  }

  #index(leg: Leg): void {
    const legs = this.#byEndpoint.get(leg.endpoint);
    if (legs === undefined) this.#byEndpoint.set(leg.endpoint, new Set([leg]));
    else legs.add(leg);
  }

  #unindex(leg: Leg): void {
    const legs = this.#byEndpoint.get(leg.endpoint);
    legs?.delete(leg);
    if (legs?.size === 0) this.#byEndpoint.delete(leg.endpoint);
  }

  callOf(linkedid: string): Call {
    return this.#byLinkedid.get(linkedid) ?? this.newCall(linkedid);
  }

  newCall(id: string): Call {
    this.#order += 1;
    const call: Call = {
      id: callId(id), order: this.#order, linkedids: new Set([id]), legs: new Set(),
      connections: new Map(), calling: undefined, called: undefined, lastRedirection: undefined,
      networkInterface: undefined, cause: "newCall", announced: false,
      endCause: undefined, reached: false,
      startedAtMs: undefined,
    };
    this.calls.set(call.id, call);
    this.#byLinkedid.set(id, call);
    return call;
  }

  /** Moves a leg that nobody has heard of yet. */
  moveSilently(leg: Leg, call: Call, cause: EventCause = "normalClearing"): void {
    if (leg.call === call) return;
    const old = leg.call;
    old.legs.delete(leg);
    leg.call = call;
    call.legs.add(leg);
    this.endIfEmpty(old, cause);
  }

  /** Opens the connection of a leg in its call, in the state null; `trunk-a~2` for a second. */
  connect(
    leg: Leg, kind: Connection["kind"] = "leg", device: string = leg.endpoint, call = leg.call,
  ): Connection {
    let name = deviceId(device);
    for (let n = 2; call.connections.has(name); n += 1) name = deviceId(`${device}~${n}`);
    const connection: Connection = { call, device: name, state: "null", leg, kind,
      conferenced: false };
    call.connections.set(name, connection);
    return connection;
  }

  party(connection: Connection): Party {
    const { leg, device, kind } = connection;
    if (kind !== "leg" || leg.role === "trunk" || leg.name === undefined) return { device };
    return { device, name: leg.name };
  }

  /** How others see the person at a leg: a trunk's is the number outside. */
  person(leg: Leg): Party {
    const device = leg.role === "trunk" && leg.number !== undefined ? leg.number : leg.endpoint;
    return leg.name === undefined ? { device: deviceId(device) }
      : { device: deviceId(device), name: leg.name };
  }

  roles(call: Call): PartyRoles {
    return {
      ...(call.calling === undefined ? {} : { callingDevice: call.calling }),
      ...(call.called === undefined ? {} : { calledDevice: call.called }),
      ...(call.lastRedirection === undefined
        ? {} : { lastRedirectionDevice: call.lastRedirection }),
      ...(call.networkInterface === undefined
        ? {} : { networkInterface: call.networkInterface }),
    };
  }

  /** Makes the move if the model allows it. */
  move(connection: Connection, to: ConnectionState): boolean {
    const isInterface = connection.kind === "leg" && connection.leg.role === "trunk";
    if (!mayMove(connection.state, to, isInterface)) return false;
    connection.state = to;
    connection.call.announced = true;
    return true;
  }

  /** Takes a connection away after its last event. */
  drop(connection: Connection): void {
    connection.state = "null";
    connection.call.connections.delete(connection.device);
    const { leg } = connection;
    if (leg.connection === connection) leg.connection = undefined;
    if (leg.heldConnection === connection) leg.heldConnection = undefined;
  }

  clear(connection: Connection, cause: EventCause): void {
    const { call } = connection;
    const announced = connection.state !== "null";
    const released = this.party(connection);
    const gone = idOf(connection);
    this.drop(connection);
    if (announced) {
      this.emit({ type: "connectionCleared", connection: gone, releasingDevice: released }, cause);
    }
    this.endIfEmpty(call, cause);
  }

  divert(connection: Connection, to: Party | undefined, cause: EventCause): void {
    if (connection.state === "null") {
      this.drop(connection);
      return;
    }
    const { call } = connection;
    const from = this.party(connection);
    const gone = idOf(connection);
    this.drop(connection);
    this.emit({
      type: "diverted", connection: gone, divertingDevice: from,
      ...(to === undefined ? {} : { newDestination: to }), ...this.roles(call),
    }, cause);
    call.lastRedirection = from;
  }

  endIfEmpty(call: Call, cause: EventCause): void {
    if (call.connections.size > 0 || call.legs.size > 0 || !this.calls.has(call.id)) return;
    this.calls.delete(call.id);
    for (const linkedid of call.linkedids) this.#byLinkedid.delete(linkedid);
    if (!call.announced) return;
    this.emit({ type: "callCleared", call: call.id }, call.endCause ?? cause);
  }

  removeLeg(leg: Leg, cause: EventCause): void {
    this.legs.delete(leg.id);
    this.#unindex(leg);
    leg.call.legs.delete(leg);
    for (const call of new Set([leg.call, leg.heldConnection?.call])) {
      if (call === undefined) continue;
      for (const connection of [...call.connections.values()]) {
        if (connection.leg === leg && connection.kind !== "leg") this.clear(connection, cause);
      }
    }
    const held = leg.heldConnection;
    const { connection } = leg;
    if (held !== undefined) this.clear(held, cause);
    if (connection !== undefined) this.clear(connection, cause);
    this.endIfEmpty(leg.call, cause);
  }

  /**
   * Moves everything of `from` into `into`, silently; answers the old and new name of each
   * connection that moved. What the caller then emits must say so.
   */
  absorb(into: Call, from: Call): { connection: Connection; old: ConnectionId }[] {
    const moved: { connection: Connection; old: ConnectionId }[] = [];
    for (const connection of [...from.connections.values()]) {
      const old = idOf(connection);
      from.connections.delete(connection.device);
      let name = connection.device;
      for (let n = 2; into.connections.has(name); n += 1) {
        name = deviceId(`${old.device.replace(/~\d+$/, "")}~${n}`);
      }
      connection.call = into;
      connection.device = name;
      into.connections.set(name, connection);
      moved.push({ connection, old });
    }
    for (const leg of from.legs) {
      leg.call = into;
      into.legs.add(leg);
    }
    from.legs.clear();
    for (const linkedid of from.linkedids) {
      into.linkedids.add(linkedid);
      this.#byLinkedid.set(linkedid, into);
    }
    from.linkedids.clear();
    this.calls.delete(from.id);
    into.announced ||= from.announced;
    into.reached ||= from.reached;
    return moved;
  }

  /** Forgets everything without a word: the snapshot that follows tells all. */
  reset(): void {
    this.legs.clear();
    this.#byEndpoint.clear();
    this.calls.clear();
    this.#byLinkedid.clear();
  }
}

export function idOf(connection: Connection): ConnectionId {
  return { call: connection.call.id, device: connection.device };
}
