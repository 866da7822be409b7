import assert from "node:assert/strict";
import fc from "fast-check";
import { done, fail, ok, type Result } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { Session } from "../../firmware/link/driver.js";
import type { CallEvent } from "../../firmware/model/events.js";
import type { HotelMessage } from "../../firmware/model/hotel.js";
import { deviceId, linkId } from "../../firmware/model/identifiers.js";
import { stxCodec } from "../../firmware/wire/stx-frames.js";
import { driver } from "./driver.js";
import { MitelPeer } from "./peer.js";
import { recognise } from "./recognise.js";
import { plainName, readText, textsOf, usualConditions } from "./text.js";

const read = (text: string): ReturnType<typeof readText> => readText(text, usualConditions);

describe("texts of Mitel's hotel protocol", () => {
  it("are written as the handbook and public tables have them", () => {
    const rows: readonly (readonly [HotelMessage, readonly string[]])[] = [
      // SX-200 ICP technician's handbook.
      [{ type: "messageWaiting", room: "2129", on: true }, ["MW 1  2129"]],
      // 'CHK1 %5d', 'NAM1 %-20.20s %5.5d', 'DND%1.1d %5.5d', 'RST%1.1d %5.5d'.
      [{ type: "checkedIn", room: "205", guest: { name: "Muster", firstName: "Erika" },
        shared: false }, ["CHK1   205", "NAM1 Muster Erika           205"]],
      [{ type: "checkedOut", room: "205", shared: false }, ["CHK0   205"]],
      [{ type: "doNotDisturb", room: "205", on: false }, ["DND0   205"]],
      [{ type: "callingRight", room: "205", right: "national" }, ["RST2   205"]],
      // Four digits, blanks to delete.
      [{ type: "wakeUpSet", room: "205", at: { time: "07:30" } }, ["WKP0730   205"]],
      [{ type: "wakeUpCleared", room: "205" }, ["WKP       205"]],
      [{ type: "resyncStart" }, ["GRS       "]],
    ];
    for (const [message, texts] of rows) {
      assert.deepEqual(textsOf(message), texts, message.type);
    }
    assert.equal(textsOf({ type: "checkedOut", room: "123456", shared: false }), undefined);
    assert.equal(plainName("Noël", "Zoë"), "Noel Zoe");
  });

  it("are read right and left justified", () => {
    const clean = [{ type: "roomCondition", room: "205", condition: "clean", occupied: false }];
    assert.deepEqual(read("STS2   205"), clean);
    assert.deepEqual(read("STS2 205  "), clean);
    assert.deepEqual(read("WKP0730   205"),
      [{ type: "wakeUpSet", room: "205", at: { time: "07:30" } }]);
    assert.deepEqual(read("WKP       205"), [{ type: "wakeUpCleared", room: "205" }]);
    assert.deepEqual(read("WKPA   205"),
      [{ type: "wakeUpResult", room: "205", result: "answered" }]);
    assert.equal(read("AREYUTHERE"), "hello");
    assert.deepEqual(read("RQINZ     "), [{ type: "resyncRequest" }]);
  });

  it("nonsense is no text, whatever it is", () => {
    fc.assert(fc.property(fc.string({ maxLength: 40 }), (text) => {
      const said = read(text);
      assert.ok(said === undefined || said === "hello" || Array.isArray(said));
    }));
    for (const text of ["", "STS", "WKP2561   205", "MW 7   205", "XYZ1   205"]) {
      assert.equal(read(text), undefined, text);
    }
  });
});

class Bench {
  readonly world = new SimulatedWorld(3);
  readonly told: HotelMessage[] = [];
  readonly events: CallEvent[] = [];
  readonly conditions: string[] = [];
  readonly garbage: string[] = [];
  readonly session: Session;
  readonly peer: MitelPeer;
  keep: Result<void> = done;
  #receive: ((bytes: Uint8Array, atMs: number) => void) | undefined;

