import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Result } from "../../base/result.js";
import { fail, inLanguage, ok } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import type { Access, AccessOptions, PasswordChange, SignedIn } from "./access.js";
import { createAccess } from "./gate.js";
import type { PasswordHasher } from "./passwords.js";
import type { Identity } from "./roles.js";
import { sessionsPerUserMax } from "./sessions.js";
import { SimulatedStore } from "./store-simulated.js";

const good = "marmot-lantern-quartz";
const other = "violet-harbour-pencil";
const source = "grpc 192.0.2.9";
const minuteMs = 60_000;

/** Counts evaluations; argon2 itself is tested in passwords.test.ts. */
class QuickHasher implements PasswordHasher {
  evaluations = 0;
  version = 1;
  hash(password: string): Promise<string> {
    const digest = createHash("sha256").update(password).digest("hex");
    return Promise.resolve(`${this.version}:${digest}`);
  }
  async verify(stored: string, password: string): Promise<boolean> {
    this.evaluations += 1;
    return stored.split(":")[1] === (await this.hash(password)).split(":")[1];
  }
  outdated(stored: string): boolean { return !stored.startsWith(`${this.version}:`); }
}

interface Rig {
  readonly world: SimulatedWorld;
  readonly store: SimulatedStore;
  readonly hasher: QuickHasher;
  readonly access: Access;
  readonly alarms: Map<string, string>;
  again(): Promise<Access>;
}

function value<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : `${result.fault.code}: ${result.fault.message}`);
  return result.value;
}

function code(result: Result<unknown>): string {
  return result.ok ? "ok" : result.fault.code;
}

async function rig(more: Partial<AccessOptions> = {}): Promise<Rig> {
  const world = new SimulatedWorld(7);
  const store = new SimulatedStore();
  const hasher = new QuickHasher();
  const alarms = new Map<string, string>();
  const make = async (): Promise<Access> => {
    const access = createAccess({ store, world,
      alarms: {
        raise: (alarm, subject, detail) => { 
          alarms.set(`${alarm}/${subject}`, inLanguage(detail, "en"));
        },
        clear: (alarm, subject) => { alarms.delete(`${alarm}/${subject}`); },
      },
      options: { pepper: new Uint8Array(32).fill(7), hasher, givenPasswordsMustChange: false,
        sessions: { idleMs: 30 * minuteMs, absoluteMs: 12 * 60 * minuteMs },
        unitName: "lyon-nord", ...more } });
    value(await access.start());
    return access;
  };
  return { world, store, hasher, alarms, access: await make(), again: make };
}

async function withUser(more: Partial<AccessOptions> = {}): Promise<Rig & { admin: SignedIn }> {
  const made = await rig(more);
  const first = value(await made.access.firstAdmin());
  assert.ok(first);
  const admin = value(await made.access.signIn(first.name, first.password, source));
  value(await made.access.createUser("ann", good, "operator"));
  return { ...made, admin };
}

