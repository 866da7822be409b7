/** Transports on real sockets and pseudo terminals of the kernel. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, open as openFile, rm, symlink, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import * as x509 from "@peculiar/x509";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { done, fail, inLanguage, ok, type Result } from "../../firmware/base/result.js";
import { driver as smdr } from "../../drivers/smdr/driver.js";
import { createSmdrPeer } from "../../drivers/smdr/peer.js";
import { createLink } from "../../firmware/link/link-runtime.js";
import { linkId } from "../../firmware/model/identifiers.js";
import type { CompletedCall } from "../../firmware/model/records.js";
import type { Transport } from "../../firmware/link/transport.js";
import { sendBufferMax } from "../../firmware/link/transports/duplex.js";
import type { SerialOptions } from "../../firmware/link/transports/options.js";
import { openPtyPair, type PtyPair } from "../../firmware/link/transports/pty.js";
import { transportOpener } from "../../firmware/link/transports/registry.js";
import { openSerialLine } from "../../firmware/link/transports/serial.js";
import { setTerminal } from "../../firmware/link/transports/termios.js";
import { supersedeMs, tcpListenOpener } from "../../firmware/link/transports/tcp.js";
import { need } from "../requirement.js";
import { until } from "./gateway-process.js";

const world = nodeWorld(() => undefined, "error");

function good<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  return result.value;
}

function faultOf(result: Result<unknown>): string {
  return result.ok ? "ok" : result.fault.code;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => { resolve((server.address() as AddressInfo).port); });
  });
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => { server.close(() => { resolve(); }); });
}

/** Resolves when the transport has received `count` bytes. */
function received(transport: Transport, count: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let all = Buffer.alloc(0);
    transport.onReceive((bytes, atMs) => {
      assert.ok(atMs > 0);
      all = Buffer.concat([all, bytes]);
      if (all.length >= count) resolve(all);
    });
  });
}

function closedReason(transport: Transport): Promise<string> {
  return new Promise((resolve) => {
    transport.onClosed((reason) => { resolve(inLanguage(reason, "en")); });
  });
}

describe("tcp transport", () => {
  it("carries bytes both ways, says who closed, and refuses to send afterwards", async () => {
    const server = createServer((socket) => {
      socket.write("hello");
      socket.once("data", (bytes) => { socket.end(bytes); });
    });
    const port = await listen(server);
    const opener = transportOpener({ kind: "tcp", host: "127.0.0.1", port }, world);
    const transport = good(await opener.open(2_000));
    assert.equal(transport.description, `tcp 127.0.0.1:${port}`);
    const closed = closedReason(transport);
    const echoed = received(transport, 9);
    good(transport.send(Buffer.from("ping")));
    assert.equal((await echoed).toString(), "helloping");
    assert.equal(await closed, "closed by the other end");
    assert.equal(faultOf(transport.send(Buffer.from("x"))), "link-down");
    await shut(server);
  });

  it("delivers what came before anybody listened", async () => {
    const server = createServer((socket) => { socket.end("early"); });
    const port = await listen(server);
    const transport = good(await transportOpener(
      { kind: "tcp", host: "127.0.0.1", port }, world).open(2_000));
    const second = connect(port, "127.0.0.1");
    await new Promise((resolve) => { second.once("close", resolve).resume(); });
    assert.equal((await received(transport, 5)).toString(), "early");
    transport.close();
    await shut(server);
  });

  it("refuses to send beyond its bound", async () => {
    let peer: Socket | undefined;
    const server = createServer((socket) => { peer = socket; });
    const port = await listen(server);
    const transport = good(await transportOpener(
      { kind: "tcp", host: "127.0.0.1", port }, world).open(2_000));
    const piece = Buffer.alloc(sendBufferMax);
    let taken = 0;
    while (taken < 64 && transport.send(piece).ok) taken += 1;
    assert.ok(taken >= 1 && taken < 64);
    assert.equal(faultOf(transport.send(piece)), "queue-full");
    transport.close();
    peer?.destroy();
    await shut(server);
  });

  it("names the reason when nobody listens, and keeps its deadline", async () => {
    const server = createServer();
    const port = await listen(server);
    await shut(server);
    const refused = await transportOpener(
      { kind: "tcp", host: "127.0.0.1", port }, world).open(2_000);
    assert.ok(!refused.ok && refused.fault.code === "link-down");
    assert.match(refused.fault.message, /nothing listens there/);
    const overdue = await transportOpener(
      { kind: "tcp", host: "127.0.0.1", port }, world).open(0);
    assert.ok(!overdue.ok);
  });
});

