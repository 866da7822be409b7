/**
 * How fast one PBX lets monitors be started. Some answer late, refuse, or drop the line when asked
 * too fast: each such sign halves the pace, each long run of successes raises it a little, but
 * never again to one at which the line was dropped. What was learned outlives the session.
 */

import type { World } from "../../firmware/base/world.js";
import type { LinkId } from "../../firmware/model/identifiers.js";

/** The slowest: one request, then so long nothing. */
export const gapMaxMs = 2_000;
const firstGapMs = 50;
/** So many successes in a row raise the pace. */
const successesForMore = 20;

export class Pace {
  #atOnceMax: number;
  #gapMinMs = 0;
  #atOnce: number;
  #gapMs = 0;
  #successes = 0;

  constructor(atOnceMax: number) {
    this.#atOnceMax = atOnceMax;
    this.#atOnce = atOnceMax;
  }

  /** Requests that may be under way together. */
  get atOnce(): number {
    return this.#atOnce;
  }

  /** From one request to the next. */
  get gapMs(): number {
    return this.#gapMs;
  }

  slower(): void {
    this.#successes = 0;
    if (this.#atOnce > 1) this.#atOnce = Math.floor(this.#atOnce / 2);
    else this.#gapMs = Math.min(gapMaxMs, Math.max(firstGapMs, this.#gapMs * 2));
  }

  /** The line was lost while monitors were being started. */
  broken(): void {
    this.slower();
    this.#atOnceMax = this.#atOnce;
    this.#gapMinMs = this.#gapMs;
  }

  succeeded(): void {
    this.#successes += 1;
    if (this.#successes < successesForMore) return;
    this.#successes = 0;
    if (this.#gapMs > this.#gapMinMs) {
      const gapMs = this.#gapMs > firstGapMs ? Math.floor(this.#gapMs / 2) : 0;
      this.#gapMs = Math.max(this.#gapMinMs, gapMs);
    } else if (this.#gapMs === 0 && this.#atOnce < this.#atOnceMax) {
      this.#atOnce += 1;
    }
  }
}

/** Links of one world; more than a gateway has. */
const linksMax = 1_000;
const learned = new WeakMap<World, Map<LinkId, Pace>>();

export function paceOf(world: World, link: LinkId, atOnceMax: number): Pace {
  const ofWorld = learned.get(world) ?? new Map<LinkId, Pace>();
  learned.set(world, ofWorld);
  const known = ofWorld.get(link);
  if (known !== undefined) return known;
  if (ofWorld.size >= linksMax) ofWorld.clear();
  const made = new Pace(atOnceMax);
  ofWorld.set(link, made);
  return made;
}
