/** All destinations: started, stopped and replaced as the configuration says. */

import type { Component, Health } from "../base/component.js";
import { done, fail, ok, type Result } from "../base/result.js";
import type { LinkId } from "../model/identifiers.js";
import type { Store } from "../store/store.js";
import type { Alarms } from "../supervisor/alarms.js";
import { delivered, type Delivered } from "./cursors.js";
import type { Destination } from "./destination.js";
import { Feed, type AgainRange, type Dropping } from "./feed.js";
import type { LedgerDay } from "./ledger-keyspace.js";
import type { Ledger } from "./ledger.js";
import { openOutlet, type Outlet, type OutletParts } from "./outlet.js";
import { Runner, type DestinationStatus } from "./runner.js";

export interface DeliveryParts extends Omit<OutletParts, "changed"> {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly alarms: Pick<Alarms, "raise" | "clear">;
  /** Opens the way to a destination; the real one if absent. */
  readonly outlet?: (destination: Destination, parts: OutletParts) => Outlet;
}

/** A day of one link, and what each destination has taken of it. */
export interface DayBalance extends LedgerDay {
  readonly day: string;
  readonly delivered: readonly (Delivered & { readonly destination: string })[];
}

export class Delivery implements Component {
  readonly name = "delivery";
  readonly #parts: DeliveryParts;
  readonly #runners = new Map<string, Runner>();
  #running = false;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** One destination that is down has a row and an alarm of its own. */
  get health(): Health {
    const down = [...this.#runners.values()].filter((runner) => runner.down);
    return down.length === 0 ? { status: "ok" } : { status: "degraded",
      reason: `down: ${down.map(({ destination }) => destination.id).join(", ")}` };
  }

  start(): Promise<Result<void>> {
    this.#running = true;
    for (const runner of this.#runners.values()) runner.start();
    return Promise.resolve(done);
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()));
  }

  /** Something of the link has become durable. */
  wake(link: LinkId): void {
    for (const runner of this.#runners.values()) {
      if (runner.destination.links.includes(link)) runner.wake();
    }
  }

  /** Destinations that did not change are not touched. What a removed one had taken stays known. */
  async configure(destinations: readonly Destination[]): Promise<Result<void>> {
    const stays = ({ destination }: Runner): boolean =>
      destinations.some((wanted) => same(wanted, destination));
    const going = [...this.#runners].filter(([, runner]) => !stays(runner));
    await Promise.all(going.map(([, runner]) => runner.stop()));
    for (const [id] of going) this.#runners.delete(id);
    for (const destination of destinations) {
      if (this.#runners.has(destination.id)) continue;
      const runner = await this.#make(destination);
      if (!runner.ok) return runner;
      this.#runners.set(destination.id, runner.value);
      if (this.#running) runner.value.start();
    }
    return done;
  }

  /** From this position on somebody still has to take the link's raw bytes. */
  neededFrom(link: LinkId): bigint | undefined {
    const places = [...this.#runners.values()].map((runner) => runner.neededFrom(link))
      .filter((place) => place !== undefined);
    return places.reduce<bigint | undefined>((least, place) =>
      (least === undefined || place < least ? place : least), undefined);
  }

  /** These raw bytes go: for whoever has not taken them they count as lost. */
  async drop(link: LinkId, segments: readonly Dropping[]): Promise<Result<void>> {
    for (const runner of this.#runners.values()) {
      const dropped = await runner.drop(link, segments);
      if (!dropped.ok) return dropped;
    }
    return done;
  }

  async list(): Promise<readonly DestinationStatus[]> {
    const found: DestinationStatus[] = [];
    for (const [, runner] of [...this.#runners].sort(([a], [b]) => (a < b ? -1 : 1))) {
      found.push(await runner.status());
    }
    return found;
  }

  /** Days of the link that have anything, oldest first; both days included. */
  async balance(link: LinkId, fromDay: string, toDay: string): Promise<readonly DayBalance[]> {
    const taken = new Map<string, (Delivered & { readonly destination: string })[]>();
    const range = { gte: { link, day: fromDay, destination: "" },
      lte: { link, day: toDay, destination: "~" } };
    for await (const [{ day, destination }, row] of this.#parts.store.range(delivered, range)) {
      taken.set(day, [...taken.get(day) ?? [], { destination, ...row }]);
    }
    const days = await this.#parts.ledger.days(link, fromDay, toDay);
    return days.map((row) => ({ ...row, delivered: taken.get(row.day) ?? [] }));
  }

  /** Fault `not-found`, or `precondition` while the last request of the kind is under way. */
  again(id: string, link: LinkId, range: AgainRange): Promise<Result<void>> {
    const runner = this.#runners.get(id);
    return runner === undefined ? Promise.resolve(fail("not-found", {
      en: `there is no destination ${id}`, fr: `il n'y a pas de destination ${id}` }))
      : runner.again(link, range);
  }

  async #make(destination: Destination): Promise<Result<Runner>> {
    const { store, world, ledger, outlet = openOutlet } = this.#parts;
    const feeds: Feed[] = [];
    for (const link of destination.links) {
      await ledger.opened(link);
      const feed = new Feed({ destination: destination.id, link, store, world,
        what: destination.what, totalBytes: () => ledger.total(link) });
      const loaded = await feed.load();
      if (!loaded.ok) return loaded;
      feeds.push(feed);
    }
    return ok(new Runner({ ...this.#parts, destination, feeds, outlet }));
  }
}

function same(a: Destination, b: Destination): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
