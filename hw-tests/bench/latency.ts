/**
 * From byte in to event at a gRPC client: the gateway in its own process, this process as PBX and
 * as client, one clock. Constant rates, warm-up, medians of several windows.
 */

import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { readEvent } from "./event-reader.js";
import { loadNow, median, stolenSeconds, table, thousands, type Report } from "./figures.js";
import { GatewayProcess } from "./gateway-process.js";
import { RelayProcess } from "./relay-process.js";
import { deviceNames, Load, type Window } from "./load.js";
import type { Talk } from "./call-script.js";

export const p99MsMax = 5;
export const targetRate = 2_000;
/** Gateways one after the other at that rate: of the same program some run faster than others. */
const roundsAtTarget = 5;

export interface LatencyOptions {
  readonly rates?: readonly (readonly [eventsPerSecond: number, talk: Talk])[];
  readonly warmUpSeconds?: number;
  readonly windows?: number;
  readonly windowSeconds?: number;
  readonly devices?: number;
  readonly nodeArguments?: readonly string[];
}

interface Row {
  readonly title: string;
  readonly windows: readonly Window[];
  readonly messagesPerSecond: number;
  readonly cpuMicros: number;
  readonly gaps: number;
  readonly lost: number;
  readonly resyncs: number;
  readonly load: number;
  /** Milliseconds a second that the host gave to others. */
  readonly stolenMs: number;
}

