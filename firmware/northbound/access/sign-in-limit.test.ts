import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { delayMs, forgetMs, inWords, lockMs, SignInLimit, sourceNetwork, sourcesMax,
  strangerAccountsMax } from "./sign-in-limit.js";
import { Slots } from "./sign-in.js";
import { SimulatedStore } from "./store-simulated.js";

const pepper = new Uint8Array(32).fill(9);

function rig(): { world: SimulatedWorld; store: SimulatedStore; limit: SignInLimit } {
  const world = new SimulatedWorld();
  const store = new SimulatedStore();
  return { world, store, limit: new SignInLimit(store, world, pepper, (name) => name === "ann") };
}

describe("sign-in limit", () => {
  it("waits 0, 0, 0, 1, 2, 4, 8 ... seconds and locks after ten failures", () => {
    assert.deepEqual(Array.from({ length: 11 }, (_, failures) => delayMs(failures) / 1_000),
      [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 1_800]);
    assert.equal(inWords(lockMs), "30 min");
    assert.equal(inWords(400), "1 s");
  });

  it("takes an IPv4 address or an IPv6 /64 as one source", () => {
    assert.equal(sourceNetwork("grpc 192.0.2.9"), "192.0.2.9");
    assert.equal(sourceNetwork("web ::ffff:192.0.2.9"), "192.0.2.9");
    for (const same of ["2001:db8:0:7::1", "2001:0db8::7:ffff:0:0:9", "[2001:DB8:0:7:1:2:3:4]"]) {
      assert.equal(sourceNetwork(`web ${same}`), "2001:db8:0:7::/64", same);
    }
    assert.equal(sourceNetwork("web fe80::1%eth0"), "fe80:0:0:0::/64");
    assert.equal(sourceNetwork("web ::1"), "0:0:0:0::/64");
  });

  it("keeps no name in the store and forgets an account after a day", async () => {
    const { limit, store, world } = rig();
    await limit.begin("my password", "web 192.0.2.1");
    const kept = [...store.spaces.get("sign-in-counters") ?? []];
    assert.equal(kept.length, 1);
    assert.ok(!Buffer.from(kept[0]?.[0] ?? "", "hex").toString("utf8").includes("my"));
    await world.advance(forgetMs + 1);
    await limit.sweep();
    assert.equal(store.spaces.get("sign-in-counters")?.size, 0);
    assert.equal(limit.strangerCount, 0);
    assert.equal(limit.sourceCount, 0);
  });

  it("bounds strangers and sources without forgetting a user's lock", async () => {
    const { limit, store } = rig();
    for (let guess = 0; guess < 3; guess += 1) await limit.begin("ann", `web 10.9.9.${guess}`);
    for (let count = 0; count < sourcesMax + 100; count += 1) {
      await limit.begin(`name-${count}`, `web 10.0.${count >> 8}.${count & 255}`);
    }
    assert.equal(limit.strangerCount, strangerAccountsMax);
    assert.equal(limit.sourceCount, sourcesMax);
    assert.equal(store.spaces.get("sign-in-counters")?.size, strangerAccountsMax + 1);
    const next = await limit.begin("ann", "web 10.9.9.9");
    assert.equal(next.ok && next.value.failures, 4);
  });

  it("goes on limiting when the clock is set back", async () => {
    const { store } = rig();
    const early = new SimulatedWorld(1, "2026-11-22T08:00:00Z");
    const late = new SimulatedWorld(1, "2026-11-23T08:00:00Z");
    const before = new SignInLimit(store, late, pepper, () => true);
    for (let guess = 0; guess < 4; guess += 1) await before.begin("ann", `web 10.0.0.${guess}`);
    const after = new SignInLimit(store, early, pepper, () => true);
    await after.load(["ann"]);
    const refused = await after.begin("ann", "web 10.0.1.1");
    assert.equal(refused.ok ? "" : refused.fault.message, "Too many failed sign-ins: wait 1 s.");
  });
});

describe("slots", () => {
  it("run so many at once, let so many wait, refuse the rest, and go on after a failure",
    async () => {
      const slots = new Slots(2, 3);
      let running = 0;
      let most = 0;
      const work = async (): Promise<void> => {
        running += 1;
        most = Math.max(most, running);
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
        running -= 1;
      };
      const results = await Promise.all(Array.from({ length: 7 }, () => slots.run(work)));
      assert.deepEqual(results.map((one) => one.ok), [true, true, true, true, true, false, false]);
      assert.equal(most, 2);
      await assert.rejects(slots.run(() => Promise.reject(new Error("defect"))));
      assert.equal((await slots.run(work)).ok, true);
    });
});
