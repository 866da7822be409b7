import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { blockBytesMax, blockOf, BlockReader, etx, parityOf, stx, type Piece }
  from "./nec-blocks.js";

function read(parity: boolean, bytes: Uint8Array, cuts: readonly number[] = []): readonly Piece[] {
  const reader = new BlockReader(parity);
  const found: Piece[] = [];
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const to = Math.min(cut, bytes.length);
    found.push(...reader.push(bytes.subarray(from, to)));
    from = to;
  }
  found.push(...reader.push(bytes.subarray(from)), ...reader.end());
  return found;
}

function sizeOf(piece: Piece): number {
  switch (piece.kind) {
    case "block": return piece.text.length + piece.tail;
    case "control": return 1;
    case "padding": return piece.bytes;
    case "damage": return piece.bytes.length;
  }
}

/** Where a block stands whose parity is right, whatever was meant there. */
function blocksIn(stream: Buffer): readonly number[] {
  return [...stream.keys()].filter((start) => {
    const end = stream.indexOf(etx, start);
    return stream[start] === stx && end > start && stream.lastIndexOf(stx, end) === start
      && stream[end + 1] === parityOf(stream.subarray(start + 1, end + 1));
  });
}

const texts = (pieces: readonly Piece[]): readonly string[] => pieces.flatMap((piece) =>
  piece.kind === "block" ? [Buffer.from(piece.text).toString("latin1")] : []);

describe("NEC blocks", () => {
  // Added up by hand: "0!" 30^21 = 11, ^K 5A, ^A 1B, ^ETX 18.
  const vector = Buffer.from("0230214B410318", "hex");

  it("reads and prints the vector", () => {
    assert.deepEqual(texts(read(true, vector)), ["\u00020!KA"]);
    assert.deepEqual(Buffer.from(blockOf(Buffer.from("0!KA"), true)), vector);
    assert.equal(parityOf(Buffer.from("30214b4103", "hex")), 0x18);
  });

  it("reads blocks without parity where the port has none", () => {
    const bytes = Buffer.concat([blockOf(Buffer.from("0!KA1"), false),
      blockOf(Buffer.from("0!KA2"), false)]);
    assert.deepEqual(texts(read(false, bytes)), ["\u00020!KA1", "\u00020!KA2"]);
  });

  it("finds the next block where parity, an end or a beginning is lost", () => {
    const good = blockOf(Buffer.from("0!KB good"), true);
    const all = blockOf(Buffer.from("0!KA lost"), true);
    for (const damaged of [all.subarray(0, -1), all.subarray(0, -2), all.subarray(1),
      all.subarray(0, 5), Buffer.concat([all.subarray(0, 4), all.subarray(5)]),
      Buffer.from("\u0002".repeat(3)), Buffer.from("noise")]) {
      const pieces = read(true, Buffer.concat([damaged, good]));
      assert.deepEqual(texts(pieces), ["\u00020!KB good"], Buffer.from(damaged).toString("hex"));
    }
  });

  it("takes damage for a block where the parity is right by chance", () => {
    // ETX became B1, the parity octet happens to be an ETX, and the next octet the parity.
    const stream = Buffer.from("0230214b41313231303920b103b2", "hex");
    assert.deepEqual(blocksIn(stream), [0]);
    assert.deepEqual(texts(read(true, stream)), ["\u00020!KA12109 \u00b1"]);
  });

  it("keeps no more than its bound", () => {
    const pieces = read(true, Buffer.concat([Buffer.of(2), Buffer.alloc(5_000, 0x41),
      blockOf(Buffer.from("0!KA"), true)]));
    assert.deepEqual(texts(pieces), ["\u00020!KA"]);
    for (const piece of pieces) assert.ok(sizeOf(piece) <= blockBytesMax);
  });

  it("loses no good block, invents none and counts each octet once, however cut", () => {
    const text = fc.stringMatching(/^0!K[ABE][0-9 ]{0,130}$/);
    const piece = fc.oneof(
      text.map((good) => ({ good, bytes: blockOf(Buffer.from(good), true) })),
      fc.tuple(text, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([damaged, at, flip]) => {
        const bytes = Buffer.from(blockOf(Buffer.from(damaged), true));
        const place = 1 + at % (bytes.length - 1);
        bytes.writeUInt8((bytes[place] ?? 0) ^ flip, place);
        return { good: undefined, bytes: bytes as Uint8Array };
      }),
      fc.uint8Array({ maxLength: 30 }).map((bytes) =>
        ({ good: undefined, bytes: bytes.map((octet) => octet | 0x80) })));
    fc.assert(fc.property(fc.array(piece, { maxLength: 12 }),
      fc.array(fc.nat({ max: 1_500 }), { maxLength: 10 }), (pieces, cuts) => {
        const stream = Buffer.concat(pieces.map(({ bytes }) => bytes));
        const starts = pieces.flatMap(({ good }, index) => good === undefined ? []
          : [Buffer.concat(pieces.slice(0, index).map(({ bytes }) => bytes)).length]);
        // One damage in some 256 makes a block of right parity: nobody can tell it from a good one.
        fc.pre(isDeepStrictEqual(blocksIn(stream), starts));
        const found = read(true, stream, cuts);
        assert.deepEqual(texts(found), pieces.flatMap(({ good }) =>
          good === undefined ? [] : [`\u0002${good}`]));
        assert.equal(found.reduce((sum, each) => sum + sizeOf(each), 0), stream.length);
      }), { numRuns: 300 });
  });
});
