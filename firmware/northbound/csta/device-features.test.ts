/** How devices are set: what an application may ask, and what it is told. */

import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import type { CallEvent } from "../../model/events.js";
import { deviceId, linkId } from "../../model/identifiers.js";
import type { SimulatedLink } from "../../switching/switch-simulated.js";
import { acseVariants } from "../../wire/csta/acse.js";
import { cstaBerCodec } from "../../wire/csta/ber-codec.js";
import type { CstaDevice, CstaEvent } from "../../wire/csta/message.js";
import { phase3 } from "../../wire/csta/phase3.js";
import { simulatedServer, SimulatedApplication, type SimulatedServer }
  from "./application-simulated.js";

const pbx = linkId("pbx-1");
const dn = (text: string): CstaDevice => ({ kind: "dialingNumber", text });
const device = deviceId("101");
type Told = CallEvent extends infer E ? E extends { readonly device: unknown }
  ? Omit<E, "link" | "cause" | "receivedAtMs"> : never : never;

describe("CSTA device features", () => {
  let world: SimulatedWorld;
  let server: SimulatedServer;
  let link: SimulatedLink;
  let app: SimulatedApplication;

  beforeEach(async () => {
    world = new SimulatedWorld();
    const codec = () => cstaBerCodec({ phase: phase3, framing: { name: "len16" },
      acse: acseVariants.panasonic });
    server = await simulatedServer(world, codec, { applications: [
      { user: "viewer", devices: ["101"] }, { user: "operator" }] });
    const [only] = server.gateway.simulatedLinks;
    assert.ok(only !== undefined);
    link = only;
    server.gateway.switch.reconcile(pbx, { calls: [], agents: [], devices: ["101", "102"]
      .map((name) => ({ device: deviceId(name), category: "station" as const })) }, "test");
    app = await application("viewer");
  });
  afterEach(async () => {
    server.sessions.stop();
    await server.gateway.stop();
  });

  const application = async (user: string): Promise<SimulatedApplication> => {
    const made = new SimulatedApplication(world, server);
    assert.equal((await made.signIn(user)).kind, "associated");
    return made;
  };
  const happen = async (told: Told): Promise<void> => {
    server.gateway.switch.apply({ ...told, link: pbx, cause: "normal",
      receivedAtMs: world.clock.monotonicMs() } as CallEvent);
    await world.settle();
  };
  const offers = async (service: string): Promise<boolean> => {
    const said = await app.ask("GetSwitchingFunctionCapabilities", {});
    assert.ok(typeof said === "object");
    return (said["services"] as readonly string[]).includes(service);
  };

  it("asks the PBX, whoever is allowed to see the device", async () => {
    link.answer = { on: true, forwardings: [{ on: true, forwardingType: "noAnsExt",
      forwardTo: deviceId("200") }, { on: false }] };
    assert.ok(await offers("GetForwarding") && await offers("GetDoNotDisturb"));
    assert.deepEqual(await app.ask("GetForwarding", { device: dn("101") }),
      { forwardingList: [{ forwardingType: "noAnsExt", forwardStatus: true,
        forwardDN: dn("200") }, { forwardStatus: false }] });
    assert.deepEqual(await app.ask("GetDoNotDisturb", { device: dn("101") }),
      { doNotDisturbOn: true });
    assert.deepEqual(link.requests, [{ service: "getForwarding", device },
      { service: "getDoNotDisturb", device }]);
    assert.equal(await app.ask("GetForwarding", { device: dn("102") }),
      "operation/privilegeViolationSpecifiedDevice");
    assert.equal(server.gateway.audit.entries.filter(({ action }) =>
      action.startsWith("Get")).length, 0);
  });

  it("answers from what the PBX has told where it cannot be asked, and never guesses", async () => {
    link.declared = { ...link.declared, services: {}, events: ["delivered"] };
    assert.ok(!await offers("GetDoNotDisturb") && !await offers("GetForwarding"));
    link.declared = { ...link.declared, events: ["doNotDisturb", "forwarding"] };
    assert.ok(await offers("GetDoNotDisturb") && await offers("GetForwarding"));
    const unknown = "systemResourceAvailability/generic";
    const disturb = () => app.ask("GetDoNotDisturb", { device: dn("101") });
    const forwarding = () => app.ask("GetForwarding", { device: dn("101") });
    assert.deepEqual([await disturb(), await forwarding()], [unknown, unknown]);
    for (const on of [true, false]) {
      await happen({ type: "doNotDisturb", device, on });
      assert.deepEqual(await disturb(), { doNotDisturbOn: on });
    }
    await happen({ type: "forwarding", device, on: true, forwardTo: deviceId("200") });
    await happen({ type: "forwarding", device, on: true, forwardingType: "busy",
      forwardTo: deviceId("300") });
    await happen({ type: "forwarding", device, on: false });
    assert.deepEqual(await forwarding(), { forwardingList: [{ forwardingType: "busy",
      forwardStatus: true, forwardDN: dn("300") }, { forwardStatus: false }] });
    server.gateway.switch.markStale(pbx);
    assert.deepEqual([await disturb(), await forwarding()], [unknown, unknown]);
  });

  it("offers nothing that this very PBX has shown not to have", async () => {
    const evidence = "the PBX does not list it";
    link.declared = { ...link.declared,
      events: ["delivered", "forwarding", "doNotDisturb", "messageWaiting"] };
    link.proofs = [{ subject: "forwarding", proven: "no", evidence },
      { subject: "getForwarding", proven: "no", evidence },
      { subject: "doNotDisturb", proven: "no", evidence },
      { subject: "messageWaiting", proven: "not-tried", evidence }];
    assert.ok(!await offers("GetForwarding") && await offers("GetDoNotDisturb"));
    const said = await app.ask("GetSwitchingFunctionCapabilities", {});
    assert.ok(typeof said === "object");
    const events = said["events"] as readonly string[];
    assert.deepEqual(["forwarding", "doNotDisturb", "messageWaiting", "delivered"]
      .filter((name) => events.includes(name)), ["messageWaiting", "delivered"]);
    const started = await app.ask("MonitorStart", { requestedMonitorFilter: ["delivered"],
      monitorObject: { deviceObject: dn("101") } });
    assert.ok(typeof started === "object");
    const unreported = started["actualMonitorFilter"] as readonly string[];
    assert.ok(["delivered", "forwarding", "doNotDisturb"].every((name) =>
      unreported.includes(name)) && !unreported.includes("messageWaiting"));
  });

  it("shows a telephone: display, buttons, lamps", async () => {
    link.declared = { ...link.declared,
      events: ["displayUpdated", "buttonPress", "lampMode", "messageWaiting"] };
    link.answer = { on: true, displays: ["Anna", "14:05"],
      buttons: [{ button: "7", label: "Line", associatedNumber: deviceId("201") }],
      lamps: [{ lamp: "7", lampMode: "wink", button: "7" }] };
    const operator = await application("operator");
    const of = { device: dn("101") };
    assert.deepEqual(await app.ask("GetMessageWaitingIndicator", of), { messageWaitingOn: true });
    const shown = await app.ask("GetDisplay", of);
    assert.ok(typeof shown === "object");
    assert.deepEqual((shown["displayList"] as readonly { contentsOfDisplay: string }[])
      .map(({ contentsOfDisplay }) => contentsOfDisplay), ["Anna", "14:05"]);
    assert.deepEqual(await app.ask("GetButtonInformation", of), { buttonList: [
      { button: "7", buttonLabel: "Line", buttonAssociatedNumber: dn("201") }] });
    assert.deepEqual(await app.ask("GetLampMode", of),
      { lampModeList: [{ lamp: "7", lampMode: "wink", button: "7" }] });
    assert.equal(await app.ask("ButtonPress", { ...of, button: "7" }),
      "security/securityInfoViolated");
    assert.deepEqual(await operator.ask("ButtonPress", { ...of, button: "7" }), {});
    assert.deepEqual(await operator.ask("SetDisplay", { ...of, contentsOfDisplay: "Hi" }), {});
    assert.deepEqual(link.requests.slice(-2), [{ service: "pressButton", device, button: "7" },
      { service: "setDisplay", device, text: "Hi" }]);
    assert.equal(await operator.ask("SetDisplay",
      { ...of, contentsOfDisplay: "x".repeat(241) }), "operation/invalidParameterValue");
    await operator.ask("MonitorStart", { monitorObject: { deviceObject: dn("101") } });
    await happen({ type: "displayUpdated", device, text: "Hi" });
    await happen({ type: "buttonPress", device, button: "7", label: "Line" });
    await happen({ type: "lampMode", device, lamp: "7", lampMode: "off" });
    assert.deepEqual(operator.reports.map(({ extensions: _, ...report }) => report), [
      { type: "displayUpdated", device: dn("101"), logicalRows: 1, logicalColumns: 2,
        contentsOfDisplay: "Hi" },
      { type: "buttonPress", device: dn("101"), button: "7", buttonLabel: "Line" },
      { type: "lampMode", device: dn("101"), lamp: "7", lampMode: "off" }]);
  });

  it("answers of a message lamp from what it was told", async () => {
    link.declared = { ...link.declared, services: {}, events: ["messageWaiting"] };
    assert.ok(await offers("GetMessageWaitingIndicator"));
    await happen({ type: "messageWaiting", device, on: true });
    assert.deepEqual(await app.ask("GetMessageWaitingIndicator", { device: dn("101") }),
      { messageWaitingOn: true });
    assert.equal(await app.ask("GetLampMode", { device: dn("101") }),
      "systemResourceAvailability/generic");
  });

  it("sets and tells every type of forwarding", async () => {
    const operator = await application("operator");
    await operator.ask("MonitorStart", { monitorObject: { deviceObject: dn("101") } });
    assert.deepEqual(await operator.ask("SetForwarding", { device: dn("101"),
      forwardingType: "immExt", activateForward: true, forwardDN: dn("200") }), {});
    assert.deepEqual(link.requests.at(-1), { service: "setForwarding", device, on: true,
      forwardingType: "immExt", forwardTo: "200" });
    await happen({ type: "forwarding", device, on: true, forwardingType: "immExt",
      forwardTo: deviceId("200") });
    const { extensions: _, ...told } = operator.reports.at(-1) as CstaEvent;
    assert.deepEqual(told, { type: "forwarding", device: dn("101"), forwardingType: "immExt",
      forwardStatus: true, forwardTo: dn("200") });
  });
});
