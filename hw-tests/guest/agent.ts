/**
 * Runs inside the guest as its first process: does what the test on the host asks for, with the
 * product's own code. One JSON request a line on TCP, one JSON answer a line.
 */

import { execFile, spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { messageOf } from "../../firmware/base/result.js";
import { listPorts, type SerialPortInfo } from "../../firmware/link/ports/ports.js";
import { resolveUsbDevice } from "../../firmware/link/ports/usb-devices.js";
import type { SerialOptions } from "../../firmware/link/transports/options.js";
import type { ModemLines } from "../../firmware/link/transport.js";
import { holdOf, type Hold } from "../../firmware/link/transports/serial-hold.js";
import { openSerialLine, type SerialLine } from "../../firmware/link/transports/serial.js";
import { claimUsb } from "../../firmware/link/transports/usb-claim.js";
import { chipAbilities } from "./chip-device.js";
import { heardModem, listenModem, makeBox, makeModem, plugBox, plugModem, sendBulk, sendModem,
  sendReport, takeBulk, unplugBox, unplugModem } from "./gadget.js";

/** Of the guest, whatever the host forwards there. */
export const agentPort = 7_000;
export const gatewayPort = 9_443;
const openMsMax = 10_000;
const program = "build/program/main.js";
// What init.sh gives the agent for its devices, threads and precedence, the program does not have.
const startGateway = "exec nice -n 20 env -u UV_THREADPOOL_SIZE "
  + `$(sed -n "1s/.*-S //p" ${program}) ${program} --config /tmp/config.yaml --data /tmp/gateway`;
/** A disk that is small enough to be filled. */
const makeDisk = "mkdir /tmp/gateway && mount -t tmpfs -o size=80m tmpfs /tmp/gateway";
const ballast = "/tmp/gateway/ballast";
const world = nodeWorld(() => undefined, "error");

async function shell(command: string): Promise<string> {
  return (await promisify(execFile)("sh", ["-c", command])).stdout;
}

interface OpenLine {
  readonly line: SerialLine;
  readonly hold: Hold;
  readonly received: Uint8Array[];
  /** Of damaged octets, breaks among them. */
  damaged: number;
}
const open = new Map<string, OpenLine>();

function lineOf(port: string): OpenLine {
  const found = open.get(port);
  if (found === undefined) throw new Error(`${port} is not open`);
  return found;
}

/** What the host may ask for, by name. */
export const abilities = {
  ports: (): Promise<readonly SerialPortInfo[]> => listPorts(),
  /** Empty when it worked, else the fault's code. */
  open: async (options: SerialOptions): Promise<string> => {
    const opened = await openSerialLine(options, world, openMsMax);
    if (!opened.ok) return opened.fault.code;
    const { port } = opened.value;
    const line: OpenLine = { line: opened.value, received: [], damaged: 0,
      hold: holdOf(opened.value, options, world,
        { pause: () => { port.pause(); }, resume: () => { port.resume(); } }) };
    opened.value.onReceive((octets, damagedAt) => {
      line.received.push(octets);
      line.damaged += damagedAt.length;
    });
    port.on("error", () => undefined);
    open.set(options.path, line);
    return "";
  },
  lines: async (port: string): Promise<ModemLines | undefined> => lineOf(port).line.lines(),
  send: async (port: string, text: string): Promise<void> => {
    await new Promise<void>((resolve) => { lineOf(port).line.port.write(text, () => resolve()); });
  },
  /** Hexadecimal, since opening. */
  received: (port: string): Promise<string> =>
    Promise.resolve(Buffer.concat(lineOf(port).received).toString("hex")),
  hold: (port: string): Promise<void> => Promise.resolve(lineOf(port).hold.pause?.()),
  letGo: (port: string): Promise<void> => Promise.resolve(lineOf(port).hold.resume?.()),
  damaged: (port: string): Promise<number> => Promise.resolve(lineOf(port).damaged),
  close: async (port: string): Promise<void> => {
    const { line } = lineOf(port);
    open.delete(port);
    await new Promise<void>((resolve) => { line.port.close(() => { resolve(); }); });
  },
  /** A shell command's output: looks at the kernel without the product's help. */
  shell,
  /** The disk of the gateway's data is full from now on, or has room again. */
  fillDisk: (): Promise<string> =>
    shell(`dd if=/dev/zero of=${ballast} bs=64k 2>/dev/null || true`),
  emptyDisk: (): Promise<string> => shell(`: > ${ballast}; rm ${ballast}`),
  /** Claims a USB interface and lets it go: empty when it worked, else the fault's code. */
  claim: async (address: string): Promise<string> => {
    const found = await resolveUsbDevice(address);
    if (!found.ok) return found.fault.code;
    const claimed = await claimUsb(address, found.value);
    if (!claimed.ok) return claimed.fault.code;
    await claimed.value.release();
    return "";
  },
  makeBox, plugBox, unplugBox, sendReport, sendBulk, takeBulk,
  ...chipAbilities,
  makeModem, plugModem, unplugModem, sendModem, listenModem, heardModem,
  /** The program as its first line says; what it prints until it says how to stop it. */
  startGateway: async (config: string): Promise<Started> => {
    await writeFile("/tmp/config.yaml", config);
    await shell(makeDisk);
    const welcome = await new Promise<string>((resolve, reject) => {
      const { stdout, stderr } = spawn("sh", ["-c", startGateway],
        { stdio: ["ignore", "pipe", "pipe"] })
        .on("close", () => { reject(new Error(`the gateway has ended: ${text}`)); });
      let text = "";
      for (const stream of [stdout, stderr]) {
        stream.on("data", (bytes: Buffer) => {
          text += bytes.toString();
          if (text.includes("Stop:")) resolve(text);
        });
      }
    });
    return { welcome, authorityPem: await readFile("/tmp/gateway/tls/authority.pem", "utf8") };
  },
};
export type Abilities = typeof abilities;

export interface Started {
  readonly welcome: string;
  readonly authorityPem: string;
}

export interface Request {
  readonly number: number;
  readonly ability: keyof Abilities;
  readonly parameters: readonly unknown[];
}

export type Answer = { readonly number: number } &
  ({ readonly value?: unknown } | { readonly error: string });

async function answerTo({ number, ability, parameters }: Request): Promise<Answer> {
  try {
    const run = abilities[ability] as (...given: readonly unknown[]) => Promise<unknown>;
    return { number, value: await run(...parameters) };
  } catch (error) {
    return { number, error: messageOf(error) };
  }
}

function serve(): void {
  createServer((socket) => {
    socket.on("error", () => undefined);
    createInterface({ input: socket }).on("error", () => undefined).on("line", (line) => {
      void answerTo(JSON.parse(line) as Request).then((answer) => {
        socket.write(`${JSON.stringify(answer)}\n`);
      });
    });
  }).listen(agentPort, "0.0.0.0", () => { process.stdout.write("GUEST-READY\n"); });
}

// The host imports this file for its types and port numbers only.
if (process.argv[1] === import.meta.filename) {
  process.env["PATH"] = `${path.dirname(process.execPath)}:${process.env["PATH"]}`;
  serve();
}
