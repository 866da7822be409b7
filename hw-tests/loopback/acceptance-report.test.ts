/** A site handed over: a report from a whole gateway with a PBX's printer on a serial line. */

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { status } from "@grpc/grpc-js";
import { createSmdrPeer, type SmdrPeer } from "../../drivers/smdr/peer.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { nodeEnvironment, type Environment } from "../../firmware/cli/environment.js";
import { runProgram } from "../../firmware/cli/program.js";
import { openPtyPair, type PtyPair } from "../../firmware/link/transports/pty.js";
import { AccessService, Role } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { ReportsService } from "../../proto/gen/cti/gateway/v1/reports_pb.js";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { GatewayProcess, removeFolder, temporaryFolder, until, type SignedIn }
  from "./gateway-process.js";
import { TestClient, value } from "./server-rig.js";

const world = nodeWorld(() => undefined, "error");
let machine: Environment | undefined;

describe("acceptance report of a whole gateway", function () {
  this.timeout(120_000);
  let folder: string;
  let line: PtyPair;
  let pbx: SmdrPeer;
  let gateway: GatewayProcess;
  let user: SignedIn;
  let token: string;
  let err = "";
  let out = "";
  /** Called with everything that the program says on its error stream. */
  let said: (text: string) => void = () => undefined;

  async function ctictl(...argv: readonly string[]): Promise<number> {
    machine ??= nodeEnvironment();
    out = "";
    err = "";
    const environment: Environment = { ...machine, home: folder, variables: {}, columns: undefined,
      interactive: false,
      out: async (content) => {
        await Promise.resolve();
        out += typeof content === "string" ? content : Buffer.from(content).toString("latin1");
      },
      err: (text) => {
        err += text;
        said(text);
      } };
    return runProgram({ environment, version: "1.2.3" }, argv);
  }

  const reach = (): readonly string[] => ["--address", `127.0.0.1:${gateway.grpcPort}`,
    "--token", token, "--ca", path.join(folder, "tls", "authority.pem")];
  const authority = (): string => path.join(folder, "tls", "authority.pem");

  before(async () => {
    folder = await temporaryFolder("acceptance");
    line = value(await openPtyPair(world));
    pbx = createSmdrPeer({ format: "panasonic-kx", world, live: false,
      send: (bytes) => { line.write(bytes); } });
    const configFile = path.join(folder, "config.yaml");
    await writeFile(configFile, `version: 1
unit: { name: lyon-1, language: en }
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: pbx
    driver: smdr
    transport: { kind: serial, path: ${line.devicePath} }
    options: { format: panasonic-kx }
destinations:
  - { id: billing, to: { kind: file, folder: "${path.join(folder, "billing")}" } }
`);
    gateway = new GatewayProcess(["--data", folder, "--config", configFile]);
    await gateway.running();
    user = await gateway.signIn(folder, gateway.admin);
    ({ secret: token } = await user.client.unary(AccessService.method.createToken,
      { name: "installer", role: Role.OPERATOR }));
    await linkIs(LinkState.UP);
  });

  after(async () => {
    await gateway.stop("SIGKILL");
    await line.close();
    await removeFolder(folder);
  });

  async function linkIs(state: LinkState): Promise<void> {
    await until("the link's state", async () => {
      const { link } = await user.client.unary(LinksService.method.getLink, { id: "pbx" });
      return link?.state === state;
    });
  }

  /** Makes a call when it is asked for. */
  async function runWithCall(out: string, ...more: readonly string[]): Promise<number> {
    said = (text) => {
      if (!text.startsWith("Make a test call now")) return;
      pbx.print({ device: "101", trunk: "01", number: "0142685300", direction: "outgoing",
        ringMs: 0, talkMs: 65_000 });
    };
    const code = await ctictl(...reach(), "report", "run", "--out", path.join(folder, out),
      "--wait", "60", ...more);
    said = () => undefined;
    return code;
  }

  it("sees the test call, says when, and is good until a byte of it is changed", async () => {
    assert.equal(await runWithCall("first", "--site", "Lyon <Part-Dieu>", "--installer", "Ann"),
      0, err);
    const [, at = ""] = /pbx: a call was seen at (\d\d:\d\d:\d\d): outgoing/.exec(err) ?? [];
    assert.notEqual(at, "", err);
    const files = ["REPORT.html", "REPORT.json"].map((name) => path.join(folder, "first", name));
    const html = await readFile(files[0] ?? "", "utf8");
    assert.ok(html.includes(at) && html.includes("0142685300"), "the call stands in the page");
    assert.ok(html.includes("Lyon &lt;Part-Dieu&gt;") && html.includes(line.devicePath));
    const { report } = JSON.parse(await readFile(files[1] ?? "", "utf8"));
    const [outcomes] = report.subjects.filter(({ name }: { name: string }) => name === "pbx")
      .map(({ tests }: { tests: { key: string; outcome: string }[] }) =>
        Object.fromEntries(tests.map(({ key, outcome }) => [key, outcome])));
    assert.deepEqual(outcomes, Object.fromEntries(["state", "received", "damage", "readable",
      "ledger", "clock", "alarms", "test-call"].map((key) => [key, "passed"])));
    for (const file of files) {
      const good = await readFile(file);
      assert.equal(await ctictl("report", "verify", file, "--authority", authority()), 0, err);
      assert.match(out, /^GOOD: report 1, as the unit lyon-1 signed it/);
      assert.equal(await ctictl("report", "verify", file, "--fingerprint", "AB".repeat(32)), 7);
      const bad = Buffer.from(good);
      bad[bad.indexOf("0142685300")] = "9".charCodeAt(0);
      await writeFile(file, bad);
      assert.equal(await ctictl("report", "verify", file, "--authority", authority(),
        "--lang", "fr"), 1);
      assert.match(err, /MODIFIÉ depuis sa signature/);
      await writeFile(file, good);
    }
  });

  it("fails a PBX whose clock is wrong, although its call is seen", async () => {
    pbx.setClock(3_600_000);
    assert.equal(await runWithCall("clock"), 1);
    assert.match(out, /^link pbx +The PBX's clock is right +failed .* ahead of our clock/m);
    assert.match(out, /^link pbx +A test call is seen +passed +seen at /m);
    pbx.setClock(0);
  });

  it("shows in a later run what is not as it was: the cable is out", async () => {
    await line.close();
    await linkIs(LinkState.DOWN);
    assert.equal(await ctictl(...reach(), "report", "run", "--out", path.join(folder, "second"),
      "--lang", "fr"), 1);
    assert.match(err, /le verdict est : échoué/);
    const html = await readFile(path.join(folder, "second", "REPORT.html"), "utf8");
    assert.match(html, /Différences avec le rapport 2/);
    assert.match(html, /<td>Lien pbx<\/td><td>Le lien est établi<\/td><td>réussi<\/td><td>échoué/);
    assert.equal(await ctictl(...reach(), "report", "diff", "1", "3", "--lang", "en"), 0, err);
    assert.match(out, /^link pbx +The link is up +passed +failed: /m);
    assert.match(out, /^link pbx +A test call is seen +passed +not run: the link is not up/m);
    assert.equal(await ctictl(...reach(), "report", "list", "--output", "json"), 0, err);
    assert.deepEqual(JSON.parse(out).reports.map(({ number }: { number: string }) => number),
      ["3", "2", "1"]);
  });

  it("is refused to a viewer, and audited", async () => {
    const { secret } = await user.client.unary(AccessService.method.createToken,
      { name: "screen", role: Role.VIEWER });
    const viewer = new TestClient({ authority: { authorityPem: user.authorityPem } },
      gateway.grpcPort, secret);
    for (const method of ReportsService.methods) {
      assert.equal(await viewer.statusOf(method), status.PERMISSION_DENIED, method.name);
    }
    viewer.close();
    assert.equal(await ctictl("--address", `127.0.0.1:${gateway.grpcPort}`, "--token", secret,
      "--ca", authority(), "report", "run", "--wait", "0"), 4);
    const { entries } = await user.client.unary(SystemService.method.listAudit, {});
    const runs = entries.filter(({ action }) => action === "RunAcceptance");
    assert.ok(runs.some(({ actor, outcome }) => actor === "token:installer" && outcome === "ok"));
    assert.ok(runs.some(({ actor, outcome }) => actor === "token:screen"
      && outcome === "permission-denied"));
  });
});
