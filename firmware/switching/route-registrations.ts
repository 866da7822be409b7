/**
 * The registrations at the PBXs. One step after the other on each link, so that a client who comes
 * while another's registration is being cancelled finds it cancelled, or takes it over.
 */

import { done, type Result } from "../base/result.js";
import type { Link } from "../link/link.js";
import type { DeviceId, LinkId } from "../model/identifiers.js";

/** For the PBX's answer to a registration. */
export const registerMs = 10_000;

interface Hooks {
  link(id: LinkId): Link | undefined;
  /** Whether the device has a client now. */
  wants(link: LinkId, device: DeviceId | undefined): boolean;
}

interface OfLink {
  /** Devices that are registered; undefined: all devices. */
  readonly held: Set<DeviceId | undefined>;
  last: Promise<unknown>;
}

export class PbxRegistrations {
  readonly #hooks: Hooks;
  readonly #links = new Map<LinkId, OfLink>();

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
  }

  /** Makes the PBX's registration what is wanted by then. */
  settle(link: LinkId, device: DeviceId | undefined): Promise<Result<void>> {
    const own = this.#of(link);
    const settled = own.last.then(() => this.#step(link, own, device));
    own.last = settled;
    return settled;
  }

  /** The PBX has ended it. */
  lost(link: LinkId, device: DeviceId | undefined): void {
    this.#of(link).held.delete(device);
  }

  /** The line is gone, and every registration with it. */
  down(link: LinkId): void {
    this.#links.delete(link);
  }

  async #step(
    id: LinkId, own: OfLink, device: DeviceId | undefined,
  ): Promise<Result<void>> {
    const link = this.#hooks.link(id);
    const wants = this.#hooks.wants(id, device);
    if (link === undefined || own.held.has(device) === wants) return done;
    if (!wants) {
      own.held.delete(device);
      return link.routeing.cancel(device, registerMs);
    }
    const registered = await link.routeing.register(device, registerMs);
    if (registered.ok) own.held.add(device);
    return registered;
  }

  #of(link: LinkId): OfLink {
    let own = this.#links.get(link);
    if (own === undefined) {
      own = { held: new Set(), last: Promise.resolve() };
      this.#links.set(link, own);
    }
    return own;
  }
}
