/**
 * Room for the old generation to grow in before it is collected whole: some seconds' worth of
 * what grows in it. V8 gives a share of what lived: a small heap under load is then collected all
 * the time, each time holding up the events for milliseconds, and a large one at rest hardly ever.
 */

import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import type { World } from "../base/world.js";

/** Bytes (10^6) of room; memory and pauses: `make bench`. */
export const roomMin = 6e6;
export const roomMax = 22e6;
/** V8 begins to collect when some half of it is filled. */
const secondsOfRoom = 4;
const growthPercentMin = 15;
const growthPercentMax = 150;
const everyMs = 1_000;
/** The least of so many looks is what lives: a collection lies between them under load. */
const looksMax = 5;
const young: ReadonlySet<string> =
  new Set(["new_space", "new_large_object_space", "read_only_space"]);

/**
 * Percent by which the heap may grow after a collection, by the bytes of the old generation at the
 * last looks, one a second.
 */
export function growthPercent(looks: readonly number[]): number {
  const live = Math.min(...looks);
  const growths = looks.slice(1).map((bytes, n) => bytes - (looks[n] ?? 0));
  // The most is a spurt (a start, a snapshot): what it takes is not given back for a long time.
  const [, growth = 0] = growths.toSorted((a, b) => b - a);
  const room = Math.min(roomMax, Math.max(roomMin, secondsOfRoom * growth));
  return Math.min(growthPercentMax, Math.max(growthPercentMin, Math.round(room / live * 100)));
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
    setFlagsFromString(`--heap-growing-percent=${growthPercent(looks)}`);
    clock.after(everyMs, "heap-budget", look);
  };
  look();
}
