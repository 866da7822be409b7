/** What an emulated serial line tells of damage, and how it is asked to wait (QEMU, Debian). */

import "reflect-metadata";
import assert from "node:assert/strict";
import type { SerialOptions } from "../../firmware/link/transports/options.js";
import { until } from "../loopback/gateway-process.js";
import type { Cable, Guest } from "./guest.js";
import { sharedMachine } from "./shared-machine.js";

const settings: Omit<SerialOptions, "path"> = { kind: "serial", baudRate: 9_600, dataBits: 8,
  parity: "none", stopBits: 1, flowControl: "none", hold: "dtr-rts" };
const [xon, xoff] = ["\x11", "\x13"];
const every = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));

describe("a serial line under Debian's kernel", function () {
  this.timeout(180_000);
  const machine = sharedMachine("");
  let guest: Guest;

  before(() => { ({ guest } = machine()); });

  async function arrived(path: string, hex: string): Promise<void> {
    await until(`${path} has received ${hex}`, async () =>
      (await guest.do("received", path)) === hex).catch(async () => {
      assert.equal(await guest.do("received", path), hex);
    });
  }

  describe("of a UART", () => {
    let cable: Cable;
    let path: string;

    before(async () => {
      cable = await guest.cable("uart");
      [path = ""] = await guest.uarts();
    });
    afterEach(async () => { await guest.do("close", path); });

    async function open(more: Partial<SerialOptions> = {}): Promise<void> {
      assert.equal(await guest.do("open", { ...settings, ...more, path }), "");
    }

    /** The driver's own view: `tx:0 rx:0 brk:1 RTS|CTS|DTR|DSR|CD`. */
    async function kernelLine(): Promise<string> {
      const text = await guest.do("shell", "cat /proc/tty/driver/serial");
      return text.split("\n").find((line) => line.startsWith(`${path.replace(/\D/g, "")}:`)) ?? "";
    }

    it("gives every octet unchanged though damaged ones are marked; counts a break", async () => {
      await open();
      cable.write(every);
      await arrived(path, every.toString("hex"));
      await guest.sendBreak(cable);
      await arrived(path, `${every.toString("hex")}00`);
      assert.equal(await guest.do("damaged", path), 1);
      cable.write("A");
      await arrived(path, `${every.toString("hex")}0041`);
      assert.equal(await guest.do("damaged", path), 1);
    });

    it("holds by DTR and RTS where there is no flow control, and reads on", async () => {
      await open();
      assert.match(await kernelLine(), /\bRTS\|.*\bDTR\b/);
      await guest.do("hold", path);
      await until("both are down", async () => !/RTS|DTR/.test(await kernelLine()));
      cable.write("B");
      await arrived(path, "42");
      await guest.do("letGo", path);
      await until("both are up", async () => /\bRTS\|.*\bDTR\b/.test(await kernelLine()));
    });

    it("leaves DTR and RTS up where the configuration says so", async () => {
      await open({ hold: "none" });
      await guest.do("hold", path);
      assert.match(await kernelLine(), /\bRTS\|.*\bDTR\b/);
    });

    it("holds by RTS alone with RTS/CTS", async () => {
      await open({ flowControl: "rts-cts" });
      await guest.do("hold", path);
      await until("RTS is down", async () => !(await kernelLine()).includes("RTS"));
      assert.match(await kernelLine(), /\bDTR\b/);
      cable.write("C");
      await guest.do("letGo", path);
      await until("RTS is up", async () => (await kernelLine()).includes("RTS"));
      await arrived(path, "43");
    });

    it("holds by XOFF with XON/XOFF", async () => {
      await open({ flowControl: "xon-xoff" });
      const before = cable.received.length;
      await guest.do("hold", path);
      await until("the PBX has XOFF", () => cable.received.slice(before) === xoff);
      cable.write("D");
      await arrived(path, "44");
      await guest.do("letGo", path);
      await until("the PBX has XON", () => cable.received.slice(before) === `${xoff}${xon}`);
    });
  });

  describe("of a USB adapter", () => {
    const path = "usb:0403:6001:JF000009";
    let cable: Cable;

    before(async () => {
      cable = await guest.cable("line-adapter");
      await guest.plug({ id: "la", cable, serialNumber: "JF000009", socket: "4" });
      await until("it is there", async () =>
        (await guest.do("ports")).some(({ adapterAddress }) => adapterAddress === path));
      assert.equal(await guest.do("open", { ...settings, path }), "");
    });
    after(async () => {
      await guest.do("close", path);
      await guest.unplug("la");
    });

    it("gives every octet unchanged", async () => {
      cable.write(every);
      await arrived(path, every.toString("hex"));
      assert.equal(await guest.do("damaged", path), 0);
    });

    // FTDI SET_MODEM_CTRL, both bits with their masks: bit 0 DTR, bit 1 RTS.
    it("is told to lower and to raise DTR and RTS", async () => {
      const toldBy = async (work: () => Promise<unknown>): Promise<string> => {
        const before = (await guest.told()).length;
        await work();
        await until("the adapter was told", async () =>
          (await guest.told()).slice(before - 1).some((line) => line.includes("control 0x4001")));
        return (await guest.told()).slice(before - 1).join("\n");
      };
      assert.match(await toldBy(() => guest.do("hold", path)), /control 0x4001, value 0x300\b/);
      assert.match(await toldBy(() => guest.do("letGo", path)), /control 0x4001, value 0x303\b/);
    });
  });
});
