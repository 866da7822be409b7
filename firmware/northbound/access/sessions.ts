/** Sessions of people who signed in: found by the hash of their token, ended by time or by hand. */

import * as z from "zod";
import type { World } from "../../base/world.js";
import { put, remove } from "../../store/store.js";
import type { Mutation, Store } from "../../store/store.js";
import { bearerHash, newBearer, newId, sessionPrefix } from "./bearer.js";
import { jsonSpace } from "./json-space.js";

export const sessionsMax = 5_000;
/** One person's sessions; the oldest makes room. */
export const sessionsPerUserMax = 50;
/** How fine "last used" is kept on disk. */
const savedUseMs = 60_000;

const sessionShape = z.object({
  id: z.string(), user: z.string(), source: z.string(), createdAtMs: z.number(),
  usedAtMs: z.number(),
});
type Session = z.infer<typeof sessionShape>;

const sessionSpace = jsonSpace("sessions", 1, sessionShape);

export interface SessionLimits {
  readonly idleMs: number;
  readonly absoluteMs: number;
}

interface Held {
  readonly hash: string;
  session: Session;
  savedAtMs: number;
}

export interface EndedSession {
  readonly id: string;
  readonly user: string;
  readonly reason: string;
}

export class Sessions {
  readonly #store: Store;
  readonly #world: World;
  #limits: SessionLimits;
  readonly #byHash = new Map<string, Held>();

  constructor(store: Store, world: World, limits: SessionLimits) {
    this.#store = store;
    this.#world = world;
    this.#limits = limits;
  }

  get count(): number {
    return this.#byHash.size;
  }

  configure(limits: SessionLimits): void {
    this.#limits = limits;
  }

  async load(): Promise<void> {
    this.#byHash.clear();
    for await (const [hash, session] of this.#store.range(sessionSpace, {})) {
      this.#byHash.set(hash, { hash, session, savedAtMs: session.usedAtMs });
    }
  }

  /**
   * Also returns sessions that had to make room. A session that cannot be saved counts all the
   * same, until the gateway stops: a full disk must not keep people out.
   */
  async open(user: string, source: string): Promise<{
    readonly token: string; readonly id: string; readonly expiresAtMs: number;
    readonly ended: readonly EndedSession[];
  }> {
    const nowMs = this.#nowMs();
    const token = newBearer(this.#world, sessionPrefix);
    const session = { id: newId(this.#world), user, source, createdAtMs: nowMs, usedAtMs: nowMs };
    const room = this.#crowded(user);
    const hash = bearerHash(token);
    for (const held of room) this.#byHash.delete(held.hash);
    this.#byHash.set(hash, { hash, session, savedAtMs: nowMs });
    await this.#write([
      ...room.map((held) => remove(sessionSpace, held.hash)), put(sessionSpace, hash, session)]);
    return { token, id: session.id, expiresAtMs: nowMs + this.#limits.absoluteMs,
      ended: room.map((held) => ended(held, "newer sessions took its place")) };
  }

  /** The living session of a token; using it keeps it from going idle. */
  use(token: string): { readonly id: string; readonly user: string } | undefined {
    const held = this.#byHash.get(bearerHash(token));
    if (held === undefined || this.#over(held) !== undefined) return undefined;
    held.session.usedAtMs = this.#nowMs();
    return held.session;
  }

  /** Ends those for which `which` holds. They count no more, even when the store cannot write. */
  async end(
    which: (session: { readonly id: string; readonly user: string }) => boolean, reason: string,
  ): Promise<readonly EndedSession[]> {
    const gone = [...this.#byHash.values()].filter((held) => which(held.session));
    await this.#drop(gone);
    return gone.map((held) => ended(held, reason));
  }

  /**
   * Ends what is over, and saves when the others were last used. A session that is `inUse` all
   * the time, by an open stream, cannot go idle: its page shows calls that nobody clicks on.
   */
  async sweep(inUse: (id: string) => boolean): Promise<readonly EndedSession[]> {
    const over: EndedSession[] = [];
    const gone: Held[] = [];
    for (const held of this.#byHash.values()) {
      if (inUse(held.session.id)) held.session.usedAtMs = this.#nowMs();
      const reason = this.#over(held);
      if (reason === undefined) continue;
      gone.push(held);
      over.push(ended(held, reason));
    }
    await this.#drop(gone);
    await this.#save(savedUseMs);
    return over;
  }

  /** Saves when each was last used; the last act before the gateway stops. */
  async flush(): Promise<void> {
    await this.#save(1);
  }

  #nowMs(): number {
    return this.#world.clock.wall().getTime();
  }

  #over(held: Held): string | undefined {
    const nowMs = this.#nowMs();
    if (nowMs - held.session.createdAtMs >= this.#limits.absoluteMs) return "the session ended";
    return nowMs - held.session.usedAtMs >= this.#limits.idleMs
      ? "the session was idle too long" : undefined;
  }

  #crowded(user: string): readonly Held[] {
    let ownCount = 0;
    for (const held of this.#byHash.values()) if (held.session.user === user) ownCount += 1;
    if (ownCount < sessionsPerUserMax && this.#byHash.size < sessionsMax) return [];
    const all = [...this.#byHash.values()]
      .sort((left, right) => left.session.usedAtMs - right.session.usedAtMs);
    const own = all.filter((held) => held.session.user === user);
    const room = new Set(own.slice(0, Math.max(0, own.length + 1 - sessionsPerUserMax)));
    for (const held of all) {
      if (all.length - room.size < sessionsMax) break;
      room.add(held);
    }
    return [...room];
  }

  async #drop(gone: readonly Held[]): Promise<void> {
    if (gone.length === 0) return;
    for (const held of gone) this.#byHash.delete(held.hash);
    await this.#write(gone.map((held) => remove(sessionSpace, held.hash)));
  }

  async #save(sinceMs: number): Promise<void> {
    const used = [...this.#byHash.values()]
      .filter((held) => held.session.usedAtMs - held.savedAtMs >= sinceMs);
    if (used.length === 0) return;
    for (const held of used) held.savedAtMs = held.session.usedAtMs;
    await this.#write(used.map((held) => put(sessionSpace, held.hash, held.session)));
  }

  async #write(batch: readonly Mutation[]): Promise<void> {
    const written = await this.#store.commit(batch);
    if (!written.ok) {
      this.#world.log.event("access.session.unsaved", { fault: written.fault.message }, "warn");
    }
  }
}

function ended(held: Held, reason: string): EndedSession {
  return { id: held.session.id, user: held.session.user, reason };
}
