import assert from "node:assert/strict";
import { MemoryLine } from "../../drivers/conformance.js";
import { driver as fias } from "../../drivers/fias/driver.js";
import { FiasPeer } from "../../drivers/fias/peer.js";
import { driver as mitel } from "../../drivers/mitel-pms/driver.js";
import { MitelPeer } from "../../drivers/mitel-pms/peer.js";
import { fail, inLanguage, ok, type Text } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import type { Driver } from "../link/driver.js";
import { createLink } from "../link/link-runtime.js";
import type { Link } from "../link/link.js";
import { callId, deviceId, linkId, type LinkId } from "../model/identifiers.js";
import type { CallRecord, Direction } from "../model/records.js";
import { SimulatedStore } from "../northbound/access/store-simulated.js";
import { put } from "../store/store.js";
import { arrivals, records } from "../switching/record-keyspaces.js";
import { amountOf } from "./charges.js";
import type { HotelPlan } from "./hotel-plan.js";
import { Hotel } from "./hotel.js";
import { waitingMax } from "./front-desk.js";

const pms = linkId("pms");
const pbx = linkId("pbx");
const east = linkId("east");
const erika = { reservation: "4711", name: "Muster", firstName: "Erika" };

interface Far {
  connected(): void;
  receive(bytes: Uint8Array): void;
}

/** A gateway's hotel with real drivers against their peers, all in simulated time. */
class Bench {
  readonly world = new SimulatedWorld(9);
  readonly store = new SimulatedStore();
  readonly raised = new Map<string, string>();
  readonly desk: FiasPeer;
  readonly pbxs: ReadonlyMap<LinkId, MitelPeer>;
  readonly lines = new Map<LinkId, MemoryLine>();
  readonly unreachable = new Set<LinkId>();
  readonly links = new Map<LinkId, Link>();
  hotel: Hotel;
  readonly #plan: HotelPlan;
  #arrivals = 0n;

