import assert from "node:assert/strict";
import fc from "fast-check";
import { done, fail, ok, type Result } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { Session } from "../../firmware/link/driver.js";
import type { HotelMessage } from "../../firmware/model/hotel.js";
import { linkId } from "../../firmware/model/identifiers.js";
import { stxCodec } from "../../firmware/wire/stx-frames.js";
import { driver } from "./driver.js";
import { messagesOf, recordOf } from "./map.js";
import { FiasPeer } from "./peer.js";
import { recognise } from "./recognise.js";
import { durationField, readRecord, writeRecord } from "./record.js";
import { aliveMs, postingMs } from "./session.js";

function said(text: string): readonly HotelMessage[] {
  const record = readRecord(text);
  assert.ok(record !== undefined, text);
  return messagesOf(record);
}

const stamp = { nowMs: Date.UTC(2026, 10, 24, 8, 15, 0), timeZone: "Europe/Paris" };
const erika = { reservation: "4711", name: "Muster", firstName: "Erika", language: "GE" };

describe("FIAS records", () => {
  it("of guests, as public implementations print them", () => {
    assert.deepEqual(said("GI|RN205|G#4711|GNMuster|GFErika|GLGE|GSN|DA261122|TI091500|"),
      [{ type: "checkedIn", room: "205", guest: erika, shared: false }]);
    assert.deepEqual(said("GI|G#123|RN101|GNJohn Doe|DA241109|TI185722|"), [{ type: "checkedIn",
      room: "101", guest: { reservation: "123", name: "John Doe" }, shared: false }]);
    assert.deepEqual(said("GO|RN205|G#4711|GSY|"),
      [{ type: "checkedOut", room: "205", shared: true }]);
    assert.deepEqual(said("GC|RN305|G#4711|GNMuster|RO205|"), [{ type: "guestChanged",
      room: "305", movedFrom: "205", guest: { reservation: "4711", name: "Muster" } }]);
  });

  it("of rooms and wake-ups, both ways; what has no word is kept by its name", () => {
    assert.deepEqual(said("RE|RN205|RS4|MLY|CS2|DNN|"), [
      { type: "callingRight", room: "205", right: "national" },
      { type: "messageWaiting", room: "205", on: true },
      { type: "doNotDisturb", room: "205", on: false },
      { type: "roomCondition", room: "205", condition: "clean", occupied: true }]);
    assert.deepEqual(said("WR|RN205|DA261125|TI073000|"), [{ type: "wakeUpSet", room: "205",
      at: { date: "2026-11-25", time: "07:30" } }]);
    assert.deepEqual(said("GI|RN205|GNMuster|MRMU|VRTV|")[0],
      { type: "checkedIn", room: "205", guest: { name: "Muster" }, shared: false,
        privateFields: { MR: "MU", VR: "TV" } });
    assert.equal(recordOf({ type: "wakeUpResult", room: "205", result: "noAnswer",
      at: { date: "2026-11-25", time: "07:30" } }, stamp), "WA|RN205|DA261125|TI073000|ASNR|");
    assert.equal(recordOf({ type: "roomCondition", room: "205", condition: "inspected",
      occupied: false }, stamp), "RE|RN205|RS5|");
  });

  it("of a call: C with an amount, T without, by the hotel's clock", () => {
    const charge = { number: 17, startedAtMs: Date.UTC(2026, 10, 24, 8, 0, 5),
      durationMs: 150_000, dialled: "0145678901" };
    assert.equal(recordOf({ type: "charge", room: "205", charge: { ...charge, amount: 120 } },
      stamp), "PS|RN205|PTC|DD0145678901|DU000230|TA120|P#17|DA261124|TI090005|");
    assert.equal(recordOf({ type: "charge", room: "205", charge }, { ...stamp, salesOutlet: "9" }),
      "PS|RN205|PTT|DD0145678901|DU000230|P#17|SO9|DA261124|TI090005|");
    assert.equal(durationField(3_661_000), "010101");
  });

  it("a value cannot end its field or record, and any text is read or refused", () => {
    assert.equal(writeRecord("GI", [["GN", "a|b\u0003c"]]), "GI|GNa b c|");
    fc.assert(fc.property(fc.string({ maxLength: 80 }), (text) => {
      const record = readRecord(text);
      if (record !== undefined) assert.ok(Array.isArray(messagesOf(record)));
    }));
    fc.assert(fc.property(fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9#]$/),
      fc.stringMatching(/^[a-zA-Z0-9]{1,20}$/)), (fields) => {
      const record = readRecord(writeRecord("RE", Object.entries(fields)));
      assert.deepEqual(Object.fromEntries(record?.fields ?? []), { ...fields });
    }));
  });
});

class Bench {
  readonly world = new SimulatedWorld(3);
  readonly told: HotelMessage[] = [];
  readonly conditions: string[] = [];
  incarnations = new Set<string | undefined>();
  readonly session: Session;
  readonly peer: FiasPeer;
  deaf = false;
  #receive: ((bytes: Uint8Array, atMs: number) => void) | undefined;

