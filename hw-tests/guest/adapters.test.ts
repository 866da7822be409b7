/**
 * The four makes of USB adapters that one meets: emulated chips behind the kernel's own drivers
 * (ftdi_sio, cp210x, ch341, pl2303), with the whole gateway on them.
 */

import "reflect-metadata";
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { LinkState, type Link } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { Finding, PortsService, type DiagnosePortResponse, type Verdict }
  from "../../proto/gen/cti/gateway/v1/ports_pb.js";
import { pause, until } from "../loopback/gateway-process.js";
import { Collected } from "../loopback/server-rig.js";
import type { Setting } from "../serial-wire.js";
import type { Asked, ChipKind, Damage } from "./chips.js";
import { report, working, type GuestGateway } from "./guest-gateway.js";
import type { Guest } from "./guest.js";
import { sharedMachine } from "./shared-machine.js";

interface Make {
  readonly kind: ChipKind;
  readonly name: string;
  readonly kernelDriver: string;
  readonly address: string;
  /** Empty where the maker gives none. */
  readonly serialNumber: string;
  readonly setting: Setting;
  /** What of damage its driver tells. */
  readonly tells: boolean;
  /** The pin that falls: reading them takes long, and each driver has its own register of all. */
  readonly down: "cts" | "dsr" | "dcd";
  /** Who heeds CTS. */
  readonly flow: "chip" | "gateway";
}

const makes: readonly Make[] = [
  { kind: "ft232r", name: "FTDI FT232R", kernelDriver: "ftdi_sio",
    address: "usb:0403:6001:JFFT0001", serialNumber: "JFFT0001", tells: true,
    down: "dcd", flow: "chip",
    setting: { baudRate: 1_200, dataBits: 7, parity: "even", stopBits: 1 } },
  { kind: "cp2102n", name: "Silicon Labs CP210x", kernelDriver: "cp210x",
    address: "usb:10c4:ea60:JFCP0001", serialNumber: "JFCP0001", tells: true,
    down: "dsr", flow: "chip",
    setting: { baudRate: 19_200, dataBits: 8, parity: "odd", stopBits: 1 } },
  { kind: "ch340", name: "WCH CH340", kernelDriver: "ch341-uart", address: "usb:1a86:7523:",
    serialNumber: "", tells: false, down: "cts", flow: "gateway",
    setting: { baudRate: 9_600, dataBits: 7, parity: "mark", stopBits: 1 } },
  { kind: "pl2303", name: "Prolific PL2303", kernelDriver: "pl2303", address: "usb:067b:2303:",
    serialNumber: "", tells: true, down: "dcd", flow: "chip",
    setting: { baudRate: 115_200, dataBits: 8, parity: "none", stopBits: 2 } },
];
const up = { cts: true, dsr: true, dcd: true, ri: false };
/** Long enough for the doctor to know that a burst is over. */
const burstMs = 600;
/** Long enough to be seen. */
const breakMs = 1_000;
/** What would be on the line by then, if it were not held. */
const heldMs = 1_500;
/** As far as a divisor lets a speed be met. */
const speedShareMax = 0.01;

/** The third of dummy_hcd's, behind the two buses of xHCI. */
const swapSocket = "usb-socket:5-1";

const links = makes.map(({ kind, address, setting: { baudRate, dataBits, parity, stopBits } }) =>
  `  - id: ${kind}
    driver: smdr
    transport: { kind: serial, path: "${address}", baudRate: ${baudRate}, dataBits: ${dataBits},
      parity: ${parity}, stopBits: ${stopBits}, flowControl: rts-cts }
    options: { format: panasonic-kx }
`).join("") + `  - id: plain
    driver: smdr
    transport: { kind: serial, path: "usb:10c4:ea60:JFCP0002", flowControl: dtr-dsr }
    options: { format: panasonic-kx }
  - id: by-place
    driver: smdr
    transport: { kind: serial, path: "${swapSocket}", baudRate: 4800 }
    options: { format: panasonic-kx }
`;

