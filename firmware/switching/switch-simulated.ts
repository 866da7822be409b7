/**
 * Everything around a Switch, in memory, for simulations and tests: an event log whose disk lags
 * as far as one likes, a record book that can be full, plain number rules, a link to ask.
 */

import { done, fail, ok, type Result } from "../base/result.js";
import type { FaultCode } from "../base/faults.js";
import type { Health } from "../base/component.js";
import type { Capabilities, RouteingSession } from "../link/driver.js";
import type { Link, LinkStatus } from "../link/link.js";
import { linkId } from "../model/identifiers.js";
import type { CallRecord, NumberForms } from "../model/records.js";
import type { RouteAnswer } from "../model/routeing.js";
import { serviceNames, type ServiceRequest, type ServiceResponse } from "../model/services.js";
import type { LinkSnapshot } from "../model/snapshot.js";
import type { Alarms, AlarmView } from "../supervisor/alarms.js";
import type { EventLog } from "./event-log.js";
import type { RecordBook, RecordWatcher } from "./records.js";
import type { NumberedEvent, NumberResolver } from "./switch.js";

/** Events wait in memory until `settle` makes them durable. */
export class SimulatedEventLog implements EventLog {
  readonly name = "event-log";
  readonly health: Health = { status: "ok" };
  readonly firstNumber: bigint;
  readonly #stored: NumberedEvent[];
  #waiting: NumberedEvent[] = [];
  /** Numbers up to this one were given out before a crash and not all stored. */
  readonly #before: bigint;
  refuse = false;
  /** How many turns of the event loop's promises a read takes. */
  readTurns = 0;

  constructor(firstNumber = 1n, stored: readonly NumberedEvent[] = []) {
    this.firstNumber = firstNumber;
    this.#stored = [...stored];
    this.#before = firstNumber - 1n;
  }

  get stored(): readonly NumberedEvent[] {
    return this.#stored;
  }

  get oldest(): bigint | undefined {
    return this.#stored[0]?.number ?? this.#waiting[0]?.number;
  }

  get durable(): bigint {
    return this.#stored[this.#stored.length - 1]?.number ?? 0n;
  }

  start(): Promise<Result<void>> {
    return Promise.resolve(done);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  append(entry: NumberedEvent): void {
    if (!this.refuse) this.#waiting.push(entry);
  }

  /** Up to `countMax` waiting events become durable. */
  settle(countMax = Infinity): void {
    this.#stored.push(...this.#waiting.splice(0, countMax));
  }

  /** Retention takes the oldest events. */
  expire(count: number): void {
    this.#stored.splice(0, count);
  }

  position(number: bigint): "kept" | "expired" | "lost" {
    const oldest = this.oldest;
    if (oldest !== undefined && number < oldest - 1n) return "expired";
    const known = this.#stored.some((entry) => entry.number === number)
      || (oldest !== undefined && number === oldest - 1n) || number > this.#before;
    return known ? "kept" : "lost";
  }

  async readAfter(number: bigint, limit: number): Promise<Result<readonly NumberedEvent[]>> {
    for (let turn = 0; turn < this.readTurns; turn += 1) await Promise.resolve();
    let low = 0;
    let high = this.#stored.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#stored[middle]?.number ?? 0n) <= number) low = middle + 1; else high = middle;
    }
    return ok(this.#stored.slice(low, low + limit));
  }
}

export class SimulatedRecordBook implements RecordBook {
  readonly name = "records";
  readonly health: Health = { status: "ok" };
  readonly records = new Map<string, CallRecord>();
  readonly watchers = new Set<RecordWatcher>();
  /** Set to make every write fail. */
  failing: FaultCode | undefined;

