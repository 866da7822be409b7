/**
 * The Switch: one synchronous step per event. Check and apply to the picture, give it the next
 * number, hand it to those who watch, give it to the event log, and when a call is over write its
 * record. Nothing here waits for a disk or a reader.
 */

import type { Component, Health } from "../base/component.js";
import { done, type Result } from "../base/result.js";
import type { World } from "../base/world.js";
import type { Link } from "../link/link.js";
import type { CallsReadAgain } from "../link/raw.js";
import type { CallEvent } from "../model/events.js";
import type { CallId, DeviceId, LinkId } from "../model/identifiers.js";
import type { CompletedCall, NumberForms, RecordMark } from "../model/records.js";
import type { ServiceRequest, ServiceResponse } from "../model/services.js";
import type { LinkSnapshot } from "../model/snapshot.js";
import type { Alarms } from "../supervisor/alarms.js";
import { applyCallCleared, applyToConnection, clearAll, type ApplyContext, type Outcome }
  from "./call-events.js";
import { applyToDevice, isDeviceOrAgentEvent } from "./device-events.js";
import type { EventLog } from "./event-log.js";
import { EventRing } from "./event-ring.js";
import { reconcileLink } from "./healing.js";
import { applyJoin } from "./join-events.js";
import { Monitors, monitorsMax, type MonitorCounters } from "./monitors.js";
import { formsIn } from "./number-forms.js";
import { PendingRecords, type PendingCounters } from "./pending-records.js";
import { LinkPicture, type CallEntry } from "./picture.js";
import { completed, printedId, recordOfPrinted, runningCallOf, Unprinted }
  from "./printed-records.js";
import { Recorded } from "./recorded.js";
import type { RecordBook } from "./records.js";
import { Requests, type RequestCounters } from "./requests.js";
import { Resyncs } from "./resyncs.js";
import type {
  Actor, CallView, DeviceView, Monitor, MonitorFilter, NumberResolver, NumberedEvent, Switch,
} from "./switch.js";
import { callView, deviceView } from "./views.js";

/** Events kept in memory, to bridge what the disk does not have yet. */
export const ringEventsMax = 4_096;
/** Links of which a picture is kept; the configuration allows 64. */
export const linksMax = 256;

export interface SwitchOptions {
  readonly world: World;
  /** Started before: its `firstNumber` is read at once. */
  readonly log: EventLog;
  readonly records: RecordBook;
  readonly numbers: NumberResolver;
  readonly alarms: Alarms;
  findLink(id: LinkId): Link | undefined;
  readonly monitorsMax?: number;
  readonly ringEventsMax?: number;
}

export interface SwitchCounters extends MonitorCounters, PendingCounters, RequestCounters {
  events: number;
  illegal: number;
  healed: number;
  resyncsAsked: number;
  resyncsFailed: number;
}

export interface SwitchGauges {
  readonly calls: number;
  readonly callsStale: number;
  readonly devices: number;
  readonly monitors: number;
  readonly monitorQueueWorst: number;
  readonly recordsPending: number;
  readonly requestsInFlight: number;
}

/** A Switch as the supervisor and the metrics see it. */
export interface SwitchingFunction extends Switch, Component {
  readonly counters: SwitchCounters;
  readonly gauges: SwitchGauges;
}

export function createSwitch(options: SwitchOptions): SwitchingFunction {
  return new SwitchingCore(options);
}

class SwitchingCore implements SwitchingFunction {
  readonly name = "switching";
  readonly #options: SwitchOptions;
  readonly #links = new Map<LinkId, LinkPicture>();
  readonly #ring: EventRing;
  readonly #monitors: Monitors;
  readonly #records: PendingRecords;
  readonly #unprinted = new Map<LinkId, Unprinted>();
  readonly #requests: Requests;
  readonly #resyncs: Resyncs;
  #last: bigint;
  #events = 0;
  #illegal = 0;
  #healed = 0;

