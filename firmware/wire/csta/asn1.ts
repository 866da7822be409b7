/**
 * Types of ASN.1 (ITU-T X.680) as values, and their basic encoding (X.690). A table of CSTA is
 * written in them: `sequence<Held>(required("heldConnection", connectionID), ...)`. Tagging is
 * explicit where the notation says nothing, as in all modules of CSTA.
 *
 * Reading is lenient: elements that no field takes are skipped, fields may come in another order,
 * lengths may be indefinite or longer than needed. Nothing throws. How deep an element is looked
 * into is bounded by its type, which has no recursion.
 *
 * Every event of a PBX comes through here: which field takes an element is looked up by its
 * identifier octet, in a table that is made once of the fields.
 */

import { childrenMax } from "../ber.js";
import { BackwardBuffer, BerReader, constructedBit } from "./ber-octets.js";

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

const contextBits = 0x80;
const applicationBits = 0x40;

/** Identifier octet of `[tag]`; `constructed`: of what has elements in it. */
export function contextHead(tag: number, constructed: boolean): number {
  return contextBits | (constructed ? constructedBit : 0) | tag;
}

/** One at a time is written, but for a table that writes within another. */
let spare: BackwardBuffer | undefined;

/** A string is why there is none. */
export function encode<T>(type: Asn1Type<T>, value: T): Uint8Array | string {
  const into = spare ?? new BackwardBuffer();
  spare = undefined;
  const refused = type.write(into, value);
  const result = refused === undefined ? into.written() : refused.reason;
  into.clear();
  spare = into;
  return result;
}

const nullElement = Buffer.of(5, 0);

/** The element at the beginning of `bytes`; no octets at all are read as NULL. */
export function decode<T>(type: Asn1Type<T>, bytes: Uint8Array): { readonly value: T } | string {
  const from = new BerReader(bytes.length === 0 ? nullElement : bytes);
  const wrong = from.enter(0, from.bytes.length);
  if (wrong !== undefined) return wrong;
  const value = readTaken(type, from);
  return value instanceof Refused ? value.reason : { value };
}

/** Whether an element with this identifier octet is of the type. */
export function takes({ heads }: { readonly heads: Heads }, head: number): boolean {
  return heads === "any" || heads.includes(head);
}

function readTaken<T>(type: Asn1Type<T>, from: BerReader): T | Refused {
  return from.head === type.head || takes(type, from.head) ? type.read(from) : unexpected(from);
}

const classNames = ["universal", "application", "context", "private"] as const;

function unexpected({ head }: BerReader): Refused {
  return new Refused(`unexpected element ${classNames[head >> 6] ?? ""} ${head & 0x1f}`);
}

function primitive<T>(
  universal: number, put: (into: BackwardBuffer, value: T) => Refused | undefined,
  read: (from: BerReader) => T | Refused,
): Asn1Type<T> {
  return {
    head: universal, heads: [universal],
    write: (into, value, head = universal) => {
      const before = into.length;
      const refused = put(into, value);
      if (refused === undefined) into.putHead(head, before);
      return refused;
    },
    read,
  };
}

function putInteger(into: BackwardBuffer, value: number): Refused | undefined {
  if (!Number.isSafeInteger(value)) return new Refused(`${value} is not an integer`);
  into.putInteger(value);
  return undefined;
}

function readInteger(from: BerReader): number | Refused {
  return from.integer() ?? new Refused("not an integer of use");
}

export const integer = primitive<number>(2, putInteger, readInteger);

export const boolean = primitive<boolean>(1,
  (into, value) => { into.putOctet(value ? 0xff : 0); return undefined; },
  ({ bytes, start, end }) =>
    end - start === 1 ? bytes[start] !== 0 : new Refused("not a boolean"));

/** OCTET STRING as lower-case hexadecimal. */
export const octets = primitive<string>(4,
  (into, value) => into.putHex(value) ? undefined : new Refused("not lower-case hexadecimal"),
  (from) => from.hex());

function latin1(universal: number, read: (from: BerReader) => string): Asn1Type<string> {
  return primitive<string>(universal,
    (into, value) => { into.putLatin1(value); return undefined; }, read);
}

/** IA5String; eight bits pass as Latin-1, and `?` is written for what Latin-1 has not. */
export const ia5Text = latin1(22, (from) => from.knownText());
/** OCTET STRING whose octets are text; codes and passwords are among them. */
export const octetText = latin1(4, (from) => from.latin1());
/** As it comes: with or without fractions and `Z`. */
export const generalizedTime = latin1(24, (from) => from.knownText());

