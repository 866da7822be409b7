/**
 * French for sentences that are made in English only: why bytes are rejected, what is wrong with a
 * setting. They are kept, counted and compared in English; whoever shows them to people asks here.
 */

import { partPhrases, settingPhrases } from "./french-settings.js";
import { rejectPhrases } from "./french-rejects.js";
import type { Text } from "./result.js";

/** `{}` stands for any text, which is itself turned where it is known. */
export type Phrases = readonly (readonly [english: string, french: string])[];

interface Rule {
  readonly pattern: RegExp;
  readonly french: string;
}

/** Longer sentences are cut before they reach a person. */
const charactersMax = 2_000;
const depthMax = 4;

function ruleOf([english, french]: Phrases[number]): Rule {
  const pattern = english.split("{}")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("([^]*?)");
  return { pattern: new RegExp(`^${pattern}$`), french };
}

/** The first that fits counts. */
const rules: readonly Rule[] = [...rejectPhrases, ...settingPhrases].map(ruleOf);
const rulesWithin: readonly Rule[] = [...rules, ...partPhrases.map(ruleOf)];

/** Undefined where nothing of it is known. */
export function inFrench(english: string, depth = 0): string | undefined {
  if (english.length > charactersMax || depth > depthMax) return undefined;
  for (const { pattern, french } of depth === 0 ? rules : rulesWithin) {
    const found = pattern.exec(english);
    if (found === null) continue;
    const parts = found.slice(1);
    return french.replace(/\{\}/g, () => {
      const part = parts.shift() ?? "";
      return inFrench(part, depth + 1) ?? part;
    });
  }
  return undefined;
}

export function inBoth(english: string): Text {
  const french = inFrench(english);
  return french === undefined ? english : { en: english, fr: french };
}
