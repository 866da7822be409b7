/** Pass-through of a whole gateway: a PBX's line shared on a pseudo terminal, and a port alone. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { World } from "../../firmware/base/world.js";
import { openPtyPair, type PtyPair } from "../../firmware/link/transports/pty.js";
import { AccessService, Role } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { PortsService } from "../../proto/gen/cti/gateway/v1/ports_pb.js";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { TerminalEnding, TerminalsService, TranscriptDirection, type OpenTerminalResponse,
  type Terminal, type TranscriptPart } from "../../proto/gen/cti/gateway/v1/terminals_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { until } from "./gateway-process.js";
import { Collected, silentWorld, TestClient, value } from "./server-rig.js";

const methods = TerminalsService.method;
const secret = "tr0ub4dor";

/** As the Panasonic manuals show them; every one another number. */
function record(index: number): string {
  const number = String(3_000_000_000 + index);
  return `22/11/26 09:15AM ${100 + index % 50}   01 <I>0${number}            0'07 00:02'31`
    + "            AN \r\n";
}

/** A clock that a test moves on; the terminals' timers follow it. */
function movable(): { readonly of: (real: World) => World; skip(ms: number): void } {
  let ahead = 0;
  return {
    skip: (ms) => { ahead += ms; },
    of: (real) => {
      const monotonicMs = (): number => real.clock.monotonicMs() + ahead;
      return { ...real, clock: { monotonicMs, wall: () => real.clock.wall(),
        after: (delayMs, name, run) => {
          if (name !== "terminal.end") return real.clock.after(delayMs, name, run);
          const dueMs = monotonicMs() + delayMs;
          let timer = real.clock.after(0, name, function look() {
            if (monotonicMs() >= dueMs) run();
            else timer = real.clock.after(20, name, look);
          });
          return { cancel: () => { timer.cancel(); } };
        } } };
    },
  };
}

class Session {
  readonly collected: Collected<OpenTerminalResponse>;
  readonly #client: TestClient;

  constructor(client: TestClient, link: string) {
    this.#client = client;
    this.collected = new Collected(client.stream(methods.openTerminal,
      { link, reason: "night service" }));
  }

  async opened(): Promise<Terminal> {
    const [first] = await this.collected.until((items) => items.length > 0);
    assert.ok(first?.event.case === "opened");
    return first.event.value;
  }

  get received(): string {
    return this.collected.items.map(({ event }) => event.case === "received"
      ? Buffer.from(event.value).toString("latin1") : "").join("");
  }

  async ended(): Promise<Terminal> {
    await this.collected.ended;
    const last = this.collected.items.at(-1)?.event;
    assert.ok(last?.case === "ended", JSON.stringify(last?.case));
    return last.value;
  }

  async type(text: string, hidden = false): Promise<void> {
    const { id } = await this.opened();
    await this.#client.unary(methods.typeTerminal, { id, data: Buffer.from(text), secret: hidden });
  }

  async close(): Promise<Terminal> {
    await this.#client.unary(methods.closeTerminal, { id: (await this.opened()).id });
    return this.ended();
  }
}

