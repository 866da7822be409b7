/** What the PBX's clock showed → UTC, knowing what it has printed before. */

import { momentOf } from "../../firmware/base/local-time.js";
import type { DateLine, PbxTime } from "./formats/format.js";

/** A date that the PBX printed holds for the times behind it: until midnight, and a little more. */
export const dateMsMax = 26 * 3_600_000;

export class PrintedClock {
  readonly #timeZone: string;
  /** Of lines that print only the time. */
  #date: { readonly line: DateLine; readonly receivedAtMs: number } | undefined;
  #previousMs: number | undefined;

  constructor(timeZone: string) {
    this.#timeZone = timeZone;
  }

  /** `receivedAtMs` is monotonic. */
  date(line: DateLine, receivedAtMs: number): void {
    this.#date = { line, receivedAtMs };
  }

  /** Milliseconds since 1970, as `arrivedMs`, of what a line printed that was received then. */
  momentMs(local: PbxTime, arrivedMs: number, receivedAtMs: number): number {
    this.#previousMs = this.#momentMs(local, arrivedMs, receivedAtMs);
    return this.#previousMs;
  }

  #momentMs(local: PbxTime, arrivedMs: number, receivedAtMs: number): number {
    if ("utcMs" in local) return local.utcMs;
    if ("atArrival" in local) return arrivedMs;
    const date = this.#date !== undefined && receivedAtMs - this.#date.receivedAtMs <= dateMsMax
      && local.month === undefined ? this.#date.line : undefined;
    return momentOf(date === undefined ? local : { ...date, ...local }, this.#timeZone, arrivedMs,
      this.#previousMs);
  }
}
