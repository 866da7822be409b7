import type { FormatSamples } from "../format-bench.js";
import { karelMs } from "../karel-ms.js";

const told = { phase: "completed", clock: "start" } as const;

// Written for this project after the tables of positions in the maker's documentation.
const outgoing = "22/11/26 09:15:10 09:16:20 01:10 205  205      03 0004    1.20 0145678901";
const incoming = "22/11/26 09:17:00 09:17:30 00:30 OPE  206      04";

export const karelMsSamples: FormatSamples = { format: karelMs, samples: [
  { title: "an outgoing call", layout: "smdr", lines: ["#0012 LDIS C", outgoing],
    says: { ...told, direction: "outgoing", device: "205", trunk: "03", cost: "1.20",
      calledNumber: "0145678901", durationMs: 70_000, answered: true,
      sequence: { number: 12, modulus: 10_000 },
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 10 },
      privateFields: { kind: "LDIS", pool: "C", end: "09:16:20", last: "205", pulses: "0004" } } },
  { title: "a transferred incoming call", layout: "smdr", lines: ["#0013 IC", incoming],
    says: { ...told, direction: "incoming", device: "OPE", trunk: "04", transferred: true,
      durationMs: 30_000 } },
  { title: "a local call that nobody answered", layout: "smdr",
    lines: ["#0014", outgoing.replace("01:10 ", "00:00 ")],
    says: { ...told, direction: "outgoing", durationMs: 0, answered: false } },
], rejected: [
  { title: "a head without its call", line: "#0012 LDIS" },
  { title: "a letter in the count", line: "#00x2 LDIS" },
  { title: "a call without its head", line: outgoing },
] };