  constructor(options: SwitchOptions) {
    const { world, log, alarms, numbers } = options;
    this.#options = options;
    this.#last = log.firstNumber - 1n;
    this.#ring = new EventRing(log.firstNumber, options.ringEventsMax ?? ringEventsMax);
    this.#monitors = new Monitors({ world, log, ring: this.#ring, alarms,
      monitorsMax: options.monitorsMax ?? monitorsMax });
    this.#records = new PendingRecords(world, options.records, alarms);
    const findLink = (id: LinkId): Link | undefined => options.findLink(id);
    this.#requests = new Requests({ world, numbers, findLink,
      pictureOf: (id) => this.#links.get(id) });
    this.#resyncs = new Resyncs({ world, findLink, lastNumber: () => this.#last,
      reconcile: (id, snapshot, reason, askedAt) => {
        this.reconcile(id, snapshot, reason, askedAt);
      } });
  }

  get health(): Health {
    const waiting = this.#records.length;
    return waiting < 1_000 ? { status: "ok" }
      : { status: "degraded", reason: `${String(waiting)} call records wait for the store` };
  }

  start(): Promise<Result<void>> {
    this.#resyncs.start();
    this.#records.start();
    return Promise.resolve(done);
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#resyncs.stop();
    this.#monitors.stopAll();
    if (this.#records.length > 0) {
      await new Promise<void>((resolve) => {
        const patience = this.#options.world.clock.after(deadlineMs, "switch.stop", resolve);
        void this.#records.flushed().then(() => {
          patience.cancel();
          resolve();
        });
      });
    }
    this.#records.stop();
  }

  get lastNumber(): bigint {
    return this.#last;
  }

  get counters(): SwitchCounters {
    return { events: this.#events, illegal: this.#illegal, healed: this.#healed,
      ...this.#monitors.counters, ...this.#records.counters, ...this.#requests.counters,
      ...this.#resyncs.counters };
  }

  get gauges(): SwitchGauges {
    let calls = 0;
    let callsStale = 0;
    let devices = 0;
    for (const picture of this.#links.values()) {
      calls += picture.calls.size;
      devices += picture.devices.size;
      for (const call of picture.calls.values()) if (call.stale) callsStale += 1;
    }
    return { calls, callsStale, devices, monitors: this.#monitors.length,
      monitorQueueWorst: this.#monitors.queueLengthWorst, recordsPending: this.#records.length,
      requestsInFlight: this.#requests.inFlight };
  }

  apply(event: CallEvent): void {
    this.#step(event, false);
  }

  record(call: CompletedCall): void {
    const ours = this.#unprinted.get(call.link)?.take(call);
    if (ours !== undefined) {
      this.#records.add(completed(ours, call), "replace");
      return;
    }
    const picture = this.#links.get(call.link);
    const running = picture === undefined ? undefined : runningCallOf(picture, call);
    if (running !== undefined) {
      this.#recordRunning(running, call);
      return;
    }
    this.#records.add(recordOfPrinted(call, this.#formsOf(call.link)), "replace");
  }

  async recordAgain(link: LinkId, found: CallsReadAgain): Promise<void> {
    if (found.calls.every(({ counted }) => counted)) return;
    const known = await Recorded.read(this.#options.records, link, found);
    for (const { call, counted } of found.calls) {
      if (known.has(call)) continue;
      const ours = known.begun.take(call);
      if (counted) continue;
      if (ours === undefined) this.record(known.placed(call));
      else this.#records.add(completed(ours, call), "replace");
    }
  }

  recorded(): Promise<void> {
    return this.#records.settled();
  }

  reconcile(link: LinkId, snapshot: LinkSnapshot, reason: string, askedAt?: bigint): void {
    const picture = this.#picture(link);
    const { clock } = this.#options.world;
    const counts = reconcileLink({
      picture,
      heal: (event) => { this.#step(event, true); },
      mark: (call, mark) => { call.marks.add(mark); },
      header: (cause) => ({ link, cause, receivedAtMs: clock.monotonicMs() }),
    }, snapshot, askedAt);
    this.#options.world.log.event("switch.reconciled", { link, reason, ...counts });
    if (counts.cleared > 0) {
      this.#options.alarms.raise("calls-healed", link, `${String(counts.cleared)} connections`);
    }
    this.#monitors.resync(link, this.#last, reason);
  }

  markStale(link: LinkId): void {
    const picture = this.#links.get(link);
    if (picture === undefined) return;
    for (const call of picture.calls.values()) {
      call.stale = true;
      call.marks.add("gap");
    }
    for (const device of picture.devices.values()) {
      device.doNotDisturb = undefined;
      device.messageWaiting = undefined;
      device.forwardings = undefined;
    }
    this.#options.world.log.event("switch.stale", { link, calls: picture.calls.size });
  }

  forget(link: LinkId, reason: string): void {
    const picture = this.#links.get(link);
    if (picture === undefined) return;
    const calls = [...picture.calls.values()];
    const receivedAtMs = this.#options.world.clock.monotonicMs();
    for (const call of calls) {
      call.marks.add("pbx-restart");
      for (const device of [...call.connections.keys()]) {
        this.#step({ link, cause: "switchingFunctionTerminated", receivedAtMs,
          type: "connectionCleared", connection: { call: call.call, device },
          releasingDevice: { device } }, true);
      }
      if (picture.calls.get(call.call) === call) {
        this.#step({ link, cause: "switchingFunctionTerminated", receivedAtMs,
          type: "callCleared", call: call.call }, true);
      }
    }
    this.#options.world.log.event("switch.forgot", { link, reason, calls: calls.length });
    this.#monitors.resync(link, this.#last, reason);
  }

  request(
    link: LinkId, request: ServiceRequest, actor: Actor, deadlineMs: number,
  ): Promise<Result<ServiceResponse>> {
    return this.#requests.request(link, request, actor, deadlineMs);
  }

  calls(
    filter: { readonly link?: LinkId; readonly device?: DeviceId } = {},
  ): readonly CallView[] {
    const views: CallView[] = [];
    for (const picture of this.#links.values()) {
      if (filter.link !== undefined && picture.link !== filter.link) continue;
      const calls = filter.device === undefined ? picture.calls.values()
        : picture.devices.get(filter.device)?.calls ?? [];
      for (const call of calls) views.push(this.#view(call));
    }
    return views;
  }

  call(link: LinkId, call: CallId): CallView | undefined {
    const found = this.#links.get(link)?.find(call);
    return found === undefined ? undefined : this.#view(found);
  }

  devices(link?: LinkId): readonly DeviceView[] {
    const views: DeviceView[] = [];
    for (const picture of this.#links.values()) {
      if (link !== undefined && picture.link !== link) continue;
      for (const device of picture.devices.values()) {
        if (!device.external) views.push(deviceView(picture.link, device));
      }
    }
    return views;
  }

  monitorStart(filter: MonitorFilter, queueMax: number, afterNumber?: bigint): Result<Monitor> {
    return this.#monitors.start(filter, queueMax, afterNumber);
  }

  #view(call: CallEntry): CallView {
    return callView(call, this.#formsOf(call.link));
  }

  #formsOf(link: LinkId): (raw: string) => NumberForms {
    return (raw) => this.#options.numbers.resolve(link, raw);
  }

  #picture(link: LinkId): LinkPicture {
    let picture = this.#links.get(link);
    if (picture === undefined) {
      if (this.#links.size >= linksMax) this.#dropUnusedLink();
      picture = new LinkPicture(link);
      this.#links.set(link, picture);
    }
    return picture;
  }

  /** Links that left the configuration leave the picture when room is needed. */
  #dropUnusedLink(): void {
    for (const id of this.#links.keys()) {
      if (this.#options.findLink(id) !== undefined) continue;
      this.#links.delete(id);
      this.#unprinted.delete(id);
      return;
    }
  }

  #step(event: CallEvent, healed: boolean): void {
    const picture = this.#picture(event.link);
    const context = this.#contextOf(picture, event, healed);
    const outcome = isDeviceOrAgentEvent(event)
      ? { event, call: undefined, parties: [applyToDevice(picture, event)] }
      : applyToCall(context, event);
    if (outcome.evicted !== undefined) this.#evict(context, outcome.evicted);
    if (outcome.illegal !== undefined) this.#countIllegal(outcome, outcome.illegal);
    this.#publish(context, outcome, healed);
    if (outcome.resync !== undefined) this.#resyncs.ask(event.link, outcome.resync);
    if (outcome.ended === true && outcome.call !== undefined) {
      this.#end(context, outcome.call, outcome, healed);
    }
  }

  /** The time of day at which the last byte of the event arrived. */
  #contextOf(picture: LinkPicture, event: CallEvent, healed: boolean): ApplyContext {
    const { clock } = this.#options.world;
    const agoMs = Math.max(0, clock.monotonicMs() - event.receivedAtMs);
    return { picture, healed, numbers: this.#options.numbers,
      atMs: clock.wall().getTime() - agoMs };
  }

  #publish(context: ApplyContext, outcome: Outcome, healed: boolean): void {
    const { call, event, parties } = outcome;
    this.#last += 1n;
    this.#events += 1;
    if (healed) this.#healed += 1;
    if (call !== undefined) call.touched = this.#last;
    const entry: NumberedEvent = { number: this.#last, atMs: context.atMs, event,
      numbers: formsIn(event, this.#options.numbers),
      direction: call?.direction ?? "unknown", healed, parties };
    this.#ring.push(entry);
    this.#monitors.publish(entry);
    this.#options.log.append(entry);
    this.#ring.release(this.#options.log.durable);
  }

  #countIllegal(outcome: Outcome, what: string): void {
    this.#illegal += 1;
    const { event, call } = outcome;
    this.#options.world.log.event("switch.illegal-event",
      { link: event.link, type: event.type, what, call: call?.call }, "debug");
  }

  /** `callCleared` says so when the PBX does not; then the record is written. */
  #end(context: ApplyContext, call: CallEntry, outcome: Outcome, healed: boolean): void {
    const { link } = call;
    context.picture.remove(call, false);
    const declared = this.#options.findLink(link)?.status.declared.events;
    const said = outcome.event.type === "callCleared"
      || (!healed && declared?.includes("callCleared") === true);
    if (!said) {
      const { cause, receivedAtMs } = outcome.event;
      this.#publish(context, { call, parties: outcome.parties,
        event: { link, cause, receivedAtMs, type: "callCleared", call: call.call } }, healed);
    }
    this.#writeRecord(context, call);
  }

  #evict(context: ApplyContext, call: CallEntry): void {
    const mark: RecordMark = "gap";
    call.marks.add(mark);
    clearAll(context, call, "normal");
    context.picture.remove(call, false);
    this.#options.world.log.event("switch.evicted", { link: call.link, call: call.call }, "warn");
    this.#writeRecord(context, call);
  }

  /** As far as it is known: the call may end when this process is no more. */
  #recordRunning(running: CallEntry, call: CompletedCall): void {
    const { history, link } = running;
    const id = printedId(call, history.startedAtMs);
    history.printed = { call, record: id };
    const nowMs = this.#options.world.clock.wall().getTime();
    const record = completed(history.finish(running, nowMs, this.#formsOf(link)), call);
    const gap: RecordMark = "gap";
    this.#records.add({ ...record, id, marks: [...new Set([...record.marks, gap])] }, "replace");
  }

  #writeRecord(context: ApplyContext, call: CallEntry): void {
    const { link } = call;
    const record = call.history.finish(call, context.atMs, this.#formsOf(link));
    const { printed } = call.history;
    if (printed !== undefined) {
      this.#records.add({ ...completed(record, printed.call), id: printed.record }, "replace");
      return;
    }
    let unprinted = this.#unprinted.get(link);
    if (unprinted === undefined) {
      unprinted = new Unprinted();
      this.#unprinted.set(link, unprinted);
    }
    unprinted.add(record);
    this.#records.add(record, "add");
  }
}

function applyToCall(
  context: ApplyContext, event: Exclude<CallEvent, Parameters<typeof applyToDevice>[1]>,
): Outcome {
  if (event.type === "transferred" || event.type === "conferenced") {
    return applyJoin(context, event);
  }
  return event.type === "callCleared" ? applyCallCleared(context, event)
    : applyToConnection(context, event);
}
