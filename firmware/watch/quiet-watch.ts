/**
 * Tells when a link has been silent for longer than it ever is at this hour of the week: the PBX
 * may have lost its print job, though the cable is up. Nobody sets a schedule; holidays are named
 * in the configuration.
 */

import type { Component, Health } from "../base/component.js";
import { momentOf, shownAt } from "../base/local-time.js";
import { done, type Result, type Text } from "../base/result.js";
import type { World } from "../base/world.js";
import type { LinkStatus } from "../link/link.js";
import { put, type Keyspace, type Store } from "../store/store.js";
import { readText, textKey } from "../store/keys.js";
import type { Alarms } from "../supervisor/alarms.js";
import { decodeObject } from "../switching/event-log-keyspaces.js";
import { hoursOfWeek, QuietPattern } from "./quiet-pattern.js";
import { Rounds } from "./rounds.js";

export const everyMs = 60_000;
const dayMs = 86_400_000;

type Silences = readonly (readonly number[])[];

function isSilences(value: unknown): value is Silences {
  return Array.isArray(value) && value.length === hoursOfWeek && value.every((hour) =>
    Array.isArray(hour) && hour.every((ms) => typeof ms === "number"));
}

/** By link: the silences of each hour of the week, milliseconds. */
export const quietPatterns: Keyspace<string, Silences> = {
  name: "quiet-patterns", version: 1, replicated: true, encodeKey: textKey, decodeKey: readText,
  encode: (hours) => textKey(JSON.stringify({ hours })),
  decode: (bytes) => decodeObject(bytes, "the quiet pattern",
    ({ hours }) => isSilences(hours) ? hours : undefined),
};

export interface QuietWatchParts {
  readonly world: World;
  readonly store: Store;
  readonly alarms: Alarms;
  readonly links: () => readonly LinkStatus[];
  /** Of the unit: `Europe/Paris`. */
  readonly timeZone: () => string;
  /** `2026-12-25`, or `12-25` for every year. */
  readonly holidays: () => readonly string[];
}

interface Watched {
  readonly pattern: QuietPattern;
  said: number;
  /** Monotonic; undefined: nothing was heard since the start, so that a silence is not known. */
  heardAtMs: number | undefined;
  /** The hour being observed, and its longest silence. */
  hour: number;
  longestMs: number;
  alarmed: boolean;
}

export function createQuietWatch(parts: QuietWatchParts): Component {
  return new QuietWatch(parts);
}

class QuietWatch implements Component {
  readonly name = "quiet-watch";
  readonly #parts: QuietWatchParts;
  readonly #rounds: Rounds;
  readonly #watched = new Map<string, Watched>();
  #health: Health = { status: "ok" };

  constructor(parts: QuietWatchParts) {
    this.#parts = parts;
    this.#rounds = new Rounds(parts.world, "quiet-watch", everyMs, () => this.#look());
  }

  get health(): Health {
    return this.#health;
  }

  start(): Promise<Result<void>> {
    this.#rounds.start();
    return Promise.resolve(done);
  }

  stop(): Promise<void> {
    this.#rounds.stop();
    return Promise.resolve();
  }

  async #look(): Promise<void> {
    const { world, links, alarms } = this.#parts;
    const { hour, holiday } = this.#now();
    const here = new Set<string>();
    for (const status of links()) {
      here.add(status.id);
      const link = this.#watched.get(status.id) ?? await this.#begin(status, hour);
      const said = status.counters.events + status.counters.records;
      const nowMs = world.clock.monotonicMs();
      const up = status.state.name === "up" || status.state.name === "degraded";
      if (said !== link.said || !up) link.heardAtMs = up ? nowMs : undefined;
      link.said = said;
      if (link.hour !== hour) await this.#turn(status.id, link, hour);
      const silentMs = link.heardAtMs === undefined ? undefined : nowMs - link.heardAtMs;
      if (silentMs !== undefined && !holiday) {
        link.longestMs = Math.max(link.longestMs, silentMs);
      }
      const limitMs = holiday ? undefined : link.pattern.limitMs(hour);
      const quiet = silentMs !== undefined && limitMs !== undefined && silentMs > limitMs;
      if (quiet && !link.alarmed) {
        alarms.raise("link-quiet", status.id, quietText(silentMs, limitMs));
      }
      if (!quiet && link.alarmed) alarms.clear("link-quiet", status.id);
      link.alarmed = quiet;
    }
    for (const id of this.#watched.keys()) {
      if (here.has(id)) continue;
      this.#watched.delete(id);
      alarms.clear("link-quiet", id);
    }
  }

  async #begin({ id, counters }: LinkStatus, hour: number): Promise<Watched> {
    const known = await this.#parts.store.get(quietPatterns, id);
    const made: Watched = { pattern: new QuietPattern(known.ok ? known.value ?? [] : []),
      said: counters.events + counters.records, heardAtMs: undefined, hour, longestMs: 0,
      alarmed: false };
    this.#watched.set(id, made);
    return made;
  }

  /** An hour is over: what was longest in it is remembered, if the link was heard at all. */
  async #turn(id: string, link: Watched, hour: number): Promise<void> {
    if (link.longestMs > 0) {
      link.pattern.observe(link.hour, link.longestMs);
      const written = await this.#parts.store.append(
        [put(quietPatterns, id, link.pattern.silencesMs)]);
      this.#health = written.ok ? { status: "ok" }
        : { status: "degraded", reason: written.fault.message };
    }
    link.hour = hour;
    link.longestMs = 0;
  }

  #now(): { readonly hour: number; readonly holiday: boolean } {
    const { world, timeZone, holidays } = this.#parts;
    const { year, month, day, hour } = shownAt(world.clock.wall().getTime(), timeZone());
    const midnightMs = momentOf({ year, month, day, hour: 0, minute: 0, second: 0 }, "UTC", 0,
      undefined);
    // 1970-01-01 was a Thursday; weeks begin on Monday.
    const weekday = (Math.floor(midnightMs / dayMs) + 3) % 7;
    const date = [month, day].map((part) => String(part).padStart(2, "0")).join("-");
    return { hour: weekday * 24 + hour,
      holiday: holidays().some((each) => each === date || each === `${year}-${date}`) };
  }
}

function quietText(silentMs: number, limitMs: number): Text {
  const [silent, limit] = [silentMs, limitMs].map((ms) => Math.round(ms / 60_000));
  return { en: `for ${silent} min; up to ${limit} min is usual at this hour`,
    fr: `depuis ${silent} min ; jusqu'à ${limit} min est habituel à cette heure` };
}
