/** Messages to mosquitto over TLS, which dies in the middle; mosquitto_sub tells what came. */

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import path from "node:path";
import { ok } from "../../firmware/base/result.js";
import type { MqttTarget, MqttVersion } from "../../firmware/delivery/destination.js";
import { openOutlet } from "../../firmware/delivery/outlet.js";
import { linkId } from "../../firmware/model/identifiers.js";
import { loadOrCreateAuthority } from "../../firmware/northbound/access/authority.js";
import { need } from "../requirement.js";
import { assertNoneLost, FeedRig, numbersIn, upTo } from "./feed-rig.js";
import { pause, removeFolder, temporaryFolder, until } from "./gateway-process.js";
import { freePort, missing, run, ServerProcess } from "./server-process.js";
import { silentWorld, value } from "./server-rig.js";

/** Lets connections through to the server only while it is open. */
class Gate {
  open = true;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(port: number) {
    this.#server = createServer((socket) => {
      const behind = this.open ? connect(port, "127.0.0.1") : undefined;
      for (const each of [socket, behind]) {
        if (each === undefined) continue;
        this.#sockets.add(each);
        each.on("error", () => undefined);
        each.on("close", () => {
          this.#sockets.delete(each);
          socket.destroy();
          behind?.destroy();
        });
      }
      if (behind === undefined) socket.destroy();
      else socket.pipe(behind).pipe(socket);
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => { this.#server.listen(0, "127.0.0.1", resolve); });
    return (this.#server.address() as AddressInfo).port;
  }

  /** As when a cable is cut. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

/** proc_net_tcp: whether a socket here is still open towards a port of 127.0.0.1. */
function connectedTo(port: number): boolean {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const [established, closeWait] = ["01", "08"];
  return readFileSync("/proc/net/tcp", "latin1").split("\n").some((row) => {
    const [, , to, state] = row.trim().split(/ +/);
    return to === remote && (state === established || state === closeWait);
  });
}

describe("messages to mosquitto", function () {
  this.timeout(180_000);
  const password = "a broker's secret";
  let folder: string;
  let tlsPort: number;
  let plainPort: number;
  let authority: string;
  let broker: ServerProcess | undefined;
  let subscriber: ChildProcess | undefined;
  /** `jackfield/printer id:printer/1.0+85 link:printer 22/11/26 ...` */
  let heard: string[] = [];

  before(async function () {
    need(this, "mosquitto", missing("mosquitto", "mosquitto")
      ?? missing("mosquitto_sub", "mosquitto-clients"));
    folder = await temporaryFolder("mosquitto");
    await chmod(folder, 0o755);
    [tlsPort, plainPort] = [await freePort(), await freePort()];
    const own = value(await loadOrCreateAuthority({ folder: path.join(folder, "tls"),
      world: silentWorld, unitName: "broker", names: ["127.0.0.1"] }));
    authority = path.join(folder, "authority.pem");
    await writeFile(authority, own.authorityPem);
    await writeFile(path.join(folder, "key.pem"), own.keyPem);
    await writeFile(path.join(folder, "certificate.pem"), own.certificatePem);
    run("mosquitto_passwd", "-b", "-c", path.join(folder, "passwords"), "jackfield", password);
    const user = process.getuid?.() === 0 ? "user root\n" : "";
    await writeFile(path.join(folder, "mosquitto.conf"), `${user}allow_anonymous false
password_file ${folder}/passwords
persistence false
listener ${tlsPort} 127.0.0.1
keyfile ${folder}/key.pem
certfile ${folder}/certificate.pem
listener ${plainPort} 127.0.0.1
`);
    broker = new ServerProcess(["/usr/sbin/mosquitto", "-c", path.join(folder, "mosquitto.conf")],
      plainPort);
    await start();
  });
  after(async () => {
    await die();
    await removeFolder(folder);
  });

  async function start(): Promise<void> {
    await broker?.start();
    // Line by line, also into a pipe.
    const child = spawn("stdbuf", ["-oL", "mosquitto_sub", "-h", "127.0.0.1",
      "-p", String(plainPort), "-V", "5",
      "-u", "jackfield", "-P", password, "-q", "0", "-t", "jackfield/#", "-d",
      "-F", "%t %P %p"], { stdio: ["ignore", "pipe", "inherit"] });
    subscriber = child;
    let text = "";
    let subscribed = false;
    child.stdout.on("data", (bytes: Buffer) => {
      text += bytes.toString("latin1");
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      heard.push(...lines.filter((line) => line.startsWith("jackfield/")));
      subscribed ||= lines.some((line) => line.startsWith("Subscribed"));
    });
    await until("mosquitto_sub has subscribed", () => subscribed);
  }

  /**
   * The broker first: what it said it took, it had sent on (no word of a subscriber that dies
   * before it is the gateway's to keep). The subscriber when it has read to the end of its
   * connection.
   */
  async function die(): Promise<void> {
    await broker?.kill();
    await until("mosquitto_sub has read all", () => !connectedTo(plainPort));
    if (subscriber === undefined || subscriber.exitCode !== null) return;
    const ended = once(subscriber, "close");
    subscriber.kill("SIGKILL");
    await ended;
  }

  async function reasonOf(more: Partial<MqttTarget>): Promise<string> {
    const to: MqttTarget = { kind: "mqtt", host: "127.0.0.1", port: tlsPort, user: "jackfield",
      secret: "s", topic: "t", qos: 1, tls: { authority }, ...more };
    const way = openOutlet({ id: "billing", links: [linkId("printer")], what: "raw", to },
      { world: silentWorld, secret: () => ok("wrong"), unit: () => "unit",
        changed: () => undefined });
    const opened = await way.open();
    await way.close();
    return opened.ok ? "ok" : `${opened.fault.code} ${opened.fault.message}`;
  }

  async function feed(qos: 1 | 2, gate: Gate, version: MqttVersion = "5"): Promise<FeedRig> {
    heard = [];
    return FeedRig.start([`{ id: billing, to: { kind: mqtt, host: 127.0.0.1, port: ${
      await gate.listen()}, user: jackfield, secret: env:BROKER, qos: ${qos}, version: "${
      version}", tls: { authority: ${authority} } } }`], { BROKER: password });
  }

  /** A repeat has the id of the first, and an id stands for one line. */
  function assertIds(): void {
    const found = new Map<string, string>();
    for (const each of heard) {
      const [, id = "", text = ""] =
        /^jackfield\/printer id:(printer\/\d+\.\d+\+\d+) link:printer (22\/11.*)$/.exec(each) ?? [];
      assert.notEqual(id, "", each);
      assert.equal(found.get(id) ?? text, text);
      found.set(id, text);
    }
  }

  it("are sent to a server that is trusted, and with a password that it takes", async () => {
    assert.match(await reasonOf({ tls: {} }), /^peer-untrusted /);
    for (const version of ["5", "3.1.1"] as const) {
      assert.match(await reasonOf({ version }),
        /^delivery-failed .*(bad user name|not authorised)/);
    }
  });

  const exactlyOnce = async (version: MqttVersion): Promise<void> => {
    const gate = new Gate(tlsPort);
    const rig = await feed(2, gate, version);
    try {
      for (let round = 0; round < 3; round += 1) {
        const printing = rig.print(150);
        await pause(30 * (round + 1));
        gate.cut();
        await printing;
      }
      await rig.allDelivered();
      await until("all are heard", () => heard.length >= rig.printed);
      assert.deepEqual(numbersIn(heard.join("\n")), upTo(rig.printed));
      if (version === "5") assertIds();
      else assert.ok(heard.every((each) => /^jackfield\/printer +22\/11/.test(each)), heard[0]);
    } finally {
      await rig.release();
      gate.close();
    }
  };

  for (const version of ["5", "3.1.1"] as const) {
    it(`of QoS 2 come exactly once while the connection is cut, in version ${version}`, () =>
      exactlyOnce(version));
  }

  for (const qos of [1, 2] as const) {
    it(`of QoS ${qos} are lost by nobody's death, and repeats have their ids`, async () => {
      const gate = new Gate(tlsPort);
      const rig = await feed(qos, gate);
      try {
        for (let round = 0; round < 3; round += 1) {
          const printing = rig.print(150);
          await pause(30 * (round + 1));
          gate.open = false;
          await die();
          await printing;
          if (round === 1) await rig.kill();
          await start();
          gate.open = true;
          if (round === 1) await rig.begin();
        }
        await rig.allDelivered();
        await until("the last is heard", () =>
          numbersIn(heard.at(-1) ?? "").includes(rig.printed));
        assertNoneLost(numbersIn(heard.join("\n")), rig.printed);
        assertIds();
      } finally {
        await rig.release();
        gate.close();
      }
    });
  }
});
