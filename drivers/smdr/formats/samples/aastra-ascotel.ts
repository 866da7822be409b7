import { aastraAscotel } from "../aastra-ascotel.js";
import type { FormatSamples } from "../format-bench.js";

const told = { phase: "completed", clock: "start" } as const;

/** A line as the tables of offsets say, text by offset. */
function line(...places: readonly (readonly [number, string])[]): string {
  return places.reduce((before, [offset, text]) => before.padEnd(offset) + text, "\t");
}

// Written for this project after the offsets in the maker's documentation.
const outgoing = line([1, "205"], [7, "10"], [10, "261122"], [17, "09:15"], [23, "00H01M10"],
  [32, "00204"], [38, "00006"], [44, "0145678901"], [65, "0311"]);
const incoming = outgoing.replace(" 10 ", " 22 ").replace("00H01M10", "00H00M00");
const pc2 = line([1, "206"], [7, "40720"], [17, "00"], [20, "261122"], [27, "09:16"],
  [33, "00H02M20"], [42, "02103"], [48, "61"], [60, "00042"], [66, "0145678901"], [87, "0312"]);
const pc4 = line([1, "206"], [17, "23"], [20, "261122"], [27, "09:17"], [33, "00H00M30"],
  [42, "02103"], [48, "61"], [60, "00000"], [107, "03012345678"], [128, "012"], [132, "127"],
  [136, "0313"]);
const pc5 = line([10, "205"], [24, "321"], [28, "261122"], [35, "09:18"], [41, "00H00M50"],
  [61, "00000"], [67, "00204"], [73, "03012345678"], [94, "03012345678"], [156, "61"],
  [197, "005"], [201, "128"], [205, "0314"]);

const pc3 = line([1, "206"], [7, "40720"], [17, "21"], [20, "261122"], [27, "09:16"],
  [33, "00H02M20"], [42, "02103"], [48, "61"], [60, "00000"], [66, "03012345678"], [87, "009"],
  [91, "126"], [95, "0315"]);
const printed = "  205   010 221126 09:19 00H01M10 02.04       0.42 0145678901           0316";

export const aastraAscotelSamples: FormatSamples = {
  headings: [" NO    CC   DATE   TIME"],
  format: aastraAscotel, samples: [
  { title: "an outgoing call", layout: "PC1", lines: [outgoing],
    says: { ...told, direction: "outgoing", device: "205", trunk: "00204",
      calledNumber: "0145678901", durationMs: 70_000, answered: true,
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 0 },
      sequence: { number: 311, modulus: 10_000 },
      privateFields: { sort: "10", pulses: "00006" } } },
  { title: "an incoming call that nobody answered", layout: "PC1", lines: [incoming],
    says: { ...told, direction: "incoming", durationMs: 0, answered: false } },
  { title: "a transferred outgoing call", layout: "PC2", lines: [pc2],
    says: { ...told, direction: "outgoing", device: "206", accountCode: "40720",
      calledNumber: "0145678901", durationMs: 140_000, transferred: true } },
  { title: "a transferred incoming call", layout: "PC4", lines: [pc4],
    says: { ...told, direction: "incoming", device: "206", callingNumber: "03012345678",
      calledNumber: "61", ringMs: 12_000, durationMs: 30_000, transferred: true } },
  { title: "an incoming call", layout: "PC5", lines: [pc5],
    says: { ...told, direction: "incoming", device: "205", callingNumber: "03012345678",
      calledNumber: "61", ringMs: 5_000, durationMs: 50_000, answered: true,
      sequence: { number: 314, modulus: 10_000 } } },
  { title: "an incoming call", layout: "PC3", lines: [pc3],
    says: { ...told, direction: "incoming", device: "206", callingNumber: "03012345678",
      calledNumber: "61", ringMs: 9_000, durationMs: 140_000, accountCode: "40720" } },
  { title: "an outgoing call for a printer", layout: "protocol", lines: [printed],
    says: { ...told, direction: "outgoing", device: "205", calledNumber: "0145678901",
      durationMs: 70_000, cost: "0.42", trunk: "02.04",
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 19, second: 0 } } },
], rejected: [
  { title: "no such month", line: outgoing.replace("261122", "261322") },
  { title: "no such day for a printer", line: printed.replace("221126", "321126") },
  { title: "no such time", line: outgoing.replace("09:15", "25:61") },
  { title: "another letter in the duration", line: outgoing.replace("00H01M10", "00H01X10") },
] };
