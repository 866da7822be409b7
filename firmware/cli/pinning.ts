/** Trust on first use: fetches the authority with which a gateway signs, before any secret goes. */

import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { exitCodes } from "./exit-codes.js";
import { Failure } from "./failure.js";

export interface Authority {
  readonly pem: string;
  /** SHA-256, upper-case hexadecimal with colons. */
  readonly fingerprint: string;
  readonly subject: string;
}

export type FetchAuthority = (address: string) => Promise<Authority>;

const fetchMs = 10_000;
const chainMax = 10;

/** The last certificate of the chain that the gateway presents. Nothing is sent to it. */
export const fetchAuthority: FetchAuthority = (address) => new Promise((resolve, reject) => {
  const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  // The chain is only looked at here; the connection that signs in verifies it.
  const socket = connect({
    host, port: Number(port), minVersion: "TLSv1.3", rejectUnauthorized: false,
    ALPNProtocols: ["h2"], timeout: fetchMs,
    ...(!/^[\d.:]+$/.test(host) && { servername: host }),
  });
  const refuse = (reason: string): void => {
    socket.destroy();
    reject(new Failure(`${address}: ${reason}`, { exitCode: exitCodes.unavailable,
      advice: "Check the address, and that the gateway runs." }));
  };
  socket.once("error", (error) => { refuse(error.message); });
  socket.once("timeout", () => { refuse("no answer"); });
  socket.once("secureConnect", () => {
    let certificate = socket.getPeerCertificate(true);
    for (let depth = 0; depth < chainMax; depth += 1) {
      const issuer = certificate.issuerCertificate;
      if (Object.keys(issuer ?? {}).length === 0) break;
      if (issuer.fingerprint256 === certificate.fingerprint256) break;
      certificate = issuer;
    }
    const parsed = new X509Certificate(certificate.raw);
    socket.destroy();
    resolve({ pem: parsed.toString(), fingerprint: parsed.fingerprint256,
      subject: parsed.subject.replaceAll("\n", ", ") });
  });
});

/** Compares fingerprints however they are written. */
export function sameFingerprint(a: string, b: string): boolean {
  const plain = (text: string): string => text.replace(/[^0-9a-f]/gi, "").toLowerCase();
  return plain(a) !== "" && plain(a) === plain(b);
}
