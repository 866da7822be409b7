/** Out of a serial port to an old accounting PC: a pseudo terminal whose far end dies or holds. */

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { symlink, unlink } from "node:fs/promises";
import { ok } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { Batch } from "../../firmware/delivery/destination.js";
import { openOutlet, takeMs } from "../../firmware/delivery/outlet.js";
import { linkId } from "../../firmware/model/identifiers.js";
import { need } from "../requirement.js";
import { assertNoneLost, FeedRig, numbersIn } from "./feed-rig.js";
import { pause, until } from "./gateway-process.js";
import { value } from "./server-rig.js";

const program = `
import os, pty, tty
master, slave = pty.openpty()
tty.setraw(slave)
os.write(1, os.ttyname(slave).encode() + b"\\n")
while True:
    data = os.read(master, 4096)
    while data: data = data[os.write(1, data):]
`;

/** What it has read stays when it dies. */
class OldPc {
  text = "";
  path = "";
  #child: ChildProcess | undefined;

  async start(): Promise<void> {
    const child = spawn("python3", ["-c", program], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    this.path = "";
    let head = "";
    child.stdout.on("data", (bytes: Buffer) => {
      const text = bytes.toString("latin1");
      if (this.path !== "") {
        this.text += text;
        return;
      }
      head += text;
      if (!head.includes("\n")) return;
      this.path = head.slice(0, head.indexOf("\n"));
      this.text += head.slice(head.indexOf("\n") + 1);
    });
    await until("the port is there", () => this.path !== "");
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => { child.on("close", resolve); });
    child.kill("SIGKILL");
    await ended;
  }
}

describe("lines out of a serial port", function () {
  this.timeout(120_000);
  const options = { kind: "serial", baudRate: 115_200, dataBits: 8, parity: "none", stopBits: 1,
    flowControl: "none" } as const;
  const pc = new OldPc();

  before(async function () {
    try {
      await pc.start();
    } catch (error) {
      need(this, "pty", String(error));
    }
  });
  after(async () => { await pc.kill(); });

  it("wait while the other end holds the line, and are not printed twice", async () => {
    const world = new SimulatedWorld();
    const printer = linkId("printer");
    const way = openOutlet({ id: "pc", links: [printer], what: "raw",
      to: { ...options, path: pc.path } }, { world, secret: () => ok(""), unit: () => "unit",
      changed: () => undefined });
    value(await way.open());
    pc.signal("SIGSTOP");
    const line = (n: number): string => `${n} ${"x".repeat(1_000)}\r\n`;
    const numbers = Array.from({ length: 100 }, (_, n) => n);
    const batch: Batch = { link: printer, head: new Uint8Array(0), againUntilMs: undefined,
      pieces: numbers.map((n) => ({ id: `printer/${n}`, atMs: 0, bytes: Buffer.from(line(n)) })) };
    const deliver = async (): Promise<string> => {
      let said: string | undefined;
      void way.deliver(batch).then((taken) => { said = taken.ok ? "taken" : taken.fault.message; });
      await until("it is settled", async () => {
        // Real time for the port, simulated time for the bounds: less where lines still go out.
        await pause(20);
        await world.advance(takeMs / 100);
        return said !== undefined;
      });
      return said ?? "";
    };
    assert.match(await deliver(), /the other end has held the line for 30 s/);
    assert.match(await deliver(), /the other end has held the line for 30 s/);
    pc.signal("SIGCONT");
    assert.equal(await deliver(), "taken");
    const all = numbers.map(line).join("");
    await until("the PC has read it", () => pc.text.length >= all.length);
    assert.equal(pc.text, all);
    await way.close();
  });

  it("are all there, in order, when the PC is killed and comes back", async () => {
    const port = `/dev/shm/jackfield-pc-${process.pid}`;
    const plug = async (): Promise<void> => {
      await pc.start();
      await unlink(port).catch(() => undefined);
      await symlink(pc.path, port);
    };
    await pc.kill();
    pc.text = "";
    await plug();
    const rig = await FeedRig.start([`{ id: pc, to: { kind: serial, path: ${
      port}, baudRate: 115200 } }`]);
    try {
      for (let round = 0; round < 2; round += 1) {
        const printing = rig.print(100);
        await pause(60 * (round + 1));
        await pc.kill();
        // What was cut off in the middle of a line is no line.
        pc.text = pc.text.slice(0, pc.text.lastIndexOf("\n") + 1);
        await printing;
        await plug();
      }
      await rig.print(10);
      await rig.allDelivered();
      await until("the last is there", () => numbersIn(pc.text).at(-1) === rig.printed);
      assertNoneLost(numbersIn(pc.text), rig.printed);
    } finally {
      await rig.release();
      await unlink(port);
    }
  });
});
