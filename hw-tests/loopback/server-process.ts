/** A server of a Debian package on 127.0.0.1: started, killed with all its children, started. */

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import assert from "node:assert/strict";
import { until } from "./gateway-process.js";

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

/** Undefined when the program is there; else what to type for it. */
export function missing(program: string, packageName: string): string | undefined {
  const folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  return folders.some((folder) => existsSync(`${folder}/${program}`)) ? undefined
    : `apt-get install ${packageName}`;
}

export function run(program: string, ...words: readonly string[]): string {
  const ended = spawnSync(program, words, { encoding: "utf8" });
  assert.equal(ended.status, 0, `${program} ${words.join(" ")}: ${ended.stderr}`);
  return ended.stdout;
}

/** The process and all that descend from it. */
function family(pid: number): readonly number[] {
  const parents = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      // proc(5): the name in brackets may hold anything; the parent is the second word behind it.
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      return [[Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])] as const];
    } catch {
      return [];
    }
  });
  const found = [pid];
  for (const member of found) {
    found.push(...parents.filter(([, parent]) => parent === member).map(([child]) => child));
  }
  return found;
}

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (does: boolean): void => {
      socket.destroy();
      resolve(does);
    };
    socket.on("connect", () => { settle(true); });
    socket.on("error", () => { settle(false); });
  });
}

export class ServerProcess {
  readonly #command: readonly string[];
  readonly #port: number;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> | undefined;
  #said = "";
  #reviving = false;

  /** `port`: a TCP port on which it listens when it is ready. */
  constructor(command: readonly string[], port: number) {
    this.#command = command;
    this.#port = port;
  }

  async start(): Promise<void> {
    const [program = "", ...words] = this.#command;
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (bytes: Buffer) => { this.#said += bytes.toString(); });
    }
    let over = false;
    this.#ended = new Promise((resolve) => {
      child.on("error", resolve);
      child.on("exit", resolve);
    }).then(() => { over = true; });
    await until(`${program} listens`, async () => {
      assert.ok(!over, `${program} ended: ${this.#said}`);
      return answers(this.#port);
    });
  }

  /** Starts it again if it has died by itself. */
  async revive(): Promise<void> {
    if (this.#child?.signalCode === null || this.#reviving) return;
    this.#reviving = true;
    await this.start();
    this.#reviving = false;
  }

  /** As when the power of the other machine fails, but for what its kernel still says. */
  async kill(): Promise<void> {
    if (this.#child?.pid === undefined || this.#child.exitCode !== null
      || this.#child.signalCode !== null) return;
    for (const pid of family(this.#child.pid)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself meanwhile.
      }
    }
    await this.#ended;
  }
}
