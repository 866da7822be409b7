/**
 * A switching function behind the peer: devices, calls and connections, and the events that
 * ECMA-269 gives for what happens to them. It knows nothing of lines and encodings.
 */

import type { Cancellable, World } from "../../firmware/base/world.js";
import type { EventCause } from "../../firmware/model/causes.js";
import type { ForwardingType } from "../../firmware/model/services.js";
import type { AgentState, ConnectionState } from "../../firmware/model/states.js";
import type { CstaConnection, CstaDevice, CstaEvent, CstaParty }
  from "../../firmware/wire/csta/message.js";

export type PeerBehaviour = "answer" | "noAnswer" | "busy";

export interface PeerExtension {
  readonly number: string;
  readonly name?: string;
  readonly behaviour?: PeerBehaviour;
}

export interface PeerQueue {
  readonly number: string;
  readonly members: readonly string[];
}

/** A call to it waits until the computing function, or the default, says where it goes. */
export interface PeerRouteingDevice {
  readonly number: string;
  readonly defaultRoute: string;
}

/** Who asks for routes. */
export interface PeerRouteingHooks {
  waits(call: PeerCall, at: PeerRouteingDevice, plan: Partial<PeerCallPlan>): void;
  ended(call: PeerCall): void;
}

export interface PeerPlan {
  readonly world: World;
  readonly extensions: readonly PeerExtension[];
  readonly trunks?: readonly string[];
  readonly queues?: readonly PeerQueue[];
  readonly routeingDevices?: readonly PeerRouteingDevice[];
  /** How connections name their device: by its number, or by octets that mean nothing. */
  readonly connectionDevices?: "static" | "dynamic";
  /** How devices are named: dialable, or Panasonic's device numbers. */
  readonly deviceNumbers?: boolean;
  /** Who makes a call must give it; absent: nobody must. */
  readonly authCode?: string;
  /** The name of a call after a transfer or conference. */
  readonly joinedCall?: "first" | "second" | "new";
}

/** What an application gave a call to carry: it stands in every event of it. */
interface PeerTags {
  readonly userData?: string;
  readonly correlatorData?: string;
}

export interface PeerCallPlan extends PeerTags {
  readonly from: string;
  readonly to: string;
  /** Incoming: the line over which it comes. */
  readonly trunk?: string;
  readonly name?: string;
  readonly ringMs?: number;
  readonly talkMs?: number;
  readonly behaviour?: PeerBehaviour;
}

export interface PeerConnection {
  state: ConnectionState;
}

export interface PeerCall {
  id: string;
  readonly connections: Map<string, PeerConnection>;
  calling: string;
  callingName: string | undefined;
  called: string;
  trunk: string | undefined;
  lastRedirection: string | undefined;
  tags: PeerTags;
  account: string | undefined;
  /** By the wall clock. */
  answeredAtMs: number | undefined;
  readonly timers: Set<Cancellable>;
  over: boolean;
}

export interface PeerAgent {
  state: AgentState;
  agentID: string;
}

/** Calls of a simulated PBX at once; the oldest is cleared beyond. */
export const peerCallsMax = 5_000;
const firstCallId = 0xb164;
const callIdModulo = 0x1_0000;
const panasonicExtension = 0x0111_0000;
const panasonicLine = 0x0131_0000;
const panasonicBase = 0x65;
export const defaultRingMs = 2_000;
/** Between what a person does and what happens next. */
const stepMs = 200;

export class PeerPbx {
  readonly world: World;
  readonly plan: PeerPlan;
  readonly calls = new Map<string, PeerCall>();
  readonly extensions: ReadonlyMap<string, PeerExtension>;
  readonly agents = new Map<string, PeerAgent>();
  readonly dnd = new Set<string>();
  readonly messageWaiting = new Set<string>();
  readonly displays = new Map<string, string>();
  /** Of each device, the buttons whose lamp is lit. */
  readonly lit = new Map<string, Set<string>>();
  /** Of each device, where its calls go, by the type of forwarding. */
  readonly forwarding = new Map<string, Map<ForwardingType, string>>();
  routeing: PeerRouteingHooks | undefined;
  readonly #emit: (event: CstaEvent, devices: ReadonlySet<string>, call?: PeerCall) => void;
  readonly #ended: (call: PeerCall) => void;
  #nextCall = firstCallId;

