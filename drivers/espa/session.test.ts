import assert from "node:assert/strict";
import { done, fail, inLanguage, type Result } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { Session } from "../../firmware/link/driver.js";
import { linkId } from "../../firmware/model/identifiers.js";
import type { Page } from "../../firmware/model/pages.js";
import type { ServiceResponse } from "../../firmware/model/services.js";
import { espaCodec } from "../../firmware/wire/espa.js";
import { MemoryLine, type FarEnd } from "../conformance.js";
import { driver } from "./driver.js";
import { createEspaPeer, type EspaPeer, type EspaPeerPlan } from "./peer.js";
import { recognise } from "./recognise.js";
import { missedMax, quietMs, responseMs, triesMax } from "./session.js";

/** A session of the driver on one end of a line. */
class Station {
  readonly told: string[] = [];
  readonly pages: Page[] = [];
  readonly statuses: string[] = [];
  readonly sent: string[] = [];
  garbage = 0;
  /** What has come is not handed over yet. */
  waiting = false;
  keep: () => Promise<Result<void>> = () => Promise.resolve(done);
  readonly session: Session;

  constructor(world: SimulatedWorld, line: Pick<MemoryLine["near"], "onReceive" | "send">,
    options: Readonly<Record<string, unknown>>) {
    const parsed = driver.options.parse(options);
    assert.ok(parsed.ok);
    this.session = driver.open({
      link: linkId("espa"), options: parsed.value, world,
      transport: { kind: "tcp", description: "memory", onReceive: line.onReceive,
        onClosed: () => undefined, close: () => undefined, waiting: () => this.waiting,
        send: (bytes) => {
          this.sent.push(Buffer.from(bytes).toString("latin1"));
          return line.send(bytes);
        } },
      secret: () => fail("not-found", "none"), emit: () => undefined, record: () => undefined,
      page: async (page) => {
        const kept = await this.keep();
        if (kept.ok) this.pages.push(page);
        return kept;
      },
      pageStatus: (pager, status) => { this.statuses.push(`${pager} ${status}`); },
      report: (condition) => { this.told.push("reason" in condition
        ? `${condition.type} ${inLanguage(condition.reason, "en")}` : condition.type); },
      identify: () => undefined, garbage: (bytes) => { this.garbage += bytes.length; },
      accounted: () => undefined, missed: () => undefined,
      requestResync: () => undefined,
    });
  }

  page(text: string, deadlineMs = 60_000): Promise<Result<ServiceResponse>> {
    return this.session.request({ service: "sendPage",
      page: { pager: "550", text, priority: "alarm" } }, deadlineMs);
  }
}

/** One session against the simulated other end. */
class Bench {
  readonly world = new SimulatedWorld(7);
  readonly line = new MemoryLine(this.world);
  readonly station: Station;
  readonly peer: EspaPeer;

  constructor(
    options: Readonly<Record<string, unknown>>, plan: Omit<EspaPeerPlan, "world" | "send">,
  ) {
    this.station = new Station(this.world, this.line.near, options);
    this.peer = createEspaPeer({ ...plan, world: this.world,
      send: (bytes) => { this.line.far.send(bytes); } });
    this.line.far.onReceive((bytes) => { this.peer.receive(bytes); });
  }

  async run(ms: number): Promise<void> { await this.world.advance(ms); }

  async outcome(promise: Promise<Result<unknown>>, ms: number): Promise<string> {
    let found = "not settled";
    void promise.then((result) => { found = result.ok ? "ok" : result.fault.code; });
    await this.run(ms);
    return found;
  }

  end(): void {
    this.station.session.close();
    this.peer.stop();
    assert.deepEqual(this.world.timersPending, []);
  }
}

const panel = (more: Readonly<Record<string, unknown>> = {}): Bench =>
  new Bench({ role: "station", ...more }, { role: "panel", pollMs: 1_000 });
const system = (more: Readonly<Record<string, unknown>> = {}): Bench =>
  new Bench({ role: "control-station", ...more }, { role: "paging-system" });
const room = { pager: "550", text: "ROOM 12" };

