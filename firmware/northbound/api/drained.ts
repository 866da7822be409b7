/** Back-pressure of a caller's connection. */

import type { EventEmitter } from "node:events";

/** Waits until the caller has taken what was written, or has gone. */
export function drained(stream: EventEmitter, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      stream.off("drain", go);
      stream.off("close", go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    if (signal.aborted) {
      resolve();
      return;
    }
    stream.on("drain", go);
    stream.on("close", go);
    signal.addEventListener("abort", go);
  });
}
