/** What the tables have in common: dates, times and durations as PBXs print them. */

import { isLocalTime, type LocalTime } from "../../../firmware/base/local-time.js";
import type { DateOrder } from "./format.js";

/** `present({ cost: undefined })` is `{}`: for optional members. */
export function present<T extends object>(
  members: T,
): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const all = Object.entries(members) as [keyof T, unknown][];
  return Object.fromEntries(all.filter(([, value]) => value !== undefined)) as
    { [Name in keyof T]?: Exclude<T[Name], undefined> };
}

/** The fields that have no place of their own in a call record: they travel as private data. */
export function others(
  fields: Readonly<Record<string, string>>, placed: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !placed.has(name)));
}

export interface ClockDate {
  readonly year?: number;
  readonly month: number;
  readonly day: number;
}

/**
 * Two or three numbers with anything between: `22/11/26`, `11-22`, `2026.11.22`, `221126`. Two
 * digits of a year are of this century.
 */
export function dateOf(text: string | undefined, order: DateOrder): ClockDate | undefined {
  if (text === undefined) return undefined;
  const run = /^(\d\d)(\d\d)(\d\d)?$/.exec(text)?.slice(1).filter((part) => part !== undefined);
  const parts = run ?? text.split(/\D+/).filter((part) => part !== "");
  const letters = parts.length === 2 ? order.replace("y", "") : order;
  if (letters.length !== parts.length) return undefined;
  const number = (letter: string): number => Number(parts[letters.indexOf(letter)]);
  const month = number("m");
  const day = number("d");
  if (!letters.includes("y")) return { month, day };
  const year = number("y");
  return { year: year < 100 ? 2_000 + year : year, month, day };
}

export interface ClockTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** `9:15`, `09:15:02`, `0915`, `091502`, with AM/PM or A/P behind it or not. */
export function timeOf(text: string | undefined): ClockTime | undefined {
  const found = /^(\d{1,2}):?(\d\d)(?::?(\d\d))?\s*(?:([AP])M?)?$/i.exec(text?.trim() ?? "");
  if (found === null) return undefined;
  const [, hours = "", minutes = "", seconds = "0", half] = found;
  const shown = Number(hours);
  if (half !== undefined && (shown < 1 || shown > 12)) return undefined;
  const hour = half === undefined ? shown : shown % 12 + (half.toUpperCase() === "P" ? 12 : 0);
  return { hour, minute: Number(minutes), second: Number(seconds) };
}

/**
 * Undefined where no clock can show it. Without a date (not printed) the time of day stands alone.
 */
export function clockOf(
  date: ClockDate | undefined, time: ClockTime | undefined,
): LocalTime | undefined {
  if (time === undefined) return undefined;
  const local: LocalTime = { ...date, ...time };
  return isLocalTime(local) ? local : undefined;
}

/**
 * The last number is seconds, before it minutes, then hours, whatever stands between:
 * `0'07`, `00:02'31`, `1:02:03`.
 */
export function spanMs(text: string | undefined): number | undefined {
  if (text === undefined || !/\d/.test(text)) return undefined;
  const [seconds = 0, minutes = 0, hours = 0] =
    text.split(/\D+/).filter((part) => part !== "").map(Number).reverse();
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}
