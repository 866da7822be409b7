/** What a family of record formats is: its layouts, what to skip, and what a line's fields say. */

import type { Direction } from "../../../firmware/model/records.js";
import type { Fields, Layout } from "../layout.js";
import type { LocalTime } from "../local-time.js";

export interface FormatSettings {
  /** Restricts the layouts to one; absent: whichever fits. */
  readonly pattern?: string;
  /** The order in which a date without names is printed; `dm` and `md` lack the year. */
  readonly dateOrder: "dmy" | "mdy" | "ymd" | "dm" | "md";
}

/** What one line says, in one vocabulary for all formats. */
export interface CallLine {
  /** `ringing` and `answered` are live: the call goes on. The others end it. */
  readonly phase: "ringing" | "answered" | "completed";
  readonly local: LocalTime;
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
  /** Another line about the same call follows later. */
  readonly continued?: boolean;
  readonly privateFields: Readonly<Record<string, string>>;
}

export interface Format {
  readonly name: string;
  readonly title: string;
  readonly layouts: readonly Layout[];
  /** Page headers and rules between records. */
  readonly skips: readonly RegExp[];
  /** Where in a line a record could begin: used to find one behind noise. Global, cheap. */
  readonly begins: RegExp;
  readonly encoding: "latin1" | "utf8";
  /** What the fields say; a string is why they make no sense. */
  read(fields: Fields, settings: FormatSettings): CallLine | string;
}
