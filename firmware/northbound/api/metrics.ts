/** What servers count, in one table; shown at /metrics. */

import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export interface ServerMetrics {
  /** A call of `package.Service/Method` ended; `outcome` is "ok" or a fault code. */
  called(method: string, outcome: string, durationMs: number): void;
  /** Streams open now. */
  streams(open: number): void;
  /** An event was handed over to a watcher, so long after its last byte arrived. */
  eventDelivered(latencyMs: number): void;
}

const rows = {
  calls: ["jackfield_api_calls_total", "Calls of the management API, by method and outcome."],
  duration: ["jackfield_api_call_seconds", "How long calls of the management API took."],
  streams: ["jackfield_api_streams", "Streams of the management API that are open, by server."],
  latency: ["jackfield_event_latency_seconds",
    "From the last byte of an event received to its hand-over to a watcher's stream."],
} as const;

/** One set for each server; `server` is "grpc" or "web". Registering twice shares the series. */
export function serverMetrics(registry: Registry, server: string): ServerMetrics {
  const named = ([name, help]: readonly [string, string]) =>
    ({ name, help, registers: [registry] });
  const known = <T>(
    row: readonly [string, string], make: () => T, is: (m: unknown) => m is T,
  ): T => {
    const found: unknown = registry.getSingleMetric(row[0]);
    return is(found) ? found : make();
  };
  const isCounter = (m: unknown): m is Counter => m instanceof Counter;
  const isGauge = (m: unknown): m is Gauge => m instanceof Gauge;
  const isHistogram = (m: unknown): m is Histogram => m instanceof Histogram;
  const calls = known(rows.calls, () => new Counter(
    { ...named(rows.calls), labelNames: ["server", "method", "outcome"] }), isCounter);
  const duration = known(rows.duration, () => new Histogram({ ...named(rows.duration),
    labelNames: ["server"], buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60] }), isHistogram);
  const streams = known(rows.streams, () => new Gauge(
    { ...named(rows.streams), labelNames: ["server"] }), isGauge);
  const latency = known(rows.latency, () => new Histogram({ ...named(rows.latency),
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1, 5] }), isHistogram);
  return {
    called(method, outcome, durationMs) {
      calls.inc({ server, method, outcome });
      duration.observe({ server }, durationMs / 1_000);
    },
    streams: (open) => { streams.set({ server }, open); },
    eventDelivered: (latencyMs) => { latency.observe(Math.max(0, latencyMs) / 1_000); },
  };
}
