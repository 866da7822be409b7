/** Capability exchange: what an application is told is what was proven, of each device too. */

import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { cstaCodecs } from "../../csta-codecs.js";
import { deviceId, linkId } from "../../model/identifiers.js";
import type { SimulatedLink } from "../../switching/switch-simulated.js";
import type { CstaDevice, CstaServiceName } from "../../wire/csta/message.js";
import { simulatedServer, SimulatedApplication, type SimulatedServer }
  from "./application-simulated.js";

const dn = (text: string): CstaDevice => ({ kind: "dialingNumber", text });
const protocols = { "asn1-phase3": "3",
  "xml": "http://www.ecma-international.org/standards/ecma-323/csta/ed4" } as const;
type Protocol = keyof typeof protocols;
type Answer = Readonly<Record<string, unknown>>;

for (const protocol of Object.keys(protocols) as Protocol[]) {
  describe(`CSTA capability exchange: ${protocol}`, () => {
    let world: SimulatedWorld;
    let server: SimulatedServer;
    let link: SimulatedLink;

    beforeEach(async () => {
      world = new SimulatedWorld();
      server = await simulatedServer(world, cstaCodecs({ protocol, framing: "len16" }),
        { protocol, applications: [{ user: "operator", devices: ["1*", "8*", "900"] },
          { user: "viewer" }] }, ["pbx-1", "pbx-2"]);
      const [first, second] = server.gateway.simulatedLinks;
      assert.ok(first !== undefined && second !== undefined);
      link = first;
      link.declared = { ...link.declared, routeing: true, services: { makeCall: "native",
        answerCall: "native", setDoNotDisturb: "native", setDisplay: "native",
        getDisplay: "native", generateDigits: "native" },
      events: ["delivered", "displayUpdated", "doNotDisturb", "backInService"] };
      second.declared = { ...second.declared, services: { holdCall: "native" },
        events: ["held"] };
      const station = "station" as const;
      server.gateway.switch.reconcile(linkId("pbx-1"), { calls: [], agents: [], devices: [
        { device: deviceId("101"), category: station },
        { device: deviceId("8001"), category: "networkInterface" },
        { device: deviceId("900"), category: "routeingDevice" }] }, "test");
      server.gateway.switch.reconcile(linkId("pbx-2"), { calls: [], agents: [], devices: [
        { device: deviceId("201"), category: station }] }, "test");
      await world.settle();
    });
    afterEach(async () => {
      server.sessions.stop();
      await server.gateway.stop();
    });

    const application = async (user = "operator"): Promise<SimulatedApplication> => {
      const made = new SimulatedApplication(world, server);
      assert.equal((await made.signIn(user, undefined, { versions: [protocols[protocol]] })).kind,
        "associated");
      return made;
    };
    const told = async (
      app: SimulatedApplication, service: "GetLogicalDeviceInformation"
      | "GetPhysicalDeviceInformation", device: string,
    ): Promise<Answer> => {
      const answer = await app.ask(service, { device: dn(device) });
      assert.ok(typeof answer === "object", JSON.stringify(answer));
      return answer;
    };
    const services = async (app: SimulatedApplication): Promise<readonly string[]> => {
      const answer = await app.ask("GetCSTAFeatures", {});
      assert.ok(typeof answer === "object", JSON.stringify(answer));
      return answer["services"] as readonly string[];
    };

    it("offers what any PBX has, until its probe has shown that it has it not", async () => {
      const app = await application();
      const before = await services(app);
      const wanted: readonly CstaServiceName[] = ["MakeCall", "HoldCall", "SetDoNotDisturb",
        "GetCSTAFeatures", "GetLogicalDeviceInformation", "GetPhysicalDeviceInformation",
        "RouteRegister", "StartCallDetailRecordsTransmission"];
      assert.deepEqual(wanted.filter((name) => !before.includes(name)), []);
      assert.ok(!before.includes("ConferenceCall"));
      link.proofs = [{ subject: "makeCall", proven: "no", evidence: "refused" },
        { subject: "answerCall", proven: "not-tried", evidence: "not asked" },
        { subject: "routeing", proven: "no", evidence: "RouteRegister" }];
      const after = await services(app);
      assert.deepEqual(["MakeCall", "AnswerCall", "RouteRegister"].map((name) =>
        after.includes(name)), [false, true, false]);
      assert.ok(!(await services(await application("viewer"))).includes("SetDoNotDisturb"));
    });

    it("tells of a telephone what its own PBX has for it", async () => {
      const app = await application();
      const { services: logical, events, ...rest } =
        await told(app, "GetLogicalDeviceInformation", "101");
      assert.deepEqual(rest, { deviceCategory: "station", hasPhysicalElement: true,
        appearanceAddressable: false, appearanceType: "selectedStandard" });
      assert.deepEqual((logical as string[]).toSorted(), ["AnswerCall", "GenerateDigits",
        "GetAgentState", "GetDoNotDisturb", "MakeCall", "SetDoNotDisturb"]);
      assert.deepEqual((events as string[]).toSorted(),
        ["backInService", "callCleared", "delivered", "doNotDisturb"]);
      assert.deepEqual(await told(app, "GetPhysicalDeviceInformation", "101"),
        { deviceCategory: "station", hasLogicalElement: true,
          services: ["GetDisplay", "SetDisplay"], events: ["displayUpdated"] });
      link.proofs = [{ subject: "setDisplay", proven: "no", evidence: "refused" },
        { subject: "displayUpdated", proven: "no", evidence: "not listed" }];
      assert.deepEqual(await told(app, "GetPhysicalDeviceInformation", "101"),
        { deviceCategory: "station", hasLogicalElement: true, services: ["GetDisplay"],
          events: [] });
      const viewer = await application("viewer");
      const other = await told(viewer, "GetLogicalDeviceInformation", "201");
      assert.deepEqual([other["services"], (other["events"] as string[]).toSorted()],
        [["GetAgentState"], ["callCleared", "held"]]);
    });

    it("claims nothing for a line, and for a routeing device only that it routes", async () => {
      const app = await application();
      const line = await told(app, "GetLogicalDeviceInformation", "8001");
      assert.deepEqual([line["deviceCategory"], line["hasPhysicalElement"], line["services"]],
        ["networkInterface", false, []]);
      const router = await told(app, "GetLogicalDeviceInformation", "900");
      assert.equal(router["deviceCategory"], "routeingDevice");
      assert.ok((router["services"] as string[]).includes("RouteRegister")
        && !(router["services"] as string[]).includes("MakeCall"));
      for (const device of ["8001", "900"]) {
        assert.equal(await app.ask("GetPhysicalDeviceInformation", { device: dn(device) }),
          "operation/requestIncompatibleWithObject");
      }
    });

    it("tells nobody of devices that are not his, or are not there", async () => {
      const app = await application();
      for (const service of ["GetLogicalDeviceInformation",
        "GetPhysicalDeviceInformation"] as const) {
        assert.equal(await app.ask(service, { device: dn("201") }),
          "operation/privilegeViolationSpecifiedDevice");
        assert.equal(await app.ask(service, { device: dn("999") }), "operation/invalidDeviceID");
      }
    });
  });
}