describe("espa session, station", () => {
  it("takes a call, acknowledges it when it is durable, not before", async () => {
    const bench = panel();
    let durable: (result: Result<void>) => void = () => undefined;
    bench.station.keep = () => new Promise((resolve) => { durable = resolve; });
    bench.peer.page(room);
    await bench.run(responseMs - 500);
    assert.deepEqual(bench.peer.outcomes, []);
    durable(done);
    await bench.run(100);
    assert.deepEqual(bench.peer.outcomes, ["acknowledged"]);
    assert.deepEqual(bench.station.pages, [{ pager: "550", text: "ROOM 12", beep: 3,
      callType: "standard", transmissions: 1, priority: "alarm" }]);
    bench.end();
  });

  it("takes for silence nothing that waits to be handed over", async () => {
    const bench = panel();
    await bench.run(2_000);
    bench.peer.stop();
    const told = bench.station.told.length;
    bench.station.waiting = true;
    await bench.run(3 * quietMs);
    assert.equal(bench.station.told.length, told);
    bench.station.waiting = false;
    await bench.run(quietMs);
    assert.match(bench.station.told.at(-1) ?? "", /nothing is heard/);
    bench.end();
  });

  it("refuses what cannot be kept, and takes its repetition", async () => {
    const bench = panel();
    bench.station.keep = () => Promise.resolve(fail("store-full", "no space"));
    bench.peer.page(room);
    await bench.run(10);
    assert.ok(bench.station.sent.includes("2\x15"));
    bench.station.keep = () => Promise.resolve(done);
    bench.peer.page(room);
    await bench.run(10_000);
    assert.ok(bench.peer.outcomes.includes("acknowledged"));
    bench.end();
  });

  it("relays a block once though its acknowledgement was lost twice", async () => {
    const bench = panel();
    const { send } = bench.line.near;
    let lost = 0;
    const spoiled = Object.assign(bench.line.near, { send: (bytes: Uint8Array) => {
      // The first acknowledgement is the selection's.
      if (bytes[0] === 0x06 && [1, 2].includes(lost++)) return done;
      return send(bytes);
    } });
    const station = new Station(bench.world, spoiled, { role: "station" });
    bench.peer.page(room);
    await bench.run(3 * responseMs);
    assert.deepEqual(bench.peer.outcomes, ["acknowledged"]);
    assert.equal(station.pages.length, 1);
    station.session.close();
    bench.end();
  });

  it("refuses damaged blocks and takes the repetition", async () => {
    const bench = panel();
    bench.peer.faults.damage = triesMax - 1;
    bench.peer.page(room);
    await bench.run(responseMs * triesMax);
    assert.deepEqual(bench.peer.outcomes, ["acknowledged"]);
    assert.equal(bench.station.pages.length, 1);
    assert.ok(bench.station.garbage > 0);
    assert.ok(bench.station.sent.includes("1\x15"));
    bench.end();
  });

  it("answers polls: EOT with nothing to say, else its page", async () => {
    const bench = panel();
    await bench.run(1_500);
    assert.deepEqual(bench.station.sent, ["\x04"]);
    assert.equal(await bench.outcome(bench.station.page("STAFF"), 2_000), "ok");
    assert.deepEqual(bench.peer.pages, [{ pager: "550", text: "STAFF", priority: "1" }]);
    bench.end();
  });

  it("is impaired when it is polled no more, and well when it is again", async () => {
    const bench = panel();
    await bench.run(5_000);
    bench.peer.faults.silent = true;
    await bench.run(quietMs + 1_000);
    assert.deepEqual(bench.station.told,
      ["ready", "impaired nothing is heard of the control station any more"]);
    bench.peer.faults.silent = false;
    await bench.run(2_000);
    assert.equal(bench.station.told.at(-1), "ready");
    bench.end();
  });

  it("tells the status that a block says, and sends one where that is wanted", async () => {
    const bench = panel({ answerStatus: true });
    bench.peer.page(room);
    await bench.run(5_000);
    assert.deepEqual(bench.peer.heard, ["2 1=550 7=2"]);
    bench.end();
  });

  it("leaves alone what is between others", async () => {
    const world = new SimulatedWorld(3);
    const line = new MemoryLine(world);
    const station = new Station(world, line.near, { role: "station", address: "3" });
    const far: FarEnd = line.far;
    far.onReceive(() => undefined);
    const call = espaCodec.encode({ kind: "block", header: "1",
      records: [{ id: "1", value: Buffer.from("7") }] });
    far.send(Buffer.concat([Buffer.from("1\x052\x05\x06"), call, Buffer.from("\x06\x04")]));
    await world.advance(100);
    assert.deepEqual([station.pages, station.sent], [[], []]);
    far.send(Buffer.from("1\x053\x05"));
    await world.advance(100);
    far.send(call);
    await world.advance(100);
    far.send(Buffer.from("\x04"));
    await world.advance(100);
    assert.deepEqual([station.pages.length, station.sent], [1, ["\x06", "\x06"]]);
    station.session.close();
  });

  it("settles a page that nobody polls for when the next comes", async () => {
    const world = new SimulatedWorld(3);
    const line = new MemoryLine(world);
    const station = new Station(world, line.near, { role: "station" });
    const first = station.page("A", 1_000);
    await world.advance(2_000);
    void station.page("B", 1_000);
    const settled = await first;
    assert.equal(settled.ok ? "" : settled.fault.code, "deadline-passed");
    station.session.close();
  });
});

