/** What a change of rules would do to numbers that really occurred, before it is applied. */

import type { NumberForms } from "../model/records.js";
import type { NumberPlan } from "./number-plan.js";

/** A number as the PBX said it, and in how many calls it occurred. */
export interface CountedNumber {
  readonly raw: string;
  readonly calls: number;
}

export interface RuleDifference {
  readonly before: NumberForms;
  readonly after: NumberForms;
  readonly calls: number;
}

export interface RuleComparison {
  /** Different numbers tried. */
  readonly numbersTried: number;
  /** Most frequent first, `differencesMax` at most. */
  readonly differences: readonly RuleDifference[];
  readonly differencesTotal: number;
}

export const differencesMax = 200;
/** A thousand calls have a few thousand numbers; the rest of a longer list is not tried. */
export const numbersTriedMax = 20_000;

export function compareRules(
  before: NumberPlan, after: NumberPlan, numbers: Iterable<CountedNumber>,
): RuleComparison {
  const calls = new Map<string, number>();
  for (const number of numbers) {
    if (calls.size >= numbersTriedMax && !calls.has(number.raw)) continue;
    calls.set(number.raw, (calls.get(number.raw) ?? 0) + number.calls);
  }
  const differences: RuleDifference[] = [];
  for (const [raw, count] of calls) {
    const pair = { before: before.forms(raw), after: after.forms(raw), calls: count };
    if (!sameForms(pair.before, pair.after)) differences.push(pair);
  }
  differences.sort((a, b) => b.calls - a.calls || compareText(a.before.raw, b.before.raw));
  return { numbersTried: calls.size, differences: differences.slice(0, differencesMax),
    differencesTotal: differences.length };
}

function sameForms(a: NumberForms, b: NumberForms): boolean {
  return a.e164 === b.e164 && a.display === b.display && a.kind === b.kind;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
