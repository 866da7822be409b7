/**
 * One analogue line: the call on it, from the first ring to its end. The line carries one call at
 * a time; its name is invented here, since neither network nor box gives it one.
 */

import { momentOf, shownAt } from "../../firmware/base/local-time.js";
import type { Cancellable, World } from "../../firmware/base/world.js";
import type { EventCause } from "../../firmware/model/causes.js";
import type { CallEvent } from "../../firmware/model/events.js";
import type { CallId } from "../../firmware/model/identifiers.js";
import type { CompletedCall } from "../../firmware/model/records.js";
import {
  cleared, completedCall, header, incomingRoles, originated, outsideParty, together,
  type Caller, type LinePlace, type Moment,
} from "./map.js";

/** A call whose end was never told is let go after this. */
export const openCallMs = 14_400_000;
/** What a box prints behind `on hook` comes within this time. */
export const endRecordMs = 5_000;
/** No ring for so long: it has stopped. Ring bursts come every 5 to 6 s. */
export const ringEndMs = 8_000;
/** After the first ring the network identifies the caller within this time, or never. */
export const identificationMs = 6_000;

export interface LineHost {
  readonly world: World;
  readonly timeZone: string;
  newCallId(): CallId;
  emit(event: CallEvent): void;
  record(call: CompletedCall): void;
}

interface OpenCall {
  readonly id: CallId;
  readonly direction: "incoming" | "outgoing";
  /** On the monotonic clock, as all times here. */
  readonly startedAtMs: number;
  caller: Caller;
  rings: number;
  lastRingMs: number | undefined;
  identifiedAtMs: number | undefined;
  answeredAtMs: number | undefined;
  onHookAtMs: number | undefined;
  /** The applications have been told. */
  told: boolean;
  timer: Cancellable | undefined;
}

/** When a call has ended that no more is heard of. */
export interface Patience {
  readonly ms: number;
  readonly cause: EventCause;
  readonly end: string;
  /** The box may still print the call's record: wait for it. */
  readonly awaitsRecord?: boolean;
}

export const ringingStopped: Patience =
  { ms: ringEndMs, cause: "normalClearing", end: "ringing stopped" };

export interface EndRecord {
  readonly direction: "incoming" | "outgoing";
  readonly caller: Caller;
  readonly durationMs: number;
}

export class AnalogueLine {
  readonly #host: LineHost;
  readonly #place: LinePlace;
  #call: OpenCall | undefined;
  /** Its events are over; its record waits for what the box may print. */
  #unrecorded: { readonly call: OpenCall; readonly end: string; readonly timer: Cancellable }
    | undefined;
  #identificationTimer: Cancellable | undefined;

  constructor(host: LineHost, place: LinePlace) {
    this.#host = host;
    this.#place = place;
  }

  get busy(): boolean {
    return this.#call !== undefined;
  }

  get answered(): boolean {
    return this.#call?.answeredAtMs !== undefined;
  }

