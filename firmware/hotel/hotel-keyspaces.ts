/** What of a hotel is in the store: rooms, what each PBX was told, what waits, postings. */

import { linkId, type LinkId } from "../model/identifiers.js";
import type { RoomMessage } from "../model/hotel.js";
import { readText, readU64, textKey, u64Key } from "../store/keys.js";
import type { Keyspace } from "../store/store.js";
import { decodeObject, readBigint } from "../switching/event-log-keyspaces.js";
import type { RoomState, ToldState } from "./room-state.js";

const separator = "\u0000";

type Fields = Readonly<Record<string, unknown>>;

function readRoom(fields: Fields): RoomState | undefined {
  const { room, stay, stays, messageWaiting, doNotDisturb, wakeUps, changedAtMs } = fields;
  return typeof room === "string" && typeof stay === "number" && typeof stays === "number"
    && typeof messageWaiting === "boolean" && typeof doNotDisturb === "boolean"
    && Array.isArray(wakeUps) && typeof changedAtMs === "number"
    ? fields as unknown as RoomState : undefined;
}

export const rooms: Keyspace<string, RoomState> = {
  name: "hotel-rooms", version: 1, replicated: true, encodeKey: textKey, decodeKey: readText,
  encode: (state) => textKey(JSON.stringify(state)),
  decode: (bytes) => decodeObject(bytes, "a room", readRoom),
};

export interface ToldKey {
  readonly link: LinkId;
  readonly room: string;
}

export const told: Keyspace<ToldKey, ToldState> = {
  name: "hotel-told", version: 1, replicated: true,
  encodeKey: ({ link, room }) => textKey(`${link}${separator}${room}`),
  decodeKey: (bytes) => {
    const [link = "", room = ""] = readText(bytes).split(separator);
    return { link: linkId(link), room };
  },
  encode: (state) => textKey(JSON.stringify(state)),
  decode: (bytes) => decodeObject(bytes, "what a PBX was told", (fields) => {
    const { stay, name } = fields;
    return typeof stay === "number" && typeof name === "string"
      ? fields as unknown as ToldState : undefined;
  }),
};

const numbered = {
  encodeKey: (number: bigint) => u64Key(number),
  decodeKey: (bytes: Uint8Array) => readU64(bytes, bytes.length - 8),
};

function readMessage(fields: Fields): RoomMessage | undefined {
  return typeof fields["type"] === "string" && typeof fields["room"] === "string"
    ? fields as unknown as RoomMessage : undefined;
}

/** What the front desk is to be told, in order. */
export const outbox: Keyspace<bigint, RoomMessage> = {
  name: "hotel-outbox", version: 1, replicated: true, ...numbered,
  encode: (message) => textKey(JSON.stringify(message)),
  decode: (bytes) => decodeObject(bytes, "a message to the front desk", readMessage),
};

/** How far a link's finished calls have become postings. */
export interface ChargeCursor {
  /** Arrivals up to this one are done with. */
  readonly position: bigint;
  /** Sent, perhaps, and not answered yet: the arrival and the number of its posting. */
  readonly sent?: { readonly position: bigint; readonly number: number };
}

export const chargeCursors: Keyspace<string, ChargeCursor> = {
  name: "hotel-charges", version: 1, replicated: true, encodeKey: textKey, decodeKey: readText,
  encode: ({ position, sent }) => textKey(JSON.stringify({ position: position.toString(),
    ...(sent && { sent: { ...sent, position: sent.position.toString() } }) })),
  decode: (bytes) => decodeObject(bytes, "how far calls were posted", (fields) => {
    const position = readBigint(fields["position"]);
    const sent = fields["sent"] as Fields | undefined;
    if (position === undefined) return undefined;
    if (sent === undefined) return { position };
    const at = readBigint(sent["position"]);
    const number = sent["number"];
    return at === undefined || typeof number !== "number" ? undefined
      : { position, sent: { position: at, number } };
  }),
};

/** The number of the next posting, under the key `next`. */
export const postingNumbers: Keyspace<string, number> = {
  name: "hotel-numbers", version: 1, replicated: true, encodeKey: textKey, decodeKey: readText,
  encode: (number) => textKey(JSON.stringify({ number })),
  decode: (bytes) => decodeObject(bytes, "the number of the next posting", ({ number }) =>
    typeof number === "number" ? number : undefined),
};

/** A call that the front desk would not take. */
export interface RefusedPosting {
  readonly number: number;
  readonly room: string;
  readonly link: string;
  /** The call record. */
  readonly record: string;
  readonly reason: string;
  readonly atMs: number;
}

export const refusedPostings: Keyspace<bigint, RefusedPosting> = {
  name: "hotel-refused", version: 1, replicated: true, ...numbered,
  encode: (posting) => textKey(JSON.stringify(posting)),
  decode: (bytes) => decodeObject(bytes, "a refused posting", (fields) => {
    const { number, room, link, record, reason, atMs } = fields;
    return typeof number === "number" && typeof room === "string" && typeof link === "string"
      && typeof record === "string" && typeof reason === "string" && typeof atMs === "number"
      ? { number, room, link, record, reason, atMs } : undefined;
  }),
};
