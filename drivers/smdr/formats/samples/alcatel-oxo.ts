import { alcatelOxo } from "../alcatel-oxo.js";
import type { FormatSamples } from "../format-bench.js";

const ended = { phase: "completed", clock: "start" } as const;
const start = "22/11/26 09:15";

// Written for this project after the field list in the maker's manual.
export const alcatelOxoSamples: FormatSamples = {
  headings: [
    "USER     LINE          TIME           TAXES      ADD. SERVICES",
    "    TYPE     DATE           DURATION    SERV     DIALLED NUMBER",
    " |   |    |   I  I",
    "                                                            42",
  ],
  format: alcatelOxo, samples: [
  { title: "an outgoing call of the default statement", layout: "statement", wholeColumns: 43,
    lines: [`A101  --> N01 ${start} 00:01:10     3 ST       0145678901`],
    says: { ...ended, direction: "outgoing", device: "101", trunk: "N01",
      calledNumber: "0145678901", durationMs: 70_000, answered: true,
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 0 },
      privateFields: { type: "-->", units: "3", services: "ST" } } },
  { title: "a data call that was transferred", layout: "statement", wholeColumns: 43,
    lines: [`A101  --> N01 ${start} 00:01:10     3 T+ X     0145678901`],
    says: { ...ended, direction: "outgoing", calledNumber: "0145678901", transferred: true,
      privateFields: { type: "-->", units: "3", services: "T+", facilities: "X" } } },
  { title: "an incoming call with the user first called", layout: "statement",
    system: "with the user first called", wholeColumns: 45,
    lines: [`G9    A102  <-- P01 ${start} 00:01:10 00000 0145678901 00:07`],
    says: { ...ended, direction: "incoming", device: "102", callingNumber: "0145678901",
      calledNumber: "G9", ringMs: 7_000 } },
  { title: "a call that nobody answered", layout: "statement", wholeColumns: 39,
    lines: [`A102  <-- L02 ${start} 00:00:00 00000 00:25`],
    says: { ...ended, direction: "incoming", device: "102", ringMs: 25_000, durationMs: 0,
      answered: false } },
  { title: "a call with cost, account and name", layout: "statement",
    system: "with the user first called", wholeColumns: 45,
    lines: [`****  A103  --> N01 ${start} 00:01:10 00003 01456700.. M 0.42 4711 Example Name`],
    says: { ...ended, direction: "outgoing", calledNumber: "01456700..", cost: "0.42",
      accountCode: "4711", privateFields: { initialUser: "****", type: "-->", units: "00003",
        mode: "M", name: "Example Name" } } },
  { title: "a call from line to line", layout: "statement", wholeColumns: 39,
    lines: [`L01   --> N02 ${start} 00:01:10 00003 0145678901`],
    says: { ...ended, direction: "tandem", trunk: "N02", calledNumber: "0145678901" } },
  { title: "a service that was requested", layout: "statement", wholeColumns: 39,
    lines: [`A101  CS+ N01 ${start} 00:00:00 00000`],
    says: { phase: "notice", notice: "information" } },
], rejected: [
  { title: "no such month", line: "A101  --> N01 22/13/26 09:15 00:01:10 00003 0145678901" },
  { title: "a letter in the duration", line: `A101  --> N01 ${start} 00:0l:10 00003 0145678901` },
  { title: "another arrow", line: `A101  -=> N01 ${start} 00:01:10 00003 0145678901` },
] };
