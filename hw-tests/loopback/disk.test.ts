/** kill -9 under load, a flipped bit, a full disk: what was acknowledged is there, or is said. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import path from "node:path";
import { toJsonString } from "@bufbuild/protobuf";
import { CallsService, type WatchEventsResponse }
  from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { CallRecordSchema, RecordsService, type CallRecord }
  from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { SystemService, type Damage } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { simulateAmi, type Simulation } from "../../drivers/simulation.js";
import { createSmdrPeer, type SmdrPeer } from "../../drivers/smdr/peer.js";
import { need } from "../requirement.js";
import { GatewayProcess, pause, removeFolder, temporaryFolder, until, type SignedIn }
  from "./gateway-process.js";
import { Collected, value, type TestClient } from "./server-rig.js";

const world = nodeWorld(() => undefined, "error");

async function recordsOf(client: TestClient): Promise<Map<string, string>> {
  const all: CallRecord[] = [];
  let pageToken = "";
  do {
    const page = await client.unary(RecordsService.method.listRecords,
      { pageSize: 500, pageToken });
    all.push(...page.records);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return new Map(all.map((record) => [record.id, toJsonString(CallRecordSchema, record)]));
}

async function rawOf(client: TestClient): Promise<Buffer> {
  const raw = new Collected(client.stream(RecordsService.method.readRaw,
    { link: "printer", fromPosition: 0n, bytesMax: 100_000_000n }));
  assert.equal(await raw.ended, undefined);
  return Buffer.concat(raw.items.map(({ data }) => data));
}

async function scrub(client: TestClient): Promise<readonly Damage[]> {
  const run = new Collected(client.stream(SystemService.method.scrub, {}));
  assert.equal(await run.ended, undefined);
  return run.items.flatMap(({ damages }) => damages);
}

async function alarms(client: TestClient, includeCleared = false): Promise<string[]> {
  const list = await client.unary(SystemService.method.listAlarms, { includeCleared });
  return list.alarms.map(({ code }) => code);
}

/** A gateway process between an Asterisk and a printer port, both under this test's control. */
class Site {
  readonly folder: string;
  readonly sent: Buffer[] = [];
  readonly #asterisk: Simulation & { readonly port: number };
  readonly #printer: Server;
  readonly #sockets = new Set<Socket>();
  readonly #peer: SmdrPeer;
  gateway: GatewayProcess | undefined;
  #admin: { readonly name: string; readonly password: string } | undefined;
  #serial = 0;

  constructor(folder: string, asterisk: Simulation & { readonly port: number }, printer: Server) {
    this.folder = folder;
    this.#asterisk = asterisk;
    this.#printer = printer;
    printer.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => { this.#sockets.delete(socket); });
    });
    this.#peer = createSmdrPeer({ format: "panasonic-kx", world, live: false, send: (bytes) => {
      if (this.#sockets.size === 0) return;
      this.sent.push(Buffer.from(bytes));
      for (const socket of this.#sockets) socket.write(bytes);
    } });
  }

  static async make(folder: string): Promise<Site> {
    const asterisk = value(await simulateAmi({ world, seed: 11, address: "127.0.0.1", port: 0,
      user: "u", secret: "s" }));
    const printer = createServer();
    await new Promise<void>((resolve) => { printer.listen(0, "127.0.0.1", resolve); });
    const site = new Site(folder, asterisk, printer);
    await writeFile(path.join(folder, "gateway.yaml"), `version: 1
unit: { language: en }
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: pbx
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${asterisk.port} }
    options: { user: u, secret: env:TEST_SECRET, trunks: ["trunk-.*"] }
  - id: printer
    driver: smdr
    transport: { kind: tcp, host: 127.0.0.1, port: ${(printer.address() as AddressInfo).port} }
    options: { format: panasonic-kx }
`);
    return site;
  }

  async start(): Promise<SignedIn> {
    const gateway = new GatewayProcess(
      ["--config", path.join(this.folder, "gateway.yaml"), "--data", this.folder],
      { TEST_SECRET: "s" });
    this.gateway = gateway;
    await gateway.running();
    if (gateway.stdout.includes(", password ")) this.#admin = gateway.admin;
    assert.ok(this.#admin !== undefined);
    const user = await gateway.signIn(this.folder, this.#admin);
    await until("the printer's link is open", () => this.#sockets.size > 0);
    return user;
  }

  /** Short calls on both PBXs every few milliseconds, until the returned function is called. */
  load(everyMs: number): () => void {
    const timer = setInterval(() => { this.call(); }, everyMs);
    return () => { clearInterval(timer); };
  }

  call(): string {
    this.#serial += 1;
    const from = `014${String(this.#serial).padStart(7, "0")}`;
    this.#asterisk.call({ from, to: String(1001 + this.#serial % 12), trunk: "trunk-a",
      ringMs: 110, talkMs: 30 + this.#serial % 100 });
    this.#peer.print({ device: "101", trunk: "01", direction: "outgoing", ringMs: 0,
      number: `016${String(this.#serial).padStart(7, "0")}`, talkMs: 4_000 });
    return from;
  }

  async close(): Promise<void> {
    await this.gateway?.stop("SIGKILL");
    await this.#asterisk.stop();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => { this.#printer.close(resolve); });
  }
}

