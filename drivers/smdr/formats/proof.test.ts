/** What the samples of each family prove that its records say. */

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { inFrench } from "../../../firmware/base/french.js";
import { smdrCodec, type SmdrLine } from "../codec.js";
import { PrintedClock } from "../printed-clock.js";
import { formats } from "./index.js";
import type { CallLine, FormatSettings } from "./format.js";
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
  ["h", (call) => /\d *[AP]M?$/i.test(call.pbxTime)],
  ["#", (call) => call.sequence !== undefined],
];

interface Read extends SmdrLine {
  readonly settings: FormatSettings;
}

function readSamples(name: string): readonly Read[] {
  const found = samples.get(name) ?? assert.fail(name);
  return found.samples.flatMap(({ lines, settings = {} }): Read[] => {
    const decoder = smdrCodec(found.format, settings).decoder();
    const bytes = Buffer.from(lines.map((line) => `${line}\r\n`).join(""), found.format.encoding);
    return [...decoder.push(bytes), ...decoder.flush()].flatMap((each) =>
      each.kind === "message" ? [{ ...each.message, settings }] : []);
  });
}

function proven(name: string): string {
  const calls = readSamples(name).flatMap(({ says }): CallLine[] =>
    "local" in says ? [says] : []);
  return letters.filter(([, says]) => calls.some(says)).map(([letter]) => letter).join("");
}

/**
 * D direction, c calling, n called number, d device, t trunk, l length, u unanswered, r ring time,
 * x transfer, a account code, $ cost, p time as printed, Y year printed, - year not printed,
 * Z moment in UTC, s seconds printed, h half days (AM, PM), # the PBX's own count. What is not
 * listed, the makers' tables do not have.
 */
const table: Readonly<Record<string, string>> = {
  "aastra-ascotel": "Dcndtlurxa$pY#",
  "alcatel-oxe": "Dcndtlura$pYs",
  "alcatel-oxo": "Dcndtlurxa$pY",
  "asterisk-cdr": "DcndtlurapYs",
  "avaya-cm": "Dcndtlurxa$pY-",
  "avaya-ip-office": "Dcndtlura$pYs",
  "avaya-magix": "DcndtluapY",
  "cisco-cucm": "DcndtlurxapZ",
  comdial: "Dndtlur$pY",
  "ericsson-mxone": "DcndtlurxapY-s#",
  "karel-ms": "Dndtlux$pYs#",
  "lg-ipecs": "Dcndtlurxa$pYs#",
  mitel: "Dcndtlurxap-sh",
  "nec-neax": "Dcndtluxa$pY-s",
  "nec-sv8100": "Dcndtluxap-",
  "nortel-meridian": "Dcndtlurxa$p-s#",
  "nortel-norstar": "DcndtlurxapYs",
  "panasonic-dbs": "Dcndtlurxa$pY-s",
  "panasonic-kx": "Dcndtlurxa$pYh",
  "panasonic-kx-ta": "DcndtlurxapYh",
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
  "avaya-cm": [
    "date enhanced-unformatted refused behind a piece; lsu isdn-lsu enhanced-lsu refused",
    "digits could be the rest of the piece; no LSU line begins with a mark"],
  "lg-ipecs": ["behind a few digits not", "a station's number may have any length"],
  "nec-sv8100": ["notice refused behind a piece", "BFL alone could be the end of a name"],
  "nortel-norstar": ["lost refused behind a piece", "two words could be the end of a name"],
  "samsung-officeserv": ["found or refused",
    "a call that nobody answered begins with blanks, as a piece of another may end"],
  "toshiba-strata": ["dk-date refused behind a piece", "its digits could be the rest of the piece"],
};

describe("records without a line end before them", () => {
  for (const [name, { lostEnd, marks = [], unmarked = [], firstGrows }] of samples) {
    const [what, why = "all"] = lostEnds[name] ?? [];
    it(`${name}: ${what ?? "found"}, ${why}`, () => {
      const found = [...lostEnd === undefined ? [] : [lostEnd],
        ...marks.length === 0 ? [] : [`${marks.join(" ")} refused behind a piece`],
        ...unmarked.length === 0 ? [] : [`${unmarked.join(" ")} refused`],
        ...firstGrows === true ? ["behind a few digits not"] : []];
      assert.equal(found.length === 0 ? undefined : found.join("; "), what);
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

const orders = ["dmy", "mdy", "ymd"] as const;

/** Formats whose dates tell their order themselves, or have one everywhere, or are none. */
const ownOrder = ["aastra-ascotel", "alcatel-oxe", "asterisk-cdr", "avaya-ip-office",
  "cisco-cucm", "isdx", "nec-neax", "radius"];

describe("the order of day and month", () => {
  it("is one's own in a few formats", () => {
    const told = [...formats.keys()].filter((name) => {
      const format = samples.get(name)?.format ?? assert.fail(name);
      return readSamples(name).every(({ fields, says, settings, layout }) =>
        orders.every((dateOrder) => isDeepStrictEqual(
          format.read(fields, { ...settings, dateOrder }, layout), says)));
    });
    assert.deepEqual(told, ownOrder);
  });

  for (const [name, { format }] of samples) {
    if (ownOrder.includes(name)) continue;
    it(`is that of the link in ${name}: with another it is another day, or refused`, () => {
      let others = 0;
      for (const { fields, says, settings, layout } of readSamples(name)) {
        assert.deepEqual(format.read(fields, settings, layout), says);
        for (const dateOrder of orders) {
          const read = format.read(fields, { ...settings, dateOrder }, layout);
          if (isDeepStrictEqual(read, says)) continue;
          others += 1;
          if (typeof read === "string") assert.ok(inFrench(read) !== undefined, read);
          else assert.notDeepEqual("local" in read ? read.local : read,
            "local" in says ? says.local : says);
        }
      }
      assert.ok(others > 0);
    });
  }
});

describe("the hour that comes twice", () => {
  /** When the first of the two lines arrived: the hour ends for the first time. */
  const arrivedMs = Date.UTC(2026, 9, 25, 0, 58, 30);

  for (const name of formats.keys()) {
    // The moment itself is printed, or nothing here: the tests of the framing prove it.
    if (name === "cisco-cucm" || name === "isdx") continue;
    it(`keeps ${name} in the order of printing`, () => {
      const local = readSamples(name).map(({ says }) => "local" in says ? says.local : undefined)
        .find((each) => each !== undefined && "hour" in each);
      assert.ok(local !== undefined && "hour" in local);
      const clock = new PrintedClock("Europe/Paris");
      const told = [58, 5].map((minute, line) => clock.momentMs({
        ...(local.year === undefined ? {} : { year: 2026 }),
        ...(local.month === undefined ? {} : { month: 10, day: 25 }), hour: 2, minute, second: 0,
      }, arrivedMs + line * 420_000, line * 420_000));
      assert.deepEqual(told.map((ms) => new Date(ms).toISOString()),
        ["2026-10-25T00:58:00.000Z", "2026-10-25T01:05:00.000Z"]);
    });
  }
});
