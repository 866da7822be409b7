import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import type { CallEvent } from "../../model/events.js";
import { callId, deviceId, linkId } from "../../model/identifiers.js";
import { acseVariants } from "../../wire/csta/acse.js";
import { cstaBerCodec } from "../../wire/csta/ber-codec.js";
import type { CstaConnection, CstaDevice } from "../../wire/csta/message.js";
import { phase3 } from "../../wire/csta/phase3.js";
import { cstaXmlCodec } from "../../wire/csta/xml-codec.js";
import { simulatedPassword } from "../api/gateway-simulated.js";
import { simulatedServer, SimulatedApplication, type SimulatedServer }
  from "./application-simulated.js";

const dn = (text: string): CstaDevice => ({ kind: "dialingNumber", text });
const at = (callID: string, device: string): CstaConnection => ({ callID, deviceID: dn(device) });
const pbx = linkId("pbx-1");
type Body = CallEvent extends infer E ? E extends CallEvent
  ? Omit<E, "link" | "cause" | "receivedAtMs"> : never : never;

const codecs = {
  ber: () => cstaBerCodec({ phase: phase3, framing: { name: "len16" },
    acse: acseVariants.panasonic }),
  xml: () => cstaXmlCodec(),
};

describe("CSTA session", () => {
  let world: SimulatedWorld;
  let server: SimulatedServer;

  const start = async (settings = {}, links?: readonly string[]): Promise<void> => {
    world = new SimulatedWorld();
    server = await simulatedServer(world,
      "protocol" in settings ? codecs.xml : codecs.ber, settings, links);
  };
  const application = async (
    user: string | undefined = "operator", options = {},
  ): Promise<SimulatedApplication> => {
    const made = new SimulatedApplication(world, server, options);
    assert.equal((await made.signIn(user)).kind, "associated");
    return made;
  };
  const happen = async (body: Body, cause: CallEvent["cause"] = "newCall", link = pbx) => {
    server.gateway.switch.apply(
      { ...body, link, cause, receivedAtMs: world.clock.monotonicMs() } as CallEvent);
    await world.settle();
  };
  const connection = (call: string, device: string) =>
    ({ call: callId(call), device: deviceId(device) });
  const party = (device: string) => ({ device: deviceId(device) });
  /** The PBX lists its devices. */
  const devices = async (names: readonly string[], link = pbx): Promise<void> => {
    server.gateway.switch.reconcile(link, { calls: [], agents: [],
      devices: names.map((name) => ({ device: deviceId(name), category: "station" as const })) },
    "test");
    await world.settle();
  };
  const ring = async (call: string, from: string, to: string): Promise<void> => {
    await happen({ type: "originated", connection: connection(call, from),
      callingDevice: party(from), calledDevice: party(to) });
    await happen({ type: "delivered", connection: connection(call, to), alertingDevice: party(to),
      callingDevice: party(from), calledDevice: party(to) });
  };
  const answer = (call: string, from: string, to: string): Promise<void> =>
    happen({ type: "established", connection: connection(call, to), answeringDevice: party(to),
      callingDevice: party(from), calledDevice: party(to) }, "normal");
  const monitor = async (app: SimulatedApplication, device: string): Promise<string> => {
    const started = await app.ask("MonitorStart", { monitorObject: { deviceObject: dn(device) } });
    assert.ok(typeof started === "object", `refused: ${JSON.stringify(started)}`);
    return String(started["monitorCrossRefID"]);
  };

  afterEach(async () => {
    server.sessions.stop();
    await server.gateway.stop();
  });

  it("greets, says how it is, and answers in kind", async () => {
    await start();
    const app = await application();
    assert.deepEqual(app.statuses, ["normal"]);
    assert.deepEqual(await app.ask("RequestSystemStatus", {}), { systemStatus: "normal" });
    assert.deepEqual(await app.ask("SystemStatus", { systemStatus: "normal" }), {});
    await app.send({ kind: "release", invokeID: 9 });
    assert.deepEqual(app.heard.at(-1), { kind: "released" });
    assert.ok(app.isClosed);
    assert.equal(server.sessions.list().length, 0);
  });

  it("refuses a wrong password, no password, and a version that it has not", async () => {
    await start();
    const app = new SimulatedApplication(world, server);
    const refused = await app.signIn("operator", "wrong-horse");
    assert.equal(refused.kind === "association-refused" && refused.reason,
      "authentication-failed");
    assert.ok(app.isClosed);
    const nameless = await new SimulatedApplication(world, server).signIn("", "");
    assert.equal(nameless.kind, "association-refused");
    const old = await new SimulatedApplication(world, server)
      .signIn("operator", simulatedPassword, { versions: ["1"] });
    assert.equal(old.kind === "association-refused" && old.reason, "version-not-supported");
    assert.equal(server.gateway.audit.entries.length, 0);
  });

  it("lets a token in as the password, and ends with it", async () => {
    await start();
    const by = await server.gateway.access.signIn("admin", simulatedPassword, "test");
    assert.ok(by.ok);
    const made = await server.gateway.access.createToken(by.value.identity, "crm", "viewer",
      undefined);
    assert.ok(made.ok);
    const app = new SimulatedApplication(world, server);
    assert.equal((await app.signIn("whatever", made.value.secret)).kind, "associated");
    await server.gateway.access.revokeToken(made.value.token.id);
    assert.equal(app.heard.at(-1)?.kind, "abort");
    assert.ok(app.isClosed);
  });

  it("does not end after hours, but with its user", async () => {
    await start();
    const app = await application();
    for (let hours = 0; hours < 24; hours += 1) await world.advance(3_600_000);
    assert.ok(!app.isClosed);
    await server.gateway.access.updateUser("operator", { disabled: true });
    assert.ok(app.isClosed);
  });

  it("lets in by address who cannot send a password, with his role", async () => {
    await start({ applications: [{ user: "viewer", from: ["192.0.2.0/28"] }] });
    await devices(["101"]);
    const app = new SimulatedApplication(world, server);
    assert.equal((await app.signIn("", "")).kind, "associated");
    const mute = new SimulatedApplication(world, server);
    assert.deepEqual(await mute.ask("RequestSystemStatus", {}), { systemStatus: "normal" });
    const stranger = new SimulatedApplication(world, server, { address: "192.0.2.99" });
    assert.equal((await stranger.signIn("", "")).kind, "association-refused");
    assert.equal(await app.ask("MakeCall",
      { callingDevice: dn("101"), calledDirectoryNumber: dn("102") }),
    "security/securityInfoViolated");
  });

  it("tells each watcher the state of its own device, once per monitor", async () => {
    await start();
    await devices(["101", "102"]);
    const app = await application();
    const [one, two] = [await monitor(app, "101"), await monitor(app, "102")];
    assert.deepEqual([one, two], ["0001", "0002"]);
    await ring("c1", "101", "102");
    await answer("c1", "101", "102");
    await happen({ type: "held", connection: connection("c1", "101"),
      holdingDevice: party("101") });
    await happen({ type: "connectionCleared", connection: connection("c1", "101"),
      releasingDevice: party("101") }, "normalClearing");
    await happen({ type: "connectionCleared", connection: connection("c1", "102"),
      releasingDevice: party("102") }, "normalClearing");
    assert.deepEqual([...app.events].sort(), [
      "0001 connectionCleared null", "0001 delivered connected", "0001 established connected",
      "0001 held hold", "0001 originated connected",
      "0002 connectionCleared connected", "0002 connectionCleared null",
      "0002 delivered alerting", "0002 established connected", "0002 held connected",
    ]);
    const delivered = app.reports.find(({ type }) => type === "delivered");
    assert.deepEqual(delivered, { type: "delivered", connection: at("00000001", "102"),
      alertingDevice: dn("102"), callingDevice: dn("101"), calledDevice: dn("102"),
      lastRedirectionDevice: "notRequired", cause: "newCall", localConnectionInfo: "connected",
      extensions: { time: "20261123080000Z" } });
  });

  it("reports a consultation and its transfer, and calls keep their names", async () => {
    await start();
    await devices(["101", "102", "103"]);
    const app = await application();
    await monitor(app, "102");
    await monitor(app, "103");
    await ring("c1", "101", "102");
    await answer("c1", "101", "102");
    await happen({ type: "held", connection: connection("c1", "102"), holdingDevice: party("102") },
      "consultation");
    await ring("c2", "102", "103");
    await answer("c2", "102", "103");
    app.heard.length = 0;
    await happen({ type: "transferred", primaryOldCall: connection("c1", "102"),
      secondaryOldCall: connection("c2", "102"), transferringDevice: party("102"),
      transferredToDevice: party("103"), connections: [
        { newConnection: connection("c2", "101"), oldConnection: connection("c1", "101") },
        { newConnection: connection("c2", "103"), oldConnection: connection("c2", "103") }] },
    "transfer");
    assert.deepEqual([...app.events].sort(),
      ["0001 transferred null", "0002 transferred connected"]);
    const [report] = app.reports;
    assert.equal(report?.type, "transferred");
    assert.deepEqual(report.primaryOldCall, at("00000001", "102"));
    assert.deepEqual(report.transferredConnections?.map(({ newConnection }) => newConnection),
      [at("00000002", "101"), at("00000002", "103")]);
    // The old name still means the call that goes on.
    const cleared = await app.ask("ClearConnection",
      { connectionToBeCleared: at("00000001", "103") });
    assert.deepEqual(cleared, {});
    assert.deepEqual(server.gateway.simulatedLinks[0]?.requests.at(-1),
      { service: "clearConnection", connection: connection("c2", "103") });
  });

  it("asks the PBX for what an application asks, and writes down who did", async () => {
    await start();
    await devices(["101", "102"]);
    const app = await application();
    const { requests } = server.gateway.simulatedLinks[0] ?? { requests: [] };
    assert.deepEqual(await app.ask("MakeCall", { callingDevice: dn("101"),
      calledDirectoryNumber: dn("0140561234"), autoOriginate: "doNotPrompt" }),
    { callingDevice: { deviceID: dn("101") } });
    await ring("c1", "101", "102");
    // Nobody watches: the name is made when it is first needed.
    const shot = await app.ask("SnapshotDevice", { snapshotObject: dn("102") });
    assert.deepEqual(shot, { snapshotData: [{ connectionIdentifier: at("00000001", "102"),
      endpointDevice: dn("101"), localCallState: ["alerting", "connected"] }] });
    assert.deepEqual(await app.ask("AnswerCall", { callToBeAnswered: at("00000001", "102") }), {});
    assert.equal(await app.ask("HoldCall", { callToBeHeld: at("00000001", "102") }),
      "stateIncompatibility/invalidConnectionState");
    assert.equal(await app.ask("HoldCall", { callToBeHeld: at("000000ff", "102") }),
      "operation/invalidConnectionID");
    assert.equal(await app.ask("MakeCall",
      { callingDevice: dn("999"), calledDirectoryNumber: dn("1") }),
    "operation/invalidCallingDeviceID");
    assert.equal(await app.ask("CallDetailRecordsReport", { cdrInfo: [] }),
      "operation/serviceNotSupported");
    assert.equal(await app.ask("MakeCall", { callingDevice: dn("101"),
      calledDirectoryNumber: dn("102"), accountCode: "4711" }),
    "operation/accountCodeNotSupported");
    assert.equal(await app.ask("Escape", { extensions: { privateData: ["0500"] } }),
      "operation/privateDataNotSupported");
    // Operation 999, which no edition has.
    await app.sendBytes(Buffer.from("000ba10902014d020203e70500", "hex"));
    assert.deepEqual(app.heard.at(-1), { kind: "error", invokeID: 77,
      error: { category: "operation", value: "serviceNotSupported" } });
    assert.deepEqual(requests.map(({ service }) => service), ["makeCall", "answerCall"]);
    const told = server.gateway.audit.entries.map(({ action, actor, outcome, subject, source }) =>
      [action, actor, outcome, subject, source].join(" "));
    assert.deepEqual(told, ["SignIn operator ok csta crm csta 192.0.2.9",
      "MakeCall operator ok pbx-1 101 csta 192.0.2.9",
      "AnswerCall operator ok pbx-1 102 csta 192.0.2.9",
      "HoldCall operator invalidConnectionState pbx-1 102 csta 192.0.2.9",
      "HoldCall operator invalidConnectionID  csta 192.0.2.9",
      "MakeCall operator invalidCallingDeviceID 999 csta 192.0.2.9",
      "MakeCall operator accountCodeNotSupported pbx-1 101 csta 192.0.2.9",
      "Escape operator privateDataNotSupported  csta 192.0.2.9"]);
    assert.ok(!server.gateway.audit.entries.some(({ detailsJson }) =>
      detailsJson.includes("0140561234")));
  });

  it("gives nobody more than his role, and each application its own devices", async () => {
    await start({ applications: [{ user: "operator", devices: ["10?", "pbx-1:2*"] },
      { user: "viewer" }] });
    await devices(["101", "150", "201"]);
    const app = await application();
    assert.equal(await app.ask("MonitorStart",
      { monitorObject: { deviceObject: dn("150") } }),
    "operation/privilegeViolationSpecifiedDevice");
    assert.equal(await app.ask("SnapshotDevice", { snapshotObject: dn("150") }),
      "operation/privilegeViolationSpecifiedDevice");
    assert.equal(await app.ask("MakeCall",
      { callingDevice: dn("150"), calledDirectoryNumber: dn("101") }),
    "operation/privilegeViolationSpecifiedDevice");
    await monitor(app, "101");
    await monitor(app, "201");
    await ring("c1", "150", "151");
    assert.equal(await app.ask("SnapshotCall", { snapshotObject: { callID: "00000001" } }),
      "operation/invalidConnectionID");
    const viewer = await application("viewer");
    assert.equal(await viewer.ask("ClearConnection",
      { connectionToBeCleared: at("00000001", "150") }), "security/securityInfoViolated");
    assert.deepEqual(await viewer.ask("GetSwitchingFunctionDevices", {}),
      { serviceCrossRefID: "0001" });
    const other = new SimulatedApplication(world, server);
    assert.equal((await other.signIn("admin")).kind, "association-refused");
    await app.ask("GetSwitchingFunctionDevices", {});
    const list = app.heard.find((message) =>
      message.kind === "invoke" && message.service === "SwitchingFunctionDevices");
    assert.ok(list?.kind === "invoke" && list.service === "SwitchingFunctionDevices");
    assert.deepEqual(list.argument, { serviceCrossRefID: "0001", segmentID: 1, lastSegment: true,
      deviceList: [{ deviceID: dn("101"), deviceCategory: "station" },
        { deviceID: dn("201"), deviceCategory: "station" }] });
  });

  it("offers what its PBX, its encoding and the role allow", async () => {
    await start();
    const link = server.gateway.simulatedLinks[0];
    assert.ok(link !== undefined);
    link.declared = { ...link.declared, services: { makeCall: "native" },
      events: ["delivered", "bridged"] };
    const app = await application();
    const offered = await app.ask("GetSwitchingFunctionCapabilities", {});
    assert.ok(typeof offered === "object");
    assert.ok((offered["services"] as string[]).includes("MakeCall"));
    assert.ok(!(offered["services"] as string[]).includes("AnswerCall"));
    assert.deepEqual(offered["events"], ["callCleared", "delivered"]);
    assert.equal(await app.ask("DeflectCall",
      { callToBeDiverted: at("00000001", "1"), newDestination: dn("2") }),
    "operation/invalidConnectionID");
    const viewer = await application("viewer");
    const less = await viewer.ask("GetSwitchingFunctionCapabilities", {});
    assert.ok(typeof less === "object" && !(less["services"] as string[]).includes("MakeCall"));
  });

  it("suppresses what a filter names, and changes it", async () => {
    await start();
    await devices(["101", "102"]);
    const app = await application();
    const started = await app.ask("MonitorStart", {
      monitorObject: { deviceObject: dn("102") }, requestedMonitorFilter: ["delivered"] });
    assert.ok(typeof started === "object"
      && (started["actualMonitorFilter"] as string[]).includes("delivered"));
    await ring("c1", "101", "102");
    assert.deepEqual(app.events, []);
    await app.ask("ChangeMonitorFilter",
      { monitorCrossRefID: "0001", requestedMonitorFilter: [] });
    await answer("c1", "101", "102");
    assert.deepEqual(app.events, ["0001 established connected"]);
    assert.deepEqual(await app.ask("MonitorStop", { monitorCrossRefID: "0001" }), {});
    assert.equal(await app.ask("MonitorStop", { monitorCrossRefID: "0001" }),
      "operation/invalidMonitorCrossRefID");
    await ring("c2", "101", "102");
    assert.equal(app.events.length, 1);
  });

  it("follows a watched call until it is over, and its monitor with it", async () => {
    await start();
    const app = await application();
    await ring("c1", "101", "102");
    const shot = await app.ask("SnapshotDevice", { snapshotObject: dn("102") });
    assert.ok(typeof shot === "object");
    const [entry] = shot["snapshotData"] as { connectionIdentifier: CstaConnection }[];
    const started = await app.ask("MonitorStart",
      { monitorObject: { callObject: entry?.connectionIdentifier ?? {} } });
    assert.ok(typeof started === "object");
    await answer("c1", "101", "102");
    await happen({ type: "connectionCleared", connection: connection("c1", "101"),
      releasingDevice: party("101") }, "normalClearing");
    await happen({ type: "connectionCleared", connection: connection("c1", "102"),
      releasingDevice: party("102") }, "normalClearing");
    assert.deepEqual(app.events, ["0001 established -", "0001 connectionCleared -",
      "0001 connectionCleared -", "0001 callCleared -"]);
    assert.equal(server.sessions.domain.monitors, 0);
    assert.deepEqual(server.feed.sharing, { monitors: 0, watched: 0 });
  });

  it("shares one monitor of a device among applications", async () => {
    await start({ monitorsMax: 3 });
    await devices(["101", "102"]);
    const [first, second] = [await application(), await application("viewer")];
    await monitor(first, "101");
    await monitor(second, "101");
    await monitor(second, "101");
    assert.deepEqual(server.feed.sharing, { monitors: 3, watched: 1 });
    assert.equal(await second.ask("MonitorStart", { monitorObject: { deviceObject: dn("102") } }),
      "systemResourceAvailability/overallMonitorLimitExceeded");
    await ring("c1", "102", "101");
    assert.deepEqual(first.events.length, 1);
    assert.deepEqual(second.events.length, 2);
  });

  it("refuses what is too much, and only to him", async () => {
    await start({ requestsPerSecondMax: 2 });
    const [greedy, other] = [await application(), await application("admin")];
    const ask = (app: SimulatedApplication) =>
      app.ask("ClearCall", { callToBeCleared: { callID: "00000009" } });
    const tooMany = "performanceManagement/performanceLimitExceeded";
    const asked = "operation/invalidConnectionID";
    assert.deepEqual([await ask(greedy), await ask(greedy), await ask(greedy)],
      [asked, asked, tooMany]);
    assert.equal(await ask(other), asked);
    await world.advance(500);
    assert.equal(await ask(greedy), asked);
    // What costs the PBX nothing counts a twentieth.
    await world.advance(1_000);
    const own = () => greedy.ask("RequestSystemStatus", {});
    for (let count = 0; count < 40; count += 1) assert.equal(typeof await own(), "object");
    assert.equal(await own(), tooMany);
  });

  it("tells a slow application what it lost, and nobody else waits for it", async () => {
    await start({ queueMax: 10 });
    await devices(["101", "102"]);
    const [slow, quick] = [await application(), await application("viewer")];
    await monitor(slow, "102");
    await monitor(quick, "102");
    slow.isSlow = true;
    for (let index = 0; index < 12; index += 1) await ring(`c${index}`, "101", "102");
    assert.equal(quick.events.length, 12);
    assert.equal(slow.events.length, 0);
    await slow.read();
    assert.deepEqual(slow.statuses.at(-1), "messagesLost");
    assert.equal(slow.events.length, 2);
    assert.equal(server.sessions.list()[0]?.figures.lostEvents, 10);
  });

  it("reads no more from who does not read his answers", async () => {
    await start({ requestsPerSecondMax: 10_000 });
    const app = await application();
    app.isSlow = true;
    for (let index = 0; index < 300; index += 1) {
      await app.send({ kind: "invoke", invokeID: index, service: "RequestSystemStatus",
        argument: {} });
    }
    assert.ok(app.isHeld);
    await app.read();
    assert.ok(!app.isHeld);
  });

  it("keeps a lost application's monitors, and gives it what happened meanwhile", async () => {
    await start({ sessionKeepSeconds: 30 });
    await devices(["101", "102"]);
    const app = await application();
    await monitor(app, "102");
    app.cut();
    await ring("c1", "101", "102");
    await world.advance(29_000);
    const back = await application();
    assert.deepEqual(back.statuses, ["normal"]);
    assert.deepEqual(back.events, ["0001 delivered alerting"]);
    // It may have forgotten: the same object gets the same reference, and no second report.
    assert.equal(await monitor(back, "102"), "0001");
    assert.equal(await monitor(back, "102"), "0002");
    await answer("c1", "101", "102");
    assert.equal(back.events.length, 3);
    back.cut();
    await world.advance(31_000);
    assert.equal(server.sessions.list().length, 0);
    assert.equal(server.sessions.domain.monitors, 0);
  });

  it("shares a monitor whose filters are each application's own", async () => {
    await start();
    await devices(["101", "102"]);
    const [first, second] = [await application(), await application("viewer")];
    for (const app of [first, second]) {
      await app.ask("MonitorStart", { monitorObject: { deviceObject: dn("102") },
        requestedMonitorFilter: ["delivered"] });
    }
    await ring("c1", "101", "102");
    assert.deepEqual([first.events, second.events], [[], []]);
    await first.ask("ChangeMonitorFilter",
      { monitorCrossRefID: "0001", requestedMonitorFilter: ["established"] });
    await ring("c2", "101", "102");
    await answer("c2", "101", "102");
    assert.deepEqual([first.events, second.events],
      [["0001 delivered alerting"], ["0001 established connected"]]);
    assert.deepEqual(server.feed.sharing, { monitors: 2, watched: 1 });
    assert.deepEqual(server.gateway.simulatedLinks[0]?.requests, []);
  });

  it("says so when the last events before a break may not have arrived", async () => {
    await start();
    await devices(["101", "102"]);
    const app = await application();
    await monitor(app, "102");
    await ring("c1", "101", "102");
    app.cut();
    assert.deepEqual((await application()).statuses, ["normal", "messagesLost"]);
  });

  it("has proof by the answers to its own questions", async () => {
    await start();
    await devices(["101", "102"]);
    const app = await application();
    await monitor(app, "102");
    await ring("c1", "101", "102");
    await world.advance(30_000);
    assert.deepEqual(app.statuses, ["normal", "normal"]);
    app.cut();
    assert.deepEqual((await application()).statuses, ["normal"]);
  });

  it("gives an application up that gives no sign of life", async () => {
    await start({ sessionKeepSeconds: 10 });
    const app = await application("operator", { answersStatus: false });
    await world.advance(89_000);
    assert.ok(!app.isClosed);
    await world.advance(2_000);
    assert.ok(app.isClosed);
    await world.advance(10_000);
    assert.equal(server.sessions.list().length, 0);
  });

  it("XML: a session has a name and a time, and goes on by its name", async () => {
    await start({ protocol: "xml" });
    const namespace = "http://www.ecma-international.org/standards/ecma-323/csta/ed";
    const app = new SimulatedApplication(world, server);
    const begun = await app.signIn("operator", simulatedPassword,
      { versions: [`${namespace}3`, `${namespace}4/priv2`], duration: 60 });
    assert.ok(begun.kind === "associated" && begun.sessionID !== undefined);
    assert.deepEqual([begun.version, begun.duration], [`${namespace}4`, 60]);
    assert.deepEqual(app.statuses, []);
    app.cut();
    const wrong = await new SimulatedApplication(world, server)
      .signIn("viewer", simulatedPassword, { versions: [], sessionID: begun.sessionID });
    assert.ok(wrong.kind === "associated" && wrong.sessionID !== begun.sessionID);
    const back = new SimulatedApplication(world, server);
    const again = await back.signIn("operator", simulatedPassword,
      { versions: [], sessionID: begun.sessionID });
    assert.ok(again.kind === "associated" && again.sessionID === begun.sessionID);
    await world.advance(40_000);
    await back.send({ kind: "keep-session", invokeID: 3, sessionID: begun.sessionID });
    assert.deepEqual(back.heard.at(-1), { kind: "session-kept", invokeID: 3, duration: 60 });
    await world.advance(59_000);
    assert.ok(!back.isClosed);
    await world.advance(2_000);
    assert.deepEqual(back.heard.at(-1), { kind: "abort", reason: "sessionTimerExpired",
      sessionID: begun.sessionID });
    assert.ok(back.isClosed);
  });

  it("names a device with its link only where two links have it", async () => {
    await start({}, ["pbx-1", "pbx-2"]);
    const two = linkId("pbx-2");
    await devices(["101", "102"]);
    await devices(["102", "201"], two);
    const app = await application();
    await monitor(app, "201");
    assert.equal(await app.ask("MonitorStart", { monitorObject: { deviceObject: dn("102") } }),
      "operation/invalidDeviceID");
    await monitor(app, "pbx-2:102");
    await happen({ type: "delivered", connection: connection("c1", "102"),
      alertingDevice: party("102"), callingDevice: party("201"), calledDevice: party("102") },
    "newCall", two);
    const report = app.reports[0];
    assert.ok(report?.type === "delivered");
    assert.deepEqual([report.alertingDevice, report.callingDevice], [dn("pbx-2:102"), dn("201")]);
    const callID = report.connection.callID ?? "";
    assert.deepEqual(await app.ask("AnswerCall",
      { callToBeAnswered: at(callID, "pbx-2:102") }), {});
    assert.deepEqual(server.gateway.simulatedLinks[1]?.requests.at(-1),
      { service: "answerCall", connection: connection("c1", "102") });
  });

  it("sends an application's correlator on, and no text that is none", async () => {
    await start();
    await devices(["101"]);
    const app = await application();
    const link = server.gateway.simulatedLinks[0];
    await app.ask("MakeCall", { callingDevice: dn("101"), calledDirectoryNumber: dn("102"),
      correlatorData: "0a0b" });
    const made = link?.requests.at(-1);
    assert.equal(made?.service === "makeCall" && made.correlatorData, "0a0b");
    await monitor(app, "101");
    await ring("c1", "101", "102");
    const existingCall = app.reports.flatMap((report) =>
      report.type === "originated" ? [report.originatedConnection] : [])[0] ?? {};
    const associate = (correlatorData: string) =>
      app.ask("AssociateData", { existingCall, correlatorData });
    assert.deepEqual(await associate("0c"), {});
    assert.deepEqual(link?.requests.at(-1), { service: "associateData",
      connection: connection("c1", "101"), correlatorData: "0c" });
    assert.equal(await associate("0c".repeat(33)), "operation/invalidParameterValue");
  });

  it("tells when a PBX is gone", async () => {
    await start({}, ["pbx-1", "pbx-2"]);
    const app = await application();
    const link = server.gateway.simulatedLinks[1];
    assert.ok(link !== undefined);
    link.state = { name: "down", attempt: 1, reason: "cut", retryInMs: 1 };
    server.gateway.linkChanged("pbx-2", false);
    server.gateway.linkChanged("pbx-2", false);
    await world.settle();
    assert.deepEqual(app.statuses, ["normal", "partiallyDisabled"]);
  });

  it("closes on garbage, and on who never says who he is", async () => {
    await start();
    const app = await application();
    for (let index = 0; index < 20; index += 1) {
      await app.sendBytes(Buffer.from("0002ffff", "hex"));
    }
    assert.ok(app.isClosed);
    const mute = new SimulatedApplication(world, server);
    await world.advance(15_000);
    assert.ok(mute.isClosed);
    const stranger = new SimulatedApplication(world, server);
    assert.equal(await stranger.ask("RequestSystemStatus", {}), "security/generic");
    assert.ok(stranger.isClosed);
  });
});
