/** Private data between PBXs and applications, without sockets, in every encoding. */

import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { deviceId, linkId } from "../../model/identifiers.js";
import type { PrivateEncoding } from "../../model/private-data.js";
import { cstaCodecs } from "../../csta-codecs.js";
import type { CstaDevice } from "../../wire/csta/message.js";
import { simulatedServer, SimulatedApplication, type SimulatedServer }
  from "./application-simulated.js";

const dn = (text: string): CstaDevice => ({ kind: "dialingNumber", text });
const pbx = linkId("pbx-1");
const ber = "7d0706022a030401ff";
const cases = {
  "xml": { encoding: "csta-xml", name: "privateEvent", version:
    "http://www.ecma-international.org/standards/ecma-323/csta/ed4",
  element: "<v:ping xmlns:v=\"urn:example\"/>",
  event: "<privateData><private><ping/></private></privateData>" },
  "asn1-phase3": { encoding: "csta3", name: "privateEvent", version: "3", element: ber,
    event: "a0050403010203" },
  "asn1-phase2": { encoding: "csta12", name: "private:0102", version: "1", element: ber,
    event: ber },
  "asn1-phase1": { encoding: "csta12", name: "private:0102", version: "0", element: ber,
    event: ber },
} as const;
type Protocol = keyof typeof cases;

