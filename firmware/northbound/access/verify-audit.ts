/** The offline verifier: finds every entry of an exported audit log that is not as it was. */

import * as z from "zod";
import { chainHash, entryLine, genesisHash, headerLine } from "./audit-chain.js";
import type { AuditEntry, ExportHeader, Json } from "./audit-chain.js";

/** More are counted, not listed. */
export const problemsMax = 100;

export type AuditProblemKind = "unreadable" | "changed" | "missing" | "order" | "cut";

export interface AuditProblem {
  /** From 1. */
  readonly line: number;
  readonly kind: AuditProblemKind;
  readonly message: string;
}

export interface Verdict {
  readonly good: boolean;
  readonly entries: number;
  readonly firstNumber: number | undefined;
  readonly lastNumber: number | undefined;
  /** To compare with a note made earlier: who can rewrite the whole chain cannot keep it. */
  readonly headHash: string;
  readonly problemCount: number;
  readonly problems: readonly AuditProblem[];
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const number = z.int().min(0);
const json: z.ZodType<Json> = z.lazy(() => z.union([z.null(), z.boolean(), z.number(), z.string(),
  z.array(json), z.record(z.string(), json)]));
const entryShape = z.strictObject({ number, at: z.iso.datetime({ precision: 3 }),
  actor: z.string(), source: z.string(), action: z.string(), subject: z.string(),
  outcome: z.string(), details: z.record(z.string(), json), hash });
const headerShape = z.strictObject({ anchor: hash, after: number,
  head: z.strictObject({ number, hash }) });

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The line's entry, if the line is exactly what the exporter writes for it. */
export function readEntry(line: string): AuditEntry | undefined {
  const entry = entryShape.safeParse(parse(line));
  return entry.success && entryLine(entry.data) === line ? entry.data : undefined;
}

function readHeader(line: string): ExportHeader | undefined {
  const header = headerShape.safeParse(parse(line));
  return header.success && headerLine(header.data) === line ? header.data : undefined;
}

/** Takes the lines of an export one by one, so that a log of any length can be verified. */
export class AuditVerifier {
  readonly #problems: AuditProblem[] = [];
  #problemCount = 0;
  #line = 0;
  #entries = 0;
  #header: ExportHeader | undefined;
  #first: number | undefined;
  #last = 0;
  #hash = genesisHash;

  /** One line, without its line feed. */
  push(line: string): void {
    this.#line += 1;
    if (this.#line === 1) {
      this.#header = readHeader(line);
      if (this.#header !== undefined) {
        this.#last = this.#header.after;
        this.#hash = this.#header.anchor;
        return;
      }
    }
    const entry = readEntry(line);
    if (entry === undefined) {
      this.#found("unreadable", "This line is no entry as the gateway writes it.");
      return;
    }
    this.#entries += 1;
    this.#first ??= entry.number;
    if (entry.number > this.#last + 1) {
      this.#found("missing", entry.number === this.#last + 2
        ? `Entry ${this.#last + 1} is missing.`
        : `Entries ${this.#last + 1} to ${entry.number - 1} are missing.`);
    } else if (entry.number <= this.#last) {
      this.#found("order", `Entry ${entry.number} stands after entry ${this.#last}.`);
    } else if (chainHash(this.#hash, entry.number, entry) !== entry.hash) {
      this.#found("changed", `Entry ${entry.number}, or the one before it, was changed.`);
    }
    this.#last = entry.number;
    this.#hash = entry.hash;
  }

  end(): Verdict {
    const head = this.#header?.head;
    if (head !== undefined && (head.number !== this.#last || head.hash !== this.#hash)) {
      this.#found("cut", `The export must end with entry ${head.number} and the hash `
        + `${head.hash}; it ends with entry ${this.#last}.`);
    }
    return { good: this.#problemCount === 0, entries: this.#entries, firstNumber: this.#first,
      lastNumber: this.#entries === 0 ? undefined : this.#last, headHash: this.#hash,
      problemCount: this.#problemCount, problems: this.#problems };
  }

  #found(kind: AuditProblemKind, message: string): void {
    this.#problemCount += 1;
    if (this.#problems.length < problemsMax) {
      this.#problems.push({ line: this.#line, kind, message });
    }
  }
}

/** Verifies a whole export. */
export function verifyAudit(text: string): Verdict {
  const verifier = new AuditVerifier();
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) verifier.push(line);
  return verifier.end();
}
