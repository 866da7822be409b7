import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { callId, deviceId, linkId } from "../../model/identifiers.js";
import type { CstaMessage } from "../../wire/csta/message.js";
import { cstaBerCodec } from "../../wire/csta/ber-codec.js";
import { acseVariants } from "../../wire/csta/acse.js";
import { phase3 } from "../../wire/csta/phase3.js";
import { simulatedServer, SimulatedApplication } from "./application-simulated.js";
import { CallNames } from "./call-names.js";
import { Outbox } from "./outbox.js";
import { Rights, verdictsMax } from "./rights.js";
import { requestsInFlightMax } from "./session.js";
import { sessionsMax } from "./sessions.js";
import { deviceList, devicesPerSegment } from "./snapshots.js";
import { chosenVersion } from "./versions.js";

const pbx = linkId("pbx-1");
const codec = () => cstaBerCodec({ phase: phase3, framing: { name: "len16" },
  acse: acseVariants.plain });

describe("CSTA server: bounds", () => {
  it("names of calls: ended ones make room first, then the oldest", () => {
    const names = new CallNames(3);
    const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(callId);
    assert.ok(a !== undefined && b !== undefined && c !== undefined && d !== undefined
      && e !== undefined);
    assert.deepEqual([a, b, c, a].map((call) => names.nameOf(pbx, call)),
      ["00000001", "00000002", "00000003", "00000001"]);
    names.ended(pbx, b);
    assert.equal(names.callOf("00000002")?.call, b);
    names.nameOf(pbx, d);
    assert.equal(names.callOf("00000002"), undefined);
    assert.equal(names.callOf("00000001")?.call, a);
    names.nameOf(pbx, e);
    assert.equal(names.callOf("00000001"), undefined);
    assert.equal(names.size, 3);
  });

  it("what waits: answers stay, events become one gap in their place", () => {
    const outbox = new Outbox(2);
    const event = (crossRef: string): CstaMessage => ({ kind: "event",
      monitorCrossRefID: crossRef, event: { type: "callCleared", clearedCall: {} } });
    const answer: CstaMessage = { kind: "result", invokeID: 1, result: {} };
    outbox.event(event("1"));
    outbox.message(answer);
    outbox.event(event("2"));
    outbox.event(event("3"));
    assert.deepEqual([outbox.events, outbox.messages, outbox.lost], [1, 1, 2]);
    assert.deepEqual([outbox.take(), outbox.take(), outbox.take(), outbox.take()].map((item) =>
      item?.kind), ["message", "gap", "event", undefined]);
    assert.deepEqual([outbox.events, outbox.messages], [0, 0]);
  });

  it("verdicts on devices are forgotten, not changed", () => {
    const identity = { name: "a", role: "operator", roles: [], method: "password",
      mustChangePassword: false, credential: "user:a" } as const;
    const rights = new Rights(identity, { devices: ["1*", "pbx-1:2?", "a.c"] });
    for (let number = 0; number <= verdictsMax; number += 1) {
      assert.equal(rights.covers(pbx, `1${number}`), true);
    }
    assert.deepEqual(["1", "20", "200", "a.c", "abc", "3"].map((device) =>
      rights.covers(pbx, device)), [true, true, false, true, false, false]);
    assert.equal(rights.covers(linkId("pbx-2"), "20"), false);
  });

  it("lists of devices come in segments, an empty one too", () => {
    const naming = { callName: String, deviceName: (_link: unknown, device: string) => device };
    const view = { link: pbx, device: deviceId("1"), category: "station", name: undefined,
      inService: true, agentState: undefined, agent: undefined, agentReason: undefined,
      doNotDisturb: undefined, messageWaiting: undefined, forwardings: undefined,
      notMonitored: undefined, calls: 0 } as const;
    const sizes = (count: number) => deviceList("1", Array.from({ length: count }, () => view),
      naming).map(({ argument }) => "deviceList" in argument
      ? [argument.deviceList.length, argument.lastSegment] : []);
    assert.deepEqual(sizes(0), [[0, true]]);
    assert.deepEqual(sizes(devicesPerSegment), [[devicesPerSegment, true]]);
    assert.deepEqual(sizes(devicesPerSegment + 1), [[devicesPerSegment, false], [1, true]]);
  });

  it("requests under way, and sessions", async () => {
    const world = new SimulatedWorld();
    const server = await simulatedServer(world, codec, { requestsPerSecondMax: 10_000 });
    const [link] = server.gateway.simulatedLinks;
    assert.ok(link !== undefined);
    link.request = () => new Promise(() => undefined);
    server.gateway.switch.reconcile(pbx, { calls: [], agents: [],
      devices: [{ device: deviceId("101"), category: "station" }] }, "test");
    const app = new SimulatedApplication(world, server);
    await app.signIn();
    const dn = (text: string) => ({ kind: "dialingNumber", text }) as const;
    for (let invokeID = 1; invokeID <= requestsInFlightMax; invokeID += 1) {
      await app.send({ kind: "invoke", invokeID, service: "MakeCall",
        argument: { callingDevice: dn("101"), calledDirectoryNumber: dn("102") } });
    }
    assert.deepEqual(await app.ask("RequestSystemStatus", {}), { systemStatus: "normal" });
    assert.equal(await app.ask("MakeCall",
      { callingDevice: dn("101"), calledDirectoryNumber: dn("102") }),
    "subscribedResourceAvailability/outstandingRequestLimitExceeded");
    const others: SimulatedApplication[] = [];
    while (server.sessions.list().length < sessionsMax) {
      const other = new SimulatedApplication(world, server);
      await other.signIn("viewer");
      others.push(other);
    }
    const late = new SimulatedApplication(world, server, { address: "192.0.2.10" });
    assert.equal((await late.signIn("viewer")).kind, "association-refused");
    others[0]?.cut();
    const later = new SimulatedApplication(world, server, { address: "192.0.2.10" });
    assert.equal((await later.signIn("viewer")).kind, "associated");
    assert.equal(server.sessions.list().length, sessionsMax);
    server.sessions.stop();
    await server.gateway.stop();
  });
});

describe("CSTA versions", () => {
  it("the newest common one; none where there is none; nothing to choose from nothing", () => {
    const edition = (name: string): string =>
      `http://www.ecma-international.org/standards/ecma-323/csta/${name}`;
    assert.equal(chosenVersion("xml", [edition("ed3"), edition("ed5"), edition("ed4/priv9")]),
      edition("ed5"));
    assert.equal(chosenVersion("xml", [edition("ed4/priv9")]), edition("ed4"));
    assert.equal(chosenVersion("xml", ["http://www.ecma.ch/standards/ecma-323/csta"]),
      "http://www.ecma.ch/standards/ecma-323/csta");
    assert.equal(chosenVersion("xml", [edition("ed9"), "other"]), "none");
    assert.equal(chosenVersion("asn1-phase3", ["1", "3", "4", "5"]), "4");
    assert.equal(chosenVersion("asn1-phase3", ["1"]), "none");
    assert.equal(chosenVersion("asn1-phase2", ["0", "1"]), "1");
    assert.equal(chosenVersion("xml", []), undefined);
  });
});
