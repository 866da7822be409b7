/**
 * Evaluates passwords: same answer and same duration whether the user exists or not, only a few
 * at a time, and an alarm when somebody guesses.
 */

import { fail, ok } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { Alarms } from "../../supervisor/alarms.js";
import { evaluationQueueMax, evaluationsMax } from "./passwords.js";
import type { PasswordHasher } from "./passwords.js";
import { inWords, lockMs } from "./sign-in-limit.js";
import type { SignInLimit } from "./sign-in-limit.js";
import type { User } from "./users.js";

/** So many failures, of whatever accounts, within the window are an attack. */
export const attackFailures = 50;
export const attackWindowMs = 10 * 60_000;

const strangers = "unknown names";

/** Lets `slotsMax` run at once, `queueMax` wait, and refuses the rest. */
export class Slots {
  readonly #slotsMax: number;
  readonly #queueMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(slotsMax: number, queueMax: number) {
    this.#slotsMax = slotsMax;
    this.#queueMax = queueMax;
  }

  async run<T>(work: () => Promise<T>): Promise<Result<T>> {
    if (this.#running >= this.#slotsMax) {
      if (this.#waiting.length >= this.#queueMax) {
        return fail("too-many-attempts", "Too many sign-ins at once: try again in a moment.");
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return ok(await work());
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

export interface Evaluated {
  readonly user: User;
  /** Set when the stored hash should be replaced. */
  readonly newHash: string | undefined;
}

export class SignIn {
  readonly #world: World;
  readonly #alarms: Pick<Alarms, "raise" | "clear">;
  readonly #hasher: PasswordHasher;
  readonly #limit: SignInLimit;
  readonly #slots = new Slots(evaluationsMax, evaluationQueueMax);
  readonly #alarmed = new Map<string, number>();
  #failuresAtMs: number[] = [];
  #nobody = "";

  constructor(
    world: World, alarms: Pick<Alarms, "raise" | "clear">, hasher: PasswordHasher,
    limit: SignInLimit,
  ) {
    this.#world = world;
    this.#alarms = alarms;
    this.#hasher = hasher;
    this.#limit = limit;
  }

  /** Makes the hash that stands for every user that does not exist. */
  async prepare(): Promise<void> {
    const secret = Buffer.from(this.#world.random.bytes(32)).toString("hex");
    this.#nobody = await this.#hasher.hash(secret);
  }

  /** Faults: `too-many-attempts`, not evaluated; `unauthenticated`, wrong name or password. */
  async evaluate(
    name: string, user: User | undefined, password: string, source: string,
  ): Promise<Result<Evaluated>> {
    const attempt = await this.#limit.begin(name, source);
    if (!attempt.ok) return attempt;
    const right = await this.#slots.run(() =>
      this.#hasher.verify(user?.hash ?? this.#nobody, password));
    if (!right.ok) {
      await attempt.value.takenBack();
      return right;
    }
    if (!right.value || user === undefined || user.disabled) {
      this.#failed(user?.name, attempt.value.failures, attempt.value.locked, source);
      return fail("unauthenticated", "The name or the password is wrong.");
    }
    await attempt.value.succeeded();
    this.clear(user.name);
    if (!this.#hasher.outdated(user.hash)) return ok({ user, newHash: undefined });
    const fresh = await this.#slots.run(() => this.#hasher.hash(password));
    return ok({ user, newHash: fresh.ok ? fresh.value : undefined });
  }

  hash(password: string): Promise<Result<string>> {
    return this.#slots.run(() => this.#hasher.hash(password));
  }

  /** The user is well again: its password was right, or was set anew. */
  clear(name: string): void {
    if (this.#alarmed.delete(`user ${name}`)) this.#alarms.clear("sign-in-attack", `user ${name}`);
  }

  /** Clears alarms whose time has passed. */
  sweep(): void {
    const nowMs = this.#world.clock.monotonicMs();
    for (const [subject, untilMs] of this.#alarmed) {
      if (untilMs > nowMs) continue;
      this.#alarmed.delete(subject);
      this.#alarms.clear("sign-in-attack", subject);
    }
  }

  #failed(
    user: string | undefined, failures: number, locked: boolean, source: string,
  ): void {
    this.#world.log.event("access.sign-in.failed",
      { user: user ?? "unknown", source, failures, locked }, "warn");
    if (locked) {
      this.#raise(user === undefined ? strangers : `user ${user}`, lockMs,
        `${failures} failures${user === undefined ? "" : ` for ${user}`}, the last from ${source}; `
        + `locked for ${inWords(lockMs)}`);
    }
    const nowMs = this.#world.clock.monotonicMs();
    this.#failuresAtMs = [...this.#failuresAtMs.slice(1 - attackFailures), nowMs];
    const first = this.#failuresAtMs[0] ?? nowMs;
    if (this.#failuresAtMs.length >= attackFailures && nowMs - first <= attackWindowMs) {
      this.#raise("gateway", attackWindowMs,
        `${attackFailures} failures in ${inWords(nowMs - first)}, the last from ${source}`);
    }
  }

  #raise(subject: string, forMs: number, detail: string): void {
    this.#alarmed.set(subject, this.#world.clock.monotonicMs() + forMs);
    this.#alarms.raise("sign-in-attack", subject, detail);
  }
}
