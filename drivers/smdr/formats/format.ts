/** What a family of record formats is: its layouts, what to skip, and what a line's fields say. */

import type { Direction } from "../../../firmware/model/records.js";
import type { Fields, Layout } from "../layout.js";
import type { LocalTime } from "../../../firmware/base/local-time.js";

/** How a date without names is printed; where the year is missing, its letter does not count. */
export type DateOrder = "dmy" | "mdy" | "ymd";

export interface FormatSettings {
  /** Restricts the layouts to one; absent: whichever fits. */
  readonly pattern?: string;
  /** Absent: as this make prints it where nothing else is set. */
  readonly dateOrder?: DateOrder;
}

/**
 * A clock on the wall, or (CUCM, RADIUS) a moment that needs no zone, or none printed: the line's
 * arrival is the time.
 */
export type PbxTime = LocalTime | { readonly utcMs: number } | { readonly atArrival: true };

/** What one record says, in one vocabulary for all formats. */
export interface CallLine {
  /**
   * `ringing` and `answered` are live: the call goes on. `released` ends it without a record of
   * its own; `completed` ends it and is the record.
   */
  readonly phase: "ringing" | "answered" | "released" | "completed";
  readonly local: PbxTime;
  /** Date and time as printed. */
  readonly pbxTime: string;
  /** Whether `local` is the start or the end of what the line tells. */
  readonly clock: "start" | "end";
  readonly direction: Direction;
  readonly device?: string;
  readonly trunk?: string;
  readonly callingNumber?: string;
  readonly calledNumber?: string;
  readonly ringMs?: number;
  readonly durationMs: number;
  readonly answered: boolean;
  readonly transferred?: boolean;
  readonly accountCode?: string;
  readonly cost?: string;
  readonly reference?: string;
  /** Another line about the same call (same `reference`) follows later. */
  readonly continued?: boolean;
  /** The PBX's own count of its records: a jump means that some are missing. */
  readonly sequence?: { readonly number: number; readonly modulus: number };
  /** All else that was printed, under the names of the fields. */
  readonly privateFields: Readonly<Record<string, string>>;
}

/** A line that gives the date of those behind it, which print only the time. */
export interface DateLine {
  readonly phase: "date";
  readonly year?: number;
  readonly month: number;
  readonly day: number;
}

/** A line about the records themselves. */
export interface NoticeLine {
  readonly phase: "notice";
  readonly notice: "records-lost" | "buffer-full" | "restarted" | "information";
  readonly text: string;
  /** Where the PBX counts such lines with its records. */
  readonly sequence?: CallLine["sequence"];
}

/** A record that is kept as it came: nobody has said what its fields mean. */
export interface KeptLine {
  readonly phase: "kept";
}

export type Meaning = CallLine | DateLine | NoticeLine | KeptLine;

export interface Format {
  readonly name: string;
  readonly title: string;
  readonly layouts: readonly Layout[];
  /** Names of layouts that are read whatever `pattern` restricts to: date lines, notices. */
  readonly always?: readonly string[];
  /** Names of layouts that are read only where `pattern` names them: too like others. */
  readonly onlyChosen?: readonly string[];
  /** Page headers and rules between records; tried where no layout fits. */
  readonly skips: readonly RegExp[];
  /** Where in a line a record could begin: used to find one behind noise. Global, cheap. */
  readonly begins: RegExp;
  /**
   * What every record tells behind fields that may be missing, where it is no time as hh:mm: what
   * stands behind this on a line is no record without its first fields, but another one.
   */
  readonly tells?: RegExp;
  /** At the end of a line, one so short that it could be the end of another. */
  readonly marks?: RegExp;
  /**
   * Layouts of which each PBX prints the time in one column (`steady-columns.ts`), by name: layouts
   * of one value have that column in common.
   */
  readonly steady?: Readonly<Record<string, string>>;
  /** No field before the time has more than one width, in one PBX. */
  readonly fixedColumns?: true;
  /** Of its longest line, page headers included, where that is more than usual. */
  readonly lineBytesMax?: number;
  readonly encoding: "latin1" | "utf8";
  /** How this make prints a date where nothing else is set. */
  readonly dateOrder: DateOrder;
  /** What the fields of `layout` say; a string is why they make no sense. */
  read(fields: Fields, settings: FormatSettings, layout: string): Meaning | string;
}

/** Rules between records, which no format takes for more. */
export const ruleLine = /^[\s\-=_*]+$/;