  start(): Promise<Result<void>> {
    return Promise.resolve(done);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  watch(watcher: RecordWatcher): () => void {
    this.watchers.add(watcher);
    return () => { this.watchers.delete(watcher); };
  }

  add(record: CallRecord): Promise<Result<void>> {
    if (this.failing !== undefined) {
      return Promise.resolve(fail(this.failing, "the simulated store refuses"));
    }
    const again = this.records.has(record.id);
    this.records.set(record.id, record);
    for (const watcher of this.watchers) watcher(record, again);
    return Promise.resolve(done);
  }

  replace(record: CallRecord): Promise<Result<void>> {
    return this.add(record);
  }

  get(id: string): Promise<Result<CallRecord | undefined>> {
    return Promise.resolve(ok(this.records.get(id)));
  }

  list(): ReturnType<RecordBook["list"]> {
    return Promise.resolve(ok({ records: [...this.records.values()], next: undefined }));
  }

  async *all(): AsyncIterable<CallRecord> {
    yield* this.records.values();
  }

  countByHour(): ReturnType<RecordBook["countByHour"]> {
    return Promise.resolve(ok([]));
  }
}

/** Up to five digits are a device of the PBX; the rest is dialled with a leading 0. */
export const simulatedNumbers: NumberResolver = {
  resolve: (_link, raw): NumberForms =>
    /^\d{1,5}$/.test(raw) ? { raw, kind: "internal", display: raw }
      : { raw, kind: "external", display: raw, ...(raw.startsWith("+") ? { e164: raw } : {}) },
  dial: (_link, typed) => /^[\d+*#]+$/.test(typed)
    ? ok(typed.length <= 5 ? typed : `0${typed.replace("+", "00")}`)
    : fail("destination-invalid", `${typed} cannot be dialled`),
  isInternal: (_link, raw) => /^\d{1,5}$/.test(raw),
};

export class SimulatedAlarms implements Alarms {
  readonly standing = new Map<string, AlarmView>();
  raised = 0;

  raise(code: AlarmView["code"], subject: string, detail: string): void {
    const id = `${code}/${subject}`;
    this.raised += 1;
    this.standing.set(id, { id, code, subject, detail, raisedAtMs: 0, clearedAtMs: undefined,
      acknowledgedBy: undefined, count: (this.standing.get(id)?.count ?? 0) + 1 });
  }

  clear(code: AlarmView["code"], subject: string): void {
    this.standing.delete(`${code}/${subject}`);
  }

  acknowledge(): undefined {
    return undefined;
  }

  list(): readonly AlarmView[] {
    return [...this.standing.values()];
  }

  watch(): () => void {
    return () => undefined;
  }
}

const everything: Capabilities = {
  services: Object.fromEntries(serviceNames.map((name) => [name, "native" as const])),
  events: [], snapshot: "native", callIdentity: "changes-on-transfer",
  monitorsMax: 10_000, requestsInFlightMax: 32,
};

/** A link that is up, remembers what it was asked, and answers with what it was given. */
export class SimulatedLink implements Link {
  readonly name: string;
  readonly health: Health = { status: "ok" };
  readonly requests: ServiceRequest[] = [];
  /** What it answers beside the service's name. */
  answer: Partial<ServiceResponse> = {};
  declared: Capabilities;
  proofs: LinkStatus["proofs"] = [];
  state: LinkStatus["state"] = { name: "up" };
  title = "";
  snapshots = 0;
  /** Private data that it was sent; it answers with what it got. */
  readonly escapes: (readonly string[])[] = [];
  /** What it was told of routeing: `register 900`, `cancel 900`, and answers. */
  readonly routed: (string | RouteAnswer)[] = [];
  /** What becomes of the next registrations. */
  registering: () => Promise<Result<void>> = () => Promise.resolve(done);
  readonly routeing: RouteingSession = {
    register: (device) => {
      this.routed.push(`register ${device ?? "all"}`);
      return this.registering();
    },
    cancel: (device) => {
      this.routed.push(`cancel ${device ?? "all"}`);
      return Promise.resolve(done);
    },
    answer: (answer) => {
      this.routed.push(answer);
      return done;
    },
  };
  picture: LinkSnapshot = { calls: [], agents: [], devices: [] };

  constructor(name: string, declared: Partial<Capabilities> = {}) {
    this.name = name;
    this.declared = { ...everything, ...declared };
  }

  get status(): LinkStatus {
    return { id: linkId(this.name), driver: "simulated", driverTitle: "Simulated",
      title: this.title,
      state: this.state, sinceMs: 0, transport: "none", peer: undefined, declared: this.declared,
      proofs: this.proofs, counters: { bytesIn: 0, bytesOut: 0, events: 0, records: 0,
        garbageBytes: 0, requests: 0, requestsFailed: 0, resyncs: 0, opens: 1, damagedOctets: 0,
        breaks: 0, rejected: 0, rejectedReasons: {}, recordsMissed: 0, lastRecordAtMs: undefined,
        lastReceivedAtMs: undefined } };
  }

  start(): Promise<Result<void>> {
    return Promise.resolve(done);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  enable(): void {
    this.state = { name: "up" };
  }

  disable(): void {
    this.state = { name: "disabled" };
  }

  restart(): void {
    this.state = { name: "up" };
  }

  tap(): ReturnType<Link["tap"]> {
    return fail("precondition", "A simulated link has no line.");
  }

  rename(title: string): void {
    this.title = title;
  }

  request(request: ServiceRequest): ReturnType<Link["request"]> {
    this.requests.push(request);
    return Promise.resolve(ok({ ...this.answer, service: request.service }));
  }

  snapshot(): Promise<Result<LinkSnapshot>> {
    this.snapshots += 1;
    return Promise.resolve(ok(this.picture));
  }

  probe(): ReturnType<Link["probe"]> {
    return Promise.resolve(ok(this.proofs));
  }

  escape(elements: readonly string[]): ReturnType<Link["escape"]> {
    this.escapes.push(elements);
    return Promise.resolve(ok(elements));
  }

  hotel(): ReturnType<Link["hotel"]> {
    return Promise.resolve(done);
  }

  frames(): readonly never[] {
    return [];
  }

  watchFrames(): () => void {
    return () => undefined;
  }
}
