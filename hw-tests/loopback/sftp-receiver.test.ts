/** Files pushed to OpenSSH's sftp-server, which dies in the middle. */

import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import path from "node:path";
import { ok } from "../../firmware/base/result.js";
import type { Batch, SftpTarget } from "../../firmware/delivery/destination.js";
import { openOutlet, type Outlet } from "../../firmware/delivery/outlet.js";
import { linkId } from "../../firmware/model/identifiers.js";
import { need } from "../requirement.js";
import { FeedRig, numbersIn, upTo } from "./feed-rig.js";
import { pause, removeFolder, temporaryFolder } from "./gateway-process.js";
import { freePort, missing, run, ServerProcess } from "./server-process.js";
import { silentWorld, value } from "./server-rig.js";

describe("files pushed to OpenSSH", function () {
  this.timeout(120_000);
  const user = userInfo().username;
  let folder: string;
  let inbox: string;
  let port: number;
  let fingerprint: string;
  let key: string;
  let server: ServerProcess | undefined;

  before(async function () {
    need(this, "sshd", missing("sshd", "openssh-server"));
    folder = await temporaryFolder("sshd");
    inbox = path.join(folder, "inbox");
    await mkdir(inbox);
    port = await freePort();
    key = path.join(folder, "client");
    for (const name of ["host", "client"]) {
      run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path.join(folder, name));
    }
    fingerprint = run("ssh-keygen", "-lf", path.join(folder, "host.pub")).split(" ")[1] ?? "";
    await writeFile(path.join(folder, "sshd_config"), `
Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/host
AuthorizedKeysFile ${folder}/client.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
PidFile none
Subsystem sftp /usr/lib/openssh/sftp-server
`);
    await chmod(path.join(folder, "host"), 0o600);
    // Where sshd wants to lock itself in; its service makes it.
    if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
    server = new ServerProcess(
      ["/usr/sbin/sshd", "-D", "-e", "-f", path.join(folder, "sshd_config")], port);
    await server.start();
  });
  after(async () => {
    await server?.kill();
    await removeFolder(folder);
  });

  async function outlet(more: Partial<SftpTarget>): Promise<Outlet> {
    const to: SftpTarget = { kind: "sftp", host: "127.0.0.1", port, user, keySecret: "k",
      fingerprint, folder: inbox, name: "{link}.{place}.{time}", everyMinutes: 0, ...more };
    const text = await readFile(key, "utf8");
    return openOutlet({ id: "billing", links: [linkId("printer")], what: "raw", to },
      { world: silentWorld, secret: (name) => ok(name === "k" ? text : "wrong"),
        unit: () => "unit", changed: () => undefined });
  }

  async function reasonOf(more: Partial<SftpTarget>): Promise<string> {
    const opened = await (await outlet(more)).open();
    return opened.ok ? "ok" : `${opened.fault.code} ${opened.fault.message}`;
  }

  it("goes to nobody whose key is not expected, and says which key is offered", async () => {
    const unknown = await reasonOf({ fingerprint: undefined });
    assert.match(unknown, /^peer-untrusted .*no fingerprint is configured/);
    assert.ok(unknown.includes(fingerprint), unknown);
    const other = await reasonOf({ fingerprint: `SHA256:${"A".repeat(43)}` });
    assert.ok(other.startsWith("peer-untrusted ") && other.includes(fingerprint), other);
  });

  it("says what is wrong with the sign-in and with the folder", async () => {
    const login = await reasonOf({ keySecret: undefined, secret: "s" });
    assert.match(login, /^delivery-failed .*authentication/);
    assert.doesNotMatch(login, /wrong/);
    assert.match(await reasonOf({ folder: `${inbox}/none` }), /inbox\/none: No such file/);
  });

  it("puts a repeat in the place of the first, under one name", async () => {
    const page = (text: string, id: string): Batch => ({ link: linkId("printer"),
      head: new Uint8Array(0), againUntilMs: undefined, pieces: [{ id, bytes: Buffer.from(text),
        atMs: Date.parse("2026-11-23T08:00:00.500Z") }] });
    const way = await outlet({});
    value(await way.open());
    const text = "x".repeat(200_000);
    value(await way.deliver(page(text, "printer/12.34+7")));
    value(await way.deliver(page(text, "printer/12.34+7")));
    value(await way.deliver(page("again", "printer/13.0+5")));
    const names = ["printer.000000000012-000034.20261123T080000500Z",
      "printer.000000000013-000000.20261123T080000500Z"];
    assert.deepEqual((await readdir(inbox)).sort(), names);
    assert.deepEqual(await Promise.all(names.map((name) =>
      readFile(path.join(inbox, name), "utf8"))), [text, "again"]);
    await way.close();
  });

  it("gives every line exactly once while the server and the gateway are killed", async () => {
    const files = path.join(folder, "feed");
    await mkdir(files);
    const rig = await FeedRig.start([`{ id: billing, to: { kind: sftp, host: 127.0.0.1, port: ${
      port}, user: ${user}, keySecret: "file:${key}", fingerprint: "${fingerprint}", folder: ${
      files}, everyMinutes: 0 } }`]);
    try {
      await rig.print(20);
      await rig.allDelivered();
      for (let round = 0; round < 3; round += 1) {
        const printing = rig.print(150);
        await pause(20 + 40 * round);
        await server?.kill();
        await printing;
        if (round === 1) await rig.kill();
        await server?.start();
        if (round === 1) await rig.begin();
      }
      await rig.print(20);
      await rig.allDelivered();
      const names = (await readdir(files)).sort();
      assert.deepEqual(names.filter((name) =>
        !/^billing\.printer\.\d{12}-\d{6}\.\d{8}T\d{9}Z\.txt$/.test(name)), []);
      const texts = await Promise.all(names.map((name) =>
        readFile(path.join(files, name), "latin1")));
      assert.deepEqual(numbersIn(texts.join("")), upTo(rig.printed));
    } finally {
      await rig.release();
    }
  });
});
