/**
 * Settings of an open terminal that the serial library does not know. Node has no call for them;
 * coreutils' stty sets them on the terminal, which it opens once more, and they outlast it.
 */

import { spawn } from "node:child_process";
import type { World } from "../../base/world.js";
import type { SerialOptions } from "./options.js";

/** Nothing waits to be sent when a port has just been opened, so stty ends at once. */
export const sttyMsMax = 2_000;
/**
 * POSIX.1 termios: check stop bits and parity, and mark what fails instead of passing it over. Both
 * stay ineffective where the driver of the port does not tell of errors, as on pseudo terminals.
 */
const marking = ["-ignpar", "-ignbrk", "-brkint", "inpck", "parmrk"];
/**
 * Linux's CMSPAR: with odd parity a bit that is always 1, with even one that is always 0. The
 * kernel keeps it from whoever had the port before, so it is taken away as well.
 */
const stick: Readonly<Record<SerialOptions["parity"], readonly string[]>> = { none: ["-cmspar"],
  even: ["-cmspar"], odd: ["-cmspar"], mark: ["parenb", "parodd", "cmspar"],
  space: ["parenb", "-parodd", "cmspar"] };

/**
 * From now on the kernel marks damaged octets, and the parity is what it shall be. Gives the reason
 * where that cannot be had: stty reads back what it has set, and a driver without CMSPAR takes it
 * out. The port is handed over as number 3 and opened anew from there: what becomes a child's
 * standard input is made blocking, which would hold for our own end too.
 */
export function setTerminal(
  port: number, parity: SerialOptions["parity"], world: World,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn("stty", ["-F", "/proc/self/fd/3", ...marking, ...stick[parity]],
      { stdio: ["ignore", "ignore", "ignore", port] });
    const timer = world.clock.after(sttyMsMax, "serial.stty", () => { child.kill("SIGKILL"); });
    const finish = (refused: string | undefined): void => {
      timer.cancel();
      resolve(refused);
    };
    child.on("error", (error) => { finish(error.message); });
    child.on("close", (code, signal) => {
      finish(code === 0 ? undefined : `stty: ${code ?? signal}`);
    });
  });
}