describe("a PBX that sends faster than we work", () => {
  it("does not keep the rest of the gateway waiting between its chunks", async () => {
    const all = 8 * 1_048_576;
    const server = createServer((socket) => { socket.end(Buffer.alloc(all)); });
    const transport = good(await transportOpener(
      { kind: "tcp", host: "127.0.0.1", port: await listen(server) }, world).open(2_000));
    let [sinceTurn, most, total] = [0, 0, 0];
    const turn = (): void => {
      sinceTurn = 0;
      if (total < all) setImmediate(turn);
    };
    await new Promise<void>((resolve) => {
      transport.onReceive((bytes) => {
        sinceTurn += bytes.length;
        total += bytes.length;
        most = Math.max(most, sinceTurn);
        for (const untilMs = performance.now() + 2; performance.now() < untilMs;);
        if (total === all) resolve();
      });
      turn();
    });
    assert.ok(most <= 2 * 65_536, `${most} bytes in one turn`);
    transport.close();
    await shut(server);
  });
});

describe("tcp-listen transport", () => {
  it("waits for the PBX, turns a second one away, and stays for the next session", async () => {
    const opener = tcpListenOpener({ kind: "tcp-listen", address: "127.0.0.1", port: 0 }, world);
    const waiting = await opener.open(10);
    assert.equal(faultOf(waiting), "deadline-passed");
    const port = opener.port ?? 0;
    const first = connect(port, "127.0.0.1", () => { first.write("record"); });
    const transport = good(await opener.open(2_000));
    assert.equal((await received(transport, 6)).toString(), "record");
    const second = connect(port, "127.0.0.1");
    await new Promise((resolve) => { second.on("error", () => undefined).once("close", resolve); });
    const closed = closedReason(transport);
    first.end();
    assert.equal(await closed, "closed by the other end");
    const offered = new Promise<void>((resolve) => { opener.onOffer?.(resolve); });
    const third = connect(port, "127.0.0.1", () => { third.write("again"); });
    await offered;
    const next = good(await opener.open(2_000));
    assert.equal((await received(next, 5)).toString(), "again");
    const rival = tcpListenOpener({ kind: "tcp-listen", address: "127.0.0.1", port }, world);
    assert.equal(faultOf(await rival.open(100)), "address-in-use");
    await opener.close();
    third.destroy();
    const anew = await opener.open(10);
    assert.equal(faultOf(anew), "deadline-passed");
    await opener.close();
  });
});

describe("tcp-listen transport and a PBX that lost its power", () => {
  it("lets the same host replace its silent former self", async () => {
    const simulated = new SimulatedWorld();
    const opener = tcpListenOpener(
      { kind: "tcp-listen", address: "127.0.0.1", port: 0 }, simulated);
    const opening = opener.open(60_000);
    while (opener.port === undefined) await new Promise((resolve) => setImmediate(resolve));
    const { port } = opener;
    const dead = connect(port, "127.0.0.1").on("error", () => undefined);
    const transport = good(await opening);
    const closed = closedReason(transport);
    transport.onReceive(() => undefined);
    await simulated.advance(supersedeMs);
    const offered = new Promise<void>((resolve) => { opener.onOffer?.(resolve); });
    const reborn = connect(port, "127.0.0.1", () => { reborn.write("back"); });
    await offered;
    assert.match(await closed, /connected anew/);
    const next = good(await opener.open(60_000));
    assert.equal((await received(next, 4)).toString(), "back");
    await opener.close();
    dead.destroy();
    reborn.destroy();
  });
});

