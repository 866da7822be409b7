/** Raw bytes of a link, kept exactly as received, before anything parses them. */

import type { Result } from "../base/result.js";
import type { LinkId } from "../model/identifiers.js";

export interface RawSegment {
  readonly position: bigint;
  /** Milliseconds since 1970 UTC. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
  /** One datagram and nothing else: nothing in it goes on in the next segment. */
  readonly whole?: true;
}

/** Datagrams of a link from before its line opened, oldest first. */
export interface RawHistory {
  /** Parsed in their time; for whoever must know again what is sent once more. */
  readonly earlier: readonly RawSegment[];
  /** Durable when the last process died, and not parsed: they still have to be. */
  readonly unparsed: readonly RawSegment[];
}

export interface RawKeeper {
  /** Resolves with the segment's position when durable. `queue-full` when too far behind. */
  keep(link: LinkId, bytes: Uint8Array): Promise<Result<bigint>>;
  /**
   * Each frame becomes a segment of its own, all or none. Resolves with the first one's position
   * when they are durable; the others follow it one by one. Faults as those of `keep`.
   */
  keepWhole(link: LinkId, frames: readonly Uint8Array[]): Promise<Result<bigint>>;
  read(link: LinkId, fromPosition: bigint, bytesMax: number): AsyncIterable<RawSegment>;
  /** The last bytes in order; the first segment may lack its beginning. */
  newest(link: LinkId, bytesMax: number): Promise<readonly RawSegment[]>;
}