  /** The second ring tells a call that nobody has identified; `withinMs`, if given, does too. */
  ring(atMs: number, patience: Patience, withinMs?: number): void {
    if (this.#call?.direction === "outgoing" || this.#call?.answeredAtMs !== undefined) {
      this.#end(atMs, "normalClearing", "the line rang anew");
    }
    const call = this.#call ?? this.#begin("incoming", atMs, {});
    call.rings += 1;
    call.lastRingMs = atMs;
    if (call.rings >= 2) this.#deliver(call, atMs);
    this.#await(call, patience);
    if (withinMs === undefined || call.told) return;
    this.#identificationTimer = this.#host.world.clock.after(withinMs, "caller-id.unidentified",
      () => { if (this.#call === call) this.#deliver(call, this.#now()); });
  }

  /** An identification that comes again within `repeatMs` belongs to the same call. */
  identified(caller: Caller, atMs: number, patience: Patience, repeatMs: number): void {
    const open = this.#call;
    if (open?.direction === "outgoing") {
      this.#end(atMs, "normalClearing", "another call came");
    } else if (open?.identifiedAtMs !== undefined) {
      const repeated = atMs - open.identifiedAtMs < repeatMs
        && (caller.number === undefined || caller.number === open.caller.number);
      if (repeated) {
        open.caller = together(open.caller, caller);
        return;
      }
      this.#end(atMs, "normalClearing", "another call came");
    }
    const call = this.#call ?? this.#begin("incoming", atMs, {});
    call.caller = together(call.caller, caller);
    call.identifiedAtMs = atMs;
    if (call.told) this.#inform(call, atMs);
    else this.#deliver(call, atMs);
    if (call.answeredAtMs === undefined) this.#await(call, patience);
  }

  /** More about the call on the line that does not say who calls. */
  note(caller: Caller): boolean {
    const call = this.#call;
    if (call !== undefined) call.caller = together(call.caller, caller);
    return call !== undefined;
  }

  dialled(caller: Caller, atMs: number): void {
    if (this.#call !== undefined) this.#end(atMs, "normalClearing", "another call came");
    const call = this.#begin("outgoing", atMs, caller);
    call.told = true;
    this.#host.emit(originated(this.#place, this.#moment(call, atMs), call.id, caller));
    this.#awaitEnd(call);
  }

  offHook(atMs: number): void {
    const call = this.#call;
    if (call === undefined || call.direction === "outgoing") return;
    if (call.answeredAtMs !== undefined) return;
    this.#deliver(call, atMs);
    call.answeredAtMs = atMs;
    // It was laid down before: the box tells of the next seizure.
    call.onHookAtMs = undefined;
    const { device } = this.#place;
    this.#host.emit({ ...header(this.#place, { receivedAtMs: atMs }, "normal", call.caller),
      type: "established", connection: { call: call.id, device }, answeringDevice: { device },
      ...incomingRoles(this.#place, call.caller) });
    this.#awaitEnd(call);
  }

  /** `patienceMs`: how long the box may take to print the finished call. */
  onHook(patienceMs = endRecordMs): void {
    const call = this.#call;
    if (call === undefined) return;
    call.onHookAtMs = this.#now();
    this.#await(call, { ms: patienceMs, cause: "normalClearing", end: "on hook" });
  }

  /**
   * The box prints the finished call. Assumed: the time in a Whozz end line is when the call began.
   */
  printed({ direction, caller, durationMs }: EndRecord, atMs: number): void {
    const open = this.#call?.direction === direction ? this.#call : undefined;
    const waiting = this.#unrecorded?.call.direction === direction ? this.#unrecorded : undefined;
    const call = open ?? waiting?.call;
    const answered = durationMs > 0;
    if (open !== undefined) {
      this.#clear(open, atMs, answered || direction === "outgoing" ? "normalClearing"
        : "callNotAnswered");
    } else {
      waiting?.timer.cancel();
      if (waiting !== undefined) this.#unrecorded = undefined;
    }
    const whole = together(call?.caller ?? {}, caller);
    const printedMs = this.#occurredAtMs(whole, atMs);
    const arrivedMs = this.#wallMs(atMs);
    const startedAtMs = call === undefined ? printedMs ?? arrivedMs - durationMs
      : this.#wallMs(call.startedAtMs);
    const ringMs = call?.answeredAtMs === undefined ? undefined
      : call.answeredAtMs - call.startedAtMs;
    this.#record({ direction, caller: whole, startedAtMs, durationMs, answered,
      end: "printed by the box", ...(ringMs === undefined ? {} : { ringMs }),
      ...(call?.told === true ? { call: call.id } : {}) });
  }

  /** The port closes: what is known of calls in progress is kept. */
  close(): void {
    this.#recordWaiting();
    const call = this.#call;
    if (call === undefined) return;
    this.#drop(call);
    this.#finish(call, "the port was closed");
  }

  #begin(direction: "incoming" | "outgoing", atMs: number, caller: Caller): OpenCall {
    this.#recordWaiting();
    const call: OpenCall = { id: this.#host.newCallId(), direction, startedAtMs: atMs, caller,
      rings: 0, lastRingMs: undefined, identifiedAtMs: undefined, answeredAtMs: undefined,
      onHookAtMs: undefined, told: false, timer: undefined };
    this.#call = call;
    return call;
  }

