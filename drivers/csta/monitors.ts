/** One monitor for each device, started as fast as this PBX bears it, and why some have none. */

import { faultText, inEachLanguage, type Fault, type Result, type Text }
  from "../../firmware/base/result.js";
import type { Cancellable, Clock } from "../../firmware/base/world.js";
import type { DeviceId } from "../../firmware/model/identifiers.js";
import type { CstaResult } from "../../firmware/wire/csta/message.js";
import { cstaErrorOf, type Invocations } from "./invocations.js";
import { isBusy, isMonitorLimit } from "./errors.js";
import type { DeviceNames } from "./names.js";
import type { Pace } from "./pace.js";
import { timers } from "./timers.js";

/** A device whose monitor meets a busy or silent PBX is tried so often in one go. */
export const attemptsMax = 3;

/** Unknown monitors that are being stopped at once. */
export const straysMax = 32;

export interface NotMonitored {
  readonly reason: Text;
  readonly advice: Text;
}

interface Wanted {
  readonly device: DeviceId;
  attempts: number;
}

const advice = {
  licence: {
    en: "Buy monitor licences for the PBX, or list fewer devices in the link's options.",
    fr: "Achetez des licences de surveillance pour le PBX, ou listez moins de postes.",
  },
  other: {
    en: "Check that the device exists and that the PBX lets CTI monitor it.",
    fr: "Vérifiez que le poste existe et que le PBX permet de le surveiller.",
  },
  wait: { en: "Wait a moment.", fr: "Patientez un instant." },
} as const;

export class Monitors {
  readonly #invocations: Invocations;
  readonly #names: DeviceNames;
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #changed: (reason: string) => void;
  readonly #switchName: string | undefined;
  readonly #devices = new Map<string, DeviceId>();
  readonly #without = new Map<DeviceId, NotMonitored>();
  readonly #strays = new Set<string>();
  readonly #waiting: Wanted[] = [];
  readonly #settled: (() => void)[] = [];
  #inFlight = 0;
  #gap: Cancellable | undefined;
  #again: Cancellable | undefined;
  #limit: NotMonitored | undefined;
  #closed = false;

  /**
   * `changed`: a device is monitored, or is no more, although nobody waits for `start`.
   * `switchName`: an Avaya PBX names its devices itself, and is asked for each.
   */
  constructor(
    invocations: Invocations, names: DeviceNames, clock: Clock, pace: Pace,
    changed: (reason: string) => void, switchName?: string,
  ) {
    this.#invocations = invocations;
    this.#names = names;
    this.#clock = clock;
    this.#pace = pace;
    this.#changed = changed;
    this.#switchName = switchName;
  }

