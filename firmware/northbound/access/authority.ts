/** The authority and the server's certificate in files of the data folder, keys mode 0600. */

import { createPrivateKey, sign, X509Certificate } from "node:crypto";
import { chmod, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../base/folder.js";
import { attempt, fail, messageOf, ok } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { IssuedCertificate, KeyAndCertificate } from "./certificate-authority.js";
import { makeCertificate } from "./certificate-making.js";
import { alternativeNames, namesIn, plainAddress } from "./certificate-names.js";

const dayMs = 86_400_000;
/** The server's certificate is made anew at a start when less is left of it. */
export const renewDays = 30;
const fileBytesMax = 1_000_000;

const authorityFile = "authority.pem";
const authorityKeyFile = "authority-key.pem";
const serverFile = "server.pem";
const serverKeyFile = "server-key.pem";

export interface ClientCertificateIssuer {
  issueClientCertificate(requestPem: string, validDays: number):
    Promise<Result<IssuedCertificate>>;
}

export interface ServerCertificate {
  /** The server's certificate, followed by the chain. */
  readonly certificatePem: string;
  readonly keyPem: string;
  /** SHA-256 of the server's certificate, `AB:CD:...`. */
  readonly fingerprint: string;
  readonly expiresAtMs: number;
}

export interface Authority extends ServerCertificate, ClientCertificateIssuer {
  readonly authorityPem: string;
  readonly authorityFingerprint: string;
  readonly authorityExpiresAtMs: number;
  /** Signs documents of the unit: acceptance reports. */
  readonly signer: DocumentSigner;
}

export interface DocumentSigner {
  /** The authority's certificate, DER. */
  readonly certificate: Uint8Array;
  /**
   * ECDSA on P-256 with SHA-256, IEEE P1363. The same key signs certificates: messages begin with
   * a text of their own, which no certificate (DER, 0x30 first) can.
   */
  sign(message: Uint8Array): Uint8Array;
}

export interface AuthorityPlace {
  /** Made with mode 0700 when it does not exist. */
  readonly folder: string;
  readonly world: World;
  readonly unitName: string;
  /** Host name, addresses of the interfaces, `tls.names`. localhost is always added. */
  readonly names: readonly string[];
}

/** Undefined when there is no such file. */
async function readText(path: string): Promise<Result<string | undefined>> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > fileBytesMax) return fail("precondition", `${path} is too long.`);
    return ok(bytes.toString("utf8"));
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return ok(undefined);
    return fail("store-unavailable", `${path} cannot be read: ${messageOf(error)}`);
  }
}

/** All of it or nothing, also when the power goes in the middle. */
export async function writeWhole(
  path: string, content: string | Uint8Array, mode: number,
): Promise<Result<void>> {
  return attempt("store-unavailable", `${path} cannot be written`, async () => {
    const file = await open(`${path}.new`, "w", mode);
    try {
      await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
  });
}

async function writePair(
  folder: string, keyName: string, certificateName: string, pair: KeyAndCertificate,
): Promise<Result<void>> {
  const key = await writeWhole(join(folder, keyName), pair.keyPem, 0o600);
  if (!key.ok) return key;
  return writeWhole(join(folder, certificateName), pair.certificatePem, 0o644);
}

async function readPair(
  folder: string, keyName: string, certificateName: string,
): Promise<Result<{ key: string | undefined; certificate: string | undefined }>> {
  const key = await readText(join(folder, keyName));
  if (!key.ok) return key;
  const certificate = await readText(join(folder, certificateName));
  return certificate.ok ? ok({ key: key.value, certificate: certificate.value }) : certificate;
}

/** Why a certificate and a key cannot be used together; undefined when they can. */
function mismatch(certificatePem: string, keyPem: string): string | undefined {
  try {
    const certificate = new X509Certificate(certificatePem);
    return certificate.checkPrivateKey(createPrivateKey(keyPem)) ? undefined
      : "the key does not belong to the certificate";
  } catch (error) {
    return messageOf(error);
  }
}

async function loadOrMakeAuthority(place: AuthorityPlace): Promise<Result<KeyAndCertificate>> {
  const { folder, world, unitName } = place;
  const read = await readPair(folder, authorityKeyFile, authorityFile);
  if (!read.ok) return read;
  const { key, certificate } = read.value;
  // A key alone is a first start that was cut short: nobody can trust its certificate yet.
  if (certificate === undefined) {
    const made = await makeCertificate(world, "makeAuthority", unitName);
    if (!made.ok) return made;
    const written = await writePair(folder, authorityKeyFile, authorityFile, made.value);
    if (!written.ok) return written;
    world.log.event("access.authority.made", { folder });
    return made;
  }
  const problem = key === undefined ? "its key is missing" : mismatch(certificate, key);
  if (key === undefined || problem !== undefined) {
    return fail("precondition", `The authority in ${folder} cannot be used: ${problem ?? ""}. `
      + `Restore ${authorityFile} and ${authorityKeyFile} from a backup, or move both away: then `
      + "a new authority is made, and every client must trust it anew.");
  }
  return ok({ certificatePem: certificate, keyPem: key });
}

/** Why the server's certificate must be made anew; undefined when it is good. */
export function renewalReason(
  certificatePem: string, authorityPem: string, names: readonly string[], nowMs: number,
): string | undefined {
  const certificate = new X509Certificate(certificatePem);
  const authority = new X509Certificate(authorityPem);
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) {
    return "another authority signed it";
  }
  const leftMs = Date.parse(certificate.validTo) - nowMs;
  if (leftMs < renewDays * dayMs) return "it ends soon";
  const held = namesIn(certificatePem);
  const missing = alternativeNames(names).map((name) => plainAddress(name.value))
    .filter((name) => !held.includes(name));
  return missing.length > 0 ? `it lacks ${missing.join(", ")}` : undefined;
}

