/** A gateway that cannot start says what to do, and its exit code says what kind of thing it is. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server } from "node:net";
import path from "node:path";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { simulateAmi } from "../../drivers/simulation.js";
import { GatewayProcess, removeFolder, temporaryFolder, until, type Ended }
  from "./gateway-process.js";
import { value } from "./server-rig.js";

const usage = 64;
const unavailable = 69;
const dataFolder = 74;
const configuration = 78;

function document(more: string, grpcPort = 0, webPort = 0): string {
  return `version: 1
unit: { language: en }
grpc: { address: 127.0.0.1, port: ${grpcPort} }
web: { address: 127.0.0.1, port: ${webPort} }
${more}`;
}

describe("a start that fails", function () {
  this.timeout(30_000);
  let folder: string;
  let taken: Server;
  let takenPort: number;

  before(async () => {
    folder = await temporaryFolder("start");
    taken = createServer();
    await new Promise<void>((resolve) => { taken.listen(0, "127.0.0.1", resolve); });
    takenPort = (taken.address() as AddressInfo).port;
  });
  after(async () => {
    await new Promise((resolve) => { taken.close(resolve); });
    await removeFolder(folder);
  });

  async function failure(parameters: readonly string[]): Promise<Ended> {
    const gateway = new GatewayProcess(parameters);
    return gateway.ended;
  }

  async function withDocument(text: string, data = "data"): Promise<Ended> {
    const file = path.join(folder, "gateway.yaml");
    await writeFile(file, text);
    return failure(["--config", file, "--data", path.join(folder, data)]);
  }

  it("names every unknown key with its path and line", async () => {
    const ended = await withDocument(document(
      "links:\n  - id: pbx\n    driver: smdr\n    colour: red\n"
      + "    transport: { kind: tcp, host: h, port: 1, speed: 3 }\nretentions: {}\n"));
    assert.equal(ended.code, configuration, ended.stderr);
    assert.match(ended.stderr, /links\[0\]\.colour.*8|line 8.*links\[0\]\.colour/);
    assert.match(ended.stderr, /links\[0\]\.transport\.speed/);
    assert.match(ended.stderr, /retentions/);
    assert.match(ended.stderr, /correct them all/);
    assert.doesNotMatch(ended.stderr, /\bat .*\.js:\d+/, "no stack trace");
  });

  it("says where a document is not YAML", async () => {
    const ended = await withDocument("version: 1\nlinks: [\n");
    assert.equal(ended.code, configuration, ended.stderr);
    assert.match(ended.stderr, /line [23]/);
  });

  it("says which configuration file is missing", async () => {
    const ended = await failure(["--config", path.join(folder, "none.yaml"),
      "--data", path.join(folder, "none")]);
    assert.equal(ended.code, configuration);
    assert.match(ended.stderr, /none\.yaml cannot be read[^]*--config/);
  });

  it("says which port of which server is in use, and starts once another is given", async () => {
    const grpc = await withDocument(document("", takenPort), "ports");
    assert.equal(grpc.code, unavailable, grpc.stderr);
    assert.match(grpc.stderr, new RegExp(`grpc.*${takenPort}[^]*choose another port`, "i"));
    const web = await withDocument(document("", 0, takenPort), "ports");
    assert.equal(web.code, unavailable, web.stderr);
    assert.match(web.stderr, new RegExp(`web.*${takenPort}[^]*choose another port`, "i"));
    assert.doesNotMatch(web.stderr, /in force again/);
    const file = path.join(folder, "gateway.yaml");
    await writeFile(file, document(""));
    const better = new GatewayProcess(["--config", file, "--data", path.join(folder, "ports")]);
    await better.running();
    assert.match(better.stdout, /the first one is in .*first-admin\.txt/);
    assert.equal((await better.stop()).code, 0);
  });

  it("says that the data folder is not a folder, cannot be made, or is used already", async () => {
    const file = path.join(folder, "a-file");
    await writeFile(file, "");
    const notFolder = await failure(["--data", file]);
    assert.equal(notFolder.code, dataFolder, notFolder.stderr);
    assert.match(notFolder.stderr, /a-file[^]*--data/);
    const forbidden = await failure(["--data", "/dev/null/jackfield"]);
    assert.equal(forbidden.code, dataFolder, forbidden.stderr);
    assert.match(forbidden.stderr, /\/dev\/null\/jackfield[^]*--data/);
    const config = path.join(folder, "gateway.yaml");
    await writeFile(config, document(""));
    for (const more of [[], ["--office"], ["--log", "-"], ["--office", "--log", "-"],
      ["--config", config, "--log", "-"]]) {
      const refused = await failure(["--data", "/proc/jackfield/data", ...more]);
      assert.equal(refused.code, dataFolder, more.join(" ") + refused.stderr);
      assert.match(refused.stderr, /\/proc\/jackfield[^]*(--data|data folder)/);
    }
    const parameters = ["--config", config, "--data", path.join(folder, "locked")];
    const first = new GatewayProcess(parameters);
    await first.running();
    const second = await failure(parameters);
    assert.equal(second.code, dataFolder, second.stderr);
    assert.match(second.stderr, /another|already|in use|locked/i);
    assert.equal((await first.stop()).code, 0);
    const storeIsFile = path.join(folder, "odd");
    const odd = new GatewayProcess(["--config", config, "--data", storeIsFile]);
    await odd.running();
    await odd.stop();
    await removeFolder(path.join(storeIsFile, "store"));
    await writeFile(path.join(storeIsFile, "store"), "");
    const refused = await failure(["--config", config, "--data", storeIsFile]);
    assert.equal(refused.code, dataFolder, refused.stderr);
    assert.match(refused.stderr, /disk and rights/);
  });

  it("explains wrong arguments", async () => {
    for (const parameters of [["--nonsense"], ["--web-port", "1"], ["walk"],
      ["--office", "--grpc-port", "70000"], ["--log-level", "loud"]]) {
      const ended = await failure([...parameters, "--data", path.join(folder, "arguments")]);
      assert.equal(ended.code, usage, parameters.join(" "));
      assert.match(ended.stderr, /^jackfield: /);
    }
  });

  it("runs in spite of a wrong secret: the link is down with the reason and advice", async () => {
    const world = nodeWorld(() => undefined, "error");
    const asterisk = value(await simulateAmi({ world, seed: 1, address: "127.0.0.1", port: 0,
      user: "jackfield", secret: "right" }));
    const file = path.join(folder, "wrong.yaml");
    const data = path.join(folder, "wrong");
    await writeFile(file, document(`links:
  - id: pbx
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${asterisk.port} }
    options: { user: jackfield, secret: env:WRONG_SECRET }
`));
    const gateway = new GatewayProcess(["--config", file, "--data", data],
      { WRONG_SECRET: "wrong-secret-value" });
    await gateway.running();
    const { client } = await gateway.signIn(data, gateway.admin);
    await until("the link is down", async () => {
      const { links } = await client.unary(LinksService.method.listLinks, {});
      return links[0]?.state === LinkState.DOWN
        && /refused the manager user "jackfield" or its secret/.test(links[0].reason);
    });
    const { alarms } = await client.unary(SystemService.method.listAlarms, {});
    const alarm = alarms.find(({ code }) => code === "link-down");
    assert.match(alarm?.text ?? "", /refused/);
    assert.match(alarm?.advice ?? "", /user and secret/);
    const ended = await gateway.stop();
    assert.equal(ended.code, 0);
    assert.doesNotMatch(ended.stdout + ended.stderr, /wrong-secret-value/);
    await asterisk.stop();
  });
});
