import { alcatelOxe } from "../alcatel-oxe.js";
import type { FormatSamples } from "../format-bench.js";

const ended = { phase: "completed", clock: "start" } as const;

interface Ticket {
  readonly called: string;
  readonly charged: string;
  readonly calling: string;
  readonly type: string;
  readonly cost?: string;
  readonly seconds?: string;
  readonly waiting?: string;
  readonly trunk?: string;
  readonly account?: string;
}

/** Text at columns, from 1, as the table counts. */
function ticket(call: Ticket): string {
  const { seconds = "70" } = call;
  const parts: readonly (readonly [number, string])[] = [
    [1, "ED5.2"], [6, call.called], [36, call.charged], [66, "Example"], [112, "1"],
    [137, call.calling], [167, call.type], [169, "0"], [170, "20261122 09:16:20"], [187, "0"],
    [192, call.cost ?? "0"], [202, seconds], [212, call.trunk ?? ""],
    [217, call.trunk === undefined ? "" : "12"], [228, call.account ?? ""], [251, "0"],
    [269, "0".repeat(80)], [349, "18"], [389, "0"], [396, call.called],
    [426, call.waiting ?? "0"], [431, seconds], [441, "0"], [442, "20261122 09:15:10"],
    [489, "1"], [494, "1"], [509, "0"], [514, "0"], [520, "0"],
  ];
  return parts.reduce((line, [at, text]) => line.padEnd(at - 1) + text, "");
}

const outgoing = ticket({ called: "0145678901", charged: "1234", calling: "1234", type: "0",
  cost: "0.42", trunk: "55", account: "4711" });

// Written for this project after the published table of field widths.
export const alcatelOxeSamples: FormatSamples = { format: alcatelOxe, samples: [
  { title: "an outgoing ticket", layout: "ED5.2", lines: [outgoing],
    says: { ...ended, direction: "outgoing", device: "1234", trunk: "12-55",
      calledNumber: "0145678901", durationMs: 70_000, answered: true, cost: "0.42",
      accountCode: "4711",
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 10 } } },
  { title: "an incoming ticket", layout: "ED5.2",
    lines: [ticket({ called: "1234", charged: "1234", calling: "0145678901", type: "4",
      waiting: "7", trunk: "55" })],
    says: { ...ended, direction: "incoming", device: "1234", callingNumber: "0145678901",
      calledNumber: "1234", ringMs: 7_000 } },
  { title: "an incoming ticket of a call that nobody answered", layout: "ED5.2",
    lines: [ticket({ called: "1234", charged: "1234", calling: "0145678901", type: "4",
      seconds: "0", waiting: "25", trunk: "55" })],
    says: { ...ended, direction: "incoming", ringMs: 25_000, durationMs: 0, answered: false } },
  { title: "an internal ticket", layout: "ED5.2",
    lines: [ticket({ called: "1235", charged: "1234", calling: "1234", type: "14" })],
    says: { ...ended, direction: "internal", callingNumber: "1234", calledNumber: "1235" } },
  { title: "a transit ticket", layout: "ED5.2",
    lines: [ticket({ called: "1235", charged: "1234", calling: "1234", type: "15",
      trunk: "55" })],
    says: { ...ended, direction: "tandem", trunk: "12-55" } },
], rejected: [
  { title: "no such month", line: outgoing.replaceAll("20261122", "20261322") },
  { title: "no such call type", line: outgoing.replace(`${"1234".padEnd(30)}0 0`,
    `${"1234".padEnd(30)}160`) },
  { title: "a letter in the duration", line: outgoing.replaceAll("70 ", "7o ") },
] };
