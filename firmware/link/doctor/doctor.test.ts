import assert from "node:assert/strict";
import { done, fail, inLanguage, ok, type Result } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import type { Recognition } from "../driver.js";
import type { ModemLines } from "../transport.js";
import { examine, type DoctorPort, type Progress } from "./doctor.js";
import { see, shareOf } from "./legibility.js";
import { nextSpeeds, timesSlower } from "./speeds.js";
import type { Verdict } from "./verdict.js";

class Bench {
  readonly world = new SimulatedWorld(3);
  readonly told: Progress[] = [];
  readonly speeds: number[] = [];
  hear: (octets: Uint8Array, damagedAt?: readonly number[]) => void = () => undefined;
  unplug: () => void = () => undefined;
  closed = 0;
  readonly texts: Buffer[] = [];
  verdict: Verdict | undefined;
  readonly stop: () => void;
  /** The adapter has no other speed than its first. */
  stubborn = false;

  constructor(more: {
    readonly lines?: ModemLines; readonly fault?: Result<never>;
    readonly recognise?: (text: Uint8Array) => readonly Recognition[];
    readonly blind?: boolean;
    readonly pieces?: number;
  } = {}) {
    const port: DoctorPort = {
      errorsCounted: more.blind !== true,
      onReceive: (handler) => {
        this.hear = (octets, damagedAt = []) => { handler(octets, damagedAt); };
      },
      onClosed: (handler) => { this.unplug = handler; },
      lines: () => Promise.resolve(more.lines),
      setBaudRate: (speed) => {
        this.speeds.push(speed);
        return Promise.resolve(this.stubborn ? fail("link-down", "no such speed") : done);
      },
      close: () => { this.closed += 1; },
    };
    const examination = examine({ world: this.world, address: "usb:0403:6001:A1",
      limitMs: 120_000, tell: (progress) => { this.told.push(progress); },
      open: () => Promise.resolve(more.fault ?? ok(port)),
      recognise: (text) => {
        this.texts.push(Buffer.from(text));
        const found = (more.recognise?.(text) ?? [])
          .map((each) => ({ ...each, driver: "smdr" }));
        return [...Array.from({ length: more.pieces ?? 0 }, () => []), found];
      } });
    this.stop = () => { examination.stop(); };
    void examination.verdict.then((verdict) => { this.verdict = verdict; });
  }

  async after(ms: number): Promise<Verdict> {
    await this.world.advance(ms);
    return this.verdict ?? assert.fail("no verdict yet");
  }
}

const record = Buffer.from("101 02 22/11/26 09:15 00:02:31 0301234567\r\n");
const known = (records: number): Recognition => ({ title: "A PBX", options: { format: "a-pbx" },
  score: records > 1 ? 1 : 0.5, records, samples: [] });