describe("espa session, control station", () => {
  it("gives itself the turn, selects, sends, ends", async () => {
    const bench = system({ pollSeconds: 0, codePage: "german" });
    assert.equal(await bench.outcome(bench.station.page("Zimmer Süd"), 100), "ok");
    assert.deepEqual(bench.station.sent.filter((_each, index) => index !== 2),
      ["\x04", "1\x052\x05", "\x04"]);
    assert.deepEqual(bench.peer.heard, ["1 1=550 2=Zimmer S}d 4=3 6=1"]);
    bench.end();
  });

  it("polls, and takes what the other has to say", async () => {
    const bench = system();
    bench.peer.status("550", "3");
    await bench.run(5_000);
    assert.deepEqual(bench.station.statuses, ["550 paged"]);
    assert.deepEqual(bench.peer.outcomes, ["acknowledged"]);
    bench.end();
  });

  it("sends again what was not acknowledged; the other takes it once", async () => {
    const bench = system();
    bench.peer.faults.loseAcks = 2;
    assert.equal(await bench.outcome(bench.station.page("A"), responseMs * 3), "ok");
    assert.equal(bench.peer.pages.length, 1);
    bench.end();
  });

  it("gives up after three tries, and goes on with the next page", async () => {
    const bench = system({ pollSeconds: 0 });
    bench.peer.faults.silent = true;
    assert.equal(await bench.outcome(bench.station.page("A"), responseMs * triesMax),
      "deadline-passed");
    assert.equal(bench.station.sent.filter((each) => each.endsWith("1\x052\x05")).length, triesMax);
    bench.peer.faults.silent = false;
    assert.equal(await bench.outcome(bench.station.page("B"), 100), "ok");
    assert.deepEqual(bench.peer.pages.map(({ text }) => text), ["B"]);
    bench.end();
  });

  it("says that a page can be tried later when the other is busy", async () => {
    const bench = system();
    bench.peer.faults.refuse = 1;
    assert.equal(await bench.outcome(bench.station.page("A"), 1_000), "queue-full");
    bench.end();
  });

  it("says when polls are not answered, and when they are again", async () => {
    const bench = system();
    bench.peer.faults.silent = true;
    await bench.run((2_000 + responseMs) * (missedMax + 1));
    assert.deepEqual(bench.station.told,
      ["ready", "impaired the other station does not answer the poll"]);
    bench.peer.faults.silent = false;
    await bench.run(10_000);
    assert.deepEqual(bench.station.told.at(-1), "ready");
    bench.end();
  });

  it("notices another control station", async () => {
    const bench = new Bench({ role: "control-station", pollSeconds: 1 },
      { role: "panel", pollMs: 1_300 });
    await bench.run(10_000);
    assert.ok(bench.station.told.some((each) => each.includes("another control station")));
    bench.end();
  });
});

describe("espa, both roles against each other", () => {
  it("carry pages both ways over a line that loses and damages one in eight", async () => {
    const world = new SimulatedWorld(21);
    const line = new MemoryLine(world);
    const lossy = (send: (bytes: Uint8Array) => void) => (bytes: Uint8Array): Result<void> => {
      const chance = world.random.integer(16);
      const spoiled = Uint8Array.from(bytes);
      if (chance === 1) spoiled.set([(spoiled.at(-1) ?? 0) ^ 0x10], spoiled.length - 1);
      if (chance !== 0) send(spoiled);
      return done;
    };
    const control = new Station(world, { ...line.near,
      send: lossy((bytes) => { line.near.send(bytes); }) }, { role: "control-station" });
    const station = new Station(world, { send: lossy((bytes) => { line.far.send(bytes); }),
      onReceive: (handler) => {
        line.far.onReceive((bytes) => { handler(bytes, world.clock.monotonicMs()); });
      } }, { role: "station" });
    const send = async (from: Station, text: string): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) {
        if ((await from.page(text)).ok) return;
      }
      assert.fail(`${text} did not get through`);
    };
    const count = 40;
    const all = Promise.all([control, station].map(async (from) => {
      for (let n = 0; n < count; n += 1) await send(from, `PAGE ${n}`);
    }));
    let finished = false;
    void all.then(() => { finished = true; });
    for (let n = 0; n < 2_000 && !finished; n += 1) await world.advance(1_000);
    assert.ok(finished);
    for (const { pages } of [control, station]) {
      const texts = [...new Set(pages.map(({ text }) => text))];
      assert.deepEqual(texts, Array.from({ length: count }, (_none, n) => `PAGE ${n}`));
    }
    control.session.close();
    station.session.close();
  });
});

describe("espa, recognised", () => {
  it("from polls, selections and blocks, with a ready profile", async () => {
    const world = new SimulatedWorld(2);
    const heard: Uint8Array[] = [];
    const peer = createEspaPeer({ role: "panel", address: "4", other: "5", pollMs: 1_000, world,
      send: (bytes) => { heard.push(bytes); } });
    for (let n = 0; n < 4; n += 1) peer.page({ ...room, text: `ROOM ${n}` });
    await world.advance(120_000);
    peer.stop();
    const [found] = recognise(Buffer.concat(heard));
    assert.ok(found !== undefined && found.score >= 0.9 && found.records >= 2);
    assert.deepEqual(found.options, { role: "station", address: "5", peerAddress: "4" });
    assert.ok(driver.options.parse(found.options).ok);
  });

  it("not from noise or a printer", () => {
    const world = new SimulatedWorld(2);
    const printer = Buffer.from("22/11/26 09:15AM 101   01 03012345678  00:02'31\r\n".repeat(20));
    for (const bytes of [world.random.bytes(4_000), printer, Buffer.alloc(0)]) {
      const [found] = recognise(bytes);
      assert.ok((found?.score ?? 0) < 0.3, JSON.stringify(found));
    }
  });
});

