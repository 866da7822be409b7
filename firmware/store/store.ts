/**
 * Ordered keyspaces and a journal. Each commit is one synced batch that holds the data and its
 * journal entry (position, epoch, hash chain); every value carries its own checksum, because
 * LevelDB does not verify on read.
 */

import type { Component } from "../base/component.js";
import type { Result } from "../base/result.js";

/** A named, versioned map with ordered keys. */
export interface Keyspace<K, V> {
  /** Lower-case letters and dashes; part of every key on disk: never renamed. */
  readonly name: string;
  /** Version of the value encoding; a migration exists for each step below it. */
  readonly version: number;
  /** Whether the standby unit receives it. */
  readonly replicated: boolean;
  /** Byte order = key order. */
  encodeKey(key: K): Uint8Array;
  decodeKey(bytes: Uint8Array): K;
  encode(value: V): Uint8Array;
  decode(bytes: Uint8Array): Result<V>;
}

/** `value` undefined deletes. Made with `put` and `remove`. */
export interface Mutation {
  readonly space: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

export interface Entry {
  readonly position: bigint;
  readonly epoch: number;
  readonly batch: readonly Mutation[];
  /** SHA-256 over the previous entry's hash and this entry's bytes. */
  readonly hash: Uint8Array;
}

export interface Range<K> {
  readonly gte?: K;
  readonly gt?: K;
  readonly lte?: K;
  readonly lt?: K;
  readonly reverse?: boolean;
  readonly limit?: number;
}

export interface Damage {
  readonly space: string;
  readonly keyHex: string;
  readonly problem: string;
}

export interface ScrubReport {
  readonly valuesChecked: number;
  readonly entriesChecked: number;
  readonly damages: readonly Damage[];
  readonly durationMs: number;
}

export interface StoreSize {
  readonly bytesOnDisk: number;
  readonly bytesFree: number;
  readonly headPosition: bigint;
}

export interface Store extends Component {
  get<K, V>(space: Keyspace<K, V>, key: K): Promise<Result<V | undefined>>;
  /**
   * Values in key order. A damaged value ends the iteration nowhere: it is reported through
   * `onDamage`, skipped, and never served.
   */
  range<K, V>(space: Keyspace<K, V>, range: Range<K>): AsyncIterable<readonly [K, V]>;
  /** Data and journal entry in one synced write. Resolves with the position when durable. */
  commit(batch: readonly Mutation[]): Promise<Result<bigint>>;
  /**
   * Bulk data that is its own log (raw bytes, event log): synced and checksummed, not journaled.
   */
  append(batch: readonly Mutation[]): Promise<Result<void>>;
  journalFrom(position: bigint): AsyncIterable<Entry>;
  /** Standby: refuses gaps, older epochs and damage. */
  applyEntry(entry: Entry): Promise<Result<void>>;
  /** A consistent copy of everything, as one checksummed stream. */
  backup(): AsyncIterable<Uint8Array>;
  /** Reads every value and the whole journal chain. `onProgress` gets values checked so far. */
  scrub(onProgress?: (checked: number) => void): Promise<Result<ScrubReport>>;
  size(): Promise<Result<StoreSize>>;
  /** Damage seen on any read, and write failures: for alarms. */
  onDamage(handler: (damage: Damage) => void): void;
  onWriteFailure(handler: (full: boolean, message: string) => void): void;
  onWriteRecovered(handler: () => void): void;
  /** A scrub has found nothing that is damaged. */
  onWhole(handler: () => void): void;
}

export function put<K, V>(space: Keyspace<K, V>, key: K, value: V): Mutation {
  return { space: space.name, key: space.encodeKey(key), value: space.encode(value) };
}

export function remove<K, V>(space: Keyspace<K, V>, key: K): Mutation {
  return { space: space.name, key: space.encodeKey(key), value: undefined };
}
