import assert from "node:assert/strict";
import fc from "fast-check";
import { compilePlan, type NumberPlan, type NumberPlanConfig } from "./number-plan.js";

const defaults: NumberPlanConfig = {
  areaCode: "", externalPrefix: "", prefixOnIncoming: false, internalDigitsMax: 5,
  service: [], rules: [],
};

function plan(config: Partial<NumberPlanConfig>): NumberPlan {
  const compiled = compilePlan({ ...defaults, ...config });
  assert(compiled.ok, JSON.stringify(compiled));
  return compiled.value;
}

const plans = {
  paris: plan({ country: "FR", externalPrefix: "0", internalDigitsMax: 4,
    directDial: { prefix: "+33 1 23 45 6", digits: 3 }, service: ["36XX", "118712"] }),
  lyonShown: plan({ country: "FR", externalPrefix: "0", prefixOnIncoming: true }),
  berlin: plan({ country: "DE", areaCode: "30", externalPrefix: "0", internalDigitsMax: 3,
    directDial: { prefix: "+49 30 901820", digits: 3 } }),
  london: plan({ country: "GB", areaCode: "20", externalPrefix: "9" }),
  newYork: plan({ country: "US", areaCode: "212", externalPrefix: "9", internalDigitsMax: 4 }),
  geneva: plan({ country: "CH", externalPrefix: "0", internalDigitsMax: 3 }),
  nowhere: plan({ externalPrefix: "0" }),
};
type Site = keyof typeof plans;

/** [site, what the PBX says, kind, E.164, display] */
const readings: readonly [Site, string, string, string | undefined, string][] = [
  ["paris", "0142685300", "external", "+33142685300", "01 42 68 53 00"],
  ["paris", "142685300", "external", "+33142685300", "01 42 68 53 00"],
  ["paris", "00142685300", "external", "+33142685300", "01 42 68 53 00"],
  ["paris", "+33142685300", "external", "+33142685300", "01 42 68 53 00"],
  ["paris", "+33 (0)1 42 68 53 00", "external", "+33142685300", "01 42 68 53 00"],
  ["paris", "0033142685300", "external", "+33142685300", "01 42 68 53 00"],
  ["paris", "00033142685300", "external", "+33142685300", "01 42 68 53 00"],
  ["paris", "01.42.68.53.00", "external", "+33142685300", "01 42 68 53 00"],
  ["paris", "tel:+33-1-42-68-53-00", "external", "+33142685300", "01 42 68 53 00"],
  ["paris", "sip:0142685300@192.0.2.9;user=phone", "external", "+33142685300", "01 42 68 53 00"],
  ["paris", "\"Jean\" <0142685300>", "external", "+33142685300", "01 42 68 53 00"],
  ["paris", "０１４２６８５３００", "external", "+33142685300", "01 42 68 53 00"],
  ["paris", "004930901820", "external", "+4930901820", "+49 30 901820"],
  ["paris", "0004930901820", "external", "+4930901820", "+49 30 901820"],
  ["paris", "678", "internal", "+33123456678", "678"],
  ["paris", "2001", "internal", undefined, "2001"],
  ["paris", "0123456678", "internal", "+33123456678", "678"],
  ["paris", "3615", "service", undefined, "3615"],
  ["paris", "118712", "service", undefined, "118712"],
  ["paris", "*43", "service", undefined, "*43"],
  ["paris", "112", "internal", "+33123456112", "112"],
  ["paris", "anonymous", "unknown", undefined, "anonymous"],
  ["paris", "", "unknown", undefined, ""],
  ["paris", "123456789012345678901", "unknown", undefined, "123456789012345678901"],
  ["lyonShown", "00612345678", "external", "+33612345678", "06 12 34 56 78"],
  ["lyonShown", "0+33612345678", "unknown", undefined, "0+33612345678"],
  ["berlin", "030901820123", "internal", "+4930901820123", "123"],
  ["berlin", "8512345", "external", "+49308512345", "030 8512345"],
  ["berlin", "01711234567", "external", "+491711234567", "0171 1234567"],
  ["berlin", "001711234567", "external", "+491711234567", "0171 1234567"],
  ["berlin", "0041446681800", "external", "+41446681800", "+41 44 668 18 00"],
  ["berlin", "110", "internal", "+4930901820110", "110"],
  ["london", "79460000", "external", "+442079460000", "020 7946 0000"],
  ["london", "02079460000", "external", "+442079460000", "020 7946 0000"],
  ["london", "902079460000", "external", "+442079460000", "020 7946 0000"],
  ["london", "07400123456", "external", "+447400123456", "07400 123456"],
  ["london", "+44 20 7946 0000", "external", "+442079460000", "020 7946 0000"],
  ["newYork", "5550100", "external", "+12125550100", "(212) 555-0100"],
  ["newYork", "2125550100", "external", "+12125550100", "(212) 555-0100"],
  ["newYork", "12125550100", "external", "+12125550100", "(212) 555-0100"],
  ["newYork", "912125550100", "external", "+12125550100", "(212) 555-0100"],
  ["newYork", "(212) 555-0100", "external", "+12125550100", "(212) 555-0100"],
  ["newYork", "01133142685300", "external", "+33142685300", "+33 1 42 68 53 00"],
  ["newYork", "4165550100", "external", "+14165550100", "+1 416 555 0100"],
  ["geneva", "0446681800", "external", "+41446681800", "044 668 18 00"],
  ["geneva", "00446681800", "external", "+41446681800", "044 668 18 00"],
  ["geneva", "0033142685300", "external", "+33142685300", "+33 1 42 68 53 00"],
  ["nowhere", "+33142685300", "external", "+33142685300", "+33 1 42 68 53 00"],
  ["nowhere", "0142685300", "unknown", undefined, "0142685300"],
];

