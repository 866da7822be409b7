/** Keys that live beside the store, never in it: a stolen backup alone opens nothing. */

import { mkdir, open, readFile } from "node:fs/promises";
import path from "node:path";
import { attempt, fail, ok, type Result } from "./base/result.js";
import type { World } from "./base/world.js";

const keyBytes = 32;

/** Reads the key `name` of `folder`, or makes it, readable by the owner only. */
export async function loadOrCreateKey(
  folder: string, name: string, world: World,
): Promise<Result<Uint8Array>> {
  const file = path.join(folder, name);
  const made = await attempt("store-unavailable", `${folder} cannot be made`, () =>
    mkdir(folder, { recursive: true, mode: 0o700 }));
  if (!made.ok) return made;
  const found = await readFile(file).catch((error: unknown) => error);
  if (found instanceof Uint8Array) {
    return found.length === keyBytes ? ok(found)
      : fail("store-damaged", `the key ${file} has ${found.length} bytes, not ${keyBytes}`);
  }
  if (!(found instanceof Error && "code" in found && found.code === "ENOENT")) {
    return fail("store-unavailable", `the key ${file} cannot be read`, { cause: found });
  }
  const key = world.random.bytes(keyBytes);
  return attempt("store-unavailable", `the key ${file} cannot be written`, async () => {
    const handle = await open(file, "wx", 0o600);
    await handle.writeFile(key);
    await handle.sync();
    await handle.close();
    return key;
  });
}
