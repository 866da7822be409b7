/** From a folder to a database that may be read and written: mended, verified, migrated. */

import { attempt, done, fail, ok, type Result } from "../base/result.js";
import { examineChain } from "./chain.js";
import { mendFiles, realDamages } from "./data-files.js";
import { openFolder, writeSynced, type Database } from "./database.js";
import type { Head } from "./journal.js";
import { checkFormat, putFormat } from "./meta.js";
import { migrateSpace } from "./migrations.js";
import type { Damage } from "./store.js";
import type { StoreOptions } from "./store-options.js";

export interface Opened {
  readonly database: Database;
  /** The journal's newest entry, and the newest that was trimmed. */
  readonly head: Head;
  readonly trimmedTo: bigint;
  /** Damage that is no longer there to be found. */
  readonly mended: readonly Damage[];
}

type Found = Pick<Opened, "database" | "mended">;
type Stand = Pick<Opened, "head" | "trimmedTo">;
type Report = (damage: Damage) => void;

/** Used at the start and after a failed write. */
export async function openDatabase(
  options: StoreOptions, tailMax: number, report: Report,
): Promise<Result<Opened>> {
  const found = await find(options);
  if (!found.ok) return found;
  const { database, mended } = found.value;
  for (const damage of mended) report(damage);
  const prepared = await prepare(database, options, tailMax, report);
  if (prepared.ok) return ok({ database, mended, ...prepared.value });
  await database.close().catch(() => undefined);
  return prepared;
}

async function find({ folder, database }: StoreOptions): Promise<Result<Found>> {
  if (folder !== undefined) return openMended(folder);
  if (database === undefined) {
    return fail("argument-invalid", "a store needs a folder or a database");
  }
  await database.open();
  return ok({ database, mended: [] });
}

/** LevelDB gets to see no table block that is not as it was written. */
async function openMended(folder: string): Promise<Result<Found>> {
  const damages = await attempt("store-damaged", `the data folder ${folder} cannot be mended`,
    () => mendFiles(folder));
  if (!damages.ok) return damages;
  const opened = await openFolder(folder);
  if (!opened.ok) return opened;
  return ok({ database: opened.value, mended: await realDamages(folder, damages.value) });
}

async function prepare(
  database: Database, options: StoreOptions, tailMax: number, report: Report,
): Promise<Result<Stand>> {
  const format = await checkFormat(database);
  if (!format.ok) return format;
  const examined = await attempt("store-damaged", "the journal cannot be read",
    () => examineChain(database, tailMax, report));
  if (!examined.ok) return examined;
  if (!examined.value.ok) return examined.value;
  const { head, anchor } = examined.value.value;
  if (head.epoch > options.epoch) {
    return fail("precondition", `the journal has epoch ${head.epoch}, newer than `
      + `${options.epoch}: another unit has taken over`);
  }
  const migrated = await attempt("store-unavailable", "the migration could not be written",
    () => migrate(database, options, head, report));
  if (!migrated.ok) return migrated;
  if (!migrated.value.ok) return migrated.value;
  const stand = { head, trimmedTo: anchor.position };
  if (format.value !== undefined) return ok(stand);
  return attempt("store-unavailable", "the new store could not be written", async () => {
    await writeSynced(database, [putFormat()]);
    return stand;
  });
}

async function migrate(
  database: Database, { spaces, migrations, world }: StoreOptions, head: Head, report: Report,
): Promise<Result<void>> {
  for (const space of spaces ?? []) {
    const migrated = await migrateSpace(
      database, migrations ?? [], space, head.position, report);
    if (!migrated.ok) return migrated;
    if (migrated.value > 0) {
      world.log.event("store.migrated",
        { space: space.name, version: space.version, values: migrated.value });
    }
  }
  return done;
}