describe("tls transport", () => {
  let port = 0;
  let pem = "";
  let fingerprint = "";
  let folder = "";
  let server: ReturnType<typeof createTlsServer>;

  before(async () => {
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: "01", name: "CN=pbx.example", keys, signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true),
        new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "pbx.example" }]),
      ],
    });
    pem = certificate.toString("pem");
    fingerprint = Buffer.from(await certificate.getThumbprint("SHA-256")).toString("hex");
    const key = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
    const keyPem = `-----BEGIN PRIVATE KEY-----\n${
      key.toString("base64")}\n-----END PRIVATE KEY-----\n`;
    server = createTlsServer({ key: keyPem, cert: pem }, (socket) => {
      socket.on("error", () => undefined);
      socket.write("hello");
    });
    server.on("tlsClientError", () => undefined);
    port = await listen(server);
    folder = await mkdtemp(join(tmpdir(), "link-tls-"));
    await writeFile(join(folder, "authority.pem"), pem);
  });

  after(async () => {
    await shut(server);
    await rm(folder, { recursive: true });
  });

  function open(more: object): Promise<Result<Transport>> {
    return transportOpener({ kind: "tls", host: "127.0.0.1", port, ...more }, world).open(5_000);
  }

  async function greets(more: object): Promise<void> {
    const transport = good(await open(more));
    assert.equal((await received(transport, 5)).toString(), "hello");
    const closed = closedReason(transport);
    transport.close();
    assert.equal(await closed, "closed by us");
  }

  it("accepts a pinned self-signed certificate, with colons or without", async () => {
    await greets({ fingerprint });
    await greets({ fingerprint: fingerprint.toUpperCase().replace(/(..)(?!$)/g, "$1:") });
  });

  it("accepts an authority and the name in the certificate", async () => {
    await greets({ authority: join(folder, "authority.pem"), serverName: "pbx.example" });
  });

  it("refuses a wrong fingerprint, a wrong name, an unknown authority", async () => {
    const authority = join(folder, "authority.pem");
    const wrong = randomBytes(32).toString("hex");
    assert.equal(faultOf(await open({ fingerprint: wrong })), "peer-untrusted");
    assert.equal(faultOf(await open({ authority, serverName: "other" })), "peer-untrusted");
    assert.equal(faultOf(await open({ authority, fingerprint, serverName: "other" })),
      "peer-untrusted");
    assert.equal(faultOf(await open({ serverName: "pbx.example" })), "peer-untrusted");
    assert.equal(faultOf(await open({ authority: join(folder, "none.pem") })), "precondition");
  });

  it("refuses a peer that speaks no TLS", async () => {
    const plain = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.resume().end("Asterisk Call Manager/7.0.3\r\n");
    });
    const plainPort = await listen(plain);
    const result = await transportOpener(
      { kind: "tls", host: "127.0.0.1", port: plainPort, fingerprint }, world).open(5_000);
    assert.equal(faultOf(result), "protocol-violation");
    await shut(plain);
  });
});

