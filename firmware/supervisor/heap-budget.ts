/**
 * Whole collections only when the old generation has filled a fixed budget. V8 starts one when
 * the heap has grown by a share of what lived: a small heap is then collected all the time, and
 * each collection holds up the events for some milliseconds.
 */

import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import type { World } from "../base/world.js";

/** Bytes (10^6) of the old generation at which it is collected; memory and pauses: `make bench`. */
export const heapBudget = 50e6;
export const growthPercentMin = 25;
const growthPercentMax = 150;
const everyMs = 1_000;
/** The least of so many looks is what lives: a collection lies between them under load. */
const looksMax = 5;
const young: ReadonlySet<string> =
  new Set(["new_space", "new_large_object_space", "read_only_space"]);

/** Percent by which the heap may grow after a collection that left `live` bytes. */
export function growthPercent(live: number): number {
  const wished = Math.round((heapBudget / live - 1) * 100);
  return Math.min(growthPercentMax, Math.max(growthPercentMin, wished));
}

function oldBytes(): number {
  return getHeapSpaceStatistics().reduce((sum, space) =>
    young.has(space.space_name) ? sum : sum + space.space_used_size, 0);
}

/** For as long as the process runs. V8 reads the flag at the end of each collection. */
export function keepHeapBudget({ clock }: World): void {
  const looks: number[] = [];
  const look = (): void => {
    looks.push(oldBytes());
    if (looks.length > looksMax) looks.shift();
    setFlagsFromString(`--heap-growing-percent=${growthPercent(Math.min(...looks))}`);
    clock.after(everyMs, "heap-budget", look);
  };
  look();
}
