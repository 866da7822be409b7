/**
 * Requests that were asked for already: a repetition with the same request_id gets the first
 * answer, also while the first is still under way, and does nothing more.
 */

import { toBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { fail, type Result } from "../../base/result.js";
import type { Clock } from "../../base/world.js";

export const keptMs = 600_000;
/** Requests kept for one actor, and in all. The oldest answered ones go first. */
export const keptPerActorMax = 1_000;
export const keptMax = 20_000;

interface Kept {
  readonly untilMs: number;
  /** The request's own bytes: the same id on another request is a mistake of the caller. */
  readonly body: string;
  readonly answer: Promise<Result<unknown>>;
  settled: boolean;
}

export class RequestIds {
  readonly #clock: Clock;
  readonly #byActor = new Map<string, Map<string, Kept>>();
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get keptCount(): number {
    return this.#count;
  }

  /** Runs `run` at most once for an actor, method and `requestId`; always without an id. */
  once<T, D extends DescMessage>(
    actor: string, requestId: string, descriptor: D, request: MessageShape<D>,
    run: () => Promise<Result<T>>,
  ): Promise<Result<T>> {
    if (requestId === "") return run();
    const nowMs = this.#clock.monotonicMs();
    const own = this.#byActor.get(actor) ?? new Map<string, Kept>();
    this.#expire(actor, own, nowMs);
    const key = `${descriptor.typeName} ${requestId}`;
    const body = Buffer.from(toBinary(descriptor, request)).toString("base64");
    const known = own.get(key);
    if (known !== undefined) {
      if (known.body === body) return known.answer as Promise<Result<T>>;
      return Promise.resolve(fail("argument-invalid",
        `request_id ${requestId} was used for another request`,
        { fields: [{ path: "request_id", message: "was used for another request" }] }));
    }
    if (!this.#room(actor, own)) {
      return Promise.resolve(fail("queue-full", "Too many requests are still being answered."));
    }
    const answer = run();
    const kept: Kept = { untilMs: nowMs + keptMs, body, answer, settled: false };
    const settle = (): void => { kept.settled = true; };
    answer.then(settle, settle);
    own.set(key, kept);
    this.#byActor.set(actor, own);
    this.#count += 1;
    return answer;
  }

  #drop(actor: string, own: Map<string, Kept>, key: string): void {
    own.delete(key);
    this.#count -= 1;
    if (own.size === 0) this.#byActor.delete(actor);
  }

  /** Entries stand in the order of their expiry. */
  #expire(actor: string, own: Map<string, Kept>, nowMs: number): void {
    for (const [key, kept] of own) {
      if (kept.untilMs > nowMs) return;
      this.#drop(actor, own, key);
    }
  }

  #evictSettled(actor: string, own: Map<string, Kept>): boolean {
    for (const [key, kept] of own) {
      if (!kept.settled) continue;
      this.#drop(actor, own, key);
      return true;
    }
    return false;
  }

  #room(actor: string, own: Map<string, Kept>): boolean {
    if (own.size >= keptPerActorMax && !this.#evictSettled(actor, own)) return false;
    if (this.#count < keptMax) return true;
    for (const [other, theirs] of this.#byActor) {
      if (this.#evictSettled(other, theirs)) return true;
    }
    return false;
  }
}