for (const helper of ["perl", "python3"] as const) {
  describe(`serial transport on a pseudo terminal made by ${helper}`, () => {
    const settings: Omit<SerialOptions, "path"> = {
      kind: "serial", baudRate: 9_600, dataBits: 8, parity: "none", stopBits: 1,
      flowControl: "none",
    };
    let pair: PtyPair;

    beforeEach(async function () {
      const opened = await openPtyPair(world, 5_000, [helper]);
      need(this, helper === "perl" ? "pty" : helper, opened.ok ? undefined : opened.fault.message);
      pair = good(opened);
    });

    afterEach(async () => { await pair.close(); });

    function open(): Promise<Result<Transport>> {
      return transportOpener({ ...settings, path: pair.devicePath }, world).open(2_000);
    }

    it("carries every octet both ways unchanged", async () => {
      const transport = good(await open());
      assert.equal(transport.description, `serial ${pair.devicePath} 9600 8N1`);
      const every = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
      const arrived = received(transport, 256);
      good(pair.write(every));
      assert.deepEqual(await arrived, every);
      const back = new Promise<Buffer>((resolve) => {
        let all = Buffer.alloc(0);
        pair.onData((bytes) => {
          all = Buffer.concat([all, bytes]);
          if (all.length >= 256) resolve(all);
        });
      });
      good(transport.send(every));
      assert.deepEqual(await back, every);
      transport.close();
    });

    it("goes on marking at another speed, a usual one or not; has no modem lines", async () => {
      const line = good(await openSerialLine({ ...settings, path: pair.devicePath }, world, 2_000));
      const octets: number[] = [];
      line.onReceive((given) => { octets.push(...given); });
      assert.equal(await line.lines(), undefined);
      for (const baudRate of [19_200, 31_250, 1_200]) {
        octets.length = 0;
        good(await line.setBaudRate(baudRate));
        // The kernel marks an octet of all ones by doubling it (POSIX.1 PARMRK).
        good(pair.write(Buffer.from([0xff, 0x41])));
        await until("both are there", () => octets.length >= 2);
        assert.deepEqual(octets, [0xff, 0x41]);
      }
      await new Promise((resolve) => { line.port.close(resolve); });
    });

    it("is exclusive, and opens again after it was closed", async () => {
      const transport = good(await open());
      const rival = await open();
      assert.ok(!rival.ok && rival.fault.code === "port-locked", JSON.stringify(rival));
      const closed = closedReason(transport);
      transport.close();
      assert.equal(await closed, "closed by us");
      let again = await open();
      for (let n = 0; n < 50 && !again.ok; n += 1) again = await open();
      const arrived = received(good(again), 3);
      good(pair.write(Buffer.from("new")));
      assert.equal((await arrived).toString(), "new");
      good(again).close();
    });

    it("counts damage, and lets go of the port at once though it was read from", async () => {
      for (let round = 0; round < 3; round += 1) {
        const line = good(await openSerialLine({ ...settings, path: pair.devicePath }, world,
          2_000));
        assert.equal(line.errorsCounted, true);
        const heard = new Promise<void>((resolve) => { line.onReceive(() => { resolve(); }); });
        good(pair.write(Buffer.from("x")));
        await heard;
        await new Promise((resolve) => { line.port.close(resolve); });
      }
    });

    it("notices that the other end is gone", async () => {
      const transport = good(await open());
      transport.onReceive(() => undefined);
      const closed = closedReason(transport);
      await pair.close();
      assert.match(await closed, /gone|closed/);
      const absent = await open();
      assert.equal(faultOf(absent), "port-absent");
    });
  });
}

describe("marking of damaged octets", () => {
  it("is refused where the system cannot do it", async () => {
    const file = await openFile("/dev/null");
    assert.equal(await setTerminal(file.fd, "none"), "getTermios: ENOTTY");
    await file.close();
  });
});

describe("mark and space parity", () => {
  it("is refused where the driver of the port does not have it", async function () {
    const pair = await openPtyPair(world);
    need(this, "pty", pair.ok ? undefined : pair.fault.message);
    const open = (parity: SerialOptions["parity"]): Promise<Result<Transport>> =>
      transportOpener({ kind: "serial", path: good(pair).devicePath, baudRate: 9_600, dataBits: 7,
        parity, stopBits: 1, flowControl: "none" }, world).open(5_000);
    for (const parity of ["mark", "space"] as const) {
      assert.equal(faultOf(await open(parity)), "service-not-supported");
    }
    good(await open("even")).close();
    await good(pair).close();
  });
});

describe("one and a half stop bits", () => {
  it("go with five data bits, and are refused with more", async function () {
    const pair = await openPtyPair(world);
    need(this, "pty", pair.ok ? undefined : pair.fault.message);
    const open = (dataBits: SerialOptions["dataBits"]): Promise<Result<Transport>> =>
      transportOpener({ kind: "serial", path: good(pair).devicePath, baudRate: 300, dataBits,
        parity: "none", stopBits: 1.5, flowControl: "none" }, world).open(5_000);
    const five = good(await open(5));
    assert.match(five.description, / 300 5N1\.5$/);
    const closed = closedReason(five);
    five.close();
    await closed;
    assert.equal(faultOf(await open(8)), "service-not-supported");
    await good(pair).close();
  });
});

