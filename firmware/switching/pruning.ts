/** Removes what is too old, again and again, as long as its owner runs. */

import type { Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";

export interface PruningPlan {
  readonly world: World;
  /** For the timer and the log: `records`. */
  readonly name: string;
  /** From the end of one turn to the next. */
  readonly everyMs: number;
  /** Gives how many it removed. */
  readonly prune: () => Promise<Result<number>>;
}

export class Pruning {
  readonly #plan: PruningPlan;
  #timer: Cancellable | undefined;
  #running = false;

  constructor(plan: PruningPlan) {
    this.#plan = plan;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#schedule();
  }

  stop(): void {
    this.#running = false;
    this.#timer?.cancel();
  }

  #schedule(): void {
    const { world, name, everyMs, prune } = this.#plan;
    this.#timer = world.clock.after(everyMs, `${name}.prune`, () => {
      void prune().then((pruned) => {
        if (!pruned.ok) {
          world.log.event(`${name}.prune-failed`, { reason: pruned.fault.message }, "warn");
        }
        if (this.#running) this.#schedule();
      });
    });
  }
}
