import assert from "node:assert/strict";
import { compilePattern, numberCharsMax, patternCharsMax } from "./rule-pattern.js";

const accepted = ["\\d{4}", "0(\\d+)", "(?:\\+|00)33(\\d{9})", "^0[1-9]\\d{8}$", "(?<a>\\d{2})?1*",
  "(?:\\d{2} ?){4}", "[*#]\\d*#?", "(?:ab){2,5}", "\\d*?1"];
const refused = ["(\\d+)+", "(\\d*)*1", "(a|a)*b", "(?:a?){30}a{30}", "(?=1)\\d", "(?<!1)\\d",
  "(\\d)\\1", "\\d*\\d*\\d*\\d*x", `${"a?".repeat(30)}${"a".repeat(30)}`, "(", "[", "\\d{2",
  "\\p{L}+", "(?:(?:1|1|1|1){9})"];

describe("rule pattern", () => {
  for (const source of accepted) {
    it(`accepts ${source}`, () => { assert(compilePattern(source).ok); });
  }

  for (const source of refused) {
    it(`refuses ${source}`, () => {
      const compiled = compilePattern(source);
      assert(!compiled.ok);
      assert.equal(compiled.fault.code, "argument-invalid");
    });
  }

  it("matches the whole number only", () => {
    const compiled = compilePattern("1|2");
    assert(compiled.ok);
    assert.equal(compiled.value.expression.test("12"), false);
    assert.equal(compiled.value.expression.test("2"), true);
  });

  it("refuses one character more than the bound, and accepts the bound", () => {
    assert(compilePattern("1".repeat(patternCharsMax)).ok);
    assert(!compilePattern("1".repeat(patternCharsMax + 1)).ok);
  });

  it("bounds nesting", () => {
    assert(compilePattern(`${"(".repeat(20)}1${")".repeat(20)}`).ok);
    assert(!compilePattern(`${"(".repeat(22)}1${")".repeat(22)}`).ok);
  });

  it("is quick in the worst case that it accepts", () => {
    const compiled = compilePattern("\\d*\\d*(?:1?2?)x");
    assert(compiled.ok);
    const startMs = performance.now();
    assert.equal(compiled.value.expression.test("1".repeat(numberCharsMax)), false);
    assert(performance.now() - startMs < 200);
  });
});
