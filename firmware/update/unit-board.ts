/** What the gateway and the unit under it tell each other: firewall, console, support. */

import type { Result } from "../base/result.js";
import type { NetworkState, NetworkWish } from "./network-probation.js";
import type { NetworkSettings } from "./network-settings.js";

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
  /** The version on a stick that waits for a yes; empty: none. */
  readonly offered: string;
}

/** What somebody at the console asks the gateway for. */
export interface ConsoleWish {
  /** Another for each wish; the answer carries it. */
  readonly mark: string;
  readonly name: "test-links" | "support" | "install-offer";
  readonly language: "en" | "fr";
}

export interface ConsoleAnswer {
  readonly mark: string;
  readonly text: string;
}

export interface NetworkNow {
  readonly settings: NetworkSettings;
  readonly state: NetworkState;
  /** That the unit has, without those of its own use. */
  readonly addresses: readonly string[];
}

export interface UnitBoard {
  /** Ports that the firewall has to let in; all others are shut. */
  open(ports: { readonly tcp: readonly number[]; readonly udp: readonly number[] }):
  Promise<Result<void>>;
  show(facts: ConsoleFacts): Promise<Result<void>>;
  /** The newest wish of the console; undefined: none was made since the unit's start. */
  wish(): Promise<ConsoleWish | undefined>;
  answer(answer: ConsoleAnswer): Promise<Result<void>>;
  /** Keeps a file on the stick that is plugged in for it. Gives where. */
  keepOnStick(name: string, content: Uint8Array): Promise<Result<string>>;
  /** The newest lines of the unit's log. */
  journal(): Promise<Result<string>>;
  network(): Promise<Result<NetworkNow>>;
  /** Carried out by the unit's own service; the state has the answer then. */
  wishNetwork(wish: NetworkWish): Promise<Result<void>>;
}
