/**
 * The state of every connection right after an event. The Switch's own picture may be events
 * ahead of what is being told; this one is moved by the numbered events themselves, by the rules
 * of `switching/`.
 */

import type { DeviceId, LinkId } from "../../model/identifiers.js";
import { applyCallCleared, applyToConnection, newCall, type ApplyContext, type Outcome }
  from "../../switching/call-events.js";
import { applyToDevice, isDeviceOrAgentEvent } from "../../switching/device-events.js";
import { applyJoin } from "../../switching/join-events.js";
import { LinkPicture, type CallEntry } from "../../switching/picture.js";
import type { CallView, NumberedEvent, NumberResolver } from "../../switching/switch.js";
import { ok } from "../../base/result.js";

/** What an event left behind. */
export interface After {
  /** The call that the event is about, as it is now; undefined: none, or one that is unknown. */
  readonly call: CallEntry | undefined;
  /** No connection is left. */
  readonly ended: boolean;
}

export class CallStates {
  readonly picture: LinkPicture;

  constructor(link: LinkId, calls: readonly CallView[]) {
    this.picture = new LinkPicture(link);
    for (const call of calls) this.#seed(call);
  }

  apply(entry: NumberedEvent): After {
    const { event } = entry;
    if (isDeviceOrAgentEvent(event)) {
      applyToDevice(this.picture, event);
      return { call: undefined, ended: false };
    }
    const context: ApplyContext = { picture: this.picture, numbers: numbersOf(entry),
      atMs: entry.atMs, healed: entry.healed };
    const outcome: Outcome = event.type === "transferred" || event.type === "conferenced"
      ? applyJoin(context, event)
      : event.type === "callCleared" ? applyCallCleared(context, event)
        : applyToConnection(context, event);
    if (outcome.evicted !== undefined) this.picture.remove(outcome.evicted, false);
    const ended = outcome.ended === true;
    if (ended && outcome.call !== undefined) this.picture.remove(outcome.call, false);
    return { call: outcome.call, ended };
  }

  /** Of our own devices among `devices`: parties outside have no place in a device list. */
  own(devices: readonly DeviceId[]): readonly DeviceId[] {
    return devices.filter((device) => this.picture.devices.get(device)?.external === false);
  }

  #seed(view: CallView): void {
    const context: ApplyContext = { picture: this.picture, numbers: noNumbers,
      atMs: view.startedAtMs, healed: true };
    const { entry } = newCall(context, view.call, view.startedAtMs);
    for (const { device, state, external, name } of view.connections) {
      if (state !== "null") this.picture.connect(entry, device, state, external, name);
    }
  }
}

/** The rules of the link have spoken already: their verdicts stand in the event. */
function numbersOf({ numbers }: NumberedEvent): NumberResolver {
  return { ...noNumbers,
    isInternal: (_link, raw) => numbers.find((forms) => forms.raw === raw)?.kind === "internal" };
}

const noNumbers: NumberResolver = {
  resolve: (_link, raw) => ({ raw }), dial: (_link, typed) => ok(typed), isInternal: () => true,
};
