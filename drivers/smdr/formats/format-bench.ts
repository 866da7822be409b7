/**
 * What every record format must pass: a table of records and what they say, damaged and truncated
 * ones, and streams in which good and damaged records mix.
 */

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { Decoded } from "../../../firmware/base/codec.js";
import { inFrench } from "../../../firmware/base/french.js";
import { smdrCodec, type SmdrLine } from "../codec.js";
import { ruleLine, type Format, type FormatSettings, type Meaning } from "./format.js";
import { formatOf } from "./index.js";

export interface Sample {
  readonly title: string;
  /** The lines of one record, as printed, without line ends. */
  readonly lines: readonly string[];
  /** The layout that must take it. */
  readonly layout: string;
  /** What must be said; members not named may be anything. */
  readonly says: Partial<Meaning> & { readonly phase: Meaning["phase"] };
  readonly settings?: FormatSettings;
  /**
   * A first line cut to fewer columns must not count as a record; the default is the whole line.
   * Fewer where all that is behind may be missing, or a cut there cannot be told.
   */
  readonly wholeColumns?: number;
  /** How the PBX is set that prints it: lines of two settings never come on one line. */
  readonly system?: string;
}

export interface Rejected {
  readonly title: string;
  readonly line: string;
}

/** What a format is tested with. */
export interface FormatSamples {
  readonly format: Format;
  readonly samples: readonly Sample[];
  /** Lines that are no records. */
  readonly rejected: readonly Rejected[];
  /**
   * Not every record is found behind another, or behind a piece of one, without a line end between
   * them: where nothing tells, the line is garbage. Absent: every one is found. `behind records
   * only`: a piece that consists of digits may become a part of a first field of any width.
   */
  readonly lostEnd?: "found or refused" | "behind records only";
  /** A piece that consists of digits may become first fields, or a part of one. */
  readonly firstGrows?: true;
  /** Of its pages and files: lines that tell of no call. */
  readonly headings?: readonly string[];
  /** Layouts whose beginning nothing marks: behind another line, or a piece, they are refused. */
  readonly unmarked?: readonly string[];
  /** Layouts that may be refused behind a piece of another; behind a whole one they are found. */
  readonly marks?: readonly string[];
}

export function decodeAll(
  format: Format, settings: FormatSettings, bytes: Uint8Array, cuts: readonly number[] = [],
  decoder = smdrCodec(format, settings).decoder(),
): readonly Decoded<SmdrLine>[] {
  const found: Decoded<SmdrLine>[] = [];
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const to = Math.min(cut, bytes.length);
    found.push(...decoder.push(bytes.subarray(from, to)));
    from = to;
  }
  found.push(...decoder.push(bytes.subarray(from)), ...decoder.flush());
  return found;
}

