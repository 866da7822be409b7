/** What a switching function says is going on right now (ECMA-269 §16, snapshot services). */

import type { Text } from "../base/result.js";
import type { AgentId, CallId, DeviceId, Party } from "./identifiers.js";
import type { AgentState, ConnectionState, DeviceCategory } from "./states.js";

export interface SnapshotConnection {
  readonly device: Party;
  readonly state: Exclude<ConnectionState, "null">;
}

export interface SnapshotCall {
  readonly call: CallId;
  readonly connections: readonly SnapshotConnection[];
  readonly callingDevice?: Party;
  readonly calledDevice?: Party;
  readonly networkInterface?: DeviceId;
  /** The PBX's own start time of the call, milliseconds since 1970 UTC. */
  readonly startedAtMs?: number;
}

export interface SnapshotAgent {
  readonly device: DeviceId;
  readonly state: AgentState;
  readonly agent?: AgentId;
  readonly acdGroup?: DeviceId;
  readonly reason?: string;
}

export interface SnapshotDevice {
  readonly device: DeviceId;
  readonly category: DeviceCategory;
  readonly name?: string;
  /** Absent: monitored. Present: why its events do not arrive, and what to do about it. */
  readonly notMonitored?: { readonly reason: Text; readonly advice: Text };
  readonly inService?: boolean;
}

export interface LinkSnapshot {
  readonly calls: readonly SnapshotCall[];
  readonly agents: readonly SnapshotAgent[];
  readonly devices: readonly SnapshotDevice[];
}
