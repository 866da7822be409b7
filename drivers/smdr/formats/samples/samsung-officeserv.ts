import type { FormatSamples } from "../format-bench.js";
import { samsungOfficeserv } from "../samsung-officeserv.js";

const told = { phase: "completed", clock: "start" } as const;

// Written for this project after the headings and flags in the maker's documentation. All behind
// the flag may be missing, so that a cut there cannot be told.
const incoming =
  "205        701 11/22 09:15:10 00:01:10 I                   03012345678 ANNA ALPHA";
const outgoing = "205  1234  702 11/22 09:15:10 00:01:10 O  0145678901 4711";

export const samsungOfficeservSamples: FormatSamples = {
  headings: ["EXT  AUTH   TRK  DATE  TIME", "SMDR REPORT", "CID NAME", "IN GROUP", "205 OUT DND"],
  lostEnd: "found or refused",
  format: samsungOfficeserv,
  samples: [
  { title: "an incoming call", layout: "smdr", wholeColumns: 40, lines: [incoming],
    says: { ...told, direction: "incoming", device: "205", trunk: "701",
      callingNumber: "03012345678", durationMs: 70_000, answered: true,
      local: { month: 11, day: 22, hour: 9, minute: 15, second: 10 },
      privateFields: { flag: "I", callerName: "ANNA ALPHA" } } },
  { title: "an outgoing call with an authorization", layout: "smdr", wholeColumns: 40,
    lines: [outgoing],
    says: { ...told, direction: "outgoing", device: "205", trunk: "702",
      calledNumber: "0145678901", accountCode: "4711", durationMs: 70_000,
      privateFields: { flag: "O", authorization: "1234", tail: "0145678901 4711" } } },
  { title: "a transferred call", layout: "smdr", wholeColumns: 40,
    lines: ["206        701 11/22 09:16:20 00:00:30 T                     03012345678"],
    says: { ...told, direction: "incoming", device: "206", transferred: true } },
  { title: "an abandoned call", layout: "smdr", wholeColumns: 40,
    lines: ["           701 11/22 09:15:10 00:00:12 A                     03012345678"],
    says: { ...told, direction: "incoming", trunk: "701", ringMs: 12_000, durationMs: 0,
      answered: false, callingNumber: "03012345678" } },
], rejected: [
  { title: "no such month", line: incoming.replace("11/22", "13/22") },
  { title: "a letter in the duration", line: incoming.replace("00:01:10", "00:0x:10") },
  { title: "another flag", line: incoming.replace(" I ", " Q ") },
] };