  #deliver(call: OpenCall, atMs: number): void {
    this.#identificationTimer?.cancel();
    if (call.told) return;
    call.told = true;
    const { device } = this.#place;
    this.#host.emit({ ...header(this.#place, this.#moment(call, atMs), "newCall", call.caller),
      type: "delivered", connection: { call: call.id, device }, alertingDevice: { device },
      ...incomingRoles(this.#place, call.caller) });
  }

  #inform(call: OpenCall, atMs: number): void {
    const party = outsideParty(call.caller);
    const { device } = this.#place;
    this.#host.emit({ ...header(this.#place, this.#moment(call, atMs), "normal", call.caller),
      type: "callInformation", connection: { call: call.id, device },
      ...(party === undefined ? {} : { callingDevice: party }) });
  }

  #awaitEnd(call: OpenCall): void {
    this.#await(call, { ms: openCallMs, cause: "timeout", end: "the end was not told" });
  }

  #await(call: OpenCall, patience: Patience): void {
    call.timer?.cancel();
    call.timer = this.#host.world.clock.after(patience.ms, "caller-id.quiet", () => {
      this.#end(this.#now(), patience.cause, patience.end, patience.awaitsRecord);
    });
  }

  #end(atMs: number, cause: EventCause, end: string, awaitsRecord = false): void {
    const call = this.#call;
    if (call === undefined) return;
    this.#clear(call, atMs, cause);
    if (!awaitsRecord) {
      this.#finish(call, end);
      return;
    }
    const timer = this.#host.world.clock.after(openCallMs, "caller-id.unrecorded",
      () => { this.#recordWaiting(); });
    this.#unrecorded = { call, end, timer };
  }

  #recordWaiting(): void {
    const waiting = this.#unrecorded;
    if (waiting === undefined) return;
    waiting.timer.cancel();
    this.#unrecorded = undefined;
    this.#finish(waiting.call, waiting.end);
  }

  #clear(call: OpenCall, atMs: number, cause: EventCause): void {
    this.#drop(call);
    if (!call.told) return;
    for (const event of cleared(this.#place, { receivedAtMs: atMs }, cause, call.id)) {
      this.#host.emit(event);
    }
  }

  #drop(call: OpenCall): void {
    call.timer?.cancel();
    this.#identificationTimer?.cancel();
    this.#call = undefined;
  }

  /** The record of a call of which the box itself prints none. */
  #finish(call: OpenCall, end: string): void {
    const { answeredAtMs, lastRingMs, startedAtMs, onHookAtMs = this.#now() } = call;
    const ringEndMs = answeredAtMs ?? lastRingMs;
    this.#record({ direction: call.direction, caller: call.caller,
      startedAtMs: this.#wallMs(startedAtMs), answered: answeredAtMs !== undefined, end,
      durationMs: answeredAtMs === undefined ? 0 : onHookAtMs - answeredAtMs,
      ...(ringEndMs === undefined ? {} : { ringMs: ringEndMs - startedAtMs }),
      ...(call.told ? { call: call.id } : {}) });
  }

  #record(finished: Omit<Parameters<typeof completedCall>[1], "shown">): void {
    const shown = shownAt(finished.startedAtMs, this.#host.timeZone);
    this.#host.record(completedCall(this.#place, { ...finished, shown }));
  }

  #moment(call: OpenCall, atMs: number): Moment {
    const occurredAtMs = this.#occurredAtMs(call.caller, atMs);
    return { receivedAtMs: atMs, ...(occurredAtMs === undefined ? {} : { occurredAtMs }) };
  }

  #occurredAtMs({ time }: Caller, atMs: number): number | undefined {
    return time === undefined ? undefined : momentOf({ ...time, second: 0 },
      this.#host.timeZone, this.#wallMs(atMs), undefined);
  }

  #now(): number {
    return this.#host.world.clock.monotonicMs();
  }

  /** What the gateway's clock showed at `atMs` of the monotonic one. */
  #wallMs(atMs: number): number {
    const { clock } = this.#host.world;
    return clock.wall().getTime() - (clock.monotonicMs() - atMs);
  }
}

