/** Raw bytes of links on the Store: durable before anything parses them. */

import type { Component, Health } from "../base/component.js";
import { done, fail, ok, type Result } from "../base/result.js";
import type { World } from "../base/world.js";
import type { LineState, RawKeeper, RawSegment } from "../link/raw.js";
import type { LinkId } from "../model/identifiers.js";
import { copyOf } from "../store/keys.js";
import { put, remove, type Mutation, type Store } from "../store/store.js";
import { LineStates } from "./line-states.js";
import { Pruning } from "./pruning.js";
import { placeSpace, positionMax, rawSizes, rawSpace, type StoredSegment }
  from "./raw-keyspaces.js";

export interface RawRetention {
  readonly ageMsMax: number;
}

export interface RawKeeperBounds {
  /** Bytes of one segment: a longer one is refused with `argument-invalid`. */
  readonly segmentBytesMax: number;
  /** Bytes of all links that wait for the disk. */
  readonly pendingBytesMax: number;
  readonly linksMax: number;
}

/** Counts what is kept, in keyspaces of its own that are written by `append` only. */
export interface RawCount {
  /** Knows the link when it resolves. */
  opened(link: LinkId): Promise<void>;
  /** To be written together with the segment; a link's segments come one after the other. */
  kept(link: LinkId, bytes: number, atMs: number): readonly Mutation[];
  /** The last `kept` was not written. */
  refused(link: LinkId, bytes: number, atMs: number): void;
  /** It was, and can be read. */
  durable(link: LinkId): void;
}

export interface RawKeeperOptions {
  readonly store: Store;
  readonly world: World;
  readonly count?: RawCount;
  /** From this position on somebody still needs the link's segments, however old. */
  readonly neededFrom?: (link: LinkId) => bigint | undefined;
  /** Read at each pruning. */
  readonly retention: () => RawRetention;
  /** Bytes of the link that may be kept; no bound if absent. */
  readonly quota?: (link: LinkId) => RawQuota;
  /** These of the link were needed still, but the quota was full. Resolves when it is written. */
  readonly dropped?: (link: LinkId, segments: readonly DroppedSegment[]) => Promise<Result<void>>;
  readonly bounds?: Partial<RawKeeperBounds>;
}

export interface RawQuota {
  readonly bytesMax: number;
  /**
   * What to do when all of it is still needed: refuse what comes, so that the PBX is held, or drop
   * the oldest.
   */
  readonly whenNeeded: "refuse" | "drop";
}

export interface DroppedSegment {
  readonly position: bigint;
  readonly atMs: number;
  readonly bytes: number;
}

export const rawKeeperBounds: RawKeeperBounds = {
  segmentBytesMax: 1024 * 1024, pendingBytesMax: 8 * 1024 * 1024, linksMax: 1_024,
};

const pruneEveryMs = 3_600_000;
const pruneMax = 1_000;

/** Room is made for more than is needed at the moment, so that it is not made for each segment. */
const roomShare = 0.02;

export class StoredRawKeeper implements RawKeeper, Component {
  readonly name = "raw-keeper";
  readonly #store: Store;
  readonly #world: World;
  readonly #retention: () => RawRetention;
  readonly #bounds: RawKeeperBounds;
  readonly #count: RawCount | undefined;
  readonly #neededFrom: (link: LinkId) => bigint | undefined;
  /** The last position given out, for each link; asked of the store once. */
  readonly #last = new Map<LinkId, bigint>();
  readonly #sizes = new Map<LinkId, number>();
  readonly #quota: (link: LinkId) => RawQuota | undefined;
  readonly #dropped: RawKeeperOptions["dropped"];
  readonly #loading = new Map<LinkId, Promise<void>>();
  readonly #lines: LineStates;
  #pendingBytes = 0;
  readonly #pruning: Pruning;
  #health: Health = { status: "failed", reason: "not started" };

