/** Cuts kept bytes into lines, without losing or changing one. */

import type { RawSegment } from "../link/raw.js";
import type { LinkId } from "../model/identifiers.js";
import { dayOf } from "./days.js";
import type { Place } from "./cursors.js";
import type { Piece } from "./destination.js";

/** What has no end of line for so long is cut off: no format known prints longer records. */
export const pieceBytesMax = 65_536;
/** What has no end of line is a piece when nothing has followed it for so long. */
export const tailMs = 2_000;

const cr = 0x0d;
const lf = 0x0a;
const lineEnd = Buffer.from("\r\n");

/** A line without its end of line; empty where there was nothing else. */
export function withoutEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === lf || bytes[end - 1] === cr)) end -= 1;
  return bytes.subarray(0, end);
}

interface Part {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** How much of a page belongs to which UTC day. */
export interface DayShare {
  pieces: number;
  bytes: number;
}

export class LineCutter {
  readonly #link: LinkId;
  readonly pieces: Piece[] = [];
  readonly days = new Map<string, DayShare>();
  /** Behind the last piece. */
  place: Place;
  #parts: Part[] = [];
  #length = 0;
  /** A CR waits for its LF. */
  #half = false;
  /** Behind everything added. */
  #last: Place | undefined;

  constructor(link: LinkId, place: Place) {
    this.#link = link;
    this.place = place;
  }

  /** Bytes behind the last end of line. */
  get openBytes(): number {
    return this.#length;
  }

  add({ position, atMs, bytes, whole }: RawSegment): void {
    if (whole === true) this.end();
    let from = position === this.place.position && this.#length === 0 ? this.place.offset : 0;
    if (this.#length === 0) this.place = { position, offset: from };
    const end = (at: number): void => {
      if (at > from) this.#parts.push({ atMs, bytes: bytes.subarray(from, at) });
      this.#cut({ position, offset: at });
      from = at;
    };
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (this.#half && byte !== lf) end(at);
      this.#half = byte === cr;
      this.#length += 1;
      if (byte === lf || this.#length === pieceBytesMax) end(at + 1);
    }
    if (from < bytes.length) this.#parts.push({ atMs, bytes: bytes.subarray(from) });
    this.#last = { position, offset: bytes.length };
    if (whole === true) this.#endWhole();
  }

  /** Takes what has no end of line as it stands. */
  end(): void {
    if (this.#length > 0 && this.#last !== undefined) this.#cut(this.#last);
  }

  /** A datagram is a line, whether it says so or not; where lines are read, it needs an end. */
  #endWhole(): void {
    if (this.#length === 0) return;
    const ended = this.#half;
    this.end();
    const piece = ended ? undefined : this.pieces.pop();
    if (piece === undefined) return;
    this.pieces.push({ ...piece, bytes: Buffer.concat([piece.bytes, lineEnd]) });
  }

  #cut(next: Place): void {
    const [first] = this.#parts;
    if (first === undefined) return;
    const { position, offset } = this.place;
    this.pieces.push({ id: `${this.#link}/${position}.${offset}+${this.#length}`,
      atMs: first.atMs,
      bytes: this.#parts.length === 1 ? first.bytes
        : Buffer.concat(this.#parts.map(({ bytes }) => bytes)) });
    for (const { atMs, bytes } of this.#parts) this.#share(atMs).bytes += bytes.length;
    this.#share(first.atMs).pieces += 1;
    this.#parts = [];
    this.#length = 0;
    this.#half = false;
    this.place = next;
  }

  #share(atMs: number): DayShare {
    const day = dayOf(atMs);
    const share = this.days.get(day) ?? { pieces: 0, bytes: 0 };
    this.days.set(day, share);
    return share;
  }
}
