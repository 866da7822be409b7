/** Fails the run when a test has left a handle open: a timer, a socket, a child. */

import { createHook } from "node:async_hooks";

const patienceMs = 2_000;
/** Standard streams show up under these names and belong to the runner. */
const allowed = new Set(["TTYWrap", "PipeWrap", "FSReqPromise", "FSReqCallback", "Immediate"]);
/** Where each handle that can keep a process was made: resource id to kind and stack. */
const made = new Map<number, string>();
const watched = new Set(["TCPSERVERWRAP", "TCPWRAP", "UDPWRAP", "PROCESSWRAP"]);
const ownFile = /\bat .*(hw-tests|firmware|drivers)\//;

createHook({
  init(id, type) {
    if (!watched.has(type)) return;
    const stack = (new Error().stack ?? "").split("\n").filter((line) => ownFile.test(line));
    made.set(id, [type, ...stack.slice(1, 6)].join("\n"));
  },
  destroy(id) { made.delete(id); },
}).enable();

function open(): string[] {
  return process.getActiveResourcesInfo().filter((name) => !allowed.has(name));
}

/** A test was tried again: what its first attempt left open says nothing about the product. */
let repeated = false;

export const mochaHooks = {
  beforeEach(this: Mocha.Context): void {
    // Mocha's types do not know it: how often the test was tried before.
    const test = this.currentTest as { currentRetry?(): number } | undefined;
    repeated ||= (test?.currentRetry?.() ?? 0) > 0;
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    const until = performance.now() + patienceMs;
    let left = open();
    while (left.length > 0 && performance.now() < until) {
      await new Promise((resolve) => setImmediate(resolve));
      left = open();
    }
    // Mocha's own timeout of this hook counts as one timer.
    if (left.filter((name) => name !== "Timeout").length > 0 || left.length > 1) {
      // The handles would keep the process; the report is written first.
      const text = `open handles after the last test: ${left.join(", ")}\n`
        + [...made.values()].join("\n");
      if (repeated) {
        process.stdout.write(`${text}\n`);
        // Mocha puts its own exit code in place of none.
        setTimeout(() => { process.exit(); }, patienceMs).unref();
        return;
      }
      setTimeout(() => { process.exit(1); }, patienceMs).unref();
      throw new Error(text);
    }
  },
};
