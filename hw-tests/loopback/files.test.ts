/**
 * Call records from files: Asterisk's `Master.csv`, rotated in both ways, and files put into a
 * folder by renaming and by FTP. The gateway is killed in the middle: every record is there once.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, copyFile, mkdir, readdir, rename, stat, truncate, writeFile }
  from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { ciscoCucm } from "../../drivers/smdr/formats/cisco-cucm.js";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { startGatewayUnderTest } from "../gateway-under-test.js";
import { ftpUser, FtpServer, needFtpServer } from "./ftp-server.js";
import { GatewayProcess, pause, removeFolder, temporaryFolder, until } from "./gateway-process.js";
import type { TestClient } from "./server-rig.js";

/** As `cdr_csv` writes it with `loguniqueid`. */
function asteriskLine(call: number): string {
  const at = (seconds: number): string =>
    new Date(1_795_338_000_000 + (call + seconds) * 1_000).toISOString().slice(0, 19)
      .replace("T", " ");
  return `"","03${call}","205","from-trunk","""A"" <03${call}>","PJSIP/provider-${
    call.toString(16).padStart(8, "0")}","PJSIP/205-0000001b","Dial","PJSIP/205,30","${at(0)}","${
    at(5)}","${at(75)}",75,70,"ANSWERED","DOCUMENTATION","a-${call}",""\n`;
}

const [layout] = ciscoCucm.layouts;
const names = layout?.kind === "csv" ? layout.fields.map(({ name }) => name) : [];
const heads = `${names.map((name) => `"${name}"`).join(",")}\n${
  names.map(() => "INTEGER").join(",")}\n`;

/** A file of an interval, with its two lines of heads, and a quality record. */
function cucmFile(calls: readonly number[]): string {
  return heads + calls.map((call) => {
    const start = 1_795_338_000 + call;
    const values: Readonly<Record<string, string>> = { cdrRecordType: "1",
      globalCallID_callManagerId: "1", globalCallID_callId: String(call),
      dateTimeOrigination: String(start), dateTimeConnect: String(start + 5),
      dateTimeDisconnect: String(start + 75), duration: "70", callingPartyNumber: `"03${call}"`,
      finalCalledPartyNumber: '"205"', origDeviceName: '"GW-Berlin"',
      destDeviceName: '"SEP001122334455"',
      pkid: `"1f0c0000-3a5b-4c1d-9e2f-${call.toString(16).padStart(12, "0")}"` };
    return `${[...names.map((name) => values[name] ?? "0"),
      ...Array.from({ length: 25 }, () => "0")].join(",")}\n`;
  }).join("") + "2,1,5012,2290011,1795338902\n";
}

async function references(client: TestClient, link: string): Promise<string[]> {
  const found: string[] = [];
  for (let pageToken = ""; ;) {
    const page = await client.unary(RecordsService.method.listRecords,
      { query: { link }, pageSize: 500, pageToken });
    found.push(...page.records.map(({ pbxReference }) => pbxReference));
    pageToken = page.nextPageToken;
    if (pageToken === "") return found;
  }
}

async function exactly(
  client: TestClient, link: string, expected: readonly string[],
): Promise<void> {
  let found: string[] = [];
  await until(`${expected.length} records of ${link}`, async () => {
    found = await references(client, link);
    return found.length >= expected.length;
  }).catch(() => undefined);
  assert.deepEqual(found.sort(), [...expected].sort());
}

