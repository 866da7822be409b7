/** A store, a raw keeper, a ledger and destinations in memory, over any number of lives. */

import assert from "node:assert";
import { MemoryLevel } from "memory-level";
import { done, fail, ok, type Result } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { linkId } from "../model/identifiers.js";
import { openStore } from "../store/leveldb-store.js";
import type { Store } from "../store/store.js";
import { createAlarms } from "../supervisor/alarm-board.js";
import type { Alarms } from "../supervisor/alarms.js";
import { StoredRawKeeper, type RawQuota } from "../switching/raw-keeper.js";
import { StoredRecordBook } from "../switching/record-book.js";
import { Delivery } from "./delivery.js";
import type { Batch, Content, Destination } from "./destination.js";
import { Ledger } from "./ledger.js";
import { undelivered, type Outlet, type OutletParts } from "./outlet.js";

export const printer = linkId("printer");
export const hotel = linkId("hotel");

/** What a receiver does with the next batches: takes them, loses the answer, or refuses. */
export type Mood = "takes" | "takes-unsaid" | "refuses" | "closed";

/** The other end, which outlives every gateway. */
export class Receiver {
  mood: Mood = "takes";
  /** It knows repeats by the names of batches. */
  named = false;
  readonly batches: { readonly link: string; readonly texts: string[]; readonly ids: string[] }[]
    = [];
  /** It wants so many bytes at once. */
  batchBytes = 0;
  /** What was sent shows to be taken only afterwards, and how often that was asked. */
  settling = false;
  settled = 0;
  changed: () => void = () => undefined;

  text(link: string = printer): string {
    return this.batches.filter((batch) => batch.link === link)
      .flatMap(({ texts }) => texts).join("");
  }

  outlet(parts: OutletParts): Outlet {
    this.changed = parts.changed;
    const refuse = (): Result<void> => undelivered("receiver", "refuses");
    return {
      description: "receiver", batchBytes: this.batchBytes, ...this.named && { named: true },
      open: () => Promise.resolve(this.mood === "closed" ? refuse() : done),
      deliver: (batch) => {
        if (this.mood === "takes" || this.mood === "takes-unsaid") this.#take(batch);
        const said = this.mood === "takes" || (this.settling && this.mood === "takes-unsaid");
        return Promise.resolve(said ? done : refuse());
      },
      ...this.settling && { settled: () => {
        this.settled += 1;
        return Promise.resolve(this.mood === "takes" ? done : refuse());
      } },
      close: () => Promise.resolve(),
    };
  }

  #take({ link, pieces }: Batch): void {
    this.batches.push({ link, ids: pieces.map(({ id }) => id),
      texts: pieces.map(({ bytes }) => Buffer.from(bytes).toString("latin1")) });
  }
}

export interface Life {
  readonly store: Store;
  readonly keeper: StoredRawKeeper;
  readonly book: StoredRecordBook;
  readonly ledger: Ledger;
  readonly delivery: Delivery;
  readonly alarms: Alarms;
}

export class DeliveryBench {
  readonly world = new SimulatedWorld(3);
  readonly receiver = new Receiver();
  /** What destinations want to write down is refused. */
  storeRefuses = false;
  /** Of each link's raw bytes. */
  quota: RawQuota = { bytesMax: Infinity, whenNeeded: "refuse" };
  readonly #database = new MemoryLevel<Uint8Array, Uint8Array>(
    { keyEncoding: "view", valueEncoding: "view", storeEncoding: "view" });
  #life: Life | undefined;

  get life(): Life {
    assert(this.#life !== undefined, "the bench has been started");
    return this.#life;
  }

  /** The store of the database gives its answers in real time: so many turns are enough. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 40; turn += 1) {
      await new Promise((resolve) => { setImmediate(resolve); });
      await this.world.settle();
    }
  }

  async advance(ms: number): Promise<void> {
    await this.settle();
    await this.world.advance(ms);
    await this.settle();
  }

  async start(...destinations: readonly Destination[]): Promise<Life> {
    const { world } = this;
    const store = openStore({ database: this.#database, world, epoch: 1 });
    const alarms = createAlarms(world);
    const wake = (link: typeof printer): void => { delivery.wake(link); };
    const ledger = new Ledger({ store, world, alarms, ageMsMax: () => 1e12, durable: wake });
    const keeper = new StoredRawKeeper({ store, world, count: ledger,
      neededFrom: (link) => delivery.neededFrom(link),
      quota: () => this.quota, dropped: (link, segments) => delivery.drop(link, segments),
      retention: () => ({ ageMsMax: 60_000 }) });
    const book = new StoredRecordBook({ store, world, arrived: wake,
      retention: () => ({ ageMsMax: 1e12 }) });
    const moody = new Proxy(store, { get: (whole, name) => {
      if (name === "commit" && this.storeRefuses) {
        return () => Promise.resolve(fail("store-full", "the disk is full"));
      }
      const part: unknown = Reflect.get(whole, name);
      return typeof part === "function" ? part.bind(whole) as unknown : part;
    } });
    const delivery: Delivery = new Delivery({ store: moody, world, ledger, alarms,
      secret: () => ok("x"), unit: () => "unit",
      outlet: (_destination, parts) => this.receiver.outlet(parts) });
    for (const part of [store, ledger, keeper, book, delivery]) {
      assert.ok((await part.start()).ok);
    }
    ledger.configure(new Map([[printer, true], [hotel, true]]));
    assert.ok((await delivery.configure(destinations)).ok);
    this.#life = { store, keeper, book, ledger, delivery, alarms };
    await this.settle();
    return this.#life;
  }

  /** As after a power cut: what is on the disk stays, what is gathered in memory does not. */
  async end(): Promise<void> {
    const { store, delivery } = this.life;
    await delivery.stop();
    await store.stop(1_000);
    await this.life.ledger.stop();
    await this.life.keeper.stop();
    await this.life.book.stop();
    this.#life = undefined;
  }

  /** The link prints, and its driver understands all of it. */
  async print(text: string, link = printer): Promise<void> {
    const bytes = Buffer.from(text, "latin1");
    assert.ok((await this.life.keeper.keep(link, bytes)).ok);
    this.life.ledger.accounted(link, bytes.length, "record");
  }
}

export function destination(
  id = "billing", what: Content = "raw", links = [printer],
): Destination {
  return { id, what, links, to: { kind: "tcp-client", host: "receiver", port: 1 } };
}
