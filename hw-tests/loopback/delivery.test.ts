/** Call-record lines to real receivers that die in the middle, from a gateway that is killed. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer as createHttps, get, type Server as HttpsServer } from "node:https";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import path from "node:path";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { loadOrCreateAuthority } from "../../firmware/northbound/access/authority.js";
import { AccessService, Role } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { DeliveryService, DestinationState, type Destination, type LedgerDay }
  from "../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { GatewayProcess, pause, removeFolder, temporaryFolder, until, type SignedIn }
  from "./gateway-process.js";
import { value } from "./server-rig.js";

const world = nodeWorld(() => undefined, "error");
const key = "a key of the signature";

/** A line of a Panasonic printer; the last four digits of the number tell which. */
function line(number: number): string {
  return `22/11/26 09:15AM 101   01 <I>0301234${String(number).padStart(4, "0")}            `
    + "0'07 00:02'31            AN \r\n";
}

async function listening(server: Server | HttpsServer, port = 0): Promise<number> {
  await new Promise<void>((resolve) => { server.listen(port, "127.0.0.1", resolve); });
  return (server.address() as AddressInfo).port;
}

/** A receiver of a stream: what each connection has given, until it dies of it. */
class StreamReceiver {
  readonly connections: { text: string; readonly socket: Socket }[] = [];
  /** A connection that has given so much is reset. */
  diesAfterBytes = Infinity;
  readonly server: Server = createServer((socket) => {
    const connection = { text: "", socket };
    this.connections.push(connection);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      connection.text += bytes.toString("latin1");
      if (connection.text.length > this.diesAfterBytes) socket.resetAndDestroy();
    });
  });

  close(): void {
    this.server.close();
    for (const { socket } of this.connections) socket.destroy();
  }
}

/** Whole lines, as a billing program sees them; what a dying connection cut off is none. */
function wholeLines(text: string): readonly string[] {
  return text.split(/(?<=\r\n)/).filter((each) => each.endsWith("\r\n"));
}

/** Every line is there, and what came first of each is in order. */
function assertAll(what: string, found: readonly string[], last: number): void {
  const numbers = found.map((text) => Number(/<I>0301234(\d{4}) /.exec(text)?.[1]));
  assert.deepEqual([...new Set(numbers)], Array.from({ length: last }, (_, n) => n + 1), what);
}

