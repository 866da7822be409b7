/**
 * The serial ports of this unit, from the kernel's own tree (sysfs), so that neither udev nor a
 * helper program is needed. A port has an address that outlives replugging: the adapter's own
 * numbers, or the socket it is plugged into.
 */

import { readdir, readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { fail, ok, type Result } from "../../base/result.js";
import { adapterName } from "./usb-adapters.js";

export interface UsbAdapter {
  /** Four hexadecimal digits. */
  readonly vendorId: string;
  readonly productId: string;
  /** Absent where the maker gave it none: then two of a kind cannot be told apart. */
  readonly serialNumber?: string;
  /** Of an adapter with several ports. */
  readonly interfaceNumber: number;
  /** Bus and hub sockets: `1-1.2`. */
  readonly socket: string;
}

export interface SerialPortInfo {
  /** Device file of today: `/dev/ttyUSB0`. */
  readonly path: string;
  /** For people: `FTDI FT232R`, `UART`. */
  readonly adapter: string;
  readonly usb?: UsbAdapter;
  /** Names this adapter in any socket: `usb:0403:6001:A50285BI`. */
  readonly adapterAddress?: string;
  /** Names whatever is in this socket: `usb-socket:1-1.2`. */
  readonly socketAddress?: string;
}

/** The kernel's tree and the folder of device files; tests give folders of their own. */
export interface PortRoots {
  readonly sys: string;
  readonly dev: string;
}

export const systemRoots: PortRoots = { sys: "/sys", dev: "/dev" };

/** Sorted by device file. A UART that the kernel found no chip for is left out. */
export async function listPorts(roots: PortRoots = systemRoots): Promise<
  readonly SerialPortInfo[]> {
  const folder = path.join(roots.sys, "class/tty");
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.map((name) => portOf(folder, name, roots)));
  return found.filter((port) => port !== undefined)
    .sort((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
}

async function textOf(...parts: readonly string[]): Promise<string | undefined> {
  return readFile(path.join(...parts), "utf8").then((text) => text.trim(), () => undefined);
}

async function portOf(
  folder: string, name: string, roots: PortRoots,
): Promise<SerialPortInfo | undefined> {
  const device = await realpath(path.join(folder, name, "device")).catch(() => undefined);
  // Consoles and pseudo terminals have no device behind them.
  if (device === undefined) return undefined;
  // 8250 driver: type 0 is a port without a chip (include/uapi/linux/serial.h, PORT_UNKNOWN).
  if (await textOf(folder, name, "type") === "0") return undefined;
  const port = { path: path.join(roots.dev, name), adapter: "UART" };
  const usb = await usbOf(device);
  if (usb === undefined) return port;
  const { vendorId, productId, serialNumber, interfaceNumber, socket } = usb.adapter;
  const which = interfaceNumber === 0 ? [] : [String(interfaceNumber)];
  return {
    ...port, usb: usb.adapter,
    adapter: adapterName(vendorId, productId) ?? usb.product ?? `USB ${vendorId}:${productId}`,
    adapterAddress: ["usb", vendorId, productId, serialNumber ?? "", ...which].join(":"),
    socketAddress: ["usb-socket", socket, ...which].join(":"),
  };
}

/**
 * Drivers that hand every octet on as a good one, whatever the line or the adapter knew of it, and
 * take a wish for RTS/CTS without heeding it (Linux 6.1: ch341.c, and cdc-acm.c, which only counts
 * framing and parity errors).
 */
const plainDrivers = new Set(["ch341-uart", "cdc_acm"]);

/** Whether the driver of this device file tells damaged octets, and does RTS/CTS. */
export async function isFullDriver(
  devicePath: string, roots: PortRoots = systemRoots,
): Promise<boolean> {
  const name = path.basename(await realpath(devicePath).catch(() => devicePath));
  const driver = await realpath(path.join(roots.sys, "class/tty", name, "device/driver"))
    .catch(() => "");
  return !plainDrivers.has(path.basename(driver));
}

/** The tree has, from the port upwards: the interface `1-1.2:1.0`, then the device `1-1.2`. */
async function usbOf(device: string): Promise<
  { readonly adapter: UsbAdapter; readonly product: string | undefined } | undefined> {
  for (let at = device; at !== path.dirname(at); at = path.dirname(at)) {
    if (!/^\d+-[\d.]+:\d+\.\d+$/.test(path.basename(at))) continue;
    const usb = path.dirname(at);
    const [vendorId, productId, serialNumber, product, number] = await Promise.all([
      textOf(usb, "idVendor"), textOf(usb, "idProduct"), textOf(usb, "serial"),
      textOf(usb, "product"), textOf(at, "bInterfaceNumber")]);
    if (vendorId === undefined || productId === undefined) return undefined;
    return { product, adapter: { vendorId, productId,
      interfaceNumber: Number.parseInt(number ?? "0", 16), socket: path.basename(usb),
      ...(serialNumber === undefined || serialNumber === "" ? {} : { serialNumber }) } };
  }
  return undefined;
}

/** What the configuration may name: a device file, an adapter, or a socket. */
export const portAddress =
  /^(\/.+|usb:[0-9a-f]{4}:[0-9a-f]{4}:[^:]*(:\d+)?|usb-socket:\d+-[\d.]+(:\d+)?)$/;

/** What the configuration may name of a USB device that is no serial port. */
export const usbAddress =
  /^(usb:[0-9a-f]{4}:[0-9a-f]{4}:[^:]*(:\d+)?|usb-socket:\d+-[\d.]+(:\d+)?)$/;

/**
 * The device file that an address leads to now. Faults: `port-absent`, with what is plugged in;
 * `argument-invalid` where two adapters answer to it.
 */
export async function resolvePort(
  address: string, roots: PortRoots = systemRoots,
): Promise<Result<string>> {
  if (address.startsWith("/")) return ok(address);
  const ports = await listPorts(roots);
  const [port, ...others] = ports.filter(({ adapterAddress, socketAddress }) =>
    address === adapterAddress || address === socketAddress);
  if (port === undefined) {
    const there = ports.flatMap(({ adapterAddress }) => adapterAddress ?? []).join(", ");
    return fail("port-absent", {
      en: `${address} is not plugged in; USB adapters that are: ${there || "none"}.`,
      fr: `${address} n'est pas branché ; adaptateurs USB présents : ${there || "aucun"}.` });
  }
  if (others.length > 0) {
    const sockets = [port, ...others].map(({ socketAddress }) => socketAddress).join(", ");
    return fail("argument-invalid", {
      en: `Several adapters are ${address}: name the socket instead (${sockets}).`,
      fr: `Plusieurs adaptateurs sont ${address} : nommez plutôt la prise (${sockets}).` });
  }
  return ok(port.path);
}
