import assert from "node:assert/strict";
import { done, fail, type Result } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { shelfOf } from "../link/driver-shelf.js";
import type { Applied, Applier, ApplyRequest, Configuration } from "./configuration.js";
import { changesWaitingMax, createConfiguration, trialMsMax,
  trialMsMin } from "./live-configuration.js";
import type { DriverSheet } from "./references.js";
import { revisionsMax } from "./revision-book.js";
import type { Document } from "./schema.js";
import { createStoreFake, type StoreFake } from "./store-fake.js";

const actor = "ann";

interface Bench {
  readonly world: SimulatedWorld;
  readonly store: StoreFake;
  readonly applied: string[];
  readonly alarms: string[];
  /** Unit names that the components refuse. */
  readonly refused: Set<string>;
  start(seed?: string): Promise<Configuration>;
}

function bench(): Bench {
  const world = new SimulatedWorld();
  const store = createStoreFake();
  const applied: string[] = [];
  const alarms: string[] = [];
  const refused = new Set<string>();
  const applier: Applier = {
    callsOn: () => 0,
    apply(_previous: Document | undefined, next: Document): Promise<Result<void>> {
      applied.push(next.unit.name);
      return Promise.resolve(refused.has(next.unit.name)
        ? fail("address-in-use", `port of ${next.unit.name} is in use`) : done);
    },
  };
  const parts = { store, world, applier, drivers: shelfOf<DriverSheet>(), alarms: {
    raise: (code: string, subject: string) => { alarms.push(`raise ${code} ${subject}`); },
    clear: (code: string, subject: string) => { alarms.push(`clear ${code} ${subject}`); },
  } };
  return { world, store, applied, alarms, refused,
    async start(seed = document("one")) {
      const configuration = createConfiguration({ ...parts, seed });
      const started = await configuration.start();
      assert(started.ok, JSON.stringify(started));
      return configuration;
    } };
}

const document = (name: string): string => `# ${name}\nversion: 1\nunit: { name: ${name} }\n`;

function request(text: string, more: Partial<ApplyRequest> = {}): ApplyRequest {
  return { text, mode: "apply", confirmWithinMs: 60_000, expectedRevision: undefined,
    comment: "", actor, ...more };
}

function value<T>(result: Result<T>): T {
  assert(result.ok, JSON.stringify(result));
  return result.value;
}

function faultOf(result: Result<unknown>): string {
  assert(!result.ok);
  return `${result.fault.code}: ${result.fault.message}`;
}

async function history(configuration: Configuration): Promise<readonly string[]> {
  return value(await configuration.revisions(undefined, 100)).map((revision) =>
    `${revision.number}${revision.current ? "*" : ""} ${revision.actor} ${revision.outcome}`
    + `${revision.trialUntilMs === undefined ? "" : " on trial"}`);
}

describe("live configuration: start", () => {
  it("takes the seed once, and the stored text ever after", async () => {
    const { start, applied } = bench();
    const first = await start();
    assert.equal(first.document.unit.name, "one");
    assert.deepEqual(await history(first), ["1* gateway confirmed"]);
    await first.stop(0);
    const second = await start(document("other-seed"));
    assert.equal(second.document.unit.name, "one");
    assert.equal(value(await second.text(undefined)).text, document("one"));
    assert.deepEqual(applied, ["one", "one"]);
  });

  it("refuses a seed with errors, and components that do not start", async () => {
    const { store, world } = bench();
    const parts = { store, world, drivers: shelfOf<DriverSheet>(),
      alarms: { raise() {}, clear() {} } };
    const unapplied = createConfiguration({ ...parts, seed: "version: 2",
      applier: { callsOn: () => 0, apply: () => Promise.resolve(done) } });
    assert.match(faultOf(await unapplied.start()), /^config-invalid: .*newer than this firmware/);
    const failing = createConfiguration({ ...parts,
      applier: { callsOn: () => 0,
        apply: () => Promise.resolve(fail("address-in-use", "9443")) } });
    assert.equal(faultOf(await failing.start()), "address-in-use: 9443");
  });

  it("falls back to an older document when this firmware refuses the newest", async () => {
    const { start, store, world } = bench();
    const strange = { name: "old-driver", title: "Old", transports: ["tcp"] as const,
      keepsRawBytes: false, capabilities: { services: {} }, options: {
      parse: () => ({ ok: true as const, value: {} }), jsonSchema: {} } };
    const before = createConfiguration({ store, world, drivers: shelfOf(strange),
      seed: document("one"), alarms: { raise() {}, clear() {} },
      applier: { callsOn: () => 0, apply: () => Promise.resolve(done) } });
    value(await before.start());
    value(await before.apply(request(`${document("two")}links:\n  - { id: a, driver: old-driver, `
      + "transport: { kind: tcp, host: h, port: 1 } }\n")));
    const after = await start();
    assert.equal(after.document.unit.name, "one");
    assert.equal(after.health.status, "degraded");
  });
});

