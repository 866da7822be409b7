/** A PBX's printer port: prints scripted calls or traffic from a seed, with its faults. */

import type { Cancellable, World } from "../../firmware/base/world.js";
import { sleep } from "../../firmware/base/world.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import { lineOf, smdrCodec } from "./codec.js";
import { shownAt } from "../../firmware/base/local-time.js";
import type { Fields } from "./layout.js";
import { formatOf } from "./formats/index.js";

export interface SmdrPeerPlan {
  readonly format: "panasonic-kx" | "avaya-ip-office";
  readonly world: World;
  /** Towards the gateway. */
  readonly send: (bytes: Uint8Array) => void;
  readonly seed?: number;
  /** Default `Europe/Paris`, as the driver's. */
  readonly timeZone?: string;
  /** Panasonic: default A. */
  readonly pattern?: "A" | "B" | "C";
  /** Panasonic: print calls while they ring. Default true. */
  readonly live?: boolean;
  /** Panasonic over the network: prompts before it prints. */
  readonly login?: { readonly user: string; readonly password: string };
}

export interface PeerCall {
  readonly device: string;
  readonly trunk: string;
  readonly number: string;
  readonly direction: "incoming" | "outgoing";
  readonly ringMs: number;
  /** 0: not answered. */
  readonly talkMs: number;
  /** Another device to which the call is handed over, and how long it talks. */
  readonly transfer?: { readonly device: string; readonly talkMs: number };
}

export interface SmdrPeer {
  /** The line is plugged in: a peer with a login prompts. */
  connected(): void;
  /** Bytes from the gateway. */
  receive(bytes: Uint8Array): void;
  /** A whole call in the world's time: rings, is answered or not, ends, is printed. */
  play(call: PeerCall): Promise<void>;
  /** Prints at once the record of a call that ends now. */
  print(call: PeerCall): void;
  /** Random calls, one about every `everyMs`, until `stop`. */
  traffic(everyMs: number): { stop(): void };
  /** A page header, as some models print every 60 lines. */
  header(): void;
  /** Noise, ended by a line end as after a burst of interference. */
  garbage(count: number): void;
  /** A record of which the line was cut in the middle. */
  truncated(call: PeerCall): void;
  /** What a PBX prints after its buffer was full: many records at once. */
  burst(calls: readonly PeerCall[]): void;
  /** Sets the PBX's clock wrong. */
  setClock(errorMs: number): void;
  restart(): void;
}

const two = (value: number): string => String(value).padStart(2, "0");
const stations = Array.from({ length: 20 }, (_, index) => String(101 + index));
const trunks = Array.from({ length: 16 }, (_, index) => two(1 + index));

function clockText(ms: number, separator: string): string {
  const seconds = Math.round(ms / 1_000);
  return `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}${separator}${
    two(seconds % 60)}`;
}

export function createSmdrPeer(plan: SmdrPeerPlan): SmdrPeer {
  return new Peer(plan);
}

class Peer implements SmdrPeer {
  readonly #plan: SmdrPeerPlan;
  readonly #chance: SimulatedWorld["random"];
  readonly #zone: string;
  #errorMs = 0;
  readonly #busy = new Set<string>();
  #callNumber = 1_000_000;
  #stage: "user" | "password" | "in";
  #typed = "";

  constructor(plan: SmdrPeerPlan) {
    this.#plan = plan;
    this.#chance = new SimulatedWorld(plan.seed ?? 1).random;
    this.#zone = plan.timeZone ?? "Europe/Paris";
    this.#stage = plan.login === undefined ? "in" : "user";
  }

