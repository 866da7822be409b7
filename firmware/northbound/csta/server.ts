/** A CSTA server: listens, with TLS or (where an admin has said so) without, and carries bytes. */

import { createServer as createPlainServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket, type Server as TlsServer } from "node:tls";
import type { Health } from "../../base/component.js";
import { done, type Result } from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { CstaConfig } from "../../config/schema.js";
import type { CstaCodec, CstaEventName, CstaServiceName } from "../../wire/csta/message.js";
import { listen, type Bound, type NetworkServer } from "../api/network-server.js";
import { PeerCertificates, plainAddress, type TlsMaterial } from "../api/peer.js";
import { Connection, type Carrier } from "./connection.js";
import { Domain, type DomainGateway } from "./domain.js";
import { featuresOf } from "./features.js";
import type { Feed } from "./feed.js";
import { Sessions } from "./sessions.js";

export const connectionsMax = 256;
/** Octets that wait for a reader in the socket; what else waits is bounded by `queueMax`. */
export const sendBufferMax = 262_144;
const handshakeMs = 10_000;
const keepAliveMs = 30_000;
/** A peer that does not read the last word is not waited for longer. */
const lastWordMs = 2_000;

export interface CstaServerOptions {
  readonly config: CstaConfig;
  readonly tls: TlsMaterial;
  readonly gateway: DomainGateway;
  readonly feed: Feed;
  /** One for each connection; an encoding may tell of `offers` in the association. */
  readonly codec: (offers?: {
    readonly services: ReadonlySet<CstaServiceName>; readonly events: ReadonlySet<CstaEventName>;
  }) => CstaCodec;
}

export interface CstaServer extends NetworkServer {
  readonly sessions: Sessions;
}

export function createCstaServer(options: CstaServerOptions): CstaServer {
  return new Running(options);
}

/** Applications are older than the gateway's own clients: 1.2 is still common among them. */
function secureContext(tls: TlsMaterial) {
  const authorities = [tls.authorityPem, tls.clientAuthorityPem]
    .filter((pem) => pem !== undefined);
  return { cert: tls.certificatePem, key: tls.keyPem, minVersion: "TLSv1.2" as const,
    ...(authorities.length === 0 ? {} : { ca: authorities }) };
}

class Running implements CstaServer {
  readonly name: string;
  readonly sessions: Sessions;
  readonly #options: CstaServerOptions;
  readonly #sockets = new Set<Socket>();
  #peers: PeerCertificates;
  #listener: Server | undefined;
  #health: Health = { status: "failed", reason: "not started" };
  #bound: Bound | undefined;

  constructor(options: CstaServerOptions) {
    this.#options = options;
    this.name = `csta-${options.config.id}`;
    this.#peers = new PeerCertificates(options.tls);
    this.sessions = new Sessions(new Domain(options.gateway, options.feed, options.config));
  }

  get health(): Health {
    return this.#health;
  }

  get bound(): Bound | undefined {
    return this.#bound;
  }

  async start(): Promise<Result<void>> {
    const { config, gateway: { world } } = this.#options;
    const joined = this.sessions.start();
    if (!joined.ok) return joined;
    const listener = this.#makeListener();
    listener.maxConnections = connectionsMax;
    listener.on("connection", (socket: Socket) => {
      socket.on("error", () => undefined);
      this.#sockets.add(socket);
      socket.once("close", () => { this.#sockets.delete(socket); });
    });
    this.#listener = listener;
    const listening = await listen("csta", listener, config, world.log);
    if (!listening.ok) {
      this.sessions.stop();
      this.#health = { status: "failed", reason: listening.fault.message };
      return listening;
    }
    this.#bound = listening.value;
    this.#health = { status: "ok" };
    world.log.event("csta.listening", { server: config.id, protocol: config.protocol,
      tls: config.tls, ...this.#bound });
    return done;
  }

  renew(tls: TlsMaterial): void {
    this.#peers = new PeerCertificates(tls);
    if (this.#options.config.tls) {
      (this.#listener as TlsServer | undefined)?.setSecureContext(secureContext(tls));
    }
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#health = { status: "failed", reason: "stopped" };
    const listener = this.#listener;
    if (listener === undefined || !listener.listening) return;
    const closed = new Promise<void>((resolve) => { listener.close(() => { resolve(); }); });
    this.sessions.stop();
    const timer = this.#options.gateway.world.clock.after(Math.min(deadlineMs, lastWordMs),
      "csta.stop", () => { for (const socket of this.#sockets) socket.destroy(); });
    await closed;
    timer.cancel();
    this.#listener = undefined;
    this.#bound = undefined;
    this.#options.gateway.world.log.event("csta.stopped", { server: this.#options.config.id });
  }

  #makeListener(): Server {
    const { config, tls, gateway: { world } } = this.#options;
    const serve = (socket: Socket): void => { this.#serve(socket); };
    if (!config.tls) return createPlainServer({ noDelay: true }, serve);
    const listener = createTlsServer({ ...secureContext(tls), requestCert: true,
      rejectUnauthorized: false, handshakeTimeout: handshakeMs, noDelay: true }, serve);
    listener.on("tlsClientError", (error, socket) => {
      world.log.event("csta.tls.refused", { server: config.id, peer: socket.remoteAddress,
        reason: error.message }, "debug");
      socket.destroy();
    });
    return listener;
  }

  /** Before it is known who comes: what an operator would be offered. */
  #codec(): CstaCodec {
    const { codec } = this.#options;
    const { domain } = this.sessions;
    const { services, events } = featuresOf(domain.links(), codec(), true,
      domain.privateLinks.length === 1);
    return codec({ services: new Set(services), events: new Set(events) });
  }

  #serve(socket: Socket): void {
    socket.on("error", () => undefined);
    socket.setKeepAlive(true, keepAliveMs);
    const certificate = socket instanceof TLSSocket ? this.#peers.of(socket) : undefined;
    const connection = new Connection({ sessions: this.sessions, certificate,
      codec: this.#codec(), address: plainAddress(socket.remoteAddress),
      carrier: new SocketCarrier(socket, this.#options.gateway.world) });
    socket.on("data", (chunk: Buffer) => { connection.received(chunk); });
    socket.on("drain", () => { connection.drained(); });
    socket.once("close", () => { connection.closed(); });
  }
}

/** What is written in one turn goes out in one piece. */
class SocketCarrier implements Carrier {
  readonly #socket: Socket;
  readonly #world: World;
  #isCorked = false;
  #isHeld = false;

  constructor(socket: Socket, world: World) {
    this.#socket = socket;
    this.#world = world;
  }

  get full(): boolean {
    return this.#socket.writableLength >= sendBufferMax;
  }

  write(bytes: Uint8Array): void {
    if (!this.#socket.writable) return;
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      queueMicrotask(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes);
  }

  hold(held: boolean): void {
    if (held === this.#isHeld) return;
    this.#isHeld = held;
    if (held) this.#socket.pause(); else this.#socket.resume();
  }

  end(): void {
    if (this.#socket.destroyed) return;
    this.#socket.end();
    const timer = this.#world.clock.after(lastWordMs, "csta.last-word", () => {
      this.#socket.destroy();
    });
    this.#socket.once("close", () => { timer.cancel(); });
  }
}
