/** All terminals: one a line, each with a transcript that outlives it. */

import { createHash } from "node:crypto";
import type { Component, Health } from "../base/component.js";
import { done, fail, ok, type Result, type Text } from "../base/result.js";
import type { World } from "../base/world.js";
import { put, remove, type Mutation, type Store } from "../store/store.js";
import { Pruning } from "../switching/pruning.js";
import { Approvals, approvalMs } from "./approvals.js";
import type { LineOpener, LineSettings, LineWish, TerminalLine } from "./line.js";
import { minuteMs, Terminal, type PinWish, type TerminalListener } from "./terminal.js";
import { headerSpace, partSpace, type Ending, type Part, type TerminalHeader }
  from "./transcript.js";
import { TranscriptWriter } from "./transcript-writer.js";

export const openMax = 16;
/** The oldest transcripts go first, whatever their age. */
export const transcriptsMax = 1_000;
const pruneEveryMs = 3_600_000;
const partsPerCommit = 500;

export interface FoundLine {
  /** Two wishes for one line share it. */
  readonly key: string;
  readonly open: LineOpener;
  /** Whether a second person has to approve a terminal on it. */
  readonly approval: boolean;
}

export interface TerminalsParts {
  readonly world: World;
  readonly store: Store;
  /** The line of a wish. */
  readonly lineOf: (wish: LineWish) => Promise<Result<FoundLine>>;
  /** Beginnings and ends, for the audit log. */
  readonly audit: (note: TerminalNote) => void;
  readonly ageMsMax: () => number;
}

export interface TerminalNote {
  readonly action: "TerminalAsked" | "TerminalOpened" | "TerminalEnded";
  readonly header: TerminalHeader;
}

export interface TerminalWish {
  readonly line: LineWish;
  readonly minutes: number;
  readonly reason: string;
  readonly actor: string;
  /** "grpc 192.0.2.9". */
  readonly source: string;
  /** Who has offered the line to a program. */
  readonly offeredBy?: string;
  /** False for a program: silence ends it not, only the time. */
  readonly idles?: boolean;
}

/** What of a transcript is read: its parts, then whether they are as they were written. */
export type TranscriptItem =
  | { readonly parts: readonly Part[] }
  | { readonly intact: boolean };

export class Terminals implements Component {
  readonly name = "terminals";
  readonly #parts: TerminalsParts;
  readonly #open = new Map<number, Terminal>();
  readonly #lines = new Set<string>();
  readonly #approvals: Approvals;
  /** Those that are being asked for. */
  readonly #asked = new Set<Promise<unknown>>();
  readonly #pruning: Pruning;
  #lastId = 0;
  #health: Health = { status: "failed", reason: "not started" };

