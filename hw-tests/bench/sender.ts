/**
 * A thread of its own that plays the PBX: the server and the calls. It shares its notes with the
 * measuring thread, whose own pauses would else become bursts that no PBX sends.
 */

import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { AmiServer } from "./ami-server.js";
import { CallScript, eventsPerStep, stepsPerCall, type CallNames } from "./call-script.js";
import { nowMs } from "./figures.js";
import { callerOf, hexOf, type Order, type SenderPlan } from "./load.js";

class Sender {
  readonly #plan: SenderPlan;
  readonly #server: AmiServer;
  readonly #script: CallScript;
  #slot = 0;
  #pausedMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(plan: SenderPlan, server: AmiServer) {
    this.#plan = plan;
    this.#server = server;
    this.#script = new CallScript(plan.talk);
  }

  obey(order: Order): void {
    clearTimeout(this.#timer);
    switch (order) {
      case "start": this.#run(nowMs()); break;
      case "pause": this.#pausedMs = nowMs(); break;
      // The plan's time stood still meanwhile.
      case "resume": this.#run(this.#plan.notes.startMs[0] + nowMs() - this.#pausedMs); break;
      case "close": this.#server.close(); break;
    }
  }

  #run(startMs: number): void {
    this.#plan.notes.startMs[0] = startMs;
    const turn = (): void => {
      this.#sendDue();
      this.#timer = setTimeout(turn, 1);
    };
    turn();
  }

  #sendDue(): void {
    const { slotsPerMs, lag, notes } = this.#plan;
    const startMs = notes.startMs[0];
    const due = Math.min(notes.sentAt.length, Math.floor((nowMs() - startMs) * slotsPerMs));
    if (due <= this.#slot) return;
    const wallMs = Date.now();
    let text = "";
    const first = this.#slot;
    for (; this.#slot < due; this.#slot += 1) {
      const step = this.#slot % stepsPerCall;
      const call = Math.floor(this.#slot / stepsPerCall) - step * lag;
      if (call < 0) continue;
      notes.planned[call * stepsPerCall + step] = startMs + this.#slot / slotsPerMs;
      notes.eventsSent[0] += eventsPerStep[step] ?? 0;
      text += this.#script.text(step, this.#names(call), wallMs);
    }
    const sentAt = nowMs();
    for (let slot = first; slot < due; slot += 1) {
      const step = slot % stepsPerCall;
      const call = Math.floor(slot / stepsPerCall) - step * lag;
      if (call >= 0) notes.sentAt[call * stepsPerCall + step] = sentAt;
    }
    if (text !== "") this.#server.write(text);
    notes.snapshots[0] = this.#server.snapshots;
  }

  /** The channels of the calls that stand, as CoreShowChannels lists them. */
  channels(): readonly string[] {
    const { lag } = this.#plan;
    const newest = Math.ceil(this.#slot / stepsPerCall);
    const found: string[] = [];
    for (let call = Math.max(0, newest - stepsPerCall * lag); call <= newest; call += 1) {
      const step = this.#stepOf(call);
      if (step < 0 || step === stepsPerCall - 1) continue;
      const { first, second, trunkChannel, deviceChannel, caller } = this.#names(call);
      const lines = (channel: string, id: string, state: number): string =>
        `Channel: PJSIP/${channel}\r\nChannelState: ${state}\r\nCallerIDNum: ${caller}\r\n`
        + `Uniqueid: ${id}\r\nLinkedid: ${first}\r\n`;
      found.push(lines(trunkChannel, first, step < 2 ? 4 : 6));
      if (step > 0) found.push(lines(deviceChannel, second, step < 2 ? 5 : 6));
    }
    return found;
  }

  /** The step of a call that was sent last; -1: none. */
  #stepOf(call: number): number {
    for (let step = stepsPerCall - 1; step >= 0; step -= 1) {
      if ((call + step * this.#plan.lag) * stepsPerCall + step < this.#slot) return step;
    }
    return -1;
  }

  #names(call: number): CallNames {
    const { devices, prefix } = this.#plan;
    const device = devices[call % devices.length] ?? "";
    return { caller: callerOf(call), first: `${prefix}.${call * 2}`,
      second: `${prefix}.${call * 2 + 1}`, trunkChannel: `trunk-a-${hexOf(call * 2)}`,
      deviceChannel: `${device}-${hexOf(call * 2 + 1)}`, device,
      bridge: `00000000-0000-4000-8000-0000${hexOf(call * 2)}` };
  }
}

const port = parentPort;
assert(port !== null, "this file is a worker");
const plan = workerData as SenderPlan;
const server: AmiServer = new AmiServer(plan.devices, () => sender.channels());
const sender = new Sender(plan, server);
port.on("message", (order: Order) => {
  sender.obey(order);
  if (order === "close") port.close();
});
port.postMessage({ port: await server.listen() });
await server.ready;
plan.notes.snapshots[0] = server.snapshots;
port.postMessage({ ready: true });
