/**
 * Syslog: a message a line (RFC 5424), in datagrams (RFC 5426) or counted in a stream (RFC 6587
 * §3.4.1). PROCID is the link, MSGID the place of the line: together they name it.
 */

import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { done, messageOf, type Result } from "../base/result.js";
import { tcpOpener } from "../link/transports/tcp.js";
import { isoTime } from "../switching/record-export.js";
import type { Batch, SyslogTarget } from "./destination.js";
import { withoutEnd } from "./lines.js";
import { undelivered, type Outlet, type OutletParts } from "./outlet.js";
import { StreamOutlet } from "./stream-outlet.js";

/** RFC 5424 §6.2.1: facility local0 (16), severity informational (6). */
const priority = 16 * 8 + 6;
/** RFC 5424 §6.2.7: longest MSGID. */
const idMax = 32;
/** RFC 5426 §3.2: a datagram over IPv4 holds no more. */
const datagramBytesMax = 65_507;

/** Lines without their ends; empty ones are no messages. */
export function syslogMessages({ link, pieces }: Batch, unit: string): readonly Uint8Array[] {
  return pieces.flatMap(({ id, atMs, bytes }) => {
    const line = withoutEnd(bytes);
    if (line.length === 0) return [];
    const place = id.slice(link.length + 1, link.length + 1 + idMax);
    const head = `<${priority}>1 ${isoTime(atMs)} ${unit} jackfield ${link} ${place} - `;
    return [Buffer.concat([Buffer.from(head), line])];
  });
}

export function syslogOutlet(to: SyslogTarget, parts: OutletParts): Outlet {
  if (to.over === "udp") return new DatagramOutlet(to, parts);
  const { world, changed } = parts;
  return new StreamOutlet({ world, changed,
    opener: tcpOpener({ kind: "tcp", host: to.host, port: to.port }, world),
    encode: (batch) => Buffer.concat(syslogMessages(batch, parts.unit())
      .flatMap((message) => [Buffer.from(`${message.length} `), message])) });
}

/** Datagrams are not acknowledged: taken means sent. */
class DatagramOutlet implements Outlet {
  readonly description: string;
  readonly #to: SyslogTarget;
  readonly #parts: OutletParts;
  #socket: Socket | undefined;

  constructor(to: SyslogTarget, parts: OutletParts) {
    this.#to = to;
    this.#parts = parts;
    this.description = `syslog udp ${to.host}:${to.port}`;
  }

  open(): Promise<Result<void>> {
    if (this.#socket === undefined) {
      this.#socket = createSocket(isIPv6(this.#to.host) ? "udp6" : "udp4");
      // Each send tells its own error.
      this.#socket.on("error", () => undefined);
    }
    return Promise.resolve(done);
  }

  async deliver(batch: Batch): Promise<Result<void>> {
    for (const message of syslogMessages(batch, this.#parts.unit())) {
      const sent = await this.#send(message.subarray(0, datagramBytesMax));
      if (!sent.ok) return sent;
    }
    return done;
  }

  close(): Promise<void> {
    this.#socket?.close();
    this.#socket = undefined;
    return Promise.resolve();
  }

  #send(message: Uint8Array): Promise<Result<void>> {
    const socket = this.#socket;
    if (socket === undefined) {
      return Promise.resolve(undelivered(this.description, { en: "closed", fr: "fermé" }));
    }
    return new Promise((resolve) => {
      socket.send(message, this.#to.port, this.#to.host, (error) => {
        resolve(error === null ? done : undelivered(this.description, messageOf(error)));
      });
    });
  }
}
