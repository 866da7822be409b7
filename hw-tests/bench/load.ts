/**
 * Calls at a constant rate of events, whatever the gateway does (an open loop): a step that is due
 * is sent, and its moment noted, so that a slow gateway cannot make the load wait for it. The
 * sending is done by a thread of its own (`sender.ts`); here is what came of it.
 */

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { CallScript, eventsPerCall, eventsPerStep, stepsPerCall, type Talk }
  from "./call-script.js";
import { stepOf, type Read } from "./event-reader.js";
import { nowMs, percentile } from "./figures.js";

export interface LoadPlan {
  readonly devices: readonly string[];
  readonly eventsPerSecond: number;
  /** Calls that stand at any time. */
  readonly callsUp: number;
  readonly talk: Talk;
}

export type Order = "start" | "pause" | "resume" | "close";

/** One number that both threads see. */
export interface Shared extends Float64Array { 0: number }

/** What the sender notes, in memory that both threads see. */
export interface Notes {
  /** Indexed by call and step: when it was sent, and when it was due. */
  readonly sentAt: Float64Array;
  readonly planned: Float64Array;
  readonly startMs: Shared;
  readonly eventsSent: Shared;
  /** Snapshots asked for; more than the first one would end all calls. */
  readonly snapshots: Shared;
}

export interface SenderPlan extends LoadPlan {
  readonly notes: Notes;
  readonly slotsPerMs: number;
  /** Calls between one step of a call and its next. */
  readonly lag: number;
  readonly prefix: string;
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

export function callerOf(call: number): string {
  return `0142${String(call % callersMax).padStart(6, "0")}`;
}

export function hexOf(channel: number): string {
  return channel.toString(16).padStart(8, "0");
}

function shared(length: number): Shared {
  return new Float64Array(new SharedArrayBuffer(length * 8)) as unknown as Shared;
}

export class Load {
  readonly #worker: Worker;
  readonly #notes: Notes;
  readonly #prefix: string;
  /** Latencies by the second in which the step was sent. */
  readonly #latencies: number[][] = [];
  readonly #ready: Promise<unknown>;
  readonly port: number;
  readonly messagesPerEvent: number;
  received = 0;
  gaps = 0;
  unknown = 0;

  private constructor(
    worker: Worker, plan: SenderPlan, port: number, ready: Promise<unknown>,
  ) {
    this.#worker = worker;
    this.#notes = plan.notes;
    this.#prefix = plan.prefix;
    this.#ready = ready;
    this.port = port;
    this.messagesPerEvent = new CallScript(plan.talk).messagesPerCall / eventsPerCall;
  }

  /** A PBX that listens, for at most so many seconds of load. */
  static async open(plan: LoadPlan, secondsMax: number): Promise<Load> {
    const slotsPerMs = plan.eventsPerSecond / 1_000 * stepsPerCall / eventsPerCall;
    const slotsMax = Math.ceil(slotsPerMs * 1_000 * secondsMax) + stepsPerCall;
    const senderPlan: SenderPlan = { ...plan, slotsPerMs,
      lag: Math.max(1, Math.round(plan.callsUp / (stepsPerCall - 1))),
      prefix: String(Math.floor(Date.now() / 1_000)),
      notes: { sentAt: shared(slotsMax), planned: shared(slotsMax), startMs: shared(1),
        eventsSent: shared(1), snapshots: shared(1) } };
    const worker = new Worker(new URL("./sender.js", import.meta.url), { workerData: senderPlan });
    const [{ port }] = await once(worker, "message") as [{ port: number }];
    return new Load(worker, senderPlan, port, once(worker, "message"));
  }

  /** The gateway has signed in and taken its first snapshot. */
  async ready(): Promise<void> {
    await this.#ready;
  }

  get eventsSent(): number {
    return this.#notes.eventsSent[0];
  }

  get snapshots(): number {
    return this.#notes.snapshots[0];
  }

  order(order: Order): void {
    this.#worker.postMessage(order);
  }

  async close(): Promise<void> {
    const ended = once(this.#worker, "exit");
    this.order("close");
    await ended;
  }

  /** An event has come to the client. */
  take(read: Read): void {
    const now = nowMs();
    if (read.kind === "gap") this.gaps += 1;
    if (read.kind !== "event") return;
    const step = stepOf.get(read.type);
    const call = read.call.startsWith(this.#prefix)
      ? Number(read.call.slice(this.#prefix.length + 1)) / 2 : NaN;
    const sentAt = step === undefined ? undefined : this.#notes.sentAt[call * stepsPerCall + step];
    if (sentAt === undefined || sentAt === 0) {
      this.unknown += 1;
      return;
    }
    this.received += 1;
    const second = Math.floor((sentAt - this.#notes.startMs[0]) / 1_000);
    (this.#latencies[second] ??= []).push(now - sentAt);
  }

  /** What was sent between two seconds of the run; ask when all that was sent has come. */
  window(from: number, until: number): Window {
    const { sentAt: all, planned, startMs: [startMs] } = this.#notes;
    const sorted = Float64Array.from(this.#latencies.slice(from, until).flat()).sort();
    const late: number[] = [];
    let sent = 0;
    for (let index = 0; index < all.length; index += 1) {
      const sentAt = all[index] ?? 0;
      const second = Math.floor((sentAt - (startMs ?? 0)) / 1_000);
      if (sentAt === 0 || second < from || second >= until) continue;
      sent += eventsPerStep[index % stepsPerCall] ?? 0;
      late.push(sentAt - (planned[index] ?? sentAt));
    }
    return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99),
      p999: percentile(sorted, 0.999), max: sorted.at(-1) ?? NaN,
      sender99: percentile(Float64Array.from(late).sort(), 0.99), sent,
      received: sorted.length };
  }
}
