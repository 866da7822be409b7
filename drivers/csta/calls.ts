/**
 * The connections as the PBX names them, kept because requests must give back exactly what it
 * sent, and which events of several monitors are one.
 */

import type { PartyRoles } from "../../firmware/model/events.js";
import { callId, sameConnection, type ConnectionId, type DeviceId }
  from "../../firmware/model/identifiers.js";
import type { CstaConnection, CstaDevice, CstaParty }
  from "../../firmware/wire/csta/message.js";
import type { DeviceNames } from "./names.js";
import { timers } from "./timers.js";

/** Calls whose connections are remembered; the one that was silent longest leaves first. */
export const callsMax = 20_000;
/** Connections of one call, and kinds of events of one call, that are remembered. */
export const connectionsMax = 128;
export const kindsMax = 512;

interface Told {
  /** How often each monitor has told it. */
  readonly by: Map<string, number>;
  times: number;
  atMs: number;
}

interface Call {
  readonly natives: Map<DeviceId, CstaConnection>;
  /** Text of a dynamic device identifier → device. */
  readonly dynamic: Map<string, DeviceId>;
  readonly live: Set<DeviceId>;
  over: boolean;
  readonly told: Map<string, Told>;
  roles: CallRoles;
}

/** Who calls whom, as was told last. */
export type CallRoles = Pick<PartyRoles, "callingDevice" | "calledDevice">;

export class Calls {
  readonly #names: DeviceNames;
  readonly #calls = new Map<string, Call>();

  constructor(names: DeviceNames) {
    this.#names = names;
  }

  get size(): number {
    return this.#calls.size;
  }

  clear(): void {
    this.#calls.clear();
  }

  /**
   * The model's connection. `subject` is the device of which the message speaks beside it: it
   * names the device where the connection has a dynamic identifier or none. `isSure`: whatever was
   * understood before, the PBX says so when asked.
   */
  resolve(native: CstaConnection, subject?: CstaParty, isSure = false): ConnectionId | undefined {
    const { callID, deviceID } = native;
    if (callID === undefined) return undefined;
    const call = this.#of(callID);
    if (isSure && deviceID?.kind === "dynamic") call.dynamic.delete(deviceID.text);
    const device = this.#device(call, deviceID, subject);
    if (device === undefined) return undefined;
    if (call.natives.size < connectionsMax || call.natives.has(device)) {
      call.natives.set(device, deviceID === undefined
        ? { callID, deviceID: this.#names.toNative(device) } : native);
      if (deviceID?.kind === "dynamic" && device !== this.#names.toModel(deviceID)) {
        call.dynamic.set(deviceID.text, device);
      }
    }
    return { call: callId(callID), device };
  }

  #device(
    call: Call, deviceID: CstaDevice | undefined, subject: CstaParty | undefined,
  ): DeviceId | undefined {
    if (deviceID !== undefined && deviceID.kind !== "dynamic") {
      return this.#names.toModel(deviceID);
    }
    const known = deviceID === undefined ? undefined : call.dynamic.get(deviceID.text);
    if (known !== undefined) return known;
    const said = this.#names.party(subject)?.device;
    return said ?? (deviceID === undefined ? undefined : this.#names.toModel(deviceID));
  }

  /** What the PBX calls it; built from the number where it was never heard of. */
  native(connection: ConnectionId): CstaConnection {
    return this.#calls.get(connection.call)?.natives.get(connection.device)
      ?? { callID: connection.call, deviceID: this.#names.toNative(connection.device) };
  }

  /** A call begins: what was known under its name is of an older one that is over. */
  begins(call: string): void {
    const known = this.#calls.get(call);
    if (known?.over === true) this.#calls.delete(call);
  }

  /** Phases I and II leave them out where they were told before. */
  roles(call: string): CallRoles {
    return this.#calls.get(call)?.roles ?? {};
  }

  remember(call: string, { callingDevice, calledDevice }: CallRoles): void {
    const known = this.#of(call);
    known.roles = { ...known.roles, ...(callingDevice === undefined ? {} : { callingDevice }),
      ...(calledDevice === undefined ? {} : { calledDevice }) };
  }

  /** Somebody begins to dial: whom, was not said yet. */
  forgetRoles(call: string): void {
    this.#of(call).roles = {};
  }

  enters({ call, device }: ConnectionId): void {
    const known = this.#of(call);
    known.over = false;
    if (known.live.size < connectionsMax) known.live.add(device);
  }

  leaves({ call, device }: ConnectionId): void {
    const known = this.#calls.get(call);
    if (known === undefined) return;
    known.over = known.live.delete(device) && known.live.size === 0;
  }

  ends(call: string): void {
    const known = this.#calls.get(call);
    if (known === undefined) return;
    known.live.clear();
    known.over = true;
  }

  /** Connections of the call that have not ended, as far as was told. */
  alive(call: string): ConnectionId[] {
    return [...this.#calls.get(call)?.live ?? []]
      .map((device) => ({ call: callId(call), device }));
  }

  isAlive(connection: ConnectionId): boolean {
    return this.alive(connection.call).some((each) => sameConnection(each, connection));
  }

  /**
   * Whether another monitor has told this before. Each monitor tells each thing once, so that what
   * a monitor tells for the second time has happened twice.
   */
  isTold(call: string, kind: string, monitor: string, atMs: number): boolean {
    const { told } = this.#of(call);
    const known = told.get(kind);
    if (known === undefined) {
      if (told.size >= kindsMax) told.clear();
      told.set(kind, { by: new Map([[monitor, 1]]), times: 1, atMs });
      return false;
    }
    const times = (known.by.get(monitor) ?? 0) + 1;
    if (times <= known.times && atMs - known.atMs <= timers.duplicate.ms) {
      known.by.set(monitor, times);
      return true;
    }
    known.times += 1;
    known.by.set(monitor, known.times);
    known.atMs = atMs;
    return false;
  }

  #of(callID: string): Call {
    const known = this.#calls.get(callID);
    if (known !== undefined) {
      // Last touched, last to leave.
      this.#calls.delete(callID);
      this.#calls.set(callID, known);
      return known;
    }
    const made: Call = { natives: new Map(), dynamic: new Map(), live: new Set(),
      over: false, told: new Map(), roles: {} };
    this.#calls.set(callID, made);
    if (this.#calls.size > callsMax) {
      const oldest = this.#calls.keys().next();
      if (oldest.done !== true) this.#calls.delete(oldest.value);
    }
    return made;
  }
}
