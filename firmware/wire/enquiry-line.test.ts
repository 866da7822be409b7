import assert from "node:assert/strict";
import fc from "fast-check";
import { SimulatedWorld } from "../base/world-simulated.js";
import { EnquiryLine, waitingTextsMax } from "./enquiry-line.js";
import { checkOctet, stxCodec, stxTextBytesMax, type StxFrame } from "./stx-frames.js";

const texts = (checked: boolean, bytes: Uint8Array, cuts: readonly number[] = []): string[] => {
  const decoder = stxCodec(checked).decoder();
  const found: string[] = [];
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    for (const each of decoder.push(bytes.subarray(at, Math.max(at, cut)))) {
      if (each.kind === "message") {
        found.push(each.message.kind === "text" ? each.message.text : `<${each.message.kind}>`);
      }
    }
    at = Math.max(at, cut);
  }
  for (const each of decoder.flush()) {
    if (each.kind === "message") found.push(each.message.kind);
  }
  return found;
};

const plainText = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff })
  .map((code) => String.fromCharCode(code)), maxLength: 60 });
const frame: fc.Arbitrary<StxFrame> = fc.oneof(
  fc.constantFrom<StxFrame>({ kind: "enq" }, { kind: "ack" }, { kind: "nak" }),
  plainText.map((text) => ({ kind: "text" as const, text })));
const shown = (each: StxFrame): string => each.kind === "text" ? each.text : `<${each.kind}>`;

describe("texts between STX and ETX", () => {
  it("are written as the SX-200's handbook shows one, and with the check octet of serial FIAS",
    () => {
      assert.deepEqual([...stxCodec(false).encode({ kind: "text", text: "MW 1  2129" })],
        [...Buffer.from("\u0002MW 1  2129\u0003", "latin1")]);
      // 'L' ^ 'S' ^ '|' ^ ETX, by hand.
      assert.equal(checkOctet(Buffer.from("LS|")), 0x4c ^ 0x53 ^ 0x7c ^ 0x03);
    });

  for (const checked of [false, true]) {
    it(`are read back from any cut, check octet: ${String(checked)}`, () => {
      fc.assert(fc.property(fc.array(frame, { maxLength: 12 }),
        fc.array(fc.nat(400), { maxLength: 12 }), (frames, cuts) => {
          const bytes = Buffer.concat(frames.map((each) => stxCodec(checked).encode(each)));
          assert.deepEqual(texts(checked, bytes, cuts.toSorted((a, b) => a - b)),
            frames.map(shown));
        }));
    });

    it(`are found after noise of any kind, check octet: ${String(checked)}`, () => {
      fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), plainText, (noise, text) => {
        const codec = stxCodec(checked);
        const good = codec.encode({ kind: "text", text });
        // Noise that ends between ETX and its check octet takes one octet more, as it must.
        const all = Buffer.concat([noise, ...checked ? [Uint8Array.of(0, 0)] : [], good]);
        const decoder = codec.decoder();
        const found = [...decoder.push(all)];
        const last = found.findLast((each) => each.kind === "message");
        assert.deepEqual(last, { kind: "message", message: { kind: "text", text } });
        assert.equal(decoder.pending, false);
      }));
    });
  }

  it("every octet of noise is told of once, or waits, and no more than a text waits", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 6_000 }), (noise) => {
      const quiet = noise.map((octet) => (octet === 3 ? 0x41 : octet));
      const decoder = stxCodec(false).decoder();
      const found = [...decoder.push(quiet), ...decoder.flush()];
      const garbage = found.reduce((sum, each) =>
        sum + (each.kind === "garbage" ? each.bytes.length : 0), 0);
      const meant = quiet.filter((octet) => [0, 4, 5, 6, 10, 13, 21].includes(octet)).length;
      assert.equal(garbage + meant, quiet.length);
    }));
    const decoder = stxCodec(false).decoder();
    const endless = Buffer.alloc(stxTextBytesMax + 2, 0x41);
    endless[0] = 2;
    assert.ok([...decoder.push(endless)].some((each) => each.kind === "garbage"));
    assert.equal(decoder.pending, false);
  });

  it("a wrong check octet makes a damaged text, never a text", () => {
    const good = stxCodec(true).encode({ kind: "text", text: "GI|RN205|" });
    for (let at = 1; at < good.length; at += 1) {
      const bad = Uint8Array.from(good);
      bad[at] = (bad[at] ?? 0) ^ 0x10;
      assert.ok(!texts(true, bad).includes("GI|RN205|"));
      assert.ok(!texts(true, bad).some((text) => text.startsWith("GI")));
    }
  });
});

interface End {
  readonly line: EnquiryLine;
  readonly taken: string[];
  readonly sent: number[];
  refuse: number;
  mute: boolean;
}

