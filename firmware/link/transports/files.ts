/**
 * A transport that reads files: looks once a second, hands over whole lines piece by piece, and
 * goes on only when the last piece is durable and its records are written. So each byte is taken
 * once, however often the gateway is killed.
 */

import type { FileHandle } from "node:fs/promises";
import { attempt, fail, faultText, type Result, type Text } from "../../base/result.js";
import type { Cancellable, World } from "../../base/world.js";
import type { Transport } from "../transport.js";
import { placeText, readFully, sumBefore } from "./reading-place.js";
import { said } from "./tcp.js";

/** Listing is what works on every file system, also one that another machine writes. */
export const lookEveryMs = 1_000;
export const pieceBytesMax = 65_536;
const lf = 0x0a;

/** What a source of files is given to look with. */
export interface Reading {
  readonly world: World;
  /** Resolves when they are kept and their records written; false: closed, nothing more counts. */
  hand(bytes: Uint8Array, place: string): Promise<boolean>;
  /** What a person has to do, as long as it stands. */
  trouble(reason: Text | undefined): void;
  readonly closed: boolean;
}

export interface FileSource {
  readonly description: string;
  /** Takes what is there; a failure ends the transport, and the link opens it again later. */
  look(reading: Reading, place: string | undefined): Promise<Result<void>>;
  close(): Promise<void>;
}

/** An open file, and how far it has been read. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly name: string;
  readonly node: string;
  offset: number;
}

/**
 * Hands over what is there from the offset on, cut behind ends of lines. `rest`: also what has no
 * end of line yet. False: closed meanwhile.
 */
export async function readOn(file: OpenFile, reading: Reading, rest: boolean): Promise<boolean> {
  for (;;) {
    if (reading.closed) return false;
    const read = await readFully(file.handle, file.offset, pieceBytesMax);
    const lines = read.lastIndexOf(lf) + 1;
    const full = read.length === pieceBytesMax;
    const piece = rest && !full || full && lines === 0 ? read : read.subarray(0, lines);
    if (piece.length === 0) return true;
    const offset = file.offset + piece.length;
    const { name, node, handle } = file;
    const sum = await sumBefore(handle, offset);
    if (!await reading.hand(piece, placeText({ name, node, offset, sum }))) return false;
    file.offset = offset;
  }
}

export class FilesTransport implements Transport, Reading {
  readonly kind = "file";
  readonly description: string;
  readonly world: World;
  readonly #source: FileSource;
  #receive: ((bytes: Uint8Array, atMs: number, from?: undefined, place?: string) => void)
    | undefined;
  #closedHandlers: ((reason: Text) => void)[] = [];
  #closedReason: Text | undefined;
  #trouble: ((reason: Text | undefined) => void) | undefined;
  #troubled: Text | undefined;
  #waiting: { readonly place: string; readonly settle: (kept: boolean) => void } | undefined;
  #next: Cancellable | undefined;

  constructor(source: FileSource, world: World) {
    this.#source = source;
    this.world = world;
    this.description = source.description;
  }

  get closed(): boolean {
    return this.#closedReason !== undefined;
  }

  onReceive(
    handler: (bytes: Uint8Array, atMs: number, from?: undefined, place?: string) => void,
  ): void {
    this.#receive = handler;
  }

  onClosed(handler: (reason: Text) => void): void {
    if (this.#closedReason === undefined) this.#closedHandlers.push(handler);
    else handler(this.#closedReason);
  }

  onTrouble(handler: (reason: Text | undefined) => void): void {
    this.#trouble = handler;
    if (this.#troubled !== undefined) handler(this.#troubled);
  }

  send(): Result<void> {
    return fail("precondition", said(this.description, {
      en: "files are only read", fr: "les fichiers sont seulement lus" }));
  }

  readFrom(place: string | undefined): void {
    void this.#look(place);
  }

  hand(bytes: Uint8Array, place: string): Promise<boolean> {
    if (this.closed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#waiting = { place, settle: resolve };
      this.#receive?.(bytes, this.world.clock.monotonicMs(), undefined, place);
    });
  }

  kept(place: string): void {
    const waiting = this.#waiting;
    if (waiting?.place !== place) return;
    this.#waiting = undefined;
    waiting.settle(!this.closed);
  }

  trouble(reason: Text | undefined): void {
    if (JSON.stringify(reason) === JSON.stringify(this.#troubled)) return;
    this.#troubled = reason;
    this.#trouble?.(reason);
  }

  close(): void {
    this.#finish({ en: "closed by us", fr: "fermé par nous" });
  }

  async #look(place: string | undefined): Promise<void> {
    if (this.closed) return;
    const tried = await attempt("link-down", this.description,
      () => this.#source.look(this, place));
    const looked = tried.ok ? tried.value : tried;
    if (!looked.ok) this.#finish(faultText(looked.fault));
    if (this.closed) {
      await this.#source.close();
      return;
    }
    this.#next = this.world.clock.after(lookEveryMs, "link.files.look", () => {
      this.#next = undefined;
      void this.#look(undefined);
    });
  }

  #finish(reason: Text): void {
    if (this.#closedReason !== undefined) return;
    this.#closedReason = reason;
    this.#waiting?.settle(false);
    this.#waiting = undefined;
    // Between two looks nobody else closes what the source holds open.
    if (this.#next !== undefined) void this.#source.close();
    this.#next?.cancel();
    for (const handler of this.#closedHandlers.splice(0)) handler(reason);
  }
}
