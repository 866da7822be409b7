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
/** Whether the kernel marks damaged octets from now on. */
export async function markErrors(port: number, path: string, world: World): Promise<boolean> {
  const refused = await set(port, marking, world);
  if (refused === undefined) return true;
  world.log.event("serial.errors-not-counted", { path, reason: refused }, "warn");
  return false;
}

/**
 * A parity bit that is always 1 (mark) or 0 (space): Linux's CMSPAR. Gives the reason where it
 * cannot be had: stty reads back what it has set, and a driver without CMSPAR takes it out.
 */
export function stickParity(
  port: number, parity: "mark" | "space", world: World,
): Promise<string | undefined> {
  return set(port, `parenb cmspar ${parity === "mark" ? "parodd" : "-parodd"}`, world);
}

/**
 * The reason of a refusal. The port is handed over as number 3: what becomes a child's standard
 * input is made blocking, which would hold for our own end too.
 */
function set(port: number, settings: string, world: World): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn("sh", ["-c", `exec stty ${settings} <&3`],
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
