/** The language of the page, chosen by the browser's wish and then by the user. */

import { cell } from "../state/cell.js";
import { en, type PluralKey, type TextKey } from "./en.js";
import { fr } from "./fr.js";

export type Language = "fr" | "en";

export const dictionaries: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> =
  { fr, en };

export const language = cell<Language>("fr");

/** The first of the browser's languages that the page speaks; French otherwise, because most of
 * the installed base is in France. */
export function preferredLanguage(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    const primary = wish.toLowerCase().split("-")[0];
    if (primary === "fr" || primary === "en") return primary;
  }
  return "fr";
}

/** For Intl: English with the day before the month and 24 hours, as the sites are in Europe. */
export function locale(): string {
  return language.get() === "fr" ? "fr-FR" : "en-GB";
}

export type Values = Readonly<Record<string, string | number>>;

export function fill(template: string, values: Values): string {
  return template.replace(/\{([a-zA-Z]+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}

export function t(key: TextKey, values: Values = {}): string {
  return fill(dictionaries[language.get()][key], values);
}

/** The form for a count: French counts 0 and 1 as one, English only 1. */
export function plural(stem: PluralKey, count: number, values: Values = {}): string {
  const spoken = language.get();
  const form = new Intl.PluralRules(spoken).select(count) === "one" ? "one" : "other";
  return fill(dictionaries[spoken][`${stem}.${form}`],
    { count: new Intl.NumberFormat(locale()).format(count), ...values });
}

export function isTextKey(key: string): key is TextKey {
  return key in en;
}

/** A text by a key that is composed at run time; the fallback where the gateway said a word that
 * this page does not know. */
export function textOr(key: string, fallback: string, values: Values = {}): string {
  return isTextKey(key) ? t(key, values) : fallback;
}
