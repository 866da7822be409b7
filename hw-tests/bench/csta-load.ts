/**
 * What the CSTA benches share: a PBX that speaks phase III in a thread of its own
 * (`csta-sender.ts`), applications that take its events on sockets, and what both note in memory
 * that both see.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { acseVariants } from "../../firmware/wire/csta/acse.js";
import { cstaBerCodec } from "../../firmware/wire/csta/ber-codec.js";
import type { CstaCodec } from "../../firmware/wire/csta/message.js";
import { phase3 } from "../../firmware/wire/csta/phase3.js";
import { nowMs, percentile } from "./figures.js";
import type { GatewayWish } from "./gateway-process.js";

export const firstDevice = 10_000;
/** Of each call: delivered; established; both ends cleared. */
export const cstaStepsPerCall = 3;
export const cstaEventsPerStep: readonly number[] = [1, 1, 2];
export const cstaEventsPerCall = 4;
/** Steps whose report names the caller, and so the call. */
const namedSteps = 2;
const callerPrefix = "077777";
const callsMax = 1_000_000;
export const applicationsMax = 100;

export const callerOf = (call: number): string =>
  callerPrefix + String(call % callsMax).padStart(6, "0");

export function benchCodec(): CstaCodec {
  return cstaBerCodec({ phase: phase3, framing: { name: "len16" }, acse: acseVariants.plain });
}

/** In memory that both threads see. */
export interface CstaNotes {
  /** When it was sent, by call and step. */
  readonly sentAt: Float64Array;
  /** Calls that were answered, as each application has heard. */
  readonly answered: Float64Array;
  /** 0: calls sent; 1: events sent; 2: monitors started; 3: snapshots asked for; 4: lines lost. */
  readonly counts: Float64Array;
}

export interface CstaSenderPlan {
  readonly devices: number;
  readonly notes: CstaNotes;
  /** Monitors under way beyond which the PBX drops the line; each takes a millisecond. */
  readonly monitorsAtOnceMax?: number;
}

export type CstaOrder =
  /** At a constant rate, whatever comes of it. */
  | { readonly order: "rate"; readonly eventsPerSecond: number }
  /** As fast as `applications` hear, with so many calls on their way. */
  | { readonly order: "window"; readonly calls: number; readonly applications: number }
  | { readonly order: "pause" | "close" };

function shared(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * 8));
}

export class CstaLoad {
  readonly #worker: Worker;
  readonly notes: CstaNotes;
  readonly port: number;

  private constructor(worker: Worker, notes: CstaNotes, port: number) {
    this.#worker = worker;
    this.notes = notes;
    this.port = port;
  }

  static async open(plan: Omit<CstaSenderPlan, "notes">): Promise<CstaLoad> {
    const notes: CstaNotes = { sentAt: shared(callsMax * cstaStepsPerCall),
      answered: shared(applicationsMax), counts: shared(5) };
    const worker = new Worker(new URL("./csta-sender.js", import.meta.url),
      { workerData: { ...plan, notes } });
    const [{ port }] = await once(worker, "message") as [{ port: number }];
    return new CstaLoad(worker, notes, port);
  }

