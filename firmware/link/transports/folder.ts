/**
 * Files that a PBX puts into a folder, one for each interval: each is read once, when it is
 * complete, and then moved to `done/` or removed. One file at a time: where reading has stopped
 * names the only file that a power cut can have left half read, or read and not moved.
 */

import { constants } from "node:fs";
import { lstat, open, opendir, rename, stat, unlink } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../../base/folder.js";
import { attempt, done, fail, messageOf, ok, type Result, type Text } from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { TransportOpener } from "../opener.js";
import { nodeOf, unreadable } from "./file.js";
import { FilesTransport, readOn, type FileSource, type OpenFile, type Reading } from "./files.js";
import type { FolderOptions } from "./options.js";
import { hasPlace, placeOf, type ReadingPlace } from "./reading-place.js";
import { said } from "./tcp.js";

/** Files that may wait; what lies beyond is not looked at until they are read. */
export const waitingMax = 1_000;
/** Names in the folder that are looked at. */
export const namesMax = 10_000;
/** A larger file is no interval's records: it is left where it is, and told. */
export const fileBytesMax = 268_435_456;
/** In `done/`; the oldest go. */
export const doneMax = 10_000;
export const doneFolder = "done";
/** So long a moved file is watched: a transfer that had stalled may write on into it. */
export const watchMs = 600_000;
const watchedMax = 100;
const tidyEveryMs = 3_600_000;
const dayMs = 86_400_000;
/** Being written, by the habit of programs that rename afterwards. */
const unfinished = /^\.|\.(tmp|temp|part|partial|filepart|writing)$/i;

export function folderOpener(options: FolderOptions, world: World): TransportOpener {
  const description = `folder ${options.folder}`;
  return {
    description,
    async open() {
      const found = await attempt("not-found", description, () => stat(options.folder));
      if (!found.ok || !found.value.isDirectory()) {
        return fail("link-down", said(description, {
          en: "does not exist: make it, and let the PBX write and the gateway's user move files",
          fr: "n'existe pas : créez-le ; le PBX doit y écrire et l'utilisateur de la passerelle y "
            + "déplacer des fichiers" }));
      }
      return ok(new FilesTransport(new FilledFolder(options, description), world));
    },
    close: () => Promise.resolve(),
  };
}

/** A file as it was seen, and since when it has been so. */
interface Seen {
  readonly size: number;
  readonly modifiedMs: number;
  readonly node: string;
  readonly sinceMs: number;
}

export class FilledFolder implements FileSource {
  readonly description: string;
  readonly #options: FolderOptions;
  /** Of the file read last: what is under its name may be that file, or its continuation. */
  #place: ReadingPlace | undefined;
  /** That file has been moved away. */
  #left = false;
  #seen = new Map<string, Seen>();
  #tidiedAtMs = -Infinity;
  #troubles: Text[] = [];
  /** Moved files, oldest first. */
  #watched: { readonly file: string; readonly bytes: number; readonly sinceMs: number }[] = [];

  constructor(options: FolderOptions, description: string) {
    this.#options = options;
    this.description = description;
  }

