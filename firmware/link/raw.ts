/** Raw bytes of a link, kept exactly as received, before anything parses them. */

import type { Result } from "../base/result.js";
import type { LinkId } from "../model/identifiers.js";

export interface RawSegment {
  readonly position: bigint;
  /** Milliseconds since 1970 UTC. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

export interface RawKeeper {
  /** Resolves with the segment's position when durable. `queue-full` when too far behind. */
  keep(link: LinkId, bytes: Uint8Array): Promise<Result<bigint>>;
  read(link: LinkId, fromPosition: bigint, bytesMax: number): AsyncIterable<RawSegment>;
  /** The last bytes in order; the first segment may lack its beginning. */
  newest(link: LinkId, bytesMax: number): Promise<readonly RawSegment[]>;
}
