/**
 * A virtual machine with UEFI firmware that boots the built image. Its serial console is read for
 * marks; nothing here sleeps for a time. One process survives the guest's own restarts.
 */

import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, copyFileSync, existsSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { until } from "../loopback/gateway-process.js";
import { TestClient } from "../loopback/server-rig.js";
import { AccessService } from "../../proto/gen/cti/gateway/v1/access_pb.js";

const qemu = "qemu-system-x86_64";
const firmwareFolder = "/usr/share/OVMF";
const probeMs = 10_000;
const consoleCharactersMax = 4_000_000;
/** Of an emulated processor that others use too. */
export const bootMsMax = 700_000;
export const imageFolder = path.resolve(process.env["IMAGE"] ?? "build/image-test");

/** What is missing to run such a machine; undefined: nothing. */
export function whyNoMachine(): string | undefined {
  if (!existsSync(`/usr/bin/${qemu}`) || !existsSync(`${firmwareFolder}/OVMF_VARS_4M.fd`)
    || !existsSync("/usr/bin/swtpm")) {
    return "apt-get install --no-install-recommends qemu-system-x86 qemu-utils ovmf swtpm";
  }
  return existsSync(`${imageFolder}/a/disk.raw`) ? undefined : "make test-image builds the image";
}

export function run(program: string, ...given: readonly string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(program, given, { maxBuffer: 1 << 26 });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

const secureFirmware = ["-machine", "q35,smm=on", "-global",
  "driver=cfi.pflash01,property=secure,value=on", "-drive",
  `if=pflash,format=raw,readonly=on,file=${firmwareFolder}/OVMF_CODE_4M.secboot.fd`];
const emulated = ["-accel", "tcg,thread=multi", "-cpu", "max,la57=off"];
const accelerated = ["-accel", "kvm", "-cpu", "host"];
let accelerator: Promise<readonly string[]> | undefined;

/** KVM where a machine with this firmware really starts by it; many a /dev/kvm cannot do that. */
function chosenAccelerator(): Promise<readonly string[]> {
  accelerator ??= new Promise((resolve) => {
    if (!existsSync("/dev/kvm")) { resolve(emulated); return; }
    const child = spawn(qemu, [...accelerated, ...secureFirmware, "-m", "256", "-nodefaults",
      "-display", "none", "-serial", "stdio"], { stdio: ["ignore", "pipe", "ignore"] });
    let works = false;
    const timer = setTimeout(() => child.kill("SIGKILL"), probeMs);
    child.stdout.on("data", (bytes: Buffer) => {
      if (!bytes.includes("BdsDxe")) return;
      works = true;
      child.kill("SIGKILL");
    });
    child.on("close", () => {
      clearTimeout(timer);
      process.stdout.write(`    virtual machine: ${works ? "KVM" : "emulated (no usable KVM)"}\n`);
      resolve(works ? accelerated : emulated);
    });
  });
  return accelerator;
}

/** Ends with the machine, whose connection it waits for. */
async function startTpm(folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const socket = `${folder}/socket`;
  spawn("swtpm", ["socket", "--tpm2", "--terminate", "--tpmstate", `dir=${folder}`, "--ctrl",
    `type=unixio,path=${socket}`], { stdio: "ignore" }).unref();
  await until("the TPM is there", () => existsSync(socket));
  return ["-chardev", `socket,id=tpm,path=${socket}`, "-tpmdev", "emulator,id=tpm,chardev=tpm",
    "-device", "tpm-crb,tpmdev=tpm"];
}

/** Of the guest, for a link on which the PBX connects. */
export const guestLinkPort = 5_000;
/** A unit with a printing PBX on its second serial port; more links may follow. */
export const smdrConfig = `version: 1
unit: { language: en, timeZone: Europe/Paris }
links:
  - id: pbx
    driver: smdr
    transport: { kind: serial, path: /dev/ttyS1 }
    options: { format: panasonic-kx }
`;

/**
 * What may be plugged in besides: a USB serial adapter, a USB sound card that no gateway has a use
 * for, and the channel of QEMU's guest agent.
 */
export function peripherals(folder: string): readonly string[] {
  return ["-device", "qemu-xhci", "-chardev",
    `socket,id=adapter,path=${folder}/adapter,server=on,wait=off`, "-device",
    "usb-serial,chardev=adapter", "-audiodev", "none,id=sound", "-device",
    "usb-audio,audiodev=sound", "-device", "virtio-serial-pci", "-chardev",
    `socket,id=agent,path=${folder}/agent,server=on,wait=off`, "-device",
    "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"];
}

/** On the host, each leading to one of the guest's. */
export interface Ports {
  readonly grpcPort: number;
  readonly webPort: number;
  /** Leads to `guestLinkPort`. */
  readonly linkPort: number;
  /** Leads to a port that no configuration opens. */
  readonly shutPort: number;
}

export interface Wishes {
  /** Of the machine's own; emptied by whoever made it. */
  readonly folder: string;
  /** The image's disk; never written to. Absent: the folder's disk as it was left. */
  readonly disk?: string;
  readonly more?: readonly string[];
  /** A folder with the state of a TPM 2.0, made when it is not there. */
  readonly tpm?: string;
}

/** A disk and the firmware's variables at one moment. */
export interface Frozen {
  readonly disk: string;
  readonly variables: string;
}

/** The folder of a machine that goes on from there; for `Machine.start` without a disk. */
export async function thaw({ disk, variables }: Frozen, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await run("qemu-img", "create", "-q", "-f", "qcow2", "-b", disk, "-F", "qcow2",
    `${folder}/disk.qcow2`);
  copyFileSync(variables, `${folder}/vars.fd`);
  return folder;
}

export class Machine {
  readonly ports: Ports;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #sockets: Socket[] = [];
  readonly #clients: TestClient[] = [];
  #disk: string;
  #freezings = 0;
  #console = "";
  #read = 0;
  #ended = false;

  private constructor(child: ChildProcess, folder: string, ports: Ports) {
    this.#child = child;
    this.#folder = folder;
    this.#disk = `${folder}/disk.qcow2`;
    this.ports = ports;
    // For whoever looks on.
    const consoleFile = `${imageFolder}/console-${child.pid}.log`;
    writeFileSync(consoleFile, "");
    for (const stream of [child.stdout, child.stderr]) {
      const decoder = new TextDecoder();
      stream?.on("data", (bytes: Buffer) => {
        this.#console += decoder.decode(bytes, { stream: true });
        appendFileSync(consoleFile, bytes);
        assert.ok(this.#console.length < consoleCharactersMax, "the console never stops");
      });
    }
    child.on("close", () => { this.#ended = true; });
  }

  static async start({ folder, disk, tpm, more = [] }: Wishes): Promise<Machine> {
    if (disk !== undefined) {
      await run("qemu-img", "create", "-q", "-f", "qcow2", "-b", path.resolve(disk), "-F", "raw",
        `${folder}/disk.qcow2`);
      copyFileSync(`${firmwareFolder}/OVMF_VARS_4M.fd`, `${folder}/vars.fd`);
    }
    const [grpcPort, webPort, linkPort, shutPort] =
      [await freePort(), await freePort(), await freePort(), await freePort()];
    const forward = [[grpcPort, 9_443], [webPort, 8_443], [linkPort, guestLinkPort],
      [shutPort, 22]].map(([from, to]) => `hostfwd=tcp:127.0.0.1:${from}-:${to}`).join(",");
    // Should this process be killed, the machine must not outlive it.
    const child = spawn("setpriv", ["--pdeathsig", "KILL", qemu, ...await chosenAccelerator(),
      ...secureFirmware, "-drive", `if=pflash,format=raw,file=${folder}/vars.fd`,
      "-smp", "2", "-m", "1024", "-nodefaults", "-display", "none",
      "-device", "i6300esb", "-action", "watchdog=reset",
      "-uuid", "4a41434b-4649-454c-8444-000000000001",
      "-drive", `if=none,id=disk,file=${folder}/disk.qcow2,cache=unsafe`,
      "-device", "virtio-blk-pci,drive=disk", "-device", "virtio-rng-pci",
      "-netdev", `user,id=net,${forward}`,
      "-device", "virtio-net-pci,netdev=net,romfile=",
      "-qmp", `unix:${folder}/monitor,server=on,wait=off`,
      "-serial", "stdio", "-chardev", `socket,id=pbx,path=${folder}/pbx,server=on,wait=off`,
      "-serial", "chardev:pbx", ...tpm === undefined ? [] : await startTpm(tpm), ...more],
    { stdio: ["pipe", "pipe", "pipe"] });
    child.stdin?.on("error", () => undefined);
    return new Machine(child, folder, { grpcPort, webPort, linkPort, shutPort });
  }

  /** All that the console has said. */
  get console(): string {
    return this.#console;
  }

  /** Waits for a mark behind the one that was found last. */
  async seen(mark: RegExp, withinMs = bootMsMax): Promise<RegExpExecArray> {
    let found: RegExpExecArray | null = null;
    await until(`${mark} on the console`, () => {
      found = mark.exec(this.#console.slice(this.#read));
      assert.ok(found !== null || !this.#ended, "the machine has ended");
      return found !== null;
    }, withinMs).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.#console.slice(-4_000)}`);
    });
    const match = found as unknown as RegExpExecArray;
    this.#read += match.index + match[0].length;
    return match;
  }

  /** On the keyboard of the serial console. */
  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** The far end of a serial port, an adapter or the hypervisor's channel to its guest agent. */
  async cable(name: "pbx" | "adapter" | "agent" = "pbx"): Promise<Socket> {
    const socket = connectTcp(`${this.#folder}/${name}`);
    await once(socket, "connect");
    socket.on("error", () => undefined);
    this.#sockets.push(socket);
    return socket;
  }

  /** The first sign-in stands in the console's menu. */
  async firstAdmin(): Promise<readonly [name: string, password: string]> {
    const [, name = "", password = ""] =
      await this.seen(/(?:First sign-in|Première connexion): +(\S+) \/ (\S+)\r?\n/);
    return [name, password];
  }

  async signIn(name: string, password: string): Promise<TestClient> {
    const on = { authority: { authorityPem: await authorityOf(this.ports.webPort) } };
    const anonymous = new TestClient(on, this.ports.grpcPort);
    try {
      const { token } = await anonymous.unary(AccessService.method.signIn, { name, password });
      const client = new TestClient(on, this.ports.grpcPort, token);
      this.#clients.push(client);
      return client;
    } finally {
      anonymous.close();
    }
  }

  /**
   * Freezes the disk as a power cut would leave it now, while the machine runs on: what the guest
   * has written so far stays in `frozen`, what it writes from now on goes elsewhere.
   */
  async freezeDisk(): Promise<Frozen> {
    const frozen = { disk: this.#disk, variables: `${this.#disk}.vars` };
    const next = `${this.#folder}/disk-${this.#freezings += 1}.qcow2`;
    await this.#ask("blockdev-snapshot-sync",
      { device: "disk", "snapshot-file": next, format: "qcow2" });
    copyFileSync(`${this.#folder}/vars.fd`, frozen.variables);
    this.#disk = next;
    return frozen;
  }

  /** One request to the machine's monitor (QEMU Machine Protocol). */
  async #ask(execute: string, given: object): Promise<void> {
    const socket = connectTcp(`${this.#folder}/monitor`);
    const lines = createInterface({ input: socket });
    socket.write(`{"execute":"qmp_capabilities"}\n`
      + `${JSON.stringify({ execute, arguments: given })}\n`);
    try {
      let answers = 0;
      for await (const line of lines) {
        const { error, return: returned } =
          JSON.parse(line) as { readonly error?: { readonly desc: string }; return?: unknown };
        if (error !== undefined) throw new Error(`${execute}: ${error.desc}`);
        if (returned !== undefined && (answers += 1) === 2) return;
      }
      throw new Error(`${execute}: the monitor has gone`);
    } finally {
      socket.destroy();
    }
  }

  /** As by the mains switch. */
  async powerOff(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close();
    for (const socket of this.#sockets.splice(0)) socket.destroy();
    if (this.#ended) return;
    const ended = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

/** The certificate at the end of the server's chain, believed at first sight. */
export async function authorityOf(port: number): Promise<string> {
  const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
  try {
    await once(socket, "secureConnect");
    let certificate = socket.getPeerCertificate(true);
    while (certificate.issuerCertificate !== undefined
      && certificate.issuerCertificate.fingerprint256 !== certificate.fingerprint256) {
      certificate = certificate.issuerCertificate;
    }
    return `-----BEGIN CERTIFICATE-----\n${certificate.raw.toString("base64")}\n`
      + "-----END CERTIFICATE-----\n";
  } finally {
    socket.destroy();
  }
}
