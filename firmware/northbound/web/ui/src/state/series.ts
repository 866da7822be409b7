/** Counts per hour or day for a chart: every step of the range, those without calls too. */

import type { HourCount } from "../../../../../../proto/gen/cti/gateway/v1/records_pb.js";
import { dateOf } from "../clock.js";

export interface Bar {
  readonly atMs: number;
  readonly answered: number;
  readonly missed: number;
  readonly outgoing: number;
  readonly internal: number;
}

const hourMs = 3_600_000;
/** A longer range is shown by days. */
export const hoursShownMax = 96;
/** More bars than this are not drawn; the API counts 90 days at most. */
export const barsMax = 400;

export function byDay(fromMs: number, untilMs: number): boolean {
  return untilMs - fromMs > hoursShownMax * hourMs;
}

export function total(bar: Bar): number {
  return bar.answered + bar.missed + bar.outgoing + bar.internal;
}

/** The starts of the steps. Days are counted by the calendar, since one may have 23 or 25 hours. */
function steps(fromMs: number, untilMs: number, days: boolean): number[] {
  const starts: number[] = [];
  const at = dateOf(fromMs);
  if (days) at.setHours(0, 0, 0, 0); else at.setMinutes(0, 0, 0);
  while (at.getTime() < untilMs && starts.length < barsMax) {
    starts.push(at.getTime());
    if (days) at.setDate(at.getDate() + 1); else at.setTime(at.getTime() + hourMs);
  }
  return starts;
}

export function bars(
  hours: readonly HourCount[], fromMs: number, untilMs: number,
): readonly Bar[] {
  const starts = steps(fromMs, untilMs, byDay(fromMs, untilMs));
  const found = starts.map((atMs) => ({ atMs, answered: 0, missed: 0, outgoing: 0, internal: 0 }));
  for (const hour of hours) {
    const atMs = Number(hour.hour?.seconds ?? 0n) * 1_000;
    const index = starts.findLastIndex((start) => start <= atMs);
    const bar = found[index];
    if (bar === undefined || atMs >= untilMs) continue;
    bar.answered += Math.max(0, hour.incoming - hour.missed);
    bar.missed += hour.missed;
    bar.outgoing += hour.outgoing;
    bar.internal += hour.internal;
  }
  return found;
}

/** The step with the most calls; undefined when there are none. */
export function peak(all: readonly Bar[]): Bar | undefined {
  let best: Bar | undefined;
  for (const bar of all) {
    if (total(bar) > (best === undefined ? 0 : total(best))) best = bar;
  }
  return best;
}

export const layers = ["answered", "missed", "outgoing", "internal"] as const;

/** For stacked bars: the first row is the time in seconds, each next row one layer's upper edge. */
export function stacked(all: readonly Bar[]): number[][] {
  const heights = layers.map((_, index) => all.map((bar) =>
    layers.slice(0, index + 1).reduce((sum, layer) => sum + bar[layer], 0)));
  return [all.map((bar) => bar.atMs / 1_000), ...heights];
}
