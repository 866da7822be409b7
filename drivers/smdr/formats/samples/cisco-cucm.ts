import { ciscoCucm } from "../cisco-cucm.js";
import type { FormatSamples } from "../format-bench.js";

type Values = Readonly<Record<string, string>>;
const [layout] = ciscoCucm.layouts;
const names = layout?.kind === "csv" ? layout.fields.map(({ name }) => name) : [];
const added = 25;
const texts = new Set(["callingPartyNumber", "originalCalledPartyNumber", "origDeviceName",
  "finalCalledPartyNumber", "pkid", "destDeviceName", "clientMatterCode", "lastRedirectDn"]);

const common: Values = { cdrRecordType: "1", globalCallID_callManagerId: "1",
  globalCallID_callId: "5012", origLegCallIdentifier: "2290011", dateTimeOrigination: "1795338902",
  origIpAddr: "-1139627840", dateTimeConnect: "1795338907", dateTimeDisconnect: "1795338977",
  duration: "70", pkid: "1f0c0000-3a5b-4c1d-9e2f-0123456789ab" };

/** Written for this project after the maker's list of fields: release 8.0 prints 103 places. */
function line(values: Values): string {
  const all: Values = { ...common, ...values };
  return [...names.map((name) => texts.has(name) ? `"${all[name] ?? ""}"` : all[name] ?? "0"),
    ...Array.from({ length: added - 1 }, () => "0"), "\"\""].join(",");
}

const incoming = line({ callingPartyNumber: "03012345678", finalCalledPartyNumber: "205",
  originalCalledPartyNumber: "200", origDeviceName: "GW-Berlin", destDeviceName: "SEP001122334455",
  joinOnBehalfOf: "10" });
const outgoing = line({ callingPartyNumber: "205", finalCalledPartyNumber: "0145678901",
  origDeviceName: "SEP001122334455", destDeviceName: "GW-Berlin", dateTimeConnect: "0",
  duration: "0", clientMatterCode: "4711" });
const missed = line({ callingPartyNumber: "03012345678", finalCalledPartyNumber: "205",
  origDeviceName: "GW-Berlin", destDeviceName: "SEP001122334455", dateTimeConnect: "0",
  duration: "0" });
const internal = line({ callingPartyNumber: "205", finalCalledPartyNumber: "206",
  origDeviceName: "SEP001122334455", destDeviceName: "CSFOTTO" });

/** Releases add names at the end; only that the first is known tells a line of names. */
const nameLine = [...names, ...Array.from({ length: 80 }, (_, index) =>
  `addedByALaterRelease${String(index)}`)].map((name) => `"${name}"`).join(",");
const typeLine = names.map((name) => texts.has(name) ? "VARCHAR(50)" : "INTEGER").join(",");
const longer = `${incoming}${",\"sip:anna@example.com\"".repeat(60)}`;

export const ciscoCucmSamples: FormatSamples = {
  headings: [
    "\"cdrRecordType\",\"globalCallID_callManagerId\"",
    "INTEGER,INTEGER,INTEGER",
    "2,1,45,18000012,1",
  ],
  format: ciscoCucm,
  samples: [
  // The last place is an empty text; without its quotes it is still whole.
  { title: "an answered call, transferred", layout: "cdr", lines: [incoming],
    wholeColumns: incoming.length - 2,
    says: { phase: "completed", clock: "start", local: { utcMs: 1_795_338_902_000 },
      direction: "incoming", device: "205", trunk: "GW-Berlin", callingNumber: "03012345678",
      calledNumber: "205", ringMs: 5_000, durationMs: 70_000, answered: true, transferred: true,
      reference: "1-5012" } },
  { title: "an outgoing call that nobody answered", layout: "cdr", lines: [outgoing],
    wholeColumns: outgoing.length - 2,
    says: { phase: "completed", direction: "outgoing", device: "205", trunk: "GW-Berlin",
      calledNumber: "0145678901", durationMs: 0, answered: false,
      accountCode: "4711" } },
  { title: "an incoming call that nobody answered", layout: "cdr", lines: [missed],
    wholeColumns: missed.length - 2,
    says: { phase: "completed", direction: "incoming", ringMs: 75_000, durationMs: 0,
      answered: false } },
  { title: "an internal call", layout: "cdr", lines: [internal],
    wholeColumns: internal.length - 2,
    says: { phase: "completed", direction: "internal", device: "205", calledNumber: "206",
      durationMs: 70_000 } },
  { title: "a file from its beginning, its lines longer than usual", layout: "cdr",
    lines: [nameLine, typeLine, longer],
    says: { phase: "completed", direction: "incoming", device: "205" } },
], rejected: [
  { title: "no time", line: line({ dateTimeOrigination: "0" }) },
  { title: "answered before it began", line: line({ dateTimeConnect: "1795338000" }) },
  { title: "letters in the duration", line: line({ duration: "7x" }) },
] };
