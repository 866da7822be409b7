/**
 * Terminals at an Avaya AES (DMCC): to see a telephone's display and lamps, or press its buttons,
 * an application registers beside it, with its password. What was registered is registered again
 * when the AES ends it, and after a break.
 */

import { fail, faultText, inEachLanguage, ok, type Result, type Text }
  from "../../firmware/base/result.js";
import type { Cancellable, Clock } from "../../firmware/base/world.js";
import type { DeviceId } from "../../firmware/model/identifiers.js";
import type { CstaDevice, CstaEventName, CstaResult, TerminalLogin }
  from "../../firmware/wire/csta/message.js";
import type { Invocations } from "./invocations.js";
import { timers } from "./timers.js";

/** Registrations under way at once. */
const atOnceMax = 4;

/** Beside the telephone, which stays the main one, and without its media. */
const login: TerminalLogin =
  { forceLogin: false, sharedControl: true, mediaMode: "NONE", dependencyMode: "DEPENDENT" };

export interface TerminalsPlan {
  readonly invocations: Invocations;
  readonly clock: Clock;
  readonly switchName: string;
  readonly devices: readonly DeviceId[];
  /** Looked up for each registration, kept nowhere. */
  password(): Result<string | undefined>;
  /** Events that the monitor of a terminal is not to tell. */
  readonly unwanted: readonly CstaEventName[];
  changed(): void;
}

export interface Terminal {
  readonly native: CstaDevice;
  readonly crossRef: string;
}

export class Terminals {
  readonly #plan: TerminalsPlan;
  readonly #registered = new Map<DeviceId, Terminal>();
  readonly #refused = new Map<DeviceId, Text>();
  #again: Cancellable | undefined;
  #isClosed = false;

  constructor(plan: TerminalsPlan) {
    this.#plan = plan;
  }

  /** Why not all are registered. */
  get trouble(): Text | undefined {
    const [first] = this.#refused;
    if (first === undefined) return undefined;
    const [device, why] = first;
    const { size } = this.#refused;
    return inEachLanguage((words, language) => language === "en"
      ? `${size} terminals are not registered, such as ${device}: ${words(why)}`
      : `${size} terminaux ne sont pas enregistrés, dont ${device} : ${words(why)}`);
  }

  get registered(): ReadonlyMap<DeviceId, Terminal> {
    return this.#registered;
  }

  /** Of the session that goes on: its terminals are registered still. */
  inherit(terminals: ReadonlyMap<DeviceId, Terminal>): void {
    for (const [device, terminal] of terminals) {
      if (this.#plan.devices.includes(device)) this.#registered.set(device, terminal);
    }
  }

  /** The terminal's own identifier, by which its display and buttons are spoken of. */
  nativeOf(device: DeviceId): CstaDevice | undefined {
    return this.#registered.get(device)?.native;
  }

  deviceOf(crossRef: string): DeviceId | undefined {
    for (const [device, terminal] of this.#registered) {
      if (terminal.crossRef === crossRef) return device;
    }
    return undefined;
  }

  /** Resolves when each is registered or refused. */
  async start(devices: readonly DeviceId[] = this.#plan.devices): Promise<void> {
    const left = devices.filter((device) => !this.#registered.has(device)).reverse();
    const worker = async (): Promise<void> => {
      for (let device = left.pop(); device !== undefined && !this.#isClosed; device = left.pop()) {
        const registered = await this.#register(device);
        if (this.#isClosed) return;
        if (registered.ok) this.#refused.delete(device);
        else this.#refused.set(device, faultText(registered.fault));
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnceMax, devices.length) }, worker));
    if (this.#isClosed) return;
    this.#plan.changed();
    this.#again?.cancel();
    if (this.#refused.size === 0) return;
    this.#again = this.#plan.clock.after(timers.monitorAgain.ms, "csta.terminal-again", () => {
      void this.start([...this.#refused.keys()]);
    });
  }

  /** The AES ended a registration: somebody else took the telephone, or it was restarted. */
  unregistered(device: DeviceId): void {
    const terminal = this.#registered.get(device);
    if (terminal === undefined) return;
    this.#registered.delete(device);
    void this.#plan.invocations.invoke("MonitorStop", { monitorCrossRefID: terminal.crossRef },
      timers.invoke.ms);
    this.#refused.set(device, { en: "the AES ended the registration",
      fr: "l'AES a mis fin à l'enregistrement" });
    this.#plan.changed();
    this.#again?.cancel();
    this.#again = this.#plan.clock.after(timers.terminalAgain.ms, "csta.terminal-again", () => {
      void this.start([...this.#refused.keys()]);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#again?.cancel();
    for (const { native } of this.#registered.values()) {
      void this.#plan.invocations.invoke("UnregisterTerminal", { device: native },
        timers.invoke.ms);
    }
    this.#registered.clear();
  }

  async #register(device: DeviceId): Promise<Result<void>> {
    const { invocations, switchName, unwanted } = this.#plan;
    const password = this.#plan.password();
    if (!password.ok) return password;
    const named = await invocations.invoke("GetDeviceId", { switchName, extension: device },
      timers.invoke.ms);
    if (!named.ok) return named;
    const native = named.value.device;
    const monitor = await invocations.invoke("MonitorStart", { monitorType: "device",
      monitorObject: { deviceObject: native }, requestedMonitorFilter: unwanted },
    timers.invoke.ms);
    if (!monitor.ok) return monitor;
    const { monitorCrossRefID: crossRef } = monitor.value;
    const answer = await invocations.invoke("RegisterTerminal", { device: native, loginInfo: {
      ...login, ...(password.value === undefined ? {} : { password: password.value }) } },
    timers.invoke.ms);
    const refused = answer.ok ? refusalOf(answer.value) : answer;
    if (refused === undefined) {
      this.#registered.set(device, { native, crossRef });
      return ok(undefined);
    }
    await invocations.invoke("MonitorStop", { monitorCrossRefID: crossRef }, timers.invoke.ms);
    return refused;
  }
}

/** Registered is 1; an AES that says nothing has no objection. */
const registeredCode = 1;

function refusalOf(
  { code = registeredCode, reason = "" }: CstaResult<"RegisterTerminal">,
): Result<never> | undefined {
  if (code === registeredCode) return undefined;
  return fail("service-refused", { en: `RegisterTerminal: the AES says ${code} "${reason}".`,
    fr: `RegisterTerminal : l'AES dit ${code} « ${reason} ».` });
}
