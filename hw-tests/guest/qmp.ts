/** QEMU's control socket: one JSON object a line, answers in the order of the commands. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

interface Incoming {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class Qmp {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  readonly #events: Incoming[] = [];
  #wakes: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const each of this.#waiting.splice(0)) each.reject(new Error("QEMU has ended"));
    });
    createInterface({ input: socket }).on("error", () => undefined).on("line", (line) => {
      const incoming = JSON.parse(line) as Incoming;
      if (incoming.error !== undefined) {
        this.#waiting.shift()?.reject(new Error(incoming.error.desc));
      } else if ("return" in incoming) this.#waiting.shift()?.resolve(incoming.return);
      else if (incoming.event !== undefined) {
        this.#events.push(incoming);
        for (const wake of this.#wakes.splice(0)) wake();
      }
    });
  }

  static async open(file: string): Promise<Qmp> {
    const socket = connect(file);
    await once(socket, "connect");
    const qmp = new Qmp(socket);
    await qmp.run("qmp_capabilities");
    return qmp;
  }

  async run(execute: string, parameters: object = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(`${JSON.stringify({ execute, arguments: parameters })}\n`);
    });
  }

  /** Returns when the device is out of the machine. */
  async deleteDevice(id: string): Promise<void> {
    await this.run("device_del", { id });
    const isGone = ({ event, data }: Incoming): boolean =>
      event === "DEVICE_DELETED" && data?.["device"] === id;
    while (!this.#events.some(isGone)) {
      await new Promise<void>((resolve) => { this.#wakes.push(resolve); });
    }
    this.#events.length = 0;
  }

  close(): void {
    this.#socket.destroy();
  }
}
