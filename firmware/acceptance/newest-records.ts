/** The records of a link in the order in which they came, whatever times they bear. */

import type { LinkId } from "../model/identifiers.js";
import type { CallRecord } from "../model/records.js";
import { arrivals, numberMax } from "../switching/record-keyspaces.js";
import type { AcceptanceParts } from "./parts.js";

export interface Arrived {
  /** Its place among the link's arrivals. */
  readonly number: bigint;
  /** Milliseconds since 1970 UTC. */
  readonly atMs: number;
  readonly record: CallRecord;
}

type Parts = Pick<AcceptanceParts, "store" | "records">;

/** The newest first. */
export async function newestRecords(
  { store, records }: Parts, link: LinkId, limit: number,
): Promise<readonly Arrived[]> {
  const found: Arrived[] = [];
  const range = { gte: { link, number: 0n }, lte: { link, number: numberMax }, reverse: true,
    limit };
  for await (const [{ number }, { record, atMs }] of store.range(arrivals, range)) {
    const kept = await records.get(record);
    if (kept.ok && kept.value !== undefined) found.push({ number, atMs, record: kept.value });
  }
  return found;
}
