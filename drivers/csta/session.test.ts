/** The driver on a simulated PBX, below a real link and a real switching function. */

import assert from "node:assert/strict";
import { callId, deviceId, type ConnectionId } from "../../firmware/model/identifiers.js";
import { actor, Bench, id } from "../csta-bench.js";
import { phase12Dialects, phase3Dialects } from "./dialects.js";
import { csta12, cstaXml, phase12Codec, phase3Codec, xmlCodec } from "./driver.js";
import { setForwarding } from "./peer-features.js";
import type { PeerCall } from "./peer-pbx.js";
import { timers } from "./timers.js";

describe("CSTA session", () => {
  let bench: Bench;
  afterEach(async () => { await bench.end(); });

  it("says whose fault a refused login is", async () => {
    bench = await new Bench({ user: "cti", password: "other" },
      { user: "cti", secret: "env:S" }).start();
    const { state } = bench.link.status;
    assert.ok(state.name === "down");
    assert.match(JSON.stringify(state.reason), /refused the user \\"cti\\"/);
  });

  it("answers the system status at once, also before the monitors are started", async () => {
    bench = new Bench();
    bench.peer.hang(false);
    await bench.start(100);
    bench.peer.status("normal");
    await bench.world.advance(5);
    assert.ok(bench.peer.heard.filter((name) => name === "result").length >= 2);
  });

  it("tells an event once although four monitors tell it", async () => {
    bench = await new Bench().start();
    assert.equal(bench.peer.monitored, 12);
    bench.peer.pbx.call({ from: "1001", to: "1002", ringMs: 1_000, talkMs: 2_000 });
    await bench.world.advance(10_000);
    assert.deepEqual(bench.types(), ["serviceInitiated 1001", "originated 1001",
      "delivered 1002", "established 1002", "connectionCleared 1001", "connectionCleared 1002"]);
    assert.equal(bench.switch.counters.illegal, 0);
  });

  for (const [name, differences] of Object.entries({
    "phase III": {}, "XML": { association: "session", codec: () => xmlCodec("generic") } as const,
  })) {
    it(`reads snapshots that the PBX sends in parts: ${name}`, async () => {
      bench = await new Bench({ snapshotParts: 1, ...differences }, {},
        name === "XML" ? cstaXml : undefined).start();
      const { pbx } = bench.peer;
      for (const [from, to] of [["1001", "1002"], ["1003", "1004"], ["1005", "0145678901"]]) {
        pbx.call({ from: from ?? "", to: to ?? "", ringMs: 100 });
      }
      await bench.world.advance(3_000);
      bench.line?.cut("cable pulled");
      pbx.call({ from: "1006", to: "1007", ringMs: 100 });
      await bench.world.advance(60_000);
      assert.equal(bench.state, "up");
      assert.equal(bench.switch.calls().length, 4);
      assert.ok(bench.switch.calls().every(({ stale }) => !stale));
      bench.assertSamePicture();
    });
  }

  it("tells what happens twice twice", async () => {
    bench = await new Bench().start();
    const call = bench.peer.pbx.call({ from: "1001", to: "1002", ringMs: 100 });
    await bench.world.advance(3_000);
    for (let times = 0; times < 3; times += 1) {
      bench.peer.pbx.hold(call, "1001");
      await bench.world.advance(50);
      bench.peer.pbx.retrieve(call, "1001");
      await bench.world.advance(50);
    }
    assert.equal(bench.types().filter((type) => type === "held 1001").length, 3);
    assert.equal(bench.types().filter((type) => type === "retrieved 1001").length, 3);
    bench.assertSamePicture();
  });

  for (const joinedCall of ["first", "second", "new"] as const) {
    for (const connectionDevices of ["static", "dynamic"] as const) {
      it(`keeps one live call: a transfer and a conference name the ${joinedCall} call, `
        + `${connectionDevices} devices`, async () => {
        bench = await new Bench({ joinedCall, connectionDevices }).start();
        const { pbx } = bench.peer;
        const consulting = async (from: string, to: string, third: string): Promise<{
          heldCall: ConnectionId; activeCall: ConnectionId;
        }> => {
          pbx.call({ from, to, ringMs: 200 });
          await bench.world.advance(2_000);
          const heldCall = bench.connection(to);
          const asked = bench.switch.request(id, { service: "consultationCall",
            existingCall: heldCall, consultedDevice: third }, actor, 5_000);
          await bench.world.advance(4_000);
          const made = await asked;
          assert.ok(made.ok && made.value.connection !== undefined, JSON.stringify(made));
          return { heldCall, activeCall: made.value.connection };
        };
        const calls = await consulting("1001", "1002", "1003");
        const transferred = bench.switch.request(id, { service: "transferCall", ...calls },
          actor, 5_000);
        await bench.world.advance(1_000);
        assert.ok((await transferred).ok);
        bench.assertSamePicture();
        assert.equal(bench.switch.calls().length, 1);
        const more = await consulting("1004", "1005", "1006");
        const conferenced = bench.switch.request(id, { service: "conferenceCall", ...more },
          actor, 5_000);
        await bench.world.advance(1_000);
        assert.ok((await conferenced).ok);
        bench.assertSamePicture();
        assert.equal(bench.switch.calls().length, 2);
        pbx.clear([...pbx.calls.values()].at(-1) as PeerCall, "1006");
        await bench.world.advance(1_000);
        bench.assertSamePicture();
        assert.equal(bench.switch.counters.illegal, 0);
        for (const call of [...pbx.calls.values()]) pbx.clearCall(call);
        await bench.world.advance(1_000);
        assert.equal(bench.switch.calls().length, 0);
      });
    }
  }

  it("tells events during a snapshot once: in it or after it, never twice", async () => {
    bench = await new Bench().start();
    const { pbx } = bench.peer;
    for (let round = 0; round < 40; round += 1) {
      const snapshot = bench.link.snapshot(10_000);
      const from = String(1001 + round % 6);
      const call = pbx.call({ from, to: String(1007 + round % 6), ringMs: 0 });
      bench.peer.delay(round % 7);
      await bench.world.advance(200 + round);
      pbx.hold(call, from);
      await bench.world.advance(round);
      pbx.retrieve(call, from);
      if (round % 3 === 0) pbx.clearCall(call);
      await bench.world.advance(500);
      assert.ok((await snapshot).ok);
      await bench.world.advance(500);
      bench.assertSamePicture();
      for (const left of [...pbx.calls.values()]) pbx.clearCall(left);
      await bench.world.advance(100);
    }
    assert.equal(bench.switch.counters.illegal, 0);
  });

  it("learns how fast monitors may be started, where the PBX drops the line", async () => {
    bench = await new Bench({ monitorGapMs: 100 }).start(300_000);
    assert.equal(bench.state, "up");
    assert.equal(bench.peer.monitored, 12);
    assert.ok(bench.opens > 1 && bench.opens < 10, String(bench.opens));
    const learned = bench.opens;
    bench.peer.drop();
    await bench.world.advance(60_000);
    assert.equal(bench.peer.monitored, 12);
    assert.equal(bench.opens, learned + 1);
  });

  it("says which devices have no monitor, and that the licence is used up", async () => {
    bench = await new Bench({ monitorsMax: 5 }).start();
    assert.equal(bench.state, "degraded");
    assert.match(JSON.stringify(bench.link.status.state), /licence allows no more than 5 monitors/);
    const without = bench.switch.devices(id).filter(({ notMonitored }) =>
      notMonitored !== undefined);
    assert.equal(without.length, 7);
    assert.match(JSON.stringify(without[0]?.notMonitored), /overallMonitorLimitExceeded/);
    // Asked once more than there are licences, not for each device.
    assert.ok(bench.peer.heard.filter((name) => name === "MonitorStart").length <= 13);
    assert.deepEqual(bench.link.status.peer?.monitorLicences,
      { used: 5, count: 5, source: "learned" });
  });

  it("takes no more licences than it is given, and says so", async () => {
    bench = await new Bench({}, { monitorLicences: 5 }).start();
    assert.equal(bench.state, "up");
    assert.equal(bench.peer.monitored, 5);
    assert.equal(bench.peer.heard.filter((name) => name === "MonitorStart").length, 5);
    assert.deepEqual(bench.link.status.peer?.monitorLicences,
      { used: 5, count: 5, source: "configured" });
    const without = bench.switch.devices(id).filter(({ notMonitored }) =>
      notMonitored !== undefined);
    assert.equal(without.length, 7);
    assert.match(JSON.stringify(without[0]?.notMonitored), /option `monitorLicences`/);
    await bench.world.advance(2 * timers.monitorAgain.ms);
    assert.equal(bench.peer.monitored, 5);
  });

  it("knows of more licences when the PBX gives more", async () => {
    bench = await new Bench({ monitorsMax: 5 }, { monitorLicences: 8 }).start();
    assert.deepEqual(bench.link.status.peer?.monitorLicences,
      { used: 5, count: 5, source: "learned" });
    bench.peer.licences = 100;
    await bench.world.advance(timers.monitorAgain.ms + 5_000);
    assert.equal(bench.peer.monitored, 8);
    assert.deepEqual(bench.link.status.peer?.monitorLicences,
      { used: 8, count: 8, source: "configured" });
  });

  it("gives the PBX's reason for a device that it does not know", async () => {
    bench = await new Bench({ discovery: "none" }, { devices: ["1001-1003", "1999"] }).start();
    assert.equal(bench.peer.monitored, 3);
    const [stranger] = bench.snapshots.at(-1)?.devices.filter(({ device }) =>
      device === "1999") ?? [];
    assert.match(JSON.stringify(stranger?.notMonitored?.reason), /invalidMonitorObject/);
  });

  it("loses a line on which nobody tells the system status", async () => {
    bench = await new Bench().start();
    bench.peer.hang(true);
    const { silence, statusAnswer } = timers;
    await bench.world.advance(silence.ms + statusAnswer.ms);
    assert.equal(bench.state, "up");
    await bench.world.advance(statusAnswer.ms);
    assert.notEqual(bench.state, "up");
  });

  it("asks for the system status after silence, and stays up", async () => {
    bench = await new Bench().start();
    await bench.world.advance(10 * timers.silence.ms);
    assert.equal(bench.opens, 1);
    assert.ok(bench.peer.heard.filter((name) => name === "RequestSystemStatus").length >= 8);
  });

  it("shows what the PBX says of itself, and looks again when it is over", async () => {
    bench = await new Bench().start();
    bench.peer.status("disabled");
    await bench.world.advance(100);
    assert.equal(bench.state, "degraded");
    const before = bench.snapshots.length;
    bench.peer.status("normal");
    await bench.world.advance(2_000);
    assert.equal(bench.state, "up");
    assert.ok(bench.snapshots.length > before);
  });

  it("remembers what this very PBX refuses", async () => {
    bench = await new Bench().start();
    bench.peer.unsupported.add("SetDoNotDisturb");
    const request = { service: "setDoNotDisturb", device: deviceId("1001"), on: true } as const;
    const answer = bench.link.request(request, 1_000);
    await bench.world.advance(100);
    const refused = await answer;
    assert.ok(!refused.ok && refused.fault.code === "service-not-supported");
    const probed = bench.link.probe(1_000);
    await bench.world.advance(100);
    const proofs = await probed;
    assert.ok(proofs.ok);
    assert.equal(proofs.value.find(({ subject }) => subject === "setDoNotDisturb")?.proven, "no");
    assert.equal(proofs.value.find(({ subject }) => subject === "makeCall")?.proven, "yes");
  });

  it("answers a refused service with the PBX's own words", async () => {
    bench = await new Bench().start();
    const connection = { call: callId("beef"), device: deviceId("1001") };
    const asked = bench.link.request({ service: "answerCall", connection }, 1_000);
    await bench.world.advance(100);
    const answer = await asked;
    assert.ok(!answer.ok);
    assert.equal(answer.fault.code, "connection-unknown");
    assert.match(answer.fault.message, /operation: invalidConnectionID/);
  });

  it("attaches a correlator, and hears of it", async () => {
    bench = await new Bench().start();
    bench.peer.pbx.call({ from: "1001", to: "1002", ringMs: 100 });
    await bench.world.advance(3_000);
    const asked = bench.link.request({ service: "associateData",
      connection: bench.connection("1001"), correlatorData: "0a0b" }, 1_000);
    await bench.world.advance(100);
    assert.ok((await asked).ok);
    const told = bench.events.find(({ type }) => type === "callInformation");
    assert.equal(told?.privateData?.fields["correlatorData"], "0a0b");
  });

  it("follows forwarded and incoming calls with names and lines", async () => {
    bench = await new Bench().start();
    const { pbx } = bench.peer;
    setForwarding(pbx, "1001", "1002");
    pbx.call({ from: "0140506070", name: "Anna", trunk: "8001", to: "1001", ringMs: 500 });
    await bench.world.advance(3_000);
    const delivered = bench.events.find((event) => event.type === "delivered");
    assert.ok(delivered?.type === "delivered");
    assert.deepEqual(delivered.callingDevice, { device: "0140506070", name: "Anna" });
    assert.equal(delivered.networkInterface, "8001");
    assert.equal(delivered.lastRedirectionDevice?.device, "1001");
    assert.equal(delivered.cause, "callForwardImmediate");
  });

  const numbers = { devices: ["1001-1012"] };
  for (const [title, make] of Object.entries({
    "phase III": () => new Bench(),
    "phase II": () => new Bench({ codec: () => phase12Codec("2", phase12Dialects.generic),
      connectionDevices: "dynamic" }, numbers, csta12),
    "XML": () => new Bench({ association: "session", codec: () => xmlCodec("generic") }, numbers,
      cstaXml),
  })) it(`survives a line that loses, doubles, cuts and damages ${title}`, async () => {
    bench = await make().start();
    const { random } = bench.world;
    const damage = (bytes: Uint8Array): Uint8Array => {
      const damaged = Uint8Array.from(bytes);
      damaged[random.integer(damaged.length)] = random.integer(256);
      return damaged;
    };
    bench.mangle = (bytes) => {
      switch (random.integer(8)) {
        case 0: return [];
        case 1: return [bytes, bytes];
        case 2: return [bytes.subarray(0, random.integer(bytes.length))];
        // Not what names a monitor: under a wrong name it is one that tells nothing.
        case 3: return [bytes.length > 60 && !Buffer.from(bytes).includes("MonitorStartResponse")
          ? damage(bytes) : bytes];
        default: return [bytes];
      }
    };
    const pbx = bench.peer;
    pbx.startTraffic(120);
    for (let minute = 0; minute < 20; minute += 1) {
      await bench.world.advance(60_000);
      void bench.link.request({ service: "makeCall", callingDevice: deviceId("1001"),
        calledNumber: "1002" }, 2_000);
    }
    bench.mangle = (bytes) => [bytes];
    // A device whose monitor was refused is tried again.
    await bench.world.advance(timers.monitorAgain.ms + 60_000);
    pbx.stopTraffic();
    // A call that comes is at its line first, where nobody sees it.
    await bench.world.advance(1_000);
    assert.ok(["up", "degraded"].includes(bench.state), bench.state);
    const healed = bench.link.snapshot(5_000);
    await bench.world.advance(5_000);
    assert.ok((await healed).ok);
    bench.assertSamePicture();
    assert.equal(bench.peer.monitored, 12);
    assert.ok(bench.link.status.counters.garbageBytes > 0);
  }).timeout(30_000);

  it("monitors a device again whose monitor the PBX has ended", async () => {
    bench = await new Bench().start();
    const codec = phase3Codec("generic", phase3Dialects.generic);
    const stop = codec.encode({ kind: "invoke", invokeID: 77, service: "MonitorStop",
      argument: { monitorCrossRefID: "0003" } });
    assert.ok(stop !== undefined);
    bench.line?.far.send(stop);
    await bench.world.advance(2_000);
    assert.equal(bench.peer.heard.filter((name) => name === "MonitorStart").length, 13);
    assert.equal(bench.state, "up");
  });
});
