/** The monitors of one application: cross references, filters, and what they report. */

import { fail } from "../../base/result.js";
import { callId, deviceId, type DeviceId, type LinkId } from "../../model/identifiers.js";
import type { ConnectionState } from "../../model/states.js";
import type { NumberedEvent } from "../../switching/switch.js";
import type { CstaArgument, CstaEvent, CstaEventName } from "../../wire/csta/message.js";
import { empty, errorOf, refused, type Answer } from "./answer.js";
import type { Domain } from "./domain.js";
import type { Features } from "./features.js";
import type { Reading } from "./reading.js";
import type { Rights } from "./rights.js";

/** Cross references are two octets, the shortest that any dialect was seen with. */
const crossRefs = 65_536;

export interface MonitorsParts {
  readonly domain: Domain;
  readonly rights: Rights;
  reading(): Reading;
  features(): Features;
  report(monitorCrossRefID: string, event: CstaEvent): void;
}

interface Kept {
  readonly crossRef: string;
  /** What is watched: `device pbx-1 101`. */
  readonly object: string;
  suppressed: ReadonlySet<CstaEventName>;
  /** Kept over a lost connection, and not asked for since. */
  inherited: boolean;
  stop: () => void;
}

export class AppMonitors {
  readonly #parts: MonitorsParts;
  readonly #kept = new Map<string, Kept>();
  #last = 0;

  constructor(parts: MonitorsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#kept.size;
  }

  start(argument: CstaArgument<"MonitorStart">): Answer {
    const reading = this.#parts.reading();
    const { monitorObject, monitorType } = argument;
    const filter = argument.requestedMonitorFilter;
    const object = "deviceObject" in monitorObject
      ? { kind: "device" as const, device: reading.device(monitorObject.deviceObject) }
      : { kind: "call" as const, call: reading.call(monitorObject.callObject)?.call ?? callId("") };
    // Calls of a device that come later, as a call-type monitor of a device has them, are not told.
    if (monitorType !== undefined && monitorType !== object.kind) {
      reading.wrong("invalidMonitorType");
    }
    if (object.kind === "call") this.#mayWatch(argument, reading);
    if (reading.error !== undefined) return { ok: false, error: reading.error };
    const { link } = reading;
    const name = `${object.kind} ${link} ${object.kind === "device" ? object.device : object.call}`;
    const again = [...this.#inherited()].find((kept) => kept.object === name);
    if (again !== undefined) {
      again.inherited = false;
      again.suppressed = new Set(filter ?? []);
      return this.#started(again, filter);
    }
    const { domain } = this.#parts;
    if (domain.monitors >= domain.config.monitorsMax || this.#kept.size >= crossRefs - 1) {
      return { ok: false, error: errorOf(fail("monitor-limit", "").fault) };
    }
    const kept = this.#keep(name, filter);
    kept.stop = object.kind === "device" ? this.#watchDevice(kept, link, object.device)
      : domain.feed.observeCall(link, object.call, {
        observed: (entry) => { this.#observed(kept, entry, undefined); } });
    return this.#started(kept, filter);
  }

  change(argument: CstaArgument<"ChangeMonitorFilter">): Answer {
    const kept = this.#kept.get(argument.monitorCrossRefID);
    if (kept === undefined) return refused("operation", "invalidMonitorCrossRefID");
    kept.suppressed = new Set(argument.requestedMonitorFilter);
    return { ok: true, result: {
      actualMonitorFilter: this.#actual(argument.requestedMonitorFilter) } };
  }

  stop({ monitorCrossRefID }: CstaArgument<"MonitorStop">): Answer {
    const kept = this.#kept.get(monitorCrossRefID);
    if (kept === undefined) return refused("operation", "invalidMonitorCrossRefID");
    this.#drop(kept);
    return empty;
  }

  /** Passed on as it is. */
  privateEvent(link: LinkId, device: DeviceId, name: string, element: string): void {
    const object = `device ${link} ${device}`;
    for (const kept of this.#kept.values()) {
      if (kept.object !== object || kept.suppressed.has("privateEvent")) continue;
      this.#parts.report(kept.crossRef, { type: "other", name, element });
    }
  }

  stopAll(): void {
    for (const kept of [...this.#kept.values()]) this.#drop(kept);
  }

  /** The connection was lost: who comes back may have forgotten its cross references. */
  inherit(): void {
    for (const kept of this.#kept.values()) kept.inherited = true;
  }

  /** A call with which the application has nothing to do is none of its business. */
  #mayWatch(argument: CstaArgument<"MonitorStart">, reading: Reading): void {
    if (!("callObject" in argument.monitorObject)) return;
    const call = reading.call(argument.monitorObject.callObject);
    if (call?.connections.some(({ device }) =>
      this.#parts.rights.covers(call.link, device)) === false) {
      reading.wrong("privilegeViolationSpecifiedDevice");
    }
  }

  *#inherited(): Iterable<Kept> {
    for (const kept of this.#kept.values()) if (kept.inherited) yield kept;
  }

  #keep(object: string, filter: readonly CstaEventName[] | undefined): Kept {
    let crossRef: string;
    do {
      this.#last = (this.#last + 1) % crossRefs;
      crossRef = this.#last.toString(16).padStart(4, "0");
    } while (this.#kept.has(crossRef));
    const kept: Kept = { crossRef, object, suppressed: new Set(filter ?? []), inherited: false,
      stop: () => undefined };
    this.#kept.set(crossRef, kept);
    this.#parts.domain.monitors += 1;
    return kept;
  }

  #watchDevice(kept: Kept, link: LinkId, device: DeviceId): () => void {
    return this.#parts.domain.feed.observeDevice(link, deviceId(device), {
      observed: (entry, own) => { this.#observed(kept, entry, own); } });
  }

  #started(kept: Kept, filter: readonly CstaEventName[] | undefined): Answer {
    return { ok: true, result: { monitorCrossRefID: kept.crossRef, monitorExistingCalls: true,
      ...(filter === undefined ? {} : { actualMonitorFilter: this.#actual(filter) }) } };
  }

  /** What is not wanted, and what this switching function never reports. */
  #actual(filter: readonly CstaEventName[]): readonly CstaEventName[] {
    return [...new Set([...filter, ...this.#parts.features().unreported])];
  }

  #observed(kept: Kept, entry: NumberedEvent, own: ConnectionState | undefined): void {
    const report = this.#parts.domain.report(entry);
    if (report !== undefined && !kept.suppressed.has(report.type as CstaEventName)) {
      this.#parts.report(kept.crossRef,
        own === undefined ? report : { ...report, localConnectionInfo: own });
    }
    // With the call its monitor is over (ECMA-269, Call Cleared).
    if (entry.event.type === "callCleared") this.#drop(kept);
  }

  #drop(kept: Kept): void {
    if (!this.#kept.delete(kept.crossRef)) return;
    this.#parts.domain.monitors -= 1;
    kept.stop();
  }
}
