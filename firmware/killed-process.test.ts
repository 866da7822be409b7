/** A process that is killed between the durability of bytes and that of their records. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { createRspPeer } from "../drivers/smdr/framed-peers.js";
import { cmLine } from "../drivers/smdr/framed-records.js";
import { driver } from "../drivers/smdr/driver.js";
import { done, fail, ok, type Result } from "./base/result.js";
import { SimulatedWorld } from "./base/world-simulated.js";
import { linkSchema } from "./config/schema.js";
import { Ledger } from "./delivery/ledger.js";
import { openBytes } from "./delivery/ledger-keyspace.js";
import type { Transport } from "./link/transport.js";
import { leadBytes, LinkSet } from "./link-set.js";
import { linkId } from "./model/identifiers.js";
import type { CallRecord } from "./model/records.js";
import { SimulatedStore } from "./northbound/access/store-simulated.js";
import type { Mutation } from "./store/store.js";
import { createAlarms } from "./supervisor/alarm-board.js";
import { StoredRawKeeper } from "./switching/raw-keeper.js";
import { rawSpace } from "./switching/raw-keyspaces.js";
import { StoredRecordBook } from "./switching/record-book.js";
import { arrivals } from "./switching/record-keyspaces.js";
import { SimulatedEventLog, simulatedNumbers } from "./switching/switch-simulated.js";
import { createSwitch } from "./switching/switching-function.js";

const pbx = linkId("pbx");

/** What is on the disk; a process that has been killed writes nothing more. */
class Disk extends SimulatedStore {
  writesLeft = Infinity;

  override commit(batch: readonly Mutation[]): Promise<Result<bigint>> {
    if (this.writesLeft <= 0) return new Promise(() => undefined);
    this.writesLeft -= 1;
    return super.commit(batch);
  }
}

interface LifeOptions {
  readonly store: Disk;
  readonly world: SimulatedWorld;
  readonly transport: Record<string, unknown>;
  readonly options: Record<string, unknown>;
}

/** The gateway's way from a line to the book, in one process. */
class Life {
  readonly book: StoredRecordBook;
  readonly ledger: Ledger;
  readonly sent: string[] = [];
  readonly events: () => number;
  readonly logged: SimulatedWorld["logged"];
  onSent: (bytes: Uint8Array) => void = () => undefined;
  readonly #set: LinkSet;
  readonly #options: LifeOptions;
  #receive: Parameters<Transport["onReceive"]>[0] = () => undefined;

