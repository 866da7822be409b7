/** Who stands at the other end of a TLS connection. */

import { X509Certificate } from "node:crypto";
import { TLSSocket } from "node:tls";
import type { PeerCertificate } from "../access/access.js";

/** What a server needs to speak TLS 1.3 and to know its own clients. */
export interface TlsMaterial {
  /** The chain, PEM. */
  readonly certificatePem: string;
  readonly keyPem: string;
  /** The gateway's own authority, which signs client certificates; PEM. */
  readonly authorityPem: string | undefined;
  /** Another authority whose client certificates count (`tls.clientAuthority`); PEM. */
  readonly clientAuthorityPem: string | undefined;
}

/** "192.0.2.9" of "::ffff:192.0.2.9", without scope or brackets. */
export function plainAddress(address: string | undefined): string {
  return (address ?? "unknown").replace(/^::ffff:(?=\d+\.)/, "").replace(/%.*$/, "");
}

/** The verified client certificate of a connection; undefined when there is none. */
export class PeerCertificates {
  readonly #known = new WeakMap<TLSSocket, PeerCertificate | "none">();
  readonly #own: X509Certificate | undefined;

  constructor(material: TlsMaterial) {
    this.#own = material.authorityPem === undefined ? undefined
      : new X509Certificate(material.authorityPem);
  }

  of(socket: unknown): PeerCertificate | undefined {
    if (!(socket instanceof TLSSocket)) return undefined;
    const known = this.#known.get(socket);
    if (known !== undefined) return known === "none" ? undefined : known;
    const read = this.#read(socket);
    this.#known.set(socket, read ?? "none");
    return read;
  }

  #read(socket: TLSSocket): PeerCertificate | undefined {
    const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
    if (certificate === undefined) return undefined;
    const commonName = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? "";
    const own = this.#own;
    return {
      serialHex: certificate.serialNumber, commonName, fingerprint: certificate.fingerprint256,
      authorizedByOwnCa: own !== undefined && certificate.checkIssued(own)
        && certificate.verify(own.publicKey),
    };
  }
}
