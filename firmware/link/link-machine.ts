/**
 * The life of a link as a table: state × input → next state and effects. Pure; `link-runtime.ts`
 * performs the effects. A missing cell is an unexpected input: counted, logged, ignored.
 */

import type { Table } from "../base/machine.js";
import type { Text } from "../base/result.js";
import type { LinkState } from "./link.js";

/** `attempt` counts openings since the link last stayed up for `settleMs`; 0 once it has. */
export type MachineState =
  | { readonly name: "disabled" }
  | { readonly name: "opening"; readonly attempt: number }
  | { readonly name: "up"; readonly attempt: number }
  | { readonly name: "degraded"; readonly attempt: number; readonly reason: Text }
  | { readonly name: "down"; readonly attempt: number; readonly reason: Text;
      readonly retryInMs: number };

export type LinkInput =
  | { readonly type: "enable" }
  | { readonly type: "disable" }
  | { readonly type: "restart" }
  | { readonly type: "retry" }
  | { readonly type: "ready" }
  | { readonly type: "impaired"; readonly reason: Text }
  | { readonly type: "recovered" }
  | { readonly type: "settled" }
  /** `jitter` in [0, 1), drawn by the runtime so that the table stays pure. */
  | { readonly type: "lost"; readonly reason: Text; readonly jitter: number };

export type LinkEffect =
  | "open" | "close"
  /** Lets go of what outlives a session: a pending open, a listening socket. */
  | "release"
  | "schedule-retry" | "cancel-retry" | "resync" | "schedule-settle";

export const retryMsMin = 1_000;
export const retryMsMax = 60_000;
/** Up for so long, and an earlier series of failures is over. */
export const settleMs = 60_000;

/** Doubles from one second to a minute; between half and all of it, so that links spread out. */
export function retryDelayMs(attempt: number, jitter: number): number {
  const wholeMs = Math.min(retryMsMax, retryMsMin * 2 ** Math.min(attempt - 1, 16));
  return Math.round(wholeMs / 2 + jitter * (wholeMs / 2));
}

function lost(
  state: { readonly attempt: number }, input: { readonly reason: Text; readonly jitter: number },
): { readonly next: MachineState; readonly effects: readonly LinkEffect[] } {
  const attempt = Math.max(1, state.attempt);
  return {
    next: { name: "down", attempt, reason: input.reason,
      retryInMs: retryDelayMs(attempt, input.jitter) },
    effects: ["close", "schedule-retry"],
  };
}

const disabled = { name: "disabled" } as const;
const first = { name: "opening", attempt: 1 } as const;

export const linkTable: Table<MachineState, LinkInput, LinkEffect> = {
  disabled: {
    enable: () => ({ next: first, effects: ["open"] }),
    disable: (state) => ({ next: state, effects: [] }),
  },
  opening: {
    enable: (state) => ({ next: state, effects: [] }),
    disable: () => ({ next: disabled, effects: ["close", "release"] }),
    restart: () => ({ next: first, effects: ["close", "release", "open"] }),
    ready: (state) => ({
      next: { name: "up", attempt: state.attempt }, effects: ["schedule-settle", "resync"],
    }),
    lost,
  },
  up: {
    enable: (state) => ({ next: state, effects: [] }),
    disable: () => ({ next: disabled, effects: ["close", "release"] }),
    restart: () => ({ next: first, effects: ["close", "release", "open"] }),
    impaired: (state, input) => ({
      next: { name: "degraded", attempt: state.attempt, reason: input.reason }, effects: [],
    }),
    settled: () => ({ next: { name: "up", attempt: 0 }, effects: [] }),
    lost,
  },
  degraded: {
    enable: (state) => ({ next: state, effects: [] }),
    disable: () => ({ next: disabled, effects: ["close", "release"] }),
    restart: () => ({ next: first, effects: ["close", "release", "open"] }),
    impaired: (state, input) => ({ next: { ...state, reason: input.reason }, effects: [] }),
    recovered: (state) => ({ next: { name: "up", attempt: state.attempt }, effects: [] }),
    settled: (state) => ({ next: { ...state, attempt: 0 }, effects: [] }),
    lost,
  },
  down: {
    enable: (state) => ({ next: state, effects: [] }),
    disable: () => ({ next: disabled, effects: ["cancel-retry", "release"] }),
    restart: () => ({ next: first, effects: ["cancel-retry", "release", "open"] }),
    retry: (state) => ({
      next: { name: "opening", attempt: state.attempt + 1 }, effects: ["cancel-retry", "open"],
    }),
  },
};

/** The state as the rest of the gateway sees it. */
export function shownState(state: MachineState): LinkState {
  switch (state.name) {
    case "up": return { name: "up" };
    case "degraded": return { name: "degraded", reason: state.reason };
    default: return state;
  }
}
