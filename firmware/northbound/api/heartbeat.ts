/** Says something when a stream is silent, so that a reader can tell silence from a dead line. */

import type { Cancellable, Clock } from "../../base/world.js";

export const silence = Symbol("silence");

type Got<T> =
  | { readonly kind: "item"; readonly result: IteratorResult<T> }
  | { readonly kind: "failure"; readonly cause: unknown };

/**
 * Yields `silence` after every `silenceMs` in which `source` had nothing. One timer a stream, not
 * one an item; nothing piles up however long the silence lasts.
 */
export async function *withHeartbeat<T>(
  source: AsyncIterable<T>, clock: Clock, silenceMs: number,
): AsyncGenerator<T | typeof silence> {
  const iterator = source[Symbol.asyncIterator]();
  let timer: Cancellable | undefined;
  let wake: () => void = () => undefined;
  let got: Got<T> | undefined;
  let lastMs = clock.monotonicMs();
  let silent = false;
  const arm = (delayMs: number): void => {
    timer = clock.after(delayMs, "api.heartbeat", () => {
      const restMs = lastMs + silenceMs - clock.monotonicMs();
      silent = restMs <= 0;
      if (silent) lastMs = clock.monotonicMs();
      arm(silent ? silenceMs : restMs);
      if (silent) wake();
    });
  };
  const ask = (): void => {
    iterator.next().then(
      (result) => { got = { kind: "item", result }; wake(); },
      (cause: unknown) => { got = { kind: "failure", cause }; wake(); });
  };
  arm(silenceMs);
  try {
    ask();
    for (;;) {
      if (got === undefined && !silent) await new Promise<void>((resolve) => { wake = resolve; });
      const current = got as Got<T> | undefined;
      if (current === undefined) {
        silent = false;
        yield silence;
        continue;
      }
      if (current.kind === "failure") throw current.cause;
      if (current.result.done === true) return;
      got = undefined;
      silent = false;
      lastMs = clock.monotonicMs();
      yield current.result.value;
      ask();
    }
  } finally {
    timer?.cancel();
    void iterator.return?.();
  }
}
