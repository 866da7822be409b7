/** Silence on a line: what it is, and what is none though nothing seems to come. */

import type { Cancellable, Clock } from "./world.js";

/** A line, or what hands on its bytes: `Transport` fits. */
export interface Listened {
  /** Bytes have come that were not handed over yet. Absent: each is handed over as it comes. */
  waiting?(): boolean;
}

/**
 * Runs when nothing has come for so long, unless it is cancelled: whoever is handed bytes does
 * that. Waits in two halves: when this process itself stood still, what came meanwhile is handed
 * over between them. What waits, for the store perhaps, is on its way: then it begins anew.
 */
export function afterSilence(
  clock: Clock, line: Listened, ms: number, name: string, run: () => void,
): Cancellable {
  let timer: Cancellable;
  const begin = (): void => {
    timer = clock.after(ms / 2, name, () => {
      timer = clock.after(ms / 2, name, () => {
        if (line.waiting?.() === true) begin();
        else run();
      });
    });
  };
  begin();
  return { cancel: () => { timer.cancel(); } };
}
