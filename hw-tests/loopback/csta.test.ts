/** A gateway and simulated PBXs that speak CSTA, over real sockets; one PBX is killed mid-call. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import path from "node:path";
import * as x509 from "@peculiar/x509";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { linkId } from "../../firmware/model/identifiers.js";
import type { CallView } from "../../firmware/switching/switch.js";
import { simulateCsta, type CstaSimulation } from "../../drivers/csta-simulation.js";
import { CallsService } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { until } from "./gateway-process.js";
import { value } from "./server-rig.js";

const world = nodeWorld(() => undefined, "error");

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const bound = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  assert.ok(typeof bound === "object" && bound !== null);
  return bound.port;
}

const isUp = (under: GatewayUnderTest): boolean =>
  ["up", "degraded"].includes(under.gateway.links.get("pbx")?.status.state.name ?? "");

/** One call of two telephones, from a click to its end, through the API. */
async function controlACall(under: GatewayUnderTest): Promise<void> {
  const calls = (): readonly CallView[] => under.gateway.switch.calls();
  const inState = (state: string): boolean => calls().some(({ connections }) =>
    connections.length === 2 && connections.some((each) => each.state === state));
  const { connection } = await under.client.unary(CallsService.method.makeCall,
    { link: "pbx", device: "1001", number: "1002" });
  assert.equal(connection?.device, "1001");
  await until("1002 rings", () => inState("alerting"));
  await until("1002 has answered", () => calls().some(({ connections }) =>
    connections.length === 2 && connections.every(({ state }) => state === "connected")));
  await under.client.unary(CallsService.method.holdCall, { link: "pbx", connection });
  await until("1001 is on hold", () => inState("hold"));
  await under.client.unary(CallsService.method.retrieveCall, { link: "pbx", connection });
  await until("1001 talks again", () => !inState("hold"));
}

async function clearAll(under: GatewayUnderTest): Promise<void> {
  const [call] = under.gateway.switch.calls();
  assert.ok(call !== undefined);
  await under.client.unary(CallsService.method.clearConnection,
    { link: "pbx", connection: { call: call.call, device: "1001" } });
  await until("no call is left", () => under.gateway.switch.calls().length === 0);
}

describe("CSTA over TCP, the PBX a process of its own", function () {
  this.timeout(60_000);
  let port = 0;
  let pbx: ChildProcess;
  let under: GatewayUnderTest;

  function startPbx(): void {
    pbx = spawn(process.execPath, [path.resolve("build/firmware/ctictl.js"), "sim", "csta3",
      "--pbx", "panasonic", "--listen", `127.0.0.1:${port}`, "--rate", "0"], { stdio: "ignore" });
  }

  before(async () => {
    port = await freePort();
    startPbx();
    under = await startGatewayUnderTest({ config: `links:
  - id: pbx
    driver: csta3
    transport: { kind: tcp, host: 127.0.0.1, port: ${port} }
    options: { pbx: panasonic }
` });
    await until("the link is up", () => isUp(under));
  });
  after(async () => {
    await under.stop();
    pbx.kill("SIGKILL");
  });

  it("lists its devices, and lets calls be controlled", async () => {
    await until("its eight telephones are known", () =>
      under.gateway.switch.devices(linkId("pbx")).filter(({ category, notMonitored }) =>
        category === "station" && notMonitored === undefined).length === 8);
    await controlACall(under);
    await clearAll(under);
  });

  it("is killed in the middle of a call: stale, then healed by what the PBX says", async () => {
    await controlACall(under);
    const opens = under.gateway.links.get("pbx")?.status.counters.opens ?? 0;
    pbx.kill("SIGKILL");
    await until("the call is stale", () =>
      under.gateway.switch.calls().every(({ stale }) => stale));
    assert.equal(under.gateway.switch.calls().length, 1);
    startPbx();
    await until("the link is up again", () => isUp(under)
      && (under.gateway.links.get("pbx")?.status.counters.opens ?? 0) > opens);
    await until("the call is gone", () => under.gateway.switch.calls().length === 0);
    await controlACall(under);
    await clearAll(under);
  });
});

describe("CSTA XML over TLS", function () {
  this.timeout(60_000);
  let pbx: CstaSimulation;
  let under: GatewayUnderTest;

  before(async () => {
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: "01", name: "CN=aes.example", keys, signingAlgorithm: algorithm });
    const key = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
    const fingerprint = Buffer.from(await certificate.getThumbprint("SHA-256")).toString("hex");
    pbx = value(await simulateCsta({ world, seed: 1, address: "127.0.0.1", port: 0,
      driver: "csta-xml", pbx: "avaya-dmcc", user: "cti", secret: "s3cret", tls: {
        cert: certificate.toString("pem"),
        key: `-----BEGIN PRIVATE KEY-----\n${key.toString("base64")}\n-----END PRIVATE KEY-----\n`,
      } }));
    under = await startGatewayUnderTest({ environment: { AES_SECRET: "s3cret" }, config: `links:
  - id: pbx
    driver: csta-xml
    transport: { kind: tls, host: 127.0.0.1, port: ${pbx.port}, fingerprint: "${fingerprint}" }
    options:
      { pbx: avaya-dmcc, switchName: CM1, user: cti, secret: "env:AES_SECRET",
        devices: ["1001-1008"] }
` });
    await until("the link is up", () => isUp(under));
  });
  after(async () => {
    await under.stop();
    await pbx.stop();
  });

  it("lets calls be controlled", async () => {
    await controlACall(under);
    await clearAll(under);
  });

  it("heals after a cut line: the call that went on is still there, the other is not", async () => {
    pbx.call({ from: "1003", to: "1004", ringMs: 100, talkMs: 1_000 });
    pbx.call({ from: "1005", to: "1006", ringMs: 100, talkMs: 600_000 });
    await until("two calls are answered", () => under.gateway.switch.calls().filter((call) =>
      call.connections.length === 2).length === 2);
    const opens = under.gateway.links.get("pbx")?.status.counters.opens ?? 0;
    pbx.fault({ kind: "drop" });
    await until("the link was opened again", () => isUp(under)
      && (under.gateway.links.get("pbx")?.status.counters.opens ?? 0) > opens);
    await until("one call is left, and live", () => {
      const calls = under.gateway.switch.calls();
      return calls.length === 1 && calls.every(({ stale }) => !stale);
    });
    const [left] = under.gateway.switch.calls();
    assert.deepEqual(left?.connections.map(({ device }) => device as string).toSorted(),
      ["1005", "1006"]);
  });
});
