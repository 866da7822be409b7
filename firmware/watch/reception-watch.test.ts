import assert from "node:assert/strict";
import { inLanguage } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { rawQueueBytesMax } from "../link/raw-pump.js";
import type { LinkCounters, LinkStatus } from "../link/link.js";
import { linkId } from "../model/identifiers.js";
import { createAlarms } from "../supervisor/alarm-board.js";
import { RecentCounts } from "./recent-counts.js";
import { createReceptionWatch, damageMinutes, everyMs, gapMs, rejectedMinutes, type Backlog }
  from "./reception-watch.js";

const hourMs = 3_600_000;

class Bench {
  readonly world = new SimulatedWorld();
  readonly alarms = createAlarms(this.world);
  readonly counters = { bytesIn: 0, damagedOctets: 0, breaks: 0, records: 0, rejected: 0,
    rejectedReasons: {} as Record<string, number>, recordsMissed: 0 };
  keeping: LinkStatus["keeping"];
  here = true;
  backlogs: Backlog[] = [];
  readonly #watch = createReceptionWatch({ world: this.world, alarms: this.alarms,
    links: () => this.here ? [{ id: linkId("pbx"),
      counters: { ...this.counters } as unknown as LinkCounters,
      ...(this.keeping && { keeping: this.keeping }) } as LinkStatus] : [],
    backlogs: () => Promise.resolve(this.backlogs),
    thresholds: () => ({ damagedPercent: 1, rejectedPercent: 10, backlogHours: 24 }) });

  async start(): Promise<void> {
    await this.#watch.start();
  }

  async minutes(count: number, each: () => void = () => undefined): Promise<readonly string[]> {
    for (let minute = 0; minute < count; minute += 1) {
      each();
      await this.world.advance(everyMs);
    }
    return this.alarms.list(false).map(({ id }) => id);
  }

  detail(id: string): string {
    const found = this.alarms.list(false).find((alarm) => alarm.id === id);
    return inLanguage(found?.detail ?? "", "en");
  }
}

function backlog(more: Partial<Backlog>): Backlog {
  return { destination: "billing", link: "pbx", bytes: 0, quotaBytes: 1_000, sinceMs: undefined,
    lostBytes: 0, ...more };
}

describe("watch of reception", () => {
  it("tells of damage above its percentage, and clears below half of it", async () => {
    const bench = new Bench();
    const { counters } = bench;
    await bench.start();
    const busy = (damaged: number) => () => {
      counters.bytesIn += 1_000;
      counters.damagedOctets += damaged;
    };
    assert.deepEqual(await bench.minutes(damageMinutes, busy(7)), []);
    assert.deepEqual(await bench.minutes(damageMinutes, busy(20)), ["line-damage/pbx"]);
    assert.match(bench.detail("line-damage/pbx"), /^\d+ of \d+ bytes in 10 min$/);
    assert.deepEqual(await bench.minutes(damageMinutes, busy(7)), ["line-damage/pbx"]);
    assert.deepEqual(await bench.minutes(damageMinutes, busy(1)), []);
  });

  it("takes a few damaged bytes of a quiet line for nothing", async () => {
    const bench = new Bench();
    await bench.start();
    bench.counters.bytesIn = 20;
    bench.counters.breaks = 9;
    assert.deepEqual(await bench.minutes(1), []);
    bench.counters.breaks = 10;
    assert.deepEqual(await bench.minutes(1), ["line-damage/pbx"]);
    assert.deepEqual(await bench.minutes(damageMinutes), [], "the minutes have passed");
  });

  it("tells of many rejected lines with the commonest reason, for an hour", async () => {
    const bench = new Bench();
    await bench.start();
    bench.counters.records = 50;
    bench.counters.rejected = 12;
    bench.counters.rejectedReasons = { "too long": 2, "no field fits": 10 };
    assert.deepEqual(await bench.minutes(1), ["records-rejected/pbx"]);
    assert.match(bench.detail("records-rejected/pbx"), /12 lines, 50 records.*: no field fits$/);
    assert.deepEqual(await bench.minutes(rejectedMinutes - 1), ["records-rejected/pbx"]);
    assert.deepEqual(await bench.minutes(1), []);
  });

  it("tells of records that never came for a day, and again when there are more", async () => {
    const bench = new Bench();
    await bench.start();
    bench.counters.recordsMissed = 3;
    assert.deepEqual(await bench.minutes(1), ["records-missing/pbx"]);
    bench.counters.recordsMissed = 5;
    await bench.minutes(1);
    assert.equal(bench.detail("records-missing/pbx"), "5 by its own numbers");
    await bench.world.advance(gapMs);
    assert.deepEqual(await bench.minutes(1), []);
  });

  it("tells that the PBX is held, or that nearly too much waits for the store", async () => {
    const bench = new Bench();
    await bench.start();
    bench.keeping = { waitingBytes: 10, holding: true };
    assert.deepEqual(await bench.minutes(1), ["reception-held/pbx"]);
    bench.keeping = { waitingBytes: 0.7 * rawQueueBytesMax, holding: false };
    assert.deepEqual(await bench.minutes(1), ["reception-held/pbx"]);
    bench.keeping = { waitingBytes: 0.5 * rawQueueBytesMax, holding: false };
    assert.deepEqual(await bench.minutes(1), []);
    bench.keeping = { waitingBytes: 0.8 * rawQueueBytesMax, holding: false };
    assert.deepEqual(await bench.minutes(1), ["reception-held/pbx"]);
    bench.here = false;
    assert.deepEqual(await bench.minutes(1), []);
  });

  it("tells of a backlog at 80 % of the quota, or older than it may be", async () => {
    const bench = new Bench();
    await bench.start();
    const id = "delivery-backlog/pbx > billing";
    bench.backlogs = [backlog({ bytes: 799 })];
    assert.deepEqual(await bench.minutes(1), []);
    bench.backlogs = [backlog({ bytes: 800 })];
    assert.deepEqual(await bench.minutes(1), [id]);
    bench.backlogs = [backlog({ bytes: 600 })];
    assert.deepEqual(await bench.minutes(1), [id]);
    bench.backlogs = [backlog({ bytes: 10 })];
    assert.deepEqual(await bench.minutes(1), []);
    const sinceMs = bench.world.clock.wall().getTime() - 24 * hourMs;
    bench.backlogs = [backlog({ bytes: 1, sinceMs })];
    assert.deepEqual(await bench.minutes(1), [id]);
    assert.match(bench.detail(id), /^0 % of the link's quota, waiting for 24 h$/);
    bench.backlogs = [];
    assert.deepEqual(await bench.minutes(1), []);
  });

  it("tells of bytes that were dropped untaken, for a day", async () => {
    const bench = new Bench();
    await bench.start();
    bench.backlogs = [backlog({ lostBytes: 1_500 })];
    assert.deepEqual(await bench.minutes(1), ["delivery-lost/pbx > billing"]);
    assert.equal(bench.detail("delivery-lost/pbx > billing"), "2 kB");
    await bench.world.advance(gapMs);
    assert.deepEqual(await bench.minutes(1), []);
  });
});

describe("recent counts", () => {
  it("begin again with the counters of a new link", () => {
    const recent = new RecentCounts(3);
    const add = (bytes: number): void => {
      recent.add({ bytes, damaged: 0, records: 0, rejected: 0 });
    };
    for (const bytes of [100, 150, 150, 20]) add(bytes);
    assert.equal(recent.over(3).bytes, 70);
    add(21);
    assert.equal(recent.over(3).bytes, 21);
    assert.equal(recent.over(1).bytes, 1);
  });
});
