/**
 * The number rules of one link: one chain, used for reading what the PBX says, for dialling what
 * a person types, and for explaining both. Compiled once from the configuration.
 */

import { fail, ok, type FieldViolation, type Result } from "../base/result.js";
import type { NumberForms } from "../model/records.js";
import { chain, displayOf, type Reading, type Stage } from "./chain.js";
import { dialOf } from "./dialling.js";
import { say, type Phrase, type PhraseValues } from "./phrases.js";
import { countryOf, type Country } from "./public-number.js";
import { compilePattern, numberCharsMax, replacementProblem,
  type RulePattern } from "./rule-pattern.js";

export type NumberUse = "from-pbx" | "dial";
export type NumberKind = "internal" | "external" | "service";

/** The `numbers:` section of a link, all defaults filled in. */
export interface NumberPlanConfig {
  readonly country?: string | undefined;
  readonly areaCode: string;
  readonly externalPrefix: string;
  readonly prefixOnIncoming: boolean;
  readonly internalDigitsMax: number;
  readonly directDial?: { readonly prefix: string; readonly digits: number } | undefined;
  readonly service: readonly string[];
  readonly rules: readonly {
    readonly name: string;
    readonly use: NumberUse;
    readonly match: string;
    readonly replace?: string | undefined;
    readonly kind?: NumberKind | undefined;
  }[];
}

/** One rule that was looked at. */
export interface ExplainStep {
  readonly rule: string;
  readonly matched: boolean;
  readonly before: string;
  readonly after: string;
  readonly explanation: string;
}

export interface Explanation {
  readonly steps: readonly ExplainStep[];
  readonly forms: NumberForms;
  /** What is sent to the PBX; undefined when the use is not dialling or it cannot be dialled. */
  readonly dialled: string | undefined;
}

export interface NumberPlan {
  /** Every form that can be told of a number as the PBX said it. Never fails. */
  forms(raw: string): NumberForms;
  /** What must be sent to the PBX to reach `typed`. Fault: `destination-invalid`. */
  dial(typed: string): Result<string>;
  isInternal(raw: string): boolean;
  explain(raw: string, use: NumberUse, language: "en" | "fr"): Explanation;
}

export interface CompiledRule {
  readonly name: string;
  readonly use: NumberUse;
  readonly source: string;
  readonly pattern: RulePattern;
  readonly replace: string | undefined;
  readonly kind: NumberKind | undefined;
}

/** What the chain works with. */
export interface CompiledPlan {
  readonly country: Country | undefined;
  readonly areaCode: string;
  readonly externalPrefix: string;
  readonly prefixOnIncoming: boolean;
  readonly internalDigitsMax: number;
  /** `prefix` without punctuation: `+3312345`. */
  readonly directDial: { readonly prefix: string; readonly digits: number } | undefined;
  readonly service: readonly RegExp[];
  readonly rules: readonly CompiledRule[];
}

/** E.164 §6.2.1: fifteen digits at most. */
const e164DigitsMax = 15;
const serviceCharsMax = 20;

/** Compiles, or says everything that is wrong; paths are relative to the `numbers` section. */
export function compilePlan(config: NumberPlanConfig): Result<NumberPlan> {
  const problems: FieldViolation[] = [];
  const country = config.country === undefined ? undefined : countryOf(config.country);
  if (config.country !== undefined && country === undefined) {
    problems.push({ path: "country",
      message: `"${config.country}" is not a country whose numbers are known; expected an ISO 3166 `
        + "code such as FR" });
  }
  if (country === undefined && config.areaCode !== "") {
    problems.push({ path: "areaCode", message: "an area code needs a country" });
  }
  const plan: CompiledPlan = {
    country, areaCode: config.areaCode, externalPrefix: config.externalPrefix,
    prefixOnIncoming: config.prefixOnIncoming, internalDigitsMax: config.internalDigitsMax,
    directDial: compileDirectDial(config.directDial, problems),
    service: config.service.flatMap((text, index) => compileService(text, index, problems)),
    rules: config.rules.flatMap((rule, index) => compileRule(rule, index, problems)),
  };
  if (problems.length > 0) {
    return fail("config-invalid", "the number rules are not usable", { fields: problems });
  }
  return ok(planOf(plan));
}

function compileDirectDial(
  config: NumberPlanConfig["directDial"], problems: FieldViolation[],
): CompiledPlan["directDial"] {
  if (config === undefined) return undefined;
  const prefix = config.prefix.replace(/[\s.()/-]/g, "");
  if (!/^\+[1-9]\d*$/.test(prefix)) {
    problems.push({ path: "directDial.prefix",
      message: `"${config.prefix}" is not the beginning of an international number; expected `
        + "+ and digits, such as +33 1 23 45 6" });
  } else if (prefix.length - 1 + config.digits > e164DigitsMax) {
    problems.push({ path: "directDial.digits",
      message: `the prefix and ${config.digits} digits make more than the ${e164DigitsMax} digits `
        + "that a number may have" });
  }
  return { prefix, digits: config.digits };
}

