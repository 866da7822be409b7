import assert from "node:assert/strict";
import { smdrOptions } from "../options.js";
import { avayaCmCustomized, itemsOf, itemsProblems } from "./avaya-cm-customized.js";
import { describeFormat } from "./format-bench.js";

/** As the switch's form shows it, in three columns. */
const form = `
     Data Item - Length         Data Item - Length         Data Item - Length
 1: date             - 6    9: space            - 1   17: in-trk-code     - 4
 2: space            - 1   10: code-used        - 4   18: space           - 1
 3: time             - 4   11: space            - 1   19: in-crt-id       - 3
 4: space            - 1   12: dialed-num       - 18  20: out-crt-id      - 3
 5: sec-dur          - 5   13: space            - 1   21: space           - 1
 6: space            - 1   14: calling-num      - 15  22: acct-code       - 8
 7: cond-code        - 1   15: space            - 1   23: space           - 1
 8: code-dial        - 4   16: vdn              - 5   24: node-num        - 2
                                                      25: return          - 1
                                                      26: line-feed       - 1
`;

const at = (...parts: readonly (readonly [number, string])[]): string =>
  parts.reduce((line, [column, text]) => line.padEnd(column - 1) + text, "");
const outgoing = at([1, "112226 0915 00083 A"], [20, "   9"], [25, " 801"],
  [30, "        0145678901"], [49, "           2101"], [78, "012"], [82, "    4711"], [91, " 1"]);

// Written for this project after the item list of the maker's feature description.
describeFormat({ lostEnd: "found or refused", format: avayaCmCustomized(itemsOf(form)),
  rejected: [
  { title: "no such date", line: outgoing.replace("112226", "132226") },
  { title: "no such time", line: outgoing.replace("0915", "2460") },
  { title: "a letter in the length", line: outgoing.replace("00083", "0008x") },
  { title: "something where a space is", line: outgoing.replace("112226 ", "112226x") },
], samples: [
  { title: "an outgoing call", layout: "customized", lines: [outgoing], wholeColumns: 19,
    says: { phase: "completed", clock: "end", direction: "outgoing", device: "2101",
      callingNumber: "2101", calledNumber: "0145678901", trunk: "801-012", durationMs: 83_000,
      answered: true, accountCode: "4711", pbxTime: "112226 0915",
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 0 },
      privateFields: { condition: "A", accessDialled: "9", accessUsed: "801", node: "1" } } },
  { title: "an incoming call with its caller, its trunk and a VDN", layout: "customized",
    wholeColumns: 19,
    lines: [at([1, "112226 0916 00012 9"], [30, "              2105"], [49, "     0612345678"],
      [65, " 5100"], [70, " 803"], [75, "004"])],
    says: { phase: "completed", clock: "end", direction: "incoming", device: "2105",
      callingNumber: "0612345678", calledNumber: "2105", trunk: "803-004", durationMs: 12_000,
      privateFields: { condition: "9", vdn: "5100", incomingAccess: "803" } } },
  { title: "a call of a switch that prints the day first", layout: "customized",
    wholeColumns: 19, settings: { dateOrder: "dmy" },
    lines: [outgoing.replace("112226", "221126")],
    says: { phase: "completed", direction: "outgoing",
      local: { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 0 } } },
] });

const caller = itemsOf("time - 4, space - 1, duration - 4, cond-code - 1, clg-num/in-tac - 10, "
  + "dialed-num - 10, in-crt-id - 3, ucid - 20");

describeFormat({ lostEnd: "behind records only", marks: ["date"],
  format: avayaCmCustomized(caller), samples: [
  { title: "an incoming call of whom only the trunk is known", layout: "customized",
    wholeColumns: 10,
    lines: [at([1, "1345 0011G       803      2105004"], [34, "00001000017892341234"])],
    says: { phase: "answered", direction: "incoming", device: "2105", trunk: "803-004",
      ringMs: 66_000, durationMs: 0, answered: true, reference: "00001000017892341234" } },
  { title: "an incoming call that gave its number", layout: "customized",
    wholeColumns: 10, lines: [at([1, "1345 00119 061234567      2105004"], [53, " "])],
    says: { phase: "completed", direction: "incoming", device: "2105", trunk: "004",
      callingNumber: "061234567" } },
  { title: "a date record of this switch", layout: "date", lines: ["1122"],
    says: { phase: "date", month: 11, day: 22 } },
], rejected: [{ title: "another condition", line: "1345 0011Z" }] });

describe("items of the customized record", () => {
  it("are read from the switch's form by their numbers, or in a row", () => {
    assert.equal(itemsOf(form).length, 26);
    assert.deepEqual(itemsOf(form).slice(7, 10), [{ name: "code-dial", length: 4 },
      { name: "space", length: 1 }, { name: "code-used", length: 4 }]);
    assert.deepEqual(itemsOf("date-6 space-1\ttime 4"), [{ name: "date", length: 6 },
      { name: "space", length: 1 }, { name: "time", length: 4 }]);
  });

  it("must make a record", () => {
    const problems = (text: string): readonly string[] => itemsProblems(itemsOf(text));
    assert.deepEqual(problems(form), []);
    assert.deepEqual(problems("hello"), [
      "holds no item; expected such as: date - 6, space - 1, time - 4"]);
    assert.deepEqual(problems("date - 6"), ["has no item time", "has no item duration or sec-dur"]);
    assert.deepEqual(problems("time - 4 sec-dur - 5 return - 1 frl - 1 time - 4"), [
      "has time behind time, which says the same",
      "has an item behind return, which ends the record"]);
  });

  it("stand in the options of the link, of this make only", () => {
    const problems = (options: object): readonly unknown[] => {
      const parsed = smdrOptions.parse(options);
      return parsed.ok ? [] : parsed.fault.fields ?? [];
    };
    assert.deepEqual(problems({ format: "avaya-cm", items: form }), []);
    assert.deepEqual(problems({ format: "avaya-cm", items: "time - 4" }), [
      { path: "items", message: "has no item duration or sec-dur" }]);
    assert.deepEqual(problems({ format: "mitel", items: form }), [
      { path: "items", message: "goes with format: avaya-cm only; the format is mitel" }]);
  });
});
