import assert from "node:assert/strict";
import { fail } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { createAlarms } from "../supervisor/alarm-board.js";
import { SimulatedAppliance } from "./appliance-simulated.js";
import { patienceMs, steadyMs, type Signs } from "./health-gate.js";
import { retryMs } from "./mirror.js";
import { SimulatedMirror } from "./mirror-simulated.js";
import { bundleBytesMax, lookEveryMs, restartAfterMs, Updater, type UpdateStatus }
  from "./updater.js";

const now = { downgrade: false, again: false, notBeforeMs: undefined };

class Bench {
  readonly world = new SimulatedWorld();
  readonly alarms = createAlarms(this.world);
  readonly unit = new SimulatedAppliance();
  signs: Signs =
    { linksUp: ["pbx"], said: { pbx: 0 }, apiAnswers: true, storeOpen: true, restarts: 0 };
  readonly mirror = new SimulatedMirror();
  inWindow = false;
  updater = this.#made();

  #made(): Updater {
    return new Updater({ world: this.world, alarms: this.alarms, appliance: this.unit,
      linksUp: () => this.signs.linksUp, said: () => this.signs.said,
      signs: () => Promise.resolve(this.signs),
      mirror: () => this.mirror, inWindow: () => this.inWindow });
  }

  /** As after a restart of the unit into `version`. */
  async restarted(version: string, onTrial: boolean): Promise<void> {
    await this.updater.stop();
    this.unit.runs =
      { slot: onTrial ? "b" : "a", version, onTrial, secureBoot: true, floor: 1 };
    this.unit.asked.length = 0;
    this.updater = this.#made();
    assert.ok((await this.updater.start()).ok);
  }

  async status(): Promise<UpdateStatus> {
    const status = await this.updater.status();
    assert.ok(status.ok);
    return status.value;
  }
}

