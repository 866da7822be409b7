/** What an application may do: its role, and the devices that the configuration gives it. */

import type { CstaConfig } from "../../config/schema.js";
import type { LinkId } from "../../model/identifiers.js";
import { includes, type Identity } from "../access/roles.js";

export type ApplicationConfig = CstaConfig["applications"][number];
/** What a row gives: no row gives everything, one without `devices` all devices. */
export type ApplicationRow = Partial<Pick<ApplicationConfig, "devices" | "routeingDevices"
| "privateDataOf">>;

export class Rights {
  readonly #patterns: readonly RegExp[] | undefined;
  /** Verdicts so far: an application asks about the same devices again and again. */
  readonly #known = new Map<string, boolean>();
  readonly mayControl: boolean;
  /** Whose calls it routes without asking for it. */
  readonly routeingDevices: readonly string[];
  readonly #privateDataOf: string | undefined;

  /** `devices` undefined: all. */
  constructor(
    identity: Identity, { devices, routeingDevices = [], privateDataOf }: ApplicationRow,
  ) {
    this.mayControl = includes(identity.role, "operator");
    this.#patterns = devices?.map(compile);
    this.routeingDevices = this.mayControl ? routeingDevices : [];
    this.#privateDataOf = privateDataOf;
  }

  /** Whether private data go to and come from this link, of those that speak the encoding. */
  hearsPrivateDataOf(link: LinkId): boolean {
    return this.#privateDataOf === undefined || this.#privateDataOf === link;
  }

  get coversAll(): boolean {
    return this.#patterns === undefined;
  }

  /** A pattern is about the device's own name, or about `link:device`. */
  covers(link: LinkId, device: string): boolean {
    if (this.#patterns === undefined) return true;
    const full = `${link}:${device}`;
    const known = this.#known.get(full);
    if (known !== undefined) return known;
    const verdict = this.#patterns.some((each) => each.test(device) || each.test(full));
    if (this.#known.size >= verdictsMax) this.#known.clear();
    this.#known.set(full, verdict);
    return verdict;
  }
}

export const verdictsMax = 20_000;

/** `*` stands for any characters, `?` for one. */
function compile(pattern: string): RegExp {
  const source = pattern.replace(/[^*?]/g, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`)
    .replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`, "su");
}

/** The row of an application. Undefined: it may not come in. Without rows everybody may. */
export function applicationOf(
  { applications }: Pick<CstaConfig, "applications">, name: string,
): ApplicationRow | undefined {
  if (applications.length === 0) return {};
  return applications.find(({ user }) => user.toLowerCase() === name.toLowerCase());
}
