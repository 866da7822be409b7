/** Channel names, and the devices behind them. */

import type { AmiMessage } from "../../firmware/wire/ami.js";
import type { AmiOptions } from "./options.js";

/**
 * `station` and `trunk` are devices; `local` is half of a wire inside the PBX; `internal` belongs
 * to the PBX's own machinery (announcer, recorder) and is nobody.
 */
export type Role = "station" | "trunk" | "local" | "internal";

const machinery: ReadonlySet<string> = new Set([
  "Announcer", "AsyncGoto", "Bridge", "CBAnn", "CBRec", "ConfBridgeRecorder", "Message",
  "MulticastRTP", "Parked", "Recorder", "Snoop", "Surrogate", "UnicastRTP", "AudioSocket",
]);
const sequence = /-[0-9a-f]{8,}(;[12])?$/;
/** What is kept of any text the PBX sends. */
const textCharsMax = 256;

/** The part of a channel's name before the number of the call: `PJSIP/1001-0000001b`. */
export function endpointOf(channel: string): { technology: string; endpoint: string } {
  const slash = channel.indexOf("/");
  if (slash < 0) return { technology: "", endpoint: channel.slice(0, textCharsMax) };
  const technology = channel.slice(0, slash);
  let rest = channel.slice(slash + 1).replace(/<(MASQ|ZOMBIE)>$/, "").replace(sequence, "");
  if (technology === "IAX2") rest = rest.replace(/-\d+$/, "");
  if (technology === "DAHDI") {
    // Observed nowhere yet. Assumed: DAHDI/4-1 is a fixed port, DAHDI/i1/5551234-2 span 1.
    const span = /^i(\d+)\//.exec(rest);
    rest = span === null ? rest.replace(/-\d+$/, "") : `span-${span[1] ?? ""}`;
  }
  if (technology === "SCCP") rest = rest.replace(/-\d+$/, "");
  if (technology === "Local") rest = rest.replace(/\/n$/, "").replace(/@.*$/, "");
  return { technology, endpoint: rest.slice(0, textCharsMax) };
}

/** `1003` of `PJSIP/1003`, `Local/1003@from-queue/n` and `hint:1003@ext-local`. */
export function deviceOfInterface(text: string): string {
  if (text.startsWith("hint:")) return text.slice(5).replace(/@.*$/, "").slice(0, textCharsMax);
  return endpointOf(text.replace(/\/n$/, "")).endpoint;
}

/** Which half of a pair a Local channel's name says it is. */
export function localHalf(channel: string): "1" | "2" | undefined {
  return channel.endsWith(";1") ? "1" : channel.endsWith(";2") ? "2" : undefined;
}

/** Tells trunks from stations by the operator's patterns and by what the PBX shows. */
export class Endpoints {
  readonly #patterns: readonly RegExp[];
  readonly #contexts: readonly RegExp[];
  readonly #trunks = new Set<string>();
  static readonly trunksMax = 2_000;

  constructor(options: Pick<AmiOptions, "trunks" | "trunkContexts">) {
    this.#patterns = options.trunks.map((text) => new RegExp(`^(?:${text})$`, "u"));
    this.#contexts = options.trunkContexts.map((text) => new RegExp(`^(?:${text})$`, "u"));
  }

  isTrunk(endpoint: string): boolean {
    return this.#trunks.has(endpoint) || this.#patterns.some((each) => each.test(endpoint));
  }

  /** A channel that begins in a context for calls from outside belongs to a trunk. */
  learn(endpoint: string, context: string | undefined): void {
    if (context === undefined || this.#trunks.has(endpoint)) return;
    if (this.#trunks.size < Endpoints.trunksMax && this.#contexts.some((each) =>
      each.test(context))) this.#trunks.add(endpoint);
  }

  role(channel: string): Role {
    const { technology, endpoint } = endpointOf(channel);
    if (technology === "Local") return "local";
    if (machinery.has(technology)) return "internal";
    return this.isTrunk(endpoint) ? "trunk" : "station";
  }
}

/** What every channel event says of a channel, under a prefix such as `Dest`. */
export interface ChannelView {
  readonly uniqueid: string;
  readonly channel: string;
  readonly linkedid: string;
  readonly state: number;
  readonly number: string | undefined;
  readonly name: string | undefined;
  readonly connectedNumber: string | undefined;
  readonly context: string | undefined;
  readonly exten: string | undefined;
}

/** Unset caller data is the literal `<unknown>`; an empty value says no more. */
export function known(value: string | undefined): string | undefined {
  return value === undefined || value === "" || value === "<unknown>" ? undefined
    : value.slice(0, textCharsMax);
}

export function channelView(message: AmiMessage, prefix = ""): ChannelView | undefined {
  const uniqueid = known(message.get(`${prefix}Uniqueid`));
  const channel = known(message.get(`${prefix}Channel`));
  if (uniqueid === undefined || channel === undefined) return undefined;
  const exten = known(message.get(`${prefix}Exten`));
  return {
    uniqueid, channel, linkedid: known(message.get(`${prefix}Linkedid`)) ?? uniqueid,
    state: Number(message.get(`${prefix}ChannelState`) ?? "-1"),
    number: known(message.get(`${prefix}CallerIDNum`)),
    name: known(message.get(`${prefix}CallerIDName`)),
    connectedNumber: known(message.get(`${prefix}ConnectedLineNum`)),
    context: known(message.get(`${prefix}Context`)),
    exten: exten === "s" || exten === "h" || exten === "i" ? undefined : exten,
  };
}

/** `Timestamp: 1795332175.378159`, in milliseconds since 1970 UTC. */
export function occurredAt(message: AmiMessage): number | undefined {
  const text = message.get("Timestamp");
  if (text === undefined) return undefined;
  const ms = Math.round(Number(text) * 1000);
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
