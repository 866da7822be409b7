/** Watches that outlive a broken connection. */

import { isTransient } from "./failure.js";
import type { Session } from "./session.js";

export const firstDelayMs = 1_000;
export const delayMsMax = 30_000;

/**
 * Reads `open()` until `each` says stop or a person interrupts. After a broken connection it is
 * opened again, with growing delays; a gateway that was never reached is a failure.
 */
export async function watching<T>(
  session: Session, open: () => AsyncIterable<T>, each: (item: T) => Promise<"more" | "stop">,
): Promise<void> {
  const { environment } = session;
  let delayMs = firstDelayMs;
  let reached = false;
  while (!environment.interrupted.aborted) {
    let why = session.say(["the gateway ended the stream", "la passerelle a terminé le flux"]);
    try {
      for await (const item of open()) {
        reached = true;
        delayMs = firstDelayMs;
        if (await each(item) === "stop") return;
      }
    } catch (error) {
      if (!reached || !isTransient(error)) throw error;
      why = error instanceof Error ? error.message : String(error);
    }
    if (environment.interrupted.aborted) return;
    session.note([`-- ${why}; trying again in ${delayMs / 1_000} s`,
      `-- ${why} ; nouvel essai dans ${delayMs / 1_000} s`]);
    await environment.sleep(delayMs);
    delayMs = Math.min(delayMs * 2, delayMsMax);
  }
}