describe("delivery to receivers that die in the middle", function () {
  this.timeout(120_000);
  const billing = new StreamReceiver();
  const log = new StreamReceiver();
  const bodies: string[] = [];
  const answers: ("500" | "hang-up" | "200")[] = [];
  let folder: string;
  let printer: Server;
  let cable: Socket | undefined;
  let web: HttpsServer;
  let gateway: GatewayProcess;
  let user: SignedIn;
  let printed = 0;
  let admin: GatewayProcess["admin"];
  let configFile: string;

  before(async () => {
    folder = await temporaryFolder("delivery");
    const authority = value(await loadOrCreateAuthority({ folder: path.join(folder, "web"), world,
      unitName: "receiver", names: ["127.0.0.1"] }));
    const authorityFile = path.join(folder, "authority.pem");
    await writeFile(authorityFile, authority.authorityPem);
    web = createHttps({ key: authority.keyPem, cert: authority.certificatePem },
      (request, response) => {
        const chunks: Buffer[] = [];
        request.on("error", () => undefined);
        request.on("data", (chunk: Buffer) => { chunks.push(chunk); });
        request.on("end", () => {
          const body = Buffer.concat(chunks);
          const sum = createHmac("sha256", key).update(body).digest("hex");
          assert.equal(request.headers["x-signature-256"], `sha256=${sum}`);
          const answer = answers.shift() ?? "200";
          if (answer !== "500") bodies.push(body.toString("latin1"));
          if (answer === "hang-up") request.socket.destroy();
          else response.writeHead(Number(answer)).end("as told");
        });
      });
    printer = createServer((socket) => {
      socket.on("error", () => undefined);
      cable = socket;
    });
    configFile = path.join(folder, "gateway.yaml");
    const [printerPort, billingPort, logPort, webPort] = [await listening(printer),
      await listening(billing.server), await listening(log.server), await listening(web)];
    await writeFile(configFile, `version: 1
unit: { language: en, timeZone: UTC }
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: printer
    driver: smdr
    transport: { kind: tcp, host: 127.0.0.1, port: ${printerPort} }
    options: { format: panasonic-kx }
destinations:
  - { id: billing, to: { kind: tcp-client, host: 127.0.0.1, port: ${billingPort} } }
  - { id: files, to: { kind: file, folder: ${path.join(folder, "files")}, rotate: hourly } }
  - { id: csv, what: records-csv, to: { kind: file, folder: ${path.join(folder, "files")} } }
  - id: hook
    to: { kind: http, url: "https://127.0.0.1:${webPort}/calls", secret: env:HOOK_KEY,
      authority: ${authorityFile} }
  - { id: log, to: { kind: syslog, host: 127.0.0.1, port: ${logPort} } }
`);
    await begin();
    admin = gateway.admin;
    user = await gateway.signIn(path.join(folder, "data"), admin);
  });
  after(async () => {
    await gateway.stop();
    billing.close();
    log.close();
    printer.close();
    cable?.destroy();
    web.close();
    await removeFolder(folder);
  });

  async function begin(): Promise<void> {
    cable = undefined;
    gateway = new GatewayProcess(["--config", configFile, "--data", path.join(folder, "data")],
      { HOOK_KEY: key });
    await gateway.running();
    await until("the printer's cable is in", () => cable !== undefined);
  }

  /** Prints so many lines and waits until the gateway has them. */
  async function print(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      printed += 1;
      cable?.write(line(printed));
    }
    const bytes = printed * line(0).length;
    await until("the gateway has them", async () => await sum(({ bytesIn }) => bytesIn) === bytes);
  }

  async function ledger(): Promise<readonly LedgerDay[]> {
    const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    const { days, balances } = await user.client.unary(DeliveryService.method.getLedger,
      { link: "printer", fromDay: day(Date.now() - 86_400_000), toDay: day(Date.now()) });
    assert.ok(balances);
    return days;
  }

  const sum = async (of: (row: LedgerDay) => bigint): Promise<number> =>
    Number((await ledger()).reduce((total, row) => total + of(row), 0n));

  async function destinations(): Promise<ReadonlyMap<string, Destination>> {
    const { destinations: list } =
      await user.client.unary(DeliveryService.method.listDestinations, {});
    return new Map(list.map((row) => [row.id, row]));
  }

  async function allDelivered(): Promise<void> {
    await until("nothing waits", async () => [...(await destinations()).values()].every((row) =>
      row.state === DestinationState.UP && row.feeds.every(({ waitingSince, again }) =>
        waitingSince === undefined && !again)), 60_000);
  }

  async function fileLines(id: string): Promise<readonly string[]> {
    const names = (await readdir(path.join(folder, "files")))
      .filter((name) => name.startsWith(`${id}.printer.`)).sort();
    const texts = await Promise.all(names.map((name) =>
      readFile(path.join(folder, "files", name), "latin1")));
    return texts.flatMap(wholeLines);
  }

  const streamLines = (receiver: StreamReceiver): readonly string[] =>
    receiver.connections.flatMap(({ text }) => wholeLines(text));

  /** RFC 6587: each message with its length before it; a cut one is none. */
  function syslogLines(): readonly string[] {
    return log.connections.flatMap(({ text }) => {
      const messages: string[] = [];
      for (let rest = text; ;) {
        const [head = "", length = ""] = /^(\d+) /.exec(rest) ?? [];
        const message = rest.slice(head.length, head.length + Number(length));
        if (head === "" || message.length < Number(length)) return messages;
        assert.match(message,
          /^<134>1 \d{4}-\d\d-\d\dT[\d:.]+Z jackfield jackfield printer \d+\.\d+\+\d+ - 22\/11/);
        messages.push(message);
        rest = rest.slice(head.length + Number(length));
      }
    });
  }

  it("gives each receiver every line in order", async () => {
    await print(50);
    await allDelivered();
    assertAll("TCP", streamLines(billing), 50);
    assertAll("files", await fileLines("files"), 50);
    assertAll("HTTPS", bodies.flatMap(wholeLines), 50);
    assertAll("syslog", syslogLines(), 50);
    const csv = await fileLines("csv");
    assert.match(csv[0] ?? "", /^id,link,/);
    await until("the records are in the file", async () => (await fileLines("csv")).length === 51);
  });

  it("keeps all while receivers die, and over kill -9; says who is down and why", async () => {
    billing.diesAfterBytes = 700;
    for (const { socket } of [...billing.connections, ...log.connections]) socket.resetAndDestroy();
    answers.push("500", "hang-up", ...Array.from({ length: 20 }, () => "500" as const));
    await print(300);
    await until("two are down", async () => {
      const found = await destinations();
      return found.get("billing")?.state === DestinationState.DOWN
        && found.get("hook")?.reason.includes("answers 500 as told") === true;
    });
    const waiting = (await destinations()).get("hook")?.feeds[0];
    assert.equal(waiting?.waitingBytes, BigInt(300 * line(0).length));
    await gateway.stop("SIGKILL");
    answers.length = 0;
    billing.diesAfterBytes = Infinity;
    await begin();
    user = await gateway.signIn(path.join(folder, "data"), admin);
    await print(50);
    await allDelivered();
    assertAll("TCP", streamLines(billing), printed);
    assertAll("files", await fileLines("files"), printed);
    assertAll("HTTPS", bodies.flatMap(wholeLines), printed);
    assertAll("syslog", syslogLines(), printed);
  });

  it("balances: what came in became records, or was skipped, and each has taken it", async () => {
    const bytes = printed * line(0).length;
    assert.equal(await sum((row) => row.recordBytes + row.skippedBytes + row.garbageBytes
      + row.adriftBytes), bytes);
    for (const id of ["billing", "files", "hook", "log"]) {
      assert.equal(await sum(({ delivered }) =>
        delivered.find(({ destination }) => destination === id)?.bytes ?? 0n), bytes, id);
    }
  });

  it("measures the printer and its destinations", async () => {
    const { secret: bearer } = await user.client.unary(AccessService.method.createToken,
      { name: "prometheus", role: Role.VIEWER });
    const text = await new Promise<string>((resolve, reject) => {
      get(`https://127.0.0.1:${gateway.webPort}/metrics`, { ca: user.authorityPem, agent: false,
        headers: { authorization: `Bearer ${bearer}` } }, (response) => {
        response.toArray().then((chunks) => { resolve(Buffer.concat(chunks).toString()); }, reject);
      }).on("error", reject);
    });
    const value = (row: string): number =>
      Number(text.split("\n").find((each) => each.startsWith(`${row} `))?.split(" ")[1]);
    for (const destination of ["billing", "files", "hook", "log"]) {
      assert.equal(value(`jackfield_destination_up{destination="${destination}"}`), 1);
      const of = `{destination="${destination}",link="printer"}`;
      assert.equal(value(`jackfield_destination_waiting_bytes${of}`), 0);
      assert.ok(value(`jackfield_destination_taken_bytes_total${of}`) > 0, destination);
    }
    assert.ok(value('jackfield_link_last_record_seconds{link="printer"}') > 1.7e9);
    assert.equal(value('jackfield_link_holding{link="printer"}'), 0);
  });

  it("sends a range of time once more, to the one that asked", async () => {
    const before = billing.connections.reduce((total, { text }) => total + text.length, 0);
    await user.client.unary(DeliveryService.method.redeliver, { destination: "billing",
      link: "printer", from: timestampFromMs(Date.now() - 3_600_000),
      until: timestampFromMs(Date.now()) });
    await allDelivered();
    const after = billing.connections.reduce((total, { text }) => total + text.length, 0);
    assert.equal(after - before, printed * line(0).length);
  });
});

