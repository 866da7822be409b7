/** PagingService: calling a pager, and what became of pages. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { inLanguage, ok, type Language, type Result } from "../../base/result.js";
import { linkId } from "../../model/identifiers.js";
import type { Page } from "../../model/pages.js";
import { isWaiting, type PageDelivery, type PageRecord } from "../../paging/page-record.js";
import { textCharsMax } from "../../paging/paging.js";
import {
  PageCallType, PageDeliveryState, PagePriority, PageStatus, PagingService, type PageDeliverySchema,
  type PageSchema, type SendPageRequest, type WatchPagesRequest, type WatchPagesResponseSchema,
} from "../../../proto/gen/cti/gateway/v1/paging_pb.js";
import { ChangedKeys } from "./changed-keys.js";
import { Fields } from "./fields.js";
import type { GatewayView } from "./gateway-view.js";
import type { CallContext, ServiceHandlers } from "./handler.js";
import type { RequestIds } from "./request-ids.js";
import { timestamp } from "./time-message.js";

const pagesPerPage = 100;
const pagesPerPageMax = 1_000;
const beepMax = 9;

const priorities = { alarm: PagePriority.ALARM, high: PagePriority.HIGH,
  normal: PagePriority.NORMAL } as const;
const callTypes = { reset: PageCallType.RESET, speech: PageCallType.SPEECH,
  standard: PageCallType.STANDARD } as const;
const statuses = { accepted: PageStatus.ACCEPTED, busy: PageStatus.BUSY,
  queued: PageStatus.QUEUED, paged: PageStatus.PAGED, absent: PageStatus.ABSENT,
  mailbox: PageStatus.MAILBOX } as const;
const states = { waiting: PageDeliveryState.WAITING, delivered: PageDeliveryState.DELIVERED,
  failed: PageDeliveryState.FAILED } as const;

function keyOf<K extends string>(table: Readonly<Record<K, number>>, value: number): K | undefined {
  return (Object.keys(table) as K[]).find((key) => table[key] === value);
}

export function pagingHandlers(
  gateway: GatewayView, requestIds: RequestIds,
): ServiceHandlers<typeof PagingService> {
  const { paging } = gateway;
  return {
    sendPage: (request, context) => {
      const page = pageOf(request);
      if (!page.ok) return Promise.resolve(page);
      const name = context.identity?.name ?? "";
      return requestIds.once(name, request.requestId, PagingService.method.sendPage.input, request,
        async () => {
          const sent = await paging.send(name, linkId(request.link), page.value);
          if (!sent.ok) return sent;
          const waitMs = request.wait === undefined ? 0 : durationMs(request.wait);
          const record = await settled(gateway, sent.value, Math.min(waitMs, context.deadlineMs),
            context.signal);
          return ok({ page: pageMessage(record, context.language) });
        });
    },
    listPages: async (request, { language }) => {
      const fields = new Fields();
      const limit = fields.count("page_size", request.pageSize, pagesPerPage, pagesPerPageMax);
      if (!/^\d{0,18}$/.test(request.pageToken)) fields.wrong("page_token", "is not a page token");
      const checked = fields.result();
      if (!checked.ok) return checked;
      const found = await paging.list(
        request.pageToken === "" ? undefined : BigInt(request.pageToken), limit + 1);
      const shown = found.slice(0, limit);
      return ok({ pages: shown.map((record) => pageMessage(record, language)),
        nextPageToken: found.length > limit ? String(shown.at(-1)?.number ?? "") : "" });
    },
    watchPages: (request, context) => watchPages(gateway, request, context),
  };
}

function pageOf(request: SendPageRequest): Result<Page> {
  const { link, pager, text, beep } = request;
  const fields = new Fields();
  fields.required("link", link);
  if (!/^[\x21-\x7e]{1,32}$/.test(pager)) {
    fields.wrong("pager", "expected 1 to 32 characters without spaces");
  }
  fields.optional("text", text, textCharsMax);
  if (beep !== undefined && beep > beepMax) fields.wrong("beep", `expected 0 to ${beepMax}`);
  const priority = keyOf(priorities, request.priority);
  const callType = keyOf(callTypes, request.callType);
  return fields.with({ pager, text, ...(priority && { priority }), ...(callType && { callType }),
    ...(beep !== undefined && { beep }) });
}

/** The page when nothing of it waits any more, or as it is when the time is up. */
function settled(
  { paging, world }: GatewayView, first: PageRecord, waitMs: number, signal: AbortSignal,
): Promise<PageRecord> {
  if (waitMs <= 0 || !isWaiting(first)) return Promise.resolve(first);
  return new Promise((resolve) => {
    let newest = first;
    const end = (): void => {
      timer.cancel();
      unwatch();
      signal.removeEventListener("abort", end);
      resolve(newest);
    };
    const timer = world.clock.after(waitMs, "api.page", end);
    const unwatch = paging.watch((record) => {
      if (record.number !== first.number) return;
      newest = record;
      if (!isWaiting(record)) end();
    });
    signal.addEventListener("abort", end, { once: true });
    // It may have been delivered before anybody watched.
    void paging.get(first.number).then((now) => {
      if (now === undefined || isWaiting(now)) return;
      newest = now;
      end();
    });
  });
}

type Told = Result<readonly MessageInitShape<typeof WatchPagesResponseSchema>[]>;

/** A slow reader sees the newest state of each page. */
async function *watchPages(
  { paging }: GatewayView, { afterNumber }: WatchPagesRequest, context: CallContext,
): AsyncGenerator<Told> {
  const message = (record: PageRecord): Told =>
    ok([{ page: pageMessage(record, context.language) }]);
  const changed = new ChangedKeys();
  const unwatch = paging.watch(({ number }) => { changed.add(number.toString()); });
  const stop = (): void => { changed.close(); };
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    for (let from = afterNumber; from !== undefined;) {
      const earlier = await paging.after(from, pagesPerPage);
      for (const record of earlier) yield message(record);
      from = earlier.at(-1)?.number;
    }
    for await (const number of changed) {
      if (context.signal.aborted) return;
      const record = await paging.get(BigInt(number));
      if (record !== undefined) yield message(record);
    }
  } finally {
    unwatch();
    context.signal.removeEventListener("abort", stop);
  }
}

function pageMessage(
  { number, atMs, source, page, deliveries }: PageRecord, language: Language,
): MessageInitShape<typeof PageSchema> {
  return {
    number, at: timestamp(atMs), pager: page.pager, text: page.text,
    fromLink: source.kind === "link" ? source.link : "",
    fromUser: source.kind === "user" ? source.name : "",
    fromAlarm: source.kind === "alarm" ? source.alarm : "",
    ...(page.priority && { priority: priorities[page.priority] }),
    ...(page.callType && { callType: callTypes[page.callType] }),
    ...(page.beep !== undefined && { beep: page.beep }),
    deliveries: deliveries.map((each) => deliveryMessage(each, language)),
  };
}

function deliveryMessage(
  { link, pager, state, attempts, changedAtMs, status, reason = "" }: PageDelivery,
  language: Language,
): MessageInitShape<typeof PageDeliverySchema> {
  return { link, pager, state: states[state], attempts, changedAt: timestamp(changedAtMs),
    reason: state === "delivered" ? "" : inLanguage(reason, language),
    ...(status && { status: statuses[status] }) };
}
