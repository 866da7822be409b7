/**
 * A file that grows, such as Asterisk's `Master.csv`. It may be renamed (logrotate), or copied and
 * truncated: the rest of the old one is read first, then those in between, then the new one.
 */

import { open, opendir, stat } from "node:fs/promises";
import path from "node:path";
import { attempt, done, fail, ok, type Result, type Text } from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { TransportOpener } from "../opener.js";
import { FilesTransport, readOn, type FileSource, type OpenFile, type Reading } from "./files.js";
import type { FileOptions } from "./options.js";
import { hasPlace, placeOf, sumBefore, type ReadingPlace } from "./reading-place.js";
import { codeOf, said } from "./tcp.js";

/** Names that are looked at in the file's folder. */
export const namesMax = 10_000;
/** Old files that are looked into for the place where reading has stopped. */
export const oldFilesMax = 100;
/** A program may write on into a file that was renamed under it: so many looks without news. */
export const quietLooks = 3;
/** So long it is told that a file was replaced. */
export const noticeMs = 600_000;
/** `.1`, `-20261129`, `.2026-11-29`: of logrotate, not compressed. */
const rotated = /^[.-]\d[\d-]{0,15}$/;

export function fileOpener(options: FileOptions, world: World): TransportOpener {
  const description = `file ${options.path}`;
  return {
    description,
    async open() {
      const folder = path.dirname(options.path);
      const found = await attempt("not-found", folder, () => stat(folder));
      if (!found.ok || !found.value.isDirectory()) {
        return fail("link-down", said(description, {
          en: `its folder does not exist: make ${folder}, or mount what holds it`,
          fr: `son dossier n'existe pas : créez ${folder}, ou montez ce qui le contient` }));
      }
      return ok(new FilesTransport(new GrowingFile(options.path, description), world));
    },
    close: () => Promise.resolve(),
  };
}

interface Found extends OpenFile {
  readonly modifiedMs: number;
}

export class GrowingFile implements FileSource {
  readonly description: string;
  readonly #path: string;
  readonly #folder: string;
  #file: Found | undefined;
  /** Before the offset of the file. */
  #sum = "";
  #quiet = 0;
  #noticeUntilMs = -Infinity;

  constructor(file: string, description: string) {
    this.#path = file;
    this.#folder = path.dirname(file);
    this.description = description;
  }

