import type { FormatSamples } from "../format-bench.js";
import { mitel } from "../mitel.js";

const ended = { phase: "completed", clock: "start" } as const;
const at = { month: 11, day: 22, hour: 9, minute: 15, second: 0 };

/** `begin` up to the duration, then answer (4 columns), digits, status, called, handling, third. */
function line(width: number, begin: string, calling: string, answer: string, digits: string,
  status: string, called: string, handling = "", third = ""): string {
  return `${begin} ${calling.padEnd(width)} ${answer.padStart(4)} ${digits.padEnd(26)}${
    status.padEnd(2)}${called.padEnd(width)} ${handling.padEnd(1)}${third.padEnd(width)}`;
}

const incoming = line(4, " 11/22 09:15  00:01:10", "T012", "007", "", "A", "1205");

// Written for this project after the field table in the maker's online help.
export const mitelSamples: FormatSamples = { format: mitel, samples: [
  { title: "an answered call", layout: "standard", wholeColumns: 62,
    lines: [incoming.trimEnd()],
    says: { ...ended, direction: "incoming", device: "1205", trunk: "T012", ringMs: 7_000,
      durationMs: 70_000, answered: true, local: at } },
  { title: "a long outgoing call with an account", layout: "standard", wholeColumns: 62,
    lines: [`${line(4, "%11/22 09:15P 00:12:03", "1206", "", "903012345678", "", "T003")} ${
      "4711".padEnd(12)} 001`],
    says: { ...ended, direction: "outgoing", device: "1206", trunk: "T003",
      calledNumber: "903012345678", durationMs: 723_000, accountCode: "4711",
      local: { ...at, hour: 21 },
      privateFields: { longCall: "%", digits: "903012345678", system: "001" } } },
  { title: "a call that nobody answered, with ANI and DNIS", layout: "standard", wholeColumns: 62,
    lines: [`${line(4, " 11/22 09:15  00:00:25", "T012", "***", "", "", "1205").padEnd(91)}${
      "3012345678".padEnd(11)}8005550100`],
    says: { ...ended, direction: "incoming", ringMs: 25_000, durationMs: 0, answered: false,
      callingNumber: "3012345678", calledNumber: "8005550100" } },
  { title: "an attendant's call transferred on", layout: "standard", wholeColumns: 62,
    lines: [line(4, " 11/22 09:15  00:01:10", "T012", "*012", "", "A", "1200", "T", "1205")],
    says: { ...ended, direction: "incoming", device: "1200", transferred: true, ringMs: 12_000,
      privateFields: { attendant: "*", completion: "A", third: "1205", handling: "T" } } },
  { title: "a busy internal call", layout: "standard", wholeColumns: 62,
    lines: [line(4, " 11/22 09:15  00:00:03", "1205", "", "1206", "B", "1206")],
    says: { ...ended, direction: "internal", device: "1205", calledNumber: "1206",
      answered: false } },
  { title: "a call from trunk to trunk", layout: "standard", wholeColumns: 62,
    lines: [line(4, " 11/22 09:15  00:01:10", "T012", "002", "5551234", "A", "X004")],
    says: { ...ended, direction: "tandem", trunk: "T012", calledNumber: "5551234",
      privateFields: { digits: "5551234", completion: "A", outgoingTrunk: "X004" } } },
  { title: "an answered call with the extended digit length", layout: "extended",
    wholeColumns: 67,
    lines: [line(7, " 11/22 09:15  0000:01:10", "T1012", "0011", "", "A", "1200345")],
    says: { ...ended, direction: "incoming", device: "1200345", trunk: "T1012", ringMs: 11_000,
      durationMs: 70_000 } },
  { title: "a start with seconds", layout: "standard-seconds", wholeColumns: 65,
    lines: [line(4, " 11/22 09:15:02  00:01:10", "T012", "007", "", "A", "1205")],
    says: { ...ended, direction: "incoming", local: { ...at, second: 2 } } },
  { title: "a start with seconds and the extended digit length", layout: "extended-seconds",
    wholeColumns: 70,
    lines: [line(7, " 11/22 09:15:02  0000:01:10", "1200345", "", "5551234", "", "T1012")],
    says: { ...ended, direction: "outgoing", trunk: "T1012", calledNumber: "5551234" } },
], rejected: [
  { title: "no such month", line: incoming.replace("11/22", "13/22") },
  { title: "a letter in the duration", line: incoming.replace("01:10", "0l:10") },
  { title: "no called party", line: incoming.slice(0, 61) },
] };
