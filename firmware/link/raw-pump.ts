/**
 * Carries received bytes to durable storage first and to the driver second, in order. While the
 * store refuses, the same bytes are offered again and the channel is held back; bytes that then
 * still exceed the bound are counted and told, never dropped in silence.
 */

import type { Fault, Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { LinkId } from "../model/identifiers.js";
import type { LineState, RawKeeper } from "./raw.js";
import type { Sender, Transport } from "./transport.js";

/** Bytes waiting for the store: an hour of a 9600 bit/s line. */
export const rawQueueBytesMax = 4_194_304;
/** Above this much waiting, the channel is asked to hold back. */
export const rawHoldBytes = 1_048_576;
/** Chunks that arrived together are kept together, up to this size. */
export const rawBatchBytesMax = 65_536;
/** Datagrams may be tiny: so many may wait, and so many are kept at once. */
export const rawQueueChunksMax = 65_536;
export const rawBatchChunksMax = 500;
export const rawRetryMs = 1_000;

export interface RawPumpPlan {
  readonly link: LinkId;
  readonly keeper: RawKeeper;
  readonly transport: Transport;
  readonly world: World;
  /** Every chunk is a frame: it is kept as a segment of its own. */
  readonly framed: boolean;
  /** The bytes are durable as part of the segment at `position`. */
  readonly deliver: (bytes: Uint8Array, atMs: number, position: bigint, from?: Sender) => void;
  /** The store refuses (a fault) or takes again (undefined). */
  readonly storeChanged: (fault: Fault | undefined) => void;
  /** Everything up to there is durable and delivered. */
  readonly placed: (place: string) => void;
  readonly overflowed: (bytes: Uint8Array) => void;
}

interface Chunk {
  readonly bytes: Uint8Array;
  readonly atMs: number;
  readonly from: Sender | undefined;
  readonly place: string | undefined;
  readonly line: LineState;
}

export class RawPump {
  readonly #plan: RawPumpPlan;
  #chunks: Chunk[] = [];
  #queuedBytes = 0;
  #busy = false;
  #held = false;
  #refusing = false;
  #stopped = false;
  #retry: Cancellable | undefined;
  #drained: (() => void)[] = [];

  constructor(plan: RawPumpPlan) {
    this.#plan = plan;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** The channel has been asked to hold back, if it can be. */
  get holding(): boolean {
    return this.#held && this.#plan.transport.pause !== undefined;
  }

  push(
    bytes: Uint8Array, atMs: number, line: LineState, from?: Sender, place?: string,
  ): void {
    if (this.#queuedBytes + bytes.length > rawQueueBytesMax
      || this.#chunks.length >= rawQueueChunksMax) {
      this.#plan.overflowed(bytes);
      return;
    }
    this.#chunks.push({ bytes: Uint8Array.from(bytes), atMs, from, place, line });
    this.#queuedBytes += bytes.length;
    this.#hold();
    if (!this.#busy) void this.#run();
  }

  /** Calls back when everything received so far is kept and delivered; at once if nothing waits. */
  whenDrained(handler: () => void): void {
    if (this.#busy || this.#chunks.length > 0) this.#drained.push(handler);
    else handler();
  }

  /** Gives up on what waits and says how many bytes that were. */
  stop(): number {
    this.#stopped = true;
    this.#retry?.cancel();
    const left = this.#queuedBytes;
    this.#chunks = [];
    this.#queuedBytes = 0;
    this.#drained = [];
    return left;
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#chunks.length > 0 && !this.#stopped) {
      const batch = this.#batch();
      const place = batch.findLast((chunk) => chunk.place !== undefined)?.place;
      const kept = await this.#keep(batch, place);
      if (this.#stopped) return;
      if (!kept.ok) {
        this.#refused(kept.fault);
        return;
      }
      if (this.#refusing) {
        this.#refusing = false;
        this.#plan.storeChanged(undefined);
      }
      this.#chunks.splice(0, batch.length);
      for (const { bytes } of batch) this.#queuedBytes -= bytes.length;
      this.#hold();
      for (const [index, { bytes, atMs, from }] of batch.entries()) {
        const position = kept.value + (this.#plan.framed ? BigInt(index) : 0n);
        this.#plan.deliver(bytes, atMs, position, from);
      }
      if (place !== undefined) this.#plan.placed(place);
    }
    this.#busy = false;
    if (!this.#stopped) for (const handler of this.#drained.splice(0)) handler();
  }

  #keep(batch: readonly Chunk[], place: string | undefined): Promise<Result<bigint>> {
    const { keeper, link, framed } = this.#plan;
    const pieces = batch.map(({ bytes }) => bytes);
    const line = lineOf(batch);
    return framed ? keeper.keepWhole(link, pieces, place, line)
      : keeper.keep(link, Buffer.concat(pieces), line);
  }

  #batch(): readonly Chunk[] {
    let bytes = 0;
    let count = 0;
    for (const chunk of this.#chunks) {
      if (count > 0 && bytes + chunk.bytes.length > rawBatchBytesMax) break;
      // One state of the line for each segment.
      if (chunk.line.lines !== this.#chunks[0]?.line.lines) break;
      if (count >= rawBatchChunksMax) break;
      bytes += chunk.bytes.length;
      count += 1;
    }
    return this.#chunks.slice(0, count);
  }

  #refused(fault: Fault): void {
    this.#refusing = true;
    this.#hold();
    this.#plan.storeChanged(fault);
    this.#retry = this.#plan.world.clock.after(rawRetryMs, "link.raw-retry", () => {
      void this.#run();
    });
  }

  #hold(): void {
    const wanted = this.#refusing || this.#queuedBytes > rawHoldBytes;
    if (wanted === this.#held) return;
    this.#held = wanted;
    if (wanted) this.#plan.transport.pause?.();
    else this.#plan.transport.resume?.();
  }
}

/** Of chunks that are kept together: their errors are counted together. */
function lineOf(batch: readonly Chunk[]): LineState {
  const sum = (of: (line: LineState) => number | undefined): number =>
    batch.reduce((total, { line }) => total + (of(line) ?? 0), 0);
  const damaged = sum((line) => line.damaged);
  const breaks = sum((line) => line.breaks);
  return { ...batch[0]?.line, ...(damaged > 0 && { damaged }), ...(breaks > 0 && { breaks }) };
}
