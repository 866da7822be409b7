import { asteriskCdr } from "../asterisk-cdr.js";
import type { FormatSamples } from "../format-bench.js";

const dialled = "\"Dial\",\"PJSIP/205,30\"";
// Written for this project after the order of places in the documentation of cdr_csv.
const incoming = "\"\",\"03012345678\",\"205\",\"from-trunk\",\"\"\"Jörg Ä\"\" <03012345678>\","
  + `"PJSIP/provider-0000001a","PJSIP/205-0000001b",${dialled},"2026-11-22 09:15:02",`
  + "\"2026-11-22 09:15:07\",\"2026-11-22 09:16:17\",75,70,\"ANSWERED\",\"DOCUMENTATION\"";
const unique = ",\"1795338902.26\",\"shop\"";
const outgoing = "\"4711\",\"205\",\"0145678901\",\"internal\",\"205\","
  + "\"SIP/205-00000020\",\"DAHDI/i1/0145678901-4\",\"Dial\",\"DAHDI/g1/0145678901\","
  + "\"2026-11-22 10:00:00\",,\"2026-11-22 10:00:20\",20,0,\"NO ANSWER\",\"BILLING\"";
const internal = "\"\",\"205\",\"206\",\"internal\",\"205\",\"SIP/205-00000021\","
  + "\"Local/206@internal-00000003;1\",\"Dial\",\"Local/206@internal\",\"2026-11-22 10:01:00\","
  + "\"2026-11-22 10:01:02\",\"2026-11-22 10:01:32\",32,30,\"ANSWERED\",\"DOCUMENTATION\"";

export const asteriskCdrSamples: FormatSamples = {
  headings: ["accountcode,src,dst,dcontext,clid,channel"],
  format: asteriskCdr, samples: [
  // The last two places depend on the configuration: a line may end before them.
  { title: "an answered call", layout: "master", lines: [incoming + unique],
    wholeColumns: Buffer.byteLength(incoming) - 2,
    says: { phase: "completed", clock: "start", direction: "incoming", device: "205",
      trunk: "provider", callingNumber: "03012345678", calledNumber: "205", ringMs: 5_000,
      durationMs: 70_000, answered: true, reference: "1795338902.26",
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 2 } } },
  { title: "an outgoing call that nobody answered", layout: "master", lines: [outgoing],
    says: { phase: "completed", direction: "outgoing", device: "205", trunk: "i1/0145678901",
      callingNumber: "205", calledNumber: "0145678901", accountCode: "4711", ringMs: 20_000,
      durationMs: 0, answered: false } },
  { title: "an internal call", layout: "master", lines: [internal],
    says: { phase: "completed", direction: "internal", device: "205", calledNumber: "206",
      durationMs: 30_000, answered: true } },
], rejected: [
  { title: "no such month", line: outgoing.replace("2026-11-22 10:00:00", "2026-13-22 10:00:00") },
  { title: "letters in the duration", line: outgoing.replace(",20,0,", ",2x,0,") },
  { title: "another disposition", line: outgoing.replace("NO ANSWER", "MAYBE") },
] };
