/** The ring indicator of a UART, which the serial library does not read. */

import { readFile, realpath } from "node:fs/promises";
import { attempt } from "../../base/result.js";

/**
 * The kernel's table of its UARTs (Linux serial_core): `1: uart:16550A port:000002F8 irq:3 tx:0
 * rx:0 RTS|DTR|RI`. Root alone may read it; the part from `tx:` is there for CAP_SYS_ADMIN only.
 */
const uartTable = "/proc/tty/driver/serial";

/** Of the UART with this device file; undefined where the system does not tell. */
export async function ringIndicatorOf(
  devicePath: string,
): Promise<boolean | undefined> {
  const file = await attempt("port-absent", devicePath, () => realpath(devicePath));
  const number = file.ok ? /^\/dev\/ttyS(\d+)$/.exec(file.value)?.[1] : undefined;
  if (number === undefined) return undefined;
  const table = await attempt("port-denied", uartTable, () => readFile(uartTable, "utf8"));
  return table.ok ? ringIn(table.value, number) : undefined;
}

/** Pure. */
export function ringIn(table: string, number: string): boolean | undefined {
  const line = table.split("\n").find((each) => each.startsWith(`${number}: `));
  if (line?.includes(" tx:") !== true) return undefined;
  return /[ |]RI(\||$)/.test(line);
}
