import assert from "node:assert/strict";
import fc from "fast-check";
import { deviceId, linkId } from "../model/identifiers.js";
import { SimulatedEventLog } from "./switch-simulated.js";
import type { MonitorFilter, Numbered } from "./switch.js";
import { answers, benchLink, calls, clears, party, rings, switchBench, type SwitchBench }
  from "./switch-bench.js";

const caller = "+33612345678";

function start(b: SwitchBench, filter: MonitorFilter, queueMax: number, after?: bigint) {
  const monitor = b.sw.monitorStart(filter, queueMax, after);
  assert(monitor.ok);
  const iterator = monitor.value[Symbol.asyncIterator]();
  const batch: Numbered[] = [];
  return {
    monitor: monitor.value,
    async next(): Promise<Numbered | undefined> {
      if (batch.length === 0) {
        const step = await iterator.next();
        if (step.done !== true) batch.push(...step.value);
      }
      return batch.shift();
    },
  };
}

/** Reads on until the stream says that it is live. */
async function untilLive(reader: ReturnType<typeof start>): Promise<Numbered[]> {
  const items: Numbered[] = [];
  for (;;) {
    const item = await reader.next();
    assert(item !== undefined);
    items.push(item);
    if (item.kind === "live") return items;
  }
}

const numbersOf = (items: readonly Numbered[]): bigint[] =>
  items.flatMap((item) => item.kind === "event" ? [item.entry.number] : []);

function chatter(b: SwitchBench, count: number): void {
  for (let n = 0; n < count; n += 1) {
    b.say({ type: "doNotDisturb", device: deviceId(String(200 + n % 10)), on: n % 2 === 0 });
  }
}

describe("Monitors: who sees what", () => {
  it("gives a device monitor all events of the calls the device is in", async () => {
    const b = switchBench();
    const reader = start(b, { devices: [{ device: deviceId("202") }] }, 100);
    calls(b, "C1", "201", "202");
    calls(b, "C2", "203", "204");
    clears(b, "C1", "202");
    clears(b, "C1", "201");
    reader.monitor.stop();
    const types: string[] = [];
    for (let item = await reader.next(); item !== undefined; item = await reader.next()) {
      if (item.kind !== "event") continue;
      types.push(`${item.entry.event.type} ${String(item.entry.number)}`);
    }
    assert.deepEqual(types, ["delivered 2", "established 3", "connectionCleared 7"]);
  });

  it("filters by link and type, and gives an event of two watched devices once", async () => {
    const b = switchBench();
    const reader = start(b, { links: [benchLink], types: ["established"],
      devices: [{ device: deviceId("201") }, { link: benchLink, device: deviceId("202") },
        { link: linkId("other"), device: deviceId("203") }] }, 100);
    const foreign = start(b, { links: [linkId("other")] }, 100);
    calls(b, "C1", "201", "202");
    calls(b, "C2", "203", "204");
    reader.monitor.stop();
    foreign.monitor.stop();
    assert.deepEqual([(await reader.next())?.kind, await reader.next()], ["event", undefined]);
    assert.equal(await foreign.next(), undefined);
  });

  it("refuses more than monitorsMax, and takes one again when one has stopped", () => {
    const b = switchBench({}, { monitorsMax: 2 });
    const first = start(b, {}, 10);
    start(b, {}, 10);
    const third = b.sw.monitorStart({}, 10);
    assert(!third.ok);
    assert.equal(third.fault.code, "monitor-limit");
    first.monitor.stop();
    assert(b.sw.monitorStart({}, 10).ok);
    const silly = b.sw.monitorStart({}, 0);
    assert(!silly.ok);
    assert.equal(silly.fault.code, "argument-invalid");
  });
});

describe("Monitors: a slow reader", () => {
  it("is told of its gap, exactly, while the others get everything", async () => {
    const b = switchBench();
    const slow = start(b, { name: "crm" }, 10);
    const quick = start(b, {}, 1_000);
    chatter(b, 105);
    assert.equal(b.alarms.list()[0]?.id, "watcher-slow/crm");
    const got: Numbered[] = [];
    slow.monitor.stop();
    quick.monitor.stop();
    for (let item = await slow.next(); item !== undefined; item = await slow.next()) got.push(item);
    const gap = got[0];
    assert(gap?.kind === "gap");
    assert.equal(gap.reason, "slow-reader");
    assert(got.length <= 10);
    const rest = numbersOf(got);
    assert.equal(gap.nextNumber, rest[0]);
    assert.equal(gap.lost + BigInt(rest.length), 105n);
    assert.equal(rest[rest.length - 1], 105n);
    let quickCount = 0;
    while (await quick.next() !== undefined) quickCount += 1;
    assert.equal(quickCount, 105);
    assert.deepEqual(b.alarms.list(), []);
  });

  it("is alarmed at most once a minute, and calms down when it reads", async () => {
    const b = switchBench();
    const slow = start(b, {}, 2);
    chatter(b, 500);
    assert.equal(b.alarms.raised, 1);
    await b.world.advance(61_000);
    chatter(b, 10);
    assert.equal(b.alarms.raised, 2);
    await b.world.advance(61_000);
    for (let n = 0; n < 2; n += 1) await slow.next();
    assert.deepEqual(b.alarms.list(), []);
    slow.monitor.stop();
  });
});

