import assert from "node:assert/strict";
import { change, isChanged } from "./termios.js";

/** Linux's struct termios2, of which the first and the third word are given. */
function termios(input: number, control: number): Uint8Array {
  const words = new Uint8Array(44).fill(0x55);
  new DataView(words.buffer).setUint32(0, input, true);
  new DataView(words.buffer).setUint32(8, control, true);
  return words;
}

// CLOCAL, CREAD, CS8 and B9600.
const control = 0x8bd;

describe("settings of a terminal", () => {
  it("mark what is damaged, and leave all else as it was", () => {
    // IGNPAR, BRKINT and IGNBRK go; IXON stays; INPCK and PARMRK come.
    const words = termios(0x407, control);
    change(words, "none");
    assert.deepEqual(words, termios(0x418, control));
    assert.ok(isChanged(words, "none"));
  });

  it("have the fifth and fourth parity with a flag of their own, and lose it again", () => {
    for (const [parity, flags] of [["mark", 0x4000_0300], ["space", 0x4000_0100]] as const) {
      const words = termios(0, control | 0x100);
      change(words, parity);
      assert.deepEqual(words, termios(0x18, (control | flags) >>> 0));
      assert.ok(isChanged(words, parity));
    }
    const words = termios(0, (control | 0x4000_0300) >>> 0);
    change(words, "odd");
    assert.deepEqual(words, termios(0x18, control | 0x300));
  });

  it("are missed where a driver has taken one out again", () => {
    assert.equal(isChanged(termios(0x18, control | 0x300), "mark"), false);
    assert.equal(isChanged(termios(0x18, (control | 0x4000_0000) >>> 0), "space"), false);
    assert.equal(isChanged(termios(0x10, control), "none"), false);
    assert.equal(isChanged(termios(0x1c, control), "none"), false);
  });
});
