/** The bare relay as a process, with a client: it is measured as the gateway is. */

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Client, credentials } from "@grpc/grpc-js";
import { cpuSecondsOf } from "./gateway-process.js";

const path = "/bench.BareRelay/Watch";

export class RelayProcess {
  readonly #child: ChildProcess;
  readonly #client: Client;

  private constructor(child: ChildProcess, client: Client) {
    this.#child = child;
    this.#client = client;
  }

  static async start(amiPort: number): Promise<RelayProcess> {
    const child = spawn(process.execPath,
      [fileURLToPath(new URL("./bare-relay.js", import.meta.url)), String(amiPort), path],
      { stdio: ["ignore", "pipe", "inherit"] });
    assert(child.stdout !== null);
    const [port] = await once(child.stdout, "data") as [Buffer];
    return new RelayProcess(child,
      new Client(`127.0.0.1:${port.toString().trim()}`, credentials.createInsecure()));
  }

  watch(read: (bytes: Buffer) => void): void {
    const stream = this.#client.makeServerStreamRequest(path, () => Buffer.alloc(0),
      (bytes: Buffer) => { read(bytes); return bytes.length; }, {});
    stream.on("data", () => undefined);
    stream.on("error", () => undefined);
  }

  cpuSeconds(): Promise<number> {
    assert(this.#child.pid !== undefined);
    return cpuSecondsOf(this.#child.pid);
  }

  async stop(): Promise<void> {
    this.#client.close();
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }
}
