/** A range of a keyspace's keys as bounds on disk keys. */

import { diskKey, spaceRange, type DiskRange } from "./keys.js";
import type { Range } from "./store.js";

export interface DiskBounds extends DiskRange {
  readonly reverse: boolean;
}

/** The first key behind `key`: nothing sorts between a key and the same with a zero byte more. */
export function behind(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

export function diskBounds<K>(
  space: { readonly name: string; encodeKey(key: K): Uint8Array }, range: Range<K>,
): DiskBounds {
  const at = (key: K): Uint8Array => diskKey(space.name, space.encodeKey(key));
  const whole = spaceRange(space.name);
  return {
    gte: range.gte !== undefined ? at(range.gte)
      : range.gt !== undefined ? behind(at(range.gt)) : whole.gte,
    lt: range.lt !== undefined ? at(range.lt)
      : range.lte !== undefined ? behind(at(range.lte)) : whole.lt,
    reverse: range.reverse ?? false,
  };
}

/** What is left of `bounds` when `last` has been read. */
export function restBehind(bounds: DiskBounds, last: Uint8Array): DiskBounds {
  return bounds.reverse ? { ...bounds, lt: last } : { ...bounds, gte: behind(last) };
}
