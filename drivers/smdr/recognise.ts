/**
 * Which record format a text is in. Every format reads it; what counts is the share of its lines
 * that are records, and how much of them could not have been read by chance. Pure.
 */

import type { Recognition } from "../../firmware/link/driver.js";
import { smdrCodec, type SmdrLine } from "./codec.js";
import type { CallLine, DateOrder, Format, Meaning, PbxTime } from "./formats/format.js";
import { formats } from "./formats/index.js";
import type { Fields, LineLayout } from "./layout.js";
import { momentOf } from "../../firmware/base/local-time.js";

const samplesMax = 5;
/** Two formats whose marks differ by less cannot be told apart. */
const apart = 0.15;
/** Characters of strict fields that make two records believable; of four, half as many do. */
const strictEnough = 24;
const recordsEnough = 4;
const dayMs = 86_400_000;

interface Reading {
  readonly format: Format;
  readonly order: DateOrder;
  readonly lines: readonly SmdrLine[];
  readonly mark: number;
}

export function recognise(
  bytes: Uint8Array, atMs: number, timeZone: string,
): readonly Recognition[] {
  const readings = [...formats.values()]
    .map((format) => bestReading(format, bytes, atMs, timeZone))
    .filter((reading) => reading !== undefined)
    .sort((a, b) => b.mark - a.mark);
  const [best, second] = readings;
  return readings.map((reading) => {
    const rival = reading === best ? second : best;
    const ambiguous = rival !== undefined && rival.mark > reading.mark - apart;
    return recognitionOf(reading, ambiguous ? Math.min(reading.mark, 0.5) : reading.mark);
  });
}

function recognitionOf({ format, order, lines }: Reading, score: number): Recognition {
  const layouts = [...new Set(lines.map(({ layout }) => layout))];
  return {
    title: format.layouts.length === 1 ? format.title : `${format.title}, ${layouts.join(" + ")}`,
    options: { format: format.name, ...(order === format.dateOrder ? {} : { dateOrder: order }) },
    score: Math.round(score * 100) / 100, records: lines.length,
    samples: lines.slice(-samplesMax).map((line) => ({
      text: Buffer.from(smdrCodec(format, {}).encode(line)).toString(format.encoding).trimEnd(),
      fields: line.fields })),
  };
}

function bestReading(
  format: Format, bytes: Uint8Array, atMs: number, timeZone: string,
): Reading | undefined {
  const away = ({ lines }: Reading): number => lines.reduce((sum, { says }) =>
    sum + (isCall(says) ? daysAway(says.local, atMs, timeZone) : 0), 0)
    / Math.max(1, lines.length);
  const usual = reading(format, format.dateOrder, bytes);
  if (usual.lines.length > 0 && away(usual) <= 1) return usual;
  const readings = [usual, ...(["dmy", "mdy", "ymd"] as const)
    .filter((order) => order !== format.dateOrder).map((order) => reading(format, order, bytes))]
    .filter(({ lines }) => lines.length > 0);
  // More records first; else the order in which the records were printed about now.
  return readings.toSorted((a, b) => b.lines.length - a.lines.length || away(a) - away(b))[0];
}

function daysAway(local: PbxTime, atMs: number, timeZone: string): number {
  if ("atArrival" in local) return 0;
  const printedMs = "utcMs" in local ? local.utcMs : momentOf(local, timeZone, atMs, undefined);
  return Math.abs(printedMs - atMs) / dayMs;
}

function reading(format: Format, order: DateOrder, bytes: Uint8Array): Reading {
  const decoder = smdrCodec(format, { dateOrder: order }).decoder();
  const found = [...decoder.push(bytes), ...decoder.flush()];
  const lines = found.flatMap((each) =>
    each.kind === "message" && isCall(each.message.says) ? [each.message] : []);
  // What comes first may have begun before anybody listened, or at another speed.
  const garbage = found.slice(1).reduce((sum, each) =>
    sum + (each.kind === "garbage" ? each.bytes.length : 0), 0);
  const share = 1 - garbage / Math.max(1, bytes.length);
  const strict = lines.reduce((sum, line) => sum + strictness(format, line), 0)
    / Math.max(1, lines.length);
  const evidence = strict * Math.min(recordsEnough, lines.length) / 2;
  return { format, order, lines, mark: share * Math.min(1, evidence / strictEnough) };
}

function isCall(says: Meaning): says is CallLine {
  return says.phase === "completed" || says.phase === "ringing" || says.phase === "answered";
}

/** Characters of a record that its layout would not have taken for any other. */
function strictness(format: Format, { layout: name, fields }: SmdrLine): number {
  const layout = format.layouts.find((each) => each.name === name);
  if (layout === undefined) return 0;
  const lines = layout.kind === "block" ? [layout.first, ...layout.more] : [layout];
  return lines.reduce((sum, line) => sum + strictIn(line, fields), 0);
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
