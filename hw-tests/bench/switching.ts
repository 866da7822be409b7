/**
 * What one event costs in the Switch, with few and many devices, and with few and many watchers
 * of different devices; and what 10,000 devices and 1,000 calls weigh. In process: no socket, no
 * disk. Configurations take turns within each round, so that a busy machine troubles all alike;
 * each figure is the median of the rounds.
 *
 * Run: node --expose-gc build/hw-tests/bench/switching.js
 */

import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import { loadavg } from "node:os";
import { pathToFileURL } from "node:url";
import type { World } from "../../firmware/base/world.js";
import type { CallEvent } from "../../firmware/model/events.js";
import { callId, deviceId, linkId } from "../../firmware/model/identifiers.js";
import {
  SimulatedAlarms, SimulatedEventLog, SimulatedLink, SimulatedRecordBook, simulatedNumbers,
} from "../../firmware/switching/switch-simulated.js";
import { createSwitch, type SwitchingFunction }
  from "../../firmware/switching/switching-function.js";
import { loadNow, median, table, thousands, type Report, type Target } from "./figures.js";

const link = linkId("pbx-1");
const roundsMax = 21;
const changeMax = 0.2;
const callsPerRound = 4_000;
const eventsPerCall = 4;
const callsUp = 50;

interface Bench {
  readonly title: string;
  readonly devices: number;
  readonly watchers: number;
  readonly sw: SwitchingFunction;
  readonly world: SimulatedWorld;
  readonly nsPerEvent: number[];
  next: number;
  delivered: number;
}

/** The disk side is measured elsewhere: here it takes everything and keeps nothing. */
function emptySwitch(world: World, devices: number): SwitchingFunction {
  const log = new SimulatedEventLog();
  log.refuse = true;
  const records = new SimulatedRecordBook();
  records.add = () => Promise.resolve({ ok: true, value: undefined });
  const peer = new SimulatedLink("pbx-1");
  const sw = createSwitch({ world, log, records, numbers: simulatedNumbers,
    alarms: new SimulatedAlarms(), findLink: () => peer, ringEventsMax: 4_096 });
  sw.reconcile(link, { calls: [], agents: [], devices: Array.from({ length: devices },
    (_, n) => ({ device: deviceId(String(10_000 + n)), category: "station" as const })) }, "bench");
  return sw;
}

function makeBench(devices: number, watchers: number): Bench {
  const world = new SimulatedWorld(1);
  const bench: Bench = { title: `${String(devices)} devices, ${String(watchers)} watchers`,
    devices, watchers, sw: emptySwitch(world, devices), world, nsPerEvent: [], next: 0,
    delivered: 0 };
  for (let n = 0; n < watchers; n += 1) {
    const device = deviceId(String(10_000 + (n * 97) % devices));
    const monitor = bench.sw.monitorStart({ devices: [{ device }] }, 10_000);
    if (!monitor.ok) throw new Error(monitor.fault.message);
    void (async () => {
      for await (const batch of monitor.value) bench.delivered += batch.length;
    })();
  }
  return bench;
}

function event(type: "delivered" | "established" | "connectionCleared" | "originated",
  call: string, device: string, other: string, receivedAtMs: number): CallEvent {
  const connection = { call: callId(call), device: deviceId(device) };
  const own = { device: connection.device };
  const roles = { callingDevice: { device: deviceId(other) }, calledDevice: own };
  const header = { link, cause: "normal" as const, receivedAtMs };
  switch (type) {
    case "originated": return { ...header, type, connection, ...roles, callingDevice: own };
    case "delivered": return { ...header, type, connection, alertingDevice: own, ...roles };
    case "established": return { ...header, type, connection, answeringDevice: own, ...roles };
    case "connectionCleared": return { ...header, type, connection, releasingDevice: own };
  }
}

