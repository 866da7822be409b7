import type { FormatSamples } from "../format-bench.js";
import { siemensHipath4000 } from "../siemens-hipath4000.js";

const call = `11 22/11/26 09:15 00:01:10 10203 ${"2101".padEnd(15)} ${
  "0145678901".padEnd(22)} 4711`;

// Written for this project after the mask that is published for call accounting.
export const siemensHipath4000Samples: FormatSamples = { format: siemensHipath4000, samples: [
  { title: "a call", layout: "standard", lines: [call], wholeColumns: 34,
    says: { phase: "completed", clock: "end", direction: "unknown", device: "2101",
      calledNumber: "0145678901", durationMs: 70_000, answered: true,
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 0 },
      privateFields: { kind: "1", service: "1", line: "10203", remark: "4711" } } },
  { title: "a call that nobody answered", layout: "standard", wholeColumns: 34,
    lines: [call.replace("00:01:10", "00:00:00")],
    says: { phase: "completed", clock: "end", durationMs: 0, answered: false } },
], rejected: [
  { title: "no such month", line: call.replace("22/11", "22/13") },
  { title: "a letter in the station", line: call.replace("2101 ", "21o1 ") },
  { title: "no such duration", line: call.replace("00:01:10", "00:61:10") },
] };
