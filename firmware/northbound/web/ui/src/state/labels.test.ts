import assert from "node:assert/strict";
import { labelBefore, proposedIn, toldIn } from "./labels.js";

describe("a labelled line", () => {
  it("is told apart at a colon, points, blanks, or where digits or a sign begin", () => {
    const table: readonly (readonly [string, string?, string?, number?])[] = [
      ["USER ......... : A101", "USER", "A101", 18], ["DURATION  00:00:00", "DURATION",
        "00:00:00", 11], ["  DIALLED NUMBER : 0142 ", "DIALLED NUMBER", "0142", 20],
      ["TIME 09:16", "TIME", "09:16", 6], ["TYPE <--", "TYPE", "<--", 6],
      ["COST=0.42", "COST", "0.42", 6], ["COST :", "COST", "", 7], ["EXAMPLE COMPANY"], ["----"],
      [""]];
    for (const [line, label, text, from] of table) {
      assert.deepEqual(proposedIn(line), label === undefined ? undefined : { label, text, from },
        line);
    }
    assert.equal(labelBefore("  DIALLED NUMBER : 0142", 20), "DIALLED NUMBER");
  });

  it("is that of the longest label that it begins with, and of no part of a word", () => {
    const labels = ["USER", "USER NAME", ""];
    assert.deepEqual(toldIn(labels, " USER NAME = Example "),
      { label: "USER NAME", text: "Example", from: 14, index: 1 });
    assert.deepEqual(toldIn(labels, "USER"), { label: "USER", text: "", from: 5, index: 0 });
    assert.equal(toldIn(labels, "USERS: A101"), undefined);
    assert.equal(toldIn(labels, "DATE: 22/11/26"), undefined);
  });
});
