/** TLS to a PBX: trusted by authority and name, by a pinned fingerprint, or by both. */

import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { attempt, fail, messageOf, ok, type Result, type Text } from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { TransportOpener } from "../opener.js";
import type { Transport } from "../transport.js";
import { duplexTransport } from "./duplex.js";
import type { TlsOptions } from "./options.js";
import { codeOf, opened, said } from "./tcp.js";

function plainHex(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toUpperCase();
}

/**
 * What is wrong with the peer's certificate, if anything. A pinned fingerprint stands in for an
 * authority: PBXs come with self-signed certificates in which nobody set a name. With both
 * configured, both must hold.
 */
function distrust(socket: TLSSocket, options: TlsOptions): Text | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    return { en: "the peer shows no certificate",
      fr: "l'autre extrémité ne montre aucun certificat" };
  }
  if (options.fingerprint !== undefined) {
    const shown = plainHex(certificate.fingerprint256);
    if (shown !== plainHex(options.fingerprint)) {
      const { fingerprint256 } = certificate;
      return { en: `the certificate's SHA-256 fingerprint is ${fingerprint256}, not the configured `
          + "one",
        fr: `l'empreinte SHA-256 du certificat est ${fingerprint256}, non celle configurée` };
    }
    if (options.authority === undefined) return undefined;
  }
  if (!socket.authorized) return messageOf(socket.authorizationError);
  const name = options.serverName ?? options.host;
  const named = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name);
  const subject = certificate.subjectAltName ?? certificate.subject;
  return named === undefined
    ? { en: `the certificate is not for ${name} but for ${subject}`,
      fr: `le certificat n'est pas pour ${name} mais pour ${subject}` } : undefined;
}

export function tlsOpener(options: TlsOptions, world: World): TransportOpener {
  const description = `tls ${options.host}:${options.port}`;
  let pending: TLSSocket | undefined;
  return {
    description,
    async open(deadlineMs): Promise<Result<Transport>> {
      const parameters: ConnectionOptions = {
        host: options.host, port: options.port, minVersion: "TLSv1.2",
        // Verified by `distrust` before a byte is passed on, so that the reason can be told.
        rejectUnauthorized: false,
      };
      const path = options.authority;
      if (path !== undefined) {
        const authority = await attempt("precondition", `${description}: authority ${path}`,
          () => readFile(path));
        if (!authority.ok) return authority;
        parameters.ca = authority.value;
      }
      const name = options.serverName ?? options.host;
      if (isIP(name) === 0) parameters.servername = name;
      const connecting = await attempt("precondition", `${description}: authority`,
        () => connect(parameters));
      if (!connecting.ok) return connecting;
      const socket = connecting.value;
      pending = socket;
      const result = await opened(socket, "secureConnect", description, world, deadlineMs);
      pending = undefined;
      if (!result.ok) return refused(result.fault.cause, description) ?? result;
      const reason = distrust(socket, options);
      if (reason !== undefined) {
        socket.on("error", () => undefined);
        socket.destroy();
        return fail("peer-untrusted", said(description, reason));
      }
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 30_000);
      return ok(duplexTransport({ kind: "tls", description, stream: socket, world }));
    },
    close(): Promise<void> {
      pending?.destroy();
      return Promise.resolve();
    },
  };
}

/** A handshake that failed for want of a common version or for speaking no TLS at all. */
function refused(cause: unknown, description: string): Result<never> | undefined {
  if (codeOf(cause)?.startsWith("ERR_SSL_") !== true) return undefined;
  const detail = messageOf(cause);
  return fail("protocol-violation", said(description, {
    en: `no TLS 1.2 or newer handshake with the peer (${detail})`,
    fr: `pas d'accord TLS 1.2 ou plus récent avec l'autre extrémité (${detail})` }), { cause });
}
