/** No record that its PBX may print is lost for the column in which its time stands. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { linesRead } from "./formats/format-bench.js";
import { formatOf } from "./formats/index.js";

interface Printed {
  readonly line: string;
  readonly device: string;
  /** Whether all its fields fit their columns; two that do come first. */
  readonly fits?: boolean;
}

const digits = (min: number, max: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[1-9]\\d{${String(min - 1)},${String(max - 1)}}$`));
const start = "22/11/26 09:15";

/** By make: a line as its PBX may print it, with fields of any width that they may have. */
const makes: Readonly<Record<string, readonly (readonly [how: string, fc.Arbitrary<Printed>])[]>> =
{
  "lg-ipecs": [
    ["with one blank between fields", fc.tuple(digits(2, 5), digits(2, 3), digits(4, 16))
      .map(([device, trunk, number]) => ({ device,
        line: `${device} ${trunk} 00:01:10 ${start} O${number}` }))],
    ["with numbers of the records", fc.tuple(fc.nat({ max: 9_999 }), digits(2, 5), digits(2, 3))
      .map(([count, device, trunk]) => ({ device,
        line: `${String(count).padStart(4, "0")} ${device} ${trunk} 00:01:10 ${start} I0145` }))],
    ["in columns, a station wider than its own", fc.tuple(digits(3, 5), digits(2, 3))
      .map(([device, trunk]) => ({ device, fits: device.length <= 4,
        line: `${device.padEnd(4)} ${trunk.padEnd(4)} 00:01:10 ${start} O0145678901` }))],
  ],
  "samsung-officeserv": [
    ["in columns", fc.tuple(digits(2, 4), fc.option(digits(2, 6), { nil: "" }), digits(2, 4))
      .map(([device, code, trunk]) => ({ device,
        line: `${device.padEnd(4)} ${code.padEnd(6)} ${trunk.padEnd(4)} 11/22 09:15:10 00:01:10 O  `
          + "0145678901" }))],
    ["in columns, an authorization wider than its own", fc.tuple(digits(2, 4), digits(2, 10))
      .map(([device, code]) => ({ device, fits: code.length <= 6,
        line: `${device.padEnd(4)} ${code.padEnd(6)} 701  11/22 09:15:10 00:01:10 O  0145` }))],
    ["with one blank between fields", fc.tuple(digits(2, 4), digits(2, 4)).map(
      ([device, trunk]) => ({ device,
        line: `${device} ${trunk} 11/22 09:15:10 00:01:10 I 0145` }))],
  ],
  "alcatel-oxo": [
    ["as its manual has the fields", fc.tuple(digits(2, 4), fc.constantFrom("-->", "<--"),
      fc.constantFrom("L01", "N12", "P03", "V**")).map(([device, type, line]) => ({ device,
      line: `${`A${device}`.padEnd(5)} ${type} ${line} ${start} 00:01:10     3 ST  0145678901` }))],
    ["with users of eight digits", digits(2, 8).map((device) => ({ device,
      line: `${`A${device}`.padEnd(9)} --> N01 ${start} 00:01:10     3 ST  0145678901` }))],
    ["with users wider than their column", digits(2, 8).map((device) => ({ device,
      fits: device.length <= 4,
      line: `${`A${device}`.padEnd(5)} --> N01 ${start} 00:01:10     3 ST  0145678901` }))],
  ],
  "ericsson-mxone": [
    ...["26-", "2026-", ""].map((year) => [`of a switch that prints ${year}11-22`,
      fc.tuple(digits(2, 12), digits(2, 24)).map(([device, number]) => ({ device,
        line: `${year}11-22 09:15 0:01:10 TR 00 ${number} ${device} O001-012 0311` }))] as const),
  ],
  "toshiba-strata": [
    ["a DK, in its columns", fc.tuple(fc.nat({ max: 999 }), digits(1, 4),
      fc.option(digits(1, 26), { nil: "" })).map(([line, device, number]) => ({ device,
      line: `${String(line).padStart(3, "0")} ${device.padEnd(4)} 09:15 00:01;10            `
        + number }))],
    ["a DK16, in its columns", fc.tuple(fc.nat({ max: 99 }), digits(1, 4)).map(
      ([line, device]) => ({ device,
        line: `${String(line).padStart(2, "0")}*${device.padEnd(4)} 09:15 00:01;10` }))],
  ],
};

describe("columns that are steady", () => {
  it("are those of the makes below, and of no other", () => {
    const names = ["alcatel-oxo", "ericsson-mxone", "lg-ipecs", "samsung-officeserv",
      "toshiba-strata"];
    assert.deepEqual(Object.keys(makes).sort(), names);
    for (const name of names) assert.ok(formatOf(name).steady !== undefined, name);
  });

  for (const [name, ways] of Object.entries(makes)) {
    for (const [how, printed] of ways) {
      it(`lose no line of ${name} ${how}, in whatever order`, () => {
        const usual = printed.filter(({ fits }) => fits !== false);
        fc.assert(fc.property(usual, fc.array(printed, { maxLength: 12 }), (before, behind) => {
          const lines = [...before.fits === true ? [before, before] : [], ...behind];
          assert.deepEqual(linesRead(name, ...lines.map(({ line }) => line)),
            lines.map(({ device }) => device));
        }), { numRuns: 300 });
      });
    }
  }

  it("are learnt again where they have moved, each of them once it was seen twice", () => {
    const samsung = (extension: string, more: number): string =>
      `${extension}${" ".repeat(more)}701 11/22 09:15:10 00:01:10 I        03012345678`;
    const lines = [8, 8, 12, 8, 12, 8, 12, 8].map((blanks, index) =>
      samsung(String(201 + index), blanks));
    assert.deepEqual(linesRead("samsung-officeserv", ...lines), ["201", "202",
      `${lines[2] ?? ""}: its columns are not those of the lines before it`, "204", "205", "206",
      "207", "208"]);
  });
});
