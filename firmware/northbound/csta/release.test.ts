/** Who may end a session that is kept, and what becomes of it. */

import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { cstaCodecs } from "../../csta-codecs.js";
import { deviceId, linkId } from "../../model/identifiers.js";
import { simulatedPassword } from "../api/gateway-simulated.js";
import { simulatedServer, SimulatedApplication, type SimulatedServer }
  from "./application-simulated.js";

const versions = ["http://www.ecma-international.org/standards/ecma-323/csta/ed4"];

describe("CSTA sessions that are kept", () => {
  let world: SimulatedWorld;
  let server: SimulatedServer;

  beforeEach(async () => {
    world = new SimulatedWorld();
    server = await simulatedServer(world, cstaCodecs({ protocol: "xml", framing: "len16" }),
      { protocol: "xml", sessionKeepSeconds: 600 });
    server.gateway.switch.reconcile(linkId("pbx-1"), { calls: [], agents: [],
      devices: [{ device: deviceId("102"), category: "station" }] }, "test");
    await world.settle();
  });
  afterEach(async () => {
    server.sessions.stop();
    await server.gateway.stop();
  });

  const signedIn = async (user: string): Promise<readonly [SimulatedApplication, string]> => {
    const app = new SimulatedApplication(world, server);
    const begun = await app.signIn(user, simulatedPassword, { versions });
    assert.ok(begun.kind === "associated" && begun.sessionID !== undefined);
    return [app, begun.sessionID];
  };
  const names = (): readonly string[] => server.sessions.list().map(({ id }) => id);

  it("end at once when their application says so, and no one else's do", async () => {
    const [lost, lostID] = await signedIn("operator");
    await lost.ask("MonitorStart",
      { monitorObject: { deviceObject: { kind: "dialingNumber", text: "102" } } });
    lost.cut();
    const [stranger, strangerID] = await signedIn("viewer");
    const [back, backID] = await signedIn("operator");
    assert.equal(server.sessions.domain.monitors, 1);
    await back.send({ kind: "release", invokeID: 4, sessionID: lostID });
    assert.deepEqual(back.heard.at(-1), { kind: "released", invokeID: 4 });
    assert.deepEqual([names(), server.sessions.domain.monitors, back.isClosed],
      [[strangerID, backID], 0, false]);
    // Whoever names a stranger's session ends nothing but his own.
    await stranger.send({ kind: "release", invokeID: 5, sessionID: backID });
    assert.deepEqual([names(), stranger.isClosed, back.isClosed], [[backID], true, false]);
  });

  it("end with a goodbye while connected: nothing is kept", async () => {
    const [app, sessionID] = await signedIn("operator");
    await app.ask("MonitorStart",
      { monitorObject: { deviceObject: { kind: "dialingNumber", text: "102" } } });
    await app.send({ kind: "release", invokeID: 6, sessionID });
    assert.deepEqual([app.heard.at(-1), app.isClosed], [{ kind: "released", invokeID: 6 }, true]);
    assert.deepEqual([names(), server.sessions.domain.monitors], [[], 0]);
  });
});
