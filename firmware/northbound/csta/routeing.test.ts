/** Routeing towards applications, without sockets, in every encoding. */

import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { fail } from "../../base/result.js";
import { callId, deviceId, linkId } from "../../model/identifiers.js";
import { acseVariants } from "../../wire/csta/acse.js";
import { cstaBerCodec } from "../../wire/csta/ber-codec.js";
import type { CstaArgument, CstaCodec, CstaDevice, CstaMessage, CstaServiceName }
  from "../../wire/csta/message.js";
import { phase1, phase2 } from "../../wire/csta/phase1-2.js";
import { phase3 } from "../../wire/csta/phase3.js";
import { cstaXmlCodec } from "../../wire/csta/xml-codec.js";
import { answerMs } from "../../switching/routeing.js";
import type { SimulatedLink } from "../../switching/switch-simulated.js";
import { simulatedServer, SimulatedApplication, type SimulatedServer }
  from "./application-simulated.js";

const dn = (text: string): CstaDevice => ({ kind: "dialingNumber", text });
const pbx = linkId("pbx-1");
const ber = (phase: typeof phase3, acse: typeof acseVariants.plain) => (): CstaCodec =>
  cstaBerCodec({ phase, framing: { name: "len16" }, acse });
const codecs = { "xml": () => cstaXmlCodec(),
  "asn1-phase3": ber(phase3, acseVariants.panasonic),
  "asn1-phase2": ber(phase2, acseVariants.phase2),
  "asn1-phase1": ber(phase1, acseVariants.phase1) } as const;
type Protocol = keyof typeof codecs;
const versions: Readonly<Record<Protocol, readonly string[]>> = {
  "xml": ["http://www.ecma-international.org/standards/ecma-323/csta/ed4"],
  "asn1-phase3": ["3"], "asn1-phase2": ["1"], "asn1-phase1": ["0"] };

