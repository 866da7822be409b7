/** Tells whoever serves a credential that it no longer counts, so that open streams end at once. */

import type { World } from "../../base/world.js";

/** Streams that one credential may hold open; a server's own limit is lower. */
export const handlersPerCredentialMax = 10_000;

export type RevocationHandler = (reason: string) => void;

export class Revocations {
  readonly #world: World;
  readonly #handlers = new Map<string, Set<RevocationHandler>>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Whether somebody serves the credential just now: an open stream. */
  watched(credential: string): boolean {
    return this.#handlers.has(credential);
  }

  get watchedCount(): number {
    return this.#handlers.size;
  }

  /** Returns how to stop listening. Past the bound the handler is called at once: fail closed. */
  on(credential: string, handler: RevocationHandler): () => void {
    let handlers = this.#handlers.get(credential);
    if (handlers === undefined) {
      handlers = new Set();
      this.#handlers.set(credential, handlers);
    }
    if (handlers.size >= handlersPerCredentialMax) {
      handler("too many streams of one credential");
      return () => undefined;
    }
    const own: RevocationHandler = (reason) => { handler(reason); };
    handlers.add(own);
    return () => {
      handlers.delete(own);
      if (handlers.size === 0 && this.#handlers.get(credential) === handlers) {
        this.#handlers.delete(credential);
      }
    };
  }

  revoke(credential: string, reason: string): void {
    const handlers = this.#handlers.get(credential);
    this.#handlers.delete(credential);
    for (const handler of handlers ?? []) {
      try {
        handler(reason);
      } catch (error) {
        this.#world.log.event("access.revocation.handler", { error: String(error) }, "error");
      }
    }
  }
}
