import "reflect-metadata";
import assert from "node:assert/strict";
import { createPublicKey, webcrypto, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Result } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { checkSuppliedCertificate, renewalReason } from "./authority.js";
import { clientDaysMax, issueClientCertificate, makeAuthority, makeServerCertificate }
  from "./certificate-authority.js";
import { alternativeNames, namesIn, namesMax } from "./certificate-names.js";
import type { KeyAndCertificate } from "./certificate-authority.js";

const dayMs = 86_400_000;
const ecdsa = { name: "ECDSA", namedCurve: "P-256" } as const;

function value<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : `${result.fault.code}: ${result.fault.message}`);
  return result.value;
}

async function request(name: string, algorithm: webcrypto.EcKeyGenParams
  | webcrypto.RsaHashedKeyGenParams = ecdsa): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const made = await x509.Pkcs10CertificateRequestGenerator.create({ name: [{ CN: [name] }], keys,
    signingAlgorithm: algorithm === ecdsa ? { name: "ECDSA", hash: "SHA-256" }
      : { name: algorithm.name } });
  return made.toString("pem");
}

describe("certificate authority", () => {
  const world = new SimulatedWorld();
  const nowMs = world.clock.wall().getTime();
  let authority: KeyAndCertificate;
  let own: X509Certificate;

  before(async () => {
    authority = value(await makeAuthority(world, "lyon-nord"));
    own = new X509Certificate(authority.certificatePem);
  });

  it("is a P-256 authority for ten years that may only sign certificates", () => {
    assert.equal(own.ca, true);
    assert.equal(own.subject, "CN=lyon-nord authority");
    assert.equal(own.verify(own.publicKey), true);
    assert.equal(own.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
    const days = (Date.parse(own.validTo) - Date.parse(own.validFrom)) / dayMs;
    assert.equal(days, 3_650);
  });

  it("makes a server certificate for 397 days with all names", async () => {
    const server = value(await makeServerCertificate(world, authority, "lyon-nord",
      ["gateway.example.org", "192.0.2.7", "2001:db8::7", "fe80::1%eth0", "not a name"]));
    const leaf = new X509Certificate(server.certificatePem);
    assert.equal(leaf.checkIssued(own) && leaf.verify(own.publicKey), true);
    assert.equal((Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)) / dayMs, 397);
    assert.deepEqual(namesIn(server.certificatePem), ["localhost", "127.0.0.1", "::1",
      "lyon-nord", "gateway.example.org", "192.0.2.7", "2001:db8::7", "fe80::1"]);
    for (const host of ["localhost", "gateway.example.org", "lyon-nord"]) {
      assert.equal(leaf.checkHost(host), host);
    }
    for (const ip of ["127.0.0.1", "::1", "192.0.2.7", "2001:db8::7"]) {
      assert.equal(leaf.checkIP(ip), ip);
    }
    assert.equal(renewalReason(server.certificatePem, authority.certificatePem,
      ["192.0.2.7"], nowMs), undefined);
    assert.equal(renewalReason(server.certificatePem, authority.certificatePem,
      ["192.0.2.8"], nowMs), "it lacks 192.0.2.8");
    assert.equal(renewalReason(server.certificatePem, authority.certificatePem, [],
      nowMs + 368 * dayMs), "it ends soon");
    const other = value(await makeAuthority(world, "lyon-nord"));
    assert.equal(renewalReason(server.certificatePem, other.certificatePem, [], nowMs),
      "another authority signed it");
  });

  it("bounds the names and leaves out what is none", () => {
    const many = Array.from({ length: namesMax + 50 }, (_, count) => `n${count}.example.org`);
    assert.equal(alternativeNames(many).length, namesMax);
    assert.deepEqual(alternativeNames(["", "-x", "a b", "a..b", "LOCALHOST"])
      .map((name) => name.value), ["localhost", "127.0.0.1", "::1"]);
  });

  it("signs a client certificate for a request", async () => {
    const issued = value(await issueClientCertificate(
      world, authority, await request("billing export"), 30));
    const leaf = new X509Certificate(issued.certificatePem);
    assert.equal(leaf.verify(createPublicKey(authority.certificatePem)), true);
    assert.equal(leaf.subject, "CN=billing export");
    assert.deepEqual(leaf.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
    assert.equal(leaf.serialNumber.toLowerCase(), issued.serial);
    assert.equal(leaf.fingerprint256.replaceAll(":", "").toLowerCase(), issued.fingerprint);
    assert.equal(Date.parse(leaf.validTo), issued.expiresAtMs);
    assert.equal((issued.expiresAtMs - Date.parse(leaf.validFrom)) / dayMs, 30);
    assert.equal(issued.authorityPem, authority.certificatePem);
  });

  it("accepts a strong RSA key", async () => {
    const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2_048,
      publicExponent: new Uint8Array([1, 0, 1]) };
    assert.equal(value(await issueClientCertificate(
      world, authority, await request("rsa", rsa), 0)).name, "rsa");
  });

  it("refuses forged, weak, nameless, strange and long requests", async () => {
    const good = await request("billing");
    const der = Buffer.from(x509.PemConverter.decodeFirst(good));
    const at = der.indexOf("billing");
    der.write("gilling", at, "latin1");
    const forged = x509.PemConverter.encode(der, "CERTIFICATE REQUEST");
    const weak = await request("weak", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256",
      modulusLength: 1_024, publicExponent: new Uint8Array([1, 0, 1]) });
    const cases: readonly (readonly [string, number])[] = [[forged, 0], [weak, 0], ["hello", 0],
      [await request("a/b"), 0], [await request(""), 0], [await request("x".repeat(65)), 0],
      [good + " ".repeat(20_000), 0], [good, clientDaysMax + 1], [good, -1],
      [authority.certificatePem, 0]];
    for (const [pem, days] of cases) {
      const refused = await issueClientCertificate(world, authority, pem, days);
      assert.equal(refused.ok ? "ok" : refused.fault.code, "argument-invalid", pem.slice(0, 60));
    }
    value(await issueClientCertificate(world, authority, good, clientDaysMax));
  });
});

describe("supplied certificate", () => {
  it("is taken when it fits its key and is valid now, else refused with its path", async () => {
    const world = new SimulatedWorld();
    const nowMs = world.clock.wall().getTime();
    const authority = value(await makeAuthority(world, "x"));
    const one = value(await makeServerCertificate(world, authority, "x", []));
    const two = value(await makeServerCertificate(world, authority, "x", []));
    const fault = (certificate: string, key: string, atMs = nowMs): string => {
      const checked = checkSuppliedCertificate(certificate, key, atMs);
      return checked.ok ? "ok" : `${checked.fault.fields?.[0]?.path}: ${checked.fault.message}`;
    };
    assert.equal(fault(one.certificatePem, one.keyPem), "ok");
    assert.match(fault(one.certificatePem, two.keyPem), /^tls.key: .*does not belong/);
    assert.match(fault("x", one.keyPem), /^tls.certificate: .*no PEM/);
    assert.match(fault(one.certificatePem, "x"), /^tls.key: /);
    assert.match(fault(one.certificatePem, one.keyPem, nowMs + 400 * dayMs),
      /^tls.certificate: .*ended on/);
    assert.match(fault(one.certificatePem, one.keyPem, nowMs - 2 * dayMs),
      /^tls.certificate: .*only from/);
  });
});
