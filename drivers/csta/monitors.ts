/** One monitor for each device, started as fast as this PBX bears it, and why some have none. */

import { faultText, inEachLanguage, type Fault, type Result, type Text }
  from "../../firmware/base/result.js";
import type { Cancellable, Clock } from "../../firmware/base/world.js";
import type { MonitorLicences } from "../../firmware/link/driver.js";
import type { DeviceId } from "../../firmware/model/identifiers.js";
import type { CstaEventName, CstaResult } from "../../firmware/wire/csta/message.js";
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

const configured: NotMonitored = { reason: {
  en: "the link's option `monitorLicences` allows no more monitors",
  fr: "l'option `monitorLicences` du lien ne permet pas plus de surveillances" },
advice: { en: "Raise the option, or list fewer devices in the link's options.",
  fr: "Augmentez l'option, ou listez moins de postes." } };

export interface MonitorsPlan {
  readonly invocations: Invocations;
  readonly names: DeviceNames;
  readonly clock: Clock;
  readonly pace: Pace;
  /** A device is monitored, or is no more, although nobody waits for `start`. */
  readonly changed: (reason: string) => void;
  /** An Avaya PBX names its devices itself, and is asked for each. */
  readonly switchName: string | undefined;
  /** By the configuration; undefined: as many as the PBX gives. */
  readonly licences: number | undefined;
  /** Events that nobody here has a use for; undefined: the PBX is given no filter. */
  readonly unwanted: readonly CstaEventName[] | undefined;
}

/** A filter that the PBX does not take, or not this one. */
const filterRefusals: ReadonlySet<string> =
  new Set(["invalidMonitorFilter", "parameterNotSupported", "invalidParameterValue"]);
function isFilterRefusal({ code, cause }: Fault): boolean {
  const error = cstaErrorOf(cause);
  return code === "protocol-violation" || (error !== undefined && filterRefusals.has(error.value));
}

/** A monitor that is not there any more. */
const unknownMonitor: ReadonlySet<string> =
  new Set(["invalidMonitorCrossRefID", "invalidCrossRefID", "objectNotKnown"]);

export class Monitors {
  readonly #plan: MonitorsPlan;
  readonly #devices = new Map<string, DeviceId>();
  readonly #without = new Map<DeviceId, NotMonitored>();
  readonly #strays = new Set<string>();
  readonly #waiting: Wanted[] = [];
  readonly #settled: (() => void)[] = [];
  #unwanted: readonly CstaEventName[] | undefined;
  #inFlight = 0;
  #gap: Cancellable | undefined;
  #again: Cancellable | undefined;
  #limit: NotMonitored | undefined;
  /** Monitors that the PBX gave before it refused one more. */
  #given: number | undefined;
  #closed = false;

  constructor(plan: MonitorsPlan) {
    this.#plan = plan;
    this.#unwanted = plan.unwanted;
  }

