/** The link doctor of a whole gateway on a pseudo terminal, by API and command line. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { openPtyPair, type PtyPair } from "../../firmware/link/transports/pty.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { AccessService, Role } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { Finding, PortsService, type DiagnosePortResponse }
  from "../../proto/gen/cti/gateway/v1/ports_pb.js";
import { GatewayProcess, pause, removeFolder, temporaryFolder, until } from "./gateway-process.js";
import { Collected, value, type TestClient } from "./server-rig.js";

const record =
  "22/11/26 09:15AM 101   01 <I>03012345678            0'07 00:02'31            AN \r\n";

describe("link doctor on a terminal", function () {
  this.timeout(60_000);
  let folder: string;
  let pty: PtyPair;
  let gateway: GatewayProcess;
  let client: TestClient;
  let tty: string;
  let token: string;
  let heardBytes = 0;

  before(async () => {
    folder = await temporaryFolder("doctor");
    pty = value(await openPtyPair(nodeWorld(() => undefined, "error")));
    tty = pty.devicePath;
    pty.onData((bytes) => { heardBytes += bytes.length; });
    await writeFile(path.join(folder, "gateway.yaml"), `version: 1
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: pbx
    driver: smdr
    transport: { kind: serial, path: ${tty} }
    options: { format: panasonic-kx }
`);
    gateway = new GatewayProcess(
      ["--config", path.join(folder, "gateway.yaml"), "--data", folder]);
    await gateway.running();
    client = (await gateway.signIn(folder, gateway.admin)).client;
    ({ secret: token } = await client.unary(AccessService.method.createToken,
      { name: "installer", role: Role.OPERATOR }));
    await until("the link is up", async () => (await client.unary(
      LinksService.method.getLink, { id: "pbx" })).link?.state === LinkState.UP);
  });

  after(async () => {
    await gateway.stop();
    await pty.close();
    await removeFolder(folder);
  });

  const diagnose = (secondsMax: number): Collected<DiagnosePortResponse> =>
    new Collected(client.stream(PortsService.method.diagnosePort, { port: tty, secondsMax }));
  const verdictOf = ({ step }: DiagnosePortResponse) =>
    step.case === "verdict" ? step.value : undefined;

  it("leaves a port alone that a link holds, and says how to free it", async () => {
    const refused = diagnose(5);
    await assert.rejects(refused.until(() => false), /ctictl link disable pbx/);
  });

  it("listens on serial ports only", async () => {
    for (const port of ["/etc/shadow", "/dev/../etc/shadow", "ttyS0", "usb:nonsense"]) {
      const refused = new Collected(client.stream(PortsService.method.diagnosePort, { port }));
      await assert.rejects(refused.until(() => false),
        /(neither a device file under|ni un fichier sous) \/dev/);
    }
  });

  it("knows the PBX from two records, and ends with a link to put in", async () => {
    await client.unary(LinksService.method.disableLink, { id: "pbx", requestId: "1" });
    const stream = diagnose(20);
    await stream.until((items) => items.length > 0);
    pty.write(Buffer.from(record));
    await pause(700);
    pty.write(Buffer.from(record.replace("101", "102")));
    const items = await stream.until((all) => all.some((each) => verdictOf(each) !== undefined));
    const verdict = items.map(verdictOf).find((each) => each !== undefined);
    assert.equal(verdict?.finding, Finding.RECOGNISED);
    assert.equal(verdict.settings, "9600 8N1");
    assert.equal(verdict.lines, undefined, "a terminal has no modem lines");
    assert.match(verdict.profileYaml, /format: panasonic-kx/);
    assert.equal(verdict.candidates[0]?.samples[1]?.fields["extension"], "102");
  });

  const ctictl = (...words: readonly string[]): ChildProcess => spawn(process.execPath,
    [path.resolve("build/program/ctictl.js"), "link", "doctor", tty, ...words],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, CTICTL_TOKEN: token,
      CTICTL_ADDRESS: `127.0.0.1:${gateway.grpcPort}`,
      CTICTL_CA: path.join(folder, "tls", "authority.pem") } });

  it("says that nothing came, within its time, by command line in French", async () => {
    const child = ctictl("--seconds", "2", "--lang", "fr");
    const [out] = await Promise.all([text(child.stdout ?? assert.fail()), once(child, "exit")]);
    assert.match(out, /Rien n'est venu, et ce port ne sait pas dire/);
    assert.match(out, /RxD/);
    assert.equal(child.exitCode, 0);
  });

  it("ends at Ctrl-C with what was heard so far, and frees the port", async () => {
    const child = ctictl("--seconds", "600", "--lang", "en");
    const told: string[] = [];
    child.stderr?.on("data", (chunk: Buffer) => { told.push(chunk.toString()); });
    const out = text(child.stdout ?? assert.fail());
    try {
      await until("it listens", () => Promise.resolve(told.join("").includes("Listening.")));
      pty.write(Buffer.from(record));
      await until("it has read the record", () => Promise.resolve(told.join("").includes("sure.")));
      child.kill("SIGINT");
      await once(child, "exit");
    } finally {
      child.kill("SIGKILL");
    }
    assert.match(await out, /It is probably Panasonic.*9600 8N1, but too little was seen/);
    assert.equal(child.exitCode, 0);
    await assert.rejects(client.unary(PortsService.method.stopDiagnosis, { port: tty }),
      /(Nobody listens|Personne n'écoute)/);
    const free = diagnose(1);
    await free.until((items) => items.some((each) =>
      verdictOf(each)?.finding === Finding.SILENT));
  });

  it("has sent nothing on the line", () => {
    assert.equal(heardBytes, 0);
  });
});
