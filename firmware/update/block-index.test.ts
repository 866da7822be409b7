import assert from "node:assert/strict";
import { SimulatedWorld } from "../base/world-simulated.js";
import { blockBytes, blockDigest, readBlockIndex, stretchesOf, writeBlockIndex }
  from "./block-index.js";

const headBytes = 96;
const bundleBytesMax = 1 << 20;
const random = new SimulatedWorld().random;
const blocks = Array.from({ length: 40 }, () => Buffer.from(random.bytes(blockBytes)));
const bundle = Buffer.concat([random.bytes(headBytes), ...blocks, random.bytes(100)]);

function known(numbers: readonly number[]): ReadonlyMap<string, number> {
  return new Map(numbers.map((n) => [blockDigest(blocks[n] ?? Buffer.alloc(0)), n]));
}

describe("block index of a bundle", () => {
  const written = writeBlockIndex(bundle, headBytes);
  const read = readBlockIndex(written, bundleBytesMax);

  it("reads back what it was written from, and covers the bundle without a gap", () => {
    assert.ok(read.ok);
    assert.equal(read.value.digests.length, 41);
    for (const have of [[], [0], [39], Array.from({ length: 40 }, (_, n) => n)]) {
      let next = 0;
      for (const { offset, bytes } of stretchesOf(read.value, known(have))) {
        assert.equal(offset, next);
        next += bytes;
      }
      assert.equal(next, bundle.length);
    }
  });

  it("takes from the unit what follows there too, and the rest from the mirror", () => {
    assert.ok(read.ok);
    const have = Array.from({ length: 30 }, (_, n) => n + 5);
    assert.deepEqual(stretchesOf(read.value, known(have)), [
      { offset: 0, bytes: headBytes + 5 * blockBytes, fromBlock: undefined },
      { offset: headBytes + 5 * blockBytes, bytes: 30 * blockBytes, fromBlock: 5 },
      { offset: headBytes + 35 * blockBytes, bytes: 5 * blockBytes + 100, fromBlock: undefined }]);
  });

  it("does not ask twice for a few blocks in between", () => {
    assert.ok(read.ok);
    assert.equal(stretchesOf(read.value, known([10, 11])).length, 1);
    assert.equal(stretchesOf(read.value, known([0, 1])).length, 1);
  });

  it("is refused when it is none, or of a bundle that is too large", () => {
    const header = (more: object): Buffer => Buffer.from(`${JSON.stringify({ version: 1,
      sizeBytes: 4_096, headBytes: 0, blockBytes, ...more })}\n`);
    const digest = Buffer.alloc(16);
    assert.ok(readBlockIndex(Buffer.concat([header({}), digest]), bundleBytesMax).ok);
    for (const wrong of [Buffer.alloc(0), Buffer.from("{}"), Buffer.from("{}\n"), header({}),
      Buffer.from("no JSON\n"), Buffer.concat([header({}), digest, digest]),
      Buffer.concat([header({ version: 2 }), digest]),
      Buffer.concat([header({ sizeBytes: -1 }), digest]),
      Buffer.concat([header({ headBytes: 5_000 }), digest]),
      Buffer.concat([header({ blockBytes: 512 }), digest])]) {
      assert.equal(readBlockIndex(wrong, bundleBytesMax).ok, false, wrong.toString("latin1"));
    }
    assert.equal(readBlockIndex(written, bundle.length - 1).ok, false);
  });
});
