/** The first check: the shape of the document, every problem in a sentence with its path. */

import * as z from "zod";
import type { Path, PathSegment } from "./document-source.js";
import { either, found, nearest, quoted } from "./wording.js";

/** A problem before its line is known. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** All problems of `value`, or the value with its defaults. */
export function checkShape<S extends z.ZodType>(
  schema: S, value: unknown,
): { readonly findings: readonly Finding[]; readonly value: z.output<S> | undefined } {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { findings: [], value: parsed.data };
  const shape: JsonSchema = z.toJSONSchema(schema, { io: "input" });
  const findings = parsed.error.issues.flatMap((issue) => findingsOf(issue, value, shape));
  return { findings, value: undefined };
}

function findingsOf(issue: z.core.$ZodIssue, root: unknown, shape: JsonSchema): Finding[] {
  const path = issue.path.filter((segment): segment is PathSegment => typeof segment !== "symbol");
  const value = valueAt(root, path);
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(shape, path, root);
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      const hint = meant === undefined ? `expected one of ${known.join(", ")}`
        : `did you mean "${meant}"?`;
      return { path: [...path, key], message: `unknown key ${quoted(key)}; ${hint}` };
    });
  }
  const expected = expectation(issue);
  const message = value === undefined ? `is missing; expected ${expected}`
    : `found ${found(value)}; expected ${expected}`;
  return [{ path, message }];
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type": return typeNames[issue.expected] ?? issue.expected;
    case "invalid_value": return either(issue.values.map((value) => JSON.stringify(value)));
    case "invalid_union": {
      const options: unknown = Reflect.get(issue, "options");
      return Array.isArray(options) ? either(options.map((option) => JSON.stringify(option)))
        : "another value";
    }
    case "too_small": return bound("at least", issue.minimum, issue.origin);
    case "too_big": return bound("at most", issue.maximum, issue.origin);
    case "invalid_format":
      if ("prefix" in issue) return `a text that begins with ${JSON.stringify(issue.prefix)}`;
      return /^Invalid/.test(issue.message) ? `a text of the form ${String(issue.pattern)}`
        : issue.message;
    case "not_multiple_of": return `a multiple of ${issue.divisor}`;
    default: return issue.message;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a text", number: "a number", int: "a whole number", boolean: "true or false",
  object: "a section", record: "a section", array: "a list",
};

function bound(word: string, limit: number | bigint, origin: string): string {
  if (origin === "string") return `${word} ${limit} character(s)`;
  if (origin === "array") return `${word} ${limit} entries`;
  return `${word} ${limit}`;
}

export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const segment of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.hasOwn(value, segment) ? Reflect.get(value, segment) : undefined;
  }
  return value;
}

/** The keys that the schema knows at `path`, following the branch that the data is in. */
function knownKeys(shape: JsonSchema, path: Path, root: unknown): readonly string[] {
  let at: unknown = shape;
  let value = root;
  for (const segment of [...path, undefined]) {
    at = branch(at, value);
    if (segment === undefined) break;
    at = typeof segment === "number" ? member(at, "items")
      : member(member(at, "properties"), segment);
    value = valueAt(value, [segment]);
  }
  const properties = member(at, "properties");
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}

/** Of a choice by `kind`, the schema of the kind that stands in the document. */
function branch(schema: unknown, value: unknown): unknown {
  const choices = member(schema, "oneOf") ?? member(schema, "anyOf");
  if (!Array.isArray(choices)) return schema;
  const kind = valueAt(value, ["kind"]);
  return choices.find((choice: unknown) =>
    member(member(member(choice, "properties"), "kind"), "const") === kind) ?? schema;
}

function member(value: unknown, key: PathSegment): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key) : undefined;
}