/** [site, what a person types, what the PBX is sent; undefined: refused] */
const dialled: readonly [Site, string, string | undefined][] = [
  ["paris", "01 42 68 53 00", "00142685300"],
  ["paris", "+33 1 42 68 53 00", "00142685300"],
  ["paris", "00142685300", "00142685300"],
  ["paris", "+49 30 901820", "0004930901820"],
  ["paris", "0049 30 901820", "0004930901820"],
  ["paris", "2001", "2001"],
  ["paris", "+33 1 23 45 66 78", "678"],
  ["paris", "3615", "3615"],
  ["paris", "112", "112"],
  ["paris", "0112", "0112"],
  ["paris", "*43", "*43"],
  ["paris", "alice.martin", "alice.martin"],
  ["paris", "119000", "0119000"],
  ["paris", "", undefined],
  ["paris", "+33 1", undefined],
  ["paris", "Action: Originate\r\n", undefined],
  ["paris", "1".repeat(40), undefined],
  ["berlin", "8512345", "00308512345"],
  ["berlin", "+49 171 1234567", "001711234567"],
  ["berlin", "112", "112"],
  ["london", "7946 0000", "902079460000"],
  ["london", "+33142685300", "90033142685300"],
  ["newYork", "555-0100", "912125550100"],
  ["newYork", "+1 416 555 0100", "914165550100"],
  ["newYork", "+33142685300", "901133142685300"],
  ["newYork", "911", "911"],
  ["geneva", "044 668 18 00", "00446681800"],
  ["nowhere", "+33142685300", undefined],
  ["nowhere", "0142685300", "00142685300"],
];

describe("number plan: what the PBX says", () => {
  for (const [site, raw, kind, e164, display] of readings) {
    it(`${site}: ${JSON.stringify(raw)} is ${kind} ${e164 ?? display}`, () => {
      assert.deepEqual(plans[site].forms(raw), {
        raw, kind, ...(e164 !== undefined && { e164 }), ...(display !== "" && { display }),
      });
    });
  }
});

