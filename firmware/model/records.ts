/** Call records: what remains of a call when it is over. */

import type { EventCause } from "./causes.js";
import type { CallId, DeviceId, LinkId } from "./identifiers.js";
import type { ConnectionState } from "./states.js";

export type Direction = "incoming" | "outgoing" | "internal" | "tandem" | "unknown";

/** A number in all the forms that are known of it. */
export interface NumberForms {
  /** As the PBX said it. */
  readonly raw: string;
  /** E.164 with `+`, when the link's rules can tell. */
  readonly e164?: string;
  /** As a person wants to read it. */
  readonly display?: string;
  readonly kind?: "internal" | "external" | "service" | "unknown";
}

/** A finished call as a PBX itself recorded it (SMDR line, CDR), before normalisation. */
export interface CompletedCall {
  readonly link: LinkId;
  readonly direction: Direction;
  readonly device?: DeviceId;
  readonly trunk?: DeviceId;
  readonly callingNumber?: string;
  readonly calledNumber?: string;
  /** As printed by the PBX, e.g. `22/11/26 09:15AM`. */
  readonly pbxTime: string;
  /** Milliseconds since 1970 UTC, from `pbxTime` and the link's time zone. */
  readonly startedAtMs: number;
  /** How far the PBX's clock seemed ahead of ours as this was printed; negative: behind. */
  readonly pbxClockOffsetMs?: number;
  readonly ringMs?: number;
  readonly durationMs: number;
  readonly answered: boolean;
  readonly transferred?: boolean;
  readonly accountCode?: string;
  readonly cost?: string;
  /** The record number or call id of the PBX, where it prints one. */
  readonly pbxReference?: string;
  /** The call known from events that this record is about, where the driver can tell. */
  readonly call?: CallId;
  /** Position of the raw bytes in the link's raw keyspace. */
  readonly rawPosition?: bigint;
  /** Which record of those raw bytes, from 0: a PBX empties its buffer in one go. */
  readonly rawOrdinal?: number;
  /** Fields of the format that have no place above. */
  readonly privateFields?: Readonly<Record<string, string>>;
}

export interface LegState {
  readonly state: ConnectionState;
  readonly cause: EventCause;
  /** Milliseconds since 1970 UTC. */
  readonly atMs: number;
}

/** One connection's life within the call. */
export interface Leg {
  readonly device: DeviceId;
  readonly name?: string;
  readonly number?: NumberForms;
  readonly states: readonly LegState[];
}

export interface CallRecord {
  /** Unique and ordered by start: `<startMs hex>-<link>-<call>`. */
  readonly id: string;
  readonly link: LinkId;
  readonly call: CallId;
  /** `events`: built from the model's events. `pbx`: printed by the PBX itself. */
  readonly source: "events" | "pbx";
  readonly direction: Direction;
  readonly calling?: NumberForms & { readonly name?: string };
  readonly called?: NumberForms & { readonly name?: string };
  readonly answeredBy?: DeviceId;
  readonly networkInterface?: DeviceId;
  readonly startedAtMs: number;
  readonly answeredAtMs?: number;
  readonly endedAtMs: number;
  readonly durationMs: number;
  readonly ringMs?: number;
  readonly endCause: EventCause;
  readonly legs: readonly Leg[];
  /** Why this record is not the PBX's own word throughout; empty when all is proven. */
  readonly marks: readonly RecordMark[];
  readonly accountCode?: string;
  /** What applications attached to the call, as its link's encoding has it: hexadecimal of BER. */
  readonly correlatorData?: string;
  readonly userData?: string;
  readonly cost?: string;
  readonly pbxTime?: string;
  /** How far the PBX's clock seemed ahead of ours as it was printed; negative: behind. */
  readonly pbxClockOffsetMs?: number;
  readonly pbxReference?: string;
}

/** `healed`: its end was missed and learnt from a snapshot. `gap`: the link was down meanwhile. */
export type RecordMark = "healed" | "gap" | "started-before-monitoring" | "pbx-restart";
