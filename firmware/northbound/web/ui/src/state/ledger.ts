/** Whether a day of the ledger balances. */

import type { LedgerDay } from "../../../../../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { dateOf } from "../clock.js";

export type Balance =
  | { readonly is: "good" | "unknown" }
  /** So many bytes are being read still, or nobody can say what became of so many. */
  | { readonly is: "open" | "off"; readonly bytes: bigint };

/** `told`: whether the link's driver tells of every byte. */
export function balanceOf(day: LedgerDay, told: boolean): Balance {
  if (!told) return { is: "unknown" };
  if (day.adriftBytes !== 0n) {
    return { is: "off", bytes: day.adriftBytes < 0n ? -day.adriftBytes : day.adriftBytes };
  }
  const open = day.bytesIn - day.recordBytes - day.skippedBytes - day.garbageBytes;
  return open === 0n ? { is: "good" } : { is: open > 0n ? "open" : "off",
    bytes: open < 0n ? -open : open };
}

const dayMs = 86_400_000;

/** The UTC day of `ms`, and the one `days - 1` before it. */
export function lastDays(ms: number, days: number): { readonly from: string; readonly to: string } {
  const name = (at: number): string => dateOf(at).toISOString().slice(0, 10);
  return { from: name(ms - (days - 1) * dayMs), to: name(ms) };
}
