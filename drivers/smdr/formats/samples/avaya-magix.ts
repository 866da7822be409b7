import { avayaMagix } from "../avaya-magix.js";
import type { FormatSamples } from "../format-bench.js";

const ended = { phase: "completed", clock: "start" } as const;
const local = { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 0 };

// Written for this project after the field lists in the makers' manuals.
export const avayaMagixSamples: FormatSamples = {
  headings: ["CALL TYPE   DATE  TIME   CALLED NUMBER   DUR. LINE STN."],
  format: avayaMagix, samples: [
  { title: "an outgoing call of Partner", layout: "partner",
    lines: ["C 11/22/26 09:15 0145678901      00:02:31 02   11"],
    says: { ...ended, local, pbxTime: "11/22/26 09:15", direction: "outgoing", device: "11",
      callingNumber: "11", calledNumber: "0145678901", trunk: "02", durationMs: 151_000,
      answered: true, privateFields: { type: "C" } } },
  { title: "a call of Partner with account, number too long", layout: "partner",
    // Account and talk may be missing.
    wholeColumns: 49,
    lines: ["C 11/22/26 09:15 001234567890123? 00:02:31 02   11  4711"],
    says: { ...ended, direction: "outgoing", calledNumber: "001234567890123",
      accountCode: "4711", privateFields: { type: "C", numberMark: "?" } } },
  { title: "an answered call of Partner", layout: "partner", wholeColumns: 49,
    lines: ["I 11/22/26 09:15 03012345678     00:01:22 12   15                   00:00:55"],
    says: { ...ended, direction: "incoming", device: "15", callingNumber: "03012345678",
      trunk: "12", durationMs: 82_000, answered: true,
      privateFields: { type: "I", talk: "00:00:55" } } },
  { title: "a caller of Partner who hung up", layout: "partner",
    lines: ["I 11/22/26 09:15 IN              00:00:12 12   00"],
    says: { ...ended, direction: "incoming", trunk: "12", durationMs: 12_000, answered: false } },
  { title: "an outgoing data call of Magix", layout: "magix", wholeColumns: 48,
    // A station may have two digits, three or four.
    lines: ["D 11/22/26 09:15 0145678901      00:02:31 801 1015"],
    says: { ...ended, local, direction: "outgoing", device: "1015", trunk: "801",
      calledNumber: "0145678901", privateFields: { type: "D" } } },
  { title: "an incoming call of Magix", layout: "magix", wholeColumns: 45,
    // The station may be missing.
    lines: ["C 11/22/26 09:15 IN              00:01:10 803  27  4711"],
    says: { ...ended, direction: "incoming", device: "27", trunk: "803", durationMs: 70_000,
      answered: true, accountCode: "4711" } },
  { title: "a caller of Magix who hung up in a queue", layout: "magix",
    lines: ["I 11/22/26 09:15 03012345678     00:01:10 803"],
    says: { ...ended, direction: "incoming", callingNumber: "03012345678", answered: false } },
], rejected: [
  { title: "no such month", line: "C 13/22/26 09:15 0145678901      00:02:31 02   11" },
  { title: "no such time", line: "C 11/22/26 24:15 0145678901      00:02:31 801  15" },
  { title: "a letter in the duration", line: "C 11/22/26 09:15 0145678901      00:0x:31 02   11" },
  { title: "an outgoing call without a station", line:
    "C 11/22/26 09:15 0145678901      00:02:31 801" },
] };