  /** `emit` gets the devices at whose monitors the event is seen, `ended` calls that are over. */
  constructor(
    plan: PeerPlan,
    emit: (event: CstaEvent, devices: ReadonlySet<string>, call?: PeerCall) => void,
    ended: (call: PeerCall) => void = () => undefined,
  ) {
    this.plan = plan;
    this.world = plan.world;
    this.extensions = new Map(plan.extensions.map((each) => [each.number, each]));
    this.#emit = emit;
    this.#ended = ended;
  }

  /** All devices with their number in lists: extensions, queues, routeing devices, lines. */
  get devices(): string[] {
    return [...this.extensions.keys(), ...(this.plan.queues ?? []).map(({ number }) => number),
      ...(this.plan.routeingDevices ?? []).map(({ number }) => number),
      ...this.plan.trunks ?? []];
  }

  // --- names on the wire ---

  device(number: string): CstaDevice {
    const name = this.extensions.get(number)?.name;
    const named = name === undefined ? {} : { privateName: name };
    const index = this.plan.deviceNumbers === true ? this.devices.indexOf(number) : -1;
    if (index < 0) return { kind: "dialingNumber", text: number, ...named };
    const type = this.plan.trunks?.includes(number) === true ? panasonicLine : panasonicExtension;
    return { kind: "deviceNumber", text: String(type + panasonicBase + index) };
  }

  party(number: string | undefined, name?: string): CstaParty {
    if (number === undefined) return "notKnown";
    return name === undefined ? this.device(number) : { ...this.device(number), privateName: name };
  }

  numberOf({ kind, text }: CstaDevice): string {
    if (kind === "other") return text.split(":")[0] ?? "";
    if (kind !== "deviceNumber") return text;
    return this.devices.find((number) => this.device(number).text === text) ?? text;
  }

  connection(call: PeerCall, device: string): CstaConnection {
    return { callID: call.id, deviceID: this.#connectionDevice(device) };
  }

  #connectionDevice(device: string): CstaDevice {
    if (this.plan.connectionDevices !== "dynamic") {
      const { kind, text } = this.device(device);
      return { kind, text };
    }
    const octets = Buffer.alloc(4);
    octets.writeUInt32BE(0x0100_0000 + Math.max(0, this.devices.indexOf(device)));
    return { kind: "dynamic", text: octets.toString("hex") };
  }

  /** The call and device that a request names. */
  find({ callID, deviceID }: CstaConnection):
  { readonly call: PeerCall; readonly device: string } | undefined {
    const call = callID === undefined ? undefined : this.calls.get(callID);
    if (call === undefined || deviceID === undefined) return undefined;
    const device = [...call.connections.keys()].find((each) => {
      const known = this.#connectionDevice(each);
      return known.kind === deviceID.kind && known.text === deviceID.text;
    });
    return device === undefined ? undefined : { call, device };
  }

  // --- telling ---

  tell(event: CstaEvent, call: PeerCall, also: readonly string[] = []): void {
    this.#emit({ ...event, ...call.tags }, new Set([...call.connections.keys(), ...also]), call);
  }

  tellDevice(event: CstaEvent, device: string): void {
    this.#emit(event, new Set([device]));
  }

  roles(call: PeerCall): {
    callingDevice: CstaParty; calledDevice: CstaParty; lastRedirectionDevice: CstaParty;
    associatedCallingDevice?: CstaParty;
  } {
    const isIncoming = call.trunk !== undefined && !this.extensions.has(call.calling);
    return {
      callingDevice: this.party(call.calling, call.callingName),
      calledDevice: this.party(call.called),
      lastRedirectionDevice: call.lastRedirection === undefined ? "notKnown"
        : this.device(call.lastRedirection),
      ...(isIncoming ? { associatedCallingDevice: this.party(call.trunk) } : {}),
    };
  }

  after(call: PeerCall, ms: number, run: () => void): void {
    const timer = this.world.clock.after(ms, "peer.call", () => {
      call.timers.delete(timer);
      if (!call.over) run();
    });
    call.timers.add(timer);
  }

  // --- calls ---

