/**
 * Texts between STX and ETX, with the control octets ENQ, ACK, NAK and EOT around them (ISO 1745),
 * with or without a check octet behind ETX: the exclusive or of all octets behind STX, ETX
 * included. CR, LF and NUL between texts mean nothing.
 */

import type { Codec, Decoded, Decoder } from "../base/codec.js";

/** Longest text; what grows beyond it is no text. */
export const stxTextBytesMax = 2_048;

export type StxControl = "enq" | "ack" | "nak" | "eot";

export type StxFrame =
  | { readonly kind: StxControl }
  /** A whole text whose check octet is wrong; its octets are told of as garbage. */
  | { readonly kind: "damaged" }
  /** One octet a character (Latin-1). */
  | { readonly kind: "text"; readonly text: string };

const stx = 0x02;
const etx = 0x03;
const controls: ReadonlyMap<number, StxControl> =
  new Map([[0x05, "enq"], [0x06, "ack"], [0x15, "nak"], [0x04, "eot"]]);
const octets: Readonly<Record<StxControl, number>> = { enq: 0x05, ack: 0x06, nak: 0x15, eot: 0x04 };
const nothing = new Set([0x00, 0x0a, 0x0d]);

export function checkOctet(text: Uint8Array): number {
  return text.reduce((sum, octet) => sum ^ octet, etx);
}

export interface StxDecoder extends Decoder<StxFrame> {
  /** The beginning of a text waits for its end. */
  readonly pending: boolean;
  /** The sender has fallen silent: what waits will never be a text. */
  flush(): Iterable<Decoded<StxFrame>>;
}

export interface StxCodec extends Codec<StxFrame> {
  decoder(): StxDecoder;
}

export function stxCodec(checked: boolean): StxCodec {
  return {
    encode(frame) {
      if (frame.kind === "damaged") return new Uint8Array(0);
      if (frame.kind !== "text") return Uint8Array.of(octets[frame.kind]);
      const text = Buffer.from(frame.text, "latin1");
      return Uint8Array.of(stx, ...text, etx, ...checked ? [checkOctet(text)] : []);
    },
    decoder: () => new Frames(checked),
  };
}

type Found = Decoded<StxFrame>[];

class Frames implements StxDecoder {
  readonly #checked: boolean;
  #bytes: Uint8Array = new Uint8Array(0);
  #garbage: number[] = [];
  #reason = "";

  constructor(checked: boolean) {
    this.#checked = checked;
  }

  get pending(): boolean {
    return this.#bytes.length > 0;
  }

  push(chunk: Uint8Array): Found {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    return this.#read(false);
  }

  flush(): Found {
    return this.#read(true);
  }

  #read(ended: boolean): Found {
    const found: Found = [];
    const bytes = this.#bytes;
    let at = 0;
    while (at < bytes.length) {
      const octet = bytes[at] ?? 0;
      const control = controls.get(octet);
      if (octet === stx) {
        const length = this.#text(bytes, at, ended, found);
        if (length === 0) break;
        at += length;
        continue;
      }
      if (control !== undefined) {
        this.#give(found);
        found.push({ kind: "message", message: { kind: control } });
      } else if (!nothing.has(octet)) {
        this.#waste(octet, "no text, no control octet");
      }
      at += 1;
    }
    this.#bytes = Uint8Array.from(bytes.subarray(at));
    this.#give(found);
    return found;
  }

  /** How many octets it took; 0: the rest has not come yet. */
  #text(bytes: Uint8Array, at: number, ended: boolean, found: Found): number {
    const most = Math.min(bytes.length, at + 1 + stxTextBytesMax + 1);
    let end = at + 1;
    while (end < most && bytes[end] !== etx && bytes[end] !== stx) end += 1;
    const length = end + 1 - at + (this.#checked ? 1 : 0);
    const isWhole = end < most && bytes[end] === etx;
    if (isWhole && at + length > bytes.length && !ended) return 0;
    if (!isWhole && end === bytes.length && end - at - 1 <= stxTextBytesMax && !ended) return 0;
    if (!isWhole) {
      this.#waste(stx, "a text without end");
      return 1;
    }
    const text = bytes.subarray(at + 1, end);
    if (this.#checked && bytes[end + 1] !== checkOctet(text)) {
      // A new text may begin where the check octet should be.
      const lost = bytes[end + 1] === stx || end + 1 === bytes.length ? length - 1 : length;
      for (const octet of bytes.subarray(at, at + lost)) {
        this.#waste(octet, "the check octet is wrong");
      }
      this.#give(found);
      found.push({ kind: "message", message: { kind: "damaged" } });
      return lost;
    }
    this.#give(found);
    found.push({ kind: "message",
      message: { kind: "text", text: Buffer.from(text).toString("latin1") } });
    return length;
  }

  #waste(octet: number, reason: string): void {
    if (this.#garbage.length === 0) this.#reason = reason;
    this.#garbage.push(octet);
  }

  #give(found: Found): void {
    if (this.#garbage.length === 0) return;
    found.push({ kind: "garbage", bytes: Uint8Array.from(this.#garbage), reason: this.#reason });
    this.#garbage = [];
  }
}
