/** What the store has of raw bytes. */

import { fail, ok } from "../base/result.js";
import type { LineState, RawSegment } from "../link/raw.js";
import type { ModemLines } from "../link/transport.js";
import { linkId, type LinkId } from "../model/identifiers.js";
import { readText, readU64, textKey, u64Key, viewOf } from "../store/keys.js";
import type { Keyspace } from "../store/store.js";

export interface RawKey { readonly link: LinkId; readonly position: bigint }
export type StoredSegment = Omit<RawSegment, "position" | "line">;

const timeBytes = 8;
export const positionMax = 0xffff_ffff_ffff_ffffn;

/** Link, a zero byte, position: link names hold no zero byte. */
function encodeKey({ link, position }: RawKey): Uint8Array {
  return Buffer.concat([textKey(`${link}\u0000`), u64Key(position)]);
}

function decodeKey(bytes: Uint8Array): RawKey {
  return { link: linkId(readText(bytes.subarray(0, -9))),
    position: readU64(bytes, bytes.length - 8) };
}

export const rawSpace: Keyspace<RawKey, StoredSegment> = {
  name: "raw", version: 1, replicated: false,
  encodeKey, decodeKey,
  // The time of a whole segment is written negative.
  encode: ({ atMs, bytes, whole }) => {
    const value = Buffer.allocUnsafe(timeBytes + bytes.length);
    value.writeDoubleBE(whole === true ? -atMs : atMs, 0);
    value.set(bytes, timeBytes);
    return value;
  },
  decode: (bytes) => {
    if (bytes.length < timeBytes) return fail("store-damaged", "a segment without its time");
    const time = viewOf(bytes).getFloat64(0);
    return ok({ atMs: Math.abs(time), bytes: bytes.subarray(timeBytes),
      ...(time < 0 ? { whole: true } : {}) });
  },
};

/** By link: payload bytes in `raw`. Written together with what it counts. */
export const rawSizes: Keyspace<LinkId, number> = {
  name: "raw-sizes", version: 1, replicated: false, encodeKey: textKey,
  decodeKey: (bytes) => linkId(readText(bytes)),
  encode: (size) => u64Key(BigInt(size)),
  decode: (bytes) => bytes.length === 8 ? ok(Number(readU64(bytes, 0)))
    : fail("store-damaged", "a size of other than eight bytes"),
};

/** Where reading has got to in what can be read again, for each link; written with the bytes. */
export const placeSpace: Keyspace<LinkId, string> = {
  name: "raw-place", version: 1, replicated: false,
  encodeKey: textKey, decodeKey: (bytes) => linkId(readText(bytes)),
  encode: (place) => Buffer.from(place), decode: (bytes) => ok(readText(bytes)),
};

/**
 * From this segment on the line was so, until the next entry; damaged octets and breaks are those
 * of this segment alone. Beside the segments, so that what an earlier version has kept, and a
 * version that is gone back to, needs nothing of it.
 */
export const lineSpace: Keyspace<RawKey, LineState> = {
  name: "raw-line", version: 1, replicated: false, encodeKey, decodeKey,
  encode: ({ channel, lines, damaged, breaks }) => Buffer.from(JSON.stringify([channel ?? 0,
    lines ? bitsOf(lines) : -1,
    damaged ?? 0, breaks ?? 0])),
  decode: (bytes) => {
    const [channel, lines, damaged, breaks] = fieldsOf(readText(bytes));
    if (typeof lines !== "number" || typeof damaged !== "number" || typeof breaks !== "number") {
      return fail("store-damaged", "a state of the line of other fields");
    }
    return ok({ ...(typeof channel === "string" && { channel }),
      ...(lines >= 0 && { lines: linesOf(lines) }),
      ...(damaged > 0 && { damaged }), ...(breaks > 0 && { breaks }) });
  },
};

/** CTS, DSR, DCD, RI, and whether RI is known. */
function bitsOf({ cts, dsr, dcd, ri }: ModemLines): number {
  return Number(cts) + 2 * Number(dsr) + 4 * Number(dcd) + 8 * Number(ri === true)
    + 16 * Number(ri !== undefined);
}

function linesOf(bits: number): ModemLines {
  return { cts: (bits & 1) > 0, dsr: (bits & 2) > 0, dcd: (bits & 4) > 0,
    ...((bits & 16) > 0 && { ri: (bits & 8) > 0 }) };
}

function fieldsOf(text: string): readonly unknown[] {
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}
