/**
 * What goes on right now: each monitored device is asked for its connections, each call that it
 * names for its parties. The order of answers and events on the line tells which events the
 * answers contain already.
 */

import { ok, type Result } from "../../firmware/base/result.js";
import type { Clock } from "../../firmware/base/world.js";
import { agentId, callId, type ConnectionId, type DeviceId, type Party }
  from "../../firmware/model/identifiers.js";
import type { LinkSnapshot, SnapshotAgent, SnapshotCall, SnapshotConnection, SnapshotDevice }
  from "../../firmware/model/snapshot.js";
import type { ConnectionState } from "../../firmware/model/states.js";
import type { CstaCodec, CstaConnection, CstaParty, SnapshotCallEntry, SnapshotDeviceEntry }
  from "../../firmware/wire/csta/message.js";
import type { Calls } from "./calls.js";
import type { ListedDevice } from "./devices.js";
import type { Invocations } from "./invocations.js";
import type { Monitors } from "./monitors.js";
import { devicesMax, type DeviceNames } from "./names.js";
import type { Segments } from "./segments.js";
import { timers } from "./timers.js";

/** Snapshot requests under way at once. */
export const snapshotsAtOnce = 16;

export interface SnapshotContext {
  readonly clock: Clock;
  readonly codec: CstaCodec;
  readonly names: DeviceNames;
  readonly calls: Calls;
  readonly invocations: Invocations;
  readonly monitors: Monitors;
  readonly devices: ReadonlyMap<DeviceId, ListedDevice>;
  readonly agents: ReadonlySet<DeviceId>;
  readonly deviceParts: Segments<SnapshotDeviceEntry>;
  readonly callParts: Segments<SnapshotCallEntry>;
  /** Counts what has come over the line. */
  ordinal(): number;
}

/** Up to which message of the line a device or a call is contained in the snapshot. */
export interface Contained {
  readonly devices: ReadonlyMap<DeviceId, number>;
  readonly calls: ReadonlyMap<string, number>;
}

interface Found {
  readonly native: CstaConnection;
  readonly connections: Map<DeviceId, { party: Party; state: SnapshotConnection["state"] }>;
  calling?: Party | undefined;
  called?: Party | undefined;
}

export async function takeSnapshot(context: SnapshotContext, deadlineMs: number): Promise<Result<{
  readonly snapshot: LinkSnapshot; readonly contained: Contained;
}>> {
  const { clock, monitors, devices } = context;
  const endMs = clock.monotonicMs() + deadlineMs;
  const leftMs = (): number => Math.min(timers.invoke.ms, endMs - clock.monotonicMs());
  const seenDevices = new Map<DeviceId, number>();
  const seenCalls = new Map<string, number>();
  const found = new Map<string, Found>();
  const asked = await each([...monitors.monitored], async (device) => {
    const answer = await context.invocations.invoke("SnapshotDevice",
      { snapshotObject: context.names.toNative(device) }, leftMs(),
      () => { seenDevices.set(device, context.ordinal()); });
    if (!answer.ok) return answer.fault.code === "deadline-passed" ? answer : ok(undefined);
    const data = await whole(answer.value, context.deviceParts);
    if (!data.ok) return data;
    for (const entry of data.value) {
      const call = takeEntry(context, device, entry, found);
      const seen = seenDevices.get(device);
      if (call !== undefined && seen !== undefined) seenCalls.set(call, seen);
    }
    return ok(undefined);
  });
  if (!asked.ok) return asked;
  if (context.codec.services.has("SnapshotCall")) {
    const told = await each([...found], async ([call, entry]) => {
      let answeredAt = 0;
      const answer = await context.invocations.invoke("SnapshotCall",
        { snapshotObject: entry.native }, leftMs(),
        () => { answeredAt = context.ordinal(); });
      if (!answer.ok) return answer.fault.code === "deadline-passed" ? answer : ok(undefined);
      const data = await whole(answer.value, context.callParts);
      if (!data.ok) return data;
      seenCalls.set(call, answeredAt);
      takeCall(context, call, entry, { ...answer.value, snapshotData: data.value });
      return ok(undefined);
    });
    if (!told.ok) return told;
  }
  const agents = await agentsOf(context, leftMs);
  const listed = [...devices.values()].map((device) => deviceOf(context, device));
  return ok({ contained: { devices: seenDevices, calls: seenCalls },
    snapshot: { calls: [...found].map(([call, entry]) => callOf(context, call, entry)), agents,
      devices: listed } });
}

/** The data of an answer, wherever the PBX puts it. */
async function whole<T>(
  { snapshotData, serviceCrossRefID }: { readonly snapshotData?: readonly T[];
    readonly serviceCrossRefID?: string }, parts: Segments<T>,
): Promise<Result<readonly T[]>> {
  return snapshotData !== undefined || serviceCrossRefID === undefined ? ok(snapshotData ?? [])
    : await parts.collect(serviceCrossRefID);
}

