import assert from "node:assert/strict";
import type { Text } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { callId, deviceId, linkId } from "../model/identifiers.js";
import { simulatedGateway, type SimulatedGateway } from "../northbound/api/gateway-simulated.js";
import { reportsMax, type AcceptanceWish, type SignedReport } from "./acceptance.js";
import type { Outcome, ReportTest } from "./report.js";

const wish: AcceptanceWish = { links: [], testCallMs: 60_000, installer: "Ann", site: "Lyon",
  remarks: "", runBy: "ann" };

describe("acceptance run", () => {
  let world: SimulatedWorld;
  let gateway: SimulatedGateway;
  let told: string[];

  beforeEach(async () => {
    world = new SimulatedWorld();
    gateway = await simulatedGateway({ world, links: ["pbx-1", "pbx-2"] });
    told = [];
  });
  afterEach(() => gateway.access.stop(0));

  const tell = (text: Text, callWanted: boolean): void => {
    told.push(`${callWanted ? "! " : ""}${typeof text === "string" ? text : text.en}`);
  };

  async function run(change: Partial<AcceptanceWish> = {}, meanwhile = async () => {
    await world.advance(61_000);
  }): Promise<SignedReport> {
    const running = gateway.acceptance.run({ ...wish, ...change }, tell,
      new AbortController().signal);
    await world.settle();
    await meanwhile();
    const made = await running;
    assert.ok(made.ok);
    return made.value;
  }

  const testOf = ({ report }: SignedReport, link: string, key: string): ReportTest | undefined =>
    report.subjects.find(({ name }) => name === link)?.tests.find((test) => test.key === key);
  const outcome = (made: SignedReport, link: string, key: string): Outcome | undefined =>
    testOf(made, link, key)?.outcome;

  function ring(link: string): void {
    const connection = { call: callId("c1"), device: deviceId("101") };
    gateway.frameSource.add({ atMs: 0, direction: "in", bytes: Buffer.from("RING 101\r\n") });
    gateway.switch.apply({ type: "delivered", link: linkId(link), cause: "newCall",
      receivedAtMs: world.clock.monotonicMs(), connection,
      alertingDevice: { device: connection.device },
      callingDevice: { device: deviceId("0142685300") },
      calledDevice: { device: connection.device } });
  }

  it("asks for a call, notes when it came and what of it, and says where none came", async () => {
    const made = await run({}, async () => {
      await world.advance(10_000);
      ring("pbx-1");
      await world.advance(51_000);
    });
    assert.match(told[0] ?? "", /^! Make a test call now, through: pbx-1, pbx-2\. .* 60 s/);
    const seen = testOf(made, "pbx-1", "test-call");
    assert.equal(seen?.outcome, "passed");
    // The unit's zone is Paris: an hour ahead of UTC's eight.
    assert.deepEqual(seen.text,
      { en: "seen at 2026-11-23 09:00:10", fr: "vu à 2026-11-23 09:00:10" });
    assert.equal(seen.evidence[0]?.source, "event 1");
    assert.match(JSON.stringify(seen.evidence[0]?.value), /^"delivered .*0142685300/);
    const none = testOf(made, "pbx-2", "test-call");
    assert.deepEqual([none?.outcome, (none?.text as { en: string }).en],
      ["failed", "no call was seen within 60 s"]);
    assert.equal(made.report.verdict, "failed");
    const page = made.page("fr");
    assert.ok(page.ok && page.value.includes("vu à 2026-11-23 09:00:10"));
  });

  it("ends the waiting when every link has told of a call", async () => {
    const made = await run({ links: ["pbx-2"] }, async () => {
      await world.advance(1_000);
      ring("pbx-2");
      await world.advance(1_000);
    });
    assert.deepEqual(made.report.subjects.map(({ name }) => name), ["jackfield", "pbx-2"]);
    assert.equal(outcome(made, "pbx-2", "test-call"), "passed");
  });

  it("says why a test was not run: not asked for, link disabled", async () => {
    gateway.simulatedLinks[1]?.disable();
    const made = await run({ testCallMs: 0 }, () => world.settle());
    assert.deepEqual([outcome(made, "pbx-1", "test-call"), outcome(made, "pbx-1", "state")],
      ["not-run", "passed"]);
    assert.deepEqual([outcome(made, "pbx-2", "state"), outcome(made, "pbx-2", "received")],
      ["not-run", "not-run"]);
    assert.deepEqual(told.filter((text) => text.startsWith("!")), []);
  });

  it("fails for alarms that stand, each with the thing it is about", async () => {
    gateway.alarms.raise("clock-drift", "pbx-1", "7 minutes");
    gateway.alarms.raise("link-quiet", "pbx-2", "since 9:00");
    gateway.alarms.raise("disk-low", "unit", "5 %");
    const made = await run({ testCallMs: 0 }, () => world.settle());
    assert.deepEqual(["pbx-1", "pbx-2"].flatMap((link) => [outcome(made, link, "clock"),
      outcome(made, link, "alarms")]), ["failed", "passed", "not-run", "failed"]);
    assert.equal(outcome(made, "jackfield", "alarms"), "failed");
  });

  it("shows what changed since the report before", async () => {
    const first = await run({ testCallMs: 0 }, () => world.settle());
    assert.deepEqual([first.report.previous.number, first.report.changes], [0, []]);
    gateway.simulatedLinks[0]?.disable();
    const second = await run({ testCallMs: 0 }, () => world.settle());
    assert.equal(second.report.previous.number, 1);
    assert.ok(second.report.changes.some(({ subject, after }) => subject === "link pbx-1"
      && (after as { en: string }).en === "not run: the link is disabled"));
    const told = await gateway.acceptance.diff(1, 0);
    assert.deepEqual(told.ok && told.value, second.report.changes);
    const unknown = await gateway.acceptance.diff(1, 9);
    assert.equal(!unknown.ok && unknown.fault.code, "not-found");
  });

  it("keeps nothing of a caller that goes away, and runs one at a time", async () => {
    const caller = new AbortController();
    const running = gateway.acceptance.run(wish, tell, caller.signal);
    await world.advance(1_000);
    const busy = await gateway.acceptance.run(wish, tell, new AbortController().signal);
    assert.equal(!busy.ok && busy.fault.code, "precondition");
    caller.abort();
    await world.advance(1_000);
    const gone = await running;
    assert.equal(!gone.ok && gone.fault.code, "deadline-passed");
    assert.deepEqual(await gateway.acceptance.list(), []);
    const wrong = await gateway.acceptance.run({ ...wish, links: ["pbx-9"] }, tell,
      new AbortController().signal);
    assert.equal(!wrong.ok && wrong.fault.code, "link-unknown");
  });

  it("keeps the newest reports", async () => {
    for (let made = 0; made < reportsMax + 2; made += 1) {
      await run({ testCallMs: 0, links: ["pbx-1"] }, () => world.settle());
    }
    const kept = await gateway.acceptance.list();
    assert.deepEqual([kept.length, kept[0]?.number, kept.at(-1)?.number],
      [reportsMax, reportsMax + 2, 3]);
  });
});
