/** A look around every so often, the next one when the last has ended. */

import type { Cancellable, World } from "../base/world.js";

export class Rounds {
  readonly #world: World;
  readonly #name: string;
  readonly #everyMs: number;
  readonly #look: () => Promise<void>;
  #timer: Cancellable | undefined;
  #running = false;

  constructor(world: World, name: string, everyMs: number, look: () => Promise<void>) {
    this.#world = world;
    this.#name = name;
    this.#everyMs = everyMs;
    this.#look = look;
  }

  /** The first look is after one interval. */
  start(): void {
    this.#running = true;
    this.#next();
  }

  stop(): void {
    this.#running = false;
    this.#timer?.cancel();
  }

  #next(): void {
    this.#timer = this.#world.clock.after(this.#everyMs, this.#name, () => {
      void this.#look().then(() => { if (this.#running) this.#next(); });
    });
  }
}
