import assert from "node:assert/strict";
import { objcopyArguments, place, programEnd } from "./uki.js";

/** A PE32+ program with an optional header of 240 bytes and these sections [address, bytes]. */
function program(...sections: readonly (readonly [number, number])[]): Buffer {
  const bytes = Buffer.alloc(0x80 + 24 + 240 + sections.length * 40);
  bytes.write("MZ");
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write("PE\0\0", 0x80, "latin1");
  bytes.writeUInt16LE(sections.length, 0x86);
  bytes.writeUInt16LE(240, 0x94);
  sections.forEach(([address, size], index) => {
    bytes.writeUInt32LE(size, 0x80 + 24 + 240 + index * 40 + 8);
    bytes.writeUInt32LE(address, 0x80 + 24 + 240 + index * 40 + 12);
  });
  return bytes;
}

describe("unified kernel image", () => {
  it("begins behind the stub's last section, wherever that stands in the table", () => {
    assert.equal(programEnd(program([0x1000, 0x500], [0x19000, 0x134], [0x4000, 0x10])), 0x19134);
    assert.throws(() => programEnd(Buffer.alloc(0x100)), /no PE program/);
  });

  it("has each part on a page of its own, and a MiB free behind the kernel", () => {
    const placed = place(0x19134, { osrel: 0x200, cmdline: 0x1001, linux: 0x10, initrd: 9 });
    assert.deepEqual(placed, [{ part: "osrel", address: 0x1a000 },
      { part: "cmdline", address: 0x1b000 }, { part: "linux", address: 0x1d000 },
      { part: "initrd", address: 0x11e000 }]);
    assert.deepEqual(objcopyArguments(placed.slice(0, 1),
      { osrel: "o", cmdline: "c", linux: "l", initrd: "i" }),
    ["--add-section", ".osrel=o", "--change-section-vma", ".osrel=0x1a000"]);
  });
});
