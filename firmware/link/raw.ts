/** Raw bytes of a link, kept exactly as received, before anything parses them. */

import type { Result } from "../base/result.js";
import type { LinkId } from "../model/identifiers.js";
import type { CompletedCall } from "../model/records.js";
import type { ModemLines } from "./transport.js";

/** What the line was like as bytes came. What its transport cannot tell is absent. */
export interface LineState {
  /** Where it led and the settings in force, as `Transport.description`. */
  readonly channel?: string;
  /** As last looked at, seconds before at most. */
  readonly lines?: ModemLines;
  /** Octets of these bytes with a framing or parity error. */
  readonly damaged?: number;
  /** Breaks among these bytes; each reads as NUL. */
  readonly breaks?: number;
}

export function sameLines(a: ModemLines | undefined, b: ModemLines | undefined): boolean {
  return a?.cts === b?.cts && a?.dsr === b?.dsr && a?.dcd === b?.dcd && a?.ri === b?.ri;
}

export interface RawSegment {
  readonly position: bigint;
  /** Milliseconds since 1970 UTC. */
  readonly atMs: number;
  /** Empty where a new process goes on with a line that was cut when the last one was killed. */
  readonly bytes: Uint8Array;
  /** One datagram and nothing else: nothing in it goes on in the next segment. */
  readonly whole?: true;
  /** Given by `read`; absent where nothing is known: kept by an earlier version, a mark. */
  readonly line?: LineState;
}

/** The beginning of a line that the next session goes on with. */
export interface CarriedLine {
  /** Oldest first. */
  readonly segments: readonly RawSegment[];
  /** So many records were said while bytes of a position were read, which is where they stand. */
  readonly ordinals: ReadonlyMap<bigint, number>;
  /** The ledger has counted so many of the bytes, the first that the driver tells of. */
  readonly countedBytes: number;
}

export const nothingCarried: CarriedLine = { segments: [], ordinals: new Map(), countedBytes: 0 };

/** Bytes that a link reads once more before it opens its line for the first time. */
export interface KeptBytes {
  readonly segments: readonly RawSegment[];
  /** The ledger has counted so many of them, the first that the driver tells of. */
  readonly countedBytes: number;
}

export interface CallReadAgain {
  readonly call: CompletedCall;
  /** When the bytes that end it came. */
  readonly arrivedAtMs: number;
  /** Its bytes were counted, so its record is in the book. */
  readonly counted: boolean;
}

/** The calls that were found in bytes read again. */
export interface CallsReadAgain {
  /** Where the reading began. */
  readonly position: bigint;
  /** In order. */
  readonly calls: readonly CallReadAgain[];
}

export interface RawKeeper {
  /** Resolves with the segment's position when durable. `queue-full` when too far behind. */
  keep(link: LinkId, bytes: Uint8Array, line?: LineState): Promise<Result<bigint>>;
  /**
   * Each frame becomes a segment of its own, all or none. Resolves with the first one's position
   * when they are durable; the others follow it one by one. Faults as those of `keep`. A place is
   * kept in one step with them.
   */
  keepWhole(link: LinkId, frames: readonly Uint8Array[], place?: string, line?: LineState):
  Promise<Result<bigint>>;
  /** That of the link's newest frames that were kept with one. */
  place(link: LinkId): Promise<Result<string | undefined>>;
  read(link: LinkId, fromPosition: bigint, bytesMax: number): AsyncIterable<RawSegment>;
  /** The last bytes in order; the first segment may lack its beginning. */
  newest(link: LinkId, bytesMax: number): Promise<readonly RawSegment[]>;
}
