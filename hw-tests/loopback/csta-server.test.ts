/** The CSTA server on real sockets, with TLS and the real encodings, before a simulated PBX. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { CstaConfig } from "../../firmware/config/csta-schema.js";
import type { CallEvent } from "../../firmware/model/events.js";
import { callId, deviceId, linkId } from "../../firmware/model/identifiers.js";
import { simulatedPassword } from "../../firmware/northbound/api/gateway-simulated.js";
import type { CstaServer } from "../../firmware/northbound/csta/server.js";
import type { CstaConnection } from "../../firmware/wire/csta/message.js";
import { CstaApplication, cstaServer, dn } from "./csta-rig.js";
import { rig, type Rig } from "./server-rig.js";

const edition4 = "http://www.ecma-international.org/standards/ecma-323/csta/ed4";
const dialects: readonly (readonly [Pick<CstaConfig, "protocol" | "framing">,
  readonly string[]])[] = [
  [{ protocol: "xml", framing: "len16" }, [edition4]],
  [{ protocol: "asn1-phase3", framing: "len16" }, ["4"]],
  [{ protocol: "asn1-phase3", framing: "hipath3" }, ["3"]],
  [{ protocol: "asn1-phase2", framing: "len16" }, ["1"]],
];

/** More events than socket buffers hold. */
const callsMax = 60_000;

type Body = CallEvent extends infer E ? E extends CallEvent
  ? Omit<E, "link" | "cause" | "receivedAtMs"> : never : never;
const connection = (call: string, device: string) =>
  ({ call: callId(call), device: deviceId(device) });
const party = (device: string) => ({ device: deviceId(device) });

