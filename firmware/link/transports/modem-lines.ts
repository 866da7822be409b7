/** The pins that the other end of a serial line drives, the ring indicator among them. */

import type { ModemLines } from "../transport.js";
import { callTerminal } from "./terminal-ioctl.js";

/** Linux's asm-generic/termios.h. */
const bits = { cts: 0x020, dcd: 0x040, ri: 0x080, dsr: 0x100 };

/** Undefined where the driver does not tell: on pseudo terminals. */
export async function modemLinesOf(descriptor: number): Promise<ModemLines | undefined> {
  const word = new Uint8Array(4);
  const got = await callTerminal(descriptor, "getModemLines", word);
  return got.ok ? linesIn(new DataView(word.buffer).getUint32(0, true)) : undefined;
}

/** Pure. */
export function linesIn(word: number): ModemLines {
  const isUp = (bit: number): boolean => (word & bit) !== 0;
  return { cts: isUp(bits.cts), dsr: isUp(bits.dsr), dcd: isUp(bits.dcd), ri: isUp(bits.ri) };
}
