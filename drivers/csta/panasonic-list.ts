/** Asks a Panasonic PBX for its extensions and lines, and collects what comes. */

import { ok, type Result } from "../../firmware/base/result.js";
import type { Cancellable, Clock } from "../../firmware/base/world.js";
import type { DeviceCategory } from "../../firmware/model/states.js";
import type { CstaDeviceCategory } from "../../firmware/wire/csta/message.js";
import type { ListedDevice } from "./devices.js";
import type { Invocations } from "./invocations.js";
import { devicesMax, type DeviceNames } from "./names.js";
import { listRequests, readPanasonicPart, type PanasonicEntry } from "./panasonic.js";
import { timers } from "./timers.js";

const categories: Readonly<Partial<Record<CstaDeviceCategory, DeviceCategory>>> = {
  station: "station", networkInterface: "networkInterface", voiceUnit: "voiceUnit",
};

export class PanasonicList {
  readonly #clock: Clock;
  readonly #entries: PanasonicEntry[] = [];
  #complete: (() => void) | undefined;
  #timer: Cancellable | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False: it is no part of a list that is waited for. */
  part(privateData: readonly string[]): boolean {
    if (this.#complete === undefined) return false;
    const part = readPanasonicPart(privateData);
    if (part === undefined) return false;
    for (const entry of part.entries) {
      if (this.#entries.length < devicesMax) this.#entries.push(entry);
    }
    this.#wait();
    if (part.lastSegment) this.#complete();
    return true;
  }

  /** Each device under the number that people dial. Fault: the PBX refuses to list them. */
  async ask(invocations: Invocations, names: DeviceNames): Promise<Result<ListedDevice[]>> {
    this.#entries.length = 0;
    for (const request of listRequests) {
      const listed = new Promise<void>((resolve) => { this.#complete = resolve; });
      this.#wait();
      const answer = await invocations.invoke("Escape",
        { extensions: { privateData: [request] } }, timers.invoke.ms);
      if (answer.ok) await listed;
      this.close();
      if (!answer.ok) return answer;
    }
    return ok(this.#entries.map(({ deviceNumber, number, category }) => ({
      device: names.learn({ kind: "deviceNumber", text: deviceNumber }, number),
      category: categories[category] ?? "other",
    })));
  }

  close(): void {
    this.#timer?.cancel();
    this.#complete?.();
    this.#complete = undefined;
  }

  #wait(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(timers.deviceList.ms, "csta.panasonic-list", () => {
      this.#complete?.();
    });
  }
}