describe("CSTA server: routeing", () => {
  let world: SimulatedWorld;
  let server: SimulatedServer;
  let protocol: Protocol;

  const start = async (
    of: Protocol = "xml", settings: object = {}, links: readonly string[] = ["pbx-1"],
  ): Promise<void> => {
    world = new SimulatedWorld();
    protocol = of;
    server = await simulatedServer(world, codecs[of], { protocol: of, ...settings }, links);
    for (const each of server.gateway.simulatedLinks) {
      each.declared = { ...each.declared, routeing: true };
    }
  };
  const application = async (user = "operator"): Promise<SimulatedApplication> => {
    const made = new SimulatedApplication(world, server);
    assert.equal((await made.signIn(user, undefined, { versions: versions[protocol] })).kind,
      "associated");
    await world.settle();
    return made;
  };
  const link = (): SimulatedLink => {
    const [first] = server.gateway.simulatedLinks;
    assert.ok(first !== undefined);
    return first;
  };
  const register = async (app: SimulatedApplication, device = "900"): Promise<string> => {
    const answer = await app.ask("RouteRegister", { routeingDevice: dn(device) });
    assert.ok(typeof answer === "object", JSON.stringify(answer));
    return String(answer["routeRegisterReqID"]);
  };
  const request = async (native = "n1", device = "900", of = pbx): Promise<void> => {
    server.gateway.routeing.told(of, { type: "routeRequest", dialogue: native,
      routeingDevice: deviceId(device), currentRoute: { device: deviceId(device) },
      callingDevice: { device: deviceId("0142685300") },
      connection: { call: callId("c1"), device: deviceId(device) } });
    await world.settle();
  };
  const invokes = (app: SimulatedApplication): readonly CstaServiceName[] =>
    app.heard.flatMap((message) => message.kind === "invoke" && message.service !== "SystemStatus"
      ? [message.service] : []);
  const last = <S extends CstaServiceName>(
    app: SimulatedApplication, service: S,
  ): CstaArgument<S> => {
    const found = app.heard.findLast((message) =>
      message.kind === "invoke" && message.service === service);
    assert.ok(found?.kind === "invoke", `no ${service}`);
    return found.argument as CstaArgument<S>;
  };
  const say = <S extends CstaServiceName>(
    app: SimulatedApplication, service: S, argument: CstaArgument<S>,
  ): Promise<void> =>
    app.send({ kind: "invoke", invokeID: 77, service, argument } as CstaMessage);

  afterEach(async () => {
    server.sessions.stop();
    await server.gateway.stop();
  });

  for (const of of ["xml", "asn1-phase3"] as const) {
    it(`is asked, selects, and hears the end: ${of}`, async () => {
      await start(of);
      const app = await application();
      const routeRegisterReqID = await register(app);
      await request();
      const asked = last(app, "RouteRequest");
      const { crossRefIdentifier } = asked;
      const reference = { crossRefIdentifier, routeRegisterReqID };
      assert.deepEqual(asked, { ...reference, currentRoute: dn("900"),
        callingDevice: dn("0142685300"), routeingDevice: dn("900"),
        routedCall: { callID: asked.routedCall?.callID, deviceID: dn("900") },
        replyTimeout: answerMs });
      await say(app, "RouteSelect", { ...reference, routeSelected: dn("101"),
        routeUsedReq: true });
      assert.deepEqual(link().routed.at(-1), { type: "routeSelect", dialogue: "n1",
        routeSelected: "101", routeUsedReq: true });
      await say(app, "RouteSelect", { ...reference, routeSelected: dn("101"),
        alternateRoutes: [dn("102"), dn("0142685300")] });
      assert.deepEqual(link().routed.at(-1), { type: "routeSelect", dialogue: "n1",
        routeSelected: "101", alternateRoutes: ["102", "00142685300"] });
      server.gateway.routeing.told(pbx, { type: "reRoute", dialogue: "n1" });
      server.gateway.routeing.told(pbx, { type: "routeUsed", dialogue: "n1",
        routeUsed: { device: deviceId("102") } });
      server.gateway.routeing.told(pbx, { type: "routeEnd", dialogue: "n1",
        error: { category: "operation", value: "routeingTimerExpired" } });
      await world.settle();
      assert.deepEqual(last(app, "ReRoute"), { ...reference, replyTimeout: answerMs });
      assert.deepEqual(last(app, "RouteUsed"), { ...reference, routeUsed: dn("102") });
      assert.deepEqual(last(app, "RouteEnd"), { ...reference,
        errorValue: { category: "operation", value: "routeingTimerExpired" } });
      assert.deepEqual(await app.ask("RouteRegisterCancel", { routeRegisterReqID }), {});
      await world.settle();
      assert.deepEqual([link().routed[0], link().routed.at(-1)], ["register 900", "cancel 900"]);
      assert.deepEqual(server.gateway.audit.entries.slice(1).map(({ action, subject, outcome }) =>
        [action, subject, outcome]), [["RouteRegister", "900", "ok"],
        ["RouteSelect", "900", "ok"], ["RouteSelect", "900", "ok"],
        ["RouteRegisterCancel", "900", "ok"]]);
    });
  }

  for (const of of ["asn1-phase2", "asn1-phase1"] as const) {
    it(`asks the application that the configuration names: ${of}`, async () => {
      await start(of, { applications: [{ user: "operator", routeingDevices: ["900"] }] });
      const app = await application();
      assert.deepEqual(link().routed, ["register 900"]);
      await request();
      const { crossRefIdentifier } = last(app, "RouteRequest");
      await say(app, "RouteSelect", { crossRefIdentifier, routeSelected: dn("101") });
      assert.deepEqual(link().routed.at(-1),
        { type: "routeSelect", dialogue: "n1", routeSelected: "101" });
      app.cut();
      await world.settle();
      assert.equal(link().routed.at(-1), "cancel 900");
    });
  }

  it("gives a device to the first, and says so to the others", async () => {
    await start();
    const first = await application();
    await register(first);
    const second = await application();
    assert.equal(await second.ask("RouteRegister", { routeingDevice: dn("900") }),
      "subscribedResourceAvailability/objectRegistrationLimitExceeded");
    await first.send({ kind: "release", invokeID: 9 });
    await register(second);
    await request();
    assert.deepEqual(invokes(second), ["RouteRequest"]);
  });

  it("lets go of everything when the application dies, and tells it when it is back", async () => {
    await start();
    const app = await application();
    const id = await register(app);
    await request();
    const [{ id: sessionID } = { id: "" }] = server.sessions.list();
    app.cut();
    await world.settle();
    assert.deepEqual(link().routed.slice(1), [{ type: "routeEnd", dialogue: "n1",
      error: { category: "systemResourceAvailability", value: "resourceOutOfService" } },
    "cancel 900"]);
    const again = new SimulatedApplication(world, server);
    await again.signIn("operator", undefined, { sessionID, versions: versions.xml });
    assert.deepEqual(last(again, "RouteRegisterAbort"), { routeRegisterReqID: id });
    await register(again);
  });

  it("tells a late answer, and one to somebody else's dialogue, that it is wrong", async () => {
    await start();
    const app = await application();
    await register(app);
    await request();
    const { crossRefIdentifier } = last(app, "RouteRequest");
    await world.advance(answerMs);
    assert.equal(last(app, "RouteEnd").errorValue?.value, "routeingTimerExpired");
    const select = { crossRefIdentifier, routeSelected: dn("101") };
    await say(app, "RouteSelect", select);
    assert.deepEqual(app.heard.at(-1), { kind: "error", invokeID: 77,
      error: { category: "operation", value: "invalidRouteingCrossRefID" } });
    await register(app, "901");
    await request("n2", "901");
    const other = await application();
    await say(other, "RouteSelect", { ...select,
      crossRefIdentifier: last(app, "RouteRequest").crossRefIdentifier });
    assert.equal(other.heard.at(-1)?.kind, "error");
    assert.equal(link().routed.filter((each) => typeof each === "object"
      && each.type === "routeSelect").length, 0);
  });

  it("respects roles, rights by device, and links that do not route", async () => {
    await start("xml", { applications: [{ user: "operator", devices: ["1*", "900"] },
      { user: "viewer" }, { user: "admin" }] });
    const viewer = await application("viewer");
    assert.equal(await viewer.ask("RouteRegister", { routeingDevice: dn("900") }),
      "security/securityInfoViolated");
    const operator = await application();
    assert.equal(await operator.ask("RouteRegister", { routeingDevice: dn("901") }),
      "operation/privilegeViolationSpecifiedDevice");
    assert.equal(await operator.ask("RouteRegister", {}),
      "operation/privilegeViolationSpecifiedDevice");
    assert.equal(await operator.ask("RouteRegister", { routeingDevice: dn("") }),
      "operation/invalidDeviceID");
    assert.equal(await operator.ask("RouteRegisterCancel", { routeRegisterReqID: "00000001" }),
      "operation/invalidRouteRegistrationCrossRefID");
    await register(operator);
    const admin = await application("admin");
    assert.equal(typeof await admin.ask("RouteRegister", {}), "object");
    await request("n2", "901");
    assert.deepEqual([invokes(operator), invokes(admin)], [[], ["RouteRequest"]]);
    link().declared = { ...link().declared };
    delete (link().declared as { routeing?: true }).routeing;
    assert.equal(await operator.ask("RouteRegister", {}),
      "operation/privilegeViolationSpecifiedDevice");
    assert.equal(await admin.ask("RouteRegister", { routeingDevice: dn("902") }),
      "operation/invalidDeviceID");
  });

  it("offers routeing only where a PBX routes", async () => {
    await start();
    const app = await application();
    const offered = async (): Promise<boolean> => {
      const answer = await app.ask("GetCSTAFeatures", {});
      return typeof answer === "object"
        && (answer["services"] as readonly string[]).includes("RouteRegister");
    };
    assert.equal(await offered(), true);
    link().proofs = [{ subject: "routeing", proven: "no", evidence: "RouteRegister" }];
    assert.equal(await offered(), false);
    link().proofs = [];
    delete (link().declared as { routeing?: true }).routeing;
    assert.equal(await offered(), false);
    assert.equal(await app.ask("RouteRegister", {}), "operation/serviceNotSupported");
  });

  it("names links where two route, and registers for all of them together", async () => {
    await start("xml", {}, ["pbx-1", "pbx-2"]);
    const app = await application();
    assert.equal(await app.ask("RouteRegister", { routeingDevice: dn("900") }),
      "operation/invalidDeviceID");
    await register(app, "pbx-2:900");
    assert.deepEqual(server.gateway.simulatedLinks.map(({ routed }) => routed),
      [[], ["register 900"]]);
    const all = await app.ask("RouteRegister", {});
    assert.ok(typeof all === "object");
    await request("n1", "901", linkId("pbx-2"));
    await say(app, "RouteSelect", { routeSelected: dn("pbx-2:101"),
      crossRefIdentifier: last(app, "RouteRequest").crossRefIdentifier });
    assert.deepEqual(server.gateway.simulatedLinks[1]?.routed.at(-1),
      { type: "routeSelect", dialogue: "n1", routeSelected: "101" });
    assert.equal(await app.ask("RouteRegister", {}),
      "subscribedResourceAvailability/objectRegistrationLimitExceeded");
  });

  it("passes the PBX's refusal on, and its end of a registration", async () => {
    await start();
    const app = await application();
    link().registering = () => Promise.resolve(fail("device-unknown", "no"));
    assert.equal(await app.ask("RouteRegister", { routeingDevice: dn("900") }),
      "operation/invalidDeviceID");
    link().registering = () => Promise.resolve({ ok: true, value: undefined });
    const routeRegisterReqID = await register(app);
    server.gateway.routeing.told(pbx, { type: "routeRegisterAbort",
      routeingDevice: deviceId("900") });
    await world.settle();
    assert.deepEqual(last(app, "RouteRegisterAbort"), { routeRegisterReqID });
    assert.equal(server.gateway.routeing.registrations().length, 0);
  });

  it("tells what was asked before the registration was answered, right after it", async () => {
    await start();
    const app = await application();
    link().registering = () => {
      server.gateway.routeing.told(pbx, { type: "routeRequest", dialogue: "n1",
        routeingDevice: deviceId("900") });
      return Promise.resolve({ ok: true, value: undefined });
    };
    const before = app.heard.length;
    await register(app);
    await say(app, "RouteReject", { rejectCause: "busyOverflow",
      crossRefIdentifier: last(app, "RouteRequest").crossRefIdentifier });
    assert.deepEqual(app.heard.slice(before).map(({ kind }) => kind), ["result", "invoke"]);
    assert.deepEqual(link().routed.at(-1),
      { type: "routeReject", dialogue: "n1", rejectCause: "busyOverflow" });
  });
});