describe("access: first start", () => {
  it("makes one admin, once, with a readable secret, kept before the user exists", async () => {
    const { access, again } = await rig();
    const kept: string[] = [];
    const given = value(await access.firstAdmin(async (one) => {
      kept.push(`${one.name} ${access.listUsers().length}`);
      return ok(undefined);
    }));
    assert.match(given?.password ?? "", /^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    assert.deepEqual(kept, ["admin 0"]);
    assert.equal(value(await access.firstAdmin()), undefined);
    assert.equal(value(await (await again()).firstAdmin()), undefined);
    const signedIn = value(await access.signIn("admin", given?.password ?? "", source));
    assert.equal(signedIn.identity.role, "admin");
    assert.deepEqual(signedIn.identity.roles, ["viewer", "operator", "admin"]);
  });

  it("makes nobody when the secret could not be kept", async () => {
    const { access } = await rig();
    const refused = await access.firstAdmin(() =>
      Promise.resolve(fail("store-full", "No room for the secret.")));
    assert.equal(code(refused), "store-full");
    assert.deepEqual(access.listUsers(), []);
    assert.ok(value(await access.firstAdmin()));
  });
});

describe("access: sessions", () => {
  it("authenticates by a session token, and by nothing that is near it", async () => {
    const { access, store } = await withUser();
    const { token, identity, user } = value(await access.signIn(" Ann ", good, source));
    assert.equal(user.name, "ann");
    assert.deepEqual(value(await access.authenticate({ bearer: token, source })), identity);
    assert.equal(identity.role, "operator");
    for (const bearer of [`${token}x`, token.slice(0, -1), "", "js_", "jf_x", undefined]) {
      assert.equal(code(await access.authenticate({ bearer, source })), "unauthenticated");
    }
    const kept = [...store.spaces.values()].flatMap((space) =>
      [...space].map(([key, bytes]) => `${Buffer.from(key, "hex").toString("utf8")} `
        + Buffer.from(bytes).toString("utf8"))).join("\n");
    assert.ok(kept.includes("ann"));
    assert.ok(!kept.includes(token) && !kept.includes(good));
  });

  it("answers a wrong name, a wrong password and a disabled user alike", async () => {
    const { access, hasher } = await withUser();
    value(await access.createUser("bob", good, "viewer"));
    value(await access.updateUser("bob", { disabled: true }));
    const before = hasher.evaluations;
    const answers = [await access.signIn("nobody", good, source),
      await access.signIn("ann", other, source), await access.signIn("bob", good, source)];
    assert.equal(hasher.evaluations, before + 3);
    assert.equal(new Set(answers.map((one) => JSON.stringify(one))).size, 1);
    assert.equal(code(answers[0] ?? ok(1)), "unauthenticated");
  });

  it("ends idle and old sessions, tells streams of old ones, and keeps used ones", async () => {
    const { access, world } = await withUser();
    const idle = value(await access.signIn("ann", good, source));
    const used = value(await access.signIn("ann", good, source));
    const ended: string[] = [];
    access.onRevoked(used.identity.credential, (reason) => ended.push(`used: ${reason}`));
    for (let step = 0; step < 3; step += 1) {
      await world.advance(11 * minuteMs);
      assert.equal((await access.authenticate({ bearer: used.token, source })).ok, true);
    }
    assert.deepEqual(ended, []);
    assert.deepEqual(world.logged.filter(({ name }) => name === "access.session.end")
      .map(({ fields }) => [fields["session"], fields["reason"]]).filter(([session]) =>
        `session:${String(session)}` === idle.identity.credential),
    [[idle.identity.credential.slice("session:".length), "the session was idle too long"]]);
    assert.equal(code(await access.authenticate({ bearer: idle.token, source })),
      "unauthenticated");
    for (let step = 0; step < 12 * 3; step += 1) {
      await access.authenticate({ bearer: used.token, source });
      await world.advance(20 * minuteMs);
    }
    assert.deepEqual(ended, ["used: the session ended"]);
    assert.equal(code(await access.authenticate({ bearer: used.token, source })),
      "unauthenticated");
  });

  it("survives a restart, with the time of last use", async () => {
    const { access, world, again } = await withUser();
    const { token } = value(await access.signIn("ann", good, source));
    await world.advance(20 * minuteMs);
    assert.equal((await access.authenticate({ bearer: token, source })).ok, true);
    await access.stop(1_000);
    assert.deepEqual(world.timersPending, []);
    await world.advance(20 * minuteMs);
    const next = await again();
    assert.equal((await next.authenticate({ bearer: token, source })).ok, true);
    await next.stop(1_000);
  });

  it("bounds one user's sessions by ending the one that was used longest ago", async () => {
    const { access, world } = await withUser();
    const open: SignedIn[] = [];
    for (let count = 0; count < sessionsPerUserMax; count += 1) {
      open.push(value(await access.signIn("ann", good, source)));
      await world.advance(1);
    }
    const living = async (at: number): Promise<boolean> =>
      (await access.authenticate({ bearer: open[at]?.token, source })).ok;
    assert.equal(await living(0), true);
    const ended: string[] = [];
    access.onRevoked(open[1]?.identity.credential ?? "", (reason) => ended.push(reason));
    value(await access.signIn("ann", good, source));
    assert.deepEqual(ended, ["newer sessions took its place"]);
    assert.deepEqual([await living(0), await living(1), await living(2)], [true, false, true]);
  });

  it("signs out of one session", async () => {
    const { access } = await withUser();
    const one = value(await access.signIn("ann", good, source));
    const two = value(await access.signIn("ann", good, source));
    value(await access.signOut(one.identity));
    assert.equal((await access.authenticate({ bearer: one.token, source })).ok, false);
    assert.equal((await access.authenticate({ bearer: two.token, source })).ok, true);
    assert.equal(code(await access.signOut(one.identity)), "precondition");
  });

  it("lets people in when the store cannot write", async () => {
    const { access, store } = await withUser();
    store.failing = "store-full";
    const { token } = value(await access.signIn("ann", good, source));
    assert.equal((await access.authenticate({ bearer: token, source })).ok, true);
    assert.equal(code(await access.createUser("bob", good, "viewer")), "store-full");
    assert.deepEqual(access.listUsers().map((user) => user.name), ["admin", "ann"]);
  });
});

describe("access: users", () => {
  it("ends sessions at once when the role changes or the user goes", async () => {
    const { access } = await withUser();
    for (const change of [() => access.updateUser("ann", { role: "viewer" }),
      () => access.updateUser("ann", { disabled: false }), () => access.deleteUser("ann")]) {
      const { token, identity } = value(await access.signIn("ann", good, source));
      const ended: string[] = [];
      access.onRevoked(identity.credential, (reason) => ended.push(reason));
      value<unknown>(await change());
      assert.equal(ended.length, 1);
      assert.equal(code(await access.authenticate({ bearer: token, source })), "unauthenticated");
    }
  });

  it("keeps the last admin, also against two changes at the same moment", async () => {
    const { access } = await withUser();
    assert.equal(code(await access.deleteUser("admin")), "precondition");
    assert.equal(code(await access.updateUser("admin", { role: "operator" })), "precondition");
    assert.equal(code(await access.updateUser("admin", { disabled: true })), "precondition");
    value(await access.createUser("zoe", good, "admin"));
    const both = await Promise.all([access.deleteUser("admin"), access.deleteUser("zoe")]);
    assert.deepEqual(both.map(code), ["ok", "precondition"]);
  });

  it("refuses bad names, weak passwords, doubles and strangers", async () => {
    const { access } = await withUser();
    assert.equal(code(await access.createUser("Ann B", good, "viewer")), "argument-invalid");
    assert.equal(code(await access.createUser("bob", "short", "viewer")), "argument-invalid");
    assert.equal(code(await access.createUser("ann", good, "viewer")), "already-exists");
    assert.equal(code(await access.updateUser("eve", { disabled: true })), "not-found");
    assert.equal(code(await access.deleteUser("eve")), "not-found");
  });

  it("hashes anew at sign-in when the cost has changed", async () => {
    const { access, hasher, store } = await withUser();
    hasher.version = 2;
    value(await access.signIn("ann", good, source));
    const kept = Buffer.from(store.spaces.get("users")?.get(
      Buffer.from("ann").toString("hex")) ?? []).toString("utf8");
    assert.match(kept, /"hash":"2:/);
    value(await access.signIn("ann", good, source));
  });
});

describe("access: passwords", () => {
  const own = (newPassword: string, currentPassword: string): PasswordChange =>
    ({ name: "", currentPassword, newPassword });

  it("changes one's own with the current one, keeping this session and ending others", async () => {
    const { access } = await withUser();
    const here = value(await access.signIn("ann", good, source));
    const there = value(await access.signIn("ann", good, source));
    assert.equal(code(await access.setPassword(here.identity, own(other, other), source)),
      "argument-invalid");
    assert.equal(code(await access.setPassword(here.identity, own(good, good), source)),
      "argument-invalid");
    value(await access.setPassword(here.identity, own(other, good), source));
    assert.equal((await access.authenticate({ bearer: here.token, source })).ok, true);
    assert.equal((await access.authenticate({ bearer: there.token, source })).ok, false);
    assert.equal(code(await access.signIn("ann", good, source)), "unauthenticated");
    value(await access.signIn("ann", other, source));
  });

  it("lets only an admin set another's, which must then be changed before anything else",
    async () => {
      const { access, admin } = await withUser({ givenPasswordsMustChange: true });
      const ann = value(await access.signIn("ann", good, source));
      assert.equal(ann.identity.mustChangePassword, true);
      assert.equal(code(access.authorise(ann.identity, "cti.gateway.v1.LinksService/ListLinks")),
        "permission-denied");
      assert.equal(code(access.authorise(ann.identity, "cti.gateway.v1.AccessService/SetPassword")),
        "ok");
      assert.equal(code(await access.setPassword(ann.identity,
        { name: "admin", currentPassword: "", newPassword: other }, source)), "permission-denied");
      value(await access.setPassword(ann.identity, own(other, good), source));
      const now = value(await access.authenticate({ bearer: ann.token, source }));
      assert.equal(now.mustChangePassword, false);
      value(await access.setPassword(admin.identity,
        { name: "ann", currentPassword: "", newPassword: good }, source));
      assert.equal(value(await access.signIn("ann", good, source)).identity.mustChangePassword,
        true);
    });

  it("counts guesses of the current password like sign-ins", async () => {
    const { access, hasher, world } = await withUser();
    const { identity } = value(await access.signIn("ann", good, source));
    const before = hasher.evaluations;
    for (let guess = 0; guess < 100; guess += 1) {
      await access.setPassword(identity, own(good, `${other}${guess}`), source);
      await world.advance(1_000);
    }
    assert.ok(hasher.evaluations - before <= 10);
  });
});

describe("access: pepper", () => {
  it("says so when its file was lost, and is well again when passwords are set anew", async () => {
    const { access, store, world, admin } = await withUser();
    const token = value(await access.createToken(admin.identity, "rescue", "admin", undefined));
    await access.stop(1_000);
    const again = async (pepper: number): Promise<Access> => {
      const next = createAccess({ store, world,
        alarms: { raise: () => undefined, clear: () => undefined },
        options: { pepper: new Uint8Array(32).fill(pepper), hasher: new QuickHasher(),
          sessions: { idleMs: minuteMs, absoluteMs: minuteMs } } });
      value(await next.start());
      return next;
    };
    assert.equal((await again(7)).health.status, "ok");
    const lost = await again(8);
    assert.equal(lost.health.status, "degraded");
    const rescue = value(await lost.authenticate({ bearer: token.secret, source }));
    value(await lost.setPassword(rescue,
      { name: "admin", currentPassword: "", newPassword: other }, source));
    assert.equal(lost.health.status, "degraded");
    value(await lost.signIn("admin", other, source));
    assert.equal(lost.health.status, "ok");
    assert.equal((await again(8)).health.status, "ok");
  });
});

describe("access: sign-in limit", () => {
  it("evaluates no more than 10 of 1,000 guesses at once, from 1,000 addresses", async () => {
    const { access, hasher, alarms } = await withUser();
    const before = hasher.evaluations;
    const answers = await Promise.all(Array.from({ length: 1_000 }, (_, guess) =>
      access.signIn("ann", `${other}${guess}`, `grpc 10.0.${guess >> 8}.${guess & 255}`)));
    assert.ok(hasher.evaluations - before <= 10, String(hasher.evaluations - before));
    assert.equal(answers.filter((one) => code(one) === "ok").length, 0);
    assert.deepEqual([...alarms.keys()], []);
  });

  it("evaluates 10 of 1,000 patient guesses, locks, says how long, alarms, forgets", async () => {
    const { access, hasher, alarms, world, again } = await withUser();
    const before = hasher.evaluations;
    for (let guess = 0; guess < 1_000; guess += 1) {
      await access.signIn("ann", `${other}${guess}`, `web 10.0.${guess >> 8}.${guess & 255}`);
      await world.advance(1_000);
    }
    assert.equal(hasher.evaluations - before, 10);
    assert.match(alarms.get("sign-in-attack/user ann") ?? "", /^10 failures for ann, the last/);
    const locked = await access.signIn("ann", good, source);
    assert.equal(code(locked), "too-many-attempts");
    assert.match(locked.ok ? "" : locked.fault.message, /locked for 1\d min/);
    const restarted = await again();
    assert.equal(code(await restarted.signIn("ann", good, source)), "too-many-attempts");
    await restarted.stop(1_000);
    await world.advance(30 * minuteMs);
    value(await access.signIn("ann", good, source));
    assert.equal(alarms.size, 0);
  });

  it("treats names that do not exist in the same way", async () => {
    const { access, hasher, world } = await withUser();
    const before = hasher.evaluations;
    const texts: string[] = [];
    for (const name of ["ann", "nobody"]) {
      for (let guess = 0; guess < 200; guess += 1) {
        const answer = await access.signIn(name, other, `web 10.1.${guess}.1`);
        if (!answer.ok) texts.push(`${guess} ${answer.fault.message}`);
        await world.advance(2_000);
      }
    }
    assert.equal(hasher.evaluations - before, 20);
    assert.equal(new Set(texts).size, texts.length / 2);
  });

  it("limits one address to 10 a minute whatever the names, but not who signs in well",
    async () => {
      const { access, hasher, world } = await withUser();
      for (let count = 0; count < 30; count += 1) value(await access.signIn("ann", good, source));
      const before = hasher.evaluations;
      for (let guess = 0; guess < 100; guess += 1) {
        await access.signIn(`name${guess}`, other, source);
      }
      assert.equal(hasher.evaluations - before, 10);
      const refused = await access.signIn("ann", good, source);
      assert.match(refused.ok ? "" : refused.fault.message, /from this address: wait 6 s/);
      value(await access.signIn("ann", good, "grpc 192.0.2.10"));
      await world.advance(6_000);
      value(await access.signIn("ann", good, source));
    });

  it("raises the alarm when many names are sprayed", async () => {
    const { access, alarms, world } = await withUser();
    for (let guess = 0; guess < 60; guess += 1) {
      await access.signIn(`name${guess}`, other, `web 10.2.${guess}.1`);
    }
    assert.match(alarms.get("sign-in-attack/gateway") ?? "", /^50 failures/);
    await world.advance(11 * minuteMs);
    assert.equal(alarms.size, 0);
  });
});

describe("access: tokens and certificates", () => {
  const by = (role: Identity["role"]): Identity => ({ name: "admin", roles: [role], role,
    method: "password", mustChangePassword: false, credential: "session:1" });

  it("makes a token that signs in until it is revoked, and knows when it was used", async () => {
    const { access, world, again } = await withUser();
    const { token, secret } = value(await access.createToken(by("admin"), "crm", "operator",
      undefined));
    assert.match(secret, /^jf_[\w-]{43}$/);
    assert.equal(token.usedAtMs, undefined);
    await world.advance(90_500);
    const identity = value(await access.authenticate({ bearer: secret, source }));
    assert.deepEqual([identity.name, identity.role, identity.method],
      ["crm", "operator", "token"]);
    await world.advance(10_000);
    const next = await again();
    assert.equal(next.listTokens()[0]?.usedAtMs, Date.parse("2026-11-23T08:01:00Z"));
    await next.stop(1_000);
    const ended: string[] = [];
    access.onRevoked(identity.credential, (reason) => ended.push(reason));
    value(await access.revokeToken(token.id));
    assert.deepEqual(ended, ["the token was revoked"]);
    assert.equal(code(await access.authenticate({ bearer: secret, source })), "unauthenticated");
    assert.equal(code(await access.revokeToken(token.id)), "not-found");
  });

  it("ends a token at its time and refuses one above the maker's role", async () => {
    const { access, world } = await withUser();
    const nowMs = world.clock.wall().getTime();
    const { secret, token } = value(await access.createToken(by("admin"), "crm", "viewer",
      nowMs + minuteMs));
    const ended: string[] = [];
    access.onRevoked(`token:${token.id}`, (reason) => ended.push(reason));
    await world.advance(minuteMs);
    assert.equal(code(await access.authenticate({ bearer: secret, source })), "unauthenticated");
    await world.advance(10_000);
    assert.deepEqual(ended, ["the token has ended"]);
    assert.equal(code(await access.createToken(by("operator"), "x", "admin", undefined)),
      "permission-denied");
    assert.equal(code(await access.createToken(by("admin"), "x", "admin", nowMs)),
      "argument-invalid");
    assert.equal(code(await access.createToken(by("admin"), "", "admin", undefined)),
      "argument-invalid");
  });

  it("knows its own certificates by serial and fingerprint, until they are revoked", async () => {
    const { access, world } = await withUser({ issuer: {
      issueClientCertificate: () => Promise.resolve(ok({ certificatePem: "C", authorityPem: "A",
        serial: "0a1b", name: "billing", fingerprint: "AB:CD",
        expiresAtMs: world0Ms + 10 * minuteMs })) } });
    value(await access.createUser("billing", good, "admin"));
    value(await access.issueCertificate(by("admin"), "PEM", "viewer", 0));
    const certificate = { serialHex: "0A:1B", commonName: "billing", fingerprint: "ab:cd",
      authorizedByOwnCa: true };
    const identity = value(await access.authenticate({ certificate, source }));
    assert.deepEqual([identity.name, identity.role, identity.method],
      ["billing", "viewer", "certificate"]);
    assert.equal(value(await access.authenticate(
      { certificate: { ...certificate, authorizedByOwnCa: false }, source })).role, "viewer");
    assert.equal(code(await access.authenticate(
      { certificate: { ...certificate, fingerprint: "ab:ce" }, source })), "unauthenticated");
    const ended: string[] = [];
    access.onRevoked(identity.credential, (reason) => ended.push(reason));
    value(await access.revokeCertificate("A1B"));
    assert.deepEqual(ended, ["the certificate was revoked"]);
    assert.equal(code(await access.authenticate({ certificate, source })), "unauthenticated");
    assert.equal(access.listCertificates()[0]?.revoked, true);
    assert.equal(world.clock.wall().getTime(), world0Ms);
  });

  it("takes another authority's certificate for the user it names, and nobody else", async () => {
    const { access } = await withUser();
    const certificate = { serialHex: "01", commonName: "Ann", fingerprint: "00",
      authorizedByOwnCa: false };
    const identity = value(await access.authenticate({ certificate, source }));
    assert.deepEqual([identity.name, identity.role], ["ann", "operator"]);
    assert.equal(code(await access.authenticate(
      { certificate: { ...certificate, commonName: "eve" }, source })), "unauthenticated");
    const ended: string[] = [];
    access.onRevoked(identity.credential, (reason) => ended.push(reason));
    value(await access.updateUser("ann", { disabled: true }));
    assert.equal(ended.length, 1);
    assert.equal(code(await access.authenticate({ certificate, source })), "unauthenticated");
  });
});

const world0Ms = Date.parse("2026-11-23T08:00:00Z");
