/**
 * The ledger of bytes: what came in is written with the bytes themselves, what became of them is
 * gathered and written a moment later. Where a driver tells of every byte, the two must balance;
 * an alarm says by how much they do not.
 */

import type { Component, Health } from "../base/component.js";
import { done, ok, type Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { Accounted } from "../link/live-session.js";
import type { LinkId } from "../model/identifiers.js";
import { put, remove, type Keyspace, type Mutation, type Store } from "../store/store.js";
import type { Alarms } from "../supervisor/alarms.js";
import { Pruning } from "../switching/pruning.js";
import type { RawCount } from "../switching/raw-keeper.js";
import { delivered } from "./cursors.js";
import { dayOf } from "./days.js";
import { emptyDay, ledgerSpace, openBytes, otherReason, reasonsMax, type LedgerDay }
  from "./ledger-keyspace.js";

export interface LedgerParts {
  readonly store: Store;
  readonly world: World;
  readonly alarms: Pick<Alarms, "raise" | "clear">;
  /** Days are kept as long as this; read at each pruning. */
  readonly ageMsMax: () => number;
  /** New raw bytes of the link can be read. */
  readonly durable: (link: LinkId) => void;
}

export const gatherMs = 1_000;
export const checkMs = 60_000;
/** Days held in memory: today, yesterday, and what a wrong clock may add. */
export const daysHeldMax = 3;
const pruneEveryMs = 3_600_000;
const pruneMax = 200;
const dayMs = 86_400_000;

interface Account {
  /** Open when the last process died, by day: nobody has parsed them. */
  left: ReadonlyMap<string, number>;
  /** Oldest first. */
  readonly days: { readonly day: string; readonly row: LedgerDay; dirty: boolean }[];
  /** The fewest open bytes since the last check: so many have certainly been forgotten. */
  lowBytes: number;
  raised: boolean;
}

export class Ledger implements RawCount, Component {
  readonly name = "ledger";
  readonly #parts: LedgerParts;
  readonly #accounts = new Map<LinkId, Account>();
  readonly #loading = new Map<LinkId, Promise<void>>();
  /** Whether the link's driver tells of every byte; links that keep no bytes are absent. */
  #tells: ReadonlyMap<LinkId, boolean> = new Map();
  #gathering: Cancellable | undefined;
  #checking: Cancellable | undefined;
  #running = false;
  readonly #pruning: Pruning;
  #health: Health = { status: "failed", reason: "not started" };

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#pruning = new Pruning({ world: parts.world, name: "ledger", everyMs: pruneEveryMs,
      prune: () => this.prune() });
  }

  get health(): Health {
    return this.#health;
  }

  start(): Promise<Result<void>> {
    this.#health = { status: "ok" };
    this.#running = true;
    this.#pruning.start();
    this.#checkLater();
    return Promise.resolve(done);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#pruning.stop();
    this.#checking?.cancel();
    this.#gathering?.cancel();
    this.#gathering = undefined;
    await this.flush();
    this.#health = { status: "failed", reason: "stopped" };
  }

  configure(tells: ReadonlyMap<LinkId, boolean>): void {
    this.#tells = tells;
    for (const [link, account] of this.#accounts) if (!tells.has(link)) this.#settle(link, account);
  }

  /** Bytes stored since the link's first; known once `opened` has resolved. */
  total(link: LinkId): number {
    return this.#accounts.get(link)?.days.at(-1)?.row.through ?? 0;
  }

  opened(link: LinkId): Promise<void> {
    if (this.#accounts.has(link)) return Promise.resolve();
    const running = this.#loading.get(link);
    if (running !== undefined) return running;
    const loading = this.#load(link).finally(() => { this.#loading.delete(link); });
    this.#loading.set(link, loading);
    return loading;
  }

  /**
   * So many of the link's newest bytes were durable and not parsed when the last process died.
   * Whoever asks parses them now: they are open again. Asked anew, there are none.
   */
  async reopened(link: LinkId): Promise<number> {
    await this.opened(link);
    const account = this.#accounts.get(link);
    if (account === undefined) return 0;
    let total = 0;
    for (const held of account.days) {
      const bytes = Math.max(0, account.left.get(held.day) ?? 0);
      if (bytes === 0) continue;
      held.row.adriftBytes -= bytes;
      total += bytes;
      this.#changed(held);
    }
    account.left = new Map();
    return total;
  }

  kept(link: LinkId, bytes: number, atMs: number): readonly Mutation[] {
    const held = this.#day(link, dayOf(atMs));
    held.row.bytesIn += bytes;
    held.row.through += bytes;
    held.dirty = false;
    return [put(ledgerSpace, { link, day: held.day }, held.row)];
  }

  refused(link: LinkId, bytes: number, atMs: number): void {
    const held = this.#day(link, dayOf(atMs));
    held.row.bytesIn -= bytes;
    held.row.through -= bytes;
    this.#changed(held);
  }

  durable(link: LinkId): void {
    this.#parts.durable(link);
  }

  record(link: LinkId): void {
    const held = this.#current(link);
    if (held === undefined) return;
    held.row.records += 1;
    this.#changed(held);
  }

  garbage(link: LinkId, bytes: number, reason: string): void {
    this.#account(link, bytes, (row, share) => {
      const known = row.reasons[reason] !== undefined
        || Object.keys(row.reasons).length < reasonsMax;
      const name = known ? reason : otherReason;
      row.reasons[name] = (row.reasons[name] ?? 0) + share;
      row.garbageBytes += share;
    });
  }

  accounted(link: LinkId, bytes: number, as: Accounted): void {
    if (as === "not-stored") {
      const held = this.#current(link);
      if (held === undefined) return;
      held.row.bytesIn += bytes;
      this.#changed(held);
      return;
    }
    this.#account(link, bytes, (row, share) => {
      if (as === "record") row.recordBytes += share;
      else row.skippedBytes += share;
    });
  }

  /** From `fromDay` to `toDay`, both included, oldest first. */
  async days(
    link: LinkId, fromDay: string, toDay: string,
  ): Promise<readonly (LedgerDay & { readonly day: string })[]> {
    await this.flush();
    const found: (LedgerDay & { readonly day: string })[] = [];
    const range = { gte: { link, day: fromDay }, lte: { link, day: toDay } };
    for await (const [{ day }, row] of this.#parts.store.range(ledgerSpace, range)) {
      found.push({ day, ...row });
    }
    return found;
  }

  /** Writes what has been gathered. */
  async flush(): Promise<void> {
    const dirty = [...this.#accounts].flatMap(([link, { days }]) =>
      days.filter((held) => held.dirty).map((held) => ({ link, held })));
    if (dirty.length === 0) return;
    const batch = dirty.map(({ link, held }) =>
      put(ledgerSpace, { link, day: held.day }, held.row));
    for (const { held } of dirty) held.dirty = false;
    const written = await this.#parts.store.append(batch);
    this.#health = written.ok ? { status: "ok" }
      : { status: "degraded", reason: written.fault.message };
    if (!written.ok) for (const { held } of dirty) this.#changed(held);
  }

  /** Removes days older than the retention. Gives the count. */
  async prune(): Promise<Result<number>> {
    const { store, world, ageMsMax } = this.#parts;
    const before = dayOf(world.clock.wall().getTime() - ageMsMax());
    const days = await pruned(store, ledgerSpace, before, (batch) => store.append(batch));
    if (!days.ok) return days;
    const taken = await pruned(store, delivered, before, async (batch) => {
      const removed = await store.commit(batch);
      return removed.ok ? done : removed;
    });
    return taken.ok ? ok(days.value + taken.value) : taken;
  }

  async #load(link: LinkId): Promise<void> {
    const days: Account["days"] = [];
    const left = new Map<string, number>();
    const range = { gte: { link, day: "" }, lte: { link, day: "~" }, reverse: true,
      limit: daysHeldMax };
    for await (const [{ day }, row] of this.#parts.store.range(ledgerSpace, range)) {
      const held = { day, row: { ...row, reasons: { ...row.reasons } }, dirty: false };
      days.unshift(held);
      // Whoever was parsing them is gone.
      if (this.#tells.get(link) === true && openBytes(row) !== 0) {
        left.set(day, openBytes(row));
        held.row.adriftBytes += openBytes(row);
        this.#changed(held);
      }
    }
    this.#accounts.set(link, { left, days, lowBytes: 0, raised: false });
  }

  #account(link: LinkId, bytes: number, add: (row: LedgerDay, share: number) => void): void {
    const account = this.#accounts.get(link);
    if (account === undefined || !this.#tells.has(link)) return;
    let left = bytes;
    for (const held of account.days) {
      const share = Math.max(0, Math.min(left, openBytes(held.row)));
      if (share === 0) continue;
      add(held.row, share);
      left -= share;
      this.#changed(held);
    }
    const newest = account.days.at(-1);
    // More than there was, or what had been given up: the newest day is out of balance, or less so.
    if (left > 0 && newest !== undefined) {
      add(newest.row, left);
      newest.row.adriftBytes -= left;
      this.#changed(newest);
    }
    account.lowBytes = Math.min(account.lowBytes, openOf(account));
  }

  /** The day whose bytes are being parsed. */
  #current(link: LinkId): Account["days"][number] | undefined {
    const account = this.#accounts.get(link);
    return account?.days.find(({ row }) => openBytes(row) > 0) ?? account?.days.at(-1);
  }

  #day(link: LinkId, day: string): Account["days"][number] {
    const account: Account = this.#accounts.get(link)
      ?? { left: new Map(), days: [], lowBytes: 0, raised: false };
    this.#accounts.set(link, account);
    const newest = account.days.at(-1);
    // A clock set back goes on with the newest day.
    if (newest !== undefined && newest.day >= day) return newest;
    const made = { day, row: emptyDay(newest?.row.through ?? 0), dirty: false };
    account.days.push(made);
    if (account.days.length > daysHeldMax && account.days[0]?.dirty === false) account.days.shift();
    return made;
  }

  #changed(held: Account["days"][number]): void {
    held.dirty = true;
    if (this.#gathering !== undefined || !this.#running) return;
    this.#gathering = this.#parts.world.clock.after(gatherMs, "ledger.gather", () => {
      this.#gathering = undefined;
      void this.flush();
    });
  }

  #checkLater(): void {
    this.#checking = this.#parts.world.clock.after(checkMs, "ledger.check", () => {
      for (const [link, account] of this.#accounts) this.#check(link, account);
      this.#checkLater();
    });
  }

  #check(link: LinkId, account: Account): void {
    if (this.#tells.get(link) !== true) return;
    let forgotten = account.lowBytes;
    for (const held of account.days) {
      const share = Math.max(0, Math.min(forgotten, openBytes(held.row)));
      if (share === 0) continue;
      held.row.adriftBytes += share;
      forgotten -= share;
      this.#changed(held);
    }
    account.lowBytes = openOf(account);
    const sinceDay = dayOf(this.#parts.world.clock.wall().getTime() - dayMs);
    const wrong = account.days.filter(({ day, row }) => day >= sinceDay && row.adriftBytes !== 0);
    if (wrong.length === 0) {
      this.#settle(link, account);
      return;
    }
    account.raised = true;
    // Month and day, and a point between thousands: longer runs of digits are masked as numbers.
    const list = (of: string, bytes: string, point: string): string => wrong.map(({ day, row }) =>
      `${day.slice(5)}: ${grouped(row.adriftBytes, point)} ${of} ${grouped(row.bytesIn, point)} `
      + bytes).join("; ");
    this.#parts.alarms.raise("ledger-unbalanced", link,
      { en: list("of", "bytes", ","), fr: list("sur", "octets", "\u202f") });
  }

  #settle(link: LinkId, account: Account): void {
    if (!account.raised) return;
    account.raised = false;
    this.#parts.alarms.clear("ledger-unbalanced", link);
  }
}

function openOf({ days }: Account): number {
  return days.reduce((sum, { row }) => sum + openBytes(row), 0);
}

/** Removes rows of days before `before`, so many at a time. Gives the count. */
async function pruned<K extends { readonly day: string }, V>(
  store: Store, space: Keyspace<K, V>, before: string,
  write: (batch: readonly Mutation[]) => Promise<Result<void>>,
): Promise<Result<number>> {
  const batch: Mutation[] = [];
  for await (const [key] of store.range(space, {})) {
    if (key.day < before) batch.push(remove(space, key));
    if (batch.length >= pruneMax) break;
  }
  if (batch.length === 0) return ok(0);
  const removed = await write(batch);
  return removed.ok ? ok(batch.length) : removed;
}

function grouped(count: number, point: string): string {
  return String(count).replace(/(?<=\d)(?=(\d{3})+$)/g, point);
}
