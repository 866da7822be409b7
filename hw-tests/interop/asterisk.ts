/**
 * A real Asterisk from Debian's packages in a chroot: configured, started, stopped, restarted.
 * Everything listens on 127.0.0.1 only.
 */

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { asteriskFiles } from "./asterisk-files.js";

const run = promisify(execFile);
const here = path.resolve("hw-tests/interop");
const readyMsMax = 30_000;

export type AsteriskVersion = 16 | 22;

export interface Asterisk {
  readonly version: AsteriskVersion;
  readonly amiPort: number;
  readonly amiTlsPort: number;
  readonly sipPort: number;
  /** PEM file of the self-signed certificate that AMI over TLS presents. */
  readonly certificateFile: string;
  readonly user: string;
  readonly secret: string;
  /** A CLI command's output. */
  cli(command: string): Promise<string>;
  /** A variable or function of a channel, asked over a manager connection of its own. */
  get(channel: string, variable: string): Promise<string>;
  restart(): Promise<void>;
  /** Kills without warning. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Undefined when this machine can run a real Asterisk; else what is missing and what to type. */
export function whyNoAsterisk(): string | undefined {
  if (process.getuid?.() !== 0) return "a chroot needs root: run as root";
  if (!existsSync("/usr/bin/mmdebstrap")) return "apt-get install mmdebstrap";
  if (!existsSync("/usr/bin/baresip")) return "apt-get install baresip-core";
  return undefined;
}

async function listening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => { socket.destroy(); resolve(true); });
    socket.once("error", () => { resolve(false); });
  });
}

const pause = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms); });

async function until(what: string, msMax: number, test: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + msMax;
  while (!(await test())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${msMax} ms`);
    await pause(100);
  }
}

async function certificate(root: string): Promise<string> {
  const file = path.join(root, "etc/asterisk/jackfield.pem");
  if (existsSync(file)) return file;
  const key = path.join(root, "etc/asterisk/key.pem");
  await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
    "-keyout", key, "-out", file]);
  await run("sh", ["-c", `cat ${key} >> ${file} && chmod 644 ${file}`]);
  return file;
}

/** By hand, so that the test's questions do not pass through the code under test. */
function getVariable(
  port: number, secret: string, channel: string, variable: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1");
    socket.on("error", reject);
    socket.on("data", (bytes) => {
      text += bytes.toString();
      const value = /ActionID: get\r\nVariable: .*\r\nValue: (.*)\r\n/.exec(text)?.[1];
      if (value === undefined) return;
      socket.destroy();
      resolve(value.trim());
    });
    socket.write(`Action: Login\r\nUsername: jackfield\r\nSecret: ${secret}\r\nEvents: off\r\n\r\n`
      + `Action: Getvar\r\nActionID: get\r\nChannel: ${channel}\r\nVariable: ${variable}\r\n\r\n`);
  });
}

export async function startAsterisk(version: AsteriskVersion): Promise<Asterisk> {
  const root = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"),
    "jackfield", `asterisk-${version}`);
  await run("bash", [path.join(here, "asterisk-chroot.sh"), String(version), root],
    { timeout: 600_000, maxBuffer: 64 * 1024 * 1024 });
  const ports = { ami: 15_038 + version * 10, amiTls: 15_039 + version * 10,
    sip: 22_000 + version * 200, rtp: 30_000 + version * 100 };
  const secret = "interop-only";
  const etc = path.join(root, "etc/asterisk");
  const stock = path.join(root, "etc/asterisk.stock");
  if (!existsSync(stock)) await cp(etc, stock, { recursive: true });
  const certificateFile = await certificate(root);
  for (const [name, text] of Object.entries(asteriskFiles(version, ports, secret))) {
    await writeFile(path.join(etc, name), text);
  }
  await mkdir(path.join(root, "proc"), { recursive: true });
  await run("sh", ["-c", `mountpoint -q ${root}/proc || mount -t proc proc ${root}/proc`]);
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    // What an interrupted run left behind.
    await run("sh", ["-c", `kill -9 $(cat ${root}/run/asterisk/asterisk.pid) 2>/dev/null; true`]);
    await until("the port is free", readyMsMax, async () => !(await listening(ports.ami)));
    await rm(path.join(root, "run/asterisk/asterisk.ctl"), { force: true });
    await run("sh", ["-c", `mkdir -p ${root}/run/asterisk; chroot ${root} chown asterisk:asterisk`
      + " /run/asterisk /var/lib/asterisk /var/log/asterisk /var/spool/asterisk"]);
    child = spawn("chroot", [root, "/usr/sbin/asterisk", "-f", "-U", "asterisk", "-G", "asterisk"],
      { stdio: "ignore" });
    await until(`Asterisk ${version} AMI`, readyMsMax, () => listening(ports.ami));
    await until(`Asterisk ${version} boot`, readyMsMax, async () =>
      (await cli("core waitfullybooted").catch(() => "")).includes("fully booted"));
  }

  async function cli(command: string): Promise<string> {
    const { stdout } = await run("chroot", [root, "/usr/sbin/asterisk", "-rx", command]);
    return stdout;
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const over = new Promise((resolve) => running.once("exit", resolve));
    running.kill(signal);
    const late = setTimeout(() => running.kill("SIGKILL"), 5_000);
    await over;
    clearTimeout(late);
  }

  await start();
  return {
    version, amiPort: ports.ami, amiTlsPort: ports.amiTls, sipPort: ports.sip, certificateFile,
    user: "jackfield", secret, cli,
    get: (channel, variable) => getVariable(ports.ami, secret, channel, variable),
    restart: async () => { await end("SIGTERM"); await start(); },
    kill: () => end("SIGKILL"),
    stop: async () => {
      await end("SIGTERM");
      await run("sh", ["-c", `umount ${root}/proc || umount -l ${root}/proc`]);
    },
  };
}
