import assert from "node:assert/strict";
import { ringIn } from "./ring-indicator.js";

/** As Linux 6.1 prints it (serial_core.c uart_line_info). */
const table = `serinfo:1.0 driver revision:
0: uart:16550A port:000003F8 irq:4 tx:11 rx:0 RTS|CTS|DTR|DSR|CD
1: uart:16550A port:000002F8 irq:3 tx:0 rx:7 fe:1 brk:1 RTS|DTR|RI
2: uart:unknown port:000003E8 irq:4
3: uart:16550A port:000002E8 irq:3 tx:0 rx:0 RI
11: uart:16550A mmio:0xFEBF0000 irq:11 tx:0 rx:0
`;

describe("ring indicator", () => {
  it("is read from the kernel's table of UARTs", () => {
    assert.deepEqual(["0", "1", "3", "11"].map((number) => ringIn(table, number)),
      [false, true, true, false]);
  });

  it("is unknown of a port that the table does not have, or does not tell us", () => {
    assert.equal(ringIn(table, "2"), undefined);
    assert.equal(ringIn(table, "7"), undefined);
    assert.equal(ringIn("", "0"), undefined);
  });
});
