/** The metrics in Prometheus' text format, filled by asking their owners when somebody looks. */

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Component, Health } from "../base/component.js";
import { done, type Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { LinkStatus } from "../link/link.js";
import { metricTable, type MetricName, type MetricRow } from "./metric-table.js";
import type { HostReading } from "./host-health.js";

/** Links with a label of their own; the rest share `other`. */
export const linkLabelsMax = 64;
export const lagEveryMs = 500;

/** What the metrics ask; whoever is missing is left out. */
export interface MetricSources {
  links(): readonly LinkStatus[];
  /** Plain numbers by metric name, from the owners of counters and gauges without labels. */
  numbers(): Readonly<Partial<Record<MetricName, number>>>;
  host(): HostReading | undefined;
}

export interface Metrics extends Component {
  /** The last step of the straight line says how long the whole took. */
  eventLatency(ms: number): void;
  storeCommit(ms: number): void;
  readonly eventLoopLagMs: number;
  /** Prometheus text format 0.0.4. */
  render(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(world: World, sources: MetricSources): Metrics {
  return new MetricRegistry(world, sources);
}

class MetricRegistry implements Metrics {
  readonly name = "metrics";
  readonly health: Health = { status: "ok" };
  readonly #world: World;
  readonly #sources: MetricSources;
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  #timer: Cancellable | undefined;
  #lagMs = 0;
  #commits = 0;

  constructor(world: World, sources: MetricSources) {
    this.#world = world;
    this.#sources = sources;
    for (const [name, declared] of Object.entries(metricTable)) {
      const row: MetricRow = declared;
      const shape = { name, help: row.help, registers: [this.#registry],
        labelNames: [...(row.labels ?? [])] };
      if (row.kind === "counter") this.#counters.set(name, new Counter(shape));
      else if (row.kind === "gauge") this.#gauges.set(name, new Gauge(shape));
      else {
        this.#histograms.set(name, new Histogram({ ...shape, buckets: [...(row.buckets ?? [])] }));
      }
    }
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  get eventLoopLagMs(): number {
    return this.#lagMs;
  }

  start(): Promise<Result<void>> {
    this.#measureLag();
    return Promise.resolve(done);
  }

  stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    return Promise.resolve();
  }

  eventLatency(ms: number): void {
    this.#histograms.get("jackfield_event_latency_ms")?.observe(Math.max(0, ms));
  }

  storeCommit(ms: number): void {
    this.#commits += 1;
    this.#histograms.get("jackfield_store_commit_ms")?.observe(Math.max(0, ms));
  }

  async render(): Promise<string> {
    this.#collectLinks(this.#sources.links());
    this.#set("jackfield_store_commits_total", this.#commits);
    this.#set("jackfield_event_loop_lag_ms", this.#lagMs);
    const host = this.#sources.host();
    if (host !== undefined) {
      this.#set("jackfield_resident_bytes", host.residentBytes);
      this.#set("jackfield_host_cpu_load", host.cpuLoad);
      this.#set("jackfield_host_memory_used_bytes", host.memoryUsedBytes);
      this.#set("jackfield_disk_free_bytes", host.diskFreeBytes);
      if (host.temperatureCelsius !== undefined) {
        this.#set("jackfield_host_temperature_celsius", host.temperatureCelsius);
      }
    }
    for (const [name, value] of Object.entries(this.#sources.numbers())) this.#set(name, value);
    return this.#registry.metrics();
  }

  /** Counters belong to their owners and only ever rise there; here they are copied. */
  #set(name: string, value: number, labels: Readonly<Record<string, string>> = {}): void {
    this.#gauges.get(name)?.set({ ...labels }, value);
    const counter = this.#counters.get(name);
    if (counter === undefined) return;
    counter.remove({ ...labels });
    counter.inc({ ...labels }, Math.max(0, value));
  }

  #collectLinks(links: readonly LinkStatus[]): void {
    for (const [name, declared] of Object.entries(metricTable)) {
      const row: MetricRow = declared;
      if (row.labels === undefined) continue;
      this.#counters.get(name)?.reset();
      this.#gauges.get(name)?.reset();
    }
    links.forEach((status, index) => {
      const link = index < linkLabelsMax ? status.id : "other";
      this.#gauges.get("jackfield_link_state")?.inc({ link, state: status.state.name });
      const { counters } = status;
      const values: readonly (readonly [MetricName, number])[] = [
        ["jackfield_link_bytes_in_total", counters.bytesIn],
        ["jackfield_link_bytes_out_total", counters.bytesOut],
        ["jackfield_link_events_total", counters.events],
        ["jackfield_link_records_total", counters.records],
        ["jackfield_link_garbage_bytes_total", counters.garbageBytes],
        ["jackfield_link_requests_total", counters.requests],
        ["jackfield_link_requests_failed_total", counters.requestsFailed],
        ["jackfield_link_resyncs_total", counters.resyncs],
        ["jackfield_link_opens_total", counters.opens],
      ];
      for (const [name, value] of values) this.#counters.get(name)?.inc({ link }, value);
    });
  }

  #measureLag(): void {
    const dueMs = this.#world.clock.monotonicMs() + lagEveryMs;
    this.#timer = this.#world.clock.after(lagEveryMs, "metrics.lag", () => {
      this.#lagMs = Math.max(0, this.#world.clock.monotonicMs() - dueMs);
      this.#measureLag();
    });
  }
}
