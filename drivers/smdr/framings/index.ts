/** All framings, by the name that the option `framing` takes. */

import { lineFraming, type Framing } from "../framing.js";
import { NecFree } from "./nec.js";

export interface FramingOptions {
  readonly framing: FramingName;
  /** Where it is one of NEC's. */
  readonly nec?: NecSettings | undefined;
}

export interface NecSettings {
  /** A parity octet stands behind each block. */
  readonly parity: boolean;
}

const framings = {
  "lines": () => lineFraming,
  "nec-free": ({ parity }) => new NecFree(parity),
} as const satisfies Readonly<Record<string, (nec: NecSettings) => Framing>>;

export type FramingName = keyof typeof framings;

export const framingNames = Object.keys(framings) as [FramingName, ...FramingName[]];

export const necDefaults: NecSettings = { parity: true };

/** A new one for every opening of the channel. */
export function openFraming({ framing, nec = necDefaults }: FramingOptions): Framing {
  return framings[framing](nec);
}
