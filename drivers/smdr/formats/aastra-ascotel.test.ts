import { aastraAscotel } from "./aastra-ascotel.js";
import { describeFormat } from "./format-bench.js";

const told = { phase: "completed", clock: "start" } as const;

/** A line as the tables of offsets say, text by offset. */
function line(...places: readonly (readonly [number, string])[]): string {
  return places.reduce((before, [offset, text]) => before.padEnd(offset) + text, "\t");
}

// Written for this project after the offsets in the maker's documentation.
const outgoing = line([1, "205"], [7, "10"], [10, "261122"], [17, "09:15"], [23, "00H01M10"],
  [32, "00101"], [38, "00003"], [44, "0145678901"], [65, "0087"]);
const incoming = outgoing.replace(" 10 ", " 22 ").replace("00H01M10", "00H00M00");
const pc2 = line([1, "206"], [7, "21168"], [17, "00"], [20, "261122"], [27, "09:16"],
  [33, "00H03M45"], [42, "01002"], [48, "34"], [60, "00019"], [66, "0145678901"], [87, "0088"]);
const pc4 = line([1, "206"], [17, "23"], [20, "261122"], [27, "09:17"], [33, "00H00M30"],
  [42, "01002"], [48, "34"], [60, "00000"], [107, "03012345678"], [128, "012"], [132, "015"],
  [136, "0089"]);
const pc5 = line([10, "205"], [24, "321"], [28, "261122"], [35, "09:18"], [41, "00H01M12"],
  [61, "00000"], [67, "00101"], [73, "03012345678"], [94, "03012345678"], [156, "34"],
  [197, "005"], [201, "055"], [205, "0090"]);

describeFormat(aastraAscotel, [
  { title: "an outgoing call", layout: "PC1", lines: [outgoing],
    says: { ...told, direction: "outgoing", device: "205", trunk: "00101",
      calledNumber: "0145678901", durationMs: 70_000, answered: true,
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 0 },
      sequence: { number: 87, modulus: 10_000 },
      privateFields: { sort: "10", pulses: "00003" } } },
  { title: "an incoming call that nobody answered", layout: "PC1", lines: [incoming],
    says: { ...told, direction: "incoming", durationMs: 0, answered: false } },
  { title: "a transferred outgoing call", layout: "PC2", lines: [pc2],
    says: { ...told, direction: "outgoing", device: "206", accountCode: "21168",
      calledNumber: "0145678901", durationMs: 225_000, transferred: true } },
  { title: "a transferred incoming call", layout: "PC4", lines: [pc4],
    says: { ...told, direction: "incoming", device: "206", callingNumber: "03012345678",
      calledNumber: "34", ringMs: 12_000, durationMs: 30_000, transferred: true } },
  { title: "an incoming call", layout: "PC5", lines: [pc5],
    says: { ...told, direction: "incoming", device: "205", callingNumber: "03012345678",
      calledNumber: "34", ringMs: 5_000, durationMs: 72_000, answered: true,
      sequence: { number: 90, modulus: 10_000 } } },
], [
  { title: "no such month", line: outgoing.replace("261122", "261322") },
  { title: "no such time", line: outgoing.replace("09:15", "25:61") },
  { title: "another letter in the duration", line: outgoing.replace("00H01M10", "00H01X10") },
]);
