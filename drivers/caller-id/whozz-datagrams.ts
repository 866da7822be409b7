/**
 * "Whozz Calling?" boxes with a network port: each line is a datagram to everybody on port 3520,
 * behind a head of the box's own, and sent more than once.
 *
 * Assumed: of the head of a Whozz datagram nothing matters to the call.
 * Assumed: the same line from the same box within a second is the same datagram, sent again.
 */

import type { Sender } from "../../firmware/link/transport.js";
import { readWhozzLine } from "../../firmware/wire/caller-id-lines.js";

/** A datagram that comes again within this time is the same one. */
export const repeatMs = 1_000;
/** Datagrams remembered for so long; a box has eight lines at most. */
export const datagramsMax = 200;

const unitMark = Buffer.from("^^<U>");
const serialMark = Buffer.from("<S>");
const endMark = 0x24;
const serialAt = unitMark.length + 6;
/** Two marks with six octets each behind them, and `$`. */
export const headOctets = serialAt + serialMark.length + 6 + 1;

export type WhozzDatagram =
  | { readonly kind: "line"; readonly headOctets: number; readonly text: Uint8Array }
  /** Sent again, or the box's answer to somebody else, or its greeting. */
  | { readonly kind: "ignored"; readonly why: "repeated" | "no line" };

export class WhozzDatagrams {
  readonly #recent = new Map<string, number>();

  read(bytes: Uint8Array, atMs: number, from: Sender | undefined): WhozzDatagram {
    const view = Buffer.from(bytes);
    const headed = view.length >= headOctets && view.indexOf(unitMark) === 0
      && view.indexOf(serialMark, serialAt) === serialAt && view[headOctets - 1] === endMark;
    const text = headed ? bytes.subarray(headOctets) : bytes;
    const printed = Buffer.from(text).toString("latin1").replace(/[\0\r\n]+$/, "");
    if (headed && typeof readWhozzLine(printed) === "string") {
      return { kind: "ignored", why: "no line" };
    }
    if (this.#repeated(`${from?.address ?? ""} ${printed}`, atMs)) {
      return { kind: "ignored", why: "repeated" };
    }
    return { kind: "line", headOctets: bytes.length - text.length, text };
  }

  #repeated(key: string, atMs: number): boolean {
    for (const [known, sinceMs] of this.#recent) {
      if (atMs - sinceMs < repeatMs && this.#recent.size < datagramsMax) break;
      this.#recent.delete(known);
    }
    if (this.#recent.has(key)) return true;
    this.#recent.set(key, atMs);
    return false;
  }
}

/** As a box sends it; tests and the simulated box use this. */
export function whozzDatagram(line: Uint8Array, unit: number, serial: number): Uint8Array {
  const six = (number: number): Buffer => {
    const octets = Buffer.alloc(6);
    octets.writeUIntBE(number, 0, 6);
    return octets;
  };
  return Buffer.concat([unitMark, six(unit), serialMark, six(serial), Buffer.of(endMark), line]);
}
