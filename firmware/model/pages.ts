/**
 * Calls to pagers, as paging protocols know them. ECMA-269 has no word for a pager: these are the
 * words of ESPA 4.4.4, which the protocols of paging terminals (TAP) hold a part of.
 */

/** `alarm` goes before `high`, `high` before `normal` (ESPA 4.4.4 §4.3, record 6). */
export type PagePriority = "alarm" | "high" | "normal";

/**
 * `reset` takes a call back, `speech` is followed by a voice, `standard` is neither (ESPA 4.4.4
 * §4.3, record 4).
 */
export type PageCallType = "reset" | "speech" | "standard";

/** One call to one pager or group of pagers. */
export interface Page {
  /** The pager's call address, as the paging system knows it: digits, in some systems letters. */
  readonly pager: string;
  /** What it shows; may be empty, as a tone-only pager wants it. Private: never logged. */
  readonly text: string;
  readonly priority?: PagePriority;
  /** Which of the pager's tones, 0 to 9; what each sounds like is up to the paging system. */
  readonly beep?: number;
  readonly callType?: PageCallType;
  /** How many times the transmitter shall send it, 1 to 9. */
  readonly transmissions?: number;
}

/**
 * What a paging system tells about a call (ESPA 4.4.4 §4.3, record 7). `accepted`: it took the
 * call and has said no more.
 */
export type PageStatus = "accepted" | "busy" | "queued" | "paged" | "absent" | "mailbox";
