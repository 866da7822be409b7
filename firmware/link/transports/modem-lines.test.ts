import assert from "node:assert/strict";
import { linesIn } from "./modem-lines.js";

describe("modem lines", () => {
  // Linux asm-generic/termios.h: TIOCM_CTS, _CAR, _RNG, _DSR; 0x6 is DTR and RTS, our own.
  it("are read from the kernel's word, each by its bit", () => {
    const none = { cts: false, dsr: false, dcd: false, ri: false };
    for (const [word, up] of [[0x006, {}], [0x026, { cts: true }], [0x040, { dcd: true }],
      [0x080, { ri: true }], [0x100, { dsr: true }],
      [0x1e6, { cts: true, dsr: true, dcd: true, ri: true }]] as const) {
      assert.deepEqual(linesIn(word), { ...none, ...up });
    }
  });
});
