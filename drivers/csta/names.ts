/**
 * How one PBX names its devices, and how the model does: by number. What the PBX wants to hear is
 * remembered for devices that it listed; any other device is a dialing number.
 */

import { deviceId, type DeviceId, type Party } from "../../firmware/model/identifiers.js";
import type { CstaDevice, CstaParty, DeviceNumberKind } from "../../firmware/wire/csta/message.js";

/** More devices than the largest PBX of these families has. */
export const devicesMax = 50_000;

/** DMCC: `4750:CM1:0.0.0.0:0` is extension 4750 (reference: AES device identifiers). */
const dmccIdentifier = /^([^:]+):[^:]*:[\d.]+:\d+$/;

export class DeviceNames {
  readonly #native = new Map<DeviceId, CstaDevice>();
  readonly #numberOf = new Map<string, string>();
  readonly #names = new Map<DeviceId, string>();

  /** The PBX listed a device; `number` is what a person dials for it. */
  learn(native: CstaDevice, number: string, name?: string): DeviceId {
    const id = deviceId(number);
    if (this.#native.size >= devicesMax && !this.#native.has(id)) return id;
    this.#native.set(id, native);
    if (native.kind === "deviceNumber") this.#numberOf.set(native.text, number);
    if (name !== undefined && name !== "") this.#names.set(id, name);
    return id;
  }

  /** Another PBX may be at the other end. */
  clear(): void {
    this.#native.clear();
    this.#numberOf.clear();
    this.#names.clear();
  }

  nameOf(device: DeviceId): string | undefined {
    return this.#names.get(device);
  }

  toModel(device: CstaDevice): DeviceId {
    return deviceId(numberOf(device.kind, this.#numberOf.get(device.text) ?? device.text));
  }

  toNative(device: DeviceId): CstaDevice {
    return this.#native.get(device) ?? { kind: "dialingNumber", text: device };
  }

  /** Undefined: not known, or not told. */
  party(party: CstaParty | undefined): Party | undefined {
    if (party === undefined || typeof party === "string" || party.text === "") return undefined;
    const device = this.toModel(party);
    const name = party.privateName ?? this.#names.get(device);
    return name === undefined || name === "" ? { device } : { device, name };
  }

  /** The device of which an event speaks; where the PBX keeps it to itself, the connection's. */
  partyAt(said: CstaParty | undefined, device: DeviceId): Party {
    const party = this.party(said);
    if (party !== undefined) return party;
    const name = this.#names.get(device);
    return name === undefined ? { device } : { device, name };
  }
}

function numberOf(kind: DeviceNumberKind, text: string): string {
  if (kind === "explicitPublic:international" && /^\d/.test(text)) return `+${text}`;
  const uri = /^(?:tel|sips?):([^@;]+)/i.exec(text)?.[1];
  return uri ?? dmccIdentifier.exec(text)?.[1] ?? text;
}
