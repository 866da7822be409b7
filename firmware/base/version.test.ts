import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { version } from "./version.js";

describe("version", () => {
  it("is the package's", () => {
    const found = JSON.parse(readFileSync("package.json", "utf8")) as { readonly version: string };
    assert.equal(version, found.version);
  });
});
