/**
 * Hands each event to those who watch it. A Map from device to monitors finds them, so that a
 * hundred watchers of different devices cost an event no more than one.
 */

import type { Fault, Result } from "../base/result.js";
import { fail, ok } from "../base/result.js";
import type { World } from "../base/world.js";
import type { DeviceId, LinkId } from "../model/identifiers.js";
import type { Alarms } from "../supervisor/alarms.js";
import type { EventLog } from "./event-log.js";
import type { EventRing } from "./event-ring.js";
import { WatcherMonitor, type Replay } from "./monitor.js";
import { compileFilter } from "./monitor-filter.js";
import type { Monitor, MonitorFilter, Numbered, NumberedEvent } from "./switch.js";

/** Monitors at once; each may keep its queue full. */
export const monitorsMax = 2_000;
/** The longest queue a watcher may ask for. */
export const monitorQueueMax = 100_000;

export interface MonitorCounters {
  gaps: number;
  eventsLost: number;
  replayed: number;
}

export interface MonitorsOptions {
  readonly world: World;
  readonly log: EventLog;
  readonly ring: EventRing;
  readonly alarms: Alarms;
  readonly monitorsMax: number;
}

export class Monitors {
  readonly #options: MonitorsOptions;
  readonly #all = new Set<WatcherMonitor>();
  readonly #byDevice = new Map<DeviceId, Set<WatcherMonitor>>();
  readonly #unfiltered = new Set<WatcherMonitor>();
  /** The newest resync of each link, for those who come back after it. */
  readonly #resyncs = new Map<LinkId, Extract<Numbered, { readonly kind: "resync" }>>();
  readonly counters: MonitorCounters = { gaps: 0, eventsLost: 0, replayed: 0 };
  #begun = 0;

  constructor(options: MonitorsOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#all.size;
  }

  /** The longest queue of any monitor. */
  get queueLengthWorst(): number {
    let worst = 0;
    for (const monitor of this.#all) worst = Math.max(worst, monitor.queueLength);
    return worst;
  }

  publish(entry: NumberedEvent): void {
    for (const monitor of this.#unfiltered) monitor.offer(entry);
    if (this.#byDevice.size === 0) return;
    for (const device of entry.parties) {
      const watching = this.#byDevice.get(device);
      if (watching === undefined) continue;
      for (const monitor of watching) monitor.offer(entry);
    }
  }

  resync(link: LinkId, number: bigint, reason: string): void {
    const item = { kind: "resync", link, number, reason } as const;
    this.#resyncs.set(link, item);
    for (const monitor of this.#all) {
      if (monitor.live && monitor.filter.concerns(link)) monitor.tell(item);
    }
  }

  start(filter: MonitorFilter, queueMax: number, afterNumber?: bigint): Result<Monitor> {
    const refused = this.#refusal(queueMax);
    if (refused !== undefined) return { ok: false, fault: refused };
    this.#begun += 1;
    const { ring, world, alarms, log } = this.#options;
    const monitor = new WatcherMonitor({
      name: filter.name ?? `watcher-${String(this.#begun)}`, filter: compileFilter(filter),
      queueMax, startNumber: ring.last, world, alarms, counters: this.counters,
      source: { log, ring },
      resyncsAfter: (number) => [...this.#resyncs.values()].filter((item) => item.number >= number),
      goLive: (who) => { this.#index(who); },
      stopped: (who) => { this.#remove(who); },
    });
    this.#all.add(monitor);
    if (afterNumber === undefined) monitor.beginLive();
    else monitor.beginAt(this.#begin(afterNumber));
    return ok(monitor);
  }

  stopAll(): void {
    for (const monitor of [...this.#all]) monitor.stop();
  }

  #refusal(queueMax: number): Fault | undefined {
    if (!Number.isInteger(queueMax) || queueMax < 1 || queueMax > monitorQueueMax) {
      return fail("argument-invalid",
        `queueMax must be from 1 to ${String(monitorQueueMax)}`).fault;
    }
    if (this.#all.size >= this.#options.monitorsMax) {
      return fail("monitor-limit",
        `${String(this.#all.size)} watchers are connected already`).fault;
    }
    return undefined;
  }

  /** Where a reader that has `number` goes on, and what it must be told first. */
  #begin(number: bigint): Replay {
    const { ring, log } = this.#options;
    const last = ring.last;
    if (number === 0n) {
      const oldest = log.oldest ?? ring.oldest;
      return { cursor: (oldest < ring.oldest ? oldest : ring.oldest) - 1n };
    }
    const gap = (reason: "expired" | "gateway-restart", lost: bigint): Replay =>
      ({ cursor: last, gap: { kind: "gap", lost, nextNumber: last + 1n, reason } });
    if (number > last) return gap("gateway-restart", 0n);
    if (number >= ring.firstEver && ring.covers(number)) return { cursor: number };
    const position = number > log.durable && number >= ring.firstEver
      ? "kept" : log.position(number);
    if (position === "lost") return gap("gateway-restart", 0n);
    if (position === "expired") return gap("expired", last - number);
    return { cursor: number };
  }

  #index(monitor: WatcherMonitor): void {
    const { devices } = monitor.filter;
    if (devices === undefined) {
      this.#unfiltered.add(monitor);
      return;
    }
    for (const device of devices.keys()) {
      let watching = this.#byDevice.get(device);
      if (watching === undefined) {
        watching = new Set();
        this.#byDevice.set(device, watching);
      }
      watching.add(monitor);
    }
  }

  #remove(monitor: WatcherMonitor): void {
    this.#all.delete(monitor);
    this.#unfiltered.delete(monitor);
    for (const device of monitor.filter.devices?.keys() ?? []) {
      const watching = this.#byDevice.get(device);
      if (watching?.delete(monitor) === true && watching.size === 0) {
        this.#byDevice.delete(device);
      }
    }
  }
}
