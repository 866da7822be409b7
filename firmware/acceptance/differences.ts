/** What differs between two reports: settings, and outcomes of tests. Readings always do. */

import { inEachLanguage, type Text } from "../base/result.js";
import { canonicalJson } from "./canonical-json.js";
import { subjectName, type Change, type Report, type ReportTest, type Subject } from "./report.js";
import { outcomeWords } from "./words.js";

/** More is told as one line: two reports of different sites differ in everything. */
export const changesMax = 500;

interface Row {
  readonly item: Text;
  readonly value: Text;
  /** Equal ones are no difference. */
  readonly compared: string;
}

function outcomeText({ outcome, text }: ReportTest): Text {
  return inEachLanguage((words, language) => outcome === "passed" ? words(outcomeWords[outcome])
    : `${words(outcomeWords[outcome])}${language === "en" ? ":" : " :"} ${words(text)}`);
}

function rowsOf({ facts, tests }: Subject): ReadonlyMap<string, Row> {
  return new Map([
    ...facts.filter(({ kind }) => kind === "setting").map(({ key, name, value }) =>
      [`fact ${key}`, { item: name, value, compared: canonicalJson(value) }] as const),
    ...tests.map((test) => [`test ${test.key}`,
      { item: test.title, value: outcomeText(test), compared: test.outcome }] as const)]);
}

const there: Text = { en: "present", fr: "présent" };
const whole: Text = { en: "as a whole", fr: "en entier" };

function compared(subject: string, before: Subject, after: Subject): readonly Change[] {
  const old = rowsOf(before);
  const now = rowsOf(after);
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const from = old.get(key);
    const to = now.get(key);
    if (from?.compared === to?.compared) return [];
    return [{ subject, item: (to ?? from)?.item ?? "", before: from?.value ?? "",
      after: to?.value ?? "" }];
  });
}

export function differences(before: Report, after: Report): readonly Change[] {
  const byName = ({ subjects }: Report): ReadonlyMap<string, Subject> =>
    new Map(subjects.map((subject) => [subjectName(subject), subject]));
  const old = byName(before);
  const now = byName(after);
  const all = [...new Set([...old.keys(), ...now.keys()])].flatMap((name): readonly Change[] => {
    const from = old.get(name);
    const to = now.get(name);
    if (from === undefined) return [{ subject: name, item: whole, before: "", after: there }];
    if (to === undefined) return [{ subject: name, item: whole, before: there, after: "" }];
    return compared(name, from, to);
  });
  if (all.length <= changesMax) return all;
  const left = all.length - changesMax;
  return [...all.slice(0, changesMax), { subject: "", before: "", after: "",
    item: { en: `and ${left} more`, fr: `et ${left} de plus` } }];
}