  constructor(plan: Partial<HotelPlan> = {}, extensions?: readonly string[]) {
    this.#plan = { frontDesk: pms, telephones: [pbx], rooms: [], charged: [pbx],
      pulsePrice: undefined, ...plan };
    const send = (id: LinkId) => (bytes: Uint8Array): void => {
      this.lines.get(id)?.far.send(bytes);
    };
    this.desk = new FiasPeer({ world: this.world, serial: true, send: send(pms) });
    this.pbxs = new Map(this.#plan.telephones.map((id) => [id,
      new MitelPeer({ world: this.world, send: send(id), ...(extensions && { extensions }) })]));
    this.hotel = this.#newHotel();
  }

  get pbx(): MitelPeer {
    const peer = this.pbxs.get(pbx);
    assert.ok(peer !== undefined);
    return peer;
  }

  async start(): Promise<this> {
    assert.ok((await this.hotel.configure(this.#plan)).ok);
    await this.hotel.start();
    if (this.#plan.frontDesk !== undefined) {
      this.#open(pms, fias as Driver, { check: "lrc" }, this.desk);
    }
    for (const [id, peer] of this.pbxs) this.#open(id, mitel as Driver, {}, peer);
    await this.run(10_000);
    return this;
  }

  /** The process dies at once, and another begins with what is in the store. */
  async kill(): Promise<void> {
    const old = this.hotel;
    this.hotel = this.#newHotel();
    for (const link of this.links.values()) void link.stop(1);
    void old.stop();
    this.links.clear();
    await this.run(10_000);
    await this.start();
  }

  async run(ms: number): Promise<void> { await this.world.advance(ms); }

  cut(id: LinkId): void {
    this.unreachable.add(id);
    this.lines.get(id)?.cut("cable pulled");
  }

  async mend(id: LinkId): Promise<void> {
    this.unreachable.delete(id);
    await this.run(90_000);
  }

  /** A finished call becomes a record, as the record book writes it. */
  async call(from: string, more: Partial<CallRecord> = {}, direction: Direction = "outgoing"):
    Promise<void> {
    this.#arrivals += 1n;
    const id = `0019f000000-pbx-${this.#arrivals}`;
    const record: CallRecord = { id, link: pbx, call: callId(id), source: "pbx", direction,
      calling: { raw: from }, called: { raw: "0145678901" }, startedAtMs: 1_790_000_000_000,
      endedAtMs: 1_790_000_060_000, durationMs: 60_000, endCause: "normalClearing", marks: [],
      legs: [{ device: deviceId(from), states: [] }], ...more };
    await this.store.commit([put(records, id, record),
      put(arrivals, { link: pbx, number: this.#arrivals }, { record: id, atMs: 1 })]);
    this.hotel.wake(pbx);
  }

  async end(): Promise<void> {
    const ended = Promise.all([this.hotel.stop(),
      ...[...this.links.values()].map((link) => link.stop(1_000))]);
    this.desk.stop();
    for (const peer of this.pbxs.values()) peer.stop();
    await this.run(5_000);
    await ended;
    assert.deepEqual(this.world.timersPending, []);
  }

  #newHotel(): Hotel {
    return new Hotel({ world: this.world, store: this.store, timeZone: () => "Europe/Paris",
      alarms: {
        raise: (code, subject, detail: Text) => {
          this.raised.set(`${code}/${subject}`, inLanguage(detail, "en"));
        },
        clear: (code, subject) => { this.raised.delete(`${code}/${subject}`); } },
      link: (id) => {
        const link = this.links.get(id);
        return link && { takes: link.status.hotel?.takes ?? [],
          up: ["up", "degraded"].includes(link.status.state.name),
          tell: (message, deadlineMs) => link.hotel(message, deadlineMs) };
      } });
  }

  #open(id: LinkId, driver: Driver, options: unknown, far: Far): void {
    const parsed = driver.options.parse(options);
    assert.ok(parsed.ok);
    const { hotel } = this;
    const link = createLink({ id, title: "", driver, options: parsed.value, world: this.world,
      secret: () => ok(""), enabled: true, hotel: (message) => hotel.received(id, message),
      opener: { description: "memory", close: () => Promise.resolve(), open: () => {
        if (this.unreachable.has(id)) return Promise.resolve(fail("link-down", "unreachable"));
        const line = new MemoryLine(this.world);
        this.lines.set(id, line);
        line.far.onReceive((bytes) => { far.receive(bytes); });
        this.world.clock.after(1, "connect", () => { far.connected(); });
        return Promise.resolve(ok(line.near));
      } },
      sink: { event: () => undefined, record: () => undefined, snapshot: () => undefined,
        up: () => { hotel.linkUp(id); }, forgotten: () => { hotel.linkForgotten(id); },
        down: () => undefined, garbage: () => undefined, accounted: () => undefined,
        stateChanged: () => undefined } });
    this.links.set(id, link);
    void link.start();
  }
}

const opened = (plan?: Partial<HotelPlan>, extensions?: readonly string[]): Promise<Bench> =>
  new Bench(plan, extensions).start();

describe("hotel", () => {
  it("a guest, his name, lamp, right and wake-up reach the PBX, and leave with him", async () => {
    const bench = await opened();
    void bench.desk.checkIn("205", erika, [["CS", "2"]]);
    await bench.run(2_000);
    void bench.desk.say("RE", [["RN", "205"], ["ML", "Y"]]);
    await bench.run(2_000);
    void bench.desk.say("WR", [["RN", "205"], ["DA", "261124"], ["TI", "073000"]]);
    await bench.run(5_000);
    assert.deepEqual(bench.pbx.rooms.get("205"), { checkedIn: true, name: "Muster Erika",
      lamp: true, quiet: false, restriction: "2", wakeUp: "0730" });
    void bench.desk.checkOut("205");
    await bench.run(5_000);
    assert.deepEqual(bench.pbx.rooms.get("205"), { checkedIn: false, name: "", lamp: false,
      quiet: false, restriction: "2", wakeUp: "" });
    await bench.end();
  });

  it("what is dialled on the telephones reaches the front desk, once", async () => {
    const bench = await opened();
    void bench.desk.checkIn("205", erika);
    await bench.run(2_000);
    void bench.pbx.status("205", "2");
    await bench.run(2_000);
    void bench.pbx.wakeUp("205", "0730");
    await bench.run(2_000);
    void bench.pbx.wokenUp("205", "A");
    await bench.run(2_000);
    // The PBX repeats itself: its ACK was lost.
    void bench.pbx.wokenUp("205", "A");
    await bench.run(2_000);
    const told = bench.desk.received.filter(({ id }) => ["RE", "WR", "WA"].includes(id))
      .map(({ id, fields }) => [id, fields.get("RS") ?? fields.get("AS") ?? fields.get("TI")]);
    assert.deepEqual(told, [["RE", "4"], ["WR", "073000"], ["WA", "OK"]]);
    const view = bench.hotel.view();
    assert.ok(view.ok);
    assert.deepEqual(view.value.rooms.map(({ state }) => [state.condition, state.wakeUps,
      state.lastWakeUp?.result]), [["clean", [], "answered"]]);
    await bench.end();
  });

  it("a guest who moves takes lamp and wake-up along", async () => {
    const bench = await opened();
    void bench.desk.checkIn("205", erika);
    await bench.run(2_000);
    void bench.desk.say("RE", [["RN", "205"], ["ML", "Y"]]);
    await bench.run(2_000);
    void bench.desk.move("205", "301");
    await bench.run(5_000);
    const [from, to] = ["205", "301"].map((room) => bench.pbx.rooms.get(room));
    assert.deepEqual([from?.checkedIn, from?.lamp, to?.checkedIn, to?.lamp, to?.name],
      [false, false, true, true, "Muster Erika"]);
    await bench.end();
  });

  it("while the PBX is away only the last word counts; a new line hears all", async () => {
    const bench = await opened();
    void bench.desk.checkIn("101", { ...erika, reservation: "1" });
    await bench.run(3_000);
    bench.cut(pbx);
    await bench.run(1_000);
    for (const [room, reservation] of [["205", "2"], ["206", "3"]] as const) {
      void bench.desk.checkIn(room, { ...erika, reservation });
      await bench.run(1_000);
    }
    void bench.desk.checkOut("206");
    await bench.run(1_000);
    const behind = bench.hotel.view();
    assert.ok(behind.ok);
    assert.deepEqual(behind.value.rooms.filter((room) => room.behind.length > 0)
      .map(({ state }) => state.room), ["205"]);
    bench.pbx.restart();
    await bench.mend(pbx);
    assert.deepEqual([...bench.pbx.rooms].filter(([, room]) => room.checkedIn)
      .map(([number]) => number).sort(), ["101", "205"]);
    assert.ok(bench.pbx.taken.includes("GRS       ") && bench.pbx.taken.includes("END       "));
    await bench.end();
  });

  it("a front desk that was away tells all guests; rooms it does not name are empty", async () => {
    const bench = await opened();
    void bench.desk.checkIn("205", erika);
    await bench.run(2_000);
    void bench.desk.checkIn("206", { ...erika, reservation: "2" });
    await bench.run(2_000);
    const asked = bench.desk.resyncs;
    bench.cut(pms);
    bench.desk.guests.delete("206");
    bench.desk.guests.set("207", { reservation: "3", name: "Roux" });
    await bench.mend(pms);
    assert.ok(bench.desk.resyncs > asked);
    assert.deepEqual([...bench.pbx.rooms].filter(([, room]) => room.checkedIn)
      .map(([number, { name }]) => [number, name]), [["205", "Muster Erika"], ["207", "Roux"]]);
    // The guest who stayed was not sent away and called back.
    assert.equal(bench.pbx.taken.filter((text) => text === "CHK0   205").length, 0);
    bench.desk.restart();
    await bench.run(30_000);
    assert.ok(bench.desk.up && bench.desk.resyncs > asked + 1);
    await bench.end();
  });

  it("a call is posted once; its answer lost, again with the same number", async () => {
    const bench = await opened();
    void bench.desk.checkIn("205", erika);
    await bench.run(2_000);
    await bench.call("205", { cost: "1.20 EUR" });
    await bench.call("999");
    await bench.call("205", {}, "incoming");
    await bench.run(2_000);
    assert.deepEqual([...bench.desk.postings].map(([number, { fields }]) =>
      [number, fields.get("RN"), fields.get("TA")]), [["1", "205", "120"]]);
    bench.desk.answersLost = 1;
    await bench.call("205", { cost: "0,45" });
    await bench.run(120_000);
    assert.deepEqual([...bench.desk.postings.keys()], ["1", "2"]);
    assert.equal(bench.desk.repeatedPostings, 1);
    await bench.end();
  });

  it("killed at any moment around a posting: nothing is lost, no call gets two numbers",
    async () => {
      for (const afterMs of [0, 5, 50, 500, 5_000, 40_000]) {
        const bench = await opened();
        void bench.desk.checkIn("205", erika);
        await bench.run(2_000);
        bench.desk.answersLost = afterMs % 2 === 0 ? 1 : 0;
        await bench.call("205", { cost: "1.20" });
        await bench.call("205", { cost: "2.40" });
        await bench.run(afterMs);
        await bench.kill();
        await bench.run(120_000);
        assert.deepEqual([...bench.desk.postings].map(([number, { fields }]) =>
          [number, fields.get("TA")]), [["1", "120"], ["2", "240"]], String(afterMs));
        await bench.end();
      }
    });

  it("killed with a maid's word not told yet: it is told after", async () => {
    const bench = await opened();
    bench.cut(pms);
    await bench.run(1_000);
    void bench.pbx.status("205", "2");
    await bench.run(2_000);
    await bench.kill();
    await bench.mend(pms);
    assert.deepEqual(bench.desk.received.filter(({ id }) => id === "RE")
      .map(({ fields }) => fields.get("RS")), ["3"]);
    await bench.end();
  });

  it("a refused posting is listed until a person settles it; night audit only delays", async () => {
    const bench = await opened();
    void bench.desk.checkIn("205", erika);
    await bench.run(2_000);
    bench.desk.answer = "NA";
    await bench.call("205");
    await bench.run(30_000);
    assert.equal(bench.desk.postings.size, 0);
    bench.desk.answer = "OK";
    await bench.run(90_000);
    assert.equal(bench.desk.postings.size, 1);
    bench.desk.answer = "NG";
    await bench.call("205");
    await bench.run(5_000);
    const listed = await bench.hotel.refusedPostings();
    assert.ok(listed.ok);
    assert.deepEqual(listed.value.map(({ number, room }) => [number, room]), [[2, "205"]]);
    assert.ok(bench.raised.has("hotel-refused/pms"));
    assert.ok((await bench.hotel.settlePosting(2)).ok);
    assert.ok(!bench.raised.has("hotel-refused/pms"));
    await bench.end();
  });

  it("an extension that the PBX refuses holds up nobody, and is told", async () => {
    const bench = await opened({}, ["205"]);
    void bench.desk.checkIn("999", erika);
    await bench.run(2_000);
    void bench.desk.checkIn("205", { ...erika, reservation: "2" });
    await bench.run(30_000);
    assert.equal(bench.pbx.rooms.get("205")?.checkedIn, true);
    assert.match(bench.raised.get("hotel-refused/pbx") ?? "", /999/);
    await bench.end();
  });

  it("rooms have extensions of their own, each on its PBX", async () => {
    const bench = await opened({ telephones: [pbx, east], rooms: [
      { room: "205", extension: "1205", pbx },
      { room: "Suite", extension: "9", pbx: east }] });
    void bench.desk.checkIn("205", erika);
    await bench.run(2_000);
    void bench.desk.checkIn("Suite", { ...erika, reservation: "2" });
    await bench.run(5_000);
    assert.deepEqual([...bench.pbxs.values()].map((peer) => [...peer.rooms.keys()]),
      [["1205"], ["9"]]);
    void bench.pbxs.get(east)?.status("9", "3");
    await bench.call("1205", { cost: "1.00" });
    await bench.run(5_000);
    assert.equal(bench.desk.received.findLast(({ id }) => id === "RE")?.fields.get("RN"), "Suite");
    assert.equal(bench.desk.postings.get("1")?.fields.get("RN"), "205");
    await bench.end();
  });

  it("a house without front desk: ctictl's words reach the PBX", async () => {
    const bench = await opened({ frontDesk: undefined, charged: [] });
    await bench.hotel.change({ type: "checkedIn", room: "205", guest: { name: "Roux" },
      shared: false });
    await bench.hotel.change({ type: "wakeUpSet", room: "205", at: { time: "07:30" } });
    await bench.run(5_000);
    assert.deepEqual([bench.pbx.rooms.get("205")?.name, bench.pbx.rooms.get("205")?.wakeUp],
      ["Roux", "0730"]);
    await bench.end();
  });

  it("more than may wait for the front desk is refused to the PBX, with an alarm", async () => {
    const bench = await opened();
    bench.cut(pms);
    for (let count = 0; count < waitingMax; count += 1) {
      assert.ok((await bench.hotel.received(pbx, { type: "roomCondition", room: "205",
        condition: count % 2 === 0 ? "clean" : "dirty", occupied: false })).ok);
    }
    assert.ok(bench.raised.has("hotel-waiting/pms"));
    const said = bench.pbx.status("206", "2");
    await bench.run(10_000);
    assert.equal(await said, false);
    await bench.end();
  });

  it("what cannot be written is not acknowledged, and said again it is", async () => {
    const bench = await opened();
    bench.store.failing = "store-full";
    const lost = bench.pbx.status("205", "2");
    await bench.run(2_000);
    assert.equal(await lost, false);
    bench.store.failing = undefined;
    const kept = bench.pbx.status("205", "2");
    await bench.run(2_000);
    assert.equal(await kept, true);
    assert.equal(bench.desk.received.filter(({ id }) => id === "RE").length, 1);
    await bench.end();
  });

  it("costs as PBXs print them", () => {
    const rows: readonly (readonly [string, number | undefined, number | undefined])[] = [
      ["1.20", undefined, 120], ["1,20 EUR", undefined, 120], ["EUR 0.456", undefined, 46],
      ["17", undefined, undefined], ["17", 12, 204], ["", 12, undefined], ["-", 12, undefined]];
    for (const [cost, pulse, amount] of rows) assert.equal(amountOf(cost, pulse), amount, cost);
  });
});
