/** A Store that lives in a map, for tests of whoever only reads, ranges and commits. */

import type { Health } from "../../base/component.js";
import { done, fail, ok } from "../../base/result.js";
import type { FaultCode } from "../../base/faults.js";
import type { Result } from "../../base/result.js";
import type { Entry, Keyspace, Mutation, Range, ScrubReport, Store, StoreSize }
  from "../../store/store.js";

export class SimulatedStore implements Store {
  readonly name = "store";
  readonly health: Health = { status: "ok" };
  /** Hexadecimal key → value, by keyspace. */
  readonly spaces = new Map<string, Map<string, Uint8Array>>();
  commits = 0;
  /** Set: every write is refused with it. */
  failing: FaultCode | undefined;

  start(): Promise<Result<void>> { return Promise.resolve(done); }
  stop(): Promise<void> { return Promise.resolve(); }

  get<K, V>(space: Keyspace<K, V>, key: K): Promise<Result<V | undefined>> {
    const bytes = this.#space(space.name).get(hex(space.encodeKey(key)));
    return Promise.resolve(bytes === undefined ? ok(undefined) : space.decode(bytes));
  }

  async *range<K, V>(space: Keyspace<K, V>, range: Range<K>): AsyncIterable<readonly [K, V]> {
    const bound = (key: K | undefined): string | undefined =>
      key === undefined ? undefined : hex(space.encodeKey(key));
    const [gte, gt, lte, lt] = [bound(range.gte), bound(range.gt), bound(range.lte),
      bound(range.lt)];
    const inside = [...this.#space(space.name).entries()].filter(([key]) =>
      (gte === undefined || key >= gte) && (gt === undefined || key > gt)
      && (lte === undefined || key <= lte) && (lt === undefined || key < lt));
    inside.sort(([left], [right]) => (left < right ? -1 : 1));
    if (range.reverse === true) inside.reverse();
    for (const [key, bytes] of inside.slice(0, range.limit ?? inside.length)) {
      await Promise.resolve();
      const value = space.decode(bytes);
      if (value.ok) yield [space.decodeKey(Buffer.from(key, "hex")), value.value];
    }
  }

  async commit(batch: readonly Mutation[]): Promise<Result<bigint>> {
    await Promise.resolve();
    if (this.failing !== undefined) return fail(this.failing, "The simulated store refuses.");
    for (const { space, key, value } of batch) {
      if (value === undefined) this.#space(space).delete(hex(key));
      else this.#space(space).set(hex(key), Uint8Array.from(value));
    }
    this.commits += 1;
    return ok(BigInt(this.commits));
  }

  async append(batch: readonly Mutation[]): Promise<Result<void>> {
    const written = await this.commit(batch);
    return written.ok ? done : written;
  }

  async *journalFrom(): AsyncIterable<Entry> { /* It keeps no journal. */ }
  applyEntry(): Promise<Result<void>> { return Promise.resolve(done); }
  async *backup(): AsyncIterable<Uint8Array> { /* There is nothing to copy. */ }

  scrub(): Promise<Result<ScrubReport>> {
    return Promise.resolve(
      ok({ valuesChecked: 0, entriesChecked: 0, damages: [], durationMs: 0 }));
  }

  size(): Promise<Result<StoreSize>> {
    return Promise.resolve(
      ok({ bytesOnDisk: 0, bytesFree: 0, headPosition: BigInt(this.commits) }));
  }

  onDamage(): void { /* Nothing is ever damaged. */ }
  onWriteFailure(): void { /* `failing` is the test's own doing. */ }
  onWriteRecovered(): void { /* Likewise. */ }
  onWhole(): void { /* Likewise. */ }

  #space(name: string): Map<string, Uint8Array> {
    const found = this.spaces.get(name) ?? new Map<string, Uint8Array>();
    this.spaces.set(name, found);
    return found;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
