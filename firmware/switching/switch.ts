/**
 * The normalised picture: devices, calls, connections, agents, monitors, services. The picture
 * changes only in `apply`, only from events of the PBX: a response promises, an event proves.
 */

import type { Result, Text } from "../base/result.js";
import type { CallsReadAgain } from "../link/raw.js";
import type { CallEvent, EventName } from "../model/events.js";
import type { AgentId, CallId, DeviceId, LinkId } from "../model/identifiers.js";
import type { CompletedCall, Direction, NumberForms } from "../model/records.js";
import type { Forwarding, ServiceRequest, ServiceResponse } from "../model/services.js";
import type { LinkSnapshot } from "../model/snapshot.js";
import type { AgentState, ConnectionState, DeviceCategory } from "../model/states.js";

export interface Actor {
  readonly name: string;
  readonly roles: readonly string[];
}

export interface ConnectionView {
  readonly device: DeviceId;
  readonly name: string | undefined;
  readonly state: ConnectionState;
  readonly number: NumberForms;
  /** The party is outside the switching sub-domain (a trunk stands for it). */
  readonly external: boolean;
}

export interface CallView {
  readonly link: LinkId;
  readonly call: CallId;
  readonly direction: Direction;
  readonly calling: (NumberForms & { readonly name?: string }) | undefined;
  readonly called: (NumberForms & { readonly name?: string }) | undefined;
  readonly networkInterface: DeviceId | undefined;
  readonly startedAtMs: number;
  readonly connections: readonly ConnectionView[];
  /** The link is down: this was true when it went down, and we do not know more. */
  readonly stale: boolean;
}

export interface DeviceView {
  readonly link: LinkId;
  readonly device: DeviceId;
  readonly category: DeviceCategory;
  readonly name: string | undefined;
  readonly inService: boolean | undefined;
  readonly agentState: AgentState | undefined;
  readonly agent: AgentId | undefined;
  readonly agentReason: string | undefined;
  /** As the PBX last said while its link was up; not known before, nor after a break. */
  readonly doNotDisturb: boolean | undefined;
  readonly messageWaiting: boolean | undefined;
  /** Likewise; a type that is not listed was not told of. */
  readonly forwardings: readonly Forwarding[] | undefined;
  readonly notMonitored: { readonly reason: Text; readonly advice: Text } | undefined;
  readonly calls: number;
}

/** An event as applications receive it: with its number and the numbers' normalised forms. */
export interface NumberedEvent {
  readonly number: bigint;
  /** When the gateway applied it, milliseconds since 1970 UTC. */
  readonly atMs: number;
  readonly event: CallEvent;
  /** Of every device text that stands in the event, each once. */
  readonly numbers: readonly NumberForms[];
  readonly direction: Direction;
  /** Made by the gateway from a snapshot, not said by the PBX. */
  readonly healed: boolean;
  /**
   * Every device to which a device monitor would report this event: those that take part in its
   * call, or did until this event. Stored with it, so that stored and live events filter alike.
   */
  readonly parties: readonly DeviceId[];
}

export type Numbered =
  | { readonly kind: "event"; readonly entry: NumberedEvent }
  /** Events were lost to this watcher only; `nextNumber` is the first that follows. */
  | { readonly kind: "gap"; readonly lost: bigint; readonly nextNumber: bigint;
      readonly reason: "slow-reader" | "expired" | "gateway-restart" }
  /** The picture of a link was rebuilt from its snapshot: take one too. */
  | { readonly kind: "resync"; readonly link: LinkId; readonly number: bigint;
      readonly reason: string }
  /** Everything stored has been sent; what follows is live. */
  | { readonly kind: "live"; readonly number: bigint };

export interface MonitorFilter {
  /** Who watches, for alarms and logs. */
  readonly name?: string;
  readonly links?: readonly LinkId[];
  readonly devices?: readonly { readonly link?: LinkId; readonly device: DeviceId }[];
  readonly types?: readonly EventName[];
}

/** Gives what waits together, at least one item, in order. */
export interface Monitor extends AsyncIterable<readonly Numbered[]> {
  /** The number of the newest event when the monitor began. */
  readonly startNumber: bigint;
  stop(): void;
}

export interface Switch {
  /** Checks, applies, numbers, records, fans out. Synchronous: no event waits for another. */
  apply(event: CallEvent): void;
  /** A finished call printed by the PBX: becomes a record. */
  record(call: CompletedCall): void;
  /**
   * Finished calls whose bytes were read again: those that the book lacks become records. Resolves
   * when they are on their way to it.
   */
  recordAgain(link: LinkId, found: CallsReadAgain): Promise<void>;
  /** Resolves when the records of all calls printed so far are written, or given up for good. */
  recorded(): Promise<void>;
  /** Heals: what the snapshot lacks is cleared and marked; what it has and we lack is learnt. */
  /**
   * `askedAt` is `lastNumber` when the snapshot was asked for: calls that changed since then are
   * left as their events say, because the snapshot may be older than those events.
   */
  reconcile(link: LinkId, snapshot: LinkSnapshot, reason: string, askedAt?: bigint): void;
  /** The link went down: its calls become stale, not cleared. */
  markStale(link: LinkId): void;
  /** The PBX itself restarted: all its calls are over. */
  forget(link: LinkId, reason: string): void;
  request(
    link: LinkId, request: ServiceRequest, actor: Actor, deadlineMs: number,
  ): Promise<Result<ServiceResponse>>;
  calls(filter?: { readonly link?: LinkId; readonly device?: DeviceId }): readonly CallView[];
  call(link: LinkId, call: CallId): CallView | undefined;
  devices(link?: LinkId): readonly DeviceView[];
  readonly lastNumber: bigint;
  /**
   * Live events from now, or, with `afterNumber`, first exactly the stored rest. A reader slower
   * than `queueMax` events is told of its gap and never slows the others.
   */
  monitorStart(
    filter: MonitorFilter, queueMax: number, afterNumber?: bigint,
  ): Result<Monitor>;
}

/** Resolves a link's number texts into all their forms; the number engine implements it. */
export interface NumberResolver {
  resolve(link: LinkId, raw: string): NumberForms;
  /** What must be sent to the PBX to reach `typed`. */
  dial(link: LinkId, typed: string): Result<string>;
  isInternal(link: LinkId, raw: string): boolean;
}
