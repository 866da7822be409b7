/** A line that a gateway was receiving as it was stopped in order, and what the next one makes. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import path from "node:path";
import { openPtyPair, type PtyPair } from "../../firmware/link/transports/pty.js";
import { DeliveryService, type LedgerDay }
  from "../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { GatewayProcess, removeFolder, temporaryFolder, until, type SignedIn }
  from "./gateway-process.js";
import { silentWorld, value } from "./server-rig.js";

/** A line of a Panasonic printer; the last four digits of the number tell which. */
function line(number: number): string {
  return `22/11/26 09:15AM 101   01 <I>0301234${String(number).padStart(4, "0")}            `
    + "0'07 00:02'31            AN \r\n";
}

const ends = line(0).length;
/** Where the line is cut, and how: twice in one line, between CR and LF, by a kill as well. */
const stops: readonly (readonly [at: number, signal: NodeJS.Signals])[] = [
  [1, "SIGTERM"], [30, "SIGTERM"], [ends, "SIGTERM"], [ends + 60, "SIGKILL"],
  [2 * ends - 1, "SIGTERM"], [3 * ends + 50, "SIGTERM"],
];

describe("a gateway that is stopped in the middle of a line", function () {
  this.timeout(120_000);
  let folder: string;
  let port: PtyPair;
  let caller: Server;
  let cable: Socket | undefined;
  let gateway: GatewayProcess;
  let admin: GatewayProcess["admin"] | undefined;
  let user: SignedIn;

  before(async () => {
    folder = await temporaryFolder("cut-line");
    port = value(await openPtyPair(silentWorld));
    caller = createServer((socket) => {
      socket.on("error", () => undefined);
      cable = socket;
    });
    await new Promise<void>((resolve) => { caller.listen(0, "127.0.0.1", resolve); });
    await writeFile(path.join(folder, "gateway.yaml"), `version: 1
unit: { language: en, timeZone: UTC }
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: serial
    driver: smdr
    transport: { kind: serial, path: ${port.devicePath} }
    options: { format: panasonic-kx }
  - id: tcp
    driver: smdr
    transport: { kind: tcp, host: 127.0.0.1, port: ${(caller.address() as AddressInfo).port} }
    options: { format: panasonic-kx }
destinations:
  - { id: files, to: { kind: file, folder: ${path.join(folder, "files")}, rotate: daily } }
`);
    await begin();
  });
  after(async () => {
    await gateway.stop();
    cable?.destroy();
    caller.close();
    await port.close();
    await removeFolder(folder);
  });

  const begin = async (): Promise<void> => {
    cable = undefined;
    gateway = new GatewayProcess(["--config", path.join(folder, "gateway.yaml"),
      "--data", path.join(folder, "data")]);
    await gateway.running();
    admin ??= gateway.admin;
    user = await gateway.signIn(path.join(folder, "data"), admin);
    await until("both links are up", async () => (await user.client.unary(
      LinksService.method.listLinks, {})).links.every(({ state }) => state === LinkState.UP));
  };
  const sum = async (link: string, of: (row: LedgerDay) => bigint): Promise<number> => {
    const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    const { days } = await user.client.unary(DeliveryService.method.getLedger,
      { link, fromDay: day(Date.now() - 86_400_000), toDay: day(Date.now()) });
    return Number(days.reduce((total, row) => total + of(row), 0n));
  };
  const came = (link: string, bytes: number): Promise<void> => until(`${bytes} bytes are durable`,
    async () => await sum(link, ({ bytesIn }) => bytesIn) === bytes);
  const numbers = async (link: string): Promise<readonly number[]> =>
    (await user.client.unary(RecordsService.method.listRecords, { query: { link } })).records
      .map(({ calling }) => Number(calling?.raw.slice(-4))).sort();
  const delivered = async (link: string): Promise<string> => {
    const names = (await readdir(path.join(folder, "files"))).filter((name) =>
      name.includes(link)).sort();
    return (await Promise.all(names.map((name) =>
      readFile(path.join(folder, "files", name), "latin1")))).join("");
  };

  it("has each record of a serial line once, whole, and gives on each byte once", async () => {
    const feed = [1, 2, 3, 4].map(line).join("");
    let at = 0;
    for (const [to, signal] of stops) {
      port.write(Buffer.from(feed.slice(at, to)));
      at = to;
      await came("serial", at);
      const { code } = await gateway.stop(signal);
      assert.equal(code, signal === "SIGTERM" ? 0 : null);
      await begin();
    }
    port.write(Buffer.from(feed.slice(at)));
    await came("serial", feed.length);
    await until("all are records", async () => (await numbers("serial")).length === 4);
    assert.deepEqual(await numbers("serial"), [1, 2, 3, 4]);
    await until("all is delivered", async () => (await delivered("serial")).length >= feed.length);
    assert.equal(await delivered("serial"), feed);
    // The ends of lines are no record's.
    assert.equal(await sum("serial", ({ recordBytes, skippedBytes }) =>
      recordBytes + skippedBytes), feed.length);
    assert.equal(await sum("serial", ({ garbageBytes }) => garbageBytes), 0);
    assert.equal(await sum("serial", ({ adriftBytes }) => adriftBytes), 0);
  });

  it("keeps a piece raw where its connection ends with it, gives it on and tells", async () => {
    const piece = line(5).slice(0, 40);
    cable?.write(`${line(4)}${piece}`);
    await came("tcp", ends + piece.length);
    await gateway.stop();
    await begin();
    // The PBX sends it once more, whole.
    cable?.write(line(5));
    await came("tcp", 2 * ends + piece.length);
    await until("both are records", async () => (await numbers("tcp")).length === 2);
    assert.deepEqual(await numbers("tcp"), [4, 5]);
    await until("all is delivered", async () =>
      (await delivered("tcp")).length >= 2 * ends + piece.length);
    assert.ok((await delivered("tcp")).startsWith(`${line(4)}${piece}`));
    assert.ok((await delivered("tcp")).endsWith(line(5)));
    assert.equal(await sum("tcp", ({ garbageBytes }) => garbageBytes), piece.length);
    assert.equal(await sum("tcp", ({ adriftBytes }) => adriftBytes), 0);
  });
});