  constructor(parts: TerminalsParts) {
    this.#parts = parts;
    this.#approvals = new Approvals(parts.world);
    this.#pruning = new Pruning({ world: parts.world, name: "terminals", everyMs: pruneEveryMs,
      prune: () => this.prune() });
  }

  get health(): Health {
    return this.#health;
  }

  /** What was open when the gateway ended without a word is closed in the book. */
  async start(): Promise<Result<void>> {
    const { store } = this.#parts;
    for await (const [id, header] of store.range(headerSpace, {})) {
      this.#lastId = Math.max(this.#lastId, id);
      if (header.ending !== undefined) continue;
      const kept = await this.#interrupted(header);
      if (!kept.ok) return kept;
    }
    this.#pruning.start();
    this.#health = { status: "ok" };
    return done;
  }

  async stop(): Promise<void> {
    this.#pruning.stop();
    this.#approvals.endAll("stopping");
    await Promise.all(this.#asked);
    await Promise.all([...this.#open.values()].map((terminal) => terminal.end("stopping")));
    this.#health = { status: "failed", reason: "stopped" };
  }

  /**
   * Faults: `port-locked` where the line has a terminal already, `queue-full`,
   * `permission-denied` where a second person did not approve it, those of the line and of the
   * store. Nothing is opened without a transcript.
   */
  async open(wish: TerminalWish, listener: TerminalListener): Promise<Result<TerminalHeader>> {
    if (this.#health.status === "failed") {
      return fail("stopping", "The terminals are closed.");
    }
    if (this.#lines.size >= openMax) {
      return fail("queue-full", { en: `${openMax} terminals are open already.`,
        fr: `${openMax} terminaux sont déjà ouverts.` });
    }
    const found = await this.#parts.lineOf(wish.line);
    if (!found.ok) return found;
    const { key } = found.value;
    if (this.#lines.has(key)) {
      return fail("port-locked", { en: `Another terminal is open on ${key}.`,
        fr: `Un autre terminal est ouvert sur ${key}.` });
    }
    this.#lines.add(key);
    const asked = this.#ask(wish, found.value, listener);
    this.#asked.add(asked);
    const opened = await asked;
    this.#asked.delete(asked);
    if (!opened.ok) this.#lines.delete(key);
    return opened;
  }

  /** Faults: `permission-denied` for who has asked for it, `precondition` where it waits not. */
  approve(id: string, actor: string): Result<void> {
    return this.#approvals.grant(numberOf(id), actor);
  }

  /** Faults: `not-found`; `permission-denied` for who has not opened it. */
  async type(id: string, actor: string, bytes: Uint8Array, secret: boolean): Promise<Result<void>> {
    const terminal = this.#own(id, actor);
    return terminal.ok ? terminal.value.type(bytes, secret) : terminal;
  }

  async signal(id: string, actor: string, wish: PinWish): Promise<Result<void>> {
    const terminal = this.#own(id, actor);
    return terminal.ok ? terminal.value.signal(wish) : terminal;
  }

  /** Sets the line of a port of its own. */
  async change(id: string, actor: string, next: LineSettings): Promise<Result<void>> {
    const terminal = this.#own(id, actor);
    return terminal.ok ? terminal.value.change(next) : terminal;
  }

  settings(id: string): LineSettings | undefined {
    const terminal = this.#find(id);
    return terminal.ok ? terminal.value.settings : undefined;
  }

  async modemLines(id: string): ReturnType<TerminalLine["modemLines"]> {
    const terminal = this.#find(id);
    return terminal.ok ? terminal.value.modemLines() : undefined;
  }

  extend(id: string, actor: string, minutes: number): Result<number> {
    const terminal = this.#own(id, actor);
    return terminal.ok ? terminal.value.extend(minutes) : terminal;
  }

  /** One that waits for approval is refused by it. */
  async close(id: string, actor: string): Promise<Result<void>> {
    const header = await this.get(id);
    if (!header.ok) return header;
    const ending = header.value.actor === actor ? "closed" : "closed-by-other";
    if (this.#approvals.end(header.value.id, ending)) return done;
    const terminal = this.#find(id);
    if (!terminal.ok) return terminal;
    await terminal.value.end(ending);
    return done;
  }

  /** Newest first, with ids below `before`. */
  async list(openOnly: boolean, limit: number, before: number | undefined):
    Promise<readonly TerminalHeader[]> {
    const found: TerminalHeader[] = [];
    const range = { reverse: true, ...before !== undefined && { lt: before } };
    for await (const [id, header] of this.#parts.store.range(headerSpace, range)) {
      if (openOnly && header.ending !== undefined) continue;
      found.push(this.#open.get(id)?.header ?? header);
      if (found.length >= limit) break;
    }
    return found;
  }

  async get(id: string): Promise<Result<TerminalHeader>> {
    const number = numberOf(id);
    const stored = await this.#parts.store.get(headerSpace, number);
    if (!stored.ok) return stored;
    const header = this.#open.get(number)?.header ?? stored.value;
    return header === undefined ? unknown(id) : ok(header);
  }

  /** Parts in order. Whether they are intact is said of terminals that have ended properly. */
  async *read(header: TerminalHeader): AsyncGenerator<TranscriptItem> {
    const hash = createHash("sha256");
    for await (const part of this.#partsOf(header.id)) {
      hash.update(partSpace.encode(part));
      yield { parts: [part] };
    }
    if (header.sha256 !== undefined) yield { intact: hash.digest("hex") === header.sha256 };
  }

  /** Takes away what is too old or too much; gives how many transcripts went. */
  async prune(): Promise<Result<number>> {
    const { store, world, ageMsMax } = this.#parts;
    const sinceMs = world.clock.wall().getTime() - ageMsMax();
    const headers = await this.list(false, Number.MAX_SAFE_INTEGER, undefined);
    const going = headers.filter((header, index) => header.ending !== undefined
      && (index >= transcriptsMax || header.openedAtMs < sinceMs));
    for (const { id } of going) {
      const emptied = await this.#empty(id);
      if (!emptied.ok) return emptied;
      const removed = await store.commit([remove(headerSpace, id)]);
      if (!removed.ok) return removed;
    }
    return ok(going.length);
  }

  async #ask(
    wish: TerminalWish, { key, open, approval }: FoundLine, listener: TerminalListener,
  ): Promise<Result<TerminalHeader>> {
    this.#lastId += 1;
    const id = this.#lastId;
    if (!approval) return this.#begin(wish, { id }, key, open, listener);
    const asked = await this.#approved(wish, id, listener);
    if (!asked.ok) return asked;
    const opened = await this.#begin(wish, asked.value, key, open, listener);
    if (!opened.ok) await this.#closed({ ...asked.value, ending: "line-lost" });
    return opened;
  }

  /** Waits for a second person; gives the header with that person's name. */
  async #approved(
    wish: TerminalWish, id: number, listener: TerminalListener,
  ): Promise<Result<TerminalHeader>> {
    const { world, store, audit } = this.#parts;
    const nowMs = world.clock.wall().getTime();
    const asked: TerminalHeader = { ...headerOf(wish, { id }, undefined, nowMs),
      endsAtMs: nowMs + approvalMs, waiting: true };
    const kept = await store.commit([put(headerSpace, id, asked)]);
    if (!kept.ok) return kept;
    audit({ action: "TerminalAsked", header: asked });
    const decided = this.#approvals.ask(asked, wish.offeredBy);
    listener.waiting(asked);
    const decision = await decided;
    const header: TerminalHeader = { ...asked, ...decision, waiting: false };
    if ("approvedBy" in decision) return ok(header);
    await this.#closed(header);
    return fail("permission-denied", decision.ending === "not-approved"
      ? { en: "Nobody approved the terminal in time.",
        fr: "Personne n'a donné son accord au terminal à temps." }
      : { en: "The terminal was not approved.", fr: "Le terminal n'a pas été accordé." });
  }

  async #begin(
    wish: TerminalWish, given: Approved, key: string, open: LineOpener, listener: TerminalListener,
  ): Promise<Result<TerminalHeader>> {
    const { world, store, audit } = this.#parts;
    const { id } = given;
    const held: { terminal?: Terminal; early: Uint8Array[]; lost?: Text } = { early: [] };
    const line = await open({
      received: (bytes) => {
        if (held.terminal === undefined) held.early.push(Uint8Array.from(bytes));
        else held.terminal.received(bytes);
      },
      closed: (reason) => {
        held.lost = reason;
        if (held.terminal !== undefined) lost(held.terminal, reason);
      },
    });
    if (!line.ok) return line;
    const header = headerOf(wish, given, line.value, world.clock.wall().getTime());
    const kept = await store.commit([put(headerSpace, id, header)]);
    if (!kept.ok) {
      line.value.close();
      return kept;
    }
    const terminal = new Terminal({ world, header, listener, idles: wish.idles ?? true,
      writer: new TranscriptWriter(store, world, id),
      finished: (last) => this.#finished(last, key) });
    held.terminal = terminal;
    this.#open.set(id, terminal);
    audit({ action: "TerminalOpened", header });
    terminal.begin(line.value);
    for (const bytes of held.early) terminal.received(bytes);
    if (held.lost !== undefined) lost(terminal, held.lost);
    return ok(terminal.header);
  }

  async #finished(header: TerminalHeader, key: string): Promise<void> {
    await this.#keepLast(header);
    this.#open.delete(header.id);
    this.#lines.delete(key);
  }

  /** One that has not opened. */
  #closed(header: TerminalHeader): Promise<void> {
    return this.#keepLast({ ...header, endedAtMs: this.#parts.world.clock.wall().getTime() });
  }

  async #keepLast(header: TerminalHeader): Promise<void> {
    const { store, world, audit } = this.#parts;
    const kept = await store.commit([put(headerSpace, header.id, header)]);
    if (!kept.ok) {
      world.log.event("terminal.end-not-kept",
        { terminal: header.id, reason: kept.fault.message }, "error");
    }
    audit({ action: "TerminalEnded", header });
  }

  /** Its last part is the last that is known of it. */
  async #interrupted(header: TerminalHeader): Promise<Result<void>> {
    const { store, audit } = this.#parts;
    let endedAtMs = header.openedAtMs;
    for await (const { atMs } of this.#partsOf(header.id)) endedAtMs = atMs;
    const closed = { ...header, endedAtMs, waiting: false, ending: "interrupted" as Ending };
    const kept = await store.commit([put(headerSpace, header.id, closed)]);
    if (!kept.ok) return kept;
    audit({ action: "TerminalEnded", header: closed });
    return done;
  }

  async *#partsOf(terminal: number): AsyncGenerator<Part> {
    const range = { gte: { terminal, ordinal: 0 }, lt: { terminal: terminal + 1, ordinal: 0 } };
    for await (const [, part] of this.#parts.store.range(partSpace, range)) yield part;
  }

  async #empty(terminal: number): Promise<Result<void>> {
    const range = { gte: { terminal, ordinal: 0 }, lt: { terminal: terminal + 1, ordinal: 0 },
      limit: partsPerCommit };
    for (;;) {
      const batch: Mutation[] = [];
      for await (const [key] of this.#parts.store.range(partSpace, range)) {
        batch.push(remove(partSpace, key));
      }
      if (batch.length === 0) return done;
      const removed = await this.#parts.store.append(batch);
      if (!removed.ok) return removed;
    }
  }

  #find(id: string): Result<Terminal> {
    const terminal = this.#open.get(numberOf(id));
    return terminal === undefined ? unknown(id) : ok(terminal);
  }

  #own(id: string, actor: string): Result<Terminal> {
    const terminal = this.#find(id);
    if (!terminal.ok || terminal.value.header.actor === actor) return terminal;
    return fail("permission-denied", {
      en: `The terminal ${id} belongs to ${terminal.value.header.actor}.`,
      fr: `Le terminal ${id} est à ${terminal.value.header.actor}.` });
  }
}

function lost(terminal: Terminal, reason: Text): void {
  terminal.remark(reason);
  void terminal.end("line-lost");
}

type Approved = Pick<TerminalHeader, "id" | "approvedBy">;

/** Without a line it has not opened. */
function headerOf(
  { line: wish, minutes, reason, actor, source }: TerminalWish, { id, approvedBy }: Approved,
  line: TerminalLine | undefined, openedAtMs: number,
): TerminalHeader {
  return { id, ...approvedBy !== undefined && { approvedBy }, actor, source, reason, openedAtMs,
    endsAtMs: openedAtMs + minutes * minuteMs,
    link: wish.kind === "link" ? wish.link : "",
    port: wish.kind === "port" ? wish.settings.address : "",
    line: line?.description ?? "", hasPins: line?.pins !== undefined, typedBytes: 0,
    receivedBytes: 0, unkeptBytes: 0 };
}

function numberOf(id: string): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}

function unknown(id: string): ReturnType<typeof fail> {
  return fail("not-found", { en: `There is no terminal ${id} (ctictl terminal list).`,
    fr: `Il n'y a pas de terminal ${id} (ctictl terminal list).` });
}
