/**
 * Types of ASN.1 (ITU-T X.680) as values, and their basic encoding (X.690). A table of CSTA is
 * written in them: `sequence<Held>(required("heldConnection", connectionID), ...)`. Tagging is
 * explicit where the notation says nothing, as in all modules of CSTA.
 *
 * Reading is lenient: elements that no field takes are skipped, fields may come in another order,
 * lengths may be indefinite or longer than needed. Nothing throws. How deep an element is looked
 * into is bounded by its type, which has no recursion.
 */

import { berInteger, integerContents, readBer, readBerAll } from "../ber.js";
import type { BerClass, BerElement } from "../ber.js";

/** Why a value cannot be written, or an element cannot be read. */
export class Refused {
  readonly reason: string;
  constructor(reason: string) { this.reason = reason; }
}

/** A number without a name here: an optional field of it is left out. */
export class Unnamed extends Refused {}

export interface Asn1Tag {
  readonly class: BerClass;
  /** Up to 30. */
  readonly tag: number;
}

export interface Asn1Type<T> {
  /** Undefined: it has none of its own (CHOICE, any), and every tag around it is explicit. */
  readonly tag: Asn1Tag | undefined;
  readonly constructed: boolean;
  takes(element: BerElement): boolean;
  /** The element goes before what `into` holds; `tag` stands in the place of its own. */
  write(into: BackwardBuffer, value: T, tag?: Asn1Tag): Refused | undefined;
  /** Whatever the element's tag is. */
  read(element: BerElement): T | Refused;
}

/** A string is why there is none. */
export function encode<T>(type: Asn1Type<T>, value: T): Uint8Array | string {
  const into = new BackwardBuffer();
  const refused = type.write(into, value);
  return refused === undefined ? into.written() : refused.reason;
}

/** The element at the beginning of `bytes`; no octets at all are read as NULL. */
export function decode<T>(type: Asn1Type<T>, bytes: Uint8Array): { readonly value: T } | string {
  const element = bytes.length === 0 ? nothing : readBer(bytes);
  if (typeof element === "string") return element;
  const value = readTaken(type, element);
  return value instanceof Refused ? value.reason : { value };
}

function readTaken<T>(type: Asn1Type<T>, element: BerElement): T | Refused {
  return type.takes(element) ? type.read(element) : new Refused(`unexpected ${tagName(element)}`);
}

function tagName(element: BerElement): string {
  return `element ${element.class} ${element.tag}`;
}

/** Octets written from the last to the first, so that every length is known when it is due. */
export class BackwardBuffer {
  #bytes = Buffer.allocUnsafe(512);
  #at = this.#bytes.length;

