/** States of lines beside their raw segments: one where it changes, and where errors came. */

import { sameLines, type LineState } from "../link/raw.js";
import type { LinkId } from "../model/identifiers.js";
import { put, remove, type Mutation, type Store } from "../store/store.js";
import { lineSpace, positionMax, type RawKey } from "./raw-keyspaces.js";

/** Gives the states in the order of the segments. */
export interface LineReader {
  /** Positions rise. */
  at(position: bigint): Promise<LineState | undefined>;
  close(): Promise<void>;
}

export class LineStates {
  readonly #store: Store;
  /** As it was written last, of each link that was loaded. */
  readonly #known = new Map<LinkId, LineState | undefined>();

  constructor(store: Store) {
    this.#store = store;
  }

  async load(link: LinkId): Promise<void> {
    this.#known.set(link, (await this.#newest(link, positionMax))?.state);
  }

  /** To be written with the segment at `position`. */
  changed(link: LinkId, position: bigint, line: LineState = {}): readonly Mutation[] {
    const { damaged = 0, breaks = 0 } = line;
    return damaged + breaks === 0 && isSame(this.#known.get(link), line) ? []
      : [put(lineSpace, { link, position }, line)];
  }

  written(link: LinkId, line: LineState = {}): void {
    this.#known.set(link, line);
  }

  /** Takes out what nothing behind `last`, the last segment that goes, needs. */
  async outdated(link: LinkId, last: bigint): Promise<readonly Mutation[]> {
    const range = { gte: { link, position: 0n }, lte: { link, position: last } };
    const found: RawKey[] = [];
    for await (const [key] of this.#store.range(lineSpace, range)) found.push(key);
    return found.slice(0, -1).map((key) => remove(lineSpace, key));
  }

  reader(link: LinkId, from: bigint): LineReader {
    const range = { gt: { link, position: from }, lte: { link, position: positionMax } };
    const later = this.#store.range(lineSpace, range)[Symbol.asyncIterator]();
    let current: Entry | undefined;
    let next: Entry | undefined;
    let begun = false;
    const step = async (): Promise<void> => {
      const found = await later.next();
      next = found.done === true ? undefined
        : { position: found.value[0].position, state: found.value[1] };
    };
    return {
      at: async (position) => {
        if (!begun) {
          begun = true;
          current = await this.#newest(link, from);
          await step();
        }
        while (next !== undefined && next.position <= position) {
          current = next;
          await step();
        }
        if (current === undefined || current.position === position) return current?.state;
        const { damaged: _, breaks: __, ...lasting } = current.state;
        return lasting;
      },
      close: async () => { await later.return?.(); },
    };
  }

  async #newest(link: LinkId, until: bigint): Promise<Entry | undefined> {
    const range = { gte: { link, position: 0n }, lte: { link, position: until },
      reverse: true, limit: 1 };
    for await (const [{ position }, state] of this.#store.range(lineSpace, range)) {
      return { position, state };
    }
    return undefined;
  }
}

interface Entry { readonly position: bigint; readonly state: LineState }

/** But for errors, which are of one segment each. */
function isSame(a: LineState = {}, b: LineState): boolean {
  return a.channel === b.channel && sameLines(a.lines, b.lines);
}
