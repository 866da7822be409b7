/** Every record format against its samples. */

import assert from "node:assert/strict";
import { describeFormat } from "./format-bench.js";
import { formatNames } from "./index.js";
import { samples } from "./samples/index.js";

describe("record formats", () => {
  it("all have samples", () => {
    assert.deepEqual([...samples.keys()].sort(), formatNames);
  });

  for (const each of samples.values()) describeFormat(each);
});
