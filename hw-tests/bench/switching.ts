/**
 * What one event costs in the Switch, with few and many devices, and with few and many watchers
 * of different devices; and what 10,000 devices and 1,000 calls weigh. In process: no socket, no
 * disk. Configurations take turns within each round, so that a busy machine troubles all alike;
 * each figure is the median of the rounds.
 *
 * Run: node --expose-gc build/hw-tests/bench/switching.js
 */

import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { World } from "../../firmware/base/world.js";
import type { CallEvent } from "../../firmware/model/events.js";
import { callId, deviceId, linkId } from "../../firmware/model/identifiers.js";
import {
  SimulatedAlarms, SimulatedEventLog, SimulatedLink, SimulatedRecordBook, simulatedNumbers,
} from "../../firmware/switching/switch-simulated.js";
import { createSwitch, type SwitchingFunction }
  from "../../firmware/switching/switching-function.js";

const link = linkId("pbx-1");
const roundsMax = 21;
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
      for await (const item of monitor.value) if (item.kind === "event") bench.delivered += 1;
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

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

async function compare(benches: readonly Bench[]): Promise<void> {
  for (const bench of benches) for (let n = 0; n < 3; n += 1) await round(bench, callsPerRound);
  for (let n = 0; n < roundsMax; n += 1) {
    const turn = n % benches.length;
    for (const bench of [...benches.slice(turn), ...benches.slice(0, turn)]) {
      globalThis.gc?.();
      bench.nsPerEvent.push(await round(bench, callsPerRound));
    }
  }
  const base = median(benches[0]?.nsPerEvent ?? []);
  for (const bench of benches) {
    const middle = median(bench.nsPerEvent);
    const change = `${middle >= base ? "+" : ""}${((middle / base - 1) * 100).toFixed(1)} %`;
    process.stdout.write(`${bench.title.padEnd(32)} ${(middle / 1_000).toFixed(2)} us/event `
      + `(${Math.round(1e9 / middle).toLocaleString("en")} events/s) ${change}, `
      + `delivered ${bench.delivered.toLocaleString("en")}\n`);
  }
}

function heapBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function memory(): void {
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
  process.stdout.write(`memory: 10,000 devices ${megabytes(withDevices - before)}, `
    + `1,000 calls and their ${String(eventsPerCall - 1)},000 events in the ring `
    + `${megabytes(withCalls - withDevices)}, resident ${megabytes(process.memoryUsage.rss())} `
    + `(${String(sw.gauges.calls)} calls, ${String(sw.gauges.devices)} devices)\n`);
}

memory();
process.stdout.write("\ndevices (no watcher)\n");
await compare([100, 1_000, 10_000].map((devices) => makeBench(devices, 0)));
process.stdout.write("\nwatchers of different devices (10,000 devices)\n");
await compare([1, 10, 100].map((watchers) => makeBench(10_000, watchers)));
