/**
 * Datagrams that a PBX sends to us. Each stays whole up to the driver, with its sender; what the
 * kernel had to drop, because nobody read fast enough, is counted where Linux tells.
 */

import { createSocket, type Socket } from "node:dgram";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { attempt, done, fail, messageOf, ok, type Result, type Text } from "../../base/result.js";
import type { Cancellable, World } from "../../base/world.js";
import type { TransportOpener } from "../opener.js";
import type { Sender, Transport } from "../transport.js";
import { dropsIn } from "./kernel-drops.js";
import { membership, plainAddress } from "./networks.js";
import type { UdpOptions } from "./options.js";
import { codeOf, said } from "./tcp.js";

/** Asked of the kernel; it gives as much as `net.core.rmem_max` allows. */
export const receiveBufferBytes = 4_194_304;
/** How often the kernel is asked what it dropped. */
export const dropsEveryMs = 10_000;
/** Without another loss for so long, the trouble is over. */
export const troubleMs = 60_000;
/** Answers that may wait for the network. */
export const sendsWaitingMax = 1_000;
/** Refused senders that are remembered, so that each is logged once. */
const refusedMax = 64;

export interface UdpOpener extends TransportOpener {
  /** The port really listened on, which differs from the configured one only when that is 0. */
  readonly port: number | undefined;
}

export function udpOpener(options: UdpOptions, world: World): UdpOpener {
  const { address, port } = options;
  const description = `udp ${address.includes(":") ? `[${address}]` : address}:${port}`;
  let socket: Socket | undefined;
  return {
    description,
    get port() { return socket === undefined ? undefined : boundPort(socket); },
    async open(): Promise<Result<Transport>> {
      const bound = await bind(options, description);
      if (!bound.ok) return bound;
      socket = bound.value;
      const kernelBytes = socket.getRecvBufferSize();
      if (kernelBytes < receiveBufferBytes) {
        world.log.event("link.udp.buffer", { listener: description, bytes: kernelBytes,
          wanted: receiveBufferBytes }, "info");
      }
      return ok(new UdpTransport(socket, description, options, world));
    },
    close(): Promise<void> {
      socket = undefined;
      return Promise.resolve();
    },
  };
}

function boundPort(socket: Socket): number | undefined {
  try {
    return socket.address().port;
  } catch {
    // It has been closed.
    return undefined;
  }
}

function bind(options: UdpOptions, description: string): Promise<Result<Socket>> {
  const type = options.address.includes(":") ? "udp6" : "udp4";
  const socket = createSocket({ type, recvBufferSize: receiveBufferBytes });
  return new Promise((resolve) => {
    const refused = (error: Error): void => {
      const taken = codeOf(error) === "EADDRINUSE";
      socket.close();
      resolve(fail(taken ? "address-in-use" : "link-down", said(description, taken
        ? { en: "another program listens on this port",
          fr: "un autre programme écoute sur ce port" }
        : messageOf(error)), { cause: error }));
    };
    socket.once("error", refused);
    socket.bind({ address: options.address, port: options.port, exclusive: true }, () => {
      socket.off("error", refused);
      resolve(ok(socket));
    });
  });
}

class UdpTransport implements Transport {
  readonly kind = "udp";
  readonly description: string;
  readonly #socket: Socket;
  readonly #world: World;
  readonly #closedHandlers: ((reason: Text) => void)[] = [];
  readonly #refused = new Set<string>();
  #closedReason: Text | undefined;
  #sending = 0;
  #trouble: ((reason: Text | undefined) => void) | undefined;
  #drops: { readonly first: number; last: number; atMs: number } | undefined;
  #watch: Cancellable | undefined;