describe("CSTA server: private data", () => {
  let world: SimulatedWorld;
  let server: SimulatedServer;
  let protocol: Protocol;

  const start = async (
    of: Protocol, spoken: PrivateEncoding, settings: object = {},
    links: readonly string[] = ["pbx-1"],
  ): Promise<void> => {
    world = new SimulatedWorld();
    protocol = of;
    server = await simulatedServer(world, cstaCodecs({ protocol: of, framing: "len16" }),
      { protocol: of, ...settings }, links);
    for (const each of server.gateway.simulatedLinks) {
      each.declared = { ...each.declared, privateData: spoken };
    }
    server.gateway.switch.reconcile(pbx, { calls: [], agents: [],
      devices: [{ device: deviceId("101"), category: "station" }] }, "test");
    await world.settle();
  };
  const application = async (user = "operator"): Promise<SimulatedApplication> => {
    const made = new SimulatedApplication(world, server);
    assert.equal((await made.signIn(user, undefined, { versions: [cases[protocol].version] })).kind,
      "associated");
    return made;
  };
  const said = (app: SimulatedApplication): readonly unknown[] =>
    app.heard.flatMap((message) => message.kind !== "invoke" ? []
      : message.service === "Escape" || (message.service === "SystemStatus"
        && message.argument.extensions !== undefined)
        ? [[message.service, message.argument.extensions?.privateData]] : []);

  afterEach(async () => {
    server.sessions.stop();
    await server.gateway.stop();
  });

  for (const of of Object.keys(cases) as Protocol[]) {
    const { encoding, element, event, name } = cases[of];
    it(`passes untouched, both ways: ${of}`, async () => {
      await start(of, encoding);
      const app = await application();
      const privateData = [element];
      assert.deepEqual(await app.ask("Escape", { extensions: { privateData } }),
        { extensions: { privateData } });
      assert.deepEqual(server.gateway.simulatedLinks[0]?.escapes, [privateData]);
      const { action, subject, detailsJson } = server.gateway.audit.entries.at(-1) ?? {};
      assert.deepEqual([action, subject, detailsJson],
        ["Escape", "pbx-1", `{"characters":${element.length}}`]);
      server.gateway.privateData.told(pbx, { type: "escape", elements: privateData });
      server.gateway.privateData.told(pbx, { type: "privateStatus", elements: privateData });
      await app.ask("MonitorStart", { monitorObject: { deviceObject: dn("101") } });
      for (const device of ["101", "102"]) {
        server.gateway.privateData.told(pbx, { type: "privateEvent", device: deviceId(device),
          name, element: event });
      }
      await world.settle();
      assert.deepEqual(said(app), [["Escape", privateData], ["SystemStatus", privateData]]);
      assert.deepEqual(app.reports, [{ type: "other", name, element: event }]);
    });
  }

  it("is for the same encoding only", async () => {
    await start("xml", "csta3");
    const app = await application();
    assert.equal(await app.ask("Escape", { extensions: { privateData: ["<a/>"] } }),
      "operation/privateDataNotSupported");
    server.gateway.privateData.told(pbx, { type: "escape", elements: ["0401ff"] });
    await world.settle();
    assert.deepEqual(said(app), []);
  });

  it("is for who may control all devices; events are for who monitors theirs", async () => {
    await start("xml", "csta-xml", { applications: [{ user: "operator", devices: ["101"] },
      { user: "viewer" }] });
    const escape = { extensions: { privateData: ["<a/>"] } };
    const viewer = await application("viewer");
    const limited = await application();
    assert.equal(await viewer.ask("Escape", escape), "security/securityInfoViolated");
    assert.equal(await limited.ask("Escape", escape), "security/securityInfoViolated");
    const features = await limited.ask("GetCSTAFeatures", {});
    assert.ok(typeof features === "object"
      && !(features["services"] as readonly string[]).includes("Escape"));
    await limited.ask("MonitorStart", { monitorObject: { deviceObject: dn("101") } });
    server.gateway.privateData.told(pbx, { type: "escape", elements: ["<a/>"] });
    server.gateway.privateData.told(pbx, { type: "privateEvent", device: deviceId("101"),
      name: "privateEvent", element: "<a/>" });
    await world.settle();
    assert.deepEqual([said(viewer).length, said(limited).length], [1, 0]);
    assert.deepEqual([viewer.reports.length, limited.reports.length], [0, 1]);
    assert.deepEqual(server.gateway.simulatedLinks[0]?.escapes, []);
  });

  it("goes to nobody where two PBXs would understand it", async () => {
    await start("xml", "csta-xml", {}, ["pbx-1", "pbx-2"]);
    const app = await application();
    assert.equal(await app.ask("Escape", { extensions: { privateData: ["<a/>"] } }),
      "operation/requestIncompatibleWithObject");
  });

  it("goes to and comes from the PBX that the configuration names for the application",
    async () => {
      await start("asn1-phase3", "csta3", { applications: [
        { user: "operator", privateDataOf: "pbx-2" }, { user: "admin", privateDataOf: "pbx-1" },
        { user: "viewer", privateDataOf: "pbx-1" }] }, ["pbx-1", "pbx-2"]);
      const [operator, admin] = [await application(), await application("admin")];
      const escape = (byte: string) => ({ extensions: { privateData: [`0401${byte}`] } });
      assert.deepEqual([await operator.ask("Escape", escape("02")),
        await admin.ask("Escape", escape("01"))], [escape("02"), escape("01")]);
      assert.deepEqual(server.gateway.simulatedLinks.map(({ escapes }) => escapes),
        [[["040101"]], [["040102"]]]);
      for (const [link, byte] of [["pbx-1", "0a"], ["pbx-2", "0b"]] as const) {
        server.gateway.privateData.told(linkId(link),
          { type: "escape", elements: [`0401${byte}`] });
      }
      await world.settle();
      assert.deepEqual([said(operator), said(admin)],
        [[["Escape", ["04010b"]]], [["Escape", ["04010a"]]]]);
      const features = await operator.ask("GetCSTAFeatures", {});
      assert.ok(typeof features === "object"
        && (features["services"] as readonly string[]).includes("Escape"));
    });

  it("keeps an event from a monitor whose filter has no private events", async () => {
    await start("asn1-phase3", "csta3");
    const app = await application();
    await app.ask("MonitorStart", { monitorObject: { deviceObject: dn("101") },
      requestedMonitorFilter: ["privateEvent"] });
    server.gateway.privateData.told(pbx, { type: "privateEvent", device: deviceId("101"),
      name: "privateEvent", element: "a003040101" });
    await world.settle();
    assert.deepEqual(app.reports, []);
  });
});
