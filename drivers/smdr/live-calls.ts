/**
 * Calls in progress as far as a printer port tells: it names trunk and device, never a call. The
 * identifiers are invented here, and a trunk carries one call at a time.
 */

import type { Cancellable, World } from "../../firmware/base/world.js";
import type { CallEvent } from "../../firmware/model/events.js";
import { callId, deviceId, type CallId, type DeviceId } from "../../firmware/model/identifiers.js";
import type { CallLine } from "./formats/format.js";
import { delivered, established, header, type LineContext } from "./map.js";

/** More than the trunks of any PBX that prints such lines. */
export const openCallsMax = 1_000;
/** A call whose end was never printed is let go after this. */
export const openCallMs = 14_400_000;

interface OpenCall {
  readonly call: CallId;
  readonly key: string;
  readonly caller: string | undefined;
  readonly connections: Map<DeviceId, "alerting" | "connected">;
  readonly timer: Cancellable;
}

export class LiveCalls {
  readonly #world: World;
  readonly #emit: (event: CallEvent) => void;
  readonly #open = new Map<string, OpenCall>();
  readonly #prefix: string;
  #count = 0;

  /** `prefix` must differ between sessions: it makes the invented identifiers unique. */
  constructor(world: World, prefix: string, emit: (event: CallEvent) => void) {
    this.#world = world;
    this.#prefix = prefix;
    this.#emit = emit;
  }

  get openCount(): number {
    return this.#open.size;
  }

  ringing(line: CallLine, context: LineContext): void {
    const device = deviceId(line.device ?? "");
    if (line.device === undefined) return;
    const known = this.#open.get(keyOf(line));
    const another = known !== undefined && ([...known.connections.values()].includes("connected")
      || known.caller !== line.callingNumber);
    if (another) this.#clear(known, line, context, "callNotAnswered");
    const call = this.#callFor(line, context);
    if (call.connections.has(device)) return;
    call.connections.set(device, "alerting");
    this.#emit(delivered(line, context, call.call, device));
  }

  answered(line: CallLine, context: LineContext): void {
    const device = deviceId(line.device ?? "");
    if (line.device === undefined) return;
    const call = this.#callFor(line, context);
    // Where several devices rang, the others fall silent when one is answered.
    for (const [other, state] of call.connections) {
      if (other !== device && state === "alerting") this.#clearOne(call, other, line, context);
    }
    call.connections.set(device, "connected");
    this.#emit(established(line, context, call.call, device));
  }

  /** A printed record ends the call on its trunk; gives the call's identifier if it was known. */
  ended(line: CallLine, context: LineContext): CallId | undefined {
    const call = this.#open.get(keyOf(line));
    if (call === undefined) return undefined;
    const device = line.device === undefined ? undefined : deviceId(line.device);
    const othersAlert = [...call.connections].some(([other, state]) =>
      other !== device && state === "alerting");
    if (!line.answered && device !== undefined && othersAlert) {
      if (call.connections.has(device)) this.#clearOne(call, device, line, context);
      return undefined;
    }
    this.#clear(call, line, context, line.answered ? "normalClearing" : "callNotAnswered");
    return call.call;
  }

  close(): void {
    for (const { timer } of this.#open.values()) timer.cancel();
    this.#open.clear();
  }

  #callFor(line: CallLine, context: LineContext): OpenCall {
    const key = keyOf(line);
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const [oldest] = this.#open.values();
    if (oldest !== undefined && this.#open.size >= openCallsMax) {
      this.#clear(oldest, line, context, "timeout");
    }
    this.#count += 1;
    const made: OpenCall = {
      call: callId(`${this.#prefix}-${this.#count}`), key, caller: line.callingNumber,
      connections: new Map(),
      timer: this.#world.clock.after(openCallMs, "smdr.open-call", () => {
        this.#clear(made, line, { ...context, receivedAtMs: this.#world.clock.monotonicMs() },
          "timeout");
      }),
    };
    this.#open.set(key, made);
    return made;
  }

  #clearOne(call: OpenCall, device: DeviceId, line: CallLine, context: LineContext): void {
    call.connections.delete(device);
    this.#emit({ ...header(context, "callNotAnswered", line), type: "connectionCleared",
      connection: { call: call.call, device }, releasingDevice: { device } });
  }

  #clear(
    call: OpenCall, line: CallLine, context: LineContext,
    cause: "normalClearing" | "callNotAnswered" | "timeout",
  ): void {
    call.timer.cancel();
    this.#open.delete(call.key);
    for (const device of call.connections.keys()) {
      this.#emit({ ...header(context, cause, line), type: "connectionCleared",
        connection: { call: call.call, device }, releasingDevice: { device } });
    }
    this.#emit({ ...header(context, cause, line), type: "callCleared", call: call.call });
  }
}

function keyOf(line: CallLine): string {
  return line.trunk === undefined ? `device ${line.device ?? ""}` : `trunk ${line.trunk}`;
}
