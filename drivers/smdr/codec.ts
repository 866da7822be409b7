/**
 * Lines on a printer port ⇄ records. Terminators are any mix of CR and LF; NUL, BEL, FF, DC1 and
 * DC3 are padding and flow control. A line that no layout fits is garbage, kept and counted.
 */

import type { Codec, Decoded, Decoder } from "../../firmware/base/codec.js";
import type { CallLine, Format, FormatSettings } from "./formats/format.js";
import { printLayout, readLayout, type Fields, type Layout } from "./layout.js";

export interface SmdrLine {
  readonly layout: string;
  readonly fields: Fields;
  /** What the fields say. */
  readonly call: CallLine;
}

/** Twice the longest record known; noise without line ends is given up in halves of it. */
export const lineBytesMax = 2_048;

const padding = new Set([0x00, 0x07, 0x0c, 0x11, 0x13]);
const cr = 0x0d;
const lf = 0x0a;

export interface LineDecoder extends Decoder<SmdrLine> {
  /** Bytes of a line that has not ended yet. */
  readonly pendingBytes: number;
  /** Text of that line, for a login that prompts without ending its line. */
  readonly pendingText: string;
  /** Treats what is pending as a line: after a silence, or at the end of the connection. */
  flush(): Iterable<Decoded<SmdrLine>>;
  /** Forgets what is pending: it was a prompt. */
  discard(): void;
}

export interface SmdrCodec extends Codec<SmdrLine> {
  decoder(): LineDecoder;
}

export function smdrCodec(format: Format, settings: FormatSettings): SmdrCodec {
  const layouts = format.layouts.filter(({ name }) =>
    settings.pattern === undefined || settings.pattern === name);
  return {
    encode(line) {
      const layout = layouts.find(({ name }) => name === line.layout);
      const text = layout === undefined ? "" : printLayout(layout, line.fields);
      return Buffer.from(`${text}\r\n`, format.encoding);
    },
    decoder: () => new Lines(format, layouts, settings),
  };
}

/** Reads fields into a line as the decoder would; a string is why they make no sense. */
export function lineOf(
  format: Format, settings: FormatSettings, layout: string, fields: Fields,
): SmdrLine | string {
  const call = format.read(fields, settings);
  return typeof call === "string" ? call : { layout, fields, call };
}

class Lines implements LineDecoder {
  readonly #format: Format;
  readonly #settings: FormatSettings;
  readonly #buffer = Buffer.alloc(lineBytesMax);
  /** The layout that fitted last is tried first. */
  #layouts: readonly Layout[];
  #length = 0;

  constructor(format: Format, layouts: readonly Layout[], settings: FormatSettings) {
    this.#format = format;
    this.#layouts = layouts;
    this.#settings = settings;
  }

  get pendingBytes(): number {
    return this.#length;
  }

  get pendingText(): string {
    return this.#buffer.toString("latin1", 0, this.#length);
  }

  discard(): void {
    this.#length = 0;
  }

  push(chunk: Uint8Array): Iterable<Decoded<SmdrLine>> {
    const found: Decoded<SmdrLine>[] = [];
    for (const byte of chunk) {
      if (byte === cr || byte === lf) {
        found.push(...this.flush());
      } else if (!padding.has(byte)) {
        if (this.#length === lineBytesMax) found.push(this.#giveUpHalf());
        this.#buffer[this.#length] = byte;
        this.#length += 1;
      }
    }
    return found;
  }

  flush(): Iterable<Decoded<SmdrLine>> {
    if (this.#length === 0) return [];
    const bytes = Uint8Array.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return this.#line(bytes);
  }

  /** The newer half stays: a record may be about to end in it. */
  #giveUpHalf(): Decoded<SmdrLine> {
    const half = lineBytesMax / 2;
    const bytes = Uint8Array.from(this.#buffer.subarray(0, half));
    this.#buffer.copyWithin(0, half, lineBytesMax);
    this.#length = half;
    return { kind: "garbage", bytes, reason: `no end of line within ${lineBytesMax} bytes` };
  }

  *#line(bytes: Uint8Array): Iterable<Decoded<SmdrLine>> {
    // One octet, one column, whatever the alphabet: places are found before text is decoded.
    const text = Buffer.from(bytes).toString("latin1");
    if (text.trim() === "") return;
    const whole = this.#read(bytes);
    if (typeof whole !== "string") {
      yield { kind: "message", message: whole };
      return;
    }
    if (this.#format.skips.some((skip) => skip.test(text))) return;
    for (const { index } of text.matchAll(this.#format.begins)) {
      if (index === 0) continue;
      const behind = this.#read(bytes.subarray(index));
      if (typeof behind === "string") continue;
      yield { kind: "garbage", bytes: bytes.subarray(0, index), reason: whole };
      yield { kind: "message", message: behind };
      return;
    }
    yield { kind: "garbage", bytes, reason: whole };
  }

  #read(bytes: Uint8Array): SmdrLine | string {
    const text = Buffer.from(bytes).toString(this.#format.encoding);
    let reason = `fits no ${this.#format.title} layout`;
    for (const layout of this.#layouts) {
      const fields = readLayout(layout, text);
      if (fields === undefined) continue;
      const line = lineOf(this.#format, this.#settings, layout.name, fields);
      if (typeof line === "string") {
        reason = line;
        continue;
      }
      this.#layouts = [layout, ...this.#layouts.filter((other) => other !== layout)];
      return line;
    }
    return reason;
  }
}
