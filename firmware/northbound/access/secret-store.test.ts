import assert from "node:assert/strict";
import type { Result } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { createSecretStore, secretCharactersMax, secretsMax } from "./secret-store.js";
import { SimulatedStore } from "./store-simulated.js";

const key = new Uint8Array(32).fill(5);

function code(result: Result<unknown>): string {
  return result.ok ? "ok" : result.fault.code;
}

describe("secret store", () => {
  it("gives back what was set, under its name only, and never in the clear", async () => {
    const store = new SimulatedStore();
    const secrets = createSecretStore({ store, world: new SimulatedWorld(), key });
    await secrets.set("pbx-1", "amp111 é");
    await secrets.set("pbx-2", "amp111 é");
    assert.deepEqual(await secrets.resolve("pbx-1"), { ok: true, value: "amp111 é" });
    const space = store.spaces.get("secrets");
    const texts = [...space?.values() ?? []].map((bytes) => Buffer.from(bytes).toString("utf8"));
    assert.equal(new Set(texts).size, 2);
    assert.ok(texts.every((text) => !text.includes("amp111")));
    assert.deepEqual((await secrets.list()).map((one) => one.name), ["pbx-1", "pbx-2"]);
    assert.equal(code(await secrets.remove("pbx-1")), "ok");
    assert.equal(code(await secrets.resolve("pbx-1")), "not-found");
    assert.equal(code(await secrets.remove("pbx-1")), "not-found");
  });

  it("refuses a value that was changed, moved to another name, or sealed with another key",
    async () => {
      const store = new SimulatedStore();
      const world = new SimulatedWorld();
      const secrets = createSecretStore({ store, world, key });
      await secrets.set("pbx-1", "amp111");
      const space = store.spaces.get("secrets");
      const [name = "", bytes = new Uint8Array()] = [...space ?? []][0] ?? [];
      space?.set(Buffer.from("pbx-9").toString("hex"), bytes);
      assert.equal(code(await secrets.resolve("pbx-9")), "store-damaged");
      const other = createSecretStore({ store, world, key: new Uint8Array(32) });
      assert.equal(code(await other.resolve("pbx-1")), "store-damaged");
      const sealed = JSON.parse(Buffer.from(bytes).toString("utf8")) as { text: string };
      const changed = Buffer.from(sealed.text, "base64");
      changed[0] = (changed[0] ?? 0) ^ 1;
      space?.set(name, Buffer.from(JSON.stringify(
        { ...sealed, text: changed.toString("base64") })));
      assert.equal(code(await secrets.resolve("pbx-1")), "store-damaged");
    });

  it("bounds names, lengths and their number", async () => {
    const secrets = createSecretStore(
      { store: new SimulatedStore(), world: new SimulatedWorld(), key });
    assert.equal(code(await secrets.set("Bad Name", "x")), "argument-invalid");
    assert.equal(code(await secrets.set("a", "")), "argument-invalid");
    assert.equal(code(await secrets.set("a", "x".repeat(secretCharactersMax))), "ok");
    assert.equal(code(await secrets.set("a", "x".repeat(secretCharactersMax + 1))),
      "argument-invalid");
    for (let count = 1; count < secretsMax; count += 1) await secrets.set(`n${count}`, "x");
    assert.equal(code(await secrets.set("one-more", "x")), "precondition");
    assert.equal(code(await secrets.set("a", "y")), "ok");
  });
});
