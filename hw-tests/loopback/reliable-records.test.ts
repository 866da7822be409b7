/** Avaya RSP over real TCP with a gateway that is killed: each record is in the book once. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import path from "node:path";
import { RecordsService, type CallRecord } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { createRspPeer, type FramedPeer } from "../../drivers/smdr/framed-peers.js";
import { cmLine } from "../../drivers/smdr/framed-records.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { GatewayProcess, pause, removeFolder, temporaryFolder, until, type SignedIn }
  from "./gateway-process.js";
import { Collected } from "./server-rig.js";

const redialMs = 50;
const roundMs = 1_500;

function numberOf(n: number): string {
  return `0145${String(n).padStart(6, "0")}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

/** A PBX that connects again whenever nobody listens any more, and prints without a pause. */
class Pbx {
  printed = 0;
  readonly peer: FramedPeer;
  readonly #port: number;
  readonly #timer: NodeJS.Timeout;
  #socket: Socket | undefined;
  #prints = true;
  #over = false;

  constructor(port: number) {
    this.#port = port;
    this.peer = createRspPeer({ world: nodeWorld(() => undefined, "error"),
      send: (bytes) => { this.#socket?.write(bytes); } });
    this.#timer = setInterval(() => {
      if (!this.#prints || this.peer.waiting > 100) return;
      this.peer.print(cmLine(this.printed));
      this.printed += 1;
    }, 3);
    this.#dial();
  }

  fallSilent(): void {
    this.#prints = false;
  }

  close(): void {
    this.#over = true;
    clearInterval(this.#timer);
    this.peer.close();
    this.#socket?.destroy();
  }

  #dial(): void {
    if (this.#over) return;
    const socket = connect(this.#port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.on("connect", () => {
      this.#socket = socket;
      this.peer.connected();
    });
    socket.on("data", (bytes) => { this.peer.receive(bytes); });
    socket.on("close", () => {
      this.#socket = undefined;
      this.peer.close();
      setTimeout(() => { this.#dial(); }, redialMs);
    });
  }
}

async function rawOf({ client }: SignedIn): Promise<string> {
  const raw = new Collected(client.stream(RecordsService.method.readRaw,
    { link: "cdr1", fromPosition: 0n, bytesMax: 100_000_000n }));
  assert.equal(await raw.ended, undefined);
  return Buffer.concat(raw.items.map(({ data }) => data)).toString("latin1");
}

async function recordsOf({ client }: SignedIn): Promise<readonly CallRecord[]> {
  const all: CallRecord[] = [];
  let pageToken = "";
  do {
    const page = await client.unary(RecordsService.method.listRecords,
      { pageSize: 500, pageToken });
    all.push(...page.records);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return all;
}

async function deliveredIn(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(names.filter((entry) => entry.isFile())
    .map((entry) => readFile(path.join(entry.parentPath, entry.name), "latin1")));
  return texts.join("");
}

describe("call records over Avaya RSP to a gateway that is killed", function () {
  this.timeout(90_000);

  it("has every record that was acknowledged once, and delivers it", async () => {
    const folder = await temporaryFolder("rsp");
    const port = await freePort();
    await writeFile(path.join(folder, "gateway.yaml"), `version: 1
unit: { language: en }
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: cdr1
    driver: smdr
    transport: { kind: tcp-listen, address: 127.0.0.1, port: ${port} }
    options: { format: avaya-cm, framing: avaya-rsp }
destinations:
  - { id: billing, what: records-csv, to: { kind: file, folder: ${path.join(folder, "csv")} } }
`);
    let admin: GatewayProcess["admin"] | undefined;
    const start = async (): Promise<GatewayProcess> => {
      const gateway = new GatewayProcess(
        ["--config", path.join(folder, "gateway.yaml"), "--data", folder]);
      await gateway.running();
      admin ??= gateway.admin;
      return gateway;
    };
    const signIn = (gateway: GatewayProcess): Promise<SignedIn> => {
      assert(admin !== undefined);
      return gateway.signIn(folder, admin);
    };
    let gateway = await start();
    const pbx = new Pbx(port);
    for (let round = 0; round < 3; round += 1) {
      const before = pbx.peer.acknowledged.length;
      await until("records are acknowledged", () => pbx.peer.acknowledged.length > before + 30);
      await pause(roundMs / (round + 1));
      await gateway.stop("SIGKILL");
      const acknowledged = pbx.peer.acknowledged.length;
      gateway = await start();
      const raw = await rawOf(await signIn(gateway));
      for (let n = 0; n < acknowledged; n += 1) {
        assert.ok(raw.includes(numberOf(n)), `round ${round}: ${numberOf(n)} was acknowledged`);
      }
    }
    pbx.fallSilent();
    await until("nothing waits", () => pbx.peer.waiting === 0, 60_000);
    const user = await signIn(gateway);
    const wanted = Array.from({ length: pbx.printed }, (_, n) => numberOf(n));
    const raw = await rawOf(user);
    assert.deepEqual(wanted.filter((number) => !raw.includes(number)), []);
    const calls = async (): Promise<readonly string[]> =>
      (await recordsOf(user)).map(({ called }) => called?.raw ?? "");
    await until("all is recorded", async () => new Set(await calls()).size === wanted.length);
    assert.deepEqual([...await calls()].sort(), [...wanted].sort());
    await until("all is delivered", async () => {
      const delivered = await deliveredIn(path.join(folder, "csv"));
      return wanted.every((number) => delivered.includes(number));
    });
    pbx.close();
    await gateway.stop();
    await removeFolder(folder);
  });
});
