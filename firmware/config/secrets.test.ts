import assert from "node:assert/strict";
import { fail, ok } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { createSecrets, secretCharsMax, type Secrets } from "./secrets.js";
import { createStoreFake, type StoreFake } from "./store-fake.js";

const files: Readonly<Record<string, { text: string; mode: number }>> = {
  "/etc/ami": { text: "from-file\n", mode: 0o600 }, "/etc/open": { text: "seen", mode: 0o644 },
  "/etc/empty": { text: "\n", mode: 0o600 },
};

function bench(store: StoreFake = createStoreFake()):
{ secrets: Secrets; world: SimulatedWorld; store: StoreFake } {
  const world = new SimulatedWorld();
  const secrets = createSecrets({ environment: { AMI: "from-env", NONE: "" }, store,
    log: world.log, files: {
      read: (path) => (files[path] === undefined ? fail("not-found", `no ${path}`)
        : ok(files[path].text)),
      mode: (path) => (files[path] === undefined ? fail("not-found", `no ${path}`)
        : ok(files[path].mode)),
    } });
  return { secrets, world, store };
}

describe("secrets", () => {
  it("come from the environment, a file or the store", async () => {
    const { secrets, store } = bench();
    assert.deepEqual(secrets.secret("env:AMI"), ok("from-env"));
    assert.deepEqual(secrets.secret("file:/etc/ami"), ok("from-file"));
    assert((await secrets.set("ami", "from-store")).ok);
    assert.deepEqual(secrets.secret("store:ami"), ok("from-store"));
    const later = bench(store).secrets;
    assert(!later.secret("store:ami").ok);
    await later.load();
    assert.deepEqual(later.secret("store:ami"), ok("from-store"));
    assert((await later.remove("ami")).ok);
    assert(!later.secret("store:ami").ok);
    assert(!(await later.remove("ami")).ok);
  });

  it("name what is missing, and never what was found", () => {
    const { secrets } = bench();
    for (const reference of ["env:GONE", "env:NONE", "file:/gone", "file:/etc/empty", "store:x"]) {
      const found = secrets.secret(reference);
      assert(!found.ok);
      assert.equal(found.fault.code, "not-found");
    }
    const wrong = secrets.secret("hunter2");
    assert(!wrong.ok);
    assert.doesNotMatch(wrong.fault.message, /hunter2/);
  });

  it("warn once about a file that others can read, without its content", () => {
    const { secrets, world } = bench();
    secrets.secret("file:/etc/open");
    secrets.secret("file:/etc/open");
    secrets.secret("file:/etc/ami");
    assert.deepEqual(world.logged.map(({ name, level }) => [name, level]),
      [["secret.file-readable-by-others", "warn"]]);
    assert.doesNotMatch(JSON.stringify(world.logged), /seen/);
  });

  it("have bounds", async () => {
    const { secrets, store } = bench();
    assert(!(await secrets.set("Bad Name", "x")).ok);
    assert(!(await secrets.set("a", "")).ok);
    assert(!(await secrets.set("a", "x".repeat(secretCharsMax + 1))).ok);
    assert((await secrets.set("a", "x".repeat(secretCharsMax))).ok);
    store.failing = true;
    assert(!(await secrets.set("b", "x")).ok);
    assert(!secrets.secret("store:b").ok);
  });
});
