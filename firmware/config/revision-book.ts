/** The history of the configuration: every applied document, exactly as it was written. */

import * as z from "zod";
import { done, fail, messageOf, ok, type Result } from "../base/result.js";
import { put, remove, type Keyspace, type Store } from "../store/store.js";
import type { Revision } from "./configuration.js";

const storedSchema = z.object({
  number: z.int().min(1), text: z.string(), appliedAtMs: z.number(), actor: z.string(),
  comment: z.string(), outcome: z.string(), trialUntilMs: z.number().optional(),
});
export type StoredRevision = z.infer<typeof storedSchema>;

/** A revision without its text, as kept in memory. */
export type RevisionFacts = Omit<StoredRevision, "text">;

export const revisionSpace: Keyspace<number, StoredRevision> = {
  name: "configuration", version: 1, replicated: true,
  encodeKey(number) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
    return bytes;
  },
  decodeKey: (bytes) =>
    Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0)),
  encode: (revision) => new TextEncoder().encode(JSON.stringify(revision)),
  decode(bytes) {
    try {
      const parsed = storedSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
      return parsed.success ? ok(parsed.data)
        : fail("store-damaged", `a configuration revision is damaged: ${parsed.error.message}`);
    } catch (error) {
      return fail("store-damaged", `a configuration revision is damaged: ${messageOf(error)}`);
    }
  },
};

/** Revisions kept; the oldest goes when one more comes. */
export const revisionsMax = 500;
export const failedPrefix = "failed";

export type RevisionStore = Pick<Store, "get" | "range" | "commit">;

export class RevisionBook {
  readonly #store: RevisionStore;
  /** Oldest first. */
  #facts: RevisionFacts[] = [];

  constructor(store: RevisionStore) {
    this.#store = store;
  }

  async load(): Promise<void> {
    this.#facts = [];
    for await (const [, { text: _text, ...facts }] of this.#store.range(revisionSpace, {})) {
      this.#facts.push(facts);
    }
  }

  /** The newest revision that was really put into force. */
  get current(): RevisionFacts | undefined {
    return this.#facts.findLast(({ outcome }) => !outcome.startsWith(failedPrefix));
  }

  /** The newest confirmed revision older than `number`. */
  confirmedBefore(number: number): RevisionFacts | undefined {
    return this.#facts.findLast((facts) =>
      facts.number < number && facts.outcome === "confirmed");
  }

  find(number: number): RevisionFacts | undefined {
    return this.#facts.find((facts) => facts.number === number);
  }

  /** Newest first. */
  list(olderThan: number | undefined, limit: number): readonly RevisionFacts[] {
    return this.#facts.filter(({ number }) => olderThan === undefined || number < olderThan)
      .reverse().slice(0, limit);
  }

  /** Adds a revision with the next number. When it resolves the revision is durable. */
  async add(
    revision: Omit<StoredRevision, "number">, alsoMark?: RevisionFacts,
  ): Promise<Result<RevisionFacts>> {
    const number = (this.#facts.at(-1)?.number ?? 0) + 1;
    const stored = { ...revision, number };
    const { text: _text, ...facts } = stored;
    const batch = [put(revisionSpace, number, stored)];
    const marked = await this.#withText(alsoMark);
    if (!marked.ok) return marked;
    if (marked.value !== undefined) {
      batch.push(put(revisionSpace, marked.value.number, marked.value));
    }
    const oldest = this.#facts.length >= revisionsMax ? this.#facts[0] : undefined;
    if (oldest !== undefined) batch.push(remove(revisionSpace, oldest.number));
    const committed = await this.#store.commit(batch);
    if (!committed.ok) return committed;
    if (oldest !== undefined) this.#facts.shift();
    if (alsoMark !== undefined) this.#remember(alsoMark);
    this.#facts.push(facts);
    return ok(facts);
  }

  /** Changes what is known of a revision; its text stays. */
  async mark(facts: RevisionFacts): Promise<Result<void>> {
    const stored = await this.#withText(facts);
    if (!stored.ok) return stored;
    if (stored.value === undefined) return done;
    const committed = await this.#store.commit([put(revisionSpace, facts.number, stored.value)]);
    if (!committed.ok) return committed;
    this.#remember(facts);
    return done;
  }

  async text(number: number): Promise<Result<string>> {
    const stored = await this.#store.get(revisionSpace, number);
    if (!stored.ok) return stored;
    return stored.value === undefined ? fail("not-found", `there is no revision ${number}`)
      : ok(stored.value.text);
  }

  async #withText(facts: RevisionFacts | undefined): Promise<Result<StoredRevision | undefined>> {
    if (facts === undefined) return ok(undefined);
    const text = await this.text(facts.number);
    return text.ok ? ok({ ...facts, text: text.value }) : text;
  }

  #remember(facts: RevisionFacts): void {
    const index = this.#facts.findIndex(({ number }) => number === facts.number);
    if (index >= 0) this.#facts[index] = facts;
  }
}

export function viewOf(facts: RevisionFacts, current: number | undefined): Revision {
  return { number: facts.number, appliedAtMs: facts.appliedAtMs, actor: facts.actor,
    comment: facts.comment, outcome: facts.outcome, current: facts.number === current,
    trialUntilMs: facts.outcome === "" ? facts.trialUntilMs : undefined };
}
