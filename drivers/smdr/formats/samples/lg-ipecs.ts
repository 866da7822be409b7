import type { FormatSamples } from "../format-bench.js";
import { lgIpecs } from "../lg-ipecs.js";

const told = { phase: "completed", clock: "start" } as const;

// Written for this project after the headings and marks in the maker's documentation. Digits, ring
// and account may be missing, so that a cut behind the mark cannot be told.
const incoming = "0012 205 001 00:01:10 22/11/26 09:15 I03012345678   RING 00:05";

export const lgIpecsSamples: FormatSamples = {
  headings: ["NO   STA  CO   TIME     START          DIALED"],
  format: lgIpecs, firstGrows: true,
  samples: [
  { title: "an incoming call", layout: "external", wholeColumns: 38, lines: [incoming],
    says: { ...told, direction: "incoming", device: "205", trunk: "001",
      callingNumber: "03012345678", ringMs: 5_000, durationMs: 70_000, answered: true,
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 0 },
      sequence: { number: 12, modulus: 10_000 }, privateFields: { mark: "I" } } },
  { title: "an outgoing call without its number, stations of four digits", layout: "external",
    system: "without numbers", wholeColumns: 34,
    lines: ["1205 002 01:10 22/11/26 09:15:30 O0145678901 A4711"],
    says: { ...told, direction: "outgoing", device: "1205", trunk: "002",
      calledNumber: "0145678901", durationMs: 70_000, accountCode: "4711",
      privateFields: { mark: "O" } } },
  { title: "an outgoing call with its cost and a second number", layout: "external",
    wholeColumns: 38,
    lines: ["0016 205 001 00:01:10 22/11/26 09:15 O0145678901     42 A4711        I205"],
    says: { ...told, direction: "outgoing", device: "205", calledNumber: "0145678901", cost: "42",
      accountCode: "4711", privateFields: { mark: "O", second: "I205" } } },
  { title: "a call that nobody answered", layout: "external", wholeColumns: 38,
    lines: ["0013 EXT 004 00:00:25 22/11/26 09:15 R      RING 00:22"],
    says: { ...told, direction: "incoming", trunk: "004", ringMs: 22_000, durationMs: 0,
      answered: false, privateFields: { mark: "R", lasted: "00:00:25" } } },
  { title: "a call that gave up while it was transferred", layout: "external", wholeColumns: 38,
    lines: ["0014 206 004 00:00:41 22/11/26 09:15 H205   RING 00:09"],
    says: { ...told, direction: "incoming", device: "206", calledNumber: "205",
      transferred: true, ringMs: 9_000, durationMs: 41_000 } },
  { title: "an internal call", layout: "internal", wholeColumns: 34,
    lines: ["0015 205 00:00:10 22/11/26 09:15 E206"],
    says: { ...told, direction: "internal", device: "205", calledNumber: "206",
      durationMs: 10_000 } },
], rejected: [
  { title: "no such month", line: incoming.replace("22/11/26", "22/13/26") },
  { title: "another mark", line: incoming.replace("I0301", "Q0301") },
  { title: "a letter in the time", line: incoming.replace("00:01:10", "00:0x:10") },
] };
