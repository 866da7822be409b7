/** The names that a server's certificate holds. */

import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

export const namesMax = 100;

/** Always in the server's certificate, whatever else it is reached by. */
export const ownNames = ["localhost", "127.0.0.1", "::1"] as const;

export interface AlternativeName {
  readonly type: "dns" | "ip";
  readonly value: string;
}

/** DNS names and addresses, without doubles; what is neither is left out. */
export function alternativeNames(names: readonly string[]): readonly AlternativeName[] {
  const found = new Map<string, AlternativeName>();
  for (const name of [...ownNames, ...names]) {
    const value = name.trim().replace(/%.*$/, "").toLowerCase();
    const isDns = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/
      .test(value) && value.length <= 253;
    if (isIP(value) > 0) found.set(value, { type: "ip", value });
    else if (isDns) found.set(value, { type: "dns", value });
    if (found.size >= namesMax) break;
  }
  return [...found.values()];
}

/** Names in a certificate, in the form that `alternativeNames` gives. */
export function namesIn(certificatePem: string): readonly string[] {
  // Node's form: `DNS:localhost, IP Address:127.0.0.1`; what is unusual stands in quotes.
  const all = new X509Certificate(certificatePem).subjectAltName ?? "";
  return all.split(", ").flatMap((each) => /^(?:DNS|IP Address):([^"]+)$/.exec(each)?.[1] ?? [])
    .map((name) => plainAddress(name.toLowerCase()));
}

/** IPv6 in its shortest form, so that two spellings of an address are the same. */
export function plainAddress(name: string): string {
  return isIP(name) === 6 ? new URL(`http://[${name}]/`).hostname.slice(1, -1) : name;
}
