/**
 * The built-in rules, in their order. Each looks at the number as the one before left it and says
 * what it did. A rule that decides ends the chain, except for the rules marked `afterDecision`.
 */

import { isEmergency } from "./emergency.js";
import type { CompiledPlan, CompiledRule, NumberKind, NumberUse } from "./number-plan.js";
import type { Phrase, PhraseValues } from "./phrases.js";
import { readPublicNumber, type PublicNumber } from "./public-number.js";
import { numberCharsMax } from "./rule-pattern.js";

/** What is known of a number so far. */
export interface Reading {
  readonly text: string;
  readonly kind: NumberKind | undefined;
  /** No later rule may change it. */
  readonly decided: boolean;
  readonly number: PublicNumber | undefined;
  readonly e164: string | undefined;
}

export interface Outcome {
  readonly matched: boolean;
  readonly phrase: Phrase;
  readonly values?: PhraseValues;
  readonly change?: Partial<Reading>;
}

export interface Stage {
  readonly rule: string;
  readonly afterDecision?: boolean;
  look(reading: Reading): Outcome;
}

/** Longest number without area code; Munich's and London's have eight digits. */
const localDigitsMax = 8;

export function chain(plan: CompiledPlan, use: NumberUse): readonly Stage[] {
  return [
    decoration,
    service(plan, use),
    internal(plan),
    externalPrefix(plan, use),
    ...plan.rules.map((rule) => custom(rule, use)),
    areaCode(plan),
    publicNumber(plan),
    directDial(plan),
  ];
}

