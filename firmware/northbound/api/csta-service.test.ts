import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { cstaHandlers } from "./csta-service.js";
import { simulatedGateway } from "./gateway-simulated.js";

describe("CstaService", () => {
  it("lists the applications, and how far they share monitors", async () => {
    const gateway = await simulatedGateway({ world: new SimulatedWorld() });
    const { listCstaSessions } = cstaHandlers(gateway);
    const listed = await listCstaSessions(
      {} as Parameters<typeof listCstaSessions>[0], {} as Parameters<typeof listCstaSessions>[1]);
    assert.ok(listed.ok);
    const { sessions, monitors, watched } = listed.value;
    assert.deepEqual([sessions?.[0]?.user, sessions?.[0]?.lostEvents, monitors, watched],
      ["taxi", 2n, 3, 2]);
    await gateway.stop();
  });

  it("ends a session by its id", async () => {
    const gateway = await simulatedGateway({ world: new SimulatedWorld() });
    const { endCstaSession } = cstaHandlers(gateway);
    const end = async (id: string): Promise<string> => {
      const ended = await endCstaSession(
        { id } as Parameters<typeof endCstaSession>[0],
        {} as Parameters<typeof endCstaSession>[1]);
      return ended.ok ? "ok" : ended.fault.code;
    };
    assert.deepEqual([await end("5e55"), await end("5e56"), await end("")],
      ["ok", "not-found", "argument-invalid"]);
    await gateway.stop();
  });
});