  connected(): void {
    if (this.#plan.login === undefined) return;
    this.#stage = "user";
    this.#text("-");
  }

  receive(bytes: Uint8Array): void {
    const { login } = this.#plan;
    if (login === undefined || this.#stage === "in") return;
    this.#typed += Buffer.from(bytes).toString("latin1");
    for (let end = this.#typed.indexOf("\n"); end >= 0; end = this.#typed.indexOf("\n")) {
      const line = this.#typed.slice(0, end).trim();
      this.#typed = this.#typed.slice(end + 1);
      if (this.#stage === "user") {
        this.#stage = "password";
        this.#text("\r\nEnter Password:");
      } else if (line === login.password) {
        this.#stage = "in";
        this.#text("\r\n");
      } else {
        this.#stage = "user";
        this.#text("\r\n-");
      }
    }
  }

  async play(call: PeerCall): Promise<void> {
    const { clock } = this.#plan.world;
    const live = this.#plan.format === "panasonic-kx" && this.#plan.live !== false
      && call.direction === "incoming";
    if (live) this.#panasonic(call, "RC");
    await sleep(clock, call.ringMs, "peer.ring");
    if (live && call.talkMs > 0) this.#panasonic(call, "AN-live");
    await sleep(clock, call.talkMs + (call.transfer?.talkMs ?? 0), "peer.talk");
    this.print(call);
  }

  print(call: PeerCall): void {
    if (this.#plan.format === "avaya-ip-office") {
      this.#avaya(call);
      return;
    }
    const missed = call.talkMs === 0;
    this.#panasonic(call, call.direction === "outgoing" ? "" : missed ? "NA" : "AN");
    if (call.transfer !== undefined) {
      this.#panasonic({ ...call, device: call.transfer.device, talkMs: call.transfer.talkMs },
        "TR");
    }
  }

  traffic(everyMs: number): { stop(): void } {
    let timer: Cancellable | undefined;
    const next = (): void => {
      const waitMs = everyMs / 2 + this.#chance.integer(Math.max(1, everyMs));
      timer = this.#plan.world.clock.after(waitMs, "peer.traffic", () => {
        const call = this.#someCall();
        if (call !== undefined) void this.#occupy(call);
        next();
      });
    };
    next();
    return { stop: () => { timer?.cancel(); } };
  }

  header(): void {
    this.#text(this.#plan.format === "panasonic-kx"
      ? `\f\r\n  Date     Time    Ext CO        Dial Number\r\n${"-".repeat(80)}\r\n`
      : "Call Start,Connected Time,Ring Time,Caller\r\n");
  }

  garbage(count: number): void {
    const bytes = Buffer.from(this.#chance.bytes(count)).map((byte) => byte | 0x80);
    this.#plan.send(Buffer.concat([bytes, Buffer.from("\r\n")]));
  }

  truncated(call: PeerCall): void {
    const line = this.#line(call);
    const length = 8 + this.#chance.integer(Math.max(1, Math.floor(line.length / 2) - 8));
    this.#plan.send(Buffer.concat([line.subarray(0, length), Buffer.from("\r\n")]));
  }

  burst(calls: readonly PeerCall[]): void {
    this.#plan.send(Buffer.concat(calls.map((call) => this.#line(call))));
  }

  setClock(errorMs: number): void {
    this.#errorMs = errorMs;
  }

  restart(): void {
    this.#stage = this.#plan.login === undefined ? "in" : "user";
    this.#typed = "";
  }

  #text(text: string): void {
    this.#plan.send(Buffer.from(text, "latin1"));
  }

  /** The bytes that `print` would send for a call without a transfer. */
  #line(call: PeerCall): Buffer {
    let bytes = Buffer.alloc(0);
    const quiet = new Peer({ ...this.#plan, send: (sent) => {
      bytes = Buffer.concat([bytes, sent]);
    } });
    quiet.setClock(this.#errorMs);
    this.#callNumber += 1;
    quiet.#callNumber = this.#callNumber;
    quiet.print(call);
    return bytes;
  }

  #now(backMs: number): ReturnType<typeof shownAt> {
    return shownAt(this.#plan.world.clock.wall().getTime() + this.#errorMs - backMs, this.#zone);
  }

  #send(layout: string, fields: Fields): void {
    const format = formatOf(this.#plan.format);
    const settings = { dateOrder: "dmy" } as const;
    const line = lineOf(format, settings, layout, fields);
    if (typeof line === "string") throw new Error(`the peer cannot print that: ${line}`);
    this.#plan.send(smdrCodec(format, settings).encode(line));
  }

  #panasonic(call: PeerCall, code: string): void {
    const now = this.#now(0);
    const half = now.hour < 12 ? "AM" : "PM";
    const hour = now.hour % 12 === 0 ? 12 : now.hour % 12;
    const ended = code === "" || code === "AN" || code === "TR";
    const minutes = Math.floor(call.ringMs / 60_000);
    const layout = this.#plan.pattern ?? "A";
    this.#send(layout, {
      date: `${two(now.day)}/${two(now.month)}/${two(now.year % 100)}`,
      time: `${two(hour)}:${two(now.minute)}${half}`,
      extension: call.device, trunk: call.trunk,
      dialled: call.direction === "incoming" ? `<I>${call.number}` : call.number,
      ...(ended && call.direction === "incoming" && layout !== "B"
        ? { ring: `${minutes}'${two(Math.round(call.ringMs / 1_000) % 60)}` } : {}),
      ...(ended ? { duration: clockText(call.talkMs, "'") } : {}),
      ...(code === "" ? {} : { code: code === "AN-live" ? "AN" : code }),
    });
  }

  #avaya(call: PeerCall): void {
    this.#callNumber += 1;
    const part = (device: string, talkMs: number, backMs: number, more: boolean): void => {
      const at = this.#now(backMs);
      const incoming = call.direction === "incoming";
      this.#send("smdr", {
        start: `${at.year}/${two(at.month)}/${two(at.day)} ${two(at.hour)}:${two(at.minute)}:${
          two(at.second)}`,
        connected: clockText(talkMs, ":"), ringSeconds: String(Math.round(call.ringMs / 1_000)),
        caller: incoming ? call.number : device, direction: incoming ? "I" : "O",
        called: incoming ? device : call.number, dialled: incoming ? device : call.number,
        internal: "0", callId: String(this.#callNumber), continuation: more ? "1" : "0",
        party1Device: `E${device}`, party1Name: `Extn${device}`,
        party2Device: `T${call.trunk}`, party2Name: `Line ${call.trunk}`,
        holdSeconds: "0", parkSeconds: "0",
      });
    };
    const secondMs = call.transfer?.talkMs ?? 0;
    const wholeMs = call.ringMs + call.talkMs + secondMs;
    part(call.device, call.talkMs, wholeMs, call.transfer !== undefined);
    if (call.transfer !== undefined) part(call.transfer.device, secondMs, secondMs, false);
  }

  /** A trunk or station that speaks can neither ring nor dial meanwhile. */
  async #occupy(call: PeerCall): Promise<void> {
    const lines = [`trunk ${call.trunk}`, `device ${call.device}`];
    for (const line of lines) this.#busy.add(line);
    await this.play(call);
    for (const line of lines) this.#busy.delete(line);
  }

  #free(kind: "trunk" | "device", names: readonly string[]): string | undefined {
    const free = names.filter((name) => !this.#busy.has(`${kind} ${name}`));
    return free[this.#chance.integer(Math.max(1, free.length))];
  }

  /** A call between lines that are free; undefined when all trunks are taken. */
  #someCall(): PeerCall | undefined {
    const pick = (below: number): number => this.#chance.integer(below);
    const device = this.#free("device", stations);
    const trunk = this.#free("trunk", trunks);
    if (device === undefined || trunk === undefined) return undefined;
    return {
      device, trunk,
      number: `01${String(10_000_000 + pick(89_999_999))}`,
      direction: pick(10) < 6 ? "incoming" : "outgoing",
      ringMs: 2_000 + pick(20_000), talkMs: pick(5) === 0 ? 0 : 5_000 + pick(300_000),
    };
  }
}