describe("Monitors: resuming", () => {
  it("gives each event exactly once over 1,000 random reconnects (story 22)", async () => {
    const b = switchBench({}, { ringEventsMax: 64, seed: 4_711 });
    b.log.readTurns = 2;
    const { random } = b.world;
    const got: bigint[] = [];
    let last = 0n;
    let live = 0;
    for (let reconnect = 0; reconnect < 1_000; reconnect += 1) {
      chatter(b, random.integer(random.integer(8) === 0 ? 150 : 4));
      b.log.settle(random.integer(60));
      const reader = start(b, {}, 10_000, last);
      const items: Numbered[] = [];
      void (async () => {
        for (let item = await reader.next(); item !== undefined; item = await reader.next()) {
          items.push(item);
          for (let turn = random.integer(3); turn > 0; turn -= 1) await Promise.resolve();
        }
      })();
      for (let step = random.integer(30); step > 0; step -= 1) {
        chatter(b, random.integer(3));
        b.log.settle(random.integer(8));
        for (let turn = random.integer(60); turn > 0; turn -= 1) await Promise.resolve();
      }
      if (random.integer(4) === 0) {
        b.log.settle();
        await b.world.advance(40);
      }
      const numbers = numbersOf(items);
      if (items.some((item) => item.kind === "live")) live += 1;
      assert(items.every((item) => item.kind !== "gap"));
      got.push(...numbers);
      last = numbers[numbers.length - 1] ?? last;
      items.length = 0;
      reader.monitor.stop();
    }
    b.log.settle();
    got.push(...numbersOf(await untilLive(start(b, {}, 10_000, last))));
    assert(live > 300 && live < 990, `${String(live)} of 1,000 readers caught up`);
    assert(got.length > 20_000, String(got.length));
    assert.deepEqual(got, Array.from({ length: got.length }, (_, n) => BigInt(n) + 1n));
    assert.equal(BigInt(got.length), b.sw.lastNumber);
  });

  it("filters stored events as it filters live ones", async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 201, max: 206 }),
        fc.integer({ min: 0, max: 3 })), { maxLength: 60 }),
      async (steps) => {
        const b = switchBench({}, { ringEventsMax: 4 });
        const filter = { devices: [{ device: deviceId("203") }] };
        const live = start(b, filter, 1_000);
        for (const [call, device, what] of steps) {
          const name = `C${String(call)}`;
          if (what === 0) rings(b, name, String(device), caller);
          if (what === 1) answers(b, name, String(device));
          if (what >= 2) clears(b, name, String(device));
        }
        b.log.settle();
        const stored = numbersOf(await untilLive(start(b, filter, 1_000, 0n)));
        live.monitor.stop();
        const seen: Numbered[] = [];
        for (let item = await live.next(); item !== undefined; item = await live.next()) {
          seen.push(item);
        }
        assert.deepEqual(stored, numbersOf(seen));
      }), { numRuns: 100 });
  });

  it("tells who comes too late how much is gone, and goes on live", async () => {
    const b = switchBench({}, { ringEventsMax: 8 });
    chatter(b, 100);
    b.log.settle();
    b.log.expire(50);
    const items = await untilLive(start(b, {}, 100, 10n));
    assert.deepEqual(items, [
      { kind: "gap", lost: 90n, nextNumber: 101n, reason: "expired" },
      { kind: "live", number: 100n }]);
    const all = await untilLive(start(b, {}, 100, 0n));
    assert.equal(all[0]?.kind, "event");
    assert.deepEqual(numbersOf(all), Array.from({ length: 50 }, (_, n) => BigInt(n) + 51n));
  });

  it("after a crash continues what was stored, and admits what was not", async () => {
    const before = switchBench();
    chatter(before, 20);
    before.log.settle(15);
    const b = switchBench({}, { log: new SimulatedEventLog(1_000_016n, before.log.stored) });
    chatter(b, 3);
    assert.deepEqual(numbersOf(await untilLive(start(b, {}, 100, 13n))),
      [14n, 15n, 1_000_016n, 1_000_017n, 1_000_018n]);
    assert.deepEqual(await untilLive(start(b, {}, 100, 18n)), [
      { kind: "gap", lost: 0n, nextNumber: 1_000_019n, reason: "gateway-restart" },
      { kind: "live", number: 1_000_018n }]);
    const ahead = await untilLive(start(b, {}, 100, 9_000_000n));
    assert(ahead[0]?.kind === "gap" && ahead[0].reason === "gateway-restart");
  });

  it("tells of the hole that a refusing log left", async () => {
    const b = switchBench({}, { ringEventsMax: 4 });
    chatter(b, 5);
    b.log.refuse = true;
    chatter(b, 5);
    b.log.refuse = false;
    chatter(b, 10);
    b.log.settle();
    const items = await untilLive(start(b, {}, 100, 0n));
    assert.deepEqual(items.filter((item) => item.kind === "gap"),
      [{ kind: "gap", lost: 5n, nextNumber: 11n, reason: "expired" }]);
    assert.deepEqual(numbersOf(items).map(Number),
      [1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
  });

  it("says resync to those who come back after one", async () => {
    const b = switchBench();
    b.say({ type: "backInService", device: party("201").device });
    b.sw.reconcile(benchLink, { calls: [], agents: [], devices: [] }, "login");
    const items = await untilLive(start(b, {}, 100, 0n));
    assert.deepEqual(items.map((item) => item.kind), ["event", "resync", "live"]);
  });
});
