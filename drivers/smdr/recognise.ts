/**
 * Which record format a text is in. Every format reads it; what counts is the share of its lines
 * that are records, and how much of them could not have been read by chance. Pure.
 */

import type { Recognition } from "../../firmware/link/driver.js";
import { paperColumns, smdrCodec, type SmdrLine } from "./codec.js";
import type { DateOrder, Format, Meaning, PbxTime } from "./formats/format.js";
import { formatOf, formats } from "./formats/index.js";
import { FramedDecoder } from "./framed-decoder.js";
import { openFraming, type FramingOptions } from "./framings/index.js";
import { necDefaults } from "./framings/nec.js";
import { layoutUnder, readLayout, type Fields, type HeadedLayout, type LineLayout }
  from "./layout.js";
import { momentOf } from "../../firmware/base/local-time.js";

const samplesMax = 5;
/** Two formats whose marks differ by less cannot be told apart. */
const apart = 0.15;
/** Characters of strict fields that make two records believable; of four, half as many do. */
const strictEnough = 24;
const recordsEnough = 4;
const dayMs = 86_400_000;
/** Looked at before a format is read; the link doctor keeps no more. */
const glanceLinesMax = 100;
/** Of places in a line at which a record could begin. */
const startsMax = 8;
/** What the codec leaves out of a line. */
const padding = /[\0\x07\f\x11\x13]/g;

