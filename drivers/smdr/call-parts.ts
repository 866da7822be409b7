/** Calls that are printed in several records: their parts are kept until the last has come. */

import type { Cancellable, World } from "../../firmware/base/world.js";
import type { CallLine } from "./formats/format.js";
import { joined } from "./map.js";

/** Calls of which parts have been printed and the last part has not. */
export const partialCallsMax = 500;
export const partsMax = 50;
/** A part that never gets its rest is recorded as it stands. */
export const partialCallMs = 14_400_000;
/** Nor one whose rest is not among so many bytes: a new process does not read much more again. */
export const partialCallBytes = 131_072;

interface Part {
  readonly line: CallLine;
  readonly startedAtMs: number;
}

interface PartialCall {
  readonly parts: Part[];
  /** Of all bytes received, those before it. */
  readonly behind: number;
  /** Milliseconds since 1970 UTC: later it is recorded as it stands. */
  readonly untilMs: number;
}

/** What has come of calls; the next opening of the line goes on with it. */
export class OpenParts {
  /** Oldest first. */
  readonly calls = new Map<string, PartialCall>();
  received = 0;
}

/** `complete`: the last part is among them. */
export type WholeCall = (line: CallLine, startedAtMs: number, complete: boolean) => void;

export class CallParts {
  readonly #world: World;
  readonly #open: OpenParts;
  readonly #finished: WholeCall;
  #timer: Cancellable | undefined;

  constructor(world: World, open: OpenParts, finished: WholeCall) {
    this.#world = world;
    this.#open = open;
    this.#finished = finished;
    this.#await();
  }

  /** So many bytes more have been received. */
  received(bytes: number): void {
    for (const [key, { behind }] of this.#open.calls) {
      if (this.#open.received - behind <= partialCallBytes) break;
      this.#finish(key, false);
    }
    this.#open.received += bytes;
  }

  /** Whether the line is a part of a call, and has been taken. */
  take(line: CallLine, startedAtMs: number): boolean {
    const key = line.reference;
    const open = key === undefined ? undefined : this.#open.calls.get(key);
    if (key === undefined || (open === undefined && line.continued !== true)) return false;
    const partial = open ?? this.#begin(key);
    partial.parts.push({ line, startedAtMs });
    if (line.continued !== true || partial.parts.length >= partsMax) {
      this.#finish(key, line.continued !== true);
    }
    return true;
  }

  /** The line is closed: what has come waits for its next opening. */
  close(): void {
    this.#timer?.cancel();
  }

  #nowMs(): number {
    return this.#world.clock.wall().getTime();
  }

  #begin(key: string): PartialCall {
    const { calls, received } = this.#open;
    const [oldest] = calls.keys();
    if (oldest !== undefined && calls.size >= partialCallsMax) this.#finish(oldest, false);
    const made: PartialCall =
      { parts: [], behind: received, untilMs: this.#nowMs() + partialCallMs };
    calls.set(key, made);
    if (calls.size === 1) this.#await();
    return made;
  }

  /** For the oldest. */
  #await(): void {
    this.#timer?.cancel();
    const [oldest] = this.#open.calls.values();
    if (oldest === undefined) return;
    const restMs = Math.max(0, oldest.untilMs - this.#nowMs());
    this.#timer = this.#world.clock.after(restMs, "smdr.partial", () => {
      for (const [key, { untilMs }] of this.#open.calls) {
        if (untilMs > this.#nowMs()) break;
        this.#finish(key, false);
      }
      this.#await();
    });
  }

  #finish(key: string, complete: boolean): void {
    const partial = this.#open.calls.get(key);
    if (partial === undefined) return;
    this.#open.calls.delete(key);
    const line = joined(partial.parts.map((part) => part.line));
    if (line === undefined) return;
    this.#finished(line, Math.min(...partial.parts.map((part) => part.startedAtMs)), complete);
  }
}
