import assert from "node:assert/strict";
import { Sequence } from "./sequence.js";

describe("the PBX's own numbers", () => {
  const missing = (numbers: readonly number[], modulus = 1_000): readonly number[] => {
    const sequence = new Sequence();
    return numbers.map((number) => sequence.missingBefore({ number, modulus }));
  };

  it("tell how many records are missing, also where the count begins again", () => {
    assert.deepEqual(missing([7, 8, 11, 12]), [0, 0, 2, 0]);
    assert.deepEqual(missing([998, 999, 0, 3]), [0, 0, 0, 2]);
  });

  it("tell nothing after a repetition, a step back or a restart", () => {
    assert.deepEqual(missing([7, 7, 6, 7]), [0, 0, 0, 0]);
    assert.deepEqual(missing([4_000, 1, 2], 10_000), [0, 0, 0]);
  });
});
