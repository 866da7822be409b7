/** The ring indicator of a port, which the serial library does not read. */

import { spawn } from "node:child_process";
import { readFile, realpath } from "node:fs/promises";
import { attempt } from "../../base/result.js";
import type { World } from "../../base/world.js";

/**
 * The kernel's table of its UARTs (Linux serial_core): `1: uart:16550A port:000002F8 irq:3 tx:0
 * rx:0 RTS|DTR|RI`. Root alone may read it; the part from `tx:` is there for CAP_SYS_ADMIN only.
 */
const uartTable = "/proc/tty/driver/serial";

/** The answer of an adapter comes within one turn of its bus. */
const askMsMax = 2_000;
const [down, up] = [10, 11];
/**
 * TIOCMGET and TIOCM_RNG of Linux's generic ABI (x86, ARM, RISC-V), asked of the open port that is
 * handed over as number 3. Perl is part of every Debian; the appliance's image has none.
 */
const question = `open(my $port, "+<&=", 3) or exit 2; my $lines = pack("i", 0);
ioctl($port, 0x5415, $lines) or exit 2; exit(unpack("i", $lines) & 0x80 ? ${up} : ${down});`;

/** `descriptor`: of the open port; it may have been closed meanwhile. */
export async function ringIndicatorOf(
  devicePath: string, descriptor: () => number | undefined, world: World,
): Promise<boolean | undefined> {
  const told = await toldByTable(devicePath);
  if (told !== undefined) return told;
  const port = descriptor();
  return port === undefined ? undefined : askedOf(port, world);
}

/** Of the UART with this device file; undefined where the system does not tell. */
async function toldByTable(devicePath: string): Promise<boolean | undefined> {
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

function askedOf(port: number, world: World): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const child = spawn("perl", ["-e", question], { stdio: ["ignore", "ignore", "ignore", port] });
    const timer = world.clock.after(askMsMax, "serial.ring", () => { child.kill("SIGKILL"); });
    const finish = (code: number | null): void => {
      timer.cancel();
      resolve(code === up ? true : code === down ? false : undefined);
    };
    child.on("error", () => { finish(null); });
    child.on("close", finish);
  });
}
