/** One link's data on its way to one destination: a cursor, and pages from it. */

import { done, fail, ok, type Result } from "../base/result.js";
import type { World } from "../base/world.js";
import type { LinkId } from "../model/identifiers.js";
import { put, type Mutation, type Store } from "../store/store.js";
import { cursors, delivered, type Cursor, type CursorKey, type Delivered, type FeedKey, type Place }
  from "./cursors.js";
import { dayOf } from "./days.js";
import type { Content } from "./destination.js";
import type { DayShare } from "./lines.js";
import type { Outlet } from "./outlet.js";
import { pageBytesMax, pagePiecesMax, sourceOf, type Page, type PageBounds, type Source }
  from "./sources.js";

export interface FeedParts extends FeedKey {
  readonly store: Store;
  readonly world: World;
  readonly what: Content;
  /** Of all raw bytes that the link ever had, how many there are by now. */
  readonly totalBytes: () => number;
}

/** What became durable from one moment until another, or from one number to another, both sent. */
export type AgainRange = { readonly fromMs: number; readonly untilMs: number }
  | { readonly fromNumber: bigint; readonly toNumber: bigint };

export interface FeedStatus {
  readonly link: LinkId;
  /** Bytes (raw) or records that wait. */
  readonly waiting: number;
  readonly waitingSinceMs: number | undefined;
  /** A range of time is being sent once more. */
  readonly again: boolean;
  /** Since the gateway started. */
  readonly taken: { readonly pieces: number; readonly bytes: number };
  /** Dropped untaken since the gateway started, as the link's quota was full; and when last. */
  readonly lost: { readonly bytes: number; readonly atMs: number | undefined };
}

/** Raw bytes that are about to be dropped. */
export interface Dropping {
  readonly position: bigint;
  readonly atMs: number;
  readonly bytes: number;
}

/** What a step has done; `tailInMs`: something waits for its end of line so long at most. */
export interface Step {
  readonly moved: boolean;
  readonly tailInMs: number;
}

/** What was handed over in one step; `next`, `last` and `tailInMs` are those of its last page. */
type Handed = Omit<Page, "pieces">;

function bytesOf({ days }: Handed): number {
  return [...days.values()].reduce((sum, share) => sum + share.bytes, 0);
}

type Days = Page["days"];

function together(one: Days, other: Days): Days {
  const sum = new Map<string, DayShare>(one);
  for (const [day, { pieces, bytes }] of other) {
    const before = sum.get(day) ?? { pieces: 0, bytes: 0 };
    sum.set(day, { pieces: before.pieces + pieces, bytes: before.bytes + bytes });
  }
  return sum;
}

/** Sent before it is seen whether all was taken; as much may come again. */
const unsettledPages = 8;
const unsettledMs = 2_000;

export class Feed {
  readonly #parts: FeedParts;
  readonly #source: Source;
  #cursor: Cursor | undefined;
  #taken: FeedStatus["taken"] = { pieces: 0, bytes: 0 };
  #lost: FeedStatus["lost"] = { bytes: 0, atMs: undefined };

  constructor(parts: FeedParts) {
    this.#parts = parts;
    this.#source = sourceOf(parts.what, parts.store);
  }

  get link(): LinkId {
    return this.#parts.link;
  }