  async look(reading: Reading, place: string | undefined): Promise<Result<void>> {
    this.#notice(reading);
    const known = placeOf(place);
    if (known !== undefined) await this.#findAgain(known, reading);
    for (;;) {
      if (this.#file === undefined) {
        const begun = await this.#open(this.#path);
        if (begun.ok && begun.value === undefined) return await this.#folderStands();
        if (!begun.ok) return begun;
        this.#begin(begun.value);
      }
      const file = this.#file;
      if (file === undefined || !await this.#read(file, reading, false)) return done;
      if (!await this.#left(file)) return done;
      if (!await this.#read(file, reading, true)) return done;
      const { mtimeMs } = await file.handle.stat();
      await this.close();
      this.#begin(await this.#after(file, mtimeMs));
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  #begin(file: Found | undefined): void {
    this.#file = file;
    this.#quiet = 0;
    this.#sum = "";
  }

  /** What is new; false: there is nothing more to do with this file now. */
  async #read(file: Found, reading: Reading, rest: boolean): Promise<boolean> {
    const { name, node, offset } = file;
    const { size } = await file.handle.stat();
    if (size < offset || offset > 0 && await sumBefore(file.handle, offset) !== this.#sum) {
      await this.close();
      await this.#findAgain({ name, node, offset, sum: this.#sum }, reading);
      return false;
    }
    if (!await readOn(file, reading, rest)) return false;
    if (file.offset > offset) {
      this.#quiet = 0;
      this.#sum = await sumBefore(file.handle, file.offset);
    }
    return true;
  }

  /** Another file stands under the name, and nothing more is written into this one. */
  async #left(file: Found): Promise<boolean> {
    const now = await attempt("not-found", this.#path, () => stat(this.#path));
    if (!now.ok || nodeOf(now.value) === file.node) return false;
    this.#quiet += 1;
    return this.#quiet >= quietLooks;
  }

  /** The file that has been read up to the place: under its name, or under that of an old one. */
  async #findAgain(place: ReadingPlace, reading: Reading): Promise<void> {
    const names = [path.basename(this.#path), ...(await this.#oldFiles()).reverse()];
    // The one of the same node first: a copy has the same content.
    for (const wantNode of [true, false]) {
      for (const name of names) {
        const opened = await this.#open(path.join(this.#folder, name));
        const file = opened.ok ? opened.value : undefined;
        if (file === undefined) continue;
        if ((file.node === place.node) === wantNode && await hasPlace(file.handle, place)) {
          this.#begin({ ...file, offset: place.offset });
          this.#sum = place.sum;
          return;
        }
        await file.handle.close();
      }
    }
    reading.world.log.event("link.file.replaced", { file: this.#path, offset: place.offset },
      "warn");
    this.#noticeUntilMs = reading.world.clock.monotonicMs() + noticeMs;
    this.#notice(reading);
  }

  #notice(reading: Reading): void {
    const stands = reading.world.clock.monotonicMs() < this.#noticeUntilMs;
    reading.trouble(stands ? replacedText(this.#path) : undefined);
  }

  /** The old file written next after this one; undefined: the one under the name. */
  async #after({ node }: Found, modifiedMs: number): Promise<Found | undefined> {
    let next: Found | undefined;
    const current = await stat(this.#path).catch(() => undefined);
    for (const name of await this.#oldFiles()) {
      const opened = await this.#open(path.join(this.#folder, name));
      const old = opened.ok ? opened.value : undefined;
      if (old === undefined) continue;
      const isNext = old.node !== node && old.modifiedMs > modifiedMs
        && (current === undefined || nodeOf(current) !== old.node)
        && (next === undefined || old.modifiedMs < next.modifiedMs);
      if (isNext) await next?.handle.close();
      else await old.handle.close();
      if (isNext) next = old;
    }
    return next;
  }

  /** Names that logrotate gave it. */
  async #oldFiles(): Promise<string[]> {
    const base = path.basename(this.#path);
    const names: string[] = [];
    let seen = 0;
    for await (const { name } of await opendir(this.#folder)) {
      seen += 1;
      if (name.startsWith(base) && rotated.test(name.slice(base.length))) names.push(name);
      if (seen >= namesMax || names.length >= oldFilesMax) break;
    }
    return names.sort();
  }

  /** Undefined: there is none of this name. */
  async #open(file: string): Promise<Result<Found | undefined>> {
    const before = await attempt("not-found", file, () => stat(file));
    if (!before.ok) return ok(undefined);
    if (!before.value.isFile()) return fail("link-down", said(this.description, notFile));
    const opened = await attempt("link-down", file, () => open(file, "r"));
    if (!opened.ok) {
      return codeOf(opened.fault.cause) === "ENOENT" ? ok(undefined)
        : fail("link-down", said(this.description, unreadable(file)),
          { cause: opened.fault.cause });
    }
    const found = await opened.value.stat();
    return ok({ handle: opened.value, name: path.basename(file), node: nodeOf(found),
      modifiedMs: found.mtimeMs, offset: 0 });
  }

  async #folderStands(): Promise<Result<void>> {
    const found = await attempt("link-down", this.description, () => stat(this.#folder));
    return found.ok ? done : found;
  }
}

export function nodeOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}.${ino}`;
}

const notFile: Text = { en: "is no file", fr: "n'est pas un fichier" };

export function unreadable(file: string): Text {
  return { en: `${file} cannot be read: give the gateway's user the right to`,
    fr: `${file} ne peut être lu : donnez-en le droit à l'utilisateur de la passerelle` };
}

function replacedText(file: string): Text {
  return {
    en: `${file} was replaced: what was not read of the one before is lost; let it be rotated by `
      + "renaming, and not be rewritten",
    fr: `${file} a été remplacé : ce qui n'avait pas été lu de l'ancien est perdu ; faites-le `
      + "tourner par renommage, sans le réécrire" };
}
