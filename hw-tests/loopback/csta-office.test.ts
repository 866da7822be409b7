/**
 * From a CSTA application through the whole gateway to a simulated Asterisk and back: a PBX that
 * speaks no CSTA at all appears as a CSTA switch, in each encoding the same.
 */

import assert from "node:assert/strict";
import { simulateAmi, type Simulation } from "../../drivers/simulation.js";
import type { CstaConfig } from "../../firmware/config/csta-schema.js";
import type { CstaConnection, CstaParty } from "../../firmware/wire/csta/message.js";
import { ApplyMode, ConfigurationService }
  from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { CstaService } from "../../proto/gen/cti/gateway/v1/csta_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { CstaApplication, dn } from "./csta-rig.js";
import { silentWorld } from "./server-rig.js";

const servers = [
  { id: "modern", protocol: "xml", framing: "len16", tls: true,
    versions: ["http://www.ecma-international.org/standards/ecma-323/csta/ed4"] },
  { id: "panasonic", protocol: "asn1-phase3", framing: "len16", tls: false, versions: ["4"] },
  { id: "hipath", protocol: "asn1-phase3", framing: "hipath3", tls: true, versions: ["3"] },
  { id: "alcatel", protocol: "asn1-phase2", framing: "len16", tls: false, versions: ["1"] },
] as const satisfies readonly (Partial<CstaConfig> & { readonly versions: readonly string[] })[];

describe("CSTA applications before a simulated Asterisk", function () {
  this.timeout(30_000);
  let pbx: Simulation & { readonly port: number };
  let unit: GatewayUnderTest;
  const open: CstaApplication[] = [];

  before(async () => {
    const simulated = await simulateAmi({ world: silentWorld, seed: 1, address: "127.0.0.1",
      port: 0, user: "jackfield", secret: "cobalt" });
    assert.ok(simulated.ok);
    pbx = simulated.value;
    unit = await startGatewayUnderTest({ environment: { AMI: "cobalt" }, config: `links:
  - id: head-office
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${pbx.port} }
    options: { user: jackfield, secret: env:AMI, trunks: ["trunk-.*"], answerByNotify: true }
    numbers: { country: FR, areaCode: "1", externalPrefix: "0" }
csta:
${servers.map(({ id, protocol, framing, tls }) =>
    `  - { id: ${id}, protocol: ${protocol}, framing: ${framing}, tls: ${tls}, port: 0 }`)
    .join("\n")}
` });
    await waitFor(() => unit.gateway.switch.devices().length > 5);
  });
  after(async () => {
    for (const app of open) app.socket.destroy();
    await unit.stop();
    await pbx.stop();
  });

  for (const [index, server] of servers.entries()) {
    it(`${server.id}: makes, answers, holds, moves and clears a call`, async () => {
      const [a, b, c] = [1, 2, 3].map((place) => String(1_000 + place + 3 * index));
      assert.ok(a !== undefined && b !== undefined && c !== undefined);
      const app = await CstaApplication.connect(unit.gateway.cstaPort(server.id) ?? 0, server,
        server.tls ? unit.gateway.authorityPem : undefined);
      open.push(app);
      const answer = await app.signIn("admin", unit.adminPassword, server.versions);
      assert.equal(answer.kind, "associated");
      for (const device of [a, b]) {
        const started = await app.ask("MonitorStart",
          { monitorObject: { deviceObject: dn(device) } });
        assert.ok(typeof started === "object", JSON.stringify(started));
      }
      const made = await app.ask("MakeCall", { callingDevice: dn(a),
        calledDirectoryNumber: dn(b), autoOriginate: "doNotPrompt" });
      assert.ok(typeof made === "object", JSON.stringify(made));
      const delivered = await app.event("delivered");
      assert.equal(textOf(delivered.alertingDevice), b);
      const { callID } = delivered.connection;
      assert.equal((made["callingDevice"] as CstaConnection).callID, callID);
      const at = (device: string): CstaConnection =>
        ({ ...(callID === undefined ? {} : { callID }), deviceID: dn(device) });
      assert.deepEqual(await app.ask("AnswerCall", { callToBeAnswered: at(b) }), {});
      const established = await app.event("established");
      assert.deepEqual([established.answeringDevice, established.callingDevice].map(textOf),
        [b, a]);
      const moved = await app.ask("SingleStepTransferCall",
        { activeCall: at(a), transferredTo: dn(c) });
      assert.ok(typeof moved === "object", JSON.stringify(moved));
      const transferred = await app.event("transferred");
      const now = transferred.transferredConnections?.find(({ newConnection }) =>
        newConnection?.deviceID?.text === b)?.newConnection ?? at(b);
      assert.deepEqual(await app.ask("ClearConnection", { connectionToBeCleared: now }), {});
      await app.hear((message) => message.kind === "event"
        && message.event.type === "connectionCleared"
        && message.event.droppedConnection.deviceID?.text === b);
      const shot = await app.ask("SnapshotDevice", { snapshotObject: dn(b) });
      assert.deepEqual(shot, { snapshotData: [] });
    });
  }
});

