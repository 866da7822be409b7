/** Every text of the page's dictionaries is used somewhere in the page's source. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const folder = path.resolve("firmware/northbound/web/ui/src");
const dictionaries = ["text/en.ts", "text/fr.ts"].map((name) => path.join(folder, name));

function sourceFiles(): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".test.ts"))
    .map((name) => path.join(folder, name)).filter((name) => !dictionaries.includes(name));
}

const source = sourceFiles().map((name) => readFileSync(name, "utf8")).join("\n");
const literals = new Set([...source.matchAll(/"([\w.-]+)"/g)].map((match) => match[1] ?? ""));
/** `access.role.${role}` stands for every key that has one more segment in that place. */
const composed = [...source.matchAll(/`([\w.-]+(?:\$\{[^}]+\}[\w.-]*)+)`/g)].map((match) =>
  new RegExp(`^${(match[1] ?? "").replaceAll(".", "\\.").replace(/\$\{[^}]+\}/g, "[^.]+")}$`));

function used(key: string): boolean {
  return literals.has(key) || literals.has(key.replace(/\.(one|other)$/, ""))
    || composed.some((pattern) => pattern.test(key));
}

describe("page texts", () => {
  it("are all used", () => {
    const english = readFileSync(dictionaries[0] ?? "", "utf8");
    const keys = [...english.matchAll(/^ {2}"([\w.-]+)":/gm)].map((match) => match[1] ?? "");
    assert.ok(keys.length > 300, `${keys.length} keys found`);
    assert.deepEqual(keys.filter((key) => !used(key)), []);
  });

  it("would be missed", () => {
    assert.equal(used("overview.nowhere"), false);
    assert.equal(used("nowhere.at.all"), false);
  });
});
