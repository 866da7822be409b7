/** The servers as the configuration moves them, on real ports with real certificates. */

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import { documentSchema, type Document } from "../../firmware/config/schema.js";
import { renewDays } from "../../firmware/northbound/access/authority.js";
import { makeAuthority, makeServerCertificate, serverDays }
  from "../../firmware/northbound/access/certificate-authority.js";
import { renewalCheckMs, Servers } from "../../firmware/servers.js";
import { rig, value, type Rig } from "./server-rig.js";

const dayMs = 86_400_000;

function shown(port: number, host = "127.0.0.1"): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false }, () => {
      const certificate = socket.getPeerX509Certificate();
      socket.destroy();
      if (certificate === undefined) reject(new Error("no certificate"));
      else resolve(certificate);
    }).on("error", reject);
  });
}

async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (await holds()) return;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  assert.fail(`not in time: ${what}`);
}

async function occupied(
  host = "127.0.0.1", wanted = 0,
): Promise<{ readonly port: number; free(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(wanted, host, resolve); });
  return { port: (server.address() as AddressInfo).port,
    free: () => new Promise((resolve) => { server.close(() => { resolve(); }); }) };
}

describe("servers", function () {
  this.timeout(20_000);
  let on: Rig;
  let world: SimulatedWorld;
  let folder: string;
  let servers: Servers;

  beforeEach(async () => {
    on = await rig();
    world = new SimulatedWorld();
    folder = await mkdtemp(join(tmpdir(), "jackfield-moves-"));
    await writeFile(join(folder, "index.html"), "<p>page</p>");
    servers = new Servers({ world, tlsFolder: join(folder, "tls"), pageFolder: folder,
      api: () => on.api });
    value(await servers.start());
  });

  afterEach(async () => {
    await servers.stop(1_000);
    await on.release();
    await rm(folder, { recursive: true, force: true });
  });

  const document = (more: Record<string, unknown> = {}): Document => documentSchema.parse({
    version: 1, grpc: { address: "127.0.0.1", port: 0 }, web: { address: "127.0.0.1", port: 0 },
    ...more });
  const ports = (): readonly number[] => [servers.grpcPort ?? 0, servers.webPort ?? 0];

  it("goes back to what it was when a port is taken, whichever server wanted it", async () => {
    const before = document();
    value(await servers.configure(before));
    const [grpc = 0, web = 0] = ports();
    const taken = await occupied();
    const named = { tls: { names: ["elsewhere.example"] } };
    const onTaken = { address: "127.0.0.1", port: taken.port };
    const first = await servers.configure(document({ ...named, grpc: onTaken }));
    assert.equal(first.ok ? "" : first.fault.code, "address-in-use");
    assert.deepEqual(ports(), [grpc, web]);
    const moved = await occupied();
    await moved.free();
    const second = await servers.configure(document({ ...named, web: onTaken,
      grpc: { address: "127.0.0.1", port: moved.port } }));
    assert.equal(second.ok ? "" : second.fault.code, "address-in-use");
    value(await servers.configure(before));
    assert.equal(servers.webPort, web);
    assert.equal(servers.health.status, "ok");
    for (const port of ports()) assert.match((await shown(port)).subject, /CN=jackfield/);
    await assert.rejects(shown(moved.port));
    await taken.free();
  });

  it("moves a server to another address of the same port, and back when that fails", async () => {
    const free = await occupied();
    await free.free();
    const at = (address: string): Document => document({ grpc: { address, port: free.port } });
    value(await servers.configure(at("127.0.0.1")));
    value(await servers.configure(at("0.0.0.0")));
    await shown(free.port);
    const refused = await servers.configure(at("192.0.2.1"));
    assert.equal(refused.ok, false);
    assert.equal(servers.grpcPort, free.port);
    await shown(free.port);
    value(await servers.configure(at("127.0.0.1")));
    const neighbour = await occupied("127.0.0.2", free.port);
    const narrow = await servers.configure(at("0.0.0.0"));
    await neighbour.free();
    assert.equal(narrow.ok ? "" : narrow.fault.code, "address-in-use");
    await shown(free.port);
    assert.equal(servers.health.status, "ok");
  });

  it("starts again with the last document after the supervisor has stopped it", async () => {
    value(await servers.configure(document()));
    await servers.stop(1_000);
    assert.deepEqual(ports(), [0, 0]);
    value(await servers.start());
    for (const port of ports()) await shown(port);
  });

  it("renews its certificate before it ends, on the open ports", async () => {
    value(await servers.configure(document()));
    const [grpc = 0, web = 0] = ports();
    const before = await shown(grpc);
    await world.advance(renewalCheckMs);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    assert.equal((await shown(grpc)).serialNumber, before.serialNumber);
    await world.advance((serverDays - renewDays + 1) * dayMs);
    await eventually("both show the new one", async () => {
      const both = [await shown(grpc), await shown(web)];
      return both.every(({ serialNumber }) => serialNumber !== before.serialNumber);
    });
    assert.deepEqual(ports(), [grpc, web]);
    const [server] = servers.certificates();
    assert.ok((server?.expiresAtMs ?? 0) - world.clock.wall().getTime() > 300 * dayMs);
    const renewed = world.logged.filter(({ name }) => name === "northbound.certificate.renewed");
    assert.equal(renewed.length, 1);
  });

  it("takes a certificate that was replaced in its file, and keeps it when that is broken",
    async () => {
      const other = value(await makeAuthority(world, "office"));
      const files = { certificate: join(folder, "c.pem"), key: join(folder, "k.pem") };
      const place = async (): Promise<string> => {
        const made = value(await makeServerCertificate(world, other, "unit.example", []));
        await writeFile(files.certificate, made.certificatePem);
        await writeFile(files.key, made.keyPem);
        return new X509Certificate(made.certificatePem).serialNumber;
      };
      const first = await place();
      value(await servers.configure(document({ tls: files })));
      const [, web = 0] = ports();
      assert.equal((await shown(web)).serialNumber, first);
      const second = await place();
      await world.advance(renewalCheckMs);
      await eventually("the new one", async () => (await shown(web)).serialNumber === second);
      await writeFile(files.certificate, "broken");
      await world.advance(renewalCheckMs);
      await eventually("it says so", () => Promise.resolve(world.logged.some(({ name }) =>
        name === "northbound.certificate.unusable")));
      assert.equal((await shown(web)).serialNumber, second);
    });
});
