/** What a transcript is made of, and how it lies in the store. */

import * as z from "zod";
import { fail, messageOf, ok, type Result } from "../base/result.js";
import { copyOf, readText, readU64, textKey, u64Key, viewOf } from "../store/keys.js";
import type { Keyspace } from "../store/store.js";

export const endings = ["closed", "time-over", "idle", "line-lost", "closed-by-other",
  "transcript-full", "stopping", "interrupted", "not-approved"] as const;
export type Ending = (typeof endings)[number];

const headerShape = z.object({
  id: z.int(), link: z.string(), port: z.string(), line: z.string(), actor: z.string(),
  source: z.string(), reason: z.string(), hasPins: z.boolean(),
  /** Milliseconds since 1970 UTC. */
  openedAtMs: z.number(), endsAtMs: z.number(), endedAtMs: z.number().optional(),
  ending: z.enum(endings).optional(),
  /** For a second person's word; it has not opened yet. */
  waiting: z.boolean().optional(), approvedBy: z.string().optional(),
  typedBytes: z.int(), receivedBytes: z.int(), unkeptBytes: z.int(),
  /** Hexadecimal, over the parts as they lie in the store. */
  sha256: z.string().optional(),
});
export type TerminalHeader = z.infer<typeof headerShape>;

export const headerSpace: Keyspace<number, TerminalHeader> = {
  name: "terminals", version: 1, replicated: true,
  encodeKey: (id) => u64Key(BigInt(id)),
  decodeKey: (bytes) => Number(readU64(bytes)),
  encode: (header) => textKey(JSON.stringify(header)),
  decode: (bytes) => {
    try {
      const parsed = headerShape.safeParse(JSON.parse(readText(bytes)));
      return parsed.success ? ok(parsed.data)
        : fail("store-damaged", "a terminal has not the shape it should have");
    } catch (cause) {
      return fail("store-damaged", `a terminal is no JSON: ${messageOf(cause)}`);
    }
  },
};

const directions = ["typed", "received", "secret", "remark"] as const;
export type Direction = (typeof directions)[number];

export interface Part {
  /** Milliseconds since 1970 UTC. */
  readonly atMs: number;
  readonly direction: Direction;
  /** Of a remark its text, of a secret nothing. */
  readonly bytes: Uint8Array;
  /** Of a secret: how many. */
  readonly characters: number;
}

export interface PartKey {
  readonly terminal: number;
  readonly ordinal: number;
}

const headBytes = 13;

export const partSpace: Keyspace<PartKey, Part> = {
  name: "terminal-parts", version: 1, replicated: false,
  encodeKey: ({ terminal, ordinal }) =>
    Buffer.concat([u64Key(BigInt(terminal)), u64Key(BigInt(ordinal))]),
  decodeKey: (bytes) => ({ terminal: Number(readU64(bytes)), ordinal: Number(readU64(bytes, 8)) }),
  encode: ({ atMs, direction, bytes, characters }) => {
    const value = Buffer.alloc(headBytes + bytes.length);
    value.writeDoubleBE(atMs, 0);
    value.writeUInt8(directions.indexOf(direction), 8);
    value.writeUInt32BE(characters, 9);
    value.set(bytes, headBytes);
    return value;
  },
  decode: (bytes): Result<Part> => {
    const direction = directions[bytes[8] ?? directions.length];
    if (bytes.length < headBytes || direction === undefined) {
      return fail("store-damaged", "a part of a transcript is cut off");
    }
    const view = viewOf(bytes);
    return ok({ atMs: view.getFloat64(0), direction, characters: view.getUint32(9),
      bytes: copyOf(bytes, headBytes) });
  },
};
