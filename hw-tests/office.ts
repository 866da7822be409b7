/** The whole gateway with the simulated office, in this process, on free ports. */

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { driverRegistry } from "../drivers/index.js";
import { startOffice as startLines } from "../drivers/office.js";
import { nodeWorld } from "../firmware/base/world-node.js";
import { startGateway } from "../firmware/gateway.js";

export interface OfficeUnderTest {
  readonly webUrl: string;
  readonly grpcAddress: string;
  readonly adminName: string;
  readonly adminPassword: string;
  stop(): Promise<void>;
}

const callsPerMinute = 20;

export async function startOffice(): Promise<OfficeUnderTest> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), "jackfield-office-"));
  const world = nodeWorld(() => undefined, "error");
  const office = await startLines(world, dataFolder,
    { webPort: 0, grpcPort: 0, amiPort: 0, callsPerMinute });
  assert.ok(office.ok, office.ok ? "" : office.fault.message);
  const gateway = await startGateway({ world, version: "test", drivers: driverRegistry, dataFolder,
    pageFolder: path.resolve("build/ui"), environment: office.value.environment,
    configText: office.value.configText, fatal: (reason) => { throw new Error(reason); } });
  assert.ok(gateway.ok, gateway.ok ? "" : JSON.stringify(gateway.fault));
  const { webPort, grpcPort, firstAdmin } = gateway.value;
  assert.ok(firstAdmin !== undefined);
  return {
    webUrl: `https://127.0.0.1:${webPort}`, grpcAddress: `127.0.0.1:${grpcPort}`,
    adminName: firstAdmin.name, adminPassword: firstAdmin.password,
    stop: async () => {
      await gateway.value.stop(5_000);
      await office.value.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
