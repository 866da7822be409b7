/** English and French, side by side where they are written. */

export type Language = "en" | "fr";
export type Bilingual = readonly [en: string, fr: string];

export function inLanguage([en, fr]: Bilingual, language: Language): string {
  return language === "fr" ? fr : en;
}

/** From `--lang`, else from the variables that POSIX names, in their order of precedence. */
export function languageFrom(
  wanted: string | undefined, variables: Readonly<Record<string, string | undefined>>,
): Language {
  if (wanted === "fr" || wanted === "en") return wanted;
  const locale = [variables["LC_ALL"], variables["LC_MESSAGES"], variables["LANG"]]
    .find((value) => value !== undefined && value !== "");
  return locale !== undefined && /^fr/i.test(locale) ? "fr" : "en";
}
