/** PBXs that close, hang, talk nonsense, restart and forget, while calls go on. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { openPtyPair, type PtyPair } from "../../firmware/link/transports/pty.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { RecordsService, type CallRecord, type ReadRawResponse }
  from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { SystemService, type Alarm } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { simulateAmi, type Simulation } from "../../drivers/simulation.js";
import { createSmdrPeer } from "../../drivers/smdr/peer.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { need } from "../requirement.js";
import { pause, until } from "./gateway-process.js";
import { Collected, value } from "./server-rig.js";

const world = nodeWorld(() => undefined, "error");

async function records(under: GatewayUnderTest, link: string): Promise<CallRecord[]> {
  const all: CallRecord[] = [];
  let pageToken = "";
  do {
    const page = await under.client.unary(RecordsService.method.listRecords,
      { query: { link }, pageSize: 200, pageToken });
    all.push(...page.records);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return all;
}

async function alarm(under: GatewayUnderTest, code: string): Promise<Alarm | undefined> {
  const { alarms } = await under.client.unary(SystemService.method.listAlarms,
    { includeCleared: true });
  return alarms.find((one) => one.code === code);
}

async function state(under: GatewayUnderTest, id: string): Promise<LinkState | undefined> {
  const { link } = await under.client.unary(LinksService.method.getLink, { id });
  return link?.state;
}

/** Garbage a minute ago leaves a link degraded, which is up with a remark. */
const up = (under: GatewayUnderTest, id: string): Promise<void> =>
  until(`${id} is up`, async () =>
    [LinkState.UP, LinkState.DEGRADED].includes(await state(under, id) ?? LinkState.DOWN));

