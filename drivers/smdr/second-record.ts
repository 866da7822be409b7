/**
 * Where another record begins on a line: behind one whose line end was lost, or behind a piece of
 * one. Where it begins is told by what a record begins with; of several places the one counts
 * before which a whole record stands, then the one whose time stands as far from its beginning as
 * that of the record before it. Where nothing tells, nobody guesses. Pure.
 */

import type { Format } from "./formats/format.js";

/** What a decoder tells of a part of the line. */
export interface LineParts {
  /** Whether the line is taken as it is: as a record, or as a part of the one that is open. */
  readonly whole: () => boolean;
  /** Whether it is a part of the one that is open. */
  readonly continues: () => boolean;
  /** Whether a record reaches from here to the end. */
  fits(from: number): boolean;
  /** Whether what stands before is whole. */
  endsWhole(at: number): boolean;
}

const timeOfDay = /\d:\d\d/;
const wordMark = /^\w$/;

/** Where the time stands, from the beginning; undefined where there is none. */
export function timeColumn({ tells = timeOfDay }: Format, text: string): number | undefined {
  return tells.exec(text)?.index;
}

/** Undefined where none does; `unsure` where one does, and nothing tells where. */
export function secondRecord(
  format: Format, text: string, parts: LineParts,
): number | "unsure" | undefined {
  const mark = markOf(format, text, parts);
  if (mark !== undefined) return mark;
  const places = placesOf(format, text);
  if (places.length === 0) return undefined;
  // Cheap questions first: this is asked of every line.
  const isDoubtful = parts.continues() || !parts.whole();
  const found = places.filter((at) =>
    (isDoubtful || timeColumn(format, text.slice(0, at)) !== undefined) && parts.fits(at));
  const first = found.find((at) => parts.endsWhole(at)) ?? found[0];
  if (first === undefined) return undefined;
  const rivals = rivalsOf(text, first).filter((at) => parts.fits(at)
    && (!parts.endsWhole(first) || parts.endsWhole(at)));
  if (rivals.length === 0) return first;
  const column = timeColumn(format, text);
  const alike = [first, ...rivals].filter((at) =>
    timeColumn(format, text.slice(at)) === column);
  return alike.length === 1 ? alike[0] : "unsure";
}

/** A line so short that it could be the end of another: behind a whole one it is no part of. */
function markOf({ marks }: Format, text: string, parts: LineParts): number | undefined {
  const at = marks?.exec(text)?.index ?? 0;
  return at > 0 && !parts.whole() && parts.endsWhole(at) && parts.fits(at) ? at : undefined;
}

/** Also those that lie within another. */
function placesOf({ begins }: Format, text: string): readonly number[] {
  const places: number[] = [];
  begins.lastIndex = 1;
  for (let found = begins.exec(text); found !== null; found = begins.exec(text)) {
    places.push(found.index);
    begins.lastIndex = found.index + 1;
  }
  return places;
}

/** Other places in the word in which a record begins: what stands before it may be a part of it. */
function rivalsOf(text: string, first: number): readonly number[] {
  if (!isWord(text, first) || !isWord(text, first - 1)) return [];
  const rivals: number[] = [];
  let at = first;
  while (at > 1 && isWord(text, at - 1)) at -= 1;
  for (; isWord(text, at); at += 1) {
    if (at !== first) rivals.push(at);
  }
  return rivals;
}

function isWord(text: string, at: number): boolean {
  return wordMark.test(text.charAt(at));
}
