/** The time of day at which nobody telephones: `22:30-05:00`, on the unit's clock. Pure. */

import { shownAt } from "../base/local-time.js";

/** From the first minute, up to and without the last. */
export function isInWindow(
  window: string | undefined, nowMs: number, timeZone: string,
): boolean {
  const [, ...parts] = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(window ?? "") ?? [];
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = parts.map(Number);
  const [from, to] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute];
  const { hour, minute } = shownAt(nowMs, timeZone);
  const now = hour * 60 + minute;
  return from <= to ? now >= from && now < to : now >= from || now < to;
}
