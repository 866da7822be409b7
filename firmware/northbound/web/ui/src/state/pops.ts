/** Screen-pops: one card for each incoming call that is delivered to a device. */

import { type Call, ConnectionState, Direction, type Event, EventType, type NumberForms } from
  "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { callKey } from "./picture.js";

export interface Pop {
  readonly key: string;
  readonly link: string;
  readonly call: string;
  /** The device that was alerted last. */
  readonly device: string;
  readonly caller: NumberForms | undefined;
  readonly called: NumberForms | undefined;
  readonly atMs: number;
  /** The device that answered; undefined while nobody has. */
  readonly answeredBy: string | undefined;
  readonly endedAtMs: number | undefined;
}

/** Cards kept; the oldest goes first, because the newest call is the one that rings. */
export const popsMax = 20;
/** How long a card of an ended call stays, so that one can still read who it was. */
export const endedKeptMs = 6_000;

export type PopScope = "all" | "mine" | "off";

export interface PopFilter {
  readonly scope: PopScope;
  readonly mine: { readonly link: string; readonly device: string } | undefined;
}

function wanted(filter: PopFilter, link: string, device: string): boolean {
  if (filter.scope === "off") return false;
  if (filter.scope === "all") return true;
  return filter.mine !== undefined && filter.mine.link === link && filter.mine.device === device;
}

/** The cards after an event. */
export function popEvent(
  pops: readonly Pop[], event: Event, nowMs: number, filter: PopFilter,
): readonly Pop[] {
  const id = event.connection;
  if (id === undefined) return pops;
  const key = callKey(event.link, id.call);
  const known = pops.find((pop) => pop.key === key);
  if (event.type === EventType.DELIVERED && event.direction === Direction.INCOMING) {
    if (known === undefined && !wanted(filter, event.link, id.device)) return pops;
    const pop: Pop = { key, link: event.link, call: id.call, device: id.device,
      caller: event.calling ?? known?.caller, called: event.called ?? known?.called,
      atMs: known?.atMs ?? nowMs, answeredBy: known?.answeredBy, endedAtMs: undefined };
    return [pop, ...pops.filter((one) => one !== known)].slice(0, popsMax);
  }
  if (known === undefined) return pops;
  if (event.type === EventType.ESTABLISHED && known.answeredBy === undefined) {
    return pops.map((pop) => pop === known ? { ...pop, answeredBy: id.device } : pop);
  }
  if (event.type === EventType.CALL_CLEARED) {
    return pops.map((pop) => pop === known ? { ...pop, endedAtMs: nowMs } : pop);
  }
  return pops;
}

/** The cards whose call goes on or has only just ended. */
export function settlePops(
  pops: readonly Pop[], calls: ReadonlyMap<string, Call>, nowMs: number,
): readonly Pop[] {
  const next = pops.flatMap((pop): Pop[] => {
    if (pop.endedAtMs !== undefined) return nowMs - pop.endedAtMs < endedKeptMs ? [pop] : [];
    const call = calls.get(pop.key);
    if (call === undefined) return [{ ...pop, endedAtMs: nowMs }];
    if (pop.answeredBy !== undefined) return [pop];
    const answered = call.connections.find((one) => one.id?.device === pop.device
      && one.state === ConnectionState.CONNECTED);
    return answered === undefined ? [pop] : [{ ...pop, answeredBy: pop.device }];
  });
  const same = next.length === pops.length && next.every((pop, index) => pop === pops[index]);
  return same ? pops : next;
}
