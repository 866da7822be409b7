/** Every service that an application may ask for, in every encoding: what reaches the PBX. */

import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import type { CallEvent } from "../../model/events.js";
import { callId, deviceId, linkId } from "../../model/identifiers.js";
import { cstaCodecs } from "../../csta-codecs.js";
import type { CstaArgument, CstaConnection, CstaDevice, CstaServiceName }
  from "../../wire/csta/message.js";
import { simulatedServer, SimulatedApplication, type SimulatedServer }
  from "./application-simulated.js";
import { queries } from "./device-query.js";
import { controlServices } from "./service-request.js";

const pbx = linkId("pbx-1");
const dn = (text: string): CstaDevice => ({ kind: "dialingNumber", text });
const edition4 = "http://www.ecma-international.org/standards/ecma-323/csta/ed4";

/** Of the services below, those that a phase has no word for. */
const notIn2: readonly CstaServiceName[] = ["AcceptCall", "ButtonPress", "GetButtonInformation",
  "GetDisplay", "GetLampMode", "RequestSystemStatus", "SetDisplay"];
const notIn1: readonly CstaServiceName[] = [...notIn2, "AssociateData", "GenerateDigits",
  "ParkCall", "SingleStepConferenceCall", "SingleStepTransferCall"];
const protocols = {
  "xml": { version: edition4, lacks: [] },
  "asn1-phase3": { version: "3", lacks: [] },
  "asn1-phase2": { version: "1", lacks: notIn2 },
  "asn1-phase1": { version: "0", lacks: notIn1 },
} as const satisfies Readonly<Record<string,
  { readonly version: string; readonly lacks: readonly CstaServiceName[] }>>;

type Body = CallEvent extends infer E ? E extends CallEvent
  ? Omit<E, "link" | "cause" | "receivedAtMs"> : never : never;
type Arguments = { readonly [S in CstaServiceName]?: CstaArgument<S> };

const party = (device: string) => ({ device: deviceId(device) });
const connection = (call: string, device: string) =>
  ({ call: callId(call), device: deviceId(device) });
/** A call from `from` to `to`, up to where it is answered. */
function* played(call: string, from: string, to: string, answered: boolean): Iterable<Body> {
  const roles = { callingDevice: party(from), calledDevice: party(to) };
  yield { type: "originated", connection: connection(call, from), ...roles };
  yield { type: "delivered", connection: connection(call, to), alertingDevice: party(to),
    ...roles };
  if (!answered) return;
  yield { type: "established", connection: connection(call, to), answeringDevice: party(to),
    ...roles };
}

/** 101 rings; 102 talks on one call and holds another one. */
const calls: readonly Body[] = [
  ...played("ringing", "103", "101", false), ...played("held", "102", "105", true),
  { type: "held", connection: connection("held", "102"), holdingDevice: party("102") },
  ...played("active", "102", "104", true)];

function argumentsFor(at: (call: string, device: string) => CstaConnection): Arguments {
  const [ringing, active, held] = [at("ringing", "101"), at("active", "102"), at("held", "102")];
  const device = dn("102");
  const both = { heldCall: held, activeCall: active };
  return {
    MakeCall: { callingDevice: dn("106"), calledDirectoryNumber: dn("101") },
    AnswerCall: { callToBeAnswered: ringing }, AcceptCall: { callToBeAccepted: ringing },
    DeflectCall: { callToBeDiverted: ringing, newDestination: dn("104") },
    DirectedPickupCall: { callToBePickedUp: ringing, requestingDevice: dn("106") },
    GroupPickupCall: { newDestination: dn("106") },
    CallBack: { callbackConnection: active },
    ClearConnection: { connectionToBeCleared: active }, ClearCall: { callToBeCleared: active },
    HoldCall: { callToBeHeld: active }, RetrieveCall: { callToBeRetrieved: held },
    AlternateCall: both, ReconnectCall: both, TransferCall: both, ConferenceCall: both,
    ConsultationCall: { existingCall: active, consultedDevice: dn("103") },
    SingleStepTransferCall: { activeCall: active, transferredTo: dn("103") },
    SingleStepConferenceCall: { activeCall: active, deviceToJoin: dn("103") },
    ParkCall: { parking: active, parkTo: dn("104") },
    GenerateDigits: { connectionToSendDigits: active, charactersToSend: "12#" },
    AssociateData: { existingCall: active, correlatorData: "0a0b" },
    SetAgentState: { device, requestedAgentState: "ready" },
    SetDoNotDisturb: { device, doNotDisturbOn: true },
    SetForwarding: { device, activateForward: true, forwardDN: dn("103") },
    SetMessageWaitingIndicator: { device, messageWaitingOn: true },
    SetDisplay: { device, contentsOfDisplay: "Lunch" }, ButtonPress: { device, button: "1" },
    GetDoNotDisturb: { device }, GetForwarding: { device }, GetDisplay: { device },
    GetMessageWaitingIndicator: { device }, GetButtonInformation: { device },
    GetLampMode: { device },
  };
}

