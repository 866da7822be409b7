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
  latin1(): string {
    const { bytes: b, start: at, end } = this;
    // A call out of the engine for a few characters would take longer than the rest.
    switch (end - at) {
      case 0: return "";
      case 1: return String.fromCharCode(b[at] as number);
      case 2: return String.fromCharCode(b[at] as number, b[at + 1] as number);
      case 3: return String.fromCharCode(b[at] as number, b[at + 1] as number,
        b[at + 2] as number);
      case 4: return String.fromCharCode(b[at] as number, b[at + 1] as number,
        b[at + 2] as number, b[at + 3] as number);
      case 5: return String.fromCharCode(b[at] as number, b[at + 1] as number,
        b[at + 2] as number, b[at + 3] as number, b[at + 4] as number);
      case timeOctets: return String.fromCharCode(b[at] as number, b[at + 1] as number,
        b[at + 2] as number, b[at + 3] as number, b[at + 4] as number, b[at + 5] as number,
        b[at + 6] as number, b[at + 7] as number, b[at + 8] as number, b[at + 9] as number,
        b[at + 10] as number, b[at + 11] as number, b[at + 12] as number, b[at + 13] as number);
      default: return b.toString("latin1", at, end);
    }
  }

  /** Contents in lower-case hexadecimal, two digits for each octet. */
  hex(): string {
    const { bytes, start: at, end } = this;
    switch (end - at) {
      case 0: return "";
      case 1: return String.fromCharCode(highDigits[bytes[at] as number] as number,
        lowDigits[bytes[at] as number] as number);
      case 2: return String.fromCharCode(highDigits[bytes[at] as number] as number,
        lowDigits[bytes[at] as number] as number, highDigits[bytes[at + 1] as number] as number,
        lowDigits[bytes[at + 1] as number] as number);
      default: return bytes.toString("hex", at, end);
    }
  }

  /** The element from its identifier octet to its end, in hexadecimal. */
  whole(): string { return this.bytes.toString("hex", this.begin, this.next); }
}

/** Octets of a time that says the second. */
const timeOctets = 14;
const hexDigits = "0123456789abcdef";
/** Of each octet the codes of its two digits. */
const highDigits = Uint8Array.from({ length: 256 }, (_, octet) => hexDigits.charCodeAt(octet >> 4));
const lowDigits = Uint8Array.from({ length: 256 }, (_, octet) => hexDigits.charCodeAt(octet & 15));
/** Of each character its value as a lower-case hexadecimal digit; 16: it is none. */
const hexValues = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = hexDigits.indexOf(String.fromCharCode(code));
  return value < 0 ? 16 : value;
});

/** Stands for a character that Latin-1 does not have. */
const replacement = 0x3f;

/** Octets of the storage that written elements lie in, one before the other. */
const storageOctets = 16_384;

/** Octets written from the last to the first, so that every length is known when it is due. */
export class BackwardBuffer {
  #bytes = Buffer.allocUnsafeSlow(storageOctets);
  /** The first octet of what is being written, and where it ends. */
  #at = storageOctets;
  #end = storageOctets;

  /** Octets so far. */
  get length(): number { return this.#end - this.#at; }

  /** What was written; the next goes before it, in octets that nobody has. */
  take(): Uint8Array {
    const written = this.#bytes.subarray(this.#at, this.#end);
    this.#end = this.#at;
    return written;
  }

  drop(): void { this.#at = this.#end; }

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
    const total = Math.max(storageOctets, (length + octets) * 2);
    const bytes = Buffer.allocUnsafeSlow(total);
    bytes.set(this.#bytes.subarray(this.#at, this.#end), total - length);
    this.#bytes = bytes;
    this.#at = total - length;
    this.#end = total;
  }
}
