/**
 * The Telocator Alphanumeric Protocol, version 1.8 (4 February 1997), for both ends: blocks with
 * their checksum, the terminal's answers, the entry device's requests.
 */

import type { Codec, Decoded, Decoder } from "../base/codec.js";

/** Information in a block: 250 characters, beside 3 of control and 3 of checksum (§3.0 step 8). */
export const infoCharsMax = 250;
/** A line of a terminal's message sequence. */
export const lineBytesMax = 1_024;
/** STX to the CR behind the checksum, and room for terminals with blocks of their own size. */
export const blockBytesMax = 1_024;

const stx = 0x02;
const etx = 0x03;
const eot = 0x04;
const ack = 0x06;
const lf = 0x0a;
const cr = 0x0d;
const nak = 0x15;
const etb = 0x17;
const sub = 0x1a;
const esc = 0x1b;
const rs = 0x1e;
const us = 0x1f;

/** How a block ends: the transaction too (ETX), between fields (ETB), within a field (US). */
const ends = { transaction: etx, between: etb, within: us } as const;
export type TapBlockEnd = keyof typeof ends;

/** What a paging terminal says. */
export type TapAnswer =
  | { readonly kind: "prompt" }
  /** A line of a message sequence; `code` is the response code of Appendix A. */
  | { readonly kind: "text"; readonly code?: string; readonly text: string }
  | { readonly kind: "acknowledge" } | { readonly kind: "repeat" }
  /** RS: this transaction is abandoned. */
  | { readonly kind: "abandon" }
  /** ESC [p: send the first block. */
  | { readonly kind: "goAhead" }
  /** ESC EOT: the terminal hangs up. */
  | { readonly kind: "disconnect" };

/** What an entry device says. */
export type TapRequest =
  /** A CR that asks for `ID=`. */
  | { readonly kind: "enter" }
  /** `PG1` and a password. */
  | { readonly kind: "logon"; readonly service: string; readonly password: string }
  | TapBlock
  /** EOT: no more transactions. */
  | { readonly kind: "logoff" };

export interface TapBlock {
  readonly kind: "block";
  /** With the CRs that end fields, and transparency undone. */
  readonly text: string;
  readonly end: TapBlockEnd;
}

/** §5.0: the last twelve bits of the sum of seven-bit values, four to a character from 0x30. */
export function tapChecksum(bytes: Iterable<number>): string {
  let sum = 0;
  for (const byte of bytes) sum += byte & 0x7f;
  return String.fromCharCode(0x30 + ((sum >> 8) & 0xf), 0x30 + ((sum >> 4) & 0xf),
    0x30 + (sum & 0xf));
}

/** Control characters travel as SUB and a printable one (§3.0, transparency). */
function transparent(text: string): readonly number[][] {
  return [...Buffer.from(text, "latin1")].map((byte) => {
    const seven = byte & 0x7f;
    return seven < 0x20 ? [sub, seven + 0x40] : [seven];
  });
}

/**
 * A transaction as one block, or several where it is longer: each ends between two characters,
 * never within an escaped one.
 */
export function tapBlocks(
  fields: readonly string[], infoMax = infoCharsMax,
): readonly Uint8Array[] {
  const units: (number[] | "field")[] =
    fields.flatMap((field): (number[] | "field")[] => [...transparent(field), "field"]);
  const blocks: Uint8Array[] = [];
  let info: number[] = [];
  for (const [index, unit] of units.entries()) {
    const bytes = unit === "field" ? [cr] : unit;
    if (info.length + bytes.length > infoMax) {
      blocks.push(blockOf(info, units[index - 1] === "field" ? etb : us));
      info = [];
    }
    info.push(...bytes);
  }
  return [...blocks, blockOf(info, etx)];
}

function blockOf(info: readonly number[], end: number): Uint8Array {
  const summed = [stx, ...info, end];
  return Uint8Array.from([...summed, ...Buffer.from(tapChecksum(summed), "latin1"), cr]);
}

const answers: Readonly<Record<Exclude<TapAnswer["kind"], "text">, string>> = {
  prompt: "ID=", acknowledge: "\u0006\r", repeat: "\u0015\r", abandon: "\u001e\r",
  goAhead: "\u001b[p\r", disconnect: "\u001b\u0004\r",
};

export const tapAnswerCodec: Codec<TapAnswer> = {
  encode: (answer) => Buffer.from(answer.kind === "text"
    ? `${answer.code === undefined ? "" : `${answer.code} `}${answer.text}\r`
    : answers[answer.kind], "latin1"),
  decoder: () => new AnswerDecoder(),
};

export const tapRequestCodec: Codec<TapRequest> = {
  encode(request) {
    switch (request.kind) {
      case "enter": return Uint8Array.of(cr);
      case "logon": return Buffer.from(`\u001b${request.service}${request.password}\r`, "latin1");
      case "logoff": return Uint8Array.of(eot, cr);
      case "block": return blockOf(transparentInfo(request.text), ends[request.end]);
    }
  },
  decoder: () => new RequestDecoder(),
};

function transparentInfo(text: string): readonly number[] {
  return text.split("\r").flatMap((field, index) =>
    [...index === 0 ? [] : [cr], ...transparent(field).flat()]);
}

/** Many terminals end lines otherwise than by CR, or not at all behind `ID=` (§4.0). */
class AnswerDecoder implements Decoder<TapAnswer> {
  #line: number[] = [];

