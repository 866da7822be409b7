/**
 * Octets of BER (ITU-T X.690) as the tables of CSTA go through them: read element by element with
 * nothing made for each, and written from the last octet to the first.
 */

import { berInteger, integerContents, readBer } from "../ber.js";

/** Bit of an identifier octet: the contents are elements. */
export const constructedBit = 0x20;
/** All bits of the tag in an identifier octet: a tag of more octets, which CSTA does not have. */
const longTag = 0x1f;
const longLength = 0x80;
const tooShort = "ends in the middle of an element";

/** One element at a time, where it begins and ends; entering another one moves on to that. */
export class BerReader {
  readonly bytes: Buffer;
  /** Identifier octet: class, constructed or not, tag up to 30. */
  head = 0;
  begin = 0;
  /** Contents, up to `end`. */
  start = 0;
  end = 0;
  /** What follows begins here. */
  next = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** To the element at `at`; a string: there is none before `limit`. */
  enter(at: number, limit: number): string | undefined {
    const { bytes } = this;
    const start = at + 2;
    if (start > limit) return tooShort;
    const head = bytes[at] as number;
    const length = bytes[at + 1] as number;
    if (length >= longLength || (head & longTag) === longTag) return this.#enterLong(at, limit);
    const end = start + length;
    if (end > limit) return tooShort;
    this.head = head;
    this.begin = at;
    this.start = start;
    this.end = end;
    this.next = end;
    return undefined;
  }

  /** Into the contents of the element that it is at, which begin with one. */
  enterFirst(): string | undefined { return this.enter(this.start, this.end); }

  /** To contents that it has been in before. */
  backTo(start: number, end: number): void {
    this.start = start;
    this.end = end;
  }

  #enterLong(at: number, limit: number): string | undefined {
    const element = readBer(this.bytes.subarray(at, limit));
    if (typeof element === "string") return element;
    this.head = this.bytes[at] as number;
    this.begin = at;
    this.start = at + element.headOctets;
    this.end = this.start + element.contents.length;
    this.next = at + element.octets;
    return undefined;
  }

  /** Contents as an integer; undefined: there is none that a number holds. */
  integer(): number | undefined {
    const { bytes, start, end } = this;
    switch (end - start) {
      case 1: return (bytes[start] as number) << 24 >> 24;
      case 2: return ((bytes[start] as number) << 8 | (bytes[start + 1] as number)) << 16 >> 16;
      default: return berInteger(bytes.subarray(start, end));
    }
  }

  /** Contents in Latin-1. */
  latin1(): string { return this.bytes.toString("latin1", this.start, this.end); }

  /** The same, of what peers say again and again. */
  knownText(): string { return latin1Texts.of(this.bytes, this.start, this.end); }

  /** Contents in lower-case hexadecimal, two digits for each octet. */
  hex(): string { return hexTexts.of(this.bytes, this.start, this.end); }

  /** The element from its identifier octet to its end, in hexadecimal. */
  whole(): string { return hexTexts.of(this.bytes, this.begin, this.next); }
}

const hexDigits = "0123456789abcdef";

/** Texts that are kept, and octets of one. */
const textsMax = 2_048;
const textOctetsMax = 16;

/** Texts that were made of octets before: devices and calls are named in every event. */
class Texts {
  readonly #texts = Array.from({ length: textsMax }, () => "");
  readonly #perOctet: 1 | 2;

