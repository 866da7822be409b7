/**
 * WatchEvents: exactly what followed the client's last number, or, when that is not to be had, a
 * gap, the whole picture and what is live.
 */

import { ok, type Result } from "../../base/result.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { deviceId, linkId } from "../../model/identifiers.js";
import type { CallView, MonitorFilter, Numbered } from "../../switching/switch.js";
import { GapReason, type WatchEventsRequest, type WatchEventsResponseSchema }
  from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { snapshotMessage } from "./call-message.js";
import { eventTypes, wordOf } from "./enums.js";
import { watchedEvent } from "./event-message.js";
import { Fields } from "./fields.js";
import type { GatewayView } from "./gateway-view.js";
import type { CallContext } from "./handler.js";
import { silence, withHeartbeat } from "./heartbeat.js";
import type { ServerMetrics } from "./metrics.js";

export const watchQueueDefault = 1_000;
export const watchQueueMax = 100_000;
export const filterRowsMax = 10_000;
/** As promised in calls.proto. */
export const silenceMs = 15_000;

type Message = MessageInitShape<typeof WatchEventsResponseSchema>;
type GapEntry = Extract<Numbered, { kind: "gap" }>;

const gapReasons: Readonly<Record<GapEntry["reason"], GapReason>> = {
  "slow-reader": GapReason.SLOW_READER, "expired": GapReason.EXPIRED,
  "gateway-restart": GapReason.GATEWAY_RESTART,
};

function filterOf(request: WatchEventsRequest, fields: Fields): MonitorFilter {
  const rows = request.links.length + request.devices.length + request.types.length;
  if (rows > filterRowsMax) {
    fields.wrong("devices", `expected at most ${filterRowsMax} filters in all, found ${rows}`);
    return {};
  }
  request.links.forEach((link, at) => { fields.required(`links[${at}]`, link); });
  request.devices.forEach((row, at) => { fields.required(`devices[${at}].device`, row.device); });
  const types = request.types.flatMap((type, at) => {
    const name = wordOf(eventTypes, type);
    if (name === undefined) fields.wrong(`types[${at}]`, `${type} is no type of event`);
    return name === undefined ? [] : [name];
  });
  return {
    ...(request.links.length === 0 ? {} : { links: request.links.map(linkId) }),
    ...(request.devices.length === 0 ? {} : { devices: request.devices.map((row) => ({
      ...(row.link === "" ? {} : { link: linkId(row.link) }), device: deviceId(row.device) })) }),
    ...(types.length === 0 ? {} : { types }),
  };
}

/** Whether a watcher with this filter has to do with the call. */
function concerns(filter: MonitorFilter, call: CallView): boolean {
  if (filter.links !== undefined && !filter.links.includes(call.link)) return false;
  return filter.devices === undefined || filter.devices.some((row) =>
    (row.link === undefined || row.link === call.link)
    && call.connections.some((connection) => connection.device === row.device));
}

export async function *watchEvents(
  gateway: GatewayView, metrics: ServerMetrics, request: WatchEventsRequest, context: CallContext,
): AsyncGenerator<Result<readonly Message[]>> {
  const fields = new Fields();
  const filter = filterOf(request, fields);
  const queueMax = fields.count("queue_max", request.queueMax, watchQueueDefault, watchQueueMax);
  const checked = fields.result();
  if (!checked.ok) {
    yield checked;
    return;
  }
  const name = `${context.identity?.name ?? ""} (${context.source})`;
  const started = gateway.switch.monitorStart({ ...filter, name }, queueMax, request.afterNumber);
  if (!started.ok) {
    yield started;
    return;
  }
  const monitor = started.value;
  const stop = (): void => { monitor.stop(); };
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    if (context.signal.aborted) return;
    const resumed = request.afterNumber !== undefined;
    if (!resumed) yield ok([liveAt(monitor.startNumber)]);
    const stream = new EventStream(gateway, metrics, filter, monitor.startNumber, !resumed);
    for await (const batch of withHeartbeat(monitor, gateway.world.clock, silenceMs)) {
      yield ok(batch === silence ? [liveAt(gateway.switch.lastNumber)]
        : batch.flatMap((item) => stream.messages(item)));
    }
  } finally {
    context.signal.removeEventListener("abort", stop);
    monitor.stop();
  }
}

function liveAt(number: bigint): Message {
  return { item: { case: "live", value: { number } } };
}

/** Turns what a monitor gives into messages. */
class EventStream {
  readonly #gateway: GatewayView;
  readonly #metrics: ServerMetrics;
  readonly #filter: MonitorFilter;
  readonly #startNumber: bigint;
  #live: boolean;
  #inSnapshot = -1n;

  constructor(
    gateway: GatewayView, metrics: ServerMetrics, filter: MonitorFilter, startNumber: bigint,
    live: boolean,
  ) {
    this.#gateway = gateway;
    this.#metrics = metrics;
    this.#filter = filter;
    this.#startNumber = startNumber;
    this.#live = live;
  }

  messages(item: Numbered): Message | readonly Message[] {
    switch (item.kind) {
      case "event": {
        if (item.entry.number <= this.#inSnapshot) return [];
        const latencyMs = this.#live
          ? this.#gateway.world.clock.monotonicMs() - item.entry.event.receivedAtMs : undefined;
        if (latencyMs !== undefined) this.#metrics.eventDelivered(latencyMs);
        return watchedEvent(item.entry, latencyMs);
      }
      case "gap": return this.#gap(item);
      case "resync":
        return { item: { case: "resync",
          value: { link: item.link, number: item.number, reason: item.reason } } };
      case "live":
        this.#live = true;
        return liveAt(item.number);
    }
  }

  /** Nothing stored follows a gap that reaches to the present: the picture stands for it. */
  #gap({ lost, reason, nextNumber }: GapEntry): readonly Message[] {
    const whole = !this.#live && nextNumber > this.#startNumber;
    const snapshot = whole ? snapshotMessage(this.#gateway.switch, {},
      (call) => concerns(this.#filter, call)) : undefined;
    if (snapshot !== undefined) this.#inSnapshot = snapshot.eventNumber ?? this.#inSnapshot;
    const gap: Message = { item: { case: "gap", value: { lost, reason: gapReasons[reason],
      nextNumber: whole ? this.#inSnapshot + 1n : nextNumber } } };
    return snapshot === undefined ? [gap]
      : [gap, { item: { case: "snapshot", value: snapshot } }];
  }
}
