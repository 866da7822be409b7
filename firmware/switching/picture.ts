/**
 * The tables behind the Switch: per link its calls, their connections, its devices and agents.
 * Each device knows its calls, so that the cost of an event depends on the size of its call,
 * never on how many devices or calls there are.
 */

import type { Text } from "../base/result.js";
import type { EventCause } from "../model/causes.js";
import type { AgentId, CallId, DeviceId, LinkId, Party } from "../model/identifiers.js";
import type { Direction, RecordMark } from "../model/records.js";
import type { Forwarding } from "../model/services.js";
import type { AgentState, ConnectionState, DeviceCategory } from "../model/states.js";
import type { CallHistory } from "./call-history.js";

/** Calls that may be in the picture of one link; beyond it the oldest stale one goes. */
export const callsMax = 20_000;
/** Devices kept per link; the largest PBX we speak to has 10,000 stations. */
export const devicesMax = 50_000;
/** Ended calls remembered per link, to know a late event from a new call. */
export const endedMax = 4_096;

export interface ConnectionEntry {
  readonly device: DeviceId;
  name: string | undefined;
  state: Exclude<ConnectionState, "null">;
  external: boolean;
  /** Its device, at hand: tables of thousands are not searched twice. */
  readonly owner: DeviceEntry;
}

export interface CallEntry {
  readonly link: LinkId;
  readonly call: CallId;
  readonly connections: Map<DeviceId, ConnectionEntry>;
  readonly history: CallHistory;
  readonly marks: Set<RecordMark>;
  /** Old call identifiers that now mean this call, and their connections not yet cleared. */
  readonly aliases: Map<CallId, Set<DeviceId>>;
  calling: Party | undefined;
  called: Party | undefined;
  networkInterface: DeviceId | undefined;
  direction: Direction;
  stale: boolean;
  /** The number of the newest event that touched this call. */
  touched: bigint;
  /** Devices with a connection; recomputed when the set changes. */
  parties: readonly DeviceId[] | undefined;
  lastCause: EventCause;
}

export interface DeviceEntry {
  readonly device: DeviceId;
  category: DeviceCategory;
  name: string | undefined;
  inService: boolean | undefined;
  agentState: AgentState | undefined;
  agent: AgentId | undefined;
  agentReason: string | undefined;
  doNotDisturb: boolean | undefined;
  messageWaiting: boolean | undefined;
  /** One for each type of forwarding that the PBX told of. */
  forwardings: readonly Forwarding[] | undefined;
  notMonitored: { readonly reason: Text; readonly advice: Text } | undefined;
  /** Outside the switching sub-domain: forgotten with its last call. */
  external: boolean;
  calls: Set<CallEntry> | undefined;
}

export class LinkPicture {
  readonly link: LinkId;
  readonly calls = new Map<CallId, CallEntry>();
  readonly devices = new Map<DeviceId, DeviceEntry>();
  readonly #aliases = new Map<CallId, CallEntry>();
  readonly #ended = new Set<CallId>();

  constructor(link: LinkId) {
    this.link = link;
  }

  /** The call of this name, also under a name it had before a transfer. */
  find(call: CallId): CallEntry | undefined {
    return this.calls.get(call) ?? this.#aliases.get(call);
  }

  hasEnded(call: CallId): boolean {
    return this.#ended.has(call);
  }

  add(call: CallEntry): void {
    this.calls.set(call.call, call);
    this.#ended.delete(call.call);
    this.#aliases.delete(call.call);
  }

  alias(old: CallId, call: CallEntry, connections: Iterable<DeviceId>): void {
    this.#aliases.set(old, call);
    call.aliases.set(old, new Set(connections));
  }

  /** `from` was merged into `into`: its older names follow. */
  moveAliases(from: CallEntry, into: CallEntry): void {
    for (const [old, connections] of from.aliases) {
      if (old !== into.call) this.alias(old, into, connections);
    }
    from.aliases.clear();
  }

  dropAlias(old: CallId): void {
    this.#aliases.get(old)?.aliases.delete(old);
    this.#aliases.delete(old);
  }

  /** Takes a call out of the picture; `merged` calls live on under another name. */
  remove(call: CallEntry, merged: boolean): void {
    for (const connection of call.connections.values()) this.#leave(call, connection.owner);
    call.connections.clear();
    call.parties = undefined;
    if (this.calls.get(call.call) === call) this.calls.delete(call.call);
    if (merged) return;
    for (const old of call.aliases.keys()) this.#aliases.delete(old);
    this.#ended.add(call.call);
    if (this.#ended.size > endedMax) {
      for (const oldest of this.#ended) {
        this.#ended.delete(oldest);
        break;
      }
    }
  }

  device(device: DeviceId, external: boolean, category: DeviceCategory): DeviceEntry {
    const known = this.devices.get(device);
    if (known !== undefined) return known;
    const entry: DeviceEntry = {
      device, category, name: undefined, inService: undefined, agentState: undefined,
      agent: undefined, agentReason: undefined, doNotDisturb: undefined,
      messageWaiting: undefined, forwardings: undefined, notMonitored: undefined,
      external: external || this.devices.size >= devicesMax, calls: undefined,
    };
    this.devices.set(device, entry);
    return entry;
  }

  connect(
    call: CallEntry, device: DeviceId, state: ConnectionEntry["state"], external: boolean,
    name: string | undefined,
  ): ConnectionEntry {
    const known = call.connections.get(device);
    if (known !== undefined) {
      known.state = state;
      known.name = name ?? known.name;
      return known;
    }
    const owner = this.device(device, external, external ? "other" : "station");
    const entry: ConnectionEntry = { device, name, state, external, owner };
    call.connections.set(device, entry);
    call.parties = undefined;
    (owner.calls ??= new Set()).add(call);
    return entry;
  }

  disconnect(call: CallEntry, device: DeviceId): boolean {
    const connection = call.connections.get(device);
    if (connection === undefined) return false;
    call.connections.delete(device);
    call.parties = undefined;
    this.#leave(call, connection.owner);
    return true;
  }

  #leave(call: CallEntry, owner: DeviceEntry): void {
    owner.calls?.delete(call);
    if (owner.calls?.size === 0) owner.calls = undefined;
    if (owner.external && owner.calls === undefined) this.devices.delete(owner.device);
  }
}

export function partiesOf(call: CallEntry): readonly DeviceId[] {
  call.parties ??= [...call.connections.keys()];
  return call.parties;
}
