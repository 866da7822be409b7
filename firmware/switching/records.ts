/** Call records on disk: written when a call ends, queried by time, device and number. */

import type { Component } from "../base/component.js";
import type { Result } from "../base/result.js";
import type { CallRecord, Direction } from "../model/records.js";

export interface RecordQuery {
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly link?: string;
  readonly device?: string;
  /** Any form of a number, or its last digits (four at least). */
  readonly number?: string;
  readonly direction?: Direction;
  readonly missedOnly?: boolean;
}

export interface HourCount {
  readonly hourMs: number;
  readonly incoming: number;
  readonly outgoing: number;
  readonly internal: number;
  readonly missed: number;
}

export interface RecordPage {
  readonly records: readonly CallRecord[];
  /** Where to go on; undefined at the end. */
  readonly next: string | undefined;
}

/** `again`: it has taken the place of one that was told before. */
export type RecordWatcher = (record: CallRecord, again: boolean) => void;

export interface RecordBook extends Component {
  /** Called with each record when it is durable. Returns how to stop. */
  watch(watcher: RecordWatcher): () => void;
  /** A record under an id that was never used before. Resolves when durable. */
  add(record: CallRecord): Promise<Result<void>>;
  /** A record that may take the place of one with the same id. Resolves when durable. */
  replace(record: CallRecord): Promise<Result<void>>;
  get(id: string): Promise<Result<CallRecord | undefined>>;
  /** Newest first, continuing below `before` (a record id). */
  list(
    query: RecordQuery, limit: number, before?: string,
  ): Promise<Result<RecordPage>>;
  /** Oldest first, without bound: for exports. */
  all(query: RecordQuery): AsyncIterable<CallRecord>;
  countByHour(query: RecordQuery): Promise<Result<readonly HourCount[]>>;
}
