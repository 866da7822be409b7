/**
 * One way only of writing a value as JSON (RFC 8785, of which this is the part without fractions):
 * no white space, the keys of objects sorted by UTF-16 code unit, strings as ECMA-262's
 * JSON.stringify writes them, numbers whole.
 */

import assert from "node:assert";

export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
    return `{${members.map(([key, member]) =>
      `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
  }
  assert(typeof value === "string" || typeof value === "boolean" || value === null
    || Number.isSafeInteger(value), "only values that have one canonical form");
  return JSON.stringify(value);
}
