/** What the samples of each family prove that its records say. */

import assert from "node:assert/strict";
import { smdrCodec } from "../codec.js";
import { formats } from "./index.js";
import type { CallLine } from "./format.js";
import { samples } from "./samples/index.js";

/** A letter for what a record can say of a call. */
const letters: readonly (readonly [letter: string, says: (call: CallLine) => boolean])[] = [
  ["D", (call) => call.direction !== "unknown"],
  ["c", (call) => call.callingNumber !== undefined],
  ["n", (call) => call.calledNumber !== undefined],
  ["d", (call) => call.device !== undefined],
  ["t", (call) => call.trunk !== undefined],
  ["l", (call) => call.durationMs > 0],
  ["u", (call) => !call.answered],
  ["r", (call) => call.ringMs !== undefined],
  ["x", (call) => call.transferred === true],
  ["a", (call) => call.accountCode !== undefined],
  ["$", (call) => call.cost !== undefined],
  ["p", (call) => call.pbxTime !== ""],
  ["Y", ({ local }) => "year" in local],
  ["-", ({ local }) => "hour" in local && !("year" in local)],
  ["Z", ({ local }) => "utcMs" in local],
  ["s", ({ local }) => "second" in local && local.second !== 0],
  ["#", (call) => call.sequence !== undefined],
];

function proven(name: string): string {
  const found = samples.get(name) ?? assert.fail(name);
  const calls = found.samples.flatMap(({ lines, settings = {} }): CallLine[] => {
    const decoder = smdrCodec(found.format, settings).decoder();
    const bytes = Buffer.from(lines.map((line) => `${line}\r\n`).join(""), found.format.encoding);
    return [...decoder.push(bytes), ...decoder.flush()].flatMap((each) =>
      each.kind === "message" && "local" in each.message.says ? [each.message.says] : []);
  });
  return letters.filter(([, says]) => calls.some(says)).map(([letter]) => letter).join("");
}

/**
 * D direction, c calling, n called number, d device, t trunk, l length, u unanswered, r ring time,
 * x transfer, a account code, $ cost, p time as printed, Y year printed, - year not printed,
 * Z moment in UTC, s seconds printed, # the PBX's own count. What is not listed, the makers' tables
 * do not have.
 */
const table: Readonly<Record<string, string>> = {
  "aastra-ascotel": "Dcndtlurxa$pY#",
  "alcatel-oxe": "Dcndtlura$pYs",
  "alcatel-oxo": "Dcndtlura$pY",
  "asterisk-cdr": "DcndtlurapYs",
  "avaya-cm": "Dcndtlurxa$pY-",
  "avaya-ip-office": "Dcndtlura$pYs",
  "avaya-magix": "DcndtluapY",
  "cisco-cucm": "DcndtlurxapZ",
  comdial: "Dndtlur$pY",
  "ericsson-mxone": "DcndtlurxapY-s#",
  "karel-ms": "Dndtlux$pYs#",
  "lg-ipecs": "DcndtlurxpYs#",
  mitel: "Dcndtlurxap-s",
  "nec-neax": "DcndtluxapY-s",
  "nec-sv8100": "Dcndtluxap-",
  "nortel-meridian": "Dcndtlurxa$p-s#",
  "nortel-norstar": "DcndtlurxapYs",
  "panasonic-dbs": "Dcndtlurxa$pY-s",
  "panasonic-kx": "Dcndtlurxa$pY",
  "panasonic-kx-ta": "DcndtlurxapY",
  radius: "DcndlurpYZs",
  "samsung-officeserv": "Dcndtlurxap-s",
  "siemens-hipath": "Dcndtlurxa$pYs",
  "siemens-hipath4000": "ndlupY",
  "toshiba-strata": "Dcndtlurxap-s",
};

/**
 * Of a record behind another, or behind a piece of one, without a line end between them. Of all
 * that stand not here every one is found; none is ever invented.
 */
const lostEnds: Readonly<Record<string, readonly [what: string, why: string]>> = {
  "avaya-cm": ["not date", "a date of four digits looks like the end of any record"],
  "nec-sv8100": ["not notice", "BFL alone could be the end of an account code or a name"],
  "nortel-norstar": ["not lost", "two words could be the end of a name"],
  "samsung-officeserv": ["found or refused",
    "a call that nobody answered begins with blanks, as a piece of another may end"],
  "toshiba-strata": ["not dk-date", "a date alone could be the end of any digits"],
};

describe("records without a line end before them", () => {
  for (const [name, { lostEnd, unmarked }] of samples) {
    const [what, why = "all"] = lostEnds[name] ?? [];
    it(`${name}: ${what ?? "found"}, ${why}`, () => {
      assert.equal(unmarked === undefined ? lostEnd : `not ${unmarked.join(" ")}`, what);
    });
  }
});

describe("what record formats say", () => {
  for (const name of formats.keys()) {
    // Binary records, no lines: the tests of their framing prove them.
    if (name === "isdx") continue;
    it(name, () => { assert.equal(proven(name), table[name]); });
  }
});