for (const [dialect, versions] of dialects) {
  describe(`CSTA server: ${dialect.protocol} ${dialect.framing}`, () => {
    /** Phase II knows no such parameter, no such error, and no exchange of capabilities. */
    const isOld = dialect.protocol === "asn1-phase2";
    let on: Rig;
    let server: CstaServer;
    const open: CstaApplication[] = [];

    const connect = (): Promise<CstaApplication> => CstaApplication.connect(
      server.bound?.port ?? 0, dialect, on.authority.authorityPem);
    const application = async (
      user = "operator", sessionID?: string,
    ): Promise<CstaApplication> => {
      const made = await connect();
      open.push(made);
      const answer = await made.signIn(user, simulatedPassword, versions, sessionID);
      assert.equal(answer.kind, "associated");
      return made;
    };
    const happen = (body: Body, cause: CallEvent["cause"] = "newCall"): void => {
      on.gateway.switch.apply({ ...body, link: linkId("pbx-1"), cause,
        receivedAtMs: on.gateway.world.clock.monotonicMs() } as CallEvent);
    };
    const ring = (call: string, from: string, to: string, cause?: CallEvent["cause"]): void => {
      happen({ type: "originated", connection: connection(call, from),
        callingDevice: party(from), calledDevice: party(to) }, cause);
      happen({ type: "delivered", connection: connection(call, to), alertingDevice: party(to),
        callingDevice: party(from), calledDevice: party(to) }, cause);
    };
    const answered = (call: string, from: string, to: string): void => {
      happen({ type: "established", connection: connection(call, to), answeringDevice: party(to),
        callingDevice: party(from), calledDevice: party(to) }, "normal");
    };
    const watch = async (app: CstaApplication, device: string): Promise<string> => {
      const started = await app.ask("MonitorStart",
        { monitorObject: { deviceObject: dn(device) }, monitorType: "device" });
      assert.ok(typeof started === "object", JSON.stringify(started));
      return String(started["monitorCrossRefID"] as string);
    };

    beforeEach(async () => {
      on = await rig();
      on.gateway.switch.reconcile(linkId("pbx-1"), { calls: [], agents: [],
        devices: ["101", "102", "103"].map((name) =>
          ({ device: deviceId(name), category: "station" as const })) }, "test");
      server = await cstaServer(on, { ...dialect,
        applications: [{ user: "operator", devices: ["101", "102"] }, { user: "viewer" }] });
    });

    afterEach(async () => {
      for (const app of open.splice(0)) app.socket.destroy();
      await server.stop(1_000);
      await on.release();
    });

    it("signs in, watches, makes a call, holds, transfers, clears", async () => {
      const app = await application();
      assert.equal(await watch(app, "102"), "0001");
      const requests = on.gateway.simulatedLinks[0]?.requests ?? [];
      await app.ask("MakeCall", { callingDevice: dn("102"), calledDirectoryNumber: dn("101"),
        autoOriginate: "doNotPrompt" });
      assert.deepEqual(requests.at(-1), { service: "makeCall", callingDevice: "102",
        calledNumber: "101", autoOriginate: isOld ? "prompt" : "doNotPrompt" });
      ring("c1", "101", "102");
      const delivered = await app.event("delivered");
      assert.deepEqual([delivered.alertingDevice, delivered.callingDevice,
        delivered.localConnectionInfo, delivered.cause],
      [dn("102"), dn("101"), "alerting", "newCall"]);
      const first: CstaConnection = delivered.connection;
      assert.deepEqual(first, { callID: "00000001", deviceID: dn("102") });
      assert.deepEqual(await app.ask("AnswerCall", { callToBeAnswered: first }), {});
      answered("c1", "101", "102");
      await app.event("established");
      await app.ask("HoldCall", { callToBeHeld: first });
      happen({ type: "held", connection: connection("c1", "102"), holdingDevice: party("102") },
        "consultation");
      assert.equal((await app.event("held")).localConnectionInfo, "hold");
      ring("c2", "102", "103");
      answered("c2", "102", "103");
      const second = (await app.event("originated")).originatedConnection;
      await app.ask("TransferCall", { heldCall: first, activeCall: second });
      assert.deepEqual(requests.at(-1), { service: "transferCall",
        heldCall: connection("c1", "102"), activeCall: connection("c2", "102") });
      happen({ type: "transferred", primaryOldCall: connection("c1", "102"),
        secondaryOldCall: connection("c2", "102"), transferringDevice: party("102"),
        transferredToDevice: party("103"), connections: [
          { newConnection: connection("c2", "101"), oldConnection: connection("c1", "101") },
          { newConnection: connection("c2", "103"), oldConnection: connection("c2", "103") }] },
      "transfer");
      const transferred = await app.event("transferred");
      assert.deepEqual([transferred.localConnectionInfo, transferred.primaryOldCall,
        transferred.transferredToDevice, transferred.transferredConnections?.[0]?.newConnection],
      ["null", first, dn("103"), { callID: "00000002", deviceID: dn("101") }]);
      assert.deepEqual(await app.ask("ClearConnection",
        { connectionToBeCleared: { callID: "00000002", deviceID: dn("101") } }), {});
      const shot = await app.ask("SnapshotDevice", { snapshotObject: dn("101") });
      assert.ok(typeof shot === "object");
      assert.deepEqual((shot["snapshotData"] as { connectionIdentifier: unknown }[])
        .map(({ connectionIdentifier }) => connectionIdentifier),
      [{ callID: "00000002", deviceID: dn("101") }]);
      app.send({ kind: "release", invokeID: 99, sessionID: server.sessions.list()[0]?.id ?? "" });
      await app.closed();
      assert.equal(server.sessions.list().length, 0);
    });

    it("refuses a wrong password, a foreign device, and more than the role", async () => {
      const stranger = await connect();
      open.push(stranger);
      const refused = await stranger.signIn("operator", "wrong-horse", versions);
      assert.equal(refused.kind, "association-refused");
      await stranger.closed();
      const app = await application();
      assert.equal(await app.ask("MonitorStart", { monitorObject: { deviceObject: dn("103") } }),
        "operation/privilegeViolationSpecifiedDevice");
      const viewer = await application("viewer");
      assert.equal(await viewer.ask("MakeCall",
        { callingDevice: dn("101"), calledDirectoryNumber: dn("102") }),
      "security/securityInfoViolated");
      const privateData = [dialect.protocol === "xml" ? "<private><x/></private>" : "0500"];
      const escape = { extensions: { privateData } };
      assert.equal(await viewer.ask("Escape", escape), "security/securityInfoViolated");
    });

    // The rule is the same for all; only XML is long enough to fill the kernel's buffers soon.
    const inXml = (title: string, run: () => Promise<void>): void => {
      if (dialect.protocol === "xml") it(title, run);
    };
    inXml("lets a slow reader slow nobody, and tells it what it lost", async () => {
      await server.stop(1_000);
      server = await cstaServer(on, { ...dialect, queueMax: 100 });
      const [slow, quick] = [await application(), await application("viewer")];
      await watch(slow, "102");
      await watch(quick, "102");
      slow.socket.pause();
      const lost = (): number => server.sessions.list()[0]?.figures.lostEvents ?? 0;
      let calls = 0;
      // The kernel takes some megabytes before anything has to wait.
      for (; lost() === 0 && calls < callsMax; calls += 1) {
        ring(`c${calls}`, "101", "102");
        happen({ type: "callCleared", call: callId(`c${calls}`) }, "normal");
        if (calls % 50 === 49) await new Promise((resolve) => setImmediate(resolve));
      }
      const last = callId(`c${calls}`);
      ring(last, "101", "102");
      const name = (app: CstaApplication) => app.hear((message) => message.kind === "event"
        && message.event.type === "delivered"
        && message.event.connection.callID === (calls + 1).toString(16).padStart(8, "0"));
      await name(quick);
      assert.ok(quick.heard.filter(({ kind }) => kind === "event").length >= calls);
      assert.ok(lost() > 0);
      slow.socket.resume();
      await name(slow);
      assert.ok(slow.statuses.includes("messagesLost"));
      assert.ok(!quick.statuses.includes("messagesLost"));
    });

    it("gives who lost his connection what happened meanwhile", async () => {
      const app = await application();
      const { id } = server.sessions.list()[0] ?? { id: "" };
      await watch(app, "102");
      app.socket.destroy();
      while (server.sessions.list()[0]?.isConnected === true) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      ring("c1", "101", "102");
      const back = await application("operator", id);
      assert.equal((await back.event("delivered")).localConnectionInfo, "alerting");
      assert.equal(server.sessions.list().length, 1);
      assert.deepEqual(await back.ask("MonitorStop", { monitorCrossRefID: "0001" }), {});
    });

    if (!isOld) it("offers what there is, and lists the devices", async () => {
      const app = await application("viewer");
      const features = dialect.protocol === "xml" ? await app.ask("GetCSTAFeatures", {})
        : await app.ask("GetSwitchingFunctionCapabilities", {});
      assert.ok(typeof features === "object");
      const services = features["services"] as readonly string[];
      assert.ok(services.includes("MonitorStart") && !services.includes("MakeCall"));
      const listed = await app.ask("GetSwitchingFunctionDevices", {});
      if (typeof listed !== "object") return;
      const list = await app.hear((message) =>
        message.kind === "invoke" && message.service === "SwitchingFunctionDevices");
      assert.ok(list.kind === "invoke" && list.service === "SwitchingFunctionDevices");
      assert.deepEqual(list.argument.deviceList.map(({ deviceID }) => deviceID.text),
        ["101", "102", "103"]);
    });
  });
}

