/** What destinations pull from the store, page by page: raw bytes, or records as lines. */

import type { LinkId } from "../model/identifiers.js";
import type { CallRecord } from "../model/records.js";
import type { Store } from "../store/store.js";
import { rawSpace } from "../switching/raw-keyspaces.js";
import { csvHead, csvLine, jsonLine } from "../switching/record-export.js";
import { arrivals, numberMax, records } from "../switching/record-keyspaces.js";
import type { Place } from "./cursors.js";
import { dayOf } from "./days.js";
import type { Content, Piece } from "./destination.js";
import { LineCutter, tailMs, type DayShare } from "./lines.js";

/** A page ends behind the piece that passes this. */
export const pageBytesMax = 262_144;
export const pagePiecesMax = 500;

export interface Page {
  readonly pieces: readonly Piece[];
  readonly days: ReadonlyMap<string, DayShare>;
  /** Where the next page begins. */
  readonly next: Place;
  /** Nothing is left but what waits for its end of line. */
  readonly last: boolean;
  /** So long until what waits for its end of line is taken without; 0: nothing waits. */
  readonly tailInMs: number;
}

export interface PageBounds {
  /** Only what became durable before. */
  readonly untilMs?: number | undefined;
  /** Only up to this number, of a raw segment or a record. */
  readonly toNumber?: bigint | undefined;
  /** The page ends here, as it did before. */
  readonly to?: Place | undefined;
}

export interface Source {
  readonly head: Uint8Array;
  page(link: LinkId, from: Place, nowMs: number, bounds?: PageBounds): Promise<Page>;
  /** Behind everything kept. */
  end(link: LinkId): Promise<Place>;
  /** Before the first that became durable at `ms` or later. */
  at(link: LinkId, ms: number): Promise<Place>;
  /** Before the one of this number: a raw segment's position, a record's in order of arrival. */
  before(number: bigint): Place;
  /** When the first thing behind `place` became durable. */
  waitingSinceMs(link: LinkId, place: Place): Promise<number | undefined>;
}

export function sourceOf(content: Content, store: Store): Source {
  switch (content) {
    case "raw": return new RawSource(store);
    case "records-csv": return new RecordSource(store, csvLine, csvHead);
    case "records-json": return new RecordSource(store, jsonLine, "");
  }
}

/** The first number from `low` that `is` true for, as for all behind it; else `high`. */
async function firstWhere(
  low: bigint, high: bigint, is: (number: bigint) => Promise<boolean>,
): Promise<bigint> {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = (from + to) / 2n;
    if (await is(middle)) to = middle;
    else from = middle + 1n;
  }
  return from;
}

class RawSource implements Source {
  readonly head = new Uint8Array(0);
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async page(
    link: LinkId, from: Place, nowMs: number,
    { untilMs = Infinity, toNumber = numberMax, to }: PageBounds = {},
  ): Promise<Page> {
    if (to !== undefined) return this.#pageTo(link, from, to);
    const cutter = new LineCutter(link, from);
    let bytesRead = 0;
    let newestMs = -Infinity;
    let last = true;
    for await (const [{ position }, segment] of this.#segments(link, from.position)) {
      if (segment.atMs >= untilMs || position > toNumber) break;
      if (bytesRead >= pageBytesMax && cutter.pieces.length > 0) {
        last = false;
        break;
      }
      bytesRead += segment.bytes.length;
      newestMs = segment.atMs;
      cutter.add({ position, ...segment });
    }
    const restMs = newestMs + tailMs - nowMs;
    if (last && restMs <= 0) cutter.end();
    return { pieces: cutter.pieces, days: cutter.days, next: cutter.place, last,
      tailInMs: last && cutter.openBytes > 0 ? restMs : 0 };
  }

