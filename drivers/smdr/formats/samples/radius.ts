import type { FormatSamples } from "../format-bench.js";
import { printedRadius, radius } from "../radius.js";

// Written for this project after the attributes of RFC 2866 and Cisco's list of its own.
const line = (values: Readonly<Record<string, string>>): string =>
  printedRadius(new Map(Object.entries(values))).trimEnd();

const incoming = {
  "Acct-Status-Type": "Stop", "Acct-Session-Id": "0000002A", "NAS-IP-Address": "192.0.2.9",
  "Calling-Station-Id": "0145678901", "Called-Station-Id": "205", "Acct-Session-Time": "75",
  "h323-setup-time": "*09:15:02.000 UTC Sun Nov 22 2026",
  "h323-connect-time": "09:15:07.000 UTC Sun Nov 22 2026",
  "h323-disconnect-time": "09:16:17.400 UTC Sun Nov 22 2026", "h323-disconnect-cause": "10",
  "h323-call-origin": "answer", "h323-call-type": "Telephony",
};
const missed = { ...incoming, "h323-call-origin": "originate", "Calling-Station-Id": "206",
  "Called-Station-Id": "0145678902", "Acct-Session-Time": "0",
  "h323-setup-time": "10:15:02.000 CET Sun Nov 22 2026",
  "h323-connect-time": "10:15:30.000 CET Sun Nov 22 2026",
  "h323-disconnect-time": "10:15:30.000 CET Sun Nov 22 2026" };
const plain = { "Acct-Status-Type": "Stop", "Acct-Session-Id": "17", "User-Name": "Anna, \"2\"",
  "Calling-Station-Id": "205", "Called-Station-Id": "0145678901", "Acct-Session-Time": "30",
  "Event-Timestamp": "1795338930" };

export const radiusSamples: FormatSamples = { format: radius,
  samples: [
  { title: "a call that a Cisco gateway answered", layout: "accounting", lines: [line(incoming)],
    says: { phase: "completed", clock: "start", local: { utcMs: Date.UTC(2026, 10, 22, 9, 15, 2) },
      direction: "incoming", device: "205", callingNumber: "0145678901", calledNumber: "205",
      ringMs: 5_000, durationMs: 70_000, answered: true, reference: "0000002A" } },
  { title: "a call that a gateway placed and nobody answered, in local time",
    layout: "accounting", lines: [line(missed)],
    says: { phase: "completed", direction: "outgoing", device: "206", durationMs: 0,
      answered: false, ringMs: 28_000,
      local: { year: 2026, month: 11, day: 22, hour: 10, minute: 15, second: 2 } } },
  { title: "a call of another maker's gateway, by its time stamp", layout: "accounting",
    lines: [line(plain)],
    says: { phase: "completed", clock: "start", local: { utcMs: 1_795_338_900_000 },
      direction: "unknown", callingNumber: "205", calledNumber: "0145678901", durationMs: 30_000,
      answered: true } },
  { title: "a call that has begun", layout: "accounting",
    lines: [line({ ...incoming, "Acct-Status-Type": "Start" })],
    says: { phase: "notice", notice: "information", text: "Start 0000002A" } },
  { title: "a gateway that has started", layout: "accounting",
    lines: [line({ "Acct-Status-Type": "Accounting-On", "NAS-Identifier": "gw-1" })],
    says: { phase: "notice", notice: "restarted", text: "Accounting-On gw-1" } },
], rejected: [
  { title: "without its last place", line: line(plain).replace(/,end$/, "") },
  { title: "letters in the time", line: line({ ...plain, "Acct-Session-Time": "3x" }) },
] };
