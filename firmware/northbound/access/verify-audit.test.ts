import assert from "node:assert/strict";
import fc from "fast-check";
import { chainHash, entryLine, genesisHash, headerLine } from "./audit-chain.js";
import type { AuditDraft, AuditEntry } from "./audit-chain.js";
import vectors from "./audit-vectors.json" with { type: "json" };
import { problemsMax, verifyAudit } from "./verify-audit.js";

function chain(length: number): readonly AuditEntry[] {
  let hash = genesisHash;
  return Array.from({ length }, (_, at) => {
    const draft: AuditDraft = { at: `2026-11-23T08:00:${String(at % 60).padStart(2, "0")}.000Z`,
      actor: "ann", source: "web 192.0.2.9", action: "EnableLink", subject: `pbx-${at}`,
      outcome: "ok", details: { b: [at, { z: null, a: "é" }], a: true } };
    hash = chainHash(hash, at + 1, draft);
    return { ...draft, number: at + 1, hash };
  });
}

function file(entries: readonly AuditEntry[], from = 0): string {
  const head = entries.at(-1) ?? { number: 0, hash: genesisHash };
  const before = entries[from - 1];
  return [headerLine({ anchor: before?.hash ?? genesisHash, after: from, head }),
    ...entries.slice(from).map(entryLine)].map((line) => `${line}\n`).join("");
}

describe("audit verifier", () => {
  it("gives each vector its verdict", () => {
    assert.ok(vectors.files.length >= 8);
    for (const vector of vectors.files) {
      const verdict = verifyAudit(vector.lines.join("\n"));
      assert.equal(verdict.good, vector.good, vector.name);
      if (!vector.good) assert.equal(verdict.problems[0]?.line, vector.firstBadLine, vector.name);
    }
  });

  it("accepts what the exporter writes, with and without header", () => {
    const entries = chain(20);
    assert.equal(verifyAudit(file(entries)).good, true);
    assert.equal(verifyAudit(file(entries, 7)).good, true);
    assert.equal(verifyAudit(file(entries).split("\n").slice(1).join("\n")).good, true);
    assert.equal(verifyAudit(file([])).good, true);
  });

  it("finds every flipped bit of every byte", () => {
    const good = Buffer.from(file(chain(3), 1), "utf8");
    for (let at = 0; at < good.length - 1; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ (1 << bit);
        assert.equal(verifyAudit(bad.toString("latin1") === good.toString("latin1")
          ? "" : bad.toString("utf8")).good, false, `byte ${at} bit ${bit}`);
      }
    }
  });

  it("finds every deleted, doubled and moved entry", () => {
    const entries = chain(12);
    const lines = file(entries).trimEnd().split("\n");
    fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }),
      (one, two) => {
        assert.equal(verifyAudit(lines.toSpliced(one, 1).join("\n")).good, false);
        assert.equal(verifyAudit(lines.toSpliced(one, 0, lines[two] ?? "").join("\n")).good, false);
        if (one === two) return;
        const swapped = [...lines];
        [swapped[one], swapped[two]] = [lines[two] ?? "", lines[one] ?? ""];
        assert.equal(verifyAudit(swapped.join("\n")).good, false);
      }));
  });

  it("finds an entry that was changed and hashed again, unless all after it were too", () => {
    const entries = chain(5);
    const forged: AuditDraft & { number: number } = { ...entries[1] as AuditEntry, actor: "eve" };
    const hash = chainHash((entries[0] as AuditEntry).hash, 2, forged);
    const lines = file(entries).split("\n");
    lines[2] = entryLine({ ...forged, hash });
    const verdict = verifyAudit(lines.join("\n"));
    assert.deepEqual(verdict.problems.map((one) => [one.line, one.kind]), [[4, "changed"]]);
  });

  it("lists only so many problems and counts all", () => {
    const verdict = verifyAudit("nonsense\n".repeat(problemsMax + 50));
    assert.deepEqual([verdict.problems.length, verdict.problemCount],
      [problemsMax, problemsMax + 50]);
  });
});
