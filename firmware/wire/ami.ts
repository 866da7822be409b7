/**
 * The Asterisk Manager Interface on the wire, for both ends: CRLF lines `Key: Value`, a message
 * ends with an empty line, the greeting is the one line without it. Source: Asterisk's own
 * description of the protocol, and recordings of Asterisk 16.28 (AMI 5.0.4).
 */

import type { Codec, Decoded, Decoder } from "../base/codec.js";
import {
  learnShape, placeBegin, placed, placedBytes, placeEnd, type Placed,
} from "./ami-shapes.js";

export type AmiKind = "banner" | "event" | "response" | "action" | "other";
export type AmiField = readonly [key: string, value: string];

/** The most one message may occupy; Asterisk's own limit is far lower for what it receives. */
export const messageBytesMax = 1_048_576;
/** Above this size a value is copied, lest a short value keeps a long message in memory. */
const sharedCharsMax = 16_384;
/** V8's SlicedString::kMinLength. */
const viewCharsMin = 13;

const bannerStart = Buffer.from("Asterisk Call Manager/", "latin1");
const endCrLf = Buffer.from("\n\r\n", "latin1");
const endLf = Buffer.from("\n\n", "latin1");
const kinds: Readonly<Record<string, AmiKind>> = {
  Event: "event", Response: "response", Action: "action",
};
const cr = 13;
const lf = 10;
/** The longest end of a message: CR LF CR LF. */
const endBytes = 4;
const unsafe = /[\r\n\0]+/g;
const unsafeKey = /[\r\n\0:]+/g;

/** One message. Its fields are found when one of them is asked for. */
export class AmiMessage {
  readonly kind: AmiKind;
  /** The event's, response's or action's name; for the banner, the AMI version. */
  readonly name: string;
  readonly #text: string;
  readonly #placed: Placed | undefined;
  #found: Found | undefined;

  /**
   * `text` is the message without its final line end; it begins with `<kind>: <name>`. `places`
   * are where its values stand in it, when that is known.
   */
  constructor(kind: AmiKind, text: string, places?: Placed) {
    this.kind = kind;
    this.#text = text;
    this.#placed = places;
    if (kind === "banner") {
      this.name = text.slice(bannerStart.length).trim();
      return;
    }
    if (places !== undefined) {
      this.name = this.#placedValue(places, 0);
      return;
    }
    const colon = text.indexOf(":");
    let end = text.indexOf("\n", colon);
    if (end < 0) end = text.length;
    if (end > 0 && text.charCodeAt(end - 1) === 13) end -= 1;
    this.name = text.slice(text.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1, end);
  }

  /** The first value of a key, as sent: `""` where the value is empty. */
  get(key: string): string | undefined {
    const places = this.#placed;
    if (places !== undefined) {
      const index = places.shape.index.get(key);
      return index === undefined ? undefined : this.#placedValue(places, index);
    }
    const { keys, values } = this.#find();
    const index = keys.indexOf(key);
    return index < 0 ? undefined : values[index];
  }

  /** All values of a repeated key, in order. */
  all(key: string): readonly string[] {
    const { keys, values } = this.#find();
    return keys.flatMap((each, index) => each === key ? [values[index] ?? ""] : []);
  }

  /** Every field in order, `Event`/`Response`/`Action` first. Lines without a key have key `""`. */
  get fields(): readonly AmiField[] {
    const { keys, values } = this.#find();
    return keys.map((key, index) => [key, values[index] ?? ""]);
  }

  /** Parallel to `values`: cheaper than `fields` for a reader that wants everything. */
  get keys(): readonly string[] {
    return this.#placed?.shape.keys ?? this.#find().keys;
  }

  get values(): readonly string[] {
    return this.#find().values;
  }

