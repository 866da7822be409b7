/**
 * A telephone system behind the peer: channels, bridges and dials that emit events in the order
 * in which the recordings show them. It knows nothing of the driver.
 */

import type { Cancellable, World } from "../../firmware/base/world.js";
import type { AmiField } from "../../firmware/wire/ami.js";

export interface PeerExtension {
  readonly number: string;
  readonly name?: string;
  /** How long it rings before it answers; absent: 2 s. */
  readonly answerMs?: number;
  /** What it does when called; absent: it answers. */
  readonly behaviour?: Behaviour;
}

export type Behaviour = "answer" | "noAnswer" | "busy" | "reject";

export interface PeerChannel {
  name: string;
  readonly uniqueid: string;
  linkedid: string;
  /** Asterisk's channel states: 0 down, 4 ring, 5 ringing, 6 up. */
  state: number;
  number: string;
  caller: string;
  connected: string;
  context: string;
  exten: string;
  bridge: PeerBridge | undefined;
  held: boolean;
  /** The last keys pressed. */
  keys: string;
  /** The dial in which it takes part, on either side. */
  dial: PeerDial | undefined;
  pair: PeerChannel | undefined;
  queue: string | undefined;
  /** What to do when it hangs up: the timers of its call. */
  readonly timers: Set<Cancellable>;
  readonly startedMs: number;
}

export interface PeerBridge {
  readonly id: string;
  readonly type: string;
  readonly channels: Set<PeerChannel>;
  /** A consultation: whoever leaves completes the transfer into this bridge. */
  home?: PeerBridge;
  /** The consultation which this channel has left for a while. */
  away?: { readonly bridge: PeerBridge; readonly by: PeerChannel } | undefined;
}

export interface PeerDial {
  readonly from: PeerChannel | undefined;
  readonly to: PeerChannel;
  readonly answered: (() => void) | undefined;
  readonly failed: ((status: string) => void) | undefined;
}

export interface DialPlan {
  readonly ringMs?: number;
  readonly talkMs?: number;
  readonly behaviour?: Behaviour;
}

const stateNames: Readonly<Record<number, string>> = {
  0: "Down", 4: "Ring", 5: "Ringing", 6: "Up",
};
const alertMs = 100;
const timeoutMs = 20_000;
/** A simulated office never has more; a call beyond it is refused as congestion. */
export const channelsMax = 20_000;

export class PeerPbx {
  readonly world: World;
  readonly channels = new Map<string, PeerChannel>();
  readonly extensions = new Map<string, PeerExtension>();
  readonly trunks: ReadonlySet<string>;
  readonly bridges = new Set<PeerBridge>();
  readonly #emit: (name: string, fields: readonly AmiField[]) => void;
  #counter = 0;

  constructor(
    world: World, extensions: readonly PeerExtension[], trunks: readonly string[],
    emit: (name: string, fields: readonly AmiField[]) => void,
  ) {
    this.world = world;
    for (const extension of extensions) this.extensions.set(extension.number, extension);
    this.trunks = new Set(trunks);
    this.#emit = emit;
  }

  emit(name: string, fields: readonly AmiField[]): void {
    this.#emit(name, fields);
  }

  /** A timer that dies with the channel. */
  after(channel: PeerChannel, ms: number, run: () => void): void {
    const timer = this.world.clock.after(ms, "peer.call", () => {
      channel.timers.delete(timer);
      if (this.channels.get(channel.uniqueid) === channel) run();
    });
    channel.timers.add(timer);
  }

  fields(channel: PeerChannel, prefix = ""): AmiField[] {
    const f = (key: string, value: string): AmiField => [`${prefix}${key}`, value];
    return [
      f("Channel", channel.name), f("ChannelState", String(channel.state)),
      f("ChannelStateDesc", stateNames[channel.state] ?? ""), f("CallerIDNum", channel.number),
      f("CallerIDName", channel.caller), f("ConnectedLineNum", channel.connected),
      f("ConnectedLineName", "<unknown>"), f("Language", "en"), f("AccountCode", ""),
      f("Context", channel.context), f("Exten", channel.exten), f("Priority", "1"),
      f("Uniqueid", channel.uniqueid), f("Linkedid", channel.linkedid),
    ];
  }

  nextId(): string {
    this.#counter += 1;
    const seconds = Math.floor(this.world.clock.wall().getTime() / 1000);
    return `${seconds}.${this.#counter}`;
  }

