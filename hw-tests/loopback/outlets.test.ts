/** Ways to destinations on real files and sockets: what a whole gateway would show too slowly. */

import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { readdir, readFile, unlink, utimes, writeFile } from "node:fs/promises";
import { createServer as createHttp } from "node:http";
import { createServer, type AddressInfo, type Socket } from "node:net";
import path from "node:path";
import { createServer as createTls } from "node:tls";
import { ok } from "../../firmware/base/result.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { Batch, Content, Destination, Target } from "../../firmware/delivery/destination.js";
import { openOutlet, takeMs, type Outlet } from "../../firmware/delivery/outlet.js";
import { linkId } from "../../firmware/model/identifiers.js";
import { loadOrCreateAuthority } from "../../firmware/northbound/access/authority.js";
import { removeFolder, temporaryFolder, until } from "./gateway-process.js";
import { value } from "./server-rig.js";

const printer = linkId("printer");
const real = nodeWorld(() => undefined, "error");

function outlet(to: Target, what: Content = "raw", world: typeof real = real): Outlet {
  const destination: Destination = { id: "billing", links: [printer], what, to };
  return openOutlet(destination, { world, secret: () => ok("key"), unit: () => "unit",
    changed: () => undefined });
}

function batch(...lines: readonly (readonly [at: string, text: string])[]): Batch {
  return { link: printer, head: Buffer.from("head\r\n"), againUntilMs: undefined,
    pieces: lines.map(([at, text], index) => ({ id: `printer/${index + 1}`,
      atMs: Date.parse(at), bytes: Buffer.from(text) })) };
}

describe("files as a destination", () => {
  let folder: string;
  beforeEach(async () => { folder = await temporaryFolder("outlets"); });
  afterEach(async () => { await removeFolder(folder); });

  it("are one an hour, begin with the head once, and hold what came in that hour", async () => {
    const files = path.join(folder, "new", "files");
    const out = outlet({ kind: "file", folder: files, rotate: "hourly", keepDays: 10_000 },
      "records-csv");
    value(await out.open());
    value(await out.deliver(batch(["2026-11-23T08:59:59Z", "one\r\n"],
      ["2026-11-23T09:00:00Z", "two\r\n"])));
    value(await out.deliver(batch(["2026-11-23T09:30:00Z", "three\r\n"])));
    const read = (hour: string): Promise<string> =>
      readFile(path.join(files, `billing.printer.2026-11-23T${hour}.csv`), "utf8");
    assert.deepEqual(await Promise.all([read("08"), read("09")]),
      ["head\r\none\r\n", "head\r\ntwo\r\nthree\r\n"]);
  });

  it("are removed when they are too old, and nobody else's are", async () => {
    const old = ["billing.printer.2026-11-12.txt", "billing.other.2026-11-12T23.txt"];
    const others = ["billing.printer.2026-11-12.csv", "other.printer.2020-01-01.txt", "notes.txt",
      "billing.printer.old.txt"];
    const late = "billing.printer.2026-11-01.txt";
    const stay = [...others, late];
    for (const name of [...old, ...stay]) {
      await writeFile(path.join(folder, name), "x");
      const at = new Date(name === late ? "2026-11-20T08:00:00Z" : "2026-11-12T08:00:00Z");
      await utimes(path.join(folder, name), at, at);
    }
    const out = outlet({ kind: "file", folder, rotate: "daily", keepDays: 10 }, "raw",
      new SimulatedWorld());
    value(await out.deliver(batch(["2026-11-23T08:00:00Z", "one\r\n"])));
    assert.deepEqual(await readdir(folder),
      [...stay, "billing.printer.2026-11-23.txt"].sort());
  });

  it("say why they cannot be written, and go on when they can", async () => {
    const name = path.join(folder, "file");
    await writeFile(name, "in the way");
    const out = outlet({ kind: "file", folder: name, rotate: "daily", keepDays: 1 });
    const opened = await out.open();
    assert.equal(opened.ok ? "ok" : opened.fault.code, "delivery-failed");
    const taken = await out.deliver(batch(["2026-11-23T08:00:00Z", "one\r\n"]));
    assert.ok(!taken.ok && taken.fault.message.includes(name), JSON.stringify(taken));
    await unlink(name);
    value(await out.open());
    value(await out.deliver(batch(["2026-11-23T08:00:00Z", "one\r\n"])));
    assert.deepEqual(await readdir(name), ["billing.printer.2026-11-23.txt"]);
  });
});

