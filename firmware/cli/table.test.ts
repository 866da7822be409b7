import assert from "node:assert/strict";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { hexLines } from "./commands/system.js";
import { layPairs, layTable } from "./table.js";
import { bytesText, durationText, parseDurationMs } from "./wording.js";

describe("tables", () => {
  const columns = [{ title: "Name" }, { title: "Count", align: "right" as const },
    { title: "End" }];

  it("align their columns, without blanks at the end", () => {
    assert.equal(layTable(columns, [["é", "12", ""], ["longer", "3", "x"]], undefined),
      "Name    Count  End\né          12\nlonger      3  x\n");
  });

  it("fit the terminal by shortening the widest columns", () => {
    const text = layTable(columns, [["a".repeat(50), "1", "b".repeat(20)]], 40);
    assert(text.split("\n").every((line) => [...line].length <= 40));
    assert.match(text, /a…/);
  });

  it("stay readable when the terminal is too narrow", () => {
    assert.match(layTable(columns, [["abcdefghij", "1", "c"]], 5), /abcde…/);
  });

  it("keep a PBX from steering the terminal", () => {
    assert.equal(layTable([{ title: "N" }], [["a\u001b[2J\nb\u202e"]], undefined), "N\na [2J b\n");
    assert.equal(layPairs([["a", "1\r2"], ["long", ""], ["b", "x"]]), "a  1 2\nb  x\n");
  });
});

describe("wording", () => {
  it("of durations, sizes and bytes", () => {
    assert.deepEqual([0, 59_400, 61_000, 3_723_000].map((ms) => durationText(durationFromMs(ms))),
      ["0:00", "0:59", "1:01", "1:02:03"]);
    assert.deepEqual([999, 1_000, 12_345_678n].map(bytesText), ["999 B", "1.0 kB", "12.3 MB"]);
    assert.deepEqual(["90", "90s", "1.5m", "2h", "7d", "1w"].map(parseDurationMs),
      [90_000, 90_000, 90_000, 7_200_000, 604_800_000, 604_800_000]);
    assert.throws(() => parseDurationMs("soon"));
    assert.equal(hexLines(new TextEncoder().encode("Event: x\r\n0123456789")), [
      "  000000  45 76 65 6e 74 3a 20 78 0d 0a 30 31 32 33 34 35  Event: x..012345",
      `  000010  36 37 38 39${" ".repeat(36)}  6789`, ""].join("\n"));
  });
});
