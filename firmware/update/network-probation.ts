/**
 * Network settings by API are on probation: whoever set them has to reach the unit by them, and say
 * so, else those of before are in force again. Decided here, carried out by the unit's own service,
 * which needs neither the gateway nor a network for it. Pure.
 */

import { settingsOf, wrongSettings, type NetworkSettings } from "./network-settings.js";

/** As jackfield-network-back.timer has it. */
export const probationMs = 300_000;

/** What the gateway asks for. */
export type NetworkWish = { readonly mark: string } & (
  | { readonly name: "set"; readonly settings: NetworkSettings }
  | { readonly name: "confirm" });

export interface Probation {
  /** In force again unless the others are confirmed. */
  readonly before: NetworkSettings;
  /** For people: what counts is the unit's timer. */
  readonly untilMs: number;
  /** The services have heard of it: whoever reaches the unit now does so by the new settings. */
  readonly applied: boolean;
}

export type NetworkOutcome =
  | "on-probation" | "confirmed" | "nothing-on-probation" | "not-applied-yet" | "refused"
  /** Those of before, which need no probation. */
  | "taken-back";

/** Kept over restarts, beside the settings. */
export interface NetworkState {
  readonly probation?: Probation | undefined;
  /** To the newest wish. */
  readonly answer?: { readonly mark: string; readonly outcome: NetworkOutcome } | undefined;
  /** When settings were taken back that nobody had confirmed; until the next change. */
  readonly takenBackAtMs?: number | undefined;
}

export interface Step {
  readonly state: NetworkState;
  /** To be put in force; undefined: those that are stay. */
  readonly settings?: NetworkSettings | undefined;
}

/** Undefined: that wish was answered before. */
export function fulfilWish(
  state: NetworkState, wish: NetworkWish, current: NetworkSettings, nowMs: number,
): Step | undefined {
  const { mark } = wish;
  const { probation } = state;
  if (state.answer?.mark === mark) return undefined;
  const refused = (outcome: NetworkOutcome): Step =>
    ({ state: { ...state, answer: { mark, outcome } } });
  if (wish.name === "confirm") {
    if (probation === undefined) return refused("nothing-on-probation");
    if (!probation.applied) return refused("not-applied-yet");
    return { state: { answer: { mark, outcome: "confirmed" } } };
  }
  const { settings } = wish;
  if (wrongSettings(settings).length > 0) return refused("refused");
  const before = probation?.before ?? current;
  if (isSame(settings, before)) {
    return { settings, state: { answer: { mark, outcome: "taken-back" } } };
  }
  return { settings, state: { answer: { mark, outcome: "on-probation" },
    probation: { before, untilMs: nowMs + probationMs, applied: false } } };
}

export function applied({ probation, ...state }: NetworkState): NetworkState {
  return { ...state, probation: probation && { ...probation, applied: true } };
}

/** Nobody has confirmed, or the unit was restarted before. Undefined: nothing is on probation. */
export function takeBack({ probation, answer }: NetworkState, nowMs: number): Step | undefined {
  return probation && { settings: probation.before, state: { answer, takenBackAtMs: nowMs } };
}

/** The same in force: undefined and absent are one. */
export function isSame(one: NetworkSettings, other: NetworkSettings): boolean {
  const text = ({ fixed, vlan, timeServers, hostName, proxy }: NetworkSettings): string =>
    JSON.stringify([fixed?.address, fixed?.gateway, fixed?.dns, vlan, timeServers, hostName,
      proxy]);
  return text(one) === text(other);
}

/** Undefined: what stands in the file is no wish, or has settings of another type. */
export function readWish(text: string): NetworkWish | undefined {
  const { mark, name, settings } = objectIn(text);
  if (typeof mark !== "string" || mark === "") return undefined;
  if (name === "confirm") return { mark, name };
  const given = objectOf(settings);
  const read = settingsOf(given);
  const isWhole = Object.entries(given).every(([key, value]) =>
    JSON.stringify(value) === JSON.stringify(read[key as keyof NetworkSettings]));
  return name === "set" && isWhole ? { mark, name, settings: read } : undefined;
}

/** Of the two files of the state; one that is not there stands for nothing. */
export function readState(answerText: string, probationText: string): NetworkState {
  const { answer, takenBackAtMs } = objectIn(answerText);
  const { before, untilMs, applied: isApplied } = objectIn(probationText);
  return {
    answer: answer as NetworkState["answer"],
    takenBackAtMs: typeof takenBackAtMs === "number" ? takenBackAtMs : undefined,
    probation: before === undefined ? undefined
      : { before: settingsOf(objectOf(before)), untilMs: Number(untilMs),
        applied: isApplied === true } };
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    // As if nothing had been written yet.
    return {};
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return Object(value) as Readonly<Record<string, unknown>>;
}