describe("link doctor", () => {
  it("asks for a test call, and ends when its time is over", async () => {
    const bench = new Bench({ lines: { cts: true, dsr: false, dcd: false } });
    await bench.world.advance(7_000);
    assert.match(inLanguage(bench.told.at(-1)?.text ?? "", "fr"), /appel d'essai/);
    assert.deepEqual(bench.told.map(({ callWanted }) => callWanted), [false, true]);
    const verdict = await bench.after(120_000);
    assert.equal(verdict.kind, "silent");
    assert.match(inLanguage(verdict.headline, "en"), /CTS up.*sends nothing/);
    assert.equal(bench.closed, 1);
    assert.deepEqual(bench.speeds, [], "without a byte no speed is better than another");
  });

  it("says wiring where no line is up, and admits what a port cannot see", async () => {
    const dead = await new Bench({ lines: { cts: false, dsr: false, dcd: false } }).after(121_000);
    assert.match(inLanguage(dead.headline, "en"), /no modem line is up/);
    assert.equal(dead.wiring.length, 2);
    const blind = await new Bench().after(121_000);
    assert.match(inLanguage(blind.headline, "en"), /cannot tell whether a cable/);
  });

  it("says why the port cannot be opened, and that it was unplugged", async () => {
    const locked = await new Bench({ fault: fail("port-locked", { en: "in use", fr: "occupé" }) })
      .after(10);
    assert.equal(locked.kind, "port-unusable");
    assert.match(inLanguage(locked.headline, "fr"), /occupé/);
    const bench = new Bench();
    await bench.world.advance(10);
    bench.unplug();
    assert.match(inLanguage((await bench.after(10)).headline, "en"), /unplugged/);
  });

  it("ends with a ready link once it is sure", async () => {
    const bench = new Bench({ recognise: (text) =>
      [known(Math.floor(text.length / record.length))] });
    await bench.world.advance(10);
    bench.hear(record.map((octet) => parity(octet)));
    await bench.world.advance(1_000);
    assert.equal(bench.verdict, undefined);
    assert.equal(bench.told.at(-1)?.callWanted, true, "one more call makes sure");
    bench.hear(record.map((octet) => parity(octet)));
    const verdict = await bench.after(1_000);
    assert.equal(verdict.kind, "recognised");
    assert.equal(verdict.settings, "9600 7E1");
    assert.match(verdict.profile ?? "", /path: usb:0403:6001:A1\n.*baudRate: 9600\n.*dataBits: 7/);
    assert.match(verdict.profile ?? "", /format: a-pbx/);
  });

  it("shows what it read of a format that nobody knows, and is stopped by hand", async () => {
    const bench = new Bench();
    await bench.world.advance(10);
    bench.hear(record);
    await bench.world.advance(1_000);
    bench.stop();
    const verdict = await bench.after(0);
    assert.equal(verdict.kind, "unknown-format");
    assert.deepEqual(Buffer.from(verdict.octets), record);
    assert.equal(verdict.settings, "9600 8N1");
  });

  it("reads what came last before it was stopped, and frees the port at once", async () => {
    const bench = new Bench({ pieces: 10, recognise: (text) =>
      [known(Math.floor(text.length / record.length))] });
    await bench.world.advance(10);
    bench.hear(record);
    bench.stop();
    assert.equal(bench.closed, 1);
    assert.equal(bench.verdict, undefined, "a piece a turn");
    const verdict = await bench.after(0);
    assert.equal(verdict.kind, "likely");
    assert.equal(verdict.candidates[0]?.records, 1);
    bench.hear(record);
    bench.stop();
    assert.deepEqual([bench.closed, bench.texts.length], [1, 1]);
    const silent = new Bench();
    silent.stop();
    assert.equal((await silent.after(0)).kind, "silent");
    assert.equal(silent.closed, 1, "also one that was being opened");
  });

  it("leaves a turn after each piece, and reads the newest text only", async () => {
    const bench = new Bench({ pieces: 3, recognise: () => [] });
    await bench.world.advance(10);
    bench.hear(record);
    await bench.world.advance(399);
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      bench.world.clock.after(0, "others", turn);
      if (turns === 2) bench.hear(record);
      if (turns > 9) throw new Error("enough");
    };
    bench.world.clock.after(1, "others", turn);
    await assert.rejects(bench.world.advance(1), /enough/);
    assert.equal(bench.texts.length, 1);
    bench.stop();
    assert.deepEqual(bench.texts.at(-1), Buffer.concat([record, record]));
  });

  it("reads also what comes without a pause", async () => {
    const bench = new Bench({ recognise: () => [known(9)] });
    await bench.world.advance(10);
    while (bench.verdict === undefined && bench.texts.length < 2) {
      bench.hear(record);
      await bench.world.advance(100);
    }
    assert.equal(bench.verdict?.kind, "recognised");
  });

  it("tries other speeds while nothing legible comes, and says so", async () => {
    const bench = new Bench();
    await bench.world.advance(10);
    for (let burst = 0; burst < 12; burst += 1) {
      bench.hear(Buffer.alloc(100, burst % 2 === 0 ? 0xd7 : 0x91));
      await bench.world.advance(1_000);
    }
    assert.equal(new Set(bench.speeds.slice(0, 9)).size, 9, "each once before one is repeated");
    const verdict = await bench.after(120_000);
    assert.equal(verdict.kind, "garbled");
    assert.ok(verdict.octetsSeen > 500);
  });

  it("stays at the speed at which something asks and is answered, a few octets at a time",
    async () => {
      const bench = new Bench({ recognise: (text) => text.length < 12 ? [] : [known(9)] });
      await bench.world.advance(10);
      for (const octets of ["2\x05", "\x04", "2\x05", "\x04", "3\x05", "\x04", "2\x05", "\x04"]) {
        bench.hear(Buffer.from(octets).map(parity));
        await bench.world.advance(1_000);
      }
      assert.deepEqual([bench.speeds, bench.verdict?.settings], [[], "9600 7E1"]);
    });

  it("is not sure while eight bits and seven with parity would look the same", async () => {
    const bench = new Bench({ recognise: () => [known(9)] });
    await bench.world.advance(10);
    for (let poll = 0; poll < 20; poll += 1) {
      bench.hear(Buffer.from("3\x05"));
      await bench.world.advance(1_000);
    }
    bench.stop();
    const verdict = await bench.after(0);
    assert.deepEqual([bench.speeds, verdict.kind, verdict.settings], [[], "likely", "9600 8N1"]);
  });

  it("does not take a speed that the adapter refuses for the one it listens at", async () => {
    const bench = new Bench();
    bench.stubborn = true;
    await bench.world.advance(10);
    bench.hear(Buffer.alloc(100, 0xd7));
    await bench.world.advance(1_000);
    assert.equal(bench.speeds.length, 1);
    bench.hear(Buffer.concat([record, record]));
    await bench.world.advance(1_000);
    bench.stop();
    assert.equal((await bench.after(0)).settings, "9600 8N1");
  });

  it("tells seven bits and their parity from what eight bits show", () => {
    assert.deepEqual(see(record), { dataBits: 8, parity: "none" });
    assert.deepEqual(see(record.map(parity)), { dataBits: 7, parity: "even" });
    assert.deepEqual(see(record.map((octet) => parity(octet) ^ 0x80)),
      { dataBits: 7, parity: "odd" });
    assert.deepEqual(see(record.map((octet) => octet | 0x80)), { dataBits: 7, parity: "mark" });
    assert.equal(see(record.subarray(0, 20)), undefined);
    assert.ok(shareOf(record.map(parity), { dataBits: 7, parity: "odd" }) < 0.1);
  });

  it("says how many octets came damaged at each speed, or that it cannot tell", async () => {
    const bench = new Bench();
    await bench.world.advance(10);
    bench.hear(Buffer.alloc(100, 0xd7), [3, 4, 5]);
    await bench.world.advance(1_000);
    bench.hear(Buffer.alloc(90, 0x91), [0]);
    await bench.world.advance(1_000);
    bench.stop();
    const { damage } = await bench.after(0);
    assert.equal(inLanguage(damage, "en"),
      `Bytes with framing or parity errors: 3 of 100 (9600 Bd), 1 of 90 (${bench.speeds[0]} Bd).`);
    const blind = new Bench({ blind: true });
    await blind.world.advance(10);
    blind.hear(record);
    blind.stop();
    assert.match(inLanguage((await blind.after(0)).damage, "fr"), /ne distingue pas/);
    assert.equal((await new Bench().after(121_000)).damage, "");
  });

  for (const [kind, low] of [["even", 0], ["odd", 1]] as const) {
    it(`tells eight bits and ${kind} parity by the octets that come damaged`, async () => {
      const bench = new Bench({ recognise: (text) => [
        known(Buffer.from(text.subarray(-record.length)).equals(record) ? 2 : 0)] });
      await bench.world.advance(10);
      bench.hear(record, [...record].flatMap((octet, place) =>
        parity(octet) >> 7 === low ? [place] : []));
      const verdict = await bench.after(1_000);
      assert.equal(verdict.settings, `9600 8${kind === "even" ? "E" : "O"}1`);
      assert.match(inLanguage(verdict.damage, "en"), /: \d\d of 43 \(9600 Bd\)/);
    });
  }

  it("takes no parity from damage that has nothing to do with it", async () => {
    const bench = new Bench();
    await bench.world.advance(10);
    bench.hear(Buffer.concat([record, record]),
      [...record].flatMap((_, place) => place % 3 === 0 ? [place] : []));
    await bench.world.advance(1_000);
    bench.stop();
    assert.equal((await bench.after(0)).settings, "9600 8N1");
  });

  it("knows from the octets how much slower the sender is", () => {
    assert.equal(timesSlower(Buffer.alloc(20, 0x00)), 16);
    assert.equal(timesSlower(Buffer.alloc(20, 0x80)), 8);
    assert.equal(timesSlower(Buffer.from([0x80, 0xf8, 0xf8, 0x80])), 4);
    assert.equal(timesSlower(Buffer.from([0x98, 0x86, 0xe6, 0x80])), 2);
    assert.equal(timesSlower(record), 1);
    assert.equal(nextSpeeds(9_600, Buffer.alloc(20, 0x80))[0], 1_200);
    assert.equal(nextSpeeds(9_600, Buffer.from("x!pQ"))[0], 19_200);
  });
});

/** With even parity as the eighth bit. */
function parity(octet: number): number {
  let odd = 0;
  for (let left = octet; left > 0; left >>= 1) odd ^= left & 1;
  return octet | (odd << 7);
}