  /** What was cut off without an end of line is cut there once more. */
  async #pageTo(link: LinkId, from: Place, to: Place): Promise<Page> {
    const cutter = new LineCutter(link, from);
    for await (const [{ position }, segment] of this.#segments(link, from.position)) {
      if (position > to.position) break;
      const bytes = position === to.position ? segment.bytes.subarray(0, to.offset)
        : segment.bytes;
      cutter.add({ ...segment, position, bytes });
    }
    cutter.end();
    return { pieces: cutter.pieces, days: cutter.days, next: to, last: false, tailInMs: 0 };
  }

  async end(link: LinkId): Promise<Place> {
    for await (const [{ position }, { bytes }] of this.#store.range(rawSpace, {
      gte: { link, position: 0n }, lte: { link, position: numberMax }, reverse: true, limit: 1,
    })) return { position, offset: bytes.length };
    return { position: 0n, offset: 0 };
  }

  async at(link: LinkId, ms: number): Promise<Place> {
    const { position } = await this.end(link);
    const first = await firstWhere(0n, position + 1n, async (number) => {
      for await (const [, { atMs }] of this.#segments(link, number, 1)) return atMs >= ms;
      return true;
    });
    return { position: first, offset: 0 };
  }

  before(number: bigint): Place {
    return { position: number, offset: 0 };
  }

  async waitingSinceMs(link: LinkId, place: Place): Promise<number | undefined> {
    for await (const [{ position }, { atMs, bytes }] of this.#segments(link, place.position, 2)) {
      if (position > place.position || place.offset < bytes.length) return atMs;
    }
    return undefined;
  }

  #segments(link: LinkId, position: bigint, limit?: number) {
    return this.#store.range(rawSpace, { gte: { link, position },
      lte: { link, position: numberMax }, ...(limit !== undefined && { limit }) });
  }
}

class RecordSource implements Source {
  readonly head: Uint8Array;
  readonly #store: Store;
  readonly #line: (record: CallRecord) => string;

  constructor(store: Store, line: (record: CallRecord) => string, head: string) {
    this.#store = store;
    this.#line = line;
    this.head = Buffer.from(head);
  }

  async page(
    link: LinkId, from: Place, _nowMs: number,
    { untilMs = Infinity, toNumber = numberMax, to }: PageBounds = {},
  ): Promise<Page> {
    const pieces: Piece[] = [];
    const days = new Map<string, DayShare>();
    let next = from;
    let bytesRead = 0;
    let last = true;
    for await (const [{ number }, { record: id, atMs }] of this.#behind(link, from.position)) {
      if (atMs >= untilMs || number > toNumber) break;
      if (to !== undefined && number > to.position) {
        last = false;
        break;
      }
      if (bytesRead >= pageBytesMax || pieces.length >= pagePiecesMax) {
        last = false;
        break;
      }
      next = { position: number, offset: 0 };
      const found = await this.#store.get(records, id);
      // Expired since, or damaged and told of by the store.
      if (!found.ok || found.value === undefined) continue;
      const bytes = Buffer.from(this.#line(found.value));
      bytesRead += bytes.length;
      pieces.push({ id: `${link}/${number}`, atMs, bytes });
      const share = days.get(dayOf(atMs)) ?? { pieces: 0, bytes: 0 };
      days.set(dayOf(atMs), { pieces: share.pieces + 1, bytes: share.bytes + bytes.length });
    }
    return { pieces, days, next, last, tailInMs: 0 };
  }

  async end(link: LinkId): Promise<Place> {
    for await (const [{ number }] of this.#store.range(arrivals, { gte: { link, number: 0n },
      lte: { link, number: numberMax }, reverse: true, limit: 1 })) {
      return { position: number, offset: 0 };
    }
    return { position: 0n, offset: 0 };
  }

  async at(link: LinkId, ms: number): Promise<Place> {
    const { position } = await this.end(link);
    const last = await firstWhere(0n, position, async (number) =>
      (await this.waitingSinceMs(link, { position: number, offset: 0 }) ?? Infinity) >= ms);
    return { position: last, offset: 0 };
  }

  before(number: bigint): Place {
    return { position: number - 1n, offset: 0 };
  }

  async waitingSinceMs(link: LinkId, { position }: Place): Promise<number | undefined> {
    for await (const [, { atMs }] of this.#behind(link, position, 1)) return atMs;
    return undefined;
  }

  #behind(link: LinkId, number: bigint, limit?: number) {
    return this.#store.range(arrivals, { gt: { link, number }, lte: { link, number: numberMax },
      ...(limit !== undefined && { limit }) });
  }
}
