/** What an application gives a call: codes, correlator, user data. */

import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { deviceId, linkId } from "../../model/identifiers.js";
import { callCodes } from "../../model/services.js";
import type { SimulatedLink } from "../../switching/switch-simulated.js";
import { acseVariants } from "../../wire/csta/acse.js";
import { cstaBerCodec } from "../../wire/csta/ber-codec.js";
import type { CstaArgument, CstaDevice } from "../../wire/csta/message.js";
import { phase3 } from "../../wire/csta/phase3.js";
import { simulatedServer, SimulatedApplication, type SimulatedServer }
  from "./application-simulated.js";

const dn = (text: string): CstaDevice => ({ kind: "dialingNumber", text });
const call = { callingDevice: dn("101"), calledDirectoryNumber: dn("102") };
const made = { service: "makeCall", callingDevice: "101", calledNumber: "102",
  autoOriginate: "prompt" };

describe("CSTA call data of applications", () => {
  let world: SimulatedWorld;
  let server: SimulatedServer;
  let link: SimulatedLink;
  let app: SimulatedApplication;

  beforeEach(async () => {
    world = new SimulatedWorld();
    server = await simulatedServer(world, () => cstaBerCodec({ phase: phase3,
      framing: { name: "len16" }, acse: acseVariants.panasonic }));
    const [only] = server.gateway.simulatedLinks;
    assert.ok(only !== undefined);
    link = only;
    server.gateway.switch.reconcile(linkId("pbx-1"), { calls: [], agents: [], devices: [
      { device: deviceId("101"), category: "station" as const }] }, "test");
    app = new SimulatedApplication(world, server);
    assert.equal((await app.signIn()).kind, "associated");
  });
  afterEach(async () => {
    server.sessions.stop();
    await server.gateway.stop();
  });

  const dial = (more: Partial<CstaArgument<"MakeCall">>) => app.ask("MakeCall",
    { ...call, ...more });

  it("goes on to a PBX that takes it, and into no log", async () => {
    link.declared = { ...link.declared, callCodes: { makeCall: callCodes } };
    const all = { accountCode: "4711", authCode: "2468", userData: "c0ffee",
      correlatorData: "0a0b" };
    assert.deepEqual(await dial(all), { callingDevice: { deviceID: dn("101") } });
    assert.deepEqual(link.requests, [{ ...made, ...all }]);
    const logs = server.gateway.audit.entries.map(({ subject, detailsJson }) =>
      subject + detailsJson).join();
    assert.ok(!logs.includes("2468") && !logs.includes("4711") && !logs.includes("c0ffee"));
  });

  it("is refused where it would be another call, and only there", async () => {
    assert.equal(await dial({ accountCode: "4711" }), "operation/accountCodeNotSupported");
    assert.equal(await dial({ authCode: "1" }), "operation/authorisationCodeNotSupported");
    assert.equal(await dial({ accountCode: "x".repeat(33) }), "operation/invalidAccountCode");
    assert.equal(await dial({ authCode: "" }), "operation/invalidAuthCode");
    assert.deepEqual(link.requests, []);
    link.declared = { ...link.declared, callCodes: { makeCall: ["accountCode"] } };
    assert.equal(await dial({ accountCode: "4711", authCode: "1" }),
      "operation/authorisationCodeNotSupported");
    assert.deepEqual(await dial({ accountCode: "4711", userData: "00".repeat(257) }),
      { callingDevice: { deviceID: dn("101") } });
    assert.deepEqual(link.requests, [{ ...made, accountCode: "4711" }]);
  });
});
