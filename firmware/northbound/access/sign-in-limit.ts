/**
 * How often passwords may be tried: per account, and per source address. An attempt is counted
 * before it is evaluated and forgiven when it was right, so that a thousand guesses at the same
 * moment are no better than a thousand in a row.
 */

import { createHmac } from "node:crypto";
import { isIPv6 } from "node:net";
import * as z from "zod";
import { fail } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import type { World } from "../../base/world.js";
import { put, remove } from "../../store/store.js";
import type { Mutation, Store } from "../../store/store.js";
import { jsonSpace } from "./json-space.js";

export const freeFailures = 3;
export const lockFailures = 10;
export const lockMs = 30 * 60_000;
/** An account that nobody tried for a day starts afresh. */
export const forgetMs = 24 * 3_600_000;
export const sourceAttemptsMax = 10;
export const sourceWindowMs = 60_000;
/** Names that are no user: counted alike, so that answers do not tell them apart. */
export const strangerAccountsMax = 1_000;
export const sourcesMax = 4_096;

const counterShape = z.object({ failures: z.int(), lastAtMs: z.number() });
type Counter = z.infer<typeof counterShape>;

/** Keyed by an HMAC of the name: people type their password into the field for the name. */
const counterSpace = jsonSpace("sign-in-counters", 1, counterShape);

interface Bucket {
  level: number;
  atMs: number;
}

