import assert from "node:assert/strict";
import { entriesOf, entryOf, imageVersion, isBootable, primarySlot } from "./boot-entries.js";

describe("entries of the boot partition", () => {
  it("carry slot and attempts in their names", () => {
    assert.deepEqual(entryOf("jackfield-a.efi"),
      { file: "jackfield-a.efi", slot: "a", attemptsLeft: undefined });
    assert.equal(entryOf("jackfield-b+3.efi")?.attemptsLeft, 3);
    assert.equal(entryOf("jackfield-b+0-3.efi")?.attemptsLeft, 0);
    for (const other of ["new.part", "jackfield-c.efi", "windows.efi", "jackfield-a.efi.part"]) {
      assert.equal(entryOf(other), undefined);
    }
  });

  it("are one slot's or all", () => {
    const files = ["jackfield-a.efi", "x", "jackfield-b+2-1.efi"];
    assert.equal(entriesOf(files).length, 2);
    assert.deepEqual(entriesOf(files, "b").map(({ file }) => file), ["jackfield-b+2-1.efi"]);
  });

  it("that have no attempt left are not bootable, nor is a slot without one", () => {
    assert.equal(isBootable(entriesOf(["jackfield-b+0-3.efi"], "b")), false);
    assert.equal(isBootable(entriesOf([], "b")), false);
    assert.equal(isBootable(entriesOf(["jackfield-b+1-2.efi"], "b")), true);
    assert.equal(isBootable(entriesOf(["jackfield-b.efi"], "b")), true);
  });

  it("say which slot starts next", () => {
    assert.equal(primarySlot(["jackfield-a.efi", "jackfield-b+3.efi"], "a"), "b");
    assert.equal(primarySlot(["jackfield-a.efi", "jackfield-b+0-3.efi"], "a"), "a");
    assert.equal(primarySlot(["jackfield-a.efi", "jackfield-b.efi"], "b"), "b");
  });

  it("know their version", () => {
    assert.equal(imageVersion(Buffer.from("MZ\0\xff ID=x\nIMAGE_VERSION=0.2.0\nX=1")), "0.2.0");
    assert.equal(imageVersion(Buffer.from("MZ")), "");
  });
});
