/** RFC 2217 of a whole gateway against an independent client: pyserial, over TLS and without. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, connect as plainConnect, type AddressInfo, type Server } from "node:net";
import { connect as tlsConnect, type TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { openPtyPair, type PtyPair } from "../../firmware/link/transports/pty.js";
import { AccessService, Role } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { TerminalEnding, TerminalsService, TranscriptDirection, type ServeTerminalResponse,
  type Terminal } from "../../proto/gen/cti/gateway/v1/terminals_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { need } from "../requirement.js";
import { makeRequest } from "./certificate-request.js";
import { until } from "./gateway-process.js";
import { Collected, silentWorld, value } from "./server-rig.js";

const methods = TerminalsService.method;
const record =
  "22/11/26 09:15AM 101   01 <I>03012345678            0'07 00:02'31            AN \r\n";

function missingPyserial(): string | undefined {
  return spawnSync("/usr/bin/python3", ["-c", "import serial"]).status === 0 ? undefined
    : "apt-get install python3-serial";
}

/** What a program by pyserial prints; `port` is the open port. */
async function python(tcpPort: number, settings: string, lines: readonly string[]):
  Promise<{ readonly stdout: string; readonly stderr: string }> {
  const script = ["import serial", "port = serial.serial_for_url("
    + `"rfc2217://127.0.0.1:${tcpPort}?timeout=10", timeout=10, ${settings})`, ...lines,
  "port.close()"].join("\n");
  return promisify(execFile)("/usr/bin/python3", ["-c", script]).catch((error: unknown) =>
    ({ stdout: "", stderr: String(error) }));
}

