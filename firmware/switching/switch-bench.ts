/** A Switch on a bench: everything around it simulated, and short words to speak events with. */

import { SimulatedWorld } from "../base/world-simulated.js";
import type { CallEvent } from "../model/events.js";
import { callId, deviceId, linkId, type ConnectionId, type Party } from "../model/identifiers.js";
import type { Capabilities } from "../link/driver.js";
import type { ConnectionState } from "../model/states.js";
import { SimulatedAlarms, SimulatedEventLog, SimulatedLink, SimulatedRecordBook, simulatedNumbers }
  from "./switch-simulated.js";
import { createSwitch, type SwitchingFunction, type SwitchOptions } from "./switching-function.js";

export const benchLink = linkId("pbx-1");

/** The event without what is the same in all of them. */
export type EventBody = CallEvent extends infer E
  ? E extends CallEvent
    ? Omit<E, "link" | "cause" | "receivedAtMs"> & Partial<Pick<E, "cause">> : never
  : never;

export interface SwitchBench {
  readonly world: SimulatedWorld;
  readonly log: SimulatedEventLog;
  readonly records: SimulatedRecordBook;
  readonly alarms: SimulatedAlarms;
  readonly peer: SimulatedLink;
  readonly sw: SwitchingFunction;
  say(body: EventBody): void;
  states(call: string): Readonly<Record<string, ConnectionState>>;
}

export function switchBench(
  declared: Partial<Capabilities> = {}, more: Partial<SwitchOptions> & { seed?: number } = {},
): SwitchBench {
  const world = new SimulatedWorld(more.seed ?? 7);
  const log = more.log instanceof SimulatedEventLog ? more.log : new SimulatedEventLog();
  const records = new SimulatedRecordBook();
  const alarms = new SimulatedAlarms();
  const peer = new SimulatedLink("pbx-1", declared);
  const sw = createSwitch({ world, records, numbers: simulatedNumbers, alarms,
    findLink: (id) => id === benchLink ? peer : undefined, ...more, log });
  return {
    world, log, records, alarms, peer, sw,
    say(body) {
      sw.apply({ link: benchLink, cause: "normal", receivedAtMs: world.clock.monotonicMs(),
        ...body } as CallEvent);
    },
    states(call) {
      const view = sw.call(benchLink, callId(call));
      return Object.fromEntries(
        (view?.connections ?? []).map((connection) => [connection.device, connection.state]));
    },
  };
}

export const party = (device: string, name?: string): Party =>
  name === undefined ? { device: deviceId(device) } : { device: deviceId(device), name };

export const on = (call: string, device: string): ConnectionId =>
  ({ call: callId(call), device: deviceId(device) });

export function rings(bench: SwitchBench, call: string, device: string, caller: string): void {
  bench.say({ type: "delivered", connection: on(call, device), alertingDevice: party(device),
    callingDevice: party(caller), calledDevice: party(device) });
}

export function answers(bench: SwitchBench, call: string, device: string): void {
  bench.say({ type: "established", connection: on(call, device), answeringDevice: party(device) });
}

export function clears(bench: SwitchBench, call: string, device: string): void {
  bench.say({ type: "connectionCleared", connection: on(call, device),
    releasingDevice: party(device), cause: "normalClearing" });
}

/** `from` (inside) calls `to`, who answers: ECMA-269's basic call. */
export function calls(bench: SwitchBench, call: string, from: string, to: string): void {
  bench.say({ type: "originated", connection: on(call, from), callingDevice: party(from),
    calledDevice: party(to) });
  rings(bench, call, to, from);
  answers(bench, call, to);
}
