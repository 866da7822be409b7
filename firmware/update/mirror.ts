/**
 * Fetches a bundle from a mirror into the unit's staging place. Beside the bundle a mirror may have
 * its block index (`.blocks`): then what the root that runs has already is taken from there.
 * Whether what came is good says the signature, afterwards.
 */

import { done, fail, ok, type Result } from "../base/result.js";
import { sleep, type World } from "../base/world.js";
import type { Appliance } from "./appliance.js";
import { blockBytes, blockDigest, readBlockIndex, stretchesOf, type Stretch }
  from "./block-index.js";

/** After an interruption. */
export const retryMs = 10_000;
/** In a row, without a byte more. */
export const attemptsMax = 30;
/** For the index, which saves a long download and is not needed for it. */
const indexAttemptsMax = 6;
const pieceBytes = 256 * blockBytes;
const indexBytesMax = 8 << 20;

/** What a mirror answers to a request for bytes. */
export interface Answer {
  /** Of HTTP. */
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Source {
  /** Bytes from `offset` on, up to before `end`; undefined: to the last one. */
  read(url: string, offset: number, end: number | undefined): Promise<Result<Answer>>;
  close(): void;
}

export interface MirrorParts {
  readonly world: World;
  readonly source: Source;
  readonly appliance: Pick<Appliance, "stage" | "staged" | "readRoot">;
  readonly url: string;
  readonly bundleBytesMax: number;
}

/** Bytes of the bundle, by where they came from. */
export interface Fetched {
  readonly mirrorBytes: number;
  readonly ownBytes: number;
}

export class MirrorFetch {
  readonly #parts: MirrorParts;
  #mirrorBytes = 0;
  #ownBytes = 0;
  #next = 0;
  #cancelled = false;

  get cancelled(): boolean {
    return this.#cancelled;
  }

  constructor(parts: MirrorParts) {
    this.#parts = parts;
  }

  cancel(): void {
    this.#cancelled = true;
  }

