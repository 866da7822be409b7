/** Lines without an end, on both kinds of link, against the gateway as a process of its own. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import path from "node:path";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { simulateAmi, type Simulation } from "../../drivers/simulation.js";
import { createSmdrPeer } from "../../drivers/smdr/peer.js";
import { GatewayProcess, pause, removeFolder, temporaryFolder, until, type SignedIn }
  from "./gateway-process.js";
import { value } from "./server-rig.js";

const world = nodeWorld(() => undefined, "error");
const lineBytes = 10_000_000;
const linesEach = 5;
const rounds = 3;
/** Of 300 MB sent: what it may take for once, and how much more at the end, two lines. */
const grownMbMax = 160;
const grownMoreMbMax = 20;
const trunks = '["trunk-.*"]';

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
}

/** Gives the most of what is resident from now until the returned function is called. */
function watchResident(pid: number): () => Promise<number> {
  let most = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      most = Math.max(most, await residentMb(pid));
      await pause(10);
    }
  })();
  return async () => {
    over = true;
    await watching;
    return most;
  };
}

describe("lines of 10 MB without an end", function () {
  this.timeout(150_000);
  let folder: string;
  let asterisk: Simulation & { readonly port: number };
  let printer: Server;
  let cable: Socket | undefined;
  let gateway: GatewayProcess;
  let user: SignedIn;

  before(async () => {
    folder = await temporaryFolder("long-line");
    asterisk = value(await simulateAmi({ world, seed: 7, address: "127.0.0.1", port: 0,
      user: "u", secret: "s" }));
    printer = createServer((socket) => {
      socket.on("error", () => undefined);
      cable = socket;
    });
    await new Promise<void>((resolve) => { printer.listen(0, "127.0.0.1", resolve); });
    const file = path.join(folder, "gateway.yaml");
    await writeFile(file, `version: 1
unit: { language: en }
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: pbx
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${asterisk.port} }
    options: { user: u, secret: env:TEST_SECRET, trunks: ${trunks} }
  - id: printer
    driver: smdr
    transport: { kind: tcp, host: 127.0.0.1, port: ${(printer.address() as AddressInfo).port} }
    options: { format: panasonic-kx }
`);
    gateway = new GatewayProcess(["--config", file, "--data", folder], { TEST_SECRET: "s" });
    await gateway.running();
    user = await gateway.signIn(folder, gateway.admin);
    await until("the printer's cable is in", () => cable !== undefined);
  });
  after(async () => {
    await gateway.stop();
    await asterisk.stop();
    cable?.destroy();
    await new Promise((resolve) => { printer.close(resolve); });
    await removeFolder(folder);
  });

  /** A call on each PBX becomes a record. */
  async function callsAreKept(last: number): Promise<void> {
    const numbers = [`014000000${last}`, `015000000${last}`];
    const [incoming = "", printed = ""] = numbers;
    asterisk.call({ from: incoming, to: "1001", trunk: "trunk-a", ringMs: 120, talkMs: 100 });
    createSmdrPeer({ format: "panasonic-kx", world, live: false,
      send: (bytes) => { cable?.write(bytes); } })
      .print({ device: "101", trunk: "01", direction: "incoming", ringMs: 0, number: printed,
        talkMs: 4_000 });
    await until(`records of ${numbers.join(" and ")}`, async () => {
      const { records } = await user.client.unary(RecordsService.method.listRecords,
        { pageSize: 50 });
      return numbers.every((number) => records.some(({ calling }) => calling?.raw === number));
    });
  }

  async function degraded(): Promise<readonly string[]> {
    const { alarms } = await user.client.unary(SystemService.method.listAlarms,
      { includeCleared: true });
    return alarms.filter(({ code }) => code === "link-degraded").map(({ subject, clearedAt }) =>
      `${subject} ${clearedAt === undefined ? "raised" : "cleared"}`).sort();
  }

  it("are told by an alarm each, take no memory, and are forgotten afterwards", async () => {
    await callsAreKept(1);
    const pid = gateway.child.pid ?? 0;
    const before = await residentMb(pid);
    const peaks: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const watched = watchResident(pid);
      for (let line = 0; line < linesEach; line += 1) {
        asterisk.fault({ kind: "long-line", bytes: lineBytes });
        cable?.write(Buffer.alloc(lineBytes, 0x78));
      }
      cable?.write("\r\n");
      await callsAreKept(2 + round);
      peaks.push(await watched());
    }
    await until("both links are degraded", async () =>
      (await degraded()).join() === "pbx raised,printer raised");
    const grown = peaks.map((peak) => Math.round(peak - before));
    process.stdout.write(`      ${2 * linesEach} lines of 10 MB, ${rounds} times: resident memory `
      + `grew from ${Math.round(before)} MB by ${grown.join(", ")} MB at most\n`);
    assert.ok(Math.max(...grown) < grownMbMax, "it is bounded");
    assert.ok((grown.at(-1) ?? 0) - (grown[0] ?? 0) < grownMoreMbMax, "it does not go on growing");
    await until("a minute of sense clears the alarms", async () =>
      (await degraded()).join() === "pbx cleared,printer cleared", 90_000);
    await callsAreKept(9);
  });
});
