/**
 * Writes one transcript, in order. What is typed is durable before it is sent; what is received is
 * collected for a moment, because nobody waits for it.
 */

import { createHash, type Hash } from "node:crypto";
import { done, type Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import { put, type Store } from "../store/store.js";
import { EchoMask } from "./echo-mask.js";
import { partSpace, type Part } from "./transcript.js";

/** Received bytes are written after so long, or when there are so many. */
export const collectMs = 500;
export const collectBytes = 16_384;
/** Of one transcript. A link's own raw bytes hold what comes beyond. */
export const receivedBytesMax = 8 * 1024 * 1024;

export class TranscriptWriter {
  readonly #store: Pick<Store, "append">;
  readonly #world: World;
  readonly #terminal: number;
  readonly #hash: Hash = createHash("sha256");
  readonly #mask = new EchoMask();
  #collected: Uint8Array[] = [];
  #collectedBytes = 0;
  #keptBytes = 0;
  #unkept = 0;
  #ordinal = 0;
  #timer: Cancellable | undefined;
  /** Parts are written one after the other: their order is that of the wire. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(store: Pick<Store, "append">, world: World, terminal: number) {
    this.#store = store;
    this.#world = world;
    this.#terminal = terminal;
  }

  /** Received bytes that are not in the transcript. */
  get unkeptBytes(): number {
    return this.#unkept;
  }

  received(bytes: Uint8Array): void {
    const room = receivedBytesMax - this.#keptBytes;
    const kept = this.#mask.received(bytes, this.#world.clock.monotonicMs()).subarray(0, room);
    this.#unkept += bytes.length - kept.length;
    if (kept.length === 0) return;
    this.#keptBytes += kept.length;
    this.#collected.push(Uint8Array.from(kept));
    this.#collectedBytes += kept.length;
    if (this.#collectedBytes >= collectBytes) void this.#inTurn([]);
    else {
      this.#timer ??= this.#world.clock.after(collectMs, "terminal.transcript", () => {
        void this.#inTurn([]);
      });
    }
  }

  /** Durable when it resolves without a fault. */
  typed(bytes: Uint8Array): Promise<Result<void>> {
    return this.#inTurn([this.#part("typed", bytes)]);
  }

  secret(bytes: Uint8Array): Promise<Result<void>> {
    this.#mask.typed(bytes, this.#world.clock.monotonicMs());
    const text = Buffer.from(bytes).toString("utf8").replace(/[\r\n]+$/, "");
    return this.#inTurn([{ ...this.#part("secret", new Uint8Array(0)),
      characters: [...text].length }]);
  }

  remark(text: string): Promise<Result<void>> {
    return this.#inTurn([this.#part("remark", Buffer.from(text))]);
  }

  /** Writes what is left and gives the hash over all parts, hexadecimal. */
  async close(): Promise<string> {
    await this.#inTurn([]);
    this.#timer?.cancel();
    return this.#hash.digest("hex");
  }

  #part(direction: Part["direction"], bytes: Uint8Array): Part {
    return { atMs: this.#world.clock.wall().getTime(), direction, characters: 0,
      bytes: Uint8Array.from(bytes) };
  }

  #collect(): readonly Part[] {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#collectedBytes === 0) return [];
    const part = this.#part("received", Buffer.concat(this.#collected));
    this.#collected = [];
    this.#collectedBytes = 0;
    return [part];
  }

  #inTurn(parts: readonly Part[]): Promise<Result<void>> {
    const all = [...this.#collect(), ...parts];
    const mine = this.#turn.then(() => this.#write(all));
    this.#turn = mine;
    return mine;
  }

  async #write(parts: readonly Part[]): Promise<Result<void>> {
    if (parts.length === 0) return done;
    const written = await this.#store.append(parts.map((part, index) =>
      put(partSpace, { terminal: this.#terminal, ordinal: this.#ordinal + index }, part)));
    if (!written.ok) {
      for (const { direction, bytes } of parts) {
        if (direction === "received") this.#unkept += bytes.length;
      }
      return written;
    }
    this.#ordinal += parts.length;
    for (const part of parts) this.#hash.update(partSpace.encode(part));
    return done;
  }
}
