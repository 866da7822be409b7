import assert from "node:assert/strict";
import { fail, ok } from "../base/result.js";
import { linkId } from "../model/identifiers.js";
import { compilePlan, type NumberPlanConfig } from "./number-plan.js";
import { cacheMax, createNumberResolver, type LinkNumberResolver } from "./resolver.js";
import { compareRules, differencesMax, numbersTriedMax } from "./rule-comparison.js";

const french: NumberPlanConfig = {
  country: "FR", areaCode: "", externalPrefix: "0", prefixOnIncoming: false,
  internalDigitsMax: 4, service: [], rules: [],
};
const pbx = linkId("pbx-1");

function resolver(): LinkNumberResolver {
  const made = createNumberResolver({
    parseRules: (yaml) => (yaml === "swiss" ? ok({ ...french, country: "CH" })
      : fail("config-invalid", "not readable")),
  });
  assert(made.setPlans(new Map([[pbx, french]])).ok);
  return made;
}

describe("number resolver", () => {
  it("resolves, dials and tells devices by the link's plan", () => {
    const numbers = resolver();
    assert.equal(numbers.resolve(pbx, "0142685300").e164, "+33142685300");
    assert.deepEqual(numbers.dial(pbx, "+33142685300"), { ok: true, value: "00142685300" });
    assert.equal(numbers.isInternal(pbx, "2001"), true);
    assert.equal(numbers.isInternal(pbx, "0142685300"), false);
    assert.equal(numbers.resolve(pbx, "2001"), numbers.resolve(pbx, "2001"));
  });

  it("answers for a link that it does not know", () => {
    const numbers = resolver();
    assert.deepEqual(numbers.resolve(linkId("other"), "123"), { raw: "123" });
    const dialled = numbers.dial(linkId("other"), "123");
    assert(!dialled.ok);
    assert.equal(dialled.fault.code, "link-unknown");
    assert(!numbers.explain(linkId("other"), "1", "dial", "en").ok);
    assert(!numbers.test(linkId("other"), "swiss", []).ok);
  });

  it("forgets what it remembered when the plans change, and keeps them when one is bad", () => {
    const numbers = resolver();
    assert.equal(numbers.resolve(pbx, "0446681800").e164, "+33446681800");
    const bad = numbers.setPlans(new Map([[pbx, { ...french, country: "XX" }]]));
    assert(!bad.ok);
    assert.deepEqual(bad.fault.fields?.map((field) => field.path), ["pbx-1.country"]);
    assert.equal(numbers.resolve(pbx, "0142685300").e164, "+33142685300");
    assert(numbers.setPlans(new Map([[pbx, { ...french, country: "CH" }]])).ok);
    assert.equal(numbers.resolve(pbx, "0446681800").e164, "+41446681800");
  });

  it("remembers no more than its bound", () => {
    const numbers = resolver();
    for (let index = 0; index < cacheMax + 10; index += 1) {
      numbers.resolve(linkId("other"), String(index));
      assert(numbers.cacheLength <= cacheMax);
    }
    assert(numbers.cacheLength >= cacheMax / 2);
  });

  it("tests changed rules on numbers that occurred", () => {
    const tested = resolver().test(pbx, "swiss",
      [{ raw: "0142685300", calls: 2 }, { raw: "2001", calls: 9 },
        { raw: "0446681800", calls: 5 }, { raw: "0142685300", calls: 1 }]);
    assert(tested.ok);
    assert.equal(tested.value.numbersTried, 3);
    assert.equal(tested.value.differencesTotal, 2);
    assert.deepEqual(tested.value.differences.map((row) => [row.before.raw, row.calls,
      row.before.e164, row.after.e164]), [["0446681800", 5, "+33446681800", "+41446681800"],
      ["0142685300", 3, "+33142685300", "+41142685300"]]);
    assert(!resolver().test(pbx, "nonsense", []).ok);
  });
});

describe("rule comparison", () => {
  it("bounds what it tries and what it returns", () => {
    const before = compilePlan(french);
    const after = compilePlan({ ...french, internalDigitsMax: 9 });
    assert(before.ok && after.ok);
    const numbers = Array.from({ length: numbersTriedMax + 5 },
      (_, index) => ({ raw: `7${String(index).padStart(6, "0")}`, calls: 1 }));
    const compared = compareRules(before.value, after.value, numbers);
    assert.equal(compared.numbersTried, numbersTriedMax);
    assert.equal(compared.differencesTotal, numbersTriedMax);
    assert.equal(compared.differences.length, differencesMax);
  });
});
