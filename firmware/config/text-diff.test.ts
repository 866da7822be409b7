import assert from "node:assert/strict";
import fc from "fast-check";
import { editsMax, unifiedDiff } from "./text-diff.js";

const names = { before: "a", after: "b" };

/** Applies a unified diff, as `patch` does. */
function patch(text: string, diff: string): string {
  const lines = text.split("\n").slice(0, text.endsWith("\n") || text === "" ? -1 : undefined);
  const output: string[] = [];
  let at = 0;
  for (const line of diff.split("\n").slice(2, -1)) {
    const hunk = /^@@ -(\d+)(,0)?/.exec(line);
    if (hunk !== null) {
      const first = Number(hunk[1]) - (hunk[2] === undefined ? 1 : 0);
      while (at < first) { output.push(lines[at] ?? ""); at += 1; }
    } else if (line.startsWith("+")) {
      output.push(line.slice(1));
    } else {
      assert.equal(line.slice(1), lines[at], "context and deletions stand in the text");
      if (line.startsWith(" ")) output.push(lines[at] ?? "");
      at += 1;
    }
  }
  return [...output, ...lines.slice(at)].map((line) => `${line}\n`).join("");
}

describe("unified diff", () => {
  it("is empty for equal texts", () => {
    assert.equal(unifiedDiff("x\ny\n", "x\ny\n", names), "");
  });

  it("shows three lines around each change, and joins near ones", () => {
    const before = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
    const after = before.with(4, "changed").toSpliced(16, 1);
    assert.equal(unifiedDiff(before.join("\n"), after.join("\n"), names), [
      "--- a", "+++ b", "@@ -2,7 +2,7 @@", " line 2", " line 3", " line 4", "-line 5", "+changed",
      " line 6", " line 7", " line 8", "@@ -14,7 +14,6 @@", " line 14", " line 15", " line 16",
      "-line 17", " line 18", " line 19", " line 20", ""].join("\n"));
  });

  it("writes empty ranges as diff does", () => {
    assert.equal(unifiedDiff("", "x\n", names), "--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n");
    assert.equal(unifiedDiff("x\n", "", names), "--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n");
  });

  it("gives the second text when applied to the first", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 30 })
      .map((lines) => lines.map((line) => `${line}\n`).join(""));
    fc.assert(fc.property(text, text, (before, after) => {
      const diff = unifiedDiff(before, after, names);
      assert.equal(diff === "" ? before : patch(before, diff), after);
    }), { numRuns: 500 });
  });

  it("finds a shortest one", () => {
    const changes = unifiedDiff("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n", names).split("\n")
      .slice(2).filter((line) => /^[+-]/.test(line));
    assert.equal(changes.length, 5);
  });

  it("shows texts too far apart as one replacement", () => {
    const before = Array.from({ length: editsMax }, (_, index) => `a${index}\n`).join("");
    const after = Array.from({ length: editsMax }, (_, index) => `b${index}\n`).join("");
    assert.equal(patch(before, unifiedDiff(before, after, names)), after);
  });
});
