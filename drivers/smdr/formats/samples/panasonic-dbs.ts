import type { FormatSamples } from "../format-bench.js";
import { panasonicDbs } from "../panasonic-dbs.js";

const told = { phase: "completed", clock: "start" } as const;

function line(type: string, number: string, more: string): string {
  return `${type} 11/22 09:15:10 00:01:10 205 ${number} ${more.padEnd(16)} 03`;
}

// Written for this project after the column tables in the makers' documentation.
const outgoing = line("O", "0145678901".padStart(28), "4711       V0012");
const esi =
  "\"I\",\"11222026\",\"091510\",\"000110\",\"205\",\"03012345678\",\"ANNA ALPHA\",\"54\"";

export const panasonicDbsSamples: FormatSamples = { format: panasonicDbs, samples: [
  { title: "an outgoing call", layout: "dbs", lines: [outgoing],
    says: { ...told, direction: "outgoing", device: "205", trunk: "03", accountCode: "4711",
      calledNumber: "0145678901", durationMs: 70_000, answered: true,
      local: { month: 11, day: 22, hour: 9, minute: 15, second: 10 },
      privateFields: { type: "O", verified: "V0012" } } },
  { title: "an incoming call", layout: "dbs", lines: [line("I", "03012345678".padEnd(28), "")],
    says: { ...told, direction: "incoming", device: "205", callingNumber: "03012345678" } },
  { title: "a transferred call", layout: "dbs", lines: [line("T", "Private".padEnd(28), "")],
    says: { ...told, direction: "unknown", transferred: true,
      privateFields: { type: "T", number: "Private" } } },
  { title: "a call that was not talked on", layout: "dbs",
    lines: [line("D", "".padEnd(28), "").replace("00:01:10", "00:00.00")],
    says: { ...told, direction: "incoming", durationMs: 0, answered: false } },
  { title: "a line of quoted places", layout: "esi-csv", lines: [esi],
    says: { ...told, direction: "incoming", device: "205", trunk: "54",
      callingNumber: "03012345678", durationMs: 70_000,
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 10 },
      privateFields: { type: "I", name: "ANNA ALPHA" } } },
], rejected: [
  { title: "no such month", line: outgoing.replace("11/22", "13/22") },
  { title: "another type", line: outgoing.replace("O ", "Q ") },
  { title: "no such time", line: esi.replace("091510", "256110") },
  { title: "a letter in the duration", line: esi.replace("000110", "0001x0") },
] };
