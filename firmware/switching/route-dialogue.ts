/**
 * One routeing dialogue as a table: state × input → next state and effects. Pure; `routeing.ts`
 * performs the effects. Whatever happens, both ends are told once that it is over.
 */

import type { Table } from "../base/machine.js";
import type { RouteAnswer, RouteError, RouteProgress } from "../model/routeing.js";

export type DialogueState =
  /** The application is asked. */
  | { readonly name: "requested" }
  /** It has selected a route; the PBX may ask again, or tell what it used. */
  | { readonly name: "selected" }
  /** As `selected`, and the application is gone: there is nobody to ask again. */
  | { readonly name: "unattended" }
  | { readonly name: "over" };

export type DialogueInput =
  | { readonly type: "answer"; readonly answer: RouteAnswer }
  | { readonly type: "progress"; readonly progress: RouteProgress }
  /** The application has not answered, or the PBX has not ended the dialogue, in time. */
  | { readonly type: "time-over" }
  | { readonly type: "client-gone" }
  | { readonly type: "link-down" };

export type DialogueEffect =
  | { readonly to: "pbx"; readonly answer: RouteAnswer }
  | { readonly to: "client"; readonly progress: RouteProgress }
  /** Waits for the application's answer, or for the PBX's last word. */
  | { readonly to: "clock"; readonly wait: "answer" | "end" };

/** ECMA-269: the application did not answer in time. */
export const timerExpired: RouteError = { category: "operation", value: "routeingTimerExpired" };
/** The application, or the PBX, is not there any more. */
export const outOfService: RouteError =
  { category: "systemResourceAvailability", value: "resourceOutOfService" };

const over = { name: "over" } as const;
const none = "";

function end(to: "pbx" | "client", error?: RouteError): DialogueEffect {
  const last = { type: "routeEnd" as const, dialogue: none,
    ...(error === undefined ? {} : { error }) };
  return to === "pbx" ? { to, answer: last } : { to, progress: last };
}

type Made = { readonly next: DialogueState; readonly effects: readonly DialogueEffect[] };

function answered(_: DialogueState, { answer }: { readonly answer: RouteAnswer }): Made {
  return answer.type === "routeSelect"
    ? { next: { name: "selected" }, effects: [{ to: "pbx", answer }, { to: "clock", wait: "end" }] }
    : { next: over, effects: [{ to: "pbx", answer }] };
}

function progressed(
  state: DialogueState, { progress }: { readonly progress: RouteProgress },
): Made {
  const told: DialogueEffect = { to: "client", progress };
  if (progress.type === "routeEnd") return { next: over, effects: [told] };
  return progress.type === "routeUsed" ? { next: state, effects: [told] }
    : { next: { name: "requested" }, effects: [told, { to: "clock", wait: "answer" }] };
}

export const dialogueTable: Table<DialogueState, DialogueInput, DialogueEffect> = {
  requested: {
    "answer": answered,
    "progress": progressed,
    // The PBX takes its default route; the application learns that it came too late.
    "time-over": () => ({ next: over,
      effects: [end("pbx", timerExpired), end("client", timerExpired)] }),
    "client-gone": () => ({ next: over, effects: [end("pbx", outOfService)] }),
    "link-down": () => ({ next: over, effects: [end("client", outOfService)] }),
  },
  selected: {
    // A second thought: the PBX judges whether it comes too late.
    "answer": answered,
    "progress": progressed,
    "time-over": () => ({ next: over, effects: [end("client")] }),
    // The route stands.
    "client-gone": () => ({ next: { name: "unattended" }, effects: [] }),
    "link-down": () => ({ next: over, effects: [end("client", outOfService)] }),
  },
  unattended: {
    "progress": (state, { progress }) => progress.type === "routeUsed"
      ? { next: state, effects: [] }
      : { next: over, effects: progress.type === "reRoute" ? [end("pbx", outOfService)] : [] },
    "time-over": () => ({ next: over, effects: [] }),
    "link-down": () => ({ next: over, effects: [] }),
  },
  over: {},
};
