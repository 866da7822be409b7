/** A store in memory for this folder's tests: keys in order, and commits that can be refused. */

import { fail, ok, type Result } from "../base/result.js";
import type { Keyspace, Mutation, Range, Store } from "../store/store.js";

export interface StoreFake extends Pick<Store, "get" | "range" | "commit"> {
  /** Refuses every commit from now on. */
  failing: boolean;
  readonly commits: readonly (readonly Mutation[])[];
}

export function createStoreFake(): StoreFake {
  const values = new Map<string, Uint8Array>();
  const commits: (readonly Mutation[])[] = [];
  const keyOf = (space: string, key: Uint8Array): string =>
    `${space}/${Buffer.from(key).toString("hex")}`;
  return {
    failing: false,
    commits,
    async get<K, V>(space: Keyspace<K, V>, key: K): Promise<Result<V | undefined>> {
      const found = values.get(keyOf(space.name, space.encodeKey(key)));
      return Promise.resolve(found === undefined ? ok(undefined) : space.decode(found));
    },
    async* range<K, V>(space: Keyspace<K, V>, range: Range<K>) {
      await Promise.resolve();
      const keys = [...values.keys()].filter((key) => key.startsWith(`${space.name}/`)).sort();
      for (const key of keys.slice(0, range.limit)) {
        const value = space.decode(values.get(key) ?? new Uint8Array());
        const bytes = Buffer.from(key.slice(space.name.length + 1), "hex");
        if (value.ok) yield [space.decodeKey(bytes), value.value] as const;
      }
    },
    async commit(batch) {
      await Promise.resolve();
      if (this.failing) return fail("store-full", "no space left on device");
      commits.push(batch);
      for (const { space, key, value } of batch) {
        if (value === undefined) values.delete(keyOf(space, key));
        else values.set(keyOf(space, key), value);
      }
      return ok(BigInt(commits.length));
    },
  };
}
