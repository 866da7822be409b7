/** The gateway as it runs in the field: its own process, configuration file and data folder. */

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client, credentials, Metadata, type ClientReadableStream } from "@grpc/grpc-js";
import { create, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { AccessService } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { WatchEventsRequestSchema } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { TestClient } from "../loopback/server-rig.js";

/** Clock ticks a second in /proc (USER_HZ is 100 on every Linux that Node runs on). */
const ticksPerSecond = 100;
const startMsMax = 30_000;
const program = path.resolve("build/program/main.js");

/** What the program's first line gives: variables of the environment and arguments for node. */
async function programLine() {
  const first = (await readFile(program, "utf8")).split("\n", 1)[0] ?? "";
  const words = /-S (.*)$/.exec(first)?.[1]?.split(" ") ?? [];
  const node = words.indexOf("node");
  return { argv: words.slice(node + 1),
    variables: Object.fromEntries(words.slice(0, Math.max(0, node)).map((word) =>
      word.split("=", 2))) as Readonly<Record<string, string>> };
}

export interface GatewayWish {
  /** The one link, an Asterisk at this port; or else the whole of `links` and what follows. */
  readonly amiPort?: number;
  readonly linksYaml?: string;
  /** Fills the data folder before the gateway starts. */
  readonly prepare?: (folder: string) => Promise<void>;
  /** More arguments for node, such as --cpu-prof. */
  readonly nodeArguments?: readonly string[];
}

const configuration = (links: string): string => `version: 1
unit: { name: bench, timeZone: Europe/Paris }
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
${links}`;

const amiLink = (amiPort: number): string => `links:
  - id: pbx
    title: Bench
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${amiPort} }
    options: { user: bench, secret: "env:JACKFIELD_BENCH_SECRET", trunks: ["trunk-.*"] }
    numbers: { country: FR, areaCode: "1", externalPrefix: "0" }
`;

export async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export class GatewayProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #port: number;
  readonly #authorityPem: string;
  readonly #token: string;
  readonly #clients: Client[] = [];

  private constructor(
    child: ChildProcess, folder: string, port: number, authorityPem: string, token: string,
  ) {
    this.#child = child;
    this.#folder = folder;
    this.#port = port;
    this.#authorityPem = authorityPem;
    this.#token = token;
  }

  static async start(wish: GatewayWish): Promise<GatewayProcess> {
    const folder = await mkdtemp(path.join(tmpdir(), "jackfield-bench-"));
    const config = path.join(folder, "bench.yaml");
    await writeFile(config, configuration(wish.linksYaml ?? amiLink(wish.amiPort ?? 0)));
    await wish.prepare?.(folder);
    const line = await programLine();
    const child = spawn(process.execPath, [...line.argv, ...wish.nodeArguments ?? [],
      program, "--config", config, "--data", folder],
    { env: { ...process.env, ...line.variables, JACKFIELD_BENCH_SECRET: "bench" },
      stdio: ["ignore", "pipe", "inherit"] });
    const port = await portOf(child);
    const authorityPem = await readFile(path.join(folder, "tls", "authority.pem"), "utf8");
    const [name = "", password = ""] =
      (await readFile(path.join(folder, "first-admin.txt"), "utf8")).split("\n");
    const stranger = new TestClient({ authority: { authorityPem } }, port);
    const { token } = await stranger.unary(AccessService.method.signIn, { name, password });
    stranger.close();
    return new GatewayProcess(child, folder, port, authorityPem, token);
  }

  get pid(): number {
    assert(this.#child.pid !== undefined);
    return this.#child.pid;
  }

  get folder(): string {
    return this.#folder;
  }

  /** The administrator; the caller closes it. */
  client(): TestClient {
    return new TestClient({ authority: { authorityPem: this.#authorityPem } }, this.#port,
      this.#token);
  }

  /** WatchEvents on a connection of its own; `read` gets each message's bytes as they come. */
  watch(
    request: MessageInitShape<typeof WatchEventsRequestSchema>, read: (bytes: Buffer) => void,
    shared?: Client,
  ): ClientReadableStream<number> {
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${this.#token}`);
    const stream = (shared ?? this.connect()).makeServerStreamRequest(
      "/cti.gateway.v1.CallsService/WatchEvents",
      (message: MessageInitShape<typeof WatchEventsRequestSchema>) =>
        Buffer.from(toBinary(WatchEventsRequestSchema, create(WatchEventsRequestSchema, message))),
      (bytes: Buffer) => { read(bytes); return bytes.length; }, request, metadata);
    stream.on("data", () => undefined);
    stream.on("error", () => undefined);
    return stream;
  }

  connect(): Client {
    const client = new Client(`127.0.0.1:${this.#port}`,
      credentials.createSsl(Buffer.from(this.#authorityPem)),
      { "grpc.use_local_subchannel_pool": 1 });
    this.#clients.push(client);
    return client;
  }

  /** Seconds of processor time of all its threads since it began. */
  cpuSeconds(): Promise<number> {
    return cpuSecondsOf(this.pid);
  }

  /** Resident megabytes (10^6 bytes). */
  residentMegabytes(): Promise<number> {
    return this.#megabytes("VmRSS");
  }

  /** Those without files that are mapped, which the kernel takes back when it needs the room. */
  ownMegabytes(): Promise<number> {
    return this.#megabytes("RssAnon");
  }

  async #megabytes(name: string): Promise<number> {
    const text = await readFile(`/proc/${this.pid}/status`, "latin1");
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1]) * 1_024 / 1e6;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  let text = "";
  return await new Promise((resolve, reject) => {
    const late = setTimeout(() => { reject(new Error(`no welcome: ${text}`)); }, startMsMax);
    child.on("exit", (code) => { reject(new Error(`the gateway ended (${code}): ${text}`)); });
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const port = /^gRPC:\s+\S+:(\d+)$/m.exec(text)?.[1];
      if (port === undefined || !text.includes("Stop:")) return;
      clearTimeout(late);
      resolve(Number(port));
    });
  });
}
