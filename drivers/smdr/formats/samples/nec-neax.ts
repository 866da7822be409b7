import type { FormatSamples } from "../format-bench.js";
import { necNeax } from "../nec-neax.js";

const ended = { phase: "completed", clock: "start" } as const;

/** Text at byte numbers, from 0, as the manuals count. */
function record(parts: Readonly<Record<number, string>>): string {
  let line = "";
  for (const [at, text] of Object.entries(parts)) line = line.padEnd(Number(at)) + text;
  return line;
}

const outgoing = record({ 0: "\u00020!", 3: "KA", 5: "001", 8: "012", 11: "0", 12: "01",
  14: "3001", 20: "1122091510", 30: "1122091620", 40: "4711", 50: "001", 53: "000",
  62: "95550123456", 94: "0000", 116: "2626", 120: "0000000" });

// Written for this project after the byte numbers in the maker's manuals.
export const necNeaxSamples: FormatSamples = { format: necNeax, samples: [
  { title: "an outgoing call", layout: "KA", wholeColumns: 63, lines: [outgoing],
    says: { ...ended, direction: "outgoing", device: "3001", trunk: "001-012",
      calledNumber: "95550123456", durationMs: 70_000, answered: true, accountCode: "4711",
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 10 } } },
  { title: "an outgoing call with its pulses", layout: "KA", wholeColumns: 63,
    lines: [outgoing.replace(/(?<=^.{94})0000/s, "0012")],
    says: { ...ended, direction: "outgoing", device: "3001", cost: "12 units" } },
  { title: "an outgoing call with its charge", layout: "KA", wholeColumns: 63,
    lines: [outgoing.replace(/0000000$/, "2000420")],
    says: { ...ended, direction: "outgoing", device: "3001", cost: "000420" } },
  { title: "a call from trunk to trunk", layout: "KA", wholeColumns: 63,
    lines: [record({ 0: "\u00020!", 3: "KA", 5: "001", 8: "012", 11: "2", 12: "01", 14: "002003",
      20: "1122091510", 30: "1122091620", 53: "000", 62: "5550123", 116: "2626" })],
    says: { ...ended, direction: "tandem", trunk: "001-012", calledNumber: "5550123" } },
  { title: "an internal call over New Year, without years", layout: "KB", wholeColumns: 65,
    lines: [record({ 0: "\u00020!", 3: "KB", 11: "0", 12: "01", 14: "3001", 20: "1231235950",
      30: "0101000010", 53: "000", 62: "01", 64: "3002" })],
    says: { ...ended, direction: "internal", device: "3001", callingNumber: "3001",
      calledNumber: "3002", durationMs: 20_000,
      local: { month: 12, day: 31, hour: 23, minute: 59, second: 50 } } },
  { title: "an incoming call that was transferred", layout: "KE", wholeColumns: 56,
    lines: [record({ 0: "\u00020!", 3: "KE", 5: "002", 8: "003", 11: "0", 12: "01", 14: "3001",
      20: "1122091510", 30: "1122091620", 53: "100", 62: "3001", 98: "03012345678",
      116: "2626" })],
    says: { ...ended, direction: "incoming", device: "3001", trunk: "002-003",
      callingNumber: "03012345678", calledNumber: "3001", transferred: true } },
  { title: "an incoming call with offices, without STX", layout: "KE", wholeColumns: 56,
    lines: [record({ 3: "KE", 5: "002", 8: "003", 11: "0", 12: "01", 14: "3001",
      20: "1122091510", 30: "1122091510", 53: "000", 98: "00120034", 116: "2626" })],
    says: { ...ended, direction: "incoming", durationMs: 0, answered: false,
      privateFields: { type: "KE", callerKind: "0", tenant: "01", conditions: "000",
        caller: "00120034" } } },
], rejected: [
  { title: "no such month", line: outgoing.replace("1122091510", "1322091510") },
  { title: "an end before the start", line: outgoing.replace("1122091620", "1122071620") },
  { title: "a letter in the route", line: outgoing.replace("KA001", "KA0x1") },
] };
