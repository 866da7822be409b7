/**
 * The gateway's own certificate authority: makes itself, the server's certificate, and client
 * certificates for signing requests. Pure but for randomness and time; `authority.ts` keeps the
 * results in files.
 */

// The certificate library's dependency injection needs this before anything else.
import "reflect-metadata";
import { createPublicKey, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { attempt, fail, ok } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import type { Clock, Random } from "../../base/world.js";
import { alternativeNames, type AlternativeName } from "./certificate-names.js";

const dayMs = 86_400_000;
export const authorityDays = 3_650;
/** Browsers refuse server certificates that live longer than 398 days. */
export const serverDays = 397;
export const clientDaysDefault = 365;
export const clientDaysMax = 825;
/** Clocks of callers may be behind ours by so much. */
const backdateMs = 3_600_000;
const requestCharactersMax = 20_000;
const commonNameMax = 64;
const serialBytes = 16;
const rsaBitsMin = 2_048;

const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256" } as const;
const signingAlgorithm = { name: "ECDSA", hash: "SHA-256" } as const;

/** The world's time, and randomness for the serial number. */
export interface Moment {
  readonly clock: Pick<Clock, "wall">;
  readonly random: Pick<Random, "bytes">;
}

export interface KeyAndCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface IssuedCertificate {
  readonly certificatePem: string;
  readonly authorityPem: string;
  /** Lower-case hexadecimal. */
  readonly serial: string;
  readonly name: string;
  /** SHA-256 of the DER form, hexadecimal. */
  readonly fingerprint: string;
  readonly expiresAtMs: number;
}

function newSerial(at: Moment): string {
  const bytes = Uint8Array.from(at.random.bytes(serialBytes));
  // RFC 5280 §4.1.2.2: positive, 20 octets at most. The bit set keeps its length the same.
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey("pkcs8", key);
  const lines = Buffer.from(der).toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
}

function withEnd(pem: string): string {
  return pem.endsWith("\n") ? pem : `${pem}\n`;
}

/** A new authority for ten years, named after the unit. */
export async function makeAuthority(
  at: Moment, unitName: string,
): Promise<Result<KeyAndCertificate>> {
  return attempt("internal", "Making the certificate authority", async () => {
    const keys = await newKeys();
    const notBefore = new Date(at.clock.wall().getTime() - backdateMs);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: newSerial(at), name: [{ CN: [`${unitName} authority`] }], notBefore,
      notAfter: new Date(notBefore.getTime() + authorityDays * dayMs), signingAlgorithm, keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return { certificatePem: withEnd(certificate.toString("pem")),
      keyPem: await keyPem(keys.privateKey) };
  });
}

interface Signer {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

async function signerOf(authority: KeyAndCertificate): Promise<Signer> {
  const der = x509.PemConverter.decodeFirst(authority.keyPem);
  return {
    certificate: new x509.X509Certificate(authority.certificatePem),
    key: await webcrypto.subtle.importKey("pkcs8", der, keyAlgorithm, false, ["sign"]),
  };
}

interface Leaf {
  readonly commonName: string;
  readonly publicKey: x509.PublicKey | webcrypto.CryptoKey;
  readonly days: number;
  readonly usage: x509.ExtendedKeyUsage;
  readonly names: readonly AlternativeName[];
}

async function signLeaf(
  at: Moment, authority: KeyAndCertificate, leaf: Leaf,
): Promise<x509.X509Certificate> {
  const signer = await signerOf(authority);
  const notBefore = new Date(at.clock.wall().getTime() - backdateMs);
  const endMs = Math.min(notBefore.getTime() + leaf.days * dayMs,
    signer.certificate.notAfter.getTime());
  return x509.X509CertificateGenerator.create({
    serialNumber: newSerial(at), subject: [{ CN: [leaf.commonName] }],
    issuer: signer.certificate.subjectName, notBefore, notAfter: new Date(endMs),
    signingAlgorithm, signingKey: signer.key, publicKey: leaf.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([leaf.usage], false),
      ...(leaf.names.length === 0 ? []
        : [new x509.SubjectAlternativeNameExtension([...leaf.names], false)]),
      await x509.AuthorityKeyIdentifierExtension.create(signer.certificate.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(leaf.publicKey),
    ],
  });
}

/** The certificate with which the gateway's servers answer, for 397 days. */
export function makeServerCertificate(
  at: Moment, authority: KeyAndCertificate, unitName: string, names: readonly string[],
): Promise<Result<KeyAndCertificate>> {
  return attempt("internal", "Making the server's certificate", async () => {
    const keys = await newKeys();
    const certificate = await signLeaf(at, authority, { commonName: unitName,
      publicKey: keys.publicKey, days: serverDays, usage: x509.ExtendedKeyUsage.serverAuth,
      names: alternativeNames([unitName, ...names]) });
    return { certificatePem: withEnd(certificate.toString("pem")),
      keyPem: await keyPem(keys.privateKey) };
  });
}

function refuse(message: string): Result<never> {
  return fail("argument-invalid", message, { fields: [{ path: "request_pem", message }] });
}

/** The common name of a good request. Its signature proves that the caller has the key. */
async function checkRequest(request: x509.Pkcs10CertificateRequest): Promise<Result<string>> {
  const verified = await attempt("argument-invalid", "The request", () => request.verify());
  if (!verified.ok || !verified.value) {
    return refuse("The request's signature does not fit its public key.");
  }
  const key = createPublicKey({
    key: Buffer.from(request.publicKey.rawData), format: "der", type: "spki" });
  const strong = key.asymmetricKeyType === "ec" || key.asymmetricKeyType === "ed25519"
    || (key.asymmetricKeyType === "rsa"
      && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= rsaBitsMin);
  if (!strong) return refuse("The key must be EC, Ed25519, or RSA of at least 2048 bits.");
  const [name = "", ...more] = request.subjectName.getField("CN");
  if (more.length > 0 || name.trim() !== name || !/^[\p{L}\p{N}._@ -]+$/u.test(name)
    || name.length > commonNameMax) {
    return refuse(`The request needs one common name of 1 to ${commonNameMax} letters, digits, `
      + "spaces and \"._@-\".");
  }
  return ok(name);
}

/**
 * Signs a client certificate for a PKCS#10 request. Takes over its common name and its key,
 * nothing else. `validDays` 0 means 365. Faults: `argument-invalid`.
 */
export async function issueClientCertificate(
  at: Moment, authority: KeyAndCertificate, requestPem: string, validDays: number,
): Promise<Result<IssuedCertificate>> {
  if (!Number.isInteger(validDays) || validDays < 0 || validDays > clientDaysMax) {
    const message = `A certificate is valid for 1 to ${clientDaysMax} days.`;
    return fail("argument-invalid", message, { fields: [{ path: "valid_days", message }] });
  }
  if (requestPem.length > requestCharactersMax) return refuse("The request is too long.");
  const parsed = await attempt("argument-invalid", "The request",
    () => new x509.Pkcs10CertificateRequest(requestPem));
  if (!parsed.ok) return refuse("This is no certificate signing request (PKCS#10, PEM).");
  const checked = await attempt("argument-invalid", "The request",
    () => checkRequest(parsed.value));
  if (!checked.ok) return refuse("The request cannot be read.");
  if (!checked.value.ok) return checked.value;
  const name = checked.value.value;
  return attempt("internal", "Signing the client certificate", async () => {
    const certificate = await signLeaf(at, authority, { commonName: name,
      publicKey: parsed.value.publicKey, usage: x509.ExtendedKeyUsage.clientAuth, names: [],
      days: validDays === 0 ? clientDaysDefault : validDays });
    return {
      certificatePem: withEnd(certificate.toString("pem")), authorityPem: authority.certificatePem,
      serial: certificate.serialNumber.toLowerCase(), name,
      fingerprint: Buffer.from(await certificate.getThumbprint("SHA-256")).toString("hex"),
      expiresAtMs: certificate.notAfter.getTime(),
    };
  });
}
