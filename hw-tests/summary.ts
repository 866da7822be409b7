/** Sums the runs of `make test` up in one plain line, and fails when there was nothing to sum. */

import { existsSync, readFileSync } from "node:fs";

interface Counts {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

const resultsFile = "build/test-results.jsonl";
const runs = existsSync(resultsFile)
  ? readFileSync(resultsFile, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Counts)
  : [];
const sum = (pick: (counts: Counts) => number): number =>
  runs.reduce((total, counts) => total + pick(counts), 0);
const passed = sum((counts) => counts.passes);
const failed = sum((counts) => counts.failures);
process.stdout.write(
  `${passed} passed, ${failed} failed, ${sum((counts) => counts.pending)} skipped\n`);
if (passed === 0 || failed > 0) process.exitCode = 1;
