import assert from "node:assert/strict";
import { MemoryLevel } from "memory-level";
import { SimulatedWorld } from "../base/world-simulated.js";
import type { LinkState, LinkStatus } from "../link/link.js";
import { linkId } from "../model/identifiers.js";
import { openStore } from "../store/leveldb-store.js";
import { put } from "../store/store.js";
import { createAlarms } from "../supervisor/alarm-board.js";
import { createQuietWatch, quietPatterns } from "./quiet-watch.js";
import { hoursOfWeek, QuietPattern, weeksMax, weeksMin } from "./quiet-pattern.js";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const weekMs = 168 * hourMs;

/** A PBX that prints every `everyMin` minutes from 8 to 18 h on weekdays; it is Monday, 8 h UTC. */
class Bench {
  readonly world = new SimulatedWorld(1, "2026-03-02T08:00:00Z");
  readonly alarms = createAlarms(this.world);
  readonly store = openStore({ world: this.world, epoch: 1, database: new MemoryLevel({
    keyEncoding: "view", valueEncoding: "view", storeEncoding: "view" }) });
  holidays: string[] = [];
  everyMin = 10;
  state: LinkState = { name: "up" };
  #records = 0;
  #watch = this.#made();

  #made() {
    return createQuietWatch({ world: this.world, store: this.store, alarms: this.alarms,
      links: () => [{ id: linkId("pbx"), state: this.state,
        counters: { events: 0, records: this.#records } } as LinkStatus],
      timeZone: () => "UTC", holidays: () => this.holidays });
  }

  async start(): Promise<void> {
    await this.store.start();
    await this.#watch.start();
  }

  /** As if some weeks had passed, every hour of them busy. */
  async busyWeeks(): Promise<void> {
    await this.store.start();
    const hours = Array.from({ length: hoursOfWeek }, () =>
      Array.from({ length: weeksMin }, () => 10 * minuteMs));
    const written = await this.store.append([put(quietPatterns, "pbx", hours)]);
    assert.ok(written.ok);
    await this.#watch.start();
  }

  async pass(ms: number): Promise<void> {
    const stepMs = 5 * minuteMs;
    for (let passed = 0; passed < ms; passed += stepMs) {
      const now = this.world.clock.wall();
      const works = now.getUTCDay() % 6 !== 0 && now.getUTCHours() >= 8 && now.getUTCHours() < 18;
      if (works && this.everyMin > 0 && now.getUTCMinutes() % this.everyMin === 0) {
        this.#records += 1;
      }
      await this.world.advance(stepMs);
    }
  }

  get alarmed(): boolean {
    return this.alarms.list(false).some(({ code }) => code === "link-quiet");
  }
}

describe("a link that is quieter than usual", () => {
  it("is told on a working morning after some weeks, and cleared when it speaks", async () => {
    const bench = new Bench();
    await bench.start();
    await bench.pass(weeksMin * weekMs + 2 * hourMs);
    assert.equal(bench.alarmed, false, "habits are no alarm: nights and week-ends either");
    bench.everyMin = 0;
    await bench.pass(10 * minuteMs);
    assert.equal(bench.alarmed, false);
    await bench.pass(20 * minuteMs);
    assert.equal(bench.alarmed, true, "never silent for 40 minutes on a Monday morning");
    bench.everyMin = 10;
    await bench.pass(15 * minuteMs);
    assert.equal(bench.alarmed, false);
  });

  it("knows its habits after a restart, and is patient until it was heard", async () => {
    const bench = new Bench();
    await bench.busyWeeks();
    bench.everyMin = 0;
    await bench.pass(2 * hourMs);
    assert.equal(bench.alarmed, false, "nothing was heard since the start");
    bench.everyMin = 10;
    await bench.pass(hourMs);
    bench.everyMin = 0;
    await bench.pass(hourMs);
    assert.equal(bench.alarmed, true);
  });

  it("is no alarm on a holiday, nor while the link is down, which is another alarm", async () => {
    const bench = new Bench();
    await bench.busyWeeks();
    await bench.pass(hourMs);
    bench.holidays = ["03-02"];
    bench.everyMin = 0;
    await bench.pass(3 * hourMs);
    assert.equal(bench.alarmed, false);
    bench.holidays = [];
    await bench.pass(10 * minuteMs);
    assert.equal(bench.alarmed, true);
    bench.state = { name: "down", attempt: 1, reason: "unplugged", retryInMs: 1 };
    await bench.pass(10 * minuteMs);
    assert.equal(bench.alarmed, false);
  });

  it("forgets weeks that are too old, and does not watch hours that may be silent", () => {
    const pattern = new QuietPattern();
    for (let week = 0; week < weeksMin - 1; week += 1) pattern.observe(9, 10 * minuteMs);
    assert.equal(pattern.limitMs(9), undefined);
    pattern.observe(9, 20 * minuteMs);
    assert.equal(pattern.limitMs(9), 40 * minuteMs);
    for (let week = 0; week < weeksMax; week += 1) pattern.observe(9, 10 * minuteMs);
    assert.equal(pattern.limitMs(9), 25 * minuteMs);
    assert.equal(pattern.silencesMs[9]?.length, weeksMax);
    for (let week = 0; week < weeksMin; week += 1) pattern.observe(3, 8 * hourMs);
    assert.equal(pattern.limitMs(3), undefined);
  });
});
