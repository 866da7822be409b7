/**
 * Records that come as datagrams, from senders that others wrote: logger, Net-SNMP, FreeRADIUS.
 * And a gateway that is killed between durability and answer: nothing it answered is missing.
 */

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { attributeTypes, readRadius, writeRequest, writeResponse }
  from "../../drivers/smdr/framings/radius-packet.js";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { need, type Requirement } from "../requirement.js";
import { GatewayProcess, pause, removeFolder, temporaryFolder, until } from "./gateway-process.js";

const secret = "s3cr3t";

/** A record of a Panasonic printer whose number tells which. */
function printed(number: string): string {
  return `22/11/26 09:15AM 101   01 <I>${number.padEnd(22)} 0'07 00:02'31            AN `;
}

function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  return new Promise((resolve) => {
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => { resolve(port); });
    });
  });
}

function freeTcpPort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => { resolve(port); });
    });
  });
}

function run(command: string, ...parameters: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, parameters, { timeout: 20_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout + stderr);
      else reject(new Error(`${command}: ${stdout}${stderr}`));
    });
  });
}

function needCommand(
  context: Mocha.Context, requirement: Requirement, command: string, name: string,
): void {
  const found = spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
  need(context, requirement, found ? undefined : `apt-get install ${name}`);
}

