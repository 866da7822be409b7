/**
 * Everything that is not a pure function of its input: time, randomness, the log.
 * A World is passed in by constructor, never reached as a global, so that two of them can live
 * in one process and a simulated one can replace the real one.
 */

export interface Cancellable {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. For durations and deadlines. */
  monotonicMs(): number;
  /** The time of day, UTC. For people and records. */
  wall(): Date;
  /** Runs `run` once, `delayMs` from now. `name` is for logs and for the simulator's trace. */
  after(delayMs: number, name: string, run: () => void): Cancellable;
}

export interface Random {
  /** A uniform integer in [0, below). */
  integer(below: number): number;
  /** Cryptographic in production, seeded in simulation. */
  bytes(count: number): Uint8Array;
}

export type LogFields = Readonly<Record<string, unknown>>;
export type LogLevel = "debug" | "info" | "warn" | "error";

export interface Log {
  /** One line for a change of state. `name` is dotted nouns: `link.state`. */
  event(name: string, fields?: LogFields, level?: LogLevel): void;
}

export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Resolves after `delayMs` of the world's time. */
export function sleep(clock: Clock, delayMs: number, name: string): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, name, resolve));
}
