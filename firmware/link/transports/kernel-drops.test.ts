import assert from "node:assert/strict";
import { dropsIn } from "./kernel-drops.js";

/** Written after proc(5) and the kernel's `udp4_format_sock`; x86 and ARM are little-endian. */
const row = (local: string, drops: number): string =>
  ` 2154: ${local} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 `
  + `0000000000000000 ${drops}\n`;
const head = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
  + "timeout inode ref pointer drops\n";
const table = head + row("0100007F:0202", 12) + row("00000000:0202", 0);
const six = head + row("B80D0120000000000000000001000000:0202", 5);

describe("what the kernel dropped", () => {
  it("finds the socket by its address and port", () => {
    assert.equal(dropsIn(table, "127.0.0.1", 514), 12);
    assert.equal(dropsIn(table, "0.0.0.0", 514), 0);
    assert.equal(dropsIn(table, "127.0.0.1", 515), undefined);
    assert.equal(dropsIn(six, "2001:db8::1", 514), 5);
  });

  it("says nothing where the table is something else", () => {
    assert.equal(dropsIn("", "127.0.0.1", 514), undefined);
    assert.equal(dropsIn(" 1: 0100007F:0202 x y", "127.0.0.1", 514), undefined);
  });
});