describe("an Asterisk on a bad day", function () {
  this.timeout(60_000);
  const link = "pbx";
  let asterisk: Simulation & { readonly port: number };
  let under: GatewayUnderTest;
  let serial = 0;

  before(async () => {
    asterisk = value(await simulateAmi({ world, seed: 3, address: "127.0.0.1", port: 0, user: "u",
      secret: "s" }));
    under = await startGatewayUnderTest({ environment: { TEST_SECRET: "s" }, config: `links:
  - id: pbx
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${asterisk.port} }
    options: { user: u, secret: env:TEST_SECRET, trunks: ["trunk-.*"] }
` });
    await up(under, link);
  });
  after(async () => {
    await under.stop();
    await asterisk.stop();
  });

  /** An incoming call; the caller's number is its name. */
  function play(ringMs: number, talkMs: number): string {
    serial += 1;
    const from = `0140${String(serial).padStart(6, "0")}`;
    asterisk.call({ from, to: String(1001 + serial % 9), trunk: "trunk-a", ringMs, talkMs });
    return from;
  }

  const recordOf = async (from: string): Promise<CallRecord[]> =>
    (await records(under, link)).filter(({ calling }) => calling?.raw === from);

  /** Nothing hangs, and each call played is in exactly one record. */
  async function settled(played: readonly string[]): Promise<CallRecord[]> {
    await until("no call is left", () => under.gateway.switch.calls().length === 0);
    const found: CallRecord[] = [];
    for (const from of played) {
      await until(`a record of ${from}`, async () => (await recordOf(from)).length > 0);
      const own = await recordOf(from);
      assert.equal(own.length, 1, `records of ${from}`);
      found.push(...own);
    }
    return found;
  }

  async function wentDownAndCameBack(before: number): Promise<void> {
    await until("the link was opened again",
      () => (under.gateway.links.get(link)?.status.counters.opens ?? 0) > before);
    await up(under, link);
    const raised = await alarm(under, "link-down");
    assert.ok(raised?.clearedAt !== undefined, "the alarm was raised and has been cleared");
    assert.match(raised.advice, /Check/);
  }

  const opens = (): number => under.gateway.links.get(link)?.status.counters.opens ?? 0;

  it("closes the line while calls go on", async () => {
    const before = opens();
    const over = play(150, 300);
    const meanwhile = play(150, 1_200);
    const after = play(150, 6_000);
    await until("three calls", () => under.gateway.switch.calls().length === 3);
    asterisk.fault({ kind: "drop" });
    await until("stale", () => under.gateway.switch.calls().every(({ stale }) => stale));
    await wentDownAndCameBack(before);
    const found = await settled([over, meanwhile, after]);
    const last = found.find(({ calling }) => calling?.raw === after);
    assert.ok(!last?.marks.includes("healed"), "its end was heard");
  });

  it("sends garbage between and into its messages", async () => {
    const played: string[] = [];
    for (let round = 0; round < 12; round += 1) {
      played.push(play(120, 300));
      await pause(100);
      asterisk.fault({ kind: "garbage", bytes: 300 });
    }
    await settled(played);
    await up(under, link);
    assert.ok((under.gateway.links.get(link)?.status.counters.garbageBytes ?? 0) > 0);
    const sick = await alarm(under, "link-degraded");
    assert.ok(sick !== undefined, "the garbage raised an alarm");
  });

  it("sends a line of 10 MB, and the memory does not grow with it", async () => {
    const played = [play(150, 1_000)];
    global.gc?.();
    const before = process.memoryUsage.rss();
    let most = 0;
    const timer = setInterval(() => { most = Math.max(most, process.memoryUsage.rss()); }, 5);
    const received = under.gateway.links.get(link)?.status.counters.bytesIn ?? 0;
    for (let part = 0; part < 5; part += 1) {
      asterisk.fault({ kind: "long-line", bytes: 10_000_000 });
    }
    await until("it has arrived", () =>
      (under.gateway.links.get(link)?.status.counters.bytesIn ?? 0) - received > 49_000_000
      || under.gateway.links.get(link)?.status.state.name === "down");
    clearInterval(timer);
    const grownMb = Math.round((most - before) / 1e6);
    process.stdout.write(`      50 MB of long lines: resident memory grew by ${grownMb} MB\n`);
    // The peer, in the same process, may hold all 50 MB and the frames on their way.
    assert.ok(grownMb < 250, `${grownMb} MB`);
    await up(under, link);
    await settled(played);
  });

  it("restarts in the middle of calls", async () => {
    const before = opens();
    const played = [play(150, 30_000), play(150, 30_000), play(20_000, 0)];
    await until("three calls", () => under.gateway.switch.calls().length === 3);
    asterisk.fault({ kind: "restart" });
    await wentDownAndCameBack(before);
    const found = await settled(played);
    for (const record of found) assert.ok(record.marks.length > 0, "each says why it ended");
    const next = play(150, 300);
    // It may have begun while the first snapshot was being taken, and then says that.
    assert.deepEqual((await settled([next]))[0]?.marks
      .filter((mark) => mark !== "started-before-monitoring"), []);
  });

  it("forgets to tell the end of calls: a snapshot heals them, not a timeout", async () => {
    const played = [play(150, 400), play(150, 400)];
    await until("two calls", () => under.gateway.switch.calls().length === 2);
    asterisk.fault({ kind: "miss", count: 4 });
    await pause(2_500);
    assert.ok(under.gateway.switch.calls().length > 0, "nobody has told that they ended");
    const { healed } = await under.client.unary(LinksService.method.resyncLink, { id: link });
    assert.ok(healed > 0);
    const found = await settled(played);
    assert.ok(found.some(({ marks }) => marks.includes("healed")));
    assert.ok(await alarm(under, "calls-healed") !== undefined);
  });

  it("hangs: silence is noticed, and the calls are right afterwards", async () => {
    const before = opens();
    const played = [play(150, 28_000)];
    await until("a call", () => under.gateway.switch.calls().length === 1);
    asterisk.fault({ kind: "hang", ms: 26_500 });
    await until("the link is down", async () => await state(under, link) === LinkState.DOWN,
      40_000);
    const raised = await alarm(under, "link-down");
    assert.match(raised?.text ?? "", /no answer to Ping/);
    await wentDownAndCameBack(before);
    await settled(played);
  });
});

/** What arrives on a printer port: records, noise, pieces. All that was sent is in `sent`. */
class Printer {
  readonly sent: Buffer[] = [];
  readonly numbers: string[] = [];
  #write: ((bytes: Uint8Array) => void) | undefined;
  #serial = 0;
  readonly #peer = createSmdrPeer({ format: "panasonic-kx", world, seed: 5, live: false,
    send: (bytes) => { this.raw(bytes); } });

  connect(write: ((bytes: Uint8Array) => void) | undefined): void {
    this.#write = write;
  }

  raw(bytes: Uint8Array): void {
    assert.ok(this.#write !== undefined, "somebody listens");
    this.sent.push(Buffer.from(bytes));
    this.#write(bytes);
  }

  record(): void {
    this.#serial += 1;
    const number = `0155${String(this.#serial).padStart(6, "0")}`;
    this.numbers.push(number);
    this.#peer.print({ device: "101", trunk: "01", number, direction: "incoming", ringMs: 2_000,
      talkMs: 5_000 });
  }

  noise(): void {
    this.#peer.garbage(200);
    this.#peer.truncated({ device: "102", trunk: "01", number: "0100000000",
      direction: "incoming", ringMs: 1_000, talkMs: 2_000 });
    this.#peer.header();
  }
}

