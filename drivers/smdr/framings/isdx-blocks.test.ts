import assert from "node:assert/strict";
import fc from "fast-check";
import type { Framed } from "../framing.js";
import { blockBytes, IsdxBlocks } from "./isdx-blocks.js";

function read(stream: Uint8Array, cuts: readonly number[] = []): readonly Framed[] {
  const framing = new IsdxBlocks();
  const framed: Framed[] = [];
  let from = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), stream.length]) {
    const to = Math.min(cut, stream.length);
    framed.push(...framing.receive(stream.subarray(from, to)));
    from = to;
  }
  return [...framed, ...framing.end()].filter(({ kind }) => kind !== "wait");
}

const texts = (framed: readonly Framed[]): readonly string[] => framed.flatMap((each) =>
  each.kind === "record" ? [Buffer.from(each.text).toString()] : []);

const block = Buffer.from("EEFF0126112209151000023321010145678901FFFFFF", "hex");

describe("iSDX records", () => {
  it("become lines of hexadecimal digits", () => {
    assert.equal(block.length, blockBytes);
    assert.deepEqual(texts(read(Buffer.concat([block, block]))),
      [block, block].map((each) => each.toString("hex").toUpperCase()));
  });

  it("are found behind one that is cut short, even by its last octet", () => {
    const ends = Buffer.concat([block.subarray(0, -1), Buffer.of(0xee)]);
    for (let length = 1; length < blockBytes; length += 1) {
      const framed = read(Buffer.concat([block.subarray(0, length), block]));
      assert.deepEqual(texts(framed), texts(read(block)), `cut to ${length}`);
    }
    assert.deepEqual(texts(read(Buffer.concat([ends, Buffer.of(0xff), block]))),
      texts(read(block)));
    assert.equal(texts(read(ends)).length, 1);
  });

  it("loses none and invents none, and tells of each octet once, however cut", () => {
    const body = fc.uint8Array({ minLength: 20, maxLength: 20 })
      .map((octets) => octets.map((octet) => octet % 10 * 16 + (octet >> 4) % 10));
    const good = body.map((octets) => Buffer.concat([Buffer.of(0xee, 0xff), octets]));
    const piece = fc.oneof(
      good.map((bytes) => ({ good: true, bytes })),
      fc.tuple(good, fc.integer({ min: 1, max: 21 })).map(([bytes, length]) =>
        ({ good: false, bytes: bytes.subarray(0, length) })),
      // Noise behind half a record would make it look whole, so it begins a new one.
      fc.uint8Array({ maxLength: 30 }).map((octets) => ({ good: false,
        bytes: Buffer.from(octets.map((octet) => octet & 0x7f)) })));
    fc.assert(fc.property(fc.array(piece, { maxLength: 15 }),
      fc.array(fc.nat({ max: 400 }), { maxLength: 10 }), (pieces, cuts) => {
        const apart = pieces.filter((each, index) =>
          each.good || pieces[index - 1]?.good !== false);
        const stream = Buffer.concat(apart.map(({ bytes }) => bytes));
        const framed = read(stream, cuts);
        assert.deepEqual(texts(framed), apart.flatMap(({ good: whole, bytes }) =>
          whole ? [bytes.toString("hex").toUpperCase()] : []));
        assert.equal(framed.reduce((sum, each) => sum + (each.kind === "record"
          || each.kind === "garbage" ? each.bytes.length : 0), 0), stream.length);
      }), { numRuns: 300 });
  });
});
