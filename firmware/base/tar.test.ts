import assert from "node:assert/strict";
import { tarArchive } from "./tar.js";

const text = (bytes: Buffer): string => bytes.toString("latin1").replace(/\0.*$/s, "");

describe("tar archive", () => {
  const archive = tarArchive([{ name: "a.txt", content: Buffer.from("one\n") },
    { name: "b/c.bin", content: Buffer.alloc(513, 7) }], 1_700_000_000_999);

  it("has a header and whole blocks for each file, and two empty blocks at its end", () => {
    assert.equal(archive.length, 512 * (2 + 3 + 2));
    assert.ok(archive.subarray(-1_024).every((byte) => byte === 0));
    assert.equal(text(archive.subarray(0, 100)), "a.txt");
    assert.equal(text(archive.subarray(512, 1_024)), "one\n");
    assert.equal(text(archive.subarray(1_024, 1_124)), "b/c.bin");
    assert.equal(parseInt(text(archive.subarray(1_024 + 124, 1_024 + 136)), 8), 513);
    assert.equal(parseInt(text(archive.subarray(136, 148)), 8), 1_700_000_000);
    assert.equal(text(archive.subarray(257, 263)), "ustar");
  });

  it("sums each header up, its own place counted as spaces", () => {
    for (const at of [0, 1_024]) {
      const header = Buffer.from(archive.subarray(at, at + 512));
      const sum = parseInt(text(header.subarray(148, 156)), 8);
      header.fill(" ", 148, 156);
      assert.equal(header.reduce((total, byte) => total + byte, 0), sum);
    }
  });

  it("refuses a name that does not fit", () => {
    assert.throws(() => tarArchive([{ name: "x".repeat(101), content: Buffer.alloc(0) }], 0));
  });
});
