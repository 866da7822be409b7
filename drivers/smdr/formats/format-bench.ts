/**
 * What every record format must pass: a table of records and what they say, damaged and truncated
 * ones, and streams in which good and damaged records mix.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Decoded } from "../../../firmware/base/codec.js";
import { inFrench } from "../../../firmware/base/french.js";
import { smdrCodec, type SmdrLine } from "../codec.js";
import type { Format, FormatSettings, Meaning } from "./format.js";

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
  /** What a record ends with may be anything, or it tells no time: only its line end ends it. */
  readonly endsByLine?: true;
}

export function decodeAll(
  format: Format, settings: FormatSettings, bytes: Uint8Array, cuts: readonly number[] = [],
): readonly Decoded<SmdrLine>[] {
  const decoder = smdrCodec(format, settings).decoder();
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
  { format, samples, rejected, endsByLine }: FormatSamples,
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

    it("reads back what it prints", () => {
      for (const sample of samples) {
        const line = one(sample);
        const printed = smdrCodec(format, sample.settings ?? {}).encode(line);
        assert.deepEqual(messages(decodeAll(format, sample.settings ?? {}, printed)), [line]);
      }
    });

    it("loses no record and invents none, however the stream is mixed and cut", () => {
      const plain = samples.filter(({ settings }) => settings === undefined);
      const noise = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) =>
        Buffer.concat([Buffer.from(bytes.map((byte) => byte | 0x80)), Buffer.from("\r")]));
      // A heading that is cut short is another heading.
      const cut = plain.filter(({ says, lines }) => says.phase !== "notice"
        && lines[0]?.startsWith("#") !== true);
      const piece = fc.oneof(
        fc.constantFrom(...plain).map((sample) => ({ sample, bytes: bytesOf(sample.lines) })),
        // Octets that came damaged, and took the end of their line with them.
        fc.tuple(fc.constantFrom(...plain), fc.uint8Array({ minLength: 1, maxLength: 9 }))
          .map(([sample, bytes]) => ({ sample, bytes: Buffer.concat(
            [Buffer.from(bytes.map((byte) => byte | 0x80)), bytesOf(sample.lines)]) })),
        ...cut.map(({ lines: [line = ""], wholeColumns = line.length }) =>
          fc.nat({ max: Math.min(wholeColumns, line.trimEnd().length) - 1 }).map((length) =>
            ({ sample: undefined, bytes: bytesOf([line.slice(0, length)]) }))),
        noise.map((bytes) => ({ sample: undefined, bytes })),
        fc.constantFrom("", "------", "\f", "   ").map((text) =>
          ({ sample: undefined, bytes: bytesOf([text]) })));
      fc.assert(fc.property(fc.array(piece, { maxLength: 20 }),
        fc.array(fc.nat({ max: 2_500 }), { maxLength: 12 }), (pieces, cuts) => {
          const stream = Buffer.concat(pieces.map(({ bytes }) => bytes));
          const found = messages(decodeAll(format, {}, stream, cuts));
          assert.deepEqual(found, pieces.flatMap(({ sample }) =>
            sample === undefined ? [] : [one(sample)]));
        }), { numRuns: 60 });
    });

    if (endsByLine !== true) {
      it("finds a record behind one whose line end was lost", () => {
        const calls = samples.filter(({ settings, says }) => settings === undefined
          && says.phase === "completed");
        for (const first of calls) {
          for (const second of calls) {
            const glued = Buffer.concat([bytesOf(first.lines).subarray(0, -2),
              bytesOf(second.lines)]);
            assert.deepEqual(messages(decodeAll(format, {}, glued)), [one(first), one(second)],
              `${first.title}; ${second.title}`);
          }
        }
      });
    }
  });
}
