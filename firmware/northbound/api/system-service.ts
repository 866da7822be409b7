/** SystemService: version, health, alarms, frames, backup, scrub, audit. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { fail, messageOf, ok, type Result } from "../../base/result.js";
import type { AlarmView } from "../../supervisor/alarms.js";
import type { HostReading } from "../../supervisor/host-health.js";
import type { AuditEntrySchema, BackupResponseSchema, ExportAuditRequest,
  ExportAuditResponseSchema, ScrubResponseSchema, SupportBundleResponseSchema, SystemService,
  WatchAlarmsResponseSchema }
  from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import type { AuditView as AuditEntryView } from "../access/audit.js";
import { alarmMessage, worstFirst } from "./alarm-message.js";
import { ChangedKeys } from "./changed-keys.js";
import { chunkBytes, Chunker } from "./chunks.js";
import type { PlainInit } from "./encoding.js";
import { Fields } from "./fields.js";
import { captureFrames } from "./frame-capture.js";
import type { GatewayView } from "./gateway-view.js";
import type { CallContext, ServiceHandlers } from "./handler.js";
import { networkHandlers } from "./network-handlers.js";
import { timestamp } from "./time-message.js";
import { updateHandlers } from "./update-handlers.js";

export const auditPerPage = 100;
/** The log gives one more at once, which says whether there is a next page. */
export const auditPerPageMax = 1_000;
/** A damaged store may hold many damages; the first ones say enough. */
export const damagesShownMax = 1_000;

function auditMessage(entry: AuditEntryView): PlainInit<typeof AuditEntrySchema> {
  const { atMs, ...rest } = entry;
  return { ...rest, at: timestamp(atMs) };
}

export function systemHandlers(
  gateway: GatewayView, watchers: () => number,
): ServiceHandlers<typeof SystemService> {
  const { alarms, audit, system } = gateway;
  return {
    getVersion: () => {
      const { startedAtMs, ...version } = system.version;
      return Promise.resolve(ok({ ...version, startedAt: timestamp(startedAtMs) }));
    },
    getHealth: () => health(gateway, watchers),
    listAlarms: (request, context) => Promise.resolve(ok({
      alarms: [...alarms.list(request.includeCleared)].sort(worstFirst)
        .map((alarm) => alarmMessage(alarm, context.language)) })),
    watchAlarms: (_request, context) => watchAlarms(gateway, context),
    acknowledgeAlarm: (request, context) => {
      const fields = new Fields();
      fields.required("id", request.id);
      const checked = fields.result();
      if (!checked.ok) return Promise.resolve(checked);
      const alarm = alarms.acknowledge(request.id, context.identity?.name ?? "");
      return Promise.resolve(alarm === undefined
        ? fail("not-found", `There is no alarm ${request.id}.`)
        : ok({ alarm: alarmMessage(alarm, context.language) }));
    },
    captureFrames: (request, context) => captureFrames(gateway, request, context),
    backup: (_request, context) => backup(gateway, context),
    supportBundle: () => support(gateway),
    scrub: (_request, context) => scrub(gateway, context),
    listAudit: async (request) => {
      const fields = new Fields();
      fields.optional("actor", request.actor);
      const limit = fields.count("page_size", request.pageSize, auditPerPage, auditPerPageMax);
      if (!/^\d{0,18}$/.test(request.pageToken)) fields.wrong("page_token", "is not a page token");
      const checked = fields.result();
      if (!checked.ok) return checked;
      const found = await audit.list(request.actor === "" ? undefined : request.actor, limit + 1,
        request.pageToken === "" ? undefined : BigInt(request.pageToken));
      if (!found.ok) return found;
      const page = found.value.slice(0, limit);
      return ok({ entries: page.map(auditMessage),
        nextPageToken: found.value.length > limit ? String(page.at(-1)?.number ?? "") : "" });
    },
    exportAudit: (request, context) => exportAudit(gateway, request, context),
    ...updateHandlers(gateway), ...networkHandlers(gateway),
  };
}

async function health(gateway: GatewayView, watchers: () => number) {
  const host = gateway.system.host();
  const size = await gateway.store.size();
  return ok({
    components: gateway.system.components().map((row) => ({ ...row })),
    ...(host === undefined ? {} : { host: hostMessage(host) }),
    ...(size.ok ? { storeBytes: BigInt(size.value.bytesOnDisk),
      journalPosition: size.value.headPosition } : {}),
    eventNumber: gateway.switch.lastNumber, watchers: watchers(),
  });
}

