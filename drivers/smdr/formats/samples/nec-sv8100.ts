import type { FormatSamples } from "../format-bench.js";
import { necSv8100 } from "../nec-sv8100.js";

const ended = { phase: "completed", clock: "start" } as const;
const at = { month: 11, day: 22, hour: 9, minute: 15, second: 0 };

function line(kind: string, where: string, duration: string, station: string, number: string,
  account = ""): string {
  return `${kind.padEnd(5)}09:15 ${where.padEnd(10)} ${duration.padEnd(8)} ${
    station.padEnd(10)} ${number.padEnd(20)} ${account}`.trimEnd();
}

// Written for this project after the character tables in the maker's manuals.
export const necSv8100Samples: FormatSamples = {
  headings: [
    "CLASS TIME  DATE  LINE DURATION STATION    DIALLED NO./CLI      ACCOUNT",
    "11/22/2026 PAGE 001",
    "TOTAL NO. OF CALLS   12",
  ],
  format: necSv8100, marks: ["notice"], samples: [
  { title: "an incoming call", layout: "dated", wholeColumns: 30,
    lines: [line("PIN", "11/22 001", "00:01:10", "2017", "2145550101")],
    says: { ...ended, direction: "incoming", device: "2017", trunk: "001", local: at,
      callingNumber: "2145550101", durationMs: 70_000, answered: true } },
  { title: "an incoming call with the caller's name", layout: "dated", wholeColumns: 30,
    lines: [line("IVIN", "11/22 001", "00:01:10", "2017", "2145550101"), "NEXT Example & Sons"],
    says: { ...ended, direction: "incoming",
      privateFields: { class: "IVIN", callerName: "Example & Sons" } } },
  { title: "an outgoing call with an account", layout: "dated", wholeColumns: 30,
    lines: [line("IVOTP", "11/22 002", "00:00:10", "2001", "2145550102", "08754")],
    says: { ...ended, direction: "outgoing", device: "2001", trunk: "002",
      calledNumber: "2145550102", accountCode: "08754" } },
  { title: "a call that nobody answered", layout: "dated",
    lines: [line("PIN", "11/22 002", "", "", "2145550101", "NO ANSWER")],
    says: { ...ended, direction: "incoming", trunk: "002", durationMs: 0, answered: false } },
  { title: "a transferred call", layout: "dated", wholeColumns: 30,
    lines: [line("PTRS", "11/22 002", "00:02:00", "2002", "2145550101")],
    says: { ...ended, direction: "unknown", transferred: true,
      privateFields: { class: "PTRS", number: "2145550101" } } },
  { title: "a barred call", layout: "dated", wholeColumns: 43,
    lines: [line("BRD", "11/22 002", "", "2002", "1900555")],
    says: { ...ended, direction: "outgoing", calledNumber: "1900555", answered: false } },
  { title: "an extension call, which has no date", layout: "undated", wholeColumns: 30,
    lines: [line("ICM", "", "00:00:42", "201", "202")],
    says: { ...ended, direction: "internal", device: "201", calledNumber: "202",
      local: { hour: 9, minute: 15, second: 0 } } },
  { title: "a call with the trunk's name", layout: "undated", wholeColumns: 30,
    lines: [line("POT", "Trunk 002", "00:00:42", "201", "2145550102")],
    says: { ...ended, direction: "outgoing", trunk: "Trunk 002" } },
  { title: "a full buffer", layout: "notice", lines: ["BFL"],
    says: { phase: "notice", notice: "buffer-full" } },
  { title: "all lines busy", layout: "busy", lines: ["ALB  09:15 3"],
    says: { phase: "notice", notice: "information", text: "all lines of group 3 busy" } },
], rejected: [
  { title: "no such hour", line:
    line("PIN", "11/22 001", "00:01:10", "2017", "2145550101").replace("09:15", "29:15") },
  { title: "a letter in the duration", line:
    line("PIN", "11/22 001", "00:0l:10", "2017", "2145550101") },
  { title: "a name without a record", line: "NEXT Example & Sons" },
] };
