import type { FormatSamples } from "../format-bench.js";
import { toshibaStrata } from "../toshiba-strata.js";

const ended = { phase: "completed", clock: "end" } as const;

// Written for this project after the column tables in the maker's documentation. All behind the
// duration may be missing, so that a cut there cannot be told.
const outgoing = "N 001 00     DN205     T00300400 11/22 09:15:10 00:01:10.0 0145678901";
const incoming = "N 002 00     T00200302 DN205     11/22 09:20:10 00:00:30.0";
const older = "N 003 00     DN205   T003004 11/22 09:15:10 00:01:10.0 0145678901";
const dk = "003 205  09:15 00:01;10       206  0145678901                 4711            *";
const dkIn = `004 206  09:16 00:00;30 00;08${" ".repeat(51)}03012345678`;

export const toshibaStrataSamples: FormatSamples = { format: toshibaStrata, marks: ["dk-date"],
  samples: [
  { title: "an outgoing call", layout: "ctx-1.03", wholeColumns: 58, lines: [outgoing],
    says: { ...ended, direction: "outgoing", device: "205", trunk: "T00300400",
      callingNumber: "205", calledNumber: "0145678901", durationMs: 70_000, answered: true,
      local: { month: 11, day: 22, hour: 9, minute: 15, second: 10 } } },
  { title: "an incoming call of two lines", layout: "ctx-1.03",
    lines: [incoming, " &C03012345678                          7005"],
    says: { ...ended, direction: "incoming", device: "205", trunk: "T00200302",
      callingNumber: "03012345678", calledNumber: "7005", durationMs: 30_000 } },
  { title: "an abandoned call", layout: "ctx-1.03", lines: [incoming.replace("N ", "B ")],
    says: { ...ended, direction: "incoming", ringMs: 30_000, durationMs: 0, answered: false } },
  { title: "an internal call", layout: "ctx-1.03",
    lines: ["N 004 00     DN205     DN206     11/22 09:15:10 00:01:10.0"],
    says: { ...ended, direction: "internal", device: "205", calledNumber: "206" } },
  { title: "a call that begins to be told in parts", layout: "ctx-1.03",
    lines: [incoming.replace("N ", "S ")],
    says: { phase: "completed", clock: "start", reference: "00-002", continued: true } },
  { title: "its transfer", layout: "ctx-1.03", lines: [incoming.replace("N ", "X ")],
    says: { ...ended, reference: "00-002", continued: true, transferred: true } },
  { title: "its end", layout: "ctx-1.03", lines: [incoming.replace("N ", "E ")],
    says: { ...ended, reference: "00-002", answered: true } },
  { title: "a restart", layout: "ctx-1.03", lines: [`I 000 00${" ".repeat(25)}11/22 09:15:10`],
    says: { phase: "notice", notice: "restarted", text: "I 000 11/22 09:15:10" } },
  { title: "an account code", layout: "ctx-1.03",
    lines: ["C 001 00     DN205               11/22 09:15:10            4711"], wholeColumns: 47,
    says: { phase: "notice", notice: "information", text: "C 001 DN205 11/22 09:15:10 4711" } },
  { title: "an outgoing call of an older release", layout: "ctx-1.02",
    system: "ctx-1.02", wholeColumns: 54,
    lines: [older], says: { ...ended, direction: "outgoing", device: "205", trunk: "T003004",
      calledNumber: "0145678901", durationMs: 70_000, answered: true } },
  { title: "a transferred outgoing call of a DK", layout: "dk",
    system: "dk", wholeColumns: 23, lines: [dk],
    says: { ...ended, direction: "outgoing", device: "205", trunk: "003", accountCode: "4711",
      calledNumber: "0145678901", durationMs: 70_000, answered: true, transferred: true,
      local: { hour: 9, minute: 15, second: 0 } } },
  { title: "an incoming call of a DK", layout: "dk", system: "dk", wholeColumns: 23,
    lines: [dkIn],
    says: { ...ended, direction: "incoming", device: "206", callingNumber: "03012345678",
      ringMs: 8_000, durationMs: 30_000, answered: true } },
  { title: "a call of a DK that nobody answered", layout: "dk", system: "dk",
    wholeColumns: 23,
    lines: ["004 ABAN 09:17 00:00;12 00;12"],
    says: { ...ended, direction: "incoming", trunk: "004", ringMs: 12_000, durationMs: 0,
      answered: false } },
  { title: "a call of a DK16", layout: "dk16", system: "dk16", wholeColumns: 22,
    lines: ["03*205  09:15 00:01;10             0145678901                 4711"],
    says: { ...ended, direction: "outgoing", trunk: "03", device: "205", accountCode: "4711",
      calledNumber: "0145678901", privateFields: { cut: "*" } } },
  { title: "a date line of a DK", layout: "dk-date", system: "dk", lines: ["22/11/26"],
    says: { phase: "date", year: 2026, month: 11, day: 22 } },
], rejected: [
  { title: "no such month", line: outgoing.replace("11/22", "13/22") },
  { title: "a letter in the duration", line: outgoing.replace("00:01:10.0", "00:0x:10.0") },
  { title: "no such time", line: dk.replace("09:15", "25:61") },
  { title: "another letter for the station", line: dk.replace(" 205 ", " 2x5 ") },
  { title: "no such date", line: "22/13/26" },
] };
