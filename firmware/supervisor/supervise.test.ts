import assert from "node:assert/strict";
import type { Component, Health } from "../base/component.js";
import { done, fail, type Result } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { createAlarms } from "./alarm-board.js";
import { healthOf } from "./health-tree.js";
import { restartStopMs, supervise } from "./supervise.js";

class Part implements Component {
  readonly name: string;
  readonly #trace: string[];
  health: Health = { status: "ok" };
  startFails = 0;
  hangs = false;
  deadlines: number[] = [];

  constructor(name: string, trace: string[]) {
    this.name = name;
    this.#trace = trace;
  }

  start(): Promise<Result<void>> {
    this.#trace.push(`+${this.name}`);
    if (this.startFails > 0) {
      this.startFails -= 1;
      return Promise.resolve(fail("store-unavailable", "no disk"));
    }
    this.health = { status: "ok" };
    return Promise.resolve(done);
  }

  stop(deadlineMs: number): Promise<void> {
    this.#trace.push(`-${this.name}`);
    this.deadlines.push(deadlineMs);
    return this.hangs ? new Promise(() => undefined) : Promise.resolve();
  }
}

const how = { restart: "alone", restartsMax: 3, withinMs: 60_000 } as const;

function parts(names: string) {
  const trace: string[] = [];
  return { trace, all: [...names].map((name) => new Part(name, trace)) };
}

describe("supervise", () => {
  it("starts in order, stops in reverse, and shares the deadline", async () => {
    const world = new SimulatedWorld();
    const { trace, all } = parts("abc");
    const tree = supervise(world, "root", how, all);
    assert((await tree.start()).ok);
    await tree.stop(3_000);
    assert.deepEqual(trace, ["+a", "+b", "+c", "-c", "-b", "-a"]);
    assert.deepEqual(all.map((part) => part.deadlines[0]), [3_000, 1_500, 1_000]);
    assert.deepEqual(world.timersPending, []);
  });

  it("abandons a child that does not stop and still stops the others in time", async () => {
    const world = new SimulatedWorld();
    const { trace, all } = parts("ab");
    const last = all[1];
    assert(last);
    last.hangs = true;
    const tree = supervise(world, "root", how, all);
    await tree.start();
    const stopping = tree.stop(2_000);
    await world.advance(1_000);
    await stopping;
    assert.deepEqual(trace.slice(-2), ["-b", "-a"]);
    assert(world.logged.some((line) => line.name === "component.abandoned"));
  });

  it("undoes what it started when one does not start", async () => {
    const { trace, all } = parts("abc");
    const second = all[1];
    assert(second);
    second.startFails = 1;
    const started = await supervise(new SimulatedWorld(), "root", how, all).start();
    assert(!started.ok);
    assert.equal(started.fault.code, "store-unavailable");
    assert.match(started.fault.message, /^b: no disk/);
    assert.deepEqual(trace, ["+a", "+b", "-a"]);
  });

  it("restarts alone or with the later ones, and says so", async () => {
    for (const [restart, expected] of [["alone", ["-b", "+b"]],
      ["with-later", ["-c", "-b", "+b", "+c"]]] as const) {
      const world = new SimulatedWorld();
      const alarms = createAlarms(world);
      const { trace, all } = parts("abc");
      const tree = supervise(world, "root", { ...how, restart }, all, { alarms });
      await tree.start();
      trace.length = 0;
      const second = all[1];
      assert(second);
      second.health = { status: "failed", reason: "assertion" };
      await world.advance(1_500);
      assert.deepEqual(trace, expected);
      assert.deepEqual(healthOf(tree).map((row) => [row.component, row.restarts]),
        [["root", 0], ["root/a", 0], ["root/b", 1], ["root/c", 0]]);
      assert.deepEqual(alarms.list(false).map((alarm) => alarm.id),
        ["component-restarting/root/b"]);
      await world.advance(70_000);
      assert.deepEqual(alarms.list(false), []);
      await tree.stop(1_000);
    }
  });

  it("gives up after restartsMax, and the parent restarts it whole", async () => {
    const world = new SimulatedWorld();
    const { trace, all } = parts("ab");
    const second = all[1];
    assert(second);
    const inner = supervise(world, "inner", how, all);
    const reasons: string[] = [];
    const root = supervise(world, "root", how, [inner],
      { onGivenUp: (reason) => reasons.push(reason) });
    await root.start();
    second.startFails = 3;
    second.health = { status: "failed", reason: "broken" };
    await world.advance(20_000);
    assert(trace.filter((step) => step === "+a").length >= 2, trace.join(" "));
    assert.equal(root.restartsOf(inner) >= 1, true);
    assert.deepEqual(reasons, []);
    assert.equal(second.health.status, "ok");
    second.startFails = 1_000;
    second.health = { status: "failed", reason: "for good" };
    await world.advance(120_000);
    assert.equal(reasons.length, 1);
    assert.equal(root.health.status, "failed");
    const starts = trace.length;
    await world.advance(600_000);
    assert.equal(trace.length, starts);
    const stopping = root.stop(restartStopMs);
    await world.advance(restartStopMs);
    await stopping;
  });

  it("takes children in and lets them go while it runs", async () => {
    const world = new SimulatedWorld();
    const { trace, all } = parts("ab");
    const [first, second] = all;
    assert(first && second);
    const tree = supervise(world, "links", how, [first]);
    await tree.start();
    assert((await tree.add(second)).ok);
    await tree.remove(first, 100);
    assert.deepEqual(trace, ["+a", "+b", "-a"]);
    assert.deepEqual(tree.children, [second]);
    await tree.stop(100);
  });
});
