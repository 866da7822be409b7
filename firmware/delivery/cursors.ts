/** How far each destination has taken each link's data, and what of each day it has taken. */

import { linkId, type LinkId } from "../model/identifiers.js";
import { readText, textKey } from "../store/keys.js";
import type { Keyspace } from "../store/store.js";
import { decodeObject } from "../switching/event-log-keyspaces.js";

/**
 * Raw bytes: everything before byte `offset` of segment `position` was taken. Records: everything
 * up to arrival `position`; `offset` is 0.
 */
export interface Place {
  readonly position: bigint;
  readonly offset: number;
}

export interface Cursor {
  readonly place: Place;
  /** Of all bytes (raw) or records that the link ever had, so many lie before the place. */
  readonly through: number;
  /** The page from `place` up to here may have been taken: it has to come again as it was. */
  readonly offered?: Place | undefined;
  /** A range that is being sent once more; with a number, up to that one. */
  readonly again?: { readonly place: Place; readonly untilMs: number;
    readonly toNumber?: bigint | undefined; readonly offered?: Place | undefined } | undefined;
}

export interface FeedKey {
  readonly destination: string;
  readonly link: LinkId;
}

/** Bytes and records have places of their own: what is sent may change and change back. */
export interface CursorKey extends FeedKey {
  readonly of: "raw" | "records";
}

/** Of one link's data of one UTC day. */
export interface DeliveredKey extends FeedKey {
  /** `2026-11-23`. */
  readonly day: string;
}

export interface Delivered {
  readonly pieces: number;
  readonly bytes: number;
  /** Pieces sent once more on request. */
  readonly again: number;
  /** Bytes that were dropped untaken, because the link's quota was full. */
  readonly lost: number;
}

const separator = "\u0000";

type Fields = Readonly<Record<string, unknown>>;

function readPlace(value: unknown): Place | undefined {
  const { position, offset }: Fields = typeof value === "object" && value !== null
    ? { ...value } : {};
  return typeof position === "string" && /^\d{1,20}$/.test(position) && typeof offset === "number"
    ? { position: BigInt(position), offset } : undefined;
}

const placeText = ({ position, offset }: Place): Fields =>
  ({ position: position.toString(), offset });

function readOffered(fields: Fields): { readonly offered?: Place } {
  const offered = readPlace(fields["offered"]);
  return offered === undefined ? {} : { offered };
}

const offeredText = (offered: Place | undefined): Fields =>
  (offered === undefined ? {} : { offered: placeText(offered) });

function readCursor(fields: Fields): Cursor | undefined {
  const place = readPlace(fields["place"]);
  const { through, again } = fields as { readonly through?: unknown; readonly again?: Fields };
  if (place === undefined || typeof through !== "number") return undefined;
  const cursor = { place, through, ...readOffered(fields) };
  if (again === undefined) return cursor;
  const from = readPlace(again["place"]);
  const untilMs = again["untilMs"];
  return from === undefined || typeof untilMs !== "number" ? undefined
    : { ...cursor, again: { place: from, untilMs, ...readOffered(again),
      ...(typeof again["toNumber"] === "string" && { toNumber: BigInt(again["toNumber"]) }) } };
}

export const cursors: Keyspace<CursorKey, Cursor> = {
  name: "delivery-cursors", version: 1, replicated: true,
  encodeKey: ({ destination, link, of }) => textKey([destination, link, of].join(separator)),
  decodeKey: (bytes) => {
    const [destination = "", link = "", of] = readText(bytes).split(separator);
    return { destination, link: linkId(link), of: of === "raw" ? "raw" : "records" };
  },
  encode: ({ place, through, offered, again }) => textKey(JSON.stringify({
    place: placeText(place), through, ...offeredText(offered),
    ...(again && { again: { place: placeText(again.place), untilMs: again.untilMs,
      ...(again.toNumber !== undefined && { toNumber: String(again.toNumber) }),
      ...offeredText(again.offered) } }) })),
  decode: (bytes) => decodeObject(bytes, "the cursor of a destination", readCursor),
};

/** In order of link, day and destination. */
export const delivered: Keyspace<DeliveredKey, Delivered> = {
  name: "delivery-days", version: 1, replicated: true,
  encodeKey: ({ destination, link, day }) =>
    textKey([link, day, destination].join(separator)),
  decodeKey: (bytes) => {
    const [link = "", day = "", destination = ""] = readText(bytes).split(separator);
    return { destination, link: linkId(link), day };
  },
  encode: (row) => textKey(JSON.stringify(row)),
  decode: (bytes) => decodeObject(bytes, "a day of a destination",
    // Rows of earlier versions do not know of losses.
    ({ pieces, bytes: count, again, lost = 0 }) =>
      typeof pieces === "number" && typeof count === "number" && typeof again === "number"
        && typeof lost === "number" ? { pieces, bytes: count, again, lost } : undefined),
};
