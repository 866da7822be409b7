/**
 * Application sessions that outlive their line (ECMA-354; our own server; Avaya's cleanup delay):
 * what the next line needs to go on with one instead of starting every monitor again.
 */

import type { World } from "../../firmware/base/world.js";
import type { DeviceId, LinkId } from "../../firmware/model/identifiers.js";
import type { DeviceNames } from "./names.js";
import type { Terminal } from "./terminals.js";

/** How long a PBX is asked to keep the session of a line that broke. */
export const cleanupSeconds = 30;
/** Links of one world; more than a gateway has. */
const linksMax = 1_000;

export interface KeptSession {
  readonly sessionID: string;
  /** By cross reference. */
  readonly monitors: ReadonlyMap<string, DeviceId>;
  readonly terminals: ReadonlyMap<DeviceId, Terminal>;
  /** How the PBX calls its devices. */
  readonly names: DeviceNames;
  readonly lostAtMs: number;
}

const kept = new WeakMap<World, Map<LinkId, KeptSession>>();

export function keepSession(
  world: World, link: LinkId, session: Omit<KeptSession, "lostAtMs">,
): void {
  const ofWorld = kept.get(world) ?? new Map<LinkId, KeptSession>();
  kept.set(world, ofWorld);
  if (ofWorld.size >= linksMax) ofWorld.clear();
  ofWorld.set(link, { ...session, lostAtMs: world.clock.monotonicMs() });
}

/** The session of the line before, once; undefined where the PBX must have given it up. */
export function takeSession(world: World, link: LinkId): KeptSession | undefined {
  const session = kept.get(world)?.get(link);
  kept.get(world)?.delete(link);
  return session === undefined
    || world.clock.monotonicMs() - session.lostAtMs > cleanupSeconds * 1_000 ? undefined : session;
}
