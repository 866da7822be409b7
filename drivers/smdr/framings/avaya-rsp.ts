/**
 * The collector's end of RSP: the PBX connects (to `tcp-listen`), starts a session, sends packets
 * of records and repeats them until they are acknowledged. CDR1 and CDR2 of the PBX are two links,
 * each with a port of its own.
 * Assumed: the acceptance of the capture fits every start.
 * Assumed: an acknowledgement names the count that is expected next, modulo 256.
 * Assumed: a packet with the count and the text of one of the last eight is a repetition.
 */

import { types, packetOf, RspReader, type RspPiece } from "./rsp-packets.js";
import type { Framed, Framing } from "../framing.js";
import type { FramingMemory } from "./memory.js";

/** A packet of whole lines is complete when nothing has followed it for so long. */
export const packetQuietMs = 100;
/** The PBX asks for a sign of life after 255 s without records at the latest (ip-services). */
export const silenceMs = 300_000;
/** A longer packet is taken in parts. */
export const packetBytesMax = 16_384;
/** Packets that the PBX may have on their way, with some to spare. */
const repeatsMax = 8;
const lf = 0x0a;

const parameters = [{ identifier: 6, value: [0] }, { identifier: 7, value: [0] },
  { identifier: 2, value: [6] }] as const;

export const acceptance = packetOf(types.accept, parameters);

/** `sequence`: the count that is expected next. */
export function acknowledgement(sequence: number): Uint8Array {
  return packetOf(types.ack, [{ identifier: 5, value: [sequence & 0xff] }]);
}

interface Packet {
  readonly sequence: number | undefined;
  parts: Uint8Array[];
  length: number;
  /** Its last octet so far that is no padding. */
  last: number | undefined;
  /** Some of it was taken already. */
  taken: boolean;
}

export class AvayaRsp implements Framing {
  readonly silenceEndsLine = false;
  readonly #memory: FramingMemory;
  readonly #reader = new RspReader();
  #packet: Packet | undefined;

  constructor(memory: FramingMemory) {
    this.#memory = memory;
  }

  open(): readonly Framed[] {
    return [{ kind: "wait", ms: silenceMs }];
  }

  receive(bytes: Uint8Array): readonly Framed[] {
    const framed = this.#reader.push(bytes).flatMap((piece) => this.#piece(piece));
    return [...framed,
      { kind: "wait", ms: this.#isWhole() ? packetQuietMs : silenceMs }];
  }

  elapsed(): readonly Framed[] {
    if (this.#isWhole()) return [...this.#finish(), { kind: "wait", ms: silenceMs }];
    return [{ kind: "condition", condition: { type: "lost", reason: {
      en: "the PBX has given no sign of life for 5 minutes",
      fr: "le PBX n'a pas donné signe de vie depuis 5 minutes" } } }];
  }

  end(): readonly Framed[] {
    const left = this.#reader.end().flatMap((piece) => this.#piece(piece));
    return [...left, ...this.#isWhole() ? this.#take() : this.#drop()];
  }

  #piece(piece: RspPiece): readonly Framed[] {
    switch (piece.kind) {
      case "damage": return [{ kind: "garbage", bytes: piece.bytes, reason: piece.reason }];
      case "text": return this.#text(piece.bytes);
      case "head": return [...this.#next(piece), { kind: "skipped", bytes: piece.bytes },
        ...this.#head(piece)];
    }
  }

  #head({ type, sequence }: RspPiece & { readonly kind: "head" }): readonly Framed[] {
    switch (type) {
      case types.start: return [{ kind: "reply", bytes: acceptance },
        { kind: "condition", condition: { type: "ready" } }];
      case types.alive: return [{ kind: "reply", bytes: Uint8Array.of(types.aliveAnswer) }];
      case types.data:
        this.#packet = { sequence, parts: [], length: 0, last: undefined, taken: false };
        return [];
      default: return [];
    }
  }

  /** Another packet begins: what of the one before it is whole is taken. */
  #next({ type, sequence }: RspPiece & { readonly kind: "head" }): readonly Framed[] {
    if (this.#packet === undefined) return [];
    const again = type === types.start || (type === types.data
      && sequence === this.#packet.sequence);
    return again && !this.#isWhole() ? this.#drop() : this.#finish();
  }

  #text(bytes: Uint8Array): readonly Framed[] {
    const packet = this.#packet;
    if (packet === undefined) {
      return [{ kind: "garbage", bytes, reason: "text behind no packet's head" }];
    }
    packet.parts.push(bytes);
    packet.length += bytes.length;
    packet.last = bytes.findLast((octet) => octet !== 0) ?? packet.last;
    if (packet.length <= packetBytesMax) return [];
    const text = Buffer.concat(packet.parts);
    packet.parts = [];
    packet.length = 0;
    packet.taken = true;
    return [{ kind: "text", bytes: text }];
  }

  #isWhole(): boolean {
    return this.#packet?.last === lf;
  }

  /** What has been taken is acknowledged: it is durable since before it came here. */
  #finish(): readonly Framed[] {
    const { sequence } = this.#packet ?? {};
    const taken = this.#take();
    return sequence === undefined ? taken
      : [...taken, { kind: "reply", bytes: acknowledgement(sequence + 1) }];
  }

  #take(): readonly Framed[] {
    const packet = this.#packet;
    this.#packet = undefined;
    if (packet === undefined) return [];
    const text = Buffer.concat(packet.parts);
    const known = `${packet.sequence ?? ""} ${text.toString("latin1")}`;
    const { recent = [] } = this.#memory;
    if (!packet.taken && packet.sequence !== undefined) {
      if (recent.includes(known)) return [{ kind: "skipped", bytes: text.length }];
      this.#memory.recent = [...recent, known].slice(-repeatsMax);
    }
    return text.length === 0 ? [] : [{ kind: "text", bytes: text, ends: true }];
  }

  #drop(): readonly Framed[] {
    const parts = this.#packet?.parts ?? [];
    this.#packet = undefined;
    return parts.length === 0 ? [] : [{ kind: "garbage", bytes: Buffer.concat(parts),
      reason: "a packet that is not whole; the PBX repeats it" }];
  }
}
