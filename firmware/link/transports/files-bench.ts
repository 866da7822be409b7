/** For tests of file sources: real folders, and a store that remembers what is durable. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inLanguage, type Result, type Text } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import type { FileSource, Reading } from "./files.js";

export class FilesBench implements Reading {
  readonly world = new SimulatedWorld();
  readonly folder: string;
  /** What is durable, piece by piece. */
  pieces: string[] = [];
  place: string | undefined;
  troubles: string | undefined;
  closed = false;
  /** So many pieces more become durable; the one after is lost with the process. */
  left = Infinity;
  #source: FileSource;
  #fresh = true;
  readonly #make: (folder: string) => FileSource;

  private constructor(folder: string, make: (folder: string) => FileSource) {
    this.folder = folder;
    this.#make = make;
    this.#source = make(folder);
  }

  static async begin(make: (folder: string) => FileSource): Promise<FilesBench> {
    return new FilesBench(await mkdtemp(path.join(tmpdir(), "jackfield-files-")), make);
  }

  hand(bytes: Uint8Array, place: string): Promise<boolean> {
    if (this.left === 0) this.closed = true;
    if (this.closed) return Promise.resolve(false);
    this.left -= 1;
    this.pieces.push(Buffer.from(bytes).toString());
    this.place = place;
    return Promise.resolve(true);
  }

  trouble(reason: Text | undefined): void {
    this.troubles = reason === undefined ? undefined : inLanguage(reason, "en");
  }

  /** Looks so often, a second apart. */
  async look(times = 1): Promise<Result<void>> {
    let result: Result<void> = { ok: true, value: undefined };
    for (let turn = 0; turn < times; turn += 1) {
      result = await this.#source.look(this, this.#fresh ? this.place : undefined);
      this.#fresh = false;
      await this.world.advance(1_000);
    }
    return result;
  }

  /** Another process, with what is durable. */
  async restart(): Promise<void> {
    await this.#source.close();
    this.#source = this.#make(this.folder);
    this.#fresh = true;
    this.closed = false;
    this.left = Infinity;
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  get text(): string {
    return this.pieces.join("");
  }

  async end(): Promise<void> {
    await this.#source.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