async function rawBytes(under: GatewayUnderTest, link: string): Promise<Buffer> {
  const stream = new Collected<ReadRawResponse>(under.client.stream(
    RecordsService.method.readRaw, { link, fromPosition: 0n, bytesMax: 100_000_000n }));
  assert.equal(await stream.ended, undefined);
  return Buffer.concat(stream.items.map(({ data }) => data));
}

async function nothingLost(under: GatewayUnderTest, link: string, printer: Printer): Promise<void> {
  const expected = Buffer.concat(printer.sent);
  await until("all bytes are kept", async () =>
    (await rawBytes(under, link)).length >= expected.length);
  assert.ok((await rawBytes(under, link)).equals(expected), "bytes kept are the bytes sent");
  await until("all records are kept", async () =>
    (await records(under, link)).length >= printer.numbers.length);
  const found = (await records(under, link)).map(({ calling }) => calling?.raw ?? "").sort();
  assert.deepEqual(found, [...printer.numbers].sort());
}

describe("a printer port on a bad day", function () {
  this.timeout(40_000);

  it("over TCP: dropped, noise, half lines; bytes and records are all there", async () => {
    const printer = new Printer();
    let accepted: Socket | undefined;
    const server: Server = createServer((socket) => {
      accepted = socket;
      socket.on("error", () => undefined);
      printer.connect((bytes) => { socket.write(bytes); });
    });
    await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
    const under = await startGatewayUnderTest({ config: `links:
  - id: tcp-smdr
    driver: smdr
    transport: { kind: tcp, host: 127.0.0.1, port: ${(server.address() as AddressInfo).port} }
    options: { format: panasonic-kx }
` });
    for (let round = 0; round < 4; round += 1) {
      await until("connected", () => accepted !== undefined);
      await up(under, "tcp-smdr");
      for (let count = 0; count < 10; count += 1) printer.record();
      printer.noise();
      for (let count = 0; count < 10; count += 1) printer.record();
      printer.raw(Buffer.from("23/11/26 09:1"));
      const last = accepted;
      accepted = undefined;
      // Everything written arrives, then the line is cut in the middle of a record.
      await new Promise<void>((resolve) => { last?.end(resolve); });
      await until("down", async () => await state(under, "tcp-smdr") === LinkState.DOWN);
    }
    await until("connected", () => accepted !== undefined);
    await nothingLost(under, "tcp-smdr", printer);
    const raised = await alarm(under, "link-down");
    assert.ok(raised !== undefined);
    await under.stop();
    accepted?.destroy();
    await new Promise((resolve) => { server.close(resolve); });
  });

  it("over a serial line: unplugged and plugged in again", async function () {
    const printer = new Printer();
    const folder = await mkdtemp(path.join(tmpdir(), "jackfield-pty-"));
    const file = path.join(folder, "usb-serial");
    const plug = async (): Promise<PtyPair | undefined> => {
      const opened = await openPtyPair(world);
      if (!opened.ok) {
        need(this, "pty", opened.fault.message);
        return undefined;
      }
      await rm(file, { force: true });
      await symlink(opened.value.devicePath, file);
      printer.connect((bytes) => { opened.value.write(bytes); });
      return opened.value;
    };
    let pair = await plug();
    const under = await startGatewayUnderTest({ config: `links:
  - id: serial-smdr
    driver: smdr
    transport: { kind: serial, path: ${JSON.stringify(file)}, baudRate: 9600 }
    options: { format: panasonic-kx }
` });
    for (let round = 0; round < 3; round += 1) {
      await up(under, "serial-smdr");
      for (let count = 0; count < 10; count += 1) printer.record();
      printer.noise();
      const expected = Buffer.concat(printer.sent).length;
      await until("read", async () => (await rawBytes(under, "serial-smdr")).length >= expected);
      await pair?.close();
      await until("down", async () => await state(under, "serial-smdr") === LinkState.DOWN);
      pair = await plug();
    }
    await up(under, "serial-smdr");
    await nothingLost(under, "serial-smdr", printer);
    const raised = await alarm(under, "link-down");
    assert.ok(raised?.clearedAt !== undefined);
    await under.stop();
    await pair?.close();
    await rm(folder, { recursive: true, force: true });
  });
});
