import assert from "node:assert/strict";
import { compareVersions, compatibleWith, mayInstall, type Permissions } from "./update-rules.js";
import type { Memory } from "./appliance.js";

const running = { slot: "a", version: "1.4.0", onTrial: false, secureBoot: true, floor: 1 };
const plain: Permissions = { downgrade: false, again: false };
const judged = (version: string, more: { readonly compatible?: string; readonly memory?: Memory;
  readonly onTrial?: boolean; readonly index?: number } & Partial<Permissions> = {}): string => {
  const result = mayInstall({ compatible: more.compatible ?? compatibleWith, version,
    rollbackIndex: more.index ?? 1 },
    { ...running, onTrial: more.onTrial ?? false }, more.memory ?? {}, { ...plain, ...more });
  return result.ok ? "" : result.fault.message;
};

describe("which bundle may be installed", () => {
  it("versions have an order, a pre-release before its release", () => {
    const sorted = ["0.9.9", "1.0.0-rc.1", "1.0.0", "1.0.10", "1.2.0", "10.0.0"];
    assert.deepEqual([...sorted].reverse().sort(compareVersions), sorted);
    assert.equal(compareVersions("1.2.0", "1.2.0"), 0);
  });

  it("a newer one", () => { assert.equal(judged("1.4.1"), ""); });

  it("an older one, or the same again, only on purpose", () => {
    assert.match(judged("1.3.9"), /1\.3\.9 is not newer than 1\.4\.0/);
    assert.match(judged("1.4.0"), /not newer/);
    assert.equal(judged("1.3.9", { downgrade: true }), "");
  });

  it("none below the unit's rollback index, not even on purpose", () => {
    assert.match(judged("1.3.9", { downgrade: true, index: 0 }), /index 0; .* none below 1/);
    assert.match(judged("1.5.0", { index: 0 }), /index 0/);
    assert.equal(judged("1.3.9", { downgrade: true, index: 1 }), "");
    assert.equal(judged("1.5.0", { index: 2 }), "");
  });

  it("one that was taken back, only on purpose", () => {
    const memory = { failed: { version: "1.5.0", atMs: 1 } };
    assert.match(judged("1.5.0", { memory }), /1\.5\.0 was taken back before/);
    assert.equal(judged("1.5.0", { memory, again: true }), "");
    assert.equal(judged("1.5.1", { memory }), "");
  });

  it("none for another product, of no version, or during a trial", () => {
    assert.match(judged("2.0.0", { compatible: "toaster" }), /for toaster, this unit is jackfield/);
    assert.match(judged("newest"), /"newest" is none/);
    assert.match(judged("2.0.0", { onTrial: true }), /1\.4\.0 is still on trial/);
  });
});
