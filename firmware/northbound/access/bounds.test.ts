/** Every table of this folder at its bound. */

import assert from "node:assert/strict";
import type { Result } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { Certificates, certificatesMax } from "./certificates.js";
import type { PasswordHasher } from "./passwords.js";
import { evaluationQueueMax, evaluationsMax } from "./passwords.js";
import { handlersPerCredentialMax, Revocations } from "./revocations.js";
import { Sessions, sessionsMax } from "./sessions.js";
import { SignIn } from "./sign-in.js";
import { SignInLimit } from "./sign-in-limit.js";
import { SimulatedStore } from "./store-simulated.js";
import { tokenNameMax, Tokens, tokensMax } from "./tokens.js";
import { Users, usersMax } from "./users.js";
import type { User } from "./users.js";

function code(result: Result<unknown>): string {
  return result.ok ? "ok" : result.fault.code;
}

function user(name: string): User {
  return { name, role: "viewer", disabled: false, createdAtMs: 0, mustChangePassword: false,
    hash: "" };
}

describe("access at its bounds", () => {
  it("takes 1,000 users and not one more", async () => {
    const users = new Users(new SimulatedStore());
    for (let count = 0; count < usersMax; count += 1) await users.create(user(`u${count}`));
    assert.equal(users.count, usersMax);
    assert.equal(code(await users.create(user("one-more"))), "precondition");
    assert.equal(code(await users.remove("u0")), "ok");
    assert.equal(code(await users.create(user("one-more"))), "ok");
  });

  it("takes 1,000 tokens and not one more, with names of 80 characters", async () => {
    const tokens = new Tokens(new SimulatedStore(), new SimulatedWorld());
    const name = "n".repeat(tokenNameMax);
    for (let count = 0; count < tokensMax; count += 1) {
      assert.equal(code(await tokens.create(name, "viewer", undefined, "admin")), "ok");
    }
    assert.equal(code(await tokens.create(name, "viewer", undefined, "admin")), "precondition");
    assert.equal(code(await tokens.create(`${name}n`, "viewer", undefined, "admin")),
      "argument-invalid");
  });

  it("takes 10,000 certificates, and more once old ones are forgotten", async () => {
    const world = new SimulatedWorld();
    const certificates = new Certificates(new SimulatedStore(), world);
    const one = (count: number): Parameters<Certificates["add"]>[0] => ({ name: "x",
      serial: count.toString(16), role: "viewer", issuedAtMs: 0, revoked: false,
      expiresAtMs: world.clock.wall().getTime() + 1_000, fingerprint: "00" });
    for (let count = 1; count <= certificatesMax; count += 1) await certificates.add(one(count));
    assert.equal(code(await certificates.add(one(certificatesMax + 1))), "precondition");
    await world.advance(91 * 86_400_000);
    assert.equal((await certificates.sweep()).length, certificatesMax);
    assert.deepEqual(certificates.list(), []);
    assert.equal(code(await certificates.add(one(1))), "ok");
  });

  it("keeps 5,000 sessions, ending the one used longest ago", async () => {
    const world = new SimulatedWorld();
    const sessions = new Sessions(new SimulatedStore(), world,
      { idleMs: 3_600_000, absoluteMs: 3_600_000 });
    const first = await sessions.open("u0", "web ::1");
    await world.advance(1);
    for (let count = 1; count < sessionsMax; count += 1) {
      await sessions.open(`u${count}`, "web ::1");
    }
    await world.advance(1);
    assert.notEqual(sessions.use(first.token), undefined);
    const more = await sessions.open("one-more", "web ::1");
    assert.deepEqual(more.ended.map((session) => session.user), ["u1"]);
    assert.equal(sessions.count, sessionsMax);
  });

  it("tells 10,000 streams of one credential, and ends the next at once", () => {
    const revocations = new Revocations(new SimulatedWorld());
    let told = 0;
    const stops = Array.from({ length: handlersPerCredentialMax },
      () => revocations.on("token:1", () => { told += 1; }));
    revocations.on("token:1", (reason) => { assert.match(reason, /too many/); told += 100_000; });
    assert.equal(told, 100_000);
    stops[0]?.();
    revocations.revoke("token:1", "revoked");
    assert.equal(told, 100_000 + handlersPerCredentialMax - 1);
    assert.equal(revocations.watchedCount, 0);
    stops[1]?.();
  });

  it("goes on telling the others when one handler fails", () => {
    const world = new SimulatedWorld();
    const revocations = new Revocations(world);
    const told: string[] = [];
    revocations.on("token:1", () => { throw new Error("defect"); });
    revocations.on("token:1", (reason) => { told.push(reason); });
    revocations.revoke("token:1", "revoked");
    assert.deepEqual(told, ["revoked"]);
    assert.deepEqual(world.logged.map((event) => event.name), ["access.revocation.handler"]);
  });

  it("evaluates 2 passwords, lets 32 wait, and counts no failure for whom it turned away",
    async () => {
      const world = new SimulatedWorld();
      const waiting: (() => void)[] = [];
      const hasher: PasswordHasher = { hash: () => Promise.resolve("h"), outdated: () => false,
        verify: () => new Promise((resolve) => { waiting.push(() => { resolve(false); }); }) };
      const limit = new SignInLimit(new SimulatedStore(), world, new Uint8Array(32), () => false);
      const signIn = new SignIn(world, { raise: () => undefined, clear: () => undefined }, hasher,
        limit);
      const most = evaluationsMax + evaluationQueueMax;
      const answers = Array.from({ length: most + 1 }, (_, count) =>
        signIn.evaluate(`name${count}`, undefined, "x", `web 10.0.0.${count}`));
      await world.settle();
      assert.equal(waiting.length, evaluationsMax);
      assert.equal(code(await (answers.at(-1) ?? Promise.reject(new Error("none")))),
        "too-many-attempts");
      const again = await limit.begin(`name${most}`, "web 10.0.0.250");
      assert.equal(again.ok && again.value.failures, 1);
      for (let done = 0; done < most; done += 1) {
        waiting.shift()?.();
        await world.settle();
      }
      const codes = (await Promise.all(answers.slice(0, most))).map(code);
      assert.deepEqual(new Set(codes), new Set(["unauthenticated"]));
    });
});
