/** The applications of one server: those that are connected, and those that may come back. */

import type { Result } from "../../base/result.js";
import type { Identity } from "../access/roles.js";
import type { Domain } from "./domain.js";
import { privateEncoding } from "./event-tail.js";
import { Session, type SessionPlan } from "./session.js";
import type { SystemStatus } from "../../wire/csta/message.js";

export const sessionsMax = 200;
const idBytes = 12;

export class Sessions {
  readonly domain: Domain;
  readonly #all = new Map<string, Session>();
  #status: SystemStatus;
  #unwatch: (() => void) | undefined;

  constructor(domain: Domain) {
    this.domain = domain;
    this.#status = domain.status;
  }

  start(): Result<void> {
    const { gateway, config, devices } = this.domain;
    this.#unwatch = gateway.privateData.watch((link, encoding, notice) => {
      if (encoding !== privateEncoding(config.protocol) || !devices.serves(link)) return;
      for (const session of this.#all.values()) session.privateNotice(link, notice);
    });
    return this.domain.feed.join(this);
  }

  stop(): void {
    for (const session of [...this.#all.values()]) {
      session.end("the server stops", { kind: "abort", reason: "the server stops" });
    }
    this.#unwatch?.();
    this.domain.feed.leave(this);
  }

  list(): readonly Session[] {
    return [...this.#all.values()];
  }

  /** Undefined: there are too many, and none of them is merely kept. */
  open(plan: Pick<SessionPlan, "identity" | "rights" | "wire" | "durationMs">):
    Session | undefined {
    if (this.#all.size >= sessionsMax) {
      const kept = this.list().find((session) => !session.isConnected);
      if (kept === undefined) return undefined;
      kept.end("newer sessions took its place");
    }
    const { random } = this.domain.gateway.world;
    const id = Buffer.from(random.bytes(idBytes)).toString("hex");
    const session = new Session({ ...plan, id, domain: this.domain,
      ended: (over) => { this.#all.delete(over.id); },
      other: (name, own) => name === own.id ? undefined
        : this.#ownedBy(own.identity).find((each) => each.id === name) });
    this.#all.set(id, session);
    return session;
  }

  /**
   * The session with which an application goes on: the one that it names, if it is the same
   * application; where the protocol has no name for it, the one that was lost from there.
   */
  resumable(
    identity: Identity, id: string | undefined, source: string,
  ): Session | undefined {
    if (this.domain.config.sessionKeepSeconds === 0) return undefined;
    const own = this.#ownedBy(identity);
    if (this.domain.config.protocol === "xml") return own.find((session) => session.id === id);
    return own.find((session) => !session.isConnected && session.source === source);
  }

  #ownedBy({ name, credential }: Identity): readonly Session[] {
    return this.list().filter(({ identity }) =>
      identity.name === name && identity.credential === credential);
  }

  lost(): void {
    for (const session of this.#all.values()) session.missed();
  }

  linksChanged(): void {
    const { status } = this.domain;
    if (status === this.#status) return;
    this.#status = status;
    for (const session of this.#all.values()) session.tellStatus(status);
  }
}

