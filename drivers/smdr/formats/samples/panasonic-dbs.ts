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

/** A line of DBS 576, text at columns from 1. */
function line576(type: string, number: string, ...more: readonly (readonly [number, string])[]) {
  return [[37, number] as const, ...more].reduce((text, [column, part]) =>
    text.padEnd(column - 1) + part, `${type} 11/22 09:15:10 00:01:10  205  012`);
}

export const panasonicDbsSamples: FormatSamples = { format: panasonicDbs,
  samples: [
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
  { title: "an outgoing call of DBS 576 in format 1", layout: "dbs-576-1", wholeColumns: 35,
    lines: [line576("L", "0145678901", [62, "4711"], [73, "D001"])],
    says: { ...told, direction: "outgoing", device: "205", trunk: "012", accountCode: "4711",
      calledNumber: "0145678901", durationMs: 70_000, answered: true,
      local: { month: 11, day: 22, hour: 9, minute: 15, second: 10 },
      privateFields: { type: "L", verified: "D001" } } },
  { title: "an incoming call of DBS 576 that was transferred", layout: "dbs-576-1",
    wholeColumns: 35, lines: [line576("t", "03012345678")],
    says: { ...told, direction: "incoming", device: "205", callingNumber: "03012345678",
      transferred: true } },
  { title: "an incoming call of DBS 576 in format 2", layout: "dbs-576-2", wholeColumns: 35,
    lines: [line576("D", "I4100", [78, "03012345678"], [95, "    0.42"], [104, "00:07"])],
    says: { ...told, direction: "incoming", callingNumber: "03012345678", calledNumber: "4100",
      ringMs: 7_000, cost: "0.42" } },
  { title: "a call of DBS 576 that was given up, with a name", layout: "dbs-576-2-name",
    wholeColumns: 35,
    lines: [line576("A", "", [78, "030123456"], [91, "ANNA ALPHA"], [104, "00:25"])
      .replace("00:01:10", "        ")],
    says: { ...told, direction: "incoming", callingNumber: "030123456", durationMs: 0,
      answered: false, ringMs: 25_000, privateFields: { type: "A", name: "ANNA ALPHA" } } },
  { title: "a call of DBS 576 in format 3", layout: "dbs-576-3", wholeColumns: 35,
    lines: [line576("N", "************", [78, "03012345678"], [95, "07"], [98, "00:07"])],
    says: { ...told, direction: "incoming", callingNumber: "03012345678", ringMs: 7_000,
      privateFields: { type: "N", channel: "07", number: "************" } } },
  { title: "a line of quoted places", layout: "esi-csv", system: "ESI", lines: [esi],
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
