/** A batch as a file, and its name: the same for the same batch, so that a repeat is known. */

import { isoTime } from "../switching/record-export.js";
import type { Batch, Content, Destination } from "./destination.js";

export const extensions: Readonly<Record<Content, string>> =
  { "raw": "txt", "records-csv": "csv", "records-json": "jsonl" };
export const mediaTypes: Readonly<Record<Content, string>> = { "raw": "application/octet-stream",
  "records-csv": "text/csv; charset=utf-8; header=present",
  "records-json": "application/x-ndjson" };

/** Positions so wide stand in the order of their arrival when names are sorted. */
const positionDigits = 12;
const offsetDigits = 6;

/** Where a batch begins: `000000000012-000034` (raw) or `000000000012` (records). */
export function placeOf({ link, pieces, againUntilMs }: Batch): string {
  const id = (pieces[0]?.id ?? "").slice(link.length + 1);
  const [position = "", offset] = id.split(/[.+]/);
  return [position.padStart(positionDigits, "0"),
    ...offset === undefined ? [] : [offset.padStart(offsetDigits, "0")],
    ...againUntilMs === undefined ? [] : [`again-${againUntilMs}`]].join("-");
}

/**
 * When the first piece became durable, `20261123T080000500Z`: a gateway that begins anew with an
 * empty store counts places anew.
 */
export function timeOf({ pieces }: Batch): string {
  return isoTime(pieces[0]?.atMs ?? 0).replaceAll(/[-:.]/g, "");
}

export const defaultName = "{destination}.{link}.{place}.{time}.{ext}";

/** `{link}` and the like; what is no placeholder stays. */
export function filled(template: string, { id, what }: Destination, batch: Batch): string {
  const words: Readonly<Record<string, string>> = { destination: id, link: batch.link,
    place: placeOf(batch), time: timeOf(batch), ext: extensions[what] };
  return template.replaceAll(/\{([a-z]+)\}/g, (whole, word: string) => words[word] ?? whole);
}

/** A batch as one file. */
export function fileBytes({ head, pieces }: Batch): Buffer {
  return Buffer.concat([head, ...pieces.map(({ bytes }) => bytes)]);
}
