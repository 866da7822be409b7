import assert from "node:assert/strict";
import fc from "fast-check";
import { SimulatedWorld } from "../base/world-simulated.js";
import { SimulatedStore } from "../northbound/access/store-simulated.js";
import { createAlarms } from "../supervisor/alarm-board.js";
import { StoredRawKeeper } from "../switching/raw-keeper.js";
import { DeliveryBench, destination, printer } from "./delivery-bench.test.js";
import { openBytes, otherReason, reasonsMax } from "./ledger-keyspace.js";
import { checkMs, gatherMs, Ledger } from "./ledger.js";

const day = "2026-11-23";

async function rows(bench: DeliveryBench) {
  return bench.life.ledger.days(printer, "2026-11-01", "2026-12-31");
}

describe("ledger", () => {
  it("balances: in is what became of it", async () => {
    const bench = new DeliveryBench();
    const { ledger } = await bench.start(destination());
    await bench.print("a record of 22 bytes\r\n");
    assert.ok((await bench.life.keeper.keep(printer, Buffer.from("noise\r\n"))).ok);
    ledger.garbage(printer, 5, "fits no layout");
    ledger.accounted(printer, 2, "skipped");
    ledger.record(printer);
    await bench.advance(2 * checkMs);
    assert.deepEqual(await rows(bench), [{ day, bytesIn: 29, records: 1, recordBytes: 22,
      skippedBytes: 2, garbageBytes: 5, reasons: { "fits no layout": 5 }, adriftBytes: 0,
      through: 29 }]);
    assert.deepEqual(bench.life.alarms.list(false), []);
    const [balance] = await bench.life.delivery.balance(printer, day, day);
    assert.deepEqual(balance?.delivered, [{ destination: "billing", pieces: 2, bytes: 29,
      again: 0, lost: 0 }]);
    await bench.end();
  });

  it("raises an alarm that says by how much it does not, and takes it back", async () => {
    const bench = new DeliveryBench();
    const { ledger, keeper, alarms } = await bench.start();
    assert.ok((await keeper.keep(printer, Buffer.from("0123456789"))).ok);
    ledger.accounted(printer, 7, "record");
    // Bytes that came a moment ago may still be told of.
    await bench.advance(checkMs);
    assert.deepEqual(alarms.list(false), []);
    await bench.advance(checkMs);
    assert.deepEqual(alarms.list(false).map(({ id, detail }) => [id, detail]),
      [["ledger-unbalanced/printer",
        { en: "11-23: 3 of 10 bytes", fr: "11-23: 3 sur 10 octets" }]]);
    ledger.accounted(printer, 3, "skipped");
    await bench.advance(checkMs);
    assert.deepEqual(alarms.list(false), []);
    await bench.end();
  });

  it("says large numbers, which are no telephone numbers", async () => {
    const bench = new DeliveryBench();
    const { ledger, alarms } = await bench.start();
    await bench.print("x");
    ledger.accounted(printer, 1_234_567, "record");
    await bench.advance(checkMs);
    assert.match(JSON.stringify(alarms.list(false)[0]?.detail), /11-23: -1,234,567 of 1 bytes/);
    await bench.end();
  });

  it("gives up, after a restart, on bytes that nobody parses any more", async () => {
    const bench = new DeliveryBench();
    await bench.start();
    assert.ok((await bench.life.keeper.keep(printer, Buffer.from("0123456789"))).ok);
    bench.life.ledger.accounted(printer, 4, "record");
    await bench.advance(gatherMs);
    await bench.end();
    const { ledger, alarms } = await bench.start(destination());
    await bench.print("more\r\n");
    assert.deepEqual((await rows(bench)).map((row) => [row.bytesIn, row.recordBytes,
      row.adriftBytes, openBytes(row)]), [[16, 10, 6, 0]]);
    await bench.advance(checkMs);
    assert.equal(alarms.list(false).length, 1);
    assert.equal(ledger.total(printer), 16);
    await bench.end();
  });

  it("opens, for whoever parses them now, what nobody had parsed at the restart", async () => {
    const bench = new DeliveryBench();
    await bench.start();
    assert.ok((await bench.life.keeper.keep(printer, Buffer.from("0123456789"))).ok);
    bench.life.ledger.accounted(printer, 4, "record");
    await bench.advance(gatherMs);
    await bench.end();
    const { ledger, alarms } = await bench.start(destination());
    assert.equal(await ledger.reopened(printer), 6);
    assert.equal(await ledger.reopened(printer), 0);
    ledger.accounted(printer, 6, "record");
    assert.deepEqual((await rows(bench)).map((row) => [row.bytesIn, row.recordBytes,
      row.adriftBytes, openBytes(row)]), [[10, 10, 0, 0]]);
    await bench.advance(checkMs);
    assert.equal(alarms.list(false).length, 0);
    await bench.end();
  });

  it("counts a day's bytes as that day's, also when they are parsed on the next", async () => {
    const bench = new DeliveryBench();
    const { ledger, keeper } = await bench.start();
    await bench.advance(16 * 3_600_000 - 1_000);
    assert.ok((await keeper.keep(printer, Buffer.from("late"))).ok);
    await bench.advance(2_000);
    assert.ok((await keeper.keep(printer, Buffer.from("early"))).ok);
    ledger.accounted(printer, 9, "record");
    assert.deepEqual((await rows(bench)).map((row) => [row.day, row.bytesIn, row.recordBytes]),
      [[day, 4, 4], ["2026-11-24", 5, 5]]);
    await bench.end();
  });

  it("counts what could not be stored as come and as garbage", async () => {
    const bench = new DeliveryBench();
    const { ledger } = await bench.start();
    await bench.print("x\r\n");
    ledger.accounted(printer, 100, "not-stored");
    ledger.garbage(printer, 100, "not stored");
    const [row] = await rows(bench);
    assert.deepEqual([row?.bytesIn, row?.garbageBytes, row?.through, row?.adriftBytes],
      [103, 100, 3, 0]);
    await bench.end();
  });

  it("counts nothing that the store has refused", async () => {
    const world = new SimulatedWorld();
    const store = new SimulatedStore();
    const ledger = new Ledger({ store, world, alarms: createAlarms(world), ageMsMax: () => 1e12,
      durable: () => undefined });
    const keeper = new StoredRawKeeper({ store, world, count: ledger,
      retention: () => ({ ageMsMax: 1e12 }) });
    await ledger.start();
    store.failing = "store-full";
    assert.equal((await keeper.keep(printer, Buffer.from("refused"))).ok, false);
    store.failing = undefined;
    assert.ok((await keeper.keep(printer, Buffer.from("kept"))).ok);
    const [row] = await ledger.days(printer, day, day);
    assert.deepEqual([row?.bytesIn, row?.through], [4, 4]);
    await ledger.stop();
  });

  it("forgets days older than the retention", async () => {
    const bench = new DeliveryBench();
    const { ledger, store } = await bench.start(destination());
    await bench.print("x\r\n");
    await bench.settle();
    const young = new Ledger({ store, world: bench.world, alarms: bench.life.alarms,
      ageMsMax: () => 86_400_000, durable: () => undefined });
    assert.deepEqual(await young.prune(), { ok: true, value: 0 });
    await bench.advance(3 * 86_400_000);
    assert.deepEqual(await young.prune(), { ok: true, value: 2 });
    assert.deepEqual(await ledger.days(printer, day, day), []);
    await bench.end();
  });

  it("names no more reasons than its bound", async () => {
    const bench = new DeliveryBench();
    const { ledger } = await bench.start();
    assert.ok((await bench.life.keeper.keep(printer, Buffer.alloc(50))).ok);
    for (let n = 0; n < 50; n += 1) ledger.garbage(printer, 1, `reason ${n}`);
    const [row] = await rows(bench);
    assert.equal(Object.keys(row?.reasons ?? {}).length, reasonsMax + 1);
    assert.equal(row?.reasons[otherReason], 50 - reasonsMax);
    await bench.end();
  });

  it("is never out of balance by more than was never told of", async () => {
    const step = fc.tuple(fc.constantFrom("keep", "record", "skipped", "garbage", "wait"),
      fc.integer({ min: 1, max: 9 }));
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const bench = new DeliveryBench();
      const { ledger, keeper } = await bench.start();
      let came = 0;
      let told = 0;
      for (const [what, bytes] of steps) {
        if (what === "keep") {
          assert.ok((await keeper.keep(printer, Buffer.alloc(bytes))).ok);
          came += bytes;
        } else if (what === "wait") {
          await bench.advance(checkMs * 4);
        } else if (told + bytes <= came) {
          told += bytes;
          if (what === "garbage") ledger.garbage(printer, bytes, "noise");
          else ledger.accounted(printer, bytes, what);
        }
      }
      await bench.advance(3 * checkMs);
      const found = await rows(bench);
      const sum = (of: (row: (typeof found)[number]) => number): number =>
        found.reduce((total, row) => total + of(row), 0);
      assert.equal(sum((row) => row.bytesIn), came);
      assert.equal(sum((row) => row.recordBytes + row.skippedBytes + row.garbageBytes), told);
      assert.equal(sum((row) => row.adriftBytes), came - told);
      assert.equal(sum(openBytes), 0);
      await bench.end();
    }), { numRuns: 30 });
  }).timeout(60_000);
});
