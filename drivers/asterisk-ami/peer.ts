/**
 * An Asterisk for tests and demonstrations: the PBX's end of the wire, with calls that live and
 * faults on demand. It shares the codec with the driver, and nothing else.
 */

import { createHash } from "node:crypto";
import type { Cancellable, World } from "../../firmware/base/world.js";
import {
  amiBanner, amiCodec, amiDecoder, amiMessage, type AmiField, type AmiMessage,
} from "../../firmware/wire/ami.js";
import { perform, respond } from "./peer-actions.js";
import { PeerFeatures, type PeerCallPlan, type PeerQueue } from "./peer-features.js";
import { PeerPbx, type PeerChannel, type PeerExtension } from "./peer-pbx.js";

/** One accepted connection, whatever carries it. */
export interface PeerConnection {
  send(bytes: Uint8Array): void;
  onReceive(handler: (bytes: Uint8Array) => void): void;
  onClosed(handler: () => void): void;
  close(): void;
}

export interface AmiPeerPlan {
  readonly world: World;
  /** Manager users and their secrets. */
  readonly users: Readonly<Record<string, string>>;
  readonly extensions: readonly PeerExtension[];
  readonly trunks?: readonly string[];
  readonly queues?: readonly PeerQueue[];
  readonly version?: string;
  /** From a login to FullyBooted. */
  readonly bootMs?: number;
  /** Actions that no user may use, as if the write class were missing. */
  readonly denied?: readonly string[];
}

export interface AmiPeer {
  accept(connection: PeerConnection): void;
  /** Starts a call at once; the channel tells its names. */
  call(plan: PeerCallPlan): PeerChannel;
  hangup(channel: PeerChannel): void;
  hold(channel: PeerChannel, on: boolean): void;
  blindTransfer(channel: PeerChannel, exten: string): void;
  /** The channel that talks to this one. */
  other(channel: PeerChannel): PeerChannel | undefined;
  readonly channels: readonly PeerChannel[];
  readonly sessions: number;
  /** Random office calls, from the world's randomness. */
  startTraffic(callsPerMinute: number): void;
  stopTraffic(): void;
  /** Closes every connection. */
  drop(): void;
  /** Answers nothing and says nothing, until called with false. */
  hang(on: boolean): void;
  garbage(bytes: Uint8Array): void;
  longLine(bytes: number): void;
  /** Everything is sent this much later. */
  delay(ms: number): void;
  /** The next `count` events of this name are not sent. */
  miss(event: string, count: number): void;
  /** Sends an event that the peer would not send by itself. */
  event(name: string, fields: readonly AmiField[]): void;
  /** All calls end without a word, every connection closes, the start time is new. */
  restart(): void;
  /** Ends traffic, calls and connections: no timer stays behind. */
  stop(): void;
}

export const peerSessionsMax = 64;
const officeNames = ["Dubois", "Müller", "O'Brien", "Zoë Laurent", "Nguyễn", "Garcia"];

interface PeerSession {
  readonly connection: PeerConnection;
  challenge: string;
  loggedIn: boolean;
  open: boolean;
}

class Peer implements AmiPeer {
  readonly #plan: AmiPeerPlan;
  readonly #pbx: PeerPbx;
  readonly #features: PeerFeatures;
  readonly #sessions = new Set<PeerSession>();
  readonly #missing = new Map<string, number>();
  #startedAt: string;
  #hanging = false;
  #delayMs = 0;
  #traffic: Cancellable | undefined;

