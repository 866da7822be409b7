/** What all drivers make of the same bytes. */

import type { Driver, Recognition } from "../driver.js";
import type { Candidate } from "./verdict.js";

/** Piece by piece, as `Driver.recognise`. */
export function* candidates(
  drivers: readonly Driver[], text: Uint8Array, atMs: number, timeZone: string,
): Iterable<readonly Candidate[]> {
  const found: Candidate[] = [];
  for (const { name, recognise } of drivers) {
    let last: readonly Recognition[] = [];
    for (const piece of recognise?.(text, atMs, timeZone) ?? []) {
      last = piece;
      yield [];
    }
    found.push(...last.map((each) => ({ ...each, driver: name })));
  }
  yield found.sort((a, b) => b.score - a.score);
}
