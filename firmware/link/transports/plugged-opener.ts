/** Opens what may be plugged in and pulled out; looks for it while it is not there. */

import type { Result } from "../../base/result.js";
import type { Cancellable, World } from "../../base/world.js";
import type { TransportOpener } from "../opener.js";
import type { Transport } from "../transport.js";

/** How often an absent device is looked for. */
export const prospectMs = 1_000;

export interface PluggedPlan {
  readonly description: string;
  readonly world: World;
  /** What is there now, in any words that change with it; undefined: nothing. */
  prospect(): Promise<string | undefined>;
  open(deadlineMs: number): Promise<Result<PluggedTransport>>;
}

export interface PluggedTransport {
  readonly transport: Transport;
  /** Resolves when the device is let go: only then can it be opened again. */
  readonly released: Promise<void>;
}

/** While nothing is open it is looked for, so that a link need not wait out its retry delay. */
export function pluggedOpener({ description, world, prospect, open }: PluggedPlan):
TransportOpener {
  let offer: (() => void) | undefined;
  let watch: Cancellable | undefined;
  /** Counts openings and closings: what belongs to an earlier one no longer matters. */
  let epoch = 0;
  const begin = (): number => {
    watch?.cancel();
    watch = undefined;
    epoch += 1;
    return epoch;
  };
  const watchFor = (before: string | undefined): void => {
    const timer = world.clock.after(prospectMs, "link.prospect", () => {
      void prospect().then((now) => {
        if (watch !== timer) return;
        if (now === before || now === undefined) {
          watchFor(now);
          return;
        }
        watch = undefined;
        offer?.();
      });
    });
    watch = timer;
  };
  return {
    description,
    onOffer: (handler) => { offer = handler; },
    async open(deadlineMs): Promise<Result<Transport>> {
      const own = begin();
      const before = await prospect();
      const watchOn = (): void => { if (own === epoch && offer !== undefined) watchFor(before); };
      const opened = await open(deadlineMs);
      if (!opened.ok) {
        watchOn();
        return opened;
      }
      void opened.value.released.then(watchOn);
      return { ok: true, value: opened.value.transport };
    },
    close(): Promise<void> {
      begin();
      return Promise.resolve();
    },
  };
}
