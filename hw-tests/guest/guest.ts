/**
 * A virtual machine with Debian's stock kernel, the host's own files (read only, under a tmpfs) and
 * an agent. From here its USB sockets are filled and emptied, and the far ends of its serial lines
 * are held: this side plays the PBX.
 */

import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { until } from "../loopback/gateway-process.js";
import { agentPort, gatewayPort, type Abilities, type Answer } from "./agent.js";
import type { Result } from "../../firmware/base/result.js";
import { Modem } from "./modem.js";
import { Qmp } from "./qmp.js";

const here = path.resolve("hw-tests/guest");
const qemu = "qemu-system-x86_64";
const bootMsMax = 90_000;
const fetchMsMax = 300_000;
/** What the adapters and the UART are told by the guest's kernel. */
const traced = ["usb_serial_handle_control", "usb_serial_set_*", "serial_update_parameters"];

/** Outside the tree; may be deleted at any time. */
const cache = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"),
  "jackfield", "guest");

/** Undefined when this machine can run a guest, and its kernel is there; else what to type. */
export async function whyNoGuest(): Promise<string | undefined> {
  if (!existsSync(`/usr/bin/${qemu}`)) {
    return "apt-get install --no-install-recommends qemu-system-x86";
  }
  try {
    await promisify(execFile)("bash", [path.join(here, "kernel.sh"), cache],
      { timeout: fetchMsMax });
    return undefined;
  } catch (error) {
    return String((error as { readonly stderr?: unknown }).stderr ?? error).trim();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** The PBX's end of a serial cable; the guest's end goes to an adapter or to the UART. */
export class Cable {
  readonly id: string;
  readonly #socket: Socket;
  #received = Buffer.alloc(0);

  constructor(id: string, socket: Socket) {
    this.id = id;
    this.#socket = socket;
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
    });
  }

  /** All that came from the guest. */
  get received(): string {
    return this.#received.toString("latin1");
  }

  write(bytes: Uint8Array | string): void {
    this.#socket.write(bytes);
  }

  close(): void {
    this.#socket.destroy();
  }
}

export interface Adapter {
  /** Of this device in QEMU. */
  readonly id: string;
  readonly cable: Cable;
  readonly serialNumber: string;
  /** Root socket 1 to 4, or one of a hub: `2.1`. */
  readonly socket: string;
}

export class Guest {
  /** On the host; leads to the gateway in the guest. */
  readonly gatewayPort: number;
  /** At the second UART; where it failed, that one is not there. */
  readonly modem: Result<Modem>;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #qmp: Qmp;
  readonly #agent: AgentClient;
  readonly #cables: Cable[] = [];

  private constructor(parts: { readonly child: ChildProcess; readonly folder: string;
    readonly qmp: Qmp; readonly agent: AgentClient; readonly gatewayPort: number;
    readonly modem: Result<Modem>; }) {
    this.#child = parts.child;
    this.#folder = parts.folder;
    this.#qmp = parts.qmp;
    this.#agent = parts.agent;
    this.gatewayPort = parts.gatewayPort;
    this.modem = parts.modem;
  }