/** NULL; contents of one are not looked at. */
export const nullType = primitive<null>(5, () => undefined, () => null);

/** `otherwise`: the name of a number that has none here; without it such a number is `Unnamed`. */
export function enumerated<N extends string>(
  numbers: Readonly<Record<N, number>>, otherwise?: N,
): Asn1Type<N> {
  const names: (N | undefined)[] = [];
  for (const [name, number] of Object.entries<number>(numbers)) names[number] = name as N;
  return primitive<N>(10,
    (into, value) => {
      if (!Object.hasOwn(numbers, value)) return new Refused(`no number for ${value}`);
      return putInteger(into, numbers[value]);
    },
    (from) => {
      const number = from.integer();
      const name = number === undefined ? undefined : names[number];
      return name ?? otherwise ?? new Unnamed(`no name for ${number}`);
    });
}

/** ENUMERATED as its number. */
export const enumeratedNumber = primitive<number>(10, putInteger, readInteger);

/** Names of a list by their index. */
export function numbered<N extends string>(names: readonly N[]): Readonly<Record<N, number>> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<N, number>;
}

/**
 * BIT STRING as the names of its set bits, lowest bit first. At least `width` bits are written;
 * names that have no bit, and bits that have no name, are left out.
 */
export function bits<N extends string>(
  numbers: Readonly<Partial<Record<N, number>>>, width = 0,
): Asn1Type<readonly N[]> {
  const names = (Object.entries(numbers) as [N, number][]).sort(([, a], [, b]) => a - b);
  return primitive<readonly N[]>(3,
    (into, value) => {
      const set = names.filter(([name]) => value.includes(name)).map(([, bit]) => bit);
      const count = Math.max(width, ...set.map((bit) => bit + 1));
      const contents = Buffer.alloc(1 + Math.ceil(count / 8));
      contents[0] = (contents.length - 1) * 8 - count;
      for (const bit of set) {
        const at = 1 + (bit >> 3);
        contents[at] = (contents[at] ?? 0) | 0x80 >> (bit & 7);
      }
      into.put(contents);
      return undefined;
    },
    ({ bytes, start, end }) => names
      .filter(([, bit]) => {
        const at = start + 1 + (bit >> 3);
        return at < end && ((bytes[at] ?? 0) & 0x80 >> (bit & 7)) !== 0;
      })
      .map(([name]) => name));
}

/** A whole element, opaque, as lower-case hexadecimal. */
export const anyElement: Asn1Type<string> = {
  head: undefined, heads: "any",
  write: (into, value) => {
    const whole = Buffer.from(value, "hex");
    const element = new BerReader(whole);
    if (whole.length * 2 !== value.length || element.enter(0, whole.length) !== undefined
      || element.next !== whole.length || !into.putHex(value)) {
      return new Refused("not one whole element");
    }
    return undefined;
  },
  read: (from) => from.whole(),
};

/** `[tag] IMPLICIT`; of a type without a tag of its own, explicit. */
export function implicit<T>(tag: number, type: Asn1Type<T>): Asn1Type<T> {
  return type.head === undefined ? explicit(tag, type)
    : retagged(contextBits | type.head & constructedBit | tag, type);
}

/** `[tag] EXPLICIT`. */
export function explicit<T>(tag: number, type: Asn1Type<T>): Asn1Type<T> {
  return wrapped(contextBits | constructedBit | tag, type);
}

/** `[APPLICATION tag] IMPLICIT`; of a type without a tag of its own, explicit. */
export function application<T>(tag: number, type: Asn1Type<T>): Asn1Type<T> {
  return type.head === undefined ? explicitApplication(tag, type)
    : retagged(applicationBits | type.head & constructedBit | tag, type);
}

/** `[APPLICATION tag] EXPLICIT`. */
export function explicitApplication<T>(tag: number, type: Asn1Type<T>): Asn1Type<T> {
  return wrapped(applicationBits | constructedBit | tag, type);
}

function retagged<T>(own: number, type: Asn1Type<T>): Asn1Type<T> {
  return {
    head: own, heads: [own],
    write: (into, value, head = own) => type.write(into, value, head),
    read: type.read,
  };
}

