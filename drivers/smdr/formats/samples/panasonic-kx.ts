import type { FormatSamples } from "../format-bench.js";
import { panasonicKx } from "../panasonic-kx.js";

const ended = { phase: "completed", clock: "end" } as const;

// Written for this project after the column widths in the maker's documentation.
export const panasonicKxSamples: FormatSamples = {
  headings: ["  Date     Time    Ext CO        Dial Number"],
  format: panasonicKx, samples: [
  { title: "an answered call of pattern A", layout: "A", wholeColumns: 65,
    lines: ["22/11/26 09:15AM 101   01 <I>03012345678            0'07 00:02'31            AN "],
    says: { ...ended, direction: "incoming", device: "101", trunk: "01",
      callingNumber: "03012345678", ringMs: 7_000, durationMs: 151_000, answered: true,
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 0 } } },
  { title: "a call that nobody answered", layout: "A", wholeColumns: 65,
    lines: ["22/11/26 09:16AM 101   01 <I>03012345678            0'25 00:00'00            NA "],
    says: { ...ended, direction: "incoming", ringMs: 25_000, durationMs: 0, answered: false } },
  { title: "a call that cost something, of pattern B", layout: "B", wholeColumns: 55,
    lines: ["22/11/26 05:20PM 102   03 0145678901           00:10'00 0001.20EUR 4711       TR "],
    says: { ...ended, direction: "outgoing", calledNumber: "0145678901", cost: "0001.20EUR",
      durationMs: 600_000, transferred: true, accountCode: "4711" } },
  { title: "a call of pattern C", layout: "C", wholeColumns: 92,
    lines: [`22/11/26 05:20PM 102   0003 ${"0145678901".padEnd(50)}      00:10'00 ${
      "0001.20EUR".padEnd(11)} 4711       TR `],
    says: { ...ended, trunk: "0003", calledNumber: "0145678901", durationMs: 600_000 } },
], rejected: [
  { title: "no such month", line:
    "22/13/26 09:15AM 101   01 <I>03012345678            0'07 00:02'31            AN " },
  { title: "another letter in the duration", line:
    "22/11/26 09:15AM 101   01 <I>03012345678            0'07 0x:02'31            AN " },
] };
