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
  readonly timer: Cancellable;
}

/** `complete`: the last part is among them. */
export type WholeCall = (line: CallLine, startedAtMs: number, complete: boolean) => void;

export class CallParts {
  readonly #world: World;
  readonly #finished: WholeCall;
  /** Oldest first. */
  readonly #open = new Map<string, PartialCall>();
  #received = 0;

  constructor(world: World, finished: WholeCall) {
    this.#world = world;
    this.#finished = finished;
  }

  /** So many bytes more have been received. */
  received(bytes: number): void {
    for (const [key, { behind }] of this.#open) {
      if (this.#received - behind <= partialCallBytes) break;
      this.#finish(key, false);
    }
    this.#received += bytes;
  }

  /** Whether the line is a part of a call, and has been taken. */
  take(line: CallLine, startedAtMs: number): boolean {
    const key = line.reference;
    const open = key === undefined ? undefined : this.#open.get(key);
    if (key === undefined || (open === undefined && line.continued !== true)) return false;
    const partial = open ?? this.#begin(key);
    partial.parts.push({ line, startedAtMs });
    if (line.continued !== true || partial.parts.length >= partsMax) {
      this.#finish(key, line.continued !== true);
    }
    return true;
  }

  /** The line is closed: what has come stands for the whole. */
  close(): void {
    for (const key of [...this.#open.keys()]) this.#finish(key, false);
  }

  #begin(key: string): PartialCall {
    const [oldest] = this.#open.keys();
    if (oldest !== undefined && this.#open.size >= partialCallsMax) this.#finish(oldest, false);
    const made: PartialCall = {
      parts: [], behind: this.#received,
      timer: this.#world.clock.after(partialCallMs, "smdr.partial", () => {
        this.#finish(key, false);
      }),
    };
    this.#open.set(key, made);
    return made;
  }

  #finish(key: string, complete: boolean): void {
    const partial = this.#open.get(key);
    if (partial === undefined) return;
    partial.timer.cancel();
    this.#open.delete(key);
    const line = joined(partial.parts.map((part) => part.line));
    if (line === undefined) return;
    this.#finished(line, Math.min(...partial.parts.map((part) => part.startedAtMs)), complete);
  }
}
