/** UTC days as texts: `2026-11-23`. They sort as they follow each other. */

import { isoTime } from "../switching/record-export.js";

export function dayOf(ms: number): string {
  return isoTime(ms).slice(0, 10);
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}
