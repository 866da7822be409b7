/** What the gateway tells the unit under it: for the firewall and for the console. */

import type { Result } from "../base/result.js";

export interface LinkFact {
  readonly id: string;
  readonly state: string;
}

/** Shown on the unit's own screen: whoever stands before it may read it. */
export interface ConsoleFacts {
  readonly unit: string;
  readonly version: string;
  readonly language: "en" | "fr";
  readonly webPort: number;
  /** SHA-256 of the authority's certificate, as browsers and ctictl show it. */
  readonly fingerprint: string;
  /** The first sign-in, until somebody has changed the password and deleted it. */
  readonly firstAdmin: string;
  readonly links: readonly LinkFact[];
  readonly alarms: number;
  /** Of the update: `idle`, `on-trial`... */
  readonly stage: string;
}

export interface UnitBoard {
  /** Ports that the firewall has to let in; all others are shut. */
  open(ports: { readonly tcp: readonly number[]; readonly udp: readonly number[] }):
  Promise<Result<void>>;
  show(facts: ConsoleFacts): Promise<Result<void>>;
}
