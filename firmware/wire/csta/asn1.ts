/**
 * Types of ASN.1 (ITU-T X.680) as values, and their basic encoding (X.690). A table of CSTA is
 * written in them: `sequence<Held>(required("heldConnection", connectionID), ...)`. Tagging is
 * explicit where the notation says nothing, as in all modules of CSTA.
 *
 * Reading is lenient: elements that no field takes are skipped, fields may come in another order,
 * lengths may be indefinite or longer than needed. Nothing throws. How deep an element is looked
 * into is bounded by its type, which has no recursion.
 *
 * Every event of a PBX comes through here: types know by the identifier octet whether an element is
 * of them, and `asn1-fields.ts` makes a function of the fields of each SEQUENCE.
 */

import { childrenMax } from "../ber.js";
import { fieldCoder, type Field, type FieldCoder } from "./asn1-fields.js";
import { firstByHead, headsOf, Refused, takes, Unnamed, type Asn1Type } from "./asn1-type.js";
import { BackwardBuffer, BerReader, constructedBit } from "./ber-octets.js";

export { headsOf, Refused, takes, Unnamed, type Asn1Type } from "./asn1-type.js";

/** Identifier octet of SEQUENCE and SEQUENCE OF. */
export const sequenceHead = 0x30;

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
  if (refused !== undefined) into.drop();
  spare = into;
  return refused === undefined ? into.take() : refused.reason;
}

const nullElement = Buffer.of(5, 0);

/** The element at the beginning of `bytes`; no octets at all are read as NULL. */
export function decode<T>(type: Asn1Type<T>, bytes: Uint8Array): { readonly value: T } | string {
  const value = readElement(type, bytes);
  return value instanceof Refused ? value.reason : { value };
}

/** The same without a frame around the value. */
export function readElement<T>(type: Asn1Type<T>, bytes: Uint8Array): T | Refused {
  const from = new BerReader(bytes.length === 0 ? nullElement : bytes);
  const wrong = from.enter(0, from.bytes.length);
  if (wrong !== undefined) return new Refused(wrong);
  return takes(type, from.head) ? type.read(from) : unexpected(from);
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

function latin1(universal: number): Asn1Type<string> {
  return primitive<string>(universal,
    (into, value) => { into.putLatin1(value); return undefined; }, (from) => from.latin1());
}

/** IA5String; eight bits pass as Latin-1, and `?` is written for what Latin-1 has not. */
export const ia5Text = latin1(22);
/** OCTET STRING whose octets are text. */
export const octetText = latin1(4);
/** As it comes: with or without fractions and `Z`. */
export const generalizedTime = latin1(24);

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
  const first = firstByHead([type]);
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
      if (wrong !== undefined) return new Refused(wrong);
      return first[from.head] === 0 ? type.read(from) : unexpected(from);
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

/** SEQUENCE with its fields in the order of the wire. */
export function sequence<T extends object>(...fields: readonly Asn1Field<T>[]): Asn1Type<T> {
  let coder: FieldCoder<T> | undefined;
  const made = (): FieldCoder<T> => coder ??= fieldCoder<T>(fields as readonly Field[]);
  return {
    head: sequenceHead, heads: [sequenceHead],
    write: (into, value, head = sequenceHead) => {
      const before = into.length;
      const refused = (coder ?? made()).write(into, value);
      if (refused === undefined) into.putHead(head, before);
      return refused;
    },
    read: (from) => (coder ?? made()).read(from),
  };
}

/** SEQUENCE OF. */
export function sequenceOf<T>(item: Asn1Type<T>): Asn1Type<readonly T[]> {
  const first = firstByHead([item]);
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
      // Room for one: many lists are so short.
      let items: T[] | undefined;
      const limit = from.end;
      for (let at = from.start; at < limit;) {
        const wrong = from.enter(at, limit);
        if (wrong !== undefined) return new Refused(wrong);
        at = from.next;
        if (first[from.head] !== 0) continue;
        const value = item.read(from);
        if (value instanceof Refused) return value;
        if (items === undefined) items = [value];
        else if (items.push(value) > childrenMax) {
          return new Refused(`more than ${childrenMax} elements`);
        }
      }
      return items ?? [];
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
