/** The number plans of all links behind one bounded cache: the switch asks it for every event. */

import { done, fail, type FieldViolation, ok, type Result } from "../base/result.js";
import type { LinkId } from "../model/identifiers.js";
import type { NumberForms } from "../model/records.js";
import type { NumberResolver } from "../switching/switch.js";
import { compilePlan, type Explanation, type NumberPlan, type NumberPlanConfig,
  type NumberUse } from "./number-plan.js";
import { compareRules, type CountedNumber, type RuleComparison } from "./rule-comparison.js";

/** Numbers remembered, over all links: some 1.5 MB. */
export const cacheMax = 4_096;

export interface LinkNumberResolver extends NumberResolver {
  /** Replaces all plans at once; when one does not compile, none is replaced. */
  setPlans(plans: ReadonlyMap<LinkId, NumberPlanConfig>): Result<void>;
  explain(
    link: LinkId, number: string, use: NumberUse, language: "en" | "fr",
  ): Result<Explanation>;
  /** What other rules (a `numbers:` section) would make of numbers that really occurred. */
  test(
    link: LinkId, rulesYaml: string, numbers: Iterable<CountedNumber>,
  ): Result<RuleComparison>;
  readonly cacheLength: number;
}

export interface NumberResolverParts {
  /** Reads a `numbers:` section; the configuration's own check, so that both agree. */
  parseRules(yaml: string): Result<NumberPlanConfig>;
}

export function createNumberResolver(parts: NumberResolverParts): LinkNumberResolver {
  return new CachedResolver(parts);
}

/** What is remembered of each link's numbers. */
class Generation {
  readonly #links = new Map<LinkId, Map<string, NumberForms>>();
  size = 0;

  get(link: LinkId, raw: string): NumberForms | undefined {
    return this.#links.get(link)?.get(raw);
  }

  /** For a number that is not yet there. */
  set(link: LinkId, raw: string, forms: NumberForms): void {
    let numbers = this.#links.get(link);
    if (numbers === undefined) {
      numbers = new Map();
      this.#links.set(link, numbers);
    }
    numbers.set(raw, forms);
    this.size += 1;
  }
}

class CachedResolver implements LinkNumberResolver {
  readonly #parts: NumberResolverParts;
  #plans = new Map<LinkId, NumberPlan>();
  /** Two generations: when the young one is full it becomes the old one. Cheap, and bounded. */
  #young = new Generation();
  #old = new Generation();

  constructor(parts: NumberResolverParts) {
    this.#parts = parts;
  }

  get cacheLength(): number {
    return this.#young.size + this.#old.size;
  }

  setPlans(plans: ReadonlyMap<LinkId, NumberPlanConfig>): Result<void> {
    const compiled = new Map<LinkId, NumberPlan>();
    const problems: FieldViolation[] = [];
    for (const [link, config] of plans) {
      const plan = compilePlan(config);
      if (plan.ok) compiled.set(link, plan.value);
      else {
        for (const field of plan.fault.fields ?? []) {
          problems.push({ ...field, path: `${link}.${field.path}` });
        }
      }
    }
    if (problems.length > 0) {
      return fail("config-invalid", "number rules are not usable", { fields: problems });
    }
    this.#plans = compiled;
    this.#young = new Generation();
    this.#old = new Generation();
    return done;
  }

  resolve(link: LinkId, raw: string): NumberForms {
    const known = this.#young.get(link, raw);
    if (known !== undefined) return known;
    const forms = this.#old.get(link, raw) ?? this.#plans.get(link)?.forms(raw) ?? { raw };
    // Taking out the oldest one by one would walk over the holes that the earlier ones left.
    if (this.#young.size >= cacheMax / 2) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.set(link, raw, forms);
    return forms;
  }

  dial(link: LinkId, typed: string): Result<string> {
    const plan = this.#plan(link);
    return plan.ok ? plan.value.dial(typed) : plan;
  }

  isInternal(link: LinkId, raw: string): boolean {
    return this.resolve(link, raw).kind === "internal";
  }

  explain(
    link: LinkId, number: string, use: NumberUse, language: "en" | "fr",
  ): Result<Explanation> {
    const plan = this.#plan(link);
    return plan.ok ? ok(plan.value.explain(number, use, language)) : plan;
  }

  test(
    link: LinkId, rulesYaml: string, numbers: Iterable<CountedNumber>,
  ): Result<RuleComparison> {
    const before = this.#plan(link);
    if (!before.ok) return before;
    const config = this.#parts.parseRules(rulesYaml);
    if (!config.ok) return config;
    const after = compilePlan(config.value);
    return after.ok ? ok(compareRules(before.value, after.value, numbers)) : after;
  }

  #plan(link: LinkId): Result<NumberPlan> {
    const plan = this.#plans.get(link);
    return plan === undefined ? fail("link-unknown", `there is no link "${link}"`) : ok(plan);
  }
}
