import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { callId, deviceId, linkId } from "../../model/identifiers.js";
import { acseVariants } from "../../wire/csta/acse.js";
import { cstaBerCodec } from "../../wire/csta/ber-codec.js";
import type { CstaMessage, SnapshotCallEntry, SnapshotDeviceEntry }
  from "../../wire/csta/message.js";
import type { CstaPhase } from "../../wire/csta/phase.js";
import { phase2 } from "../../wire/csta/phase1-2.js";
import { phase3 } from "../../wire/csta/phase3.js";
import { simulatedServer, SimulatedApplication, type SimulatedServer }
  from "./application-simulated.js";
import { entriesPerSegment } from "./snapshots.js";

const pbx = linkId("pbx-1");
const queue = deviceId("600");
const callers = 2 * entriesPerSegment + 1;

describe("CSTA snapshots", () => {
  let world: SimulatedWorld;
  let server: SimulatedServer;
  let app: SimulatedApplication;
  afterEach(async () => {
    server.sessions.stop();
    await server.gateway.stop();
  });

  /** A queue in which each caller has a call, and one call in which all are. */
  const start = async (phase: CstaPhase, version: string): Promise<void> => {
    world = new SimulatedWorld();
    const codec = () => cstaBerCodec({ phase, framing: { name: "len16" },
      acse: acseVariants.panasonic });
    server = await simulatedServer(world, codec,
      phase === phase2 ? { protocol: "asn1-phase2" } : {});
    const parties = Array.from({ length: callers }, (_, index) => deviceId(`${1_000 + index}`));
    server.gateway.switch.reconcile(pbx, { agents: [],
      devices: [queue, ...parties].map((device) => ({ device, category: "station" as const })),
      calls: [...parties.map((device, index) => ({ call: callId(`c${index}`), connections: [
        { device: { device: queue }, state: "queued" as const },
        { device: { device }, state: "connected" as const }] })),
      { call: callId("all"), connections: parties.map((device) =>
        ({ device: { device }, state: "connected" as const })) }] }, "test");
    app = new SimulatedApplication(world, server);
    const signed = await app.signIn("operator", undefined, { versions: [version] });
    assert.equal(signed.kind, "associated");
  };
  type Data = { readonly snapshotData: readonly (SnapshotDeviceEntry | SnapshotCallEntry)[];
    readonly segmentID?: number; readonly lastSegment: boolean;
    readonly serviceCrossRefID: string };
  const parts = (service: string): readonly Data[] => app.heard.flatMap((message: CstaMessage) =>
    message.kind === "invoke" && message.service === service
      ? [message.argument as unknown as Data] : []);

  it("that are long come in messages of their own after the answer", async () => {
    await start(phase3, "3");
    const answer = await app.ask("SnapshotDevice",
      { snapshotObject: { kind: "dialingNumber", text: "600" } });
    assert.deepEqual(answer, { serviceCrossRefID: "0001" });
    const sent = parts("SnapshotDeviceData");
    assert.deepEqual(sent.map(({ segmentID, lastSegment, serviceCrossRefID, snapshotData }) =>
      [segmentID, lastSegment, serviceCrossRefID, snapshotData.length]),
    [[1, false, "0001", entriesPerSegment], [2, false, "0001", entriesPerSegment],
      [3, true, "0001", 1]]);
    const first = await app.ask("SnapshotDevice",
      { snapshotObject: { kind: "dialingNumber", text: "1000" } });
    assert.ok(typeof first === "object");
    const [, all] = first["snapshotData"] as readonly SnapshotDeviceEntry[];
    assert.ok(all !== undefined);
    const whole = await app.ask("SnapshotCall", { snapshotObject: all.connectionIdentifier });
    assert.deepEqual(whole, { serviceCrossRefID: "0002", callingDevice: "notKnown",
      calledDevice: "notKnown" });
    const devices = parts("SnapshotCallData").flatMap(({ snapshotData }) => snapshotData);
    assert.equal(devices.length, callers);
  });

  it("are whole where a phase has no such messages", async () => {
    await start(phase2, "1");
    const answer = await app.ask("SnapshotDevice",
      { snapshotObject: { kind: "dialingNumber", text: "600" } });
    assert.ok(typeof answer === "object");
    assert.equal((answer["snapshotData"] as readonly unknown[]).length, callers);
  });
});