/** Bytes may come in frames, where these come unasked; one that waits to be asked is not heard. */
interface Way {
  readonly framing: FramingOptions;
  /** For `options` in the configuration. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly formats: readonly Format[];
}

const framedWays: readonly Way[] = [
  { framing: { framing: "nec-free" }, options: { framing: "nec-free" },
    formats: [formatOf("nec-neax")] },
  { framing: { framing: "nec-free", nec: { ...necDefaults, parity: false } },
    options: { framing: "nec-free", nec: { parity: false } }, formats: [formatOf("nec-neax")] },
  { framing: { framing: "isdx" }, options: { framing: "isdx" }, formats: [formatOf("isdx")] },
];

interface Reading {
  readonly way: Way;
  readonly format: Format;
  readonly order: DateOrder;
  readonly lines: readonly SmdrLine[];
  readonly mark: number;
}

export function recognise(
  bytes: Uint8Array, atMs: number, timeZone: string,
): readonly Recognition[] {
  return [...recogniseInPieces(bytes, atMs, timeZone)].at(-1) ?? [];
}

/** `recognise`, a format a piece; what the last yields is the answer. */
export function recogniseInPieces(
  bytes: Uint8Array, atMs: number, timeZone: string,
): Iterable<readonly Recognition[]> {
  return recogniseAmong([...formats.values()], bytes, atMs, timeZone);
}

/** The same; of these formats, lines are read with those that one line at least could be of. */
export function* recogniseAmong(
  among: readonly Format[], bytes: Uint8Array, atMs: number, timeZone: string,
): Iterable<readonly Recognition[]> {
  const lines = Buffer.from(bytes).toString("latin1").split(/[\r\n]+/)
    .map((line) => line.replace(padding, "")).filter((line) => line.trim() !== "")
    .slice(-glanceLinesMax);
  // What the width of the paper may have parted.
  const joined = lines.flatMap((line, at) =>
    paperColumns.has(line.length) ? [line + (lines[at + 1] ?? "")] : []);
  const likely: Format[] = [];
  for (const format of among) {
    if ([...lines, ...joined].some((line) => couldBeOf(format, line))) likely.push(format);
    yield [];
  }
  const plain: Way = { framing: { framing: "lines" }, options: {}, formats: likely };
  const all: Reading[] = [];
  for (const way of [plain, ...framedWays]) {
    for (const format of way.formats) {
      const found = bestReading(way, format, bytes, atMs, timeZone);
      if (found !== undefined) all.push(found);
      yield [];
    }
  }
  all.sort((a, b) => b.mark - a.mark);
  // Of one format in several frames, the best.
  const readings = all.filter(({ format }, index) =>
    all.findIndex((other) => other.format === format) === index);
  const [best, second] = readings;
  yield readings.map((reading) => {
    const rival = reading === best ? second : best;
    const ambiguous = rival !== undefined && rival.mark > reading.mark - apart;
    return recognitionOf(reading, ambiguous ? Math.min(reading.mark, 0.5) : reading.mark);
  });
}

/** Whether the line, or what stands behind noise on it, has the look of a record; no more. */
function couldBeOf(format: Format, line: string): boolean {
  const starts = [0];
  for (const { index } of line.matchAll(format.begins)) {
    if (index > 0 && starts.push(index) > startsMax) break;
  }
  return starts.some((start) => {
    const text = Buffer.from(line.slice(start), "latin1").toString(format.encoding);
    return format.layouts.some((layout) => layout.kind === "headed"
      ? layoutUnder(layout, text) !== undefined
      : readLayout(layout.kind === "block" ? layout.first : layout, text) !== undefined);
  });
}

function recognitionOf({ way, format, order, lines }: Reading, score: number): Recognition {
  const layouts = [...new Set(lines.map(({ layout }) => layout))];
  return {
    title: format.layouts.length === 1 ? format.title : `${format.title}, ${layouts.join(" + ")}`,
    options: { format: format.name, ...way.options,
      ...(order === format.dateOrder ? {} : { dateOrder: order }) },
    score: Math.round(score * 100) / 100, records: lines.length,
    samples: lines.slice(-samplesMax).map((line) => ({
      text: Buffer.from(smdrCodec(format, {}).encode(line)).toString(format.encoding).trimEnd(),
      fields: line.fields })),
  };
}

function bestReading(
  way: Way, format: Format, bytes: Uint8Array, atMs: number, timeZone: string,
): Reading | undefined {
  const away = ({ lines }: Reading): number => lines.reduce((sum, { says }) =>
    sum + ("local" in says ? daysAway(says.local, atMs, timeZone) : 0), 0)
    / Math.max(1, lines.length);
  const usual = reading(way, format, format.dateOrder, bytes);
  if (usual.lines.length > 0 && away(usual) <= 1) return usual;
  const readings = [usual, ...(["dmy", "mdy", "ymd"] as const)
    .filter((order) => order !== format.dateOrder)
      .map((order) => reading(way, format, order, bytes))]
    .filter(({ lines }) => lines.length > 0);
  // More records first; else the order in which the records were printed about now.
  return readings.toSorted((a, b) => b.lines.length - a.lines.length || away(a) - away(b))[0];
}

function daysAway(local: PbxTime, atMs: number, timeZone: string): number {
  if ("atArrival" in local) return 0;
  const printedMs = "utcMs" in local ? local.utcMs : momentOf(local, timeZone, atMs, undefined);
  return Math.abs(printedMs - atMs) / dayMs;
}

function reading(way: Way, format: Format, order: DateOrder, bytes: Uint8Array): Reading {
  const decoder = new FramedDecoder(openFraming(way.framing, { memory: {}, datagrams: false }),
    smdrCodec(format, { dateOrder: order }).decoder());
  const found = [...decoder.push(bytes), ...decoder.end()]
    .filter(({ kind }) => kind === "message" || kind === "garbage");
  const lines = found.flatMap((each) =>
    each.kind === "message" && isRecord(each.message.says) ? [each.message] : []);
  // What comes first may have begun before anybody listened, or at another speed.
  const garbage = found.slice(1).reduce((sum, each) =>
    sum + (each.kind === "garbage" ? each.bytes.length : 0), 0);
  const share = 1 - garbage / Math.max(1, bytes.length);
  const strict = lines.reduce((sum, line) => sum + strictness(format, line), 0)
    / Math.max(1, lines.length);
  const evidence = strict * Math.min(recordsEnough, lines.length) / 2;
  return { way, format, order, lines, mark: share * Math.min(1, evidence / strictEnough) };
}

function isRecord({ phase }: Meaning): boolean {
  return phase === "completed" || phase === "ringing" || phase === "answered" || phase === "kept";
}

/** Characters of a record that its layout would not have taken for any other. */
function strictness(format: Format, { layout: name, fields }: SmdrLine): number {
  const layout = format.layouts.find((each) => each.name === name);
  if (layout === undefined) return 0;
  if (layout.kind === "headed") return strictUnder(layout, fields);
  const lines = layout.kind === "block" ? [layout.first, ...layout.more] : [layout];
  return lines.reduce((sum, line) => sum + strictIn(line, fields), 0);
}

/** A heading that named what is needed has told more than any line. */
function strictUnder(layout: HeadedLayout, fields: Fields): number {
  return strictIn({ kind: "csv", name: layout.name, fieldsMin: Object.keys(fields).length,
    fields: Object.keys(fields).map((name) => layout.place(name)) }, fields);
}

function strictIn(layout: LineLayout, fields: Fields): number {
  let strict = 0;
  for (const { name, pattern } of layout.fields) {
    const text = fields[name]?.split("\n")[0];
    if (text === undefined) continue;
    // A pattern that takes letters and marks as well proves nothing.
    if (!pattern.test("~".repeat(text.length)) && !pattern.test("Q".repeat(text.length))) {
      strict += text.length;
    }
  }
  // Every separator of a CSV stood where it had to.
  return layout.kind === "csv" ? strict + layout.fieldsMin / 2 : strict;
}