for (const [protocol, { version, lacks }] of Object.entries(protocols)) {
  describe(`CSTA server, every service: ${protocol}`, () => {
    let world: SimulatedWorld;
    let server: SimulatedServer;
    let app: SimulatedApplication;

    beforeEach(async () => {
      world = new SimulatedWorld();
      server = await simulatedServer(world, cstaCodecs({
        protocol: protocol as keyof typeof protocols, framing: "len16" }), { protocol });
      const { switch: source, simulatedLinks: [link] } = server.gateway;
      assert.ok(link !== undefined);
      link.declared = { ...link.declared, callCodes: {} };
      link.answer = { on: true, forwardings: [], displays: [], buttons: [], lamps: [] };
      source.reconcile(pbx, { calls: [], agents: [], devices: ["101", "102", "103", "104", "105",
        "106"].map((name) => ({ device: deviceId(name), category: "station" as const })) }, "test");
      for (const body of calls) {
        source.apply({ ...body, link: pbx, cause: "newCall",
          receivedAtMs: world.clock.monotonicMs() } as CallEvent);
      }
      await world.settle();
      app = new SimulatedApplication(world, server);
      assert.equal((await app.signIn("operator", undefined, { versions: [version] })).kind,
        "associated");
    });
    afterEach(async () => {
      server.sessions.stop();
      await server.gateway.stop();
    });

    const asked = (): Arguments => argumentsFor((call, device) =>
      ({ callID: server.feed.calls.nameOf(pbx, callId(call)), deviceID: dn(device) }));

    it("does each that it has at the PBX, and lacks no other", async () => {
      const { services } = server.codec();
      const missing: string[] = [];
      const requests = server.gateway.simulatedLinks[0]?.requests ?? [];
      for (const [service, argument] of Object.entries(asked())) {
        const name = service as CstaServiceName;
        if (!services.has(name)) {
          missing.push(name);
          continue;
        }
        const answer = await app.ask(name, argument as CstaArgument);
        assert.ok(typeof answer === "object", `${service}: ${JSON.stringify(answer)}`);
        const becomes = controlServices.get(name)
          ?? queries.find(([query]) => query === name)?.[1].asks;
        assert.equal(requests.at(-1)?.service, becomes, service);
      }
      assert.deepEqual(missing.toSorted(), lacks.filter((name) => name in asked()).toSorted());
      // The list above is whole.
      assert.deepEqual([...controlServices.keys(), ...queries.map(([name]) => name)]
        .filter((name) => !(name in asked())), []);
    });

    it("does by itself what is its own", async () => {
      const started = await app.ask("MonitorStart", { monitorObject: { deviceObject: dn("102") } });
      assert.ok(typeof started === "object");
      const monitorCrossRefID = String(started["monitorCrossRefID"]);
      const own: Arguments = {
        ChangeMonitorFilter: { monitorCrossRefID, requestedMonitorFilter: ["held"] },
        MonitorStop: { monitorCrossRefID }, SnapshotDevice: { snapshotObject: dn("102") },
        SnapshotCall: { snapshotObject: { callID: server.feed.calls.nameOf(pbx,
          callId("active")), deviceID: dn("102") } },
        GetAgentState: { device: dn("102") }, SystemStatus: { systemStatus: "normal" },
        RequestSystemStatus: {} };
      const requests = server.gateway.simulatedLinks[0]?.requests.length;
      for (const [service, argument] of Object.entries(own)) {
        if ((lacks as readonly string[]).includes(service)) continue;
        const answer = await app.ask(service as CstaServiceName, argument as CstaArgument);
        assert.ok(typeof answer === "object", `${service}: ${JSON.stringify(answer)}`);
      }
      assert.equal(server.gateway.simulatedLinks[0]?.requests.length, requests);
    });
  });
}
