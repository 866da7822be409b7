/**
 * The names under which applications know devices: as the PBX names them. Only where two links
 * have a device of the same name, both are called `link:device`, and the bare name means neither.
 */

import { deviceId, type DeviceId, type LinkId } from "../../model/identifiers.js";

/** Which links have a device of a name, and what else must be known to find one. */
export interface DeviceIndex {
  linksWith(device: DeviceId): ReadonlySet<LinkId> | undefined;
  /** Links that take part, in the order of the configuration. */
  links(): readonly LinkId[];
  /** The PBX cannot list its devices: any name may be one of its. */
  cannotList(link: LinkId): boolean;
}

export interface LocatedDevice {
  readonly link: LinkId;
  readonly device: DeviceId;
}

export class DeviceNames {
  readonly #index: DeviceIndex;
  readonly #served: ReadonlySet<string> | undefined;

  /** `served`: the links that this server shows; undefined: all. */
  constructor(index: DeviceIndex, served: readonly string[] | undefined) {
    this.#index = index;
    this.#served = served === undefined ? undefined : new Set(served);
  }

  serves(link: LinkId): boolean {
    return this.#served?.has(link) ?? true;
  }

  links(): readonly LinkId[] {
    return this.#index.links().filter((link) => this.serves(link));
  }

  nameOf(link: LinkId, device: DeviceId): string {
    const holders = this.#index.linksWith(device);
    if (holders === undefined || holders.size < 2 || !holders.has(link)) return device;
    for (const other of holders) {
      if (other !== link && this.serves(other)) return `${link}:${device}`;
    }
    return device;
  }

  /** Undefined: there is no such device, or there are two. */
  find(name: string): LocatedDevice | undefined {
    const mark = name.indexOf(":");
    const named = mark < 0 ? undefined
      : this.links().find((link) => link === name.slice(0, mark));
    if (named !== undefined) {
      const device = deviceId(name.slice(mark + 1));
      return this.#has(named, device) ? { link: named, device } : undefined;
    }
    const device = deviceId(name);
    const holders = [...this.#index.linksWith(device) ?? []].filter((link) => this.serves(link));
    const candidates = holders.length > 0 ? holders
      : this.links().filter((link) => this.#index.cannotList(link));
    const [link] = candidates;
    return candidates.length === 1 && link !== undefined ? { link, device } : undefined;
  }

  /** The device in a connection whose link is known; parties outside have no prefix. */
  within(link: LinkId, name: string): DeviceId {
    return deviceId(name.startsWith(`${link}:`) ? name.slice(link.length + 1) : name);
  }

  #has(link: LinkId, device: DeviceId): boolean {
    return this.#index.linksWith(device)?.has(link) === true || this.#index.cannotList(link);
  }
}