  constructor(perOctet: 1 | 2) { this.#perOctet = perOctet; }

  of(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return "";
    if (length > textOctetsMax) return this.#make(bytes, start, end);
    let hash = length;
    for (let at = start; at < end; at += 1) hash = Math.imul(hash, 31) + (bytes[at] as number) | 0;
    const slot = (hash ^ hash >>> 11) & textsMax - 1;
    const known = this.#texts[slot] as string;
    if (known.length === length * this.#perOctet && this.#same(known, bytes, start)) return known;
    const made = this.#make(bytes, start, end);
    this.#texts[slot] = made;
    return made;
  }

  #same(known: string, bytes: Buffer, start: number): boolean {
    if (this.#perOctet === 1) {
      for (let at = 0; at < known.length; at += 1) {
        if (known.charCodeAt(at) !== bytes[start + at]) return false;
      }
      return true;
    }
    for (let at = 0; at < known.length; at += 2) {
      const octet = bytes[start + (at >> 1)] as number;
      if (known.charCodeAt(at) !== hexCodes[octet >> 4]
        || known.charCodeAt(at + 1) !== hexCodes[octet & 15]) return false;
    }
    return true;
  }

  #make(bytes: Buffer, start: number, end: number): string {
    return bytes.toString(this.#perOctet === 1 ? "latin1" : "hex", start, end);
  }
}

const hexCodes = Uint8Array.from(Buffer.from(hexDigits));
/** Of each character its value as a lower-case hexadecimal digit; 16: it is none. */
const hexValues = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = hexDigits.indexOf(String.fromCharCode(code));
  return value < 0 ? 16 : value;
});
const latin1Texts = new Texts(1);
const hexTexts = new Texts(2);

/** Stands for a character that Latin-1 does not have. */
const replacement = 0x3f;

/** Octets written from the last to the first, so that every length is known when it is due. */
export class BackwardBuffer {
  #bytes = Buffer.allocUnsafe(512);
  #at = this.#bytes.length;

  /** Octets so far. */
  get length(): number { return this.#bytes.length - this.#at; }

  written(): Uint8Array { return Buffer.from(this.#bytes.subarray(this.#at)); }

  clear(): void { this.#at = this.#bytes.length; }

  put(octets: Uint8Array): void {
    this.#room(octets.length);
    this.#at -= octets.length;
    this.#bytes.set(octets, this.#at);
  }

  putLatin1(text: string): void {
    const { length } = text;
    this.#room(length);
    const at = this.#at -= length;
    const bytes = this.#bytes;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      bytes[at + index] = code <= 0xff ? code : replacement;
    }
  }

  /** False: not lower-case hexadecimal of whole octets. */
  putHex(text: string): boolean {
    const { length } = text;
    if ((length & 1) !== 0) return false;
    this.#room(length >> 1);
    const at = this.#at -= length >> 1;
    const bytes = this.#bytes;
    for (let index = 0; index < length; index += 2) {
      const first = text.charCodeAt(index);
      const second = text.charCodeAt(index + 1);
      if (first > 0xff || second > 0xff) return false;
      const high = hexValues[first] as number;
      const low = hexValues[second] as number;
      if ((high | low) > 15) return false;
      bytes[at + (index >> 1)] = high << 4 | low;
    }
    return true;
  }

  putOctet(octet: number): void {
    this.#room(1);
    this.#at -= 1;
    this.#bytes[this.#at] = octet;
  }

  /** `value`: a whole number that a double holds exactly. */
  putInteger(value: number): void {
    if (value >= 0 && value < 0x80) this.putOctet(value);
    else this.put(integerContents(value));
  }

  /** Identifier octet and length of what was put since the buffer was `before` octets long. */
  putHead(head: number, before: number): void {
    const length = this.length - before;
    this.#room(8);
    if (length < longLength) {
      this.#bytes[this.#at -= 1] = length;
    } else {
      let octets = 0;
      for (let left = length; left > 0; left = Math.floor(left / 256), octets += 1) {
        this.#bytes[this.#at -= 1] = left % 256;
      }
      this.#bytes[this.#at -= 1] = longLength | octets;
    }
    this.#bytes[this.#at -= 1] = head;
  }

  #room(octets: number): void {
    if (octets <= this.#at) return;
    const { length } = this;
    const grown = Buffer.allocUnsafe((length + octets) * 2);
    const at = grown.length - length;
    grown.set(this.#bytes.subarray(this.#at), at);
    this.#bytes = grown;
    this.#at = at;
  }
}