  /** Devices that are monitored. */
  get monitored(): ReadonlySet<DeviceId> {
    return new Set(this.#devices.values());
  }

  /** Whether monitors are being started: a line that is lost meanwhile was asked too fast. */
  get starting(): boolean {
    return this.#inFlight > 0 || this.#waiting.length > 0;
  }

  deviceOf(crossRef: string): DeviceId | undefined {
    return this.#devices.get(crossRef);
  }

  /** Undefined where the device is monitored, or was never wanted. */
  why(device: DeviceId): NotMonitored | undefined {
    return this.#without.get(device);
  }

  /** Why the PBX gave no more monitors, when its licence is used up. */
  get limit(): NotMonitored | undefined {
    return this.#limit;
  }

  /** Resolves when each device has a monitor or a reason. */
  start(devices: readonly DeviceId[]): Promise<void> {
    for (const device of devices) {
      this.#without.set(device, { advice: advice.wait, reason: {
        en: "its monitor is being started", fr: "sa surveillance est en cours" } });
      this.#waiting.push({ device, attempts: 0 });
    }
    return new Promise((resolve) => {
      this.#settled.push(resolve);
      this.#pump();
    });
  }

  /** The PBX has ended a monitor by itself. */
  ended(crossRef: string): void {
    const device = this.#devices.get(crossRef);
    if (device === undefined) return;
    this.#devices.delete(crossRef);
    this.#changed(`the PBX ended the monitor of ${device}`);
    void this.start([device]).then(() => {
      if (this.why(device) === undefined) this.#changed(`${device} is monitored again`);
    });
  }

  /**
   * An event of a monitor that we do not know: its start was answered too late. It takes a licence
   * for nothing.
   */
  stray(crossRef: string): void {
    if (this.starting || this.#strays.has(crossRef) || this.#strays.size >= straysMax) return;
    this.#strays.add(crossRef);
    void this.#invocations.invoke("MonitorStop", { monitorCrossRefID: crossRef },
      timers.invoke.ms).then(() => { this.#strays.delete(crossRef); });
  }

  close(): void {
    this.#closed = true;
    this.#gap?.cancel();
    this.#again?.cancel();
    this.#waiting.length = 0;
    this.#settle();
  }

  #pump(): void {
    while (!this.#closed && this.#gap === undefined && this.#inFlight < this.#pace.atOnce) {
      const wanted = this.#waiting.shift();
      if (wanted === undefined) break;
      this.#startOne(wanted);
      if (this.#pace.gapMs === 0) continue;
      this.#gap = this.#clock.after(this.#pace.gapMs, "csta.pace", () => {
        this.#gap = undefined;
        this.#pump();
      });
    }
    if (!this.starting) this.#settle();
  }

  #settle(): void {
    for (const settle of this.#settled.splice(0)) settle();
    if (!this.#closed && this.#without.size > 0) this.#tryAgainLater();
  }

  #startOne(wanted: Wanted): void {
    this.#inFlight += 1;
    void this.#ask(wanted.device).then((answer) => {
      this.#inFlight -= 1;
      if (this.#closed) return;
      if (answer.ok) {
        this.#pace.succeeded();
        this.#devices.set(answer.value.monitorCrossRefID, wanted.device);
        this.#without.delete(wanted.device);
      } else {
        this.#refused(wanted, answer.fault);
      }
      this.#pump();
    });
  }

  async #ask(device: DeviceId): Promise<Result<CstaResult<"MonitorStart">>> {
    if (this.#switchName !== undefined && this.#names.toNative(device).kind === "dialingNumber") {
      const named = await this.#invocations.invoke("GetThirdPartyDeviceId",
        { switchName: this.#switchName, extension: device }, timers.invoke.ms);
      if (!named.ok) return named;
      this.#names.learn(named.value.device, device);
    }
    return this.#invocations.invoke("MonitorStart", {
      monitorObject: { deviceObject: this.#names.toNative(device) }, monitorType: "device",
    }, timers.invoke.ms);
  }

  #refused(wanted: Wanted, fault: Fault): void {
    const error = cstaErrorOf(fault.cause);
    const isSlow = fault.code === "deadline-passed" || (error !== undefined && isBusy(error));
    wanted.attempts += 1;
    if (isSlow) {
      this.#pace.slower();
      if (wanted.attempts < attemptsMax) {
        this.#waiting.push(wanted);
        return;
      }
    }
    const words = faultText(fault);
    if (error === undefined || !isMonitorLimit(error)) {
      this.#without.set(wanted.device, { reason: words, advice: advice.other });
      return;
    }
    const count = this.#devices.size;
    this.#limit = { advice: advice.licence, reason: inEachLanguage((say, language) =>
      language === "en"
        ? `the PBX's licence allows no more than ${count} monitors (${say(words)})`
        : `la licence du PBX ne permet que ${count} surveillances (${say(words)})`) };
    // Whoever waits would hear the same.
    for (const each of [wanted, ...this.#waiting.splice(0)]) {
      this.#without.set(each.device, this.#limit);
    }
  }

  #tryAgainLater(): void {
    this.#again?.cancel();
    this.#again = this.#clock.after(timers.monitorAgain.ms, "csta.monitor-again", () => {
      const before = this.#without.size;
      const all = [...this.#without.entries()];
      this.#limit = undefined;
      const retried = this.start(all.map(([device]) => device));
      // Until it is known better, the old reason stands.
      for (const [device, why] of all) {
        if (this.#without.has(device)) this.#without.set(device, why);
      }
      void retried.then(() => {
        if (this.#closed || this.#without.size >= before) return;
        this.#changed("more devices are monitored");
      });
    });
  }
}
