/** From the reports of a HID box to what happens on its line. */

import type { CallerReport } from "../../firmware/wire/caller-id-reports.js";
import {
  identificationMs, openCallMs, ringingStopped, type AnalogueLine,
} from "./analogue-line.js";

/**
 * Assumed: ring reports of a HID box closer together than 2 s are one burst, told several times.
 */
export const burstMs = 2_000;

export class HidBox {
  readonly #line: () => AnalogueLine;
  #rangAtMs = -Infinity;

  constructor(line: () => AnalogueLine) {
    this.#line = line;
  }

  report({ state, number, absence }: CallerReport, atMs: number): void {
    const line = this.#line();
    switch (state) {
      case "offHook":
        line.offHook(atMs);
        return;
      case "onHook":
        // Between two bursts too the line is on hook: that says nothing about the call.
        if (line.answered) line.onHook(0);
        return;
      case "ring": case "caller": {
        const caller = number !== undefined ? { number }
          : absence === undefined ? undefined : { numberAbsence: absence };
        const rings = state === "ring" && this.#isNewBurst(atMs);
        const begins = !line.busy || line.answered;
        // A second ring would tell the call without the number that this very report brings.
        if (rings && begins) this.#ring(line, atMs);
        if (caller !== undefined) line.identified(caller, atMs, ringingStopped, openCallMs);
        if (rings && !begins) this.#ring(line, atMs);
      }
    }
  }

  #isNewBurst(atMs: number): boolean {
    const isNew = atMs - this.#rangAtMs >= burstMs;
    this.#rangAtMs = atMs;
    return isNew;
  }

  #ring(line: AnalogueLine, atMs: number): void {
    line.ring(atMs, ringingStopped, identificationMs);
  }
}
