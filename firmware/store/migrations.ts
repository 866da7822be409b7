/**
 * Steps from one version of a keyspace's values to the next, as pure functions. Every value says
 * in its envelope which version it has, so a migration that was interrupted goes on where it was.
 */

import { fail, ok, type Result } from "../base/result.js";
import { pages, writeSynced, type Database, type Operation } from "./database.js";
import { diskKey, hex, spaceRange, splitDiskKey } from "./keys.js";
import { putMigratedAt, putSpaceVersion, readSpaceVersion } from "./meta.js";
import type { Damage } from "./store.js";
import { seal, unseal } from "./value-envelope.js";

export interface Migration {
  readonly space: string;
  /** From this version to the next. */
  readonly from: number;
  /** Undefined drops the value; another key moves it. Fails on a value it cannot read. */
  step(key: Uint8Array, value: Uint8Array): Result<Moved | undefined>;
}

export interface Moved {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** What the program knows of a keyspace: `Keyspace` fits. */
export interface SpaceVersion {
  readonly name: string;
  readonly version: number;
}

const operationsMax = 1_000;

/** Takes one value through all steps from `from` to `to`. */
export function migrateValue(
  migrations: readonly Migration[], space: SpaceVersion, from: number, found: Moved,
): Result<Moved | undefined> {
  let current = found;
  for (let version = from; version < space.version; version += 1) {
    const migration = migrations.find((row) => row.space === space.name && row.from === version);
    if (migration === undefined) {
      return fail("precondition", `the keyspace ${space.name} has version ${version} and there is `
        + `no step to ${version + 1}: install the version between first`);
    }
    const next = migration.step(current.key, current.value);
    if (!next.ok) return next;
    if (next.value === undefined) return ok(undefined);
    current = next.value;
  }
  return ok(current);
}

function newer(space: SpaceVersion, found: number): Result<never> {
  return fail("precondition", `the keyspace ${space.name} was written by a newer version (`
    + `${found}, this program knows ${space.version}): install that version again, or restore a `
    + "backup made before the upgrade");
}

/** Operations that bring one raw pair to the space's version; none when it has it. */
function operationsFor(
  migrations: readonly Migration[], space: SpaceVersion, key: Uint8Array, sealed: Uint8Array,
  onDamage: (damage: Damage) => void,
): Result<readonly Operation[]> {
  const opened = unseal(key, sealed);
  const parts = splitDiskKey(key);
  if (!opened.ok || parts === undefined) {
    onDamage({ space: space.name, keyHex: hex(parts?.key ?? key),
      problem: opened.ok ? "the key has no keyspace" : opened.fault.message });
    return ok([]);
  }
  const { spaceVersion, payload } = opened.value;
  if (spaceVersion > space.version) return newer(space, spaceVersion);
  if (spaceVersion === space.version) return ok([]);
  const moved = migrateValue(migrations, space, spaceVersion, { key: parts.key, value: payload });
  if (!moved.ok && moved.fault.code === "precondition") return moved;
  if (!moved.ok) {
    onDamage({ space: space.name, keyHex: hex(parts.key), problem: moved.fault.message });
    return ok([]);
  }
  const removed: Operation = { type: "del", key };
  if (moved.value === undefined) return ok([removed]);
  const newKey = diskKey(space.name, moved.value.key);
  const written: Operation =
    { type: "put", key: newKey, value: seal(newKey, space.version, moved.value.value) };
  return ok(Buffer.compare(newKey, key) === 0 ? [written] : [removed, written]);
}

/** Brings every value of `space` to its version. Faults: `precondition` with what to do. */
export async function migrateSpace(
  database: Database, migrations: readonly Migration[], space: SpaceVersion,
  headPosition: bigint, onDamage: (damage: Damage) => void,
): Promise<Result<number>> {
  const stored = await readSpaceVersion(database, space.name);
  if (!stored.ok) return stored;
  if (stored.value === space.version) return ok(0);
  if (stored.value !== undefined && stored.value > space.version) return newer(space, stored.value);
  let changed = 0;
  let operations: Operation[] = [];
  for await (const page of pages(database, spaceRange(space.name))) {
    for (const [key, sealed] of page) {
      const found = operationsFor(migrations, space, key, sealed, onDamage);
      if (!found.ok) return found;
      if (found.value.length > 0) changed += 1;
      operations.push(...found.value);
    }
    if (operations.length < operationsMax) continue;
    await writeSynced(database, operations);
    operations = [];
  }
  operations.push(putSpaceVersion(space.name, space.version));
  // From here back the journal tells of values in their old form.
  if (changed > 0) operations.push(putMigratedAt(headPosition));
  await writeSynced(database, operations);
  return ok(changed);
}
