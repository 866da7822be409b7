import assert from "node:assert/strict";
import { defineCommand, floorOf, indexMax, isDefined, raiseCommand, readCommand, rollbackIndex }
  from "./rollback-floor.js";

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ""), "hex");

describe("rollback floor in the TPM", () => {
  it("asks as TPM 2.0 part 3 lays commands out", () => {
    assert.deepEqual(readCommand(), hex(`8002 00000023 0000014e 01804a46 01804a46
      00000009 40000009 0000 00 0000 0008 0000`));
    assert.deepEqual(raiseCommand(3), hex(`8002 00000027 00000135 01804a46 01804a46
      00000009 40000009 0000 00 0000 0000000000000007`));
    assert.deepEqual(defineCommand(), hex(`8002 0000002d 0000012a 40000001
      00000009 40000009 0000 00 0000 0000 000e 01804a46 000b 02060026 0000 0008`));
    assert.throws(() => raiseCommand(0));
    assert.throws(() => raiseCommand(indexMax + 1));
  });

  it("is the highest bit that was ever set, and 0 before the first", () => {
    const read = (bits: string): Buffer =>
      hex(`8002 00000019 00000000 0000000a 0008 ${bits} 0000 01 0000`);
    assert.equal(floorOf(read("0000000000000000")), 0);
    assert.equal(floorOf(read("0000000000000007")), 3);
    assert.equal(floorOf(read("7fffffffffffffff")), indexMax);
    assert.equal(floorOf(hex("8001 0000000a 0000018b")), 0);
    assert.equal(floorOf(hex("8001 0000000a 0000014a")), 0);
    assert.throws(() => floorOf(hex("8001 0000000a 00000101")), /0x101/);
  });

  it("is defined once", () => {
    assert.equal(isDefined(hex("8002 00000013 00000000 00000000 0000 01 0000")), true);
    assert.equal(isDefined(hex("8001 0000000a 0000014c")), true);
    assert.equal(isDefined(hex("8001 0000000a 00000922")), false);
  });

  it("is compared with the index on a command line", () => {
    assert.equal(rollbackIndex("jackfield.verity=1,2,ab,cd jackfield.index=12 ro"), 12);
    assert.equal(rollbackIndex("ro quiet"), 0);
  });
});
