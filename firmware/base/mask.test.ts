import assert from "node:assert/strict";
import { maskNumbers } from "./mask.js";

describe("maskNumbers", () => {
  it("hides the middle of telephone numbers and leaves short numbers and addresses", () => {
    assert.equal(maskNumbers("call 0612345678 from 1001"), "call 06******78 from 1001");
    assert.equal(maskNumbers("+33 1 23 45 67 89"), "+3*************89");
    assert.equal(maskNumbers("tcp 192.0.2.7:5038"), "tcp 192.0.2.7:5038");
    assert.doesNotMatch(maskNumbers("caller=00331234567890"), /3123456/);
  });
});
