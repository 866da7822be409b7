import assert from "node:assert/strict";
import fc from "fast-check";
import { ErrorMarks } from "./error-marks.js";

interface Octet {
  readonly octet: number;
  readonly damaged: boolean;
}

/** As the kernel writes it (Linux n_tty with PARMRK). */
function marked(octets: readonly Octet[]): Buffer {
  return Buffer.from(octets.flatMap(({ octet, damaged }) =>
    damaged ? [0xff, 0x00, octet] : octet === 0xff ? [0xff, 0xff] : [octet]));
}

function cutAt(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length]
    .sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

function unmarked(reads: readonly Uint8Array[]): { readonly hex: string; readonly at: number[] } {
  const marks = new ErrorMarks();
  const at: number[] = [];
  let all = Buffer.alloc(0);
  for (const read of reads) {
    const { bytes, damagedAt } = marks.unmark(read);
    at.push(...damagedAt.map((place) => place + all.length));
    all = Buffer.concat([all, bytes]);
  }
  return { hex: all.toString("hex"), at };
}

const read = (hex: string) => unmarked([Buffer.from(hex, "hex")]);

describe("error marks of a serial line", () => {
  it("are taken out; what they mark stays, and is told of", () => {
    assert.deepEqual(read("414243"), { hex: "414243", at: [] });
    assert.deepEqual(read("41ff00d742"), { hex: "41d742", at: [1] });
    assert.deepEqual(read("ff0000"), { hex: "00", at: [0] });
    assert.deepEqual(read("ffff00ffff"), { hex: "ff00ff", at: [] });
    assert.deepEqual(read("ff00ffff00ff"), { hex: "ffff", at: [0, 1] });
  });

  it("leave alone what came before the kernel began to mark", () => {
    assert.deepEqual(read("ff41"), { hex: "ff41", at: [] });
  });

  it("are nothing any more when the kernel has dropped what it held", () => {
    const marks = new ErrorMarks();
    marks.unmark(Buffer.from("ff00", "hex"));
    marks.reset();
    assert.deepEqual([...marks.unmark(Buffer.from("A")).bytes], [0x41]);
  });

  it("give back the octets and the damage of any line, however it is cut", () => {
    const octet = fc.record({ octet: fc.oneof(fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0x00, 0xff)), damaged: fc.boolean() });
    fc.assert(fc.property(fc.array(octet, { maxLength: 60 }), fc.array(fc.nat(), { maxLength: 9 }),
      (octets, places) => {
        assert.deepEqual(unmarked(cutAt(marked(octets), places)), {
          hex: Buffer.from(octets.map((each) => each.octet)).toString("hex"),
          at: octets.flatMap(({ damaged }, place) => damaged ? [place] : []) });
      }), { numRuns: 500 });
  });

  it("never make more of any bytes than came, nor remember more than a mark", () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (reads) => {
      const total = reads.reduce((sum, { length }) => sum + length, 0);
      const { hex, at } = unmarked(reads);
      assert.ok(hex.length / 2 <= total);
      assert.ok(at.every((place, index) => place > (at[index - 1] ?? -1)));
    }));
  });
});