describe("a serial port that is not there yet", () => {
  it("is offered as soon as it is plugged in, each time, until nobody wants it", async function () {
    const folder = await mkdtemp(join(tmpdir(), "link-offer-"));
    const path = join(folder, "usb-serial-by-id");
    const opener = transportOpener({ kind: "serial", path, baudRate: 9_600, dataBits: 8,
      parity: "none", stopBits: 1, flowControl: "none" }, world);
    let offered = (): void => undefined;
    let offers = 0;
    opener.onOffer?.(() => {
      offers += 1;
      offered();
    });
    assert.equal(faultOf(await opener.open(2_000)), "port-absent");
    for (let round = 1; round <= 2; round += 1) {
      const next = new Promise<void>((resolve) => { offered = resolve; });
      const opened = await openPtyPair(world);
      need(this, "pty", opened.ok ? undefined : opened.fault.message);
      await symlink(good(opened).devicePath, path);
      await next;
      assert.equal(offers, round);
      const transport = good(await opener.open(2_000));
      transport.onReceive(() => undefined);
      const closed = closedReason(transport);
      await good(opened).close();
      assert.match(await closed, /gone|closed/);
      await rm(path);
    }
    await opener.close();
    await rm(folder, { recursive: true });
  });
});

describe("a link on a serial port that is unplugged and plugged in elsewhere", () => {
  it("notices, retries, and goes on recording at the port's stable name", async function () {
    const folder = await mkdtemp(join(tmpdir(), "link-serial-"));
    const path = join(folder, "usb-serial-by-id");
    const plug = async (): Promise<PtyPair> => {
      const opened = await openPtyPair(world);
      need(this, "pty", opened.ok ? undefined : opened.fault.message);
      const pair = good(opened);
      await rm(path, { force: true });
      await symlink(pair.devicePath, path);
      return pair;
    };
    const first = await plug();
    const records: CompletedCall[] = [];
    const changes: string[] = [];
    let changed = (): void => undefined;
    const until = (met: () => boolean): Promise<void> => new Promise((resolve) => {
      changed = () => { if (met()) resolve(); };
      changed();
    });
    const kept: Buffer[] = [];
    const options = good(smdr.options.parse({ format: "panasonic-kx" }));
    const link = createLink({
      id: linkId("pbx"), title: "", driver: smdr, options, world, enabled: true,
      opener: transportOpener({ kind: "serial", path, baudRate: 9_600, dataBits: 8,
        parity: "none", stopBits: 1, flowControl: "none" }, world),
      secret: (reference) => fail("not-found", reference),
      rawKeeper: {
        keep: (_link, bytes, line) => {
          // A pseudo terminal has settings, and no modem lines to tell of.
          assert.deepEqual(line, { channel: `serial ${path} 9600 8N1` });
          kept.push(Buffer.from(bytes));
          return Promise.resolve(ok(BigInt(kept.length)));
        },
        place: () => Promise.resolve({ ok: true, value: undefined }),
        keepWhole: () => Promise.resolve(fail("internal", "a serial line has no frames")),
        async *read() { /* Nothing is read back here. */ },
        newest: () => Promise.resolve([]),
      },
      sink: {
        event: () => undefined, snapshot: () => undefined, forgotten: () => undefined,
        garbage: () => undefined, accounted: () => undefined, up: () => undefined,
        page: () => Promise.resolve(done), pageStatus: () => undefined,
        down: () => undefined,
        record: (call) => {
          records.push(call);
          changed();
        },
        stateChanged: ({ state }) => {
          changes.push("reason" in state ? `${state.name} ${inLanguage(state.reason, "en")}`
            : state.name);
          changed();
        },
      },
    });
    await link.start();
    await until(() => link.status.state.name === "up");
    const print = (pair: PtyPair): void => {
      const send = (bytes: Uint8Array): void => { good(pair.write(bytes)); };
      createSmdrPeer({ format: "panasonic-kx", world, send })
        .print({ device: "101", trunk: "01", number: "0145678901", direction: "outgoing",
          ringMs: 0, talkMs: 5_000 });
    };
    print(first);
    await until(() => records.length === 1);
    assert.ok((records[0]?.rawPosition ?? 0n) >= 1n);
    await first.close();
    await until(() => link.status.state.name === "down");
    assert.match(changes.at(-1) ?? "", /gone|closed/);
    const second = await plug();
    await until(() => link.status.state.name === "up");
    print(second);
    await until(() => records.length === 2);
    assert.equal(Buffer.concat(kept).toString().split("\r\n").length, 3);
    await link.stop(2_000);
    await second.close();
    await rm(folder, { recursive: true });
  });
});