  constructor(options: RawKeeperOptions) {
    this.#store = options.store;
    this.#lines = new LineStates(options.store);
    this.#world = options.world;
    this.#retention = options.retention;
    this.#count = options.count;
    this.#neededFrom = options.neededFrom ?? (() => undefined);
    this.#quota = options.quota ?? (() => undefined);
    this.#dropped = options.dropped;
    this.#bounds = { ...rawKeeperBounds, ...options.bounds };
    this.#pruning = new Pruning({ world: options.world, name: "raw", everyMs: pruneEveryMs,
      prune: () => this.prune() });
  }

  get health(): Health { return this.#health; }

  start(): Promise<Result<void>> {
    this.#health = { status: "ok" };
    this.#pruning.start();
    return Promise.resolve(done);
  }

  stop(): Promise<void> {
    this.#pruning.stop();
    this.#health = { status: "failed", reason: "stopped" };
    return Promise.resolve();
  }

  keep(link: LinkId, bytes: Uint8Array, line?: LineState): Promise<Result<bigint>> {
    return this.#keep(link, [bytes], {}, line);
  }

  keepWhole(
    link: LinkId, frames: readonly Uint8Array[], place?: string, line?: LineState,
  ): Promise<Result<bigint>> {
    return this.#keep(link, frames, { whole: true }, line, place);
  }

  place(link: LinkId): Promise<Result<string | undefined>> {
    return this.#store.get(placeSpace, link);
  }

  async #keep(
    link: LinkId, pieces: readonly Uint8Array[], marked: Pick<RawSegment, "whole">,
    line: LineState | undefined, place?: string,
  ): Promise<Result<bigint>> {
    const { segmentBytesMax, pendingBytesMax, linksMax } = this.#bounds;
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (length > segmentBytesMax) {
      return fail("argument-invalid", `a segment of ${length} bytes; ${segmentBytesMax} fit`);
    }
    if (this.#pendingBytes + length > pendingBytesMax) {
      return fail("queue-full", `${this.#pendingBytes} raw bytes already wait for the disk`);
    }
    if (!this.#last.has(link) && this.#last.size >= linksMax) {
      return fail("queue-full", `raw bytes of ${linksMax} links are kept already`);
    }
    this.#pendingBytes += length;
    const atMs = this.#world.clock.wall().getTime();
    const segments = pieces.map((bytes) => ({ atMs, bytes: copyOf(bytes), ...marked }));
    try {
      if (!this.#last.has(link)) await this.#load(link);
      await this.#count?.opened(link);
      const room = await this.#makeRoom(link, length);
      if (!room.ok) return room;
      const position = (this.#last.get(link) ?? 0n) + 1n;
      this.#last.set(link, position + BigInt(segments.length - 1));
      this.#sizes.set(link, this.sizeOf(link) + length);
      const written = await this.#store.append([...segments.map((segment, index) =>
        put(rawSpace, { link, position: position + BigInt(index) }, segment)),
      ...this.#lines.changed(link, position, line),
      ...place === undefined ? [] : [put(placeSpace, link, place)],
      put(rawSizes, link, this.sizeOf(link)), ...this.#count?.kept(link, length, atMs) ?? []]);
      if (written.ok) {
        this.#lines.written(link, line);
        this.#count?.durable(link);
      } else {
        this.#sizes.set(link, this.sizeOf(link) - length);
        this.#count?.refused(link, length, atMs);
      }
      this.#health = written.ok ? { status: "ok" }
        : { status: "degraded", reason: written.fault.message };
      return written.ok ? ok(position) : written;
    } finally {
      this.#pendingBytes -= length;
    }
  }

  /** Bytes kept of the link; known once something was kept or pruned. */
  sizeOf(link: LinkId): number {
    return this.#sizes.get(link) ?? 0;
  }

  async* read(
    link: LinkId, fromPosition: bigint, bytesMax: number,
  ): AsyncGenerator<RawSegment, void, undefined> {
    let left = bytesMax;
    const range = { gte: { link, position: fromPosition }, lte: { link, position: positionMax } };
    const lines = this.#lines.reader(link, fromPosition);
    try {
      for await (const [{ position }, segment] of this.#store.range(rawSpace, range)) {
        if (segment.bytes.length > left) return;
        left -= segment.bytes.length;
        const line = await lines.at(position);
        yield { position, ...segment, ...(line && { line }) };
      }
    } finally {
      await lines.close();
    }
  }

  async newest(link: LinkId, bytesMax: number): Promise<readonly RawSegment[]> {
    const found: RawSegment[] = [];
    let left = bytesMax;
    const range = { gte: { link, position: 0n }, lte: { link, position: positionMax },
      reverse: true };
    for await (const [{ position }, segment] of this.#store.range(rawSpace, range)) {
      const { bytes } = segment;
      found.push({ position, ...segment, bytes: bytes.subarray(Math.max(0, bytes.length - left)) });
      left -= bytes.length;
      if (left <= 0) break;
    }
    return found.reverse();
  }

  /**
   * Removes segments older than the retention. The newest of each link stays, and so does what
   * somebody still needs. Gives the count.
   */
  async prune(): Promise<Result<number>> {
    const sinceMs = this.#world.clock.wall().getTime() - this.#retention().ageMsMax;
    let total = 0;
    let link: LinkId | undefined;
    for (;;) {
      const next = await this.#nextLink(link);
      if (next === undefined) break;
      link = next;
      const removed = await this.#pruneLink(link, sinceMs);
      if (!removed.ok) return removed;
      total += removed.value;
    }
    if (total > 0) this.#world.log.event("raw.pruned", { segments: total }, "debug");
    return ok(total);
  }

  async #nextLink(after: LinkId | undefined): Promise<LinkId | undefined> {
    const range = after === undefined ? {} : { gt: { link: after, position: positionMax } };
    for await (const [key] of this.#store.range(rawSpace, { ...range, limit: 1 })) return key.link;
    return undefined;
  }

  async #pruneLink(link: LinkId, sinceMs: number): Promise<Result<number>> {
    await this.#load(link);
    return this.#removeOldest(link, this.#unneededEnd(link), ({ atMs }) => atMs < sinceMs);
  }

  /** Before this position nobody needs anything. The newest segment stays in any case. */
  #unneededEnd(link: LinkId): bigint {
    const newest = this.#last.get(link) ?? 0n;
    const needed = this.#neededFrom(link);
    return needed !== undefined && needed < newest ? needed : newest;
  }

  /** Delivered bytes go first; those still needed only where the PBX cannot be held. */
  async #makeRoom(link: LinkId, bytes: number): Promise<Result<void>> {
    const quota = this.#quota(link);
    if (quota === undefined || this.sizeOf(link) + bytes <= quota.bytesMax) return done;
    const wanted = Math.max(0, quota.bytesMax * (1 - roomShare) - bytes);
    const tooMuch = (_segment: StoredSegment, size: number): boolean => size > wanted;
    const freed = await this.#removeOldest(link, this.#unneededEnd(link), tooMuch);
    if (!freed.ok) return freed;
    if (this.sizeOf(link) + bytes <= quota.bytesMax) return done;
    if (this.#neededFrom(link) === undefined) return done;
    if (quota.whenNeeded === "refuse") {
      const megabytes = Math.round(quota.bytesMax / 1_000_000);
      return fail("store-full", {
        en: `the link's ${megabytes} MB are full of what destinations have not taken yet`,
        fr: `les ${megabytes} Mo du lien sont pleins de ce que des destinations n'ont pas pris` });
    }
    const dropped = await this.#removeOldest(link, this.#last.get(link) ?? 0n, tooMuch,
      (segments) => this.#dropped?.(link, segments) ?? Promise.resolve(done));
    return dropped.ok ? done : dropped;
  }

  /**
   * Removes segments before `end` from the oldest on, while `goes` says so of the next one and the
   * bytes then kept. `first` is done with each batch before it goes. Gives the count.
   */
  async #removeOldest(
    link: LinkId, end: bigint, goes: (segment: StoredSegment, size: number) => boolean,
    first: (segments: readonly DroppedSegment[]) => Promise<Result<void>> =
    () => Promise.resolve(done),
  ): Promise<Result<number>> {
    let total = 0;
    for (;;) {
      const going: DroppedSegment[] = [];
      let freed = 0;
      const range = { gte: { link, position: 0n }, lt: { link, position: end }, limit: pruneMax };
      for await (const [{ position }, segment] of this.#store.range(rawSpace, range)) {
        if (!goes(segment, this.sizeOf(link) - freed)) break;
        going.push({ position, atMs: segment.atMs, bytes: segment.bytes.length });
        freed += segment.bytes.length;
      }
      if (going.length === 0) return ok(total);
      const told = await first(going);
      if (!told.ok) return told;
      this.#sizes.set(link, Math.max(0, this.sizeOf(link) - freed));
      const removed = await this.#store.append([
        ...going.map(({ position }) => remove(rawSpace, { link, position })),
        ...await this.#lines.outdated(link, going.at(-1)?.position ?? 0n),
        put(rawSizes, link, this.sizeOf(link))]);
      if (!removed.ok) {
        this.#sizes.set(link, this.sizeOf(link) + freed);
        return removed;
      }
      total += going.length;
    }
  }

  /** What an earlier version has kept was not counted: it is once. */
  async #sizeKept(link: LinkId, last: bigint): Promise<number> {
    const found = last === 0n ? ok(0) : await this.#store.get(rawSizes, link);
    if (found.ok && found.value !== undefined) return found.value;
    let size = 0;
    const range = { gte: { link, position: 0n }, lte: { link, position: last } };
    for await (const [, { bytes }] of this.#store.range(rawSpace, range)) size += bytes.length;
    return size;
  }

  #load(link: LinkId): Promise<void> {
    if (this.#last.has(link)) return Promise.resolve();
    const running = this.#loading.get(link);
    if (running !== undefined) return running;
    const load = async (): Promise<void> => {
      const range = { gte: { link, position: 0n }, lte: { link, position: positionMax },
        reverse: true, limit: 1 };
      let last = 0n;
      for await (const [key] of this.#store.range(rawSpace, range)) last = key.position;
      this.#sizes.set(link, await this.#sizeKept(link, last));
      await this.#lines.load(link);
      this.#last.set(link, last);
      this.#loading.delete(link);
    };
    const started = load();
    this.#loading.set(link, started);
    return started;
  }
}