describe("USB adapters under the kernel's drivers", function () {
  this.timeout(120_000);
  const machine = sharedMachine(links);
  let guest: Guest;
  let gateway: GuestGateway;

  before(() => { ({ guest, gateway } = machine()); });

  async function print(kind: ChipKind): Promise<string> {
    const { number, text } = gateway.printed();
    await guest.do("chipComes", kind, text);
    return number;
  }

  function assertAsked(asked: Asked, { flow, setting }: Make): void {
    const { baudRate, dataBits, parity, stopBits } = setting;
    assert.ok(Math.abs(asked.baudRate / baudRate - 1) < speedShareMax, `${asked.baudRate} Bd`);
    assert.deepEqual({ ...asked, baudRate }, { baudRate, dataBits, parity, stopBits,
      flowControl: flow === "chip" ? "rts-cts" : "none", dtr: true, rts: true, breaking: false });
  }

  for (const make of makes) {
    const { kind, name, kernelDriver, address, serialNumber, tells, down, flow } = make;

    describe(name, () => {
      before(async () => {
        await guest.do("makeChip", kind, kind, serialNumber);
        await gateway.becomes(kind, [LinkState.DOWN]);
        const startMs = performance.now();
        await guest.do("plugChip", kind, 0);
        report(`${name} plugged in -> up`, await gateway.becomes(kind, working, startMs));
      });
      after(async () => {
        await guest.do("unplugChip", kind);
        await gateway.becomes(kind, [LinkState.DOWN]);
      });

      it(`is held by ${kernelDriver}, listed with its names, and set as configured`, async () => {
        const port = await gateway.portWith(address);
        assert.match(port.path, /^\/dev\/ttyUSB\d$/);
        assert.match(port.socketAddress, /^usb-socket:\d+-1$/);
        assert.deepEqual([port.adapter, port.link], [name, kind]);
        const driver = await guest.do("shell",
          `basename $(readlink /sys/class/tty/${port.path.slice(5)}/device/driver)`);
        assert.equal(driver.trim(), kernelDriver);
        assertAsked(await guest.do("chipAsked", kind), make);
        await gateway.recorded(kind, await print(kind));
      });

      it("goes on in another socket", async () => {
        const { socketAddress } = await gateway.portWith(address);
        // Pulled out in the middle of a record.
        await guest.do("chipComes", kind, "23/11/26 09:1");
        let startMs = performance.now();
        await guest.do("unplugChip", kind);
        report(`${name} unplugged -> down`,
          await gateway.becomes(kind, [LinkState.DOWN], startMs));
        startMs = performance.now();
        await guest.do("plugChip", kind, 1);
        report(`${name} in another socket -> up`, await gateway.becomes(kind, working, startMs));
        assert.notEqual((await gateway.portWith(address)).socketAddress, socketAddress);
        assertAsked(await guest.do("chipAsked", kind), make);
        await gateway.recorded(kind, await print(kind));
      });

      it(`shows all modem lines, and that ${down.toUpperCase()} falls and RI rises`, async () => {
        const shown = async (): Promise<readonly unknown[]> => {
          const { line } = await gateway.statusOf(kind);
          return [line?.signalsKnown, line?.cts, line?.dsr, line?.dcd, line?.ri];
        };
        const shows = async (pins: typeof up): Promise<void> => {
          await guest.do("setPins", kind, pins);
          const wanted = [true, pins.cts, pins.dsr, pins.dcd, pins.ri];
          await until(`the link shows ${JSON.stringify(pins)}`, async () =>
            isDeepStrictEqual(await shown(), wanted));
        };
        // A PL2303 tells of a change only.
        await shows(up);
        await shows({ ...up, [down]: false, ri: true });
        await shows(up);
      });

      it("stops our output while CTS is down, and loses nothing", async () => {
        const text = `${"0123456789".repeat(flow === "chip" ? 300 : 30)}\r`;
        const before = (await guest.do("chipHeard", kind)).length;
        const heard = async (): Promise<string> =>
          (await guest.do("chipHeard", kind)).slice(before);
        await guest.do("setPins", kind, { ...up, cts: false });
        await gateway.typedTo(kind, text, async () => {
          if (flow === "gateway") await pause(heldMs);
          else await until("the chip has something to send", async () =>
            await guest.do("chipWaits", kind) > 0);
          assert.equal(await heard(), "");
          await guest.do("setPins", kind, up);
          await until("all is on the line", async () => (await heard()).length >= text.length);
        });
        assert.equal(await heard(), text);
      });

      it("sends a break, and ends it", async () => {
        const breaking = async (): Promise<boolean> =>
          (await guest.do("chipAsked", kind)).breaking;
        await gateway.breaks(kind, breakMs, () => until("the break begins", breaking));
        assert.equal(await breaking(), false);
      });

      it(tells ? "tells of framing errors, parity errors and breaks, which are counted"
        : "tells of no damage, and the link says so", async () => {
        const { line, counters } = await gateway.statusOf(kind);
        assert.equal(line?.errorsCounted, tells);
        const damages: readonly Damage[] = ["framing", "parity", "parity", "break"];
        for (const damage of damages) {
          await guest.do("chipComes", kind, damage === "break" ? "\0" : "x", damage);
        }
        await guest.do("chipComes", kind, "\r\n");
        await gateway.recorded(kind, await print(kind));
        const after = (await gateway.statusOf(kind)).counters;
        assert.deepEqual(difference(counters, after), tells ? [3n, 1n] : [0n, 0n]);
      });
    });
  }

  describe("a store that can take no more", () => {
    const held = [["ft232r", { dtr: true, rts: false }], ["plain", { dtr: false, rts: true }],
    ] as const;

    before(async () => {
      await guest.do("makeChip", "plain", "cp2102n", "JFCP0002");
      await guest.do("plugChip", "ft232r", 0);
      await guest.do("plugChip", "plain", 1);
      for (const [link] of held) await gateway.becomes(link, working);
    });
    after(async () => {
      for (const [link] of held) {
        await guest.do("unplugChip", link);
        await gateway.becomes(link, [LinkState.DOWN]);
      }
    });

    it("lowers RTS, or DTR with DTR/DSR, until it has room, and loses nothing", async () => {
      await guest.do("fillDisk");
      const numbers = new Map<string, string>();
      for (const [link, { dtr, rts }] of held) {
        const { number, text } = gateway.printed();
        numbers.set(link, number);
        await guest.do("chipComes", link, text);
        await until(`${link} is asked to wait`, async () => {
          const asked = await guest.do("chipAsked", link);
          return asked.rts === rts && asked.dtr === dtr;
        });
        assert.equal((await gateway.statusOf(link)).holding, true);
      }
      await guest.do("emptyDisk");
      for (const [link] of held) {
        await until(`${link} may print again`, async () => {
          const asked = await guest.do("chipAsked", link);
          return asked.rts && asked.dtr;
        });
        await gateway.recorded(link, numbers.get(link) ?? "");
      }
    });
  });

  describe("DTR/DSR, which no driver of the kernel knows", () => {
    before(async () => {
      await guest.do("plugChip", "plain", 1);
      await gateway.becomes("plain", working);
    });
    after(async () => { await guest.do("unplugChip", "plain"); });

    it("stops our output while DSR is down, and loses nothing", async () => {
      const text = `${"0123456789".repeat(10)}\r`;
      await guest.do("setPins", "plain", { ...up, dsr: false });
      await gateway.typedTo("plain", text, async () => {
        await pause(heldMs);
        assert.equal(await guest.do("chipHeard", "plain"), "");
        await guest.do("setPins", "plain", up);
        await until("it is on the line", async () =>
          await guest.do("chipHeard", "plain") === text);
      });
    });
  });

  describe("every setting", () => {
    const path = "usb:10c4:ea60:JFCP0003";
    const speeds = [300, 600, 1_200, 2_400, 4_800, 9_600, 14_400, 19_200, 28_800, 31_250, 38_400,
      57_600, 115_200, 230_400, 460_800, 921_600];
    const plain = { dataBits: 8, parity: "none", stopBits: 1 } as const;
    const framings = [...([5, 6, 7] as const).map((dataBits) => ({ ...plain, dataBits })),
      ...(["odd", "even", "mark", "space"] as const).map((parity) => ({ ...plain, parity })),
      { ...plain, stopBits: 2 as const }];

    before(async () => {
      await guest.do("makeChip", "every", "cp2102n", "JFCP0003");
      await guest.do("plugChip", "every", 1);
      await gateway.portWith("JFCP0003");
    });
    after(async () => { await guest.do("unplugChip", "every"); });

    it("from 300 to 921,600, 5 to 8 bits, all parities and stop bits reach the chip", async () => {
      for (const { baudRate, ...framing } of [
        ...speeds.map((baudRate) => ({ ...plain, baudRate })),
        ...framings.map((framing) => ({ ...framing, baudRate: 9_600 }))]) {
        const opened = await guest.do("open", { kind: "serial", path, baudRate, ...framing,
          flowControl: "none" });
        assert.equal(opened, "", `${baudRate} ${JSON.stringify(framing)}`);
        const asked = await guest.do("chipAsked", "every");
        assert.ok(Math.abs(asked.baudRate / baudRate - 1) < speedShareMax, `${asked.baudRate}`);
        assert.deepEqual(asked, { ...framing, baudRate: asked.baudRate, flowControl: "none",
          dtr: true, rts: true, breaking: false });
        await guest.do("close", path);
      }
    });
  });

  describe("a socket whose adapter is swapped for one of another make", () => {
    it("serves its link as before, with the same settings", async () => {
      await gateway.becomes("by-place", [LinkState.DOWN]);
      for (const [name, kind, serialNumber] of [["old", "ft232r", "JFFT0007"],
        ["new", "cp2102n", "JFCP0007"]] as const) {
        await guest.do("makeChip", name, kind, serialNumber);
        await guest.do("plugChip", name, 2);
        await gateway.becomes("by-place", working);
        const { socketAddress, link } = await gateway.portWith(serialNumber);
        assert.deepEqual([socketAddress, link], [swapSocket, "by-place"]);
        const { baudRate } = await guest.do("chipAsked", name);
        assert.ok(Math.abs(baudRate / 4_800 - 1) < speedShareMax, `${baudRate} Bd`);
        const { number, text } = gateway.printed();
        await guest.do("chipComes", name, text);
        await gateway.recorded("by-place", number);
        await guest.do("unplugChip", name);
        await gateway.becomes("by-place", [LinkState.DOWN]);
      }
    });
  });

  describe("the link doctor on an adapter that no link uses", () => {
    const name = "unknown";
    const port = "usb:0403:6001:JFFT0009";

    before(async () => {
      await guest.do("makeChip", name, "ft232r", "JFFT0009");
      await guest.do("plugChip", name, 0);
      await gateway.portWith(port);
    });
    after(async () => { await guest.do("unplugChip", name); });

    /** What it says of a PBX that prints a record now and then, `bursts` times at most. */
    async function verdictOf(setting: Setting, bursts: number): Promise<Verdict> {
      const examined = new Collected<DiagnosePortResponse>(gateway.client.stream(
        PortsService.method.diagnosePort, { port, secondsMax: 60 }));
      const verdict = (): Verdict | undefined => {
        const step = examined.items.at(-1)?.step;
        return step?.case === "verdict" ? step.value : undefined;
      };
      await examined.until((items) => items.length > 0);
      for (let burst = 0; burst < bursts && verdict() === undefined; burst += 1) {
        // A port that has been closed takes the burst no further.
        await Promise.race([guest.do("chipSpeaks", name, gateway.printed().text, setting),
          examined.ended]);
        await pause(burstMs);
      }
      await guest.do("chipHushes", name);
      if (verdict() === undefined) {
        // Refused where the verdict is on its way.
        await gateway.client.unary(PortsService.method.stopDiagnosis, { port })
          .catch(() => undefined);
      }
      assert.equal(await examined.ended, undefined);
      return verdict() ?? assert.fail("it gave no verdict");
    }

    it("is led to the speed and parity by framing errors that the driver tells", async () => {
      const verdict = await verdictOf(
        { baudRate: 1_200, dataBits: 7, parity: "even", stopBits: 1 }, 20);
      assert.equal(verdict.finding, Finding.RECOGNISED, verdict.headline);
      assert.match(verdict.candidates[0]?.title ?? "", /Panasonic KX/);
      assert.equal(verdict.settings, "1200 7E1");
    });

    it("says that it is a wrong speed, and how many octets came damaged at which", async () => {
      const verdict = await verdictOf(
        { baudRate: 3_840, dataBits: 8, parity: "none", stopBits: 1 }, 8);
      assert.equal(verdict.finding, Finding.GARBLED, verdict.headline);
      assert.match(verdict.damage, /[1-9]\d* of \d+ \(9600 Bd\)/);
    });

    it("says of a silent line whether a cable is connected", async () => {
      await guest.do("setPins", name, { cts: false, dsr: false, dcd: false, ri: false });
      const unplugged = await verdictOf(
        { baudRate: 9_600, dataBits: 8, parity: "none", stopBits: 1 }, 0);
      assert.equal(unplugged.finding, Finding.SILENT);
      assert.match(unplugged.headline, /no modem line is up/);
      await guest.do("setPins", name, up);
      const quiet = await verdictOf(
        { baudRate: 9_600, dataBits: 8, parity: "none", stopBits: 1 }, 0);
      assert.match(quiet.headline, /CTS, DSR, DCD up/);
    });
  });

  /** Damaged octets and breaks since then. */
  function difference(before: Link["counters"], after: Link["counters"]): readonly bigint[] {
    return [(after?.damagedBytes ?? 0n) - (before?.damagedBytes ?? 0n),
      (after?.breaks ?? 0n) - (before?.breaks ?? 0n)];
  }
});