function wrapped<T>(own: number, type: Asn1Type<T>): Asn1Type<T> {
  return {
    head: own, heads: [own],
    write: (into, value, head = own) => {
      const before = into.length;
      const refused = type.write(into, value);
      if (refused === undefined) into.putHead(head, before);
      return refused;
    },
    read: (from) => {
      const wrong = from.enterFirst();
      return wrong === undefined ? readTaken(type, from) : new Refused(wrong);
    },
  };
}

/** A component of a SEQUENCE that becomes the member `name` of `T`. */
export type Asn1Field<T> = { readonly [K in keyof T & string]-?: {
  readonly name: K;
  readonly type: Asn1Type<NonNullable<T[K]>>;
  /** What a reader may miss. */
  readonly optional: boolean;
  /** What is written in the place of a member that is absent. */
  readonly otherwise?: NonNullable<T[K]>;
} }[keyof T & string];

interface NamedType<K extends string, V> {
  readonly name: K;
  readonly type: Asn1Type<V>;
}

export function required<K extends string, V>(name: K, type: Asn1Type<V>):
NamedType<K, V> & { readonly optional: false } {
  return { name, type, optional: false };
}

export function optional<K extends string, V>(name: K, type: Asn1Type<V>):
NamedType<K, V> & { readonly optional: true } {
  return { name, type, optional: true };
}

/** Always written: with `otherwise` where the member is absent. Not missed on reading. */
export function always<K extends string, V>(name: K, type: Asn1Type<V>, otherwise: V):
NamedType<K, V> & { readonly optional: true; readonly otherwise: V } {
  return { name, type, optional: true, otherwise };
}

/** Identifier octet of SEQUENCE and SEQUENCE OF. */
export const sequenceHead = 0x30;

/** Of each identifier octet the index of the first entry that takes it; -1: none does. */
function firstByHead(entries: readonly { readonly heads: Heads }[]): Int8Array {
  const first = new Int8Array(256).fill(-1);
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const heads = entries[index]?.heads ?? [];
    if (heads === "any") first.fill(index);
    else for (const head of heads) first[head] = index;
  }
  return first;
}

/** SEQUENCE with its fields in the order of the wire. */
export function sequence<T extends object>(...fields: readonly Asn1Field<T>[]): Asn1Type<T> {
  const list = fields as unknown as readonly Field[];
  const reader = new FieldReader(list);
  return {
    head: sequenceHead, heads: [sequenceHead],
    write: (into, value, head = sequenceHead) => {
      const before = into.length;
      const refused = writeFields(list, into, value as Record<string, unknown>);
      if (refused === undefined) into.putHead(head, before);
      return refused;
    },
    read: (from) => reader.read(from) as T | Refused,
  };
}

type Field = Asn1Field<Record<string, unknown>>;

function writeFields(
  fields: readonly Field[], into: BackwardBuffer, value: Readonly<Record<string, unknown>>,
): Refused | undefined {
  for (let index = fields.length - 1; index >= 0; index -= 1) {
    const field = fields[index] as Field;
    const member = value[field.name] ?? field.otherwise;
    if (member === undefined) {
      if (field.optional) continue;
      return new Refused(`${field.name} is missing`);
    }
    const refused = field.type.write(into, member);
    if (refused !== undefined) return new Refused(`${field.name}: ${refused.reason}`);
  }
  return undefined;
}

class FieldReader {
  readonly #fields: readonly Field[];
  readonly #first: Int8Array;
  readonly #required: number;

  constructor(fields: readonly Field[]) {
    this.#fields = fields;
    this.#first = firstByHead(fields.map(({ type }) => type));
    this.#required = fields.filter(({ optional: may }) => !may).length;
  }

  /** A field that comes after one that should follow it is taken too; others are skipped. */
  read(from: BerReader): Record<string, unknown> | Refused {
    const found: Record<string, unknown> = {};
    const limit = from.end;
    let due = 0;
    let missed = this.#required;
    for (let at = from.start; at < limit;) {
      const wrong = from.enter(at, limit);
      if (wrong !== undefined) return new Refused(wrong);
      at = from.next;
      let index = this.#first[from.head] as number;
      if (index < due && index >= 0) index = this.#laterOrMissed(from.head, due, found);
      if (index < 0) continue;
      const field = this.#fields[index] as Field;
      const value = field.type.read(from);
      if (value instanceof Refused) {
        if (field.optional && value instanceof Unnamed) continue;
        return new Refused(`${field.name}: ${value.reason}`);
      }
      if (index >= due) due = index + 1;
      if (value === undefined) continue;
      found[field.name] = value;
      if (!field.optional) missed -= 1;
    }
    return missed === 0 ? found : new Refused(`${this.#missing(found)} is missing`);
  }

