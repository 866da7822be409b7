/** A world from a seed: virtual time that a test moves, and a log that a test reads. */

import assert from "node:assert";
import type { Cancellable, LogFields, LogLevel, World } from "./world.js";

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly name: string;
  readonly run: () => void;
}

export interface LoggedEvent {
  readonly name: string;
  readonly fields: LogFields;
  readonly level: LogLevel;
}

const loggedMax = 10_000;
const settleTurns = 20;

export class SimulatedWorld implements World {
  #nowMs = 0;
  #order = 0;
  #state: number;
  readonly #timers = new Set<Timer>();
  readonly #startMs: number;
  readonly logged: LoggedEvent[] = [];

  constructor(seed = 1, start = "2026-11-23T08:00:00Z") {
    this.#state = (seed >>> 0) || 1;
    this.#startMs = Date.parse(start);
  }

  readonly clock = {
    monotonicMs: (): number => this.#nowMs,
    wall: (): Date => new Date(this.#startMs + this.#nowMs),
    after: (delayMs: number, name: string, run: () => void): Cancellable => {
      this.#order += 1;
      const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order, name, run };
      this.#timers.add(timer);
      return { cancel: () => { this.#timers.delete(timer); } };
    },
  };

  /** Mulberry32: small, well distributed, the same on every machine. */
  readonly random = {
    integer: (below: number): number => {
      assert(below > 0);
      this.#state = (this.#state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
    },
    bytes: (count: number): Uint8Array =>
      Uint8Array.from({ length: count }, () => this.random.integer(256)),
  };

  readonly log = {
    event: (name: string, fields: LogFields = {}, level: LogLevel = "info"): void => {
      if (this.logged.length < loggedMax) this.logged.push({ name, fields, level });
    },
  };

  get timersPending(): readonly string[] {
    return [...this.#timers].map((timer) => timer.name);
  }

  /** Moves time on, running every timer that falls due, in order, and the promises between. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await this.settle();
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) {
        if (timer.dueMs > endMs) continue;
        if (next === undefined || timer.dueMs < next.dueMs
          || (timer.dueMs === next.dueMs && timer.order < next.order)) next = timer;
      }
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.run();
      await this.settle();
    }
    this.#nowMs = endMs;
  }

  /** Lets promises that are ready run. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < settleTurns; turn += 1) await Promise.resolve();
  }
}