  #placedValue({ places }: Placed, index: number): string {
    const place = places[index] ?? 0;
    return this.#text.slice(placeBegin(place), placeEnd(place));
  }

  #find(): Found {
    if (this.#found !== undefined) return this.#found;
    const places = this.#placed;
    if (places !== undefined) {
      const { keys } = places.shape;
      const values: string[] = [];
      for (let n = 0; n < keys.length; n += 1) values.push(this.#placedValue(places, n));
      this.#found = { keys, values };
    } else {
      this.#found = this.kind === "banner" ? nothing
        // A longer text is not kept in memory for the sake of one value, which may be a view.
        : splitLines(this.#text, this.#text.length > sharedCharsMax);
    }
    return this.#found;
  }
}

interface Found {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

const nothing: Found = { keys: [], values: [] };

function splitLines(text: string, own: boolean): Found {
  const keys: string[] = [];
  const values: string[] = [];
  const part = own ? copied : (all: string, start: number, end: number) => all.slice(start, end);
  for (let start = 0; start < text.length;) {
    const colon = keyEnd(text, start);
    const from = colon < 0 ? start : text.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1;
    let next = text.indexOf("\n", from);
    if (next < 0) next = text.length;
    const end = next > from && text.charCodeAt(next - 1) === cr ? next - 1 : next;
    if (end > from || colon >= 0) {
      keys.push(colon < 0 ? "" : part(text, start, colon));
      values.push(part(text, from, end));
    }
    start = next + 1;
  }
  return { keys, values };
}

/**
 * What is kept longer than its message: a value may be a view into the whole text of the message,
 * and would keep all of it in memory. V8 makes views of 13 characters and more.
 */
export function ownText(text: string): string {
  return text.length < viewCharsMin ? text : copied(text, 0, text.length);
}

/** A string of its own, not a view into a longer one. */
function copied(text: string, start: number, end: number): string {
  return Buffer.from(text.slice(start, end), "utf8").toString("utf8");
}

/**
 * Where the key ends. Observed: ast16-40-originate-click-to-dial has keys with a channel's name
 * in parentheses, which may contain a colon itself.
 */
function keyEnd(text: string, start: number): number {
  const colon = text.indexOf(":", start);
  if (colon < 0) return -1;
  const key = text.slice(start, colon);
  if (key.includes("\n")) return -1;
  if (!key.includes("(")) return colon;
  const closed = text.indexOf("):", start);
  const line = text.indexOf("\n", start);
  return closed < 0 || (line >= 0 && closed > line) ? colon : closed + 1;
}

/** A message from its fields, the kind's own field first. CR, LF and NUL are taken out. */
export function amiMessage(fields: readonly AmiField[]): AmiMessage {
  const text = fields.map(fieldLine).join("\r\n");
  return new AmiMessage(kinds[fields[0]?.[0] ?? ""] ?? "other", text);
}

export function amiBanner(version: string): AmiMessage {
  return new AmiMessage("banner", `${bannerStart.toString("latin1")}${version}`);
}

function fieldLine([key, value]: AmiField): string {
  const safe = value.replace(unsafe, "");
  return key === "" ? safe : `${key.replace(unsafeKey, "")}: ${safe}`;
}

function encode(message: AmiMessage): Uint8Array {
  if (message.kind === "banner") {
    return Buffer.from(`${bannerStart.toString("latin1")}${message.name}\r\n`, "utf8");
  }
  return Buffer.from(`${message.fields.map(fieldLine).join("\r\n")}\r\n\r\n`, "utf8");
}

const empty = Buffer.alloc(0);

/** Finds messages in a stream of any chunking; what it keeps never exceeds `bytesMax`. */
class AmiDecoder implements Decoder<AmiMessage> {
  readonly #bytesMax: number;
  /** Bytes of the message begun: `#size` of them in `#kept`, which doubles as it grows. */
  #kept: Buffer = empty;
  #size = 0;
  /** In the middle of a message longer than `bytesMax`. */
  #skipping = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  push(chunk: Uint8Array): Decoded<AmiMessage>[] {
    const out: Decoded<AmiMessage>[] = [];
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    if (this.#size === 1 && this.#kept[0] === cr && view[0] === lf) {
      this.#size = 0;
      at = 1;
    }
    while (this.#size > 0 && at < view.length) at = this.#grow(view, at, out);
    if (at < view.length) this.#scan(view, at, out);
    return out;
  }

  /** Adds to a begun message until it ends; answers where in `view` to go on. */
  #grow(view: Buffer, at: number, out: Decoded<AmiMessage>[]): number {
    const before = this.#size;
    const across = this.#endAcross(view, at);
    const ended = across > 0 ? at + across : firstEnd(view, at);
    const wanted = (ended < 0 ? view.length : ended) - at;
    const take = Math.min(wanted, this.#bytesMax + endBytes - before);
    this.#keep(view, at, at + take);
    const text = this.#kept.subarray(0, this.#size);
    const banner = this.#skipping || !isBanner(text, 0) ? 0 : text.indexOf(lf) + 1;
    const end = banner > 0 ? banner : ended >= 0 && take === wanted ? this.#size : 0;
    if (end > 0) {
      this.#size = 0;
      if (this.#skipping || this.#placed(text, dataOf(text), 0, out) === 0) {
        this.#finish(text, 0, end, out);
      }
      return at + end - before;
    }
    this.#shorten(out);
    return at + take;
  }

  /** The bytes of `view` from `at` that complete an empty line begun in what is kept, or 0. */
  #endAcross(view: Buffer, at: number): number {
    const last = this.#kept[this.#size - 1];
    if (last === cr) return this.#kept[this.#size - 2] === lf && view[at] === lf ? 1 : 0;
    if (last !== lf) return 0;
    if (view[at] === lf) return 1;
    return view[at] === cr && view[at + 1] === lf ? 2 : 0;
  }

  /** Reads whole messages straight out of the chunk; keeps the rest. */
  #scan(view: Buffer, start: number, out: Decoded<AmiMessage>[]): void {
    const data = dataOf(view);
    let at = start;
    for (;;) {
      while (view[at] === lf || (view[at] === cr && view[at + 1] === lf)) at += 1;
      if (at >= view.length) return;
      let end = this.#placed(view, data, at, out);
      if (end === 0) {
        end = isBanner(view, at) ? view.indexOf(lf, at) + 1 : 0;
        if (end === 0) end = firstEnd(view, at);
        if (end < 0) break;
        this.#finish(view, at, end, out);
      }
      at = end;
    }
    while (at < view.length) {
      const take = Math.min(view.length - at, this.#bytesMax + endBytes - this.#size);
      this.#keep(view, at, at + take);
      at += take;
      this.#shorten(out);
    }
  }

  /** A message of a known shape; answers where it ends, 0 for any other. */
  #placed(
    view: Buffer, data: DataView, start: number, out: Decoded<AmiMessage>[],
  ): number {
    const found = placed(data, start);
    if (found === undefined) return 0;
    const bytes = placedBytes(found);
    if (bytes > this.#bytesMax + endBytes) return 0;
    const text = view.toString("latin1", start, start + bytes - endBytes);
    const kind = kinds[found.shape.keys[0] ?? ""] ?? "other";
    out.push({ kind: "message", message: new AmiMessage(kind, text, found) });
    return start + bytes;
  }

  #keep(view: Buffer, start: number, end: number): void {
    const size = this.#size + end - start;
    if (this.#kept.length < size) {
      const room = Math.min(this.#bytesMax + endBytes, Math.max(4096, size * 2));
      const wider = Buffer.allocUnsafe(room);
      this.#kept.copy(wider, 0, 0, this.#size);
      this.#kept = wider;
    }
    view.copy(this.#kept, this.#size, start, end);
    this.#size = size;
  }

  /** A message that overfills the bound is garbage; its last bytes may begin its end. */
  #shorten(out: Decoded<AmiMessage>[]): void {
    if (this.#size < this.#bytesMax + endBytes) return;
    out.push(garbage(this.#kept, 0, this.#bytesMax, tooLong));
    this.#kept.copyWithin(0, this.#bytesMax, this.#size);
    this.#size -= this.#bytesMax;
    this.#skipping = true;
  }

  #finish(view: Buffer, start: number, end: number, out: Decoded<AmiMessage>[]): void {
    if (this.#skipping || end - start > this.#bytesMax + endBytes) {
      this.#skipping = false;
      let at = start;
      for (; end - at > this.#bytesMax + endBytes; at += this.#bytesMax) {
        out.push(garbage(view, at, at + this.#bytesMax, tooLong));
      }
      out.push(garbage(view, at, end, tooLong));
      return;
    }
    let to = end;
    while (to > start && (view[to - 1] === lf || view[to - 1] === cr)) to -= 1;
    if (to === start) return;
    const text = textOf(view, start, to);
    const kind = kindOf(text);
    if (kind === undefined) {
      recover(view, start, to, end, out);
      return;
    }
    const message = new AmiMessage(kind, text);
    // A message with other letters than ASCII fits no shape, however often it is learnt.
    if (text.length === to - start) learnShape(() => message.keys, dataOf(view), start);
    out.push({ kind: "message", message });
  }
}

/** Damaged start: the first line in it that starts a message is where the message begins. */
function recover(
  view: Buffer, start: number, to: number, end: number, out: Decoded<AmiMessage>[],
): void {
  for (let line = view.indexOf(lf, start) + 1; line > 0 && line < to;
    line = view.indexOf(lf, line) + 1) {
    const text = textOf(view, line, to);
    const kind = kindOf(text);
    if (kind === undefined) continue;
    out.push(garbage(view, start, line, noStart));
    out.push({ kind: "message", message: new AmiMessage(kind, text) });
    return;
  }
  out.push(garbage(view, start, end, noStart));
}

const tooLong = "message longer than the bound";
const noStart = "does not begin with Event, Response or Action";

function garbage(view: Buffer, start: number, end: number, reason: string): Decoded<AmiMessage> {
  return { kind: "garbage", bytes: Uint8Array.from(view.subarray(start, end)), reason };
}

/** Where the first message in `text` ends, its empty line included; -1 where it does not. */
function firstEnd(text: Buffer, from: number): number {
  const crlf = text.indexOf(endCrLf, from);
  const bare = (crlf < 0 ? text : text.subarray(0, crlf + 1)).indexOf(endLf, from);
  if (bare >= 0) return bare + 2;
  return crlf < 0 ? -1 : crlf + 3;
}

function dataOf(view: Buffer): DataView {
  return new DataView(view.buffer, view.byteOffset, view.byteLength);
}

function isBanner(text: Buffer, at: number): boolean {
  return text[at] === 65 && text.length - at >= bannerStart.length
    && bannerStart.equals(text.subarray(at, at + bannerStart.length));
}

/** UTF-8; or, where it is not (names typed on an old system), Latin-1, so that nothing is lost. */
function textOf(view: Buffer, start: number, end: number): string {
  const text = view.toString("utf8", start, end);
  return text.includes("\ufffd") ? view.toString("latin1", start, end) : text;
}

function kindOf(text: string): AmiKind | undefined {
  if (text.startsWith("Event:")) return "event";
  if (text.startsWith("Response:")) return "response";
  if (text.startsWith("Action:")) return "action";
  return text.startsWith("Asterisk Call Manager/") && !text.includes("\n")
    ? "banner" : undefined;
}

/** `bytesMax` bounds one message, and with it the decoder's memory. */
export function amiDecoder(bytesMax = messageBytesMax): Decoder<AmiMessage> {
  return new AmiDecoder(bytesMax);
}

export const amiCodec: Codec<AmiMessage> = { encode, decoder: () => amiDecoder() };
