/** Settings of an open terminal that the serial library does not know; they outlast it. */

import type { SerialOptions } from "./options.js";
import { callTerminal } from "./terminal-ioctl.js";

/** Linux's struct termios2: where the two words stand that are changed. */
const termiosOctets = 44;
const words = { input: 0, control: 8 };

interface Change {
  readonly on: number;
  readonly off: number;
}

/**
 * POSIX.1 termios: check stop bits and parity (INPCK), and mark what fails (PARMRK) instead of
 * passing it over (IGNPAR, IGNBRK, BRKINT). Both stay ineffective where the driver of the port does
 * not tell of errors, as on pseudo terminals.
 */
const marking: Change = { on: 0x08 | 0x10, off: 0x01 | 0x02 | 0x04 };
const [enabled, odd, stick] = [0x100, 0x200, 0x4000_0000];
/**
 * Linux's CMSPAR: with odd parity a bit that is always 1, with even one that is always 0. The
 * kernel keeps it from whoever had the port before, so it is taken away as well.
 */
const parities: Readonly<Record<SerialOptions["parity"], Change>> = {
  none: { on: 0, off: stick }, even: { on: 0, off: stick }, odd: { on: 0, off: stick },
  mark: { on: enabled | odd | stick, off: 0 }, space: { on: enabled | stick, off: odd } };

/** Pure; in place. */
export function change(termios: Uint8Array, parity: SerialOptions["parity"]): void {
  const view = viewOf(termios);
  for (const [at, { on, off }] of changes(parity)) {
    view.setUint32(at, (view.getUint32(at, true) & ~off | on) >>> 0, true);
  }
}

/** Pure: whether all is as wanted. */
export function isChanged(termios: Uint8Array, parity: SerialOptions["parity"]): boolean {
  const view = viewOf(termios);
  return changes(parity).every(([at, { on, off }]) =>
    (view.getUint32(at, true) & (on | off)) === on);
}

function changes(parity: SerialOptions["parity"]): readonly (readonly [number, Change])[] {
  return [[words.input, marking], [words.control, parities[parity]]];
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/**
 * From now on the kernel marks damaged octets, and the parity is what it shall be. Gives the reason
 * where that cannot be had: a driver without CMSPAR takes it out again, and says nothing.
 */
export async function setTerminal(
  descriptor: number, parity: SerialOptions["parity"],
): Promise<string | undefined> {
  const termios = new Uint8Array(termiosOctets);
  const got = await callTerminal(descriptor, "getTermios", termios);
  if (!got.ok) return got.fault.message;
  change(termios, parity);
  const set = await callTerminal(descriptor, "setTermios", termios);
  if (!set.ok) return set.fault.message;
  const read = await callTerminal(descriptor, "getTermios", termios);
  if (!read.ok) return read.fault.message;
  return isChanged(termios, parity) ? undefined : "not all was set";
}
