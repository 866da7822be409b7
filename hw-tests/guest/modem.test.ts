/** Modem lines of a UART, and flow control by them: Debian's driver on QEMU's 16550. */

import "reflect-metadata";
import assert from "node:assert/strict";
import type { SerialOptions } from "../../firmware/link/transports/options.js";
import { pause, until } from "../loopback/gateway-process.js";
import { need } from "../requirement.js";
import type { Guest } from "./guest.js";
import type { Modem } from "./modem.js";
import { sharedMachine } from "./shared-machine.js";

const up = { cts: true, dsr: true, dcd: true, ri: false };
const down = { cts: false, dsr: false, dcd: false, ri: false };
/** What would be on the line by then, if it were not held. */
const heldMs = 1_500;
/** What the UART itself has when CTS falls goes out in less. */
const settleMs = 500;

describe("a UART with a modem's lines under Debian's kernel", function () {
  this.timeout(120_000);
  const machine = sharedMachine("");
  let guest: Guest;
  let modem: Modem;
  let path: string;

  before(async function () {
    ({ guest } = machine());
    const made = guest.modem;
    need(this, "gcc", made.ok ? undefined : made.fault.message);
    modem = made.ok ? made.value : assert.fail();
    [, path = ""] = await guest.uarts();
  });
  beforeEach(async () => { await modem.setPins(up); });

  async function open(more: Partial<SerialOptions> = {}): Promise<void> {
    assert.equal(await guest.do("open", { kind: "serial", path, baudRate: 9_600, dataBits: 8,
      parity: "none", stopBits: 1, flowControl: "none", hold: "dtr-rts", ...more }), "");
  }

  async function drives(dtr: boolean, rts: boolean): Promise<void> {
    await until(`DTR ${dtr}, RTS ${rts}`, async () => {
      const driven = await modem.driven();
      return driven.dtr === dtr && driven.rts === rts;
    });
  }

  it("reads CTS, DSR, DCD and RI as the other end changes them", async () => {
    await open();
    for (const pins of [up, down, { ...down, cts: true }, { ...down, dsr: true },
      { ...down, dcd: true }, { ...down, ri: true }, { ...up, ri: true }, up]) {
      await modem.setPins(pins);
      assert.deepEqual(await guest.do("lines", path), pins);
    }
    await guest.do("close", path);
  });

  it("shows the other end DTR and RTS: up while open, down while it has to wait", async () => {
    await drives(false, false);
    await open();
    await drives(true, true);
    await guest.do("hold", path);
    await drives(false, false);
    await guest.do("letGo", path);
    await drives(true, true);
    await guest.do("close", path);
    await drives(false, false);
  });

  for (const [flowControl, dtr, rts] of [["rts-cts", true, false], ["dtr-dsr", false, true],
  ] as const) {
    it(`shows the other end with ${flowControl} one of them down while it has to wait`,
      async () => {
        await open({ flowControl });
        await drives(true, true);
        await guest.do("hold", path);
        await drives(dtr, rts);
        await guest.do("letGo", path);
        await drives(true, true);
        await guest.do("close", path);
      });
  }

  /** RTS/CTS is the kernel's own, by interrupts of the UART; DTR/DSR is ours. */
  for (const [flowControl, pin, octets] of [["rts-cts", "cts", 100_000], ["dtr-dsr", "dsr", 400],
  ] as const) {
    it(`stops our output with ${flowControl} while ${pin.toUpperCase()} is down, loses nothing`,
      async () => {
        const text = "0123456789".repeat(octets / 10);
        const before = modem.received.length;
        const heard = (): string => modem.received.slice(before);
        await open({ flowControl });
        await modem.setPins({ ...up, [pin]: false });
        await until("it is known", async () => (await guest.do("lines", path))?.[pin] === false);
        const sent = guest.do("send", path, text);
        await pause(heldMs);
        assert.equal(heard(), "");
        await modem.setPins(up);
        await until("it has begun", () => heard() !== "");
        await modem.setPins({ ...up, [pin]: false });
        await pause(settleMs);
        const stopped = heard().length;
        assert.ok(stopped < octets, `${stopped} of ${octets}`);
        await pause(heldMs);
        assert.equal(heard().length, stopped);
        await modem.setPins(up);
        await sent;
        await until("all is on the line", () => heard().length >= octets);
        assert.equal(heard(), text);
        await guest.do("close", path);
      });
  }
});