describe("pass-through", function () {
  this.timeout(60_000);
  const time = movable();
  let shared: PtyPair;
  let free: PtyPair;
  let unit: GatewayUnderTest;
  let typed = "";

  before(async () => {
    shared = value(await openPtyPair(silentWorld));
    free = value(await openPtyPair(silentWorld));
    // The PBX repeats each line that is typed, and answers it.
    shared.onData((bytes) => {
      typed += Buffer.from(bytes).toString("latin1");
      if (!typed.endsWith("\r")) return;
      shared.write(Buffer.from(`${typed.split("\r").at(-2) ?? ""}\r\nOK\r\n`));
    });
    unit = await startGatewayUnderTest({ worldOf: time.of, config: `links:
  - id: pbx
    driver: smdr
    transport: { kind: serial, path: ${shared.devicePath} }
    options: { format: panasonic-kx }
` });
    await until("the link is up", async () => (await unit.client.unary(
      LinksService.method.getLink, { id: "pbx" })).link?.state === LinkState.UP);
  });

  after(async () => {
    await unit.stop();
    await shared.close();
    await free.close();
  });

  const transcript = async (id: string): Promise<
    { readonly parts: readonly TranscriptPart[]; readonly intact: boolean | undefined }> => {
    const read = new Collected(unit.client.stream(methods.readTranscript, { id }));
    assert.equal(await read.ended, undefined);
    return { parts: read.items.flatMap(({ parts }) => parts), intact: read.items.at(-1)?.intact };
  };

  const clientOf = async (role: Role, name: string): Promise<TestClient> => {
    const { secret: token } = await unit.client.unary(AccessService.method.createToken,
      { name, role });
    return new TestClient({ authority: { authorityPem: unit.gateway.authorityPem } },
      unit.gateway.grpcPort, token);
  };

  it("collects every record while a person types on the same line", async () => {
    const count = 300;
    const session = new Session(unit.client, "pbx");
    await session.opened();
    for (let index = 0; index < count; index += 1) {
      shared.write(Buffer.from(record(index)));
      if (index % 50 === 0) await session.type("status\r");
    }
    await until("all records are kept", async () => {
      const { records } = await unit.client.unary(RecordsService.method.listRecords,
        { query: { link: "pbx" }, pageSize: 1_000 });
      return new Set(records.map(({ calling }) => calling?.raw)).size >= count;
    });
    const { records } = await unit.client.unary(RecordsService.method.listRecords,
      { query: { link: "pbx" }, pageSize: 1_000 });
    assert.equal(records.length, count, "and none twice");
    assert.equal(typed, "status\r".repeat(6));
    const printed = Array.from({ length: count }, (_, index) => record(index));
    await until("all is shown", () => printed.every((line) => session.received.includes(line)));
    const closed = await session.close();
    assert.equal(closed.ending, TerminalEnding.CLOSED);
    const { parts, intact } = await transcript(closed.id);
    assert.equal(intact, true);
    const kept = (direction: TranscriptDirection): string => parts
      .filter((part) => part.direction === direction)
      .map(({ data }) => Buffer.from(data).toString("latin1")).join("");
    assert.equal(kept(TranscriptDirection.TYPED), "status\r".repeat(6));
    assert.equal(kept(TranscriptDirection.RECEIVED), session.received);
    const raw = new Collected(unit.client.stream(RecordsService.method.readRaw, { link: "pbx" }));
    await raw.ended;
    assert.equal(raw.items.map(({ data }) => Buffer.from(data).toString("latin1")).join(""),
      session.received, "the link's own bytes are what the terminal showed");
  });

  it("keeps a secret out of transcript, audit log and flight recorder", async () => {
    const session = new Session(unit.client, "pbx");
    await session.type(`${secret}\r`, true);
    await until("the PBX has it", () => session.received.includes("OK"));
    assert.ok(typed.includes(secret));
    const { id } = await session.close();
    const { parts } = await transcript(id);
    assert.ok(parts.some(({ direction, characters }) =>
      direction === TranscriptDirection.SECRET && characters === secret.length));
    const audit = new Collected(unit.client.stream(SystemService.method.exportAudit, {}));
    const frames = new Collected(unit.client.stream(SystemService.method.captureFrames,
      { link: "pbx" }));
    await Promise.all([audit.ended, frames.ended]);
    const texts = [...parts.map(({ data }) => data), ...audit.items.map(({ data }) => data),
      ...frames.items.map(({ data }) => data)].map((data) => Buffer.from(data).toString("latin1"));
    assert.ok(texts.some((text) => text.includes("TerminalOpened")));
    assert.deepEqual(texts.filter((text) => text.includes(secret)), []);
  });

  it("audits beginning and end with the transcript, and each reading of it", async () => {
    const session = new Session(unit.client, "pbx");
    await session.type("x");
    const { id, transcriptSha256 } = await session.close();
    await transcript(id);
    const listed = async () => (await unit.client.unary(SystemService.method.listAudit,
      { pageSize: 50 })).entries;
    // Nobody waits for the audit log's disk.
    await until("all are written", async () => (await listed()).filter((entry) =>
      entry.detailsJson.includes(`"transcript":${id}`)
      || entry.action === "ReadTranscript" && entry.subject === id).length === 3);
    const entries = await listed();
    const found = (action: string) => entries.find((entry) => entry.action === action
      && entry.outcome === "ok");
    assert.deepEqual(JSON.parse(found("TerminalOpened")?.detailsJson ?? "{}"),
      { line: found("TerminalOpened") === undefined ? "" : `serial ${shared.devicePath} 9600 8N1`,
        reason: "night service", transcript: Number(id) });
    const end: Record<string, unknown> = JSON.parse(found("TerminalEnded")?.detailsJson ?? "{}");
    assert.equal(end["transcript"], Number(id));
    assert.equal(end["sha256"], transcriptSha256);
    assert.equal(end["typed_bytes"], 1);
    assert.equal(found("OpenTerminal")?.subject, "pbx");
    assert.equal(found("ReadTranscript")?.subject, id);
    assert.equal(found("TypeTerminal"), undefined, "keystrokes stand in the transcript");
  });

  it("is for administrators; an operator may only see it and end it", async () => {
    for (const [role, name] of [[Role.VIEWER, "v"], [Role.OPERATOR, "o"]] as const) {
      const client = await clientOf(role, name);
      const refused = new Session(client, "pbx");
      assert.match((await refused.collected.ended)?.message ?? "", /needs the role admin/);
      await assert.rejects(client.unary(methods.typeTerminal, { id: "1", data: Buffer.from("x") }),
        /needs the role admin/);
      const read = new Collected(client.stream(methods.readTranscript, { id: "1" }));
      assert.match((await read.ended)?.message ?? "", /needs the role admin/);
      client.close();
    }
    const session = new Session(unit.client, "pbx");
    const { id } = await session.opened();
    const operator = await clientOf(Role.OPERATOR, "o2");
    const { terminals } = await operator.unary(methods.listTerminals, { openOnly: true });
    assert.deepEqual(terminals.map((each) => [each.id, each.actor]), [[id, "admin"]]);
    await operator.unary(methods.closeTerminal, { id });
    assert.equal((await session.ended()).ending, TerminalEnding.CLOSED_BY_OTHER);
    operator.close();
  });

  it("warns, and ends when its time is over", async () => {
    const session = new Session(unit.client, "pbx");
    await session.opened();
    // Typing now and then: it is the time that ends it, not idleness.
    for (const minutes of [7, 7.5]) {
      time.skip(minutes * 60_000);
      await session.type("x");
    }
    await session.collected.until((items) => items.some(({ event }) => event.case === "notice"));
    time.skip(60_000);
    assert.equal((await session.ended()).ending, TerminalEnding.TIME_OVER);
    const { link } = await unit.client.unary(LinksService.method.getLink, { id: "pbx" });
    // The PBX's answers are no records, which the link says.
    assert.ok(link?.state === LinkState.UP || link?.state === LinkState.DEGRADED, "it goes on");
  });

  it("ends with its caller, and with the link's line", async () => {
    const stream = unit.client.stream(methods.openTerminal,
      { link: "pbx", reason: "gone" });
    stream.on("error", () => undefined);
    await new Promise((resolve) => { stream.once("data", resolve); });
    stream.cancel();
    await until("it has ended", async () => (await unit.client.unary(methods.listTerminals,
      { openOnly: true })).terminals.length === 0);
    const session = new Session(unit.client, "pbx");
    await session.opened();
    await unit.client.unary(LinksService.method.restartLink, { id: "pbx", requestId: "r1" });
    assert.equal((await session.ended()).ending, TerminalEnding.LINE_LOST);
    await until("the link is up", async () => (await unit.client.unary(
      LinksService.method.getLink, { id: "pbx" })).link?.state === LinkState.UP);
  });

  it("opens a port of its own by command line, piped, and nobody else gets it", async () => {
    let heard = "";
    const diagnosed = async (): Promise<string> => {
      const items = await new Collected(unit.client.stream(PortsService.method.diagnosePort,
        { port: free.devicePath, secondsMax: 1 })).until((all) => all.some(({ step }) =>
        step.case === "verdict"));
      const last = items.at(-1)?.step;
      return last?.case === "verdict" ? last.value.headline : "";
    };
    free.onData((bytes) => {
      heard += Buffer.from(bytes).toString("latin1");
      if (!heard.endsWith("\r")) return;
      void diagnosed().then((headline) => { free.write(Buffer.from(`doctor: ${headline}\r\n`)); });
    });
    const { secret: token } = await unit.client.unary(AccessService.method.createToken,
      { name: "night", role: Role.ADMIN });
    const authority = path.join(unit.dataFolder, "authority.pem");
    await writeFile(authority, unit.gateway.authorityPem);
    const running = promisify(execFile)(process.execPath,
      [path.resolve("build/program/ctictl.js"), "terminal", "open", free.devicePath, "--reason",
        "piped", "--speed", "19200", "--linger", "4s", "--lang", "en"],
      { env: { ...process.env, CTICTL_TOKEN: token, CTICTL_CA: authority,
        CTICTL_ADDRESS: `127.0.0.1:${unit.gateway.grpcPort}` } });
    running.child.stdin?.end("show version\n");
    const { stdout, stderr } = await running;
    assert.equal(heard, "show version\r");
    assert.match(stdout, /^doctor: .*in use by another program/);
    assert.match(stderr, /19200 8N1: terminal \d+ until/);
    assert.match(stderr, /has ended: closed/);
    const held = new Collected(unit.client.stream(methods.openTerminal,
      { port: { address: shared.devicePath }, reason: "x" }));
    assert.match((await held.ended)?.message ?? "", /link pbx holds/);
  });
});