describe("files as sources of records, and a gateway that is killed", function () {
  this.timeout(180_000);

  it("has every record once, over rotations and kills, and the files in done/", async () => {
    const folder = await temporaryFolder("files");
    const at = (name: string): string => path.join(folder, name);
    const data = at("data");
    for (const name of ["cdr-csv", "cucm"]) await mkdir(at(name));
    const master = at("cdr-csv/Master.csv");
    await writeFile(at("config.yaml"), `version: 1
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: asterisk
    driver: smdr
    transport: { kind: file, path: "${master}" }
    options: { format: asterisk-cdr }
  - id: cucm
    driver: smdr
    transport: { kind: folder, folder: "${at("cucm")}", steadySeconds: 0 }
    options: { format: cisco-cucm }
`);
    const start = async (): Promise<GatewayProcess> => {
      const process_ = new GatewayProcess(["--config", at("config.yaml"), "--data", data]);
      await process_.running();
      return process_;
    };
    let gateway = await start();
    const { admin } = gateway;
    let calls = 0;
    let files = 0;
    const write = async (count: number): Promise<void> => {
      const first = calls;
      calls += count;
      const each = Array.from({ length: count }, (_, index) => first + index);
      await appendFile(master, each.map(asteriskLine).join(""));
      for (let done = 0; done < count; done += 100) {
        const name = `cucm/cdr_${String(files).padStart(4, "0")}`;
        await writeFile(at(`${name}.tmp`), cucmFile(each.slice(done, done + 100)));
        await rename(at(`${name}.tmp`), at(name));
        files += 1;
      }
    };
    // A kill falls into waiting, storing, parsing, writing or moving, as it happens.
    for (const [round, restMs] of [1_100, 700, 1_400, 900].entries()) {
      await write(1_000);
      await pause(restMs);
      if (round === 1) await rename(master, `${master}.2`);
      await write(20);
      await gateway.stop("SIGKILL");
      if (round === 2) {
        await copyFile(master, `${master}.1`);
        await truncate(master);
      }
      await write(20);
      gateway = await start();
    }
    const { client } = await gateway.signIn(data, admin);
    const all = Array.from({ length: calls }, (_, call) => call);
    await exactly(client, "asterisk", all.map((call) => `a-${call}`));
    await exactly(client, "cucm", all.map((call) => `1-${call}`));
    await until("all files are in done/", async () =>
      (await readdir(at("cucm"))).join() === "done");
    assert.equal((await readdir(at("cucm/done"))).length, files);
    await gateway.stop();
    await removeFolder(folder);
  });
});

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => { resolve(port); });
    });
  });
}

describe("files put by FTP into the folder of a link, by curl through vsftpd", function () {
  this.timeout(60_000);
  let folder: string;
  let home: string;
  let server: FtpServer | undefined;
  let port: number;

  before(async function () {
    needFtpServer(this);
    folder = await temporaryFolder("ftp");
    home = path.join(folder, "cucm");
    await mkdir(home);
    port = await freePort();
    server = await FtpServer.start({ folder, home, port, password: "s3cr3t" });
  });

  after(async () => {
    await server?.stop();
    if (server !== undefined) await removeFolder(folder);
  });

  function curl(user: string, name: string, ...parameters: readonly string[]): Promise<number> {
    return new Promise((resolve) => {
      execFile("curl", ["--silent", "--max-time", "20", "--user", user, ...parameters,
        `ftp://127.0.0.1:${port}/${name}`], (error) => {
        resolve(typeof error?.code === "number" ? error.code : 0);
      });
    });
  }

  it("makes records of them, and keeps them in done/", async () => {
    const file = path.join(folder, "upload");
    const under = await startGatewayUnderTest({ config: `links:
  - id: cucm
    driver: smdr
    transport: { kind: folder, folder: "${home}", steadySeconds: 1 }
    options: { format: cisco-cucm }
` });
    const user = `${ftpUser}:s3cr3t`;
    await writeFile(file, cucmFile([1, 2]));
    assert.equal(await curl(user, "cdr_1", "-T", file), 0);
    assert.equal((await stat(path.join(home, "cdr_1"))).mode & 0o777, 0o660);
    await writeFile(file, cucmFile([3]));
    assert.equal(await curl(user, "cdr_2", "-T", file, "--ssl-reqd", "--insecure"), 0);
    await exactly(under.client, "cucm", ["1-1", "1-2", "1-3"]);
    await until("the files are in done/", async () =>
      (await readdir(path.join(home, "done")).catch(() => [])).sort().join() === "cdr_1,cdr_2");
    await under.stop();
  });

  it("lets nobody in without the password, and nobody fetch, list or remove", async () => {
    const user = `${ftpUser}:s3cr3t`;
    const file = path.join(folder, "upload");
    await writeFile(file, "x");
    assert.equal(await curl(`${ftpUser}:guess`, "a", "-T", file), 67);
    assert.equal(await curl("anonymous:a@b", "a", "-T", file), 67);
    assert.equal(await curl(user, ".left", "-T", file), 0);
    assert.notEqual(await curl(user, ".left"), 0);
    assert.notEqual(await curl(user, ""), 0);
    assert.notEqual(await curl(user, ".left", "-T", file, "--quote", "DELE .left"), 0);
    assert.notEqual(await curl(user, "../etc/jackfield", "--path-as-is", "-T", file), 0);
    assert.deepEqual((await readdir(home)).filter((name) => name !== "done"), [".left"]);
  });
});
