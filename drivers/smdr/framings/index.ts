/** All framings, by the name that the option `framing` takes. */

import type { Result, Text } from "../../../firmware/base/result.js";
import { datagramFraming, lineFraming, type Framing } from "../framing.js";
import { AvayaRsp } from "./avaya-rsp.js";
import { IsdxBlocks } from "./isdx-blocks.js";
import type { FramingMemory } from "./memory.js";
import { NecFree, NecPolled, necDefaults, type NecSettings } from "./nec.js";
import { NecTcp } from "./nec-tcp.js";
import { OxeTcp } from "./oxe-tcp.js";
import { RadiusFraming } from "./radius.js";
import { SnmpTrapFraming } from "./snmp-trap.js";
import { SyslogFraming, type SyslogSettings } from "./syslog.js";

export interface FramingOptions {
  readonly framing: FramingName;
  /** Where it is one of NEC's. */
  readonly nec?: NecSettings | undefined;
  readonly syslog?: SyslogSettings | undefined;
  /** `community` is a reference. */
  readonly snmp?: { readonly community: string; readonly variable?: string | undefined }
    | undefined;
  /** `secret` is a reference. */
  readonly radius?: { readonly secret: string } | undefined;
}

/** Where the bytes come from. */
export interface Surroundings {
  readonly memory: FramingMemory;
  /** Each call of `receive` is a datagram. */
  readonly datagrams: boolean;
  /** Absent where bytes are only tried: nobody is to be trusted or answered. */
  readonly secret?: ((reference: string) => Result<string>) | undefined;
}

const found = (
  { secret }: Surroundings, reference: string | undefined,
): Result<string> | undefined => reference === undefined ? undefined : secret?.(reference);

const framings = {
  "lines": (_options, { datagrams }) => datagrams ? datagramFraming : lineFraming,
  "isdx": () => new IsdxBlocks(),
  "avaya-rsp": (_options, { memory }) => new AvayaRsp(memory),
  "nec-free": ({ nec = necDefaults }) => new NecFree(nec),
  "nec-polled": ({ nec = necDefaults }, { memory }) => new NecPolled(nec, memory),
  "nec-tcp": ({ nec = necDefaults }, { memory }) => new NecTcp(nec, memory),
  "oxe-tcp": () => new OxeTcp(),
  "syslog": ({ syslog = {} }, { datagrams }) => new SyslogFraming(syslog, datagrams),
  "snmp-trap": ({ snmp }, around) => overDatagrams(new SnmpTrapFraming({
    community: found(around, snmp?.community), variable: snmp?.variable }, around.memory), around),
  "radius": ({ radius }, around) => overDatagrams(new RadiusFraming({
    secret: found(around, radius?.secret) }, around.memory), around),
} as const satisfies Readonly<Record<string,
  (options: FramingOptions, around: Surroundings) => Framing>>;

export type FramingName = keyof typeof framings;

export const framingNames = Object.keys(framings) as [FramingName, ...FramingName[]];

/** A new one for every opening of the channel. */
export function openFraming(options: FramingOptions, around: Surroundings): Framing {
  return framings[options.framing](options, around);
}

const noDatagrams: Text = { en: "this framing needs transport: udp",
  fr: "ces trames demandent transport : udp" };

function overDatagrams(framing: Framing, { datagrams, secret }: Surroundings): Framing {
  if (datagrams || secret === undefined) return framing;
  return { ...lineFraming, silenceEndsLine: false,
    open: () => [{ kind: "condition", condition: { type: "lost", reason: noDatagrams } }],
    receive: (bytes) => [{ kind: "skipped", bytes: bytes.length }] };
}
