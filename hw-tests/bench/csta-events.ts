/**
 * CSTA in, CSTA out: a PBX of phase III, the gateway in its own process, applications of phase III.
 * How many events a second come through for 1, 10 and 100 applications that watch all devices, and
 * what the gateway adds to an event's way at 1,000 a second against a bare relay.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  cstaEventsPerCall, cstaGateway, CstaLoad, CstaTaker, freePort, p99Of,
} from "./csta-load.js";
import { loadNow, median, percentile, table, thousands, type Report } from "./figures.js";
import { cpuSecondsOf, GatewayProcess } from "./gateway-process.js";

const devices = 200;
const windowCalls = 100;
const rate = 1_000;
const warmUpSeconds = 4;
const seconds = 6;
const windows = 4;
const windowSeconds = 3;
const rounds: readonly number[] = [1, 10, 100];

/** Its devices are monitored, looked at and known: applications may watch them. */
async function monitored(load: CstaLoad, count: number, msMax = 120_000): Promise<void> {
  for (let waited = 0; (load.notes.counts[3] ?? 0) < count; waited += 20) {
    assert(waited < msMax, `${load.notes.counts[3]} of ${count} snapshots`);
    await sleep(20);
  }
  await sleep(1_000);
}

interface Through {
  readonly applications: number;
  readonly eventsPerSecond: number;
  readonly cpuMicros: number;
  readonly megabytes: number;
}

async function through(applications: number): Promise<Through> {
  const load = await CstaLoad.open({ devices });
  const port = await freePort();
  const gateway = await GatewayProcess.start(cstaGateway(load.port, devices, port));
  const takers: CstaTaker[] = [];
  try {
    await monitored(load, devices);
    for (let n = 0; n < applications; n += 1) {
      takers.push(await CstaTaker.open(load.notes, n, port, devices));
    }
    load.order({ order: "window", calls: windowCalls, applications });
    const slowest = (): number => Math.min(...load.notes.answered.slice(0, applications));
    await sleep(warmUpSeconds * 1_000);
    const [from, cpu, at] = [slowest(), await gateway.cpuSeconds(), performance.now()];
    await sleep(seconds * 1_000);
    const events = (slowest() - from) * cstaEventsPerCall;
    const took = (performance.now() - at) / 1_000;
    const used = await gateway.cpuSeconds() - cpu;
    assert(events > 0, `nothing came to one of ${applications} applications: ${
      load.notes.answered.slice(0, applications).join(" ")}`);
    return { applications, eventsPerSecond: events / took, cpuMicros: used * 1e6 / events,
      megabytes: await gateway.residentMegabytes() };
  } finally {
    load.order({ order: "pause" });
    for (const taker of takers) taker.close();
    await gateway.stop();
    await load.close();
  }
}

interface Way {
  readonly title: string;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly cpuMicros: number;
  readonly lost: number;
}

interface Carrier {
  readonly pid: number;
  stop(): Promise<void>;
}

async function way(title: string, start: (load: CstaLoad) =>
Promise<readonly [Carrier, CstaTaker]>): Promise<Way> {
  const load = await CstaLoad.open({ devices });
  const [carrier, taker] = await start(load);
  try {
    taker.startMs = performance.timeOrigin + performance.now();
    load.order({ order: "rate", eventsPerSecond: rate });
    await sleep(warmUpSeconds * 1_000);
    const [cpu, sent] = [await cpuSecondsOf(carrier.pid), load.notes.counts[1] ?? 0];
    await sleep(windows * windowSeconds * 1_000);
    const used = await cpuSecondsOf(carrier.pid) - cpu;
    const events = (load.notes.counts[1] ?? 0) - sent;
    load.order({ order: "pause" });
    await sleep(1_000);
    const found = Array.from({ length: windows }, (_, n) => taker.window(
      warmUpSeconds + n * windowSeconds, warmUpSeconds + (n + 1) * windowSeconds));
    return { title, p50: median(found.map((each) => percentile(each, 0.5))),
      p99: median(found.map(p99Of)), max: Math.max(...found.map((each) => each.at(-1) ?? NaN)),
      cpuMicros: used * 1e6 / events, lost: (load.notes.counts[1] ?? 0) - taker.events };
  } finally {
    taker.close();
    await carrier.stop();
    await load.close();
  }
}

async function relay(load: CstaLoad): Promise<readonly [Carrier, CstaTaker]> {
  const child = spawn(process.execPath,
    [fileURLToPath(new URL("./csta-relay.js", import.meta.url)), String(load.port)],
    { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await once(child.stdout, "data") as [Buffer];
  const taker = await CstaTaker.open(load.notes, 0, Number(port.toString()), 0);
  await sleep(500);
  return [{ pid: child.pid ?? 0, stop: async () => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  } }, taker];
}

async function gatewayWay(load: CstaLoad): Promise<readonly [Carrier, CstaTaker]> {
  const port = await freePort();
  const gateway = await GatewayProcess.start(cstaGateway(load.port, devices, port));
  await monitored(load, devices);
  return [gateway, await CstaTaker.open(load.notes, 0, port, devices)];
}

export async function benchCstaEvents(): Promise<Report> {
  const before = loadNow();
  const found: Through[] = [];
  for (const applications of rounds) found.push(await through(applications));
  const [gateway, bare] = [await way("the gateway", gatewayWay), await way("bare relay", relay)];
  const base = found[0]?.eventsPerSecond ?? NaN;
  const added = gateway.p99 - bare.p99;
  return {
    title: `CSTA phase III in, phase III out, ${devices} devices (load before ${before}, after `
      + `${loadNow()})`,
    table: [...table(["applications that watch all", "PBX events/s", "events/s delivered",
      "against one", "us of the gateway/PBX event", "us/delivery", "MB"],
    found.map((each) => [String(each.applications), thousands(each.eventsPerSecond),
      thousands(each.eventsPerSecond * each.applications),
      `${(each.eventsPerSecond / base).toFixed(2)} x`, each.cpuMicros.toFixed(0),
      (each.cpuMicros / each.applications).toFixed(1), each.megabytes.toFixed(0)])), "",
    ...table([`${thousands(rate)} events/s, ms`, "p50", "p99", "max", "us/event", "not come"],
      [gateway, bare].map((each) => [each.title, each.p50.toFixed(2), each.p99.toFixed(2),
        each.max.toFixed(1), each.cpuMicros.toFixed(0), String(each.lost)])),
    `the gateway adds ${added.toFixed(2)} ms at p99; processor ${
      (gateway.cpuMicros / bare.cpuMicros).toFixed(1)} x the relay's`],
    targets: [{ name: `CSTA: no event lost at ${thousands(rate)}/s`, wanted: "0",
      measured: String(gateway.lost), met: gateway.lost === 0 }],
    limit: "the gateway's core: the event log as JSON, the model, and each application's encoding",
  };
}
