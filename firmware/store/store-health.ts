/** What a store tells of itself: damage and failed writes, once each to the log, and its health. */

import type { Health } from "../base/component.js";
import { fail, type Result } from "../base/result.js";
import type { Log } from "../base/world.js";
import type { Damage } from "./store.js";

const damagesMax = 1_000;

export class StoreHealth {
  readonly #log: Log;
  readonly #damageHandlers: ((damage: Damage) => void)[] = [];
  readonly #failureHandlers: ((full: boolean, message: string) => void)[] = [];
  readonly #recoveryHandlers: (() => void)[] = [];
  readonly #wholeHandlers: (() => void)[] = [];
  /** Places already told to the log; up to `damagesMax`. */
  readonly #damages = new Set<string>();
  /** Why there is no open database. */
  #closed: string | undefined = "not started";
  #failing: { readonly full: boolean } | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  get health(): Health {
    if (this.#closed !== undefined) return { status: "failed", reason: this.#closed };
    if (this.#failing !== undefined) {
      return { status: "degraded",
        reason: this.#failing.full ? "no space left" : "writing fails" };
    }
    return this.#damages.size === 0 ? { status: "ok" }
      : { status: "degraded", reason: `${this.#damages.size} damaged values were found` };
  }

  /** The last write failed. */
  get failing(): boolean {
    return this.#failing !== undefined;
  }

  onDamage(handler: (damage: Damage) => void): void {
    this.#damageHandlers.push(handler);
  }

  onWriteFailure(handler: (full: boolean, message: string) => void): void {
    this.#failureHandlers.push(handler);
  }

  onWriteRecovered(handler: () => void): void {
    this.#recoveryHandlers.push(handler);
  }

  onWhole(handler: () => void): void {
    this.#wholeHandlers.push(handler);
  }

  opened(): void {
    this.#closed = undefined;
  }

  closed(reason: string): void {
    this.#closed = reason;
  }

  damaged(damage: Damage): void {
    const place = `${damage.space}/${damage.keyHex}/${damage.problem}`;
    if (!this.#damages.has(place) && this.#damages.size < damagesMax) {
      this.#damages.add(place);
      this.#log.event("store.damage", { ...damage }, "error");
    }
    for (const handler of this.#damageHandlers) handler(damage);
  }

  /** The whole store has been seen: what is not among `damages` is no longer there. */
  scrubbed(damages: readonly Damage[]): void {
    this.#damages.clear();
    for (const damage of damages) this.damaged(damage);
    if (damages.length === 0) for (const handler of this.#wholeHandlers) handler();
  }

  writeFailed(full: boolean, why: string): Result<never> {
    const message = full
      ? `the disk of the data folder is full (${why}): nothing is stored until space is freed`
      : `the data folder cannot be written (${why})`;
    const first = this.#failing === undefined || this.#failing.full !== full;
    this.#failing = { full };
    if (first) {
      this.#log.event("store.write-failed", { full, reason: why }, "error");
      for (const handler of this.#failureHandlers) handler(full, message);
    }
    return fail(full ? "store-full" : "store-unavailable", message);
  }

  writeSucceeded(position: bigint): void {
    if (this.#failing === undefined) return;
    this.#failing = undefined;
    this.#log.event("store.write-recovered", { position });
    for (const handler of this.#recoveryHandlers) handler();
  }
}
