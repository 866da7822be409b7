/**
 * The fields of a SEQUENCE as one function that reads and one that writes them, made as source text
 * of the table when it is first used. A loop over the table would do the same; but it would give
 * and take members by names that it does not know, in objects of every shape, and that takes half
 * the time of an event. Nothing but tables of this program comes into the text.
 *
 * A field that comes after one that should follow it is read too; elements that no field takes
 * are skipped.
 */

import { firstByHead, Refused, takes, Unnamed, type Asn1Type } from "./asn1-type.js";
import type { BackwardBuffer, BerReader } from "./ber-octets.js";

export interface Field {
  readonly name: string;
  readonly type: Asn1Type<unknown>;
  readonly optional: boolean;
  readonly otherwise?: unknown;
}

export interface FieldCoder<T> {
  /** Of contents. */
  readonly read: (from: BerReader) => T | Refused;
  readonly write: (into: BackwardBuffer, value: T) => Refused | undefined;
}

/** What the text has at hand beside the types. */
interface Helpers {
  readonly reads: readonly Asn1Type<unknown>["read"][];
  readonly writes: readonly Asn1Type<unknown>["write"][];
  readonly defaults: readonly unknown[];
  /** Of each identifier octet the first field that takes it; -1: none does. */
  readonly first: Int8Array;
  /** The field for an element that comes when those before `due` have been; -1: none. */
  readonly outOfOrder: (head: number, due: number, found: readonly unknown[]) => number;
  readonly Refused: typeof Refused;
  /** Undefined: it is no obstacle. */
  readonly refused: (index: number, why: Refused) => Refused | undefined;
  readonly missing: (found: readonly unknown[]) => Refused;
  readonly absent: (index: number) => Refused;
}

export function fieldCoder<T>(fields: readonly Field[]): FieldCoder<T> {
  const nameOf = (index: number): string => fields[index]?.name ?? "";
  const absent = (index: number): Refused => new Refused(`${nameOf(index)} is missing`);
  const helpers: Helpers = {
    reads: fields.map(({ type }) => type.read), writes: fields.map(({ type }) => type.write),
    defaults: fields.map(({ otherwise }) => otherwise),
    first: firstByHead(fields.map(({ type }) => type)), Refused, absent,
    missing: (found) => absent(fields.findIndex(({ optional }, index) =>
      !optional && found[index] === undefined)),
    outOfOrder: (head, due, found) => {
      const later = fields.findIndex(({ type }, index) => index >= due && takes(type, head));
      return later >= 0 ? later : fields.findIndex(({ type }, index) =>
        found[index] === undefined && takes(type, head));
    },
    refused: (index, why) => fields[index]?.optional === true && why instanceof Unnamed
      ? undefined : new Refused(`${nameOf(index)}: ${why.reason}`),
  };
  return { read: made(readText(fields), helpers), write: made(writeText(fields), helpers) };
}

/** Engines learn the shapes of objects function by function: each text is one of its own. */
function made<F>(text: string, helpers: Helpers): F {
  return new Function("helpers", text)(helpers) as F;
}

function readText(fields: readonly Field[]): string {
  const values = fields.map((_, index) => `v${index}`);
  const required = values.filter((_, index) => fields[index]?.optional === false);
  return `"use strict";
const { reads: [${fields.map((_, index) => `r${index}`).join()}] } = helpers;
const { first, outOfOrder, Refused, refused, missing } = helpers;
return (from) => {
  const limit = from.end;
  let ${["at = from.start", "due = 0", "why", ...values].join()};
  while (at < limit) {
    const wrong = from.enter(at, limit);
    if (wrong !== undefined) return new Refused(wrong);
    at = from.next;
    let index = first[from.head];
    if (index < due) {
      if (index >= 0) index = outOfOrder(from.head, due, [${values.join()}]);
      if (index < 0) continue;
    }
    switch (index) {
${values.map((value, index) => `      case ${index}:
        ${value} = r${index}(from);
        if (${value} instanceof Refused) { why = ${value}; ${value} = undefined; }
        break;`).join("\n")}
    }
    if (why !== undefined) {
      const obstacle = refused(index, why);
      if (obstacle !== undefined) return obstacle;
      why = undefined;
      continue;
    }
    if (index >= due) due = index + 1;
  }
  if (${required.map((value) => `${value} === undefined`).join(" || ") || "false"}) {
    return missing([${values.join()}]);
  }
  const found = { ${fields.flatMap(({ name, optional }, index) =>
    optional ? [] : [`${JSON.stringify(name)}: v${index}`]).join()} };
${fields.flatMap(({ name, optional }, index) => !optional ? []
    : [`  if (v${index} !== undefined) found[${JSON.stringify(name)}] = v${index};`]).join("\n")}
  return found;
};`;
}

function writeText(fields: readonly Field[]): string {
  const lines = fields.map(({ name, optional }, index) => `
  member = value[${JSON.stringify(name)}] ?? d${index};
  if (member !== undefined) {
    why = w${index}(into, member);
    if (why !== undefined) return refused(${index}, why);
  }${optional ? "" : ` else return absent(${index});`}`);
  return `"use strict";
const { writes: [${fields.map((_, index) => `w${index}`).join()}] } = helpers;
const { defaults: [${fields.map((_, index) => `d${index}`).join()}] } = helpers;
const { refused, absent } = helpers;
return (into, value) => {
  let member, why;${lines.toReversed().join("")}
};`;
}
