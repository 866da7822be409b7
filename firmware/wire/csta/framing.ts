/**
 * Frames around PDUs of CSTA in ASN.1 on a stream. A PDU must fill its frame exactly and be sound
 * BER, so that after garbage the next frame that was really there is found.
 */

import type { Decoded, Decoder } from "../../base/codec.js";
import { announcedOctets, openPduBytesMax, pduBytesMax, soundOctets } from "./pdu-bounds.js";

/**
 * `none`: the PDU ends where its BER ends. `len16`: two octets of length before it (Panasonic,
 * Alcatel). `hipath3`: three octets, 0x26, then the length with the top bit set (HiPath 3000,
 * OpenScape Business). `tpkt`: RFC 1006's four octets.
 */
export const framingNames = ["none", "len16", "hipath3", "tpkt"] as const;
export type FramingName = typeof framingNames[number];

export interface CstaFraming {
  readonly name: FramingName;
  /**
   * Some speak before the first frame: the client sends `B`, the switching function answers `P`,
   * and the client says `EXIT` at the end (Alcatel; old ports of Panasonic).
   */
  readonly handshake?: boolean;
}

/** Octets and text of the handshake. */
export const handshakes = { begin: "B", answer: "P", end: "EXIT" } as const;
export type HandshakeStep = keyof typeof handshakes;

export type CstaFrame =
  | { readonly kind: "pdu"; readonly pdu: Uint8Array }
  /** A frame of nothing. */
  | { readonly kind: "keep-alive" }
  | { readonly kind: "handshake"; readonly step: HandshakeStep };

export interface CstaFramer {
  /** Undefined: this framing has no such frame, or not of that length. */
  encode(frame: CstaFrame): Uint8Array | undefined;
  decoder(): Decoder<CstaFrame>;
}

/** The frame at the beginning; undefined: more octets are needed; or why none begins here. */
type Found = { readonly octets: number; readonly pdu: Uint8Array } | undefined | string;

interface Strategy {
  write(pdu: Uint8Array): Uint8Array | undefined;
  read(bytes: Uint8Array): Found;
}

const nothing = new Uint8Array(0);

/** A PDU of `length` octets behind `head` octets of frame. */
function readPdu(bytes: Uint8Array, head: number, length: number): Found {
  if (length === 0) return { octets: head, pdu: nothing };
  const announced = announcedOctets(bytes.subarray(0, head + length), head);
  if (typeof announced === "string") return announced;
  if (announced !== undefined && announced !== 0 && announced !== length) {
    return "a PDU that does not fill its frame";
  }
  if (bytes.length < head + length) return undefined;
  const pdu = bytes.subarray(head, head + length);
  return soundOctets(pdu, 0) === length ? { octets: head + length, pdu }
    : "a PDU that is no sound BER";
}

const selfDelimiting: Strategy = {
  write: (pdu) => pdu.length > 0 && pdu.length <= pduBytesMax ? pdu : undefined,
  read(bytes) {
    const announced = announcedOctets(bytes, 0);
    if (announced === undefined || typeof announced === "string") return announced;
    if (announced > 0) return readPdu(bytes, 0, announced);
    const octets = soundOctets(bytes.subarray(0, openPduBytesMax), 0);
    if (typeof octets === "string") return octets;
    if (octets !== undefined) return { octets, pdu: bytes.subarray(0, octets) };
    return bytes.length < openPduBytesMax ? undefined : "a PDU without end";
  },
};

/** The PDU behind so many octets of frame. */
function behind(octets: number, pdu: Uint8Array, write: (head: Buffer) => void): Buffer {
  const frame = Buffer.allocUnsafe(octets + pdu.length);
  write(frame);
  frame.set(pdu, octets);
  return frame;
}

const len16: Strategy = {
  write(pdu) {
    return pdu.length > pduBytesMax ? undefined
      : behind(2, pdu, (head) => { head.writeUInt16BE(pdu.length); });
  },
  read(bytes) {
    const high = bytes[0];
    const low = bytes[1];
    if (high === undefined || low === undefined) return undefined;
    return readPdu(bytes, 2, high * 256 + low);
  },
};

const hipathMark = 0x26;
const hipathHead = 3;
const hipathLast = 0x80;
/** Octets of one frame that are sent, and parts of one PDU that are read. */
const hipathPartBytesMax = 1_000;
export const hipathPartsMax = 128;

function hipathPart(part: Uint8Array, last: boolean): Uint8Array {
  const high = part.length >> 8 | (last ? hipathLast : 0);
  return Buffer.concat([Buffer.of(hipathMark, high, part.length & 0xff), part]);
}

const hipath3: Strategy = {
  write(pdu) {
    if (pdu.length > pduBytesMax) return undefined;
    const parts: Uint8Array[] = [];
    for (let at = 0; at < Math.max(1, pdu.length); at += hipathPartBytesMax) {
      const end = at + hipathPartBytesMax;
      parts.push(hipathPart(pdu.subarray(at, end), end >= pdu.length));
    }
    return Buffer.concat(parts);
  },
  read(bytes) {
    const parts: Uint8Array[] = [];
    for (let at = 0; parts.length < hipathPartsMax;) {
      const [mark, high, low] = bytes.subarray(at, at + hipathHead);
      if (mark === undefined) return undefined;
      if (mark !== hipathMark) return "no frame begins here";
      if (high === undefined || low === undefined) return undefined;
      const last = (high & hipathLast) !== 0;
      const length = (high & ~hipathLast) * 256 + low;
      if (last && at === 0) return readPdu(bytes, hipathHead, length);
      if (length === 0) return "a part of nothing";
      if (at === 0) {
        const announced = announcedOctets(bytes, hipathHead);
        if (typeof announced === "string") return announced;
      }
      const end = at + hipathHead + length;
      if (bytes.length < end) return undefined;
      parts.push(bytes.subarray(at + hipathHead, end));
      if (last) return joined(parts, end);
      at = end;
    }
    return `more than ${hipathPartsMax} parts`;
  },
};

