import assert from "node:assert/strict";
import { auditProblemsMax, verifyAuditLines } from "./audit-verifier.js";
import { createBench } from "./bench.test.js";

/** An export made by an implementation other than this one, from the format's definition. */
const good: readonly string[] = [
  '{"anchor":"0000000000000000000000000000000000000000000000000000000000000000","after"'
    + ':0,"head":{"number":6,"hash":"7d57edb2ec142770fdc37013a87dff47178c367f5395e4f2e8f815'
    + 'd51d36ec4f"}}',
  '{"number":1,"at":"2026-11-23T08:00:00.000Z","actor":"admin","source":"web 192.0.2.9"'
    + ',"action":"SignIn","subject":"admin","outcome":"ok","details":{},"hash":"940ea302ab6'
    + '90869194cec6ea6b1e805dcc0d0c0300768d8bc1a59a1f6d3b8f8"}',
  '{"number":2,"at":"2026-11-23T08:00:05.120Z","actor":"admin","source":"web 192.0.2.9"'
    + ',"action":"ApplyConfiguration","subject":"","outcome":"ok","details":{"comment":"Lie'
    + 'n n° 2 « Lyon »","document":{"characters":1203,"sha256":"abababababababababababababa'
    + 'babababababababababababababababababab"},"mode":"APPLY_MODE_TRY"},"hash":"313b634a7da'
    + '8e3fc1b0d4fc0656f211fa0c163c21f59f2efe6d6b048eed57c2c"}',
  '{"number":3,"at":"2026-11-23T08:01:00.007Z","actor":"nobody","source":"grpc 2001:db8'
    + '::9","action":"SignIn","subject":"unknown name","outcome":"unauthenticated","details'
    + '":{"password":"(secret)"},"hash":"6bfc1f728498d7dea3d7c21cdacbcba08023401a931ed2d3fc'
    + '0d6830b4619712"}',
  '{"number":4,"at":"2026-11-23T08:02:10.900Z","actor":"token:crm","source":"grpc 192.0'
    + '.2.20","action":"MakeCall","subject":"pbx-1 6001","outcome":"ok","details":{"device"'
    + ':"6001","do_not_prompt":true,"link":"pbx-1","number":"+33********45"},"hash":"0c70dc'
    + 'adb2b33df6b8fd0d5fc8abb38d90e0dc6cd6c86b483d4a4acf7cc2bc44"}',
  '{"number":5,"at":"2026-11-23T08:02:11.000Z","actor":"ann","source":"grpc 192.0.2.21"'
    + ',"action":"RestartLink","subject":"pbx-1","outcome":"permission-denied","details":{"'
    + 'a":false,"z":[1,2.5,null,{"a":"","b":"\\"\\\\\\n"}]},"hash":"49fa2318fda6dcf52154625f9d3'
    + '2587bd621310fd84fb085d36a8a02b48e708b"}',
  '{"number":6,"at":"2026-11-23T09:00:00.000Z","actor":"admin","source":"web 192.0.2.9"'
    + ',"action":"ListAudit","subject":"","outcome":"ok","details":{"page_size":100},"hash"'
    + ':"7d57edb2ec142770fdc37013a87dff47178c367f5395e4f2e8f815d51d36ec4f"}',
];

function verdictOf(lines: readonly string[]): string {
  const { problems } = verifyAuditLines(lines);
  return problems.map(({ line, message }) => `${line}: ${message}`).join("; ");
}

const without = (index: number): readonly string[] => good.toSpliced(index, 1);
const changed = (index: number, from: string | RegExp, to: string): readonly string[] =>
  good.with(index, (good[index] ?? "").replace(from, to));

describe("audit verifier", () => {
  it("accepts a whole log, and one without its first line", () => {
    const verdict = verifyAuditLines(good);
    assert.deepEqual(verdict.problems, []);
    assert.deepEqual([verdict.entries, verdict.first, verdict.last], [6, 1, 6]);
    assert.equal(verdictOf(good.slice(1)), "");
    assert.deepEqual(verifyAuditLines([]).entries, 0);
  });

  it("finds every change", () => {
    assert.match(verdictOf(changed(4, '"actor":"', '"actor":"x')), /^5: entry 4, .* changed/);
    assert.match(verdictOf(changed(2, /"hash":"./, '"hash":"f')), /entry (2|3), .* changed/);
    assert.match(verdictOf(changed(3, '"number":3', '"number": 3')), /^4: this line is no entry/);
    assert.match(verdictOf(changed(6, '"hash"', '"extra":1,"hash"')), /^7: this line is no entry/);
    assert.match(verdictOf(changed(3, /.{9}$/, "")), /^4: this line is no entry/);
    assert.match(verdictOf(changed(0, /"anchor":"./, '"anchor":"1')), /^2: entry 1, .* changed/);
  });

  it("finds what is missing, doubled or out of order", () => {
    assert.match(verdictOf(without(3)), /^4: entries 3 to 3 are missing/);
    assert.match(verdictOf(without(6)), /the export was cut: it must end with entry 6/);
    assert.match(verdictOf(good.toSpliced(5, 0, good[4] ?? "")),
      /^6: entry 4 stands after entry 4/);
    assert.match(verdictOf([...good.slice(0, 2), good[3] ?? "", good[2] ?? "", ...good.slice(4)]),
      /^3: entries 2 to 2 are missing; 4: entry 2 stands after entry 3/);
  });

  it("lists no more problems than its bound", () => {
    const many = Array<string>(auditProblemsMax + 50).fill("nonsense");
    assert.equal(verifyAuditLines(many).problems.length, auditProblemsMax);
  });

  it("is a command that needs no gateway", async () => {
    const bench = createBench();
    bench.files.set("audit.jsonl", `${good.join("\n")}\n`);
    assert.equal(await bench.run("system verify-audit audit.jsonl"), 0, bench.err);
    assert.match(bench.out, /^6 entries \(1 to 6\), head [0-9a-f]{64}\n$/);
    bench.files.set("audit.jsonl", without(2).join("\n"));
    assert.equal(await bench.run("system verify-audit audit.jsonl --output json"), 1);
    assert.equal(JSON.parse(bench.out).problems[0].line, 3);
    assert.deepEqual(bench.sent, []);
  });
});
