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
  deliveries(): Promise<readonly DeliveryReading[]>;
  ledger(): Promise<readonly LedgerReading[]>;
}

export interface DeliveryReading {
  readonly destination: string;
  readonly up: boolean;
  readonly failures: number;
  readonly feeds: readonly {
    readonly link: string; readonly waitingBytes: number; readonly waitingRecords: number;
    readonly waitingSeconds: number; readonly takenPieces: number; readonly takenBytes: number;
    readonly lostBytes: number;
  }[];
}

/** Bytes of one link and day. */
export interface LedgerReading {
  readonly link: string;
  readonly in: number;
  readonly record: number;
  readonly skipped: number;
  readonly garbage: number;
  readonly adrift: number;
}

export interface Metrics extends Component {
  /** A synced write of the store took so long. */
  storeCommit(ms: number): void;
  readonly eventLoopLagMs: number;
  /** Prometheus text format 0.0.4. */
  render(): Promise<string>;
  readonly contentType: string;
}

const feedMetrics = [
  ["waitingBytes", "jackfield_destination_waiting_bytes"],
  ["waitingRecords", "jackfield_destination_waiting_records"],
  ["waitingSeconds", "jackfield_destination_waiting_seconds"],
  ["takenPieces", "jackfield_destination_taken_total"],
  ["takenBytes", "jackfield_destination_taken_bytes_total"],
  ["lostBytes", "jackfield_destination_lost_bytes_total"],
] as const;

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
    this.#collectDeliveries(await this.#sources.deliveries());
    for (const { link, ...bytes } of await this.#sources.ledger()) {
      for (const [as, count] of Object.entries(bytes)) {
        this.#gauges.get("jackfield_ledger_bytes")?.set({ link, as }, count);
      }
    }
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
      this.#collectReception(link, status);
      for (const [name, { counter }] of rows) {
        if (counter !== undefined) {
          this.#counters.get(name)?.inc({ link }, status.counters[counter]);
        }
      }
    });
  }

  #collectReception(link: string, { counters, keeping }: LinkStatus): void {
    for (const [reason, count] of Object.entries(counters.rejectedReasons)) {
      this.#counters.get("jackfield_link_rejected_total")?.inc({ link, reason }, count);
    }
    if (counters.lastRecordAtMs !== undefined) {
      this.#gauges.get("jackfield_link_last_record_seconds")
        ?.set({ link }, counters.lastRecordAtMs / 1_000);
    }
    if (keeping === undefined) return;
    this.#gauges.get("jackfield_link_unkept_bytes")?.inc({ link }, keeping.waitingBytes);
    this.#gauges.get("jackfield_link_holding")?.inc({ link }, keeping.holding ? 1 : 0);
  }

  #collectDeliveries(deliveries: readonly DeliveryReading[]): void {
    for (const { destination, up, failures, feeds } of deliveries) {
      this.#set("jackfield_destination_up", up ? 1 : 0, { destination });
      this.#set("jackfield_destination_failures_total", failures, { destination });
      for (const { link, ...figures } of feeds) {
        for (const [figure, name] of feedMetrics) {
          this.#set(name, figures[figure], { destination, link });
        }
      }
    }
  }

  #measureLag(): void {
    const dueMs = this.#world.clock.monotonicMs() + lagEveryMs;
    this.#timer = this.#world.clock.after(lagEveryMs, "metrics.lag", () => {
      this.#lagMs = Math.max(0, this.#world.clock.monotonicMs() - dueMs);
      this.#measureLag();
    });
  }
}