function joined(parts: readonly Uint8Array[], octets: number): Found {
  const pdu = Buffer.concat(parts);
  const found = readPdu(pdu, 0, pdu.length);
  return typeof found === "object" ? { octets, pdu } : found;
}

const tpktVersion = 3;
const tpktHead = 4;
/** Class 0 of the transport protocol: data, the last of its unit (X.224 13.7). */
const dataUnit = Buffer.of(0x02, 0xf0, 0x80);

const tpkt: Strategy = {
  write(pdu) {
    const length = tpktHead + pdu.length;
    return length > pduBytesMax ? undefined
      : Buffer.concat([Buffer.of(tpktVersion, 0, length >> 8, length & 0xff), pdu]);
  },
  read(bytes) {
    const [version, reserved, high, low] = bytes;
    if (version !== undefined && version !== tpktVersion) return "no frame begins here";
    if (reserved !== undefined && reserved !== 0) return "no frame begins here";
    if (high === undefined || low === undefined) return undefined;
    const length = high * 256 + low - tpktHead;
    if (length < 0) return "a length shorter than its header";
    if (length >= dataUnit.length && bytes[tpktHead] === dataUnit[0]) {
      const unit = bytes.subarray(tpktHead, tpktHead + dataUnit.length);
      if (!dataUnit.subarray(0, unit.length).equals(unit)) return "no data of class 0";
      return unit.length < dataUnit.length ? undefined
        : readPdu(bytes, tpktHead + dataUnit.length, length - dataUnit.length);
    }
    return readPdu(bytes, tpktHead, length);
  },
};

const strategies: Readonly<Record<FramingName, Strategy>> = {
  none: selfDelimiting, len16, hipath3, tpkt,
};

/** Frames of one connection, in both directions. */
export function cstaFramer({ name, handshake = false }: CstaFraming): CstaFramer {
  const strategy = strategies[name];
  return {
    encode(frame) {
      switch (frame.kind) {
        case "pdu": return frame.pdu.length === 0 ? undefined : strategy.write(frame.pdu);
        case "keep-alive": return strategy.write(nothing);
        case "handshake": return handshake ? Buffer.from(handshakes[frame.step]) : undefined;
      }
    },
    decoder: () => new FrameDecoder(strategy, handshake),
  };
}

const exit = Buffer.from(handshakes.end);

class FrameDecoder implements Decoder<CstaFrame> {
  readonly #strategy: Strategy;
  readonly #handshake: boolean;
  #rest: Uint8Array = nothing;
  /** No frame yet: the octets of the handshake may still come. */
  #fresh = true;
  /** After garbage: two zeros are no sign of life, but may be the end of it. */
  #lost = false;

  constructor(strategy: Strategy, handshake: boolean) {
    this.#strategy = strategy;
    this.#handshake = handshake;
  }

  push(chunk: Uint8Array): Iterable<Decoded<CstaFrame>> {
    const found: Decoded<CstaFrame>[] = [];
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    let noise = 0;
    let reason = "";
    const tellNoise = (): void => {
      if (at > noise) found.push({ kind: "garbage", bytes: bytes.slice(noise, at), reason });
    };
    while (at < bytes.length) {
      const next = this.#frameAt(bytes.subarray(at));
      if (next === undefined) break;
      if (typeof next === "string") {
        if (at === noise) reason = next;
        at += 1;
        this.#lost = true;
        continue;
      }
      tellNoise();
      this.#lost = false;
      at += next.octets;
      noise = at;
      found.push({ kind: "message", message: next.frame });
    }
    tellNoise();
    // A copy: the rest must not keep a large chunk alive.
    this.#rest = at < bytes.length ? bytes.slice(at) : nothing;
    return found;
  }

  #frameAt(bytes: Uint8Array):
  { readonly octets: number; readonly frame: CstaFrame } | undefined | string {
    if (this.#handshake) {
      const step = this.#stepAt(bytes);
      if (step === "more") return undefined;
      if (step !== undefined) {
        return { octets: handshakes[step].length, frame: { kind: "handshake", step } };
      }
    }
    const read = this.#strategy.read(bytes);
    if (read === undefined || typeof read === "string") return read;
    if (this.#lost && read.pdu.length === 0) return "no frame begins here";
    this.#fresh = false;
    return { octets: read.octets,
      frame: read.pdu.length === 0 ? { kind: "keep-alive" } : { kind: "pdu", pdu: read.pdu } };
  }

  #stepAt(bytes: Uint8Array): HandshakeStep | "more" | undefined {
    const first = String.fromCharCode(bytes[0] ?? 0);
    if (this.#fresh && first === handshakes.begin) return "begin";
    if (this.#fresh && first === handshakes.answer) return "answer";
    const text = bytes.subarray(0, exit.length);
    if (!exit.subarray(0, text.length).equals(text)) return undefined;
    return text.length < exit.length ? "more" : "end";
  }
}