  push(chunk: Uint8Array): Iterable<Decoded<TapAnswer>> {
    const found: Decoded<TapAnswer>[] = [];
    for (const octet of chunk) {
      const byte = octet & 0x7f;
      if (byte === cr || byte === lf) {
        this.#endLine(found);
        continue;
      }
      this.#line.push(byte);
      const message = this.#told();
      if (message !== undefined) {
        this.#before(found, message.length);
        found.push({ kind: "message", message: message.answer });
      } else if (this.#line.length >= lineBytesMax) {
        this.#garbage(found, "a line without end");
      }
    }
    return found;
  }

  /** What the last bytes say by themselves, and how many they are. */
  #told(): { readonly answer: TapAnswer; readonly length: number } | undefined {
    const tail = (length: number): string => String.fromCharCode(...this.#line.slice(-length));
    if (tail(3) === "ID=") return { answer: { kind: "prompt" }, length: 3 };
    if (tail(3) === "\u001b[p") return { answer: { kind: "goAhead" }, length: 3 };
    if (tail(2) === "\u001b\u0004") return { answer: { kind: "disconnect" }, length: 2 };
    switch (this.#line.at(-1)) {
      case ack: return { answer: { kind: "acknowledge" }, length: 1 };
      case nak: return { answer: { kind: "repeat" }, length: 1 };
      case rs: return { answer: { kind: "abandon" }, length: 1 };
      default: return undefined;
    }
  }

  /** Text may stand before it on the same line. */
  #before(found: Decoded<TapAnswer>[], length: number): void {
    this.#line = this.#line.slice(0, this.#line.length - length);
    this.#endLine(found);
  }

  #endLine(found: Decoded<TapAnswer>[]): void {
    const text = String.fromCharCode(...this.#line);
    if (text.trim() === "") {
      this.#line = [];
    } else if (this.#line.some((byte) => byte < 0x20 && byte !== 0x07 && byte !== 0x09)) {
      this.#garbage(found, "no text of a paging terminal");
    } else {
      this.#line = [];
      const [, code, rest = ""] = /^(\d{3})(?: (.*))?$/.exec(text) ?? [];
      found.push({ kind: "message", message: code === undefined ? { kind: "text", text }
        : { kind: "text", code, text: rest } });
    }
  }

  #garbage(found: Decoded<TapAnswer>[], reason: string): void {
    found.push({ kind: "garbage", bytes: Uint8Array.from(this.#line), reason });
    this.#line = [];
  }
}

class RequestDecoder implements Decoder<TapRequest> {
  #bytes: number[] = [];

  push(chunk: Uint8Array): Iterable<Decoded<TapRequest>> {
    const found: Decoded<TapRequest>[] = [];
    for (const octet of chunk) {
      const byte = octet & 0x7f;
      // Nothing but a block or a logon goes over several characters; both begin anew.
      if ((byte === stx || byte === esc || byte === eot) && this.#bytes.length > 0) {
        this.#garbage(found, "broken off");
      }
      if (byte === lf) continue;
      this.#bytes.push(byte);
      if (byte === cr) this.#line(found);
      else if (this.#bytes.length >= blockBytesMax) this.#garbage(found, "without end");
    }
    return found;
  }

  /** A CR: in a block it may end a field only. */
  #line(found: Decoded<TapRequest>[]): void {
    const bytes = this.#bytes;
    const [first, second] = bytes;
    if (bytes.length === 1) {
      this.#take(found, { kind: "enter" });
    } else if (first === eot && bytes.length === 2) {
      this.#take(found, { kind: "logoff" });
    } else if (first === esc && second !== undefined) {
      const text = String.fromCharCode(...bytes.slice(1, -1));
      this.#take(found, { kind: "logon", service: text.slice(0, 3), password: text.slice(3) });
    } else if (first !== stx) {
      this.#garbage(found, "no request of an entry device");
    } else if (Object.values(ends).includes(bytes.at(-5) as typeof etx)) {
      this.#block(found);
    } else if (bytes.length >= blockBytesMax) {
      this.#garbage(found, "a block without end");
    }
  }

  #block(found: Decoded<TapRequest>[]): void {
    const bytes = this.#bytes;
    const summed = bytes.slice(0, -4);
    const wrote = String.fromCharCode(...bytes.slice(-4, -1));
    const end = (Object.keys(ends) as TapBlockEnd[]).find((each) => ends[each] === bytes.at(-5));
    if (end === undefined || wrote !== tapChecksum(summed)) {
      this.#garbage(found, "a block with a wrong checksum");
      return;
    }
    let text = "";
    for (let at = 1; at < summed.length - 1; at += 1) {
      const byte = summed[at] ?? 0;
      if (byte === sub) at += 1;
      text += String.fromCharCode(byte === sub ? (summed[at] ?? 0) & 0x1f : byte);
    }
    this.#take(found, { kind: "block", text, end });
  }

  #take(found: Decoded<TapRequest>[], message: TapRequest): void {
    this.#bytes = [];
    found.push({ kind: "message", message });
  }

  #garbage(found: Decoded<TapRequest>[], reason: string): void {
    found.push({ kind: "garbage", bytes: Uint8Array.from(this.#bytes), reason });
    this.#bytes = [];
  }
}
