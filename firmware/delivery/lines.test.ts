import assert from "node:assert/strict";
import fc from "fast-check";
import { linkId } from "../model/identifiers.js";
import { LineCutter, pieceBytesMax } from "./lines.js";

const link = linkId("printer");
const begin = { position: 0n, offset: 0 };

function cut(segments: readonly string[], from = begin): LineCutter {
  const cutter = new LineCutter(link, from);
  for (const [index, text] of segments.entries()) {
    const position = BigInt(index + 1);
    if (position < from.position) continue;
    cutter.add({ position, atMs: 0, bytes: Buffer.from(text, "latin1") });
  }
  return cutter;
}

const texts = ({ pieces }: LineCutter): string[] =>
  pieces.map(({ bytes }) => Buffer.from(bytes).toString("latin1"));

describe("cutting lines", () => {
  it("ends a line at LF, at CR LF, and at a CR that no LF follows", () => {
    const cutter = cut(["one\r\ntw", "o\rthree\nfour\r", "\nfive"]);
    assert.deepEqual(texts(cutter), ["one\r\n", "two\r", "three\n", "four\r\n"]);
    assert.equal(cutter.openBytes, 4);
    cutter.end();
    assert.equal(texts(cutter).at(-1), "five");
    assert.deepEqual(cutter.pieces.map(({ id }) => id), ["printer/1.0+5", "printer/1.5+4",
      "printer/2.2+6", "printer/2.8+6", "printer/3.1+4"]);
  });

  it("takes a datagram for a line of its own, and gives it an end where it has none", () => {
    const cutter = new LineCutter(link, begin);
    const add = (position: bigint, text: string, more: { whole?: true }): void => {
      cutter.add({ position, atMs: 0, bytes: Buffer.from(text), ...more });
    };
    add(1n, "left open", {});
    for (const [index, text] of ["one", "two\r\nthree", "four\n", "five\r", "six"].entries()) {
      add(BigInt(index + 2), text, { whole: true });
    }
    assert.deepEqual(texts(cutter), ["left open", "one\r\n", "two\r\n", "three\r\n", "four\n",
      "five\r", "six\r\n"]);
    assert.equal(cutter.openBytes, 0);
    assert.deepEqual(cutter.place, { position: 6n, offset: 3 });
    const counted = [...cutter.days.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    assert.equal(counted, "left openonetwo\r\nthreefour\nfive\rsix".length);
  });

  it("cuts off what never ends", () => {
    const cutter = cut(["x".repeat(pieceBytesMax), "x".repeat(pieceBytesMax + 5)]);
    assert.deepEqual(cutter.pieces.map(({ bytes }) => bytes.length),
      [pieceBytesMax, pieceBytesMax]);
    assert.equal(cutter.openBytes, 5);
  });

  it("loses and changes no byte, and goes on from any place with the same pieces", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "\r", "\n"), maxLength: 12 });
    fc.assert(fc.property(fc.array(text, { maxLength: 8 }), fc.nat(20), (segments, stop) => {
      const whole = cut(segments);
      whole.end();
      assert.equal(texts(whole).join(""), segments.join(""));
      const bytes = [...whole.days.values()].reduce((sum, share) => sum + share.bytes, 0);
      assert.equal(bytes, segments.join("").length);
      // The place behind each piece is where a new cutter finds the next one.
      const first = new LineCutter(link, begin);
      for (const [index, one] of segments.entries()) {
        first.add({ position: BigInt(index + 1), atMs: 0, bytes: Buffer.from(one, "latin1") });
        if (first.pieces.length > stop) break;
      }
      const rest = cut(segments, first.place);
      rest.end();
      assert.deepEqual([...texts(first), ...texts(rest)], texts(whole));
    }), { numRuns: 500 });
  });
});
