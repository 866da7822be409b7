import type { FormatSamples } from "../format-bench.js";
import { panasonicKxTa } from "../panasonic-kx-ta.js";

const told = { phase: "completed", clock: "start" } as const;

// Written for this project after the explanations in the maker's documentation. Of an account
// code a cut cannot be told.
const outgoing =
  "22/11/26  9:15AM 205   05 0145678901                       00:01'10 4711";
const incoming =
  "22/11/26 *9:15PM 206   02 < DISA incoming >03012345678     00:00'30 ....";

export const panasonicKxTaSamples: FormatSamples = {
  headings: ["  Date     Time    Ext  CO        Dial Number"],
  format: panasonicKxTa, samples: [
  { title: "an outgoing call", layout: "smdr", lines: [outgoing],
    wholeColumns: outgoing.length - 3,
    says: { ...told, direction: "outgoing", device: "205", trunk: "05", accountCode: "4711",
      calledNumber: "0145678901", durationMs: 70_000, answered: true,
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 0 } } },
  { title: "a transferred incoming call", layout: "smdr", lines: [incoming],
    says: { ...told, direction: "incoming", device: "206", trunk: "02", transferred: true,
      callingNumber: "03012345678", durationMs: 30_000, privateFields: { kind: "DISA incoming" },
      local: { year: 2026, month: 11, day: 22, hour: 21, minute: 15, second: 0 } } },
  { title: "a call that was not talked on", layout: "smdr",
    lines: ["22/11/26 10:15PM 205B  01 <incoming>  00:00'00 . . . ."],
    says: { ...told, direction: "incoming", device: "205", durationMs: 0, answered: false,
      privateFields: { kind: "incoming", builtInVoice: "205B" } } },
  { title: "a call that waits for a group", layout: "smdr",
    lines: ["22/11/26 10:16PM 205   01 < UCD waiting >               00:00'20 ...."],
    says: { ...told, direction: "incoming", ringMs: 20_000, durationMs: 0, answered: false } },
], rejected: [
  { title: "no such month", line: outgoing.replace("22/11", "22/13") },
  { title: "a letter in the duration", line: outgoing.replace("00:01'10", "00:0x'10") },
  { title: "no such hour", line: outgoing.replace(" 9:15AM", "25:61AM") },
] };
