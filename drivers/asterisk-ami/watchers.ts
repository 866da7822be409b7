/** Requests that wait for the event which proves that they were done. */

import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { Cancellable, Clock } from "../../firmware/base/world.js";
import type { CallEvent } from "../../firmware/model/events.js";
import type { AmiMessage } from "../../firmware/wire/ami.js";

type Test<T> = (subject: CallEvent | AmiMessage) => Result<T> | undefined;

interface Watcher {
  readonly test: Test<unknown>;
  readonly timer: Cancellable;
  readonly settle: (result: Result<unknown>) => void;
}

export const watchersMax = 256;

export class Watchers {
  readonly #clock: Clock;
  readonly #watchers = new Set<Watcher>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get waiting(): number {
    return this.#watchers.size;
  }

  /**
   * Resolves with what the first matching event or message makes of it. Cancel it when the action
   * itself was refused, so that nothing stays behind.
   */
  until<T>(
    what: string, deadlineMs: number, test: Test<T>,
  ): { readonly proof: Promise<Result<T>>; cancel(fault: Result<never>): void } {
    if (this.#watchers.size >= watchersMax) {
      const full = fail("queue-full", `${what}: too many requests wait for their proof.`);
      return { proof: Promise.resolve(full), cancel: () => undefined };
    }
    let cancel: (fault: Result<never>) => void = () => undefined;
    const proof = new Promise<Result<T>>((resolve) => {
      const settle = (result: Result<unknown>): void => {
        this.#watchers.delete(watcher);
        watcher.timer.cancel();
        resolve(result as Result<T>);
      };
      const watcher: Watcher = {
        test, settle,
        timer: this.#clock.after(deadlineMs, "ami.proof", () => {
          settle(fail("deadline-passed", `${what}: the PBX did not show it in ${deadlineMs} ms.`));
        }),
      };
      this.#watchers.add(watcher);
      cancel = settle;
    });
    return { proof, cancel: (fault) => { cancel(fault); } };
  }

  event(event: CallEvent): void {
    this.#offer(event);
  }

  message(message: AmiMessage): void {
    this.#offer(message);
  }

  #offer(subject: CallEvent | AmiMessage): void {
    if (this.#watchers.size === 0) return;
    for (const watcher of [...this.#watchers]) {
      const result = watcher.test(subject);
      if (result !== undefined) watcher.settle(result);
    }
  }

  close(reason: string): void {
    for (const watcher of [...this.#watchers]) watcher.settle(fail("link-down", reason));
  }
}

/** For tests that say yes to one event. */
export function when(condition: boolean): Result<void> | undefined {
  return condition ? ok(undefined) : undefined;
}