/** Digits with an optional leading `+`, `*` and `#`; undefined for anything else. */
function bareNumber(text: string): string | undefined {
  if (text.length > numberCharsMax * 4) return undefined;
  let bare = text.normalize("NFKC").replace(/\p{Cf}/gu, "");
  bare = /<([^<>]*)>\s*$/.exec(bare)?.[1] ?? bare;
  bare = bare.replace(/^\s*(?:tel|sips?|callto):/i, "").replace(/[@;].*$/, "");
  // "+44 (0)20 ..." writes the trunk prefix for readers at home; it is never dialled with +.
  if (/^\s*(?:\+|00)/.test(bare)) bare = bare.replace(/\(0\)/, "");
  bare = bare.replace(/[\s.,/()\p{Pd}]/gu, "");
  return /^\+?[\d*#]+$/.test(bare) && bare.length <= numberCharsMax ? bare : undefined;
}

const decoration: Stage = {
  rule: "strip decoration",
  look(reading) {
    const bare = bareNumber(reading.text);
    if (bare === undefined) {
      return { matched: true, phrase: "decoration-letters", change: { decided: true } };
    }
    return bare === reading.text ? { matched: false, phrase: "decoration-none" }
      : { matched: true, phrase: "decoration-removed", change: { text: bare } };
  },
};

function service(plan: CompiledPlan, use: NumberUse): Stage {
  const listed = (text: string): boolean => plan.service.some((entry) => entry.test(text));
  // A hotel has a room 112: what the PBX shows is a device when it is short enough to be one.
  const emergency = (text: string): boolean => plan.country !== undefined
    && (use === "dial" || text.length > plan.internalDigitsMax)
    && isEmergency(text, plan.country.code);
  const change = { kind: "service", decided: true } as const;
  return {
    rule: "service numbers",
    look({ text }) {
      if (/^[*#]/.test(text)) {
        return { matched: true, phrase: "service-code", values: { code: text.charAt(0) }, change };
      }
      const rest = plan.externalPrefix !== "" && text.startsWith(plan.externalPrefix)
        ? text.slice(plan.externalPrefix.length) : text;
      if (listed(text) || listed(rest)) return { matched: true, phrase: "service-listed", change };
      if (emergency(text) || emergency(rest)) {
        const values = { country: plan.country?.code ?? "" };
        return { matched: true, phrase: "service-emergency", values, change };
      }
      return { matched: false, phrase: "service-not" };
    },
  };
}

function internal(plan: CompiledPlan): Stage {
  const max = plan.internalDigitsMax;
  return {
    rule: "internal by digits",
    look({ text }) {
      const values = { digits: String(text.length), max: String(max) };
      if (!/^\d+$/.test(text)) return { matched: false, phrase: "internal-not-digits", values };
      if (text.length > max) return { matched: false, phrase: "internal-long", values };
      return { matched: true, phrase: "internal-short", values,
        change: { kind: "internal", decided: true } };
    },
  };
}

/**
 * Where the PBX shows its external prefix on every number it is simply removed. Elsewhere it
 * appears only on numbers that were dialled, and is recognised because the number is a better
 * one without it.
 */
function externalPrefix(plan: CompiledPlan, use: NumberUse): Stage {
  const prefix = plan.externalPrefix;
  return {
    rule: "external prefix",
    look({ text }) {
      if (prefix === "") return { matched: false, phrase: "prefix-none" };
      const values = { prefix };
      const rest = text.slice(prefix.length);
      if (!text.startsWith(prefix) || rest === "") {
        return { matched: false, phrase: "prefix-absent", values };
      }
      if (plan.prefixOnIncoming && use === "from-pbx") {
        return { matched: true, phrase: "prefix-removed", values, change: { text: rest } };
      }
      // Asked for last: most numbers are certain as they stand, and reading one takes its time.
      const whole = certainty(text, plan);
      return whole < 2 && certainty(rest, plan) > whole
        ? { matched: true, phrase: "prefix-deduced", values, change: { text: rest } }
        : { matched: false, phrase: "prefix-kept", values };
    },
  };
}

function custom(rule: CompiledRule, use: NumberUse): Stage {
  return {
    rule: rule.name,
    look({ text }) {
      const values = { pattern: rule.source, kind: rule.kind ?? "" };
      if (rule.use !== use) return { matched: false, phrase: "rule-other-use" };
      if (!rule.pattern.expression.test(text)) {
        return { matched: false, phrase: "rule-no-match", values };
      }
      const kind = rule.kind === undefined ? {}
        : { kind: rule.kind, decided: rule.kind !== "external" };
      if (rule.replace === undefined) {
        return { matched: true, phrase: "rule-decided", values, change: kind };
      }
      const replaced = bareNumber(text.replace(rule.pattern.expression, rule.replace));
      if (replaced === undefined) return { matched: false, phrase: "rule-unusable", values };
      return { matched: true, phrase: rule.kind === undefined ? "rule-replaced" : "rule-decided",
        values, change: { text: replaced, ...kind } };
    },
  };
}

function areaCode(plan: CompiledPlan): Stage {
  const { country, areaCode: area } = plan;
  return {
    rule: "area code",
    look({ text }) {
      if (area === "" || country === undefined) return { matched: false, phrase: "area-none" };
      const values = { area };
      const not = { matched: false, phrase: "area-not", values } as const;
      if (!/^\d+$/.test(text)) return not;
      if (country.trunkPrefix !== "" && text.startsWith(country.trunkPrefix)) return not;
      const isNational = readPublicNumber(text, country)?.valid ?? false;
      if (isNational && text.length > localDigitsMax) return not;
      const full = `${country.trunkPrefix}${area}${text}`;
      if (!(readPublicNumber(full, country)?.valid ?? false)) return not;
      return { matched: true, phrase: "area-added", values, change: { text: full } };
    },
  };
}

function publicNumber(plan: CompiledPlan): Stage {
  const { country } = plan;
  return {
    rule: "E.164",
    look({ text }) {
      const number = readPublicNumber(text, country);
      if (number === undefined || certaintyOf(number, text, plan) === 0) {
        const phrase = country === undefined && !text.startsWith("+")
          ? "e164-no-country" : "e164-not";
        return { matched: false, phrase };
      }
      return { matched: true, phrase: number.valid ? "e164-valid" : "e164-possible",
        values: { country: number.country ?? `+${number.callingCode}` },
        change: { text: number.e164, kind: "external", number, e164: number.e164 } };
    },
  };
}

/**
 * How sure it is that a text is a number of the public network: 2 when its range is assigned, 1
 * when only its length fits and it is written like one, 0 otherwise.
 */
function certainty(text: string, plan: CompiledPlan): 0 | 1 | 2 {
  const number = readPublicNumber(text, plan.country);
  return number === undefined ? 0 : certaintyOf(number, text, plan);
}

function certaintyOf(number: PublicNumber, text: string, plan: CompiledPlan): 0 | 1 | 2 {
  if (number.valid) return 2;
  return number.possible && isExplicit(text, plan) && isOwnForm(number) ? 1 : 0;
}

/** Zeros behind zeros lose one with each reading: what has no form of its own is no number. */
function isOwnForm({ e164 }: PublicNumber): boolean {
  return readPublicNumber(e164, undefined)?.e164 === e164;
}

/** Written so that it can only be a public number: with `+`, or a prefix that says so. */
function isExplicit(text: string, { country }: CompiledPlan): boolean {
  if (text.startsWith("+")) return true;
  return country !== undefined && [country.internationalPrefix, country.trunkPrefix]
    .some((prefix) => prefix !== "" && text.startsWith(prefix));
}

function directDial(plan: CompiledPlan): Stage {
  const range = plan.directDial;
  return {
    rule: "direct dial",
    afterDecision: true,
    look({ text, kind, e164 }) {
      if (range === undefined) return { matched: false, phrase: "direct-none" };
      if (kind === "internal" && text.length === range.digits) {
        const shown = `${range.prefix}${text}`;
        return { matched: true, phrase: "direct-shown", values: { device: text, e164: shown },
          change: { e164: shown } };
      }
      if (e164?.startsWith(range.prefix) === true
        && e164.length === range.prefix.length + range.digits) {
        const device = e164.slice(range.prefix.length);
        return { matched: true, phrase: "direct-own", values: { device },
          change: { text: device, kind: "internal", decided: true } };
      }
      return { matched: false, phrase: "direct-not" };
    },
  };
}

/** As a person wants to read it: nationally at home, internationally abroad. */
export function displayOf(
  { text, kind, number }: Reading, plan: CompiledPlan,
): { readonly text: string; readonly phrase: Phrase } {
  if (number === undefined || kind !== "external") return { text, phrase: "display-as-is" };
  return number.country !== undefined && number.country === plan.country?.code
    ? { text: number.national, phrase: "display-national" }
    : { text: number.international, phrase: "display-international" };
}
