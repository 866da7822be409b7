/**
 * What every application is promised, in every encoding: a slow one hurts nobody, a lost connection
 * loses nothing silently, and what one sends cannot hurt another.
 */

import assert from "node:assert/strict";
import { randomFrom } from "../../../hw-tests/csta-mutations.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import type { CallEvent } from "../../model/events.js";
import { callId, deviceId, linkId } from "../../model/identifiers.js";
import { acseVariants } from "../../wire/csta/acse.js";
import { cstaBerCodec } from "../../wire/csta/ber-codec.js";
import type { CstaCodec, CstaMessage } from "../../wire/csta/message.js";
import { phase1, phase2 } from "../../wire/csta/phase1-2.js";
import { phase3 } from "../../wire/csta/phase3.js";
import { cstaXmlCodec } from "../../wire/csta/xml-codec.js";
import { simulatedPassword } from "../api/gateway-simulated.js";
import { simulatedServer, SimulatedApplication, type SimulatedServer }
  from "./application-simulated.js";

interface Encoding {
  readonly protocol: string;
  readonly version: string;
  readonly codec: () => CstaCodec;
}

const encodings: Readonly<Record<string, Encoding>> = {
  "phase I": { protocol: "asn1-phase1", version: "0", codec: () => cstaBerCodec({ phase: phase1,
    framing: { name: "none" }, acse: acseVariants.phase1 }) },
  "phase II": { protocol: "asn1-phase2", version: "1", codec: () => cstaBerCodec({ phase: phase2,
    framing: { name: "len16" }, acse: acseVariants.phase2 }) },
  "phase III": { protocol: "asn1-phase3", version: "4", codec: () => cstaBerCodec({
    phase: phase3, framing: { name: "len16" }, acse: acseVariants.panasonic }) },
  "phase III, HiPath": { protocol: "asn1-phase3", version: "3", codec: () => cstaBerCodec({
    phase: phase3, framing: { name: "hipath3" }, acse: acseVariants.hipath }) },
  XML: { protocol: "xml", codec: () => cstaXmlCodec(),
    version: "http://www.ecma-international.org/standards/ecma-323/csta/ed4" },
};

type Body = CallEvent extends infer E ? E extends CallEvent
  ? Omit<E, "link" | "cause" | "receivedAtMs"> : never : never;
const pbx = linkId("pbx-1");
const connection = (call: string, device: string) =>
  ({ call: callId(call), device: deviceId(device) });
const party = (device: string) => ({ device: deviceId(device) });

