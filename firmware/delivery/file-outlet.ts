/** Files by day or hour: appended, synced, and removed when they are too old. */

import { open, readdir, stat, unlink } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../base/folder.js";
import { attempt, done, messageOf, type Result } from "../base/result.js";
import type { World } from "../base/world.js";
import { isoTime } from "../switching/record-export.js";
import { extensions } from "./batch-name.js";
import { dayOf } from "./days.js";
import type { Batch, Destination, FileTarget, Piece } from "./destination.js";
import { undelivered, type Outlet } from "./outlet.js";

const dayMs = 86_400_000;

export class FileOutlet implements Outlet {
  readonly description: string;
  readonly #destination: Destination;
  readonly #to: FileTarget;
  readonly #world: World;
  /** The day for which old files were looked for last. */
  #tidied = "";

  constructor(destination: Destination, to: FileTarget, world: World) {
    this.#destination = destination;
    this.#to = to;
    this.#world = world;
    this.description = to.folder;
  }

  async open(): Promise<Result<void>> {
    const made = await attempt("delivery-failed", `${this.#to.folder} cannot be made`,
      () => makeFolder(this.#to.folder));
    return made.ok ? done : made;
  }

  async deliver(batch: Batch): Promise<Result<void>> {
    const byFile = new Map<string, Piece[]>();
    for (const piece of batch.pieces) {
      const file = this.#file(batch.link, piece.atMs);
      const pieces = byFile.get(file) ?? [];
      pieces.push(piece);
      byFile.set(file, pieces);
    }
    try {
      for (const [file, pieces] of byFile) await append(file, batch.head, pieces);
      await this.#tidy();
    } catch (error) {
      return undelivered(this.description, messageOf(error));
    }
    return done;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** `<folder>/<destination>.<link>.2026-11-23T14.txt`: no id holds a full stop. */
  #file(link: string, atMs: number): string {
    const period = isoTime(atMs).slice(0, this.#to.rotate === "daily" ? 10 : 13);
    const { id, what } = this.#destination;
    return path.join(this.#to.folder, `${id}.${link}.${period}.${extensions[what]}`);
  }

  async #tidy(): Promise<void> {
    const nowMs = this.#world.clock.wall().getTime();
    if (this.#tidied === dayOf(nowMs)) return;
    this.#tidied = dayOf(nowMs);
    const sinceMs = nowMs - this.#to.keepDays * dayMs;
    for (const name of await readdir(this.#to.folder)) {
      const [id, , period = "", extension, ...more] = name.split(".");
      const ours = id === this.#destination.id && more.length === 0
        && extension === extensions[this.#destination.what]
        && /^\d{4}-\d{2}-\d{2}(T\d{2})?$/.test(period);
      const file = path.join(this.#to.folder, name);
      // By when it was last written: an old day that was sent late is not too old at once.
      if (ours && (await stat(file)).mtimeMs < sinceMs) {
        await unlink(file);
        this.#world.log.event("delivery.file-removed", { file: name });
      }
    }
  }
}

/** What a batch that failed half way has left stays: lines may stand there twice, none is lost. */
async function append(file: string, head: Uint8Array, pieces: readonly Piece[]): Promise<void> {
  const handle = await open(file, "a", 0o640);
  try {
    const isNew = (await handle.stat()).size === 0;
    await handle.appendFile(Buffer.concat([...isNew ? [head] : [],
      ...pieces.map(({ bytes }) => bytes)]));
    await handle.sync();
    if (isNew) await syncFolder(path.dirname(file));
  } finally {
    await handle.close();
  }
}

/** A new name is on the disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
