import assert from "node:assert/strict";
import { mutate, randomFrom } from "../../../hw-tests/csta-mutations.js";

describe("CSTA, damaged PDUs", () => {
  it("are read or refused by the decoders of all encodings, never thrown at", function () {
    this.timeout(60_000);
    const { counts, thrown } = mutate(40_000, randomFrom(285));
    assert.deepEqual(thrown, []);
    for (const [name, { pdus, read, garbage }] of Object.entries(counts)) {
      // Damaged as they are, some can be read, and some cannot.
      assert.ok(read > pdus / 100 && garbage > pdus / 100, `${name}: ${pdus} ${read} ${garbage}`);
    }
  });
});
