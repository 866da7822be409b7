/** What the book has of calls whose bytes are read again. */

import type { CallsReadAgain } from "../link/raw.js";
import type { LinkId } from "../model/identifiers.js";
import type { CallRecord, CompletedCall } from "../model/records.js";
import { matchWindowMs, positionIn, recordOfPrinted, Unprinted } from "./printed-records.js";
import type { RecordBook } from "./records.js";

/** A time that the PBX does not print comes out of the time of arrival. */
const slackMs = 60_000;

export class Recorded {
  /** Records that began as events, whether or not the PBX's print has reached them. */
  readonly begun = new Unprinted();
  /** Of the others: how many there are of each print. */
  readonly #printed = new Map<string, number>();

  /** Reads what the book has of these calls and of the time around them. */
  static async read(
    book: RecordBook, link: LinkId, { position: first, calls }: CallsReadAgain,
  ): Promise<Recorded> {
    const recorded = new Recorded();
    let fromMs = Infinity;
    let untilMs = -Infinity;
    for (const { call: { startedAtMs } } of calls) {
      fromMs = Math.min(fromMs, startedAtMs);
      untilMs = Math.max(untilMs, startedAtMs);
    }
    const query = { link, fromMs: Math.floor(fromMs - matchWindowMs - slackMs),
      untilMs: Math.ceil(untilMs + matchWindowMs + slackMs) };
    for await (const record of book.all(query)) {
      const position = positionIn(record);
      if (position === undefined) recorded.begun.add(record);
      else if (position >= first) recorded.#add(record);
    }
    return recorded;
  }

  /**
   * Whether the book has a record of this print; each stands for one call. Silences may fall
   * differently when bytes are read again, so that it may stand at another place.
   */
  has(call: CompletedCall): boolean {
    const print = printOf(recordOfPrinted(call, (raw) => ({ raw })));
    const count = this.#printed.get(print) ?? 0;
    if (count > 0) this.#printed.set(print, count - 1);
    return count > 0;
  }

  #add(record: CallRecord): void {
    const print = printOf(record);
    this.#printed.set(print, (this.#printed.get(print) ?? 0) + 1);
  }
}

/** What the PBX has printed, without what depends on when it came. */
function printOf(record: CallRecord): string {
  const { pbxTime, direction, calling, called, answeredBy, networkInterface, durationMs,
    accountCode, cost, pbxReference, legs } = record;
  return JSON.stringify([pbxTime, direction, calling?.raw, called?.raw, answeredBy,
    networkInterface, Math.round(durationMs / 1_000), accountCode, cost, pbxReference,
    legs.map(({ device }) => device)]);
}
