import assert from "node:assert/strict";
import fc from "fast-check";
import { callId } from "../model/identifiers.js";
import type { CallRecord } from "../model/records.js";
import { DeliveryBench, destination, hotel, printer } from "./delivery-bench.test.js";
import { tailMs } from "./lines.js";
import { retryMsMax } from "./runner.js";

const record = (startedAtMs: number, name: string): CallRecord => ({
  id: `${startedAtMs.toString(16).padStart(11, "0")}-printer-${name}`, link: printer,
  call: callId(name), source: "pbx", direction: "incoming", startedAtMs, endedAtMs: startedAtMs,
  durationMs: 0, endCause: "normalClearing", legs: [], marks: [] });

describe("delivery", () => {
  it("begins with what comes from then on, and moves what becomes durable", async () => {
    const bench = new DeliveryBench();
    await bench.start();
    await bench.print("before\r\n");
    assert.ok((await bench.life.delivery.configure([destination()])).ok);
    await bench.print("one\r\ntw");
    await bench.print("o\r\n");
    await bench.settle();
    assert.equal(bench.receiver.text(), "one\r\ntwo\r\n");
    await bench.print("no end");
    await bench.settle();
    assert.equal(bench.receiver.text(), "one\r\ntwo\r\n");
    await bench.advance(tailMs);
    assert.equal(bench.receiver.text(), "one\r\ntwo\r\nno end");
    const [status] = await bench.life.delivery.list();
    assert.equal(status?.state, "up");
    assert.deepEqual(status.feeds, [{ link: printer, waiting: 0, waitingSinceMs: undefined,
      again: false, taken: { pieces: 3, bytes: 16 }, lost: { bytes: 0, atMs: undefined } }]);
    await bench.end();
  });

  it("keeps what a receiver refuses, says why and since when, and tries again", async () => {
    const bench = new DeliveryBench();
    await bench.start(destination());
    bench.receiver.mood = "refuses";
    const sinceMs = bench.world.clock.wall().getTime();
    await bench.print("one\r\n");
    await bench.settle();
    const [down] = await bench.life.delivery.list();
    assert.equal(down?.state, "down");
    assert.deepEqual([down.sinceMs, down.retryAtMs], [sinceMs, sinceMs + 1_000]);
    assert.deepEqual(down.feeds[0], { link: printer, waiting: 5, waitingSinceMs: sinceMs,
      again: false, taken: { pieces: 0, bytes: 0 }, lost: { bytes: 0, atMs: undefined } });
    assert.deepEqual(bench.life.alarms.list(false), []);
    await bench.advance(1_000);
    assert.deepEqual(bench.life.alarms.list(false).map(({ id }) => id), ["delivery-down/billing"]);
    assert.equal(bench.life.delivery.health.status, "degraded");
    bench.receiver.mood = "takes";
    await bench.print("two\r\n");
    await bench.advance(2_000);
    assert.equal(bench.receiver.text(), "one\r\ntwo\r\n");
    assert.deepEqual(bench.life.alarms.list(false), []);
    await bench.end();
  });

  it("gives a backlog in large batches to a receiver that makes us wait after each", async () => {
    const bench = new DeliveryBench();
    bench.receiver.mood = "closed";
    bench.receiver.batchBytes = 524_288;
    await bench.start(destination());
    const line = `${"x".repeat(998)}\r\n`;
    for (let count = 0; count < 20; count += 1) await bench.print(line.repeat(60));
    bench.receiver.mood = "takes";
    await bench.advance(2_000);
    assert.deepEqual(bench.receiver.batches.map(({ texts }) => texts.length), [540, 660]);
    assert.equal(bench.receiver.text(), line.repeat(1_200));
    const [day] = await bench.life.delivery.balance(printer, "2026-11-23", "2026-11-23");
    assert.deepEqual(day?.delivered, [{ destination: "billing", pieces: 1_200, bytes: 1_200_000,
      again: 0, lost: 0 }]);
    await bench.end();
  });

  it("waits once for a few pages sent; all of them come again if the way is lost", async () => {
    const bench = new DeliveryBench();
    bench.receiver.mood = "closed";
    bench.receiver.settling = true;
    await bench.start(destination());
    const line = `${"x".repeat(998)}\r\n`;
    for (let count = 0; count < 50; count += 1) await bench.print(line.repeat(60));
    bench.receiver.mood = "takes-unsaid";
    await bench.advance(1_000);
    const pages = (): readonly (string | undefined)[] =>
      bench.receiver.batches.map(({ ids }) => ids[0]);
    assert.deepEqual([pages().length, bench.receiver.settled], [8, 1]);
    assert.equal((await bench.life.delivery.list())[0]?.feeds[0]?.waiting, 3_000_000);
    const first = pages();
    bench.receiver.mood = "takes";
    await bench.advance(2_000);
    assert.deepEqual([pages().length, bench.receiver.settled], [8 + 13, 3]);
    assert.deepEqual(pages().slice(8, 16), first);
    const [day] = await bench.life.delivery.balance(printer, "2026-11-23", "2026-11-23");
    assert.deepEqual(day?.delivered, [{ destination: "billing", pieces: 3_000, bytes: 3_000_000,
      again: 0, lost: 0 }]);
    await bench.end();
  });

  it("sends once more what was taken without an answer, also after a restart", async () => {
    const bench = new DeliveryBench();
    await bench.start(destination());
    bench.receiver.mood = "takes-unsaid";
    await bench.print("one\r\n");
    await bench.settle();
    await bench.end();
    bench.receiver.mood = "takes";
    await bench.start(destination());
    assert.equal(bench.receiver.text(), "one\r\none\r\n");
    assert.deepEqual(bench.receiver.batches.map(({ ids }) => ids),
      [["printer/1.0+5"], ["printer/1.0+5"]]);
    const [day] = await bench.life.delivery.balance(printer, "2026-11-23", "2026-11-23");
    assert.deepEqual(day?.delivered, [{ destination: "billing", pieces: 1, bytes: 5, again: 0,
      lost: 0 }]);
    await bench.end();
  });

  it("does not let one destination hold up another, nor a link", async () => {
    const bench = new DeliveryBench();
    bench.receiver.mood = "closed";
    await bench.start(destination("a"), destination("b", "raw", [hotel]));
    for (let n = 0; n < 50; n += 1) await bench.print(`${n}\r\n`);
    await bench.print("room\r\n", hotel);
    bench.receiver.mood = "takes";
    await bench.advance(retryMsMax);
    assert.equal(bench.receiver.text(hotel), "room\r\n");
    assert.equal(bench.receiver.text().split("\r\n").length, 51);
    await bench.end();
  });

  it("clears the alarm of a connection that lasts, though nothing goes over it", async () => {
    const bench = new DeliveryBench();
    bench.receiver.mood = "closed";
    await bench.start(destination());
    await bench.advance(2_000);
    assert.equal(bench.life.alarms.list(false).length, 1);
    bench.receiver.mood = "takes";
    await bench.advance(2_000);
    assert.equal((await bench.life.delivery.list())[0]?.state, "up");
    assert.equal(bench.life.alarms.list(false).length, 1);
    await bench.advance(10_000);
    assert.equal(bench.life.alarms.list(false).length, 0);
    await bench.end();
  });

  it("drops what is delivered when the quota is full, and holds the PBX for the rest", async () => {
    const bench = new DeliveryBench();
    bench.quota = { bytesMax: 50, whenNeeded: "refuse" };
    await bench.start(destination());
    for (let n = 0; n < 20; n += 1) {
      await bench.print(`line ${n % 10}\r\n`);
      await bench.settle();
    }
    assert.equal(bench.receiver.text().length, 160);
    assert.ok(bench.life.keeper.sizeOf(printer) <= 50);
    bench.receiver.mood = "refuses";
    const kept: boolean[] = [];
    for (let n = 0; n < 8; n += 1) {
      kept.push((await bench.life.keeper.keep(printer, Buffer.from(`more ${n}\r\n`))).ok);
      await bench.settle();
    }
    assert.deepEqual(kept.slice(-2), [false, false]);
    const taken = kept.filter((each) => each).length;
    bench.receiver.mood = "takes";
    await bench.advance(retryMsMax);
    assert.equal(bench.receiver.text().length, 160 + 8 * taken);
    assert.ok((await bench.life.keeper.keep(printer, Buffer.from("again\r\n"))).ok);
    await bench.end();
  });

  it("drops the oldest where the PBX cannot be held, and counts it as lost", async () => {
    const bench = new DeliveryBench();
    bench.quota = { bytesMax: 50, whenNeeded: "drop" };
    await bench.start(destination());
    bench.receiver.mood = "refuses";
    for (let n = 0; n < 20; n += 1) {
      await bench.print(`l ${String(n).padStart(4, "0")}\r\n`);
      await bench.settle();
    }
    assert.ok(bench.life.keeper.sizeOf(printer) <= 50);
    bench.receiver.mood = "takes";
    await bench.advance(retryMsMax);
    const text = bench.receiver.text();
    assert.match(text, /l 0019\r\n$/);
    const lost = 160 - text.length;
    assert.ok(lost > 0);
    const [status] = await bench.life.delivery.list();
    assert.deepEqual([status?.feeds[0]?.waiting, status?.feeds[0]?.lost.bytes], [0, lost]);
    await bench.end();
    await bench.start(destination());
    const [day] = await bench.life.delivery.balance(printer, "2026-11-23", "2026-11-23");
    assert.deepEqual([day?.delivered[0]?.bytes, day?.delivered[0]?.lost], [text.length, lost]);
    assert.ok(bench.life.keeper.sizeOf(printer) <= 50);
    await bench.end();
  });

  it("waits longer and longer for one that stays away, up to its bound", async () => {
    const bench = new DeliveryBench();
    bench.receiver.mood = "closed";
    await bench.start(destination());
    const waits: number[] = [];
    for (let n = 0; n < 9; n += 1) {
      const [status] = await bench.life.delivery.list();
      const waitMs = (status?.retryAtMs ?? 0) - bench.world.clock.wall().getTime();
      waits.push(waitMs);
      await bench.advance(waitMs);
    }
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000));
    await bench.end();
  });

  it("goes on where it stopped when it comes back, also after sending something else", async () => {
    const bench = new DeliveryBench();
    const { delivery } = await bench.start(destination());
    await bench.print("one\r\n");
    await bench.settle();
    assert.ok((await delivery.configure([destination("billing", "records-json")])).ok);
    await bench.print("two\r\n");
    assert.ok((await delivery.configure([])).ok);
    assert.ok((await delivery.configure([destination()])).ok);
    await bench.settle();
    assert.equal(bench.receiver.text(), "one\r\ntwo\r\n");
    await bench.end();
  });

  it("keeps raw bytes beyond their days while somebody has to take them", async () => {
    const bench = new DeliveryBench();
    bench.receiver.mood = "closed";
    await bench.start(destination());
    for (const text of ["one\r\n", "two\r\n", "three\r\n"]) await bench.print(text);
    await bench.advance(70_000);
    const pruned = await bench.life.keeper.prune();
    assert.deepEqual(pruned, { ok: true, value: 0 });
    bench.receiver.mood = "takes";
    await bench.advance(retryMsMax);
    assert.equal(bench.receiver.text(), "one\r\ntwo\r\nthree\r\n");
    assert.deepEqual(await bench.life.keeper.prune(), { ok: true, value: 2 });
    await bench.end();
  });

  it("sends a range of time once more, and says that it does", async () => {
    const bench = new DeliveryBench();
    await bench.start(destination());
    const startMs = bench.world.clock.wall().getTime();
    for (const text of ["one", "two", "three"]) {
      await bench.print(`${text}\r\n`);
      await bench.advance(10_000);
    }
    const { delivery } = bench.life;
    bench.receiver.batches.length = 0;
    assert.ok((await delivery.again("billing", printer,
      { fromMs: startMs + 5_000, untilMs: startMs + 15_000 })).ok);
    const second = await delivery.again("billing", printer, { fromMs: startMs, untilMs: startMs });
    assert.equal(second.ok ? "ok" : second.fault.code, "precondition");
    await bench.settle();
    assert.equal(bench.receiver.text(), "two\r\n");
    const [day] = await delivery.balance(printer, "2026-11-23", "2026-11-23");
    assert.deepEqual(day?.delivered.map(({ pieces, again }) => [pieces, again]), [[3, 1]]);
    const unknown = await delivery.again("nobody", printer, { fromMs: 0, untilMs: 1 });
    assert.equal(unknown.ok ? "ok" : unknown.fault.code, "not-found");
    await bench.end();
  });

  it("sends a range of numbers once more, both ends of it", async () => {
    for (const what of ["raw", "records-json"] as const) {
      const bench = new DeliveryBench();
      await bench.start(destination("billing", what));
      for (const [index, text] of ["one", "two", "three", "four"].entries()) {
        await bench.print(`${text}\r\n`);
        assert.ok((await bench.life.book.add(record(1_000 * (index + 1), text))).ok);
        await bench.advance(10_000);
      }
      const ids = (): readonly string[] => bench.receiver.batches.flatMap((batch) => batch.ids);
      const [, ...rest] = ids();
      const wanted = rest.slice(0, 2);
      const [fromNumber = 0n, toNumber = 0n] = wanted.map((id) =>
        BigInt(/\/(\d+)/.exec(id)?.[1] ?? assert.fail(id)));
      bench.receiver.batches.length = 0;
      assert.ok((await bench.life.delivery.again("billing", printer,
        { fromNumber, toNumber })).ok);
      await bench.advance(1_000);
      assert.deepEqual(ids(), wanted, what);
      await bench.end();
    }
  });

  it("offers a page that may have been taken as it was, also after a restart", async () => {
    const bench = new DeliveryBench();
    bench.receiver.named = true;
    for (const what of ["raw", "records-json"] as const) {
      bench.receiver.batches.length = 0;
      bench.receiver.mood = "takes-unsaid";
      await bench.start(destination("billing", what));
      await bench.print("one\r\nno end");
      assert.ok((await bench.life.book.add(record(1_000, "first"))).ok);
      await bench.advance(tailMs);
      await bench.print(" yet\r\ntwo\r\n");
      assert.ok((await bench.life.book.add(record(2_000, "second"))).ok);
      await bench.advance(5_000);
      await bench.end();
      bench.receiver.mood = "takes";
      await bench.start(destination("billing", what));
      const ids = bench.receiver.batches.map((batch) => batch.ids.join(" "));
      assert.ok(ids.length > 2, "it was offered more than once");
      assert.equal(new Set(ids).size, 2, ids.join(", "));
      assert.equal(ids.indexOf(ids.at(-1) ?? ""), ids.length - 1, "what came later, later");
      await bench.end();
    }
  });

  it("gathers what comes in a period, but for a full page and what is asked for", async () => {
    const bench = new DeliveryBench();
    const to = { kind: "sftp", host: "h", port: 22, user: "u", folder: ".", name: "n",
      everyMinutes: 60 } as const;
    const { delivery } = await bench.start({ ...destination(), to });
    await bench.print("one\r\n");
    await bench.advance(59 * 60_000);
    await bench.print("two\r\n");
    assert.equal(bench.receiver.text(), "");
    await bench.advance(60_000);
    assert.deepEqual(bench.receiver.batches.map(({ texts }) => texts), [["one\r\n", "two\r\n"]]);
    const nowMs = bench.world.clock.wall().getTime();
    assert.ok((await delivery.again("billing", printer,
      { fromMs: nowMs - 120_000, untilMs: nowMs })).ok);
    await bench.settle();
    assert.deepEqual(bench.receiver.batches.at(-1)?.texts, ["two\r\n"]);
    for (let n = 0; n < 5; n += 1) await bench.print(`${"x".repeat(60_000)}\r\n`);
    await bench.settle();
    assert.equal(bench.receiver.batches.at(-1)?.texts.length, 5);
    await bench.end();
  });

  it("hands records over in the order in which they became durable, each version", async () => {
    const bench = new DeliveryBench();
    await bench.start(destination("billing", "records-json"));
    const { book } = bench.life;
    // The long call ends last and began first.
    assert.ok((await book.add(record(2_000, "short"))).ok);
    assert.ok((await book.add(record(1_000, "long"))).ok);
    assert.ok((await book.replace({ ...record(2_000, "short"), cost: "1.20" })).ok);
    await bench.settle();
    const told = bench.receiver.text().trim().split("\n")
      .map((line) => JSON.parse(line) as CallRecord);
    assert.deepEqual(told.slice(-2).map(({ call }) => call), ["long", "short"]);
    assert.equal(told.at(-1)?.cost, "1.20");
    assert.deepEqual(bench.receiver.batches.flatMap(({ ids }) => ids),
      ["printer/1", "printer/2", "printer/3"]);
    await bench.end();
  });

  it("writes CSV with what a receiver needs to name the columns", async () => {
    const bench = new DeliveryBench();
    await bench.start(destination("billing", "records-csv"));
    assert.ok((await bench.life.book.add(record(1_000, "c"))).ok);
    await bench.settle();
    assert.match(bench.receiver.text(), /^000000003e8-printer-c,printer,c,pbx,incoming,/);
    await bench.end();
  });

  it("delivers every line at least once and in order, whatever fails and restarts", async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom("line", "half") },
      { weight: 3, arbitrary: fc.constantFrom("takes", "takes-unsaid", "refuses", "closed") },
      { weight: 3, arbitrary: fc.constantFrom("wait", "restart", "disk-full", "disk-well") });
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const bench = new DeliveryBench();
      bench.receiver.named = steps.length % 2 === 1;
      bench.receiver.settling = steps.length % 4 === 0;
      const destinations = [destination("billing", "raw", [printer, hotel])];
      await bench.start(...destinations);
      let count = 0;
      const printed = new Map<typeof printer, string[]>([[printer, []], [hotel, []]]);
      const print = async (text: string): Promise<void> => {
        const link = count % 2 === 0 ? printer : hotel;
        printed.get(link)?.push(text);
        await bench.print(text, link);
      };
      for (const each of steps) {
        count += 1;
        if (each === "line") await print(`call ${count}\r\n`);
        else if (each === "half") await print(`part ${count} `);
        else if (each === "wait") await bench.advance(3_000);
        else if (each === "restart") {
          await bench.end();
          await bench.start(...destinations);
        } else if (each === "disk-full" || each === "disk-well") {
          bench.storeRefuses = each === "disk-full";
        } else bench.receiver.mood = each;
      }
      bench.receiver.mood = "takes";
      bench.storeRefuses = false;
      await bench.advance(retryMsMax);
      // What was read at the end of the wait may still wait for its end of line.
      await bench.advance(tailMs);
      for (const [link, segments] of printed) {
        inOrder(bench.receiver.batches.filter((batch) => batch.link === link), segments);
      }
      await bench.end();
    }), { numRuns: 60 });
  }).timeout(60_000);
});

/** Each piece is what was printed at its place, and begins no later than the others have ended. */
function inOrder(
  batches: readonly { readonly texts: readonly string[]; readonly ids: readonly string[] }[],
  segments: readonly string[],
): void {
  const printed = segments.join("");
  let taken = 0;
  for (const { texts, ids } of batches) {
    let behind: number | undefined;
    for (const [index, text] of texts.entries()) {
      const [, position = "", offset = ""] = /\/(\d+)\.(\d+)\+/.exec(ids[index] ?? "") ?? [];
      const start = segments.slice(0, Number(position) - 1).join("").length + Number(offset);
      assert.equal(text, printed.slice(start, start + text.length));
      assert.ok(start <= taken, `a hole of ${start - taken} bytes`);
      assert.equal(start, behind ?? start, "a batch is in order");
      behind = start + text.length;
      taken = Math.max(taken, behind);
    }
  }
  assert.equal(taken, printed.length);
}
