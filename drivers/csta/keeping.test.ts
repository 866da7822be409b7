/** What is asked of the PBX for the sake of its resources: filters, sessions that are kept. */

import assert from "node:assert/strict";
import { deviceId } from "../../firmware/model/identifiers.js";
import { actor, Bench, id } from "../csta-bench.js";
import { acseVariants } from "../../firmware/wire/csta/acse.js";
import { cstaBerCodec } from "../../firmware/wire/csta/ber-codec.js";
import type { CstaEventName } from "../../firmware/wire/csta/message.js";
import { phase2 } from "../../firmware/wire/csta/phase1-2.js";
import { phase12Dialects } from "./dialects.js";
import { csta12, csta3, cstaXml, phase12Codec, xmlCodec } from "./driver.js";
import { physicalEvents } from "./session.js";
import { cleanupSeconds } from "./kept-sessions.js";

const xml = { association: "session" as const, codec: () => xmlCodec("generic") };
const count = (bench: Bench, name: string): number =>
  bench.peer.heard.filter((each) => each === name).length;

describe("CSTA monitors and sessions", () => {
  let bench: Bench;
  afterEach(async () => { await bench.end(); });

  const hookswitch = { type: "other", name: "hookswitch", element: "a3020500" } as const;

  it("asks not to be told what nobody has a use for", async () => {
    bench = await new Bench().start();
    let frames = 0;
    bench.mangle = (bytes) => {
      frames += 1;
      return [bytes];
    };
    bench.peer.say(hookswitch, "1001");
    await bench.world.advance(1_000);
    assert.equal(frames, 0);
    bench.peer.say({ type: "doNotDisturb", device: { kind: "dialingNumber", text: "1001" },
      doNotDisturbOn: true }, "1001");
    await bench.world.advance(1_000);
    assert.deepEqual(bench.types(), ["doNotDisturb"]);
  });

  it("suppresses nothing that an application may want: its filter needs no word to the PBX",
    async () => {
      bench = await new Bench({}, { physicalDevices: true }).start();
      const suppressed: readonly string[] =
        bench.peer.asked.MonitorStart?.requestedMonitorFilter ?? [];
      assert.ok(suppressed.includes("hookswitch"));
      assert.deepEqual(csta3.capabilities.events.filter((name) => suppressed.includes(name)), []);
      assert.ok(!suppressed.includes("privateEvent"));
      await bench.end();
      bench = await new Bench().start();
      assert.deepEqual(csta3.capabilities.events.filter((name) =>
        bench.peer.asked.MonitorStart?.requestedMonitorFilter?.includes(name as CstaEventName)),
      [...physicalEvents]);
    });

  it("does without a filter where the PBX takes none", async () => {
    bench = new Bench();
    bench.peer.unsupported.add("requestedMonitorFilter");
    await bench.start();
    assert.equal(bench.state, "up");
    assert.equal(bench.peer.monitored, 12);
    assert.ok(count(bench, "MonitorStart") < 24);
  });

  it("goes on with its session after a short break, and learns what happened", async () => {
    bench = await new Bench({ ...xml, keepSeconds: 60 }, {}, cstaXml).start();
    bench.peer.pbx.call({ from: "1001", to: "1002", ringMs: 200 });
    await bench.world.advance(2_000);
    bench.line?.cut("cable pulled");
    bench.peer.pbx.call({ from: "1003", to: "1004", ringMs: 10, talkMs: 10 });
    await bench.world.advance(20_000);
    assert.equal(bench.state, "up");
    assert.equal(count(bench, "MonitorStart"), 12);
    assert.equal(count(bench, "ChangeMonitorFilter"), 1);
    // The whole of a call that came and went meanwhile, by the PBX's own events.
    assert.deepEqual(bench.types().slice(-6), ["serviceInitiated 1003", "originated 1003",
      "delivered 1004", "established 1004", "connectionCleared 1003", "connectionCleared 1004"]);
    bench.assertSamePicture();
    bench.peer.pbx.call({ from: "1005", to: "1006", ringMs: 10 });
    await bench.world.advance(2_000);
    bench.assertSamePicture();
  });

  it("starts monitors anew where the PBX has given the session or its monitors up", async () => {
    bench = await new Bench({ ...xml, keepSeconds: 0.01 }, {}, cstaXml).start();
    bench.line?.cut("cable pulled");
    await bench.world.advance(20_000);
    assert.equal(bench.state, "up");
    assert.equal(count(bench, "MonitorStart"), 24);
    assert.equal(bench.peer.monitored, 12);
    bench.line?.cut("cable pulled");
    bench.peer.forgetMonitors();
    await bench.world.advance(20_000);
    assert.equal(count(bench, "MonitorStart"), 36);
    assert.equal(bench.peer.monitored, 12);
  });

  it("does not ask for a session that is too old, and goes on when the link is restarted",
    async () => {
      bench = await new Bench({ ...xml, keepSeconds: 3_600 }, {}, cstaXml).start();
      bench.reachable = false;
      bench.line?.cut("cable pulled");
      await bench.world.advance(cleanupSeconds * 1_000 + 1_000);
      bench.reachable = true;
      await bench.world.advance(60_000);
      assert.equal(bench.state, "up");
      assert.equal(count(bench, "MonitorStart"), 24);
      bench.link.restart();
      await bench.world.advance(20_000);
      assert.equal(bench.state, "up");
      assert.equal(count(bench, "MonitorStart"), 24);
    });

  it("says which services and events this very PBX has", async () => {
    bench = new Bench();
    for (const name of ["GetForwarding", "messageWaiting"]) bench.peer.unsupported.add(name);
    await bench.start();
    const probing = bench.link.probe(10_000);
    await bench.world.advance(2_000);
    const proofs = await probing;
    assert.ok(proofs.ok);
    const proven = new Map(proofs.value.map((each) => [each.subject, each.proven]));
    assert.deepEqual(["getForwarding", "getDoNotDisturb", "messageWaiting", "forwarding"].map(
      (subject) => proven.get(subject as "forwarding")), ["no", "yes", "no", "yes"]);
    const asked = bench.switch.request(id, { service: "getForwarding",
      device: deviceId("1001") }, actor, 1_000);
    await bench.world.advance(1_000);
    const answer = await asked;
    assert.equal(!answer.ok && answer.fault.code, "service-not-supported");
  });

  const probed = async (): Promise<ReadonlyMap<string, readonly [string, string]>> => {
    const probing = bench.link.probe(10_000);
    await bench.world.advance(2_000);
    const proofs = await probing;
    assert.ok(proofs.ok);
    return new Map(proofs.value.map(({ subject, proven, evidence }) =>
      [subject, [proven, typeof evidence === "string" ? evidence : evidence.en]]));
  };

  for (const [name, make] of Object.entries({ "phase III": () => new Bench(),
    XML: () => new Bench(xml, {}, cstaXml) })) {
    it(`asks a PBX for its features, then for its capabilities: ${name}`, async () => {
      bench = make();
      for (const each of ["HoldCall", "held"]) bench.peer.unsupported.add(each);
      await bench.start();
      const first = await probed();
      assert.deepEqual(["holdCall", "held", "retrieveCall", "retrieved"].map((subject) =>
        first.get(subject)?.[0]), ["no", "no", "yes", "yes"]);
      assert.equal(count(bench, "GetSwitchingFunctionCapabilities"), 0);
      bench.peer.unsupported.add("GetCSTAFeatures");
      const second = await probed();
      assert.deepEqual(second.get("holdCall"), first.get("holdCall"));
      assert.equal(count(bench, "GetSwitchingFunctionCapabilities"), 1);
      assert.equal(count(bench, "GetLogicalDeviceInformation"), 0);
    });

    it(`asks a telephone where the PBX says nothing of the whole: ${name}`, async () => {
      bench = make();
      for (const each of ["GetCSTAFeatures", "GetSwitchingFunctionCapabilities", "HoldCall",
        "SetDisplay", "established"]) bench.peer.unsupported.add(each);
      await bench.start();
      const proofs = await probed();
      assert.ok(count(bench, "GetLogicalDeviceInformation") > 0);
      assert.equal(count(bench, "GetPhysicalDeviceInformation"),
        count(bench, "GetLogicalDeviceInformation"));
      assert.deepEqual(["holdCall", "retrieveCall", "setDisplay", "getDisplay", "established",
        "delivered"].map((subject) => proofs.get(subject)?.[0]),
      ["no", "yes", "no", "yes", "no", "yes"]);
      assert.match(proofs.get("holdCall")?.[1] ?? "", /does not list HoldCall/);
      // Whether it takes private data no telephone says.
      assert.equal(proofs.get("privateData")?.[0], "not-tried");
      bench.peer.unsupported.add("GetLogicalDeviceInformation");
      bench.peer.unsupported.add("GetPhysicalDeviceInformation");
      assert.equal((await probed()).get("retrieveCall")?.[0], "not-tried");
    });
  }

  it("takes from the association what a PBX of phase II offers", async () => {
    const { services, events } = phase12Codec("2", phase12Dialects.generic);
    const offers = { events: new Set([...events].filter((each) => each !== "held")),
      services: new Set([...services].filter((each) => each !== "HoldCall")) };
    bench = await new Bench({ discovery: "none",
      codec: () => cstaBerCodec({ phase: phase2, framing: { name: "len16" },
        acse: acseVariants.phase2, offers }) }, { phase: "2", devices: ["1001-1004"] },
    csta12).start();
    const proofs = await probed();
    assert.deepEqual(["holdCall", "retrieveCall", "held", "retrieved"].map((subject) =>
      proofs.get(subject)?.[0]), ["no", "yes", "no", "yes"]);
    // One operation of several features: which of them there are the PBX does not say.
    assert.equal(proofs.get("setForwarding")?.[0], "not-tried");
  });
});