function hostMessage(host: HostReading) {
  const { cpuLoad, temperatureCelsius, ...counts } = host;
  return {
    cpuLoad,
    memoryUsedBytes: BigInt(Math.round(counts.memoryUsedBytes)),
    memoryTotalBytes: BigInt(Math.round(counts.memoryTotalBytes)),
    residentBytes: BigInt(Math.round(counts.residentBytes)),
    diskFreeBytes: BigInt(Math.round(counts.diskFreeBytes)),
    diskTotalBytes: BigInt(Math.round(counts.diskTotalBytes)),
    uptimeSeconds: BigInt(Math.round(counts.uptimeSeconds)),
    ...(temperatureCelsius === undefined ? {} : { temperatureCelsius }),
  };
}

async function *watchAlarms(
  gateway: GatewayView, context: CallContext,
): AsyncGenerator<Result<readonly MessageInitShape<typeof WatchAlarmsResponseSchema>[]>> {
  const newest = new Map<string, AlarmView>();
  const changed = new ChangedKeys();
  const unwatch = gateway.alarms.watch((alarm) => {
    newest.set(alarm.id, alarm);
    changed.add(alarm.id);
  });
  const stop = (): void => { changed.close(); };
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    for (const alarm of [...gateway.alarms.list(false)].sort(worstFirst)) {
      newest.set(alarm.id, alarm);
      changed.add(alarm.id);
    }
    for await (const id of changed) {
      if (context.signal.aborted) return;
      const alarm = newest.get(id);
      newest.delete(id);
      if (alarm !== undefined) yield ok([{ alarm: alarmMessage(alarm, context.language) }]);
    }
  } finally {
    unwatch();
    context.signal.removeEventListener("abort", stop);
  }
}

async function *backup(
  gateway: GatewayView, context: CallContext,
): AsyncGenerator<Result<readonly MessageInitShape<typeof BackupResponseSchema>[]>> {
  const chunker = new Chunker(chunkBytes);
  try {
    for await (const bytes of gateway.store.backup()) {
      if (context.signal.aborted) return;
      for (const data of chunker.push(bytes)) yield ok([{ data }]);
    }
  } catch (cause) {
    yield fail("store-unavailable", `The backup broke off: ${messageOf(cause)}`, { cause });
    return;
  }
  const rest = chunker.end();
  if (rest !== undefined) yield ok([{ data: rest }]);
}

async function *support(
  { system }: GatewayView,
): AsyncGenerator<Result<readonly MessageInitShape<typeof SupportBundleResponseSchema>[]>> {
  const chunker = new Chunker(chunkBytes);
  for (const data of chunker.push(await system.support())) yield ok([{ data }]);
  const rest = chunker.end();
  if (rest !== undefined) yield ok([{ data: rest }]);
}

async function *scrub(
  gateway: GatewayView, context: CallContext,
): AsyncGenerator<Result<readonly MessageInitShape<typeof ScrubResponseSchema>[]>> {
  let checked = 0;
  const progress = new ChangedKeys();
  const report = gateway.store.scrub((count) => {
    checked = count;
    progress.add("progress");
  }).finally(() => { progress.close(); });
  const stop = (): void => { progress.close(); };
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const _ of progress) yield ok([{ valuesChecked: BigInt(checked) }]);
    if (context.signal.aborted) return;
    const found = await report;
    yield !found.ok ? found : ok([{
      valuesChecked: BigInt(found.value.valuesChecked),
      entriesChecked: BigInt(found.value.entriesChecked), finished: true,
      damages: found.value.damages.slice(0, damagesShownMax).map((damage) => ({ ...damage })) }]);
  } finally {
    report.catch(() => undefined);
    context.signal.removeEventListener("abort", stop);
  }
}

async function *exportAudit(
  gateway: GatewayView, request: ExportAuditRequest, context: CallContext,
): AsyncGenerator<Result<readonly MessageInitShape<typeof ExportAuditResponseSchema>[]>> {
  const chunker = new Chunker(chunkBytes);
  for await (const line of gateway.audit.export(request.fromNumber)) {
    if (context.signal.aborted) return;
    if (!line.ok) {
      yield line;
      return;
    }
    for (const data of chunker.push(Buffer.from(`${line.value}\n`))) yield ok([{ data }]);
  }
  const rest = chunker.end();
  if (rest !== undefined) yield ok([{ data: rest }]);
}
