/** What the watch and the metrics want to know of delivery, and how much of a link is kept. */

import type { Document } from "./config/schema.js";
import { dayOf } from "./delivery/days.js";
import type { Delivery } from "./delivery/delivery.js";
import type { LinkId } from "./model/identifiers.js";
import type { DeliveryReading, LedgerReading } from "./supervisor/metrics.js";
import type { RawQuota } from "./switching/raw-keeper.js";
import type { Backlog } from "./watch/reception-watch.js";

const megabyte = 1_000_000;
/** All links together get no more of the disk than this, whatever the configuration says. */
const diskShare = 0.5;

/** `diskBytes`: of the disk with the store, once it is known. */
export function quotaOf(
  { links, retention }: Document, id: LinkId, diskBytes: number | undefined,
): RawQuota {
  const { transport, rawMegabytes } = links.find((link) => link.id === id) ?? {};
  const holds = transport !== undefined
    && (transport.kind !== "serial" || transport.flowControl !== "none");
  return { whenNeeded: holds ? "refuse" : "drop",
    bytesMax: Math.min((rawMegabytes ?? retention.rawMegabytes) * megabyte,
      (diskBytes ?? Infinity) * diskShare / Math.max(1, links.length)) };
}

export async function backlogsOf(
  delivery: Delivery, quotaBytes: (link: LinkId) => number,
): Promise<readonly Backlog[]> {
  return (await delivery.list()).flatMap(({ destination, feeds }) => feeds.map((feed) => ({
    destination: destination.id, link: feed.link, sinceMs: feed.waitingSinceMs,
    bytes: destination.what === "raw" ? feed.waiting : 0, quotaBytes: quotaBytes(feed.link),
    lostBytes: feed.lost.bytes })));
}

export async function deliveryReadings(
  delivery: Delivery, nowMs: number,
): Promise<readonly DeliveryReading[]> {
  return (await delivery.list()).map(({ destination, state, failures, feeds }) => ({
    destination: destination.id, up: state === "up", failures,
    feeds: feeds.map(({ link, waiting, waitingSinceMs, taken, lost }) => ({ link,
      waitingBytes: destination.what === "raw" ? waiting : 0,
      waitingRecords: destination.what === "raw" ? 0 : waiting,
      waitingSeconds: Math.max(0, nowMs - (waitingSinceMs ?? nowMs)) / 1_000,
      takenPieces: taken.pieces, takenBytes: taken.bytes, lostBytes: lost.bytes })) }));
}

/** Of this day (UTC). */
export async function ledgerReadings(
  delivery: Delivery, links: readonly LinkId[], nowMs: number,
): Promise<readonly LedgerReading[]> {
  const day = dayOf(nowMs);
  const found = await Promise.all(links.map(async (link) => {
    const [row] = await delivery.balance(link, day, day);
    return row === undefined ? [] : [{ link, in: row.bytesIn, record: row.recordBytes,
      skipped: row.skippedBytes, garbage: row.garbageBytes, adrift: row.adriftBytes }];
  }));
  return found.flat();
}
