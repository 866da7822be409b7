/**
 * The collector's and the disk's threads give way to the main thread, which answers within
 * milliseconds: on two cores they would take its core while they work.
 */

import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

const background = new Set(["V8Worker", "libuv-worker"]);
const niceness = 10;

/** Linux keeps a priority for each thread (setpriority(2)); gives how many were lowered. */
export function lowerBackgroundThreads(): number {
  const tasks = "/proc/self/task";
  let lowered = 0;
  for (const thread of readdirSync(tasks)) {
    try {
      if (!background.has(readFileSync(`${tasks}/${thread}/comm`, "latin1").trim())) continue;
      setPriority(Number(thread), niceness);
      lowered += 1;
    } catch {
      // A thread that has just ended.
    }
  }
  return lowered;
}
