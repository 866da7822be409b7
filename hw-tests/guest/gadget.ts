/**
 * Runs in the guest: the device's end of a USB cable, made of the kernel's gadget functions on
 * dummy_hcd, whose host side is one more bus of the same machine. Interface 0 is a HID box,
 * interface 1 a vendor-specific one with a bulk endpoint in each direction.
 */

import { execFile } from "node:child_process";
import { open, type FileHandle } from "node:fs/promises";
import { promisify } from "node:util";

const folder = "/sys/kernel/config/usb_gadget/box";
const functions = "/dev/gadget-vendor";
/** Octets of a report of the box. */
export const boxReportOctets = 16;
/** HID 1.11, 6.2.2: a vendor's page, one input report of 16 octets. */
const reportDescriptor = "06 00 ff 09 01 a1 01 09 02 15 00 26 ff 00 75 08 95 10 81 02 c0";

const make = (serialNumber: string): string => `set -e
mount -t configfs none /sys/kernel/config
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

export async function plugBox(): Promise<void> {
  await shell(`ls /sys/class/udc > ${folder}/UDC`);
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

async function give(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.write(bytes);
  } finally {
    await handle.close();
  }
}
