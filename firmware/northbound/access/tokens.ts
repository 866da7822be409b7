/** API tokens: what programs present. They belong to the site, not to the person who made them. */

import * as z from "zod";
import { done, fail, ok } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import type { World } from "../../base/world.js";
import { put, remove } from "../../store/store.js";
import type { Store } from "../../store/store.js";
import { bearerHash, newBearer, newId, tokenPrefix } from "./bearer.js";
import { jsonSpace } from "./json-space.js";
import { roles } from "./roles.js";
import type { Role } from "./roles.js";

export const tokensMax = 1_000;
export const tokenNameMax = 80;
const usedStepMs = 60_000;

const tokenShape = z.object({
  id: z.string(), name: z.string(), role: z.enum(roles), createdAtMs: z.number(),
  expiresAtMs: z.number().optional(), usedAtMs: z.number().optional(), createdBy: z.string(),
});
type Token = z.infer<typeof tokenShape>;

const tokenSpace = jsonSpace("tokens", 1, tokenShape);

export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | undefined;
  /** To the minute. */
  readonly usedAtMs: number | undefined;
  readonly createdBy: string;
}

interface Held {
  readonly hash: string;
  token: Token;
  unsaved: boolean;
}

export class Tokens {
  readonly #store: Store;
  readonly #world: World;
  readonly #byHash = new Map<string, Held>();

  constructor(store: Store, world: World) {
    this.#store = store;
    this.#world = world;
  }

  async load(): Promise<void> {
    this.#byHash.clear();
    for await (const [hash, token] of this.#store.range(tokenSpace, {})) {
      this.#byHash.set(hash, { hash, token, unsaved: false });
    }
  }

  /** Newest first. */
  list(): readonly TokenView[] {
    return [...this.#byHash.values()].map((held) => tokenView(held.token))
      .sort((left, right) => right.createdAtMs - left.createdAtMs
        || (left.id < right.id ? -1 : 1));
  }

  async create(
    name: string, role: Role, expiresAtMs: number | undefined, createdBy: string,
  ): Promise<Result<{ readonly token: TokenView; readonly secret: string }>> {
    const refuse = (path: string, message: string): Result<never> =>
      fail("argument-invalid", message, { fields: [{ path, message }] });
    if (name.trim() === "" || name.length > tokenNameMax) {
      return refuse("name", `A token needs a name of 1 to ${tokenNameMax} characters.`);
    }
    const nowMs = this.#nowMs();
    if (expiresAtMs !== undefined && expiresAtMs <= nowMs) {
      return refuse("expires_at", "The token would have ended already.");
    }
    if (this.#byHash.size >= tokensMax) {
      return fail("precondition", `There are ${tokensMax} tokens already: revoke one first.`);
    }
    const secret = newBearer(this.#world, tokenPrefix);
    const token: Token = { id: newId(this.#world), name: name.trim(), role, createdAtMs: nowMs,
      createdBy, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) };
    const hash = bearerHash(secret);
    const written = await this.#store.commit([put(tokenSpace, hash, token)]);
    if (!written.ok) return written;
    this.#byHash.set(hash, { hash, token, unsaved: false });
    return ok({ token: tokenView(token), secret });
  }

  use(secret: string): TokenView | undefined {
    const held = this.#byHash.get(bearerHash(secret));
    if (held === undefined) return undefined;
    const nowMs = this.#nowMs();
    if (held.token.expiresAtMs !== undefined && held.token.expiresAtMs <= nowMs) return undefined;
    const minute = Math.floor(nowMs / usedStepMs) * usedStepMs;
    if (held.token.usedAtMs !== minute) {
      held.token.usedAtMs = minute;
      held.unsaved = true;
    }
    return tokenView(held.token);
  }

  async revoke(id: string): Promise<Result<void>> {
    const held = [...this.#byHash.values()].find((one) => one.token.id === id);
    if (held === undefined) return fail("not-found", `There is no token ${id}.`);
    const written = await this.#store.commit([remove(tokenSpace, held.hash)]);
    if (!written.ok) return written;
    this.#byHash.delete(held.hash);
    return done;
  }

  /** Saves when tokens were used; returns the ids of those that have ended since they were made. */
  async sweep(): Promise<readonly string[]> {
    await this.flush();
    const nowMs = this.#nowMs();
    return [...this.#byHash.values()].map((held) => held.token)
      .filter((token) => token.expiresAtMs !== undefined && token.expiresAtMs <= nowMs)
      .map((token) => token.id);
  }

  async flush(): Promise<void> {
    const unsaved = [...this.#byHash.values()].filter((held) => held.unsaved);
    if (unsaved.length === 0) return;
    for (const held of unsaved) held.unsaved = false;
    const written = await this.#store.commit(
      unsaved.map((held) => put(tokenSpace, held.hash, held.token)));
    if (!written.ok) {
      this.#world.log.event("access.token.unsaved", { fault: written.fault.message }, "warn");
    }
  }

  #nowMs(): number {
    return this.#world.clock.wall().getTime();
  }
}

function tokenView(token: Token): TokenView {
  return { id: token.id, name: token.name, role: token.role, createdAtMs: token.createdAtMs,
    expiresAtMs: token.expiresAtMs, usedAtMs: token.usedAtMs, createdBy: token.createdBy };
}
