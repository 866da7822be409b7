import assert from "node:assert/strict";
import { oneExecutable } from "./executable.js";

const [load, note, phdr, stack] = [1, 4, 6, 0x6474e551];

/** An ELF header, program headers, and a fuse. */
function elf(types: readonly number[], type = 2): Buffer {
  const file = Buffer.alloc(5_000);
  file.write("\x7fELF", 0, "latin1");
  file.writeUInt16LE(type, 16);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(types.length, 56);
  types.forEach((of, n) => {
    const at = 64 + 56 * n;
    file.writeUInt32LE(of, at);
    file.writeBigUInt64LE(BigInt(0x400000 + 0x10000 * n), at + 16);
    file.writeBigUInt64LE(0x1234n, at + 40);
  });
  file.write("NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:0", 4_000, "latin1");
  return file;
}

describe("one executable", () => {
  const types = [phdr, load, load, note, stack];
  const blob = Buffer.from("a blob of 17 byte");
  const made = oneExecutable(elf(types), blob);
  const field = (n: number, at: number): number => Number(made.readBigUInt64LE(64 + 56 * n + at));

  it("keeps the headers' number; the blob is loaded behind all else", () => {
    assert.deepEqual(types.map((_, n) => made.readUInt32LE(64 + 56 * n)),
      [load, load, load, stack, note]);
    const [offset, address] = [field(2, 8), field(2, 16)];
    assert.deepEqual([offset, address], [8_192, 0x422000]);
    assert.deepEqual([field(4, 8), field(4, 16)], [offset, address]);
    assert.equal(field(4, 40), made.length - offset);
  });

  it("is a note with Node's name, and the fuse is blown", () => {
    const at = field(4, 8);
    assert.deepEqual([made.readUInt32LE(at), made.readUInt32LE(at + 4)], [14, blob.length]);
    assert.equal(made.toString("latin1", at + 12, at + 26), "NODE_SEA_BLOB\0");
    assert.deepEqual(made.subarray(at + 28, at + 28 + blob.length), blob);
    assert.match(made.toString("latin1", 4_000, 4_100), /fce680ab2cc467b6e072b8b5df1996b2:1/);
  });

  it("is not made of what is otherwise than known", () => {
    assert.throws(() => oneExecutable(elf(types, 3), blob), /fixed address/);
    assert.throws(() => oneExecutable(elf([load, note, stack]), blob), /not as known/);
    const other = elf(types);
    other.write("x", 4_000, "latin1");
    assert.throws(() => oneExecutable(other, blob), /no blob/);
  });
});
