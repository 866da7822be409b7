/** DeliveryService: destinations, the ledger, and sending once more. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampMs, type Timestamp } from "@bufbuild/protobuf/wkt";
import { inBoth } from "../../base/french.js";
import { inLanguage, ok, type Language } from "../../base/result.js";
import type { DayBalance } from "../../delivery/delivery.js";
import type { AgainRange } from "../../delivery/feed.js";
import { isDay } from "../../delivery/days.js";
import type { DestinationStatus } from "../../delivery/runner.js";
import { linkId } from "../../model/identifiers.js";
import { DestinationState, type DeliveryService, type DestinationSchema, type LedgerDaySchema,
  type RedeliverRequest }
  from "../../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { Fields } from "./fields.js";
import type { GatewayView } from "./gateway-view.js";
import type { ServiceHandlers } from "./handler.js";
import { linkNamed } from "./links-service.js";
import { timestamp } from "./time-message.js";

export const ledgerDaysMax = 366;
const dayMs = 86_400_000;

const states = { waiting: DestinationState.WAITING, up: DestinationState.UP,
  down: DestinationState.DOWN } as const;

export function deliveryHandlers(gateway: GatewayView): ServiceHandlers<typeof DeliveryService> {
  const { delivery } = gateway;
  return {
    listDestinations: async (_request, context) => ok({ destinations:
      (await delivery.list()).map((row) => destinationMessage(row, context.language)) }),
    getLedger: async ({ link, fromDay, toDay }, { language }) => {
      const fields = new Fields();
      checkDays(fields, fromDay, toDay);
      const checked = fields.result();
      if (!checked.ok) return checked;
      const found = linkNamed(gateway, link, "link");
      if (!found.ok) return found;
      const driver = gateway.driver(found.value.status.driver);
      const days = await delivery.balance(linkId(link), fromDay, toDay);
      return ok({ days: days.map((day) => dayMessage(day, language)),
        balances: driver?.accountsBytes === true });
    },
    redeliver: async (request) => {
      const { destination, link } = request;
      const fields = new Fields();
      fields.required("destination", destination);
      const range = rangeOf(fields, request);
      const checked = fields.result();
      if (!checked.ok) return checked;
      const found = linkNamed(gateway, link, "link");
      if (!found.ok) return found;
      const begun = await delivery.again(destination, linkId(link), range);
      return begun.ok ? ok({}) : begun;
    },
  };
}

function rangeOf(fields: Fields, request: RedeliverRequest): AgainRange {
  const { from, until, fromNumber, toNumber } = request;
  if (fromNumber === 0n && toNumber === 0n) {
    const fromMs = timeOf(fields, "from", from);
    const untilMs = timeOf(fields, "until", until);
    if (untilMs <= fromMs) fields.wrong("until", "expected a time after from");
    return { fromMs, untilMs };
  }
  if (from !== undefined || until !== undefined) {
    fields.wrong("from", "expected times or numbers, not both");
  }
  if (fromNumber === 0n) fields.wrong("from_number", "is required");
  if (toNumber < fromNumber) fields.wrong("to_number", "expected from_number or more");
  return { fromNumber, toNumber };
}

function timeOf(fields: Fields, path: string, time: Timestamp | undefined): number {
  if (time === undefined) fields.wrong(path, "is required");
  return time === undefined ? NaN : timestampMs(time);
}

function checkDays(fields: Fields, from: string, to: string): void {
  for (const [path, day] of [["from_day", from], ["to_day", to]] as const) {
    if (!isDay(day)) fields.wrong(path, "expected a day such as 2026-11-23");
  }
  const days = (Date.parse(to) - Date.parse(from)) / dayMs;
  if (days < 0) fields.wrong("to_day", "expected from_day or a later day");
  if (days >= ledgerDaysMax) fields.wrong("to_day", `expected at most ${ledgerDaysMax} days`);
}

function destinationMessage(
  row: DestinationStatus, language: Language,
): MessageInitShape<typeof DestinationSchema> {
  const { destination, description, state, sinceMs, reason, retryAtMs, failures, feeds } = row;
  const raw = destination.what === "raw";
  return {
    id: destination.id, kind: destination.to.kind, content: destination.what,
    address: description, state: states[state], since: timestamp(sinceMs),
    reason: inLanguage(reason, language), failures: BigInt(failures),
    ...(retryAtMs !== undefined && { retryAt: timestamp(retryAtMs) }),
    feeds: feeds.map(({ link, waiting, waitingSinceMs, again, taken, lost }) => ({ link, again,
      takenPieces: BigInt(taken.pieces), takenBytes: BigInt(taken.bytes),
      lostBytes: BigInt(lost.bytes),
      waitingBytes: BigInt(raw ? waiting : 0), waitingRecords: BigInt(raw ? 0 : waiting),
      ...(waitingSinceMs !== undefined && { waitingSince: timestamp(waitingSinceMs) }) })),
  };
}

function dayMessage(
  row: DayBalance, language: Language,
): MessageInitShape<typeof LedgerDaySchema> {
  return {
    day: row.day, bytesIn: BigInt(row.bytesIn), records: BigInt(row.records),
    recordBytes: BigInt(row.recordBytes), skippedBytes: BigInt(row.skippedBytes),
    garbageBytes: BigInt(row.garbageBytes), adriftBytes: BigInt(row.adriftBytes),
    garbageReasons: Object.fromEntries(Object.entries(row.reasons)
      .map(([reason, bytes]) => [inLanguage(inBoth(reason), language), BigInt(bytes)])),
    delivered: row.delivered.map(({ destination, pieces, bytes, again, lost }) => ({ destination,
      lost: BigInt(lost), pieces: BigInt(pieces), bytes: BigInt(bytes), again: BigInt(again) })),
  };
}
