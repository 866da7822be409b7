/**
 * Lines on a printer port ⇄ records. Terminators are any mix of CR and LF; NUL, BEL, FF, DC1 and
 * DC3 are padding and flow control. A line that no layout fits is garbage, kept and counted. One as
 * wide as paper is may go on in the next.
 */

import type { Codec, Decoded, Decoder } from "../../firmware/base/codec.js";
import type { Format, FormatSettings, Meaning } from "./formats/format.js";
import {
  layoutUnder, printLayout, readLayout, type BlockLayout, type CsvLayout, type Fields,
  type Layout, type LineLayout,
} from "./layout.js";
import { secondRecord, timeColumn } from "./second-record.js";
import { SteadyColumns } from "./steady-columns.js";

export interface SmdrLine {
  readonly layout: string;
  readonly fields: Fields;
  /** What the fields say. */
  readonly says: Meaning;
}

/**
 * Twice the longest record known, where the format says nothing else; noise without line ends is
 * given up in halves of it.
 */
export const lineBytesMax = 2_048;

/** At these columns printers and their drivers break lines. */
export const paperColumns: ReadonlySet<number> = new Set([80, 132]);
/** A record is broken into no more. */
const paperLinesMax = 16;

/** What no record begins with. */
const leadingNoise = /^[^\x20-\x7e]+/;
const padding = new Set([0x00, 0x07, 0x0c, 0x11, 0x13]);
const cr = 0x0d;
const lf = 0x0a;

export interface LineDecoder extends Decoder<SmdrLine> {
  /** Something waits for its end: a line, or a record for its next line. */
  readonly pending: boolean;
  /** Bytes of a line that has not ended yet. */
  readonly pendingBytes: number;
  /** Text of that line, for a login that prompts without ending its line. */
  readonly pendingText: string;
  /** Ends the line, as an end of line does that is not counted: the protocol around it says so. */
  endLine(): Iterable<Decoded<SmdrLine>>;
  /** Treats a line that may go on in the next one as whole. */
  endPaperLine(): Iterable<Decoded<SmdrLine>>;
  /** Treats what is pending as whole: after a silence, or at the end of the connection. */
  flush(): Iterable<Decoded<SmdrLine>>;
  /** Forgets what is pending: it was a prompt. */
  discard(): void;
  /** What became of the bytes since it was asked last; those of garbage are not among them. */
  tally(): Tally;
}

export interface Tally {
  readonly record: number;
  /** Line ends, padding, headings, prompts. */
  readonly skipped: number;
}

export interface SmdrCodec extends Codec<SmdrLine> {
  decoder(): LineDecoder;
}

export function smdrCodec(format: Format, settings: FormatSettings): SmdrCodec {
  const layouts = format.layouts.filter(({ name }) => settings.pattern === undefined
    ? format.onlyChosen?.includes(name) !== true
    : settings.pattern === name || format.always?.includes(name) === true);
  return {
    encode(line) {
      const layout = layouts.find(({ name }) => name === line.layout);
      const text = layout === undefined ? [""] : printLayout(layout, line.fields);
      return Buffer.from(text.map((each) => `${each}\r\n`).join(""), format.encoding);
    },
    decoder: () => new Lines(format, layouts, settings),
  };
}

/** Reads fields into a line as the decoder would; a string is why they make no sense. */
export function lineOf(
  format: Format, settings: FormatSettings, layout: string, fields: Fields,
): SmdrLine | string {
  const says = format.read(fields, settings, layout);
  return typeof says === "string" ? says : { layout, fields, says };
}

/** A record of several lines that has not ended yet. */
interface OpenBlock {
  readonly layout: BlockLayout;
  readonly lines: Uint8Array[];
  fields: Fields;
}

class Lines implements LineDecoder {
  readonly #format: Format;
  readonly #settings: FormatSettings;
  readonly #bytesMax: number;
  readonly #buffer: Buffer;
  /** The layout that fitted last is tried first. */
  #layouts: readonly Layout[];
  /** What stands under the last heading, by the name of the layout. */
  readonly #under = new Map<string, CsvLayout>();
  readonly #columns: SteadyColumns;
  #length = 0;
  #block: OpenBlock | undefined;
  /** Lines as wide as the paper, which may go on. */
  #paper: readonly Uint8Array[] = [];
  #record = 0;
  #skipped = 0;
  /** To be skipped, in the line or the record that waits for its end: told of with it, in order. */
  #skippedInLine = 0;
  #skippedInBlock = 0;
  #skippedInPaper = 0;