describe("number plan: what a person types", () => {
  for (const [site, typed, expected] of dialled) {
    it(`${site}: ${JSON.stringify(typed)} is sent as ${expected ?? "nothing"}`, () => {
      const result = plans[site].dial(typed);
      if (expected === undefined) {
        assert(!result.ok);
        assert.equal(result.fault.code, "destination-invalid");
      } else {
        assert.deepEqual(result, { ok: true, value: expected });
      }
    });
  }
});

describe("number plan: properties", () => {
  const agreeing = (site: Site, number: string): void => {
    const sent = plans[site].dial(number);
    assert(sent.ok);
    const before = plans[site].forms(number);
    const after = plans[site].forms(sent.value);
    assert.deepEqual([after.e164, after.kind], [before.e164, before.kind],
      `${site} ${number} is sent as ${sent.value}`);
  };

  it("reads what it dials like what was typed, for every row of the table", () => {
    for (const [site, raw] of readings) {
      if (site !== "nowhere" && plans[site].dial(raw).ok) agreeing(site, raw);
    }
  });

  it("reads what it dials like what was typed, for numbers of five countries", () => {
    const digits = (count: number): fc.Arbitrary<string> =>
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count })
        .map((list) => list.join(""));
    const numbers = fc.oneof(
      digits(8).map((rest) => `+331${rest}`), digits(8).map((rest) => `+336${rest}`),
      digits(7).map((rest) => `+4930${rest}`), digits(8).map((rest) => `+442${rest}0`),
      digits(7).map((rest) => `+1212${rest}`), digits(7).map((rest) => `+4144${rest}`));
    const sites = fc.constantFrom<Site>("paris", "lyonShown", "berlin", "london", "geneva");
    fc.assert(fc.property(sites, numbers, (site, number) => {
      const sent = plans[site].dial(number);
      const forms = plans[site].forms(number);
      fc.pre(sent.ok && forms.e164 !== undefined);
      // A prefix can turn a number into another valid one; then nobody can tell the two apart.
      const bare = plan({ country: countryAt[site] }).forms(sent.value);
      fc.pre(plans[site] === plans.lyonShown || bare.e164 === undefined
        || bare.e164 === forms.e164);
      agreeing(site, number);
    }), { numRuns: 300 });
  });

  it("gives zeros behind zeros no form that another reading would change", () => {
    const { e164 } = plans.berlin.forms("000000");
    assert.equal(plans.berlin.forms(e164 ?? "").e164, e164);
  });

  it("never throws, and reading a form again changes nothing", () => {
    const sites = fc.constantFrom<Site>("paris", "berlin", "london", "newYork", "geneva");
    fc.assert(fc.property(sites, fc.oneof(fc.string({ maxLength: 300 }),
      fc.stringMatching(/^[+0]{0,2}[0-9 .()-]{0,20}$/)), (site, raw) => {
      const forms = plans[site].forms(raw);
      if (forms.e164 !== undefined) {
        assert.equal(plans[site].forms(forms.e164).e164, forms.e164);
        assert.equal(plans[site].forms(forms.e164).kind, forms.kind);
      }
      plans[site].dial(raw);
    }), { numRuns: 500 });
  });
});

const countryAt = {
  paris: "FR", lyonShown: "FR", berlin: "DE", london: "GB", newYork: "US", geneva: "CH",
  nowhere: undefined,
} as const;

