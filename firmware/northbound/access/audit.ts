/**
 * The audit log: who changed or read what. Entries are chained by hash and written one after the
 * other, several in one commit when many wait. Writing never throws and never waits for a slow
 * disk longer than its queue is long; what had to be dropped is an entry itself.
 */

import * as z from "zod";
import type { Component, Health } from "../../base/component.js";
import { done, fail, messageOf, ok } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import type { Cancellable, World } from "../../base/world.js";
import { put, remove } from "../../store/store.js";
import type { Keyspace, Store } from "../../store/store.js";
import { canonical, chainHash, entryLine, genesisHash, headerLine } from "./audit-chain.js";
import type { AuditDraft, AuditEntry } from "./audit-chain.js";
import { jsonSpace } from "./json-space.js";
import { readEntry } from "./verify-audit.js";

/** Entries that wait for the store; more are dropped and counted. */
export const auditQueueMax = 10_000;
const entriesPerCommitMax = 100;
const retryMs = 5_000;
/** One more than a page may hold, so that a caller sees whether there is a next page. */
export const listedMax = 1_001;
export const detailsCharactersMax = 4_000;
const textCharactersMax = 500;
const pruneMs = 3_600_000;
const prunedPerCommit = 500;
const dayMs = 86_400_000;
/** Every so many entries the head goes to the log as well, which usually leaves the unit. */
const checkpointEntries = 1_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const entrySpace: Keyspace<number, AuditEntry> = {
  name: "audit", version: 1, replicated: true,
  encodeKey: (number) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
    return bytes;
  },
  decodeKey: (bytes) =>
    Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0)),
  encode: (entry) => encoder.encode(entryLine(entry)),
  decode: (bytes) => {
    const entry = readEntry(decoder.decode(bytes));
    return entry === undefined ? fail("store-damaged", "An audit entry is damaged.") : ok(entry);
  },
};

const markShape = z.object({ number: z.int(), hash: z.string() });
type Mark = z.infer<typeof markShape>;

/** `anchor`: the last entry that retention took away. `head`: the newest entry. */
const markSpace = jsonSpace("audit-marks", 1, markShape);

/** Finds an actor's entries: the actor, a separator that no actor contains, the number. */
const actorSpace = jsonSpace("audit-actors", 1, z.literal(true));

function actorKey(actor: string, number: number): string {
  return `${actor.replaceAll("\0", "")}\0${String(number).padStart(16, "0")}`;
}

/** What a server knows of a call; number, time and hash are added here. */
export interface AuditNote {
  readonly actor: string;
  /** "grpc 192.0.2.9", "web 192.0.2.9", "gateway". */
  readonly source: string;
  /** The method's name: "ApplyConfiguration". */
  readonly action: string;
  readonly subject: string;
  /** "ok" or the fault's code. */
  readonly outcome: string;
  /** Without secrets: see `auditDetails`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface AuditView {
  readonly number: bigint;
  readonly atMs: number;
  readonly actor: string;
  readonly source: string;
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  /** Canonical JSON. */
  readonly detailsJson: string;
  /** Hexadecimal SHA-256, chained. */
  readonly hash: string;
}

export interface Audit extends Component {
  /**
   * Resolves when the entry is on disk. Never rejects. After a fault of the store the entry still
   * waits and is written later; after `queue-full` it is lost, and counted in the log itself.
   */
  record(note: AuditNote): Promise<Result<void>>;
  /** Newest first, only `actor`'s if given, with numbers below `before`; 1,001 at most. */
  list(actor: string | undefined, limit: number, before: bigint | undefined):
    Promise<Result<readonly AuditView[]>>;
  /** JSON texts without line feed: a header, then the entries from `fromNumber` (0: the first). */
  export(fromNumber: bigint): AsyncIterable<Result<string>>;
  configure(retentionDays: number): void;
  /** Takes away what is older than the retention; returns how many entries went. */
  prune(): Promise<Result<number>>;
}

export interface AuditParts {
  readonly store: Store;
  readonly world: World;
  readonly retentionDays: number;
}

export function createAudit(parts: AuditParts): Audit {
  return new AuditLog(parts);
}

interface Pending {
  readonly draft: AuditDraft;
  readonly settle: (result: Result<void>) => void;
}

