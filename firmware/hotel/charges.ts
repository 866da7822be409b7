/**
 * Finished calls of rooms as postings, one after the other. A posting has its number in the store
 * before it is sent: after a power cut it is sent again with the same number, never with a new one.
 */

import { done, ok, type Result } from "../base/result.js";
import type { World } from "../base/world.js";
import type { RoomCharge, RoomMessage } from "../model/hotel.js";
import type { LinkId } from "../model/identifiers.js";
import type { CallRecord } from "../model/records.js";
import { put, remove, type Mutation, type Store } from "../store/store.js";
import { arrivals, numberMax, records } from "../switching/record-keyspaces.js";
import {
  chargeCursors, postingNumbers, refusedPostings, type ChargeCursor, type RefusedPosting,
} from "./hotel-keyspaces.js";

export interface ChargesParts {
  readonly store: Store;
  readonly world: World;
  readonly links: readonly LinkId[];
  readonly pulsePrice: number | undefined;
  /** The room that is charged for calls of this device; undefined: none. */
  readonly roomOf: (device: string, link: LinkId) => string | undefined;
}

/** Refused postings that are kept for a person to look at. */
export const refusedMax = 10_000;
/** Beyond it numbers begin again. */
const numberLast = 99_999_999;
/** Calls of others that are passed over before the place is written down. */
const passedMax = 500;
const nextKey = "next";

export interface Posting {
  readonly link: LinkId;
  readonly record: string;
  readonly message: RoomMessage & { readonly type: "charge" };
}

export class Charges {
  readonly #parts: ChargesParts;
  readonly #cursors = new Map<LinkId, ChargeCursor>();
  #next = 1;
  #refused = 0;

  constructor(parts: ChargesParts) {
    this.#parts = parts;
  }

  /** Postings that were refused and that nobody has dealt with. */
  get refused(): number {
    return this.#refused;
  }

  /** A link that is new here begins with the calls that finish from now on. */
  async load(): Promise<Result<void>> {
    const { store, links } = this.#parts;
    const number = await store.get(postingNumbers, nextKey);
    if (!number.ok) return number;
    this.#next = number.value ?? 1;
    for (const link of links) {
      const found = await store.get(chargeCursors, link);
      if (!found.ok) return found;
      if (found.value !== undefined) this.#cursors.set(link, found.value);
      else {
        const written = await this.#write(link, { position: await this.#end(link) });
        if (!written.ok) return written;
      }
    }
    this.#refused = (await this.listRefused()).length;
    return done;
  }

  /** The posting to send now: the one that may have been sent already, or the next. */
  async next(): Promise<Result<Posting | undefined>> {
    for (const [link, cursor] of this.#cursors) {
      const { sent } = cursor;
      const posting = sent === undefined ? await this.#find(link, cursor.position)
        : await this.#at(link, sent.position, sent.number);
      if (!posting.ok || posting.value !== undefined) return posting;
      // Its record has expired meanwhile.
      if (sent !== undefined) {
        const passed = await this.#write(link, { position: sent.position });
        if (!passed.ok) return passed;
      }
    }
    return ok(undefined);
  }

  /** The front desk has taken it. */
  taken({ link }: Posting): Promise<Result<void>> {
    return this.#pass(link, []);
  }

  /** It will not take it: kept for a person. */
  async refuse(posting: Posting, reason: string): Promise<Result<void>> {
    const { world, store } = this.#parts;
    const { room, charge } = posting.message;
    const row: RefusedPosting = { number: charge.number, room, link: posting.link,
      record: posting.record, reason, atMs: world.clock.wall().getTime() };
    const more: Mutation[] = [put(refusedPostings, BigInt(charge.number), row)];
    if (this.#refused >= refusedMax) {
      for await (const [key] of store.range(refusedPostings, { limit: 1 })) {
        more.push(remove(refusedPostings, key));
        world.log.event("hotel.refused.dropped", { number: key.toString() }, "error");
      }
    } else this.#refused += 1;
    return this.#pass(posting.link, more);
  }

  /** Oldest first. */
  async listRefused(): Promise<readonly RefusedPosting[]> {
    const found: RefusedPosting[] = [];
    for await (const [, row] of this.#parts.store.range(refusedPostings, {})) found.push(row);
    return found;
  }

  /** A person has dealt with it. False: there is none of this number. */
  async settle(number: number): Promise<Result<boolean>> {
    const { store } = this.#parts;
    const found = await store.get(refusedPostings, BigInt(number));
    if (!found.ok) return found;
    if (found.value === undefined) return ok(false);
    const written = await store.commit([remove(refusedPostings, BigInt(number))]);
    if (!written.ok) return written;
    this.#refused -= 1;
    return ok(true);
  }

  async #pass(link: LinkId, more: readonly Mutation[]): Promise<Result<void>> {
    const sent = this.#cursors.get(link)?.sent;
    return sent === undefined ? done : this.#write(link, { position: sent.position }, more);
  }

