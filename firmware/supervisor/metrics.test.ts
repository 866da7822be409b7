import assert from "node:assert/strict";
import { SimulatedWorld } from "../base/world-simulated.js";
import type { LinkStatus } from "../link/link.js";
import { linkId } from "../model/identifiers.js";
import { createAlarms } from "./alarm-board.js";
import { createHostHealth, hostEveryMs, type HostReading } from "./host-health.js";
import { metricTable, type OwnedMetric } from "./metric-table.js";
import { createMetrics, lagEveryMs, linkLabelsMax, type MetricSources } from "./metrics.js";

const reading: HostReading = {
  cpuLoad: 0.25, memoryUsedBytes: 1, memoryTotalBytes: 2, residentBytes: 3, diskFreeBytes: 50,
  diskTotalBytes: 100, temperatureCelsius: undefined, uptimeSeconds: 9,
};

function statusOf(name: string): LinkStatus {
  return { id: linkId(name), driver: "d", driverTitle: "", title: "",
    state: { name: "up" }, sinceMs: 0, transport: "", peer: undefined, proofs: [],
    declared: { services: {}, events: [], snapshot: "none", callIdentity: "stable",
      monitorsMax: 1, requestsInFlightMax: 1 },
    counters: { bytesIn: 12, bytesOut: 0, events: 0, records: 0, garbageBytes: 0, requests: 0,
      requestsFailed: 0, resyncs: 0, opens: 1, lastReceivedAtMs: undefined, damagedOctets: 7,
      breaks: 1, rejected: 3, rejectedReasons: { "no field fits": 2, "too long": 1 },
      recordsMissed: 0, lastRecordAtMs: undefined } };
}

const owned = Object.entries(metricTable).flatMap(([name, row]) =>
  "counter" in row || "reading" in row || "here" in row ? [] : [name as OwnedMetric]);

function numbers(
  known: Partial<Record<OwnedMetric, number>>,
): ReturnType<MetricSources["numbers"]> {
  return Promise.resolve(Object.fromEntries(owned.map((name) => [name, known[name]])) as
    Record<OwnedMetric, number | undefined>);
}

const noDelivery: Pick<MetricSources, "deliveries" | "ledger"> =
  { deliveries: () => Promise.resolve([]), ledger: () => Promise.resolve([]) };

describe("Metrics", () => {
  it("feeds every row of the table, and shows nothing else", async () => {
    const world = new SimulatedWorld();
    const status = statusOf("pbx-1");
    const counters = Object.fromEntries(Object.entries(status.counters)
      .map(([name, count]) => [name, typeof count === "object" ? count : 7]));
    let lateMs = 0;
    const clock = { ...world.clock, monotonicMs: () => world.clock.monotonicMs() + lateMs };
    const metrics = createMetrics({ clock, random: world.random, log: world.log }, {
      links: () => [{ ...status, counters: { ...status.counters, ...counters },
        keeping: { waitingBytes: 9, holding: true } }],
      host: () => ({ ...reading, temperatureCelsius: 40 }),
      deliveries: () => Promise.resolve([{ destination: "billing", up: true, failures: 2,
        feeds: [{ link: "pbx-1", waitingBytes: 1, waitingRecords: 1, waitingSeconds: 1,
          takenPieces: 1, takenBytes: 1, lostBytes: 1 }] }]),
      ledger: () => Promise.resolve([{ link: "pbx-1", in: 5, record: 2, skipped: 1, garbage: 1,
        adrift: 1 }]),
      numbers: () => numbers(Object.fromEntries(owned.map((name) => [name, 7]))) });
    await metrics.start();
    lateMs = 30;
    await world.advance(lagEveryMs);
    metrics.storeCommit(3);
    const text = await metrics.render();
    const fed = new Set([...text.matchAll(/^(jackfield_\w+?)(?:_sum)?(?:\{[^}]*\})? ([\d.]+)$/gm)]
      .filter(([, , value]) => Number(value) > 0).map(([, name]) => name));
    const declared = Object.keys(metricTable);
    assert.deepEqual(declared.filter((name) => !fed.has(name)), []);
    const shown = [...text.matchAll(/^# HELP (\w+) /gm)].map(([, name]) => name);
    assert.deepEqual(shown.sort(), declared.sort());
    await metrics.stop(100);
  });

  it("shows the owners' numbers, each time as they are", async () => {
    const world = new SimulatedWorld();
    let events = 5;
    const metrics = createMetrics(world, { ...noDelivery,
      links: () => [statusOf("pbx-1")], host: () => reading,
      numbers: () => numbers({ jackfield_events_total: events, jackfield_watchers: 2 }),
    });
    metrics.storeCommit(1.5);
    const first = await metrics.render();
    assert.match(first, /^jackfield_events_total 5$/m);
    assert.match(first, /^jackfield_watchers 2$/m);
    assert.match(first, /^jackfield_link_state\{link="pbx-1",state="up"\} 1$/m);
    assert.match(first, /^jackfield_store_commit_ms_bucket\{le="2"\} 1$/m);
    assert.match(first, /^jackfield_store_commit_ms_bucket\{le="1"\} 0$/m);
    assert.match(first, /^jackfield_host_cpu_load 0.25$/m);
    events = 7;
    assert.match(await metrics.render(), /^jackfield_events_total 7$/m);
  });

  it("keeps its labels within their bound", async () => {
    const links = Array.from({ length: linkLabelsMax + 30 }, (_, n) =>
      statusOf(`pbx-${String(n)}`));
    const metrics = createMetrics(new SimulatedWorld(),
      { ...noDelivery, links: () => links, host: () => undefined, numbers: () => numbers({}) });
    const text = await metrics.render();
    const labels = new Set([...text.matchAll(/jackfield_link_opens_total\{link="([^"]+)"/g)]
      .map((match) => match[1]));
    assert.equal(labels.size, linkLabelsMax + 1);
    assert.match(text, /^jackfield_link_opens_total\{link="other"\} 30$/m);
  });

  it("measures how late timers run", async () => {
    const world = new SimulatedWorld();
    const metrics = createMetrics(world,
      { ...noDelivery, links: () => [], host: () => undefined, numbers: () => numbers({}) });
    await metrics.start();
    await world.advance(2_000);
    assert.equal(metrics.eventLoopLagMs, 0);
    await metrics.stop(100);
    assert.deepEqual(world.timersPending, []);
  });
});

describe("Host health", () => {
  it("raises disk-low below a fifth and survives a probe that fails", async () => {
    const world = new SimulatedWorld();
    const alarms = createAlarms(world);
    let next: HostReading | Error = { ...reading, diskFreeBytes: 10 };
    const host = createHostHealth(world, "/data", alarms, {
      read: () => next instanceof Error ? Promise.reject(next) : Promise.resolve(next),
    });
    await host.start();
    assert.equal(alarms.list(false)[0]?.id, "disk-low//data");
    next = new Error("no sensors");
    await world.advance(hostEveryMs);
    assert.equal(host.health.status, "degraded");
    next = reading;
    await world.advance(hostEveryMs);
    assert.equal(host.health.status, "ok");
    assert.deepEqual(alarms.list(false), []);
    await host.stop(100);
    assert.deepEqual(world.timersPending, []);
  });
});