/** A string as a decoder makes it from bytes: not the one that a table already holds. */
function fresh(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/** `callsUp` calls stand at any time; the next begins when the oldest ends. */
async function round(bench: Bench, calls: number): Promise<number> {
  const { sw, world } = bench;
  const events: CallEvent[] = [];
  const nowMs = world.clock.monotonicMs();
  const at = (n: number): readonly [string, string, string] => [fresh(`C${String(n)}`),
    fresh(String(10_000 + (n * 7) % bench.devices)),
    fresh(String(10_000 + (n * 7 + 1) % bench.devices))];
  for (let n = bench.next; n < bench.next + calls; n += 1) {
    events.push(event("delivered", ...at(n), nowMs), event("established", ...at(n), nowMs));
    if (n < callsUp) continue;
    events.push(event("connectionCleared", ...at(n - callsUp), nowMs));
  }
  bench.next += calls;
  const numberBefore = sw.lastNumber;
  const before = process.hrtime.bigint();
  let index = 0;
  for (const each of events) {
    sw.apply(each);
    index += 1;
    // The watchers read between chunks, as they do between two turns of the event loop.
    if (index % 256 === 0) await Promise.resolve();
  }
  await world.settle();
  const took = Number(process.hrtime.bigint() - before);
  return took / Number(sw.lastNumber - numberBefore);
}

interface Row {
  readonly title: string;
  readonly nsPerEvent: number;
  /** Against the first row. */
  readonly change: number;
  readonly delivered: number;
}

async function compare(benches: readonly Bench[], rounds: number): Promise<readonly Row[]> {
  for (const bench of benches) for (let n = 0; n < 3; n += 1) await round(bench, callsPerRound);
  for (let n = 0; n < rounds; n += 1) {
    const turn = n % benches.length;
    for (const bench of [...benches.slice(turn), ...benches.slice(0, turn)]) {
      globalThis.gc?.();
      bench.nsPerEvent.push(await round(bench, callsPerRound));
    }
  }
  const base = median(benches[0]?.nsPerEvent ?? []);
  return benches.map((bench) => {
    const middle = median(bench.nsPerEvent);
    return { title: bench.title, nsPerEvent: middle, change: middle / base - 1,
      delivered: bench.delivered };
  });
}

function heapBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function memory(): string {
  const before = heapBytes();
  const world = new SimulatedWorld(1);
  const sw = emptySwitch(world, 10_000);
  const withDevices = heapBytes();
  for (let n = 0; n < 1_000; n += 1) {
    const device = String(10_000 + n * 2);
    const other = String(10_001 + n * 2);
    const call = `C${String(n)}`;
    sw.apply(event("originated", call, other, device, 0));
    sw.apply(event("delivered", call, device, other, 0));
    sw.apply(event("established", call, device, other, 0));
  }
  const withCalls = heapBytes();
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  return `heap: 10,000 devices ${megabytes(withDevices - before)}, `
    + `1,000 calls and their ${String(eventsPerCall - 1)},000 events in the ring `
    + `${megabytes(withCalls - withDevices)} (${String(sw.gauges.calls)} calls, `
    + `${String(sw.gauges.devices)} devices)`;
}

function change(name: string, rows: readonly Row[]): Target {
  const most = Math.max(...rows.map((row) => row.change));
  return { name, wanted: "<= +20 %", measured: `${(most * 100).toFixed(1)} %`,
    met: most <= changeMax };
}

export async function benchSwitching(rounds = roundsMax): Promise<Report> {
  const before = loadNow();
  const weight = memory();
  const devices = await compare([100, 1_000, 10_000].map((n) => makeBench(n, 0)), rounds);
  const watchers = await compare([1, 10, 100].map((n) => makeBench(10_000, n)), rounds);
  return {
    title: `One event in the Switch alone (load before ${before}, after ${loadNow()})`,
    table: [...table(["", "us/event", "events/s", "change", "delivered", "load"],
      [...devices, ...watchers].map((row) => [row.title, (row.nsPerEvent / 1_000).toFixed(2),
        thousands(1e9 / row.nsPerEvent), `${(row.change * 100).toFixed(1)} %`,
        thousands(row.delivered), (loadavg()[0] ?? NaN).toFixed(2)])), weight],
    targets: [change("Switch: cost from 100 to 10,000 devices", devices),
      change("Switch: cost from 1 to 100 watchers", watchers)],
    limit: "the processor's caches: with more devices more of the picture lies outside them",
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const report = await benchSwitching();
  process.stdout.write(`${[report.title, ...report.table].join("\n")}\n`);
}
