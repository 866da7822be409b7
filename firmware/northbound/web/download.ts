/** Streams of chunks as a file that the browser saves. */

import type { DescMethod, Message, MessageShape } from "@bufbuild/protobuf";
import { fail } from "../../base/result.js";
import { ExportFormat, type ExportRecordsRequest }
  from "../../../proto/gen/cti/gateway/v1/records_pb.js";
import type { Door } from "../api/door.js";
import { drained } from "../api/drained.js";
import { sendFault, type Exchange } from "./exchange.js";

interface FileKind {
  readonly name: string;
  readonly type: string;
}

const plainFiles: Readonly<Record<string, FileKind>> = {
  "SystemService.Backup": { name: "jackfield-backup-DATE.bin", type: "application/octet-stream" },
  "SystemService.ExportAudit": { name: "jackfield-audit-DATE.jsonl", type: "application/jsonl" },
  "SystemService.SupportBundle": { name: "jackfield-support-DATE.tar.gz",
    type: "application/gzip" },
  "RecordsService.ReadRaw": { name: "jackfield-raw-DATE.bin", type: "application/octet-stream" },
};

function fileOf(method: DescMethod, request: Message): FileKind | undefined {
  const key = `${method.parent.name}.${method.name}`;
  if (key !== "RecordsService.ExportRecords") return plainFiles[key];
  const { format } = request as ExportRecordsRequest;
  return format === ExportFormat.JSON
    ? { name: "jackfield-records-DATE.jsonl", type: "application/jsonl" }
    : { name: "jackfield-records-DATE.csv", type: "text/csv; charset=utf-8" };
}

/** A fault before the first byte is an answer; a later one breaks the transfer off, visibly. */
export async function sendDownload(
  exchange: Exchange, method: DescMethod, request: MessageShape<DescMethod["input"]>,
  items: ReturnType<Door["stream"]>, now: Date,
): Promise<void> {
  const file = fileOf(method, request);
  if (file === undefined) {
    sendFault(exchange, fail("argument-invalid", `${method.name} gives no file.`,
      { fields: [{ path: "download", message: "is not possible with this method" }] }).fault);
    return;
  }
  const { response } = exchange;
  const begin = (): void => {
    if (response.headersSent) return;
    const name = file.name.replace("DATE", now.toISOString().slice(0, 10));
    response.writeHead(200, { "content-type": file.type, "cache-control": "no-store",
      "content-disposition": `attachment; filename="${name}"` });
  };
  for await (const item of items) {
    if (exchange.signal.aborted) return;
    if (!item.ok) {
      if (!response.headersSent) sendFault(exchange, item.fault);
      else response.stream?.destroy(new Error(item.fault.message));
      return;
    }
    begin();
    for (const message of item.value) {
      const data: unknown = "data" in message ? message["data"] : undefined;
      if (data instanceof Uint8Array && !response.write(data)) {
        await drained(response, exchange.signal);
      }
    }
  }
  begin();
  response.end();
}