describe("a stream as a destination", () => {
  it("fails when the other end takes nothing, and lets it go", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.pause();
      sockets.push(socket);
    });
    await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
    const world = new SimulatedWorld();
    const out = outlet({ kind: "tcp-client", host: "127.0.0.1",
      port: (server.address() as AddressInfo).port }, "raw", world);
    value(await out.open());
    const big = Array.from({ length: 30 }, () => "x".repeat(30_000)).join("");
    let failed = "";
    // The kernels of both ends take a few pages before they refuse.
    for (let page = 0; page < 40 && failed === ""; page += 1) {
      const taking = out.deliver(batch(["2026-11-23T08:00:00Z", big]));
      const settled = taking.then((taken) => { failed = taken.ok ? "" : taken.fault.message; });
      let over = false;
      void settled.then(() => { over = true; });
      await until("the page is settled", async () => {
        await world.advance(100);
        return over;
      });
    }
    assert.match(failed, new RegExp(`takes nothing for ${takeMs / 1_000} s`));
    const again = await out.open();
    assert.ok(!again.ok, "the loss is told once");
    value(await out.open());
    await out.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => { server.close(resolve); });
  });
});

describe("a stream with TLS as a destination", () => {
  it("goes only to the one that is trusted", async () => {
    const folder = await temporaryFolder("outlets-tls");
    const { keyPem, certificatePem, authorityPem } = value(await loadOrCreateAuthority({
      folder, world: real, unitName: "receiver", names: ["127.0.0.1"] }));
    const authority = path.join(folder, "trusted.pem");
    await writeFile(authority, authorityPem);
    let heard = "";
    const server = createTls({ key: keyPem, cert: certificatePem }, (socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => { heard += bytes.toString(); });
    });
    await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
    const to = { kind: "tcp-client", host: "127.0.0.1",
      port: (server.address() as AddressInfo).port } as const;
    const stranger = outlet({ ...to, tls: {} });
    const refused = await stranger.open();
    assert.equal(refused.ok ? "ok" : refused.fault.code, "peer-untrusted");
    const out = outlet({ ...to, tls: { authority } });
    value(await out.open());
    value(await out.deliver(batch(["2026-11-23T08:00:00Z", "one\r\n"])));
    assert(out.settled !== undefined);
    value(await out.settled());
    assert.equal(heard, "head\r\none\r\n");
    await out.close();
    await stranger.close();
    await new Promise((resolve) => { server.close(resolve); });
    await removeFolder(folder);
  });
});

describe("a web server as a destination", () => {
  it("has taken only what it has answered, in time", async () => {
    const requests: string[] = [];
    const server = createHttp((request, response) => {
      request.resume();
      request.on("end", () => {
        requests.push([request.headers["jackfield-unit"], request.headers["jackfield-first"],
          request.headers["jackfield-last"], request.headers["x-signature-256"] ?? "unsigned",
        ].join(" "));
        if (requests.length > 1) response.end();
      });
    });
    await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
    const { port } = server.address() as AddressInfo;
    const world = new SimulatedWorld();
    const out = outlet({ kind: "http", url: `http://127.0.0.1:${port}/calls?token=hush`,
      signatureHeader: "X-Signature-256" }, "raw", world);
    const page = batch(["2026-11-23T08:00:00Z", "one\r\n"],
      ["2026-11-23T08:00:00Z", "two\r\n"]);
    const silent = out.deliver(page);
    await until("it was asked", () => requests.length === 1);
    await world.advance(takeMs);
    const failed = await silent;
    assert.ok(!failed.ok && /no answer within 30 s/.test(failed.fault.message));
    assert.doesNotMatch(failed.fault.message, /hush/);
    value(await out.deliver(page));
    const expected = "unit printer/1 printer/2 unsigned";
    assert.deepEqual(requests, [expected, expected]);
    await new Promise((resolve) => { server.close(resolve); });
  });
});

describe("syslog in datagrams as a destination", () => {
  it("is a datagram a line", async () => {
    const socket = createSocket("udp4");
    const heard: string[] = [];
    socket.on("message", (bytes) => { heard.push(bytes.toString()); });
    await new Promise<void>((resolve) => { socket.bind(0, "127.0.0.1", resolve); });
    const out = outlet({ kind: "syslog", host: "127.0.0.1", port: socket.address().port,
      over: "udp" });
    value(await out.open());
    value(await out.deliver(batch(["2026-11-23T08:00:00Z", "one\r\n"],
      ["2026-11-23T08:00:00Z", "two\r\n"])));
    await until("both are heard", () => heard.length === 2);
    assert.deepEqual(heard, ["1 - one", "2 - two"].map((text) =>
      `<134>1 2026-11-23T08:00:00.000Z unit jackfield printer ${text}`));
    await out.close();
    socket.close();
  });
});
