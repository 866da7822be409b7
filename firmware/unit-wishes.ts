/** What the unit's console asks the gateway for, and the words it gets back. */

import { faultText, inLanguage, type Language, type Result } from "./base/result.js";
import type { Subject } from "./acceptance/report.js";
import type { ConsoleWish } from "./update/unit-board.js";

export interface WishParts {
  testLinks(): Promise<readonly Subject[]>;
  support(): Promise<Uint8Array>;
  keepOnStick(name: string, content: Uint8Array): Promise<Result<string>>;
  installOffer(): Result<string>;
  readonly nowMs: () => number;
  readonly unit: () => string;
}

const outcomes: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: { passed: "passed", failed: "FAILED", "not-run": "not run" },
  fr: { passed: "réussi", failed: "ÉCHEC", "not-run": "pas fait" },
};

function testText(subjects: readonly Subject[], language: Language): string {
  if (subjects.length === 0) {
    return language === "fr" ? "Aucun lien n'est configuré." : "No link is configured.";
  }
  return subjects.map(({ name, tests }) => [name, ...tests.map(({ title, outcome, text }) =>
    `  ${(outcomes[language][outcome] ?? outcome).padEnd(9)} ${inLanguage(title, language)}: `
    + inLanguage(text, language))].join("\n")).join("\n");
}

/** A file name of the unit and the moment: sticks carry those of several units. */
function supportName(unit: string, nowMs: number): string {
  const moment = new Date(nowMs).toISOString().replace(/[-:]/g, "").slice(0, 15);
  return `jackfield-support-${unit.toLowerCase()}-${moment}.tar.gz`;
}

function said(
  result: Result<string>, language: Language, good: Readonly<Record<Language, string>>,
): string {
  return result.ok ? `${good[language]} ${result.value}`
    : inLanguage(faultText(result.fault), language);
}

export async function fulfil(wish: ConsoleWish, parts: WishParts): Promise<string> {
  const { language } = wish;
  switch (wish.name) {
    case "test-links": return testText(await parts.testLinks(), language);
    case "support": return said(await parts.keepOnStick(
      supportName(parts.unit(), parts.nowMs()), await parts.support()), language,
    { en: "Written; the stick may be pulled out:", fr: "Écrit ; la clé peut être retirée :" });
    case "install-offer": return said(parts.installOffer(), language,
      { en: "Being installed:", fr: "En cours d'installation :" });
  }
}