describe("RFC 2217", function () {
  this.timeout(60_000);
  let shared: PtyPair;
  let free: PtyPair;
  let unit: GatewayUnderTest;
  let own: { readonly keyPem: string; readonly certificatePem: string };
  let heard = "";

  before(async function () {
    need(this, "pyserial", missingPyserial());
    shared = value(await openPtyPair(silentWorld));
    free = value(await openPtyPair(silentWorld));
    free.onData((bytes) => {
      heard += Buffer.from(bytes).toString("latin1");
      free.write(bytes);
    });
    unit = await startGatewayUnderTest({ config: `links:
  - id: pbx
    driver: smdr
    transport: { kind: serial, path: ${shared.devicePath} }
    options: { format: panasonic-kx }
` });
    const { requestPem, keyPem } = await makeRequest("vendor-tool");
    const { certificatePem } = await unit.client.unary(AccessService.method.issueCertificate,
      { requestPem, role: Role.VIEWER, validDays: 1 });
    own = { keyPem, certificatePem };
    await until("the link is up", async () => (await unit.client.unary(
      LinksService.method.getLink, { id: "pbx" })).link?.state === LinkState.UP);
  });

  after(async () => {
    await unit?.stop();
    await shared?.close();
    await free?.close();
  });

  const serve = async (wish: object): Promise<
    { readonly port: number; readonly events: Collected<ServeTerminalResponse>;
      readonly end: () => Promise<void> }> => {
    const stream = unit.client.stream(methods.serveTerminal,
      { reason: "vendor", listenAddress: "127.0.0.1", ...wish });
    const events = new Collected(stream);
    const [first] = await events.until((items) => items.length > 0);
    assert.ok(first?.event.case === "listening");
    return { port: first.event.value.port, events, end: async () => {
      stream.cancel();
      await events.ended;
    } };
  };
  const ended = async (events: Collected<ServeTerminalResponse>): Promise<Terminal> => {
    const items = await events.until((all) => all.some(({ event }) => event.case === "ended"));
    const last = items.findLast(({ event }) => event.case === "ended")?.event;
    assert.ok(last?.case === "ended");
    return last.value;
  };
  const secure = (port: number, identity: object): TLSSocket => tlsConnect({ port,
    host: "127.0.0.1", ca: unit.gateway.authorityPem, ...identity });
  /** What stunnel does for a vendor's tool that speaks no TLS. */
  const wrapped = async (port: number): Promise<Server> => {
    const server = createServer((inner) => {
      const outer = secure(port, { key: own.keyPem, cert: own.certificatePem });
      inner.on("error", () => undefined);
      outer.on("error", () => undefined);
      outer.on("close", () => { inner.destroy(); });
      inner.on("close", () => { outer.destroy(); });
      inner.pipe(outer).pipe(inner);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
  };
  const kept = async (id: string, direction: TranscriptDirection): Promise<string> => {
    const read = new Collected(unit.client.stream(methods.readTranscript, { id }));
    await read.ended;
    return read.items.flatMap(({ parts }) => parts)
      .filter((part) => part.direction === direction)
      .map(({ data }) => Buffer.from(data).toString("latin1")).join("");
  };

  it("carries all octets and settings of a port, by TLS with a named certificate", async () => {
    const window = await serve({ port: { address: free.devicePath },
      certificates: ["vendor-tool"] });
    const relay = await wrapped(window.port);
    const { stdout, stderr } = await python((relay.address() as AddressInfo).port,
      "baudrate=19200, bytesize=7, parity='E', stopbits=2", [
        "port.write(bytes(range(256)))", "print(port.read(256) == bytes(range(256)))",
        "port.baudrate = 38400", "port.dtr = False", "port.reset_input_buffer()",
        "port.write(b'done')", "print(port.read(4))"]);
    assert.equal(stdout, "True\nb'done'\n", stderr);
    relay.close();
    const terminal = await ended(window.events);
    assert.equal(terminal.actor, "certificate:vendor-tool");
    assert.equal(terminal.source, "rfc2217 127.0.0.1");
    assert.equal(terminal.ending, TerminalEnding.CLOSED);
    const all = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).join("");
    assert.equal(heard, `${all}done`);
    assert.equal(await kept(terminal.id, TranscriptDirection.TYPED), `${all}done`);
    const remarks = await kept(terminal.id, TranscriptDirection.REMARK);
    for (const wanted of ["19200", "\"dataBits\":7", "even", "38400", "DTR down"]) {
      assert.ok(remarks.includes(wanted), `${wanted} in ${remarks}`);
    }
    await window.end();
  });

  it("shares a link's line as it is set, and the link goes on collecting", async () => {
    const window = await serve({ link: "pbx", plainFrom: ["127.0.0.1"] });
    const other = await python(window.port, "baudrate=300", []);
    assert.match(other.stderr, /rejected|ValueError|Remote/i);
    let typed = "";
    shared.onData((bytes) => {
      typed += Buffer.from(bytes).toString("latin1");
      if (typed.endsWith("print\r")) shared.write(Buffer.from(record));
    });
    const { stdout, stderr } = await python(window.port, "baudrate=9600",
      ["port.write(b'print\\r')", `print(len(port.read(${record.length})))`]);
    assert.equal(stdout, `${record.length}\n`, stderr);
    await until("the record is kept", async () => (await unit.client.unary(
      RecordsService.method.listRecords, { query: { link: "pbx" } })).records.length === 1);
    await window.end();
  });

  it("refuses other certificates, none, other addresses, and a second program", async () => {
    const named = await serve({ port: { address: free.devicePath }, certificates: ["other"] });
    for (const identity of [{ key: own.keyPem, cert: own.certificatePem }, {}]) {
      const before = named.events.items.length;
      const socket = secure(named.port, identity);
      socket.on("error", () => undefined);
      socket.resume();
      await once(socket, "close");
      await named.events.until((items) => items.length > before);
      assert.equal(named.events.items.at(-1)?.event.case, "refused");
    }
    await named.end();
    const far = await serve({ port: { address: free.devicePath }, plainFrom: ["192.0.2.1"] });
    const stranger = plainConnect(far.port, "127.0.0.1");
    stranger.resume();
    stranger.on("error", () => undefined);
    await once(stranger, "close");
    await far.events.until((items) => items.some(({ event }) => event.case === "refused"));
    await far.end();
    const near = await serve({ port: { address: free.devicePath }, plainFrom: ["127.0.0.1"] });
    const first = plainConnect(near.port, "127.0.0.1");
    await once(first, "data");
    const second = plainConnect(near.port, "127.0.0.1");
    second.on("error", () => undefined);
    second.resume();
    await once(second, "close");
    await near.events.until((items) => items.some(({ event }) => event.case === "refused"));
    const gone = once(first.on("error", () => undefined), "close");
    await near.end();
    await gone;
    const late = plainConnect(near.port, "127.0.0.1");
    const [error] = await once(late, "error") as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED", "the window is shut");
  });

  it("asks for a certificate or an address, and not for both", async () => {
    for (const wish of [{}, { certificates: ["a"], plainFrom: ["127.0.0.1"] },
      { plainFrom: ["example.com"] }]) {
      const refused = new Collected(unit.client.stream(methods.serveTerminal,
        { link: "pbx", reason: "x", ...wish }));
      assert.match((await refused.ended)?.message ?? "", /certificates|plain_from/);
    }
  });
});