/** Two ends of one wire; what `lost` returns true for does not arrive. */
function wire(world: SimulatedWorld, checked = false,
  lost: (from: string, bytes: Uint8Array) => boolean = () => false): readonly [End, End] {
  const ends: End[] = [];
  const end = (name: string, yields: boolean, other: () => End | undefined): End => {
    const made: End = { taken: [], sent: [], refuse: 0, mute: false,
      line: new EnquiryLine({ world, line: {}, checked, acknowledged: true, yields, answerMs: 3_000,
        triesMax: 4,
        send: (bytes) => {
          made.sent.push(...bytes);
          if (!made.mute && !lost(name, bytes)) {
            const copy = Uint8Array.from(bytes);
            world.clock.after(1, "wire", () => { other()?.line.receive(copy); });
          }
          return { ok: true, value: undefined };
        },
        take: (text) => {
          if (made.refuse > 0) {
            made.refuse -= 1;
            return Promise.resolve(false);
          }
          made.taken.push(text);
          return Promise.resolve(true);
        },
        garbage: () => undefined }) };
    return made;
  };
  ends.push(end("a", true, () => ends[1]), end("b", false, () => ends[0]));
  const [a, b] = ends;
  assert.ok(a !== undefined && b !== undefined);
  return [a, b];
}

describe("a line of two equals", () => {
  it("asks, is allowed, says, is acknowledged", async () => {
    const world = new SimulatedWorld(1);
    const [a, b] = wire(world);
    const said = a.line.transmit("MW 1  2129");
    await world.advance(100);
    assert.ok((await said).ok);
    assert.deepEqual(b.taken, ["MW 1  2129"]);
    assert.deepEqual([a.sent[0], a.sent[1], b.sent], [5, 2, [6, 6]]);
  });

  it("says a refused text again without another ENQ, three times, then gives up", async () => {
    const world = new SimulatedWorld(1);
    const [a, b] = wire(world);
    b.refuse = 3;
    const said = a.line.transmit("CHK1   205");
    await world.advance(100);
    assert.ok((await said).ok);
    assert.equal(a.sent.filter((octet) => octet === 5).length, 1);
    b.refuse = 99;
    const refused = a.line.transmit("CHK1   999");
    const next = a.line.transmit("CHK0   205");
    await world.advance(100);
    const result = await refused;
    assert.ok(!result.ok && result.fault.code === "service-refused");
    b.refuse = 0;
    await world.advance(10_000);
    await next;
    assert.deepEqual(b.taken, ["CHK1   205"]);
  });

  it("survives a lost ACK of either kind: the text arrives, at worst twice", async () => {
    for (const which of [0, 1]) {
      const world = new SimulatedWorld(1);
      let acks = 0;
      const [a, b] = wire(world, true, (from, bytes) => {
        if (from !== "b" || bytes[0] !== 6) return false;
        acks += 1;
        return acks - 1 === which;
      });
      const said = a.line.transmit("GI|RN205|");
      await world.advance(4_000);
      assert.ok((await said).ok);
      assert.deepEqual([...new Set(b.taken)], ["GI|RN205|"]);
      assert.ok(b.taken.length <= 2);
    }
  });

  it("both ask at once: the one that yields comes second, nothing is lost", async () => {
    const world = new SimulatedWorld(1);
    const [a, b] = wire(world);
    const both = [a.line.transmit("from a"), b.line.transmit("from b")];
    await world.advance(10_000);
    assert.deepEqual((await Promise.all(both)).map(({ ok }) => ok), [true, true]);
    assert.deepEqual([a.taken, b.taken], [["from b"], ["from a"]]);
  });

  it("gives up on a dead end in bounded time, with a fault, and keeps no timer", async () => {
    const world = new SimulatedWorld(1);
    const [a, b] = wire(world);
    b.mute = true;
    const said = a.line.transmit("MW 1   205");
    await world.advance(12_000);
    const result = await said;
    assert.ok(!result.ok && result.fault.code === "deadline-passed");
    a.line.close();
    b.line.close();
    assert.deepEqual(world.timersPending, []);
  });

  it("refuses what would make its queue grow without bound", async () => {
    const [a] = wire(new SimulatedWorld(1));
    const all = Array.from({ length: waitingTextsMax + 1 }, () => a.line.transmit("x"));
    const last = await all.at(-1);
    assert.ok(last !== undefined && !last.ok && last.fault.code === "queue-full");
    a.line.close();
    assert.ok((await Promise.all(all)).every(({ ok }) => !ok));
  });

  it("any losses of single octets in both directions: what was taken well arrived in order",
    async () => {
      await fc.assert(fc.asyncProperty(fc.infiniteStream(fc.nat(9)),
        fc.integer({ min: 1, max: 6 }), async (dice, count) => {
          const world = new SimulatedWorld(1);
          const [a, b] = wire(world, true, () => dice.next().value === 0);
          const wanted = Array.from({ length: count }, (_, n) => `T${n}|`);
          const results = Promise.all(wanted.map((text) => a.line.transmit(text)));
          await world.advance(200_000);
          const told = await results;
          const good = wanted.filter((_, n) => told[n]?.ok === true);
          const once = b.taken.filter((text, n) => b.taken.indexOf(text) === n);
          assert.deepEqual(once.filter((text) => good.includes(text)), good);
        }), { numRuns: 60 });
    });
});
