/**
 * ESPA 4.4.4 (November 1984), serial data interface for paging equipment, on the basic mode of
 * ISO 1745: polls, selections, acknowledgements and blocks of records, for both ends.
 */

import type { Codec, Decoded, Decoder } from "../base/codec.js";

/** SOH to BCC. Texts have 128 characters; 1,024 are far more than any record list has. */
export const blockBytesMax = 1_024;

const soh = 0x01;
const stx = 0x02;
const etx = 0x03;
const eot = 0x04;
const enq = 0x05;
const ack = 0x06;
const nak = 0x15;
const rs = 0x1e;
const us = 0x1f;

/** §4.2. Others travel as they are. */
export const espaHeaders = { callToPager: "1", statusInformation: "2", statusRequest: "3",
  callToSubscriberLine: "4" } as const;

/** §4.3. */
export const espaRecords = { address: "1", text: "2", beep: "3", callType: "4",
  transmissions: "5", priority: "6", callStatus: "7", systemStatus: "8" } as const;

export interface EspaRecord {
  /** The data identifier: `1` the call address, `2` the text ... */
  readonly id: string;
  /** As on the line; without control characters below US. */
  readonly value: Uint8Array;
}

export interface EspaBlock {
  readonly kind: "block";
  readonly header: string;
  readonly records: readonly EspaRecord[];
}

export type EspaMessage =
  /** A poll or a selection (§3.1, §3.2): which of them depends on what went before. */
  | { readonly kind: "enquiry"; readonly address: string }
  | { readonly kind: "acknowledge" }
  /** `prefix` says why, where the other end says it (§2.4). */
  | { readonly kind: "refuse"; readonly prefix?: string }
  /** The end of a transmission (§3.3): the line is free, the control station has it. */
  | { readonly kind: "end" }
  | EspaBlock;

/** BCC: the exclusive or of all that follows SOH, ETX included (§4.1, ISO 1155). */
export function blockCheck(bytes: Iterable<number>): number {
  let sum = 0;
  for (const byte of bytes) sum ^= byte;
  return sum;
}

export function espaRecord(block: EspaBlock, id: string): Uint8Array | undefined {
  return block.records.find((record) => record.id === id)?.value;
}

function isPrintable(byte: number | undefined): byte is number {
  return byte !== undefined && byte > 0x20 && byte < 0x7f;
}

function encodeBlock({ header, records }: EspaBlock): Uint8Array {
  const body: number[] = [...Buffer.from(header, "latin1"), stx];
  for (const [index, { id, value }] of records.entries()) {
    if (index > 0) body.push(rs);
    // A control character in a value would steer the line.
    body.push(...Buffer.from(id, "latin1"), us,
      ...value.map((byte) => byte < 0x20 || byte === 0x7f ? 0x20 : byte));
  }
  body.push(etx);
  return Uint8Array.of(soh, ...body, blockCheck(body));
}

export const espaCodec: Codec<EspaMessage> = {
  encode(message) {
    switch (message.kind) {
      case "enquiry": return Uint8Array.of(message.address.charCodeAt(0), enq);
      case "acknowledge": return Uint8Array.of(ack);
      case "refuse": return message.prefix === undefined ? Uint8Array.of(nak)
        : Uint8Array.of(message.prefix.charCodeAt(0), nak);
      case "end": return Uint8Array.of(eot);
      case "block": return encodeBlock(message);
    }
  },
  decoder: () => new EspaDecoder(),
};

const controls: ReadonlySet<number> = new Set([soh, eot, enq, ack, nak]);

class EspaDecoder implements Decoder<EspaMessage> {
  #bytes: number[] = [];
  /** Garbage of this chunk that is not told yet. */
  #noise: number[] = [];
  #reason = "";

  push(chunk: Uint8Array): Iterable<Decoded<EspaMessage>> {
    const found: Decoded<EspaMessage>[] = [];
    for (const byte of chunk) {
      this.#bytes.push(byte);
      while (this.#step(found)) { /* until more bytes are needed */ }
    }
    this.#tellNoise(found);
    return found;
  }

  /** Whether something was taken from the front and there may be more. */
  #step(found: Decoded<EspaMessage>[]): boolean {
    const [first, second] = this.#bytes;
    if (first === undefined) return false;
    if (first === soh) return this.#block(found);
    if (first === eot) return this.#take(found, 1, { kind: "end" });
    if (first === ack) return this.#take(found, 1, { kind: "acknowledge" });
    if (first === nak) return this.#take(found, 1, { kind: "refuse" });
    if (!isPrintable(first)) return this.#garbage(found, 1, "no character of the protocol");
    if (second === undefined) return false;
    if (second === enq) {
      return this.#take(found, 2, { kind: "enquiry", address: String.fromCharCode(first) });
    }
    if (second === nak) {
      return this.#take(found, 2, { kind: "refuse", prefix: String.fromCharCode(first) });
    }
    return this.#garbage(found, 1, "a character outside a block");
  }

  #block(found: Decoded<EspaMessage>[]): boolean {
    const bytes = this.#bytes;
    const last = bytes.length - 1;
    const end = bytes.indexOf(etx, 1);
    // The check character may be any; everything before it is looked at as it comes.
    if (end < 0 || last === end) {
      if (last > 0 && controls.has(bytes[last] ?? 0)) {
        return this.#garbage(found, last, "a block broken off");
      }
      return bytes.length >= blockBytesMax && this.#garbage(found, 1, "a block without end");
    }
    const body = bytes.slice(1, end + 1);
    const sum = blockCheck(body);
    // Some count in seven bits though they send eight.
    if (bytes[end + 1] !== sum && bytes[end + 1] !== (sum & 0x7f)) {
      return this.#garbage(found, end + 1, "a block with a wrong check character");
    }
    const block = readBlock(body.slice(0, -1));
    return block === undefined ? this.#garbage(found, end + 2, "a block without records")
      : this.#take(found, end + 2, block);
  }

  #take(found: Decoded<EspaMessage>[], length: number, message: EspaMessage): boolean {
    this.#bytes = this.#bytes.slice(length);
    this.#tellNoise(found);
    found.push({ kind: "message", message });
    return true;
  }

  #garbage(found: Decoded<EspaMessage>[], length: number, reason: string): boolean {
    if (reason !== this.#reason) this.#tellNoise(found);
    this.#reason = reason;
    for (const byte of this.#bytes.slice(0, length)) this.#noise.push(byte);
    this.#bytes = this.#bytes.slice(length);
    return true;
  }

  #tellNoise(found: Decoded<EspaMessage>[]): void {
    if (this.#noise.length === 0) return;
    found.push({ kind: "garbage", bytes: Uint8Array.from(this.#noise), reason: this.#reason });
    this.#noise = [];
  }
}

/** `body`: what stands between SOH and ETX. */
function readBlock(body: readonly number[]): EspaBlock | undefined {
  const start = body.indexOf(stx);
  if (start < 1) return undefined;
  const records: EspaRecord[] = [];
  let rest = body.slice(start + 1);
  while (rest.length > 0) {
    const end = rest.indexOf(rs);
    const record = end < 0 ? rest : rest.slice(0, end);
    const unit = record.indexOf(us);
    if (unit < 1) return undefined;
    records.push({ id: textOf(record.slice(0, unit)),
      value: Uint8Array.from(record.slice(unit + 1)) });
    if (end === rest.length - 1) return undefined;
    rest = end < 0 ? [] : rest.slice(end + 1);
  }
  return { kind: "block", header: textOf(body.slice(0, start)), records };
}

function textOf(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString("latin1");
}
