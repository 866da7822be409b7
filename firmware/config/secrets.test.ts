import assert from "node:assert/strict";
import { done, fail, ok } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { linkSchema, type LinkConfig } from "./schema.js";
import { createSecrets, linksNaming, type Secrets, type StoredSecrets } from "./secrets.js";

const files: Readonly<Record<string, { text: string; mode: number }>> = {
  "/etc/ami": { text: "from-file\n", mode: 0o600 }, "/etc/open": { text: "seen", mode: 0o644 },
  "/etc/empty": { text: "\n", mode: 0o600 },
};

function storedFake(held = new Map<string, string>()): StoredSecrets {
  return {
    list: () => Promise.resolve([...held.keys()].map((name) => ({ name, setAtMs: 1 }))),
    resolve: (name) => Promise.resolve(ok(held.get(name) ?? "")),
    set: (name, value) => { held.set(name, value); return Promise.resolve(done); },
    remove: (name) => Promise.resolve(held.delete(name) ? done : fail("not-found", name)),
  };
}

async function bench(stored: StoredSecrets = storedFake()):
Promise<{ secrets: Secrets; world: SimulatedWorld }> {
  const world = new SimulatedWorld();
  const secrets = await createSecrets({ environment: { AMI: "from-env", NONE: "" }, stored,
    log: world.log, files: {
      read: (path) => (files[path] === undefined ? fail("not-found", `no ${path}`)
        : ok(files[path].text)),
      mode: (path) => (files[path] === undefined ? fail("not-found", `no ${path}`)
        : ok(files[path].mode)),
    } });
  return { secrets, world };
}

describe("secrets", () => {
  it("come from the environment, a file or the store", async () => {
    const stored = storedFake();
    const { secrets } = await bench(stored);
    assert.deepEqual(secrets.secret("env:AMI"), ok("from-env"));
    assert.deepEqual(secrets.secret("file:/etc/ami"), ok("from-file"));
    assert((await secrets.set("ami", "from-store")).ok);
    assert.deepEqual(secrets.secret("store:ami"), ok("from-store"));
    const later = (await bench(stored)).secrets;
    assert.deepEqual(later.secret("store:ami"), ok("from-store"));
    assert.deepEqual(await later.list(), [{ name: "ami", setAtMs: 1 }]);
    assert((await later.remove("ami")).ok);
    assert(!later.secret("store:ami").ok);
    assert(!(await later.remove("ami")).ok);
  });

  it("are named by links, at any depth of their options", () => {
    const link = (id: string, options: Record<string, unknown>): LinkConfig => linkSchema.parse(
      { id, driver: "x", transport: { kind: "tcp", host: "h", port: 1 }, options });
    const links = [link("a", { secret: "store:ami" }), link("b", { secret: "store:ami2" }),
      link("c", { peers: [{ login: { secret: "store:ami" } }], note: null })];
    assert.deepEqual(linksNaming(links, "ami"), ["a", "c"]);
    assert.deepEqual(linksNaming(links, "am"), []);
  });

  it("name what is missing, and never what was found", async () => {
    const { secrets } = await bench();
    for (const reference of ["env:GONE", "env:NONE", "file:/gone", "file:/etc/empty", "store:x"]) {
      const found = secrets.secret(reference);
      assert(!found.ok);
      assert.equal(found.fault.code, "not-found");
    }
    const wrong = secrets.secret("hunter2");
    assert(!wrong.ok);
    assert.doesNotMatch(wrong.fault.message, /hunter2/);
  });

  it("warn once about a file that others can read, without its content", async () => {
    const { secrets, world } = await bench();
    secrets.secret("file:/etc/open");
    secrets.secret("file:/etc/open");
    secrets.secret("file:/etc/ami");
    assert.deepEqual(world.logged.map(({ name, level }) => [name, level]),
      [["secret.file-readable-by-others", "warn"]]);
    assert.doesNotMatch(JSON.stringify(world.logged), /seen/);
  });
});
