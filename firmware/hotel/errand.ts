/** Work that is done whenever there is some, one at a time, and again later where it fails. */

import type { Result } from "../base/result.js";
import { sleep, type Cancellable, type World } from "../base/world.js";

const retryMsMin = 5_000;
const retryMsMax = 60_000;
/** What is under way may still settle; it is not waited for longer than a stop may take. */
const stopMs = 2_000;

export class Errand {
  readonly #world: World;
  readonly #name: string;
  readonly #work: () => Promise<Result<void>>;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #retry: Cancellable | undefined;
  #retryMs = retryMsMin;

  /** `work` does all there is; it looks at `stopped` between its steps. */
  constructor(world: World, name: string, work: () => Promise<Result<void>>) {
    this.#world = world;
    this.#name = name;
    this.#work = work;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => { this.#running = undefined; });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#retry?.cancel();
    if (this.#running === undefined) return;
    await Promise.race([this.#running, sleep(this.#world.clock, stopMs, "hotel.stop")]);
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const result = await this.#work();
      if (result.ok) this.#retryMs = retryMsMin;
      else this.#later();
    }
  }

  #later(): void {
    if (this.#stopped) return;
    this.#retry?.cancel();
    this.#retry = this.#world.clock.after(this.#retryMs, this.#name, () => { this.wake(); });
    this.#retryMs = Math.min(this.#retryMs * 2, retryMsMax);
  }
}