  constructor(extensions?: readonly string[]) {
    this.peer = new MitelPeer({ world: this.world, ...(extensions && { extensions }),
      send: (bytes) => { this.#later(() => this.#receive?.(bytes, 1)); } });
    const options = driver.options.parse({});
    assert.ok(options.ok);
    this.session = driver.open({
      link: linkId("pbx"), options: options.value, world: this.world,
      transport: { kind: "serial", description: "bench", onClosed: () => undefined,
        close: () => undefined, onReceive: (handler) => { this.#receive = handler; },
        send: (bytes) => {
          const copy = Uint8Array.from(bytes);
          this.#later(() => { this.peer.receive(copy); });
          return done;
        } },
      secret: (reference) => fail("not-found", reference),
      emit: (event) => { this.events.push(event); }, record: () => undefined,
      hotel: (message) => {
        if (this.keep.ok) this.told.push(message);
        return Promise.resolve(this.keep);
      },
      report: ({ type }) => { this.conditions.push(type); }, identify: () => undefined,
      garbage: (_bytes, reason) => { this.garbage.push(reason); }, accounted: () => undefined,
      missed: () => undefined,
      requestResync: () => undefined,
    });
  }

  tell(message: HotelMessage): Promise<Result<void>> {
    return this.session.hotel?.(message, 60_000) ?? Promise.resolve(ok(undefined));
  }

  hear(bytes: Uint8Array): void {
    this.#receive?.(bytes, this.world.clock.monotonicMs());
  }

  #later(run: () => void): void {
    this.world.clock.after(5, "bench", run);
  }
}

async function opened(extensions?: readonly string[]): Promise<Bench> {
  const bench = new Bench(extensions);
  await bench.world.advance(1_000);
  assert.deepEqual(bench.conditions, ["ready"]);
  return bench;
}

describe("mitel-pms session", () => {
  it("asks whether the PBX is there, then tells it of a guest", async () => {
    const bench = await opened();
    const told = bench.tell({ type: "checkedIn", room: "205", shared: false,
      guest: { name: "Muster" } });
    await bench.world.advance(1_000);
    assert.ok((await told).ok);
    assert.deepEqual(bench.peer.rooms.get("205"), { checkedIn: true, name: "Muster", lamp: false,
      quiet: false, restriction: "", wakeUp: "" });
  });

  it("repeats after lost acknowledgements, and gives the line up when they never come",
    async () => {
      const bench = await opened();
      bench.peer.deaf = true;
      const told = bench.tell({ type: "messageWaiting", room: "205", on: true });
      await bench.world.advance(4_000);
      bench.peer.deaf = false;
      await bench.world.advance(4_000);
      assert.ok((await told).ok);
      assert.equal(bench.peer.rooms.get("205")?.lamp, true);
      bench.peer.deaf = true;
      const never = bench.tell({ type: "messageWaiting", room: "205", on: false });
      await bench.world.advance(15_000);
      const result = await never;
      assert.ok(!result.ok && result.fault.code === "deadline-passed");
      assert.equal(bench.conditions.at(-1), "lost");
    });

  it("says which extension the PBX refuses, and goes on", async () => {
    const bench = await opened(["205"]);
    const results = Promise.all([
      bench.tell({ type: "checkedIn", room: "999", guest: {}, shared: false }),
      bench.tell({ type: "checkedIn", room: "205", guest: {}, shared: false })]);
    await bench.world.advance(10_000);
    const [refused, taken] = await results;
    assert.ok(!refused.ok && refused.fault.code === "service-refused");
    assert.ok(taken.ok);
  });

  it("acknowledges what a maid dials only when it is safe", async () => {
    const bench = await opened();
    bench.keep = fail("store-unavailable", "the disk is away");
    const lost = bench.peer.status("205", "2");
    await bench.world.advance(1_000);
    assert.equal(await lost, false);
    bench.keep = done;
    const kept = bench.peer.status("205", "2");
    await bench.world.advance(1_000);
    assert.equal(await kept, true);
    assert.deepEqual(bench.told.map(({ type }) => type), ["roomCondition"]);
  });

  it("lamp and do-not-disturb are events of the call model, and services", async () => {
    const bench = await opened();
    void bench.peer.quiet("205", true);
    await bench.world.advance(1_000);
    const asked = bench.session.request({ service: "setMessageWaitingIndicator",
      device: deviceId("205"), on: true }, 5_000);
    await bench.world.advance(1_000);
    assert.ok((await asked).ok);
    assert.deepEqual(bench.events.map((event) => [event.type, "on" in event && event.on]),
      [["doNotDisturb", true], ["messageWaiting", true]]);
  });

  it("after noise of any kind, the next text comes through", async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
      const bench = await opened();
      bench.hear(noise);
      await bench.world.advance(20_000);
      const before = bench.told.length;
      const said = bench.peer.status("205", "2");
      await bench.world.advance(20_000);
      assert.equal(await said, true);
      assert.ok(bench.told.length > before);
    }), { numRuns: 40 });
  });
});

describe("mitel-pms recognised", () => {
  const text = (each: string): Uint8Array => stxCodec(false).encode({ kind: "text", text: each });

  it("by its texts, surely by two of them; by ENQ alone only likely", () => {
    const enq = Uint8Array.of(5);
    const [sure] = recognise(Buffer.concat([enq, text("STS2   205"), enq, text("DND1   206")]));
    assert.ok(sure !== undefined && sure.score >= 0.9 && sure.records === 2);
    const [likely] = recognise(Buffer.concat([enq, enq, enq]));
    assert.ok(likely !== undefined && likely.score < 0.9);
  });

  it("not in call records, noise or another protocol's texts", () => {
    for (const bytes of [Buffer.from("22/11/26 09:15AM 101 01 <I>0145678901\r\n"),
      text("LS|DA261124|TI073000|"), Buffer.alloc(50, 0xff)]) {
      assert.ok(recognise(bytes).every(({ score }) => score < 0.5));
    }
  });
});
