import { avayaIpOffice } from "../avaya-ip-office.js";
import type { FormatSamples } from "../format-bench.js";

// Written for this project after the list of places in the maker's documentation.
const line = "2026/11/22 09:15:02,00:01:10,5,03012345678,I,205,205,,0,1000341,0,E205,Anna,"
  + "T9001,Line 1.1,0,0,,,,,,,,,,,,,,,,,,";

export const avayaIpOfficeSamples: FormatSamples = {
  headings: ["Call Start,Connected Time,Ring Time,Caller,Direction"],
  format: avayaIpOffice, samples: [
  { title: "an answered call", layout: "smdr", wholeColumns: 107, lines: [line],
    says: { phase: "completed", clock: "start", direction: "incoming", device: "205",
      trunk: "T9001", callingNumber: "03012345678", calledNumber: "205", ringMs: 5_000,
      durationMs: 70_000, answered: true, reference: "1000341" } },
  { title: "an outgoing call that cost something, with its account", layout: "smdr",
    wholeColumns: 107,
    lines: ["2026/11/22 09:16:02,00:00:40,0,205,O,0145678901,0145678901,4711,0,1000342,0,"
      + "E205,Anna,T9001,Line 1.1,0,0,,,,0.42,EUR,,,,,,,,,,,,"],
    says: { phase: "completed", direction: "outgoing", device: "205", trunk: "T9001",
      accountCode: "4711", cost: "0.42 EUR", durationMs: 40_000 } },
  { title: "a call that nobody answered", layout: "smdr", wholeColumns: 107,
    lines: [line.replace("00:01:10,5", "00:00:00,25")],
    says: { phase: "completed", direction: "incoming", ringMs: 25_000, durationMs: 0,
      answered: false } },
], rejected: [
  { title: "no such month", line: line.replace("/11/", "/13/") },
  { title: "another letter for the direction", line: line.replace(",I,", ",X,") },
] };