/** Runs at most `snapshotsAtOnce` at a time; the first fault ends it. */
async function each<T>(
  items: readonly T[], run: (item: T) => Promise<Result<unknown>>,
): Promise<Result<void>> {
  const left = items.slice(0, devicesMax).reverse();
  let failed: Result<void> | undefined;
  const worker = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined && failed === undefined; item = left.pop()) {
      const result = await run(item);
      if (!result.ok) failed ??= result;
    }
  };
  await Promise.all(Array.from({ length: Math.min(snapshotsAtOnce, items.length) }, worker));
  return failed ?? ok(undefined);
}

function isLive(state: ConnectionState | undefined): state is SnapshotConnection["state"] {
  return state !== undefined && state !== "null";
}

/** Gives the call. The far end's states are used only until the call itself is asked. */
function takeEntry(
  { calls, names }: SnapshotContext, device: DeviceId, entry: SnapshotDeviceEntry,
  found: Map<string, Found>,
): string | undefined {
  const native = entry.connectionIdentifier;
  const call = native.callID;
  const [own, far] = entry.localCallState;
  if (call === undefined || !isLive(own)) return undefined;
  const connection = calls.resolve(native, names.toNative(device), true);
  if (connection === undefined) return undefined;
  const known = found.get(call) ?? { native, connections: new Map() };
  found.set(call, known);
  note(calls, known, connection, names.partyAt(undefined, connection.device), own);
  const endpoint = names.party(entry.endpointDevice);
  if (endpoint !== undefined && isLive(far) && !known.connections.has(endpoint.device)) {
    known.connections.set(endpoint.device, { party: endpoint, state: far });
  }
  return call;
}

function note(
  calls: Calls, found: Found, connection: ConnectionId, party: Party,
  state: SnapshotConnection["state"],
): void {
  calls.enters(connection);
  found.connections.set(connection.device, { party: { ...party, device: connection.device },
    state });
}

/** The call's own answer is newer and whole: it takes the place of what its devices said. */
function takeCall(
  { calls, names }: SnapshotContext, call: string, found: Found,
  told: { readonly snapshotData: readonly SnapshotCallEntry[];
    readonly callingDevice?: CstaParty; readonly calledDevice?: CstaParty },
): void {
  found.calling = names.party(told.callingDevice);
  found.called = names.party(told.calledDevice);
  if (told.snapshotData.length === 0) return;
  const before = new Map(found.connections);
  found.connections.clear();
  for (const { deviceOnCall, callIdentifier, localConnectionInfo } of told.snapshotData) {
    const connection = calls.resolve(callIdentifier ?? { callID: call }, deviceOnCall, true);
    if (connection === undefined || connection.call !== callId(call)) continue;
    const state = localConnectionInfo ?? before.get(connection.device)?.state ?? "connected";
    if (!isLive(state)) continue;
    note(calls, found, connection, names.partyAt(deviceOnCall, connection.device), state);
  }
}

function callOf({ devices }: SnapshotContext, call: string, found: Found): SnapshotCall {
  const trunk = [...found.connections.keys()].find((device) =>
    devices.get(device)?.category === "networkInterface");
  return {
    call: callId(call),
    connections: [...found.connections.values()].map(({ party, state }) =>
      ({ device: party, state })),
    ...(found.calling === undefined ? {} : { callingDevice: found.calling }),
    ...(found.called === undefined ? {} : { calledDevice: found.called }),
    ...(trunk === undefined ? {} : { networkInterface: trunk }),
  };
}

function deviceOf({ monitors }: SnapshotContext, listed: ListedDevice): SnapshotDevice {
  const why = monitors.why(listed.device);
  return { device: listed.device, category: listed.category,
    ...(listed.name === undefined ? {} : { name: listed.name }),
    ...(why === undefined ? {} : { notMonitored: why }) };
}

async function agentsOf(
  context: SnapshotContext, leftMs: () => number,
): Promise<readonly SnapshotAgent[]> {
  const agents: SnapshotAgent[] = [];
  if (!context.codec.services.has("GetAgentState")) return agents;
  await each([...context.agents], async (device) => {
    const answer = await context.invocations.invoke("GetAgentState",
      { device: context.names.toNative(device) }, leftMs());
    if (!answer.ok) return answer.fault.code === "deadline-passed" ? answer : ok(undefined);
    for (const entry of answer.value.agentStateList) {
      const agent = entry.agentID === undefined ? {} : { agent: agentId(entry.agentID) };
      if (!entry.loggedOnState) {
        agents.push({ device, state: "null", ...agent });
        continue;
      }
      for (const { acdGroup, agentState } of entry.agentInfo ?? []) {
        agents.push({ device, state: agentState, ...agent,
          ...(acdGroup === undefined ? {} : { acdGroup: context.names.toModel(acdGroup) }) });
      }
    }
    return ok(undefined);
  });
  return agents;
}