/** What real applications send, and real PBXs answer: csta.md of the reference, section 1.7. */
describe("CSTA server: applications written for a make", () => {
  let on: Rig;
  let server: CstaServer;

  const say = async (framing: CstaConfig["framing"], hex: string, octets: number) => {
    server = await cstaServer(on, { protocol: "asn1-phase3", framing, tls: false,
      applications: [{ user: "amhost", from: ["127.0.0.1"] }] });
    const socket = connect({ host: "127.0.0.1", port: server.bound?.port ?? 0 });
    const heard: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => { heard.push(chunk); });
    // One octet at a time, as one PBX was once seen to send.
    for (const octet of Buffer.from(hex.replace(/\s/g, ""), "hex")) {
      socket.write(Buffer.of(octet));
    }
    while (Buffer.concat(heard).length < octets) await once(socket, "data");
    socket.destroy();
    return Buffer.concat(heard).toString("hex");
  };
  const plain = (hex: string): string => hex.replace(/[\s|]/g, "").toLowerCase();

  beforeEach(async () => {
    on = await rig();
    await on.gateway.access.createUser("amhost", simulatedPassword, "operator");
  });
  afterEach(async () => {
    await server.stop(1_000);
    await on.release();
  });

  it("Panasonic: octet for octet what a KX-TDE answers", async () => {
    assert.equal(await say("len16", `00 25 60 23 80 02 07 80 A1 07 06 05 2B 0C 00 81 5A BE 14 28 12
      06 07 2B 0C 00 82 1D 81 48 A0 07 A0 05 03 03 00 08 00`, 67),
    plain(`00 31 61 2F 80 02 07 80 A1 07 06 05 2B 0C 00 81 5A A2 03 02 01 00 A3 05 A1 03 02 01 01
      BE 14 28 12 06 07 2B 0C 00 82 1D 81 48 A0 07 A0 05 03 03 00 08 00
      00 0E A1 0C 02 01 01 02 02 00 D3 30 03 0A 01 02`));
  });

  it("HiPath: its built-in user from an address that is named; enabled", async () => {
    const heard = await say("hipath3", `26 80 33 60 31 A1 07 06 05 2B 0C 00 81 5A 8A 02 06 80 AC 15
      A2 13 A0 11 A0 0F 04 06 41 4D 48 4F 53 54 04 05 37 37 37 37 37
      BE 0B 28 09 A0 07 A0 05 03 03 00 10 00`, 40);
    assert.match(heard, /^2680..61..a10706052b0c00815aa203020100a305a103020100/);
    assert.ok(heard.endsWith(plain("26 80 0E A1 0C 02 01 01 02 02 00 D3 30 03 0A 01 01")), heard);
  });

  it("Alcatel: B, and P comes back", async () => {
    assert.equal(await say("len16", "42", 1), "50");
  });
});
