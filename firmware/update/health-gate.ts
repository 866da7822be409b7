/**
 * Decides whether a version on trial may stay: links that were up are up, those that spoke all the
 * time have told a call or a record, the API answers, the store is open and nothing had to be
 * restarted, all of it for a while. An open port is no proof. Pure: it is told what is, and when.
 */

import type { Said } from "./flow.js";

/** Before the update. */
export interface Before {
  /** Links that were up. */
  readonly links: readonly string[];
  /** Those of them that spoke all the time. */
  readonly steady: readonly string[];
}

export interface Signs {
  readonly linksUp: readonly string[];
  readonly said: Said;
  readonly apiAnswers: boolean;
  readonly storeOpen: boolean;
  /** Restarts of components since the program was started. */
  readonly restarts: number;
}

export type Verdict =
  | { readonly name: "passed" }
  | { readonly name: "waiting" | "refused"; readonly reasons: readonly string[] };

/** Everything has to be well for so long. */
export const steadyMs = 30_000;
/** Then it is given up: a PBX that takes longer to answer was rarely up before. */
export const patienceMs = 300_000;

export class HealthGate {
  readonly #before: Before;
  readonly #beganMs: number;
  #wellSinceMs: number | undefined;
  #restarts = 0;

  constructor(before: Before, nowMs: number) {
    this.#before = before;
    this.#beganMs = nowMs;
  }

  look(signs: Signs, nowMs: number): Verdict {
    const { links, steady } = this.#before;
    const reasons = [...links.filter((link) => !signs.linksUp.includes(link))
      .map((link) => `link ${link} is not up`),
    ...steady.filter((link) => (signs.said[link] ?? 0) === 0)
      .map((link) => `link ${link} has told no call and no record yet`)];
    if (!signs.apiAnswers) reasons.push("the API does not answer");
    if (!signs.storeOpen) reasons.push("the store is not open");
    if (signs.restarts > this.#restarts) reasons.push("a component had to be restarted");
    this.#restarts = signs.restarts;
    if (reasons.length > 0) this.#wellSinceMs = undefined;
    else this.#wellSinceMs ??= nowMs;
    if (this.#wellSinceMs !== undefined && nowMs - this.#wellSinceMs >= steadyMs) {
      return { name: "passed" };
    }
    return { name: nowMs - this.#beganMs >= patienceMs ? "refused" : "waiting", reasons };
  }
}
