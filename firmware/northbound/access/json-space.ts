/** Keyspaces of small records: text keys, values as JSON checked against a shape when read. */

import type { z } from "zod";
import { fail, messageOf, ok } from "../../base/result.js";
import type { Keyspace } from "../../store/store.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** `name` is part of every key on disk. Replicated: the standby must know the same users. */
export function jsonSpace<V>(name: string, version: number, shape: z.ZodType<V>):
  Keyspace<string, V> {
  return {
    name, version, replicated: true,
    encodeKey: (key) => encoder.encode(key),
    decodeKey: (bytes) => decoder.decode(bytes),
    encode: (value) => encoder.encode(JSON.stringify(value)),
    decode: (bytes) => {
      try {
        const parsed = shape.safeParse(JSON.parse(decoder.decode(bytes)));
        if (parsed.success) return ok(parsed.data);
        return fail("store-damaged", `A value of ${name} has not the shape it should have.`);
      } catch (cause) {
        return fail("store-damaged", `A value of ${name} is no JSON: ${messageOf(cause)}`);
      }
    },
  };
}
