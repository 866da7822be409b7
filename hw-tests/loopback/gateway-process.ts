/** The gateway as a process of its own, as a user starts it, and clients that look into it. */

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { AccessService } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { TestClient } from "./server-rig.js";

const program = path.resolve("build/program/main.js");
const started = /Stop: {7}Ctrl-C/;
const pollMs = 20;

/** The program's first line says with what it runs: it has a say in its memory. */
function interpreter(): readonly string[] {
  return /^#!.* -S (.+)$/m.exec(readFileSync(program, "utf8"))?.[1]?.split(" ") ?? [];
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One run of the program. */
export class GatewayProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = "";
  #stderr = "";
  #over = false;
  #clients: TestClient[] = [];

  constructor(parameters: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.child = spawn("env", [...interpreter(), program, ...parameters], {
      env: { ...process.env, PATH: `${path.dirname(process.execPath)}:${process.env["PATH"]}`,
        ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout?.on("data", (bytes: Buffer) => { this.#stdout += bytes.toString(); });
    this.child.stderr?.on("data", (bytes: Buffer) => { this.#stderr += bytes.toString(); });
    this.ended = new Promise((resolve) => {
      this.child.on("close", (code, signal) => {
        this.#over = true;
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** The welcome stands on the screen. */
  async running(): Promise<void> {
    await until("the gateway runs", () => {
      assert.ok(!this.#over, `it ended: ${this.#stdout}${this.#stderr}`);
      return started.test(this.#stdout);
    });
  }

  get grpcPort(): number {
    return Number(/^gRPC: .*:(\d+)$/m.exec(this.#stdout)?.[1]);
  }

  get webPort(): number {
    return Number(/^Page: .*:(\d+)\/$/m.exec(this.#stdout)?.[1]);
  }

  /** As printed at the very first start. */
  get admin(): { readonly name: string; readonly password: string } {
    const found = /user (\S+), password (\S+)/.exec(this.#stdout);
    assert.ok(found, `no first sign-in in: ${this.#stdout}`);
    return { name: found[1] ?? "", password: found[2] ?? "" };
  }

  /** A signed-in client. */
  async signIn(
    dataFolder: string, admin: { readonly name: string; readonly password: string },
  ): Promise<SignedIn> {
    const authorityPem = await readFile(path.join(dataFolder, "tls", "authority.pem"), "utf8");
    const on = { authority: { authorityPem } };
    const anonymous = new TestClient(on, this.grpcPort);
    this.#clients.push(anonymous);
    const { token } = await anonymous.unary(AccessService.method.signIn, admin);
    const connect = (): TestClient => {
      const client = new TestClient(on, this.grpcPort, token);
      this.#clients.push(client);
      return client;
    };
    return { client: connect(), connect, authorityPem };
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    for (const client of this.#clients.splice(0)) client.close();
    if (!this.#over) this.child.kill(signal);
    return this.ended;
  }
}

export interface SignedIn {
  readonly client: TestClient;
  connect(): TestClient;
  readonly authorityPem: string;
}

export async function until(
  what: string, done: () => boolean | Promise<boolean>, withinMs = 30_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!await done()) {
    assert.ok(performance.now() < end, `not within ${withinMs} ms: ${what}`);
    await pause(pollMs);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}

/** A folder that a test's `release` removes. */
export async function temporaryFolder(name: string): Promise<string> {
  return mkdtemp(path.join(tmpdir(), `jackfield-${name}-`));
}

/** A test that was skipped has made none. */
export async function removeFolder(folder?: string): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}
