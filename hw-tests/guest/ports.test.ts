/** Serial and USB ports of a real kernel, plugged and unplugged, with the whole gateway on them. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { SerialOptions } from "../../firmware/link/transports/options.js";
import { LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { CallsService } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { Finding, PortKind, PortsService, type DiagnosePortResponse, type Verdict }
  from "../../proto/gen/cti/gateway/v1/ports_pb.js";
import { EventType } from "../../proto/gen/cti/gateway/v1/model_pb.js";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { pause, until } from "../loopback/gateway-process.js";
import { Collected, detailsOf, type TestClient } from "../loopback/server-rig.js";
import { boxReportOctets } from "./gadget.js";
import { report, working, type GuestGateway } from "./guest-gateway.js";
import type { Cable, Guest } from "./guest.js";
import { sharedMachine } from "./shared-machine.js";

/** Generous: the guest's processor is emulated, and others use the host's. */
const pluggedMsMax = 15_000;

const links = `  - id: by-adapter
    driver: smdr
    transport: { kind: serial, path: "usb:0403:6001:JF000001" }
    options: { format: panasonic-kx }
  - id: by-socket
    driver: smdr
    transport: { kind: serial, path: "usb-socket:1-3" }
    options: { format: panasonic-kx }
  - id: hid-box
    driver: caller-id
    transport: { kind: usb, address: "usb:1d6b:0104:JFBOX001" }
    options:
      box: hid
      device: "102"
      report:
        octets: ${boxReportOctets}
        state: { ring: 1, offHook: 2, onHook: 3 }
        digits: { offset: 1, octets: 15 }
  - id: vendor-bulk
    driver: smdr
    transport: { kind: usb, address: "usb:1d6b:0104:JFBOX001:1" }
    options: { format: panasonic-kx }
  - id: cdc-acm
    driver: smdr
    transport: { kind: serial, path: "usb:0525:a4a7:JFACM001" }
    options: { format: panasonic-kx }
`;

const settings: Omit<SerialOptions, "path"> = { kind: "serial", baudRate: 9_600, dataBits: 8,
  parity: "none", stopBits: 1, flowControl: "none" };