  newCall(calling: string, called: string): PeerCall {
    const id = (this.#nextCall % callIdModulo).toString(16).padStart(4, "0");
    this.#nextCall += 5;
    const call: PeerCall = { id, connections: new Map(), calling, called, callingName: undefined,
      trunk: undefined, lastRedirection: undefined, tags: {},
      account: undefined, answeredAtMs: undefined, timers: new Set(), over: false };
    this.calls.set(id, call);
    if (this.calls.size > peerCallsMax) {
      const oldest = this.calls.values().next();
      if (oldest.done !== true) this.clearCall(oldest.value);
    }
    return call;
  }

  /** Plays a call; what is not told is the called extension's own. */
  call(plan: PeerCallPlan): PeerCall {
    const call = this.newCall(plan.from, plan.to);
    const { userData, correlatorData } = plan;
    call.tags = { ...(userData === undefined ? {} : { userData }),
      ...(correlatorData === undefined ? {} : { correlatorData }) };
    if (plan.trunk === undefined) {
      this.offHook(call, plan.from, "makeCall");
    } else {
      call.trunk = plan.trunk;
      call.callingName = plan.name;
      call.connections.set(plan.trunk, { state: "connected" });
    }
    this.after(call, stepMs, () => {
      if (plan.trunk === undefined) this.originate(call, plan.from);
      this.route(call, plan.to, plan);
    });
    return call;
  }

  offHook(call: PeerCall, device: string, cause: EventCause): void {
    call.connections.set(device, { state: "initiated" });
    this.tell({ type: "serviceInitiated", initiatedConnection: this.connection(call, device),
      initiatingDevice: this.device(device), cause }, call);
  }

  originate(call: PeerCall, device: string, cause: EventCause = "newCall"): void {
    call.connections.set(device, { state: "connected" });
    this.tell({ type: "originated", originatedConnection: this.connection(call, device),
      callingDevice: this.device(device), calledDevice: this.party(call.called), cause }, call);
  }

  route(call: PeerCall, to: string, plan: Partial<PeerCallPlan> = {}, cause: EventCause = "newCall",
  ): void {
    const forwarded = this.forwarding.get(to)?.get("immediate");
    const queue = this.plan.queues?.find(({ number }) => number === to);
    const behaviour = plan.behaviour ?? this.extensions.get(to)?.behaviour ?? "answer";
    const routeing = this.plan.routeingDevices?.find(({ number }) => number === to);
    if (queue !== undefined) this.#queue(call, queue, plan);
    else if (routeing !== undefined) this.#waitForRoute(call, routeing, plan);
    else if (forwarded !== undefined) {
      call.lastRedirection = to;
      this.route(call, forwarded, plan, "callForwardImmediate");
    } else if (!this.extensions.has(to)) this.#network(call, to, plan);
    else if (behaviour === "busy" || this.dnd.has(to)) {
      call.connections.set(to, { state: "fail" });
      this.tell({ type: "failed", failedConnection: this.connection(call, to),
        failingDevice: this.device(to), ...this.roles(call),
        cause: this.dnd.has(to) ? "doNotDisturb" : "busy" }, call);
      this.after(call, plan.talkMs ?? defaultRingMs, () => { this.clearCall(call); });
    } else this.#alert(call, to, plan, behaviour, cause);
  }

  #alert(
    call: PeerCall, to: string, plan: Partial<PeerCallPlan>, behaviour: PeerBehaviour,
    cause: EventCause,
  ): void {
    call.connections.set(to, { state: "alerting" });
    this.tell({ type: "delivered", connection: this.connection(call, to),
      alertingDevice: this.device(to), ...this.roles(call), cause }, call);
    this.after(call, plan.ringMs ?? defaultRingMs, () => {
      const state = call.connections.get(to)?.state;
      if (state !== "alerting") return;
      if (behaviour === "answer") this.answer(call, to, plan.talkMs);
      else if (plan.ringMs !== undefined) this.clearCall(call);
    });
  }

  answer(call: PeerCall, device: string, talkMs?: number): void {
    call.connections.set(device, { state: "connected" });
    call.answeredAtMs ??= this.world.clock.wall().getTime();
    this.tell({ type: "established", establishedConnection: this.connection(call, device),
      answeringDevice: this.device(device), ...this.roles(call), cause: "normal" }, call);
    if (talkMs !== undefined) this.after(call, talkMs, () => { this.clearCall(call); });
  }