  constructor(format: Format, layouts: readonly Layout[], settings: FormatSettings) {
    this.#format = format;
    this.#bytesMax = format.lineBytesMax ?? lineBytesMax;
    this.#buffer = Buffer.alloc(this.#bytesMax);
    this.#layouts = layouts;
    this.#settings = settings;
    this.#columns = new SteadyColumns(format.fixedColumns === true);
  }

  get pending(): boolean {
    return this.#length > 0 || this.#block !== undefined || this.#paper.length > 0;
  }

  get pendingBytes(): number {
    return this.#length;
  }

  get pendingText(): string {
    return this.#buffer.toString("latin1", 0, this.#length);
  }

  discard(): void {
    this.#pass(this.#length + this.#skippedInLine);
    this.#length = 0;
    this.#skippedInLine = 0;
  }

  tally(): Tally {
    const tally = { record: this.#record, skipped: this.#skipped };
    this.#record = 0;
    this.#skipped = 0;
    return tally;
  }

  push(chunk: Uint8Array): Iterable<Decoded<SmdrLine>> {
    const found: Decoded<SmdrLine>[] = [];
    for (const byte of chunk) {
      if (byte === cr || byte === lf) {
        this.#lineEnds(found);
        this.#pass(1);
      } else if (padding.has(byte)) {
        if (this.#length > 0) this.#skippedInLine += 1;
        else this.#pass(1);
      } else {
        if (this.#length === this.#bytesMax) this.#giveUpHalf(found);
        this.#buffer[this.#length] = byte;
        this.#length += 1;
      }
    }
    return found;
  }

  endLine(): Iterable<Decoded<SmdrLine>> {
    const found: Decoded<SmdrLine>[] = [];
    this.#lineEnds(found);
    this.#endPaper(this.#paper, found);
    return found;
  }

  endPaperLine(): Iterable<Decoded<SmdrLine>> {
    const found: Decoded<SmdrLine>[] = [];
    this.#endPaper(this.#paper, found);
    return found;
  }

  flush(): Iterable<Decoded<SmdrLine>> {
    const found: Decoded<SmdrLine>[] = [];
    this.#lineEnds(found);
    this.#endPaper(this.#paper, found);
    this.#endBlock(found);
    return found;
  }

  #lineEnds(found: Decoded<SmdrLine>[]): void {
    if (this.#length === 0) return;
    const bytes = Uint8Array.from(this.#buffer.subarray(0, this.#length));
    const skipped = this.#skippedInLine;
    this.#length = 0;
    this.#skippedInLine = 0;
    this.#paperLine(bytes, found);
    this.#pass(skipped);
  }

  /** Puts together what the paper has parted; nothing else is changed. */
  #paperLine(bytes: Uint8Array, found: Decoded<SmdrLine>[]): void {
    const [first] = this.#paper;
    if (first !== undefined) {
      const lines = [...this.#paper, bytes];
      const all = Buffer.concat(lines);
      const isRest = !this.#isOwnLine(bytes);
      if (isRest && this.#fits(all, "allows", this.#fits(first, "allows"))) {
        this.#endPaper([all], found);
        return;
      }
      if (isRest && bytes.length === first.length && lines.length < paperLinesMax) {
        this.#paper = lines;
        return;
      }
      this.#endPaper(this.#paper, found);
    }
    if (!this.#mayGoOn(bytes)) {
      this.#line(bytes, found);
      return;
    }
    this.#endBlock(found);
    this.#paper = [bytes];
  }

  /** Whether it is as wide as paper and begins as records do, and more of it may follow. */
  #mayGoOn(bytes: Uint8Array): boolean {
    if (!paperColumns.has(bytes.length) || this.#more(bytes) !== undefined) return false;
    const begins = this.#begins(bytes);
    if (begins === undefined || begins.trim() !== "") return false;
    const layouts = this.#layouts.map((layout) => this.#firstLine(layout))
      .filter((layout) => layout !== undefined);
    const own = layouts.find((layout) => readLayout(layout, this.#decoded(bytes)) !== undefined);
    return own === undefined || own.kind === "tokens"
      || (own.kind === "columns" && (own.fields.at(-1)?.to ?? 0) > bytes.length);
  }

  /** Whether it is a record, or may hold one. */
  #isOwnLine(bytes: Uint8Array): boolean {
    return this.#fits(bytes, "allows") || this.#begins(bytes) !== undefined;
  }

  /** What stands before the first place at which a record could begin. */
  #begins(bytes: Uint8Array): string | undefined {
    const text = Buffer.from(bytes).toString("latin1");
    this.#format.begins.lastIndex = 0;
    const found = this.#format.begins.exec(text);
    return found === null ? undefined : text.slice(0, found.index);
  }

  #endPaper(lines: readonly Uint8Array[], found: Decoded<SmdrLine>[]): void {
    const skipped = this.#skippedInPaper;
    this.#paper = [];
    this.#skippedInPaper = 0;
    for (const line of lines) this.#line(line, found);
    this.#pass(skipped);
  }

  #pass(bytes: number): void {
    if (this.#paper.length > 0) this.#skippedInPaper += bytes;
    else if (this.#block === undefined) this.#skipped += bytes;
    else this.#skippedInBlock += bytes;
  }

  /** The newer half stays: a record may be about to end in it. */
  #giveUpHalf(found: Decoded<SmdrLine>[]): void {
    this.#endPaper(this.#paper, found);
    this.#endBlock(found);
    const half = this.#bytesMax / 2;
    const bytes = Uint8Array.from(this.#buffer.subarray(0, half));
    this.#buffer.copyWithin(0, half, this.#bytesMax);
    this.#length = half;
    const reason = `no end of line within ${this.#bytesMax} bytes`;
    found.push({ kind: "garbage", bytes, reason });
  }

  /** `isPart`: of a line that holds more than one. */
  #line(bytes: Uint8Array, found: Decoded<SmdrLine>[], isPart = false): void {
    // One octet, one column, whatever the alphabet: places are found before text is decoded.
    const text = Buffer.from(bytes).toString("latin1");
    if (text.trim() === "") {
      this.#pass(bytes.length);
      return;
    }
    const second = this.#secondRecord(bytes, text);
    if (second === "unsure") {
      this.#endBlock(found);
      found.push({ kind: "garbage", bytes, reason: "two records without a line end between them" });
      return;
    }
    if (second !== undefined && (isPart || !this.#isMoved(bytes))) {
      this.#line(bytes.subarray(0, second), found, true);
      this.#line(bytes.subarray(second), found, true);
      return;
    }
    if (this.#continues(bytes, found)) return;
    const noise = leadingNoise.exec(text)?.[0].length ?? 0;
    if (this.#isHeading(text.slice(noise))) {
      this.#endBlock(found);
      const reason = "noise before a heading";
      if (noise > 0) found.push({ kind: "garbage", bytes: bytes.subarray(0, noise), reason });
      this.#skipped += bytes.length - noise;
      return;
    }
    const begun = this.#begin(bytes, found, isPart);
    if (begun === undefined) return;
    if (this.#format.skips.some((skip) => skip.test(text))) {
      this.#pass(bytes.length);
      return;
    }
    if (noise > 0) {
      const garbage = { kind: "garbage", bytes: bytes.subarray(0, noise), reason: begun } as const;
      if (this.#begin(bytes.subarray(noise), found, isPart, garbage) === undefined) return;
    }
    this.#endBlock(found);
    found.push({ kind: "garbage", bytes, reason: begun });
  }

  #secondRecord(bytes: Uint8Array, text: string): number | "unsure" | undefined {
    const continues = (to?: number): boolean =>
      this.#more(bytes.subarray(0, to)) !== undefined;
    return secondRecord(this.#format, text, {
      whole: () => continues() || this.#fits(bytes, "allows"), continues,
      fits: (from) => this.#fits(bytes.subarray(from), "agrees")
        || this.#format.skips.some((skip) => skip.test(text.slice(from))),
      endsWhole: (to) => continues(to) || this.#fits(bytes.subarray(0, to), "allows"),
    });
  }

  /** As a record, as the first line of one, or as a heading; `isWhole`: its beginning is, too. */
  #fits(bytes: Uint8Array, way: "agrees" | "allows", isWhole = false): boolean {
    const text = this.#decoded(bytes);
    return this.#layouts.some((layout) => {
      if (layout.kind === "headed" && layoutUnder(layout, text) !== undefined) return true;
      const first = this.#firstLine(layout);
      // Anything may stand behind places that a separator parts.
      if (isWhole && first?.kind === "csv") return false;
      const fields = first === undefined ? undefined : readLayout(first, text);
      return fields !== undefined && this.#stands(layout.name, text, way)
        && (layout.kind === "block"
          || typeof lineOf(this.#format, this.#settings, layout.name, fields) !== "string");
    });
  }

  #isHeading(text: string): boolean {
    const found = this.#layouts.filter((layout) => layout.kind === "headed")
      .map((layout) => layoutUnder(layout, text)).find((layout) => layout !== undefined);
    if (found !== undefined) this.#under.set(found.name, found);
    return found !== undefined;
  }

  /** What the line that begins a record is read with; undefined before any heading. */
  #firstLine(layout: Layout): LineLayout | undefined {
    return layout.kind === "block" ? layout.first
      : layout.kind === "headed" ? this.#under.get(layout.name) : layout;
  }

  /** Whether the line belongs to the record that is open. */
  #continues(bytes: Uint8Array, found: Decoded<SmdrLine>[]): boolean {
    const block = this.#block;
    const more = this.#more(bytes);
    if (block === undefined || more === undefined) return false;
    const { layout, lines } = block;
    block.fields = together(block.fields, more.fields);
    lines.push(bytes);
    const ends = layout.ends?.includes(more.name) === true || lines.length >= layout.linesMax;
    if (ends) this.#endBlock(found);
    return true;
  }

