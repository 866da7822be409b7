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
  readonly answeredAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
}

/** Cards kept; the oldest goes first, because the newest call is the one that rings. */
export const popsMax = 20;
/** How long a card of an ended call stays, so that one can still read who it was. */
export const endedKeptMs = 6_000;
/** How long a card stays after somebody else has answered: long enough to read who it was. */
export const elsewhereKeptMs = 6_000;

export type PopScope = "all" | "mine" | "off";

export interface PopFilter {
  readonly scope: PopScope;
  readonly mine: { readonly link: string; readonly device: string } | undefined;
}

function wanted(filter: PopFilter, link: string, device: string): boolean {
  if (filter.scope === "off") return false;
  if (filter.scope === "all") return true;
  return isMine(filter, link, device);
}

function isMine(filter: PopFilter, link: string, device: string | undefined): boolean {
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
    // A queue rings several devices in turn: a card for mine stays with mine.
    if (!wanted(filter, event.link, id.device)) return pops;
    const pop: Pop = { key, link: event.link, call: id.call, device: id.device,
      caller: event.calling ?? known?.caller, called: event.called ?? known?.called,
      atMs: known?.atMs ?? nowMs, answeredBy: known?.answeredBy,
      answeredAtMs: known?.answeredAtMs, endedAtMs: undefined };
    return [pop, ...pops.filter((one) => one !== known)].slice(0, popsMax);
  }
  if (known === undefined) return pops;
  if (event.type === EventType.ESTABLISHED && known.answeredBy === undefined) {
    return pops.map((pop) => pop === known
      ? { ...pop, answeredBy: id.device, answeredAtMs: nowMs } : pop);
  }
  if (event.type === EventType.CALL_CLEARED) {
    return pops.map((pop) => pop === known ? { ...pop, endedAtMs: nowMs } : pop);
  }
  return pops;
}

function settled(
  pop: Pop, calls: ReadonlyMap<string, Call>, nowMs: number, filter: PopFilter,
): Pop | undefined {
  if (!wanted(filter, pop.link, pop.device)) return undefined;
  if (pop.endedAtMs !== undefined) {
    return nowMs - pop.endedAtMs < endedKeptMs ? pop : undefined;
  }
  const call = calls.get(pop.key);
  if (call === undefined) return { ...pop, endedAtMs: nowMs };
  if (pop.answeredAtMs !== undefined) {
    return isMine(filter, pop.link, pop.answeredBy)
      || nowMs - pop.answeredAtMs < elsewhereKeptMs ? pop : undefined;
  }
  const answered = call.connections.find((one) => one.id?.device === pop.device
    && one.state === ConnectionState.CONNECTED);
  return answered === undefined ? pop
    : { ...pop, answeredBy: pop.device, answeredAtMs: nowMs };
}

/**
 * The cards that still matter: their call rings, is mine, or was answered elsewhere or ended only
 * just now. Cards that the filter does not want any more leave.
 */
export function settlePops(
  pops: readonly Pop[], calls: ReadonlyMap<string, Call>, nowMs: number, filter: PopFilter,
): readonly Pop[] {
  const next = pops.flatMap((pop): Pop[] => {
    const kept = settled(pop, calls, nowMs, filter);
    return kept === undefined ? [] : [kept];
  });
  const same = next.length === pops.length && next.every((pop, index) => pop === pops[index]);
  return same ? pops : next;
}

/**
 * The one card that is shown in full. A card keeps its place as long as its call goes on, so that
 * no other call comes under the finger that is about to answer; then the newest that rings
 * follows.
 */
export function popInFull(pops: readonly Pop[], before: string | undefined): string | undefined {
  const known = pops.find((pop) => pop.key === before);
  const ringing = pops.find((pop) => pop.answeredBy === undefined && pop.endedAtMs === undefined);
  if (known === undefined) return ringing?.key;
  const over = known.answeredBy !== undefined || known.endedAtMs !== undefined;
  return over && ringing !== undefined ? ringing.key : known.endedAtMs === undefined
    ? known.key : undefined;
}