describe("delivery to a receiver that connects to the gateway", function () {
  this.timeout(60_000);
  it("waits for it, and goes on where the last one was cut", async () => {
    const folder = await temporaryFolder("delivery-listen");
    let cable: Socket | undefined;
    const printer = createServer((socket) => {
      socket.on("error", () => undefined);
      cable = socket;
    });
    const free = createServer();
    const port = await listening(free);
    await new Promise((resolve) => { free.close(resolve); });
    const file = path.join(folder, "gateway.yaml");
    await writeFile(file, `version: 1
unit: { language: en }
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: printer
    driver: smdr
    transport: { kind: tcp, host: 127.0.0.1, port: ${await listening(printer)} }
    options: { format: panasonic-kx }
destinations:
  - { id: billing, to: { kind: tcp-server, address: 127.0.0.1, port: ${port} } }
`);
    const gateway = new GatewayProcess(["--config", file, "--data", path.join(folder, "data")]);
    const texts: string[] = [];
    const receive = (): Socket => {
      const index = texts.push("") - 1;
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => { texts[index] += bytes.toString("latin1"); });
      return socket;
    };
    try {
      await gateway.running();
      await until("the printer's cable is in", () => cable !== undefined);
      cable?.write(line(1));
      const first = receive();
      await until("the first line", () => texts[0] === line(1));
      cable?.write(line(2));
      await until("the second line", () => texts[0] === line(1) + line(2));
      // Longer than the gateway waits to see a connection die of what it got.
      await pause(1_000);
      first.destroy();
      cable?.write(line(3));
      await pause(300);
      const second = receive();
      await until("the third line", () => texts[1]?.endsWith(line(3)) === true);
      assert.equal(texts[1], line(3));
      second.destroy();
    } finally {
      await gateway.stop();
      printer.close();
      cable?.destroy();
      await removeFolder(folder);
    }
  });
});
