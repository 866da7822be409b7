import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { argonHasher, checkPassword, hashCost, passwordCharactersMax, passwordCharactersMin,
  readableSecret } from "./passwords.js";

const pepper = new Uint8Array(32).fill(3);
const cheap = { memoryCost: 64, timeCost: 1, parallelism: 1 };

describe("password rules", () => {
  const accepted = (password: string): boolean =>
    checkPassword(password, ["ann.martin@example.org", "lyon-nord"]).ok;

  it("counts code points, from 12 to 128", () => {
    const long = [..."marmot lantern quartz "].join("").repeat(10);
    assert.equal(accepted(long.slice(0, passwordCharactersMin - 1)), false);
    assert.equal(accepted(long.slice(0, passwordCharactersMin)), true);
    assert.equal(accepted(long.slice(0, passwordCharactersMax)), true);
    assert.equal(accepted(long.slice(0, passwordCharactersMax + 1)), false);
    assert.equal(accepted("🐿️🏮💎🎻🪴🧭".repeat(2)), true);
  });

  it("refuses what is guessed first", () => {
    for (const password of ["passwordpassword", "P@ssw0rd12345678", "motdepasse2026",
      "jackfield2026!", "Jackfield-gateway-1", "123456789012", "azertyuiop123456",
      "qwertyuiop[]12", "abcdefghijklmnop", "zyxwvutsrqponm", "aaaaaaaaaaaaaa", "abababababab",
      "annmartin2026!!", "martin-example-1", "lyonnord12345", "1qaz2wsx3edc4rfv",
      "adminadminadmin"]) {
      assert.equal(accepted(password), false, password);
    }
  });

  it("accepts unrelated words, other scripts, and what generators make", () => {
    for (const password of ["correct horse battery staple", "J'ai vu 3 hérons bleus",
      "日本語のパスワード入力欄", "kV9#mQ2$xL7z",
      readableSecret(new SimulatedWorld(4))]) {
      assert.equal(accepted(password), true, password);
    }
  });

  it("names the field at fault", () => {
    const refused = checkPassword("short", [], "new_password");
    assert.equal(refused.ok ? "" : refused.fault.fields?.[0]?.path, "new_password");
  });
});

describe("password hashes", () => {
  it("are argon2id with 19 MiB, two passes and one lane", async () => {
    const hasher = argonHasher(new SimulatedWorld(), pepper);
    const stored = await hasher.hash("marmot-lantern-quartz");
    assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.deepEqual(hashCost, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    assert.equal(await hasher.verify(stored, "marmot-lantern-quartz"), true);
    assert.equal(await hasher.verify(stored, "marmot-lantern-quarts"), false);
    assert.equal(hasher.outdated(stored), false);
  });

  it("need the pepper, differ each time, and know when their cost is old", async () => {
    const world = new SimulatedWorld();
    const hasher = argonHasher(world, pepper, cheap);
    const one = await hasher.hash("marmot-lantern-quartz");
    assert.notEqual(one, await hasher.hash("marmot-lantern-quartz"));
    assert.equal(await argonHasher(world, new Uint8Array(32), cheap)
      .verify(one, "marmot-lantern-quartz"), false);
    assert.equal(argonHasher(world, pepper).outdated(one), true);
  });

  it("take the same password however its letters are composed", async () => {
    const hasher = argonHasher(new SimulatedWorld(), pepper, cheap);
    const stored = await hasher.hash("caf\u00e9 noir \uff11\uff12\uff13");
    assert.equal(await hasher.verify(stored, "cafe\u0301 noir 123"), true);
  });

  it("are not matched by a damaged hash", async () => {
    const world = new SimulatedWorld();
    assert.equal(await argonHasher(world, pepper, cheap).verify("no hash", "x"), false);
    assert.deepEqual(world.logged.map((event) => event.name), ["access.hash.unreadable"]);
  });
});