  /** Goes on where it was interrupted, until the whole is there or nothing comes any more. */
  async run(): Promise<Result<Fetched>> {
    const { world, url } = this.#parts;
    const stretches = await this.#plan();
    for (let attempt = 1; ; attempt += 1) {
      const begun = this.#next;
      const passed = await this.#pass(stretches);
      if (this.#cancelled) return cancelled;
      if (passed.ok) return ok({ mirrorBytes: this.#mirrorBytes, ownBytes: this.#ownBytes });
      if (passed.fault.code !== "link-down") return passed;
      if (this.#next > begun) attempt = 1;
      if (attempt >= attemptsMax) return passed;
      const reason = passed.fault.message;
      world.log.event("update.mirror", { url, at: this.#next, reason }, "warn");
      await sleep(world.clock, retryMs, "update.mirror");
    }
  }

  /**
   * Undefined: there is no index, everything has to come from the mirror; that takes longer, and
   * is none the worse.
   */
  async #plan(): Promise<readonly Stretch[] | undefined> {
    const { world, url, bundleBytesMax } = this.#parts;
    let read = await this.#readIndex();
    for (let attempt = 1; !read.ok && read.fault.code === "link-down" && !this.#cancelled
      && attempt < indexAttemptsMax; attempt += 1) {
      await sleep(world.clock, retryMs, "update.mirror");
      read = await this.#readIndex();
    }
    const index = read.ok ? readBlockIndex(read.value, bundleBytesMax) : read;
    if (index.ok) {
      return stretchesOf(index.value, await this.#blocks(new Set(index.value.digests)));
    }
    world.log.event("update.no-index", { url, reason: index.fault.message }, "warn");
    return undefined;
  }

  /** `link-down`: another attempt may be worth it. */
  async #readIndex(): Promise<Result<Uint8Array>> {
    const { source, url } = this.#parts;
    const answer = await source.read(`${url}.blocks`, 0, undefined);
    if (!answer.ok) return answer;
    if (answer.value.status !== 200) return refused(answer.value.status);
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const piece of answer.value.body) {
        bytes += piece.length;
        if (bytes > indexBytesMax) return tooLarge(indexBytesMax);
        pieces.push(piece);
      }
    } catch (error) {
      return interrupted(error);
    }
    return ok(Buffer.concat(pieces));
  }

  /** Which of these blocks the root that runs has, and where. */
  async #blocks(wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (let first = 0; !this.#cancelled; first += pieceBytes / blockBytes) {
      const read = await this.#parts.appliance.readRoot(first * blockBytes, pieceBytes);
      if (!read.ok) break;
      const whole = Math.floor(read.value.length / blockBytes);
      for (let n = 0; n < whole; n += 1) {
        const digest = blockDigest(read.value.subarray(n * blockBytes, (n + 1) * blockBytes));
        if (wanted.has(digest) && !found.has(digest)) found.set(digest, first + n);
      }
      if (read.value.length < pieceBytes) break;
    }
    return found;
  }

  async #pass(stretches: readonly Stretch[] | undefined): Promise<Result<void>> {
    if (stretches === undefined) return this.#fetch(undefined);
    for (const { offset, bytes, fromBlock } of stretches) {
      const end = offset + bytes;
      if (end <= this.#next) continue;
      const passed = fromBlock === undefined ? await this.#fetch(end)
        : await this.#copy(fromBlock * blockBytes - offset, end);
      if (!passed.ok) return passed;
    }
    return done;
  }

  /** From the root that runs, where it stands `shift` bytes further. */
  async #copy(shift: number, end: number): Promise<Result<void>> {
    while (this.#next < end) {
      if (this.#cancelled) return cancelled;
      const read = await this.#parts.appliance.readRoot(this.#next + shift,
        Math.min(pieceBytes, end - this.#next));
      if (!read.ok) return read;
      if (read.value.length === 0) return rootEnded;
      const staged = await this.#stage(read.value);
      if (!staged.ok) return staged;
      this.#ownBytes += read.value.length;
    }
    return done;
  }

  async #fetch(end: number | undefined): Promise<Result<void>> {
    const { source, url, bundleBytesMax } = this.#parts;
    const answer = await source.read(url, this.#next, end);
    if (!answer.ok) return answer;
    const { status, body } = answer.value;
    // A mirror that knows no ranges gives the whole, which is of use at the beginning only.
    if (status !== 206 && !(status === 200 && this.#next === 0)) return refused(status);
    const last = end ?? Number.POSITIVE_INFINITY;
    try {
      for await (const piece of body) {
        if (this.#cancelled) return cancelled;
        const wanted = piece.subarray(0, last - this.#next);
        if (this.#next + wanted.length > bundleBytesMax) return tooLarge(bundleBytesMax);
        const staged = wanted.length === 0 ? done : await this.#stage(wanted);
        if (!staged.ok) return staged;
        this.#mirrorBytes += wanted.length;
        if (wanted.length < piece.length) break;
      }
    } catch (error) {
      return interrupted(error);
    }
    return this.#next < last && end !== undefined ? fail("link-down", {
      en: "the mirror gave less than was asked for",
      fr: "le miroir a donné moins que demandé" }) : done;
  }

  async #stage(data: Uint8Array): Promise<Result<void>> {
    const staged = await this.#parts.appliance.stage(this.#next, data);
    if (!staged.ok) return staged;
    this.#next = staged.value;
    return done;
  }
}

const cancelled = fail("precondition", { en: "the download was cancelled",
  fr: "le téléchargement a été annulé" });

const rootEnded = fail("update-refused", { en: "the running system ends before the block index",
  fr: "le système en marche finit avant l'index de blocs" });

function interrupted(error: unknown): Result<never> {
  return fail("link-down", { en: "the mirror's connection was interrupted",
    fr: "la connexion au miroir a été interrompue" }, { cause: error });
}

function refused(status: number): Result<never> {
  return fail(status >= 500 ? "link-down" : "update-refused",
    { en: `the mirror answers ${status}`, fr: `le miroir répond ${status}` });
}

function tooLarge(bytes: number): Result<never> {
  return fail("update-refused", { en: `the mirror gives more than ${bytes} bytes`,
    fr: `le miroir donne plus de ${bytes} octets` });
}
