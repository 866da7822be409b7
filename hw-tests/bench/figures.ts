/** What every bench needs to say its figures: medians, percentiles, tables, the machine's load. */

import { readFileSync } from "node:fs";
import { loadavg } from "node:os";

/** One promise of the specification, and what was measured. */
export interface Target {
  readonly name: string;
  readonly wanted: string;
  readonly measured: string;
  readonly met: boolean;
}

export interface Report {
  readonly title: string;
  readonly table: readonly string[];
  readonly targets: readonly Target[];
  /** What stops it from being faster. */
  readonly limit: string;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
  return (low + (sorted[sorted.length >> 1] ?? NaN)) / 2;
}

/** The value below which `share` (0 to 1) of the sorted values lie; nearest rank. */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export function loadNow(): string {
  return loadavg().map((each) => each.toFixed(2)).join(" ");
}

export function table(
  head: readonly string[], rows: readonly (readonly string[])[],
): readonly string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => cells.map((cell, column) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)).join("  ");
  return [line(head), ...rows.map(line)];
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** Seconds, over all processors, that the host gave to others while ours had work (proc(5)). */
export function stolenSeconds(): number {
  const [first = ""] = readFileSync("/proc/stat", "latin1").split("\n", 1);
  return Number(first.trim().split(/\s+/)[8]) / 100;
}

/** The same in every thread. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
