/**
 * The calls in progress as the page knows them: a snapshot, then each event applied to it. Events
 * that rename or join calls, and gaps, ask for a new snapshot instead of guessing.
 */

import { create } from "@bufbuild/protobuf";
import type { SnapshotCallsResponse } from
  "../../../../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { type Call, CallSchema, type Connection, ConnectionSchema, ConnectionState, type Event,
  EventType, NumberKind } from "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";

export interface Picture {
  /** By link and call, oldest first. */
  readonly calls: ReadonlyMap<string, Call>;
  /** The number of the last event contained; undefined before the first snapshot. */
  readonly number: bigint | undefined;
}

export interface Step {
  readonly picture: Picture;
  /** The page cannot follow: take a snapshot. */
  readonly stale: boolean;
}

export const emptyPicture: Picture = { calls: new Map(), number: undefined };

export function callKey(link: string, call: string): string {
  return `${link}\n${call}`;
}

export function fromSnapshot(snapshot: SnapshotCallsResponse): Picture {
  return {
    calls: new Map(snapshot.calls.map((call) => [callKey(call.link, call.call), call])),
    number: snapshot.eventNumber,
  };
}

/** Events after which connections carry other names or parties than before. */
const renaming: ReadonlySet<EventType> = new Set([EventType.TRANSFERRED, EventType.CONFERENCED,
  EventType.DIVERTED, EventType.BRIDGED]);

function connectionOf(event: Event): Connection | undefined {
  if (event.connection === undefined) return undefined;
  return create(ConnectionSchema, {
    id: event.connection, state: event.state,
    ...(event.subject === undefined ? {} : { party: event.subject }),
    external: event.subject?.kind === NumberKind.EXTERNAL,
  });
}

function changedConnections(call: Call | undefined, event: Event): Connection[] {
  const next = connectionOf(event);
  const before = call?.connections ?? [];
  if (next?.id === undefined) return before;
  const device = next.id.device;
  const known = before.find((connection) => connection.id?.device === device);
  if (next.state === ConnectionState.NULL) return before.filter((one) => one !== known);
  if (known === undefined) return [...before, next];
  const party = known.party ?? next.party;
  const merged = create(ConnectionSchema, {
    id: next.id, state: next.state, external: known.external,
    ...(party === undefined ? {} : { party }),
  });
  return before.map((one) => one === known ? merged : one);
}

/** The picture after an event. An event that the picture already contains changes nothing. */
export function applyEvent(picture: Picture, event: Event): Step {
  if (picture.number === undefined) return { picture, stale: true };
  if (event.number <= picture.number) return { picture, stale: false };
  const number = event.number;
  const name = event.connection?.call;
  if (name === undefined || name === "") return { picture: { ...picture, number }, stale: false };
  if (renaming.has(event.type)) return { picture: { ...picture, number }, stale: true };
  const key = callKey(event.link, name);
  const before = picture.calls.get(key);
  const connections = changedConnections(before, event);
  const calls = new Map(picture.calls);
  if (event.type === EventType.CALL_CLEARED || connections.length === 0) {
    calls.delete(key);
    return { picture: { calls, number }, stale: false };
  }
  calls.set(key, merge(before, event, name, connections));
  // A call that begins in the middle has connections that no event will name.
  return { picture: { calls, number }, stale: before === undefined };
}

function merge(
  before: Call | undefined, event: Event, name: string, connections: Connection[],
): Call {
  const calling = event.calling ?? before?.calling;
  const called = before?.called ?? event.called;
  const startedAt = before?.startedAt ?? event.at;
  return create(CallSchema, {
    link: event.link, call: name, connections,
    direction: event.direction || (before?.direction ?? 0),
    networkInterface: event.networkInterface || (before?.networkInterface ?? ""),
    ...(calling === undefined ? {} : { calling }),
    ...(called === undefined ? {} : { called }),
    ...(startedAt === undefined ? {} : { startedAt }),
  });
}

const precedence = [ConnectionState.ALERTING, ConnectionState.QUEUED, ConnectionState.HOLD,
  ConnectionState.FAIL, ConnectionState.INITIATED, ConnectionState.CONNECTED] as const;

/** One word for a whole call: whatever still waits for somebody, else that they speak. */
export function callState(call: Call): ConnectionState {
  return precedence.find((state) => call.connections.some((one) => one.state === state))
    ?? ConnectionState.UNSPECIFIED;
}

/** The calls, oldest first. */
export function callsOf(picture: Picture): readonly Call[] {
  const started = (call: Call): bigint => call.startedAt?.seconds ?? 0n;
  return [...picture.calls.values()].sort((a, b) => {
    const difference = started(a) - started(b);
    return difference === 0n ? a.call.localeCompare(b.call) : difference < 0n ? -1 : 1;
  });
}

/** The calls in which a device, number or name takes part whose text contains the search. */
export function searchCalls(calls: readonly Call[], search: string): readonly Call[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === "") return calls;
  return calls.filter((call) => {
    const parties = [call.calling, call.called, ...call.connections.map((one) => one.party)];
    const texts = [call.link, call.networkInterface,
      ...call.connections.map((one) => one.id?.device ?? ""),
      ...parties.flatMap((party) => party === undefined ? []
        : [party.name, party.display, party.raw, party.e164])];
    return texts.some((text) => text.toLowerCase().includes(wanted));
  });
}