  open(
    endpoint: string, more: Partial<Pick<PeerChannel,
      "linkedid" | "state" | "number" | "caller" | "context" | "exten"> & { uniqueid: string }>,
    suffix = "",
  ): PeerChannel {
    const uniqueid = more.uniqueid ?? this.nextId();
    const serial = suffix === "" ? this.#counter : Number(suffix.split(";")[0]);
    const half = suffix.includes(";") ? `;${suffix.split(";")[1] ?? ""}` : "";
    const bare = endpoint.replace(/^\w+\//, "");
    const channel: PeerChannel = {
      name: `${endpoint}-${serial.toString(16).padStart(8, "0")}${half}`, uniqueid,
      linkedid: more.linkedid ?? uniqueid, state: more.state ?? 0, number: more.number ?? bare,
      caller: more.caller ?? this.extensions.get(bare)?.name ?? "<unknown>",
      connected: "<unknown>", context: more.context ?? (this.trunks.has(bare)
        ? "from-trunk" : "from-internal"), exten: more.exten ?? "s", bridge: undefined,
      held: false, keys: "", dial: undefined, pair: undefined, queue: undefined, timers: new Set(),
      startedMs: this.world.clock.monotonicMs(),
    };
    this.channels.set(uniqueid, channel);
    this.emit("Newchannel", this.fields(channel));
    return channel;
  }

  /** Two halves of a wire through a context, as queues and attended transfers make them. */
  openLocal(exten: string, context: string, linkedid: string): [PeerChannel, PeerChannel] {
    this.#counter += 1;
    const endpoint = `Local/${exten}@${context}`;
    const serial = this.#counter;
    const one = this.open(endpoint, { linkedid, state: 0, number: "<unknown>", context, exten },
      `${serial};1`);
    const two = this.open(endpoint, { linkedid, state: 4, number: "<unknown>", context, exten },
      `${serial};2`);
    one.pair = two;
    two.pair = one;
    this.emit("LocalBridge", [...this.fields(one, "LocalOne"), ...this.fields(two, "LocalTwo"),
      ["Context", context], ["Exten", exten], ["LocalOptimization", "No"]]);
    return [one, two];
  }

  setState(channel: PeerChannel, state: number): void {
    if (channel.state === state) return;
    channel.state = state;
    this.emit("Newstate", this.fields(channel));
    this.deviceState(channel);
  }

  deviceState(channel: PeerChannel): void {
    if (channel.name.startsWith("Local/")) return;
    const device = endpointOf(channel);
    const here = [...this.channels.values()].filter((each) => endpointOf(each) === device);
    const state = here.length === 0 ? "NOT_INUSE"
      : here.some((each) => each.state === 5) ? "RINGING" : "INUSE";
    this.emit("DeviceStateChange", [["Device", device], ["State", state]]);
  }

  #pairFields(dial: PeerDial): AmiField[] {
    return [...dial.from === undefined ? [] : this.fields(dial.from),
      ...this.fields(dial.to, "Dest")];
  }

