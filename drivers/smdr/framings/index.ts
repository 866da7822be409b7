/** All framings, by the name that the option `framing` takes. */

import { lineFraming, type Framing } from "../framing.js";
import { AvayaRsp } from "./avaya-rsp.js";
import { IsdxBlocks } from "./isdx-blocks.js";
import type { FramingMemory } from "./memory.js";
import { NecFree, NecPolled, necDefaults, type NecSettings } from "./nec.js";
import { NecTcp } from "./nec-tcp.js";

export interface FramingOptions {
  readonly framing: FramingName;
  /** Where it is one of NEC's. */
  readonly nec?: NecSettings | undefined;
}

const framings = {
  "lines": () => lineFraming,
  "isdx": () => new IsdxBlocks(),
  "avaya-rsp": (_nec, memory) => new AvayaRsp(memory),
  "nec-free": (nec) => new NecFree(nec),
  "nec-polled": (nec, memory) => new NecPolled(nec, memory),
  "nec-tcp": (nec, memory) => new NecTcp(nec, memory),
} as const satisfies Readonly<Record<string, (nec: NecSettings, memory: FramingMemory) => Framing>>;

export type FramingName = keyof typeof framings;

export const framingNames = Object.keys(framings) as [FramingName, ...FramingName[]];

/** A new one for every opening of the channel. */
export function openFraming(
  { framing, nec = necDefaults }: FramingOptions, memory: FramingMemory,
): Framing {
  return framings[framing](nec, memory);
}