describe("CSTA servers and a new configuration", function () {
  this.timeout(30_000);

  it("start, move and stop with it; who is connected to another one stays", async () => {
    const unit = await startGatewayUnderTest({ config: "csta:\n"
      + "  - { id: stays, protocol: xml, port: 0 }\n" });
    const { client, gateway } = unit;
    const { applyConfiguration, getConfiguration } = ConfigurationService.method;
    const apply = async (change: (text: string) => string): Promise<void> => {
      const { document } = await client.unary(getConfiguration, {});
      await client.unary(applyConfiguration,
        { document: change(document), mode: ApplyMode.APPLY });
    };
    const app = await CstaApplication.connect(gateway.cstaPort("stays") ?? 0,
      { protocol: "xml", framing: "len16" }, gateway.authorityPem);
    await app.signIn("admin", unit.adminPassword, []);
    await apply((text) => `${text}  - { id: comes, protocol: asn1-phase3, port: 0, tls: false }\n`);
    const other = await CstaApplication.connect(gateway.cstaPort("comes") ?? 0,
      { protocol: "asn1-phase3", framing: "len16" });
    await other.signIn("admin", unit.adminPassword, ["3"]);
    const listed = await client.unary(CstaService.method.listCstaSessions, {});
    assert.deepEqual(listed.sessions.map(({ server, user, connected }) =>
      [server, user, connected]), [["stays", "admin", true], ["comes", "admin", true]]);
    // An administrator ends a session that is kept, and one that is connected.
    const third = await CstaApplication.connect(gateway.cstaPort("comes") ?? 0,
      { protocol: "asn1-phase3", framing: "len16" });
    await third.signIn("admin", unit.adminPassword, ["3"]);
    third.socket.destroy();
    const rows = async () => (await client.unary(CstaService.method.listCstaSessions, {})).sessions;
    while (!(await rows()).some(({ connected }) => !connected)) { /* It is not lost yet. */ }
    for (const { id } of (await rows()).slice(2)) {
      await client.unary(CstaService.method.endCstaSession, { id });
    }
    assert.deepEqual((await rows()).map(({ server }) => server), ["stays", "comes"]);
    await client.unary(CstaService.method.endCstaSession, { id: (await rows())[1]?.id ?? "" });
    await other.closed();
    assert.deepEqual((await rows()).map(({ server }) => server), ["stays"]);
    await apply((text) => text.replace(/ {2}- \{ id: comes.*\n/, ""));
    assert.equal(gateway.cstaPort("comes"), undefined);
    // Without links there is nothing that works.
    assert.deepEqual(await app.ask("RequestSystemStatus", {}), { systemStatus: "disabled" });
    await unit.stop();
    await app.closed();
  });
});

function textOf(party: CstaParty | undefined): string | undefined {
  return typeof party === "object" ? party.text : party;
}

async function waitFor(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => silentWorld.clock.after(20, "wait", () => {
    resolve(undefined);
  }));
}
