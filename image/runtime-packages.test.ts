import assert from "node:assert/strict";
import { closure, isNeeded, type Manifest } from "./runtime-packages.js";

const installed: Readonly<Record<string, Manifest>> = {
  argon2: { optionalDependencies: { "argon2-linux": "1", "argon2-darwin": "1" } },
  "argon2-linux": {},
  level: { dependencies: { "abstract-level": "3" } },
  "abstract-level": { dependencies: { level: "10" } },
  broken: { dependencies: { absent: "1" } },
};
const manifest = (name: string): Manifest | undefined => installed[name];

describe("packages beside the program", () => {
  it("are those wanted, all that they need, and what is installed of the optional", () => {
    assert.deepEqual(closure(["level", "argon2"], manifest),
      ["abstract-level", "argon2", "argon2-linux", "level"]);
  });

  it("that are missing fail the build", () => {
    assert.throws(() => closure(["broken"], manifest), /absent is not installed/);
  });

  it("keep code, this machine's binaries and licences", () => {
    const files = ["binding.js", "package.json", "prebuilds/linux-x64/a.node", "LICENSE",
      "linux_x64/a.node", "musl_x64/a.node", "prebuilds/linux-arm/a.node",
      "prebuilds/linux-x64/a.musl.node", "deps/leveldb/db.cc", "index.d.ts", "README.md",
      "test/a.js"];
    assert.deepEqual(files.filter(isNeeded), files.slice(0, 5));
  });
});
