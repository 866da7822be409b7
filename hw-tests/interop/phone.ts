/**
 * A telephone: Debian's baresip, one process each, driven over its ctrl_tcp module (netstrings
 * with JSON). Knows nothing of Jackfield; it only speaks SIP with the PBX under test.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const commandMsMax = 5_000;
const eventsMax = 1_000;

export interface PhoneEvent {
  readonly type: string;
  readonly id?: string;
  readonly param?: string;
  readonly peeruri?: string;
}

export interface Phone {
  readonly name: string;
  dial(number: string): Promise<void>;
  accept(): Promise<void>;
  hangUp(): Promise<void>;
  hold(): Promise<void>;
  resume(): Promise<void>;
  /** Blind transfer: a REFER to this number or URI. */
  transfer(target: string): Promise<void>;
  /** Sends DTMF, one digit after the other. */
  digits(text: string): Promise<void>;
  /** Waits for an event of this type that has not been waited for yet. */
  event(type: string, msMax?: number): Promise<PhoneEvent>;
  /** Drops events that nobody has waited for. */
  forget(): void;
  close(): Promise<void>;
}

export interface PhoneOptions {
  readonly name: string;
  readonly sipPort: number;
  readonly pbxPort: number;
  readonly controlPort: number;
  /** Caller's number shown to the PBX; default: the name. */
  readonly displayNumber?: string;
  /** `busy` refuses every call with 486. */
  readonly answer: "manual" | "auto" | "busy";
  /** Where it listens and sends from. */
  readonly address: string;
}

function configuration(options: PhoneOptions): string {
  return `sip_listen ${options.address}:${options.sipPort}
call_max_calls ${options.answer === "busy" ? 0 : 4}
call_local_timeout 120
audio_source ausine,440
ausrc_srate 48000
ausrc_channels 2
audio_player aubridge,loop
audio_alert aubridge,alert
rtp_ports ${options.sipPort + 10_000}-${options.sipPort + 10_020}
module_path /usr/lib/baresip/modules
module g711.so
module aubridge.so
module ausine.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:${options.controlPort}
`;
}

class ControlChannel {
  readonly #socket: Socket;
  #buffer = Buffer.alloc(0);
  readonly #events: PhoneEvent[] = [];
  readonly #waiters: { type: string; resolve: (event: PhoneEvent) => void }[] = [];
  readonly #answers = new Map<string, (text: string) => void>();
  #token = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => { this.#receive(bytes); });
    socket.on("error", () => undefined);
  }

  #receive(bytes: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    for (;;) {
      const colon = this.#buffer.indexOf(":");
      if (colon < 0) return;
      const length = Number(this.#buffer.subarray(0, colon).toString());
      if (this.#buffer.length < colon + 1 + length + 1) return;
      const text = this.#buffer.subarray(colon + 1, colon + 1 + length).toString();
      this.#buffer = this.#buffer.subarray(colon + 1 + length + 1);
      this.#message(JSON.parse(text) as Record<string, unknown>);
    }
  }

  #message(message: Record<string, unknown>): void {
    if (message["response"] === true) {
      const token = String(message["token"]);
      const { data } = message;
      this.#answers.get(token)?.(typeof data === "string" ? data : "");
      this.#answers.delete(token);
      return;
    }
    const event = message as unknown as PhoneEvent;
    const waiter = this.#waiters.findIndex((one) => one.type === event.type);
    if (waiter >= 0) this.#waiters.splice(waiter, 1)[0]?.resolve(event);
    else if (this.#events.length < eventsMax) this.#events.push(event);
  }

  command(command: string, params = ""): Promise<string> {
    this.#token += 1;
    const token = String(this.#token);
    const text = JSON.stringify({ command, params, token });
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => { reject(new Error(`${command}: no answer`)); }, commandMsMax);
      this.#answers.set(token, (data) => { clearTimeout(late); resolve(data); });
      this.#socket.write(`${Buffer.byteLength(text)}:${text},`);
    });
  }

  event(type: string, msMax: number): Promise<PhoneEvent> {
    const seen = this.#events.findIndex((event) => event.type === type);
    const [event] = seen >= 0 ? this.#events.splice(seen, 1) : [];
    if (event !== undefined) return Promise.resolve(event);
    return new Promise((resolve, reject) => {
      const waiter = { type,
        resolve: (found: PhoneEvent) => { clearTimeout(late); resolve(found); } };
      const late = setTimeout(() => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(new Error(`no ${type} within ${msMax} ms`));
      }, msMax);
      this.#waiters.push(waiter);
    });
  }

  forget(): void {
    this.#events.length = 0;
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function open(port: number, child: ChildProcess): Promise<ControlChannel> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`baresip ended with ${child.exitCode}`);
    const socket = await new Promise<Socket | undefined>((resolve) => {
      const candidate = connect(port, "127.0.0.1");
      candidate.once("connect", () => { resolve(candidate); });
      candidate.once("error", () => { resolve(undefined); });
    });
    if (socket !== undefined) return new ControlChannel(socket);
    await new Promise((done) => { setTimeout(done, 100); });
  }
  throw new Error("baresip does not listen for control");
}

export async function startPhone(options: PhoneOptions): Promise<Phone> {
  const folder = await mkdtemp(path.join(tmpdir(), "jackfield-phone-"));
  const user = options.displayNumber ?? options.name;
  const answer = options.answer === "auto" ? ";answermode=auto" : "";
  await writeFile(path.join(folder, "config"), configuration(options));
  await writeFile(path.join(folder, "accounts"),
    `<sip:${user}@127.0.0.1:${options.pbxPort}>;regint=0;audio_codecs=pcma${answer}\n`);
  await writeFile(path.join(folder, "contacts"), "");
  const child = spawn("baresip", ["-f", folder], { stdio: ["ignore", "ignore", "ignore"] });
  const control = await open(options.controlPort, child);
  const send = async (command: string, params?: string): Promise<void> => {
    await control.command(command, params);
  };
  const uri = (target: string): string =>
    target.startsWith("sip:") ? target : `sip:${target}@127.0.0.1:${options.pbxPort}`;
  return {
    name: options.name,
    dial: (number) => send("dial", uri(number)),
    accept: () => send("accept"),
    hangUp: () => send("hangup"),
    hold: () => send("hold"),
    resume: () => send("resume"),
    transfer: (target) => send("transfer", uri(target)),
    digits: async (text) => {
      for (const digit of text) await send("sndcode", digit);
    },
    event: (type, msMax = commandMsMax) => control.event(type, msMax),
    forget: () => { control.forget(); },
    close: async () => {
      control.close();
      // A telephone may have ended by itself.
      if (child.exitCode === null && child.signalCode === null) {
        const over = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        await over;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
