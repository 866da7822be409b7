/** RecordsService: call records by page, by hour, as a file, and the raw bytes behind them. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { attempt, fail, messageOf, ok, type Result } from "../../base/result.js";
import { linkId, type LinkId } from "../../model/identifiers.js";
import type { CallRecord } from "../../model/records.js";
import { recordsToCsv, recordsToJson } from "../../switching/record-export.js";
import { ExportFormat, type ExportRecordsRequest, type ExportRecordsResponseSchema,
  type ReadRawRequest, type ReadRawResponseSchema, type RecordsService }
  from "../../../proto/gen/cti/gateway/v1/records_pb.js";
import { chunkBytes, Chunker } from "./chunks.js";
import { Fields } from "./fields.js";
import type { GatewayView } from "./gateway-view.js";
import type { CallContext, ServiceHandlers } from "./handler.js";
import { linkNamed } from "./links-service.js";
import { recordMessage, recordQuery } from "./record-message.js";
import { timestamp } from "./time-message.js";
import { tryFormat } from "./try-format.js";

export const recordsPerPage = 100;
export const recordsPerPageMax = 1_000;
export const countDaysMax = 90;
export const rawBytesDefault = 16_777_216;
export const rawBytesMax = 1_073_741_824;
const dayMs = 86_400_000;

export function recordsHandlers(gateway: GatewayView): ServiceHandlers<typeof RecordsService> {
  const { records, world } = gateway;
  return {
    listRecords: async (request) => {
      const fields = new Fields();
      const query = recordQuery(request.query, fields);
      const limit = fields.count("page_size", request.pageSize, recordsPerPage, recordsPerPageMax);
      fields.optional("page_token", request.pageToken);
      const checked = fields.result();
      if (!checked.ok) return checked;
      const page = await records.list(
        query, limit, request.pageToken === "" ? undefined : request.pageToken);
      return page.ok ? ok({ records: page.value.records.map(recordMessage),
        nextPageToken: page.value.next ?? "" }) : page;
    },
    getRecord: async (request) => {
      const fields = new Fields();
      fields.required("id", request.id);
      const checked = fields.result();
      if (!checked.ok) return checked;
      const record = await records.get(request.id);
      if (!record.ok) return record;
      return record.value === undefined
        ? fail("not-found", `There is no record ${request.id}; it may have expired.`)
        : ok({ record: recordMessage(record.value) });
    },
    exportRecords: (request, context) => exportRecords(gateway, request, context),
    countRecords: async (request) => {
      const fields = new Fields();
      const query = recordQuery(request.query, fields);
      const nowMs = world.clock.wall().getTime();
      const untilMs = query.untilMs ?? nowMs;
      const fromMs = query.fromMs ?? untilMs - countDaysMax * dayMs;
      if (untilMs - fromMs > countDaysMax * dayMs) {
        fields.wrong("query.from", `expected at most ${countDaysMax} days before query.until`);
      }
      const checked = fields.result();
      if (!checked.ok) return checked;
      const hours = await records.countByHour({ ...query, fromMs, untilMs });
      return hours.ok ? ok({ hours: hours.value.map(({ hourMs, ...counts }) =>
        ({ ...counts, hour: timestamp(hourMs) })) }) : hours;
    },
    readRaw: (request, context) => readRaw(gateway, request, context),
    tryFormat: (request, { language }) => tryFormat(gateway, request, language),
  };
}

type ExportItem = Result<readonly MessageInitShape<typeof ExportRecordsResponseSchema>[]>;

async function *exportRecords(
  gateway: GatewayView, request: ExportRecordsRequest, context: CallContext,
): AsyncGenerator<ExportItem> {
  const fields = new Fields();
  const query = recordQuery(request.query, fields);
  if (request.format !== ExportFormat.CSV && request.format !== ExportFormat.JSON) {
    fields.wrong("format", "is required");
  }
  const checked = fields.result();
  if (!checked.ok) {
    yield checked;
    return;
  }
  let count = 0n;
  const counted = async function *(): AsyncGenerator<CallRecord> {
    for await (const record of gateway.records.all(query)) {
      if (context.signal.aborted) return;
      count += 1n;
      yield record;
    }
  };
  const file = request.format === ExportFormat.CSV ? recordsToCsv(counted())
    : recordsToJson(counted());
  const chunker = new Chunker(chunkBytes);
  try {
    for await (const bytes of file) {
      for (const data of chunker.push(bytes)) yield ok([{ data, records: count }]);
    }
  } catch (cause) {
    yield fail("store-damaged", `The records could not be read: ${messageOf(cause)}`, { cause });
    return;
  }
  const rest = chunker.end();
  if (rest !== undefined) yield ok([{ data: rest, records: count }]);
}

/** Where the newest segments begin that have no more than so many bytes together. */
async function newestFrom(
  gateway: GatewayView, link: LinkId, bytesMax: number,
): Promise<Result<bigint>> {
  const found = await attempt("store-damaged", "raw bytes could not be read",
    () => gateway.raw.newest(link, bytesMax));
  if (!found.ok) return found;
  const [first, second] = found.value;
  const bytes = found.value.reduce((sum, segment) => sum + segment.bytes.length, 0);
  // The first may lack its beginning.
  return ok((bytes < bytesMax ? first : second ?? first)?.position ?? 0n);
}

type RawItem = Result<readonly MessageInitShape<typeof ReadRawResponseSchema>[]>;

async function *readRaw(
  gateway: GatewayView, request: ReadRawRequest, context: CallContext,
): AsyncGenerator<RawItem> {
  const fields = new Fields();
  if (request.bytesMax > BigInt(rawBytesMax)) {
    fields.wrong("bytes_max", `expected at most ${rawBytesMax}, found ${request.bytesMax}`);
  }
  const checked = fields.result();
  const link = checked.ok ? linkNamed(gateway, request.link, "link") : checked;
  if (!link.ok) {
    yield link;
    return;
  }
  const bytesMax = request.bytesMax === 0n ? rawBytesDefault : Number(request.bytesMax);
  const from = request.newest ? await newestFrom(gateway, linkId(request.link), bytesMax)
    : ok(request.fromPosition);
  if (!from.ok) {
    yield from;
    return;
  }
  const segments = gateway.raw.read(linkId(request.link), from.value, bytesMax);
  const iterator = segments[Symbol.asyncIterator]();
  try {
    while (!context.signal.aborted) {
      const next = await attempt("store-damaged", "raw bytes could not be read",
        () => iterator.next());
      if (!next.ok) {
        yield next;
        return;
      }
      if (next.value.done === true) return;
      const { position, atMs, bytes, line } = next.value.value;
      yield ok([{ position, at: timestamp(atMs), data: bytes, ...(line && { line }) }]);
    }
  } finally {
    await iterator.return?.();
  }
}
