/**
 * USB devices that no kernel driver makes a serial port of: HID boxes and vendor-specific
 * interfaces, from the kernel's own tree. They have the addresses of serial adapters.
 */

import { readdir, readFile, readlink } from "node:fs/promises";
import path from "node:path";
import { done, fail, ok, type Result } from "../../base/result.js";
import { resolvePort, systemRoots, type PortRoots, type UsbAdapter } from "./ports.js";

/** An endpoint that carries data of its own accord; control and isochronous ones do not. */
export interface UsbEndpoint {
  /** 1 to 15. */
  readonly number: number;
  readonly direction: "in" | "out";
  readonly packetOctets: number;
}

export interface UsbDeviceInfo {
  readonly kind: "hid" | "vendor";
  /** The device's file: `/dev/bus/usb/003/002`. Its interfaces share it. */
  readonly path: string;
  /** For people: what the device says that it is, else its numbers. */
  readonly product: string;
  readonly usb: UsbAdapter;
  readonly deviceAddress: string;
  readonly socketAddress: string;
  readonly busNumber: number;
  readonly deviceNumber: number;
  /** Bulk and interrupt only. */
  readonly endpoints: readonly UsbEndpoint[];
  /** The kernel's driver that holds the interface; `usbfs` is another program. */
  readonly heldBy?: string;
}

/** bInterfaceClass (USB-IF, Defined Class Codes). */
const kinds: Readonly<Record<string, UsbDeviceInfo["kind"]>> = { "03": "hid", "ff": "vendor" };
/** bInterfaceSubClass of HID 1.11, 4.2: a keyboard or a mouse. */
const bootInterface = "01";
/** Who may hold an interface that is ours to take. Others have made something else of it. */
const holders = new Set(["usbhid", "usbfs"]);

async function textOf(...parts: readonly string[]): Promise<string> {
  return readFile(path.join(...parts), "utf8").then((text) => text.trim(), () => "");
}

/** Sorted by socket. Keyboards, mice, and what another kernel driver serves are left out. */
export async function listUsbDevices(roots: PortRoots = systemRoots): Promise<
  readonly UsbDeviceInfo[]> {
  const folder = path.join(roots.sys, "bus/usb/devices");
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.map((name) => {
    const [socket = "", rest] = name.split(":");
    return rest === undefined ? Promise.resolve(undefined)
      : deviceOf(folder, name, socket, roots);
  }));
  return found.filter((device) => device !== undefined).sort((a, b) =>
    a.socketAddress.localeCompare(b.socketAddress, "en", { numeric: true }));
}

/** `name` is an interface of the device in `socket`: `3-1:1.0`. */
async function deviceOf(
  folder: string, name: string, socket: string, roots: PortRoots,
): Promise<UsbDeviceInfo | undefined> {
  const at = path.join(folder, name);
  const device = path.join(folder, socket);
  const kind = kinds[await textOf(at, "bInterfaceClass")];
  if (kind === undefined) return undefined;
  if (kind === "hid" && await textOf(at, "bInterfaceSubClass") === bootInterface) return undefined;
  const heldBy = await readlink(path.join(at, "driver")).then(path.basename, () => undefined);
  if (heldBy !== undefined && !holders.has(heldBy)) return undefined;
  const [vendorId, productId, serialNumber, product, interfaceText, bus, number] =
    await Promise.all([textOf(device, "idVendor"), textOf(device, "idProduct"),
      textOf(device, "serial"), textOf(device, "product"), textOf(at, "bInterfaceNumber"),
      textOf(device, "busnum"), textOf(device, "devnum")]);
  // Unplugged while it was looked at.
  if (vendorId === "" || productId === "" || bus === "" || number === "") return undefined;
  const interfaceNumber = Number.parseInt(interfaceText, 16);
  const which = interfaceNumber === 0 ? [] : [String(interfaceNumber)];
  return {
    kind, product: product === "" ? `USB ${vendorId}:${productId}` : product,
    path: path.join(roots.dev, "bus/usb", bus.padStart(3, "0"), number.padStart(3, "0")),
    usb: { vendorId, productId, interfaceNumber, socket,
      ...(serialNumber === "" ? {} : { serialNumber }) },
    deviceAddress: ["usb", vendorId, productId, serialNumber, ...which].join(":"),
    socketAddress: ["usb-socket", socket, ...which].join(":"),
    busNumber: Number(bus), deviceNumber: Number(number), endpoints: await endpointsOf(at),
    ...(heldBy === undefined ? {} : { heldBy }),
  };
}

async function endpointsOf(at: string): Promise<readonly UsbEndpoint[]> {
  const names = await readdir(at).catch(() => []);
  const found = await Promise.all(names.filter((name) => /^ep_[0-9a-f]{2}$/.test(name))
    .map(async (name): Promise<readonly UsbEndpoint[]> => {
      const type = await textOf(at, name, "type");
      const direction = await textOf(at, name, "direction");
      const carries = type === "Bulk" || type === "Interrupt";
      if (!carries || (direction !== "in" && direction !== "out")) return [];
      // USB 2.0, 9.6.6: bits 0 to 3 are the number, bits 0 to 10 of the size are octets.
      return [{ number: Number.parseInt(name.slice(3), 16) & 0x0f, direction,
        packetOctets: Number.parseInt(await textOf(at, name, "wMaxPacketSize"), 16) & 0x7ff }];
    }));
  return found.flat();
}

/**
 * The interface that an address leads to now. Faults: `port-absent`, with what is plugged in;
 * `argument-invalid` where two devices answer to it.
 */
export async function resolveUsbDevice(
  address: string, roots: PortRoots = systemRoots,
): Promise<Result<UsbDeviceInfo>> {
  const devices = await listUsbDevices(roots);
  const [device, ...others] = devices.filter(({ deviceAddress, socketAddress }) =>
    address === deviceAddress || address === socketAddress);
  if (device === undefined) {
    const there = devices.map(({ deviceAddress }) => deviceAddress).join(", ");
    return fail("port-absent", {
      en: `${address} is not plugged in; USB devices that are: ${there || "none"}.`,
      fr: `${address} n'est pas branché ; périphériques USB présents : ${there || "aucun"}.` });
  }
  if (others.length > 0) {
    const sockets = [device, ...others].map(({ socketAddress }) => socketAddress).join(", ");
    return fail("argument-invalid", {
      en: `Several devices are ${address}: name the socket instead (${sockets}).`,
      fr: `Plusieurs périphériques sont ${address} : nommez plutôt la prise (${sockets}).` });
  }
  return ok(device);
}

/** The fault tells of a device without serial port at this address what it is. */
export async function noSerialPort(
  address: string, roots: PortRoots = systemRoots,
): Promise<Result<void>> {
  const device = (await listUsbDevices(roots)).find((each) =>
    [each.path, each.deviceAddress, each.socketAddress].includes(address));
  // An adapter may have a serial port and an interface of its own kind at one address.
  if (device === undefined || (await resolvePort(address, roots)).ok && address !== device.path) {
    return done;
  }
  const what = { hid: "HID", vendor: "vendor" }[device.kind];
  return fail("service-not-supported", {
    en: `${address} is ${device.product}, a USB device (${what}) and no serial port: a link with `
      + "transport usb claims it.",
    fr: `${address} est ${device.product}, un périphérique USB (${what}) et non un port série : un `
      + "lien de transport usb le prend." });
}