/** Digits, `*` and `#`; an `X` stands for any digit: `36XX`. */
function compileService(text: string, index: number, problems: FieldViolation[]): RegExp[] {
  const bare = text.replace(/[\s.-]/g, "");
  if (!/^[\d*#X]+$/.test(bare) || bare.length > serviceCharsMax) {
    problems.push({ path: `service[${index}]`,
      message: `"${text}" is not a service number; expected up to ${serviceCharsMax} digits, * or #`
        + ", and X for any digit" });
    return [];
  }
  return [new RegExp(`^${bare.replace(/\*/g, "\\*").replace(/X/g, "\\d")}$`)];
}

function compileRule(
  rule: NumberPlanConfig["rules"][number], index: number, problems: FieldViolation[],
): CompiledRule[] {
  const pattern = compilePattern(rule.match);
  if (!pattern.ok) {
    problems.push({ path: `rules[${index}].match`, message: pattern.fault.message });
    return [];
  }
  if (rule.replace !== undefined) {
    const problem = replacementProblem(pattern.value, rule.replace);
    if (problem !== undefined) problems.push({ path: `rules[${index}].replace`, message: problem });
  } else if (rule.kind === undefined) {
    problems.push({ path: `rules[${index}]`,
      message: `the rule "${rule.name}" does nothing; expected \`replace\`, \`kind\` or both` });
  }
  return [{ name: rule.name, use: rule.use, source: rule.match, pattern: pattern.value,
    replace: rule.replace, kind: rule.kind }];
}

/** One step before it is put into words. */
interface RawStep {
  readonly rule: string;
  readonly matched: boolean;
  readonly before: string;
  readonly after: string;
  readonly phrase: Phrase;
  readonly values: PhraseValues;
}

function planOf(plan: CompiledPlan): NumberPlan {
  const stages: Readonly<Record<NumberUse, readonly Stage[]>> = {
    "from-pbx": chain(plan, "from-pbx"), dial: chain(plan, "dial"),
  };
  return {
    forms: (raw) => formsOf(raw, run(stages["from-pbx"], raw), plan),
    dial(typed) {
      const reading = run(stages.dial, typed);
      const dialled = dialOf(reading, plan);
      return dialled.ok ? ok(dialled.text)
        : fail("destination-invalid", `"${typed.slice(0, numberCharsMax)}": ${dialled.reason.en}`);
    },
    isInternal: (raw) => run(stages["from-pbx"], raw).kind === "internal",
    explain(raw, use, language) {
      const steps: RawStep[] = [];
      const reading = run(stages[use], raw, steps);
      const shown = displayOf(reading, plan);
      steps.push({ rule: "display form", matched: shown.phrase !== "display-as-is",
        before: reading.text, after: shown.text, phrase: shown.phrase, values: {} });
      let dialled: string | undefined;
      if (use === "dial") {
        const sent = dialOf(reading, plan);
        dialled = sent.ok ? sent.text : undefined;
        steps.push({ rule: "dial form", matched: sent.ok && sent.text !== reading.text,
          before: reading.text, after: dialled ?? "",
          ...(sent.ok ? { phrase: sent.phrase, values: sent.values }
            : { phrase: "dial-impossible", values: { reason: sent.reason[language] } }) });
      }
      return {
        steps: steps.map(({ phrase, values, ...step }) =>
          ({ ...step, explanation: say(phrase, values, language) })),
        forms: formsOf(raw, reading, plan), dialled,
      };
    },
  };
}

function run(stages: readonly Stage[], raw: string, steps?: RawStep[]): Reading {
  let reading: Reading = {
    text: raw.trim(), kind: undefined, decided: false, number: undefined, e164: undefined,
  };
  for (const stage of stages) {
    if (reading.decided && !stage.afterDecision) continue;
    const outcome = stage.look(reading);
    const next = { ...reading, ...outcome.change };
    steps?.push({ rule: stage.rule, matched: outcome.matched, before: reading.text,
      after: next.text, phrase: outcome.phrase, values: outcome.values ?? {} });
    reading = next;
  }
  return reading;
}

function formsOf(raw: string, reading: Reading, plan: CompiledPlan): NumberForms {
  const display = displayOf(reading, plan).text;
  return {
    raw, kind: reading.kind ?? "unknown",
    ...(reading.e164 !== undefined && { e164: reading.e164 }),
    ...(display !== "" && { display }),
  };
}