  #laterOrMissed(head: number, due: number, found: Record<string, unknown>): number {
    const later = this.#fields.findIndex(({ type }, at) => at >= due && takes(type, head));
    return later >= 0 ? later : this.#fields.findIndex(({ name, type }) =>
      found[name] === undefined && takes(type, head));
  }

  #missing(found: Readonly<Record<string, unknown>>): string {
    return this.#fields.find(({ optional: may, name }) =>
      !may && found[name] === undefined)?.name ?? "";
  }
}

/** SEQUENCE OF. */
export function sequenceOf<T>(item: Asn1Type<T>): Asn1Type<readonly T[]> {
  return {
    head: sequenceHead, heads: [sequenceHead],
    write: (into, value, head = sequenceHead) => {
      const before = into.length;
      for (let index = value.length - 1; index >= 0; index -= 1) {
        const refused = item.write(into, value[index] as T);
        if (refused !== undefined) return refused;
      }
      into.putHead(head, before);
      return undefined;
    },
    read: (from) => {
      const items: T[] = [];
      const limit = from.end;
      for (let at = from.start; at < limit;) {
        const wrong = from.enter(at, limit);
        if (wrong !== undefined) return new Refused(wrong);
        at = from.next;
        if (!takes(item, from.head)) continue;
        const value = item.read(from);
        if (value instanceof Refused) return value;
        if (items.length >= childrenMax) return new Refused(`more than ${childrenMax} elements`);
        items.push(value);
      }
      return items;
    },
  };
}

/**
 * CHOICE: a value with exactly one member, named as the alternative. The first alternative that
 * takes an element has it.
 */
export function choice<T extends object>(
  alternatives: { readonly [K in keyof T & string]: Asn1Type<NonNullable<T[K]>> },
): Asn1Type<{ readonly [K in keyof T & string]: Pick<T, K> }[keyof T & string]> {
  const entries = Object.entries<Asn1Type<unknown>>(
    alternatives as Record<string, Asn1Type<unknown>>);
  const first = firstByHead(entries.map(([, type]) => type));
  return {
    head: undefined,
    heads: headsOf(entries.map(([, type]) => type)),
    write: (into, value) => {
      const [name = "nothing", member] = Object.entries(value)[0] ?? [];
      const type = entries.find(([known]) => known === name)?.[1];
      if (type === undefined) return new Refused(`no alternative ${name}`);
      return type.write(into, member);
    },
    read: (from) => {
      const entry = entries[first[from.head] ?? -1];
      if (entry === undefined) return unexpected(from);
      const value = entry[1].read(from);
      return value instanceof Refused ? value : { [entry[0]]: value } as never;
    },
  };
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

/** `type` on the wire, another shape in the program; a field of `undefined` is left out. */
export function mapped<T, W>(
  type: Asn1Type<W>, toWire: (value: T) => W | Refused, fromWire: (value: W) => T | Refused,
): Asn1Type<T> {
  return {
    head: type.head, heads: type.heads,
    write: (into, value, head) => {
      const wire = toWire(value);
      return wire instanceof Refused ? wire : type.write(into, wire, head);
    },
    read: (from) => {
      const wire = type.read(from);
      return wire instanceof Refused ? wire : fromWire(wire);
    },
  };
}

/**
 * NULL, or `type` where the member `name` is there. On reading whatever else comes is nothing, as
 * peers fill such places with what they like; a SEQUENCE is looked into.
 */
export function nullOr<T extends object>(
  name: keyof T & string, type: Asn1Type<NonNullable<T[keyof T & string]>>,
): Asn1Type<T> {
  const inSequence = sequence<Record<string, unknown>>(
    optional(name, type as Asn1Type<NonNullable<unknown>>));
  return {
    head: undefined, heads: "any",
    write: (into, value) => {
      const member = value[name];
      return member === undefined || member === null
        ? nullType.write(into, null) : type.write(into, member);
    },
    read: (from) => {
      if (takes(type, from.head)) {
        const value = type.read(from);
        return value instanceof Refused ? value : { [name]: value } as T;
      }
      return from.head === sequenceHead ? inSequence.read(from) as T | Refused : {} as T;
    },
  };
}