describe("number plan: custom rules", () => {
  const site = plan({ country: "FR", internalDigitsMax: 4, rules: [
    { name: "other site", use: "from-pbx", match: "88(\\d{4})", replace: "$1", kind: "internal" },
    { name: "carrier", use: "from-pbx", match: "1691(\\d+)", replace: "$1" },
    { name: "to other site", use: "dial", match: "(?<site>88)(?<device>\\d{4})",
      replace: "$<site>$<device>", kind: "internal" },
    { name: "hot line", use: "from-pbx", match: "0800\\d{6}", kind: "service" },
    { name: "broken", use: "from-pbx", match: "77(\\d+)", replace: "x$1" },
  ] });

  it("rewrites, decides the kind, and goes on where nothing is decided", () => {
    assert.deepEqual(site.forms("882001"), { raw: "882001", kind: "internal", display: "2001" });
    assert.equal(site.forms("16910142685300").e164, "+33142685300");
    assert.equal(site.forms("0800123456").kind, "service");
    assert.equal(site.forms("0800123456").e164, undefined);
    assert.deepEqual(site.dial("882001"), { ok: true, value: "882001" });
  });

  it("leaves a number alone when the replacement gives none", () => {
    assert.equal(site.forms("77123456").display, "77123456");
  });

  it("names every problem with its path", () => {
    const compiled = compilePlan({ ...defaults, country: "XX", areaCode: "1",
      directDial: { prefix: "+33 abc", digits: 3 }, service: ["11a"], rules: [
        { name: "a", use: "dial", match: "(", kind: "service" },
        { name: "b", use: "dial", match: "(\\d+)+", kind: "service" },
        { name: "c", use: "dial", match: "(\\d)", replace: "$2" },
        { name: "d", use: "dial", match: "\\d" },
      ] });
    assert(!compiled.ok);
    assert.equal(compiled.fault.code, "config-invalid");
    assert.deepEqual(compiled.fault.fields?.map((field) => field.path), [
      "country", "areaCode", "directDial.prefix", "service[0]", "rules[0].match",
      "rules[1].match", "rules[2].replace", "rules[3]"]);
  });

  it("refuses a direct dial range that makes too long a number", () => {
    const compiled = compilePlan({ ...defaults,
      directDial: { prefix: "+33 1 23 45 67 89 01", digits: 6 } });
    assert(!compiled.ok);
    assert.equal(compiled.fault.fields?.[0]?.path, "directDial.digits");
  });
});

describe("number plan: explanation", () => {
  it("has a step for every rule looked at, in both languages", () => {
    const english = plans.paris.explain("+33 (0)1 42 68 53 00", "dial", "en");
    assert.deepEqual(english.steps.map((step) => [step.rule, step.matched, step.after]), [
      ["strip decoration", true, "+33142685300"], ["service numbers", false, "+33142685300"],
      ["internal by digits", false, "+33142685300"], ["external prefix", false, "+33142685300"],
      ["area code", false, "+33142685300"], ["E.164", true, "+33142685300"],
      ["direct dial", false, "+33142685300"], ["display form", true, "01 42 68 53 00"],
      ["dial form", true, "00142685300"]]);
    assert.equal(english.dialled, "00142685300");
    assert.equal(english.forms.e164, "+33142685300");
    const french = plans.paris.explain("+33 (0)1 42 68 53 00", "dial", "fr");
    assert.equal(french.steps.length, english.steps.length);
    for (const [index, step] of french.steps.entries()) {
      assert.notEqual(step.explanation, english.steps[index]?.explanation);
      assert.doesNotMatch(step.explanation, /[{}]/);
    }
  });

  it("stops at the rule that decides, and shows custom rules by their names", () => {
    const site = plan({ country: "FR", internalDigitsMax: 4, rules: [
      { name: "other site", use: "from-pbx", match: "88(\\d{4})", replace: "$1", kind: "internal" },
      { name: "never seen", use: "from-pbx", match: ".*", kind: "service" }] });
    const { steps, dialled: sent } = site.explain("882001", "from-pbx", "en");
    assert.deepEqual(steps.map((step) => step.rule), ["strip decoration", "service numbers",
      "internal by digits", "external prefix", "other site", "direct dial", "display form"]);
    assert.equal(sent, undefined);
  });

  it("says why a number cannot be dialled", () => {
    const { steps, dialled: sent } = plans.nowhere.explain("+33142685300", "dial", "en");
    assert.equal(sent, undefined);
    assert.match(steps.at(-1)?.explanation ?? "", /needs the country/);
  });
});