for (const [name, { protocol, version, codec }] of Object.entries(encodings)) {
  describe(`CSTA server's promises: ${name}`, () => {
    let world: SimulatedWorld;
    let server: SimulatedServer;

    const start = async (settings: object = {}): Promise<void> => {
      world = new SimulatedWorld();
      server = await simulatedServer(world, codec, { protocol, ...settings });
      server.gateway.switch.reconcile(pbx, { calls: [], agents: [], devices: ["101", "102"]
        .map((device) => ({ device: deviceId(device), category: "station" as const })) }, "test");
      await world.settle();
    };
    afterEach(async () => {
      server.sessions.stop();
      await server.gateway.stop();
    });

    const application = async (
      user = "operator", sessionID?: string,
    ): Promise<SimulatedApplication & { readonly sessionID?: string }> => {
      const made = new SimulatedApplication(world, server);
      const answer = await made.signIn(user, simulatedPassword,
        { versions: [version], ...sessionID === undefined ? {} : { sessionID } });
      assert.equal(answer.kind, "associated", JSON.stringify(answer));
      return Object.assign(made, answer.kind === "associated" && answer.sessionID !== undefined
        ? { sessionID: answer.sessionID } : {});
    };
    const watch = async (app: SimulatedApplication): Promise<void> => {
      const started = await app.ask("MonitorStart",
        { monitorObject: { deviceObject: { kind: "dialingNumber", text: "102" } } });
      assert.ok(typeof started === "object", JSON.stringify(started));
    };
    const happen = async (body: Body, cause: CallEvent["cause"] = "newCall"): Promise<void> => {
      server.gateway.switch.apply({ ...body, link: pbx, cause,
        receivedAtMs: world.clock.monotonicMs() } as CallEvent);
      await world.settle();
    };
    const ring = async (call: string): Promise<void> => {
      await happen({ type: "originated", connection: connection(call, "101"),
        callingDevice: party("101"), calledDevice: party("102") });
      await happen({ type: "delivered", connection: connection(call, "102"),
        alertingDevice: party("102"), callingDevice: party("101"), calledDevice: party("102") });
    };
    const delivered = (app: SimulatedApplication): number =>
      app.reports.filter(({ type }) => type === "delivered").length;

    it("a slow application loses its own events, is told so, and delays nobody", async () => {
      await start({ queueMax: 10 });
      const [slow, quick] = [await application(), await application("viewer")];
      await watch(slow);
      await watch(quick);
      slow.isSlow = true;
      for (let n = 0; n < 12; n += 1) {
        await ring(`c${n}`);
        assert.equal(delivered(quick), n + 1);
      }
      assert.equal(delivered(slow), 0);
      await slow.read();
      assert.equal(slow.statuses.at(-1), "messagesLost");
      assert.ok(!quick.statuses.includes("messagesLost"));
      assert.ok(delivered(slow) > 0 && delivered(slow) < 12);
      assert.equal(delivered(slow)
        + (server.sessions.list().find(({ figures }) => figures.lostEvents > 0)
          ?.figures.lostEvents ?? 0), 12);
    });

    it("what happens while a connection is lost is told when it is back", async () => {
      await start({ sessionKeepSeconds: 30 });
      const app = await application();
      await watch(app);
      app.cut();
      await ring("c1");
      await world.advance(20_000);
      const back = await application("operator", app.sessionID);
      assert.equal(delivered(back), 1);
      assert.ok(!back.statuses.includes("messagesLost"));
      assert.equal(server.sessions.list().length, 1);
      const [crossRef = ""] = back.events[0]?.split(" ") ?? [];
      assert.ok(typeof await back.ask("MonitorStop", { monitorCrossRefID: crossRef }) === "object");
    });

    it("what was too much to keep, or may not have arrived, is reported as lost", async () => {
      await start({ sessionKeepSeconds: 30, queueMax: 10 });
      const app = await application();
      await watch(app);
      app.cut();
      for (let n = 0; n < 12; n += 1) await ring(`c${n}`);
      const back = await application("operator", app.sessionID);
      assert.ok(back.statuses.includes("messagesLost"), back.statuses.join());
      assert.ok(delivered(back) < 12);
      await ring("last");
      back.cut();
      // The last event was written, but nothing says that it was read.
      const again = await application("operator", app.sessionID);
      assert.ok(again.statuses.includes("messagesLost"), again.statuses.join());
    });

    it("answers that nobody asked for change nothing", async () => {
      await start();
      const app = await application();
      await watch(app);
      const strangers: readonly CstaMessage[] = [
        { kind: "result", invokeID: 7_777, service: "SystemStatus", result: {} },
        { kind: "error", invokeID: 7_776, error: { category: "operation", value: "generic" } },
        { kind: "reject", invokeID: 7_775, problem: "unrecognizedOperation" }];
      for (const message of strangers) {
        const bytes = codec().encode(message);
        if (bytes !== undefined) await app.sendBytes(bytes);
      }
      await ring("c1");
      assert.ok(!app.isClosed);
      assert.equal(delivered(app), 1);
    });

    it("damaged requests end at most the connection that they came on", async () => {
      await start({ requestsPerSecondMax: 10_000 });
      const bystander = await application("viewer");
      await watch(bystander);
      const random = randomFrom(323);
      const device = { kind: "dialingNumber", text: "102" } as const;
      const requests = [
        { service: "MonitorStart", argument: { monitorObject: { deviceObject: device } } },
        { service: "MakeCall", argument: { callingDevice: device, calledDirectoryNumber: device } },
        { service: "SnapshotDevice", argument: { snapshotObject: device } },
      ].map((request, invokeID) => codec().encode(
        { kind: "invoke", invokeID, ...request } as CstaMessage) ?? new Uint8Array(0));
      for (let round = 0; round < 20; round += 1) {
        const app = await application();
        for (let n = 0; n < 40 && !app.isClosed; n += 1) {
          const bytes = Buffer.from(requests[random(requests.length)] as Uint8Array);
          for (let left = 1 + random(3); left > 0; left -= 1) {
            bytes[random(bytes.length)] = random(256);
          }
          const octets = random(10) === 0 ? random(bytes.length) : bytes.length;
          await app.sendBytes(bytes.subarray(0, octets));
        }
        app.cut();
      }
      await ring("c1");
      assert.ok(!bystander.isClosed);
      assert.equal(delivered(bystander), 1);
    });

    it("who does not answer is given up, and his monitors with him", async () => {
      await start({ sessionKeepSeconds: 10 });
      const mute = new SimulatedApplication(world, server, { answersStatus: false });
      assert.equal((await mute.signIn("operator", simulatedPassword,
        { versions: [version] })).kind, "associated");
      await watch(mute);
      const bystander = await application("viewer");
      await world.advance(400_000);
      assert.ok(mute.isClosed);
      assert.equal(server.sessions.domain.monitors, 0);
      // Sessions of XML end when nobody asks for more time; the others live by their answers.
      assert.equal(bystander.isClosed, protocol === "xml");
    });
  });
}
