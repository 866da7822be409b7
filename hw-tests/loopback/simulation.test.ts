/** The far ends of `ctictl sim` on real lines, before links of the product. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import path from "node:path";
import { driverRegistry } from "../../drivers/index.js";
import { simulateFramed, type FramedKind } from "../../drivers/framed-simulation.js";
import { simulateCallerId, simulateEspa, simulateTap } from "../../drivers/paging-simulation.js";
import type { Simulation } from "../../drivers/simulation.js";
import { done, fail, ok, type Result } from "../../firmware/base/result.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import type { Link } from "../../firmware/link/link.js";
import { createLink } from "../../firmware/link/link-runtime.js";
import type { TransportOptions } from "../../firmware/link/transports/options.js";
import { transportOpener } from "../../firmware/link/transports/registry.js";
import type { CallEvent } from "../../firmware/model/events.js";
import { linkId } from "../../firmware/model/identifiers.js";
import type { Page } from "../../firmware/model/pages.js";
import type { CompletedCall } from "../../firmware/model/records.js";
import { need } from "../requirement.js";
import { removeFolder, temporaryFolder, until } from "./gateway-process.js";
import { freePort } from "./server-process.js";

const world = nodeWorld(() => undefined, "error");
const anywhere = { address: "127.0.0.1", port: 0 };

function good<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  return result.value;
}

function portOf({ description }: Simulation): number {
  return Number(/:(\d+)$/.exec(description)?.[1]);
}

await driverRegistry.all();

class Gateway {
  readonly records: CompletedCall[] = [];
  readonly events: CallEvent[] = [];
  readonly pages: Page[] = [];
  kept = 0;
  readonly link: Link;

  constructor(name: string, given: object, transport: TransportOptions) {
    const driver = driverRegistry.get(name);
    assert.ok(driver !== undefined);
    this.link = createLink({
      id: linkId("far"), title: "", driver, options: good(driver.options.parse(given)), world,
      enabled: true, opener: transportOpener(transport, world),
      secret: (reference) => fail("not-found", reference),
      rawKeeper: {
        keep: (_link, bytes) => {
          this.kept += bytes.length;
          return Promise.resolve(ok(BigInt(this.kept)));
        },
        place: () => Promise.resolve({ ok: true, value: undefined }),
        keepWhole: () => Promise.resolve(fail("internal", "no frames come here")),
        async *read() { /* Nothing is read back here. */ },
        newest: () => Promise.resolve([]),
      },
      sink: {
        event: (event) => { this.events.push(event); },
        snapshot: () => undefined, forgotten: () => undefined, garbage: () => undefined,
        accounted: () => undefined, up: () => undefined, down: () => undefined,
        page: (page) => {
          this.pages.push(page);
          return Promise.resolve(done);
        },
        pageStatus: () => undefined, stateChanged: () => undefined,
        record: (call) => { this.records.push(call); },
      },
    });
  }

  async start(): Promise<void> {
    await this.link.start();
    await until("the link is up", () => this.link.status.state.name === "up");
  }
}