/** What is measured: the gateway, or what stands in its place. */
interface Carrier {
  watch(read: (bytes: Buffer) => void): void;
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

/** An overloaded gateway works off what has piled up. */
const drainMsMax = 90_000;
const drainPollMs = 100;
const callSeconds = 3;

async function measure(
  rate: number, talk: Talk, options: LatencyOptions, title: string,
  start: (amiPort: number) => Promise<Carrier>,
): Promise<Row> {
  const { warmUpSeconds = 8, windows = 5, windowSeconds = 4, devices = 1_000 } = options;
  const names = deviceNames(devices);
  const seconds = warmUpSeconds + windows * windowSeconds + callSeconds;
  const load = await Load.open({ devices: names, eventsPerSecond: rate, talk,
    callsUp: rate / 6 * callSeconds }, seconds);
  const carrier = await start(load.port);
  try {
    await load.ready();
    carrier.watch((bytes) => { load.take(readEvent(bytes)); });
    await sleep(500);
    const { snapshots } = load;
    load.order("start");
    await sleep(warmUpSeconds * 1_000);
    const stolenBefore = stolenSeconds();
    const [cpuBefore, receivedBefore] = [await carrier.cpuSeconds(), load.received];
    await sleep(windows * windowSeconds * 1_000);
    const cpu = await carrier.cpuSeconds() - cpuBefore;
    const received = load.received - receivedBefore;
    const stolenMs = (stolenSeconds() - stolenBefore) * 1_000 / (windows * windowSeconds);
    load.order("pause");
    for (let waited = 0; waited < drainMsMax && load.received < load.eventsSent;
      waited += drainPollMs) await sleep(drainPollMs);
    const found = Array.from({ length: windows }, (_, n) => load.window(
      warmUpSeconds + n * windowSeconds, warmUpSeconds + (n + 1) * windowSeconds));
    return { title, windows: found, cpuMicros: cpu * 1e6 / received, gaps: load.gaps,
      messagesPerSecond: rate * load.messagesPerEvent,
      lost: found.reduce((sum, each) => sum + each.sent - each.received, 0),
      resyncs: load.snapshots - snapshots, load: loadavg()[0] ?? NaN, stolenMs };
  } finally {
    await carrier.stop();
    await load.close();
  }
}

/** What several gateways showed at the same rate: all their windows count alike. */
function together(rounds: readonly Row[]): Row {
  const [first] = rounds;
  if (first === undefined) throw new Error("no round was measured");
  const sum = (pick: (row: Row) => number): number =>
    rounds.reduce((total, row) => total + pick(row), 0);
  return { ...first, windows: rounds.flatMap(({ windows }) => windows),
    cpuMicros: median(rounds.map(({ cpuMicros }) => cpuMicros)), gaps: sum((row) => row.gaps),
    lost: sum((row) => row.lost), resyncs: sum((row) => row.resyncs),
    load: Math.max(...rounds.map(({ load }) => load)),
    stolenMs: median(rounds.map(({ stolenMs }) => stolenMs)) };
}

function gateway({ nodeArguments }: LatencyOptions): (amiPort: number) => Promise<Carrier> {
  return async (amiPort) => {
    const process = await GatewayProcess.start({ amiPort,
      ...(nodeArguments === undefined ? {} : { nodeArguments }) });
    return { watch: (read) => { process.watch({ queueMax: 100_000 }, read); },
      cpuSeconds: () => process.cpuSeconds(), stop: () => process.stop() };
  };
}

export async function benchLatency(options: LatencyOptions = {}): Promise<Report> {
  const { rates = [[500, "call"], [2_000, "call"], [10_000, "call"], [500, "all"]] } = options;
  const before = loadNow();
  const rows: Row[] = [];
  let target: Row | undefined;
  let perGateway: readonly string[] = [];
  for (const [rate, talk] of rates) {
    const isTarget = rate === targetRate && talk === "call";
    const title = `${thousands(rate)} events/s, read class ${talk}`;
    const rounds: Row[] = [];
    while (rounds.length < (isTarget ? roundsAtTarget : 1)) {
      rounds.push(await measure(rate, talk, options, title, gateway(options)));
    }
    const row = together(rounds);
    rows.push(row);
    if (!isTarget) continue;
    target = row;
    perGateway = rounds.map(({ windows, cpuMicros, stolenMs }) =>
      `${median(windows.map(({ p99 }) => p99)).toFixed(1)} (${cpuMicros.toFixed(0)} us/event, `
      + `${stolenMs.toFixed(1)} ms/s stolen)`);
  }
  const floor = await measure(targetRate, "call", options,
    `${thousands(targetRate)} events/s, bare relay`, (port) => RelayProcess.start(port));
  const of = (row: Row, pick: (window: Window) => number): number => median(row.windows.map(pick));
  const cells = [...rows, floor].map((row) => [
    row.title, thousands(row.messagesPerSecond),
    of(row, (each) => each.p50).toFixed(2), of(row, (each) => each.p99).toFixed(2),
    of(row, (each) => each.p999).toFixed(2), of(row, (each) => each.max).toFixed(1),
    of(row, (each) => each.sender99).toFixed(2), row.cpuMicros.toFixed(0),
    String(row.lost), String(row.gaps), String(row.resyncs), row.load.toFixed(2),
    row.stolenMs.toFixed(1)]);
  const p99 = target === undefined ? NaN : of(target, (each) => each.p99);
  const lost = rows.filter((row) => row.lost !== 0 || row.gaps !== 0 || row.resyncs !== 0);
  const times = (pick: (window: Window) => number): string => target === undefined ? "?"
    : (of(target, pick) / of(floor, pick)).toFixed(1);
  return {
    title: `From byte in to event at a gRPC client (ms; load before ${before}, after `
      + `${loadNow()})`,
    table: [...table(["rate", "messages/s", "p50", "p99", "p99.9", "max", "sender late p99",
      "us/event", "not come", "gaps", "resyncs", "load", "stolen ms/s"], cells),
    `p99 of the gateways at ${thousands(targetRate)}/s, in turn: ${perGateway.join(", ")}`,
    "the gateway against a bare relay (no model, store, rights, TLS) at "
      + `${thousands(targetRate)}/s: p50 ${times((each) => each.p50)} x, p99 `
      + `${times((each) => each.p99)} x, processor `
      + `${target === undefined ? "?" : (target.cpuMicros / floor.cpuMicros).toFixed(1)} x`],
    targets: [...target === undefined ? [] : [{ name: "latency p99 at 2,000 events/s",
      wanted: `<= ${p99MsMax} ms`, measured: `${p99.toFixed(2)} ms`, met: p99 <= p99MsMax }],
    { name: "no event lost at any rate", wanted: "0 lost, no gap",
      measured: lost.length === 0 ? "none"
        : lost.map((row) => `${row.lost} at ${row.title}`).join(", "),
      met: lost.length === 0 }],
    limit: "processor time of one core of the gateway (gRPC and TLS writes, then the mapping); "
      + "above p99: whole collections, and a machine whose speed changes",
  };
}
