/** Reports on disk, by number, as the signed file. */

import { readText, readU64, textKey, u64Key } from "../store/keys.js";
import type { Keyspace } from "../store/store.js";
import { ok } from "../base/result.js";

export const reportSpace: Keyspace<bigint, string> = {
  name: "acceptance-reports", version: 1, replicated: true,
  encodeKey: u64Key, decodeKey: (bytes) => readU64(bytes),
  encode: textKey, decode: (bytes) => ok(readText(bytes)),
};
