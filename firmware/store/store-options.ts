/** What a store is opened with, and its bounds. */

import type { World } from "../base/world.js";
import type { Database } from "./database.js";
import type { Migration, SpaceVersion } from "./migrations.js";

export interface StoreOptions {
  /** The data folder; made when it does not exist. Either this or `database`. */
  readonly folder?: string;
  /** An open-able database, for simulation: `new MemoryLevel()`. */
  readonly database?: Database;
  readonly world: World;
  /** Written into each entry; a standby refuses entries of an older epoch. */
  readonly epoch: number;
  /** Keyspaces whose version is above 1 must be named here, with their migrations. */
  readonly spaces?: readonly SpaceVersion[];
  readonly migrations?: readonly Migration[];
  readonly bounds?: Partial<StoreBounds>;
  /** Told of each synced write that succeeded, how long it took. */
  readonly onWritten?: (ms: number) => void;
}

export interface StoreBounds {
  /** Writes that may wait for the one under way. */
  readonly commitQueueMax: number;
  /** Writes, and bytes, that share one flush. */
  readonly groupMax: number;
  readonly groupBytesMax: number;
  /** Bytes of one batch. */
  readonly batchBytesMax: number;
  /** Entries kept for a standby to catch up. */
  readonly journalKeepMax: number;
  /** Entries verified at each start. */
  readonly tailMax: number;
  /** Writing stops with `store-full` while less is free: LevelDB needs room to compact. */
  readonly reserveBytes: number;
}

export const storeBounds: StoreBounds = {
  commitQueueMax: 10_000, groupMax: 256, groupBytesMax: 4 * 1024 * 1024,
  batchBytesMax: 16 * 1024 * 1024, journalKeepMax: 10_000, tailMax: 1_000,
  reserveBytes: 32 * 1024 * 1024,
};