  constructor(socket: Socket, description: string, options: UdpOptions, world: World) {
    this.#socket = socket;
    this.#world = world;
    this.description = description;
    const allowed = membership(options.senders);
    this.#allowed = (address) => {
      if (allowed(address)) return true;
      if (this.#refused.has(address) || this.#refused.size >= refusedMax) return false;
      this.#refused.add(address);
      world.log.event("link.peer.refused", { listener: description, peer: address }, "warn");
      return false;
    };
    socket.on("error", (error) => { this.#finish(messageOf(error)); });
    socket.on("close", () => { this.#finish({ en: "closed by us", fr: "fermé par nous" }); });
    void this.#look();
  }

  readonly #allowed: (address: string) => boolean;

  onReceive(handler: (bytes: Uint8Array, atMs: number, from: Sender) => void): void {
    this.#socket.on("message", (bytes, peer) => {
      const address = plainAddress(peer.address);
      // A datagram without content tells nothing, and there could be any number of them.
      if (bytes.length === 0 || this.#closedReason !== undefined || !this.#allowed(address)) return;
      handler(bytes, this.#world.clock.monotonicMs(), { address, port: peer.port });
    });
  }

  onClosed(handler: (reason: Text) => void): void {
    if (this.#closedReason === undefined) this.#closedHandlers.push(handler);
    else handler(this.#closedReason);
  }

  onTrouble(handler: (reason: Text | undefined) => void): void {
    this.#trouble = handler;
  }

  send(): Result<void> {
    return fail("precondition", said(this.description, {
      en: "only those who have sent something can be answered",
      fr: "on ne peut répondre qu'à ceux qui ont envoyé" }));
  }

  sendTo(bytes: Uint8Array, to: Sender): Result<void> {
    if (this.#closedReason !== undefined) {
      return fail("link-down", said(this.description, this.#closedReason));
    }
    if (this.#sending >= sendsWaitingMax) {
      return fail("queue-full", said(this.description, {
        en: `${this.#sending} answers already wait to be sent`,
        fr: `${this.#sending} réponses attendent déjà` }));
    }
    this.#sending += 1;
    const wide = this.#socket.address().family === "IPv6" && isIP(to.address) === 4;
    this.#socket.send(bytes, to.port, wide ? `::ffff:${to.address}` : to.address, (error) => {
      this.#sending -= 1;
      if (error === null) return;
      this.#world.log.event("link.udp.unsent", { listener: this.description, peer: to.address,
        reason: messageOf(error) }, "warn");
    });
    return done;
  }

  close(): void {
    this.#finish({ en: "closed by us", fr: "fermé par nous" });
  }

  #finish(reason: Text): void {
    if (this.#closedReason !== undefined) return;
    this.#closedReason = reason;
    this.#watch?.cancel();
    this.#socket.close();
    for (const handler of this.#closedHandlers.splice(0)) handler(reason);
  }

  /** Where the kernel does not tell (no /proc), nothing is said. */
  async #look(): Promise<void> {
    const { address, port, family } = this.#socket.address();
    const table = family === "IPv6" ? "/proc/net/udp6" : "/proc/net/udp";
    const read = await attempt("internal", table, () => readFile(table, "latin1"));
    const drops = read.ok ? dropsIn(read.value, address, port) : undefined;
    if (this.#closedReason !== undefined) return;
    if (drops !== undefined) this.#judge(drops);
    this.#watch = this.#world.clock.after(dropsEveryMs, "link.udp.drops", () => {
      void this.#look();
    });
  }

  #judge(drops: number): void {
    const nowMs = this.#world.clock.monotonicMs();
    const known = this.#drops;
    if (known === undefined) {
      this.#drops = { first: drops, last: drops, atMs: -Infinity };
      return;
    }
    if (drops > known.last) {
      known.last = drops;
      known.atMs = nowMs;
      const lost = drops - known.first;
      this.#world.log.event("link.udp.lost", { listener: this.description, lost }, "warn");
      this.#trouble?.({
        en: `${lost} datagrams lost: they came faster than they could be read`,
        fr: `${lost} datagrammes perdus : arrivés plus vite qu'on ne pouvait les lire` });
    } else if (known.atMs > -Infinity && nowMs - known.atMs >= troubleMs) {
      known.atMs = -Infinity;
      this.#trouble?.(undefined);
    }
  }
}
