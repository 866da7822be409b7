/**
 * Runs in the guest: the device's end of a USB cable, made of the kernel's gadget functions on
 * dummy_hcd, each of whose sockets is one more bus of the same machine. Here are two devices for
 * the first socket: a box, whose interface 0 is HID and interface 1 a vendor-specific one with a
 * bulk endpoint in each direction, and a modem of class CDC-ACM.
 */

import { execFile, spawn } from "node:child_process";
import { open, type FileHandle } from "node:fs/promises";
import { promisify } from "node:util";

export const gadgets = "/sys/kernel/config/usb_gadget";
const folder = `${gadgets}/box`;
const modem = `${gadgets}/modem`;
/** The modem's end of the line. */
const modemTty = "/dev/ttyGS0";
const ready = "ready\n";
const functions = "/dev/gadget-vendor";
/** Octets of a report of the box. */
export const boxReportOctets = 16;
/** HID 1.11, 6.2.2: a vendor's page, one input report of 16 octets. */
const reportDescriptor = "06 00 ff 09 01 a1 01 09 02 15 00 26 ff 00 75 08 95 10 81 02 c0";

/** A socket's device end, from 0. */
export function socketEnd(socket: number): string {
  return `dummy_udc.${socket}`;
}

export const configfs =
  "mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config";
const make = (serialNumber: string): string => `set -e
${configfs}
mkdir ${folder} && cd ${folder}
echo 0x1d6b > idVendor; echo 0x0104 > idProduct
mkdir strings/0x409 configs/c.1 functions/hid.0 functions/ffs.vendor
echo ${serialNumber} > strings/0x409/serialnumber
echo "Caller box" > strings/0x409/product
echo ${boxReportOctets} > functions/hid.0/report_length
printf '${reportDescriptor.split(" ").map((octet) => `\\x${octet}`).join("")}' \\
  > functions/hid.0/report_desc
ln -s functions/hid.0 functions/ffs.vendor configs/c.1
mkdir ${functions} && mount -t functionfs vendor ${functions}`;

/** The Linux USB project's own numbers for a serial gadget of class CDC-ACM. */
const makeAcm = (serialNumber: string): string => `set -e
${configfs}
mkdir ${modem} && cd ${modem}
echo 0x0525 > idVendor; echo 0xa4a7 > idProduct
mkdir strings/0x409 configs/c.1 functions/acm.usb0
echo ${serialNumber} > strings/0x409/serialnumber
echo "PBX modem" > strings/0x409/product
ln -s functions/acm.usb0 configs/c.1`;

/** linux/usb/functionfs.h: magic 3 with full and high speed, then magic 2 without strings. */
function descriptors(): Buffer {
  const head = Buffer.alloc(20);
  const speed = (packetOctets: number): Buffer => {
    const endpoint = (address: number): number[] =>
      [7, 5, address, 2, packetOctets & 0xff, packetOctets >> 8, 0];
    return Buffer.from([9, 4, 0, 0, 2, 0xff, 0, 0, 0, ...endpoint(0x81), ...endpoint(0x02)]);
  };
  const body = Buffer.concat([speed(64), speed(512)]);
  const words = [3, head.length + body.length, 3, 3, 3];
  words.forEach((word, at) => { head.writeUInt32LE(word, at * 4); });
  return Buffer.concat([head, body]);
}

function strings(): Buffer {
  const head = Buffer.alloc(16);
  [2, head.length, 0, 0].forEach((word, at) => { head.writeUInt32LE(word, at * 4); });
  return head;
}

async function shell(command: string): Promise<void> {
  await promisify(execFile)("bash", ["-c", command]);
}

let control: FileHandle | undefined;

/** Makes the device once; it is not plugged in yet. */
export async function makeBox(serialNumber: string): Promise<void> {
  await shell(make(serialNumber));
  // Open as long as the function is to be there.
  control = await open(`${functions}/ep0`, "r+");
  await control.write(descriptors());
  await control.write(strings());
}

/** Makes the device once; it is not plugged in yet. */
export async function makeModem(serialNumber: string): Promise<void> {
  await shell(makeAcm(serialNumber));
}

export async function plugModem(): Promise<void> {
  await shell(`echo ${socketEnd(0)} > ${modem}/UDC`);
}

export async function unplugModem(): Promise<void> {
  await shell(`echo > ${modem}/UDC`);
}

/** Sends from the device's end; returns when the host has read it. */
export async function sendModem(text: string): Promise<void> {
  const hex = Buffer.from(text, "latin1").toString("hex").replace(/../g, "\\x$&");
  await shell(`exec 3<>${modemTty}; stty raw -echo <&3; printf '${hex}' >&3`);
}

let heard = "";

/**
 * Listens at the device's end until it is unplugged. Begun before anything is sent: what comes
 * while nobody has the device file open is lost in the kernel.
 */
export async function listenModem(): Promise<void> {
  heard = "";
  const { stdout } = spawn("bash", ["-c",
    `exec 3<>${modemTty}; stty raw -echo <&3; echo ready; exec cat <&3`],
  { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve) => {
    stdout.on("data", (bytes: Buffer) => {
      heard += bytes.toString("latin1");
      if (heard.startsWith(ready)) resolve();
    });
  });
}

/** What the host has sent since then. */
export function heardModem(): Promise<string> {
  return Promise.resolve(heard.slice(ready.length));
}

export async function plugBox(): Promise<void> {
  await shell(`echo ${socketEnd(0)} > ${folder}/UDC`);
}

export async function unplugBox(): Promise<void> {
  await shell(`echo > ${folder}/UDC`);
}

/** Returns when the host has read it. */
export async function sendReport(hex: string): Promise<void> {
  await give("/dev/hidg0", Buffer.from(hex.padEnd(boxReportOctets * 2, "0"), "hex"));
}

/** Returns when the host has read it. */
export async function sendBulk(text: string): Promise<void> {
  await give(`${functions}/ep1`, Buffer.from(text, "latin1"));
}

/** The next transfer that the host sends to the vendor-specific interface. */
export async function takeBulk(): Promise<string> {
  const handle = await open(`${functions}/ep2`, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512));
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function give(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.write(bytes);
  } finally {
    await handle.close();
  }
}
