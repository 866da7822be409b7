/** What became of each link's bytes, a row a UTC day. */

import { linkId, type LinkId } from "../model/identifiers.js";
import { readText, textKey } from "../store/keys.js";
import type { Keyspace } from "../store/store.js";
import { decodeObject } from "../switching/event-log-keyspaces.js";


/** Reasons of one day that are counted by name; what else there is counts as `otherReason`. */
export const reasonsMax = 16;
export const otherReason = "other reasons";

export interface LedgerDay {
  /** Received; those of `garbage` that were never stored are among them. */
  bytesIn: number;
  records: number;
  recordBytes: number;
  skippedBytes: number;
  garbageBytes: number;
  /** Of the garbage, by reason. */
  reasons: Record<string, number>;
  /** Nobody can say what became of them: the gateway or the line ended before they were parsed. */
  adriftBytes: number;
  /** Bytes stored since the link's first, up to the end of this day. */
  through: number;
}

export interface LedgerKey {
  readonly link: LinkId;
  readonly day: string;
}

const separator = "\u0000";

function isReasons(value: unknown): value is Record<string, number> {
  return typeof value === "object" && value !== null
    && Object.values(value).every((count) => typeof count === "number");
}

function isDayRow(row: Readonly<Record<string, unknown>>): boolean {
  return (["bytesIn", "records", "recordBytes", "skippedBytes", "garbageBytes", "adriftBytes",
    "through"] satisfies (keyof LedgerDay)[]).every((name) => typeof row[name] === "number");
}

/** Written by `append`, together with the raw bytes that it counts. */
export const ledgerSpace: Keyspace<LedgerKey, LedgerDay> = {
  name: "ledger", version: 1, replicated: false,
  encodeKey: ({ link, day }) => textKey(`${link}${separator}${day}`),
  decodeKey: (bytes) => {
    const [link = "", day = ""] = readText(bytes).split(separator);
    return { link: linkId(link), day };
  },
  encode: (row) => textKey(JSON.stringify(row)),
  decode: (bytes) => decodeObject(bytes, "a day of the ledger", (fields) => {
    const { reasons, ...numbers } = fields as Partial<LedgerDay>;
    return isReasons(reasons) && isDayRow(numbers) ? { ...numbers, reasons } as LedgerDay
      : undefined;
  }),
};

export function emptyDay(through: number): LedgerDay {
  return { bytesIn: 0, records: 0, recordBytes: 0, skippedBytes: 0, garbageBytes: 0, reasons: {},
    adriftBytes: 0, through };
}

/** Bytes of which the driver may still say what became. */
export function openBytes(row: LedgerDay): number {
  return row.bytesIn - row.recordBytes - row.skippedBytes - row.garbageBytes - row.adriftBytes;
}
