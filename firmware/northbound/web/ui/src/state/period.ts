/** The periods that one chooses by name, as times. */

import { dateOf } from "../clock.js";

export const periodNames = ["hour", "today", "yesterday", "week", "month", "quarter", "custom"] as
  const;
export type PeriodName = (typeof periodNames)[number];

export interface Period { readonly fromMs: number; readonly untilMs: number }

/** Midnight of the day that lies `days` after the day of `ms`, by the calendar. */
export function midnight(ms: number, days = 0): number {
  const date = dateOf(ms);
  date.setHours(0, 0, 0, 0);
  date.setDate(date.getDate() + days);
  return date.getTime();
}

export function periodOf(name: Exclude<PeriodName, "custom">, nowMs: number): Period {
  switch (name) {
    case "hour": return { fromMs: nowMs - 3_600_000, untilMs: nowMs };
    case "today": return { fromMs: midnight(nowMs), untilMs: midnight(nowMs, 1) };
    case "yesterday": return { fromMs: midnight(nowMs, -1), untilMs: midnight(nowMs) };
    case "week": return { fromMs: midnight(nowMs, -6), untilMs: midnight(nowMs, 1) };
    case "month": return { fromMs: midnight(nowMs, -29), untilMs: midnight(nowMs, 1) };
    // The API counts 90 days at most, and a day of the clock change has 25 hours.
    case "quarter": return { fromMs: midnight(nowMs, -88), untilMs: midnight(nowMs, 1) };
  }
}

/** The value of a datetime-local field, and back. */
export function fieldOf(ms: number): string {
  const date = dateOf(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
    + `T${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function fieldMs(value: string): number | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(value);
  if (parts === null) return undefined;
  const [, year = "", month = "", day = "", hour = "", minute = ""] = parts;
  const date = dateOf(0);
  date.setFullYear(Number(year), Number(month) - 1, Number(day));
  date.setHours(Number(hour), Number(minute), 0, 0);
  return date.getTime();
}
