/** What the book has of calls whose bytes are read again. */

import type { CallsReadAgain } from "../link/raw.js";
import type { LinkId } from "../model/identifiers.js";
import type { CallRecord, CompletedCall } from "../model/records.js";
import { matchWindowMs, placeIn, placeOf, recordOfPrinted, Unprinted }
  from "./printed-records.js";
import type { RecordBook } from "./records.js";

/** A time that the PBX does not print comes out of the time of arrival. */
const slackMs = 60_000;
/** So long before its print came a call may have begun, whatever the PBX's clock says. */
export const lastedMsMax = 14_400_000;

export class Recorded {
  /** Records that began as events, whether or not the PBX's print has reached them. */
  readonly begun = new Unprinted();
  /** Of the others: the places of each print, and all places that stand for no call yet. */
  readonly #printed = new Map<string, Set<string>>();
  readonly #places = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** Reads what the book has of these calls and of the time around them. */
  static async read(
    book: RecordBook, link: LinkId, { position: first, calls }: CallsReadAgain,
  ): Promise<Recorded> {
    const recorded = new Recorded();
    let fromMs = Infinity;
    let untilMs = -Infinity;
    let [cameFirstMs, cameLastMs] = [Infinity, -Infinity];
    for (const { call: { startedAtMs }, arrivedAtMs } of calls) {
      fromMs = Math.min(fromMs, startedAtMs);
      untilMs = Math.max(untilMs, startedAtMs);
      cameFirstMs = Math.min(cameFirstMs, arrivedAtMs);
      cameLastMs = Math.max(cameLastMs, arrivedAtMs);
    }
    fromMs -= matchWindowMs + slackMs;
    untilMs += matchWindowMs + slackMs;
    const query = { link, fromMs: Math.floor(Math.min(fromMs, cameFirstMs - lastedMsMax)),
      untilMs: Math.ceil(Math.max(untilMs, cameLastMs + slackMs)) };
    for await (const record of book.all(query)) {
      const place = placeIn(record);
      const near = record.startedAtMs >= fromMs && record.startedAtMs <= untilMs;
      if (place === undefined) {
        if (near) recorded.begun.add(record);
      } else if (BigInt(place.slice(0, place.indexOf("."))) >= first) recorded.#add(record, place);
    }
    return recorded;
  }

  /**
   * Whether the book has a record of this print; each stands for one call. Silences may fall
   * differently when bytes are read again, so that it may stand at another place. Another print at
   * the same place is the same call: it was not over yet, or was understood differently.
   */
  has(call: CompletedCall): boolean {
    const place = placeOf(call) ?? "";
    const places = this.#printed.get(printOf(recordOfPrinted(call, plain)));
    const [elsewhere = place] = places ?? [];
    const found = places?.has(place) === true ? place : elsewhere;
    const print = this.#places.get(found);
    if (print === undefined) return false;
    this.#places.delete(found);
    this.#printed.get(print)?.delete(found);
    return true;
  }

  /** At a place where no other record stands. */
  placed(call: CompletedCall): CompletedCall {
    let found = call;
    while (this.#taken.has(placeOf(found) ?? "")) {
      found = { ...found, rawOrdinal: (found.rawOrdinal ?? 0) + 1 };
    }
    const place = placeOf(found);
    if (place !== undefined) this.#taken.add(place);
    return found;
  }

  #add(record: CallRecord, place: string): void {
    const print = printOf(record);
    this.#printed.set(print, (this.#printed.get(print) ?? new Set()).add(place));
    this.#places.set(place, print);
    this.#taken.add(place);
  }
}

const plain = (raw: string): { readonly raw: string } => ({ raw });

/** What the PBX has printed, without what depends on when it came. */
function printOf(record: CallRecord): string {
  const { pbxTime, direction, calling, called, answeredBy, networkInterface, durationMs,
    accountCode, cost, pbxReference, legs } = record;
  return JSON.stringify([pbxTime, direction, calling?.raw, called?.raw, answeredBy,
    networkInterface, Math.round(durationMs / 1_000), accountCode, cost, pbxReference,
    legs.map(({ device }) => device)]);
}