class AuditLog implements Audit {
  readonly name = "audit";
  readonly #store: Store;
  readonly #world: World;
  #retentionDays: number;
  #head: Mark = { number: 0, hash: genesisHash };
  #anchor: Mark = { number: 0, hash: genesisHash };
  #queue: Pending[] = [];
  #dropped = 0;
  #draining = false;
  #drained: Promise<void> = Promise.resolve();
  #retry: Cancellable | undefined;
  #pruning: Cancellable | undefined;
  #started = false;
  #stopped = false;
  #health: Health = { status: "failed", reason: "not started" };

  constructor({ store, world, retentionDays }: AuditParts) {
    this.#store = store;
    this.#world = world;
    this.#retentionDays = retentionDays;
  }

  get health(): Health {
    return this.#health;
  }

  async start(): Promise<Result<void>> {
    const head = await this.#store.get(markSpace, "head");
    if (!head.ok) return head;
    const anchor = await this.#store.get(markSpace, "anchor");
    if (!anchor.ok) return anchor;
    this.#head = head.value ?? this.#head;
    this.#anchor = anchor.value ?? this.#anchor;
    this.#started = true;
    this.#stopped = false;
    this.#health = { status: "ok" };
    this.#schedulePrune();
    this.#pump();
    return done;
  }