  async look(reading: Reading, place: string | undefined): Promise<Result<void>> {
    this.#place ??= placeOf(place);
    this.#troubles = [];
    await this.#tidy(reading.world);
    const listed = await attempt("link-down", this.description, () => this.#list(reading.world));
    if (!listed.ok) return listed;
    for (const name of listed.value) {
      const taken = await this.#take(name, reading);
      if (reading.closed) return done;
      // While one cannot be moved, another would take its place in what is remembered.
      if (!taken) break;
    }
    await this.#watch(reading.world);
    reading.trouble(this.#troubles[0]);
    return done;
  }

  async #watch({ clock }: World): Promise<void> {
    const sinceMs = clock.monotonicMs() - watchMs;
    this.#watched = this.#watched.filter((each) => each.sinceMs > sinceMs).slice(-watchedMax);
    for (const { file, bytes } of this.#watched) {
      const found = await lstat(file).catch(() => undefined);
      if (found !== undefined && found.size > bytes) this.#troubles.push(wentOn(file));
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Complete files, in the order in which they were written; one half read comes first. */
  async #list(world: World): Promise<readonly string[]> {
    const nowMs = world.clock.monotonicMs();
    const seen = new Map<string, Seen>();
    for (const name of await this.#names()) {
      const found = await lstat(path.join(this.#options.folder, name)).catch(() => undefined);
      if (found?.isFile() !== true) continue;
      const now = { size: found.size, modifiedMs: found.mtimeMs, node: nodeOf(found) };
      const before = this.#seen.get(name);
      const same = before?.size === now.size && before.modifiedMs === now.modifiedMs
        && before.node === now.node;
      seen.set(name, { ...now, sinceMs: same ? before.sinceMs : nowMs });
    }
    this.#seen = seen;
    const steadyMs = this.#options.steadySeconds * 1_000;
    const steady = ({ sinceMs }: Seen): boolean => nowMs - sinceMs >= steadyMs;
    const first = this.#first;
    const begun = first === undefined ? undefined : seen.get(first);
    if (begun !== undefined && !steady(begun)) return [];
    return [...seen].filter(([, file]) => steady(file))
      .sort(([a, one], [b, other]) => Number(b === first) - Number(a === first)
        || one.modifiedMs - other.modifiedMs || (a < b ? -1 : 1))
      .map(([name]) => name);
  }

  /** The name of the file that is half read, or read and not moved. */
  get #first(): string | undefined {
    return this.#left ? undefined : this.#place?.name;
  }

  async #names(): Promise<readonly string[]> {
    const names: string[] = [];
    let all = 0;
    for await (const { name } of await opendir(this.#options.folder)) {
      all += 1;
      if (all > namesMax) break;
      if (name !== doneFolder && !unfinished.test(name)) names.push(name);
    }
    const first = this.#first;
    return names.sort((a, b) => Number(b === first) - Number(a === first) || (a < b ? -1 : 1))
      .slice(0, waitingMax);
  }

  /** False: nothing else may be read now. */
  async #take(name: string, reading: Reading): Promise<boolean> {
    const from = path.join(this.#options.folder, name);
    const opened = await attempt("link-down", from,
      () => open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    if (!opened.ok) {
      // It may have been taken away meanwhile.
      const there = await lstat(from).catch(() => undefined);
      if (there !== undefined) this.#troubles.push(unreadable(from));
      return true;
    }
    const handle = opened.value;
    let bytes = 0;
    try {
      const { size, dev, ino } = await handle.stat();
      if (size > fileBytesMax) {
        this.#troubles.push(tooLarge(from));
        return true;
      }
      const place = this.#place?.name === name ? this.#place : undefined;
      const known = place !== undefined && await hasPlace(handle, place);
      const file: OpenFile = { handle, name, node: nodeOf({ dev, ino }),
        offset: known ? place.offset : 0 };
      if (!await readOn(file, this.#remembering(reading), true)) return false;
      if (!known || file.offset > place.offset) {
        reading.world.log.event("link.file.taken", { file: from, bytes: file.offset });
      }
      bytes = file.offset;
    } finally {
      await handle.close();
    }
    return this.#leave(from, name, { bytes, sinceMs: reading.world.clock.monotonicMs() });
  }

  #remembering(reading: Reading): Reading {
    return {
      world: reading.world,
      get closed() { return reading.closed; },
      trouble: (reason) => { reading.trouble(reason); },
      hand: async (bytes, text) => {
        const kept = await reading.hand(bytes, text);
        if (kept) {
          this.#place = placeOf(text);
          this.#left = false;
        }
        return kept;
      },
    };
  }

  /** Moves what was read; until that is on the disk no other file is begun. */
  async #leave(
    from: string, name: string, read: { readonly bytes: number; readonly sinceMs: number },
  ): Promise<boolean> {
    const { folder, afterwards } = this.#options;
    const left = await attempt("link-down", from, async () => {
      if (afterwards === "delete") await unlink(from);
      else {
        await makeFolder(path.join(folder, doneFolder));
        const file = await freeName(path.join(folder, doneFolder, name));
        await rename(from, file);
        this.#watched.push({ file, ...read });
      }
      await synced(folder);
    });
    if (left.ok && this.#place?.name === name) this.#left = true;
    if (!left.ok) this.#troubles.unshift(stuck(from, messageOf(left.fault.cause)));
    return left.ok;
  }

  /** Removes what is too old from `done/`, and the oldest of too many. */
  async #tidy(world: World): Promise<void> {
    const nowMs = world.clock.monotonicMs();
    if (nowMs - this.#tidiedAtMs < tidyEveryMs) return;
    this.#tidiedAtMs = nowMs;
    const folder = path.join(this.#options.folder, doneFolder);
    const sinceMs = world.clock.wall().getTime() - this.#options.keepDays * dayMs;
    const kept: { readonly file: string; readonly modifiedMs: number }[] = [];
    const tidied = await attempt("internal", folder, async () => {
      if (await stat(folder).catch(() => undefined) === undefined) return;
      for await (const entry of await opendir(folder)) {
        const file = path.join(folder, entry.name);
        const found = await lstat(file).catch(() => undefined);
        if (found?.isFile() !== true) continue;
        if (found.mtimeMs < sinceMs) await unlink(file);
        else kept.push({ file, modifiedMs: found.mtimeMs });
      }
      kept.sort((a, b) => b.modifiedMs - a.modifiedMs);
      for (const { file } of kept.slice(doneMax)) await unlink(file);
    });
    if (!tidied.ok) {
      world.log.event("link.folder.untidied", { folder, reason: tidied.fault.message }, "warn");
    }
  }
}

/** `name`, or `name.2` where an older file has that. */
async function freeName(file: string): Promise<string> {
  for (let count = 1; count <= doneMax; count += 1) {
    const name = count === 1 ? file : `${file}.${count}`;
    if (await lstat(name).catch(() => undefined) === undefined) return name;
  }
  throw new Error(`${doneMax} files are called ${path.basename(file)}`);
}

/** A renaming is on the disk only when the folder is. */
async function synced(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function tooLarge(file: string): Text {
  const mib = fileBytesMax / 1_048_576;
  return { en: `${file} has more than ${mib} MiB and is not read: split it or move it away`,
    fr: `${file} dépasse ${mib} Mio et n'est pas lu : divisez-le ou déplacez-le` };
}

function wentOn(file: string): Text {
  return {
    en: `${file} went on after it was read, and its rest was not: set steadySeconds higher, and `
      + "put the rest into the folder as a file of its own",
    fr: `${file} a continué après sa lecture, et la suite n'est pas lue : augmentez steadySeconds, `
      + "et déposez la suite dans le dossier comme un fichier à part" };
}

function stuck(file: string, why: string): Text {
  return {
    en: `${file} was read and cannot be moved to ${doneFolder}/ (${why}): let the gateway's user `
      + "write in the folder; until then no other file is read",
    fr: `${file} a été lu et ne peut être déplacé dans ${doneFolder}/ (${why}) : laissez `
      + "l'utilisateur de la passerelle écrire dans le dossier ; d'ici là aucun autre n'est lu" };
}