describe("serial and USB ports of a real kernel", function () {
  this.timeout(120_000);
  const machine = sharedMachine(links);
  let guest: Guest;
  let gateway: GuestGateway;
  let client: TestClient;

  before(() => {
    ({ guest, gateway } = machine());
    ({ client } = gateway);
  });

  /** At the other end of the cable. */
  function print(cable: Cable): string {
    return gateway.printTo((bytes) => { cable.write(bytes); });
  }

  /** At the device's bulk endpoint. */
  async function printBulk(): Promise<string> {
    const { number, text } = gateway.printed();
    await guest.do("sendBulk", text);
    return number;
  }

  describe("a link on an adapter", () => {
    let cable: Cable;

    it("comes up when the adapter is plugged in; the port is listed with all its names",
      async () => {
        cable = await guest.cable("adapter-1");
        await gateway.becomes("by-adapter", [LinkState.DOWN]);
        const startMs = performance.now();
        await guest.plug({ id: "a1", cable, serialNumber: "JF000001", socket: "1" });
        report("plugged in -> up", await gateway.becomes("by-adapter", working, startMs));
        const { path, adapter, adapterAddress, socketAddress, link } =
          await gateway.portWith("JF000001");
        assert.match(path, /^\/dev\/ttyUSB\d$/);
        assert.deepEqual({ adapter, adapterAddress, socketAddress, link }, {
          adapter: "FTDI FT232R", adapterAddress: "usb:0403:6001:JF000001",
          socketAddress: "usb-socket:1-1", link: "by-adapter" });
        await gateway.recorded("by-adapter", print(cable));
      });

    it("is exclusive: a second program and the doctor are refused", async () => {
      assert.equal(await guest.do("open", { ...settings, path: "usb:0403:6001:JF000001" }),
        "port-locked");
      const examined = new Collected<DiagnosePortResponse>(client.stream(
        PortsService.method.diagnosePort, { port: "usb-socket:1-1", secondsMax: 5 }));
      assert.equal(detailsOf(await examined.ended).reason, "port-locked");
      await gateway.recorded("by-adapter", print(cable));
    });

    it("goes on after a break of the line", async () => {
      const before = print(cable);
      await guest.sendBreak(cable);
      await gateway.recorded("by-adapter", before);
      await gateway.recorded("by-adapter", print(cable));
    });

    it("follows the adapter into other sockets, also after an absence", async () => {
      await guest.plugHub("hub", "2");
      for (const [socket, awayMs] of [["2.1", 0], ["4", 10_000], ["1", 0]] as const) {
        // Pulled out in the middle of a record.
        cable.write("23/11/26 09:1");
        let startMs = performance.now();
        await guest.unplug("a1");
        const downMs = await gateway.becomes("by-adapter", [LinkState.DOWN], startMs);
        report("unplugged -> down", downMs);
        await pause(awayMs);
        startMs = performance.now();
        await guest.plug({ id: "a1", cable, serialNumber: "JF000001", socket });
        const upMs = await gateway.becomes("by-adapter", working, startMs);
        report(`plugged into ${socket} after ${awayMs} ms -> up`, upMs);
        assert.ok(downMs < pluggedMsMax && upMs < pluggedMsMax);
        assert.equal((await gateway.portWith("JF000001")).socketAddress, `usb-socket:1-${socket}`);
        await gateway.recorded("by-adapter", print(cable));
      }
    });
  });

  describe("a link on a socket", () => {
    it("takes whatever adapter is plugged in there", async () => {
      const cable = await guest.cable("socket-3");
      for (const serialNumber of ["JF000002", "JF000003"]) {
        const startMs = performance.now();
        await guest.plug({ id: "s3", cable, serialNumber, socket: "3" });
        report(`${serialNumber} plugged in -> up`,
          await gateway.becomes("by-socket", working, startMs));
        const { socketAddress, link } = await gateway.portWith(serialNumber);
        assert.deepEqual({ socketAddress, link },
          { socketAddress: "usb-socket:1-3", link: "by-socket" });
        await gateway.recorded("by-socket", print(cable));
        await guest.unplug("s3");
        await gateway.becomes("by-socket", [LinkState.DOWN]);
      }
    });
  });

  describe("USB devices claimed directly", () => {
    const links = ["hid-box", "vendor-bulk"];

    /** A ring of the box, then the events of the call that it told of. */
    async function ring(number: string): Promise<void> {
      const watched = new Collected(client.stream(CallsService.method.watchEvents, {}));
      await watched.until((items) => items.some(({ item }) => item.case === "live"));
      for (const [state, digits] of [["01", number], ["02", ""], ["03", ""]] as const) {
        await guest.do("sendReport", state + Buffer.from(digits).toString("hex"));
      }
      await watched.until((items) => items.some(({ item }) =>
        item.case === "event" && item.value.type === EventType.CALL_CLEARED));
      const told = watched.items.flatMap(({ item }) =>
        (item.case === "event" && item.value.link === "hid-box" ? [item.value] : []));
      assert.deepEqual(told.map(({ type }) => type),
        [EventType.DELIVERED, EventType.ESTABLISHED, EventType.CONNECTION_CLEARED,
          EventType.CALL_CLEARED]);
      assert.equal(told[0]?.calling?.raw, number);
    }

    it("serve links: a ring with a number becomes events, lines of a bulk endpoint records",
      async () => {
        await guest.do("makeBox", "JFBOX001");
        for (const link of links) await gateway.becomes(link, [LinkState.DOWN]);
        const startMs = performance.now();
        await guest.do("plugBox");
        for (const link of links) report(`${link} plugged in -> up`,
          await gateway.becomes(link, working, startMs));
        await ring("0145678901");
        await gateway.recorded("vendor-bulk", await printBulk());
      });

    it("are listed with their addresses, what they are, and the links that hold them", async () => {
      const { ports } = await client.unary(PortsService.method.listPorts, {});
      assert.deepEqual(ports.filter(({ kind }) => kind !== PortKind.SERIAL).map((port) =>
        [port.kind, port.adapter, port.adapterAddress, port.link]), [
        [PortKind.HID, "Caller box", "usb:1d6b:0104:JFBOX001", "hid-box"],
        [PortKind.VENDOR, "Caller box", "usb:1d6b:0104:JFBOX001:1", "vendor-bulk"]]);
    });

    it("get at their OUT endpoint what is sent to them", async () => {
      assert.equal(await gateway.typedTo("vendor-bulk", "show trunks\r",
        () => guest.do("takeBulk")), "show trunks\r");
    });

    it("are refused to a second program", async () => {
      assert.equal(await guest.do("claim", "usb:1d6b:0104:JFBOX001"), "port-locked");
    });

    it("bring their links down when they are pulled out, and up again", async () => {
      let startMs = performance.now();
      await guest.do("unplugBox");
      for (const link of links) report(`${link} unplugged -> down`,
        await gateway.becomes(link, [LinkState.DOWN], startMs));
      startMs = performance.now();
      await guest.do("plugBox");
      for (const link of links) report(`${link} plugged in again -> up`,
        await gateway.becomes(link, working, startMs));
      await ring("0187654321");
      await gateway.recorded("vendor-bulk", await printBulk());
      await guest.do("unplugBox");
      for (const link of links) await gateway.becomes(link, [LinkState.DOWN]);
    });
  });

  describe("a modem of class CDC-ACM", () => {
    let printed = "";

    async function printModem(): Promise<string> {
      const { number, text } = gateway.printed();
      printed += text;
      await guest.do("sendModem", text);
      return number;
    }

    it("is known by vendor, product, serial number and socket, and carries both ways", async () => {
      await guest.do("makeModem", "JFACM001");
      await gateway.becomes("cdc-acm", [LinkState.DOWN]);
      const startMs = performance.now();
      await guest.do("plugModem");
      report("CDC-ACM plugged in -> up", await gateway.becomes("cdc-acm", working, startMs));
      const port = await gateway.portWith("JFACM001");
      assert.match(port.path, /^\/dev\/ttyACM\d$/);
      assert.match(port.socketAddress, /^usb-socket:\d+-1$/);
      assert.deepEqual([port.adapter, port.adapterAddress, port.link],
        ["PBX modem", "usb:0525:a4a7:JFACM001", "cdc-acm"]);
      await gateway.recorded("cdc-acm", await printModem());
      const text = "list trunks\r";
      await guest.do("listenModem");
      // The driver has CTS up always, since the class has none; DCD and DSR come with a reader at
      // the other end.
      await until("its lines are up", async () => {
        const { line } = await gateway.statusOf("cdc-acm");
        return isDeepStrictEqual([line?.cts, line?.dsr, line?.dcd, line?.ri],
          [true, true, true, false]);
      });
      await gateway.typedTo("cdc-acm", text, () => until("the modem has heard it", async () =>
        (await guest.do("heardModem")) === text));
    });

    it("goes on without a restart when it is pulled out and plugged in again", async () => {
      for (let turn = 0; turn < 2; turn += 1) {
        let startMs = performance.now();
        await guest.do("unplugModem");
        report("CDC-ACM unplugged -> down",
          await gateway.becomes("cdc-acm", [LinkState.DOWN], startMs));
        startMs = performance.now();
        await guest.do("plugModem");
        report("CDC-ACM plugged in again -> up",
          await gateway.becomes("cdc-acm", working, startMs));
        await gateway.recorded("cdc-acm", await printModem());
      }
      const { records } = await client.unary(RecordsService.method.listRecords,
        { query: { link: "cdc-acm" }, pageSize: 50 });
      assert.equal(records.length, 3, "each call once");
      const raw = new Collected(client.stream(RecordsService.method.readRaw, { link: "cdc-acm" }));
      await raw.ended;
      const bytes = raw.items.map(({ data }) => Buffer.from(data).toString("latin1")).join("");
      assert.equal(bytes, printed, "each octet once, as it was sent");
      await guest.do("unplugModem");
      await gateway.becomes("cdc-acm", [LinkState.DOWN]);
    });
  });

  describe("the link doctor", () => {
    let cable: Cable;

    before(async () => {
      cable = await guest.cable("doctor");
      await guest.plug({ id: "d", cable, serialNumber: "JF000004", socket: "4" });
      await gateway.portWith("JF000004");
    });

    /** Listens from now on. */
    async function examine(): Promise<Collected<DiagnosePortResponse>> {
      const examined = new Collected<DiagnosePortResponse>(client.stream(
        PortsService.method.diagnosePort, { port: "usb:0403:6001:JF000004", secondsMax: 60 }));
      await examined.until((items) => items.some(({ step }) => step.case === "progress"));
      return examined;
    }

    async function verdictOf(examined: Collected<DiagnosePortResponse>): Promise<Verdict> {
      assert.equal(await examined.ended, undefined);
      const { step } = examined.items.at(-1) ?? assert.fail("the doctor said nothing");
      return step.case === "verdict" ? step.value : assert.fail("it gave no verdict");
    }

    it("recognises what speaks on an adapter that no link uses", async () => {
      const examined = await examine();
      for (let count = 0; count < 4; count += 1) print(cable);
      const verdict = await verdictOf(examined);
      assert.equal(verdict.finding, Finding.RECOGNISED, verdict.headline);
      assert.match(verdict.candidates[0]?.title ?? "", /Panasonic KX/);
      assert.equal(verdict.settings, "9600 8N1");
      const { lines } = verdict;
      assert.deepEqual([lines?.cts, lines?.dsr, lines?.dcd], [true, true, true]);
      assert.ok(verdict.bytesSeen > 200n);
    });

    it("says so when the adapter is pulled out while it listens", async () => {
      const examined = await examine();
      await guest.unplug("d");
      const { finding, headline } = await verdictOf(examined);
      assert.equal(finding, Finding.PORT_UNUSABLE);
      assert.match(headline, /went away/);
    });
  });

  describe("settings and lines of an adapter", () => {
    const path = "usb:0403:6001:JF000005";

    before(async () => {
      const cable = await guest.cable("settings");
      await guest.plug({ id: "l", cable, serialNumber: "JF000005", socket: "4" });
      await gateway.portWith("JF000005");
    });
    after(async () => { await guest.unplug("l"); });

    /** What the adapter was told by a piece of work. */
    async function toldBy(work: () => Promise<unknown>): Promise<string> {
      const before = (await guest.told()).length;
      await work();
      return (await guest.told()).slice(before - 1).join("\n");
    }

    it("reach the adapter: speed, framing, DTR and RTS up while open, down after", async () => {
      const opened = await toldBy(async () => {
        assert.equal(await guest.do("open",
          { ...settings, path, baudRate: 1_200, dataBits: 7, parity: "even" }), "");
      });
      assert.match(opened, /baud rate 1200\b/);
      assert.match(opened, /parity E, data bits 7, stop bits 1\b/);
      assert.match(opened, modemControl(3));
      assert.doesNotMatch(opened.slice(opened.search(modemControl(3))), modemControl(0));
      assert.deepEqual(await guest.do("lines", path), { cts: true, dsr: true, dcd: true,
        ri: false });
      assert.match(await toldBy(() => guest.do("close", path)), modemControl(0));
    });

    // FTDI SET_FLOW_CTRL: 1 is RTS/CTS, 4 is XON/XOFF.
    for (const [flowControl, told] of [["none", 0], ["rts-cts", 1], ["xon-xoff", 4]] as const) {
      it(`reach the adapter: flow control ${flowControl}`, async () => {
        const opened = await toldBy(async () => {
          assert.equal(await guest.do("open", { ...settings, path, flowControl }), "");
        });
        await guest.do("close", path);
        // The first are the kernel's own, before the port has our settings.
        const all = [...opened.matchAll(/set_flow_control .* flow control (\d)/g)];
        assert.equal(all.at(-1)?.[1], String(told), opened);
      });
    }
  });

  describe("a UART", () => {
    /** Linux TIOCM_*; in loop mode RTS leads to CTS, DTR to DSR, OUT1 to RI, OUT2 to DCD. */
    const pins = { dtr: 0x002, rts: 0x004, out1: 0x2000, out2: 0x4000, loop: 0x8000 };
    const usual = pins.dtr | pins.rts | pins.out2;
    let cable: Cable;
    let path: string;

    before(async () => {
      cable = await guest.cable("uart");
      const found = await guest.uarts();
      assert.equal(found.length, guest.modem.ok ? 2 : 1, found.join());
      [path = ""] = found;
    });
    afterEach(async () => {
      await setPins(usual);
      await guest.do("close", path);
    });

    async function open(flowControl: SerialOptions["flowControl"]): Promise<void> {
      assert.equal(await guest.do("open", { ...settings, path, flowControl }), "");
    }

    /** The driver's own view: `tx:0 rx:0 brk:1 RTS|CTS|DTR|DSR|CD`. */
    async function kernelLine(): Promise<string> {
      const text = await guest.do("shell", "cat /proc/tty/driver/serial");
      return text.split("\n").find((line) => line.startsWith(`${path.replace(/\D/g, "")}:`)) ?? "";
    }

    /** Sets modem lines behind the product's back (Linux: TIOCMSET); opening alone raises them. */
    async function setPins(bits: number): Promise<void> {
      await guest.do("shell", `perl -MFcntl -e 'sysopen(T, "${path}", O_RDWR|O_NOCTTY|O_NONBLOCK)`
        + ` or die $!; my $bits = pack("i", ${bits}); ioctl(T, 0x5418, $bits) or die $!'`);
    }

    async function arrived(hex: string): Promise<void> {
      await until(`${path} has received ${hex}`, async () =>
        (await guest.do("received", path)) === hex).catch(async () => {
        assert.equal(await guest.do("received", path), hex);
      });
    }

    it("carries every octet to us unchanged, and ours to the PBX", async () => {
      await open("none");
      const every = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
      cable.write(every);
      await arrived(every.toString("hex"));
      await guest.do("send", path, "to the PBX\r\n");
      await until("the PBX has it", () => cable.received.endsWith("to the PBX\r\n"));
    });

    it("has DTR and RTS raised; CTS, DSR, DCD and RI are read as they change", async () => {
      await open("none");
      assert.match(await kernelLine(), /\bRTS\|CTS\|DTR\|DSR\|CD\b/);
      // The 16550 leads its own outputs back to its inputs.
      for (const [raised, cts, dsr, dcd, ri] of [[pins.rts, true, false, false, false],
        [pins.dtr, false, true, false, false], [pins.out2, false, false, true, false],
        [pins.out1, false, false, false, true], [0, false, false, false, false],
        [usual, true, true, true, false]] as const) {
        await setPins(pins.loop | raised);
        assert.deepEqual(await guest.do("lines", path), { cts, dsr, dcd, ri });
      }
    });

    /** The line control register, read behind the driver's back. */
    async function lineControl(): Promise<number> {
      const base = /port:([0-9A-F]+)/.exec(await kernelLine())?.[1] ?? "";
      const text = await guest.do("shell", `perl -e 'open(P, "<", "/dev/port") or die $!;`
        + ` sysseek(P, 0x${base} + 3, 0); sysread(P, my $octet, 1); print ord($octet)'`);
      return Number(text.trim());
    }

    // Bits 0-1: data bits; 2: more than one stop bit, which are one and a half with five data bits;
    // 3: parity; 4: even, which means nothing where there is none; 5: stick (TL16C550C, LCR).
    for (const [dataBits, parity, stopBits, control] of [[8, "none", 1, 0x03],
      [7, "mark", 1, 0x2a], [7, "space", 1, 0x3a], [8, "mark", 1, 0x2b], [7, "odd", 1, 0x0a],
      [8, "none", 2, 0x07], [5, "none", 1, 0x00], [5, "none", 1.5, 0x04], [5, "even", 2, 0x1c],
    ] as const) {
      it(`is set to ${dataBits} data bits, parity ${parity} and ${stopBits} stop bits`,
        async () => {
          assert.equal(await guest.do("open", { ...settings, path, dataBits, parity, stopBits }),
            "");
          assert.equal(await lineControl() & (parity === "none" ? 0x2f : 0x3f), control);
        });
    }

    it("reads a break as one NUL", async () => {
      const breaks = async (): Promise<number> =>
        Number(/\bbrk:(\d+)/.exec(await kernelLine())?.[1] ?? 0);
      await open("none");
      const before = await breaks();
      cable.write("A");
      await arrived("41");
      await guest.sendBreak(cable);
      await arrived("4100");
      cable.write("B");
      await arrived("410042");
      assert.equal(await breaks(), before + 1);
    });

    it("holds what it has to send between XOFF and XON", async () => {
      await open("xon-xoff");
      const [xon, xoff] = ["\x11", "\x13"];
      const before = cable.received.length;
      cable.write(`${xoff}a`);
      await arrived("61");
      await guest.do("send", path, "held");
      await pause(1_000);
      assert.equal(cable.received.slice(before), "");
      cable.write(xon);
      await until("it was let go", () => cable.received.slice(before) === "held");
    });

    it("is exclusive", async () => {
      await open("none");
      assert.equal(await guest.do("open", { ...settings, path }), "port-locked");
    });
  });
});

/** FTDI SET_MODEM_CTRL, both bits with their masks: bit 0 DTR, bit 1 RTS. */
function modemControl(raised: 0 | 3): RegExp {
  return new RegExp(`control 0x4001, value 0x30${raised}\\b`);
}