  /** A feed that never was begins with what comes from now on. */
  async load(): Promise<Result<void>> {
    const { store, link, what } = this.#parts;
    const found = await store.get(cursors, this.#key);
    if (!found.ok) return found;
    if (found.value !== undefined) {
      this.#cursor = found.value;
      return done;
    }
    const place = await this.#source.end(link);
    const through = what === "raw" ? this.#parts.totalBytes() : Number(place.position);
    return this.#write({ place, through }, []);
  }

  /** Of raw bytes: the segment in which the next to be taken stands. */
  get neededFrom(): bigint | undefined {
    return this.#parts.what === "raw" ? this.#cursor?.place.position : undefined;
  }

  /** Hands over one page, or the next few, if there are any. */
  async step(outlet: Outlet): Promise<Result<Step>> {
    const cursor = this.#cursor;
    if (cursor === undefined) return fail("precondition", "the feed has not been loaded");
    const nowMs = this.#parts.world.clock.wall().getTime();
    const again = cursor.again;
    const { place, offered } = again ?? cursor;
    const bounds = { untilMs: again?.untilMs, toNumber: again?.toNumber, to: offered };
    const page = await this.#page(outlet, place, nowMs, bounds);
    if (page.pieces.length > 0 && outlet.named === true && offered === undefined) {
      const written = await this.#write(again === undefined
        ? { ...this.#cursor ?? cursor, offered: page.next }
        : { ...cursor, again: { ...again, offered: page.next } }, []);
      if (!written.ok) return written;
    }
    const handed = await this.#handOver(outlet, page, nowMs, bounds);
    if (!handed.ok) return handed;
    const { next, last, tailInMs } = handed.value;
    const counted = await this.#count(handed.value, again !== undefined);
    // Another range may have been asked for meanwhile: from here on nothing comes between.
    const latest = this.#cursor ?? cursor;
    if (again !== undefined) {
      const left = last ? undefined : { ...again, place: next, offered: undefined };
      const written = await this.#write({ ...latest, again: left }, counted);
      return written.ok ? ok({ moved: true, tailInMs: 0 }) : written;
    }
    // What it has taken was dropped meanwhile, and counted as lost: twice is better than never.
    if (latest.place.position > next.position) {
      const written = await this.#write({ ...latest, offered: undefined }, counted);
      return written.ok ? ok({ moved: true, tailInMs: 0 }) : written;
    }
    const same = next.position === latest.place.position && next.offset === latest.place.offset;
    if (same) return ok({ moved: false, tailInMs });
    const written = await this.#write({ ...latest, place: next, offered: undefined,
      through: this.#through(handed.value) }, counted);
    return written.ok ? ok({ moved: true, tailInMs }) : written;
  }

  /** The page; and where taking shows only later, those behind it, one after the other. */
  async #handOver(
    outlet: Outlet, first: Page, nowMs: number, bounds: PageBounds,
  ): Promise<Result<Handed>> {
    const { clock } = this.#parts.world;
    const untilMs = clock.monotonicMs() + unsettledMs;
    let [page, days, count, bytes] = [first, first.days, 0, 0];
    for (let pages = 1; ; pages += 1) {
      const { pieces } = page;
      if (pieces.length > 0) {
        const taken = await outlet.deliver({ link: this.link, pieces, head: this.#source.head,
          againUntilMs: bounds.untilMs });
        if (!taken.ok) return taken;
      }
      count += pieces.length;
      bytes += pieces.reduce((sum, piece) => sum + piece.bytes.length, 0);
      if (outlet.settled === undefined || page.last || bounds.to !== undefined
        || pages >= unsettledPages || clock.monotonicMs() >= untilMs) break;
      page = await this.#page(outlet, page.next, nowMs, bounds);
      days = together(days, page.days);
    }
    const settled = count === 0 ? done : await outlet.settled?.() ?? done;
    if (!settled.ok) return settled;
    this.#taken = { pieces: this.#taken.pieces + count, bytes: this.#taken.bytes + bytes };
    const { next, last, tailInMs } = page;
    return ok({ days, next, last, tailInMs });
  }