  constructor(serial: boolean) {
    this.peer = new FiasPeer({ world: this.world, serial,
      send: (bytes) => { this.#later(() => { this.hear(bytes); }); } });
    const options = driver.options.parse({});
    assert.ok(options.ok);
    this.session = driver.open({
      link: linkId("pms"), options: options.value, world: this.world,
      transport: { kind: serial ? "serial" : "tcp", description: "bench",
        onClosed: () => undefined, close: () => undefined,
        onReceive: (handler) => { this.#receive = handler; },
        send: (bytes) => {
          const copy = Uint8Array.from(bytes);
          this.#later(() => { if (!this.deaf) this.peer.receive(copy); });
          return done;
        } },
      secret: (reference) => fail("not-found", reference),
      emit: () => undefined, record: () => undefined,
      hotel: (message) => {
        this.told.push(message);
        return Promise.resolve(done);
      },
      report: ({ type }) => { this.conditions.push(type); },
      identify: ({ incarnation }) => { this.incarnations.add(incarnation); },
      garbage: () => undefined, accounted: () => undefined, missed: () => undefined,
      requestResync: () => undefined,
    });
  }

  hear(bytes: Uint8Array): void {
    this.#receive?.(bytes, this.world.clock.monotonicMs());
  }

  tell(message: HotelMessage): Promise<Result<void>> {
    return this.session.hotel?.(message, 60_000) ?? Promise.resolve(ok(undefined));
  }

  get words(): readonly string[] {
    return this.told.map(({ type }) => type);
  }

  #later(run: () => void): void {
    this.world.clock.after(5, "bench", run);
  }
}

async function opened(serial: boolean): Promise<Bench> {
  const bench = new Bench(serial);
  bench.peer.connected();
  await bench.world.advance(5_000);
  assert.deepEqual(bench.conditions, ["ready"]);
  assert.ok(bench.peer.up);
  return bench;
}

const call: HotelMessage = { type: "charge", room: "205",
  charge: { number: 17, startedAtMs: stamp.nowMs, durationMs: 60_000 } };

for (const serial of [false, true]) {
  describe(`fias session, ${serial ? "serial with check octets" : "TCP"}`, () => {
    it("starts the link, takes guests, tells of rooms", async () => {
      const bench = await opened(serial);
      void bench.peer.checkIn("205", erika);
      await bench.world.advance(1_000);
      assert.deepEqual(bench.told,
        [{ type: "checkedIn", room: "205", guest: erika, shared: false }]);
      const told = bench.tell({ type: "roomCondition", room: "205", condition: "clean",
        occupied: true });
      await bench.world.advance(1_000);
      assert.ok((await told).ok);
      assert.equal(bench.peer.received.at(-1)?.fields.get("RS"), "4");
    });

    it("a resync tells every guest between its start and its end", async () => {
      const bench = await opened(serial);
      bench.peer.guests.set("205", erika).set("206", { ...erika, reservation: "4712" });
      void bench.tell({ type: "resyncRequest" });
      await bench.world.advance(2_000);
      assert.deepEqual(bench.words, ["resyncStart", "checkedIn", "checkedIn", "resyncEnd"]);
    });

    it("a posting is done when it is answered; refused and passing answers differ", async () => {
      const bench = await opened(serial);
      const outcome = async (answer: string): Promise<string> => {
        bench.peer.answer = answer;
        const told = bench.tell(call);
        await bench.world.advance(1_000);
        const result = await told;
        return result.ok ? "ok" : result.fault.code;
      };
      assert.equal(await outcome("NG"), "service-refused");
      assert.equal(await outcome("NA"), "queue-full");
      assert.equal(await outcome("OK"), "ok");
      assert.deepEqual([...bench.peer.postings.keys()], ["17"]);
    });

    it("a posting whose answer gets lost is not told done", async () => {
      const bench = await opened(serial);
      bench.peer.answersLost = 1;
      const told = bench.tell(call);
      await bench.world.advance(postingMs + 1_000);
      const result = await told;
      assert.ok(!result.ok && result.fault.code === "deadline-passed");
    });

    it("describes the link again to a front desk that starts anew, as a new one", async () => {
      const bench = await opened(serial);
      const before = bench.incarnations.size;
      bench.peer.restart();
      await bench.world.advance(5_000);
      assert.ok(bench.peer.up);
      assert.equal(bench.incarnations.size, before + 1);
      void bench.peer.checkOut("205");
      await bench.world.advance(1_000);
      assert.deepEqual(bench.words, ["checkedOut"]);
    });

    it("notices a front desk that is silent for good, and no other", async () => {
      const bench = await opened(serial);
      await bench.world.advance(10 * aliveMs);
      assert.deepEqual(bench.conditions, ["ready"]);
      bench.deaf = true;
      await bench.world.advance(4 * aliveMs);
      assert.equal(bench.conditions.at(-1), "lost");
    });

    it("after noise of any kind, the next guest comes through", async () => {
      await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
        const bench = await opened(serial);
        bench.hear(noise);
        await bench.world.advance(20_000);
        const before = bench.told.length;
        void bench.peer.checkIn("205", erika);
        await bench.world.advance(20_000);
        assert.ok(bench.told.length > before);
      }), { numRuns: 30 });
    });

    it("keeps no timer when it is closed", async () => {
      const bench = await opened(serial);
      void bench.tell(call);
      bench.session.close();
      bench.peer.stop();
      await bench.world.advance(10);
      assert.deepEqual(bench.world.timersPending, []);
    });
  });
}

describe("fias recognised", () => {
  it("by its offers, with and without check octets; not in what others print", () => {
    const offer = "LS|DA261124|TI073000|";
    for (const checked of [true, false]) {
      const frame = stxCodec(checked).encode({ kind: "text", text: offer });
      const [found] = recognise(Buffer.concat([Uint8Array.of(5), frame, Uint8Array.of(5), frame]));
      assert.ok(found !== undefined && found.score >= 0.9, String(checked));
      assert.deepEqual(found.options, { check: checked ? "lrc" : "none" });
    }
    assert.equal(recognise(Uint8Array.of(5, 5, 5))[0]?.score, 0.4);
    for (const bytes of [Buffer.from("22/11/26 09:15AM 101 01 <I>0145678901\r\n"),
      stxCodec(false).encode({ kind: "text", text: "STS2   205" }), Buffer.alloc(50, 0xff)]) {
      assert.deepEqual(recognise(bytes), []);
    }
  });
});