describe("a gateway that is killed under load", function () {
  this.timeout(60_000);

  it("has every acknowledged record and byte after each restart", async () => {
    const folder = await temporaryFolder("kill");
    const site = await Site.make(folder);
    let user = await site.start();
    for (let round = 0; round < 3; round += 1) {
      const sentBefore = site.sent.length;
      const stop = site.load(4);
      await pause(1_500);
      const records = await recordsOf(user.client);
      const raw = await rawOf(user.client);
      await site.gateway?.stop("SIGKILL");
      stop();
      assert.ok(records.size > 100 * (round + 1), `${records.size} records in round ${round}`);
      assert.ok(raw.length > 0 && sentBefore < site.sent.length);
      user = await site.start();
      const after = await recordsOf(user.client);
      for (const [id, text] of records) assert.equal(after.get(id), text, `record ${id}`);
      assert.ok((await rawOf(user.client)).subarray(0, raw.length).equals(raw));
      assert.deepEqual(await scrub(user.client), []);
      assert.deepEqual((await alarms(user.client)).filter((code) => code.startsWith("store")), []);
      const health = await user.client.unary(SystemService.method.getHealth, {});
      assert.ok(health.components.every(({ status }) => status !== "failed"));
    }
    await site.close();
    await removeFolder(folder);
  });
});

describe("bits flipped on the disk", function () {
  this.timeout(60_000);

  for (const kind of ["log", "ldb"] as const) {
    it(`in a ${kind} file are found, reported and never served`, async () => {
      const folder = await temporaryFolder("flip");
      const site = await Site.make(folder);
      let user = await site.start();
      const stop = site.load(3);
      await pause(1_500);
      stop();
      await until("every printed line is a record", async () =>
        [...(await recordsOf(user.client)).keys()].filter((id) => id.includes("-printer-"))
          .length === site.sent.length);
      await pause(500);
      const before = await recordsOf(user.client);
      assert.ok(before.size > 100);
      await site.gateway?.stop();
      if (kind === "ldb") {
        // At each start what the log holds becomes a table.
        await site.start();
        await site.gateway?.stop();
      }
      await flip(path.join(folder, "store"), kind);
      user = await site.start();
      const found = await recordsOf(user.client);
      const damages = await scrub(user.client);
      assert.ok(damages.length > 0, "the scrub tells what the start has found");
      assert.ok((await alarms(user.client)).includes("store-damaged"));
      let same = 0;
      for (const [id, text] of found) {
        if (!before.has(id)) continue;
        assert.equal(text, before.get(id), "what is served is what was kept");
        same += 1;
      }
      process.stdout.write(`      ${kind}: ${same} of ${before.size} records are served, `
        + `${damages.length} damages reported\n`);
      assert.ok(same > 0, "the rest is served");
      site.call();
      await until("new records are kept", async () =>
        [...(await recordsOf(user.client)).keys()].some((id) => !before.has(id)
          && !found.has(id)));
      await site.close();
      await removeFolder(folder);
    });
  }
});

/** One bit in the biggest log, which holds the newest; four bits in the biggest table. */
async function flip(store: string, extension: string): Promise<void> {
  const files = await Promise.all((await readdir(store))
    .filter((name) => name.endsWith(`.${extension}`)).map(async (name) => {
      const file = path.join(store, name);
      return { file, bytes: await readFile(file) };
    }));
  const biggest = files.sort((a, b) => b.bytes.length - a.bytes.length)[0];
  assert.ok(biggest !== undefined && biggest.bytes.length > 1_000, `a .${extension} file`);
  for (const part of extension === "log" ? [0.6] : [0.1, 0.35, 0.6, 0.8]) {
    const at = Math.floor(biggest.bytes.length * part);
    biggest.bytes[at] = (biggest.bytes[at] ?? 0) ^ 0x10;
  }
  await writeFile(biggest.file, biggest.bytes);
}

describe("a full disk", function () {
  this.timeout(60_000);
  let folder: string;
  let mounted = false;

  before(async function () {
    folder = await temporaryFolder("full");
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=80m", "tmpfs", folder],
        { stdio: "pipe" });
      mounted = true;
    } catch (error) {
      need(this, "tmpfs", `a small file system must be mounted, as root: ${String(error)}`);
    }
  });
  after(async () => {
    if (mounted) execFileSync("umount", [folder]);
    await removeFolder(folder);
  });

  it("raises an alarm; reading and live calls go on; records are kept again later", async () => {
    const site = await Site.make(folder);
    const user = await site.start();
    const kept = site.call();
    await until("a record", async () => (await recordsOf(user.client)).size >= 2);
    const before = await recordsOf(user.client);
    const ballast = path.join(folder, "ballast");
    await writeFile(ballast, "");
    execFileSync("sh", ["-c", 'dd if=/dev/zero of="$1" bs=64k 2>/dev/null || true', "sh",
      ballast]);
    const watch = new Collected<WatchEventsResponse>(
      user.connect().stream(CallsService.method.watchEvents, {}));
    await watch.until((items) => items.some(({ item }) => item.case === "live"));
    const stop = site.load(50);
    await until("the alarm", async () => (await alarms(user.client)).includes("store-full"));
    const seen = watch.items.length;
    await watch.until((items) => items.length > seen + 50);
    assert.deepEqual(watch.items.filter(({ item }) => item.case === "gap"), []);
    const during = await recordsOf(user.client);
    for (const [id, text] of before) assert.equal(during.get(id), text);
    assert.ok([...before.values()].some((text) => text.includes(kept)));
    const health = await user.client.unary(SystemService.method.getHealth, {});
    assert.ok(health.components.length > 0);
    stop();
    await truncate(ballast, 0);
    await rm(ballast);
    const again = site.call();
    await until("records are kept again", async () =>
      [...(await recordsOf(user.client)).values()].some((text) => text.includes(again)));
    await until("the alarm is cleared", async () =>
      !(await alarms(user.client)).includes("store-full"));
    assert.deepEqual(await scrub(user.client), []);
    const ended = await site.gateway?.stop();
    assert.equal(ended?.code, 0, ended?.stderr);
    await site.close();
  });
});
