/** The devices of a PBX: those that it lists itself, or those of the configuration. */

import { ok, type Result } from "../../firmware/base/result.js";
import type { Cancellable, Clock } from "../../firmware/base/world.js";
import type { DeviceId } from "../../firmware/model/identifiers.js";
import type { DeviceCategory } from "../../firmware/model/states.js";
import type { CstaArgument, CstaDeviceCategory } from "../../firmware/wire/csta/message.js";
import type { Invocations } from "./invocations.js";
import { devicesMax, type DeviceNames } from "./names.js";
import { timers } from "./timers.js";

export interface ListedDevice {
  readonly device: DeviceId;
  readonly category: DeviceCategory;
  readonly name?: string;
}

type Part = CstaArgument<"SwitchingFunctionDevices">;

const categories: Readonly<Record<CstaDeviceCategory, DeviceCategory>> = {
  acd: "acd", groupACD: "acd", groupHunt: "other", groupPick: "other", groupOther: "other",
  networkInterface: "networkInterface", park: "park", routeingDevice: "routeingDevice",
  station: "station", voiceUnit: "voiceUnit", other: "other", conference: "conference",
};

/** Of these no monitor is asked for: their calls are seen at the other devices. */
const unmonitored: ReadonlySet<DeviceCategory> =
  new Set<DeviceCategory>(["networkInterface", "park", "conference"]);

export function isMonitorable({ category }: ListedDevice): boolean {
  return !unmonitored.has(category);
}

const rangePattern = /^(\d{1,9})-(\d{1,9})$/;

/** `101` is one device, `200-299` a hundred; leading zeroes are kept. */
export function devicesOf(list: readonly string[]): string[] {
  const devices = new Set<string>();
  for (const text of list) {
    const [, from, to] = rangePattern.exec(text) ?? [];
    if (from === undefined || to === undefined) {
      devices.add(text);
      continue;
    }
    for (let number = Number(from); number <= Number(to) && devices.size < devicesMax; number++) {
      devices.add(String(number).padStart(from.length, "0"));
    }
  }
  return [...devices];
}

/** Collects the list that a PBX sends in parts after it was asked for. */
export class DeviceList {
  readonly #clock: Clock;
  #parts: Part[] | undefined;
  #timer: Cancellable | undefined;
  #complete: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A part has come; false when nobody waits for it. */
  part(part: Part): boolean {
    if (this.#parts === undefined) return false;
    this.#parts.push(part);
    this.#wait();
    if (part.lastSegment) this.#complete?.();
    return true;
  }

  /** What came in time. Fault: the PBX refuses to list its devices. */
  async ask(invocations: Invocations, names: DeviceNames): Promise<Result<ListedDevice[]>> {
    const parts: Part[] = [];
    this.#parts = parts;
    const listed = new Promise<void>((resolve) => { this.#complete = resolve; });
    this.#wait();
    const answer = await invocations.invoke("GetSwitchingFunctionDevices", {}, timers.invoke.ms);
    if (answer.ok) await listed;
    this.close();
    if (!answer.ok) return answer;
    const devices = new Map<DeviceId, ListedDevice>();
    for (const { deviceID, deviceCategory, named } of parts.flatMap((part) => part.deviceList)) {
      if (devices.size >= devicesMax) break;
      const name = named ?? deviceID.privateName;
      const device = names.learn(deviceID, names.toModel(deviceID), name);
      devices.set(device, { device, category: categories[deviceCategory ?? "station"],
        ...(name === undefined ? {} : { name }) });
    }
    return ok([...devices.values()]);
  }

  close(): void {
    this.#timer?.cancel();
    this.#complete?.();
    this.#complete = undefined;
    this.#parts = undefined;
  }

  #wait(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(timers.deviceList.ms, "csta.device-list", () => {
      this.#complete?.();
    });
  }
}