  async #find(link: LinkId, from: bigint): Promise<Result<Posting | undefined>> {
    let position = from;
    let passed = 0;
    for await (const [{ number: at }, { record: id }] of this.#parts.store.range(arrivals,
      { gt: { link, number: from }, lte: { link, number: numberMax } })) {
      const found = await this.#read(link, id);
      if (!found.ok) return found;
      if (found.value !== undefined) return this.#begin(link, position, at);
      position = at;
      passed += 1;
      if (passed % passedMax === 0) {
        const written = await this.#write(link, { position });
        if (!written.ok) return written;
      }
    }
    if (position === from) return ok(undefined);
    const written = await this.#write(link, { position });
    return written.ok ? ok(undefined) : written;
  }

  /** From here on the posting may be on its way: its number stands before it is sent. */
  async #begin(
    link: LinkId, position: bigint, at: bigint,
  ): Promise<Result<Posting | undefined>> {
    const number = this.#next;
    const following = number >= numberLast ? 1 : number + 1;
    const written = await this.#write(link, { position, sent: { position: at, number } },
      [put(postingNumbers, nextKey, following)]);
    if (!written.ok) return written;
    this.#next = following;
    return this.#at(link, at, number);
  }

  async #at(
    link: LinkId, position: bigint, number: number,
  ): Promise<Result<Posting | undefined>> {
    const arrival = await this.#parts.store.get(arrivals, { link, number: position });
    if (!arrival.ok) return arrival;
    if (arrival.value === undefined) return ok(undefined);
    const { record } = arrival.value;
    const found = await this.#read(link, record);
    if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found;
    const [room, charge] = found.value;
    return ok({ link, record, message: { type: "charge", room, charge: { ...charge, number } } });
  }

  async #read(
    link: LinkId, id: string,
  ): Promise<Result<readonly [string, Omit<RoomCharge, "number">] | undefined>> {
    const found = await this.#parts.store.get(records, id);
    // Expired, or damaged and told of by the store.
    if (!found.ok) return found.fault.code === "store-damaged" ? ok(undefined) : found;
    if (found.value === undefined) return ok(undefined);
    const room = this.#roomOf(found.value, link);
    return ok(room === undefined ? undefined : [room, chargeOf(found.value, this.#parts)]);
  }

  #roomOf(record: CallRecord, link: LinkId): string | undefined {
    if (record.direction !== "outgoing" || record.durationMs <= 0) return undefined;
    for (const device of [record.calling?.raw, ...record.legs.map((leg) => leg.device)]) {
      const room = device === undefined ? undefined : this.#parts.roomOf(device, link);
      if (room !== undefined) return room;
    }
    return undefined;
  }

  async #write(
    link: LinkId, cursor: ChargeCursor, more: readonly Mutation[] = [],
  ): Promise<Result<void>> {
    const written = await this.#parts.store.commit([put(chargeCursors, link, cursor), ...more]);
    if (!written.ok) return written;
    this.#cursors.set(link, cursor);
    return done;
  }

  async #end(link: LinkId): Promise<bigint> {
    for await (const [{ number }] of this.#parts.store.range(arrivals, { gte: { link, number: 0n },
      lte: { link, number: numberMax }, reverse: true, limit: 1 })) return number;
    return 0n;
  }
}

function chargeOf(
  record: CallRecord, { pulsePrice }: Pick<ChargesParts, "pulsePrice">,
): Omit<RoomCharge, "number"> {
  const amount = record.cost === undefined ? undefined : amountOf(record.cost, pulsePrice);
  const dialled = record.called?.raw;
  return { startedAtMs: record.answeredAtMs ?? record.startedAtMs, durationMs: record.durationMs,
    ...(dialled === undefined || dialled === "" ? {} : { dialled }),
    ...(amount === undefined ? {} : { amount }) };
}

/** Hundredths of the currency: `1.20`, `1,20 EUR`. Without decimals it counts pulses. */
export function amountOf(cost: string, pulsePrice: number | undefined): number | undefined {
  const [, units, decimals] = /(\d{1,9})(?:[.,](\d{1,4}))?(?![\d.,])/.exec(cost) ?? [];
  if (units === undefined) return undefined;
  if (decimals === undefined) {
    return pulsePrice === undefined ? undefined : Number(units) * pulsePrice;
  }
  return Math.round(Number(`${units}.${decimals}`) * 100);
}
