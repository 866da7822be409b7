/**
 * Reports of a USB HID caller-ID box: a fixed number of octets, one of which says what the line
 * does, with the caller's digits in ASCII behind it. No maker publishes where they stand and what
 * they are, so a layout says it; both ends are made from it.
 */

import type { Decoded } from "../base/codec.js";
import type { LineCodec, LineDecoder } from "./caller-id-lines.js";

/** HID reports of such boxes are 8 to 64 octets. */
export const reportOctetsMax = 64;

export interface ReportLayout {
  /** Octets of a whole report, with the report's number where the box has numbered ones. */
  readonly octets: number;
  readonly state: {
    readonly offset: number;
    /** The bits of the octet that count. */
    readonly mask: number;
    readonly ring: number;
    readonly offHook?: number | undefined;
    readonly onHook?: number | undefined;
    /** A report of its own for the caller; absent: the ring reports carry the digits. */
    readonly caller?: number | undefined;
  };
  readonly digits: { readonly offset: number; readonly octets: number };
}

export type ReportState = "ring" | "offHook" | "onHook" | "caller";

export interface CallerReport {
  readonly state: ReportState;
  /** Digits, `*`, `#` and `+`; absent in reports of hooks and where the report has none. */
  readonly number?: string;
  /**
   * Assumed: `P` and `O` in place of digits are a private number and one out of area.
   */
  readonly absence?: "private" | "outOfArea";
}

const states = ["ring", "offHook", "onHook", "caller"] as const;
/** After the last digit: NUL, blank or all ones. */
const ends = new Set([0x00, 0x20, 0xff]);
const digit = /^[0-9*#+]$/;
const absences = { P: "private", O: "outOfArea" } as const;

/** What contradicts itself in a layout, for the one who wrote it; undefined: nothing. */
export function layoutFlaw({ octets, state, digits }: ReportLayout): string | undefined {
  if (state.offset >= octets) return "the state octet stands behind the end of the report";
  if (digits.offset + digits.octets > octets) return "the digits end behind the report's end";
  if (state.offset >= digits.offset && state.offset < digits.offset + digits.octets) {
    return "the state octet stands among the digits";
  }
  const values = states.flatMap((name) => state[name] ?? []);
  if (values.some((value) => (value & state.mask) !== value)) {
    return "a state has bits that the mask leaves out";
  }
  return new Set(values).size === values.length ? undefined : "two states have the same value";
}

export function reportCodec(layout: ReportLayout): LineCodec<CallerReport> {
  return {
    encode: (report) => writeReport(layout, report),
    decoder: () => new Reports(layout),
  };
}

function writeReport(layout: ReportLayout, report: CallerReport): Uint8Array {
  const octets = new Uint8Array(layout.octets);
  octets[layout.state.offset] = layout.state[report.state] ?? layout.state.ring;
  const letter = report.absence === undefined ? "" : report.absence === "private" ? "P" : "O";
  const text = (report.number ?? letter).slice(0, layout.digits.octets);
  octets.set(Buffer.from(text, "latin1"), layout.digits.offset);
  return octets;
}

/** A whole report → what it says, or why it says nothing. */
export function readReport(layout: ReportLayout, octets: Uint8Array): CallerReport | string {
  const told = (octets[layout.state.offset] ?? 0) & layout.state.mask;
  const state = states.find((name) => layout.state[name] === told);
  if (state === undefined) return `no state has the value ${told}`;
  if (state === "offHook" || state === "onHook") return { state };
  if (state === "ring" && layout.state.caller !== undefined) return { state };
  const { offset } = layout.digits;
  const field = octets.subarray(offset, offset + layout.digits.octets);
  const end = field.findIndex((octet) => ends.has(octet));
  const text = Buffer.from(end < 0 ? field : field.subarray(0, end)).toString("latin1");
  if (text === "") return { state };
  if (text === "P" || text === "O") return { state, absence: absences[text] };
  if (![...text].every((letter) => digit.test(letter))) return "the digits are none";
  return { state, number: text };
}

/** Cuts by length alone; `flush` after a silence finds the beginning of the next report. */
class Reports implements LineDecoder<CallerReport> {
  readonly #layout: ReportLayout;
  readonly #buffer: Buffer;
  #length = 0;

  constructor(layout: ReportLayout) {
    this.#layout = layout;
    this.#buffer = Buffer.alloc(layout.octets);
  }

  get pending(): boolean {
    return this.#length > 0;
  }

  push(chunk: Uint8Array): Iterable<Decoded<CallerReport>> {
    const found: Decoded<CallerReport>[] = [];
    for (const octet of chunk) {
      this.#buffer[this.#length] = octet;
      this.#length += 1;
      if (this.#length < this.#layout.octets) continue;
      const whole = Uint8Array.from(this.#buffer);
      this.#length = 0;
      const read = readReport(this.#layout, whole);
      found.push(typeof read === "string" ? { kind: "garbage", bytes: whole, reason: read }
        : { kind: "message", message: read });
    }
    return found;
  }

  flush(): Iterable<Decoded<CallerReport>> {
    if (this.#length === 0) return [];
    const bytes = Uint8Array.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return [{ kind: "garbage", bytes, reason: "a report was cut short" }];
  }
}
