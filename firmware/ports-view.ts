/** Serial ports and USB devices as the servers see them: with their links, and the doctor. */

import { realpath } from "node:fs/promises";
import path from "node:path";
import { done, fail, ok, type Result } from "./base/result.js";
import type { World } from "./base/world.js";
import type { LinkConfig } from "./config/schema.js";
import { candidates } from "./link/doctor/candidates.js";
import { examine, type DoctorPort } from "./link/doctor/doctor.js";
import type { Driver } from "./link/driver.js";
import type { DriverShelf } from "./link/driver-shelf.js";
import { listPorts, portAddress, resolvePort } from "./link/ports/ports.js";
import { listUsbDevices, noSerialPort, resolveUsbDevice } from "./link/ports/usb-devices.js";
import { openSerialLine, type SerialLine } from "./link/transports/serial.js";
import type { PortsView } from "./northbound/api/gateway-view.js";

export interface PortsParts {
  readonly world: World;
  readonly drivers: DriverShelf<Driver>;
  /** The links of the document in force. */
  readonly links: () => readonly LinkConfig[];
  /** Whether the link of that name holds its transport. */
  readonly holds: (link: string) => boolean;
  readonly timeZone: () => string;
}

export interface PortUse {
  /** What links hold: a serial port's device file, a USB device's socket address, to link. */
  users(): Promise<ReadonlyMap<string, string>>;
  /** Faults: `port-locked` where a link holds the port, `argument-invalid` where it is none. */
  free(address: string): Promise<Result<void>>;
}

/** Who has which port: a port of a link is never opened a second time. */
export function portUse(parts: Pick<PortsParts, "links" | "holds">): PortUse {
  /** Device files, by-id names and addresses of one port all lead to one file. */
  const fileOf = async (address: string): Promise<string> => {
    const found = await resolvePort(address);
    return found.ok ? await realpath(found.value).catch(() => found.value) : address;
  };
  const users = async (): Promise<ReadonlyMap<string, string>> => {
    const held = parts.links().filter(({ id }) => parts.holds(id));
    const rows = await Promise.all(held.map(async ({ id, transport }) => {
      if (transport.kind === "serial") return [[await fileOf(transport.path), id] as const];
      if (transport.kind !== "usb") return [];
      const found = await resolveUsbDevice(transport.address);
      return found.ok ? [[found.value.socketAddress, id] as const] : [];
    }));
    return new Map(rows.flat());
  };
  return {
    users,
    free: async (address) => {
      const user = (await users()).get(await fileOf(address));
      if (user !== undefined) {
        return fail("port-locked", {
          en: `The link ${user} holds ${address}: disable it first (ctictl link disable ${user}).`,
          fr: `Le lien ${user} occupe ${address} : désactivez-le d'abord `
            + `(ctictl link disable ${user}).` });
      }
      if (!portAddress.test(address) || address.startsWith("/")
        && !path.normalize(address).startsWith("/dev/")) {
        return fail("argument-invalid", {
          en: `${address} is neither a device file under /dev nor an address (ctictl port list).`,
          fr: `${address} n'est ni un fichier sous /dev ni une adresse (ctictl port list).` });
      }
      return done;
    },
  };
}

export function portsView(parts: PortsParts): PortsView {
  const { world } = parts;
  const use = portUse(parts);
  return {
    list: async () => {
      const inUse = await use.users();
      const [serial, usb] = await Promise.all([listPorts(), listUsbDevices()]);
      return [...serial.map((port) => ({
        kind: "serial" as const, path: port.path, adapter: port.adapter,
        adapterAddress: port.adapterAddress ?? "", socketAddress: port.socketAddress ?? "",
        serialNumber: port.usb?.serialNumber ?? "", link: inUse.get(port.path) ?? "" })),
      ...usb.map((device) => ({
        kind: device.kind, path: device.path, adapter: device.product,
        adapterAddress: device.deviceAddress, socketAddress: device.socketAddress,
        serialNumber: device.usb.serialNumber ?? "",
        link: inUse.get(device.socketAddress) ?? "" }))];
    },
    examine: async (address, limitMs, tell) => {
      const free = await use.free(address);
      if (!free.ok) return free;
      const drivers = await parts.drivers.all();
      return ok(examine({ world, address, limitMs, tell,
        open: async (baudRate, deadlineMs) => {
          const serial = await noSerialPort(address);
          return serial.ok ? doctorPort(await openSerialLine({ kind: "serial", path: address,
            baudRate, dataBits: 8, parity: "none", stopBits: 1, flowControl: "none" }, world,
          deadlineMs)) : serial;
        },
        recognise: (text, atMs) => candidates(drivers, text, atMs, parts.timeZone()) }));
    },
  };
}

function doctorPort(opened: Result<SerialLine>): Result<DoctorPort> {
  if (!opened.ok) return opened;
  const { port, errorsCounted, onReceive, lines, setBaudRate } = opened.value;
  port.on("error", () => undefined);
  return ok({
    errorsCounted, onReceive, lines, setBaudRate,
    onClosed: (handler) => { port.on("close", handler); },
    close: () => { if (port.isOpen) port.close(() => undefined); },
  });
}
