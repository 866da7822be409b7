/** Values as people read them, in the page's language. */

import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import type { NumberForms } from "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { locale } from "./language.js";

export function msOf(at: Timestamp | undefined): number | undefined {
  return at === undefined ? undefined : Number(at.seconds) * 1_000 + Math.floor(at.nanos / 1e6);
}

export function timestampOf(ms: number): { seconds: bigint; nanos: number } {
  const seconds = Math.floor(ms / 1_000);
  return { seconds: BigInt(seconds), nanos: Math.round((ms - seconds * 1_000) * 1e6) };
}

export function secondsOf(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : Number(duration.seconds) + duration.nanos / 1e9;
}

/** "0:07", "12:40", "1:02:03": a call's length, read at a glance. */
export function clockLength(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3_600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}

const units = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]] as const;

/** "2 days 3 hours", "45 seconds": the two largest units that are not zero. */
export function longLength(seconds: number): string {
  let left = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count === 0 && !(unit === "second" && parts.length === 0)) continue;
    parts.push(new Intl.NumberFormat(locale(), { style: "unit", unit,
      unitDisplay: parts.length > 0 || unit === "day" ? "short" : "long" }).format(count));
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

export function count(value: number | bigint): string {
  return new Intl.NumberFormat(locale()).format(value);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(locale(), { style: "percent" }).format(share);
}

const byteUnits = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export function bytes(value: number | bigint): string {
  let size = Number(value);
  let index = 0;
  while (size >= 1_000 && index < byteUnits.length - 1) { size /= 1_000; index += 1; }
  return new Intl.NumberFormat(locale(), { style: "unit", unit: byteUnits[index] ?? "byte",
    unitDisplay: index === 0 ? "long" : "short", maximumFractionDigits: size < 10 ? 1 : 0,
  }).format(size);
}

function formatted(ms: number | undefined, options: Intl.DateTimeFormatOptions): string {
  return ms === undefined ? "–" : new Intl.DateTimeFormat(locale(), options).format(ms);
}

export function dateTime(ms: number | undefined): string {
  return formatted(ms, { dateStyle: "short", timeStyle: "medium" });
}

export function time(ms: number | undefined): string {
  return formatted(ms, { timeStyle: "medium" });
}

export function hour(ms: number): string {
  return formatted(ms, { hour: "2-digit", minute: "2-digit" });
}

export function day(ms: number): string {
  return formatted(ms, { dateStyle: "medium" });
}

/** The time alone today, with the date on other days. */
export function recent(ms: number | undefined, nowMs: number): string {
  if (ms === undefined) return "–";
  return sameDay(ms, nowMs) ? time(ms) : formatted(ms, { dateStyle: "short", timeStyle: "short" });
}

export function sameDay(a: number, b: number): boolean {
  const key = (ms: number): string =>
    new Intl.DateTimeFormat("en-CA", { dateStyle: "short" }).format(ms);
  return key(a) === key(b);
}

/** What to call a number's owner: the name, else the number; undefined when neither is known. */
export function partyTitle(forms: NumberForms | undefined): string | undefined {
  if (forms === undefined) return undefined;
  return forms.name || partyNumber(forms);
}

export function partyNumber(forms: NumberForms | undefined): string | undefined {
  return forms === undefined ? undefined : forms.display || forms.e164 || forms.raw || undefined;
}