  constructor(options: LifeOptions) {
    const { store, world } = options;
    this.#options = options;
    this.logged = world.logged;
    const alarms = createAlarms(world);
    const forever = (): { readonly ageMsMax: number } => ({ ageMsMax: 1e13 });
    this.ledger = new Ledger({ store, world, alarms, ageMsMax: () => 1e13,
      durable: () => undefined });
    const raw = new StoredRawKeeper({ store, world, count: this.ledger, retention: forever });
    this.book = new StoredRecordBook({ store, world, retention: forever });
    const set: LinkSet = new LinkSet({ world, drivers: new Map([["smdr", driver]]), alarms, raw,
      ledger: this.ledger,
      paging: { received: () => Promise.resolve(done), told: () => Promise.resolve() },
      hotel: { uses: () => false, received: () => Promise.resolve(done), linkUp: () => undefined,
        linkForgotten: () => undefined },
      routeing: { told: () => undefined, linkUp: () => undefined, linkDown: () => undefined,
        linkRemoved: () => undefined },
      privateData: { told: () => undefined },
      secret: () => fail("not-found", "none"), timeZone: () => "UTC", switchOf: () => source,
      openerOf: () => ({ description: "bench", close: () => Promise.resolve(),
        open: () => Promise.resolve(ok(this.#line())) }) });
    const source = createSwitch({ world, log: new SimulatedEventLog(), records: this.book,
      numbers: simulatedNumbers, alarms, findLink: (id) => set.get(id) });
    this.#set = set;
    this.events = () => source.counters.events;
  }

  async start(): Promise<void> {
    this.ledger.configure(new Map([[pbx, true]]));
    assert.ok((await this.ledger.start()).ok);
    assert.ok((await this.#set.start()).ok);
    await this.configure(this.#options.options);
  }

  async configure(options: Record<string, unknown>): Promise<void> {
    const { transport } = this.#options;
    const configured = this.#set.configure([linkSchema.parse(
      { id: pbx, driver: "smdr", transport, options })]);
    await this.advance(0);
    assert.ok((await configured).ok);
    await this.advance(0);
  }

  say(bytes: Uint8Array): void {
    this.#receive(bytes, this.#options.world.clock.monotonicMs());
  }

  /** In order, as at a shutdown. */
  async stop(): Promise<void> {
    await this.#set.stop(1_000);
    await this.advance(2_000);
    await this.ledger.stop();
  }

  async advance(ms: number): Promise<void> {
    const { world } = this.#options;
    await settled();
    await world.advance(ms);
    await settled();
  }

  async records(): Promise<readonly CallRecord[]> {
    const found: CallRecord[] = [];
    for await (const record of this.book.all({})) found.push(record);
    return found;
  }

  #line(): Transport {
    return { kind: "serial", description: "bench", onClosed: () => undefined,
      close: () => undefined, onReceive: (handler) => { this.#receive = handler; },
      send: (bytes) => {
        this.sent.push(Buffer.from(bytes).toString("latin1"));
        this.onSent(Uint8Array.from(bytes));
        return done;
      } };
  }
}

/** Everything that is ready has run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => { setImmediate(resolve); });
  }
}

async function durable(store: Disk): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const [, { bytes }] of store.range(rawSpace, {})) found.push(bytes);
  return Buffer.concat(found);
}

function numberOf(n: number): string {
  return `0145${String(n).padStart(6, "0")}`;
}

const startMs = Date.parse("2026-11-23T08:00:00Z");

/** A world of its own for each process: time goes on, what the last one waited for does not. */
class Times {
  #atMs = startMs;

  next(): SimulatedWorld {
    return new SimulatedWorld(5, new Date(this.#atMs).toISOString());
  }

  ended(world: SimulatedWorld): void {
    this.#atMs = world.clock.wall().getTime() + 20_000;
  }
}

async function balance(life: Life): Promise<readonly number[]> {
  const days = await life.ledger.days(pbx, "2026-01-01", "2026-12-31");
  const sum = (of: (row: (typeof days)[number]) => number): number =>
    days.reduce((total, row) => total + of(row), 0);
  return [sum((row) => row.bytesIn), sum((row) => row.adriftBytes), sum(openBytes)];
}

const serial = { kind: "serial", path: "/dev/ttyS0" };

describe("a process that is killed", () => {
  it("leaves nothing out, on a serial line, at whatever point it is killed", async () => {
    const scenario = fc.record({
      numbers: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 8 }),
      cuts: fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 900 })),
        { minLength: 1, maxLength: 20 }),
      kills: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
    });
    await fc.assert(fc.asyncProperty(scenario, async ({ numbers, cuts, kills }) => {
      const feed = Buffer.concat(numbers.map((n) => cmLine(n)));
      const store = new Disk();
      const times = new Times();
      let step = 0;
      const live = async (writes: number): Promise<Life> => {
        const world = times.next();
        const life = new Life({ store, world, transport: serial,
          options: { format: "avaya-cm" } });
        store.writesLeft = Infinity;
        await life.start();
        store.writesLeft = writes;
        // The PBX goes on behind what is durable, as with flow control.
        for (let at = (await durable(store)).length; at < feed.length;) {
          const [bytes = 1, restMs = 0] = cuts[step % cuts.length] ?? [];
          step += 1;
          life.say(feed.subarray(at, at + bytes));
          at += bytes;
          await life.advance(restMs);
          if (store.writesLeft <= 0) break;
        }
        times.ended(world);
        return life;
      };
      for (const writes of kills) await live(writes);
      const last = await live(Infinity);
      await last.advance(3_000);
      assert.deepEqual(await durable(store), feed);
      assert.deepEqual((await last.records()).map(({ called }) => called?.raw).sort(),
        numbers.map(numberOf).sort());
      await last.advance(180_000);
      assert.deepEqual(await balance(last), [feed.length, 0, 0]);
    }), { numRuns: 60 });
  }).timeout(120_000);

  it("has every record that RSP acknowledged once, whatever was sent again", async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 4 }),
      fc.boolean(), async (kills, loses) => {
        const store = new Disk();
        const times = new Times();
        let life: Life | undefined;
        const pbxWorld = new SimulatedWorld(9);
        const peer = createRspPeer({ world: pbxWorld, send: (bytes) => { life?.say(bytes); } });
        for (let n = 0; n < 12; n += 1) peer.print(cmLine(n));
        for (const writes of [...kills, Infinity]) {
          const world = times.next();
          life = new Life({ store, world, transport: { kind: "tcp-listen", port: 9_000 },
            options: { format: "avaya-cm", framing: "avaya-rsp" } });
          life.onSent = (bytes) => {
            pbxWorld.clock.after(1, "wire", () => { peer.receive(bytes); });
          };
          store.writesLeft = Infinity;
          await life.start();
          assert.deepEqual(life.sent, [], "nothing is answered to what is read again");
          store.writesLeft = writes;
          if (loses) peer.lose(1);
          peer.connected();
          for (let turn = 0; turn < 400; turn += 1) {
            await pbxWorld.advance(500);
            await life.advance(500);
            if (store.writesLeft <= 0 || peer.waiting === 0) break;
          }
          times.ended(world);
        }
        peer.close();
        assert.equal(peer.acknowledged.length, 12);
        assert.ok(life !== undefined);
        await life.advance(3_000);
        assert.deepEqual((await life.records()).map(({ called }) => called?.raw).sort(),
          Array.from({ length: 12 }, (_, n) => numberOf(n)));
        await life.advance(180_000);
        const [, adrift, open] = await balance(life);
        assert.deepEqual([adrift, open], [0, 0]);
      }), { numRuns: 25 });
  }).timeout(120_000);

  it("reads no more again than what was not parsed, and a bounded part before", async () => {
    const store = new Disk();
    const times = new Times();
    const world = times.next();
    const first = new Life({ store, world, transport: serial, options: { format: "avaya-cm" } });
    await first.start();
    const count = Math.ceil(leadBytes * 1.5 / cmLine(0).length);
    for (let n = 0; n < count; n += 1) first.say(cmLine(n));
    for (let step = 0; step < 100; step += 1) await first.advance(50);
    assert.equal((await first.records()).length, count);
    first.say(cmLine(count));
    store.writesLeft = 1;
    await first.advance(5_000);
    times.ended(world);
    const second = new Life({ store, world: times.next(), transport: serial,
      options: { format: "avaya-cm" } });
    store.writesLeft = Infinity;
    await second.start();
    await second.advance(5_000);
    const said = second.logged.filter(({ name }) => name === "link.read-again");
    assert.equal(said.length, 1);
    assert.equal(said[0]?.fields["bytes"], leadBytes + cmLine(0).length);
    assert.equal(said[0]?.fields["counted"], leadBytes);
    assert.equal((await second.records()).length, count + 1);
    assert.equal(new Set((await second.records()).map(({ called }) => called?.raw)).size,
      count + 1);
  }).timeout(60_000);

  it("has a print once that came while its call went on, wherever it is killed", async () => {
    const line = (trunk: string, rest: string): string =>
      `23/11/26 08:00AM 101   ${trunk} <I>${"0145000001".padEnd(22)} ${rest} \r\n`;
    const feed = line("01", "0'00 00:00'00            RC")
      + line("02", "0'07 00:00'05            AN");
    for (let writes = 1; writes <= 8; writes += 1) {
      const store = new Disk();
      const times = new Times();
      const world = times.next();
      const options = { store, transport: serial, options: { format: "panasonic-kx" } };
      const first = new Life({ ...options, world });
      await first.start();
      store.writesLeft = writes;
      first.say(Buffer.from(feed));
      await first.advance(5_000);
      times.ended(world);
      store.writesLeft = Infinity;
      const second = new Life({ ...options, world: times.next() });
      await second.start();
      await second.advance(5_000);
      assert.equal((await second.records()).length, 1, `killed after ${writes} writes`);
    }
  });

  it("loses no part of a call, however much came behind it", async () => {
    const line = (id: number, continued: 0 | 1): Buffer =>
      Buffer.from(`2026/11/23 08:00:00,00:01:00,5,0145678901,I,101,101,,0,${id},${continued},`
        + `E101,A,T1,L,0,0${",".repeat(18)}\r\n`);
    for (const [bytes, half] of [[0, 30], [100_000, 0], [2 * leadBytes, 0]] as const) {
      const store = new Disk();
      const times = new Times();
      const world = times.next();
      const options = { store, transport: serial, options: { format: "avaya-ip-office" } };
      const first = new Life({ ...options, world });
      await first.start();
      first.say(line(1, 1));
      const other = line(2, 0);
      const count = Math.ceil(bytes / other.length);
      for (let n = 0; n < count; n += 1) {
        first.say(other);
        if (n % 100 === 0) await first.advance(10);
      }
      await first.advance(5_000);
      // A kill in the middle of a line, or before a line is durable.
      store.writesLeft = half === 0 ? 0 : Infinity;
      first.say(half === 0 ? other : other.subarray(0, half));
      await first.advance(1_000);
      store.writesLeft = 0;
      times.ended(world);
      store.writesLeft = Infinity;
      const second = new Life({ ...options, world: times.next() });
      await second.start();
      second.say(Buffer.concat([other.subarray(half), line(1, 0)]));
      await second.advance(5_000);
      const found = await second.records();
      const parts = found.filter(({ pbxReference }) => pbxReference === "1");
      // Behind as much as is read again, nobody waits for the rest.
      assert.deepEqual(parts.map(({ durationMs }) => durationMs),
        bytes > leadBytes ? [60_000, 60_000] : [120_000]);
      assert.equal(found.length, count + 1 + parts.length);
    }
  }).timeout(60_000);

  it("has a call in parts once, wherever it is killed, ended in order or configured", async () => {
    /** Each a minute; of the second a line may belong to the one before. */
    const printed: Readonly<Record<string, (id: number, turn: number, last: boolean) => string>> = {
      "avaya-ip-office": (id, _turn, last) => "2026/11/23 08:00:00,00:01:00,5,0145678901,I,101,101"
        + `,,0,${id},${last ? 0 : 1},E101,A,T1,L,0,0${",".repeat(18)}\r\n`,
      "nortel-meridian": (id, turn, last) => `${turn === 0 ? last ? "N" : "S" : last ? "E" : "X"} `
        + `${String(id * 10 + turn).padStart(3, "0")} 00 T01000${id} 2345 11/23 08:00:00 00:01:00`
        + "\r\n"
        + (turn % 2 === 0 ? "& 03012345678xxxxx 0000 0000\r\n" : ""),
    };
    const scenario = fc.record({
      format: fc.constantFrom("avaya-ip-office", "nortel-meridian"),
      /** How many parts each call has; one part of each call after the other is printed. */
      calls: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      ends: fc.array(fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant("in order" as const),
        fc.constant("configured" as const)), { minLength: 1, maxLength: 4 }),
      cut: fc.integer({ min: 20, max: 400 }),
      linesAnEnd: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(fc.asyncProperty(scenario, async ({ format, calls, ends, cut, linesAnEnd }) => {
      const lines = [0, 1, 2, 3].flatMap((turn) => calls.flatMap((parts, id) =>
        turn < parts ? [Buffer.from(printed[format]?.(id + 1, turn, turn === parts - 1) ?? "")]
          : []));
      const feed = Buffer.concat(lines);
      const store = new Disk();
      const times = new Times();
      let life: Life | undefined;
      let timeZone = "UTC";
      const say = async (bytesMax: number): Promise<void> => {
        const begun = (await durable(store)).length;
        const upTo = Math.min(feed.length, begun + bytesMax);
        for (let at = begun; at < upTo; at += cut) {
          life?.say(feed.subarray(at, Math.min(upTo, at + cut)));
          await life?.advance(50);
        }
      };
      for (const end of [...ends, "last" as const]) {
        const world: SimulatedWorld = times.next();
        const options = { format, timeZone };
        life = new Life({ store, world, transport: serial, options });
        store.writesLeft = Infinity;
        await life.start();
        store.writesLeft = typeof end === "number" ? end : Infinity;
        await say(end === "last" ? feed.length : linesAnEnd * (lines[0]?.length ?? 0));
        if (end === "in order") await life.stop();
        if (end === "configured") {
          // A line whose settings change in its middle is lost.
          const rest = feed.indexOf("\n", (await durable(store)).length - 1) + 1;
          await say(rest - (await durable(store)).length);
          await life.advance(3_000);
          timeZone = timeZone === "UTC" ? "Europe/London" : "UTC";
          await life.configure({ ...options, timeZone });
          await say(linesAnEnd * (lines[0]?.length ?? 0));
          store.writesLeft = 0;
        }
        if (end !== "last") times.ended(world);
      }
      await life?.advance(5_000);
      assert.deepEqual((await life?.records() ?? []).map(({ pbxReference, durationMs }) =>
        [pbxReference?.at(-1), durationMs]).sort(),
      calls.map((parts, id) => [String(id + 1), parts * 60_000]));
    }), { numRuns: 100 });
  }).timeout(120_000);

  it("goes on with a line in which the last process ended in order", async () => {
    const line = cmLine(1);
    for (const cuts of [[1], [20, 25, 26], [line.length - 1]]) {
      const store = new Disk();
      const times = new Times();
      const options = { store, transport: serial, options: { format: "avaya-cm" } };
      for (const [at, cut] of [0, ...cuts].entries()) {
        const world = times.next();
        const life = new Life({ ...options, world });
        await life.start();
        life.say(line.subarray(cut, cuts[at] ?? line.length));
        await life.advance(500);
        await life.stop();
        times.ended(world);
      }
      const last = new Life({ ...options, world: times.next() });
      await last.start();
      await last.advance(180_000);
      assert.deepEqual((await last.records()).map(({ called }) => called?.raw), [numberOf(1)]);
      assert.deepEqual(await balance(last), [line.length, 0, 0]);
      const [day] = await last.ledger.days(pbx, "2026-01-01", "2026-12-31");
      assert.deepEqual([day?.records, day?.garbageBytes], [1, 0]);
    }
  });

  it("writes nothing anew after an end in order, and tells no event of what is read", async () => {
    const store = new Disk();
    const times = new Times();
    const lives: Life[] = [];
    // A trunk that rings, and a record: of the first come events, of the second a record.
    const line = (trunk: string, rest: string): string =>
      `22/11/26 09:15AM 101   ${trunk} <I>${"0145000001".padEnd(22)} ${rest} \r\n`;
    const ringing = line("01", "0'00 00:00'00            RC");
    const record = line("02", "0'07 00:02'31            AN");
    for (const text of [`${record}${ringing}`, "", record]) {
      const world = times.next();
      const life = new Life({ store, world, transport: serial,
        options: { format: "panasonic-kx" } });
      await life.start();
      life.say(Buffer.from(text));
      await life.advance(5_000);
      await life.stop();
      times.ended(world);
      lives.push(life);
    }
    assert.equal((await lives[2]?.records())?.length, 2);
    let arrived = 0;
    for await (const _ of store.range(arrivals, {})) arrived += 1;
    assert.equal(arrived, 2, "the same print twice is two calls, each written once");
    assert.deepEqual(lives.map(({ events }) => events()), [1, 0, 0]);
  });
});
