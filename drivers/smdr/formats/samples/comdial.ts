import { comdial } from "../comdial.js";
import type { FormatSamples } from "../format-bench.js";

const told = { phase: "completed", clock: "start" } as const;

// Written for this project after the column table in the maker's documentation. A cut within the
// digits cannot be told.
const outgoing = "1205   3    11/22/26 09:15    1.2         0145678901            $  0.40";
const incoming = "1206   4    11/22/26 09:16    0.5   0.1";

export const comdialSamples: FormatSamples = { format: comdial, samples: [
  { title: "an outgoing call", layout: "smdr", wholeColumns: 43, lines: [outgoing],
    says: { ...told, direction: "outgoing", device: "1205", trunk: "3",
      calledNumber: "0145678901", durationMs: 72_000, answered: true, cost: "$  0.40",
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 0 } } },
  { title: "an incoming call", layout: "smdr", lines: [incoming],
    says: { ...told, direction: "incoming", device: "1206", trunk: "4", ringMs: 6_000,
      durationMs: 30_000, answered: true } },
  { title: "a call that nobody answered", layout: "smdr", wholeColumns: 33,
    lines: ["       4    11/22/26 09:17  NOANS   0.3"],
    says: { ...told, direction: "incoming", trunk: "4", ringMs: 18_000, durationMs: 0,
      answered: false } },
], rejected: [
  { title: "no such month", line: outgoing.replace("11/22", "13/22") },
  { title: "a letter in the duration", line: outgoing.replace("1.2", "x.2") },
  { title: "neither ring nor digits", line: outgoing.slice(0, 33) },
] };
