import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { fail, ok } from "./base/result.js";
import { supportBundle, type SupportParts } from "./support-bundle.js";

/** Names and contents of an archive of ours. */
function filesOf(archive: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  for (let at = 0; archive[at] !== 0;) {
    const name = archive.toString("latin1", at, at + 100).replace(/\0.*$/s, "");
    const bytes = parseInt(archive.toString("latin1", at + 124, at + 135), 8);
    files.set(name.replace("jackfield-support/", ""),
      archive.toString("utf8", at + 512, at + 512 + bytes));
    at += 512 + Math.ceil(bytes / 512) * 512;
  }
  return files;
}

const parts: SupportParts = {
  nowMs: 1_700_000_000_000, links: [], alarms: { list: () => [] },
  system: { version: { version: "0.1.0", runtime: "node", startedAtMs: 0, unit: "lyon" },
    components: () => [{ component: "store", status: "ok", restarts: 0, reason: "" }],
    host: () => undefined, metrics: () => Promise.resolve("jackfield_up 1\n") },
  configuration: { text: () => Promise.resolve(fail("not-found", "no document")) },
  update: undefined, journal: () => Promise.resolve(ok("slot a\n")),
};

describe("support bundle", () => {
  it("holds health, figures and log; what cannot be read says why in its place", async () => {
    const files = filesOf(gunzipSync(await supportBundle(parts)));
    assert.deepEqual([...files.keys()], ["version.json", "health.json", "alarms.json",
      "links.json", "metrics.txt", "configuration.yaml", "journal.txt"]);
    assert.equal(files.get("journal.txt"), "slot a\n");
    assert.equal(files.get("configuration.yaml"), "not-found: no document\n");
    assert.match(files.get("health.json") ?? "", /"store"/);
    assert.match(files.get("version.json") ?? "", /0\.1\.0/);
  });

  it("is made although a part of it throws", async () => {
    const files = filesOf(gunzipSync(await supportBundle({ ...parts, journal: undefined,
      system: { ...parts.system, metrics: () => Promise.reject(new Error("no figures")) } })));
    assert.equal(files.get("metrics.txt"), "no figures\n");
    assert.equal(files.has("journal.txt"), false);
  });
});