export function describeFormat(
  { format, samples, rejected, lostEnd, firstGrows, headings = [], unmarked = [], marks = [],
  }: FormatSamples,
): void {
  const bytesOf = (lines: readonly string[]): Buffer =>
    Buffer.from(lines.map((line) => `${line}\r\n`).join(""), format.encoding);
  const messages = (found: readonly Decoded<SmdrLine>[]): readonly SmdrLine[] =>
    found.flatMap((each) => each.kind === "message" ? [each.message] : []);
  const one = ({ lines, settings = {} }: Sample): SmdrLine => {
    const found = decodeAll(format, settings, bytesOf(lines));
    const [line] = messages(found);
    assert(line !== undefined && found.length === 1, JSON.stringify(found.map((each) =>
      each.kind === "message" ? each.message : { ...each, bytes: String(each.bytes) })));
    return line;
  };

  describe(`records of ${format.title}`, () => {
    for (const sample of samples) {
      it(`reads ${sample.title}`, () => {
        const { says, layout } = one(sample);
        assert.equal(layout, sample.layout);
        assert.deepEqual(Object.fromEntries(Object.keys(sample.says).map((name) =>
          [name, (says as unknown as Record<string, unknown>)[name]])), sample.says);
      });
    }

    for (const { title, line } of rejected) {
      it(`keeps as garbage: ${title}`, () => {
        const found = decodeAll(format, {}, bytesOf([line]));
        assert.deepEqual(found.map((each) => each.kind), ["garbage"]);
        for (const each of found) {
          if (each.kind === "garbage") assert.ok(inFrench(each.reason) !== undefined, each.reason);
        }
      });
    }

    it("passes over the headings of pages, all that it knows", () => {
      for (const heading of headings) {
        assert.deepEqual(decodeAll(format, {}, bytesOf([heading])), [], heading);
      }
      for (const skip of format.skips.filter((each) => each !== ruleLine)) {
        assert.ok(headings.some((heading) => skip.test(heading)), String(skip));
      }
    });

    it("has a sample of every layout", () => {
      assert.deepEqual([...new Set(samples.map(({ layout }) => layout))].sort(),
        format.layouts.map(({ name }) => name).sort());
    });

    it("takes no truncated line for a record", () => {
      for (const { lines, settings = {}, wholeColumns, title } of samples) {
        const [line = ""] = lines;
        const end = Math.min(wholeColumns ?? line.trimEnd().length, line.trimEnd().length);
        for (let length = 1; length < end; length += 1) {
          const found = messages(decodeAll(format, settings, bytesOf([line.slice(0, length)])));
          assert.deepEqual(found, [], `${title} cut to ${String(length)} columns`);
        }
      }
    });

    it("reads what the width of the paper has parted", () => {
      for (const sample of samples) {
        const { lines: [line = "", ...rest], settings = {}, title } = sample;
        if (rest.length > 0 || sample.says.phase === "date") continue;
        for (const width of [80, 132]) {
          const bytes = Buffer.from(line.trimEnd(), format.encoding);
          if (bytes.length <= width) continue;
          const parts: Buffer[] = [];
          for (let from = 0; from < bytes.length; from += width) {
            parts.push(bytes.subarray(from, from + width), Buffer.from("\r\n"));
          }
          const next = messages(decodeAll(format, settings,
            Buffer.concat([...parts, bytesOf([line])])));
          assert.deepEqual(next, [one(sample), one(sample)], `${title}, ${String(width)} columns`);
        }
      }
    });

    it("reads back what it prints", () => {
      for (const sample of samples) {
        const line = one(sample);
        const printed = smdrCodec(format, sample.settings ?? {}).encode(line);
        assert.deepEqual(messages(decodeAll(format, sample.settings ?? {}, printed)), [line]);
      }
    });

    // Of one PBX: printed in one way, and read with the same settings.
    const systems = [...Map.groupBy(samples, ({ system = "", settings = {} }) =>
      `${settings.pattern ?? ""} ${system}`.trim())];
    /** What has to come first, so that the columns of the rest are known. */
    const first = (plain: readonly Sample[]): readonly Sample[] =>
      format.steady === undefined ? [] : plain.flatMap((sample) => [sample, sample]);
    const endless = ({ lines }: Sample): Buffer => bytesOf(lines).subarray(0, -2);
    const piecesOf = (plain: readonly Sample[]): fc.Arbitrary<Buffer> => fc.oneof(
      fc.constant(Buffer.from("~")),
      // A heading that is cut short is another heading, and a notice may have any length.
      ...plain.filter(({ says, lines }) => says.phase !== "notice"
        && lines[0]?.startsWith("# ") !== true).map(({ lines: [line = ""], wholeColumns }) =>
        fc.nat({ max: Math.min(wholeColumns ?? line.length, line.trimEnd().length) - 1 })
          .map((length) => Buffer.from(line.slice(0, length), format.encoding))));
    const noise = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) =>
      Buffer.from(bytes.map((byte) => byte | 0x80)));

    for (const [about, plain] of systems) {
      const settings = plain[0]?.settings ?? {};
      const same = plain.filter((each) => isDeepStrictEqual(each.settings ?? {}, settings));
      const settled = first(same);
      const before = Buffer.concat(settled.map(({ lines }) => bytesOf(lines)));
      const sample = fc.constantFrom(...same);
      const marked = same.filter(({ layout }) => !unmarked.includes(layout));
      const isMark = ({ layout }: Sample): boolean => marks.includes(layout);
      /** What is read of a stream behind those. */
      const found = (stream: Buffer, cuts: readonly number[] = []): readonly SmdrLine[] => {
        const decoder = smdrCodec(format, settings).decoder();
        const all = decodeAll(format, settings, Buffer.concat([before, stream]),
          cuts.map((cut) => cut + before.length), decoder);
        const garbage = all.reduce((sum, each) =>
          sum + (each.kind === "garbage" ? each.bytes.length : 0), 0);
        const { record, skipped } = decoder.tally();
        assert.equal(record + skipped + garbage, before.length + stream.length, "no byte is lost");
        const lines = messages(all);
        assert.deepEqual(lines.slice(0, settled.length), settled.map(one));
        return lines.slice(settled.length);
      };
      const of = about === "" ? "" : ` (${about})`;

      it(`loses no record and invents none, however mixed and cut${of}`, () => {
        const piece = fc.oneof(
          sample.map((each) => ({ good: [each], bytes: bytesOf(each.lines) })),
          // Octets that came damaged, and took the end of their line with them.
          fc.tuple(sample, noise).map(([each, octets]) => ({ good: [each],
            bytes: Buffer.concat([octets.subarray(0, 9), bytesOf(each.lines)]) })),
          // Seven bits and even parity, read as eight bits.
          sample.map((each) => ({ good: [], bytes: withParity(bytesOf(each.lines)) })),
          fc.oneof(piecesOf(same), noise, fc.constantFrom("", "------", "\f", "   ",
            ...headings)
            .map((text) => Buffer.from(text))).map((octets) =>
            ({ good: [], bytes: Buffer.concat([octets, Buffer.from("\r\n")]) })));
        fc.assert(fc.property(fc.array(piece, { maxLength: 20 }),
          fc.array(fc.nat({ max: 2_500 }), { maxLength: 12 }), (pieces, cuts) => {
            assert.deepEqual(found(Buffer.concat(pieces.map(({ bytes }) => bytes)), cuts),
              pieces.flatMap(({ good }) => good.map(one)));
          }), { numRuns: 60 });
      });

      it(`${lostEnd === undefined ? "finds" : "finds, or refuses,"} what has no line end before `
        + `it${of}`, () => {
        const check = (
          stream: Buffer, good: readonly Sample[], what: string, refused = lostEnd !== undefined,
        ): void => {
          const lines = found(stream);
          const expected = good.map(one);
          if (!refused) assert.deepEqual(lines, expected, what);
          else assert.ok(isPartOf(lines, expected), `${what}: ${JSON.stringify(lines)}`);
        };
        for (const left of same) {
          for (const right of same) {
            check(Buffer.concat([endless(left), bytesOf(right.lines)]), [left, right],
              `${left.title}; ${right.title}`, !marked.includes(right) || undefined);
          }
        }
        // A date of two numbers may be what a piece of a record lacks: nothing tells them apart.
        const calls = same.filter(({ says }) => says.phase !== "date");
        if (lostEnd === "behind records only" || calls.length === 0) return;
        const pieces = piecesOf(same).filter((piece) =>
          firstGrows !== true || !/^[\d ]+$/.test(piece.toString("latin1")));
        fc.assert(fc.property(pieces, fc.constantFrom(...calls), sample, (piece, each, next) => {
          const text = JSON.stringify(piece.toString("latin1"));
          check(Buffer.concat([piece, bytesOf(each.lines), bytesOf(next.lines)]), [each, next],
            text, isMark(each) || !marked.includes(each) || undefined);
          // What follows it with a line end is not lost.
          assert.deepEqual(found(Buffer.concat([piece, bytesOf(each.lines),
            bytesOf(next.lines)])).at(-1), one(next), text);
        }), { numRuns: 150 });
      });
    }
  });
}

function withParity(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.map((byte) => {
    const ones = [...(byte & 0x7f).toString(2)].filter((bit) => bit === "1").length;
    return byte & 0x7f | (ones % 2 === 0 ? 0 : 0x80);
  }));
}

/** Whether `lines` are some of `all`, in order. */
function isPartOf(lines: readonly SmdrLine[], all: readonly SmdrLine[]): boolean {
  let at = 0;
  return lines.every((line) => {
    while (at < all.length && !isDeepStrictEqual(all[at], line)) at += 1;
    at += 1;
    return at <= all.length;
  });
}

/** What becomes of lines: of a record its device, of garbage its text and reason. */
export function linesRead(format: string, ...lines: readonly string[]): readonly string[] {
  const decoder = smdrCodec(formatOf(format), {}).decoder();
  const bytes = Buffer.from(lines.map((line) => `${line}\r\n`).join(""), "latin1");
  return [...decoder.push(bytes), ...decoder.flush()].map((each) => {
    if (each.kind === "garbage") {
      return `${Buffer.from(each.bytes).toString("latin1")}: ${each.reason}`;
    }
    assert.ok(each.kind === "message");
    const { says } = each.message;
    return "device" in says ? says.device ?? "nobody" : says.phase;
  });
}
