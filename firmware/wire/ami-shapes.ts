/**
 * Where the values of a message stand, by the shapes of earlier ones: an Asterisk sends some
 * hundred kinds of messages, each with nearly always the same keys in the same order, so that
 * they need neither be searched for nor made anew. One pass over the bytes, four at a time, finds
 * all values and the end. What fits no shape is read line by line (`ami.ts`), to the same outcome.
 */

/** The keys of a message in order. */
export interface Shape {
  readonly keys: readonly string[];
  /** Of the first place of each key. */
  readonly index: ReadonlyMap<string, number>;
}

export interface Placed {
  readonly shape: Shape;
  /** Begin and end of each value in one number, counted from the message's first byte. */
  readonly places: readonly number[];
}

const placeBits = 15;
const placeMask = (1 << placeBits) - 1;
/** A longer message is read line by line. */
const placedBytesMax = 16_384;

export function placeBegin(place: number): number {
  return place >>> placeBits;
}

export function placeEnd(place: number): number {
  return place & placeMask;
}

/** A key, and what followed it in messages that have begun alike. */
interface Line {
  readonly key: string;
  /** Bytes before the value: end of the line before, key, colon, space. */
  readonly length: number;
  /** Those bytes as words of four, each behind its place; the last may lap over. */
  readonly words: Int32Array;
  readonly next: Line[];
  /** Where messages have ended here. */
  shape: Shape | undefined;
}

/** First lines are told apart by a hash; one that only shares it has other keys, or the same. */
const byFirstLine = new Map<number, Line>();
const firstLinesMax = 200;
let lines = 0;
const linesMax = 4_000;
const nextMax = 8;
const keysMax = 64;
const firstLineBytesMax = 64;
/** Two characters, so that a line has four bytes before its value. */
const steadyKey = /^[\w-]{2,40}$/;
const cr = 13;
const lf = 10;
const asciiEnd = 128;
const wordBytes = 4;
const messageEnd = 0x0a0d0a0d;
/** Less this, a byte below 14 has its high bit set, as has one above ASCII before. */
const fourteens = 0x0e0e0e0e;
const highBits = 0x80808080 | 0;

/** -1: the line is too long, or ends behind `data`. */
function firstLineOf(data: DataView, start: number): number {
  const stop = Math.min(data.byteLength, start + firstLineBytesMax);
  let hash = 0;
  for (let at = start; at < stop; at += 1) {
    const byte = data.getUint8(at);
    if (byte === cr) return hash >>> 0;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  return -1;
}

function fits(data: DataView, at: number, { words, length }: Line): boolean {
  if (at + length > data.byteLength) return false;
  for (let n = 0; n < words.length; n += 2) {
    if (data.getInt32(at + (words[n] ?? 0), true) !== words[n + 1]) return false;
  }
  return true;
}

/** Where the value from `from` ends with a carriage return; -1: it does not, or is not ASCII. */
function valueEnd(data: DataView, from: number): number {
  const { byteLength } = data;
  let at = from;
  while (at + wordBytes <= byteLength) {
    const word = data.getInt32(at, true);
    const marked = ((word - fourteens) | word) & highBits;
    if (marked === 0) {
      at += wordBytes;
      continue;
    }
    // The lowest mark is true; those above it may be false.
    const place = (31 - Math.clz32(marked & -marked)) >> 3;
    const byte = (word >>> (place * 8)) & 0xff;
    at += place;
    if (byte === cr) return at;
    if (byte === lf || byte >= asciiEnd) return -1;
    at += 1;
  }
  // The end of a message is four bytes: a value with fewer behind it is not whole.
  return -1;
}

/** Filled anew for each message: the copy of it is no longer than it must be. */
const found: number[] = [];

/** The values of the message that begins at `start`; undefined where no shape fits. */
export function placed(data: DataView, start: number): Placed | undefined {
  let line = byFirstLine.get(firstLineOf(data, start));
  let count = 0;
  let at = start;
  if (line !== undefined && !fits(data, at, line)) return undefined;
  while (line !== undefined) {
    at += line.length;
    const end = valueEnd(data, at);
    if (end < 0 || end - start > placedBytesMax || count > keysMax) return undefined;
    found[count] = ((at - start) << placeBits) | (end - start);
    count += 1;
    at = end;
    if (line.shape !== undefined && at + wordBytes <= data.byteLength
      && data.getInt32(at, true) === messageEnd) {
      return { shape: line.shape, places: found.slice(0, count) };
    }
    const { next }: Line = line;
    line = undefined;
    for (let n = 0; line === undefined && n < next.length; n += 1) {
      const one = next[n];
      if (one !== undefined && fits(data, at, one)) line = one;
    }
  }
  return undefined;
}

/** Of a placed message, its final empty line included. */
export function placedBytes({ places }: Placed): number {
  return placeEnd(places[places.length - 1] ?? 0) + wordBytes;
}

function newLine(key: string, isFirst: boolean): Line {
  const bytes = Buffer.from(`${isFirst ? "" : "\r\n"}${key}: `, "latin1");
  const words: number[] = [];
  for (let at = 0; at < bytes.length; at += wordBytes) {
    const place = Math.min(at, bytes.length - wordBytes);
    words.push(place, bytes.readInt32LE(place));
  }
  lines += 1;
  // Of its own: the key may be a view into its whole message.
  return { key: Buffer.from(key, "latin1").toString("latin1"), length: bytes.length,
    words: Int32Array.from(words), next: [], shape: undefined };
}

/**
 * Keeps the shape of a message of these keys. Not where a key is itself variable (a channel's
 * name in parentheses), nor above the bounds. What it keeps of an unusual message (a key without
 * the space behind it) fits none.
 */
export function learnShape(
  read: () => readonly string[], data: DataView, start: number,
): void {
  const hash = firstLineOf(data, start);
  if (hash < 0 || lines + keysMax > linesMax) return;
  const known = byFirstLine.get(hash);
  if (known === undefined && byFirstLine.size >= firstLinesMax) return;
  const [first, ...others] = read();
  if (first === undefined || others.length >= keysMax || !steadyKey.test(first)
    || !others.every((key) => steadyKey.test(key))) return;
  let line = known ?? newLine(first, true);
  if (line.key !== first) return;
  byFirstLine.set(hash, line);
  const keys = [line.key];
  for (const key of others) {
    let next = line.next.find((one) => one.key === key);
    if (next === undefined) {
      if (line.next.length >= nextMax) return;
      next = newLine(key, false);
      line.next.push(next);
    }
    keys.push(next.key);
    line = next;
  }
  const index = new Map<string, number>();
  keys.forEach((key, n) => { if (!index.has(key)) index.set(key, n); });
  line.shape ??= { keys, index };
}