  /** Rings a device or a trunk. What happens then is the called one's behaviour. */
  dial(
    from: PeerChannel | undefined, endpoint: string, exten: string, plan: DialPlan,
    then: { answered?: () => void; failed?: (status: string) => void; uniqueid?: string } = {},
  ): PeerChannel | undefined {
    if (this.channels.size >= channelsMax) {
      then.failed?.("CONGESTION");
      return undefined;
    }
    const number = endpoint.replace(/^\w+\//, "");
    const trunk = this.trunks.has(number);
    const to = this.open(endpoint, {
      ...(from === undefined ? {} : { linkedid: from.linkedid }),
      ...(then.uniqueid === undefined ? {} : { uniqueid: then.uniqueid }),
      ...(trunk ? { number: exten } : {}),
    });
    to.exten = exten;
    to.connected = from?.number ?? "<unknown>";
    const dial: PeerDial = { from, to, answered: then.answered, failed: then.failed };
    to.dial = dial;
    if (from !== undefined) {
      from.dial = dial;
      from.connected = to.number;
    }
    this.emit("DialBegin", [...this.#pairFields(dial),
      ["DialString", trunk ? `${exten}@${number}` : number]]);
    const extension = this.extensions.get(number);
    const behaviour = plan.behaviour ?? extension?.behaviour ?? "answer";
    if (behaviour === "busy" || behaviour === "reject") {
      this.after(to, 20, () => { this.dialFails(dial, "BUSY", behaviour === "busy" ? 17 : 21); });
      return to;
    }
    this.after(to, alertMs, () => {
      this.setState(to, 5);
      this.emit("DialState", [...this.#pairFields(dial), ["DialStatus", "RINGING"]]);
    });
    if (behaviour === "answer") {
      const ringMs = Math.max(alertMs + 1, plan.ringMs ?? extension?.answerMs ?? 2_000);
      this.after(to, ringMs, () => { this.answer(to); });
    }
    this.after(to, plan.behaviour === "noAnswer" ? plan.ringMs ?? timeoutMs : timeoutMs, () => {
      if (to.dial === dial) this.dialFails(dial, "NOANSWER", 0);
    });
    return to;
  }

  answer(to: PeerChannel): void {
    const { dial } = to;
    if (dial?.to !== to) return;
    this.setState(to, 6);
    this.emit("DialEnd", [...this.#pairFields(dial), ["DialStatus", "ANSWER"]]);
    to.dial = undefined;
    if (dial.from !== undefined) {
      dial.from.dial = undefined;
      this.setState(dial.from, 6);
    }
    dial.answered?.();
  }

  dialFails(dial: PeerDial, status: string, cause: number): void {
    const { from, to } = dial;
    if (to.dial !== dial) return;
    if (cause !== 0) this.emit("HangupRequest", [...this.fields(to), ["Cause", String(cause)]]);
    this.emit("DialEnd", [...this.#pairFields(dial), ["DialStatus", status]]);
    to.dial = undefined;
    if (from !== undefined) from.dial = undefined;
    this.close(to, cause);
    if (dial.failed !== undefined) dial.failed(status);
    else if (from !== undefined) this.close(from, cause === 0 ? 16 : cause);
  }

  bridge(channels: readonly PeerChannel[], type = "basic"): PeerBridge {
    this.#counter += 1;
    const hex = this.#counter.toString(16).padStart(12, "0");
    const bridge: PeerBridge = { id: `00000000-0000-4000-8000-${hex}`, type, channels: new Set() };
    this.bridges.add(bridge);
    this.emit("BridgeCreate", bridgeFields(bridge));
    for (const channel of channels) this.enter(bridge, channel);
    return bridge;
  }

  enter(bridge: PeerBridge, channel: PeerChannel): void {
    this.leave(channel);
    bridge.channels.add(channel);
    channel.bridge = bridge;
    this.emit("BridgeEnter", [...bridgeFields(bridge), ...this.fields(channel)]);
  }

  leave(channel: PeerChannel): void {
    const { bridge } = channel;
    if (bridge === undefined) return;
    bridge.channels.delete(channel);
    channel.bridge = undefined;
    this.emit("BridgeLeave", [...bridgeFields(bridge), ...this.fields(channel)]);
    if (bridge.channels.size > 0) return;
    this.bridges.delete(bridge);
    this.emit("BridgeDestroy", bridgeFields(bridge));
  }

  close(channel: PeerChannel, cause: number): void {
    if (!this.channels.delete(channel.uniqueid)) return;
    for (const timer of channel.timers) timer.cancel();
    this.leave(channel);
    this.emit("Hangup", [...this.fields(channel), ["Cause", String(cause)],
      ["Cause-txt", cause === 16 ? "Normal Clearing" : "Unknown"]]);
    this.deviceState(channel);
    const { pair } = channel;
    if (pair !== undefined) this.hangup(pair, cause);
  }

  /** Somebody hangs up: dials end, and whoever is left alone in the bridge is hung up too. */
  hangup(channel: PeerChannel, cause = 16): void {
    if (!this.channels.has(channel.uniqueid)) return;
    this.emit("HangupRequest", [...this.fields(channel), ["Cause", String(cause)]]);
    const { dial, bridge } = channel;
    if (dial !== undefined && dial.from === channel) {
      this.emit("DialEnd", [...this.#pairFields(dial), ["DialStatus", "CANCEL"]]);
      dial.to.dial = undefined;
      channel.dial = undefined;
      this.close(dial.to, 0);
    } else if (dial !== undefined) {
      this.dialFails(dial, "NOANSWER", 21);
      return;
    }
    this.close(channel, cause);
    const [last, ...others] = bridge?.channels ?? [];
    if (last !== undefined && others.length === 0) this.close(last, 16);
  }

  hold(channel: PeerChannel, on: boolean): void {
    if (channel.held === on || channel.bridge === undefined) return;
    channel.held = on;
    this.emit(on ? "Hold" : "Unhold", this.fields(channel));
  }

  byName(name: string): PeerChannel | undefined {
    for (const channel of this.channels.values()) if (channel.name === name) return channel;
    return undefined;
  }

  /** All calls end without a word: the process was killed. */
  forget(): void {
    for (const channel of this.channels.values()) {
      for (const timer of channel.timers) timer.cancel();
    }
    this.channels.clear();
    this.bridges.clear();
  }
}

export function endpointOf(channel: PeerChannel): string {
  return channel.name.replace(/-[0-9a-f]{8}(;[12])?$/, "");
}

export function bridgeFields(bridge: PeerBridge): AmiField[] {
  return [["BridgeUniqueid", bridge.id], ["BridgeType", bridge.type],
    ["BridgeTechnology", "simple_bridge"], ["BridgeCreator", "<unknown>"],
    ["BridgeName", "<unknown>"], ["BridgeNumChannels", String(bridge.channels.size)]];
}