async function loadOrMakeServer(
  place: AuthorityPlace, authority: KeyAndCertificate,
): Promise<Result<KeyAndCertificate>> {
  const { folder, world, unitName, names } = place;
  const read = await readPair(folder, serverKeyFile, serverFile);
  if (!read.ok) return read;
  const { key, certificate } = read.value;
  let reason: string | undefined = "there is none";
  if (key !== undefined && certificate !== undefined) {
    reason = mismatch(certificate, key) ?? renewalReason(certificate, authority.certificatePem,
      [unitName, ...names], world.clock.wall().getTime());
    if (reason === undefined) return ok({ certificatePem: certificate, keyPem: key });
  }
  const made = await makeCertificate(world, "makeServerCertificate", authority, unitName, names);
  if (!made.ok) return made;
  const written = await writePair(folder, serverKeyFile, serverFile, made.value);
  if (!written.ok) return written;
  world.log.event("access.certificate.made", { folder, reason });
  return made;
}

/**
 * Loads the authority and the server's certificate of a folder, making what is missing and
 * renewing what ends within 30 days or lacks a name. Faults: `store-unavailable` (folder),
 * `precondition` (a damaged authority, which is never replaced in silence).
 */
export async function loadOrCreateAuthority(place: AuthorityPlace): Promise<Result<Authority>> {
  const { folder, world } = place;
  const folderMade = await attempt("store-unavailable", `${folder} cannot be made`, async () => {
    await makeFolder(folder);
    await chmod(folder, 0o700);
  });
  if (!folderMade.ok) return folderMade;
  const authority = await loadOrMakeAuthority(place);
  if (!authority.ok) return authority;
  const server = await loadOrMakeServer(place, authority.value);
  if (!server.ok) return server;
  return attempt("internal", "Reading the certificates", () => {
    const own = new X509Certificate(authority.value.certificatePem);
    const leaf = new X509Certificate(server.value.certificatePem);
    const key = createPrivateKey(authority.value.keyPem);
    return {
      certificatePem: server.value.certificatePem + authority.value.certificatePem,
      keyPem: server.value.keyPem,
      fingerprint: leaf.fingerprint256,
      expiresAtMs: Date.parse(leaf.validTo),
      authorityPem: authority.value.certificatePem,
      authorityFingerprint: own.fingerprint256,
      authorityExpiresAtMs: Date.parse(own.validTo),
      signer: { certificate: own.raw,
        sign: (message: Uint8Array) =>
          sign("sha256", message, { key, dsaEncoding: "ieee-p1363" }) },
      issueClientCertificate: (requestPem: string, validDays: number) => makeCertificate(world,
        "issueClientCertificate", authority.value, requestPem, validDays),
    };
  });
}

/** Whether a certificate and key that somebody else made can serve. */
export function checkSuppliedCertificate(
  certificatePem: string, keyPem: string, nowMs: number,
): Result<ServerCertificate> {
  const refuse = (path: string, message: string): Result<never> =>
    fail("config-invalid", message, { fields: [{ path, message }] });
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(certificatePem);
  } catch (error) {
    return refuse("tls.certificate", `tls.certificate is no PEM certificate: ${messageOf(error)}`);
  }
  const problem = mismatch(certificatePem, keyPem);
  if (problem !== undefined) return refuse("tls.key", `tls.key cannot be used: ${problem}.`);
  const expiresAtMs = Date.parse(leaf.validTo);
  if (expiresAtMs <= nowMs) {
    return refuse("tls.certificate", `tls.certificate ended on ${leaf.validTo}.`);
  }
  if (Date.parse(leaf.validFrom) > nowMs) {
    return refuse("tls.certificate", `tls.certificate is valid only from ${leaf.validFrom}: `
      + "install it later, or set the unit's clock.");
  }
  return ok({ certificatePem, keyPem, fingerprint: leaf.fingerprint256, expiresAtMs });
}

/** Reads and checks the files that `tls.certificate` and `tls.key` name. */
export async function loadSuppliedCertificate(
  paths: { readonly certificate: string; readonly key: string }, world: World,
): Promise<Result<ServerCertificate>> {
  const refuse = (path: string, message: string): Result<never> =>
    fail("config-invalid", message, { fields: [{ path, message }] });
  const certificate = await readText(paths.certificate);
  if (!certificate.ok) return refuse("tls.certificate", certificate.fault.message);
  if (certificate.value === undefined) {
    return refuse("tls.certificate", `tls.certificate: there is no file ${paths.certificate}.`);
  }
  const key = await readText(paths.key);
  if (!key.ok) return refuse("tls.key", key.fault.message);
  if (key.value === undefined) return refuse("tls.key", `tls.key: no file ${paths.key}.`);
  return checkSuppliedCertificate(certificate.value, key.value, world.clock.wall().getTime());
}

/** Reads a key of 32 random bytes from a file, mode 0600, making it at the first start. */
export async function loadOrCreateKey(path: string, world: World): Promise<Result<Uint8Array>> {
  const keyBytes = 32;
  const read = await readText(path);
  if (!read.ok) return read;
  if (read.value !== undefined) {
    const key = Buffer.from(read.value.trim(), "hex");
    if (key.length === keyBytes) return ok(key);
    return fail("precondition", `${path} is damaged: restore it from a backup. Without it no `
      + "password can be verified and no secret be read.");
  }
  const key = world.random.bytes(keyBytes);
  const written = await writeWhole(path, `${Buffer.from(key).toString("hex")}\n`, 0o600);
  return written.ok ? ok(key) : written;
}

