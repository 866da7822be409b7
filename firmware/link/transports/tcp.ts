/** TCP to a PBX, and TCP from a PBX that connects to us. */

import { connect, createServer, type Server, type Socket } from "node:net";
import {
  fail, inEachLanguage, messageOf, ok, type Fault, type Result, type Text,
} from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { TransportOpener } from "../opener.js";
import type { Transport } from "../transport.js";
import { duplexTransport } from "./duplex.js";
import type { TcpListenOptions, TcpOptions } from "./options.js";

/** Long enough to cost nothing, short enough to notice a vanished peer within minutes. */
const keepAliveMs = 30_000;
/** A listener's peer silent for so long makes way when the same host connects anew. */
export const supersedeMs = 60_000;

function address(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

const connectReasons: Readonly<Record<string, Text>> = {
  ECONNREFUSED: { en: "nothing listens there", fr: "personne n'écoute à cette adresse" },
  ENOTFOUND: { en: "the name is not known", fr: "le nom est inconnu" },
  EAI_AGAIN: { en: "the name service does not answer", fr: "le service de noms ne répond pas" },
  EHOSTUNREACH: { en: "there is no way to the host", fr: "aucun chemin vers la machine" },
  ENETUNREACH: { en: "there is no way to the network", fr: "aucun chemin vers le réseau" },
  ETIMEDOUT: { en: "the host does not answer", fr: "la machine ne répond pas" },
  ECONNRESET: { en: "the peer reset the connection", fr: "l'autre extrémité a coupé" },
};

/** `tcp 192.0.2.7:5038: nothing listens there.` */
export function said(description: string, reason: Text): Text {
  return inEachLanguage((words, language) =>
    `${description}${language === "en" ? ": " : " : "}${words(reason)}.`);
}

export function connectFault(description: string, error: unknown): Fault {
  const reason = connectReasons[codeOf(error) ?? ""] ?? messageOf(error);
  return fail("link-down", said(description, reason), { cause: error }).fault;
}

/** Waits for a socket's own event of success, its error, or the deadline. */
export function opened(
  socket: Socket, event: "connect" | "secureConnect", description: string,
  world: World, deadlineMs: number,
): Promise<Result<void>> {
  return new Promise((resolve) => {
    const settle = (result: Result<void>): void => {
      timer.cancel();
      socket.off("error", onError).off(event, onEvent).off("close", onClose);
      if (!result.ok) {
        // A late error of a socket that nobody awaits any more must not end the process.
        socket.on("error", () => undefined);
        socket.destroy();
      }
      resolve(result);
    };
    const onError = (error: Error): void => {
      settle({ ok: false, fault: connectFault(description, error) });
    };
    const onClose = (): void => { 
      settle(fail("link-down", said(description, { en: "abandoned", fr: "abandonné" })));
    };
    const onEvent = (): void => { settle(ok(undefined)); };
    const timer = world.clock.after(deadlineMs, "transport.open", () => {
      settle(fail("deadline-passed", said(description, {
        en: `no connection within ${deadlineMs} ms`,
        fr: `pas de connexion en ${deadlineMs} ms` })));
    });
    socket.on("error", onError).on(event, onEvent).on("close", onClose);
  });
}

export function tcpOpener(options: TcpOptions, world: World): TransportOpener {
  const description = `tcp ${address(options.host, options.port)}`;
  let pending: Socket | undefined;
  return {
    description,
    async open(deadlineMs): Promise<Result<Transport>> {
      const socket = connect({ host: options.host, port: options.port, noDelay: true });
      pending = socket;
      const result = await opened(socket, "connect", description, world, deadlineMs);
      pending = undefined;
      if (!result.ok) return result;
      socket.setKeepAlive(true, keepAliveMs);
      return ok(duplexTransport({ kind: "tcp", description, stream: socket, world }));
    },
    close(): Promise<void> {
      pending?.destroy();
      return Promise.resolve();
    },
  };
}

/**
 * One PBX at a time: the listening socket stays, a second peer is turned away. Only a PBX that
 * connects anew after its old connection died unseen (power cut) replaces its former self.
 */
class TcpListener implements TransportOpener {
  readonly description: string;
  readonly #options: TcpListenOptions;
  readonly #world: World;
  #server: Server | undefined;
  #current: Socket | undefined;
  #heardAtMs = 0;
  /** Connected while nobody awaited it; taken by the next `open`. */
  #offered: Socket | undefined;
  #waiting: ((socket: Socket) => void) | undefined;
  #abandon: (() => void) | undefined;
  #offer: (() => void) | undefined;

  constructor(options: TcpListenOptions, world: World) {
    this.#options = options;
    this.#world = world;
    this.description = `tcp-listen ${address(options.address, options.port)}`;
  }

  onOffer(handler: () => void): void {
    this.#offer = handler;
  }

  /** The port really listened on, which differs from the configured one only when that is 0. */
  get port(): number | undefined {
    const bound = this.#server?.address();
    return typeof bound === "object" && bound !== null ? bound.port : undefined;
  }

  async open(deadlineMs: number): Promise<Result<Transport>> {
    const startMs = this.#world.clock.monotonicMs();
    if (this.#server === undefined) {
      const listening = await this.#listen();
      if (!listening.ok) return listening;
    }
    const leftMs = Math.max(0, deadlineMs - (this.#world.clock.monotonicMs() - startMs));
    const socket = this.#offered ?? await this.#next(leftMs);
    this.#offered = undefined;
    if (socket === undefined) {
      return fail("deadline-passed", said(this.description, {
        en: "no PBX has connected yet", fr: "aucun PBX ne s'est encore connecté" }));
    }
    this.#current = socket;
    socket.setKeepAlive(true, keepAliveMs);
    const from = address(socket.remoteAddress ?? "unknown", socket.remotePort ?? 0);
    const transport = duplexTransport({
      kind: "tcp", description: `${this.description} from ${from}`, stream: socket,
      world: this.#world,
    });
    this.#heardAtMs = this.#world.clock.monotonicMs();
    return ok({
      ...transport,
      onReceive: (handler) => {
        transport.onReceive((bytes, atMs) => {
          this.#heardAtMs = atMs;
          handler(bytes, atMs);
        });
      },
    });
  }

  close(): Promise<void> {
    this.#abandon?.();
    this.#offered?.destroy();
    this.#offered = undefined;
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      server.close(() => { resolve(); });
      this.#current?.destroy();
    });
  }

  #next(deadlineMs: number): Promise<Socket | undefined> {
    return new Promise((resolve) => {
      const settle = (socket: Socket | undefined): void => {
        timer.cancel();
        this.#waiting = undefined;
        this.#abandon = undefined;
        resolve(socket);
      };
      const timer = this.#world.clock.after(deadlineMs, "transport.accept", () => {
        settle(undefined);
      });
      this.#waiting = settle;
      this.#abandon = () => { settle(undefined); };
    });
  }

  #listen(): Promise<Result<void>> {
    const server = createServer({ noDelay: true }, (socket) => { this.#accept(socket); });
    return new Promise((resolve) => {
      server.once("error", (error) => {
        const taken = codeOf(error) === "EADDRINUSE";
        resolve(fail(taken ? "address-in-use" : "link-down", said(this.description, taken
          ? { en: "another program listens on this port",
            fr: "un autre programme écoute sur ce port" }
          : messageOf(error)), { cause: error }));
      });
      server.listen({ host: this.#options.address, port: this.#options.port }, () => {
        server.on("error", (error) => {
          this.#world.log.event("link.listener", { reason: messageOf(error) }, "warn");
        });
        this.#server = server;
        resolve(ok(undefined));
      });
    });
  }

  #accept(socket: Socket): void {
    socket.on("error", () => undefined);
    const silentMs = this.#world.clock.monotonicMs() - this.#heardAtMs;
    if (this.#current?.remoteAddress === socket.remoteAddress && silentMs >= supersedeMs) {
      this.#current?.destroy(new Error("replaced: the same host connected anew"));
      this.#current = undefined;
    }
    if (this.#current !== undefined || this.#offered !== undefined) {
      this.#world.log.event("link.peer.refused",
        { listener: this.description, peer: socket.remoteAddress ?? "" }, "warn");
      socket.destroy();
      return;
    }
    socket.once("close", () => {
      if (this.#current === socket) this.#current = undefined;
      if (this.#offered === socket) this.#offered = undefined;
    });
    if (this.#waiting !== undefined) {
      this.#current = socket;
      this.#waiting(socket);
      return;
    }
    this.#offered = socket;
    this.#offer?.();
  }
}

export interface ListeningOpener extends TransportOpener {
  readonly port: number | undefined;
}

export function tcpListenOpener(options: TcpListenOptions, world: World): ListeningOpener {
  return new TcpListener(options, world);
}
