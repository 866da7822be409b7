/** The making of folders. */

import { mkdir, stat } from "node:fs/promises";
import path from "node:path";

/**
 * Makes `folder` and those above it, for our user alone. Node's own `recursive` never returns
 * where a file system answers ENOENT to what it refuses, as /proc does. Throws what mkdir throws.
 */
export async function makeFolder(folder: string): Promise<void> {
  const existing = await stat(folder).catch(() => undefined);
  if (existing?.isDirectory() === true) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await makeFolder(parent);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    // Somebody else may just have made it.
    if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true) throw error;
  }
}
