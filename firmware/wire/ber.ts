/**
 * Basic encoding rules of ASN.1 (ITU-T X.690, clause 8): elements of tag, length and contents,
 * and the few types that SNMP and CSTA share. Definite and indefinite lengths are read, definite
 * ones written. Nothing throws; what is wrong is said in words.
 */

export type BerClass = "universal" | "application" | "context" | "private";

export interface BerElement {
  readonly class: BerClass;
  readonly constructed: boolean;
  readonly tag: number;
  readonly contents: Uint8Array;
  /** Octets of tag and length, right before the contents. */
  readonly headOctets: number;
  /** Octets that the whole element takes, from its tag to the end of its contents. */
  readonly octets: number;
}

/** Elements in elements that are looked into for the end of an indefinite length. */
export const depthMax = 16;
/** Arcs of one object identifier; SNMP allows 128. */
export const arcsMax = 128;
/** Children of one element that are read. */
export const childrenMax = 10_000;
const tagMax = 0x1f_ffff;
const lengthOctetsMax = 4;

export const tags = {
  boolean: 1, integer: 2, octetString: 4, null: 5, objectIdentifier: 6, sequence: 16,
} as const;

const classes: readonly BerClass[] = ["universal", "application", "context", "private"];
const more = 0x80;
const tooShort = "ends in the middle of an element";

interface Head {
  readonly class: BerClass;
  readonly constructed: boolean;
  readonly tag: number;
  /** Undefined: until the end-of-contents octets. */
  readonly length: number | undefined;
  readonly headOctets: number;
}

/** The element at the beginning of `bytes`; a string is why there is none. */
export function readBer(bytes: Uint8Array): BerElement | string {
  return elementAt(bytes, 0, 0);
}

/** The elements that fill `contents`; a string is why they do not. */
export function readBerAll(contents: Uint8Array): readonly BerElement[] | string {
  const found: BerElement[] = [];
  for (let at = 0; at < contents.length;) {
    if (found.length >= childrenMax) return `more than ${childrenMax} elements`;
    const element = elementAt(contents, at, 0);
    if (typeof element === "string") return element;
    found.push(element);
    at += element.octets;
  }
  return found;
}

/** Every event of a PBX comes through here: its parts are named one by one, which is faster. */
function elementAt(bytes: Uint8Array, from: number, depth: number): BerElement | string {
  const head = headAt(bytes, from);
  if (typeof head === "string") return head;
  const { constructed, tag, length, headOctets } = head;
  const start = from + headOctets;
  let contentOctets = length ?? 0;
  if (length === undefined) {
    if (!constructed) return "an indefinite length of what has no parts";
    const open = openLength(bytes, start, depth);
    if (typeof open === "string") return open;
    contentOctets = open;
  } else if (start + length > bytes.length) {
    return tooShort;
  }
  return { class: head.class, constructed, tag,
    contents: bytes.subarray(start, start + contentOctets), headOctets,
    octets: headOctets + contentOctets + (length === undefined ? 2 : 0) };
}

/** Octets before the end-of-contents octets. */
function openLength(bytes: Uint8Array, start: number, depth: number): number | string {
  if (depth >= depthMax) return `more than ${depthMax} elements in each other`;
  for (let at = start; ;) {
    if (bytes[at] === 0 && bytes[at + 1] === 0) return at - start;
    const inner = elementAt(bytes, at, depth + 1);
    if (typeof inner === "string") return inner;
    at += inner.octets;
  }
}

function headAt(bytes: Uint8Array, from: number): Head | string {
  const first = bytes[from];
  if (first === undefined) return tooShort;
  let at = from + 1;
  let tag = first & 0x1f;
  if (tag === 0x1f) {
    tag = 0;
    for (;;) {
      const octet = bytes[at];
      if (octet === undefined) return tooShort;
      at += 1;
      tag = tag * 128 + (octet & 0x7f);
      if (tag > tagMax) return "a tag beyond all use";
      if (octet < more) break;
    }
  }
  const octet = bytes[at];
  if (octet === undefined) return tooShort;
  at += 1;
  let length: number | undefined = octet;
  if (octet === more) {
    length = undefined;
  } else if (octet > more) {
    const octets = octet & 0x7f;
    if (octets > lengthOctetsMax) return "a length beyond all use";
    length = 0;
    for (const end = at + octets; at < end; at += 1) {
      const next = bytes[at];
      if (next === undefined) return tooShort;
      length = length * 256 + next;
    }
  }
  return { class: classes[first >> 6] ?? "universal", constructed: (first & 0x20) !== 0, tag,
    length, headOctets: at - from };
}

/** X.690 8.3; undefined beyond the integers that a number holds exactly. */
export function berInteger(contents: Uint8Array): number | undefined {
  if (contents.length === 0 || contents.length > 8) return undefined;
  let value = 0n;
  for (const octet of contents) value = value * 256n + BigInt(octet);
  const whole = BigInt.asIntN(contents.length * 8, value);
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** X.690 8.19, as `1.3.6.1.2.1`. */
export function berObjectIdentifier(contents: Uint8Array): string | undefined {
  const arcs: number[] = [];
  let arc = 0;
  let open = false;
  for (const octet of contents) {
    arc = arc * 128 + (octet & 0x7f);
    if (arc > 0xffff_ffff) return undefined;
    open = octet >= more;
    if (open) continue;
    if (arcs.length === 0) {
      const root = Math.min(2, Math.floor(arc / 40));
      arcs.push(root, arc - root * 40);
    } else {
      arcs.push(arc);
    }
    if (arcs.length > arcsMax) return undefined;
    arc = 0;
  }
  return open || arcs.length === 0 ? undefined : arcs.join(".");
}

export interface BerKind {
  /** Universal if absent. */
  readonly class?: BerClass;
  readonly constructed?: boolean;
  readonly tag: number;
}

/** One element with these contents. Tags up to 30. */
export function writeBer(kind: BerKind, contents: Uint8Array): Uint8Array {
  const first = classes.indexOf(kind.class ?? "universal") << 6
    | (kind.constructed === true ? 0x20 : 0) | kind.tag;
  return Buffer.concat([Buffer.of(first), lengthOf(contents.length), contents]);
}

/** A sequence, or what stands in its place, of written elements. */
export function writeBerAll(
  parts: readonly Uint8Array[], kind: BerKind = { tag: tags.sequence },
): Uint8Array {
  return writeBer({ ...kind, constructed: true }, Buffer.concat(parts));
}

function lengthOf(length: number): Uint8Array {
  if (length < more) return Buffer.of(length);
  const octets: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256);
  return Buffer.of(more | octets.length, ...octets);
}

/** Contents of an integer, as short as the rules want. */
export function integerContents(value: number): Uint8Array {
  const octets: number[] = [];
  let left = BigInt(value);
  for (;;) {
    const octet = Number(left & 0xffn);
    octets.unshift(octet);
    left >>= 8n;
    // What is left is nothing but the sign that the octet shows.
    if (left === (octet < more ? 0n : -1n)) return Buffer.from(octets);
  }
}

/** Contents of an object identifier given as `1.3.6.1`; at least two arcs. */
export function objectIdentifierContents(text: string): Uint8Array {
  const [root = 0, second = 0, ...rest] = text.split(".").map(Number);
  return Buffer.from([root * 40 + second, ...rest].flatMap((arc) => {
    const octets = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      octets.unshift(more | left % 128);
    }
    return octets;
  }));
}
