/**
 * Settings of an open terminal that the serial library does not know. Node has no call for them;
 * coreutils' stty sets them on the terminal that is its standard input, and they outlast it.
 */

import { spawn } from "node:child_process";
import type { World } from "../../base/world.js";

/** Nothing waits to be sent when a port has just been opened, so stty ends at once. */
export const sttyMsMax = 2_000;
/**
 * POSIX.1 termios: check stop bits and parity, and mark what fails instead of passing it over. Both
 * stay ineffective where the driver of the port does not tell of errors, as on pseudo terminals.
 */
const marking = "-ignpar -ignbrk -brkint inpck parmrk";
/**
 * The port is handed over as number 3: what becomes a child's standard input is made blocking,
 * which would hold for our own end too.
 */
const script = `exec stty ${marking} <&3`;

/** Whether the kernel marks damaged octets from now on. */
export function markErrors(port: number, path: string, world: World): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("sh", ["-c", script], { stdio: ["ignore", "ignore", "ignore", port] });
    const timer = world.clock.after(sttyMsMax, "serial.stty", () => { child.kill("SIGKILL"); });
    const finish = (marks: boolean, reason: string): void => {
      timer.cancel();
      if (!marks) world.log.event("serial.errors-not-counted", { path, reason }, "warn");
      resolve(marks);
    };
    child.on("error", (error) => { finish(false, error.message); });
    child.on("close", (code, signal) => { finish(code === 0, `stty: ${code ?? signal}`); });
  });
}
