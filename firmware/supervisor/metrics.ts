/** The metrics in Prometheus' text format, filled by asking their owners when somebody looks. */

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Component, Health } from "../base/component.js";
import { done, type Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { LinkStatus } from "../link/link.js";
import { metricTable, type MetricRow, type OwnedMetric } from "./metric-table.js";
import type { HostReading } from "./host-health.js";

/** Links with a label of their own; the rest share `other`. */
export const linkLabelsMax = 64;
export const lagEveryMs = 500;

/** What the metrics ask; what is undefined just now keeps its last value. */
export interface MetricSources {
  links(): readonly LinkStatus[];
  /** The metrics without a row entry of their own, from whoever counts them. */
  numbers(): Promise<Readonly<Record<OwnedMetric, number | undefined>>>;
  host(): HostReading | undefined;
}

export interface Metrics extends Component {
  /** A synced write of the store took so long. */
  storeCommit(ms: number): void;
  readonly eventLoopLagMs: number;
  /** Prometheus text format 0.0.4. */
  render(): Promise<string>;
  readonly contentType: string;
}

const rows: readonly (readonly [string, MetricRow])[] = Object.entries(metricTable);

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
    for (const [name, row] of rows) {
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

  storeCommit(ms: number): void {
    this.#commits += 1;
    this.#histograms.get("jackfield_store_commit_ms")?.observe(Math.max(0, ms));
  }

  async render(): Promise<string> {
    const numbers = await this.#sources.numbers();
    this.#collectLinks(this.#sources.links());
    this.#set("jackfield_store_commits_total", this.#commits);
    this.#set("jackfield_event_loop_lag_ms", this.#lagMs);
    const host = this.#sources.host();
    for (const [name, { reading }] of rows) {
      const value = reading === undefined ? undefined : host?.[reading];
      if (value !== undefined) this.#set(name, value);
    }
    for (const [name, value] of Object.entries(numbers)) {
      if (value !== undefined) this.#set(name, value);
    }
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
    for (const [name, row] of rows) {
      if (row.labels === undefined) continue;
      this.#counters.get(name)?.reset();
      this.#gauges.get(name)?.reset();
    }
    links.forEach((status, index) => {
      const link = index < linkLabelsMax ? status.id : "other";
      this.#gauges.get("jackfield_link_state")?.inc({ link, state: status.state.name });
      for (const [name, { counter }] of rows) {
        if (counter !== undefined) {
          this.#counters.get(name)?.inc({ link }, status.counters[counter]);
        }
      }
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
