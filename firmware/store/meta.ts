/** What the store knows of itself: its format, the chain's head and anchor, keyspace versions. */

import { fail, ok, type Result } from "../base/result.js";
import { bytesOf, type Database, type Operation, type Snapshot } from "./database.js";
import { decodeHead, encodeHead, type Head } from "./journal.js";
import { diskKey, readText, readU64, textKey, u64Key } from "./keys.js";
import { seal, unseal } from "./value-envelope.js";

export const metaSpace = "meta";
const metaVersion = 1;
/** Version of everything that is not a keyspace's own: keys, envelopes, journal. */
export const storeFormat = 1;

export const headKey = diskKey(metaSpace, textKey("head"));
export const anchorKey = diskKey(metaSpace, textKey("anchor"));
const migratedAtKey = diskKey(metaSpace, textKey("migrated-at"));
const formatKey = diskKey(metaSpace, textKey("format"));

function spaceKey(space: string): Uint8Array {
  return diskKey(metaSpace, textKey(`space/${space}`));
}

function putOperation(key: Uint8Array, payload: Uint8Array): Operation {
  return { type: "put", key, value: seal(key, metaVersion, payload) };
}

export function putHead(key: Uint8Array, head: Head): Operation {
  return putOperation(key, encodeHead(head));
}

export function putFormat(): Operation {
  return putOperation(formatKey, textKey(String(storeFormat)));
}

export function putSpaceVersion(space: string, version: number): Operation {
  return putOperation(spaceKey(space), textKey(String(version)));
}

export function putMigratedAt(position: bigint): Operation {
  return putOperation(migratedAtKey, u64Key(position));
}

/** Entries up to this position may hold values in an older form than the data. */
export async function readMigratedAt(database: Database): Promise<bigint> {
  const found = await read(database, migratedAtKey);
  return found.ok && found.value?.length === 8 ? readU64(found.value) : 0n;
}

async function read(
  database: Database, key: Uint8Array, snapshot?: Snapshot,
): Promise<Result<Uint8Array | undefined>> {
  const found = await bytesOf(database, key, snapshot);
  if (!found.ok || found.value === undefined) return found;
  const opened = unseal(key, found.value);
  return opened.ok ? ok(opened.value.payload) : opened;
}

/** The head or the anchor; undefined when there is none. */
export async function readHead(
  database: Database, key: Uint8Array, snapshot?: Snapshot,
): Promise<Result<Head | undefined>> {
  const found = await read(database, key, snapshot);
  if (!found.ok) return found;
  return found.value === undefined ? ok(undefined) : decodeHead(found.value);
}

async function readNumber(
  database: Database, key: Uint8Array,
): Promise<Result<number | undefined>> {
  const found = await read(database, key);
  if (!found.ok) return found;
  if (found.value === undefined) return ok(undefined);
  const number = Number(readText(found.value));
  if (!Number.isSafeInteger(number)) return fail("store-damaged", "a version is not a number");
  return ok(number);
}

export function readSpaceVersion(
  database: Database, space: string,
): Promise<Result<number | undefined>> {
  return readNumber(database, spaceKey(space));
}

/** Undefined for a new store. A store of a newer program is refused: it would be misread. */
export async function checkFormat(database: Database): Promise<Result<number | undefined>> {
  const found = await readNumber(database, formatKey);
  if (!found.ok) return found;
  if (found.value !== undefined && found.value > storeFormat) {
    return fail("precondition", `the data was written by a newer version (format ${found.value}, `
      + `this program knows ${storeFormat}): install that version again, or restore a backup `
      + "made before the upgrade");
  }
  return found;
}
