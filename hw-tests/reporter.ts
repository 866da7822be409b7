/**
 * Mocha's spec report with the reason of every repeated attempt, and its counts appended to a file
 * so that several runs can be summed up.
 */

import { appendFileSync, mkdirSync } from "node:fs";
import Mocha from "mocha";

const resultsFile = "build/test-results.jsonl";

export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    runner.on("retry", (test: Mocha.Test, error: Error) => {
      process.stdout.write(`    again: ${test.fullTitle()}: ${error.stack ?? error.message}\n`);
    });
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      mkdirSync("build", { recursive: true });
      appendFileSync(resultsFile, `${JSON.stringify({ passes, failures, pending })}\n`);
    });
  }
}