  /** Octets so far. */
  get length(): number { return this.#bytes.length - this.#at; }

  written(): Uint8Array { return Buffer.from(this.#bytes.subarray(this.#at)); }

  put(octets: Uint8Array): void {
    this.#room(octets.length);
    this.#at -= octets.length;
    this.#bytes.set(octets, this.#at);
  }

  putLatin1(text: string): void {
    this.#room(text.length);
    this.#at -= text.length;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      this.#bytes[this.#at + index] = code <= 0xff ? code : replacement;
    }
  }

  putOctet(octet: number): void {
    this.#room(1);
    this.#at -= 1;
    this.#bytes[this.#at] = octet;
  }

  /** Tag and length of what was put since the buffer was `before` octets long. */
  putHead(tag: Asn1Tag, constructed: boolean, before: number): void {
    const length = this.length - before;
    if (length < 0x80) {
      this.putOctet(length);
    } else {
      let octets = 0;
      for (let left = length; left > 0; left = Math.floor(left / 256), octets += 1) {
        this.putOctet(left % 256);
      }
      this.putOctet(0x80 | octets);
    }
    this.putOctet(classBits[tag.class] | (constructed ? 0x20 : 0) | tag.tag);
  }

  #room(octets: number): void {
    if (octets <= this.#at) return;
    const { length } = this;
    const grown = Buffer.allocUnsafe((length + octets) * 2);
    const at = grown.length - length;
    grown.set(this.#bytes.subarray(this.#at), at);
    this.#bytes = grown;
    this.#at = at;
  }
}

const classBits = { universal: 0, application: 0x40, context: 0x80, private: 0xc0 } as const;
/** Stands for a character that Latin-1 does not have. */
const replacement = 0x3f;
const nothing: BerElement =
  { class: "universal", constructed: false, tag: 5, contents: new Uint8Array(0), headOctets: 0,
    octets: 0 };

function takesTag(tag: Asn1Tag, constructed: boolean): (element: BerElement) => boolean {
  return (element) => element.tag === tag.tag && element.class === tag.class
    && element.constructed === constructed;
}

function primitive<T>(
  universal: number, put: (into: BackwardBuffer, value: T) => Refused | undefined,
  read: (contents: Uint8Array) => T | Refused,
): Asn1Type<T> {
  const own: Asn1Tag = { class: "universal", tag: universal };
  return {
    tag: own, constructed: false, takes: takesTag(own, false),
    write: (into, value, tag = own) => {
      const before = into.length;
      const refused = put(into, value);
      if (refused === undefined) into.putHead(tag, false, before);
      return refused;
    },
    read: (element) => read(element.contents),
  };
}

function putInteger(into: BackwardBuffer, value: number): Refused | undefined {
  if (!Number.isSafeInteger(value)) return new Refused(`${value} is not an integer`);
  if (value >= 0 && value < 0x80) into.putOctet(value);
  else into.put(integerContents(value));
  return undefined;
}

function readInteger(contents: Uint8Array): number | Refused {
  return berInteger(contents) ?? new Refused("not an integer of use");
}

export const integer = primitive<number>(2, putInteger, readInteger);

export const boolean = primitive<boolean>(1,
  (into, value) => { into.putOctet(value ? 0xff : 0); return undefined; },
  (contents) => contents.length === 1 ? contents[0] !== 0 : new Refused("not a boolean"));

const hexadecimal = /^(?:[0-9a-f]{2})*$/;

/** OCTET STRING as lower-case hexadecimal. */
export const octets = primitive<string>(4,
  (into, value) => {
    if (!hexadecimal.test(value)) return new Refused("not lower-case hexadecimal");
    into.put(Buffer.from(value, "hex"));
    return undefined;
  },
  (contents) => Buffer.from(contents).toString("hex"));

function latin1(universal: number): Asn1Type<string> {
  return primitive<string>(universal,
    (into, value) => { into.putLatin1(value); return undefined; },
    (contents) => Buffer.from(contents).toString("latin1"));
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
  const byNumber = new Map(Object.entries<number>(numbers)
    .map(([name, number]) => [number, name as N]));
  return primitive<N>(10,
    (into, value) => {
      if (!Object.hasOwn(numbers, value)) return new Refused(`no number for ${value}`);
      return putInteger(into, numbers[value]);
    },
    (contents) => {
      const number = berInteger(contents);
      const name = number === undefined ? undefined : byNumber.get(number);
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
    (contents) => names
      .filter(([, bit]) => ((contents[1 + (bit >> 3)] ?? 0) & 0x80 >> (bit & 7)) !== 0)
      .map(([name]) => name));
}

/** A whole element, opaque, as lower-case hexadecimal. */
export const anyElement: Asn1Type<string> = {
  tag: undefined, constructed: false, takes: () => true,
  write: (into, value) => {
    const whole = hexadecimal.test(value) ? Buffer.from(value, "hex") : new Uint8Array(0);
    const element = readBer(whole);
    if (typeof element === "string" || element.octets !== whole.length) {
      return new Refused("not one whole element");
    }
    into.put(whole);
    return undefined;
  },
  read: ({ contents, headOctets, octets: count }) =>
    Buffer.from(contents.buffer, contents.byteOffset - headOctets, count).toString("hex"),
};

/** `[tag] IMPLICIT`; of a type without a tag of its own, explicit. */
export function implicit<T>(tag: number, type: Asn1Type<T>): Asn1Type<T> {
  if (type.tag === undefined) return explicit(tag, type);
  return retagged({ class: "context", tag }, type);
}

/** `[tag] EXPLICIT`. */
export function explicit<T>(tag: number, type: Asn1Type<T>): Asn1Type<T> {
  return wrapped({ class: "context", tag }, type);
}

/** `[APPLICATION tag] IMPLICIT`; of a type without a tag of its own, explicit. */
export function application<T>(tag: number, type: Asn1Type<T>): Asn1Type<T> {
  if (type.tag === undefined) return explicitApplication(tag, type);
  return retagged({ class: "application", tag }, type);
}

/** `[APPLICATION tag] EXPLICIT`. */
export function explicitApplication<T>(tag: number, type: Asn1Type<T>): Asn1Type<T> {
  return wrapped({ class: "application", tag }, type);
}

function retagged<T>(own: Asn1Tag, type: Asn1Type<T>): Asn1Type<T> {
  return {
    tag: own, constructed: type.constructed, takes: takesTag(own, type.constructed),
    write: (into, value, tag = own) => type.write(into, value, tag),
    read: (element) => type.read(element),
  };
}

function wrapped<T>(own: Asn1Tag, type: Asn1Type<T>): Asn1Type<T> {
  return {
    tag: own, constructed: true, takes: takesTag(own, true),
    write: (into, value, tag = own) => {
      const before = into.length;
      const refused = type.write(into, value);
      if (refused === undefined) into.putHead(tag, true, before);
      return refused;
    },
    read: (element) => {
      const inner = readBer(element.contents);
      return typeof inner === "string" ? new Refused(inner) : readTaken(type, inner);
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
  const own: Asn1Tag = { class: "universal", tag: 16 };
  return {
    tag: own, constructed: true, takes: takesTag(own, true),
    write: (into, value, tag = own) => {
      const before = into.length;
      for (let index = fields.length - 1; index >= 0; index -= 1) {
        const field = fields[index] as Asn1Field<Record<string, unknown>>;
        const member = (value as Record<string, unknown>)[field.name] ?? field.otherwise;
        if (member === undefined) {
          if (field.optional) continue;
          return new Refused(`${field.name} is missing`);
        }
        const refused = field.type.write(into, member);
        if (refused !== undefined) return new Refused(`${field.name}: ${refused.reason}`);
      }
      into.putHead(tag, true, before);
      return undefined;
    },
    read: (element) => readFields(fields as readonly Asn1Field<object>[], element) as T | Refused,
  };
}

/** A field that comes after one that should follow it is taken too; others are skipped. */
function readFields(
  fields: readonly Asn1Field<Record<string, unknown>>[], element: BerElement,
): Record<string, unknown> | Refused {
  const elements = readBerAll(element.contents);
  if (typeof elements === "string") return new Refused(elements);
  const found: Record<string, unknown> = {};
  let next = 0;
  for (const part of elements) {
    let index = fields.findIndex((field, at) => at >= next && field.type.takes(part));
    if (index < 0) {
      index = fields.findIndex((field) =>
        found[field.name] === undefined && field.type.takes(part));
    }
    const field = fields[index];
    if (field === undefined) continue;
    const value = field.type.read(part);
    if (value instanceof Unnamed && field.optional) continue;
    if (value instanceof Refused) return new Refused(`${field.name}: ${value.reason}`);
    if (value !== undefined) found[field.name] = value;
    next = Math.max(next, index + 1);
  }
  const missed = fields.find((field) => !field.optional && found[field.name] === undefined);
  return missed === undefined ? found : new Refused(`${missed.name} is missing`);
}

/** SEQUENCE OF. */
export function sequenceOf<T>(item: Asn1Type<T>): Asn1Type<readonly T[]> {
  const own: Asn1Tag = { class: "universal", tag: 16 };
  return {
    tag: own, constructed: true, takes: takesTag(own, true),
    write: (into, value, tag = own) => {
      const before = into.length;
      for (let index = value.length - 1; index >= 0; index -= 1) {
        const refused = item.write(into, value[index] as T);
        if (refused !== undefined) return refused;
      }
      into.putHead(tag, true, before);
      return undefined;
    },
    read: (element) => {
      const elements = readBerAll(element.contents);
      if (typeof elements === "string") return new Refused(elements);
      const items: T[] = [];
      for (const part of elements) {
        if (!item.takes(part)) continue;
        const value = item.read(part);
        if (value instanceof Refused) return value;
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
  return {
    tag: undefined, constructed: true,
    takes: (element) => entries.some(([, type]) => type.takes(element)),
    write: (into, value) => {
      const [name = "nothing", member] = Object.entries(value)[0] ?? [];
      const type = entries.find(([known]) => known === name)?.[1];
      if (type === undefined) return new Refused(`no alternative ${name}`);
      return type.write(into, member);
    },
    read: (element) => {
      for (const [name, type] of entries) {
        if (!type.takes(element)) continue;
        const value = type.read(element);
        return value instanceof Refused ? value : { [name]: value } as never;
      }
      return new Refused(`unexpected ${tagName(element)}`);
    },
  };
}

/** `type` on the wire, another shape in the program; a field of `undefined` is left out. */
export function mapped<T, W>(
  type: Asn1Type<W>, toWire: (value: T) => W | Refused, fromWire: (value: W) => T | Refused,
): Asn1Type<T> {
  return {
    tag: type.tag, constructed: type.constructed, takes: (element) => type.takes(element),
    write: (into, value, tag) => {
      const wire = toWire(value);
      return wire instanceof Refused ? wire : type.write(into, wire, tag);
    },
    read: (element) => {
      const wire = type.read(element);
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
    tag: undefined, constructed: false, takes: () => true,
    write: (into, value) => {
      const member = value[name];
      return member === undefined || member === null
        ? nullType.write(into, null) : type.write(into, member);
    },
    read: (element) => {
      if (type.takes(element)) {
        const value = type.read(element);
        return value instanceof Refused ? value : { [name]: value } as T;
      }
      return inSequence.takes(element) ? inSequence.read(element) as T | Refused : {} as T;
    },
  };
}
