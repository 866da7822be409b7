/** That each test which `PROOF.md` names is there. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
/** What differs from one test to the next of the same name. */
const differing = "[^]{0,80}?";

describe("the page of proofs", () => {
  const page = read("drivers/smdr/PROOF.md").replace(/\s+/g, " ");
  const named = [...page.matchAll(/`([\w/.-]+\.ts)`((?:,? "[^"]+")+)/g)].flatMap(
    ([, path = "", names = ""]) => [...names.matchAll(/"([^"]+)"/g)].map(([, name = ""]) =>
      ({ path, name })));

  it("names tests that there are", () => {
    const missing = named.filter(({ path, name }) => !new RegExp(name.split("…").map((part) =>
      part.replace(/[^\w ]/g, "\\$&")).join(differing)).test(read(path)));
    assert.deepEqual(missing, []);
    assert.ok(named.length > 100);
  });

  it("names no file without its tests", () => {
    const files = [...page.matchAll(/`([\w/.-]+\.test\.ts)`/g)].map(([, path]) => path);
    assert.deepEqual(files.filter((path) => !named.some((each) => each.path === path)),
      ["proof-page.test.ts"]);
  });
});
