/** What a type of ASN.1 is here, and how one is found by the identifier octet of an element. */

import type { BackwardBuffer, BerReader } from "./ber-octets.js";

/** Why a value cannot be written, or an element cannot be read. */
export class Refused {
  readonly reason: string;
  constructor(reason: string) { this.reason = reason; }
}

/** A number without a name here: an optional field of it is left out. */
export class Unnamed extends Refused {}

/** Identifier octets, or every one. */
export type Heads = readonly number[] | "any";

export interface Asn1Type<T> {
  /**
   * Identifier octet of its own. Undefined: it has none (CHOICE, any), and every tag around it is
   * explicit.
   */
  readonly head: number | undefined;
  /** Identifier octets of the elements that are of it. */
  readonly heads: Heads;
  /** The element goes before what `into` holds; `head` stands in the place of its own. */
  write(into: BackwardBuffer, value: T, head?: number): Refused | undefined;
  /** The element that the reader has entered, whatever its identifier octet is. */
  read(from: BerReader): T | Refused;
}

/** Whether an element with this identifier octet is of the type. */
export function takes({ heads }: { readonly heads: Heads }, head: number): boolean {
  return heads === "any" || heads.includes(head);
}

/** Identifier octets of any of the types. */
export function headsOf(types: readonly { readonly heads: Heads }[]): Heads {
  const heads: number[] = [];
  for (const type of types) {
    if (type.heads === "any") return "any";
    heads.push(...type.heads);
  }
  return heads;
}

/** Of each identifier octet the index of the first entry that takes it; -1: none does. */
export function firstByHead(entries: readonly { readonly heads: Heads }[]): Int8Array {
  const first = new Int8Array(256).fill(-1);
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const heads = entries[index]?.heads ?? [];
    if (heads === "any") first.fill(index);
    else for (const head of heads) first[head] = index;
  }
  return first;
}