  async #page(outlet: Outlet, from: Place, nowMs: number, bounds: PageBounds): Promise<Page> {
    let page = await this.#source.page(this.link, from, nowMs, bounds);
    while (!page.last && bytesOf(page) < (outlet.batchBytes ?? 0)) {
      const more = await this.#source.page(this.link, page.next, nowMs, bounds);
      page = { ...more, pieces: [...page.pieces, ...more.pieces],
        days: together(page.days, more.days) };
    }
    return page;
  }

  /** The segments go, oldest first: those still to be taken count as lost, day by day. */
  async drop(segments: readonly Dropping[]): Promise<Result<void>> {
    const cursor = this.#cursor;
    const last = segments.at(-1);
    if (cursor === undefined || last === undefined || this.#parts.what !== "raw") return done;
    const { position, offset } = cursor.place;
    const days = new Map<string, number>();
    let lost = 0;
    for (const segment of segments) {
      const untaken = segment.position > position ? segment.bytes
        : segment.position === position ? segment.bytes - offset : 0;
      const day = dayOf(segment.atMs);
      if (untaken > 0) days.set(day, (days.get(day) ?? 0) + untaken);
      lost += untaken;
    }
    if (last.position < position) return done;
    const counted: Mutation[] = [];
    for (const [day, bytes] of days) {
      const row = await this.#day(day);
      counted.push(put(delivered, { ...this.#key, day }, { ...row, lost: row.lost + bytes }));
    }
    const place = { position: last.position + 1n, offset: 0 };
    const written = await this.#write({ ...this.#cursor ?? cursor, place, offered: undefined,
      through: cursor.through + lost }, counted);
    if (written.ok && lost > 0) {
      this.#lost = { bytes: this.#lost.bytes + lost,
        atMs: this.#parts.world.clock.wall().getTime() };
    }
    return written;
  }

  /** Sends the range once more, before what is new. */
  async again(range: AgainRange): Promise<Result<void>> {
    const cursor = this.#cursor;
    if (cursor === undefined) return fail("precondition", "the destination is not running");
    if (cursor.again !== undefined) {
      return fail("precondition", { en: "a range of this link is still being sent once more",
        fr: "une période de ce lien est encore en cours de renvoi" });
    }
    const again = "fromMs" in range
      ? { place: await this.#source.at(this.link, range.fromMs), untilMs: range.untilMs }
      : { place: this.#source.before(range.fromNumber), toNumber: range.toNumber,
        untilMs: this.#parts.world.clock.wall().getTime() + 1 };
    return this.#write({ ...this.#cursor ?? cursor, again }, []);
  }

  /** When what waits is to be sent if it is gathered for so long; a full page is at once. */
  async dueMs(gatherMs: number): Promise<number> {
    const { again, waiting, waitingSinceMs } = await this.status();
    const full = this.#parts.what === "raw" ? pageBytesMax : pagePiecesMax;
    if (again || waiting >= full) return 0;
    return waitingSinceMs === undefined ? Infinity
      : (Math.floor(waitingSinceMs / gatherMs) + 1) * gatherMs;
  }

  async status(): Promise<FeedStatus> {
    const cursor = this.#cursor;
    if (cursor === undefined) {
      return { link: this.link, waiting: 0, waitingSinceMs: undefined, again: false,
        taken: this.#taken, lost: this.#lost };
    }
    const waitingSinceMs = await this.#source.waitingSinceMs(this.link, cursor.place);
    const total = this.#parts.what === "raw" ? this.#parts.totalBytes()
      : Number((await this.#source.end(this.link)).position);
    return { link: this.link, waitingSinceMs, again: cursor.again !== undefined,
      taken: this.#taken, lost: this.#lost,
      waiting: waitingSinceMs === undefined ? 0 : Math.max(0, total - cursor.through) };
  }

  get #key(): CursorKey {
    const { destination, link, what } = this.#parts;
    return { destination, link, of: what === "raw" ? "raw" : "records" };
  }

  #through(handed: Handed): number {
    if (this.#parts.what !== "raw") return Number(handed.next.position);
    return (this.#cursor?.through ?? 0) + bytesOf(handed);
  }

  async #count({ days }: Handed, again: boolean): Promise<readonly Mutation[]> {
    const batch: Mutation[] = [];
    for (const [day, share] of days) {
      const key = { ...this.#key, day };
      const row = await this.#day(day);
      batch.push(put(delivered, key, again ? { ...row, again: row.again + share.pieces }
        : { ...row, pieces: row.pieces + share.pieces, bytes: row.bytes + share.bytes }));
    }
    return batch;
  }

  async #day(day: string): Promise<Delivered> {
    const found = await this.#parts.store.get(delivered, { ...this.#key, day });
    return found.ok && found.value !== undefined ? found.value
      : { pieces: 0, bytes: 0, again: 0, lost: 0 };
  }

  async #write(cursor: Cursor, more: readonly Mutation[]): Promise<Result<void>> {
    const before = this.#cursor;
    this.#cursor = cursor;
    const written = await this.#parts.store.commit([put(cursors, this.#key, cursor), ...more]);
    if (written.ok) return done;
    this.#cursor = before;
    return written;
  }
}