describe("records from independent senders", function () {
  this.timeout(60_000);
  let under: GatewayUnderTest;
  const ports = { lines: 0, log: 0, stream: 0, traps: 0, radius: 0 };

  before(async () => {
    for (const name of ["lines", "log", "traps", "radius"] as const) {
      ports[name] = await freeUdpPort();
    }
    ports.stream = await freeTcpPort();
    const udp = (port: number): string =>
      `{ kind: udp, address: 127.0.0.1, port: ${port}, senders: [127.0.0.0/8] }`;
    under = await startGatewayUnderTest({
      environment: { RADIUS: secret, COMMUNITY: "office" },
      config: `links:
  - { id: lines, driver: smdr, transport: ${udp(ports.lines)}, options: { format: panasonic-kx } }
  - id: log
    driver: smdr
    transport: ${udp(ports.log)}
    options: { framing: syslog, syslog: { apps: [cdr] }, format: panasonic-kx }
  - id: stream
    driver: smdr
    transport: { kind: tcp-listen, address: 127.0.0.1, port: ${ports.stream} }
    options: { framing: syslog, format: panasonic-kx }
  - id: traps
    driver: smdr
    transport: ${udp(ports.traps)}
    options: { framing: snmp-trap, snmp: { community: "env:COMMUNITY" }, format: panasonic-kx }
  - id: radius
    driver: smdr
    transport: ${udp(ports.radius)}
    options: { framing: radius, radius: { secret: "env:RADIUS" }, format: radius }
` });
    await until("the links are up", () => under.gateway.links.list().every(({ status }) =>
      status.state.name === "up" || status.id === "stream"));
  });

  after(async () => { await under.stop(); });

  async function recorded(link: string, count: number): Promise<readonly string[]> {
    let numbers: readonly string[] = [];
    await until(`${count} records of ${link}, and not ${numbers.join()}`, async () => {
      const { records } = await under.client.unary(RecordsService.method.listRecords,
        { query: { link } });
      numbers = records.map(({ calling }) => calling?.raw ?? "").sort();
      return numbers.length >= count;
    });
    return numbers;
  }

  it("takes lines out of the syslog messages of logger, in both forms, over UDP", async () => {
    const log = ["-n", "127.0.0.1", "-P", String(ports.log), "-d"];
    await run("logger", "--rfc3164", ...log, "-t", "cdr", printed("0300000001"));
    await run("logger", "--rfc5424", ...log, "-t", "cdr", printed("0300000002"));
    await run("logger", "--rfc5424", ...log, "-t", "cron", printed("0300000003"));
    await run("logger", "--rfc3164", ...log, "-t", "cdr", printed("0300000004"));
    assert.deepEqual(await recorded("log", 3), ["0300000001", "0300000002", "0300000004"]);
  });

  it("takes them over TCP, counted and by line", async () => {
    const log = ["-n", "127.0.0.1", "-P", String(ports.stream), "-T", "-t", "cdr"];
    await run("logger", "--rfc5424", "--octet-count", ...log, printed("0300000001"));
    await recorded("stream", 1);
    await run("logger", "--rfc3164", ...log, printed("0300000002"));
    assert.deepEqual(await recorded("stream", 2), ["0300000001", "0300000002"]);
  });

  it("takes traps of Net-SNMP, and answers its informs", async function () {
    needCommand(this, "snmp", "snmpinform", "snmp");
    const to = `127.0.0.1:${ports.traps}`;
    const mine = "1.3.6.1.4.1.99999";
    const variable = (number: string): string[] => [`${mine}.1.0`, "s", printed(number)];
    await run("snmptrap", "-v", "1", "-c", "office", to, mine, "192.0.2.9", "6", "17", "55",
      ...variable("0300000001"));
    const second = ["-v", "2c", "-c", "office", to, "55", `${mine}.0.17`];
    await run("snmptrap", ...second, ...variable("0300000002"));
    // It fails unless it is answered.
    await run("snmpinform", ...second, ...variable("0300000003"));
    await assert.rejects(run("snmpinform", "-r", "0", "-t", "1", "-v", "2c", "-c", "public", to,
      "55", `${mine}.0.17`, ...variable("0300000004")), /Timeout/);
    assert.deepEqual(await recorded("traps", 3), ["0300000001", "0300000002", "0300000003"]);
  });

  it("takes the accounting of FreeRADIUS' client, which verifies the answers", async function () {
    needCommand(this, "radclient", "radclient", "freeradius-utils");
    const folder = await temporaryFolder("radius");
    const file = path.join(folder, "requests");
    const request = (status: string, session: number): string => `Acct-Status-Type = ${status}
Acct-Session-Id = "s${session}"
Calling-Station-Id = "030000000${session}"
Called-Station-Id = "205"
Acct-Session-Time = 70
h323-call-origin = "h323-call-origin=answer"
h323-setup-time = "h323-setup-time=09:15:02.000 UTC Sun Nov 22 2026"
`;
    await writeFile(file, [request("Start", 1), request("Interim-Update", 1), request("Stop", 1),
      request("Stop", 2)].join("\n"));
    const send = (with_: string): Promise<string> => run("radclient", "-r", "1", "-t", "2", "-f",
      file, "-s", `127.0.0.1:${ports.radius}`, "acct", with_);
    assert.match(await send(secret), /Approved +: 4|Accepted +: 4|Passed[^\n]*: 4/i);
    await assert.rejects(send("guess"));
    assert.deepEqual(await recorded("radius", 2), ["0300000001", "0300000002"]);
    await removeFolder(folder);
  });

  it("takes one line of each datagram", async () => {
    const socket = createSocket("udp4");
    for (const number of ["0300000001", "0300000002"]) {
      await new Promise<void>((resolve) => {
        socket.send(printed(number), ports.lines, "127.0.0.1", () => { resolve(); });
      });
    }
    socket.close();
    assert.deepEqual(await recorded("lines", 2), ["0300000001", "0300000002"]);
  });
});

/** Sends requests and sends them again until each is answered, as an access server does. */
class AccessServer {
  readonly answered = new Set<number>();
  readonly #socket: Socket;
  readonly #port: number;
  readonly #waiting = new Map<number, { readonly call: number; readonly answer: Uint8Array }>();
  #next = 0;

  constructor(socket: Socket, port: number) {
    this.#socket = socket;
    this.#port = port;
    socket.on("message", (bytes) => {
      const identifier = bytes[1] ?? 0;
      const asked = this.#waiting.get(identifier);
      // An answer to an earlier request with the same identifier has another authenticator.
      if (asked === undefined || Buffer.compare(asked.answer, bytes) !== 0) return;
      this.answered.add(asked.call);
      this.#waiting.delete(identifier);
    });
  }

