/** Which legs are in which bridge, and joins of two calls that wait for their explanation. */

import { ownText } from "../../firmware/wire/ami.js";
import type { Call, Leg } from "./picture.js";

export interface Bridge {
  readonly id: string;
  readonly legs: Set<Leg>;
  conference: boolean;
  parking: boolean;
}

/** Two calls met in a bridge; the event that says why may follow. */
export interface PendingJoin {
  readonly first: Call;
  readonly second: Call;
  readonly bridge: Bridge;
  readonly joiner: Leg;
  readonly dueMs: number;
}

export class Bridges {
  readonly #bridges = new Map<string, Bridge>();
  #joins: PendingJoin[] = [];
  /** Joins beyond this are settled at once: a PBX has never had so many in a quarter second. */
  static readonly joinsMax = 1_000;

  get(id: string): Bridge | undefined {
    return this.#bridges.get(id);
  }

  enter(id: string, leg: Leg): Bridge {
    if (leg.bridge !== undefined && leg.bridge !== id) this.leave(leg);
    let bridge = this.#bridges.get(id);
    if (bridge === undefined) {
      bridge = { id: ownText(id), legs: new Set(), conference: false, parking: false };
      this.#bridges.set(bridge.id, bridge);
    }
    bridge.legs.add(leg);
    leg.bridge = bridge.id;
    return bridge;
  }

  leave(leg: Leg): void {
    const bridge = leg.bridge === undefined ? undefined : this.#bridges.get(leg.bridge);
    leg.leftBridge = leg.bridge;
    leg.bridge = undefined;
    if (bridge === undefined) return;
    bridge.legs.delete(leg);
    // An empty bridge says nothing: its number of entries never exceeds that of the legs.
    if (bridge.legs.size === 0) this.#bridges.delete(bridge.id);
  }

  remove(leg: Leg): void {
    if (leg.bridge !== undefined) this.leave(leg);
    this.#joins = this.#joins.filter((join) => join.joiner !== leg);
  }

  destroy(id: string): void {
    const bridge = this.#bridges.get(id);
    for (const leg of [...bridge?.legs ?? []]) this.leave(leg);
    this.#bridges.delete(id);
  }

  get dueMs(): number | undefined {
    return this.#joins[0]?.dueMs;
  }

  await(join: PendingJoin): boolean {
    if (this.#joins.length >= Bridges.joinsMax) return false;
    if (!this.#joins.some((each) => sameCalls(each, join))) this.#joins.push(join);
    return true;
  }

  /** Takes out the joins that `which` names. */
  take(which: (join: PendingJoin) => boolean): readonly PendingJoin[] {
    if (this.#joins.length === 0) return [];
    const taken = this.#joins.filter(which);
    if (taken.length > 0) this.#joins = this.#joins.filter((join) => !taken.includes(join));
    return taken;
  }

  clear(): void {
    this.#bridges.clear();
    this.#joins = [];
  }
}

function sameCalls(a: PendingJoin, b: PendingJoin): boolean {
  return (a.first === b.first && a.second === b.second)
    || (a.first === b.second && a.second === b.first);
}
