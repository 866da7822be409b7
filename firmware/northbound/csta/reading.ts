/** Reads what a request is about: devices and connections that exist and may be touched. */

import type { ConnectionId, DeviceId, LinkId } from "../../model/identifiers.js";
import { callId, deviceId, linkId } from "../../model/identifiers.js";
import type { CallView, Switch } from "../../switching/switch.js";
import type { CstaConnection, CstaDevice, CstaError } from "../../wire/csta/message.js";
import type { CallNames } from "./call-names.js";
import type { DeviceNames } from "./device-names.js";
import type { Rights } from "./rights.js";

export interface ReadingParts {
  readonly source: Pick<Switch, "call">;
  readonly calls: CallNames;
  readonly devices: DeviceNames;
  readonly rights: Rights;
}

const nowhere = linkId("");

/** One request. The first thing that is wrong counts; what is read after it means nothing. */
export class Reading {
  readonly #parts: ReadingParts;
  #link: LinkId | undefined;
  #error: CstaError | undefined;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
  }

  get error(): CstaError | undefined {
    return this.#error;
  }

  /** The link on which everything that was read is. */
  get link(): LinkId {
    return this.#link ?? nowhere;
  }

  wrong(value: string, category: CstaError["category"] = "operation"): void {
    this.#error ??= { category, value };
  }

  /** A device of ours that the application may touch. */
  device({ text }: CstaDevice, unknown = "invalidDeviceID"): DeviceId {
    const found = this.#parts.devices.find(text);
    if (found === undefined) {
      this.wrong(unknown);
      return deviceId(text);
    }
    this.#on(found.link);
    this.#mayTouch(found.link, found.device);
    return found.device;
  }

  /** A number to be reached, as it is typed; a device named with its link without that. */
  number({ text }: CstaDevice, empty = "invalidDestination"): string {
    if (text === "") this.wrong(empty);
    return this.#parts.devices.within(this.link, text);
  }

  /** A connection of a call that lives, at a device that the application may touch. */
  connection(said: CstaConnection, which: "one" | "any" = "one"): ConnectionId {
    const view = this.call(said);
    if (view === undefined) return { call: callId(""), device: deviceId("") };
    const { deviceID } = said;
    const device = deviceID === undefined ? this.#onlyDevice(view, which)
      : this.#parts.devices.within(view.link, deviceID.text);
    if (device === undefined) this.wrong("invalidConnectionID");
    else this.#mayTouch(view.link, device);
    return { call: view.call, device: device ?? deviceId("") };
  }

  /** The call of a connection, or of a call identifier alone. */
  call({ callID }: CstaConnection): CallView | undefined {
    const named = callID === undefined ? undefined : this.#parts.calls.callOf(callID);
    const view = named === undefined || !this.#parts.devices.serves(named.link) ? undefined
      : this.#parts.source.call(named.link, named.call);
    if (view === undefined) {
      this.wrong("invalidConnectionID");
      return undefined;
    }
    this.#on(view.link);
    return view;
  }

  #onlyDevice(view: CallView, which: "one" | "any"): DeviceId | undefined {
    const own = view.connections.map(({ device }) => device)
      .filter((device) => this.#parts.rights.covers(view.link, device));
    return own.length === 1 || which === "any" ? own[0] : undefined;
  }

  #on(link: LinkId): void {
    if (this.#link !== undefined && this.#link !== link) {
      this.wrong("requestIncompatibleWithObject");
    }
    this.#link ??= link;
  }

  #mayTouch(link: LinkId, device: DeviceId): void {
    if (!this.#parts.rights.covers(link, device)) {
      this.wrong("privilegeViolationSpecifiedDevice");
    }
  }
}