  /** What the line says as a part of the record that is open. */
  #more(bytes: Uint8Array): { readonly name: string; readonly fields: Fields } | undefined {
    if (this.#block === undefined) return undefined;
    const text = this.#decoded(bytes);
    for (const each of this.#block.layout.more) {
      const fields = readLayout(each, text);
      if (fields !== undefined) return { name: each.name, fields };
    }
    return undefined;
  }

  /** Reads the line that begins a record; what it is instead where it begins none. */
  #begin(
    bytes: Uint8Array, found: Decoded<SmdrLine>[], isPart: boolean, before?: Decoded<SmdrLine>,
  ): string | undefined {
    const text = this.#decoded(bytes);
    let reason = `fits no ${this.#format.title} layout`;
    for (const layout of this.#layouts) {
      const first = this.#firstLine(layout);
      const fields = first === undefined ? undefined : readLayout(first, text);
      if (fields === undefined) continue;
      const line = layout.kind === "block" ? undefined
        : lineOf(this.#format, this.#settings, layout.name, fields);
      if (typeof line === "string") {
        reason = line;
        continue;
      }
      if (!this.#stands(layout.name, text, isPart ? "allows" : "meets")) {
        reason = "its columns are not those of the lines before it";
        continue;
      }
      this.#layouts = [layout, ...this.#layouts.filter((other) => other !== layout)];
      this.#endBlock(found);
      if (before !== undefined) found.push(before);
      if (layout.kind === "block") this.#block = { layout, lines: [bytes], fields };
      else if (line !== undefined) {
        this.#record += bytes.length;
        found.push({ kind: "message", message: line });
      }
      return undefined;
    }
    return reason;
  }

  /** Whether the time stands where it did, in a layout whose columns are steady. */
  #stands(layout: string, text: string, way: "agrees" | "allows" | "meets"): boolean {
    const name = this.#format.steady?.[layout];
    const column = name === undefined ? undefined : timeColumn(this.#format, text);
    if (name === undefined || column === undefined) return true;
    return this.#columns[way](name, column, text.slice(0, column));
  }

  /** Whether the line, though it seems to hold another, shows that all have moved. */
  #isMoved(bytes: Uint8Array): boolean {
    if (this.#format.steady === undefined) return false;
    const text = this.#decoded(bytes);
    return this.#layouts.some((layout) => {
      const first = this.#firstLine(layout);
      return !this.#stands(layout.name, text, "agrees") && first !== undefined
        && readLayout(first, text) !== undefined && this.#stands(layout.name, text, "meets");
    });
  }

  #endBlock(found: Decoded<SmdrLine>[]): void {
    const block = this.#block;
    if (block === undefined) return;
    this.#block = undefined;
    this.#skipped += this.#skippedInBlock;
    this.#skippedInBlock = 0;
    const line = lineOf(this.#format, this.#settings, block.layout.name, block.fields);
    if (typeof line !== "string") {
      for (const { length } of block.lines) this.#record += length;
      found.push({ kind: "message", message: line });
      return;
    }
    for (const bytes of block.lines) found.push({ kind: "garbage", bytes, reason: line });
  }

  #decoded(bytes: Uint8Array): string {
    return Buffer.from(bytes).toString(this.#format.encoding);
  }
}

function together(fields: Fields, more: Fields): Fields {
  const all: Record<string, string> = { ...fields };
  for (const [name, text] of Object.entries(more)) {
    const known = all[name];
    all[name] = known === undefined ? text : `${known}\n${text}`;
  }
  return all;
}
