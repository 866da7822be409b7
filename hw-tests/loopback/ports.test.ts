/** Serial ports found in trees of files made like the kernel's. */

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { listPorts, portAddress, resolvePort, type PortRoots }
  from "../../firmware/link/ports/ports.js";

interface FakeAdapter {
  readonly name: string;
  readonly socket: string;
  readonly vendorId: string;
  readonly productId: string;
  readonly serialNumber?: string;
  readonly product?: string;
  readonly interfaceNumber?: number;
}

describe("serial ports of the unit", () => {
  let folder: string;
  let roots: PortRoots;
  const file = async (text: string, ...parts: readonly string[]): Promise<void> => {
    const full = path.join(folder, "sys", ...parts);
    await mkdir(path.dirname(full), { recursive: true });
    await writeFile(full, `${text}\n`);
  };
  const link = async (target: string, ...parts: readonly string[]): Promise<void> => {
    const full = path.join(folder, "sys", ...parts);
    await mkdir(path.dirname(full), { recursive: true });
    await symlink(target, full);
  };

  /** As Linux 6 shows an adapter: tty -> port -> interface -> device. */
  const plug = async (adapter: FakeAdapter): Promise<void> => {
    const { name, socket, interfaceNumber = 0 } = adapter;
    const usb = `devices/pci0000:00/0000:00:04.0/usb1/${socket}`;
    const port = `${usb}/${socket}:1.${interfaceNumber}/${name}`;
    await file(adapter.vendorId, usb, "idVendor");
    await file(adapter.productId, usb, "idProduct");
    if (adapter.serialNumber !== undefined) await file(adapter.serialNumber, usb, "serial");
    if (adapter.product !== undefined) await file(adapter.product, usb, "product");
    await file(`0${interfaceNumber}`, usb, `${socket}:1.${interfaceNumber}`, "bInterfaceNumber");
    await file("", port, "uevent");
    await link(path.join(folder, "sys", port), "class/tty", name, "device");
  };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "jackfield-ports-"));
    roots = { sys: path.join(folder, "sys"), dev: "/dev" };
    await mkdir(path.join(roots.sys, "class/tty"), { recursive: true });
  });
  afterEach(async () => { await rm(folder, { recursive: true, force: true }); });

  it("finds adapters and real UARTs, and leaves out what has no chip", async () => {
    await plug({ name: "ttyUSB0", socket: "1-1.2", vendorId: "0403", productId: "6001",
      serialNumber: "A50285BI" });
    await plug({ name: "ttyACM0", socket: "1-2", vendorId: "2341", productId: "0043",
      product: "Uno" });
    for (const [name, type] of [["ttyS0", "4"], ["ttyS1", "0"]] as const) {
      await file(type, "class/tty", name, "type");
      await file("", "devices/platform/serial8250", name, "uevent");
      await link(path.join(folder, "sys/devices/platform/serial8250", name),
        "class/tty", name, "device");
    }
    await file("", "class/tty/tty0/uevent");
    const ports = await listPorts(roots);
    assert.deepEqual(ports.map((port) => [port.path, port.adapter, port.adapterAddress,
      port.socketAddress]), [
      ["/dev/ttyACM0", "Uno", "usb:2341:0043:", "usb-socket:1-2"],
      ["/dev/ttyS0", "UART", undefined, undefined],
      ["/dev/ttyUSB0", "FTDI FT232R", "usb:0403:6001:A50285BI", "usb-socket:1-1.2"]]);
    for (const { adapterAddress = "/x", socketAddress = "/x" } of ports) {
      assert.match(adapterAddress, portAddress);
      assert.match(socketAddress, portAddress);
    }
  });

  it("follows an adapter into another socket, and a socket to another adapter", async () => {
    await plug({ name: "ttyUSB3", socket: "1-4", vendorId: "0403", productId: "6001",
      serialNumber: "A50285BI" });
    await plug({ name: "ttyUSB1", socket: "1-1.2", vendorId: "067b", productId: "2303" });
    const found = async (address: string): Promise<string> => {
      const resolved = await resolvePort(address, roots);
      return resolved.ok ? resolved.value : resolved.fault.code;
    };
    assert.equal(await found("usb:0403:6001:A50285BI"), "/dev/ttyUSB3");
    assert.equal(await found("usb-socket:1-1.2"), "/dev/ttyUSB1");
    assert.equal(await found("/dev/ttyS9"), "/dev/ttyS9");
    assert.equal(await found("usb:0403:6001:OTHER"), "port-absent");
  });

  it("tells the ports of one adapter apart, and asks for the socket where two are alike",
    async () => {
      for (const interfaceNumber of [0, 1]) {
        await plug({ name: `ttyUSB${interfaceNumber}`, socket: "1-1", vendorId: "0403",
          productId: "6010", serialNumber: "FT7", interfaceNumber });
      }
      for (const [name, socket] of [["ttyUSB2", "1-2"], ["ttyUSB3", "1-3"]] as const) {
        await plug({ name, socket, vendorId: "1a86", productId: "7523" });
      }
      const second = await resolvePort("usb:0403:6010:FT7:1", roots);
      assert.equal(second.ok && second.value, "/dev/ttyUSB1");
      const alike = await resolvePort("usb:1a86:7523:", roots);
      assert.ok(!alike.ok && alike.fault.message.includes("usb-socket:1-2, usb-socket:1-3"));
    });
});
