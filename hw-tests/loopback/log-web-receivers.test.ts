/** Lines to rsyslog, and by HTTPS to nginx with a program behind it; both die in the middle. */

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { loadOrCreateAuthority } from "../../firmware/northbound/access/authority.js";
import { need } from "../requirement.js";
import { assertNoneLost, FeedRig, numbersIn } from "./feed-rig.js";
import { pause, removeFolder, temporaryFolder, until } from "./gateway-process.js";
import { freePort, missing, ServerProcess } from "./server-process.js";
import { silentWorld, value } from "./server-rig.js";

/** Prints in three rounds, in each of which the server is killed. */
async function killThrice(rig: FeedRig, server?: ServerProcess): Promise<void> {
  assert.ok(server !== undefined);
  for (let round = 0; round < 3; round += 1) {
    const printing = rig.print(150);
    await pause(40 * (round + 1));
    await server.kill();
    await printing;
    await server.start();
  }
  await rig.print(10);
  await rig.allDelivered();
}

describe("lines to rsyslog", function () {
  this.timeout(120_000);
  let folder: string;
  let port: number;
  let server: ServerProcess | undefined;

  before(async function () {
    need(this, "rsyslog", missing("rsyslogd", "rsyslog"));
    folder = await temporaryFolder("rsyslog");
    port = await freePort();
    await writeFile(path.join(folder, "rsyslog.conf"), `
global(workDirectory="${folder}")
main_queue(queue.type="Direct")
module(load="imtcp")
module(load="imudp")
template(name="fields" type="string" string="%timestamp:::date-rfc3339,date-utc% %hostname% `
  + `%app-name% %procid% %msgid% %pri-text%|%msg%\\n")
ruleset(name="tcp" queue.type="Direct") {
  action(type="omfile" file="${folder}/tcp.log" template="fields")
}
ruleset(name="udp" queue.type="Direct") {
  action(type="omfile" file="${folder}/udp.log" template="fields")
}
input(type="imtcp" port="${port}" address="127.0.0.1" ruleset="tcp")
input(type="imudp" port="${port}" address="127.0.0.1" ruleset="udp")
`);
    server = new ServerProcess(["/usr/sbin/rsyslogd", "-n", "-f",
      path.join(folder, "rsyslog.conf"), "-i", path.join(folder, "pid")], port);
    await server.start();
  });
  after(async () => {
    await server?.kill();
    await removeFolder(folder);
  });

  const kept = async (name: string): Promise<string> =>
    readFile(path.join(folder, name), "latin1").catch(() => "");

  /** The fields as RFC 5424 has them; procid and msgid together name the line. */
  function assertFields(text: string): void {
    const lines = text.split("\n").filter((line) => line !== "");
    const ids = new Map<string, string>();
    for (const each of lines) {
      const [, place = "", line = ""] = new RegExp("^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(?:Z|\\+00:00) "
        + "jackfield jackfield printer (\\d+\\.\\d+\\+\\d+) local0\\.info\\| ?(22/11.*)$")
        .exec(each) ?? [];
      assert.notEqual(place, "", each);
      assert.equal(ids.get(place) ?? line, line);
      ids.set(place, line);
    }
  }

  it("over TCP are all kept, with their fields, though it is killed", async () => {
    const rig = await FeedRig.start([
      `{ id: log, to: { kind: syslog, host: 127.0.0.1, port: ${port} } }`]);
    try {
      await killThrice(rig, server);
      await until("the last is kept", async () =>
        numbersIn(await kept("tcp.log")).includes(rig.printed));
      const text = await kept("tcp.log");
      assertNoneLost(numbersIn(text), rig.printed);
      assertFields(text);
    } finally {
      await rig.release();
    }
  });

  it("over UDP are kept while it lives, with their fields", async () => {
    const rig = await FeedRig.start([
      `{ id: log, to: { kind: syslog, host: 127.0.0.1, port: ${port}, over: udp } }`]);
    try {
      for (let round = 0; round < 10; round += 1) {
        await rig.print(10);
        await rig.allDelivered();
      }
      await until("all are kept", async () => numbersIn(await kept("udp.log")).length >= 100);
      const text = await kept("udp.log");
      assertNoneLost(numbersIn(text), rig.printed);
      assertFields(text);
    } finally {
      await rig.release();
    }
  });
});

describe("lines by HTTPS to nginx", function () {
  this.timeout(120_000);
  let folder: string;
  let server: ServerProcess | undefined;
  let port: number;
  const bodies: { readonly first: string; readonly text: string }[] = [];
  const behind = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => undefined);
    request.on("data", (chunk: Buffer) => { chunks.push(chunk); });
    request.on("end", () => {
      bodies.push({ first: String(request.headers["jackfield-first"]),
        text: Buffer.concat(chunks).toString("latin1") });
      response.end();
    });
  });

  before(async function () {
    need(this, "nginx", missing("nginx", "nginx-light"));
    folder = await temporaryFolder("nginx");
    await mkdir(path.join(folder, "temporary"));
    port = await freePort();
    await new Promise<void>((resolve) => { behind.listen(0, "127.0.0.1", resolve); });
    const own = value(await loadOrCreateAuthority({ folder: path.join(folder, "tls"),
      world: silentWorld, unitName: "web", names: ["127.0.0.1"] }));
    await writeFile(path.join(folder, "authority.pem"), own.authorityPem);
    await writeFile(path.join(folder, "key.pem"), own.keyPem);
    await writeFile(path.join(folder, "certificate.pem"), own.certificatePem);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) =>
      `${name}_temp_path ${folder}/temporary/${name};`).join("\n");
    const user = process.getuid?.() === 0 ? "user root;\n" : "";
    await writeFile(path.join(folder, "nginx.conf"), `${user}daemon off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events {}
http {
access_log off;
${temporary}
server {
  listen 127.0.0.1:${port} ssl;
  ssl_certificate ${folder}/certificate.pem;
  ssl_certificate_key ${folder}/key.pem;
  location / { proxy_pass http://127.0.0.1:${(behind.address() as AddressInfo).port}; }
}
}
`);
    server = new ServerProcess(["/usr/sbin/nginx", "-e", path.join(folder, "error.log"), "-c",
      path.join(folder, "nginx.conf")], port);
    await server.start();
  });
  after(async () => {
    await server?.kill();
    behind.closeAllConnections();
    behind.close();
    await removeFolder(folder);
  });

  it("all arrive though it is killed, and a repeat begins with the same id", async () => {
    const rig = await FeedRig.start([`{ id: hook, to: { kind: http, url: "https://127.0.0.1:${
      port}/calls", authority: ${folder}/authority.pem } }`]);
    try {
      await killThrice(rig, server);
      assertNoneLost(numbersIn(bodies.map(({ text }) => text).join("")), rig.printed);
      const found = new Map<number, string>();
      for (const { first, text } of bodies) {
        const [number = 0] = numbersIn(text);
        assert.equal(found.get(number) ?? first, first);
        found.set(number, first);
      }
    } finally {
      await rig.release();
    }
  });
});