  constructor(plan: AmiPeerPlan) {
    this.#plan = plan;
    this.#startedAt = startText(plan.world);
    this.#pbx = new PeerPbx(plan.world, plan.extensions, plan.trunks ?? [],
      (name, fields) => { this.event(name, fields); });
    this.#features = new PeerFeatures(this.#pbx, plan.queues ?? []);
  }

  get channels(): readonly PeerChannel[] {
    return [...this.#pbx.channels.values()];
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  accept(connection: PeerConnection): void {
    if (this.#sessions.size >= peerSessionsMax) {
      connection.close();
      return;
    }
    const session: PeerSession = { connection, challenge: "", loggedIn: false, open: true };
    this.#sessions.add(session);
    const decoder = amiDecoder();
    connection.onClosed(() => {
      session.open = false;
      this.#sessions.delete(session);
    });
    connection.onReceive((bytes) => {
      for (const item of decoder.push(bytes)) {
        if (item.kind === "message" && !this.#hanging) this.#action(session, item.message);
      }
    });
    this.#send(session, amiCodec.encode(amiBanner("5.0.4")));
  }

  #send(session: PeerSession, bytes: Uint8Array): void {
    if (!session.open || this.#hanging) return;
    if (this.#delayMs === 0) {
      session.connection.send(bytes);
      return;
    }
    this.#plan.world.clock.after(this.#delayMs, "peer.delay", () => {
      if (session.open) session.connection.send(bytes);
    });
  }

  #action(session: PeerSession, message: AmiMessage): void {
    const { world } = this.#plan;
    const answer = {
      send: (reply: AmiMessage) => { this.#send(session, amiCodec.encode(reply)); },
    };
    switch (message.name) {
      case "Challenge":
        session.challenge = String(100_000_000 + world.random.integer(900_000_000));
        respond(answer, message, "Success", [["Challenge", session.challenge]]);
        return;
      case "Login":
        this.#login(session, message, answer);
        return;
      case "Logoff":
        respond(answer, message, "Goodbye", [["Message", "Thanks for all the fish."]]);
        session.connection.close();
        return;
      default:
    }
    if (!session.loggedIn) {
      respond(answer, message, "Error", [["Message", "Permission denied"]]);
      return;
    }
    perform({ ...answer, features: this.#features, startedAt: this.#startedAt,
      version: this.#plan.version ?? "16.28.0", denied: new Set(this.#plan.denied ?? []) },
    message);
  }

  #login(
    session: PeerSession, message: AmiMessage, answer: { send(reply: AmiMessage): void },
  ): void {
    const user = message.get("Username") ?? "";
    const secret = Object.hasOwn(this.#plan.users, user) ? this.#plan.users[user] : undefined;
    const key = secret === undefined || session.challenge === "" ? undefined
      : createHash("md5").update(session.challenge + secret).digest("hex");
    const right = secret !== undefined
      && (message.get("Secret") === secret || (key !== undefined && message.get("Key") === key));
    if (!right) {
      respond(answer, message, "Error", [["Message", "Authentication failed"]]);
      session.connection.close();
      return;
    }
    session.loggedIn = true;
    respond(answer, message, "Success", [["Message", "Authentication accepted"]]);
    const boot = (): void => {
      answer.send(amiMessage([["Event", "FullyBooted"], ["Privilege", "system,all"],
        ["Uptime", "1"], ["LastReload", "1"], ["Status", "Fully Booted"]]));
    };
    if ((this.#plan.bootMs ?? 0) === 0) boot();
    else this.#plan.world.clock.after(this.#plan.bootMs ?? 0, "peer.boot", boot);
  }

  event(name: string, fields: readonly AmiField[]): void {
    const missing = this.#missing.get(name) ?? 0;
    if (missing > 0) {
      this.#missing.set(name, missing - 1);
      return;
    }
    const seconds = this.#plan.world.clock.wall().getTime() / 1000;
    const bytes = amiCodec.encode(amiMessage([["Event", name], ["Privilege", "call,all"],
      ["Timestamp", seconds.toFixed(6)], ...fields]));
    for (const session of this.#sessions) if (session.loggedIn) this.#send(session, bytes);
  }

  call(plan: PeerCallPlan): PeerChannel {
    return this.#features.call(plan);
  }

  hangup(channel: PeerChannel): void {
    this.#features.hangup(channel);
  }

  hold(channel: PeerChannel, on: boolean): void {
    this.#pbx.hold(channel, on);
  }

  blindTransfer(channel: PeerChannel, exten: string): void {
    this.#features.blindTransfer(channel, exten, "from-internal");
  }

  other(channel: PeerChannel): PeerChannel | undefined {
    return this.#features.other(channel);
  }

  startTraffic(callsPerMinute: number): void {
    this.stopTraffic();
    const { world, extensions } = this.#plan;
    const gapMs = 60_000 / callsPerMinute;
    const next = (): void => {
      this.#traffic = world.clock.after(1 + world.random.integer(Math.ceil(gapMs * 2)),
        "peer.traffic", () => {
          if (extensions.length > 1) this.#officeCall();
          next();
        });
    };
    next();
  }

  #officeCall(): void {
    const { world, extensions, trunks = [], queues = [] } = this.#plan;
    const pick = <T>(from: readonly T[]): T | undefined => from[world.random.integer(from.length)];
    const busy = new Set(this.channels.map((channel) => channel.name.replace(/-[^-]*$/, "")));
    const free = extensions.filter((each) => !busy.has(`PJSIP/${each.number}`));
    const called = free.length === 0 ? undefined : pick(free);
    if (called === undefined) return;
    const behaviours = ["answer", "answer", "answer", "answer", "noAnswer", "busy"] as const;
    const plan = { ringMs: 1_000 + world.random.integer(8_000),
      talkMs: 5_000 + world.random.integer(60_000), behaviour: pick(behaviours) ?? "answer" };
    const kind = world.random.integer(10);
    const trunk = trunks.length === 0 ? undefined : pick(trunks);
    const outside = `0${140_000_000 + world.random.integer(9_999_999)}`;
    if (trunk !== undefined && kind < 5) {
      const offered = queues.length > 0 && kind < 2 ? pick(queues)?.name : undefined;
      const queue = offered !== undefined && this.#features.waiting(offered).length < 2
        ? offered : undefined;
      this.call({ ...plan, behaviour: queue === undefined ? plan.behaviour : "answer", trunk,
        from: outside, to: queue ?? called.number,
        callerName: pick(officeNames) ?? "" });
      return;
    }
    const caller = pick(free.filter((each) => each !== called).concat(
      free.length < 2 ? extensions.filter((each) => each !== called) : []));
    if (caller === undefined) return;
    this.call({ ...plan, from: caller.number,
      to: trunk !== undefined && kind < 8 ? outside : called.number });
  }

  stopTraffic(): void {
    this.#traffic?.cancel();
    this.#traffic = undefined;
  }

  drop(): void {
    for (const session of [...this.#sessions]) session.connection.close();
  }

  hang(on: boolean): void {
    this.#hanging = on;
  }

  garbage(bytes: Uint8Array): void {
    for (const session of this.#sessions) this.#send(session, bytes);
  }

  longLine(bytes: number): void {
    const chunk = Buffer.alloc(65_536, 0x78);
    this.garbage(Buffer.from("Event: Long\r\nValue: "));
    for (let sent = 0; sent < bytes; sent += chunk.length) this.garbage(chunk);
    this.garbage(Buffer.from("\r\n\r\n"));
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  miss(event: string, count: number): void {
    this.#missing.set(event, count);
  }

  restart(): void {
    this.#pbx.forget();
    this.#features.forget();
    const now = startText(this.#plan.world);
    // A second restart within the same second must be told apart too.
    this.#startedAt = this.#startedAt.startsWith(now) ? `${this.#startedAt}+` : now;
    this.drop();
  }

  stop(): void {
    this.stopTraffic();
    this.#pbx.forget();
    this.#features.forget();
    this.drop();
  }
}

function startText(world: World): string {
  return world.clock.wall().toISOString().slice(0, 19).replace("T", " ");
}

export function createAmiPeer(plan: AmiPeerPlan): AmiPeer {
  return new Peer(plan);
}
