import type { FormatSamples } from "../format-bench.js";
import { siemensHipath } from "../siemens-hipath.js";

const ended = { phase: "completed", clock: "end" } as const;

function compressed(
  trunk: string, station: string, times: string, number: string, pulses: string, info: string,
): string {
  return `22.11.2609:15:10${trunk.padStart(3)}${station.padStart(6)}${times.padEnd(13)}${
    number.padEnd(25)}${pulses.padStart(11)}${info.padStart(2)}`;
}

const account = `22.11.2609:15:10  1 12   205   7000:01:10${"03012345678".padEnd(25)}${
  "14".padStart(11)}2${"4711".padEnd(11)}${"987650".padStart(11)}    0  02`;

// Written for this project after the column tables in the maker's service manuals.
export const siemensHipathSamples: FormatSamples = {
  headings: ["Datum    Zeit  Lt Tln"],
  format: siemensHipath, samples: [
  { title: "a compressed incoming call", layout: "compressed",
    lines: [compressed("1", "205", "00:0500:01:10", "03012345678", "", "1")],
    says: { ...ended, direction: "incoming", device: "205", trunk: "1",
      callingNumber: "03012345678", ringMs: 5_000, durationMs: 70_000, answered: true,
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 10 } } },
  { title: "a compressed outgoing call with account and own number", layout: "compressed",
    lines: [`${compressed("2", "206", "     01:02:03", "0301234????", "14", "2")}${
      "4711".padEnd(11)}${"987650".padStart(11)}    0 3`],
    wholeColumns: 76,
    says: { ...ended, direction: "outgoing", device: "206", calledNumber: "0301234????",
      durationMs: 3_723_000, accountCode: "4711",
      privateFields: { pulses: "14", info: "2", msn: "987650", seizureCode: "0", route: "3" } } },
  { title: "a call that nobody answered", layout: "compressed",
    lines: [compressed("1", "205", "00:20", "03012345678", "", "1")],
    says: { ...ended, direction: "incoming", ringMs: 20_000, durationMs: 0, answered: false } },
  { title: "a call that rings now", layout: "compressed",
    lines: [compressed("1", "207", "", "03012345678", "", "0")],
    says: { phase: "ringing", clock: "start", direction: "incoming", device: "207", trunk: "1",
      callingNumber: "03012345678", answered: false } },
  { title: "a DISA call", layout: "compressed",
    wholeColumns: 75,
    lines: [compressed("1", "205", "     00:01:10", "03012345678", "", "52")],
    says: { ...ended, direction: "outgoing", calledNumber: "03012345678" } },
  { title: "a long incoming call", layout: "long",
    lines: [`22.11.26 09:15:10   1    205 00:05 00:01:10 ${"03012345678".padEnd(20)} ${
      "".padStart(11)}  1`],
    says: { ...ended, direction: "incoming", device: "205", trunk: "1", ringMs: 5_000,
      durationMs: 70_000 } },
  { title: "a long outgoing call that was passed on", layout: "long",
    lines: [`22.11.26 09:15:10   1    205       00:01:10 ${"03012345678".padEnd(20)} ${
      "0.42".padStart(11)}  6`],
    says: { ...ended, direction: "outgoing", transferred: true, cost: "0.42" } },
  { title: "a GetAccount record", layout: "get-account", wholeColumns: 78,
    lines: [account],
    says: { ...ended, direction: "outgoing", device: "205", trunk: "1",
      calledNumber: "03012345678", durationMs: 70_000, accountCode: "4711",
      privateFields: { node: "12", pulses: "14", info: "2", msn: "987650", trunkGroup: "0",
        route: "02" } } },
], rejected: [
  { title: "no such month", line:
    compressed("1", "205", "00:0500:01:10", "03012345678", "", "1").replace(".11.", ".13.") },
  { title: "letters in the trunk", line:
    compressed("x1", "205", "00:0500:01:10", "03012345678", "", "1") },
  { title: "a ringing call with a duration", line:
    compressed("1", "205", "00:0500:01:10", "03012345678", "", "0") },
] };
