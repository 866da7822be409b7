/** What an acceptance report says: pure data, from which the signed file and the page are made. */

import type { Text } from "../base/result.js";

/** Stands in every report; another form gets another name. */
export const reportForm = "jackfield-acceptance-report/1";

export type Outcome = "passed" | "failed" | "not-run";
/** `incomplete`: no test failed, but some were not run. */
export type Verdict = "passed" | "failed" | "incomplete";

export interface Evidence {
  /** What on the unit it can be compared with: `record <id>`, `raw pbx 42`; empty: seen now. */
  readonly source: string;
  readonly name: Text;
  readonly value: Text;
}

/** `setting`: how something is set up, compared with other reports. `reading`: what it was then. */
export interface Fact {
  readonly name: Text;
  readonly kind: "setting" | "reading";
  readonly key: string;
  readonly value: Text;
}

export interface ReportTest {
  /** The same in every report. */
  readonly key: string;
  readonly title: Text;
  readonly outcome: Outcome;
  /** What was found, or why it was not run. */
  readonly text: Text;
  readonly evidence: readonly Evidence[];
}

export interface Subject {
  readonly kind: "unit" | "link" | "destination";
  /** Its id in the configuration; for the unit, its name. */
  readonly name: string;
  readonly title: Text;
  readonly facts: readonly Fact[];
  readonly tests: readonly ReportTest[];
}

/** Empty: it was, or is, not there. */
export interface Change {
  readonly subject: string;
  readonly item: Text;
  readonly before: Text;
  readonly after: Text;
}

export interface UnitSheet {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of its authority's certificate (DER), lower-case hexadecimal. */
  readonly authority: string;
  /** IANA name; all times for people in the report are of this zone. */
  readonly timeZone: string;
}

export interface Report {
  readonly form: typeof reportForm;
  readonly number: number;
  readonly unit: UnitSheet;
  readonly site: string;
  readonly installer: string;
  readonly remarks: string;
  /** The user or token that ran it. */
  readonly runBy: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly verdict: Verdict;
  /** The report before this one, and the SHA-256 of its file; number 0: there is none. */
  readonly previous: { readonly number: number; readonly sha256: string };
  /** What differs from it. */
  readonly changes: readonly Change[];
  readonly subjects: readonly Subject[];
}

/** A report in short. */
export interface Summary extends Pick<Report,
"number" | "startedAt" | "endedAt" | "verdict" | "site" | "installer" | "runBy"> {
  /** 0: there was none before. */
  readonly previous: number;
  readonly counts: Readonly<Record<Outcome, number>>;
}

export function summaryOf(report: Report): Summary {
  const { number, startedAt, endedAt, verdict, site, installer, runBy, previous } = report;
  return { number, startedAt, endedAt, verdict, site, installer, runBy, previous: previous.number,
    counts: { "passed": countOf(report, "passed"), "failed": countOf(report, "failed"),
      "not-run": countOf(report, "not-run") } };
}

/** `unit`, `link pbx-1`: how a subject is called in changes and digests. */
export function subjectName({ kind, name }: Pick<Subject, "kind" | "name">): string {
  return kind === "unit" ? "unit" : `${kind} ${name}`;
}

function countOf(report: Pick<Report, "subjects">, outcome: Outcome): number {
  return report.subjects.flatMap(({ tests }) => tests)
    .filter((test) => test.outcome === outcome).length;
}

/** Never better than the tests; without any, nothing has been shown. */
export function verdictOf(subjects: readonly Subject[]): Verdict {
  if (countOf({ subjects }, "failed") > 0) return "failed";
  return countOf({ subjects }, "not-run") > 0 || countOf({ subjects }, "passed") === 0
    ? "incomplete" : "passed";
}
