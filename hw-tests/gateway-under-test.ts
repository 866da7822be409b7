/** The whole gateway in this process, on free ports, with a data folder of its own. */

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { driverRegistry } from "../drivers/index.js";
import type { World } from "../firmware/base/world.js";
import { nodeWorld } from "../firmware/base/world-node.js";
import { startGateway, type Gateway } from "../firmware/gateway.js";
import { AccessService } from "../proto/gen/cti/gateway/v1/access_pb.js";
import { TestClient } from "./loopback/server-rig.js";

export interface GatewayUnderTest {
  readonly gateway: Gateway;
  readonly world: World;
  readonly dataFolder: string;
  /** Signed in as admin. */
  readonly client: TestClient;
  readonly adminPassword: string;
  readonly webUrl: string;
  /** Another connection with the admin's token. */
  connect(): TestClient;
  /** Stops the gateway and removes its data. */
  stop(): Promise<void>;
}

export interface GatewayWishes {
  /** YAML of `links:` items and other sections, without version and listeners. */
  readonly config: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
  /** What the gateway takes for the world; by default the real one. */
  readonly worldOf?: (real: World) => World;
}

const listeners = `version: 1
unit: { language: en, timeZone: Europe/Paris }
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
`;

export async function startGatewayUnderTest(wishes: GatewayWishes): Promise<GatewayUnderTest> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), "jackfield-gateway-"));
  const real = nodeWorld(wishes.log ?? (() => undefined), "info");
  const world = wishes.worldOf?.(real) ?? real;
  const started = await startGateway({
    world, version: "test", drivers: driverRegistry, dataFolder,
    pageFolder: path.resolve("build/ui"),
    environment: wishes.environment ?? {}, configText: listeners + wishes.config,
    fatal: (reason) => { throw new Error(reason); },
  });
  assert.ok(started.ok, started.ok ? "" : JSON.stringify(started.fault));
  const gateway = started.value;
  const admin = gateway.firstAdmin;
  assert.ok(admin !== undefined);
  const authority = { authority: { authorityPem: gateway.authorityPem } };
  const anonymous = new TestClient(authority, gateway.grpcPort);
  const { token } = await anonymous.unary(AccessService.method.signIn, admin);
  anonymous.raw.close();
  const clients: TestClient[] = [];
  const connect = (): TestClient => {
    const client = new TestClient(authority, gateway.grpcPort, token);
    clients.push(client);
    return client;
  };
  return {
    gateway, world, dataFolder, client: connect(), connect, adminPassword: admin.password,
    webUrl: `https://127.0.0.1:${gateway.webPort}`,
    stop: async () => {
      for (const client of clients) client.raw.close();
      await gateway.stop(5_000);
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