  #network(call: PeerCall, to: string, plan: Partial<PeerCallPlan>): void {
    const trunk = this.plan.trunks?.find((each) => ![...this.calls.values()]
      .some((other) => other.connections.has(each)));
    if (trunk === undefined) {
      this.clearCall(call, "trunksBusy");
      return;
    }
    call.trunk = trunk;
    call.connections.set(trunk, { state: "connected" });
    this.tell({ type: "networkReached", outboundConnection: this.connection(call, trunk),
      networkInterfaceUsed: this.device(trunk), ...this.roles(call), cause: "normal" }, call);
    this.after(call, plan.ringMs ?? defaultRingMs, () => {
      call.answeredAtMs ??= this.world.clock.wall().getTime();
      this.tell({ type: "established", establishedConnection: this.connection(call, trunk),
        answeringDevice: this.party(to), ...this.roles(call), cause: "networkSignal" }, call);
      if (plan.talkMs !== undefined) {
        this.after(call, plan.talkMs, () => { this.clearCall(call); });
      }
    });
  }

  /** Whether a call that is routed there would be taken. */
  takesCall(to: string): boolean {
    return this.extensions.get(to)?.behaviour !== "busy" && !this.dnd.has(to);
  }

  #waitForRoute(call: PeerCall, at: PeerRouteingDevice, plan: Partial<PeerCallPlan>): void {
    call.connections.set(at.number, { state: "queued" });
    this.tell({ type: "queued", queuedConnection: this.connection(call, at.number),
      queue: this.device(at.number), ...this.roles(call), cause: "enteringDistribution" }, call);
    if (this.routeing === undefined) this.divert(call, at.number, at.defaultRoute, "redirected");
    else this.routeing.waits(call, at, plan);
  }

  #queue(call: PeerCall, queue: PeerQueue, plan: Partial<PeerCallPlan>): void {
    call.connections.set(queue.number, { state: "queued" });
    this.tell({ type: "queued", queuedConnection: this.connection(call, queue.number),
      queue: this.device(queue.number), ...this.roles(call), numberQueued: 1, callsInFront: 0,
      cause: "enteringDistribution" }, call);
    this.after(call, stepMs, () => {
      const free = queue.members.find((member) => ![...this.calls.values()]
        .some((other) => other.connections.has(member)));
      if (free === undefined) return;
      this.divert(call, queue.number, free, "distributed", plan);
    });
  }

  divert(
    call: PeerCall, from: string, to: string, cause: EventCause,
    plan: Partial<PeerCallPlan> = {},
  ): void {
    const connection = this.connection(call, from);
    call.connections.delete(from);
    const roles = this.roles(call);
    call.lastRedirection = from;
    this.tell({ type: "diverted", connection, divertingDevice: this.device(from),
      newDestination: this.party(to), ...roles, cause }, call, [from]);
    this.route(call, to, plan, cause);
  }

  clear(call: PeerCall, device: string, cause: EventCause = "normalClearing"): void {
    if (!call.connections.has(device)) return;
    const connection = this.connection(call, device);
    call.connections.delete(device);
    this.tell({ type: "connectionCleared", droppedConnection: connection,
      releasingDevice: this.device(device), cause }, call, [device]);
    const left = [...call.connections.keys()];
    if (left.length === 1 && left[0] !== undefined) this.clear(call, left[0], cause);
    if (left.length === 0 && !call.over) {
      this.end(call);
      this.#ended(call);
    }
  }

  clearCall(call: PeerCall, cause: EventCause = "normalClearing"): void {
    for (const device of [...call.connections.keys()]) this.clear(call, device, cause);
    this.end(call);
  }

  end(call: PeerCall): void {
    call.over = true;
    for (const timer of call.timers) timer.cancel();
    call.timers.clear();
    if (this.calls.get(call.id) === call) this.calls.delete(call.id);
    this.routeing?.ended(call);
  }

  hold(call: PeerCall, device: string, cause: EventCause = "normal"): void {
    call.connections.set(device, { state: "hold" });
    this.tell({ type: "held", heldConnection: this.connection(call, device),
      holdingDevice: this.device(device), cause }, call);
  }

  retrieve(call: PeerCall, device: string, cause: EventCause = "normal"): void {
    call.connections.set(device, { state: "connected" });
    this.tell({ type: "retrieved", retrievedConnection: this.connection(call, device),
      retrievingDevice: this.device(device), cause }, call);
  }

  /** The telephone of an extension is taken off for a second call. */
  consult(call: PeerCall, device: string, to: string): PeerCall {
    this.hold(call, device, "consultation");
    const second = this.newCall(device, to);
    this.offHook(second, device, "consultation");
    this.after(second, stepMs, () => {
      this.originate(second, device, "consultation");
      this.route(second, to, {}, "consultation");
    });
    return second;
  }

  /** Restarts: all calls are gone, and nobody is told. */
  restart(): void {
    for (const call of [...this.calls.values()]) this.end(call);
    this.calls.clear();
  }
}
