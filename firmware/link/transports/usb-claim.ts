/**
 * One interface of a USB device, held for ourselves. The only place that knows the package `usb`,
 * which is loaded when the first such link opens.
 */

import type { usb as Usb } from "usb";
import { attempt, done, fail, messageOf, ok, type Result } from "../../base/result.js";
import type { UsbDeviceInfo, UsbEndpoint } from "../ports/usb-devices.js";

type UsbDevice = Awaited<ReturnType<typeof Usb.getDevices>>[number];

/** A read that brings nothing ends after this; a claim that is let go waits for its read. */
export const readMs = 500;
/** A device that takes nothing for so long does not listen. */
export const writeMs = 5_000;

export interface UsbClaim {
  /** One transfer; empty when nothing came in time. Fault: `link-down`, the device is gone. */
  read(): Promise<Result<Uint8Array>>;
  /** Absent where the interface has no OUT endpoint. */
  readonly write?: (bytes: Uint8Array) => Promise<Result<void>>;
  /** Only when no read or write is under way. The device then is free for others. */
  release(): Promise<void>;
}

/** The package reports system errors as text only, so the text has to be looked at here, once. */
function claimFault(address: string, info: UsbDeviceInfo, error: unknown): Result<never> {
  const text = messageOf(error);
  if (/permission|denied|not permitted/i.test(text)) {
    const rule = `SUBSYSTEM=="usb", ATTR{idVendor}=="${info.usb.vendorId}", GROUP="dialout", `
      + 'MODE="0660"';
    return fail("port-denied", {
      en: `${info.path} may not be opened: let group dialout have it, by a udev rule: ${rule}.`,
      fr: `${info.path} ne peut être ouvert : donnez-le au groupe dialout par une règle udev : `
        + `${rule}.` }, { cause: error });
  }
  if (/busy/i.test(text)) return busy(address, error);
  return fail("link-down", `${address}: ${text}.`, { cause: error });
}

function busy(address: string, error?: unknown): Result<never> {
  return fail("port-locked", { en: `${address} is in use by another program.`,
    fr: `${address} est occupé par un autre programme.` }, { cause: error });
}

function endpoint(info: UsbDeviceInfo, direction: UsbEndpoint["direction"]): UsbEndpoint
  | undefined {
  return info.endpoints.find((each) => each.direction === direction);
}

/**
 * Takes the interface, from the kernel's HID driver too, so that nobody else gets what the box
 * reports. Faults: `port-locked`, `port-denied`, `port-absent`, `argument-invalid` where it has
 * no endpoint to read.
 */
export async function claimUsb(address: string, info: UsbDeviceInfo): Promise<Result<UsbClaim>> {
  const [input, output] = [endpoint(info, "in"), endpoint(info, "out")];
  if (input === undefined) {
    return fail("argument-invalid", {
      en: `${address} has no bulk or interrupt endpoint to read from: name another interface `
        + "(ctictl port list).",
      fr: `${address} n'a pas de point bulk ou interrupt à lire : nommez une autre interface `
        + "(ctictl port list)." });
  }
  if (info.heldBy === "usbfs") return busy(address);
  const claimed = await attempt("link-down", address, () => claim(info));
  if (!claimed.ok) return claimFault(address, info, claimed.fault.cause ?? claimed.fault.message);
  const device = claimed.value;
  if (device === undefined) {
    return fail("port-absent", { en: `${address} was unplugged while it was opened.`,
      fr: `${address} a été débranché pendant l'ouverture.` });
  }
  return ok({
    read: () => read(device, input),
    ...(output === undefined ? {} : { write: (bytes) => write(device, output, bytes) }),
    release: async () => {
      // A device that was unplugged refuses both; it is let go all the same.
      await attempt("link-down", address, () =>
        device.releaseInterface(info.usb.interfaceNumber));
      await attempt("link-down", address, () => device.close());
    },
  });
}

async function claim(info: UsbDeviceInfo): Promise<UsbDevice | undefined> {
  const { usb } = await import("usb");
  const device = (await usb.getDevices()).find(({ bus, address }) =>
    Number(bus) === info.busNumber && address === info.deviceNumber);
  if (device === undefined) return undefined;
  await device.open();
  try {
    if (info.heldBy !== undefined) await device.detachKernelDriver(info.usb.interfaceNumber);
    await device.claimInterface(info.usb.interfaceNumber);
  } catch (error) {
    await device.close();
    throw error;
  }
  return device;
}

/**
 * One packet a transfer: a transfer that is cancelled at its deadline has then brought all or
 * nothing, and nothing is lost. Meanwhile the device keeps what it has to say.
 */
async function read(device: UsbDevice, from: UsbEndpoint): Promise<Result<Uint8Array>> {
  const got = await attempt("link-down", "usb", () =>
    device.nativeTransferIn(from.number, readMs, from.packetOctets));
  if (got.ok) return ok(got.value ?? new Uint8Array());
  // The package's word for a deadline that passed.
  return /Cancelled/.test(got.fault.message) ? ok(new Uint8Array()) : got;
}

async function write(device: UsbDevice, to: UsbEndpoint, bytes: Uint8Array):
Promise<Result<void>> {
  const sent = await attempt("link-down", "usb", () =>
    device.nativeTransferOut(to.number, writeMs, bytes));
  return sent.ok ? done : sent;
}