  /** Devices that are monitored. */
  get monitored(): ReadonlySet<DeviceId> {
    return new Set(this.#devices.values());
  }

  /** Whether monitors are being started: a line that is lost meanwhile was asked too fast. */
  get starting(): boolean {
    return this.#inFlight > 0 || this.#waiting.length > 0;
  }

  get byReference(): ReadonlyMap<string, DeviceId> {
    return this.#devices;
  }

  /** Of the session that goes on, if it does: its events may come before anything else. */
  inherit(monitors: ReadonlyMap<string, DeviceId>): void {
    for (const [crossRef, device] of monitors) this.#devices.set(crossRef, device);
  }

  /** The session did not go on: its monitors are over, or the PBX ends them in a while. */
  disinherit(): void {
    this.#devices.clear();
  }

  /** Whether the PBX has kept the monitors with the session: one of them is asked. */
  async check(): Promise<void> {
    const [monitorCrossRefID] = this.#devices.keys();
    if (monitorCrossRefID === undefined) return;
    const answer = await this.#plan.invocations.invoke("ChangeMonitorFilter",
      { monitorCrossRefID, requestedMonitorFilter: this.#unwanted ?? [] }, timers.invoke.ms);
    const error = answer.ok ? undefined : cstaErrorOf(answer.fault.cause);
    if (error !== undefined && unknownMonitor.has(error.value)) this.disinherit();
  }

  /** What was inherited and is not wanted any more takes licences for nothing. */
  retain(wanted: readonly DeviceId[]): void {
    const kept = new Set(wanted);
    for (const [monitorCrossRefID, device] of this.#devices) {
      if (kept.has(device)) continue;
      this.#devices.delete(monitorCrossRefID);
      void this.#plan.invocations.invoke("MonitorStop", { monitorCrossRefID }, timers.invoke.ms);
    }
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

  /** Undefined where no limit is known. */
  get licences(): MonitorLicences | undefined {
    const used = this.#devices.size;
    const { licences } = this.#plan;
    if (this.#given !== undefined && used <= this.#given && this.#given < (licences ?? Infinity)) {
      return { used, count: this.#given, source: "learned" };
    }
    return licences === undefined ? undefined : { used, count: licences, source: "configured" };
  }

  /** Resolves when each device has a monitor or a reason. */
  start(devices: readonly DeviceId[]): Promise<void> {
    const { monitored } = this;
    for (const device of devices) {
      if (monitored.has(device)) continue;
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
    this.#plan.changed(`the PBX ended the monitor of ${device}`);
    void this.start([device]).then(() => {
      if (this.why(device) === undefined) this.#plan.changed(`${device} is monitored again`);
    });
  }

  /**
   * An event of a monitor that we do not know: its start was answered too late. It takes a licence
   * for nothing.
   */
  stray(crossRef: string): void {
    if (this.starting || this.#strays.has(crossRef) || this.#strays.size >= straysMax) return;
    this.#strays.add(crossRef);
    void this.#plan.invocations.invoke("MonitorStop", { monitorCrossRefID: crossRef },
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
    while (!this.#closed && this.#gap === undefined && this.#inFlight < this.#plan.pace.atOnce) {
      const { licences = Infinity } = this.#plan;
      if (this.#devices.size >= licences) this.#refuse(this.#waiting.splice(0), configured);
      if (this.#devices.size + this.#inFlight >= licences) break;
      const wanted = this.#waiting.shift();
      if (wanted === undefined) break;
      this.#startOne(wanted);
      if (this.#plan.pace.gapMs === 0) continue;
      this.#gap = this.#plan.clock.after(this.#plan.pace.gapMs, "csta.pace", () => {
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
    const isFiltered = this.#unwanted !== undefined;
    void this.#ask(wanted.device).then((answer) => {
      this.#inFlight -= 1;
      if (this.#closed) return;
      if (answer.ok) {
        this.#plan.pace.succeeded();
        this.#devices.set(answer.value.monitorCrossRefID, wanted.device);
        this.#without.delete(wanted.device);
      } else if (isFiltered && isFilterRefusal(answer.fault)) {
        this.#unwanted = undefined;
        this.#waiting.push(wanted);
      } else {
        this.#refused(wanted, answer.fault);
      }
      this.#pump();
    });
  }

  async #ask(device: DeviceId): Promise<Result<CstaResult<"MonitorStart">>> {
    const { switchName, names, invocations } = this.#plan;
    if (switchName !== undefined && names.toNative(device).kind === "dialingNumber") {
      const named = await invocations.invoke("GetThirdPartyDeviceId",
        { switchName, extension: device }, timers.invoke.ms);
      if (!named.ok) return named;
      names.learn(named.value.device, device);
    }
    return invocations.invoke("MonitorStart", {
      monitorObject: { deviceObject: names.toNative(device) }, monitorType: "device",
      ...(this.#unwanted === undefined ? {} : { requestedMonitorFilter: this.#unwanted }),
    }, timers.invoke.ms);
  }

  #refused(wanted: Wanted, fault: Fault): void {
    const error = cstaErrorOf(fault.cause);
    const isSlow = fault.code === "deadline-passed" || (error !== undefined && isBusy(error));
    wanted.attempts += 1;
    if (isSlow) {
      this.#plan.pace.slower();
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
    this.#given = count;
    this.#limit = { advice: advice.licence, reason: inEachLanguage((say, language) =>
      language === "en"
        ? `the PBX's licence allows no more than ${count} monitors (${say(words)})`
        : `la licence du PBX ne permet que ${count} surveillances (${say(words)})`) };
    // Whoever waits would hear the same.
    this.#refuse([wanted, ...this.#waiting.splice(0)], this.#limit);
  }

  #refuse(all: readonly Wanted[], why: NotMonitored): void {
    for (const { device } of all) this.#without.set(device, why);
  }

  #tryAgainLater(): void {
    this.#again?.cancel();
    this.#again = this.#plan.clock.after(timers.monitorAgain.ms, "csta.monitor-again", () => {
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
        this.#plan.changed("more devices are monitored");
      });
    });
  }
}
