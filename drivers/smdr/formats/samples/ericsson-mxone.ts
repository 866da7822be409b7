import { ericssonMxone } from "../ericsson-mxone.js";
import type { FormatSamples } from "../format-bench.js";

const names = "# start time local, duration, condition code, calling number, dialed number, "
  + "connected number, account code, outgoing trunk, ring time, LIM number";
const outgoing = "2026-11-22 09:15:10 (CET),0d00:01:10,10,2101,0145678901,,4711,1-12,,1";
const diverted = "2026-11-22 09:16:10 (CET),0d01:00:02,71,0145678901,2105,2106,,,7,1";
const abandoned = "2026-11-22 09:17:10 (CET),0d00:00:00,23,0145678901,2105,,,,25,1";
const printed = "26-11-22 09:15 0:01:10 TR 00 0145678901 2101 4711 O001-012 0311";

// Written for this project after the places that a public reader of these files names.
export const ericssonMxoneSamples: FormatSamples = {
  headings: ["# of the first server"],
  format: ericssonMxone,
  samples: [
  { title: "an outgoing call of MD110", layout: "printed", lines: [printed],
    wholeColumns: 46,
    says: { phase: "completed", clock: "end", direction: "outgoing", device: "2101",
      trunk: "001-012", calledNumber: "0145678901", durationMs: 70_000, accountCode: "4711",
      sequence: { number: 311, modulus: 10_000 },
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 0 },
      privateFields: { letters: "TR", access: "00" } } },
  { title: "an incoming call of MD110", layout: "printed",
    lines: ["26-11-22 09:16 0:00:40 01 2105 0145678901 I001-004 0312"],
    says: { phase: "completed", direction: "incoming", device: "2105", trunk: "001-004",
      callingNumber: "0145678901", calledNumber: "2105", answered: true } },
  { title: "an internal call of MD110 without the year", layout: "printed",
    system: "without the year",
    lines: ["11-22 09:17 0:00:12 0 2106 2101 0313"],
    says: { phase: "completed", direction: "internal", device: "2101", calledNumber: "2106",
      local: { month: 11, day: 22, hour: 9, minute: 17, second: 0 } } },
  { title: "an outgoing call of a file", layout: "headed", system: "files",
    lines: [names, outgoing],
    says: { phase: "completed", clock: "start", direction: "outgoing", device: "2101",
      trunk: "1-12", callingNumber: "2101", calledNumber: "0145678901", durationMs: 70_000,
      answered: true, accountCode: "4711", pbxTime: "2026-11-22 09:15:10 (CET)",
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 10 },
      privateFields: { condition: "10", limNumber: "1" } } },
  { title: "an incoming call that another answered", layout: "headed", system: "files",
    lines: [names, diverted],
    says: { phase: "completed", direction: "incoming", device: "2106", calledNumber: "2105",
      callingNumber: "0145678901", ringMs: 7_000, durationMs: 3_602_000, transferred: true } },
  { title: "an incoming call that was given up", layout: "headed", system: "files",
    lines: [names, abandoned],
    says: { phase: "completed", direction: "incoming", device: "2105", ringMs: 25_000,
      durationMs: 0, answered: false } },
], rejected: [
  { title: "a record of a file without its heading", line: outgoing },
  { title: "no such month", line: printed.replace("-11-", "-13-") },
  { title: "a letter in the number", line: printed.replace("0145", "o145") },
  { title: "no such duration", line: printed.replace("0:01:10", "0:61:10") },
] };
