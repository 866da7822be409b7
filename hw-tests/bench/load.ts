/**
 * Calls at a constant rate of events, whatever the gateway does (an open loop): a step that is due
 * is sent, and its moment noted, so that a slow gateway cannot make the load wait for it.
 */

import type { AmiServer } from "./ami-server.js";
import { CallScript, eventsPerCall, eventsPerStep, stepsPerCall, type CallNames, type Talk }
  from "./call-script.js";
import { stepOf, type Read } from "./event-reader.js";
import { percentile } from "./figures.js";

export interface LoadPlan {
  readonly server: AmiServer;
  readonly devices: readonly string[];
  readonly eventsPerSecond: number;
  /** Calls that stand at any time. */
  readonly callsUp: number;
  readonly talk: Talk;
}

export interface Window {
  /** Milliseconds from the write to the client. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** How late the sender itself was, against its plan. */
  readonly sender99: number;
  readonly sent: number;
  readonly received: number;
}

const callersMax = 50_000;

export function deviceNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => String(10_000 + n));
}

export class Load {
  readonly #plan: LoadPlan;
  readonly #script: CallScript;
  /** Calls between one step of a call and its next. */
  readonly #lag: number;
  readonly #sentAt: Float64Array;
  readonly #planned: Float64Array;
  /** Latencies by the second in which the step was sent. */
  readonly #latencies: number[][] = [];
  readonly #prefix = String(Math.floor(Date.now() / 1_000));
  readonly #slotsMax: number;
  #slot = 0;
  #startMs = 0;
  #pausedMs = 0;
  #timer: NodeJS.Timeout | undefined;
  eventsSent = 0;
  received = 0;
  gaps = 0;
  unknown = 0;
  /** Turns in which the socket to the gateway was full. */
  stalls = 0;

  constructor(plan: LoadPlan, secondsMax: number) {
    this.#plan = plan;
    this.#script = new CallScript(plan.talk);
    this.#lag = Math.max(1, Math.round(plan.callsUp / (stepsPerCall - 1)));
    this.#slotsMax = Math.ceil(this.#slotsPerMs * 1_000 * secondsMax) + stepsPerCall;
    this.#sentAt = new Float64Array(this.#slotsMax);
    this.#planned = new Float64Array(this.#slotsMax);
  }

  get #slotsPerMs(): number {
    return this.#plan.eventsPerSecond / 1_000 * stepsPerCall / eventsPerCall;
  }

  get messagesPerEvent(): number {
    return this.#script.messagesPerCall / eventsPerCall;
  }

  get seconds(): number {
    return (performance.now() - this.#startMs) / 1_000;
  }

  start(startMs = performance.now()): void {
    this.#startMs = startMs;
    const turn = (): void => {
      this.#sendDue();
      this.#timer = setTimeout(turn, 1);
    };
    turn();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Stops for a while; the plan's time stands still meanwhile. */
  pause(): void {
    this.stop();
    this.#pausedMs = performance.now();
  }

  resume(): void {
    const slept = performance.now() - this.#pausedMs;
    this.#startMs += slept;
    this.start(this.#startMs);
  }

  #sendDue(): void {
    const now = performance.now();
    const due = Math.min(this.#slotsMax, Math.floor((now - this.#startMs) * this.#slotsPerMs));
    if (due <= this.#slot) return;
    const wallMs = Date.now();
    let text = "";
    const first = this.#slot;
    for (; this.#slot < due; this.#slot += 1) {
      const step = this.#slot % stepsPerCall;
      const call = Math.floor(this.#slot / stepsPerCall) - step * this.#lag;
      if (call < 0) continue;
      this.#planned[call * stepsPerCall + step] = this.#startMs + this.#slot / this.#slotsPerMs;
      this.eventsSent += eventsPerStep[step] ?? 0;
      text += this.#script.text(step, this.#names(call), wallMs);
    }
    const sentAt = performance.now();
    for (let slot = first; slot < due; slot += 1) {
      const step = slot % stepsPerCall;
      const call = Math.floor(slot / stepsPerCall) - step * this.#lag;
      if (call >= 0) this.#sentAt[call * stepsPerCall + step] = sentAt;
    }
    if (text !== "" && !this.#plan.server.write(text)) this.stalls += 1;
  }

  #names(call: number): CallNames {
    const { devices } = this.#plan;
    const hex = (call * 2).toString(16).padStart(8, "0");
    const nextHex = (call * 2 + 1).toString(16).padStart(8, "0");
    const device = devices[call % devices.length] ?? "";
    return { caller: `0142${String(call % callersMax).padStart(6, "0")}`,
      first: `${this.#prefix}.${call * 2}`, second: `${this.#prefix}.${call * 2 + 1}`,
      trunkChannel: `trunk-a-${hex}`, deviceChannel: `${device}-${nextHex}`, device,
      bridge: `00000000-0000-4000-8000-0000${hex}` };
  }

  /** An event has come to the client. */
  take(read: Read): void {
    const now = performance.now();
    if (read.kind === "gap") this.gaps += 1;
    if (read.kind !== "event") return;
    const step = stepOf.get(read.type);
    const call = read.call.startsWith(this.#prefix)
      ? Number(read.call.slice(this.#prefix.length + 1)) / 2 : NaN;
    const sentAt = step === undefined ? undefined : this.#sentAt[call * stepsPerCall + step];
    if (sentAt === undefined || sentAt === 0) {
      this.unknown += 1;
      return;
    }
    this.received += 1;
    const second = Math.floor((sentAt - this.#startMs) / 1_000);
    (this.#latencies[second] ??= []).push(now - sentAt);
  }

  /** What was sent between two seconds of the run; ask when all that was sent has come. */
  window(from: number, until: number): Window {
    const sorted = Float64Array.from(this.#latencies.slice(from, until).flat()).sort();
    const late: number[] = [];
    let sent = 0;
    for (let index = 0; index < this.#sentAt.length; index += 1) {
      const sentAt = this.#sentAt[index] ?? 0;
      const second = Math.floor((sentAt - this.#startMs) / 1_000);
      if (sentAt === 0 || second < from || second >= until) continue;
      sent += eventsPerStep[index % stepsPerCall] ?? 0;
      late.push(sentAt - (this.#planned[index] ?? sentAt));
    }
    return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99),
      p999: percentile(sorted, 0.999), max: sorted.at(-1) ?? NaN,
      sender99: percentile(Float64Array.from(late).sort(), 0.99), sent,
      received: sorted.length };
  }
}
