/** Serial ports found in trees of files made like the kernel's. */

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { listPorts, portAddress, resolvePort, isFullDriver, usbAddress, type PortRoots }
  from "../../firmware/link/ports/ports.js";
import { listUsbDevices, noSerialPort, resolveUsbDevice }
  from "../../firmware/link/ports/usb-devices.js";

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

  it("knows by a port's driver whether it tells of damage and does RTS/CTS", async () => {
    for (const [at, driver, tells] of [[0, "ftdi_sio", true], [1, "cp210x", true],
      [2, "pl2303", true], [3, "ch341-uart", false]] as const) {
      const name = `ttyUSB${at}`;
      await plug({ name, socket: `1-${at + 1}`, vendorId: "0001", productId: "0001" });
      await file("", "bus/usb-serial/drivers", driver, "uevent");
      await link(path.join(folder, "sys/bus/usb-serial/drivers", driver),
        `devices/pci0000:00/0000:00:04.0/usb1/1-${at + 1}/1-${at + 1}:1.0`, name, "driver");
      assert.equal(await isFullDriver(`/dev/${name}`, roots), tells, driver);
    }
    assert.equal(await isFullDriver("/dev/pts/7", roots), true);
  });

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

  /** As Linux 6 shows an interface: in the bus's folder, beside its device. */
  const plugInterface = async (
    name: string, kind: string, endpoints: readonly string[], more: object = {},
  ): Promise<void> => {
    const at = ["bus/usb/devices", name] as const;
    const [socket = "", rest = ""] = name.split(":");
    const device = { idVendor: "1d6b", idProduct: "0104", serial: "B12", product: "Caller box",
      busnum: "3", devnum: "12" };
    for (const [key, text] of Object.entries(device)) {
      await file(text, "bus/usb/devices", socket, key);
    }
    const own = { bInterfaceClass: kind, bInterfaceSubClass: "00",
      bInterfaceNumber: `0${rest.split(".")[1]}`, ...more };
    for (const [key, text] of Object.entries(own)) await file(text, ...at, key);
    for (const endpoint of endpoints) {
      const [number = "", type = "", direction = "", size = ""] = endpoint.split(" ");
      for (const [key, text] of [["type", type], ["direction", direction],
        ["wMaxPacketSize", size]] as const) await file(text, ...at, `ep_${number}`, key);
    }
  };

  it("lists HID and vendor-specific USB devices, but not what the kernel serves or types with",
    async () => {
      await plugInterface("3-1:1.0", "03", ["81 Interrupt in 0010"]);
      await plugInterface("3-1:1.1", "ff", ["82 Bulk in 0200", "02 Bulk out 0200",
        "83 Isoc in 0040"]);
      await plugInterface("3-2:1.0", "03", [], { bInterfaceSubClass: "01" });
      await plugInterface("3-3:1.0", "02", []);
      await plugInterface("3-4:1.0", "ff", []);
      await link("/sys/bus/usb/drivers/ftdi_sio", "bus/usb/devices/3-4:1.0/driver");
      await link("/sys/bus/usb/drivers/usbhid", "bus/usb/devices/3-1:1.0/driver");
      const [box, vendor, ...others] = await listUsbDevices(roots);
      assert.deepEqual(others, []);
      assert.deepEqual(box, { kind: "hid", path: "/dev/bus/usb/003/012", product: "Caller box",
        usb: { vendorId: "1d6b", productId: "0104", serialNumber: "B12", interfaceNumber: 0,
          socket: "3-1" },
        deviceAddress: "usb:1d6b:0104:B12", socketAddress: "usb-socket:3-1", busNumber: 3,
        deviceNumber: 12, endpoints: [{ number: 1, direction: "in", packetOctets: 16 }],
        heldBy: "usbhid" });
      assert.deepEqual([vendor?.kind, vendor?.deviceAddress, vendor?.endpoints], ["vendor",
        "usb:1d6b:0104:B12:1", [{ number: 2, direction: "out", packetOctets: 512 },
          { number: 2, direction: "in", packetOctets: 512 }]]);
      for (const { deviceAddress, socketAddress } of [box, vendor].filter((each) => !!each)) {
        assert.match(deviceAddress, usbAddress);
        assert.match(socketAddress, usbAddress);
      }
    });

  it("finds a USB device by its address, and asks for the socket where two are alike", async () => {
    for (const socket of ["3-1", "3-2"]) await plugInterface(`${socket}:1.0`, "03", []);
    const found = async (address: string): Promise<string> => {
      const resolved = await resolveUsbDevice(address, roots);
      return resolved.ok ? resolved.value.usb.socket : resolved.fault.code;
    };
    assert.equal(await found("usb-socket:3-2"), "3-2");
    assert.equal(await found("usb-socket:3-2:1"), "port-absent");
    const alike = await resolveUsbDevice("usb:1d6b:0104:B12", roots);
    assert.ok(!alike.ok && alike.fault.message.includes("usb-socket:3-1, usb-socket:3-2"));
  });

  it("says of a USB device that is no serial port what it is", async () => {
    await plugInterface("3-1:1.0", "03", []);
    await plug({ name: "ttyUSB0", socket: "3-9", vendorId: "0403", productId: "6001" });
    for (const address of ["usb:1d6b:0104:B12", "usb-socket:3-1", "/dev/bus/usb/003/012"]) {
      const told = await noSerialPort(address, roots);
      assert.ok(!told.ok && told.fault.code === "service-not-supported");
      assert.match(told.fault.message, /is Caller box, a USB device \(HID\) and no serial port/);
      assert.match(told.fault.french ?? "", /un périphérique USB \(HID\) et non un port série/);
    }
    for (const address of ["usb-socket:3-9", "/dev/ttyUSB0", "usb:9999:0000:"]) {
      assert.ok((await noSerialPort(address, roots)).ok, address);
    }
  });
});