  /** Two PCI cards with a 16550 each are there from the start: of `uart`, and of the modem. */
  static async start(): Promise<Guest> {
    const folder = await mkdtemp(path.join(tmpdir(), "jackfield-guest-"));
    const [agentAt, gatewayAt] = [await freePort(), await freePort()];
    const forward = [[agentAt, agentPort], [gatewayAt, gatewayPort]]
      .map(([from, to]) => `hostfwd=tcp:127.0.0.1:${from}-:${to}`).join(",");
    const modem = await Modem.make(folder);
    // Should this process be killed, the machine must not outlive it.
    const child = spawn("setpriv", ["--pdeathsig", "KILL", qemu,
      "-accel", "tcg", "-cpu", "max", "-m", "1536", "-nodefaults", "-display", "none", "-no-reboot",
      "-serial", "stdio", "-kernel", path.join(cache, "vmlinuz"),
      "-initrd", path.join(cache, "initramfs"), "-append",
      "console=ttyS0 loglevel=4 no_timer_check panic=-1 mitigations=off random.trust_cpu=on "
        + `folder=${process.cwd()} node=${process.execPath} `
        + `agent=${path.join(import.meta.dirname, "agent.js")}`,
      "-virtfs", "local,path=/,mount_tag=hostroot,security_model=none,readonly=on,multidevs=remap",
      "-netdev", `user,id=n,${forward}`, "-device", "virtio-net-pci,netdev=n,romfile=",
      "-device", "virtio-rng-pci", "-device", "qemu-xhci,id=xhci",
      "-qmp", `unix:${folder}/qmp,server=on,wait=off`,
      "-chardev", `socket,id=uart,path=${folder}/uart,server=on,wait=off`,
      "-device", "pci-serial,chardev=uart,addr=10",
      ...modem.ok ? ["-chardev", `serial,id=modem,path=${modem.value.devicePath}`,
        "-device", "pci-serial,chardev=modem,addr=11"] : [],
      ...traced.flatMap((name) => ["-trace", name]), "-D", `${folder}/trace`,
    ], { stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...modem.ok ? modem.value.environment : {} } });
    try {
      await booted(child);
      return new Guest({ child, folder, gatewayPort: gatewayAt, modem,
        qmp: await Qmp.open(`${folder}/qmp`), agent: await AgentClient.open(agentAt) });
    } catch (error) {
      child.kill("SIGKILL");
      if (modem.ok) await modem.value.close();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** What the agent is able to do; answers come in any order. */
  do<A extends keyof Abilities>(
    ability: A, ...parameters: Parameters<Abilities[A]>
  ): ReturnType<Abilities[A]> {
    return this.#agent.ask(ability, parameters) as ReturnType<Abilities[A]>;
  }

  /** `uart`, or a cable with nothing at the guest's end; the same one for the same name. */
  async cable(id: string): Promise<Cable> {
    const known = this.#cables.find((cable) => cable.id === id);
    if (known !== undefined) return known;
    const file = `${this.#folder}/${id}`;
    if (id !== "uart") {
      await this.#qmp.run("chardev-add", { id, backend: { type: "socket", data: { server: true,
        wait: false, addr: { type: "unix", data: { path: file } } } } });
    }
    const socket = connect(file);
    await once(socket, "connect");
    const cable = new Cable(id, socket);
    this.#cables.push(cable);
    return cable;
  }

  /** An FTDI FT232BM with its cable into a USB socket. */
  async plug({ id, cable, serialNumber, socket }: Adapter): Promise<void> {
    await this.#qmp.run("device_add", { driver: "usb-serial", id, chardev: cable.id,
      serial: serialNumber, bus: "xhci.0", port: socket, "always-plugged": true });
  }

  async plugHub(id: string, socket: string): Promise<void> {
    await this.#qmp.run("device_add", { driver: "usb-hub", id, bus: "xhci.0", port: socket });
  }

  async unplug(id: string): Promise<void> {
    await this.#qmp.deleteDevice(id);
  }

  /** A break, as the PBX sends it. */
  async sendBreak(cable: Cable): Promise<void> {
    await this.#qmp.run("chardev-send-break", { id: cable.id });
  }

  /** Device files of the UARTs but the console's, as they stand on the PCI bus. */
  async uarts(): Promise<readonly string[]> {
    return (await this.do("ports")).filter(({ adapter, path: file }) =>
      adapter === "UART" && file !== "/dev/ttyS0").map(({ path: file }) => file);
  }

  /** All that the emulated devices were told so far, a line each. */
  async told(): Promise<readonly string[]> {
    return (await readFile(`${this.#folder}/trace`, "utf8")).split("\n");
  }

  async stop(): Promise<void> {
    this.#agent.close();
    for (const cable of this.#cables) cable.close();
    const ended = once(this.#child, "close");
    await this.#qmp.run("quit").catch(() => undefined);
    await ended;
    this.#qmp.close();
    if (this.modem.ok) await this.modem.value.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function booted(child: ChildProcess): Promise<void> {
  let text = "";
  let over = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (bytes: Buffer) => { text = (text + bytes.toString()).slice(-20_000); });
  }
  child.on("close", () => { over = true; });
  await until("the guest is up", () => {
    assert.ok(!over && !text.includes("GUEST-FAILED"), `the guest failed: ${text}`);
    return text.includes("GUEST-READY");
  }, bootMsMax).catch((error: unknown) => { throw new Error(`${String(error)}\n${text}`); });
}

class AgentClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(e: Error): void }>();
  #number = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the agent has ended"));
    });
    createInterface({ input: socket }).on("error", () => undefined).on("line", (line) => {
      const answer = JSON.parse(line) as Answer;
      const waiting = this.#waiting.get(answer.number);
      this.#waiting.delete(answer.number);
      if ("error" in answer) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.value);
    });
  }

  static async open(port: number): Promise<AgentClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new AgentClient(socket);
  }

  ask(ability: keyof Abilities, parameters: readonly unknown[]): Promise<unknown> {
    this.#number += 1;
    const number = this.#number;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#socket.write(`${JSON.stringify({ number, ability, parameters })}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
