/** `ctictl terminal`: keys, the menu, hidden lines, piped input, transcripts. */

import assert from "node:assert/strict";
import { TerminalEnding, TerminalsService, TranscriptDirection }
  from "../../proto/gen/cti/gateway/v1/terminals_pb.js";
import { createBench, settled, type Bench } from "./bench.test.js";

const { openTerminal, readTranscript, signalTerminal } = TerminalsService.method;
const opened = { id: "7", line: "serial /dev/ttyS0", endsAt: { seconds: 1_795_421_700n } };

/** A terminal that says a few things and stays until it is closed. */
function bench(keys: readonly string[], interactive: boolean): Bench {
  const made = createBench();
  made.keys = keys;
  made.interactive = interactive;
  made.onStream(openTerminal, async function* () {
    yield { event: { case: "opened" as const, value: opened } };
    yield { event: { case: "received" as const, value: Buffer.from("OK\u001b[1m\r\n") } };
    while (!made.sent.some(({ method }) => method === "CloseTerminal")) await settled();
    yield { event: { case: "ended" as const,
      value: { ...opened, ending: TerminalEnding.CLOSED } } };
  });
  return made;
}

function typed(on: Bench): readonly (readonly [string, boolean])[] {
  return on.sent.filter(({ method }) => method === "TypeTerminal").map(({ request }) => {
    const { data, secret } = request as { readonly data: string; readonly secret?: boolean };
    return [Buffer.from(data, "base64").toString(), secret ?? false];
  });
}

function methodsOf(on: Bench): readonly string[] {
  return on.sent.map(({ method }) => method);
}

describe("ctictl terminal", () => {
  it("passes keys on, Ctrl-C among them, and shows what comes as it is", async () => {
    const made = bench(["AT\r", "\u0003", "\u001dq"], true);
    assert.equal(await made.run("terminal open pbx --reason test"), 0, made.err);
    assert.equal(typed(made).map(([text]) => text).join(""), "AT\r\u0003");
    assert.equal(made.out, "OK\u001b[1m\r\n");
    assert.match(made.err, /terminal 7 until .*everything is recorded/);
    assert.match(made.err, /terminal 7 has ended: closed/);
  });

  it("keeps the menu's keys and hidden lines from what is typed", async () => {
    const made = bench(["a\u001db", "\u001ds", "pas", "x\u007fsword\rb", "\u001d\u001d", "\u001de",
      "\u001dd", "\u001dd", "\u001dq"], true);
    assert.equal(await made.run("terminal open pbx --reason test"), 0, made.err);
    assert.deepEqual(typed(made).filter(([, secret]) => secret), [["password\r", true]]);
    assert.equal(typed(made).filter(([, secret]) => !secret).map(([text]) => text).join(""),
      "ab\u001d");
    const signals = made.sent.filter(({ method }) => method === "SignalTerminal")
      .map(({ request }) => request);
    assert.deepEqual(signals, [{ id: "7", breakMs: 300 }, { id: "7", dtr: false },
      { id: "7", dtr: true }]);
    assert.ok(methodsOf(made).includes("ExtendTerminal"));
    assert.ok(!made.err.includes("password") && !made.out.includes("password"));
  });

  it("says what could not be done, and goes on", async () => {
    const made = bench(["\u001db", "x", "\u001dq"], true);
    made.on(signalTerminal, () => { throw new Error("has no break"); });
    assert.equal(await made.run("terminal open pbx --reason test"), 0);
    assert.match(made.err, /has no break/);
    assert.deepEqual(typed(made), [["x", false]]);
  });

  it("types piped input with Return for line ends, listens on a moment, and closes", async () => {
    const made = bench(["help\nlist\n"], false);
    assert.equal(await made.run("terminal open pbx --reason test --linger 5s"), 0, made.err);
    assert.equal(typed(made).map(([text]) => text).join(""), "help\rlist\r");
    assert.deepEqual(made.slept, [5_000]);
    assert.equal(methodsOf(made).at(-1), "CloseTerminal");
    const failing = bench(["x\n"], false);
    failing.on(TerminalsService.method.typeTerminal, () => { throw new Error("no line"); });
    assert.equal(await failing.run("terminal open pbx --reason test"), 1);
    assert.match(failing.err, /no line/);
  });

  it("shows a transcript line by line, and fails where it was changed", async () => {
    const made = createBench();
    const at = { seconds: 1_795_420_800n };
    const parts = [
      { at, direction: TranscriptDirection.TYPED, data: Buffer.from("login\r") },
      { at, direction: TranscriptDirection.SECRET, characters: 6 },
      { at, direction: TranscriptDirection.RECEIVED, data: Buffer.from("\u001b[2JOK\r\n") }];
    made.onStream(readTranscript, () => [
      { terminal: { ...opened, actor: "ann", source: "grpc 192.0.2.9" } },
      { parts, intact: true }]);
    assert.equal(await made.run("terminal show 7"), 0, made.err);
    assert.match(made.out, /^08:00:00 {2}typed {5}login\\r$/m);
    assert.match(made.out, /^08:00:00 {2}secret {4}\*{6}$/m);
    assert.match(made.out, /^08:00:00 {2}received {2}\\x1b\[2JOK\\r\\n$/m);
    made.onStream(readTranscript, () => [{ terminal: opened }, { intact: false }]);
    assert.equal(await made.run("terminal show 7"), 1);
    assert.match(made.err, /not as it was written/);
  });
});
