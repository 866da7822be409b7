/**
 * From byte in to event at a gRPC client: the gateway in its own process, this process as PBX and
 * as client, one clock. Constant rates, warm-up, medians of several windows.
 */

import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { readEvent } from "./event-reader.js";
import { loadNow, median, table, thousands, type Report } from "./figures.js";
import { GatewayProcess } from "./gateway-process.js";
import { deviceNames, Load, type Window } from "./load.js";
import type { Talk } from "./call-script.js";

export const p99MsMax = 5;
export const targetRate = 2_000;

export interface LatencyOptions {
  readonly rates?: readonly (readonly [eventsPerSecond: number, talk: Talk])[];
  readonly warmUpSeconds?: number;
  readonly windows?: number;
  readonly windowSeconds?: number;
  readonly devices?: number;
  readonly nodeArguments?: readonly string[];
}

interface Row {
  readonly rate: number;
  readonly talk: Talk;
  readonly windows: readonly Window[];
  readonly messagesPerSecond: number;
  readonly cpuMicros: number;
  readonly gaps: number;
  readonly lost: number;
  readonly resyncs: number;
  readonly load: number;
}

const drainMs = 1_500;
const callSeconds = 3;

async function measure(rate: number, talk: Talk, options: LatencyOptions): Promise<Row> {
  const { warmUpSeconds = 8, windows = 5, windowSeconds = 4, devices = 1_000 } = options;
  const names = deviceNames(devices);
  const seconds = warmUpSeconds + windows * windowSeconds + callSeconds;
  const load = await Load.open({ devices: names, eventsPerSecond: rate, talk,
    callsUp: rate / 6 * callSeconds }, seconds);
  const gateway = await GatewayProcess.start({ amiPort: load.port,
    ...(options.nodeArguments === undefined ? {} : { nodeArguments: options.nodeArguments }) });
  try {
    await load.ready();
    gateway.watch({ queueMax: 100_000 }, (bytes) => { load.take(readEvent(bytes)); });
    await sleep(500);
    const { snapshots } = load;
    load.order("start");
    await sleep(warmUpSeconds * 1_000);
    const [cpuBefore, receivedBefore] = [await gateway.cpuSeconds(), load.received];
    await sleep(windows * windowSeconds * 1_000);
    const cpu = await gateway.cpuSeconds() - cpuBefore;
    const received = load.received - receivedBefore;
    load.order("pause");
    await sleep(drainMs);
    const found = Array.from({ length: windows }, (_, n) => load.window(
      warmUpSeconds + n * windowSeconds, warmUpSeconds + (n + 1) * windowSeconds));
    return { rate, talk, windows: found, cpuMicros: cpu * 1e6 / received, gaps: load.gaps,
      messagesPerSecond: rate * load.messagesPerEvent,
      lost: found.reduce((sum, each) => sum + each.sent - each.received, 0),
      resyncs: load.snapshots - snapshots, load: loadavg()[0] ?? NaN };
  } finally {
    await gateway.stop();
    await load.close();
  }
}

export async function benchLatency(options: LatencyOptions = {}): Promise<Report> {
  const { rates = [[500, "call"], [2_000, "call"], [10_000, "call"], [500, "all"]] } = options;
  const before = loadNow();
  const rows: Row[] = [];
  for (const [rate, talk] of rates) rows.push(await measure(rate, talk, options));
  const of = (row: Row, pick: (window: Window) => number): number => median(row.windows.map(pick));
  const cells = rows.map((row) => [
    `${thousands(row.rate)} events/s, read class ${row.talk}`, thousands(row.messagesPerSecond),
    of(row, (each) => each.p50).toFixed(2), of(row, (each) => each.p99).toFixed(2),
    of(row, (each) => each.p999).toFixed(2), of(row, (each) => each.max).toFixed(1),
    of(row, (each) => each.sender99).toFixed(2), row.cpuMicros.toFixed(0),
    String(row.lost), String(row.gaps), String(row.resyncs), row.load.toFixed(2)]);
  const target = rows.find((row) => row.rate === targetRate && row.talk === "call");
  const p99 = target === undefined ? NaN : of(target, (each) => each.p99);
  const lost = rows.filter((row) => row.lost !== 0 || row.gaps !== 0 || row.resyncs !== 0);
  return {
    title: `From byte in to event at a gRPC client (ms; load before ${before}, after `
      + `${loadNow()})`,
    table: table(["rate", "messages/s", "p50", "p99", "p99.9", "max", "sender late p99",
      "gateway us/event", "not come", "gaps", "resyncs", "load"], cells),
    targets: [...target === undefined ? [] : [{ name: "latency p99 at 2,000 events/s",
      wanted: `<= ${p99MsMax} ms`, measured: `${p99.toFixed(2)} ms`, met: p99 <= p99MsMax }],
    { name: "no event lost at any rate", wanted: "0 lost, no gap",
      measured: lost.length === 0 ? "none"
        : lost.map((row) => `${row.lost} at ${row.rate}/s`).join(", "),
      met: lost.length === 0 }],
    limit: "processor time of one core of the gateway (gRPC and TLS writes, then the mapping); "
      + "above p99: pauses of the collector, and turns in which stored events are encoded",
  };
}