  get waiting(): number { return this.#waiting.size; }

  /** Whatever waits for its answer. */
  repeat(): void {
    for (const { call } of this.#waiting.values()) this.#sent(this.#request(call));
  }

  /** One new request, unless many wait. */
  send(): void {
    const call = this.#next;
    if (this.#waiting.size >= 100 || this.#waiting.has(call % 256)) return;
    this.#next += 1;
    const bytes = this.#request(call);
    const request = readRadius(bytes);
    assert.ok(typeof request !== "string");
    this.#waiting.set(call % 256, { call, answer: writeResponse(request, secret) });
    this.#sent(bytes);
  }

  #sent(bytes: Uint8Array): void {
    this.#socket.send(bytes, this.#port, "127.0.0.1");
  }

  #request(call: number): Uint8Array {
    const seconds = Buffer.of(0, 0, 0, 70);
    const stamp = Buffer.alloc(4);
    stamp.writeUInt32BE(1_795_338_930 + call);
    return writeRequest(call % 256, [
      { type: attributeTypes.statusType, value: Buffer.of(0, 0, 0, 2) },
      { type: attributeTypes.sessionId, value: Buffer.from(`call-${call}`) },
      { type: attributeTypes.callingStationId, value: Buffer.from(`03${call}`) },
      { type: attributeTypes.sessionTime, value: seconds },
      { type: attributeTypes.eventTimestamp, value: stamp }], secret);
  }
}

describe("a gateway that is killed between durability and answer", function () {
  this.timeout(180_000);

  it("has a record of every request that it answered, and of none twice", async () => {
    const folder = await temporaryFolder("sources");
    const data = path.join(folder, "data");
    const port = await freeUdpPort();
    const file = path.join(folder, "config.yaml");
    await writeFile(file, `version: 1
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: radius
    driver: smdr
    transport: { kind: udp, address: 127.0.0.1, port: ${port} }
    options: { framing: radius, radius: { secret: "env:RADIUS" }, format: radius }
`);
    const start = async (): Promise<GatewayProcess> => {
      const process_ = new GatewayProcess(["--config", file, "--data", data], { RADIUS: secret });
      await process_.running();
      return process_;
    };
    const socket = createSocket("udp4");
    const server = new AccessServer(socket, port);
    let gateway = await start();
    const { admin } = gateway;
    for (const kill of [40, 75, 130]) {
      const before = server.answered.size;
      for (let turn = 0; server.answered.size < before + kill; turn += 1) {
        if (turn % 50 === 49) server.repeat();
        server.send();
        await pause(2);
      }
      await gateway.stop("SIGKILL");
      gateway = await start();
    }
    await until("all is answered", () => {
      server.repeat();
      return server.waiting === 0;
    });
    const { client } = await gateway.signIn(data, admin);
    const found: string[] = [];
    let missing: readonly number[] = [];
    await until("every answered request has its record", async () => {
      found.length = 0;
      for (let pageToken = ""; ;) {
        const page = await client.unary(RecordsService.method.listRecords,
          { query: { link: "radius" }, pageSize: 500, pageToken });
        found.push(...page.records.map(({ pbxReference }) => pbxReference));
        pageToken = page.nextPageToken;
        if (pageToken === "") break;
      }
      const references = new Set(found);
      missing = [...server.answered].filter((call) => !references.has(`call-${call}`));
      return missing.length === 0;
    }).catch((error: unknown) => {
      throw new Error(`${missing.length} have none, the first ${missing[0] ?? ""}`,
        { cause: error });
    });
    assert.equal(new Set(found).size, found.length, "a request has two records");
    assert.ok(server.answered.size >= 245);
    socket.close();
    await gateway.stop();
    await removeFolder(folder);
  });
});
