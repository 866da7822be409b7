/**
 * Verifies an exported audit log without the gateway, and without its code: an implementation of
 * its own of the format. Each line is one entry; its hash is SHA-256 of the previous entry's hash
 * in hexadecimal, a line feed, and the entry as canonical JSON without the hash. An export begins
 * with a line that names the hash before its first entry and the newest entry.
 */

import { createHash } from "node:crypto";

export interface AuditVerdict {
  readonly entries: number;
  readonly first: number | undefined;
  readonly last: number | undefined;
  /** Hash of the last entry. */
  readonly head: string;
  /** The first `problemsMax`. */
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

export const auditProblemsMax = 100;
const genesis = "0".repeat(64);
const entryKeys = ["number", "at", "actor", "source", "action", "subject", "outcome", "details"];

type Fields = Readonly<Record<string, unknown>>;

/** JSON without white space, the keys of every object sorted. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const texts = members.map(([key, member]) => `${JSON.stringify(key)}:${sorted(member)}`);
  return `{${texts.join(",")}}`;
}

function canonical(entry: Fields): string {
  return `{${entryKeys.map((key) => `${JSON.stringify(key)}:${sorted(entry[key])}`).join(",")}}`;
}

function fieldsOf(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

export function verifyAuditLines(lines: Iterable<string>): AuditVerdict {
  const problems: { line: number; message: string }[] = [];
  let previous = genesis;
  let last = 0;
  let first: number | undefined;
  let entries = 0;
  let lineNumber = 0;
  let head: Fields | undefined;
  const found = (message: string): void => {
    if (problems.length < auditProblemsMax) problems.push({ line: lineNumber, message });
  };
  for (const line of lines) {
    lineNumber += 1;
    if (line === "") continue;
    const fields = fieldsOf(line);
    const { anchor, after } = fields ?? {};
    if (lineNumber === 1 && typeof anchor === "string" && typeof after === "number") {
      previous = anchor;
      last = after;
      head = fieldsOf(JSON.stringify(fields?.["head"]));
      continue;
    }
    const { number, hash } = fields ?? {};
    if (fields === undefined || typeof number !== "number" || typeof hash !== "string"
      || `${canonical(fields).slice(0, -1)},"hash":"${hash}"}` !== line) {
      found("this line is no entry as the gateway writes it");
      continue;
    }
    entries += 1;
    first ??= number;
    if (number !== last + 1) {
      found(number > last ? `entries ${last + 1} to ${number - 1} are missing`
        : `entry ${number} stands after entry ${last}`);
    } else if (digest(previous, canonical(fields)) !== hash) {
      found(`entry ${number}, or the one before it, was changed`);
    }
    last = number;
    previous = hash;
  }
  if (head !== undefined && (head["number"] !== last || head["hash"] !== previous)) {
    found(`the export was cut: it must end with entry ${String(head["number"])}`);
  }
  return { entries, first, last: entries === 0 ? undefined : last, head: previous, problems };
}

function digest(previous: string, text: string): string {
  return createHash("sha256").update(`${previous}\n${text}`, "utf8").digest("hex");
}
