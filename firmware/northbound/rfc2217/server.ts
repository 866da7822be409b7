/**
 * Offers a line to a program of the PBX's vendor (RFC 2217), for some time. Who connects has a
 * client certificate that is named, or, where an admin has said so, comes from a named address.
 */

import { createServer as createPlainServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { done, fail, inEachLanguage, ok, type Result, type Text } from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { Access } from "../access/access.js";
import { auditActor } from "../access/audit-call.js";
import type { RemotePort, RemotePortListener, RemotePortWish, RemotePortsView, TerminalsView }
  from "../api/gateway-view.js";
import { listen } from "../api/network-server.js";
import { PeerCertificates, plainAddress, type TlsMaterial } from "../api/peer.js";
import { Rfc2217Session } from "./session.js";

export const remotePortsMax = 4;
/** Bytes that wait for a program that does not read: then it is let go. */
export const sendBufferMax = 1_048_576;
const handshakeMs = 10_000;
const minuteMs = 60_000;
/** Connections that have not been judged yet, and the one that is served. */
const connectionsMax = 8;

export interface RemotePortsParts {
  readonly world: World;
  readonly terminals: TerminalsView;
  readonly access: Pick<Access, "authenticate">;
  readonly tls: () => TlsMaterial | undefined;
}

export function createRemotePorts(parts: RemotePortsParts): RemotePortsView {
  let open = 0;
  return {
    open: async (wish, listener) => {
      if (open >= remotePortsMax) {
        return fail("queue-full", { en: `${remotePortsMax} lines are offered already.`,
          fr: `${remotePortsMax} lignes sont déjà offertes.` });
      }
      open += 1;
      const offered = new Offered(parts, wish, { ...listener, over: () => {
        open -= 1;
        listener.over();
      } });
      const begun = await offered.begin();
      if (!begun.ok) open -= 1;
      return begun;
    },
  };
}

class Offered {
  readonly #parts: RemotePortsParts;
  readonly #wish: RemotePortWish;
  readonly #listener: RemotePortListener;
  readonly #sockets = new Set<Socket>();
  readonly #endsAtMs: number;
  #server: Server | undefined;
  #peers: PeerCertificates | undefined;
  #isTaken = false;
  #isOver = false;

  constructor(parts: RemotePortsParts, wish: RemotePortWish, listener: RemotePortListener) {
    this.#parts = parts;
    this.#wish = wish;
    this.#listener = listener;
    this.#endsAtMs = parts.world.clock.monotonicMs() + wish.minutes * minuteMs;
  }

  async begin(): Promise<Result<RemotePort>> {
    const { world } = this.#parts;
    const server = this.#makeServer();
    if (!server.ok) return server;
    this.#server = server.value;
    server.value.maxConnections = connectionsMax;
    const bound = await listen("rfc2217", server.value, this.#wish, world.log);
    if (!bound.ok) return bound;
    const timer = world.clock.after(this.#wish.minutes * minuteMs, "rfc2217.end", () => {
      this.close();
    });
    server.value.once("close", () => { timer.cancel(); });
    return ok({ ...bound.value, close: () => { this.close(); },
      endsAtMs: world.clock.wall().getTime() + this.#wish.minutes * minuteMs });
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#listener.over();
  }

  #makeServer(): Result<Server> {
    const taken = (socket: Socket): void => { void this.#connected(socket); };
    const track = (socket: Socket): void => {
      socket.on("error", () => undefined);
      this.#sockets.add(socket);
      socket.once("close", () => { this.#sockets.delete(socket); });
    };
    if (this.#wish.certificates.length === 0) {
      return ok(createPlainServer(taken).on("connection", track));
    }
    const tls = this.#parts.tls();
    if (tls === undefined) return fail("precondition", "The servers have not been started.");
    this.#peers = new PeerCertificates(tls);
    const ca = [tls.authorityPem, tls.clientAuthorityPem].filter((pem) => pem !== undefined);
    const server = createTlsServer({ cert: tls.certificatePem, key: tls.keyPem, ca,
      minVersion: "TLSv1.3", requestCert: true, rejectUnauthorized: false,
      handshakeTimeout: handshakeMs }, taken);
    server.on("connection", track);
    server.on("tlsClientError", (_error, socket) => { socket.destroy(); });
    return ok(server);
  }

  async #connected(socket: Socket): Promise<void> {
    socket.on("error", () => undefined);
    // Nothing is read before it is known who it is.
    socket.pause();
    const source = `rfc2217 ${plainAddress(socket.remoteAddress)}`;
    const admitted = await this.#admit(socket, source);
    const served = admitted.ok ? await this.#serve(socket, admitted.value, source) : admitted;
    if (served.ok) return;
    const { message, french = message } = served.fault;
    this.#parts.world.log.event("rfc2217.refused", { source, reason: message }, "warn");
    this.#listener.refused(inEachLanguage((_words, language) =>
      `${source}: ${language === "en" ? message : french}`));
    socket.destroy();
  }

  /** Gives the actor's name. */
  async #admit(socket: Socket, source: string): Promise<Result<string>> {
    const { certificates, plainFrom } = this.#wish;
    if (this.#peers === undefined) {
      const address = plainAddress(socket.remoteAddress);
      return plainFrom.includes(address) ? ok(`address:${address}`) : notAllowed;
    }
    const certificate = this.#peers.of(socket);
    const known = await this.#parts.access.authenticate({ certificate, source });
    if (!known.ok) return known;
    return known.value.method === "certificate" && certificates.includes(known.value.name)
      ? ok(auditActor(known.value)) : notAllowed;
  }

  async #serve(socket: Socket, actor: string, source: string): Promise<Result<void>> {
    if (this.#isTaken) {
      return fail("port-locked", { en: "Another program has the line.",
        fr: "Un autre programme occupe la ligne." });
    }
    this.#isTaken = true;
    const served = await this.#open(socket, actor, source);
    if (!served.ok) this.#isTaken = false;
    return served;
  }

  async #open(socket: Socket, actor: string, source: string): Promise<Result<void>> {
    const { world, terminals } = this.#parts;
    const { line, reason, offeredBy } = this.#wish;
    const leftMs = this.#endsAtMs - world.clock.monotonicMs();
    const early: Uint8Array[] = [];
    const held: { session?: Rfc2217Session } = {};
    const opened = await terminals.open(
      { line, reason, actor, source, offeredBy, minutes: leftMs / minuteMs, idles: false }, {
        waiting: (header) => {
          socket.once("close", () => { void terminals.close(String(header.id), actor); });
          this.#listener.waiting(header);
        },
        received: (bytes) => {
          if (held.session === undefined) early.push(Uint8Array.from(bytes));
          else held.session.received(bytes);
        },
        notice: () => undefined,
        ended: (header) => {
          held.session?.close();
          socket.destroy();
          this.#isTaken = false;
          this.#listener.ended(header);
        },
      });
    if (!opened.ok) return opened;
    const id = String(opened.value.id);
    this.#listener.opened(opened.value);
    const session = new Rfc2217Session({ world, signature: `Jackfield ${opened.value.line}`,
      terminal: {
        type: (bytes) => terminals.type(id, actor, bytes, false),
        signal: (wish) => terminals.signal(id, actor, wish),
        settings: () => terminals.settings(id),
        change: (next) => terminals.change(id, actor, next),
        modemLines: () => terminals.modemLines(id),
      },
      send: (bytes) => {
        if (socket.destroyed) return;
        if (socket.writableLength + bytes.length > sendBufferMax) socket.destroy();
        else socket.write(bytes);
      } });
    held.session = session;
    carry(socket, session);
    const gone = (): void => { void terminals.close(id, actor); };
    socket.once("close", gone);
    if (socket.destroyed) gone();
    session.begin();
    for (const bytes of early) session.received(bytes);
    return done;
  }
}

/** What was read is done before more is read: a fast program waits for a slow line. */
function carry(socket: Socket, session: Rfc2217Session): void {
  socket.on("data", (bytes: Buffer) => {
    session.push(bytes);
    socket.pause();
    void session.idle().then(() => { socket.resume(); });
  });
  socket.resume();
}

const notAllowedText: Text = { en: "may not connect here", fr: "n'a pas accès ici" };
const notAllowed = fail("permission-denied", notAllowedText);