/** The network that counts as one source: an IPv4 address, or an IPv6 /64. */
export function sourceNetwork(source: string): string {
  const address = (source.trim().split(/\s+/).at(-1) ?? "").replace(/^\[|\]$/g, "")
    .replace(/%.*$/, "").toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const after = tail === "" ? [] : tail.split(":");
    while (groups.length + after.length < 8) groups.push("0");
    groups.push(...after);
  }
  return `${groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}

/** How long after its last failure an account must wait for its next attempt. */
export function delayMs(failures: number): number {
  if (failures >= lockFailures) return lockMs;
  return failures <= freeFailures ? 0 : 1_000 * 2 ** (failures - freeFailures - 1);
}

/** "8 s", "30 min". */
export function inWords(ms: number): string {
  return ms > 90_000 ? `${Math.ceil(ms / 60_000)} min` : `${Math.max(1, Math.ceil(ms / 1_000))} s`;
}

export interface Attempt {
  readonly locked: boolean;
  readonly failures: number;
  /** The password was right: what was counted for this attempt is taken back. */
  succeeded(): Promise<void>;
  /** It was not evaluated after all, and counts for nothing. */
  takenBack(): Promise<void>;
}

export class SignInLimit {
  readonly #store: Store;
  readonly #world: World;
  readonly #pepper: Uint8Array;
  readonly #isUser: (name: string) => boolean;
  readonly #users = new Map<string, Counter>();
  readonly #strangers = new Map<string, Counter>();
  readonly #sources = new Map<string, Bucket>();

  constructor(
    store: Store, world: World, pepper: Uint8Array, isUser: (name: string) => boolean,
  ) {
    this.#store = store;
    this.#world = world;
    this.#pepper = pepper;
    this.#isUser = isUser;
  }

  get strangerCount(): number {
    return this.#strangers.size;
  }

  get sourceCount(): number {
    return this.#sources.size;
  }

  /** Reads the counters that stood before a restart. `names` are the users that exist. */
  async load(names: Iterable<string>): Promise<void> {
    const known = new Set([...names].map((name) => this.#key(name)));
    for await (const [key, counter] of this.#store.range(counterSpace, {})) {
      const table = known.has(key) ? this.#users : this.#strangers;
      if (this.#strangers.size < strangerAccountsMax) table.set(key, counter);
    }
  }

  /** Counts an attempt, or refuses it unevaluated with `too-many-attempts`. */
  async begin(name: string, source: string): Promise<Result<Attempt>> {
    const nowMs = this.#world.clock.wall().getTime();
    const key = this.#key(name);
    const table = this.#isUser(name) ? this.#users : this.#strangers;
    const counter = table.get(key);
    const failures = counter === undefined || nowMs - counter.lastAtMs > forgetMs
      ? 0 : counter.failures;
    const waitMs = counter === undefined || failures === 0 ? 0
      : Math.min(counter.lastAtMs, nowMs) + delayMs(failures) - nowMs;
    if (waitMs > 0) {
      return fail("too-many-attempts", failures >= lockFailures
        ? `Too many failed sign-ins: this account is locked for ${inWords(waitMs)}.`
        : `Too many failed sign-ins: wait ${inWords(waitMs)}.`);
    }
    const bucket = this.#bucket(source);
    if (bucket.level < 1) {
      const msPerAttempt = sourceWindowMs / sourceAttemptsMax;
      return fail("too-many-attempts", "Too many sign-ins from this address: wait "
        + `${inWords((1 - bucket.level) * msPerAttempt)}.`);
    }
    bucket.level -= 1;
    const counted = { failures: failures + 1, lastAtMs: nowMs };
    const evicted = this.#keep(table, key, counted);
    await this.#write([...evicted, put(counterSpace, key, counted)]);
    return { ok: true, value: {
      locked: counted.failures >= lockFailures,
      failures: counted.failures,
      succeeded: async () => {
        bucket.level = Math.min(sourceAttemptsMax, bucket.level + 1);
        await this.reset(name);
      },
      takenBack: async () => {
        bucket.level = Math.min(sourceAttemptsMax, bucket.level + 1);
        await this.#uncount(table, key, counter?.lastAtMs ?? nowMs);
      },
    } };
  }

  /** Forgets an account's failures: it signed in, or an administrator set its password. */
  async reset(name: string): Promise<void> {
    const key = this.#key(name);
    const had = this.#users.delete(key) || this.#strangers.delete(key);
    if (had) await this.#write([remove(counterSpace, key)]);
  }

  /** A user of this name now exists, or no longer does. */
  moved(name: string): void {
    const key = this.#key(name);
    const [from, to] = this.#isUser(name)
      ? [this.#strangers, this.#users] : [this.#users, this.#strangers];
    const counter = from.get(key);
    if (counter === undefined) return;
    from.delete(key);
    to.set(key, counter);
  }

  /** Drops what no longer limits anybody. */
  async sweep(): Promise<void> {
    const nowMs = this.#world.clock.wall().getTime();
    const gone: Mutation[] = [];
    for (const table of [this.#users, this.#strangers]) {
      for (const [key, counter] of table) {
        if (nowMs - counter.lastAtMs <= forgetMs) continue;
        table.delete(key);
        gone.push(remove(counterSpace, key));
      }
    }
    for (const [source, bucket] of this.#sources) {
      if (this.#levelNow(bucket) >= sourceAttemptsMax) this.#sources.delete(source);
    }
    if (gone.length > 0) await this.#write(gone);
  }

  #key(name: string): string {
    return createHmac("sha256", this.#pepper).update(`sign-in ${name}`).digest("hex").slice(0, 32);
  }

  #levelNow(bucket: Bucket): number {
    const passedMs = this.#world.clock.monotonicMs() - bucket.atMs;
    return Math.min(sourceAttemptsMax,
      bucket.level + passedMs * sourceAttemptsMax / sourceWindowMs);
  }

  #bucket(source: string): Bucket {
    const network = sourceNetwork(source);
    const found = this.#sources.get(network);
    const bucket = found ?? { level: sourceAttemptsMax, atMs: 0 };
    if (found !== undefined) bucket.level = this.#levelNow(bucket);
    bucket.atMs = this.#world.clock.monotonicMs();
    this.#sources.delete(network);
    this.#sources.set(network, bucket);
    const oldest = this.#sources.keys().next().value;
    if (this.#sources.size > sourcesMax && oldest !== undefined) this.#sources.delete(oldest);
    return bucket;
  }

  #keep(table: Map<string, Counter>, key: string, counter: Counter): readonly Mutation[] {
    table.delete(key);
    table.set(key, counter);
    if (table !== this.#strangers || table.size <= strangerAccountsMax) return [];
    const oldest = table.keys().next().value;
    if (oldest === undefined) return [];
    table.delete(oldest);
    return [remove(counterSpace, oldest)];
  }

  async #uncount(table: Map<string, Counter>, key: string, lastAtMs: number): Promise<void> {
    const counted = table.get(key);
    if (counted === undefined) return;
    if (counted.failures <= 1) {
      table.delete(key);
      await this.#write([remove(counterSpace, key)]);
      return;
    }
    const less = { failures: counted.failures - 1, lastAtMs };
    table.set(key, less);
    await this.#write([put(counterSpace, key, less)]);
  }

  /** A full disk must not keep people out: the counters in memory hold until it has room. */
  async #write(batch: readonly Mutation[]): Promise<void> {
    const written = await this.#store.commit(batch);
    if (!written.ok) {
      this.#world.log.event("access.counter.unsaved", { fault: written.fault.message }, "warn");
    }
  }
}