describe("live configuration: apply", () => {
  it("plans without doing anything in a dry run", async () => {
    const { start, applied } = bench();
    const configuration = await start();
    const outcome: Applied = value(await configuration.apply(
      request(document("two"), { mode: "dry-run" })));
    assert.equal(outcome.revision, undefined);
    assert.deepEqual(outcome.plan.map(({ component, action }) => `${action} ${component}`),
      ["reload grpc", "reload web", "reload unit"]);
    assert.equal(outcome.warnings.length, 1);
    assert.deepEqual(applied, ["one"]);
    assert.equal(configuration.document.unit.name, "one");
  });

  it("keeps every revision exactly as written, and shows their difference", async () => {
    const { start } = bench();
    const configuration = await start();
    const text = "version:   1 # kept\nunit: {name: two}\n";
    const outcome = value(await configuration.apply(request(text, { comment: "move" })));
    assert.deepEqual([outcome.revision?.number, outcome.revision?.comment,
      outcome.revision?.current], [2, "move", true]);
    assert.equal(value(await configuration.text(undefined)).text, text);
    assert.equal(value(await configuration.text(1)).text, document("one"));
    assert.match(value(await configuration.diff(1, undefined)),
      /^--- revision 1\n\+\+\+ revision 2\n@@ .*\n-# one\n/);
    assert.match(faultOf(await configuration.text(9)), /^not-found/);
    assert.match(faultOf(await configuration.diff(1, 9)), /^not-found/);
  });

  it("refuses errors, all of them with their places", async () => {
    const { start } = bench();
    const configuration = await start();
    const outcome = await configuration.apply(request("version: 1\nfoo: 1\nbar: 2\n"));
    assert(!outcome.ok);
    assert.equal(outcome.fault.code, "config-invalid");
    assert.deepEqual(outcome.fault.fields?.map(({ path }) => path), ["foo", "bar"]);
  });

  it("refuses when somebody else was quicker", async () => {
    const { start } = bench();
    const configuration = await start();
    const both = await Promise.all(["two", "three"].map((name) =>
      configuration.apply(request(document(name), { expectedRevision: 1 }))));
    value(both[0] ?? fail("internal", ""));
    assert.match(faultOf(both[1] ?? done), /^config-conflict: revision 2 is in force, not 1/);
    assert.equal(configuration.document.unit.name, "two");
  });

  it("goes back when the components refuse, and says so", async () => {
    const { start, applied, refused } = bench();
    const configuration = await start();
    refused.add("bad");
    assert.equal(faultOf(await configuration.apply(request(document("bad")))),
      "address-in-use: port of bad is in use; revision 1 is in force again");
    assert.deepEqual(applied, ["one", "bad", "one"]);
    assert.equal(configuration.document.unit.name, "one");
    assert.deepEqual(await history(configuration),
      ["2 ann failed: port of bad is in use", "1* gateway confirmed"]);
    refused.add("one");
    assert.match(faultOf(await configuration.apply(request(document("bad")))),
      /going back to revision 1 failed too/);
    assert.equal(configuration.health.status, "failed");
  });

  it("goes back when the revision cannot be written", async () => {
    const { start, store, applied } = bench();
    const configuration = await start();
    store.failing = true;
    assert.match(faultOf(await configuration.apply(request(document("two")))), /^store-full/);
    assert.deepEqual(applied, ["one", "two", "one"]);
    assert.equal(configuration.document.unit.name, "one");
  });

  it("bounds the history and the changes that wait", async () => {
    const { start } = bench();
    const configuration = await start();
    for (let index = 0; index < revisionsMax + 3; index += 1) {
      value(await configuration.apply(request(document(`n${index}`))));
    }
    const list = value(await configuration.revisions(undefined, 10_000));
    assert.equal(list.length, revisionsMax);
    assert.equal(list[0]?.number, revisionsMax + 4);
    assert.deepEqual(value(await configuration.revisions(10, 2)).map(({ number }) => number),
      [9, 8]);
    const many = await Promise.all(Array.from({ length: changesWaitingMax + 1 }, () =>
      configuration.apply(request(document("x"), { mode: "dry-run" }))));
    assert.deepEqual(many.map((result) => (result.ok ? "ok" : result.fault.code)),
      [...Array<string>(changesWaitingMax).fill("ok"), "queue-full"]);
  });
});

describe("live configuration: trial", () => {
  it("reverts by itself when nobody confirms", async () => {
    const { start, world, alarms, applied } = bench();
    const configuration = await start();
    const trial = value(await configuration.apply(request(document("two"), { mode: "try" })));
    assert.equal(trial.revision?.trialUntilMs, world.clock.wall().getTime() + 60_000);
    assert.deepEqual(await history(configuration), ["2* ann  on trial", "1 gateway confirmed"]);
    assert.match(faultOf(await configuration.apply(request(document("three")))),
      /^precondition: revision 2 is on trial/);
    await world.advance(59_999);
    assert.equal(configuration.document.unit.name, "two");
    await world.advance(1);
    assert.equal(configuration.document.unit.name, "one");
    assert.deepEqual(applied, ["one", "two", "one"]);
    assert.deepEqual(await history(configuration), ["3* gateway confirmed",
      "2 ann reverted: not confirmed in time", "1 gateway confirmed"]);
    assert.deepEqual(alarms, ["raise configuration-trial configuration",
      "clear configuration-trial configuration"]);
    assert.deepEqual(world.timersPending, []);
  });

  it("stays when confirmed", async () => {
    const { start, world, alarms } = bench();
    const configuration = await start();
    assert.match(faultOf(await configuration.confirm(undefined)), /^precondition/);
    value(await configuration.apply(request(document("two"), { mode: "try" })));
    assert.match(faultOf(await configuration.confirm(1)), /^precondition: revision 1 is not on/);
    assert.equal(value(await configuration.confirm(2)).outcome, "confirmed");
    await world.advance(100_000);
    assert.equal(configuration.document.unit.name, "two");
    assert.equal(alarms.length, 2);
  });

  it("can be ended at once", async () => {
    const { start, world } = bench();
    const configuration = await start();
    value(await configuration.apply(request(document("two"), { mode: "try" })));
    assert.equal(value(await configuration.revert(undefined, actor)).number, 3);
    assert.deepEqual(await history(configuration),
      ["3* ann confirmed", "2 ann reverted by ann", "1 gateway confirmed"]);
    assert.deepEqual(world.timersPending, []);
  });

  it("found pending at a start is reverted", async () => {
    const { start } = bench();
    const before = await start();
    value(await before.apply(request(document("two"), { mode: "try" })));
    await before.stop(0);
    const after = await start();
    assert.equal(after.document.unit.name, "one");
    assert.deepEqual(await history(after), ["3* gateway confirmed",
      "2 ann reverted: the gateway was restarted before it was confirmed",
      "1 gateway confirmed"]);
  });

  it("says when it cannot be reverted", async () => {
    const { start, world, refused, alarms } = bench();
    const configuration = await start();
    value(await configuration.apply(request(document("two"), { mode: "try" })));
    refused.add("one");
    await world.advance(60_000);
    assert.equal(configuration.document.unit.name, "two");
    assert.equal(configuration.health.status, "failed");
    assert.equal(alarms.length, 2);
    refused.clear();
    value(await configuration.revert(1, actor));
    assert.equal(configuration.document.unit.name, "one");
  });

  it("has a least and a greatest length", async () => {
    const { start } = bench();
    const configuration = await start();
    for (const confirmWithinMs of [trialMsMin - 1, trialMsMax + 1]) {
      assert.match(faultOf(await configuration.apply(
        request(document("two"), { mode: "try", confirmWithinMs }))), /^argument-invalid/);
    }
    value(await configuration.apply(
      request(document("two"), { mode: "try", confirmWithinMs: trialMsMin })));
    await configuration.stop(0);
  });
});

describe("live configuration: revert", () => {
  it("makes a new revision with the old text", async () => {
    const { start } = bench();
    const configuration = await start();
    value(await configuration.apply(request(document("two"))));
    assert.match(faultOf(await configuration.revert(undefined, actor)), /^precondition/);
    assert.match(faultOf(await configuration.revert(2, actor)), /in force already/);
    assert.match(faultOf(await configuration.revert(7, actor)), /^not-found/);
    const reverted = value(await configuration.revert(1, actor));
    assert.deepEqual([reverted.number, reverted.comment, reverted.current],
      [3, "back to revision 1", true]);
    assert.equal(value(await configuration.text(3)).text, document("one"));
  });
});
