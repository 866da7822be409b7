/** What happened in one call, leg by leg, and the record it becomes when the call is over. */

import { idFrom } from "./record-keyspaces.js";
import type { EventCause } from "../model/causes.js";
import type { DeviceId, Party } from "../model/identifiers.js";
import type { CallRecord, CompletedCall, Leg, LegState, NumberForms } from "../model/records.js";
import type { ConnectionState } from "../model/states.js";
import type { CallEntry } from "./picture.js";

/** Legs kept of one call; a conference beyond it keeps its first ones. */
export const legsMax = 64;
/** States kept of one leg; beyond it the last place is overwritten, so that the end is right. */
export const legStatesMax = 64;

interface OpenLeg {
  readonly device: DeviceId;
  readonly states: LegState[];
  name: string | undefined;
}

export class CallHistory {
  readonly #legs = new Map<DeviceId, OpenLeg>();
  #startedAtMs: number;
  #rangAtMs: number | undefined;
  #answeredAtMs: number | undefined;
  #answeredBy: DeviceId | undefined;
  accountCode: string | undefined;
  /** What the PBX told last. */
  attached: Pick<CallRecord, "correlatorData" | "userData"> = {};
  /** What the PBX printed before the events were over, and the record that is written since. */
  printed: { readonly call: CompletedCall; readonly record: string } | undefined;

  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
  }

  get startedAtMs(): number {
    return this.#startedAtMs;
  }

  /** The device was in the call and is no longer. */
  hasLeft(device: DeviceId): boolean {
    const states = this.#legs.get(device)?.states;
    return states?.[states.length - 1]?.state === "null";
  }

  enter(
    device: DeviceId, state: ConnectionState, cause: EventCause, atMs: number, name?: string,
  ): void {
    let leg = this.#legs.get(device);
    if (leg === undefined) {
      if (this.#legs.size >= legsMax) return;
      leg = { device, states: [], name };
      this.#legs.set(device, leg);
    }
    leg.name = name ?? leg.name;
    const last = leg.states[leg.states.length - 1];
    if (last?.state === state) return;
    if (leg.states.length >= legStatesMax) leg.states.pop();
    leg.states.push({ state, cause, atMs });
    if (state === "alerting") this.#rangAtMs ??= atMs;
  }

  answered(device: DeviceId, atMs: number): void {
    if (this.#answeredAtMs !== undefined) return;
    this.#answeredAtMs = atMs;
    this.#answeredBy = device;
  }

  /** Takes over what happened in a call that was merged into this one. */
  merge(other: CallHistory): void {
    for (const [device, theirs] of other.#legs) {
      const ours = this.#legs.get(device);
      if (ours === undefined) {
        if (this.#legs.size < legsMax) this.#legs.set(device, theirs);
        continue;
      }
      const states = [...ours.states, ...theirs.states].sort((a, b) => a.atMs - b.atMs);
      ours.states.length = 0;
      ours.states.push(...states.slice(0, legStatesMax));
    }
    this.#startedAtMs = Math.min(this.#startedAtMs, other.#startedAtMs);
    this.#rangAtMs = earlier(this.#rangAtMs, other.#rangAtMs);
    if (earlier(this.#answeredAtMs, other.#answeredAtMs) !== this.#answeredAtMs) {
      this.#answeredAtMs = other.#answeredAtMs;
      this.#answeredBy = other.#answeredBy;
    }
    this.accountCode ??= other.accountCode;
    this.attached = { ...other.attached, ...this.attached };
    this.printed ??= other.printed;
  }

  /** The record of a call that ended at `endedAtMs`. */
  finish(call: CallEntry, endedAtMs: number, forms: (raw: string) => NumberForms): CallRecord {
    const answeredAtMs = this.#answeredAtMs;
    const ringEndMs = answeredAtMs ?? endedAtMs;
    const legs: Leg[] = [...this.#legs.values()].map((leg) => ({
      device: leg.device, number: forms(leg.device), states: leg.states,
      ...(leg.name === undefined ? {} : { name: leg.name }),
    }));
    return {
      id: recordId(this.#startedAtMs, call.link, call.call),
      link: call.link, call: call.call, source: "events", direction: call.direction,
      ...(call.calling === undefined ? {} : { calling: named(call.calling, forms) }),
      ...(call.called === undefined ? {} : { called: named(call.called, forms) }),
      ...(this.#answeredBy === undefined ? {} : { answeredBy: this.#answeredBy }),
      ...(call.networkInterface === undefined ? {} : { networkInterface: call.networkInterface }),
      startedAtMs: this.#startedAtMs,
      ...(answeredAtMs === undefined ? {} : { answeredAtMs }),
      endedAtMs,
      durationMs: answeredAtMs === undefined ? 0 : Math.max(0, endedAtMs - answeredAtMs),
      ...(this.#rangAtMs === undefined ? {}
        : { ringMs: Math.max(0, ringEndMs - this.#rangAtMs) }),
      endCause: call.lastCause, legs, marks: [...call.marks],
      ...(this.accountCode === undefined ? {} : { accountCode: this.accountCode }),
      ...this.attached,
    };
  }
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}

function named(
  party: Party, forms: (raw: string) => NumberForms,
): NumberForms & { readonly name?: string } {
  const known = forms(party.device);
  return party.name === undefined ? known : { ...known, name: party.name };
}

/** `<startMs hex>-<link>-<call>`, so that text order is time order. */
export function recordId(startedAtMs: number, link: string, call: string): string {
  return `${idFrom(startedAtMs)}-${link}-${call}`;
}
