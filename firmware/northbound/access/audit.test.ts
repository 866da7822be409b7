import assert from "node:assert/strict";
import type { Result } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { auditQueueMax, createAudit, detailsCharactersMax, listedMax } from "./audit.js";
import type { Audit, AuditNote } from "./audit.js";
import { SimulatedStore } from "./store-simulated.js";
import { verifyAudit } from "./verify-audit.js";

const dayMs = 86_400_000;

function note(subject: string, more: Partial<AuditNote> = {}): AuditNote {
  return { actor: "ann", source: "grpc 192.0.2.9", action: "RestartLink", subject, outcome: "ok",
    ...more };
}

function value<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  return result.value;
}

async function rig(): Promise<{ world: SimulatedWorld; store: SimulatedStore; audit: Audit }> {
  const world = new SimulatedWorld();
  const store = new SimulatedStore();
  const audit = createAudit({ store, world, retentionDays: 30 });
  value(await audit.start());
  return { world, store, audit };
}

async function exported(audit: Audit, from = 0n): Promise<string> {
  let text = "";
  for await (const line of audit.export(from)) text += `${value(line)}\n`;
  return text;
}

describe("audit log", () => {
  it("numbers, chains and lists entries, newest first, page by page and by actor", async () => {
    const { audit } = await rig();
    for (let count = 1; count <= 25; count += 1) {
      value(await audit.record(note(`link-${count}`, { actor: count % 5 === 0 ? "bob" : "ann" })));
    }
    const page = value(await audit.list(undefined, 10, undefined));
    assert.deepEqual(page.map((entry) => Number(entry.number)),
      [25, 24, 23, 22, 21, 20, 19, 18, 17, 16]);
    const next = value(await audit.list(undefined, 100, 16n));
    assert.equal(next.length, 15);
    const bobs = value(await audit.list("bob", 2, 25n));
    assert.deepEqual(bobs.map((entry) => [entry.actor, entry.subject]),
      [["bob", "link-20"], ["bob", "link-15"]]);
    assert.deepEqual(value(await audit.list("bo", 10, undefined)), []);
    assert.equal(page[0]?.atMs, Date.parse("2026-11-23T08:00:00Z"));
    const verdict = verifyAudit(await exported(audit));
    assert.deepEqual([verdict.good, verdict.entries, verdict.headHash],
      [true, 25, page[0]?.hash]);
  });

  it("goes on with the chain after a restart, and exports from any number", async () => {
    const { audit, store, world } = await rig();
    for (let count = 1; count <= 5; count += 1) await audit.record(note(`a-${count}`));
    await audit.stop(1_000);
    assert.deepEqual(world.timersPending, []);
    const again = createAudit({ store, world, retentionDays: 30 });
    value(await again.start());
    value(await again.record(note("b")));
    const whole = verifyAudit(await exported(again));
    assert.deepEqual([whole.good, whole.entries], [true, 6]);
    const part = verifyAudit(await exported(again, 4n));
    assert.deepEqual([part.good, part.firstNumber, part.entries], [true, 4, 3]);
    const beyond = await again.export(9n)[Symbol.asyncIterator]().next();
    assert.equal(beyond.value?.ok, false);
  });

  it("writes many at the same moment in order and in few commits", async () => {
    const { audit, store } = await rig();
    const before = store.commits;
    await Promise.all(Array.from({ length: 500 }, (_, count) => audit.record(note(`${count}`))));
    assert.ok(store.commits - before <= 10, String(store.commits - before));
    const page = value(await audit.list(undefined, 500, undefined));
    assert.deepEqual(page.map((entry) => entry.subject),
      Array.from({ length: 500 }, (_, count) => String(499 - count)));
  });

  it("keeps entries while the store refuses, says so, and writes them later", async () => {
    const { audit, store, world } = await rig();
    store.failing = "store-full";
    const refused = await audit.record(note("first"));
    assert.equal(refused.ok, false);
    assert.equal(audit.health.status, "degraded");
    void audit.record(note("second"));
    store.failing = undefined;
    await world.advance(5_000);
    assert.equal(audit.health.status, "ok");
    const page = value(await audit.list(undefined, 10, undefined));
    assert.deepEqual(page.map((entry) => entry.subject), ["second", "first"]);
  });

  it("is bounded, counts what it had to drop, and says so in the chain", async () => {
    const { audit, store, world } = await rig();
    store.failing = "store-full";
    const answers: Promise<Result<void>>[] = [];
    for (let count = 0; count < auditQueueMax; count += 1) answers.push(audit.record(note("x")));
    const over = await audit.record(note("y"));
    assert.equal(over.ok ? "" : over.fault.code, "queue-full");
    await Promise.all(answers);
    store.failing = undefined;
    await world.advance(5_000);
    for (let turn = 0; turn < 2_000; turn += 1) await Promise.resolve();
    const oldest = value(await audit.list("gateway", 10, undefined));
    assert.deepEqual(oldest.map((entry) => [entry.action, entry.detailsJson]),
      [["audit.lost", "{\"entries\":1}"]]);
    assert.equal(verifyAudit(await exported(audit)).good, true);
  });

  it("takes away what is old and stays verifiable", async () => {
    const { audit, world, store } = await rig();
    for (let day = 0; day < 60; day += 1) {
      value(await audit.record(note(`day-${day}`)));
      await world.advance(dayMs);
    }
    const verdict = verifyAudit(await exported(audit));
    assert.equal(verdict.good, true);
    assert.ok(verdict.entries >= 29 && verdict.entries <= 31, String(verdict.entries));
    assert.equal(verdict.lastNumber, 60);
    assert.equal(store.spaces.get("audit-actors")?.size, verdict.entries);
    await world.advance(100 * dayMs);
    assert.equal(verifyAudit(await exported(audit)).entries, 1);
    value(await audit.record(note("later")));
    assert.equal(verifyAudit(await exported(audit)).good, true);
  });

  it("shows an entry that vanished from the store as a gap", async () => {
    const { audit, store } = await rig();
    for (let count = 1; count <= 5; count += 1) await audit.record(note(`a-${count}`));
    const space = store.spaces.get("audit");
    const key = [...space?.keys() ?? []].sort()[2];
    space?.delete(key ?? "");
    const verdict = verifyAudit(await exported(audit));
    assert.deepEqual(verdict.problems.map((one) => [one.kind, one.message]),
      [["missing", "Entry 3 is missing."]]);
  });

  it("never throws, whatever the details hold, and bounds their length", async () => {
    const { audit } = await rig();
    const round: Record<string, unknown> = {};
    round["self"] = round;
    const odd: Record<string, unknown>[] = [round, { big: 12n, lone: "\ud800", none: undefined },
      { long: "x".repeat(detailsCharactersMax) }, JSON.parse("{\"__proto__\":1,\"10\":2,\"9\":3}")];
    for (const details of odd) value(await audit.record(note("odd", { details })));
    value(await audit.record(note("l".repeat(10_000))));
    const page = value(await audit.list(undefined, listedMax + 5, undefined)).toReversed();
    assert.match(page[0]?.detailsJson ?? "", /^\{"unreadable":/);
    assert.equal(page[1]?.detailsJson, "{\"big\":\"12\",\"lone\":\"\ufffd\"}");
    assert.match(page[2]?.detailsJson ?? "", /^\{"characters":40\d\d\}$/);
    assert.equal(page[3]?.detailsJson, "{\"10\":2,\"9\":3}");
    assert.equal(page[4]?.subject.length, 501);
    assert.equal(verifyAudit(await exported(audit)).good, true);
    await audit.stop(1_000);
    assert.equal((await audit.record(note("after"))).ok, false);
  });
});
