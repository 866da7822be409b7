/**
 * The gRPC server: TLS 1.3, optional client certificates, the API's methods, health and
 * reflection. grpc-js gets connections whose TLS is already done, because it cannot itself be
 * told to ask for a certificate without insisting on one.
 */

import { createServer, type Server as TlsServer, type TLSSocket } from "node:tls";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { Health } from "../../base/component.js";
import { done, type Result } from "../../base/result.js";
import type { Cancellable } from "../../base/world.js";
import { CallsService } from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import type { Door } from "../api/door.js";
import { listen, type Bound, type NetworkServer, type NetworkServerOptions }
  from "../api/network-server.js";
import { PeerCertificates, type TlsMaterial } from "../api/peer.js";
import { serving } from "../api/serving.js";
import { callerReader } from "./caller.js";
import { definitionOf, implementationOf } from "./carrier.js";
import { writeAhead } from "./write-ahead.js";
import { addStandardServices, type StandardServices } from "./standard-services.js";

export const connectionsMax = 500;
export const streamsPerConnectionMax = 200;
/** A configuration document may have 2 MB; nothing else is near. */
export const requestBytesMax = 4_194_304;
/** Agreed with clients: pings more often than a peer allows are punished by it. */
export const keepaliveMs = 20_000;
export const keepaliveTimeoutMs = 5_000;
const eventsPath = `/${CallsService.typeName}/${CallsService.method.watchEvents.name}`;
const handshakeMs = 10_000;
const healthPollMs = 1_000;

export function createGrpcServer(options: NetworkServerOptions): NetworkServer {
  return new Running(options);
}

function secureContext(tls: TlsMaterial) {
  const authorities = [tls.authorityPem, tls.clientAuthorityPem]
    .filter((pem) => pem !== undefined);
  return { cert: tls.certificatePem, key: tls.keyPem, minVersion: "TLSv1.3" as const,
    ...(authorities.length === 0 ? {} : { ca: authorities }) };
}

class Running implements NetworkServer {
  readonly name = "grpc";
  readonly #options: NetworkServerOptions;
  readonly #sockets = new Map<string, TLSSocket>();
  #peers: PeerCertificates;
  #tls: TlsMaterial;
  #listener: TlsServer | undefined;
  #server: Server | undefined;
  #door: Door | undefined;
  #standard: StandardServices | undefined;
  #polling: Cancellable | undefined;
  #health: Health = { status: "failed", reason: "not started" };
  #bound: Bound | undefined;

  constructor(options: NetworkServerOptions) {
    this.#options = options;
    this.#tls = options.tls;
    this.#peers = new PeerCertificates(options.tls);
  }

  get health(): Health {
    return this.#health;
  }

  get bound(): Bound | undefined {
    return this.#bound;
  }

  async start(): Promise<Result<void>> {
    const { api } = this.#options;
    const server = this.#carrier();
    const inject = server.createConnectionInjector(ServerCredentials.createInsecure());
    const listener = createServer({
      ...secureContext(this.#tls), requestCert: true, rejectUnauthorized: false,
      ALPNProtocols: ["h2"], handshakeTimeout: handshakeMs, noDelay: true,
    });
    listener.maxConnections = connectionsMax;
    listener.on("secureConnection", (socket) => {
      this.#track(socket);
      inject.injectConnection(socket);
    });
    listener.on("tlsClientError", (error, socket) => {
      api.gateway.world.log.event("grpc.tls.refused",
        { peer: socket.remoteAddress, reason: error.message }, "debug");
      socket.destroy();
    });
    this.#server = server;
    this.#listener = listener;
    const listening = await listen("grpc", listener, this.#options, api.gateway.world.log);
    if (!listening.ok) {
      server.forceShutdown();
      this.#health = { status: "failed", reason: listening.fault.message };
      return listening;
    }
    this.#bound = listening.value;
    this.#health = { status: "ok" };
    this.#pollHealth();
    api.gateway.world.log.event("grpc.listening", { ...this.#bound });
    return done;
  }

  renew(tls: TlsMaterial): void {
    this.#tls = tls;
    this.#peers = new PeerCertificates(tls);
    this.#listener?.setSecureContext(secureContext(tls));
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#polling?.cancel();
    this.#health = { status: "failed", reason: "stopped" };
    const { clock, log } = this.#options.api.gateway.world;
    const server = this.#server;
    const listener = this.#listener;
    if (server === undefined || listener === undefined) return;
    const closed = new Promise<void>((resolve) => { listener.close(() => { resolve(); }); });
    this.#door?.close();
    let forced = false;
    const force = (): void => {
      forced = true;
      server.forceShutdown();
      for (const socket of this.#sockets.values()) socket.destroy();
    };
    const timer = clock.after(Math.max(0, deadlineMs), "grpc.stop", force);
    // Its own callback comes too early: Node has closed the sessions before grpc-js looks at
    // them. A connection ends when its last stream has had its status; that is what counts.
    server.tryShutdown(() => undefined);
    await closed;
    timer.cancel();
    this.#server = undefined;
    this.#listener = undefined;
    this.#bound = undefined;
    log.event("grpc.stopped", { forced });
  }

  #carrier(): Server {
    const { api } = this.#options;
    const server = new Server({
      "grpc.max_receive_message_length": requestBytesMax,
      "grpc.max_concurrent_streams": streamsPerConnectionMax,
      "grpc.keepalive_time_ms": keepaliveMs,
      "grpc.keepalive_timeout_ms": keepaliveTimeoutMs,
      "grpc.keepalive_permit_without_calls": 1,
      "grpc.enable_channelz": 0,
      interceptors: [writeAhead(new Set([eventsPath]))],
    });
    const door = api.door("grpc");
    const callers = callerReader(api.gateway.world,
      (peer) => this.#peers.of(this.#sockets.get(peer)));
    for (const { service } of api.services) {
      const definition: Record<string, ReturnType<typeof definitionOf>> = {};
      const implementation: Record<string, ReturnType<typeof implementationOf>> = {};
      for (const method of service.methods) {
        const path = `${service.typeName}/${method.name}`;
        const bound = api.methods.get(path);
        if (bound === undefined) continue;
        definition[method.localName] = definitionOf(path, bound.method);
        implementation[method.localName] = implementationOf(api, door, callers, bound);
      }
      server.addService(definition, implementation);
    }
    this.#door = door;
    this.#standard = addStandardServices(server, api, door, callers);
    return server;
  }

  #track(socket: TLSSocket): void {
    const peer = `${socket.remoteAddress ?? ""}:${socket.remotePort ?? 0}`;
    this.#sockets.set(peer, socket);
    socket.on("close", () => {
      if (this.#sockets.get(peer) === socket) this.#sockets.delete(peer);
    });
    socket.on("error", () => undefined);
  }

  #pollHealth(): void {
    const { gateway } = this.#options.api;
    this.#standard?.setServing(serving(gateway));
    this.#polling = gateway.world.clock.after(healthPollMs, "grpc.health",
      () => { this.#pollHealth(); });
  }
}