describe("the updater", () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = new Bench();
    assert.ok((await bench.updater.start()).ok);
  });

  afterEach(() => bench.updater.stop());

  it("takes pieces in order, and says where the next belongs", async () => {
    const first = await bench.updater.receive(0, new Uint8Array(10));
    assert.deepEqual(first, { ok: true, value: 10 });
    const wrong = await bench.updater.receive(5, new Uint8Array(1));
    assert.ok(!wrong.ok && wrong.fault.code === "precondition");
    assert.equal((await bench.status()).stage, "receiving");
    const large = await bench.updater.receive(bundleBytesMax, new Uint8Array(1));
    assert.ok(!large.ok && large.fault.code === "update-refused");
  });

  it("installs what is good, remembers what was up, and restarts", async () => {
    assert.deepEqual(await bench.updater.install(now), { ok: true, value: "1.1.0" });
    await bench.world.advance(restartAfterMs);
    assert.deepEqual(bench.unit.asked, ["install", "discard", "restart"]);
    assert.deepEqual(bench.unit.memory.pending, { version: "1.1.0", from: "1.0.0",
      links: ["pbx"], steady: [] });
    assert.equal((await bench.status()).stage, "restarting");
  });

  it("throws away what is not signed, or not allowed, with the reason", async () => {
    bench.unit.bundle = "signature verification failed";
    const unsigned = await bench.updater.install(now);
    assert.ok(!unsigned.ok && /signature/.test(unsigned.fault.message));
    bench.unit.bundle = { compatible: "jackfield-amd64", version: "0.9.0", rollbackIndex: 1 };
    const older = await bench.updater.install(now);
    assert.ok(!older.ok && /not newer/.test(older.fault.message));
    assert.deepEqual(bench.unit.asked, ["discard", "discard"]);
  });

  it("fetches from a mirror, then judges and installs as always", async () => {
    const url = "https://mirror.example/j.raucb";
    const wish = { ...now, url, authorityPem: "" };
    bench.mirror.files.set(url, new Uint8Array(5_000));
    assert.ok(bench.updater.fetch(wish).ok);
    assert.equal(bench.updater.fetch(wish).ok, false);
    for (let n = 0; n < 3; n += 1) await bench.world.advance(restartAfterMs);
    assert.deepEqual(bench.unit.asked, ["install", "discard", "restart"]);
    assert.equal(bench.mirror.closed, 1);
  });

  it("tells why nothing came from a mirror, and can be told to stop asking", async () => {
    const wish = { ...now, url: "https://mirror.example/none", authorityPem: "" };
    assert.ok(bench.updater.fetch(wish).ok);
    await bench.world.advance(1);
    assert.deepEqual([(await bench.status()).stage, (await bench.status()).reasons],
      ["idle", ["the mirror answers 404"]]);

    bench.mirror.files.set(wish.url, new Uint8Array(5_000));
    bench.mirror.failures.push(0);
    assert.ok(bench.updater.fetch(wish).ok);
    await bench.world.advance(1);
    assert.ok((await bench.updater.cancel()).ok);
    await bench.world.advance(retryMs);
    assert.equal((await bench.status()).stage, "idle");
    assert.ok(!bench.unit.asked.includes("install"));
  });

  it("installs what a stick offers after a yes, once, and by the same rules", async () => {
    bench.unit.offered = { file: "/run/stick/j.raucb", mark: "1" };
    bench.unit.bundle = { compatible: "jackfield-amd64", version: "1.0.0", rollbackIndex: 1 };
    await bench.world.advance(2 * lookEveryMs);
    assert.match((await bench.status()).reasons.join(), /not newer/);
    const refused = bench.updater.installOffer();
    assert.ok(!refused.ok && refused.fault.code === "precondition");
    bench.unit.offered = { file: "/run/stick/k.raucb", mark: "2" };
    bench.unit.bundle = { compatible: "jackfield-amd64", version: "1.1.0", rollbackIndex: 1 };
    await bench.world.advance(10 * lookEveryMs);
    assert.deepEqual(bench.unit.asked, []);
    assert.equal((await bench.status()).offeredVersion, "1.1.0");
    assert.deepEqual(bench.updater.installOffer(), { ok: true, value: "1.1.0" });
    await bench.world.advance(restartAfterMs);
    assert.deepEqual(bench.unit.asked, ["install /run/stick/k.raucb", "discard", "restart"]);
    assert.equal(bench.updater.installOffer().ok, false);
  });

  it("forgets what a stick offered when it is pulled out", async () => {
    bench.unit.offered = { file: "/run/stick/k.raucb", mark: "2" };
    await bench.world.advance(lookEveryMs);
    assert.equal((await bench.status()).offeredVersion, "1.1.0");
    bench.unit.offered = undefined;
    await bench.world.advance(lookEveryMs);
    assert.equal((await bench.status()).offeredVersion, "");
    assert.equal(bench.updater.installOffer().ok, false);
  });

  it("installs what a stick offers without a question in the maintenance window", async () => {
    bench.unit.offered = { file: "/run/stick/k.raucb", mark: "2" };
    await bench.world.advance(3 * lookEveryMs);
    assert.deepEqual(bench.unit.asked, []);
    bench.inWindow = true;
    await bench.world.advance(lookEveryMs + restartAfterMs);
    assert.deepEqual(bench.unit.asked, ["install /run/stick/k.raucb", "discard", "restart"]);
  });

  it("waits for the window, over a restart too, and can be taken back", async () => {
    const notBeforeMs = bench.world.clock.wall().getTime() + 60_000;
    assert.ok((await bench.updater.install({ ...now, notBeforeMs })).ok);
    assert.equal((await bench.status()).stage, "scheduled");
    const busy = await bench.updater.receive(0, new Uint8Array(1));
    assert.ok(!busy.ok && busy.fault.code === "precondition");
    await bench.restarted("1.0.0", false);
    await bench.world.advance(59_000);
    assert.deepEqual(bench.unit.asked, []);
    await bench.world.advance(1_000);
    assert.equal(bench.unit.asked[0], "install");
    const late = await bench.updater.cancel();
    assert.ok(!late.ok);

    const other = new Bench();
    await other.updater.start();
    await other.updater.install({ ...now,
      notBeforeMs: other.world.clock.wall().getTime() + 60_000 });
    assert.ok((await other.updater.cancel()).ok);
    await other.world.advance(120_000);
    assert.deepEqual(other.unit.asked, ["discard"]);
    await other.updater.stop();
  });

  it("goes on as before when the installation fails, and tells why", async () => {
    bench.unit.installs = fail("update-refused", "the disk is full");
    await bench.updater.install(now);
    await bench.world.advance(restartAfterMs);
    const { stage, reasons } = await bench.status();
    assert.deepEqual([stage, reasons], ["idle", ["the disk is full"]]);
    assert.equal(bench.unit.memory.pending, undefined);
    assert.ok(!bench.unit.asked.includes("restart"));
  });

  it("confirms what was well for a while", async () => {
    await bench.updater.install(now);
    await bench.restarted("1.1.0", true);
    assert.equal((await bench.status()).stage, "on-trial");
    await bench.world.advance(steadyMs - lookEveryMs);
    assert.deepEqual(bench.unit.asked, []);
    await bench.world.advance(2 * lookEveryMs);
    assert.deepEqual(bench.unit.asked, ["confirm"]);
    assert.deepEqual([bench.unit.memory, (await bench.status()).stage], [{}, "idle"]);
  });

  it("restarts when a link that was up stays down, and tells the fall-back", async () => {
    await bench.updater.install(now);
    await bench.restarted("1.1.0", true);
    bench.signs = { ...bench.signs, linksUp: [] };
    await bench.world.advance(patienceMs);
    assert.deepEqual((await bench.status()).reasons, ["link pbx is not up"]);
    await bench.world.advance(2 * lookEveryMs);
    assert.deepEqual(bench.unit.asked, ["restart"]);
    await bench.restarted("1.0.0", false);
    assert.deepEqual(bench.alarms.list(false).map(({ id }) => id), ["update-taken-back/1.1.0"]);
    assert.equal((await bench.status()).failedVersion, "1.1.0");
    const again = await bench.updater.install(now);
    assert.ok(!again.ok && /taken back before/.test(again.fault.message));
  });

  it("waits for a call of a link that spoke always, and restarts when none comes", async () => {
    for (let minute = 1; minute <= 12; minute += 1) {
      bench.signs = { ...bench.signs, said: { pbx: minute } };
      await bench.world.advance(60_000);
    }
    await bench.updater.install(now);
    await bench.world.advance(lookEveryMs);
    bench.signs = { ...bench.signs, said: { pbx: 0 } };
    await bench.restarted("1.1.0", true);
    await bench.world.advance(patienceMs);
    assert.deepEqual((await bench.status()).reasons,
      ["link pbx has told no call and no record yet"]);
    await bench.world.advance(2 * lookEveryMs);
    assert.deepEqual(bench.unit.asked, ["restart"]);
  });
});
