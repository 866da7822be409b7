/**
 * Notices that the pepper's file was lost and made anew: then every password is "wrong", and
 * without this nobody would know why.
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import type { Result } from "../../base/result.js";
import { ok } from "../../base/result.js";
import { put } from "../../store/store.js";
import type { Store } from "../../store/store.js";
import { jsonSpace } from "./json-space.js";

const checkSpace = jsonSpace("pepper-check", 1, z.string());
const key = "hmac";

export class PepperCheck {
  readonly #store: Store;
  readonly #mark: string;
  #confirmed = false;

  constructor(store: Store, pepper: Uint8Array) {
    this.#store = store;
    this.#mark = createHmac("sha256", pepper).update("pepper check").digest("hex");
  }

  /** False: passwords in the store were hashed with another pepper. */
  async load(): Promise<Result<boolean>> {
    const kept = await this.#store.get(checkSpace, key);
    if (!kept.ok) return kept;
    if (kept.value === undefined) return ok(true);
    this.#confirmed = kept.value.length === this.#mark.length
      && timingSafeEqual(Buffer.from(kept.value), Buffer.from(this.#mark));
    return ok(this.#confirmed);
  }

  /** A password was right with this pepper, or was hashed with it: it is the one from now on. */
  async confirm(): Promise<void> {
    if (this.#confirmed) return;
    const written = await this.#store.commit([put(checkSpace, key, this.#mark)]);
    this.#confirmed = written.ok;
  }
}