  /** Writes what waits; what the store refuses now is lost. */
  async stop(): Promise<void> {
    this.#pruning?.cancel();
    this.#cancelRetry();
    this.#pump();
    await this.#drained;
    this.#cancelRetry();
    this.#started = false;
    this.#stopped = true;
    for (const one of this.#queue.splice(0)) one.settle(fail("stopping", "The log is closed."));
    this.#health = { status: "failed", reason: "stopped" };
  }

  configure(retentionDays: number): void {
    this.#retentionDays = retentionDays;
  }

  record(note: AuditNote): Promise<Result<void>> {
    if (this.#stopped) return Promise.resolve(fail("stopping", "The audit log is closed."));
    if (this.#queue.length >= auditQueueMax) {
      this.#dropped += 1;
      return Promise.resolve(fail("queue-full", "The audit log cannot be written fast enough."));
    }
    return new Promise((settle) => {
      this.#queue.push({ draft: this.#draft(note), settle });
      if (this.#retry === undefined) this.#pump();
    });
  }

  async list(actor: string | undefined, limit: number, before: bigint | undefined):
    Promise<Result<readonly AuditView[]>> {
    const range = { reverse: true, limit: Math.min(Math.max(1, limit), listedMax) };
    const below = before === undefined ? Number.MAX_SAFE_INTEGER : Number(before);
    const found: AuditView[] = [];
    if (actor === undefined || actor === "") {
      for await (const [, entry] of this.#store.range(entrySpace, { ...range, lt: below })) {
        found.push(auditView(entry));
      }
      return ok(found);
    }
    for await (const [key] of this.#store.range(actorSpace,
      { ...range, gte: actorKey(actor, 0), lt: actorKey(actor, below) })) {
      const entry = await this.#store.get(entrySpace, Number(key.slice(key.indexOf("\0") + 1)));
      if (!entry.ok) return entry;
      if (entry.value !== undefined) found.push(auditView(entry.value));
    }
    return ok(found);
  }

  async *export(fromNumber: bigint): AsyncIterable<Result<string>> {
    const head = this.#head;
    const first = Math.max(Number(fromNumber), this.#anchor.number + 1);
    let before = this.#anchor;
    if (first > before.number + 1) {
      const previous = await this.#store.get(entrySpace, first - 1);
      if (!previous.ok) {
        yield previous;
        return;
      }
      if (previous.value === undefined) {
        yield fail("not-found", `The audit log ends with entry ${head.number}.`);
        return;
      }
      before = { number: first - 1, hash: previous.value.hash };
    }
    yield ok(headerLine({ anchor: before.hash, after: before.number, head }));
    for await (const [, entry] of this.#store.range(entrySpace,
      { gte: first, lte: head.number })) yield ok(entryLine(entry));
  }

  async prune(): Promise<Result<number>> {
    const cutoff = new Date(
      this.#world.clock.wall().getTime() - this.#retentionDays * dayMs).toISOString();
    let pruned = 0;
    for (;;) {
      const old: AuditEntry[] = [];
      for await (const [, entry] of this.#store.range(entrySpace, { limit: prunedPerCommit })) {
        // Entries rise in number; after a clock set back they may not rise in time.
        if (entry.at >= cutoff || entry.number >= this.#head.number) break;
        old.push(entry);
      }
      const last = old.at(-1);
      if (last === undefined) break;
      const anchor = { number: last.number, hash: last.hash };
      const written = await this.#store.commit([put(markSpace, "anchor", anchor),
        ...old.flatMap((entry) => [remove(entrySpace, entry.number),
          remove(actorSpace, actorKey(entry.actor, entry.number))])]);
      if (!written.ok) return written;
      this.#anchor = anchor;
      pruned += old.length;
    }
    if (pruned > 0) this.#world.log.event("audit.pruned", { entries: pruned });
    return ok(pruned);
  }

  #draft(note: AuditNote): AuditDraft {
    const cut = (text: string): string => (text.length > textCharactersMax
      ? `${text.slice(0, textCharactersMax)}…` : text).toWellFormed();
    return { at: this.#world.clock.wall().toISOString(), actor: cut(note.actor),
      source: cut(note.source), action: cut(note.action), subject: cut(note.subject),
      outcome: cut(note.outcome), details: plainDetails(note.details ?? {}) };
  }

  #cancelRetry(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  #pump(): void {
    if (!this.#started || this.#draining) return;
    this.#draining = true;
    this.#drained = this.#drain();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const dropped = this.#dropped;
      const batch = this.#queue.slice(0, entriesPerCommitMax);
      const written = await this.#commit([
        ...(dropped === 0 ? [] : [this.#lost(dropped)]), ...batch.map((one) => one.draft)]);
      if (!written.ok) {
        this.#refused(written);
        break;
      }
      this.#dropped -= dropped;
      this.#queue.splice(0, batch.length);
      this.#health = { status: "ok" };
      for (const one of batch) one.settle(done);
    }
    // In the same step as the last look at the queue: who comes next must start anew.
    this.#draining = false;
  }

  #refused(refused: { readonly ok: false } & Result<never>): void {
    this.#health = { status: "degraded",
      reason: `${this.#queue.length} entries wait: ${refused.fault.message}` };
    this.#world.log.event("audit.unsaved",
      { waiting: this.#queue.length, fault: refused.fault.message }, "error");
    // The callers learn it now; the entries go on waiting.
    this.#queue = this.#queue.map((one) => {
      one.settle(refused);
      return { draft: one.draft, settle: () => undefined };
    });
    this.#retry = this.#world.clock.after(retryMs, "audit.retry", () => {
      this.#retry = undefined;
      this.#pump();
    });
  }

  #lost(entries: number): AuditDraft {
    return this.#draft({ actor: "gateway", source: "gateway", action: "audit.lost",
      subject: "audit log", outcome: "queue-full", details: { entries } });
  }

  async #commit(drafts: readonly AuditDraft[]): Promise<Result<void>> {
    let { number, hash } = this.#head;
    const before = number;
    const entries = drafts.map((draft) => {
      number += 1;
      hash = chainHash(hash, number, draft);
      return { ...draft, number, hash };
    });
    const head = { number, hash };
    const written = await this.#store.commit([
      ...entries.flatMap((entry) => [put(entrySpace, entry.number, entry),
        put(actorSpace, actorKey(entry.actor, entry.number), true)]),
      put(markSpace, "head", head)]);
    if (!written.ok) return written;
    this.#head = head;
    if (Math.floor(number / checkpointEntries) > Math.floor(before / checkpointEntries)) {
      this.#world.log.event("audit.checkpoint", { number, hash });
    }
    return done;
  }

  #schedulePrune(): void {
    this.#pruning = this.#world.clock.after(pruneMs, "audit.prune", () => {
      this.#schedulePrune();
      void this.prune().then((pruned) => {
        if (!pruned.ok) this.#world.log.event("audit.unpruned", { fault: pruned.fault.message });
      });
    });
  }
}

function auditView(entry: AuditEntry): AuditView {
  const { number, at, details, actor, source, action, subject, outcome, hash } = entry;
  return { number: BigInt(number), atMs: Date.parse(at), actor, source, action, subject, outcome,
    detailsJson: canonical(details), hash };
}

/** Details as pure JSON, of bounded length. */
function plainDetails(details: Readonly<Record<string, unknown>>): AuditDraft["details"] {
  try {
    const text = JSON.stringify(details, (key, value: unknown) =>
      key === "__proto__" ? undefined
        : typeof value === "bigint" ? value.toString()
          : typeof value === "string" ? value.toWellFormed() : value);
    if (text.length > detailsCharactersMax) return { characters: text.length };
    return JSON.parse(text) as AuditDraft["details"];
  } catch (error) {
    return { unreadable: messageOf(error) };
  }
}
