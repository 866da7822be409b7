/** What the machine under the gateway can do about its own software. */

import type { Result } from "../base/result.js";
import type { UnitBoard } from "./unit-board.js";

/** What runs, and how the boot loader sees it. */
export interface Running {
  readonly slot: string;
  readonly version: string;
  /** Started with a count of attempts, and not confirmed yet: without that it is taken back. */
  readonly onTrial: boolean;
  /** The firmware starts only what our keys have signed. */
  readonly secureBoot: boolean;
  /** A bundle with a lower rollback index is never installed, asked for or not. */
  readonly floor: number;
}

/** Of a bundle whose signature was found good. */
export interface BundleInfo {
  readonly compatible: string;
  readonly version: string;
  /** Raised by a release that mends what nobody may go back behind. */
  readonly rollbackIndex: number;
}

export interface Appliance extends UnitBoard {
  running(): Promise<Result<Running>>;
  /**
   * Puts bytes of a bundle at an offset; gives the next one. Offset 0 begins anew; another than
   * the next is refused with `precondition`, whose message names the next.
   */
  stage(offset: number, data: Uint8Array): Promise<Result<number>>;
  /** Bytes that are staged. */
  staged(): Promise<number>;
  /** Bytes of the root that runs, as its slot holds them; fewer at its end. */
  readRoot(offset: number, bytes: number): Promise<Result<Uint8Array>>;
  discard(): Promise<Result<void>>;
  /** A bundle on a stick that is plugged in: its file, and what tells it from another. */
  offer(): Promise<Offer | undefined>;
  /** Checks the signature of what is staged, or of a file. Faults: `update-refused`. */
  inspect(file?: string): Promise<Result<BundleInfo>>;
  /** Writes it into the slot that does not run, to be tried at the next start. */
  install(progress: (percent: number) => void, file?: string): Promise<Result<void>>;
  restart(): Promise<Result<void>>;
  /** What runs may stay. */
  confirm(): Promise<Result<void>>;
  /** Kept over restarts and in both slots. */
  recall(): Promise<Result<Memory>>;
  remember(memory: Memory): Promise<Result<void>>;
}

export interface Offer {
  readonly file: string;
  readonly mark: string;
}

export interface Pending {
  readonly version: string;
  readonly from: string;
  /** Links that were up when it was installed: they have to come up again. */
  readonly links: readonly string[];
  /** Those of them that spoke all the time: so again. Absent: noted by a version before this. */
  readonly steady?: readonly string[] | undefined;
}

export interface Failed {
  readonly version: string;
  readonly atMs: number;
}

/** An installation that waits for its window. */
export interface Scheduled {
  readonly version: string;
  readonly notBeforeMs: number;
}

export interface Memory {
  readonly pending?: Pending | undefined;
  readonly failed?: Failed | undefined;
  readonly scheduled?: Scheduled | undefined;
}
