/**
 * Frames of CSTA XML over TCP (ECMA-323, annex on TCP without SOAP): two octets 00 00 (00 01 with
 * SOAP), the length with the header in two octets, the invoke identifier as four digits, XML.
 */

import type { Decoded, Decoder } from "../../base/codec.js";

const headerBytes = 8;
/** The length field has 16 bits. */
export const xmlFrameBytesMax = 0xffff;
/** Events carry this one; requests 0 to 9998. */
export const eventInvokeID = 9999;

const digit0 = 0x30;
const digit9 = 0x39;
const openAngle = 0x3c;
/** What may stand before the first element: white space and the octets of a byte order mark. */
const before = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** A whole frame; undefined when the text is too long for one. */
export function xmlFrame(invokeID: number, text: string): Uint8Array | undefined {
  const body = Buffer.from(text, "utf8");
  const length = headerBytes + body.length;
  if (length > xmlFrameBytesMax || invokeID < 0 || invokeID > eventInvokeID) return undefined;
  const frame = new Uint8Array(length);
  frame[2] = length >> 8;
  frame[3] = length & 0xff;
  frame.set(Buffer.from(String(invokeID).padStart(4, "0"), "latin1"), 4);
  frame.set(body, headerBytes);
  return frame;
}

/**
 * `read` makes a message of a frame's text, or says why it cannot: then the frame was none, and
 * the next one is looked for from its second octet. A frame without a body has the text "".
 */
export function xmlFrameDecoder<M extends object>(
  read: (invokeID: number, text: string) => M | string,
): Decoder<M> {
  return new Frames(read);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** UTF-8; what is none is taken as Latin-1, which some senders use without a declaration. */
function textOf(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch {
    return Buffer.from(body).toString("latin1");
  }
}

/** Octets of the frame that begins at `at`; 0: none does; a negative number: wait for as many. */
function frameAt(bytes: Uint8Array, at: number): number {
  const oneMore = at - bytes.length - 1;
  if ((bytes[at] ?? 0) !== 0 || (bytes[at + 1] ?? 0) > 1) return 0;
  for (const octet of bytes.subarray(at + 4, at + headerBytes)) {
    if (octet < digit0 || octet > digit9) return 0;
  }
  if (bytes.length - at < 4) return oneMore;
  const length = (bytes[at + 2] ?? 0) << 8 | (bytes[at + 3] ?? 0);
  if (length < headerBytes) return 0;
  if (bytes.length - at < headerBytes) return oneMore;
  const body = bytes.subarray(at + headerBytes, at + length);
  const first = body.find((octet) => !before.has(octet));
  if ((first !== undefined && first !== openAngle) || body.includes(0)) return 0;
  if (body.length === length - headerBytes) return length;
  return first === undefined ? oneMore : -length;
}

class Frames<M extends object> implements Decoder<M> {
  readonly #read: (invokeID: number, text: string) => M | string;
  #held: Uint8Array[] = [];
  #size = 0;
  /** Nothing can be said before so many octets are there. */
  #need = 1;

  constructor(read: (invokeID: number, text: string) => M | string) {
    this.#read = read;
  }

  push(chunk: Uint8Array): Decoded<M>[] {
    this.#held.push(chunk.slice());
    this.#size += chunk.length;
    // A zero octet is in no body: the frame that is waited for was none.
    return this.#size < this.#need && !chunk.includes(0) ? []
      : this.#scan(Buffer.concat(this.#held));
  }

  #scan(bytes: Uint8Array): Decoded<M>[] {
    const found: Decoded<M>[] = [];
    let at = 0;
    let wasted = 0;
    let reason = "";
    const waste = (): void => {
      if (wasted < at) {
        found.push({ kind: "garbage", bytes: bytes.slice(wasted, at), reason });
      }
      reason = "";
    };
    for (;;) {
      const length = frameAt(bytes, at);
      if (length < 0) {
        this.#need = -length;
        break;
      }
      const message = length === 0 ? "no header of a frame" : this.#message(bytes, at, length);
      if (typeof message === "string") {
        reason ||= message;
        const next = bytes.indexOf(0, at + 1);
        at = next < 0 ? bytes.length : next;
        continue;
      }
      waste();
      found.push({ kind: "message", message });
      at += length;
      wasted = at;
    }
    waste();
    const rest = bytes.slice(at);
    this.#held = [rest];
    this.#size = rest.length;
    return found;
  }

  #message(bytes: Uint8Array, at: number, length: number): M | string {
    const invokeID = Number(Buffer.from(bytes.subarray(at + 4, at + headerBytes))
      .toString("latin1"));
    return this.#read(invokeID, textOf(bytes.subarray(at + headerBytes, at + length)));
  }
}