  order(order: CstaOrder): void { this.#worker.postMessage(order); }

  async close(): Promise<void> {
    const ended = once(this.#worker, "exit");
    this.order({ order: "close" });
    await ended;
  }
}

/** A port that nobody has. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

/** CSTA in, CSTA out. */
export const cstaGateway = (pbxPort: number, devices: number, port: number): GatewayWish => ({
  linksYaml: `links:
  - id: pbx
    driver: csta3
    transport: { kind: tcp, host: 127.0.0.1, port: ${pbxPort} }
    options: { pbx: generic, devices: ["${firstDevice}-${firstDevice + devices - 1}"] }
csta:
  - id: app
    protocol: asn1-phase3
    framing: len16
    tls: false
    address: 127.0.0.1
    port: ${port}
    monitorsMax: 100000
    queueMax: 100000
    requestsPerSecondMax: 10000
    applications: [{ user: admin, from: ["127.0.0.1"] }]
` });

/** Context tags of the events in call control that are looked for. */
const deliveredHead = 0xa4;
const establishedHead = 0xa7;
const returnErrorHead = 0xa3;
const systemStatusHead = Buffer.from("020200d3", "hex");
const eventHead = Buffer.from("020115", "hex");
const head = 2;
const inFlight = 32;

/** Takes events as they come and looks at what it must: reading must cost next to nothing. */
export class CstaTaker {
  readonly #notes: CstaNotes;
  readonly #index: number;
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #answers = 0;
  #refused = 0;
  #wake: () => void = () => undefined;
  events = 0;
  /** Milliseconds from the PBX's write, by the second in which it was. */
  readonly latencies: number[][] = [];
  startMs = NaN;

  private constructor(notes: CstaNotes, index: number, socket: Socket) {
    this.#notes = notes;
    this.#index = index;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => { this.#take(chunk); });
  }

  /** Signs in and watches the devices, if it is to. */
  static async open(
    notes: CstaNotes, index: number, port: number, devices: number,
  ): Promise<CstaTaker> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const taker = new CstaTaker(notes, index, socket);
    if (devices > 0) await taker.#watch(devices);
    return taker;
  }

  async #watch(devices: number): Promise<void> {
    const codec = benchCodec();
    const ask = async (bytes: Uint8Array | undefined, answers: number): Promise<void> => {
      if (bytes !== undefined) this.#socket.write(bytes);
      while (this.#answers < answers) {
        await new Promise<void>((resolve) => { this.#wake = resolve; });
      }
    };
    await ask(codec.encode({ kind: "associate", user: "admin", versions: ["4"] }), 1);
    for (let n = 0; n < devices; n += 1) {
      await ask(codec.encode({ kind: "invoke", invokeID: n % 9_000 + 1, service: "MonitorStart",
        argument: { monitorType: "device", monitorObject: { deviceObject:
          { kind: "dialingNumber", text: String(firstDevice + n) } } } }), n + 2 - inFlight);
    }
    await ask(undefined, devices + 1);
    assert.equal(this.#refused, 0, "the gateway refused monitors");
  }

  close(): void { this.#socket.destroy(); }

  window(from: number, until: number): Float64Array {
    return Float64Array.from(this.latencies.slice(from, until).flat()).sort();
  }

  #take(chunk: Buffer): void {
    const now = nowMs();
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (; at + head <= bytes.length;) {
      const end = at + head + bytes.readUInt16BE(at);
      if (end > bytes.length) break;
      this.#frame(bytes.subarray(at + head, end), now);
      at = end;
    }
    this.#rest = bytes.subarray(at);
  }

  #frame(pdu: Buffer, now: number): void {
    if (pdu[0] !== 0xa1) {
      this.#answers += 1;
      if (pdu[0] === returnErrorHead) this.#refused += 1;
      this.#wake();
      return;
    }
    // Invoke: one octet of tag, one or two of length, the invoke id, the operation.
    const id = (pdu[1] ?? 0) < 0x80 ? 2 : (pdu[1] ?? 0) === 0x81 ? 3 : 4;
    const operation = id + 2 + (pdu[id + 1] ?? 0);
    if (pdu.indexOf(systemStatusHead) === operation) {
      const invokeID = pdu.subarray(id, operation);
      const result = Buffer.from("3006020200d30500", "hex");
      this.#socket.write(Buffer.concat([Buffer.of(0, 2 + invokeID.length + result.length, 0xa2,
        invokeID.length + result.length), invokeID, result]));
      return;
    }
    if (pdu.indexOf(eventHead) !== operation) return;
    this.events += 1;
    const digits = pdu.indexOf(callerPrefix, operation, "latin1");
    const group = pdu.indexOf(0xa0, operation + 7);
    const event = pdu[group + ((pdu[group + 1] ?? 0) < 0x80 ? 2 : 3)];
    const step = event === deliveredHead ? 0 : event === establishedHead ? 1 : namedSteps;
    if (digits < 0 || step === namedSteps) return;
    const { answered } = this.#notes;
    if (step === 1) answered[this.#index] = (answered[this.#index] ?? 0) + 1;
    const call = Number(pdu.toString("latin1", digits + callerPrefix.length,
      digits + callerPrefix.length + 6));
    const sentAt = this.#notes.sentAt[call * cstaStepsPerCall + step] ?? 0;
    const second = Math.floor((sentAt - this.startMs) / 1_000);
    if (second >= 0) (this.latencies[second] ??= []).push(now - sentAt);
  }
}

export const p99Of = (sorted: Float64Array): number => percentile(sorted, 0.99);