describe("simulated far ends", function () {
  this.timeout(60_000);
  let folder: string;
  let running: Simulation | undefined;
  let gateway: Gateway | undefined;

  before(async () => { folder = await temporaryFolder("simulation"); });
  afterEach(async () => {
    await gateway?.link.stop(2_000);
    await running?.stop();
    gateway = undefined;
    running = undefined;
  });
  after(async () => { await removeFolder(folder); });

  const serial = (file: string): TransportOptions => ({ kind: "serial", path: file,
    baudRate: 9_600, dataBits: 8, parity: "none", stopBits: 1, flowControl: "none" });
  const tcp = (port: number): TransportOptions => ({ kind: "tcp", host: "127.0.0.1", port });
  const incoming = { from: "0145678901", to: "2105", trunk: "02", ringMs: 0, talkMs: 6_000 };
  const outgoing = { from: "2105", to: "0145678902", trunk: "03", ringMs: 0, talkMs: 0 };

  for (const [framing, format] of [["nec-free", "nec-neax"], ["nec-polled", "nec-neax"],
    ["nec-tcp", "nec-neax"], ["oxe-tcp", "alcatel-oxe"], ["avaya-rsp", "avaya-cm"]] as const) {
    it(`call records over ${framing}, each once, also when the line drops`, async function () {
      const file = path.join(folder, framing);
      const overTcp = framing === "nec-tcp" || framing === "oxe-tcp";
      const listens = framing === "avaya-rsp" ? await freePort() : 0;
      const line = framing === "avaya-rsp"
        ? { connect: { address: "127.0.0.1", port: listens } }
        : overTcp ? anywhere : { file };
      const made = await simulateFramed({ world, seed: 3, line, framing });
      need(this, "pty", made.ok ? undefined : made.fault.message);
      const simulation = good(made);
      running = simulation;
      const transport: TransportOptions = framing === "avaya-rsp"
        ? { kind: "tcp-listen", address: "127.0.0.1", port: listens }
        : overTcp ? tcp(portOf(simulation)) : serial(file);
      gateway = new Gateway("smdr", { format, framing }, transport);
      await gateway.start();
      const { records } = gateway;
      simulation.call(outgoing);
      await until("the first record is there", () => records.length === 1);
      assert.equal(records[0]?.calledNumber, outgoing.to);
      simulation.fault({ kind: "drop" });
      simulation.fault({ kind: "garbage", bytes: 50 });
      simulation.call(incoming);
      await until("the second record is there", () => records.length === 2);
      assert.equal(records[1]?.device, incoming.to);
      assert.equal(records[1]?.durationMs, incoming.talkMs);
      assert.ok(Math.abs(Date.now() - Number(records[1]?.startedAtMs)) < 120_000);
    });
  }

  it("binary iSDX octets, of which no field is known: kept as they came", async function () {
    const file = path.join(folder, "isdx");
    const made = await simulateFramed({ world, seed: 3, line: { file }, framing: "isdx" });
    need(this, "pty", made.ok ? undefined : made.fault.message);
    running = good(made);
    gateway = new Gateway("smdr", { format: "isdx", framing: "isdx" }, serial(file));
    await gateway.start();
    running.call(outgoing);
    const { link } = gateway;
    await until("22 octets came", () => gateway?.kept === 22);
    await until("none of them is garbage", () => link.status.counters.bytesIn === 22
      && link.status.counters.garbageBytes === 0);
  });

  it("an ESPA panel that calls a pager, and a paging system that is called", async function () {
    const file = path.join(folder, "espa");
    const made = await simulateEspa({ world, seed: 1, line: { file }, role: "panel" });
    need(this, "pty", made.ok ? undefined : made.fault.message);
    running = good(made);
    gateway = new Gateway("espa", { role: "station" }, serial(file));
    await gateway.start();
    running.fault({ kind: "miss", count: 1 });
    running.call({ from: "1", to: "104", name: "Call bell, room 7", ringMs: 0, talkMs: 0 });
    await until("the page is there", () => gateway?.pages.length === 1);
    assert.deepEqual([gateway.pages[0]?.pager, gateway.pages[0]?.text],
      ["104", "Call bell, room 7"]);
    await gateway.link.stop(2_000);
    await running.stop();
    const system = good(await simulateEspa({ world, seed: 1, line: anywhere,
      role: "paging-system" }));
    running = system;
    gateway = new Gateway("espa", { role: "control-station" }, tcp(portOf(system)));
    await gateway.start();
    good(await gateway.link.request({ service: "sendPage",
      page: { pager: "105", text: "STAFF" } }, 20_000));
    assert.deepEqual(system.peer.pages.map(({ pager, text }) => [pager, text]),
      [["105", "STAFF"]]);
  });

  it("a TAP terminal that loses an answer and asks for a block again", async () => {
    const simulation = good(await simulateTap({ world, seed: 1, line: anywhere }));
    running = simulation;
    gateway = new Gateway("tap", {}, tcp(portOf(simulation)));
    await gateway.start();
    simulation.fault({ kind: "truncate" });
    good(await gateway.link.request({ service: "sendPage",
      page: { pager: "105", text: "STAFF" } }, 20_000));
    assert.deepEqual(simulation.peer.pages, ["105 STAFF"]);
    assert.equal(simulation.peer.blocks, 2);
  });

  it("a modem on an analogue line that is called", async function () {
    const file = path.join(folder, "modem");
    const made = await simulateCallerId({ world, seed: 1, line: { file }, box: "modem" });
    need(this, "pty", made.ok ? undefined : made.fault.message);
    running = good(made);
    gateway = new Gateway("caller-id", { box: "modem", device: "101" }, serial(file));
    await gateway.start();
    running.call({ from: "0145678901", to: "1", ringMs: 5_000, talkMs: 0 });
    await until("the caller is told", () =>
      gateway?.events.some((event) => JSON.stringify(event).includes("0145678901")) === true);
  });

  it("makes the same calls from the same seed", async function () {
    const heard = async (framing: FramedKind, seed: number): Promise<string> => {
      const simulation = good(await simulateFramed({ world, seed, line: anywhere, framing }));
      const socket = connect(portOf(simulation), "127.0.0.1");
      await once(socket, "connect");
      let text = "";
      socket.on("data", (bytes) => { text += bytes.toString("latin1"); });
      simulation.traffic(3_000);
      await until("ten records came", () => text.length > 10 * 130);
      socket.destroy();
      await simulation.stop();
      // Without the times, and the parity over them.
      return text.replace(/\d{20}/g, "").split("\u0003").slice(0, 10)
        .map((record) => record.slice(record.indexOf("\u0002"))).join("");
    };
    const first = await heard("nec-free", 7);
    assert.equal(await heard("nec-free", 7), first);
    assert.notEqual(await heard("nec-free", 8), first);
  });
});
